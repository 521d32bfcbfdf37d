// Which parts of a film were played, from where the picture was time after time. Pure.

import type { Stretch } from '../api';

/** The picture goes on by less than this between two looks; more is a jump. Milliseconds. */
const kLongestStep = 2_000;

/** Both together, in order, apart from each other. */
export function join(stretches: readonly Stretch[]): readonly Stretch[] {
  const joined: [number, number][] = [];
  for (const [start, end] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const last = joined[joined.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (start < end) joined.push([start, end]);
  }
  return joined;
}

export class WatchLog {
  private stretches: readonly Stretch[] = [];
  private last: number | null = null;

  /** The picture is at `position` milliseconds; `moving` is false while paused or on its way. */
  see(position: number, moving: boolean): void {
    const at = Math.round(position);
    const { last } = this;
    if (moving && last !== null && at > last && at - last < kLongestStep) {
      this.stretches = join([...this.stretches, [last, at]]);
    }
    this.last = moving ? at : null;
  }

  /** What has not been taken. */
  peek(): readonly Stretch[] {
    return this.stretches;
  }

  take(): readonly Stretch[] {
    const taken = this.stretches;
    this.stretches = [];
    return taken;
  }
}
