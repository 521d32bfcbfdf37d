import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrangeCues, spanOf, type Box } from '../src/subtitles/cue_layout';
import { positionOf, segmentsWithin } from '../src/subtitles/cue_source';
import { parseMediaPlaylist } from '../src/subtitles/media_playlist';
import {
  kMpegClock,
  kMpegWrap,
  kPlainSettings,
  parseVttSegment,
  type CueSettings,
} from '../src/subtitles/webvtt';

const kBase = 'https://matinee.test/channels/main/subtitles-zh/media.m3u8';

test('a channel’s playlist gives its segments with their dates', () => {
  const { dated, complete, segments } = parseMediaPlaylist(
    [
      '#EXTM3U', '#EXT-X-TARGETDURATION:6', '#EXT-X-MEDIA-SEQUENCE:41',
      '#EXT-X-DATERANGE:ID="main-1",START-DATE="2026-11-24T20:00:00.000Z"',
      '#EXT-X-PROGRAM-DATE-TIME:2026-11-24T20:00:00.000Z', '#EXTINF:4.004,', '41-a.vtt',
      '#EXTINF:2.5,', '42-a.vtt', '',
    ].join('\n'),
    kBase,
  );
  assert.equal(dated, true);
  assert.equal(complete, false);
  const start = Date.parse('2026-11-24T20:00:00Z');
  const folder = 'https://matinee.test/channels/main/subtitles-zh';
  assert.deepEqual(segments, [
    { sequence: 41, url: `${folder}/41-a.vtt`, duration: 4.004, start },
    { sequence: 42, url: `${folder}/42-a.vtt`, duration: 2.5, start: start + 4004 },
  ]);
});

test('an entry’s playlist counts from its beginning', () => {
  const { dated, complete, segments } = parseMediaPlaylist(
    '#EXTM3U\n#EXTINF:4,\na.vtt\n#EXTINF:4,\nb.vtt\n#EXT-X-ENDLIST\n', kBase);
  assert.equal(dated, false);
  assert.equal(complete, true);
  assert.deepEqual(segments.map(({ start }) => start), [0, 4000]);
});

test('segments within a stretch are those that cover some of it', () => {
  const segments = [0, 4, 8].map((start, sequence) => ({
    sequence, url: '', duration: 4, start: start * 1000,
  }));
  const numbers = (from: number, to: number) =>
    segmentsWithin(segments, from, to).map(({ sequence }) => sequence);
  assert.deepEqual(numbers(4000, 8000), [1]);
  assert.deepEqual(numbers(3999, 8001), [0, 1, 2]);
  assert.deepEqual(numbers(12000, 20000), []);
});

test('a segment says how its times relate to the stream’s clock', () => {
  const { mpegOffset, cues } = parseVttSegment(
    'WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:10.000,MPEGTS:1800000\n\n' +
      'NOTE --\nnothing\n\nSTYLE\n::cue { color: red }\n\n' +
      'first\n00:00:11.500 --> 00:00:12.000 line:10%,end position:20%,line-left size:50% align:start\n' +
      '<i>纸船</i>\n漂走了\n\n01:00:00.000 --> 01:00:01.000\nlater\n',
  );
  assert.equal(mpegOffset, 1800000 - 10 * kMpegClock);
  assert.deepEqual(cues.map(({ start, end, text }) => [start, end, text]), [
    [11.5, 12, '<i>纸船</i>\n漂走了'],
    [3600, 3601, 'later'],
  ]);
  assert.deepEqual(cues[0]?.settings, {
    ...kPlainSettings,
    line: { value: 10, unit: 'percent' },
    lineAlign: 'end',
    position: 20,
    positionAlign: 'line-left',
    size: 50,
    align: 'start',
  });
  assert.deepEqual(cues[1]?.settings, kPlainSettings);
});

test('settings and cues that make no sense are passed over', () => {
  const { cues } = parseVttSegment(
    'WEBVTT\r\n\r\n00:02.000 --> 00:01.000\r\nbackwards\r\n\r\n00:xx --> 00:01.000\r\nno time\r\n\r\n' +
      '00:01.000 --> 00:02.000 line:abc size:120% align:up vertical:xy position\r\nshown\r\n',
  );
  assert.deepEqual(cues, [{ start: 1, end: 2, text: 'shown', settings: kPlainSettings }]);
  assert.throws(() => parseVttSegment('<html>'), /not a WebVTT/);
});

