process.env['TZ'] = 'Europe/Berlin'; // days are the viewer's: with a change of the clocks

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScreenReport } from '../src/api';
import type { SubtitleFile } from '../src/studio/api';
import {
  boundsOf, dayAfter, dayOf, detailText, documentAddress, partsOfAction, shownAirings, type AsRunAiring,
} from '../src/studio/as_run';
import { changeOf, durationOf, fieldsOf, inUnits } from '../src/studio/channel_form';
import { isNews, type ListedChannel } from '../src/studio/channels';
import type { Lines } from '../src/studio/playlist';
import { logStrings } from '../src/studio/log_strings';
import { reviewsStrings } from '../src/studio/reviews_strings';
import { screensStrings } from '../src/studio/screens_strings';
import { settingsStrings } from '../src/studio/settings_strings';
import { subtitlesStrings } from '../src/studio/subtitles_strings';
import { trimStrings } from '../src/studio/trim_strings';
import {
  criteriaOf, draftOf, draftsOf, isSameRound, mergeRound, newCriterion, problemsOf, sameCriteria, usualCriteria,
} from '../src/studio/review_round';
import { droppedShare, isInTrouble, plainCode, standing, stillAddress, type Screen } from '../src/studio/screen_state';
import {
  allOf, doubled, extended, gathered, kNothingSelected, nudged, only, pruned, toggled, withoutAll,
} from '../src/studio/selection';
import {
  isUsed, nudgedShift, renditionOf, replacementName, secondsOf, shiftText, subtitleAddresses,
} from '../src/studio/subtitle_timing';
import {
  frameAt, frameText, framesOfSecond, leastFrames, middleOfFrame, partOfVariant, pointsOf, startOfFrame, storedPoints, stripTimes,
  trimKey, withIn, withLast, type Reel,
} from '../src/studio/trim_points';

const report = (more: Partial<ScreenReport> = {}): ScreenReport => ({
  state: 'playing', channel: 'hall', entry: 'boats', position: 1, late_ms: 3, clock_error_ms: 1, rate: 1,
  frames: 1000, dropped: 5, sound: 'on', width: 1920, height: 1080, heap_mb: null, up_seconds: 100, restarts: 0,
  carried_out: '', kept: false, ...more,
});
const screen = (more: Partial<Screen> = {}): Screen => ({
  id: 's1', name: 'Foyer', channel: 'hall', muted: false, created: '2026-11-24T10:00:00Z', health: 'on-line',
  reported: '2026-11-24T12:00:00Z', report: report(), ...more,
});

test('a screen is in step within 40 milliseconds, and else behind or ahead', () => {
  assert.deepEqual(standing(screen()), { is: 'in-step', by: 3 });
  assert.deepEqual(standing(screen({ report: report({ late_ms: 40.4 }) })), { is: 'in-step', by: 40 });
  assert.deepEqual(standing(screen({ report: report({ late_ms: 200 }) })), { is: 'behind', by: 200 });
  assert.deepEqual(standing(screen({ report: report({ late_ms: -75 }) })), { is: 'ahead', by: 75 });
  assert.equal(standing(screen({ report: report({ late_ms: null }) })).is, 'playing');
});

test('a screen that says nothing is silent since its last word, whatever that was', () => {
  const lost = screen({ health: 'lost' });
  assert.deepEqual(standing(lost), { is: 'silent', since: Date.parse('2026-11-24T12:00:00Z') });
  assert.equal(standing(screen({ health: 'late' })).is, 'silent');
  assert.equal(standing(screen({ health: 'never', reported: null, report: null })).is, 'never');
  assert.equal(standing(screen({ channel: null })).is, 'no-channel');
  assert.equal(standing(screen({ report: report({ state: 'away' }) })).is, 'away');
});

test('somebody ought to look at screens that are silent, out of step, or not let sound', () => {
  assert.ok(!isInTrouble(screen()));
  assert.ok(isInTrouble(screen({ health: 'lost' })));
  assert.ok(isInTrouble(screen({ report: report({ late_ms: 300 }) })));
  assert.ok(isInTrouble(screen({ report: report({ sound: 'blocked' }) })));
  assert.ok(!isInTrouble(screen({ muted: true, report: report({ sound: 'blocked' }) })));
  assert.equal(droppedShare(report()), 0.005);
  assert.equal(droppedShare(report({ frames: 0, dropped: 0 })), null);
});

