// A button that opens a small panel of controls beside it. The page behind it stays in use.

import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icons';
import { usePopup } from './popup';

export interface PanelProps {
  readonly name: string;
  readonly label: string;
  readonly icon: IconName;
  readonly opens?: 'above' | 'below';
  readonly children: ComponentChildren;
}

export function Panel({ name, label, icon, opens = 'below', children }: PanelProps) {
  const { open, root, button, toggle } = usePopup((element) =>
    element.querySelector<HTMLElement>('.panel :checked, .panel button, .panel input')?.focus(),
  );
  return (
    <div class={`menu ${opens}`} ref={root}>
      <button
        ref={button}
        type="button"
        class="icon-button"
        data-menu={name}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={toggle}
      >
        <Icon name={icon} />
      </button>
      {open && (
        <div class="panel" role="dialog" aria-label={label}>
          {children}
        </div>
      )}
    </div>
  );
}
