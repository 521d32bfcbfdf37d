// What changes on the server, as it does (/api/v1/events), and what views make of it.

import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { isPassing, retryDelay } from '../backoff';

const kTypes = [
  'entry', 'job', 'playlist', 'schedule', 'channel', 'rundown', 'airing', 'reset',
  'screen', 'incident', 'review', 'upload',
  'link', 'user', 'token',
] as const;

/** `reset`: something has been missed, everything has to be read anew. */
export type EventType = (typeof kTypes)[number];

type Listener = (type: EventType, data: Readonly<Record<string, unknown>>) => void;

/** One connection for all views of the page. It comes back by itself, whatever ends it. */
export class Live {
  private readonly listeners = new Set<Listener>();
  private source: EventSource | null = null;
  private timer: number | undefined;
  private failures = 0;

  constructor(private readonly onState: (connected: boolean) => void) {}

  open(): void {
    const source = new EventSource('/api/v1/events');
    this.source = source;
    source.addEventListener('open', () => {
      this.failures = 0;
      this.onState(true);
    });
    source.addEventListener('error', () => {
      this.onState(false);
      // The browser tries again by itself after a lost connection, with the last id; not after a
      // refusal. A new source knows no last id: what was missed is read anew.
      if (source.readyState !== EventSource.CLOSED) return;
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        this.open();
        this.tell('reset', {});
      }, retryDelay(this.failures++));
    });
    for (const type of kTypes) {
      source.addEventListener(type, (event) => this.tell(type, parsed(event)));
    }
  }

  close(): void {
    window.clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(type: EventType, data: Readonly<Record<string, unknown>>): void {
    for (const listener of [...this.listeners]) listener(type, data);
  }
}

function parsed(event: Event): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export const LiveContext = createContext<Live | null>(null);

/** Calls `listener` with every event, for as long as the view is shown. */
export function useEvents(listener: Listener): void {
  const live = useContext(LiveContext);
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => live?.listen((type, data) => latest.current(type, data)), [live]);
}

export interface Loaded<T> {
  /** The last good answer; kept while newer ones are asked for, and while the server is silent. */
  readonly value: T | null;
  readonly error: ApiError | null;
  readonly reload: () => void;
}

const kGathered = 100; // milliseconds in which several events lead to one question

/**
 * Asks at once, and again after each event that `concerns` it. `ask` must be stable (memoised). What
 * fails for the moment is asked again later.
 */
export function useLoaded<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  concerns: (type: EventType, data: Readonly<Record<string, unknown>>) => boolean,
): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({ value: null, error: null });
  const askSoon = useRef<(wait: number) => void>(() => {});
  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    let failures = 0;
    let asking = false;
    let stale = false;
    const look = async () => {
      asking = true;
      stale = false;
      let again = -1;
      try {
        const value = await ask(abort.signal);
        failures = 0;
        if (!abort.signal.aborted) setState({ value, error: null });
      } catch (error) {
        if (abort.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        if (isPassing(error.status)) again = retryDelay(failures++);
        setState((before) => ({ value: before.value, error }));
      }
      asking = false;
      if (stale) again = 0;
      if (again >= 0 && !abort.signal.aborted) soon(again);
    };
    const soon = (wait: number) => {
      stale = true;
      if (asking) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void look(), wait);
    };
    askSoon.current = soon;
    setState({ value: null, error: null });
    void look();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [ask]);
  useEvents((type, data) => {
    if (type === 'reset' || concerns(type, data)) askSoon.current(kGathered);
  });
  const reload = useCallback(() => askSoon.current(0), []);
  return { ...state, reload };
}