test('the picture of a screen is asked for when there is one, and anew now and then', () => {
  const first = stillAddress(screen(), 1_000_000_000_000);
  assert.ok(first?.startsWith('/api/v1/screens/s1/still.jpg?'));
  assert.notEqual(stillAddress(screen(), 1_000_000_060_000), first);
  const lost = screen({ health: 'lost' });
  assert.equal(stillAddress(lost, 1_000_000_060_000), stillAddress(lost, 1_000_000_000_000));
  assert.equal(stillAddress(screen({ report: report({ up_seconds: 2 }) }), 0), null);
  assert.equal(plainCode(' ab3-c4d '), 'AB3C4D');
});

test('a day lasts from midnight to midnight where the viewer is, also when clocks change', () => {
  const hours = (day: string) => {
    const { from, to } = boundsOf(day)!;
    return (to.getTime() - from.getTime()) / 3_600_000;
  };
  assert.equal(hours('2026-11-24'), 24);
  assert.equal(hours('2026-03-29'), 23);
  assert.equal(hours('2026-10-25'), 25);
  assert.equal(boundsOf('2026-11-24')?.from.toISOString(), '2026-11-23T23:00:00.000Z');
  assert.equal(boundsOf('2026-02-30'), null);
  assert.equal(boundsOf('soon'), null);
  assert.equal(dayAfter('2026-10-25', 1), '2026-10-26');
  assert.equal(dayAfter('2026-03-01', -1), '2026-02-28');
  assert.equal(dayOf(Date.parse('2026-11-24T23:30:00Z')), '2026-11-25');
});

const airing = (entry: string, start: string, more: Partial<AsRunAiring> = {}): AsRunAiring => ({
  channel: 'hall', ordinal: 1, entry, title: {}, author: '', country: '', start, end: start, ending: 'whole',
  incidents: [], ...more,
});

test('the log is filtered by film, channel and incidents, newest first', () => {
  const all = [
    airing('a', '2026-11-24T10:00:00Z'),
    airing('b', '2026-11-24T11:00:00Z', { incidents: [{ at: '', kind: 'off-air', detail: '' }] }),
    airing('a', '2026-11-24T12:00:00Z', { channel: 'foyer' }),
  ];
  const of = (filter: { entry?: string; channel?: string; incidentsOnly?: boolean }) =>
    shownAirings(all, { entry: '', channel: '', incidentsOnly: false, ...filter }).map(({ start }) => start.slice(11, 13));
  assert.deepEqual(of({}), ['12', '11', '10']);
  assert.deepEqual(of({ entry: 'a' }), ['12', '10']);
  assert.deepEqual(of({ channel: 'hall' }), ['11', '10']);
  assert.deepEqual(of({ incidentsOnly: true }), ['11']);
  assert.equal(
    documentAddress({ of: 'entries', id: 'a b' }, 'as-run.csv.sig', 'F', 'T'),
    '/api/v1/entries/a%20b/as-run.csv.sig?from=F&to=T');
});

test('what the audit log says is put in words', () => {
  assert.deepEqual(partsOfAction('channel.go-to'), ['channel', 'go-to']);
  assert.deepEqual(partsOfAction('odd'), ['odd', '']);
  assert.equal(detailText({ channel: 'hall', entry: '', items: [1, 2] }), 'channel: hall · items: [1,2]');
  for (const table of [logStrings.en, logStrings.zh, logStrings.ru]) assert.ok(table['v_go-to']);
});

const pal: Reel = { frames: 250, rate: { numerator: 25, denominator: 1 } };
const film: Reel = { frames: 240_000, rate: { numerator: 24_000, denominator: 1001 } };

test('the middle of each frame is in that frame, and so is its rounded beginning', () => {
  for (const reel of [pal, film]) {
    for (const frame of [0, 1, 24, 25, 199, reel.frames - 1]) {
      assert.equal(frameAt(middleOfFrame(frame, reel.rate), reel), frame);
      const named = Math.floor(startOfFrame(frame, reel.rate) * 1e6) / 1e6; // as browsers name pictures
      assert.equal(frameAt(named, reel), frame);
    }
  }
  assert.equal(frameAt(1e9, pal), 249);
  assert.equal(frameAt(-1, pal), 0);
  assert.equal(framesOfSecond(film.rate), 24);
  assert.deepEqual([leastFrames(pal.rate), leastFrames(film.rate)], [50, 48]);
});