test('cues are found again after the 33-bit clock has wrapped', () => {
  const origin = 30 * 3600; // the channel has been on for 30 hours
  const begins = (origin + 100) * kMpegClock;
  assert.ok(Math.abs(positionOf(begins % kMpegWrap, origin, 90) - 100) < 1e-6);
  // A film that began before the wrap, looked at after it; and hours before the position.
  const week = 7 * 24 * 3600;
  assert.ok(Math.abs(positionOf(((week - 50) * kMpegClock) % kMpegWrap, week, 3 * 3600) - -50) < 1e-5);
  assert.equal(positionOf(0, 0, 12), 0);
});

test('a cue spans what its settings say', () => {
  const span = (settings: Partial<CueSettings>) => spanOf({ ...kPlainSettings, ...settings });
  assert.deepEqual(span({}), { left: 0, width: 100, align: 'center' });
  assert.deepEqual(span({ align: 'start', position: 10 }), { left: 10, width: 90, align: 'start' });
  assert.deepEqual(span({ align: 'right' }), { left: 0, width: 100, align: 'end' });
  assert.deepEqual(span({ size: 40, position: 30 }), { left: 10, width: 40, align: 'center' });
  assert.deepEqual(span({ size: 80, position: 30 }), { left: 0, width: 60, align: 'center' });
});

const kArea = { top: 20, bottom: 450, height: 500 };
const box = (track: number, settings: Partial<CueSettings> = {}, height = 40): Box => {
  const all = { ...kPlainSettings, ...settings };
  return { track, span: spanOf(all), height, lineHeight: 30, settings: all };
};
const atLine = (value: number) => ({ line: { value, unit: 'percent' as const } });

test('two languages stand above each other, the first on top, clear of the controls', () => {
  assert.deepEqual(arrangeCues([box(0), box(1)], kArea), [370, 410]);
  assert.deepEqual(arrangeCues([box(1)], kArea), [410]);
});

test('on a telephone, where the controls take half the picture, the order is the same', () => {
  assert.deepEqual(arrangeCues([box(0), box(1)], { top: 8, bottom: 95, height: 195 }), [15, 55]);
});

test('from the top they stand in the same order', () => {
  assert.deepEqual(arrangeCues([box(0, atLine(0)), box(1, atLine(0))], kArea), [20, 60]);
  const first = { line: { value: 0, unit: 'lines' as const } };
  assert.deepEqual(arrangeCues([box(0, first), box(1, first)], kArea), [20, 60]);
});

test('what an author has placed keeps its place, and the rest makes way', () => {
  assert.deepEqual(arrangeCues([box(0, atLine(82)), box(1)], kArea), [410, 370]);
});

test('cues side by side need not make way', () => {
  const left = box(0, { position: 0, align: 'start', size: 40 });
  const right = box(1, { position: 60, align: 'start', size: 40 });
  assert.deepEqual(arrangeCues([left, right], kArea), [410, 410]);
});

test('no two cues overlap, and none leaves the area, wherever authors put them', () => {
  let seed = 20261124;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % below;
  };
  for (let round = 0; round < 500; ++round) {
    const boxes = Array.from({ length: 1 + random(5) }, (_, i) =>
      box(i % 2, random(3) === 0 ? {} : atLine(random(101)), 20 + random(40)));
    const tops = arrangeCues(boxes, kArea);
    const spans = tops.map((top, i) => [top, top + boxes[i]!.height] as const);
    for (const [i, [top, bottom]] of spans.entries()) {
      assert.ok(top >= kArea.top && bottom <= kArea.bottom, `round ${round}: cue ${i} at ${top}`);
      for (const [otherTop, otherBottom] of spans.slice(i + 1)) {
        assert.ok(bottom <= otherTop || otherBottom <= top, `round ${round}: ${JSON.stringify(spans)}`);
      }
    }
  }
});
