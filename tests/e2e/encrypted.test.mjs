// An encrypted channel in players: each has to fetch the keys, and decrypts across boundaries, where the key is
// another one.
//
// MATINEE_BUILD and MATINEE_SOURCE name the build directory and the source tree.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openBrowser } from './browser.mjs';
import { Station } from './station.mjs';

const run = promisify(execFile);
const kPatience = 90_000; // milliseconds for anything to happen
const kWatched = 22; // seconds, of films that last ten: two boundaries at least

let station;

function get(url) {
  return new Promise((resolve, reject) => {
    https
      .get(url, { rejectUnauthorized: false, agent: false }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(parts) }));
      })
      .on('error', reject);
  });
}

const text = async (url) => (await get(url)).body.toString();

before(async () => {
  station = await Station.make();
  await station.serve();
  await station.matinee('channel', 'encrypt', 'main', 'on');
});

after(() => station?.remove());

// What was listed before stays plain, so it takes a film or two until everything is encrypted.
test('from the next film on segments are encrypted, each film with keys of its own', async () => {
  const media = new URL('180p/media.m3u8', station.master);
  for (const deadline = Date.now() + kPatience; ; await sleep(500)) {
    const playlist = await text(media);
    const keys = new Set([...playlist.matchAll(/EXT-X-KEY:METHOD=AES-128,URI="([^"]+)"/g)].map(([, uri]) => uri));
    if (keys.size < 3) {
      assert.ok(Date.now() < deadline, playlist);
      continue;
    }
    const [segment] = playlist.trim().split('\n').slice(-1);
    const { body } = await get(new URL(segment, media));
    assert.equal(body.length % 16, 0, 'whole blocks of AES');
    assert.ok(!body.subarray(0, 4096).includes('moof'), `${segment} is plain`);
    const key = await get(new URL([...keys].at(-1), media));
    assert.equal(key.body.length, 16);
    return;
  }
});

async function ffmpegDecodes() {
  const { stdout, stderr } = await run('ffmpeg', [
    '-nostdin', '-v', 'error', '-tls_verify', '0', '-i', station.master, '-t', String(kWatched),
    '-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-progress', '-', '-f', 'null', '-',
  ]);
  assert.equal(stderr, '');
  const frames = Number([...stdout.matchAll(/^frame=(\d+)/gm)].at(-1)?.[1] ?? 0);
  assert.ok(frames >= 24 * kWatched, `${frames} frames`);
}

// Ends by itself, well, after so many frames, and not before.
async function mpvPlays() {
  const { stdout, stderr } = await run('mpv', [
    '--no-config', '--vo=null', '--ao=null', '--msg-level=all=error', `--frames=${25 * kWatched}`, station.master,
  ], { timeout: kPatience });
  assert.equal(stdout + stderr, '');
}

async function hlsJsPlays() {
  const { browser, page, complaints } = await openBrowser();
  const keys = new Set();
  page.on('response', (response) => {
    if (response.url().endsWith('.key')) keys.add(`${response.url()} ${response.status()}`);
  });
  try {
    await page.goto(`${station.origin}/watch/main`);
    const until = (condition, argument) =>
      page.waitForFunction(condition, argument, { timeout: kPatience, polling: 100 });
    await until(() => document.querySelector('video')?.currentTime > 0);
    const start = await page.evaluate(() => document.querySelector('video').currentTime);
    await until(([from, length]) => document.querySelector('video').currentTime > from + length, [start, kWatched]);
    const { ranges, dropped, total } = await page.evaluate(() => {
      const video = document.querySelector('video');
      const quality = video.getVideoPlaybackQuality();
      return { ranges: video.buffered.length, dropped: quality.droppedVideoFrames, total: quality.totalVideoFrames };
    });
    assert.equal(ranges, 1, 'there are holes in what is buffered');
    assert.ok(total >= 24 * kWatched, `${total} frames, of which ${dropped} were dropped`);
    // Of picture and sound, of three films at least.
    assert.ok(keys.size >= 6, `keys: ${[...keys]}`);
    for (const key of keys) assert.match(key, / 200$/);
    assert.deepEqual(complaints, [], 'the console complains');
  } finally {
    await browser.close();
  }
}

test('players decrypt it, across boundaries', { concurrency: true }, (context) => Promise.all([
  context.test('ffmpeg', ffmpegDecodes),
  context.test('mpv', mpvPlays),
  context.test('hls.js, on the watch page', hlsJsPlays),
]));