test('frames are written with the second they are in', () => {
  assert.equal(frameText(0, pal.rate), '0:00+00');
  assert.equal(frameText(49, pal.rate), '0:01+24');
  assert.equal(frameText(25 * 3723 + 7, pal.rate), '1:02:03+07');
  assert.equal(frameText(24, film.rate), '0:01+00'); // begins at 1.001 s
  assert.equal(frameText(23, film.rate), '0:00+23');
});

test('a point that passes the other one begins another part', () => {
  const points = { in: 50, out: 100 };
  assert.deepEqual(withIn(points, 60, pal), { in: 60, out: 100 });
  assert.deepEqual(withIn(points, 100, pal), { in: 100, out: 250 });
  assert.deepEqual(withLast(points, 50, pal), { in: 50, out: 51 });
  assert.deepEqual(withLast(points, 49, pal), { in: 0, out: 50 });
  assert.deepEqual(withLast(points, 999, pal), { in: 50, out: 250 });
  assert.deepEqual(pointsOf({ in: 0, out: null }, pal), { in: 0, out: 250 });
  assert.deepEqual(pointsOf({ in: 400, out: 900 }, pal), { in: 249, out: 250 });
  assert.deepEqual(storedPoints({ in: 0, out: 250 }, pal), { in: 0, out: null });
  assert.deepEqual(storedPoints({ in: 5, out: 249 }, pal), { in: 5, out: 249 });
});

test('keys do what they do in editing programs, and nothing with Ctrl', () => {
  const key = (name: string, more = {}) =>
    trimKey({ key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });
  assert.equal(key('ArrowLeft'), 'back');
  assert.equal(key('ArrowRight', { shiftKey: true }), 'second-forward');
  assert.equal(key('I', { shiftKey: true }), 'to-in');
  assert.equal(key('o'), 'set-last');
  assert.equal(key('i', { ctrlKey: true }), null);
  assert.equal(key('x'), null);
});

test('a preparation of a part is told from others', () => {
  assert.deepEqual(partOfVariant('{"trim":{"in":5,"out":9}}'), { in: 5, out: 9 });
  assert.deepEqual(partOfVariant('{"trim":{"in":5}}'), { in: 5, out: null });
  assert.equal(partOfVariant('{"burn_in":{}}'), null);
  assert.equal(partOfVariant(null), null);
  assert.equal(partOfVariant('{'), null);
  assert.deepEqual(stripTimes(2, pal), [2.5, 7.5]);
});

const item = (entry: string) => ({ kind: 'entry', entry, in: 0, out: null, untrimmed: 'skip' }) as const;
const lines = (...ids: string[]): Lines => ids.map((id, key) => ({ key, item: item(id) }));
const names = (all: Lines) => all.map((line) => line.item.entry).join('');
const keys = (...all: number[]) => new Set(all);

test('lines are chosen one by one, by range, all, and no longer than they are there', () => {
  const all = lines('a', 'b', 'c', 'd');
  const range = extended(all, only(2), 0);
  assert.deepEqual([...range.keys].sort(), [0, 1, 2]);
  assert.deepEqual([...extended(all, range, 3).keys].sort(), [2, 3]);
  assert.deepEqual([...extended(all, kNothingSelected, 1).keys], [1]);
  assert.deepEqual([...toggled(range, 1).keys].sort(), [0, 2]);
  assert.equal(allOf(all).keys.size, 4);
  assert.deepEqual([...pruned(all.slice(1), range).keys].sort(), [1, 2]);
  assert.equal(pruned(all, range), range);
});

test('several lines are moved together, and keep their order', () => {
  const all = lines('a', 'b', 'c', 'd', 'e');
  assert.equal(names(gathered(all, keys(1, 3), 0)), 'bdace');
  assert.equal(names(gathered(all, keys(0, 1), 9)), 'cdeab');
  assert.equal(names(nudged(all, keys(1, 3), -1)), 'badce');
  assert.equal(names(nudged(all, keys(0, 1, 3), -1)), 'abdce');
  assert.equal(names(nudged(all, keys(3, 4), 1)), 'abcde');
  assert.equal(nudged(all, keys(0, 1), -1), all);
  assert.equal(names(withoutAll(all, keys(0, 4))), 'bcd');
});

