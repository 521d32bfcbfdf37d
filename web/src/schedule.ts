// What is on at an instant, of what is known. Pure.

import type { Channel, Programme } from './api';

export type Known = readonly Programme[];

const kRemembered = 200; // more than an hour of half-minute films

/** Adds what the server just said; later answers replace earlier ones that they overlap. */
export function remember(known: Known, channel: Pick<Channel, 'now' | 'next'>): Known {
  const fresh = channel.now ? [channel.now, ...channel.next] : channel.next;
  const first = fresh[0];
  if (!first) return known;
  const from = Date.parse(first.start);
  const kept = known.filter((programme) => Date.parse(programme.end) <= from);
  return [...kept, ...fresh].slice(-kRemembered);
}

/** The programme whose time includes `instant` (milliseconds since 1970), if known. */
export function programmeAt(known: Known, instant: number): Programme | undefined {
  return known.find(
    (programme) => Date.parse(programme.start) <= instant && instant < Date.parse(programme.end),
  );
}

/** Up to `count` known programmes that begin after `instant`. */
export function programmesAfter(known: Known, instant: number, count: number): Known {
  return known.filter((programme) => Date.parse(programme.start) > instant).slice(0, count);
}

/** How much of the programme is over at `instant`, from 0 to 1. */
export function progress(programme: Programme, instant: number): number {
  const start = Date.parse(programme.start);
  const length = Date.parse(programme.end) - start;
  return length > 0 ? Math.min(1, Math.max(0, (instant - start) / length)) : 1;
}

/**
 * How long to wait before asking the server again, in milliseconds: until what is on ends, but
 * not less than `least` and not more than `most`.
 */
export function pollDelay(channel: Pick<Channel, 'now'>, instant: number): number {
  const least = 1_000;
  const most = 15_000;
  if (!channel.now) return 5_000;
  const left = Date.parse(channel.now.end) - instant + 250; // let the boundary pass
  return Math.min(most, Math.max(least, left));
}
