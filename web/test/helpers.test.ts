import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Programme } from '../src/api';
import { isPassing, retryDelay } from '../src/backoff';
import { linkBase, parseRoute } from '../src/route';
import { pollDelay, programmeAt, programmesAfter, progress, remember } from '../src/schedule';
import { kLanguages } from '../src/strings';
import {
  countryName,
  formatLength,
  formatTime,
  nextChoice,
  pickText,
  preferredLanguage,
} from '../src/text';

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);
const programme = (entry: string, start: string, end: string): Programme => ({
  entry,
  title: { en: entry },
  start: `2026-11-23T${start}Z`,
  end: `2026-11-23T${end}Z`,
});
const first = programme('first', '20:00:00', '20:00:16');
const second = programme('second', '20:00:16', '20:00:34');
const third = programme('third', '20:00:34', '20:01:00');

test('an address names a page', () => {
  assert.deepEqual(parseRoute('/'), { page: 'channels' });
  assert.deepEqual(parseRoute('/watch/main'), { page: 'watch', channel: 'main' });
  assert.deepEqual(parseRoute('/watch/%E4%B8%80/'), { page: 'watch', channel: '一' });
  for (const unknown of ['/watch', '/watch/a/b', '/watch/%', '/elsewhere']) {
    assert.deepEqual(parseRoute(unknown), { page: 'unknown' });
  }
  assert.deepEqual(parseRoute('/t/TOKEN/'), { page: 'channels' });
  assert.deepEqual(parseRoute('/t/TOKEN/watch/main'), { page: 'watch', channel: 'main' });
  assert.equal(linkBase('/t/TOKEN/watch/main'), '/t/TOKEN');
  assert.equal(linkBase('/watch/t'), '');
});

test('a programme is on from its start until just before its end', () => {
  const known = [first, second];
  assert.equal(programmeAt(known, at('20:00:00.000')), first);
  assert.equal(programmeAt(known, at('20:00:15.999')), first);
  assert.equal(programmeAt(known, at('20:00:16.000')), second);
  assert.equal(programmeAt(known, at('20:00:34.000')), undefined);
  assert.equal(programmeAt(known, at('19:59:59.999')), undefined);
});

test('what was on is remembered, what is announced is replaced', () => {
  const before = remember([], { now: first, next: [second] });
  const changed = { ...second, entry: 'changed' };
  const after = remember(before, { now: changed, next: [third] });
  assert.deepEqual(after.map(({ entry }) => entry), ['first', 'changed', 'third']);
  assert.equal(remember(after, { now: null, next: [] }), after);
});

test('memory is bounded', () => {
  let known: readonly Programme[] = [];
  for (let i = 0; i < 1000; ++i) {
    const start = at('20:00:00') + i * 1000;
    known = remember(known, {
      now: {
        ...first,
        start: new Date(start).toISOString(),
        end: new Date(start + 1000).toISOString(),
      },
      next: [],
    });
  }
  assert.equal(known.length, 200);
});

test('next are those that begin later', () => {
  const known = [first, second, third];
  assert.deepEqual(programmesAfter(known, at('20:00:05'), 5), [second, third]);
  assert.deepEqual(programmesAfter(known, at('20:00:05'), 1), [second]);
});

test('progress stays between 0 and 1', () => {
  assert.equal(progress(first, at('19:00:00')), 0);
  assert.equal(progress(first, at('20:00:04')), 0.25);
  assert.equal(progress(first, at('21:00:00')), 1);
  assert.equal(progress({ ...first, end: first.start }, at('20:00:00')), 1);
});

test('the server is asked again when the programme ends, within bounds', () => {
  assert.equal(pollDelay({ now: first }, at('20:00:10')), 6_250);
  assert.equal(pollDelay({ now: first }, at('20:00:16')), 1_000);
  assert.equal(pollDelay({ now: third }, at('20:00:34')), 15_000);
  assert.equal(pollDelay({ now: null }, at('20:00:00')), 5_000);
});

test('titles come in the viewer’s language, else English, else any', () => {
  const title = { zh: '纸船', ru: 'Кораблики', en: 'Boats' };
  assert.equal(pickText(title, ['ru-RU']), 'Кораблики');
  assert.equal(pickText(title, ['fr', 'zh-Hans-CN']), '纸船');
  assert.equal(pickText(title, ['fr']), 'Boats');
  assert.equal(pickText({ ru: 'Кораблики' }, ['fr']), 'Кораблики');
  assert.equal(pickText({ 'zh-TW': '紙船', 'zh-CN': '纸船' }, ['zh-CN']), '纸船');
  assert.equal(pickText({}, ['en']), '');
});

test('times are written in the viewer’s zone', () => {
  assert.equal(formatTime(at('20:00:00'), 'en', 'Asia/Shanghai'), '04:00');
  assert.equal(formatTime(at('20:00:00'), 'ru', 'UTC'), '20:00');
  assert.equal(formatTime(at('00:05:00'), 'zh', 'UTC'), '00:05');
});

test('lengths grow hours when they need them', () => {
  assert.equal(formatLength(5.9), '0:05');
  assert.equal(formatLength(65), '1:05');
  assert.equal(formatLength(3665), '1:01:05');
  assert.equal(formatLength(-1), '0:00');
});

test('countries have names, unknown codes stay', () => {
  assert.equal(countryName('cn', 'en'), 'China');
  assert.equal(countryName('not a code', 'en'), 'not a code');
});

test('c goes round the subtitles and through off', () => {
  assert.deepEqual([-1, 0, 1, 2].map((choice) => nextChoice(choice, 3)), [0, 1, 2, -1]);
  assert.equal(nextChoice(-1, 0), -1);
});

test('the first language the viewer reads wins', () => {
  assert.equal(preferredLanguage(['zh', 'ru', 'en'], ['fr', 'ru-RU', 'zh']), 1);
  assert.equal(preferredLanguage(['zh'], ['en']), -1);
});

test('retries slow down to a ceiling', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 1000].map(retryDelay), [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  assert.equal(retryDelay(Infinity), 8000);
});

test('a server that restarts is worth waiting for, a refusal is not', () => {
  for (const status of [0, 429, 500, 502, 503, 504]) assert.ok(isPassing(status), String(status));
  for (const status of [400, 401, 403, 404, 410]) assert.ok(!isPassing(status), String(status));
});

test('every language has every text, and its own', () => {
  const [english, ...others] = kLanguages;
  for (const { tag, strings } of others) {
    for (const [key, text] of Object.entries(english.strings)) {
      const other = strings[key as keyof typeof strings];
      assert.ok(other, `${tag} lacks ${key}`);
      assert.notEqual(other, text, `${tag} leaves ${key} in English`);
    }
  }
});
