// Editing a schedule: what its blocks are, moving them in time and in order, what two producers have
// changed. Pure.

import type { Block, Schedule } from './schedule_api';
import { addDays, addMinutes, dateAt, daysBetween, instantOf, isZone, localTime, offsetAt } from './zone';

export const isFixed = (block: Block): boolean => block.start !== '';

export const kPlainBlock: Omit<Block, 'id' | 'playlist'> = {
  passes: 1, start: '', zone: 'UTC', repeats: 'once', until: '', overrun: 'fill',
};

/** `wanted`, or that with a number behind it where it is taken. */
export function freeId(blocks: readonly Block[], wanted: string): string {
  const taken = new Set(blocks.map(({ id }) => id));
  for (let n = 1; ; ++n) {
    const id = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(id)) return id;
  }
}

/** The zone that a channel plans in: that of most of its fixed blocks. */
export function zoneOf(blocks: readonly Block[], otherwise: string): string {
  const counts = new Map<string, number>();
  for (const { zone } of blocks.filter(isFixed)) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most ? most[0] : otherwise;
}

/** The fixed block whose chain `id` is in; null for what a channel opens with. */
export function headOf(blocks: readonly Block[], id: string): Block | null {
  const at = blocks.findIndex((block) => block.id === id);
  return blocks.slice(0, at + 1).filter(isFixed).at(-1) ?? null;
}

/** What a block follows on; null for the first of a chain. */
export function predecessor(blocks: readonly Block[], id: string): Block | null {
  const at = blocks.findIndex((block) => block.id === id);
  const block = blocks[at];
  return block && !isFixed(block) ? (blocks[at - 1] ?? null) : null;
}

/**
 * With `block` in it: a fixed one in its own place, at the end when it is new; one that follows on, behind the
 * block `after` ("": first of all).
 */
export function placed(blocks: readonly Block[], block: Block, after: string | null): readonly Block[] {
  const at = blocks.findIndex(({ id }) => id === block.id);
  if (isFixed(block) || after === null) {
    if (at < 0) return [...blocks, block];
    return blocks.map((each) => (each.id === block.id ? block : each));
  }
  const rest = blocks.filter(({ id }) => id !== block.id);
  const to = rest.findIndex(({ id }) => id === after) + 1;
  return [...rest.slice(0, to), block, ...rest.slice(to)];
}

/** Without the block. What follows on a fixed one takes over its start. */
export function removed(blocks: readonly Block[], id: string): readonly Block[] {
  const at = blocks.findIndex((block) => block.id === id);
  const block = blocks[at];
  const next = blocks[at + 1];
  const rest = blocks.filter((each) => each.id !== id);
  if (!block || !next || !isFixed(block) || isFixed(next)) return rest;
  const { start, zone, repeats, overrun } = block;
  return rest.map((each) => (each.id === next.id ? { ...each, start, zone, repeats, overrun } : each));
}

/** The one that follows on moved by one place among the blocks; fixed ones have their place in time. */
export function reordered(blocks: readonly Block[], id: string, by: -1 | 1): readonly Block[] {
  const at = blocks.findIndex((block) => block.id === id);
  const [block, other] = [blocks[at], blocks[at + by]];
  if (!block || !other || isFixed(block)) return blocks;
  const next = [...blocks];
  next[at] = other;
  next[at + by] = block;
  return next;
}

/**
 * With the start that was at `from` at `to` (instants). Of a daily block all starts change, of a weekly one also
 * the day of the week.
 */
export function startMoved(block: Block, from: number, to: number): Block {
  if (!isFixed(block)) return block;
  const wanted = localTime(to, block.zone);
  const time = wanted.slice(11);
  if (block.repeats === 'once') return { ...block, start: wanted };
  const days = block.repeats === 'weekly'
    ? daysBetween(dateAt(from, block.zone), wanted.slice(0, 10))
    : 0;
  return { ...block, start: `${addDays(block.start.slice(0, 10), days)}T${time}` };
}

