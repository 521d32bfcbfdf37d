// The axis of a timeline of days side by side: minutes from top to bottom, where the same height is the
// same time on the wall in each of them. An hour that clocks show twice on one of the days has its place
// twice, one that they skip is missing: others leave the place empty. Pure.

import type { Day } from './zone';

const kMinute = 60_000;
const kWholeDay = 24 * 60; // minutes

/** Wall-clock minutes that the days have, or have not, as one. */
interface Slice {
  readonly wall: number;
  readonly length: number;
  /** 1 for what clocks show the second time. */
  readonly turn: 0 | 1;
  /** Minutes from the top. */
  readonly at: number;
  /** When it begins on each day; null where it does not exist. */
  readonly starts: readonly (number | null)[];
}

export interface Axis {
  readonly days: readonly Day[];
  readonly slices: readonly Slice[];
  /** Minutes. */
  readonly length: number;
}

export function axisOf(days: readonly Day[]): Axis {
  const bounds = new Set<number>([0, kWholeDay]);
  const doubled: { readonly from: number; readonly to: number }[] = [];
  for (const { pieces } of days) {
    pieces.forEach((piece, i) => {
      bounds.add(piece.wall);
      bounds.add(wallEnd(piece));
      const before = pieces[i - 1];
      if (before && wallEnd(before) > piece.wall) doubled.push({ from: piece.wall, to: wallEnd(before) });
    });
  }
  const walls = [...bounds].sort((a, b) => a - b);
  const wanted: Omit<Slice, 'at' | 'starts'>[] = [];
  walls.slice(0, -1).forEach((wall, i) => {
    wanted.push({ wall, length: (walls[i + 1] as number) - wall, turn: 0 });
    for (const twice of doubled) {
      if (twice.to !== walls[i + 1]) continue;
      // All of the repeated part, behind its first showing.
      wanted.push(
        ...wanted
          .filter((slice) => slice.turn === 0 && slice.wall >= twice.from && slice.wall < twice.to)
          .map((slice): Omit<Slice, 'at' | 'starts'> => ({ ...slice, turn: 1 })),
      );
    }
  });
  const slices: Slice[] = [];
  let at = 0;
  for (const slice of wanted) {
    const starts = days.map((day) => startOn(day, slice));
    if (starts.every((start) => start === null)) continue; // skipped everywhere
    slices.push({ ...slice, at, starts });
    at += slice.length;
  }
  return { days, slices, length: at };
}

const wallEnd = (piece: Day['pieces'][number]): number => piece.wall + (piece.to - piece.from) / kMinute;

function startOn(day: Day, slice: Omit<Slice, 'at' | 'starts'>): number | null {
  const showing = day.pieces.filter(
    (piece) => piece.wall <= slice.wall && slice.wall + slice.length <= wallEnd(piece),
  );
  const piece = showing[slice.turn];
  return piece ? piece.from + (slice.wall - piece.wall) * kMinute : null;
}

/** Minutes from the top of an instant on day number `day`; of one before or after it, its edges. */
export function positionOf(axis: Axis, day: number, instant: number): number {
  let after = 0;
  for (const slice of axis.slices) {
    const start = slice.starts[day];
    if (start === null || start === undefined) continue;
    if (instant < start) return after === 0 ? slice.at : after;
    const end = start + slice.length * kMinute;
    if (instant < end) return slice.at + (instant - start) / kMinute;
    after = slice.at + slice.length;
  }
  return after;
}

/** The instant at a place of day number `day`; where it has no such time, the next there is. */
export function instantAt(axis: Axis, day: number, position: number): number {
  for (const slice of axis.slices) {
    const start = slice.starts[day];
    if (start === null || start === undefined || position >= slice.at + slice.length) continue;
    return start + Math.max(0, position - slice.at) * kMinute;
  }
  return (axis.days[day] as Day).end;
}

/** Stretches of the axis that a day does not have, in minutes from the top. */
export function missingOn(axis: Axis, day: number): readonly { readonly from: number; readonly to: number }[] {
  return axis.slices
    .filter((slice) => slice.starts[day] === null)
    .map((slice) => ({ from: slice.at, to: slice.at + slice.length }));
}

/** The parts of [start, end) that lie on days of the axis, in minutes from the top. */
export function partsOf(
  axis: Axis,
  start: number,
  end: number,
): readonly { readonly day: number; readonly from: number; readonly to: number; readonly first: boolean; readonly last: boolean }[] {
  return axis.days.flatMap((day, number) => {
    if (start >= day.end || end <= day.start) return [];
    return [{
      day: number,
      from: positionOf(axis, number, Math.max(start, day.start)),
      to: positionOf(axis, number, Math.min(end, day.end)),
      first: start >= day.start,
      last: end <= day.end,
    }];
  });
}

export interface Mark {
  /** Minutes from the top. */
  readonly at: number;
  /** Minutes since midnight, as clocks show it. */
  readonly wall: number;
  readonly again: boolean;
}

/** Where lines are drawn: every `step` minutes of the clock. */
export function marksOf(axis: Axis, step: number): readonly Mark[] {
  return axis.slices.flatMap((slice) => {
    const marks: Mark[] = [];
    for (let wall = Math.ceil(slice.wall / step) * step; wall < slice.wall + slice.length; wall += step) {
      marks.push({ at: slice.at + wall - slice.wall, wall, again: slice.turn === 1 });
    }
    return marks;
  });
}

/** The least number of minutes between lines that lie at least `least` pixels apart. */
export function stepFor(pixelsPerHour: number, least: number): number {
  const steps = [1, 5, 10, 15, 30, 60, 120, 180, 240];
  return steps.find((step) => (step / 60) * pixelsPerHour >= least) ?? 360;
}
