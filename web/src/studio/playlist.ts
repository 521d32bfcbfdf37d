// Editing a playlist: moving and cutting, how long things last, what has changed, undo. Pure.

import type { EntrySummary, PlaylistItem } from './api';

/** An item as the editor holds it: the key stays while it is moved about. */
export interface Line {
  readonly key: number;
  readonly item: PlaylistItem;
}

export type Lines = readonly Line[];

export const plainItem = (entry: EntrySummary): PlaylistItem => ({
  kind: entry.kind === 'card' ? 'card' : 'entry',
  entry: entry.id,
  in: 0,
  out: null,
  untrimmed: 'skip',
});

export const itemsOf = (lines: Lines): readonly PlaylistItem[] => lines.map(({ item }) => item);

/** With the line at `from` at `to`; both are kept within the list. */
export function moved(lines: Lines, from: number, to: number): Lines {
  const line = lines[from];
  if (!line) return lines;
  const rest = lines.filter((_, at) => at !== from);
  const at = Math.min(rest.length, Math.max(0, to));
  return [...rest.slice(0, at), line, ...rest.slice(at)];
}

export const without = (lines: Lines, key: number): Lines => lines.filter((line) => line.key !== key);

export const sameItem = (a: PlaylistItem, b: PlaylistItem): boolean =>
  a.kind === b.kind && a.entry === b.entry && a.in === b.in && a.out === b.out && a.untrimmed === b.untrimmed;

export const sameItems = (a: readonly PlaylistItem[], b: readonly PlaylistItem[]): boolean =>
  a.length === b.length && a.every((item, at) => sameItem(item, b[at] as PlaylistItem));

/** `items` as lines; those that `before` has, in the same order, keep their keys. */
export function linesOf(items: readonly PlaylistItem[], before: Lines, newKey: () => number): Lines {
  let from = 0;
  return items.map((item) => {
    const found = before.findIndex((line, at) => at >= from && sameItem(line.item, item));
    if (found < 0) return { key: newKey(), item };
    from = found + 1;
    return { key: (before[found] as Line).key, item };
  });
}

export interface Timing {
  /** Milliseconds from the playlist's beginning, and how long. */
  readonly start: number;
  /** null while it is not known: the entry is not prepared. */
  readonly length: number | null;
}

/**
 * When each item begins and how long it lasts. What is not known yet counts as nothing. `framesPerSecond`
 * gives an entry's rate, which trimmed items need; null where it is not known.
 */
export function timing(
  items: readonly PlaylistItem[],
  lengthOf: (entry: string) => number | null,
  framesPerSecond: (entry: string) => number | null,
): { readonly times: readonly Timing[]; readonly total: number } {
  let total = 0;
  const times = items.map((item) => {
    const start = total;
    const length = lengthOfItem(item, lengthOf(item.entry), framesPerSecond(item.entry));
    total += length ?? 0;
    return { start, length };
  });
  return { times, total };
}

function lengthOfItem(item: PlaylistItem, whole: number | null, rate: number | null): number | null {
  if (item.in === 0 && item.out === null) return whole;
  if (rate === null) return null;
  const end = item.out === null ? whole : (item.out / rate) * 1000;
  return end === null ? null : Math.max(0, end - (item.in / rate) * 1000);
}

export interface DiffRow {
  readonly change: 'same' | 'added' | 'removed';
  readonly item: PlaylistItem;
}

/** What makes `after` of `before`, in order: the longest common part stays (Wagner and Fischer 1974). */
export function diff(before: readonly PlaylistItem[], after: readonly PlaylistItem[]): readonly DiffRow[] {
  const width = after.length + 1;
  // common[i * width + j]: how many items before[i..] and after[j..] have in common.
  const common = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; --i) {
    for (let j = after.length - 1; j >= 0; --j) {
      const same = sameItem(before[i] as PlaylistItem, after[j] as PlaylistItem);
      common[i * width + j] = same
        ? (common[(i + 1) * width + j + 1] as number) + 1
        : Math.max(common[(i + 1) * width + j] as number, common[i * width + j + 1] as number);
    }
  }
  const rows: DiffRow[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const fresh = after[j];
    if (old && fresh && sameItem(old, fresh)) {
      rows.push({ change: 'same', item: fresh });
      ++i;
      ++j;
    } else if (old && (!fresh || (common[(i + 1) * width + j] as number) >= (common[i * width + j + 1] as number))) {
      rows.push({ change: 'removed', item: old });
      ++i;
    } else if (fresh) {
      rows.push({ change: 'added', item: fresh });
      ++j;
    }
  }
  return rows;
}

/** What there was before and after the present, for undo and redo. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
}

const kKept = 200;

export const begun = <T>(present: T): History<T> => ({ past: [], present, future: [] });

export const edited = <T>({ past, present }: History<T>, next: T): History<T> => ({
  past: [...past.slice(1 - kKept), present],
  present: next,
  future: [],
});

export function undone<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future] };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future };
}

/** Where a line dropped at `y` belongs, among those with these vertical middles, from top to bottom. */
export const dropIndex = (middles: readonly number[], y: number): number =>
  middles.filter((middle) => middle < y).length;

/** An id for a playlist called `title`: a-z, 0-9 and -; "" when nothing of it is left. */
export const slug = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100);
