import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  forgetDraft, keepDraft, kLongest, kMostDrafts, kMostText, recallDraft, restoredDraft, type KeptDraft, type Keeper,
} from '../src/studio/kept_drafts';
import type { Block, PublishedSchedule } from '../src/studio/schedule_api';
import { kPlainBlock } from '../src/studio/schedule_draft';

const kNow = Date.parse('2026-11-23T20:00:00Z');
const kHour = 3_600_000;
const block = (id: string, more: Partial<Block> = {}): Block => ({ ...kPlainBlock, id, playlist: id, ...more });
const published = (version: number, ...blocks: Block[]) => ({
  etag: `"${version}"`, value: { version, slate: 'slate', fillers: '', countdown: '', fade: 0.8, blocks } satisfies PublishedSchedule,
});
const draftOf = (more: Partial<KeptDraft> = {}): KeptDraft => ({
  account: 'ann', channel: 'hall', at: kNow, base: published(3, block('a'), block('b')),
  present: { slate: 'slate', fillers: '', countdown: '', fade: 0.8, blocks: [block('a', { passes: 7 }), block('b')] }, ...more,
});

/** localStorage, of so many characters. */
class Shelf implements Keeper {
  readonly all = new Map<string, string>();
  constructor(private readonly room = Infinity) {}
  get length() {
    return this.all.size;
  }
  key(n: number) {
    return [...this.all.keys()][n] ?? null;
  }
  getItem(key: string) {
    return this.all.get(key) ?? null;
  }
  setItem(key: string, text: string) {
    const others = [...this.all].filter(([other]) => other !== key).reduce((sum, [other, value]) => sum + other.length + value.length, 0);
    if (others + key.length + text.length > this.room) throw new Error('QuotaExceededError');
    this.all.set(key, text);
  }
  removeItem(key: string) {
    this.all.delete(key);
  }
}

const refuse = (): never => {
  throw new Error('SecurityError');
};
const kForbidden: Keeper = {
  get length() {
    return refuse();
  },
  key: refuse, getItem: refuse, setItem: refuse, removeItem: refuse,
};

test('a draft comes back to its account and channel, and to no other', () => {
  const shelf = new Shelf();
  assert.ok(keepDraft(shelf, draftOf()));
  assert.deepEqual(recallDraft(shelf, 'ann', 'hall', kNow + kHour), draftOf());
  assert.equal(recallDraft(shelf, 'ann', 'foyer', kNow), null);
  assert.equal(recallDraft(shelf, 'bob', 'hall', kNow), null);
  const other = draftOf({ account: 'ann","hall', channel: '' });
  assert.ok(keepDraft(shelf, other));
  assert.deepEqual(recallDraft(shelf, 'ann', 'hall', kNow), draftOf());
  forgetDraft(shelf, 'ann', 'hall');
  assert.equal(recallDraft(shelf, 'ann', 'hall', kNow), null);
  assert.deepEqual(recallDraft(shelf, other.account, other.channel, kNow), other);
});

test('what is broken, from another version or somebody else’s is nothing, and goes away', () => {
  const good = new Shelf();
  keepDraft(good, draftOf());
  const [[key, text] = ['', '']] = good.all;
  const value = JSON.parse(text) as { present: { blocks: unknown[] }; base: { value: object } };
  const present = (more: object) => ({ ...value, present: { ...value.present, ...more } });
  const broken = [
    '', '{', 'null', '[]', '7', '"text"', text.slice(0, -1), '{"format":1}', 'x'.repeat(kMostText + 1),
    ...[
      { ...value, format: 2 }, { ...value, account: 7 }, { ...value, at: 'yesterday' }, { ...value, at: -1 },
      { ...value, at: 1e300 }, { ...value, base: null }, { ...value, base: { ...value.base, etag: 3 } },
      { ...value, base: { ...value.base, value: { ...value.base.value, version: 'new' } } },
      { ...value, present: [] }, present({ slate: null }), present({ blocks: {} }), present({ blocks: [null] }),
      present({ blocks: [block('a', { passes: -1 })] }), present({ blocks: [block('a', { passes: 0.5 })] }),
      present({ blocks: [{ ...block('a'), repeats: 'hourly' }] }), present({ blocks: [{ ...block('a'), zone: 1 }] }),
      present({ blocks: [block('a'), block('a')] }), present({ blocks: [block('')] }),
      present({ blocks: Array.from({ length: 1001 }, (_, n) => block(`b${n}`)) }),
    ].map((each) => JSON.stringify(each)),
  ];
  for (const each of broken) {
    const shelf = new Shelf();
    shelf.all.set(key, each);
    shelf.all.set('matinee.language', 'zh');
    assert.equal(recallDraft(shelf, 'ann', 'hall', kNow), null, each.slice(0, 200));
    assert.deepEqual([...shelf.all.keys()], ['matinee.language'], each.slice(0, 200));
  }
  // One that says it is another's, under this name.
  const shelf = new Shelf();
  shelf.all.set(key, JSON.stringify({ ...value, account: 'bob' }));
  assert.equal(recallDraft(shelf, 'ann', 'hall', kNow), null);
});