/** `instant` at the nearest time whose minutes, as clocks in `zone` show them, are a multiple of `step`. */
export function snapped(instant: number, step: number, zone: string): number {
  const minutes = (instant + offsetAt(instant, zone)) / 60_000;
  const to = instant + (Math.round(minutes / step) * step - minutes) * 60_000;
  return Math.round(to / 1000) * 1000;
}

/** With the start moved by wall-clock minutes: for keys. */
export const startShifted = (block: Block, minutes: number): Block =>
  isFixed(block) ? { ...block, start: addMinutes(block.start, minutes) } : block;

/** The instants in [from, to) at which a fixed block is to begin. */
export function startsOf(block: Block, from: number, to: number): readonly number[] {
  if (!isFixed(block) || !isZone(block.zone)) return [];
  if (block.repeats === 'once') {
    const once = instantOf(block.start, block.zone);
    return once >= from && once < to ? [once] : [];
  }
  const period = block.repeats === 'daily' ? 1 : 7;
  const first = block.start.slice(0, 10);
  // A day early: the zone's offset may have been another one.
  const gone = daysBetween(first, dateAt(from, block.zone)) - 1;
  const starts: number[] = [];
  for (let n = Math.max(0, Math.floor(gone / period)); ; ++n) {
    const start = instantOf(`${addDays(first, n * period)}T${block.start.slice(11)}`, block.zone);
    if (start >= to || Number.isNaN(start)) return starts;
    if (start >= from) starts.push(start);
  }
}

/** What clocks make of a start: a time that they skip, or show twice. */
export function clockTrouble(local: string, zone: string): 'skipped' | 'twice' | null {
  const instant = instantOf(local, zone);
  if (localTime(instant, zone) !== local) return 'skipped';
  const hours = [30, 60, 120].map((minutes) => minutes * 60_000);
  return hours.some((later) => localTime(instant + later, zone) === local) ? 'twice' : null;
}

export type BlockProblem = 'noPlaylist' | 'noDate' | 'badZone' | 'badPasses' | 'sameStart';

/** What is wrong with a block among others; `sameStart` is of two fixed ones at once. */
export function problemsOf(block: Block, blocks: readonly Block[]): readonly BlockProblem[] {
  const problems: BlockProblem[] = [];
  if (block.playlist === '') problems.push('noPlaylist');
  if (!Number.isInteger(block.passes) || block.passes < 0) problems.push('badPasses');
  if (!isFixed(block)) return problems;
  if (!isZone(block.zone)) problems.push('badZone');
  else if (Number.isNaN(instantOf(block.start, block.zone))) problems.push('noDate');
  else if (blocks.some((other) => other.id !== block.id && meet(block, other))) problems.push('sameStart');
  return problems;
}

function meet(a: Block, b: Block): boolean {
  if (!isFixed(b) || !isZone(b.zone)) return false;
  const first = Math.max(instantOf(a.start, a.zone), instantOf(b.start, b.zone));
  const week = 8 * 24 * 3_600_000;
  const starts = new Set(startsOf(a, first, first + week));
  return startsOf(b, first, first + week).some((start) => starts.has(start));
}

// -- What has changed -------------------------------------------------------------------------------

const kFields = ['playlist', 'passes', 'start', 'zone', 'repeats', 'until', 'overrun'] as const;

export const sameBlock = (a: Block, b: Block): boolean => kFields.every((field) => a[field] === b[field]);

export interface BlockChange {
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  readonly before: Block | null;
  readonly after: Block | null;
}

export interface ScheduleChanges {
  readonly blocks: readonly BlockChange[];
  readonly slate: boolean;
  readonly fillers: boolean;
  readonly countdown: boolean;
  readonly fade: boolean;
}

