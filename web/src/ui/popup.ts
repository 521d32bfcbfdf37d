// What opens at a button and closes again: by Escape, by pressing elsewhere, by leaving with Tab.

import { useEffect, useRef, useState } from 'preact/hooks';

export interface Popup {
  readonly open: boolean;
  readonly root: { current: HTMLDivElement | null };
  readonly button: { current: HTMLButtonElement | null };
  toggle(): void;
  /** Closes, and gives the focus back to the button. */
  close(): void;
}

/** `onOpen` runs with the opened root, to put the focus where it belongs. */
export function usePopup(onOpen: (root: HTMLElement) => void): Popup {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    const element = root.current;
    if (!open || !element) return;
    onOpen(element);
    const closeOutside = (event: Event) => {
      if (!element.contains(event.target as Node)) setOpen(false);
    };
    const closeOnLeaving = (event: FocusEvent) => {
      const to = event.relatedTarget as Node | null;
      if (to && !element.contains(to)) setOpen(false);
    };
    const closeByKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    };
    const around = element.ownerDocument; // the picture's own window has another one
    around.addEventListener('pointerdown', closeOutside);
    element.addEventListener('focusout', closeOnLeaving);
    element.addEventListener('keydown', closeByKey);
    return () => {
      around.removeEventListener('pointerdown', closeOutside);
      element.removeEventListener('focusout', closeOnLeaving);
      element.removeEventListener('keydown', closeByKey);
    };
  }, [open]);

  return {
    open,
    root,
    button,
    toggle: () => setOpen(!open),
    close: () => {
      setOpen(false);
      button.current?.focus();
    },
  };
}