test('no draft is kept for ever, nor are very many', () => {
  const shelf = new Shelf();
  keepDraft(shelf, draftOf());
  assert.ok(recallDraft(shelf, 'ann', 'hall', kNow + kLongest - 1));
  assert.equal(recallDraft(shelf, 'ann', 'hall', kNow + kLongest), null);
  assert.equal(shelf.length, 0);
  keepDraft(shelf, draftOf());
  assert.equal(recallDraft(shelf, 'ann', 'hall', kNow - 48 * kHour), null, 'of a clock that was wrong');

  for (let n = 0; n < kMostDrafts + 5; ++n) keepDraft(shelf, draftOf({ channel: `hall-${n}`, at: kNow + n }));
  assert.equal(shelf.length, kMostDrafts);
  assert.equal(recallDraft(shelf, 'ann', 'hall-4', kNow), null);
  assert.ok(recallDraft(shelf, 'ann', 'hall-5', kNow));
  // One that is there already takes nobody's place.
  keepDraft(shelf, draftOf({ channel: 'hall-9', at: kNow + 100 }));
  assert.equal(shelf.length, kMostDrafts);
});

test('a full storage gives up older drafts, and nothing of others', () => {
  const size = JSON.stringify({ format: 1, ...draftOf() }).length + 100;
  const shelf = new Shelf(2 * size);
  shelf.all.set('matinee.language', 'zh');
  for (let n = 0; n < 3; ++n) assert.ok(keepDraft(shelf, draftOf({ channel: `hall-${n}`, at: kNow + n })));
  assert.equal(recallDraft(shelf, 'ann', 'hall-0', kNow), null);
  assert.ok(recallDraft(shelf, 'ann', 'hall-2', kNow));
  assert.equal(shelf.getItem('matinee.language'), 'zh');

  const small = new Shelf(size / 2);
  assert.equal(keepDraft(small, draftOf()), false);
  assert.equal(small.length, 0);
});

test('one that cannot be kept leaves no older state of itself', () => {
  const shelf = new Shelf();
  keepDraft(shelf, draftOf());
  const long = block('a', { playlist: 'a'.repeat(kMostText) });
  assert.equal(keepDraft(shelf, draftOf({ present: { slate: '', fillers: '', countdown: '', fade: 0.8, blocks: [long] } })), false);
  assert.equal(shelf.length, 0);
});

test('a browser that keeps nothing does no harm', () => {
  for (const storage of [null, kForbidden]) {
    assert.equal(keepDraft(storage, draftOf()), false);
    assert.equal(recallDraft(storage, 'ann', 'hall', kNow), null);
    forgetDraft(storage, 'ann', 'hall');
  }
});

test('a draft of what is still published comes back as it was', () => {
  const kept = draftOf();
  const found = published(3, block('a'), block('b'));
  assert.deepEqual(restoredDraft(kept, found), { base: found, present: kept.present, how: 'as-it-was' });
  assert.equal(restoredDraft(draftOf({ present: found.value }), found), null);
});

test('what was published meanwhile is put together with a draft', () => {
  const found = published(4, block('a'), block('b', { until: '23:00:00' }), block('c'));
  const back = restoredDraft(draftOf(), found);
  assert.deepEqual([back?.how, back?.base], ['merged', found]);
  assert.deepEqual(back?.present.blocks, [block('a', { passes: 7 }), block('b', { until: '23:00:00' }), block('c')]);
  // They have done the same.
  assert.equal(restoredDraft(draftOf(), published(4, block('a', { passes: 7 }), block('b'))), null);
});

test('of a block that both have changed, a human chooses', () => {
  const kept = draftOf();
  const back = restoredDraft(kept, published(4, block('a', { passes: 2 }), block('b')));
  assert.deepEqual(back, { base: kept.base, present: kept.present, how: 'behind' });
});
