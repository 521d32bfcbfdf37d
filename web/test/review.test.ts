import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, type Sheet, type Tagged } from '../src/api';
import { Keeper, type Draft, type Storage, type Watched } from '../src/review/keeping';
import { PendingComments } from '../src/review/pending';
import { SheetSaver, type Timers } from '../src/review/saver';
import {
  isScored,
  kEmptySheet,
  merge,
  sameSheet,
  stateOf,
  withComment,
  withoutComment,
  withScore,
} from '../src/review/sheet';
import { reviewStrings } from '../src/review/strings';
import { typedScore } from '../src/review/typed_score';
import { join, WatchLog } from '../src/review/watch_log';
import { WatchSender } from '../src/review/watch_sender';
import { parseRoute } from '../src/route';

const sheet = (change: Partial<Sheet>): Sheet => ({ ...kEmptySheet, ...change });
const comment = (id: string, at_ms: number, text = id) => ({ id, at_ms, text });

class FakeStorage implements Storage {
  readonly values = new Map<string, string>();
  get length() { return this.values.size; }
  key(i: number) { return [...this.values.keys()][i] ?? null; }
  getItem(key: string) { return this.values.get(key) ?? null; }
  setItem(key: string, value: string) { this.values.set(key, value); }
  removeItem(key: string) { this.values.delete(key); }
}

test('addresses of the review room lead to its pages', () => {
  assert.deepEqual(parseRoute('/review'), { page: 'reviews' });
  assert.deepEqual(parseRoute('/t/abc/review/final'), { page: 'review', round: 'final' });
  assert.deepEqual(parseRoute('/review/final/results'), { page: 'results', round: 'final' });
  assert.deepEqual(parseRoute('/review/final/other'), { page: 'unknown' });
});

test('texts keep their placeholders in every language', () => {
  const holes = (text: unknown) => (String(text).match(/\{\w+\}/g) ?? []).sort().join();
  for (const tag of ['zh', 'ru'] as const) {
    for (const [key, text] of Object.entries(reviewStrings.en)) {
      assert.equal(holes(reviewStrings[tag][key as keyof typeof reviewStrings.en]), holes(text), `${tag} ${key}`);
    }
  }
});

test('changing a sheet leaves the one before as it was', () => {
  const before = sheet({ scores: { story: 3 } });
  assert.deepEqual(withScore(before, 'story', 5).scores, { story: 5 });
  assert.deepEqual(withScore(before, 'story', null).scores, {});
  assert.deepEqual(before.scores, { story: 3 });
  const both = withComment(withComment(before, comment('late', 900)), comment('early', 10));
  assert.deepEqual(both.comments.map(({ id }) => id), ['early', 'late']);
  assert.deepEqual(withoutComment(both, 'early').comments.map(({ id }) => id), ['late']);
});

test('what is typed is a score as it stands, or none', () => {
  const on100 = (text: string) => typedScore(text, 0, 100);
  for (const [text, score] of [['0', 0], ['15', 15], [' 100 ', 100], ['007', 7], ['８５', 85]] as const) {
    assert.equal(on100(text), score, text);
  }
  for (const text of ['', '  ']) assert.equal(on100(text), null, 'takes it back');
  for (const text of ['150', '101', '8.5', '8,5', '-1', '+5', '1e1', '0x10', 'ten', '1 5', '²5', '9'.repeat(30)]) {
    assert.equal(on100(text), undefined, text);
  }
  assert.equal(typedScore('8', 10, 100), undefined);
});

test('two versions that changed different things have both in the end', () => {
  const base = sheet({ scores: { story: 3, image: 4 }, comments: [comment('a', 1)] });
  const mine = sheet({ scores: { story: 9, image: 4 }, comments: [comment('a', 1), comment('b', 2)] });
  const theirs = sheet({ scores: { story: 3, image: 7 }, note: 'theirs', comments: [comment('a', 1), comment('c', 0)] });
  assert.deepEqual(merge(base, mine, theirs), {
    scores: { story: 9, image: 7 },
    note: 'theirs',
    comments: [comment('c', 0), comment('a', 1), comment('b', 2)],
  });
});

