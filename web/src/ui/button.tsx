// Buttons. One without words carries its label for screen readers and as a tooltip.

import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icons';

export interface ButtonProps {
  readonly kind?: 'plain' | 'primary' | 'danger';
  readonly icon?: IconName;
  readonly disabled?: boolean;
  /** Has the focus when its dialog opens. */
  readonly autoFocus?: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

export function Button({ kind = 'plain', icon, disabled, autoFocus, onClick, children }: ButtonProps) {
  return (
    <button type="button" class={`button ${kind}`} disabled={disabled} autofocus={autoFocus} onClick={onClick}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  /** The key that does the same, for assistive technology (aria-keyshortcuts). */
  readonly shortcut?: string;
  /** For a button that stays down: whether it is. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, shortcut, pressed, disabled, onClick } = props;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      aria-keyshortcuts={shortcut}
      aria-pressed={pressed}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
