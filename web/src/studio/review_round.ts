// A review round as a producer sets it up: its criteria, and who judges what. Pure.

import type { Criterion, Texts } from '../api';
import { kLanguages } from '../locale';
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
