// Makes a few seconds of every sample entry and holds each against what it should be.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { measureSync } from './sync_meter.mjs';

const run = promisify(execFile);
const root = process.env.MATINEE_SOURCE ?? fileURLToPath(new URL('../..', import.meta.url));
const kSeconds = 4;

let directory;
let films;

const make = () =>
  run(path.join(root, 'scripts/make-samples'), [directory], {
    env: { ...process.env, SECONDS_EACH: String(kSeconds) },
  });

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'matinee-samples-'));
  await make();
  films = (await readdir(directory)).filter((name) => !/\.(srt|vtt|json)$/.test(name)).sort();
});

after(() => rm(directory, { recursive: true, force: true }));

async function probe(film) {
  const { stdout } = await run('ffprobe', [
    '-v', 'quiet', '-of', 'json', '-show_streams', '-show_format', path.join(directory, film),
  ]);
  const { streams } = JSON.parse(stdout);
  return {
    video: streams.find(({ codec_type }) => codec_type === 'video'),
    audio: streams.find(({ codec_type }) => codec_type === 'audio'),
  };
}

test('the contest has every kind of film', async () => {
  const probes = await Promise.all(films.map(probe));
  const has = (what, condition) => assert.ok(probes.some(condition), `no film is ${what}`);
  assert.ok(films.length >= 10);
  for (const rate of ['24000/1001', '24/1', '25/1', '30000/1001', '30/1', '50/1']) {
    has(`at ${rate}`, ({ video }) => video.r_frame_rate === rate);
  }
  has('vertical', ({ video }) => video.height > video.width);
  has('square', ({ video }) => video.height === video.width);
  has('4:3', ({ video }) => video.height * 4 === video.width * 3);
  has('full HD', ({ video }) => video.height === 1080);
  has('turned', ({ video }) => video.side_data_list?.some(({ rotation }) => rotation === -90));
  has('anamorphic', ({ video }) => video.sample_aspect_ratio === '64:45');
  has('interlaced', ({ video }) => video.field_order === 'tt');
  has('10-bit 4:2:2', ({ video }) => video.pix_fmt === 'yuv422p10le');
  has('of uneven rate', ({ video }) => {
    const [frames, seconds] = video.avg_frame_rate.split('/').map(Number);
    return video.r_frame_rate === '60/1' && frames / seconds < 50;
  });
  has('without sound', ({ audio }) => audio === undefined);
  for (const channels of [1, 2, 6]) {
    has(`in ${channels} channels`, ({ audio }) => audio?.channels === channels);
  }
  has('at 44.1 kHz', ({ audio }) => audio?.sample_rate === '44100');
});

test('picture and sound are in step to half a millisecond', async () => {
  for (const film of films) {
    const { audio } = await probe(film);
    const { flashes, beeps, pairs } = await measureSync(path.join(directory, film));
    assert.equal(flashes.length, kSeconds - 1, `${film}: flashes at ${flashes}`);
    if (!audio) continue;
    assert.equal(beeps.length, kSeconds - 1, `${film}: beeps at ${beeps}`);
    for (const { flash, offset } of pairs) {
      assert.ok(offset !== null && Math.abs(offset) < 0.5, `${film}: ${offset} ms at ${flash} s`);
    }
  }
});

test('every film has a description and subtitles in some language', async () => {
  const names = await readdir(directory);
  const languages = new Set();
  for (const film of films) {
    const stem = film.replace(/\.[^.]+$/, '');
    const { title, author, country } = JSON.parse(
      await readFile(path.join(directory, `${stem}.json`), 'utf8'));
    for (const language of ['zh', 'ru', 'en']) assert.ok(title[language], `${stem}: ${language}`);
    assert.ok(author);
    assert.match(country, /^[A-Z]{2}$/);
    const subtitles = names.filter((name) => name.startsWith(`${stem}.`) && /\.(srt|vtt)$/.test(name));
    assert.ok(subtitles.length > 0, `${stem} has no subtitles`);
    for (const name of subtitles) languages.add(name.split('.')[1]);
  }
  assert.deepEqual([...languages].sort(), ['en', 'ru', 'zh']);
});

test('what exists is not made again', async () => {
  const times = async () =>
    Promise.all(films.map(async (film) => (await stat(path.join(directory, film))).mtimeMs));
  const made = await times();
  await make();
  assert.deepEqual(await times(), made);
});
