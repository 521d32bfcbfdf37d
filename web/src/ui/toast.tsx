// Short messages that come and go, at the foot of the page. Screen readers hear them without losing
// their place. Errors that need an answer belong elsewhere: in a dialog, or at the field.
//
// Whatever is outside of a modal dialog lies under it and is inert, in the top layer too: neither seen
// to, pressed nor read out. So messages are shown inside of the dialog that is on top, if there is one.

import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Said } from './server_text';

const kShown = 6_000; // milliseconds

interface Toast {
  readonly id: number;
  readonly text: Said;
}

/** Where messages are shown. */
interface Places {
  readonly toasts: readonly Toast[];
  /** The dialog that has them; null for the page. */
  readonly top: string | null;
  /** A dialog has come on top of all others; what comes back takes it away. */
  enter(dialog: string): () => void;
}

const ToastContext = createContext<(text: Said) => void>(() => {});
const PlacesContext = createContext<Places>({ toasts: [], top: null, enter: () => () => {} });

/** What shows a message. */
export const useToast = (): ((text: Said) => void) => useContext(ToastContext);

/** For a dialog that opens. */
export const useToastPlace = (): Places['enter'] => useContext(PlacesContext).enter;

export function Toasts({ children }: { readonly children: ComponentChildren }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [dialogs, setDialogs] = useState<readonly string[]>([]);
  const last = useRef(0);
  const show = useCallback((text: Said) => {
    const toast = { id: ++last.current, text };
    setToasts((before) => [...before.slice(-2), toast]);
  }, []);
  const enter = useCallback((dialog: string) => {
    setDialogs((before) => [...before, dialog]);
    return () => setDialogs((before) => before.filter((each) => each !== dialog));
  }, []);
  useEffect(() => {
    if (toasts.length === 0) return;
    const timer = window.setTimeout(() => setToasts((before) => before.slice(1)), kShown);
    return () => window.clearTimeout(timer);
  }, [toasts]);
  const top = dialogs.at(-1) ?? null;
  const places = useMemo<Places>(() => ({ toasts, top, enter }), [toasts, top, enter]);
  return (
    <ToastContext.Provider value={show}>
      <PlacesContext.Provider value={places}>
        {children}
        <ToastsIn place={null} />
      </PlacesContext.Provider>
    </ToastContext.Provider>
  );
}

/** The messages, when this place has them. It is there before they are: else they are not read out. */
export function ToastsIn({ place }: { readonly place: string | null }) {
  const { toasts, top } = useContext(PlacesContext);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {top === place &&
        toasts.map(({ id, text }) => (
          <div class="toast" key={id}>
            {text}
          </div>
        ))}
    </div>
  );
}
