// What of a playlist cannot be had any more (EXT-X-GAP): the server has lost the film's files. Pure.

/** A segment of a playlist, as hls.js has it; seconds of the media timeline. */
export interface Piece {
  readonly start: number;
  readonly duration: number;
  /** Tags that stand before it: names and values. */
  readonly tagList: readonly (readonly string[])[];
}

const kTouching = 0.1; // seconds: segments whose ends are closer than this follow each other

// hls.js has a mark of its own, but sets it on segments that it cannot append as well.
function isGap(piece: Piece): boolean {
  return piece.tagList.some(([name]) => name === 'GAP');
}

/** Where the gap around `position` ends, all segments of it together; null when there is none. */
export function gapEnd(pieces: readonly Piece[], position: number): number | null {
  let end: number | null = null;
  for (const piece of pieces) {
    if (end === null) {
      const around = piece.start <= position && position < piece.start + piece.duration;
      if (!around) continue;
      if (!isGap(piece)) return null;
    } else if (!isGap(piece) || piece.start > end + kTouching) {
      return end;
    }
    end = piece.start + piece.duration;
  }
  return end;
}

/** Just behind the end of a gap, where playback can go on; seconds. */
export const kBehindGap = 0.05;

/** Where to go on from `position` when that is in a gap; null when it is not, or what follows is not listed yet. */
export function behindGap(pieces: readonly Piece[], position: number): number | null {
  const end = gapEnd(pieces, position);
  const follows = end !== null && pieces.some(({ start }) => start > end - kTouching);
  return follows ? end + kBehindGap : null;
}

export function isBuffered({ buffered }: Pick<HTMLVideoElement, 'buffered'>, seconds: number): boolean {
  for (let i = 0; i < buffered.length; ++i) {
    if (buffered.start(i) <= seconds && seconds < buffered.end(i)) return true;
  }
  return false;
}
