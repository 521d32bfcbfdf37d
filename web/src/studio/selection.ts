// Several lines of a playlist at once: choosing them, and what is done with them. Pure.

import type { Line, Lines } from './playlist';

export interface Selection {
  readonly keys: ReadonlySet<number>;
  /** From where a range is extended; null before anything is chosen. */
  readonly anchor: number | null;
}

export const kNothingSelected: Selection = { keys: new Set(), anchor: null };

export const isSelected = ({ keys }: Selection, key: number): boolean => keys.has(key);

export const only = (key: number): Selection => ({ keys: new Set([key]), anchor: key });

export const allOf = (lines: Lines): Selection => ({
  keys: new Set(lines.map(({ key }) => key)),
  anchor: lines[0]?.key ?? null,
});

/** In when it is out, out when it is in. */
export function toggled({ keys }: Selection, key: number): Selection {
  const after = new Set(keys);
  if (!after.delete(key)) after.add(key);
  return { keys: after, anchor: key };
}

/** From the anchor to `key`, in place of what was chosen. */
export function extended(lines: Lines, { anchor }: Selection, key: number): Selection {
  const from = lines.findIndex((line) => line.key === anchor);
  const to = lines.findIndex((line) => line.key === key);
  if (from < 0 || to < 0) return only(key);
  const part = lines.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { keys: new Set(part.map((line) => line.key)), anchor };
}

/** Without lines that are not there any more. */
export function pruned(lines: Lines, selection: Selection): Selection {
  const there = new Set(lines.map(({ key }) => key));
  const keys = new Set([...selection.keys].filter((key) => there.has(key)));
  if (keys.size === selection.keys.size) return selection;
  const { anchor } = selection;
  return { keys, anchor: anchor !== null && there.has(anchor) ? anchor : null };
}

export const chosen = (lines: Lines, { keys }: Selection): Lines => lines.filter(({ key }) => keys.has(key));

/** With those that are chosen together, in their order, before number `to` of those that are not. */
export function gathered(lines: Lines, keys: ReadonlySet<number>, to: number): Lines {
  const rest = lines.filter(({ key }) => !keys.has(key));
  const group = lines.filter(({ key }) => keys.has(key));
  const at = Math.min(rest.length, Math.max(0, to));
  return [...rest.slice(0, at), ...group, ...rest.slice(at)];
}

/**
 * One place up (-1) or down (1). Those at the edge, and those that stand against them, stay: nobody
 * overtakes another one.
 */
export function nudged(lines: Lines, keys: ReadonlySet<number>, by: -1 | 1): Lines {
  const order = [...lines];
  const places = order.map((_, at) => at);
  for (const at of by < 0 ? places : places.reverse()) {
    const line = order[at] as Line;
    const neighbour = order[at + by];
    if (!keys.has(line.key) || !neighbour || keys.has(neighbour.key)) continue;
    order[at] = neighbour;
    order[at + by] = line;
  }
  return order.every((line, at) => line === lines[at]) ? lines : order;
}

/** Without those. */
export const withoutAll = (lines: Lines, keys: ReadonlySet<number>): Lines =>
  lines.filter(({ key }) => !keys.has(key));

/** With copies of those that are chosen after the last of them; and the copies, chosen in their place. */
export function doubled(
  lines: Lines,
  keys: ReadonlySet<number>,
  newKey: () => number,
): { readonly lines: Lines; readonly copies: Selection } {
  const group = lines.filter(({ key }) => keys.has(key));
  const copies = group.map(({ item }) => ({ key: newKey(), item }));
  const last = lines.indexOf(group.at(-1) as Line);
  return {
    lines: [...lines.slice(0, last + 1), ...copies, ...lines.slice(last + 1)],
    copies: { keys: new Set(copies.map(({ key }) => key)), anchor: copies[0]?.key ?? null },
  };
}
