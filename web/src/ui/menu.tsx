// A button with a menu of which one item is chosen. Works by pointer and by keyboard: arrows, Home and
// End move, Enter chooses, Escape closes (WAI-ARIA Authoring Practices, "Menu Button").

import type { ComponentChildren } from 'preact';
import { usePopup } from './popup';

export interface MenuItem<T> {
  readonly value: T;
  readonly text: string;
  /** BCP-47, when the text is not in the page's language. */
  readonly language?: string;
}

export interface MenuProps<T> {
  readonly name: string;
  readonly label: string;
  readonly items: readonly MenuItem<T>[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
  /** Where there is room for it. */
  readonly opens?: 'above' | 'below';
  readonly children: ComponentChildren;
}

export function Menu<T extends string | number>(props: MenuProps<T>) {
  const { name, label, items, chosen, onChoose, opens = 'below', children } = props;
  const { open, root, button, toggle, close } = usePopup((element) =>
    element.querySelector<HTMLElement>('[aria-checked="true"]')?.focus(),
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    const choices = [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitemradio]') ?? [])];
    const at = choices.indexOf(document.activeElement as HTMLElement);
    const targets: Record<string, number> = {
      ArrowDown: (at + 1) % choices.length,
      ArrowUp: (at - 1 + choices.length) % choices.length,
      Home: 0,
      End: choices.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    choices[target]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class={`menu ${opens}`} ref={root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="icon-button"
        data-menu={name}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={toggle}
      >
        {children}
      </button>
      {open && (
        <div role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              key={item.value}
              type="button"
              role="menuitemradio"
              tabIndex={-1}
              aria-checked={item.value === chosen}
              lang={item.language}
              onClick={() => {
                onChoose(item.value);
                close();
              }}
            >
              {item.text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
