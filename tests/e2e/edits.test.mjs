// What producers and accidents do to a channel that is on: previews of drafts and of the future, parts
// of films, endings and countdowns before fixed starts, and a film whose files vanish before it airs. With
// a running server.
//
// MATINEE_BUILD names the build directory.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { addUser, serve, stopServer } from './server.mjs';

const build = process.env.MATINEE_BUILD;
assert.ok(build, 'MATINEE_BUILD must be set');
const run = promisify(execFile);
const matinee = path.join(build, 'src/app/matinee');

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 300 }]
`;
const kSeconds = 24;

let folder;
let data;
let server;
let token;

const cli = async (...words) => (await run(matinee, [...words, '--data', data])).stdout;
const cliJson = async (...words) => JSON.parse(await cli(...words, '--json'));

function get(url, headers = {}) {
  return new Promise((resolve, reject) => {
    https
      .get(url, { rejectUnauthorized: false, agent: false, headers }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }),
        );
      })
      .on('error', reject);
  });
}
const asProducer = (url) => get(url, { Authorization: `Bearer ${token}` });

// Looks again and again until `look` gives something; what is waited for comes of itself.
async function eventually(what, look) {
  const end = Date.now() + 120_000;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found;
    await sleep(200);
  }
  throw new Error(`waited in vain for ${what}`);
}

// Frames that ffmpeg decodes of a stream, which it must do without a complaint.
async function framesOf(url) {
  const { stdout, stderr } = await run('ffmpeg', [
    '-nostdin', '-v', 'error', '-tls_verify', '0', '-headers', `Authorization: Bearer ${token}\r\n`,
    '-i', url, '-map', '0:v:0', '-map', '0:a:0', '-fps_mode', 'passthrough',
    '-enc_time_base', '1:90000', '-progress', 'pipe:1', '-f', 'null', '-',
  ]);
  assert.equal(stderr, '');
  return Number([...stdout.matchAll(/frame=(\d+)/g)].at(-1)[1]);
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-edits-'));
  data = path.join(folder, 'data');
  await mkdir(data);
  await mkdir(path.join(folder, 'films'));
  await writeFile(path.join(data, 'matinee.toml'), kConfig);
  for (const [name, pitch] of [['one', 440], ['lost', 660]]) {
    await run('ffmpeg', [
      '-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `testsrc=size=320x180:rate=25:duration=${kSeconds}`,
      '-f', 'lavfi', '-i', `sine=frequency=${pitch}:duration=${kSeconds}`,
      '-pix_fmt', 'yuv420p', '-shortest', path.join(folder, 'films', `${name}.mp4`),
    ]);
  }
  await cli('import', path.join(folder, 'films'));
  await cli('channel', 'add', 'main', 'one', 'lost', '--title', 'Main');
  await addUser(matinee, data, 'ann', 'producer', 'a long enough password');
  token = (await cliJson('token', 'add', 'ann')).token;

  server = await serve(matinee, data);
  await eventually('the slate', async () =>
    (await cliJson('entry', 'list')).some((entry) => entry.id === 'slate' && entry.state === 'ready'));
});

after(async () => {
  await stopServer(server);
  await rm(folder, { recursive: true, force: true });
});

test('a draft is a stream at once, for producers only', async () => {
  await cli('playlist', 'set', 'evening', 'one', 'slate', 'one');
  const master = `${server.origin}/previews/playlists/evening/master.m3u8`;
  assert.equal((await get(master)).status, 401);
  const entered = await asProducer(master);
  assert.equal(entered.status, 307);
  assert.match(entered.headers['cache-control'], /no-store/);
  assert.equal(await framesOf(master), 2 * 25 * kSeconds + 8 * 25);
  const report = JSON.parse((await asProducer(`${server.origin}/previews/playlists/evening/1/preview.json`)).body);
  assert.deepEqual(report.items.map((item) => [item.entry, item.start, item.shown]),
    [['one', 0, 'film'], ['slate', 24, 'film'], ['one', 32, 'film']]);
  const playlist = await asProducer(`${server.origin}/previews/playlists/evening/1/180p/media.m3u8`);
  assert.match(playlist.headers['cache-control'], /private/);
  assert.doesNotMatch(playlist.body, /https:|\n\//, 'addresses are relative');
});

test('a part of a film is prepared in the background, and has just its frames', async () => {
  await assert.rejects(cli('playlist', 'set', 'parts', 'one@100-700'), /item 1, one@100-700: its out point, 700/);
  await cli('playlist', 'set', 'parts', 'one@110-210');
  const first = await cliJson('playlist', 'show', 'parts');
  assert.deepEqual([first.items[0].in, first.items[0].out], [110, 210]);
  await eventually('the part', async () => (await cliJson('playlist', 'show', 'parts')).items[0].ready);
  assert.equal(await framesOf(`${server.origin}/previews/playlists/parts/master.m3u8`), 100);
});

test('a channel can be watched as it will air', async () => {
  const from = new Date(Date.now() + 3600_000).toISOString();
  const master = `${server.origin}/previews/channels/main/master.m3u8?from=${from}&for=30`;
  const frames = await framesOf(master);
  assert.ok(frames >= 30 * 25 && frames <= 40 * 25, `${frames} frames in whole segments`);
  assert.equal((await asProducer(`${server.origin}/previews/channels/main/master.m3u8`)).status, 400);
});

test('what is cut for a fixed start fades out, and a countdown reaches zero with the next', async () => {
  await cli('card', 'add', 'soon', '--countdown', '--entry', 'one', '--seconds', '10', '--no-wait');
  const epoch = Math.ceil(Date.now() / 1000) * 1000;
  await cli('channel', 'add', 'hall', 'one', '--epoch', `${new Date(epoch).toISOString().slice(0, 19)}Z`);
  await cli('playlist', 'set', 'gala', 'one');
  await cli('playlist', 'publish', 'gala');
  // The film is shown twenty times, and 10 s of the next; then twice more, with 15 s in between.
  const local = (seconds) => new Date(epoch + seconds * 1000).toISOString().slice(0, 19);
  const gala = 20 * kSeconds + 10;
  const late = gala + kSeconds + 15;
  const plan = path.join(folder, 'hall.json');
  await writeFile(plan, JSON.stringify({
    slate: 'slate', countdown: 'soon', fade: 1,
    blocks: [
      { id: 'day', playlist: 'hall' },
      { id: 'gala', playlist: 'gala', passes: 1, start: local(gala), overrun: 'cut' },
      { id: 'late', playlist: 'gala', passes: 1, start: local(late) },
    ],
  }));
  await cli('schedule', 'set', 'hall', plan);
  const preview = async (from, seconds) => {
    const instant = new Date(epoch + from * 1000).toISOString();
    const master = `${server.origin}/previews/channels/hall/master.m3u8?from=${instant}&for=${seconds}`;
    const entered = await asProducer(master);
    assert.equal(entered.status, 307, entered.body);
    const stream = new URL(entered.headers.location, master);
    assert.equal((await asProducer(stream.href)).status, 200); // as it is planned now
    return { stream: stream.href, items: JSON.parse((await asProducer(new URL('preview.json', stream).href)).body).items };
  };
  const cut = await eventually('the ending', async () => {
    const found = await preview(gala - 9, 12);
    const [before, after] = found.items;
    return before.entry === 'one' && after.entry === 'one' && after.start === 9 && found;
  });
  // How bright the frames are; those of the last second before the fixed start get darker and end in black.
  const { stdout } = await run('ffmpeg', [
    '-nostdin', '-v', 'error', '-tls_verify', '0', '-headers', `Authorization: Bearer ${token}\r\n`,
    '-i', cut.stream, '-map', '0:v:0', '-fps_mode', 'passthrough', '-vf', 'signalstats,metadata=print:file=-', '-f', 'null', '-',
  ], { maxBuffer: 1 << 26 });
  const light = [...stdout.matchAll(/YAVG=([\d.]+)/g)].map(([, value]) => Number(value) - 16);
  const last = light.findIndex((value) => value < 1);
  assert.ok(last > 200, `${last} frames before black`);
  const whole = light[last - 26];
  for (let left = 0; left < 25; ++left) {
    const share = light[last - left] / whole;
    assert.ok(Math.abs(share - left / 25) < 0.1, `${left} frames before the end: ${share} of the light`);
  }
  assert.ok(light[last + 1] > whole / 2, 'the next film is there at once');

  await eventually('the countdown card', async () =>
    (await cliJson('entry', 'list')).some((entry) => entry.id === 'soon' && entry.state === 'ready'));
  const counted = await eventually('the countdown', async () => {
    const found = await preview(late - 12, 16);
    return found.items.some((item) => item.entry === 'soon') && found;
  });
  assert.deepEqual(counted.items.slice(-2).map((item) => [item.entry, item.start]), [['soon', 2], ['one', 12]]);
});

test('the slate takes over for a film whose files vanish, and the schedule holds', async () => {
  const media = `${server.origin}/channels/main/180p/media.m3u8`;
  const now = (await get(`${server.origin}/api/v1/channels/main`)).body;
  const { next } = JSON.parse(now);
  // One of which nothing is listed yet: the slate begins with it.
  const lost = next.find(
    (airing) => airing.entry === 'lost' && Date.parse(airing.start) > Date.now() + 30_000);
  const { media: id } = (await cliJson('entry', 'list')).find((entry) => entry.id === 'lost');
  await rm(path.join(data, 'library/media', id), { recursive: true });

  const seen = new Map();
  await eventually('the slate and what follows it', async () => {
    const { status, body } = await get(media);
    assert.equal(status, 200);
    for (const [, date, name] of body.matchAll(/DATE-TIME:(\S+)\n#EXTINF:\S+\n(\S+)\n/g)) {
      const sequence = Number.parseInt(name, 10);
      assert.equal(seen.get(sequence) ?? name, name, 'what was listed does not change');
      if (!seen.has(sequence)) {
        seen.set(sequence, name);
        assert.equal((await get(new URL(name, media))).status, 200, `${name} of ${date}`);
      }
    }
    const titles = [...body.matchAll(/#EXT-X-DATERANGE:.*START-DATE="([^"]+)".*X-TITLE="([^"]*)"/g)];
    const slate = titles.find(([, start]) => start === lost.start);
    const after = titles.find(([, start]) => start === lost.end);
    if (!slate || !after) return false;
    assert.doesNotMatch(slate[2], /lost/i);
    assert.match(after[2], /one/i);
    return true;
  });
  assert.match((await asProducer(`${server.origin}/metrics`)).body,
    /matinee_incidents_total\{kind="stand-in"\} [1-9]/);
  const audit = JSON.stringify(await cliJson('audit'));
  assert.match(audit, /incident\.media-lost/);
  assert.match(audit, /incident\.stand-in/);
});
