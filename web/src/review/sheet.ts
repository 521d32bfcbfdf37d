// What a juror says of a film: changing it, and putting two versions of it together. Pure.

import type { Comment, Criterion, ReviewState, Sheet } from '../api';

export const kEmptySheet: Sheet = { scores: {}, note: '', comments: [] };

/** `null` takes the score back. */
export function withScore(sheet: Sheet, criterion: string, score: number | null): Sheet {
  const scores = { ...sheet.scores };
  if (score === null) delete scores[criterion];
  else scores[criterion] = score;
  return { ...sheet, scores };
}

/** In the order of the film. */
export function withComment(sheet: Sheet, comment: Comment): Sheet {
  const others = sheet.comments.filter(({ id }) => id !== comment.id);
  return { ...sheet, comments: [...others, comment].sort((a, b) => a.at_ms - b.at_ms) };
}

export function withoutComment(sheet: Sheet, id: string): Sheet {
  return { ...sheet, comments: sheet.comments.filter((comment) => comment.id !== id) };
}

export function sameSheet(a: Sheet, b: Sheet): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));
}

function inOrder({ scores, note, comments }: Sheet): unknown {
  return [
    Object.entries(scores).sort(([a], [b]) => (a < b ? -1 : 1)),
    note,
    [...comments]
      .sort((a, b) => a.at_ms - b.at_ms || (a.id < b.id ? -1 : 1))
      .map(({ id, at_ms, text }) => [id, at_ms, text]),
  ];
}

/**
 * `theirs` with what was changed between `base` and `mine`. Nothing that somebody wrote is lost: of
 * two notes both stay, of two scores for the same thing mine counts, and a comment goes only when
 * one of the two took it away and the other did not touch it.
 */
export function merge(base: Sheet, mine: Sheet, theirs: Sheet): Sheet {
  const scores: Record<string, number> = {};
  const criteria = new Set([...Object.keys(mine.scores), ...Object.keys(theirs.scores)]);
  for (const id of criteria) {
    const chosen = mine.scores[id] === base.scores[id] ? theirs.scores[id] : mine.scores[id];
    if (chosen !== undefined) scores[id] = chosen;
  }
  const comments = new Map(theirs.comments.map((comment) => [comment.id, comment]));
  const before = new Map(base.comments.map((comment) => [comment.id, comment]));
  for (const comment of mine.comments) {
    const old = before.get(comment.id);
    if (!old || old.text !== comment.text) comments.set(comment.id, comment);
  }
  const kept = new Set(mine.comments.map(({ id }) => id));
  for (const { id, text } of base.comments) {
    if (!kept.has(id) && comments.get(id)?.text === text) comments.delete(id);
  }
  return {
    scores,
    note: mergeNotes(base.note, mine.note, theirs.note),
    comments: [...comments.values()].sort((a, b) => a.at_ms - b.at_ms),
  };
}

function mergeNotes(base: string, mine: string, theirs: string): string {
  if (mine === base) return theirs;
  if (theirs === base) return mine;
  if (theirs.includes(mine)) return theirs;
  if (mine.includes(theirs)) return mine;
  return `${theirs}\n\n${mine}`;
}

/** Whether every score that counts is there. */
export function isScored(sheet: Sheet, criteria: readonly Criterion[]): boolean {
  return criteria.every(({ id, weight }) => weight === 0 || sheet.scores[id] !== undefined);
}

const kSeen = 0.9;

/** The server's rule (review::state_of), for what it has not heard of yet. */
export function stateOf(
  sheet: Sheet,
  watched: number,
  criteria: readonly Criterion[],
): ReviewState {
  if (isScored(sheet, criteria)) return 'scored';
  if (watched >= kSeen) return 'seen';
  return watched > 0 || !sameSheet(sheet, kEmptySheet) ? 'begun' : 'new';
}

/** An id for a comment, as the server wants them. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