test('of two notes both stay, once', () => {
  const notes = (base: string, mine: string, theirs: string) =>
    merge(sheet({ note: base }), sheet({ note: mine }), sheet({ note: theirs })).note;
  assert.equal(notes('', 'mine', 'theirs'), 'theirs\n\nmine');
  assert.equal(notes('', 'mine', 'theirs\n\nmine'), 'theirs\n\nmine');
  assert.equal(notes('a', 'a', 'b'), 'b');
  assert.equal(notes('a', 'ab', 'a'), 'ab');
  assert.equal(notes('a', '', 'a'), '', 'taken back');
});

test('what was taken away stays away, unless the other has changed it', () => {
  const base = sheet({ scores: { story: 3 }, comments: [comment('a', 1, 'old')] });
  const mine = kEmptySheet;
  assert.deepEqual(merge(base, mine, base), kEmptySheet);
  const theirs = sheet({ scores: { story: 3 }, comments: [comment('a', 1, 'new')] });
  assert.deepEqual(merge(base, mine, theirs).comments, [comment('a', 1, 'new')]);
});

test('putting a version together with itself changes nothing', () => {
  const one = sheet({ scores: { b: 1, a: 2 }, note: 'n', comments: [comment('a', 1)] });
  assert.ok(sameSheet(merge(kEmptySheet, one, one), one));
  assert.ok(sameSheet(one, { ...one, scores: { a: 2, b: 1 } }));
});

test('a film is scored when all that counts is there', () => {
  const criteria = [
    { id: 'story', names: {}, low: 1, high: 5, weight: 2 },
    { id: 'luck', names: {}, low: 1, high: 5, weight: 0 },
  ];
  assert.equal(isScored(sheet({ scores: { luck: 1 } }), criteria), false);
  assert.equal(stateOf(sheet({ scores: { story: 1 } }), 0, criteria), 'scored');
  assert.equal(stateOf(kEmptySheet, 0, criteria), 'new');
  assert.equal(stateOf(kEmptySheet, 0.2, criteria), 'begun');
  assert.equal(stateOf(sheet({ note: 'x' }), 0, criteria), 'begun');
  assert.equal(stateOf(kEmptySheet, 0.9, criteria), 'seen');
});

test('what was played is known, and jumps are not', () => {
  const log = new WatchLog();
  for (const at of [0, 250, 500]) log.see(at, true);
  log.see(60_000, true); // a jump
  log.see(60_250, true);
  log.see(60_300, false); // paused
  log.see(61_000, true);
  log.see(61_250, true);
  log.see(60_100, true); // back
  log.see(60_350, true);
  assert.deepEqual(log.take(), [[0, 500], [60_000, 60_350], [61_000, 61_250]]);
  assert.deepEqual(log.take(), []);
  assert.deepEqual(join([[5, 9], [0, 5], [20, 20]]), [[0, 9]]);
});

test('a comment that is being written stays with its film and moment, through reloads and closed tabs', () => {
  const storage = new FakeStorage();
  const make = (tab: string, juror = 'ana') => new PendingComments(storage, `final.${juror}.`, tab);
  const first = make('one');
  first.set('boats', { text: 'The light', at: 4_000 });
  first.set('tea', { text: ' ', at: 1 });
  assert.equal(first.has('boats'), true);
  assert.equal(first.has('tea'), false, 'there is nothing to send');
  assert.equal(first.has('train'), false);
  assert.deepEqual(make('one').of('boats'), { text: 'The light', at: 4_000 });
  assert.deepEqual(make('two').of('boats'), { text: 'The light', at: 4_000 }, 'the first tab was closed');
  assert.equal(storage.getItem('final.ana.boats.pending.one'), null, 'it is in one place only');
  assert.equal(make('three', 'bo').has('boats'), false, 'nobody else’s');
  const own = make('two');
  storage.setItem('final.ana.boats.pending.four', JSON.stringify({ text: 'other', at: 7 }));
  assert.equal(make('two').of('boats').text, 'The light', 'this tab’s own comes first');
  own.set('boats', { text: '', at: 0 });
  assert.equal(make('two').of('boats').text, 'other', 'and then what else is left');
});

