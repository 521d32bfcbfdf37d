// Schedules that are edited and not published, kept in the browser: they outlive the page. By account and channel.
//
// Whatever the storage holds may be broken, from another version, or somebody else's; and it may be full, or
// refuse to be used at all. Pure but for the storage that is passed.

import type { Tagged } from '../api';
import type { Block, PublishedSchedule, Schedule } from './schedule_api';
import { changesOf, countOf, mergeSchedules } from './schedule_draft';

/** What is needed of localStorage. */
export type Keeper = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>;

export interface KeptDraft {
  readonly account: string;
  readonly channel: string;
  /** When it was edited last: milliseconds since 1970, by this browser's clock. */
  readonly at: number;
  /** What the edits began with. */
  readonly base: Tagged<PublishedSchedule>;
  readonly present: Schedule;
}

const kPrefix = 'matinee.schedule-draft.';
const kFormat = 1;
export const kMostDrafts = 20;
export const kMostText = 512 * 1024; // UTF-16 units a draft
export const kLongest = 30 * 24 * 3_600_000; // milliseconds
const kAhead = 24 * 3_600_000; // a clock that was put back
const kMostBlocks = 1_000; // of a schedule, as the server has it

const keyOf = (account: string, channel: string) => kPrefix + JSON.stringify([account, channel]);

/** What `use` makes of the storage; `otherwise` where there is none, or it refuses. */
function tried<T>(storage: Keeper | null, use: (storage: Keeper) => T, otherwise: T): T {
  if (!storage) return otherwise;
  try {
    return use(storage);
  } catch {
    return otherwise;
  }
}

/** Keeps it in place of the one before. False when it could not be: then there is none of this channel. */
export function keepDraft(storage: Keeper | null, draft: KeptDraft): boolean {
  const key = keyOf(draft.account, draft.channel);
  const text = JSON.stringify({ format: kFormat, ...draft });
  const kept = text.length <= kMostText && tried(storage, (there) => {
    if (there.getItem(key) === null) makeRoom(there, draft.at, kMostDrafts - 1);
    return stored(there, key, text);
  }, false);
  // An older state of it would be taken for the newest.
  if (!kept) forgetDraft(storage, draft.account, draft.channel);
  return kept;
}

export function forgetDraft(storage: Keeper | null, account: string, channel: string): void {
  tried(storage, (there) => there.removeItem(keyOf(account, channel)), undefined);
}

/** The one that was kept, if there is one that makes sense and is not too old. All that are of no use go away. */
export function recallDraft(storage: Keeper | null, account: string, channel: string, now: number): KeptDraft | null {
  return tried(storage, (there) => {
    makeRoom(there, now, kMostDrafts);
    const draft = parsed(there.getItem(keyOf(account, channel)));
    return draft?.account === account && draft.channel === channel ? draft : null;
  }, null);
}

export interface RestoredDraft {
  readonly base: Tagged<PublishedSchedule>;
  readonly present: Schedule;
  /** `merged`: with what was published meanwhile; `behind`: that has still to be put together, by a human. */
  readonly how: 'as-it-was' | 'merged' | 'behind';
}

/** What a draft comes to now that `found` is published; null when nothing of it is left. */
export function restoredDraft(kept: KeptDraft, found: Tagged<PublishedSchedule>): RestoredDraft | null {
  const differs = (schedule: Schedule) => countOf(changesOf(found.value, schedule)) > 0;
  if (kept.base.etag === found.etag) {
    return differs(kept.present) ? { base: found, present: kept.present, how: 'as-it-was' } : null;
  }
  const { schedule, conflicts } = mergeSchedules(kept.base.value, kept.present, found.value);
  if (conflicts.length > 0) return { base: kept.base, present: kept.present, how: 'behind' };
  return differs(schedule) ? { base: found, present: schedule, how: 'merged' } : null;
}

// -- Storage ------------------------------------------------------------------------------------------

/** True when it is stored, if need be in place of other drafts, the oldest first. */
function stored(storage: Keeper, key: string, text: string): boolean {
  let others: { readonly key: string }[] | null = null;
  for (;;) {
    try {
      storage.setItem(key, text);
      return true;
    } catch {
      others ??= draftsIn(storage).filter((each) => each.key !== key);
      const oldest = others.shift();
      if (!oldest) return false;
      storage.removeItem(oldest.key);
    }
  }
}

/** Removes what is broken or too old, and the oldest of more than `most`. */
function makeRoom(storage: Keeper, now: number, most: number): void {
  const all = draftsIn(storage);
  const good = all.filter(({ draft }) => draft !== null && draft.at > now - kLongest && draft.at < now + kAhead);
  const kept = new Set(good.slice(Math.max(0, good.length - most)));
  for (const each of all) {
    if (!kept.has(each)) storage.removeItem(each.key);
  }
}

/** Oldest first; those that make no sense before all. */
function draftsIn(storage: Keeper): { readonly key: string; readonly draft: KeptDraft | null }[] {
  const keys: string[] = [];
  for (let n = 0; n < storage.length; ++n) {
    const key = storage.key(n);
    if (key?.startsWith(kPrefix)) keys.push(key);
  }
  return keys
    .map((key) => ({ key, draft: parsed(storage.getItem(key)) }))
    .sort((a, b) => (a.draft?.at ?? 0) - (b.draft?.at ?? 0));
}

// -- Contents -----------------------------------------------------------------------------------------

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const texts = (from: Members, names: readonly string[]) => names.every((name) => typeof from[name] === 'string');

function isBlock(value: unknown): value is Block {
  return isObject(value) && texts(value, ['id', 'playlist', 'start', 'zone', 'until']) && value['id'] !== '' &&
    isCount(value['passes']) && ['once', 'daily', 'weekly'].includes(value['repeats'] as string) &&
    ['fill', 'cut', 'finish'].includes(value['overrun'] as string);
}

function isSchedule(value: unknown): value is Schedule {
  if (!isObject(value) || !texts(value, ['slate', 'fillers', 'countdown'])) return false;
  if (typeof value['fade'] !== 'number') return false;
  const { blocks } = value;
  return Array.isArray(blocks) && blocks.length <= kMostBlocks && blocks.every(isBlock) &&
    new Set(blocks.map(({ id }) => id)).size === blocks.length;
}

function parsed(text: string | null): KeptDraft | null {
  if (text === null || text.length > kMostText) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || value['format'] !== kFormat || !texts(value, ['account', 'channel'])) return null;
  const { account, channel, at, base, present } = value;
  if (!isCount(at) || !isSchedule(present) || !isObject(base) || !texts(base, ['etag'])) return null;
  const published = base['value'];
  if (!isSchedule(published) || !isCount((published as Partial<PublishedSchedule>).version)) return null;
  return {
    account: account as string, channel: channel as string, at, present,
    base: { etag: base['etag'] as string, value: published as PublishedSchedule },
  };
}
