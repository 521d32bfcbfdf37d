// Which film is where on the bar: the airings of a channel, or the one film of an entry. Pure.

import type { Entry, Film, Programme } from '../api';
import { programmeAt, secondsInto, type Known } from '../schedule';

export type Films = Known | Entry;

const isEntry = (films: Films): films is Entry => !Array.isArray(films);

/** The player's timeline: `position` seconds are shown at `instant`, where it has dates. */
export interface Now {
  readonly position: number;
  readonly instant: number | null;
}

/** What is at a place on the bar. */
export interface Place {
  readonly film: Film;
  /** Into the film. */
  readonly seconds: number;
}

/** What is at `position`, if known. */
export function placeAt(films: Films, position: number, now: Now): Place | null {
  if (isEntry(films)) return { film: films, seconds: position };
  if (now.instant === null) return null;
  const instant = now.instant + (position - now.position) * 1000;
  const programme = programmeAt(films, instant);
  return programme ? { film: programme, seconds: secondsInto(programme, instant) } : null;
}

const positionOf = (programme: Programme, now: Now): number =>
  now.instant === null ? NaN : now.position + (Date.parse(programme.start) - now.instant) / 1000;

/** Where films begin, within [start, end], in seconds of the player's timeline. */
export function beginnings(films: Films, start: number, end: number, now: Now): readonly number[] {
  if (isEntry(films)) return [];
  return films
    .map((programme) => positionOf(programme, now))
    .filter((position) => position > start && position < end);
}

/** Where the film that is shown began; 0 for an entry; null when it is not known. */
export function beginningOf(films: Films, now: Now): number | null {
  if (isEntry(films)) return 0;
  const programme = now.instant === null ? undefined : programmeAt(films, now.instant);
  return programme ? positionOf(programme, now) : null;
}

const kSettled = 3; // seconds into a film within which "back" means the one before

/** Where to go for the previous or the next film; null when there is none. */
export function neighbour(
  films: Films,
  direction: -1 | 1,
  range: { readonly start: number; readonly live: number },
  now: Now,
): number | null {
  if (isEntry(films)) return direction < 0 ? 0 : null;
  const all = beginnings(films, range.start, range.live, now);
  return direction < 0
    ? (all.filter((position) => position < now.position - kSettled).at(-1) ?? range.start)
    : (all.find((position) => position > now.position + 0.5) ?? range.live);
}
