import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Programme } from '../src/api';
import { isPassing, retryDelay } from '../src/backoff';
import { commonStrings } from '../src/common_strings';
import { listStrings } from '../src/channels/strings';
import { addressOf, linkBase, parseRoute } from '../src/route';
import {
  pollDelay,
  programmeAt,
  programmesAfter,
  programmesBefore,
  progress,
  recallEarlier,
  remember,
  secondsInto,
  thumbnailAt,
} from '../src/schedule';
import {
  countryName,
  fill,
  formatLength,
  formatMoment,
  formatTime,
  nextChoice,
  pickText,
  plural,
  preferredLanguage,
  zoneName,
} from '../src/text';
import { watchStrings } from '../src/watch/strings';

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
  assert.deepEqual(parseRoute('/watch/entries/night%20train'), { page: 'entry', entry: 'night train' });
  assert.deepEqual(parseRoute('/watch/entries'), { page: 'watch', channel: 'entries' });
  assert.equal(addressOf('/api/v1/channels', '/t/TOKEN/'), '/t/TOKEN/api/v1/channels');
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
  for (let i = 0; i < 1500; ++i) {
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
  assert.equal(known.length, 500);
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

test('the past that the server recalls is put before what is known', () => {
  assert.deepEqual(recallEarlier([], [first, second]), [first, second]);
  const changed = { ...second, entry: 'changed' };
  assert.deepEqual(
    recallEarlier([changed, third], [first, second, third]).map(({ entry }) => entry),
    ['first', 'changed', 'third']);
});

test('what was on comes newest first, as far back as one can go', () => {
  const known = [first, second, third];
  assert.deepEqual(programmesBefore(known, at('20:00:40'), 60_000), [second, first]);
  assert.deepEqual(programmesBefore(known, at('20:00:40'), 30_000), [second]);
});

test('a thumbnail is of the moment, and there is always one', () => {
  const strip = { url: '', columns: 10, tile_width: 160, tile_height: 90, count: 8, interval_seconds: 2 };
  assert.deepEqual([-1, 0, 1.99, 2, 15.9, 400].map((seconds) => thumbnailAt(strip, seconds)), [0, 0, 0, 1, 7, 7]);
  assert.equal(secondsInto({ ...first, from_seconds: 30 }, at('20:00:05')), 35);
});

test('places in texts are filled in, and numbers have their forms', () => {
  assert.equal(fill('{n} of {all}{!}', { n: 1, all: 'many' }), '1 of many{!}');
  const forms = listStrings.ru.minutesLeft;
  const said = [1, 2, 5, 11, 21, 22].map((n) => fill(plural(forms, n, 'ru'), { n }));
  assert.deepEqual(said, [
    'осталась 1 минута', 'осталось 2 минуты', 'осталось 5 минут', 'осталось 11 минут',
    'осталась 21 минута', 'осталось 22 минуты',
  ]);
  assert.equal(plural(listStrings.en.minutesLeft, 1, 'en'), '{n} minute left');
  assert.equal(plural(listStrings.zh.minutesLeft, 1, 'zh'), '剩余 {n} 分钟');
});

test('a moment has its day unless that is today’s, in the viewer’s zone', () => {
  const now = at('20:00:00');
  assert.equal(formatMoment(at('21:30:00'), now, 'en', 'UTC'), '21:30');
  assert.equal(formatMoment(at('21:30:00') + 86_400_000, now, 'en', 'UTC'), 'Tue, Nov 24, 21:30');
  // Past midnight in Shanghai, where it is the 24th already.
  assert.equal(formatMoment(at('15:30:00'), now, 'en', 'Asia/Shanghai'), 'Mon, Nov 23, 23:30');
  assert.equal(zoneName(now, 'en', 'Asia/Shanghai'), 'China Standard Time');
});

test('every language has every text, and its own', () => {
  const same = new Set(['auto']); // words that may be alike
  for (const table of [commonStrings, listStrings, watchStrings]) {
    for (const [tag, strings] of Object.entries(table)) {
      if (tag === 'en') continue;
      for (const [key, english] of Object.entries(table.en)) {
        const other = (strings as Record<string, unknown>)[key];
        assert.ok(other, `${tag} lacks ${key}`);
        if (!same.has(key)) assert.notDeepEqual(other, english, `${tag} leaves ${key} in English`);
      }
    }
  }
});
