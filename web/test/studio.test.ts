import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Airing, EntryDetails, EntrySummary, PlaylistItem } from '../src/studio/api';
import { changeOf, fieldsOf, instantAt, isAsked, isNever, languagesOf, momentOf } from '../src/studio/entry_fields';
import { isIn, lacks, mentions } from '../src/studio/filter';
import { changed, merge } from '../src/studio/merge';
import {
  begun, diff, dropIndex, edited, itemsOf, linesOf, moved, redone, sameItems, slug, timing, undone, without,
} from '../src/studio/playlist';
import { addressesOf, isOver, linkState } from '../src/studio/link_state';
import { maySee, parseStudioRoute, placeOf, studioAddress } from '../src/studio/route';
import { around, isHeld } from '../src/studio/rundown';

const entry = (id: string, more: Partial<EntrySummary> = {}): EntrySummary => ({
  id, kind: 'film', title: { en: 'Paper Boats', zh: '纸船' }, author: 'Zoë', country: 'CN', state: 'ready',
  reason: '', duration_ms: 10_000, languages: ['zh-Hans'], poster: null, warnings: 0, ...more,
});
const details = (more: Partial<EntryDetails> = {}): EntryDetails => ({
  ...entry('boats'), metadata: {}, permitted: { from: null, until: null }, source: 'boats.mp4', master: null,
  subtitles: [], quality: null, playlists: [], ...more,
});
const item = (id: string, more: Partial<PlaylistItem> = {}): PlaylistItem => ({
  kind: 'entry', entry: id, in: 0, out: null, untrimmed: 'skip', ...more,
});
const list = (...ids: string[]) => ids.map((id) => item(id));
const lines = (...ids: string[]) => ids.map((id, key) => ({ key, item: item(id) }));
const names = (all: readonly PlaylistItem[]) => all.map((each) => each.entry).join('');

test('an address names a part of the studio, and only whole ones', () => {
  assert.deepEqual(parseStudioRoute('/studio'), { section: 'on-air', subject: '' });
  assert.deepEqual(parseStudioRoute('/studio/playlists/a%20b'), { section: 'playlists', subject: 'a b' });
  assert.equal(parseStudioRoute('/studio/nowhere').section, 'unknown');
  assert.equal(parseStudioRoute('/studio/entries/a/b').section, 'unknown');
  assert.equal(parseStudioRoute('/studio/%').section, 'unknown');
  assert.equal(studioAddress('entries', 'a/b'), '/studio/entries/a%2Fb');
  assert.equal(placeOf(parseStudioRoute('/studio/entries/a')), placeOf(parseStudioRoute('/studio/entries')));
  assert.notEqual(placeOf(parseStudioRoute('/studio/playlists/a')), placeOf(parseStudioRoute('/studio/playlists')));
  assert.ok(maySee('people', 'admin') && !maySee('people', 'producer') && maySee('links', 'producer'));
});

test('entries are found by all words, whatever the case and accents', () => {
  assert.ok(mentions(entry('x'), 'boats PAPER'));
  assert.ok(mentions(entry('x'), 'zoe 纸'));
  assert.ok(mentions(entry('x'), ''));
  assert.ok(!mentions(entry('x'), 'paper trains'));
  assert.ok(!lacks(entry('x'), 'zh'));
  assert.ok(lacks(entry('x'), 'ru'));
  assert.ok(isIn(entry('x', { state: 'queued' }), 'working'));
  assert.ok(!isIn(entry('x'), 'warnings'));
});

test('two changes of different fields are both kept; of the same one is a conflict', () => {
  const base = { en: 'A', zh: 'B' };
  const both = merge(base, { en: 'A1', zh: 'B' }, { en: 'A', zh: 'B2', ru: 'C' });
  assert.deepEqual(both, { fields: { en: 'A1', zh: 'B2', ru: 'C' }, conflicts: [] });
  const clash = merge(base, { en: 'A1', zh: 'B' }, { en: 'A2', zh: 'B' });
  assert.deepEqual(clash, { fields: { en: 'A1', zh: 'B' }, conflicts: ['en'] });
  assert.deepEqual(merge(base, { ...base, en: 'X' }, { ...base, en: 'X' }).conflicts, []);
  assert.deepEqual(changed(base, { en: 'A', ru: '' }), ['zh']);
});