test('copies stand after the last of those that were chosen, and are chosen then', () => {
  let key = 10;
  const { lines: after, copies } = doubled(lines('a', 'b', 'c'), keys(0, 1), () => ++key);
  assert.equal(names(after), 'ababc');
  assert.deepEqual([...copies.keys], [11, 12]);
});

const subtitles = (file: string, language: string, more: Partial<SubtitleFile> = {}): SubtitleFile => ({
  file, language, kind: 'full', label: '', options: {}, report: { tracks: [{ cues: 1, findings: [] }] }, ...more,
});

test('shifts are read as they may be written', () => {
  assert.equal(secondsOf(''), 0);
  assert.equal(secondsOf('-1.5'), -1.5);
  assert.equal(secondsOf('250ms'), 0.25);
  assert.equal(secondsOf('-00:01:01.5'), -61.5);
  assert.equal(secondsOf('+2,5'), 2.5);
  assert.equal(secondsOf('later'), null);
  assert.equal(nudgedShift('', 0.1), '0.1');
  assert.equal(nudgedShift('0.2', -0.2), '');
  assert.equal(nudgedShift('-1.5', 0.1), '-1.4');
  assert.equal(shiftText(0.1 + 0.2), '0.3');
});

test('a file is found among the renditions by language, and by its place among those', () => {
  const files = [
    subtitles('a.en.srt', 'en'),
    subtitles('a.zh.srt', 'zh', { options: { use: false } }),
    subtitles('a.zh.vtt', 'zh'),
    subtitles('a.zh.sdh.srt', 'zh', { kind: 'sdh' }),
    subtitles('broken.ru.srt', 'ru', { report: {} }),
  ];
  const renditions = [{ language: 'en' }, { language: 'zh' }, { language: 'zh' }];
  assert.deepEqual(files.map((file) => renditionOf(files, file, renditions)), [0, -1, 1, 2, -1]);
  assert.ok(!isUsed(files[1]!));
});

test('the addresses of subtitles are read from the playlist', () => {
  const master = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="audio.m3u8"\n' +
    '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="中文",URI="subtitles-zh.m3u8"\n';
  assert.deepEqual(subtitleAddresses(master, 'https://host/entries/a/master.m3u8'), [
    'https://host/entries/a/subtitles-zh.m3u8',
  ]);
});

test('a new file is called so that the server knows whose place it takes', () => {
  assert.equal(replacementName('boats.zh.sdh.srt', 'final v2.VTT'), 'boats.zh.sdh.VTT');
  assert.equal(replacementName('boats', 'a.srt'), 'boats.srt');
});

test('what is sent of a channel is what has been changed', () => {
  const settings = {
    id: 'hall', title: 'Hall', playlist: 'evening', epoch: '', access: { watch: 'role', role: 'reviewer' },
    burn_in: ['zh', 'ru'], encrypted: false,
  } as const;
  const before = fieldsOf(settings);
  assert.deepEqual(changeOf(before, before), {});
  assert.deepEqual(changeOf(before, { ...before, title: ' Great Hall ' }), { title: 'Great Hall' });
  assert.deepEqual(changeOf(before, { ...before, role: 'admin' }), { access: { watch: 'role', role: 'admin' } });
  assert.deepEqual(changeOf(before, { ...before, watch: 'public' }), { access: { watch: 'public' } });
  assert.deepEqual(changeOf(before, { ...before, first: '' }), { burn_in: ['ru'] });
  assert.deepEqual(changeOf(before, { ...before, encrypted: 'yes' }), { encrypted: true });
  assert.deepEqual(inUnits(2.5e9), [2.5, 'gigabyte']);
  assert.equal(durationOf({ started: '1970-01-01T00:00:01Z', finished: null }, 5_000), 4_000);
  assert.equal(durationOf({ started: null, finished: null }, 5_000), null);
});

