// What stands over the picture at an instant. Pure.

import type { Programme, ScreenDesign } from '../api';
import { programmeAt, programmesAfter, type Known } from '../schedule';

/** Lower thirds come this long after an airing begins, when eyes have arrived; milliseconds. */
const kLowerThirdDelay = 1_000;
/** Nobody waits for what is further away than this; milliseconds. */
const kCountdownFrom = 2 * 3600_000;

export interface Overlay {
  /** What is on, for as long as its title is to be seen. */
  readonly lowerThird: Programme | null;
  /** During slates: what comes next, and the whole seconds until then. */
  readonly next: { readonly programme: Programme; readonly seconds: number } | null;
}

/** Whether it is there to be seen, rather than to pass the time or to say something itself. */
export function isFilm(programme: Programme): boolean {
  return programme.card !== true && programme.role !== 'fill';
}

/** Whether it passes the time until something comes, and does not say itself what that is. */
export function isSlate(programme: Programme): boolean {
  return programme.card === true && programme.countdown !== true && (programme.role ?? 'item') !== 'item';
}

export function overlayAt(known: Known, instant: number, design: ScreenDesign): Overlay {
  const now = programmeAt(known, instant);
  if (!now) return { lowerThird: null, next: null };
  const since = instant - Date.parse(now.start) - kLowerThirdDelay;
  const titled = isFilm(now) && since >= 0 && since < design.lower_third * 1000;
  return {
    lowerThird: titled ? now : null,
    next: design.next && isSlate(now) ? nextFilm(known, instant) : null,
  };
}

/** The next film that is near enough to be waited for. */
export function nextFilm(known: Known, instant: number): Overlay['next'] {
  const programme = programmesAfter(known, instant, known.length).find(isFilm);
  if (!programme) return null;
  const wait = Date.parse(programme.start) - instant;
  return wait > kCountdownFrom ? null : { programme, seconds: Math.ceil(wait / 1000) };
}