test('a line is moved to the place it is dropped at, and kept within the list', () => {
  const abc = lines('a', 'b', 'c');
  assert.equal(names(itemsOf(moved(abc, 0, 2))), 'bca');
  assert.equal(names(itemsOf(moved(abc, 2, -5))), 'cab');
  assert.equal(moved(abc, 7, 0), abc);
  assert.equal(names(itemsOf(without(abc, 1))), 'ac');
  assert.equal(dropIndex([10, 30, 50], 31), 2);
  assert.equal(dropIndex([], 5), 0);
});

test('lines keep their keys when another version comes in', () => {
  let key = 100;
  const next = linesOf(list('a', 'x', 'c'), lines('a', 'b', 'c'), () => ++key);
  assert.deepEqual(next.map((line) => line.key), [0, 101, 2]);
});

test('running times add up, and trimmed items last as long as their frames', () => {
  const items = [item('a'), item('b', { in: 25, out: 75 }), item('late'), item('c', { in: 50 })];
  const length = (id: string) => (id === 'late' ? null : 10_000);
  const { times, total } = timing(items, length, () => 25);
  assert.deepEqual(times.map(({ start }) => start), [0, 10_000, 12_000, 12_000]);
  assert.deepEqual(times.map((each) => each.length), [10_000, 2_000, null, 8_000]);
  assert.equal(total, 20_000);
  assert.equal(timing([item('a', { in: 1 })], length, () => null).times[0]?.length, null);
});

test('a difference leads from the one list to the other', () => {
  const rows = diff(list('a', 'b', 'c', 'a'), list('b', 'x', 'a'));
  const without_ = (change: string) => names(rows.filter((row) => row.change !== change).map((row) => row.item));
  assert.equal(without_('added'), 'abca');
  assert.equal(without_('removed'), 'bxa');
  assert.equal(rows.filter(({ change }) => change === 'same').length, 2);
  assert.deepEqual(diff([], []), []);
});

test('undo goes back step by step, redo forward, and an edit ends what could be redone', () => {
  let history = edited(edited(begun('a'), 'b'), 'c');
  history = undone(undone(undone(history)));
  assert.equal(history.present, 'a');
  history = redone(history);
  assert.equal(history.present, 'b');
  history = edited(history, 'd');
  assert.equal(redone(history).present, 'd');
  assert.equal(undone(history).present, 'b');
});

test('items differ by what is cut off them', () => {
  assert.ok(sameItems(list('a', 'b'), list('a', 'b')));
  assert.ok(!sameItems(list('a'), [item('a', { out: 5 })]));
  assert.ok(!sameItems(list('a'), list('a', 'b')));
});

test('an id comes from the title, as far as it can be written so', () => {
  assert.equal(slug('  Évening Gala, 2026! '), 'evening-gala-2026');
  assert.equal(slug('晚会'), '');
});

test('what is on an instant ends where the next begins', () => {
  const airing = (ordinal: number, start: string, end: string, role: Airing['role'] = 'item'): Airing => ({
    ordinal, entry: 'x', role, start: `2026-11-23T20:00:${start}Z`, end: `2026-11-23T20:00:${end}Z`,
  });
  const all = [airing(1, '00', '10'), airing(2, '10', '20', 'hold'), airing(3, '20', '30')];
  const at = (seconds: string) => around(all, Date.parse(`2026-11-23T20:00:${seconds}Z`));
  assert.equal(at('10').on?.ordinal, 2);
  assert.deepEqual([at('10').past.length, at('10').coming.length], [1, 1]);
  assert.ok(isHeld(at('15').on));
  assert.ok(!isHeld(at('05').on));
  assert.equal(at('40').on, null);
});

