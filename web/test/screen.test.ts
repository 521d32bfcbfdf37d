import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Programme, ScreenDesign } from '../src/api';
import { behindGap, gapEnd, isBuffered } from '../src/gaps';
import { bestOffset, offsetBy, withSample, type Sample } from '../src/screen/clock';
import { isFilm, isSlate, nextFilm, overlayAt } from '../src/screen/overlay';
import { courseFor, leadAfter, median } from '../src/screen/steering';
import { stepFor } from '../src/screen/watchdog';

// A server whose clock is `ahead` of the page's, asked at `sent`; the way there and back takes `there` and `back`.
const ask = (ahead: number, sent: number, there: number, back: number): Sample => ({
  sent,
  received: sent + there + back,
  server: sent + there + ahead,
});

test('the quickest of several answers tells the server\'s time', () => {
  const samples = [ask(1000, 0, 80, 5), ask(1000, 200, 3, 2), ask(1000, 400, 5, 60)];
  const best = bestOffset(samples, 500);
  assert.ok(best);
  assert.ok(Math.abs(best.offset - 1000) <= best.uncertainty);
  assert.ok(best.uncertainty < 3);
  assert.equal(bestOffset([], 500), null);
});

test('the error is never more than the uncertainty, however lopsided the way', () => {
  for (const [there, back] of [[0, 100], [100, 0], [50, 50], [7, 31]] as const) {
    const { offset, uncertainty } = offsetBy(ask(-5_000, 10, there, back), 10 + there + back);
    assert.ok(Math.abs(offset + 5_000) <= uncertainty);
  }
});

test('an old answer gives way to a fresh one that is nearly as quick', () => {
  const old = ask(1000, 0, 1, 1);
  const fresh = ask(1006, 600_000, 2, 2); // the clocks have drifted apart by 10 in a million
  const best = bestOffset([old, fresh], 600_010);
  assert.ok(best && Math.abs(best.offset - 1006) < 3);
});

test('when the server\'s clock is set, what was known of it before is forgotten', () => {
  let samples: readonly Sample[] = [];
  for (let i = 0; i < 5; ++i) samples = withSample(samples, ask(1000, i * 100, 2, 2));
  assert.equal(samples.length, 5);
  samples = withSample(samples, ask(61_000, 600, 2, 2));
  assert.equal(samples.length, 1);
  const best = bestOffset(samples, 700);
  assert.ok(best && Math.abs(best.offset - 61_000) < 5);
});

test('so many samples are kept, and no more', () => {
  let samples: readonly Sample[] = [];
  for (let i = 0; i < 1000; ++i) samples = withSample(samples, ask(1000, i * 100, 2, 2));
  assert.ok(samples.length <= 100);
});

// Plays a second of simulated playback after another, corrected four times each, as Playback does.
function settle(error: number, seconds: number, noise: () => number): { error: number; jumps: number; worst: number } {
  let rate = 1;
  let jumps = 0;
  let worst = 0;
  for (let i = 0; i < seconds * 4; ++i) {
    const course = courseFor(error + noise(), rate);
    if (course.do === 'jump') {
      ++jumps;
      rate = 1;
      error = 0.2; // jumps land somewhat late
    } else {
      rate = course.rate;
      error -= (rate - 1) * 0.25;
    }
    if (i > seconds * 2) worst = Math.max(worst, Math.abs(error));
  }
  return { error, jumps, worst };
}

test('a screen that is off comes into step and stays there', () => {
  for (const start of [0.5, -0.5, 0.1, -0.03, 0.009]) {
    const { error, jumps } = settle(start, 40, () => 0);
    assert.equal(jumps, 0);
    assert.ok(Math.abs(error) < 0.008, `from ${start} to ${error}`);
  }
  const far = settle(60, 40, () => 0);
  assert.equal(far.jumps, 1);
  assert.ok(Math.abs(far.error) < 0.008);
});

test('readings that flutter by some milliseconds keep it within half a frame', () => {
  let seed = 1;
  const noise = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return (seed / 2_147_483_647 - 0.5) * 0.012;
  };
  assert.ok(settle(0.3, 120, noise).worst < 0.02);
});

test('in step nothing is corrected, and never by more than a twentieth', () => {
  assert.deepEqual(courseFor(0, 1), { do: 'play', rate: 1 });
  assert.deepEqual(courseFor(0.007, 1), { do: 'play', rate: 1 });
  assert.deepEqual(courseFor(0.5, 1), { do: 'play', rate: 1.05 });
  assert.deepEqual(courseFor(-0.5, 1), { do: 'play', rate: 0.95 });
  assert.deepEqual(courseFor(0.8, 1), { do: 'jump' });
  assert.deepEqual(courseFor(-30, 1), { do: 'jump' });
  // A correction goes on below what would begin one, and ends when it is past its aim.
  assert.deepEqual(courseFor(0.005, 1.01), { do: 'play', rate: 1.003 });
  assert.deepEqual(courseFor(-0.005, 1.01), { do: 'play', rate: 1 });
});

