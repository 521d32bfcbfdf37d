// Short messages that come and go, at the foot of the page. Screen readers hear them without losing
// their place. Errors that need an answer belong elsewhere: in a dialog, or at the field.

import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';

const kShown = 6_000; // milliseconds

interface Toast {
  readonly id: number;
  readonly text: string;
}

const ToastContext = createContext<(text: string) => void>(() => {});

/** What shows a message. */
export const useToast = (): ((text: string) => void) => useContext(ToastContext);

export function Toasts({ children }: { readonly children: ComponentChildren }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const last = useRef(0);
  const show = useCallback((text: string) => {
    const toast = { id: ++last.current, text };
    setToasts((before) => [...before.slice(-2), toast]);
  }, []);
  useEffect(() => {
    if (toasts.length === 0) return;
    const timer = window.setTimeout(() => setToasts((before) => before.slice(1)), kShown);
    return () => window.clearTimeout(timer);
  }, [toasts]);
  return (
    <ToastContext.Provider value={show}>
      {children}
      <div class="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text }) => (
          <div class="toast" key={id}>
            {text}
          </div>
        ))}
      </div>
    </ToastContext.Provider>
  );
}
