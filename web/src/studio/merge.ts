// Two people who have changed the same thing. Pure.

export type Fields = Readonly<Record<string, string>>;

export interface Merged {
  /** Mine, with what only they have changed. */
  readonly fields: Fields;
  /** Names of what both have changed, differently; `fields` has mine. */
  readonly conflicts: readonly string[];
}

/** `base` is what both began with. A field that is missing counts as empty. */
export function merge(base: Fields, mine: Fields, theirs: Fields): Merged {
  const fields: Record<string, string> = {};
  const conflicts: string[] = [];
  for (const name of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const [before, my, their] = [base[name] ?? '', mine[name] ?? '', theirs[name] ?? ''];
    fields[name] = my === before ? their : my;
    if (my !== before && their !== before && my !== their) conflicts.push(name);
  }
  return { fields, conflicts };
}

/** Names of what is different. */
export function changed(before: Fields, after: Fields): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => (before[name] ?? '') !== (after[name] ?? ''));
}
