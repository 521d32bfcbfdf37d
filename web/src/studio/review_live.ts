// Rounds change without an event: jurors write all the time, and commands change what is judged by whom.

import { useEffect } from 'preact/hooks';

const kLook = 5_000; // milliseconds

/** Reads anew every few seconds while the page is seen, and at once when it is seen again. */
export function useLooks(reload: () => void): void {
  useEffect(() => {
    const look = () => {
      if (!document.hidden) reload();
    };
    const timer = window.setInterval(look, kLook);
    document.addEventListener('visibilitychange', look);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [reload]);
}