/** What makes `after` of `before`. `moved` is what now follows on something else. */
export function changesOf(before: Schedule, after: Schedule): ScheduleChanges {
  const changes: BlockChange[] = [];
  const find = (schedule: Schedule, id: string) => schedule.blocks.find((block) => block.id === id) ?? null;
  const follows = (schedule: Schedule, id: string) => predecessor(schedule.blocks, id)?.id ?? null;
  for (const block of after.blocks) {
    const old = find(before, block.id);
    if (!old) changes.push({ change: 'added', before: null, after: block });
    else if (!sameBlock(old, block)) changes.push({ change: 'changed', before: old, after: block });
    else if (follows(before, block.id) !== follows(after, block.id)) {
      changes.push({ change: 'moved', before: old, after: block });
    }
  }
  for (const block of before.blocks) {
    if (!find(after, block.id)) changes.push({ change: 'removed', before: block, after: null });
  }
  return {
    blocks: changes, slate: before.slate !== after.slate, fillers: before.fillers !== after.fillers,
    countdown: before.countdown !== after.countdown, fade: before.fade !== after.fade,
  };
}

export const countOf = ({ blocks, slate, fillers, countdown, fade }: ScheduleChanges): number =>
  blocks.length + Number(slate) + Number(fillers) + Number(countdown) + Number(fade);

export interface BlockConflict {
  readonly id: string;
  /** null: removed. */
  readonly mine: Block | null;
  readonly theirs: Block | null;
}

export interface MergedSchedule {
  /** Mine, with what only they have changed. */
  readonly schedule: Schedule;
  /** Blocks that both have changed, differently; `schedule` has mine. */
  readonly conflicts: readonly BlockConflict[];
}

/** Two changes of `base`. In order, mine counts; what they have added stands where they put it. */
export function mergeSchedules(base: Schedule, mine: Schedule, theirs: Schedule): MergedSchedule {
  const of = (schedule: Schedule) => new Map(schedule.blocks.map((block) => [block.id, block]));
  const [inBase, inMine, inTheirs] = [of(base), of(mine), of(theirs)];
  const conflicts: BlockConflict[] = [];
  const same = (a: Block | null, b: Block | null) => (a && b ? sameBlock(a, b) : a === b);
  const chosen = new Map<string, Block>();
  for (const id of new Set([...inBase.keys(), ...inMine.keys(), ...inTheirs.keys()])) {
    const [before, my, their] = [inBase, inMine, inTheirs].map((map) => map.get(id) ?? null) as [
      Block | null, Block | null, Block | null,
    ];
    const untouched = same(before, my);
    if (!untouched && !same(before, their) && !same(my, their)) conflicts.push({ id, mine: my, theirs: their });
    const block = untouched ? their : my;
    if (block) chosen.set(id, block);
  }
  // The order of whoever has changed it; mine, if both have.
  const order = (schedule: Schedule, known: ReadonlyMap<string, Block>) =>
    schedule.blocks.filter(({ id }) => inBase.has(id) && known.has(id)).map(({ id }) => id).join('\n');
  const untouchedOrder = order(mine, inBase) === order(base, inMine);
  const [first, second] = untouchedOrder ? [theirs, mine] : [mine, theirs];
  let ids = first.blocks.map(({ id }) => id);
  second.blocks.forEach(({ id }, i) => {
    if (ids.includes(id)) return;
    const before = second.blocks[i - 1];
    const to = before ? ids.indexOf(before.id) + 1 : 0;
    ids = [...ids.slice(0, to), id, ...ids.slice(to)];
  });
  const blocks = ids.flatMap((id) => chosen.get(id) ?? []);
  const pick = <T,>(before: T, my: T, their: T) => (my === before ? their : my);
  return {
    schedule: {
      slate: pick(base.slate, mine.slate, theirs.slate),
      fillers: pick(base.fillers, mine.fillers, theirs.fillers),
      countdown: pick(base.countdown, mine.countdown, theirs.countdown),
      fade: pick(base.fade, mine.fade, theirs.fade),
      blocks,
    },
    conflicts,
  };
}

/** With what they have, where both have changed a block. */
export function takenTheirs(schedule: Schedule, conflict: BlockConflict): Schedule {
  const { id, theirs } = conflict;
  const there = schedule.blocks.some((block) => block.id === id);
  const blocks = !theirs
    ? schedule.blocks.filter((block) => block.id !== id)
    : there
      ? schedule.blocks.map((block) => (block.id === id ? theirs : block))
      : [...schedule.blocks, theirs];
  return { ...schedule, blocks };
}
