// Keeping a screen in step: what to do about being a little early or late. Pure.

/** Further off than this, playback jumps instead of hurrying; seconds. */
const kJumpBeyond = 0.7;
/** Closer than this counts as in step; seconds. A frame lasts 0.02 to 0.04. */
const kStart = 0.008;
/** Once corrected, on to this; seconds. */
const kStop = 0.002;
/** What is missing is made up for within this time; seconds. */
const kWithin = 1.5;
/** Neither is heard by ear nor seen by eye. */
const kMost = 0.05;

export type Course =
  | { readonly do: 'play'; readonly rate: number }
  /** Go to where the clock will be when the jump is done. */
  | { readonly do: 'jump' };

/**
 * What to do at `error` seconds (positive: the screen is late). `rate` is what it plays at now: a
 * correction that has begun goes on until it is nearly exact, so that the rate does not flutter.
 */
export function courseFor(error: number, rate: number): Course {
  const size = Math.abs(error);
  if (size > kJumpBeyond) return { do: 'jump' };
  const correcting = rate !== 1;
  const overshot = correcting && Math.sign(error) !== Math.sign(rate - 1);
  if (size < (correcting && !overshot ? kStop : kStart)) return { do: 'play', rate: 1 };
  const wanted = Math.min(kMost, Math.max(-kMost, error / kWithin));
  return { do: 'play', rate: 1 + Math.round(wanted * 1000) / 1000 };
}

/** The middle one of `values`: a single reading may be wrong by the length of a task. 0 for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** How far ahead of the clock to jump, when the last jump took `took` seconds; `before` is the last lead. */
export function leadAfter(took: number, before: number): number {
  return Math.min(1.5, Math.max(0, (before + took) / 2));
}
