// In and out points, counted in frames. Pure.

/** Frames per second, exactly: 24000/1001. */
export interface FrameRate {
  readonly numerator: number;
  readonly denominator: number;
}

/** A film that has `frames` frames. */
export interface Reel {
  readonly frames: number;
  readonly rate: FrameRate;
}

/** Of [in, out) that is shown; `out` is a number here, also when it is the film's end. */
export interface Points {
  readonly in: number;
  readonly out: number;
}

/** When a frame begins, in seconds. */
export const startOfFrame = (frame: number, { numerator, denominator }: FrameRate): number =>
  (frame * denominator) / numerator;

/**
 * Where to go in order to see a frame: its middle, which rounding cannot make another frame's.
 */
export const middleOfFrame = (frame: number, rate: FrameRate): number => startOfFrame(frame + 0.5, rate);

/** The frame that is shown at `seconds`, as browsers name them: a picture's own time, which is rounded. */
export function frameAt(seconds: number, { frames, rate }: Reel): number {
  const frame = Math.floor((seconds * rate.numerator) / rate.denominator + 0.01);
  return Math.min(frames - 1, Math.max(0, frame));
}

/** Kept within the film. */
export const clampFrame = (frame: number, { frames }: Reel): number =>
  Math.min(frames - 1, Math.max(0, Math.round(frame)));

/** About a second, in whole frames. */
export const framesOfSecond = ({ numerator, denominator }: FrameRate): number =>
  Math.max(1, Math.round(numerator / denominator));

/** What is shorter cannot be prepared: two seconds, in whole frames. */
export const leastFrames = ({ numerator, denominator }: FrameRate): number =>
  Math.ceil((2 * numerator) / denominator);

/**
 * With the in point at `frame`. An out point that is not after it goes to the film's end: the producer
 * has begun another part.
 */
export function withIn(points: Points, frame: number, reel: Reel): Points {
  const from = clampFrame(frame, reel);
  return { in: from, out: points.out > from ? points.out : reel.frames };
}

/** With `frame` the last one that is shown; likewise. */
export function withLast(points: Points, frame: number, reel: Reel): Points {
  const out = clampFrame(frame, reel) + 1;
  return { in: points.in < out ? points.in : 0, out };
}

/** What an item of a playlist has; a part that is the whole film has no points. */
export function pointsOf(item: { readonly in: number; readonly out: number | null }, { frames }: Reel): Points {
  const out = Math.min(item.out ?? frames, frames);
  return { in: Math.min(item.in, Math.max(0, out - 1)), out };
}

export const storedPoints = (points: Points, { frames }: Reel): { readonly in: number; readonly out: number | null } => ({
  in: points.in,
  out: points.out >= frames ? null : points.out,
});

export const isWhole = ({ in: from, out }: { readonly in: number; readonly out: number | null }): boolean =>
  from === 0 && out === null;

/** As editors write it: minutes, seconds, and the frame within the second: "1:02:03+14". */
export function frameText(frame: number, rate: FrameRate): string {
  const seconds = Math.floor((frame * rate.denominator) / rate.numerator + 1e-9);
  const within = frame - Math.ceil((seconds * rate.numerator) / rate.denominator - 1e-9);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const clock = hours > 0 ? `${hours}:${two(minutes)}` : String(minutes);
  return `${clock}:${two(seconds % 60)}+${two(within)}`;
}

export type TrimAction =
  | 'play' | 'back' | 'forward' | 'second-back' | 'second-forward'
  | 'set-in' | 'set-last' | 'to-in' | 'to-last' | 'to-start' | 'to-end';

/** What a key does, as in editing programs; null for nothing. */
export function trimKey(event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>): TrimAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  switch (event.key) {
    case ' ':
    case 'k':
      return 'play';
    case 'ArrowLeft':
      return event.shiftKey ? 'second-back' : 'back';
    case 'ArrowRight':
      return event.shiftKey ? 'second-forward' : 'forward';
    case ',':
      return 'back';
    case '.':
      return 'forward';
    case 'i':
      return 'set-in';
    case 'I':
      return 'to-in';
    case 'o':
      return 'set-last';
    case 'O':
      return 'to-last';
    case 'Home':
      return 'to-start';
    case 'End':
      return 'to-end';
    default:
      return null;
  }
}

/** The seconds whose pictures a strip of `count` shows, each from the middle of its share. */
export function stripTimes(count: number, { frames, rate }: Reel): readonly number[] {
  const length = startOfFrame(frames, rate);
  return Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * length);
}

/** What a preparation is of, when it is a part of a film and nothing else ("variant" of a job). */
export function partOfVariant(variant: string | null): { readonly in: number; readonly out: number | null } | null {
  if (variant === null) return null;
  try {
    const { trim } = JSON.parse(variant) as { trim?: { in?: number; out?: number } };
    return trim ? { in: trim.in ?? 0, out: trim.out ?? null } : null;
  } catch {
    return null; // of a newer server
  }
}
