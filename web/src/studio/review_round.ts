// A review round as a producer sets it up: its criteria, and who judges what. Pure.

import type { Criterion, Texts } from '../api';
import { kLanguages } from '../locale';
import { merge } from './merge';
import { slug } from './playlist';

/** A criterion while it is being written; the key stays when it is renamed. */
export interface CriterionDraft {
  readonly key: number;
  /** Of one that there is already; "" for a new one. */
  readonly id: string;
  readonly names: Texts;
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

export const newCriterion = (key: number): CriterionDraft => ({
  key, id: '', names: {}, low: 1, high: 10, weight: 1,
});

export const draftsOf = (criteria: readonly Criterion[]): readonly CriterionDraft[] =>
  criteria.map((criterion, key) => ({ key, ...criterion }));

export type CriterionProblem = 'nameless' | 'no-scale' | 'no-weight' | 'none';

/** What is wrong with them, by key; "none" under -1 when there is none at all. */
export function problemsOf(drafts: readonly CriterionDraft[]): ReadonlyMap<number, CriterionProblem> {
  const problems = new Map<number, CriterionProblem>();
  if (drafts.length === 0) problems.set(-1, 'none');
  for (const { key, names, low, high } of drafts) {
    if (Object.values(filled(names)).length === 0) problems.set(key, 'nameless');
    else if (!Number.isInteger(low) || !Number.isInteger(high) || low < 0 || high <= low || high > 1000) {
      problems.set(key, 'no-scale');
    }
  }
  if (drafts.length > 0 && drafts.every(({ weight }) => weight === 0)) problems.set(-1, 'no-weight');
  return problems;
}

/** Without what has no text. */
export const filled = (texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).map(([tag, text]) => [tag, text.trim()]).filter(([, text]) => text !== ''));

/** As the server takes them. A new one is called after its name, and never like another one. */
export function criteriaOf(drafts: readonly CriterionDraft[]): readonly Criterion[] {
  const taken = new Set(drafts.map(({ id }) => id).filter((id) => id !== ''));
  return drafts.map(({ id, names, low, high, weight }, at) => {
    const texts = filled(names);
    let name = id;
    if (name === '') {
      const base = slug(texts['en'] ?? Object.values(texts)[0] ?? '').slice(0, 36) || `criterion-${at + 1}`;
      name = base;
      for (let n = 2; taken.has(name); ++n) name = `${base}-${n}`;
      taken.add(name);
    }
    return { id: name, names: texts, low, high, weight };
  });
}

export const sameCriteria = (a: readonly Criterion[], b: readonly Criterion[]): boolean =>
  JSON.stringify(a.map(shape)) === JSON.stringify(b.map(shape));

const shape = ({ id, names, low, high, weight }: Criterion) => [
  id, Object.entries(filled(names)).sort(([a], [b]) => a.localeCompare(b)), low, high, weight,
];

/** The titles and criteria of a round while they are being written. */
export interface RoundDraft {
  readonly titles: Texts;
  readonly criteria: readonly CriterionDraft[];
}

type RoundHead = { readonly titles: Texts; readonly criteria: readonly Criterion[] };

export const draftOf = ({ titles, criteria }: RoundHead): RoundDraft => ({ titles, criteria: draftsOf(criteria) });

export const isSameRound = (a: RoundHead, b: RoundHead): boolean =>
  JSON.stringify(titlesIn(a.titles)) === JSON.stringify(titlesIn(b.titles)) && sameCriteria(a.criteria, b.criteria);

const titlesIn = (texts: Texts) => Object.entries(filled(texts)).sort(([a], [b]) => a.localeCompare(b));

/**
 * `theirs` with what `mine` has changed since both were `base`. Where both have changed the same, mine
 * stays; what one removed and the other has changed stays as well.
 */
export function mergeRound(base: RoundHead, mine: RoundDraft, theirs: RoundHead): RoundDraft {
  const before = new Map(base.criteria.map((criterion) => [criterion.id, criterion]));
  const written = new Map(mine.criteria.filter(({ id }) => id !== '').map((draft) => [draft.id, draft]));
  const there = new Set(theirs.criteria.map(({ id }) => id));
  let key = Math.max(-1, ...mine.criteria.map((draft) => draft.key));
  const criteria = theirs.criteria.flatMap((their): readonly CriterionDraft[] => {
    const old = before.get(their.id);
    const my = written.get(their.id);
    if (!my) return old && sameCriteria([old], [their]) ? [] : [{ key: ++key, ...their }];
    return [old ? mergeCriterion(old, my, their) : my];
  });
  const mineOnly = mine.criteria.filter((my) => {
    if (my.id === '') return true;
    const old = before.get(my.id);
    return !there.has(my.id) && !(old && sameCriteria([old], [my]));
  });
  return {
    titles: merge(base.titles, mine.titles, theirs.titles).fields,
    criteria: [...criteria, ...mineOnly],
  };
}

function mergeCriterion(base: Criterion, mine: CriterionDraft, theirs: Criterion): CriterionDraft {
  const number = (name: 'low' | 'high' | 'weight') => (mine[name] === base[name] ? theirs[name] : mine[name]);
  return {
    key: mine.key,
    id: mine.id,
    names: merge(base.names, mine.names, theirs.names).fields,
    low: number('low'),
    high: number('high'),
    weight: number('weight'),
  };
}

/** What a contest of short films usually begins with. */
export function usualCriteria(): readonly CriterionDraft[] {
  const names = [
    { en: 'Story', zh: '故事', ru: 'История' },
    { en: 'Craft', zh: '技艺', ru: 'Мастерство' },
    { en: 'Originality', zh: '原创性', ru: 'Оригинальность' },
  ];
  return names.map((texts, key) => ({ ...newCriterion(key), names: texts }));
}

/** The languages in which names are asked for. */
export const kNameLanguages = kLanguages.map(({ tag }) => tag);
