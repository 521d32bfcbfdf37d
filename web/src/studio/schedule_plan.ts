// What is to be seen in a plan: gaps, late and missed starts, films that are cut. Pure.

import type { Block, Plan, PlannedAiring, Stretch } from './schedule_api';
import { startsOf } from './schedule_draft';

/** Shorter gaps come of films that do not end on the minute. */
export const kNotable = 60_000;

/** What a fixed start may be off, which nobody sees: half a frame of the slowest rate, in milliseconds. */
const kTolerance = 30;

export interface Trouble {
  readonly kind: 'gap' | 'late' | 'missed' | 'cut';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the gap, the delay, or what is cut off; 0 where there is none. */
  readonly length: number;
  readonly block: string | null;
  readonly entry: string | null;
}

export const startOf = ({ start }: { readonly start: string }): number => Date.parse(start);
export const endOf = ({ end }: { readonly end: string }): number => Date.parse(end);
export const lengthOf = (each: { readonly start: string; readonly end: string }): number =>
  endOf(each) - startOf(each);

/**
 * How late the fixed start that a stretch begins with is; 0 for others, and where it is not known what was on
 * before.
 */
export function lateness(stretch: Stretch, before: Stretch | undefined): number {
  if (!before || stretch.kind !== 'block' || stretch.fixed_start === null) return 0;
  if (before.fixed_start === stretch.fixed_start) return 0;
  const late = startOf(stretch) - Date.parse(stretch.fixed_start);
  return late > kTolerance ? late : 0;
}

/**
 * Of what comes after `now`, by time. `wholeLength` says how long an entry is in milliseconds, null where that is
 * not known; `from` and `to` are the bounds of the plan.
 */
export function troublesOf(
  plan: Pick<Plan, 'stretches' | 'airings'>,
  blocks: readonly Block[],
  period: { readonly from: number; readonly to: number; readonly now: number },
  wholeLength: (entry: string) => number | null,
): readonly Trouble[] {
  const { from, to, now } = period;
  const troubles: Trouble[] = [];
  plan.stretches.forEach((stretch, i) => {
    if (endOf(stretch) <= now) return;
    const start = startOf(stretch);
    const before = plan.stretches[i - 1];
    const plain = { block: stretch.block, entry: null };
    if (stretch.kind === 'gap' && lengthOf(stretch) >= kNotable) {
      troubles.push({ ...plain, kind: 'gap', at: start, length: lengthOf(stretch) });
    }
    const late = lateness(stretch, before);
    if (late > 0) troubles.push({ ...plain, kind: 'late', at: start, length: late });
  });
  for (const airing of plan.airings) {
    if (airing.cut && endOf(airing) > now) troubles.push(cutOf(airing, wholeLength(airing.entry)));
  }
  const begun = new Set(plan.stretches.map(({ fixed_start: fixed }) => (fixed ? Date.parse(fixed) : 0)));
  const last = plan.stretches.at(-1);
  const known = Math.min(to, last ? endOf(last) : from);
  const heads = new Map<number, string>();
  for (const block of blocks) {
    for (const at of startsOf(block, Math.max(from, now), known)) {
      if (heads.has(at)) continue; // of two at once the first begins
      heads.set(at, block.id);
    }
  }
  for (const [at, block] of heads) {
    if (!begun.has(at)) troubles.push({ kind: 'missed', at, length: 0, block, entry: null });
  }
  return troubles.sort((a, b) => a.at - b.at);
}

function cutOf(airing: PlannedAiring, whole: number | null): Trouble {
  const length = whole === null ? 0 : Math.max(0, whole - lengthOf(airing));
  return { kind: 'cut', at: startOf(airing), length, block: airing.block, entry: airing.entry };
}

/** What is chosen on a timeline: an airing, or a stretch, of a block or of none. */
export interface Selection {
  readonly kind: 'stretch' | 'airing';
  readonly start: number;
  readonly block: string | null;
}

export const selectionOf = (stretch: Stretch): Selection => ({
  kind: 'stretch', start: startOf(stretch), block: stretch.kind === 'block' ? stretch.block : null,
});

/** The number of the stretch that is chosen; that of a block stays chosen while it is moved. -1 for none. */
export function chosenStretch(stretches: readonly Stretch[], selection: Selection | null): number {
  if (selection?.kind !== 'stretch') return -1;
  const { start, block } = selection;
  if (block === null) {
    return stretches.findIndex((stretch) => startOf(stretch) <= start && start < endOf(stretch));
  }
  const distance = (at: number) => Math.abs(startOf(stretches[at] as Stretch) - start);
  return stretches.reduce(
    (best, stretch, at) =>
      stretch.kind === 'block' && stretch.block === block && (best < 0 || distance(at) < distance(best)) ? at : best,
    -1,
  );
}

/** The airings that overlap [from, to). */
export const airingsIn = (
  airings: readonly PlannedAiring[], from: number, to: number,
): readonly PlannedAiring[] => airings.filter((airing) => startOf(airing) < to && endOf(airing) > from);
