// What is on at an instant, of what is known. Pure.

import type { Channel, Programme, Thumbnails } from './api';

export type Known = readonly Programme[];

const kRemembered = 500; // more than an hour of ten-second films

/** Adds what the server just said; later answers replace earlier ones that they overlap. */
export function remember(known: Known, channel: Pick<Channel, 'now' | 'next'>): Known {
  const fresh = channel.now ? [channel.now, ...channel.next] : channel.next;
  const first = fresh[0];
  if (!first) return known;
  const from = Date.parse(first.start);
  const kept = known.filter((programme) => Date.parse(programme.end) <= from);
  return [...kept, ...fresh].slice(-kRemembered);
}

/** Adds airings of the past that were not known; what is known stays. */
export function recallEarlier(known: Known, airings: Known): Known {
  const first = known[0];
  if (!first) return airings.slice(-kRemembered);
  const from = Date.parse(first.start);
  const earlier = airings.filter((programme) => Date.parse(programme.end) <= from);
  return [...earlier, ...known].slice(-kRemembered);
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

/** Those that began before `instant` and within the last `reach` milliseconds, newest first. */
export function programmesBefore(known: Known, instant: number, reach: number): Known {
  return known
    .filter(({ start, end }) => Date.parse(end) <= instant && Date.parse(start) >= instant - reach)
    .reverse();
}

/** The number of the thumbnail for `seconds` into a film. */
export function thumbnailAt(thumbnails: Thumbnails, seconds: number): number {
  const at = Math.floor(seconds / thumbnails.interval_seconds);
  return Math.min(thumbnails.count - 1, Math.max(0, at));
}

/** How far into its film a programme is at `instant`, in seconds. */
export function secondsInto(programme: Programme, instant: number): number {
  return (programme.from_seconds ?? 0) + (instant - Date.parse(programme.start)) / 1000;
}