test('a link is open between its dates, unless it is revoked', () => {
  const at = (time: string) => `2026-11-23T${time}:00Z`;
  const link = { not_before: at('10:00'), expires: at('20:00'), revoked: null };
  const states = ['09:59', '10:00', '19:59', '20:00'].map((time) => linkState(link, Date.parse(at(time))));
  assert.deepEqual(states, ['not-yet', 'valid', 'valid', 'expired']);
  assert.equal(linkState({ ...link, revoked: at('09:00') }, Date.parse(at('12:00'))), 'revoked');
  assert.equal(linkState({ not_before: null, expires: null, revoked: null }, 0), 'valid');
  assert.ok(isOver({ revoked: null, expires: at('10:00') }, Date.parse(at('10:00'))));
  assert.ok(!isOver({ revoked: null, expires: null }, Date.parse(at('10:00'))));
});

test('people are given pages, other players playlists', () => {
  const paths = ['/t/T0K/channels/hall/master.m3u8', '/t/T0K/entries/paper%20boats/master.m3u8', '/t/T0K/', '/else'];
  assert.deepEqual(addressesOf({ paths }, 'https://tv.example'), [
    { of: { kind: 'channel', id: 'hall' }, page: 'https://tv.example/t/T0K/watch/hall', playlist: 'https://tv.example/t/T0K/channels/hall/master.m3u8' },
    { of: { kind: 'entry', id: 'paper boats' }, page: 'https://tv.example/t/T0K/watch/entries/paper%20boats', playlist: 'https://tv.example/t/T0K/entries/paper%20boats/master.m3u8' },
    { of: null, page: 'https://tv.example/t/T0K/', playlist: null },
  ]);
});

test('what is said of an entry becomes fields, and a change of few of them goes back', () => {
  const before = fieldsOf(details({
    metadata: {
      synopsis: { en: 'A boat.', ru: 'Лодка.' },
      category: ['Short', { en: 'Animation', ru: 'Анимация' }],
      content_notes: 'flashing lights',
    },
    permitted: { from: '2026-11-20T00:00:00Z', until: null },
  }));
  assert.equal(before['synopsis.ru'], 'Лодка.');
  assert.equal(before['category.und'], 'Short');
  assert.equal(before['category.en'], '\nAnimation');
  assert.equal(before['content_notes.und'], 'flashing lights');
  assert.deepEqual(languagesOf(before, ['en', 'zh']), ['en', 'zh', 'ru', 'und']);
  assert.ok(isAsked(before, ['en'], 'und', 'category') && !isAsked(before, ['en'], 'und', 'synopsis'));
  assert.deepEqual(changeOf(before, before), {});
  const after = {
    ...before, country: ' DE ', 'title.ru': 'Кораблики', 'synopsis.en': '', 'category.ru': 'Короткий\nАнимация\n',
    'content_notes.und': '', not_before: '',
  };
  assert.deepEqual(changeOf(before, after), {
    country: 'DE',
    title: { ru: 'Кораблики' },
    metadata: {
      synopsis: { en: null },
      category: [{ und: 'Short', ru: 'Короткий' }, { en: 'Animation', ru: 'Анимация' }],
      content_notes: null,
      not_before: null,
    },
  });
});

test('a time in which an entry may be shown is said in days of a zone, or to the minute', () => {
  const zone = 'Europe/Berlin';
  const from = instantAt({ date: '2026-11-20', time: '' }, 'from', zone);
  const until = instantAt({ date: '2026-11-30', time: '' }, 'until', zone);
  assert.equal(from, '2026-11-19T23:00:00.000Z');
  assert.equal(until, '2026-11-30T23:00:00.000Z');
  assert.deepEqual(momentOf(from, 'from', zone), { date: '2026-11-20', time: '' });
  assert.deepEqual(momentOf(until, 'until', zone), { date: '2026-11-30', time: '' });
  assert.deepEqual(momentOf(until, 'until', 'Asia/Shanghai'), { date: '2026-12-01', time: '07:00' });
  assert.equal(instantAt({ date: '2026-12-01', time: '07:00' }, 'until', 'Asia/Shanghai'), until);
  assert.equal(instantAt({ date: '0202-11-20', time: '' }, 'from', zone), '');
  assert.equal(instantAt({ date: '', time: '20:00' }, 'from', zone), '');
  assert.deepEqual(momentOf('', 'from', zone), { date: '', time: '' });
  assert.ok(isNever({ not_before: until, not_after: from }) && !isNever({ not_before: from, not_after: '' }));
});
