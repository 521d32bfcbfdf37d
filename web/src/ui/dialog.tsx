// A dialog that has to be finished before the page goes on. The browser's own <dialog> keeps the focus
// inside, closes by Escape, and gives the focus back.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { commonStrings } from '../common_strings';
import { useStrings } from '../locale';
import { IconButton } from './button';
import { ToastsIn, useToastPlace } from './toast';

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons, at the end. */
  readonly actions?: ComponentChildren;
}

/** Open as long as it is rendered. */
export function Dialog({ title, onClose, children, actions }: DialogProps) {
  const { strings } = useStrings(commonStrings);
  const dialog = useRef<HTMLDialogElement>(null);
  const enter = useToastPlace();
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    const leave = enter(id);
    return () => {
      leave();
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose(); // beside it, on the backdrop
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={strings.close} onClick={onClose} />
      </div>
      <div class="dialog-body">{children}</div>
      {actions && <div class="dialog-foot">{actions}</div>}
      <ToastsIn place={id} />
    </dialog>
  );
}
