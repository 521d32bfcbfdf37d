// A film whose files vanish while it is on, and a server that is killed and started again: what was listed
// stays listed, as a gap, and viewers and screens go on behind it.
//
// MATINEE_BUILD and MATINEE_SOURCE name the build directory and the source tree.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { openBrowser } from './browser.mjs';
import { readPlaylist } from './recorder.mjs';

const build = process.env.MATINEE_BUILD;
const source = process.env.MATINEE_SOURCE;
assert.ok(build && source, 'MATINEE_BUILD and MATINEE_SOURCE must be set');
const run = promisify(execFile);
const program = path.join(build, 'src/app/matinee');
const kPatience = 60_000; // milliseconds for anything to happen

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [
  { name = "180p", width = 320, height = 180, max_kbps = 300 },
  { name = "90p", width = 160, height = 90, max_kbps = 150 },
]
`;
const kFilms = { one: ['ball', 12], lost: ['smpte', 64] }; // seconds
const kPlaylists = ['180p/media.m3u8', '180p/iframes.m3u8', '90p/media.m3u8', 'audio/media.m3u8', 'subtitles-en/media.m3u8'];

let folder;
let data;
let server;
let browser;
let viewer;
let screen;

const matinee = async (...args) => (await run(program, [...args, '--data', data])).stdout;

async function serve(port) {
  const child = spawn(program, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MATINEE_WEB: path.join(source, 'web/dist') },
  });
  child.stderr.resume();
  for await (const line of createInterface({ input: child.stdout })) {
    const address = line.match(/https:\/\/127\.0\.0\.1:(\d+)/);
    if (!address) continue;
    child.stdout.resume();
    return { child, origin: address[0], port: Number(address[1]) };
  }
  throw new Error('the server ended before it served');
}

async function stop(signal) {
  const ended = once(server.child, 'exit');
  server.child.kill(signal);
  await ended;
}

function get(target) {
  return new Promise((resolve, reject) => {
    https
      .get(new URL(target, server.origin), { rejectUnauthorized: false, agent: false }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }));
      })
      .on('error', reject);
  });
}

async function eventually(what, look) {
  for (const end = Date.now() + 2 * kPatience; Date.now() < end; await sleep(200)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}

const until = (page, condition, argument) =>
  page.waitForFunction(condition, argument, { timeout: kPatience, polling: 100 });

async function open(address) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 640, height: 400 } });
  const page = await context.newPage();
  await page.goto(`${server.origin}${address}`);
  return page;
}

async function listed() {
  const texts = {};
  for (const playlist of kPlaylists) {
    const answer = await get(`/channels/main/${playlist}`);
    assert.equal(answer.status, 200, `${playlist}: ${answer.text}`);
    texts[playlist] = answer.text;
  }
  return texts;
}

// The picture has moved on by five seconds.
async function untilItPlays(page) {
  await until(page, () => document.querySelector('video')?.readyState >= 2);
  const from = await page.evaluate(() => document.querySelector('video').currentTime);
  await until(page, (start) => document.querySelector('video').currentTime > start + 5, from);
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-gaps-'));
  data = path.join(folder, 'data');
  await mkdir(path.join(folder, 'films'));
  await mkdir(data);
  await writeFile(path.join(data, 'matinee.toml'), kConfig);
  for (const [name, [pattern, seconds]] of Object.entries(kFilms)) {
    await run('gst-launch-1.0', ['-q', 'videotestsrc', `num-buffers=${seconds * 25}`, `pattern=${pattern}`,
      '!', 'video/x-raw,width=320,height=180,framerate=25/1', '!', 'x264enc', 'speed-preset=ultrafast',
      '!', 'h264parse', '!', 'mp4mux', '!', 'filesink', `location=${folder}/films/${name}.mp4`]);
  }
  await writeFile(path.join(folder, 'films/lost.en.srt'), '1\n00:00:01,000 --> 00:01:00,000\nA line of it\n');
  await matinee('import', path.join(folder, 'films'));
  server = await serve(0);
  await eventually('the slate', async () =>
    JSON.parse(await matinee('entry', 'list', '--json')).some((e) => e.id === 'slate' && e.state === 'ready'));
  browser = (await openBrowser()).browser;
});

after(async () => {
  await browser?.close();
  if (server) await stop('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

test('what was listed of a film stays listed when its files are gone and the server was killed', async () => {
  await matinee('channel', 'add', 'main', 'one', 'lost');
  await eventually('the channel', async () => (await get('/channels/main/180p/media.m3u8')).status === 200);
  viewer = await open('/watch/main');
  screen = await open('/screen');
  const code = (await screen.locator('.code').textContent({ timeout: kPatience })).trim();
  await matinee('screen', 'approve', code, '--name', 'Hall', '--channel', 'main');
  await untilItPlays(viewer);
  await untilItPlays(screen);
  const { media } = JSON.parse(await matinee('entry', 'show', 'lost', '--json'));
  assert.ok(media, 'the film is prepared');
  // It is on, and most of it is still to come.
  await eventually('the film', async () => {
    const { airings, segments } = readPlaylist((await get('/channels/main/180p/media.m3u8')).text);
    const [, airing] = [...airings].find(([, { title }]) => title === 'lost') ?? [];
    return airing && Date.now() > Date.parse(airing.start) + 5_000 && segments.length > 0;
  });

  const before = await listed();
  await stop('SIGKILL');
  await rm(path.join(data, 'library/media', media), { recursive: true });
  server = await serve(server.port);
  const after = await listed();
  for (const playlist of kPlaylists) {
    const was = readPlaylist(before[playlist]).segments;
    const is = new Map(readPlaylist(after[playlist]).segments.map((segment) => [segment.sequence, segment]));
    assert.ok(was.every(({ gap }) => !gap), 'the server that was killed had the files');
    const lost = was.filter(({ sequence }) => is.get(sequence)?.gap);
    assert.ok(lost.length >= 4, `${playlist} has ${lost.length} gaps`);
    for (const segment of was) {
      const { gap, ...rest } = is.get(segment.sequence);
      assert.deepEqual({ ...rest, gap: false }, segment, playlist);
      const answer = await get(`/channels/main/${path.dirname(playlist)}/${segment.name}`);
      assert.equal(answer.status, gap ? 404 : 200, `${playlist}: ${segment.name}`);
      if (gap) assert.match(JSON.parse(answer.text).detail, /^The files of "lost" are lost/);
    }
    assert.match(after[playlist], /^#EXT-X-VERSION:8$/m);
  }
});

test('a viewer who comes during the gap is shown what follows it', async () => {
  const late = await open('/watch/main');
  await untilItPlays(late);
  const shown = await late.evaluate(() => window.matineePlayer.playingDate.getTime());
  const { segments } = readPlaylist((await get('/channels/main/180p/media.m3u8')).text);
  const on = segments.findLast(({ date }) => Date.parse(date) <= shown);
  assert.ok(on && !on.gap, `${new Date(shown).toISOString()} is in a gap`);
  await late.context().close();
});

test('a viewer who was there before goes on across the gap', async () => {
  const date = await eventually('what follows the gap', async () => {
    const { segments } = readPlaylist((await get('/channels/main/180p/media.m3u8')).text);
    return segments[segments.findLastIndex(({ gap }) => gap) + 1]?.date;
  });
  await until(viewer, (at) => (window.matineePlayer.playingDate?.getTime() ?? 0) > at + 2_000, Date.parse(date));
  await untilItPlays(viewer);
});

test('a screen is in step again behind the gap, without having been made anew', async () => {
  await until(screen, () => {
    const playback = window.matineeScreen?.playback;
    return playback?.state === 'playing' && Math.abs(playback.late ?? 1) < 0.05;
  });
  await untilItPlays(screen);
  assert.equal(await screen.evaluate(() => window.matineeScreen.playback.restarts), 0);
});

test('the loss is told once, however often the server is started', async () => {
  for (let restart = 0; restart < 2; ++restart) {
    await stop('SIGKILL');
    server = await serve(server.port);
    await eventually('the channel', async () => (await get('/channels/main/180p/media.m3u8')).status === 200);
  }
  const told = JSON.parse(await matinee('audit', '--json')).map(({ action }) => action);
  assert.equal(told.filter((action) => action === 'incident.media-lost').length, 1, told.join());
});