test('a half-written entry of the storage is no comment', () => {
  const storage = new FakeStorage();
  storage.setItem('final.ana.boats.pending.one', '{"text":"x');
  storage.setItem('final.ana.tea.pending.one', '{"text":5,"at":1}');
  const pending = new PendingComments(storage, 'final.ana.', 'one');
  assert.deepEqual(pending.of('boats'), { text: '', at: 0 });
  assert.equal(pending.has('tea'), false);
  assert.equal(new PendingComments(null, 'final.ana.', 'one').has('tea'), false);
});

/** A server that can be away, with one sheet. */
class Server {
  value: Sheet = kEmptySheet;
  version = 0;
  status = 200;
  saves = 0;
  answersGetLost = false;

  private check(): void {
    if (this.status !== 200) throw new ApiError(this.status, { detail: `status ${this.status}` });
  }
  private tagged(): Tagged<Sheet> {
    return { value: this.value, etag: String(this.version) };
  }
  async load(): Promise<Tagged<Sheet>> {
    this.check();
    return this.tagged();
  }
  async save(written: Sheet, etag: string): Promise<Tagged<Sheet>> {
    this.check();
    if (etag !== String(this.version)) throw new ApiError(412, {});
    this.value = written;
    ++this.version;
    ++this.saves;
    if (this.answersGetLost) throw new ApiError(0, {});
    return this.tagged();
  }
}

/** Timers that go off when told. */
class Clock implements Timers {
  private waiting: (() => void)[] = [];
  after(_: number, action: () => void): () => void {
    this.waiting.push(action);
    return () => {
      this.waiting = this.waiting.filter((one) => one !== action);
    };
  }
  async settle(): Promise<void> {
    for (let i = 0; i < 30; ++i) await Promise.resolve();
  }
  /** Lets what waits happen, `times` over. */
  async run(times = 1): Promise<void> {
    for (let i = 0; i < times; ++i) {
      await this.settle();
      const due = this.waiting;
      this.waiting = [];
      for (const action of due) action();
      await this.settle();
    }
  }
}

function desk(server = new Server(), storage = new FakeStorage(), tab = 'one') {
  const clock = new Clock();
  const saver = new SheetSaver(server, new Keeper<Draft>(storage, 'sheet.', tab), () => {}, clock);
  return { server, storage, clock, saver };
}

test('changes that follow each other are saved once', async () => {
  const { server, clock, saver, storage } = desk();
  await clock.settle();
  assert.equal(saver.state, 'saved');
  saver.edit((now) => withScore(now, 'story', 3));
  saver.edit((now) => withScore(now, 'story', 4));
  assert.equal(saver.state, 'saving');
  assert.equal(storage.length, 1, 'kept before it is sent');
  await clock.run();
  assert.equal(saver.state, 'saved');
  assert.deepEqual(server.value.scores, { story: 4 });
  assert.equal(server.saves, 1);
  assert.equal(storage.length, 0);
});

test('what is no score is told, stays out of the sheet, and does not keep the rest from being saved', async () => {
  const { server, clock, saver } = desk();
  await clock.settle();
  let told = 0;
  saver.onChange = () => void ++told;
  saver.setUnfit('story', '150');
  saver.setUnfit('story', '150');
  assert.equal(told, 1);
  assert.equal(saver.unfit.get('story'), '150');
  saver.edit((now) => ({ ...now, note: 'kept' }));
  await clock.run();
  assert.deepEqual(server.value, sheet({ note: 'kept' }));
  assert.equal(saver.unfit.size, 1, 'saving does not make it right');
  saver.setUnfit('story', null);
  assert.equal(saver.unfit.size, 0);
});

test('a lost network is waited for, and nothing is lost', async () => {
  const { server, clock, saver } = desk();
  await clock.settle();
  server.status = 0;
  saver.edit((now) => ({ ...now, note: 'one' }));
  await clock.run();
  assert.equal(saver.state, 'waiting');
  saver.edit((now) => ({ ...now, note: 'one two' }));
  await clock.run(3);
  assert.equal(saver.state, 'waiting');
  server.status = 200;
  saver.tryNow();
  await clock.run();
  assert.equal(saver.state, 'saved');
  assert.equal(server.value.note, 'one two');
});

