// Asking the server again and again, for as long as a view is shown.

import { useEffect, useState } from 'preact/hooks';
import { ApiError, type Answer } from '../api';
import { retryDelay } from '../backoff';

export interface Polled<T> {
  /** The last good answer; kept while the server is silent. */
  readonly answer: Answer<T> | null;
  /** Why the last question had none, if so. */
  readonly error: ApiError | null;
}

/**
 * Asks at once, then `delay(answer)` milliseconds after each answer; after a failure with a growing
 * delay. Both functions must be stable (module level or memoised).
 */
export function usePolling<T>(
  ask: (signal: AbortSignal) => Promise<Answer<T>>,
  delay: (answer: Answer<T>) => number,
): Polled<T> {
  const [state, setState] = useState<Polled<T>>({ answer: null, error: null });
  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    let failures = 0;
    const again = async () => {
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
      if (!abort.signal.aborted) timer = window.setTimeout(() => void again(), wait);
    };
    void again();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [ask, delay]);
  return state;
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
