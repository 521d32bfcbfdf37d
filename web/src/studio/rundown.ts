// What is on a channel at an instant, and around it. Pure.

import type { Airing } from './api';

export interface Around {
  readonly on: Airing | null;
  /** Those that are over, oldest first, and those to come. */
  readonly past: readonly Airing[];
  readonly coming: readonly Airing[];
}

/** `airings` in order; `instant` in milliseconds since 1970. */
export function around(airings: readonly Airing[], instant: number): Around {
  const past = airings.filter(({ end }) => Date.parse(end) <= instant);
  const coming = airings.filter(({ start }) => Date.parse(start) > instant);
  const on = airings.find(
    ({ start, end }) => Date.parse(start) <= instant && instant < Date.parse(end),
  );
  return { on: on ?? null, past, coming };
}

/** Whether the channel shows the slate by hand, and waits for being resumed. */
export const isHeld = (airing: Airing | null): boolean =>
  airing?.role === 'hold' || airing?.role === 'panic';

/** Milliseconds until it ends. */
export const left = (airing: Airing, instant: number): number => Date.parse(airing.end) - instant;