test('a reload without network goes on where the page was, taking back what was taken back', async () => {
  const first = desk();
  await first.clock.settle();
  first.saver.edit((now) => withComment(withScore(now, 'story', 2), comment('a', 1)));
  await first.clock.run();
  first.server.status = 0;
  first.saver.edit((now) => withoutComment(withScore(now, 'image', 5), 'a'));
  await first.clock.run();
  const second = desk(first.server, first.storage);
  await second.clock.settle();
  assert.deepEqual(second.saver.sheet.scores, { story: 2, image: 5 });
  first.server.status = 200;
  await second.clock.run(2);
  assert.equal(second.saver.state, 'saved');
  assert.deepEqual(first.server.value, sheet({ scores: { story: 2, image: 5 } }));
});

test('two tabs keep what both wrote', async () => {
  const one = desk();
  const two = desk(one.server, one.storage, 'two');
  await one.clock.settle();
  one.saver.edit((now) => withScore(now, 'story', 2));
  two.saver.edit((now) => withScore(now, 'image', 7));
  await one.clock.run();
  await two.clock.run(3);
  assert.equal(two.saver.state, 'saved');
  assert.deepEqual(one.server.value.scores, { story: 2, image: 7 });
});

test('a save whose answer was lost is no conflict with oneself', async () => {
  const { server, clock, saver } = desk();
  await clock.settle();
  server.answersGetLost = true;
  saver.edit((now) => ({ ...now, note: 'once' }));
  await clock.run();
  assert.equal(saver.state, 'waiting');
  server.answersGetLost = false;
  await clock.run(3);
  assert.equal(saver.state, 'saved');
  assert.equal(server.value.note, 'once');
  assert.equal(server.saves, 1);
});

test('a refusal is said, and not repeated by itself', async () => {
  const { server, clock, saver } = desk();
  await clock.settle();
  server.status = 403;
  saver.edit((now) => ({ ...now, note: 'x' }));
  await clock.run(3);
  assert.equal(saver.state, 'refused');
  assert.match(saver.problem, /403/);
});

test('what is written while a save is on its way is saved next', async () => {
  const { server, clock, saver } = desk();
  await clock.settle();
  saver.edit((now) => ({ ...now, note: 'a' }));
  const running = clock.run();
  saver.edit((now) => ({ ...now, note: 'ab' }));
  await running;
  await clock.run(2);
  assert.equal(saver.state, 'saved');
  assert.equal(server.value.note, 'ab');
});

test('what was watched arrives after the network was away, once', async () => {
  const storage = new FakeStorage();
  const got: unknown[] = [];
  let away = true;
  const transport = {
    async send(stretches: unknown, position: number) {
      if (away) throw new ApiError(0, {});
      got.push([stretches, position]);
      return { watched: 0.5, position_ms: position };
    },
  };
  const make = () =>
    new WatchSender(transport, new Keeper<Watched>(storage, 'watched.', 'one'), () => {});
  const sender = make();
  for (const at of [0, 250, 500]) sender.see(at, true);
  await sender.flush();
  for (const at of [500, 750]) sender.see(at, true);
  await sender.flush();
  assert.equal(got.length, 0);
  const reloaded = make();
  assert.equal(reloaded.stoppedAt, 750);
  away = false;
  await reloaded.flush();
  await reloaded.flush();
  assert.deepEqual(got, [[[[0, 750]], 750]]);
  assert.equal(storage.length, 0);
});

test('a browser that keeps nothing does not keep the page from working', () => {
  const keeper = new Keeper<Watched>(null, 'x.', 'one');
  assert.equal(keeper.keep({ stretches: [], position: 0 }), false);
  assert.deepEqual(keeper.takeUp(), []);
  keeper.forget();
});

test('who turns to another film at once has both saved', async () => {
  const { server, clock, saver } = desk();
  await clock.settle();
  saver.edit((now) => withScore(now, 'story', 3));
  const running = clock.run();
  saver.edit((now) => withScore(now, 'image', 4));
  saver.tryNow(); // the film is left while the first is on its way
  await running;
  await clock.run(2);
  assert.deepEqual(server.value.scores, { story: 3, image: 4 });
});

test('coming back to a film shows what another tab has written', async () => {
  const { server, clock, saver } = desk();
  await clock.settle();
  server.value = sheet({ note: 'elsewhere' });
  server.version = 7;
  saver.refresh();
  await clock.run();
  assert.equal(saver.sheet.note, 'elsewhere');
  assert.equal(saver.state, 'saved');
});
