import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry, Programme } from '../src/api';
import { beginningOf, beginnings, neighbour, placeAt } from '../src/watch/films';
import { actionOf, kKeys } from '../src/watch/keys';
import { watchStrings } from '../src/watch/strings';

const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const programme = (entry: string, start: string, end: string): Programme => ({
  entry,
  title: { en: entry },
  start: `2026-11-24T${start}Z`,
  end: `2026-11-24T${end}Z`,
});
const known = [
  programme('first', '20:00:00', '20:10:00'),
  { ...programme('second', '20:10:00', '20:20:00'), from_seconds: 30 },
  programme('third', '20:20:00', '20:30:00'),
];
const entry: Entry = {
  entry: 'film', title: {}, duration_seconds: 100, master: '', watch: '', languages: [],
};
// The bar's zero is 20:00; at 20:12 one is 720 seconds on.
const now = { position: 720, instant: at('20:12:00') };
const range = { start: 0, live: 1300 };

test('a place on the bar is a film and how far into it', () => {
  assert.deepEqual(placeAt(known, 60, now), { film: known[0], seconds: 60 });
  assert.deepEqual(placeAt(known, 660, now), { film: known[1], seconds: 90 });
  assert.equal(placeAt(known, 5000, now), null);
  assert.equal(placeAt(known, 60, { position: 0, instant: null }), null);
  assert.deepEqual(placeAt(entry, 60, { position: 0, instant: null }), { film: entry, seconds: 60 });
});

test('films begin where the bar has a mark', () => {
  assert.deepEqual(beginnings(known, 0, 1300, now), [600, 1200]);
  assert.deepEqual(beginnings(known, 0, 1000, now), [600]);
  assert.deepEqual(beginnings(entry, 0, 100, { position: 0, instant: null }), []);
});

test('starting over goes to where the film on the screen began', () => {
  assert.equal(beginningOf(known, now), 600);
  assert.equal(beginningOf(known, { position: 0, instant: at('19:00:00') }), null);
  assert.equal(beginningOf(entry, { position: 50, instant: null }), 0);
});

test('one film back is its beginning first, then the one before', () => {
  assert.equal(neighbour(known, -1, range, now), 600);
  assert.equal(neighbour(known, -1, range, { position: 601, instant: at('20:10:01') }), 0);
  assert.equal(neighbour(known, 1, range, now), 1200);
  assert.equal(neighbour(known, 1, range, { position: 1250, instant: at('20:20:50') }), 1300);
  assert.equal(neighbour(entry, 1, range, { position: 5, instant: null }), null);
});

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more,
});
/** Stands for an element that these selectors match, itself or an ancestor. */
const element = (...selectors: string[]) => {
  const matches = (list: string) => list.split(', ').some((one) => selectors.includes(one));
  return { matches, closest: (list: string) => (matches(list) ? ({} as Element) : null) };
};

test('keys act, with capitals too', () => {
  assert.equal(actionOf(press(' '), null), 'play');
  assert.equal(actionOf(press('M'), null), 'mute');
  assert.equal(actionOf(press('ArrowLeft'), null), 'back');
  for (const key of ['M', 's', '?', '+']) assert.equal(actionOf(press(key), null, false), null, key);
  for (const key of [' ', 'ArrowLeft']) assert.ok(actionOf(press(key), null, false), key);
  assert.equal(actionOf(press('ArrowLeft', { shiftKey: true }), null), 'previous');
  assert.equal(actionOf(press('?', { shiftKey: true }), null), 'help');
  assert.equal(actionOf(press('x'), null), null);
});

test('keys that belong to the browser or to a control are left to them', () => {
  assert.equal(actionOf(press('l', { ctrlKey: true }), null), null);
  assert.equal(actionOf(press(' '), element('button')), null);
  assert.equal(actionOf(press('m'), element('button')), 'mute');
  assert.equal(actionOf(press('ArrowUp'), element('input.volume')), null);
  assert.equal(actionOf(press('ArrowRight'), element('[role=menu]')), null);
  assert.equal(actionOf(press('ArrowRight'), element('.panel')), null);
});

test('every key that the help lists acts, in every language it has words', () => {
  const printed: Record<string, [string, boolean?]> = {
    space: [' '], '←': ['ArrowLeft'], '→': ['ArrowRight'], '↑': ['ArrowUp'], '↓': ['ArrowDown'],
    'Shift ←': ['ArrowLeft', true], 'Shift →': ['ArrowRight', true], '−': ['-'],
  };
  for (const { keys, does } of kKeys) {
    for (const key of keys) {
      const [pressed, shiftKey = false] = printed[key] ?? [key];
      assert.notEqual(actionOf(press(pressed, { shiftKey }), null), null, key);
    }
    for (const strings of Object.values(watchStrings)) assert.ok(strings[does]);
  }
});
