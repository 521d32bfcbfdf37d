// Asking the server again and again, for as long as a view is shown.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, type Answer } from './api';
import { retryDelay } from './backoff';

export interface Polled<T> {
  /** The last good answer; kept while the server is silent. */
  readonly answer: Answer<T> | null;
  /** Why the last question had none, if so. */
  readonly error: ApiError | null;
  /** Asks at once, instead of when it is time. */
  readonly again: () => void;
}

/**
 * Asks at once, then `delay(answer)` milliseconds after each answer; after a failure with a growing
 * delay. Both functions must be stable (module level or memoised).
 */
export function usePolling<T>(
  ask: (signal: AbortSignal) => Promise<Answer<T>>,
  delay: (answer: Answer<T>) => number,
): Polled<T> {
  const [state, setState] = useState<Omit<Polled<T>, 'again'>>({ answer: null, error: null });
  const askNow = useRef<() => void>(() => {});
  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    let failures = 0;
    let asking = false;
    const look = async () => {
      asking = true;
      let wait: number;
      try {
        const answer = await ask(abort.signal);
        failures = 0;
        wait = delay(answer);
        if (!abort.signal.aborted) setState({ answer, error: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        wait = retryDelay(failures++);
        setState((before) => ({ answer: before.answer, error }));
      }
      asking = false;
      if (!abort.signal.aborted) timer = window.setTimeout(() => void look(), wait);
    };
    askNow.current = () => {
      window.clearTimeout(timer);
      if (!asking) void look();
    };
    void look();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [ask, delay]);
  const again = useCallback(() => askNow.current(), []);
  return { ...state, again };
}

/** The server's time in milliseconds since 1970, kept fresh once a second. */
export function useServerClock(clockOffset: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now + clockOffset;
}