test('criteria need a name, a scale, and one that counts; new ones are called after their names', () => {
  const usual = usualCriteria();
  assert.equal(problemsOf(usual).size, 0);
  assert.deepEqual(criteriaOf(usual).map(({ id }) => id), ['story', 'craft', 'originality']);
  const twice = [...usual, { ...newCriterion(9), names: { en: 'Story' } }, { ...newCriterion(10), names: { zh: '声音' } }];
  assert.deepEqual(criteriaOf(twice).slice(3).map(({ id }) => id), ['story-2', 'criterion-5']);
  const kept = draftsOf([{ id: 'plot', names: { en: 'Plot' }, low: 0, high: 5, weight: 1 }]);
  assert.equal(criteriaOf(kept.map((draft) => ({ ...draft, names: { en: 'Story' } })))[0]?.id, 'plot');
  assert.deepEqual([...problemsOf([newCriterion(3)])], [[3, 'nameless']]);
  assert.deepEqual([...problemsOf([{ ...usual[0]!, low: 5, high: 5 }])], [[0, 'no-scale']]);
  assert.deepEqual([...problemsOf([{ ...usual[0]!, weight: 0 }])], [[-1, 'no-weight']]);
  assert.deepEqual([...problemsOf([])], [[-1, 'none']]);
  assert.ok(sameCriteria(criteriaOf(usual), criteriaOf(usualCriteria())));
});

test('texts keep their placeholders in every language', () => {
  const placeholders = (text: unknown): string =>
    typeof text === 'string'
      ? (text.match(/\{\w+\}/g) ?? []).sort().join()
      : placeholders((text as { other: string }).other);
  for (const table of [logStrings, reviewsStrings, screensStrings, settingsStrings, subtitlesStrings, trimStrings]) {
    for (const [key, text] of Object.entries(table.en)) {
      for (const tag of ['zh', 'ru'] as const) {
        const other = (table[tag] as Readonly<Record<string, unknown>>)[key];
        assert.equal(placeholders(other), placeholders(text), `${tag} ${key}`);
      }
    }
  }
});

test('events that say nothing new of the channels are no reason to ask again', () => {
  const known = [{ id: 'hall', on_air: true }, { id: 'attic', on_air: false }] as unknown as ListedChannel[];
  const airing = (channel: string, now: unknown) => isNews(known, 'airing', { channel, now });
  assert.deepEqual([airing('hall', {}), airing('hall', null)], [false, true]);
  assert.deepEqual([airing('attic', {}), airing('attic', null)], [true, false]);
  assert.ok(airing('new', {}) && isNews(known, 'channel', { id: 'hall' }) && isNews(known, 'schedule', { id: 'hall' }));
  assert.ok(!isNews(known, 'entry', { id: 'boats' }) && !isNews(known, 'rundown', { id: 'hall' }));
});

test('who changes a round while somebody else does has both, and nothing that was written is lost', () => {
  const criterion = (id: string, weight = 1) => ({ id, names: { en: id }, low: 1, high: 10, weight });
  const base = { titles: { en: 'Final' }, criteria: [criterion('story'), criterion('craft'), criterion('luck')] };
  const draft = draftOf(base);
  const mine = {
    titles: { en: 'Final', zh: '决选' },
    criteria: [
      { ...draft.criteria[0]!, weight: 3 },
      { ...draft.criteria[1]!, names: { en: 'Craft!' } },
      { ...newCriterion(7), names: { en: 'Sound' } }, // and "luck" is gone
    ],
  };
  const theirs = {
    titles: { en: 'The final', ru: 'Финал' },
    criteria: [{ ...criterion('story', 5), high: 20 }, criterion('luck'), criterion('pace')], // "craft" is gone
  };
  const merged = mergeRound(base, mine, theirs);
  assert.deepEqual(merged.titles, { en: 'The final', zh: '决选', ru: 'Финал' });
  assert.deepEqual(merged.criteria.map(({ id, names, high, weight }) => [id, names['en'], high, weight]), [
    ['story', 'story', 20, 3],
    ['pace', 'pace', 10, 1],
    ['craft', 'Craft!', 10, 1],
    ['', 'Sound', 10, 1],
  ]);
  assert.equal(new Set(merged.criteria.map(({ key }) => key)).size, 4, 'keys are their own');
  assert.ok(isSameRound({ ...base, criteria: criteriaOf(mergeRound(base, draft, base).criteria) }, base));
  const asTheirs = mergeRound(base, draft, theirs);
  assert.ok(isSameRound({ titles: asTheirs.titles, criteria: criteriaOf(asTheirs.criteria) }, theirs));
  const changedAndRemoved = { ...base, criteria: [criterion('story'), criterion('craft'), criterion('luck', 9)] };
  assert.equal(mergeRound(base, mine, changedAndRemoved).criteria.find(({ id }) => id === 'luck')?.weight, 9);
});