test('one reading that is wrong does not count, and jumps learn from the last', () => {
  assert.equal(median([3, 900, 1, 2, 4]), 3);
  assert.equal(median([]), 0);
  assert.equal(leadAfter(0.5, 0.3), 0.4);
  assert.equal(leadAfter(9, 1), 1.5);
});

test('a picture that stands is helped step by step, unless the server is away', () => {
  assert.equal(stepFor(2_999, true), 'wait');
  assert.equal(stepFor(3_000, true), 'seek');
  assert.equal(stepFor(8_000, true), 'recover');
  assert.equal(stepFor(15_000, true), 'recreate');
  assert.equal(stepFor(600_000, false), 'wait');
});

const kStart = Date.parse('2026-11-24T20:00:00Z');
const programme = (entry: string, from: number, to: number, more: Partial<Programme> = {}): Programme => ({
  entry,
  title: { en: entry },
  start: new Date(kStart + from * 1000).toISOString(),
  end: new Date(kStart + to * 1000).toISOString(),
  ...more,
});
const kDesign: ScreenDesign = {
  lower_third: 8, next: true, clock: 'off', accent: '#ff0000', language: '', away: '',
};
const kProgramme = [
  programme('boats', 0, 60, { role: 'item' }),
  programme('slate', 60, 120, { role: 'fill', card: true }),
  programme('trailer', 120, 130, { role: 'fill' }),
  programme('title-card', 130, 135, { role: 'item', card: true }),
  programme('tram', 135, 600, { role: 'item' }),
];
const at = (seconds: number, design = kDesign) => overlayAt(kProgramme, kStart + seconds * 1000, design);

test('title and author stand at the start of a film, for as long as the channel says', () => {
  assert.equal(at(0.5).lowerThird, null);
  assert.equal(at(1).lowerThird?.entry, 'boats');
  assert.equal(at(8.9).lowerThird?.entry, 'boats');
  assert.equal(at(9).lowerThird, null);
  assert.equal(at(3, { ...kDesign, lower_third: 0 }).lowerThird, null);
  // Cards say themselves what there is to say; fillers pass the time.
  assert.equal(at(62).lowerThird, null);
  assert.equal(at(122).lowerThird, null);
  assert.equal(at(132).lowerThird, null);
});

test('a slate says what is next, and counts down to it', () => {
  assert.equal(at(30).next, null);
  assert.deepEqual(at(60.2).next, { programme: kProgramme[4], seconds: 75 });
  assert.equal(at(60, { ...kDesign, next: false }).next, null);
  assert.equal(at(125).next, null); // a filler is to be looked at
  assert.equal(at(3600).next, null);
});

test('what is hours away is not counted down to', () => {
  const known = [
    programme('slate', 0, 9000, { role: 'panic', card: true }),
    programme('tram', 9000, 9600),
  ];
  assert.equal(nextFilm(known, kStart), null);
  assert.equal(nextFilm(known, kStart + 1801_000)?.seconds, 7199);
});

test('films and slates are told apart by what they are and why they are on', () => {
  assert.deepEqual(kProgramme.map(isFilm), [true, false, false, false, true]);
  assert.deepEqual(kProgramme.map(isSlate), [false, true, false, false, false]);
  assert.ok(isFilm(programme('x', 0, 1))); // of a server that does not say why
  const soon = programme('soon', 0, 60, { role: 'fill', card: true, countdown: true });
  assert.deepEqual([isFilm(soon), isSlate(soon)], [false, false]); // it says itself what is next
});

test('a gap ends where the first segment behind it begins', () => {
  // Segments of 4 s from 100 s on; those called "x" are gaps.
  const pieces = [...'oxxoox'].map((kind, i) => ({
    start: 100 + i * 4,
    duration: 4,
    tagList: kind === 'x' ? [['PROGRAM-DATE-TIME', ''], ['GAP'], ['INF', '4']] : [['INF', '4']],
  }));
  for (const [position, end] of [
    [99, null], [102, null], [104, 112], [107.9, 112], [108, 112], [112, null], [119.9, null], [120, 124],
    [124, null],
  ] as const) {
    assert.equal(gapEnd(pieces, position), end, `at ${position} s`);
  }
  assert.equal(gapEnd([], 3), null);
  assert.equal(behindGap(pieces, 105), 112.05);
  assert.equal(behindGap(pieces, 101), null);
  assert.equal(behindGap(pieces, 121), null, 'nobody knows yet what follows');
  // Another one further on does not belong to it.
  const [, first, second] = pieces;
  assert.ok(first && second);
  assert.equal(gapEnd([first, { ...second, start: 130 }], 105), 108);
});

test('what is in the buffer is known by its ranges', () => {
  const ranges = [[0, 4], [10, 12]] as const;
  const buffered = {
    length: ranges.length,
    start: (i: number) => ranges[i]?.[0] ?? NaN,
    end: (i: number) => ranges[i]?.[1] ?? NaN,
  };
  const held = [-1, 0, 3.9, 4, 10, 12].filter((seconds) => isBuffered({ buffered }, seconds));
  assert.deepEqual(held, [0, 3.9, 10]);
});
