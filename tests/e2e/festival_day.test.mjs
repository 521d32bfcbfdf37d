// A day of a festival, made short: three channels with starts on the minute while clocks are put forward,
// two producers who get into each other's way, two hundred edits, skip, hold and resume, a film whose files
// vanish, and a server that is killed twice. At the end the as-run log must say, frame by frame, what an
// independent client has seen in the playlists.
//
// The server's clock is moved to the night of the change by libfaketime; it runs no faster. Its socket is held
// by another process, as by systemd, so that clients wait while it is away.
//
// MATINEE_BUILD names the build directory; MATINEE_PORT a port to serve at, for whoever wants to watch along.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Recorder } from './recorder.mjs';

const build = process.env.MATINEE_BUILD;
assert.ok(build, 'MATINEE_BUILD must be set');
const run = promisify(execFile);
const matinee = path.join(build, 'src/app/matinee');

const kFaketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
// In Berlin the clocks go from two to three at 01:00 UTC. It begins 75 s before.
const kChange = Date.parse('2027-03-28T01:00:00Z');
const kBegin = kChange - 75_000;
const kEdits = 200;

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [{ name = "90p", width = 160, height = 90, max_kbps = 200 }]
[limits]
api_per_second = 1000
api_burst = 5000
`;

// Rate, seconds. One is long enough to be skipped before what follows it may have been fetched.
const kFilms = {
  boats: ['25', 9],
  train: ['24000/1001', 34],
  tea: ['30', 8],
  window: ['50', 10],
  lost: ['25', 12], // the same to the frame at every rate
  opening: ['24', 14],
};

let folder;
let data;
let server;
let ann;
let boris;
const recorders = {}; // by channel
let offset; // of the server's clock, in milliseconds

const now = () => Date.now() + offset;
const environment = (faked) =>
  faked
    ? {
        ...process.env,
        LD_PRELOAD: kFaketime,
        FAKETIME: `${offset >= 0 ? '+' : '-'}${Math.abs(Math.round(offset / 1000))}s`,
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        NO_FAKE_STAT: '1',
      }
    : process.env;
const cli = async (...words) =>
  (await run(matinee, [...words, '--data', data], { env: environment(offset !== undefined) })).stdout;

function request(method, target, { token = ann, headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = https.request(
      new URL(target, server.origin),
      {
        method,
        rejectUnauthorized: false,
        agent: false,
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
      },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const json = /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode, etag: response.headers.etag, text, json });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function ask(status, method, target, options) {
  const answer = await request(method, `/api/v1${target}`, options);
  assert.equal(answer.status, status, `${method} ${target}: ${answer.text}`);
  return answer;
}

// Starts the server, and starts it again whenever it is killed.
async function start(port) {
  const child = spawn(
    'python3',
    [fileURLToPath(new URL('hold_socket.py', import.meta.url)), `127.0.0.1:${port}`, matinee, 'serve', '--data', data],
    { stdio: ['ignore', 'pipe', 'pipe'], env: environment(offset !== undefined) },
  );
  const said = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > 50) said.shift();
  });
  const started = { child, pid: 0, origin: '', port: 0, served: 0 }; // served: how often it got to serve
  createInterface({ input: child.stdout }).on('line', (line) => {
    const process = line.match(/^started (\d+)$/);
    if (process) started.pid = Number(process[1]);
    const address = line.match(/^ +channels +(https:\/\/127\.0\.0\.1:(\d+))/);
    if (!address?.[1]) return;
    Object.assign(started, { origin: address[1], port: Number(address[2]) });
    started.served += 1;
  });
  await eventually('the server', () => {
    assert.equal(child.exitCode, null, `the server ended before it served:\n${said.join('\n')}`);
    return started.served > 0;
  });
  return started;
}

async function end() {
  const ended = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  await ended;
}

// From one moment to the next, and it comes up again.
async function kill() {
  const before = server.served;
  process.kill(server.pid, 'SIGKILL');
  await eventually('the server after it was killed', () => server.served > before);
}

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
const clockShows = (at) => eventually(new Date(at).toISOString(), () => now() >= at);

async function account(name, role) {
  const adding = spawn(matinee, ['user', 'add', name, '--role', role, '--data', data], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  adding.stdin.end('a long enough password\n');
  assert.deepEqual(await once(adding, 'exit'), [0, null]);
  return JSON.parse(await cli('token', 'add', name, '--json')).token;
}

before(async () => {
  assert.ok(existsSync(kFaketime), 'libfaketime is missing: apt-get install faketime');
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-festival-'));
  data = path.join(folder, 'data');
  await mkdir(data);
  await mkdir(path.join(folder, 'films'));
  await writeFile(path.join(data, 'matinee.toml'), kConfig);
  for (const [name, [rate, seconds]] of Object.entries(kFilms)) {
    const frames = Math.round(eval(rate) * seconds);
    await run('gst-launch-1.0', [
      '-q', 'videotestsrc', 'pattern=ball', `num-buffers=${frames}`, '!',
      `video/x-raw,format=I420,width=160,height=90,framerate=${rate.includes('/') ? rate : `${rate}/1`}`,
      '!', 'x264enc', 'speed-preset=ultrafast', '!', 'h264parse', '!', 'mp4mux', '!',
      'filesink', `location=${path.join(folder, 'films', `${name}.mp4`)}`,
    ]);
  }
  await cli('import', path.join(folder, 'films'));
  ann = await account('ann', 'producer');
  boris = await account('boris', 'producer');
  // The slate is prepared before the clock is moved.
  server = await start(Number(process.env.MATINEE_PORT ?? 0));
  await eventually('the slate', async () =>
    JSON.parse(await cli('entry', 'list', '--json')).some((e) => e.id === 'slate' && e.state === 'ready'));
  await end();
  offset = kBegin - Date.now();
  offset = Math.round(offset / 1000) * 1000; // libfaketime is told whole seconds
  server = await start(server.port);
});

after(async () => {
  for (const recorder of Object.values(recorders)) await recorder.stop();
  if (server && server.child.exitCode === null) await end();
  await rm(folder, { recursive: true, force: true });
});

const items = (...entries) => ({ items: entries.map((entry) => ({ entry })) });

async function publish(playlist, wanted, { token = ann, when = 'after-current' } = {}) {
  const { etag } = await ask(200, 'GET', `/playlists/${playlist}`, { token });
  const saved = await request('PUT', `/api/v1/playlists/${playlist}`, {
    token, headers: { 'If-Match': etag }, body: wanted,
  });
  if (saved.status === 412) return false;
  assert.equal(saved.status, 200, saved.text);
  const done = await request('POST', `/api/v1/playlists/${playlist}/publish`, {
    token, headers: { 'If-Match': saved.etag }, body: { when },
  });
  if (done.status === 412) return false;
  assert.equal(done.status, 200, done.text);
  return true;
}

test('a day of a festival', { timeout: 400_000 }, async () => {
  const lists = {
    day: ['boats', 'train', 'tea', 'window'],
    gala: ['opening', 'boats'],
    side: ['tea', 'boats', 'window'],
    late: ['train', 'lost', 'tea'],
    night: ['train', 'tea'],
  };
  for (const [id, entries] of Object.entries(lists)) {
    const made = await ask(201, 'POST', '/playlists', { body: { id, ...items(...entries) } });
    await ask(200, 'POST', `/playlists/${id}/publish`, { headers: { 'If-Match': made.etag }, body: {} });
  }
  const fixed = (playlist, at, zone) => ({
    id: `fixed-${playlist}`, playlist, passes: 1, start: at, zone, overrun: 'cut',
  });
  // Half past two is not on Berlin's clocks this night: they are put forward from two to three.
  const schedules = {
    hall: { slate: 'slate', blocks: [
      { id: 'day', playlist: 'day' },
      fixed('gala', '2027-03-28T03:00:30', 'Europe/Berlin'),
      { id: 'after', playlist: 'day' }] },
    foyer: { slate: 'slate', blocks: [
      { id: 'side', playlist: 'side' },
      fixed('late', '2027-03-28T02:30:00', 'Europe/Berlin'),
      { id: 'after', playlist: 'side' }] },
    club: { slate: 'slate', blocks: [
      { id: 'night', playlist: 'night' },
      fixed('gala', '2027-03-28T04:01:00', 'Europe/Moscow'),
      { id: 'after', playlist: 'night' }] },
  };
  const starts = {
    hall: ['opening', kChange + 30_000],
    foyer: ['train', kChange],
    club: ['opening', kChange + 60_000],
  };
  for (const [id, schedule] of Object.entries(schedules)) {
    await ask(201, 'POST', '/channels', { body: { id, playlist: schedule.blocks[0].playlist } });
    await ask(200, 'PUT', `/channels/${id}/schedule`, { headers: { 'If-Match': '"0"' }, body: schedule });
    const playlist = `/channels/${id}/90p/media.m3u8`;
    await eventually(`${id} on the air`, async () => (await request('GET', playlist)).status === 200);
    recorders[id] = new Recorder(server.origin + playlist);
    recorders[id].start();
  }

  // Two producers at once: the second is told, and nothing of the first is lost.
  const seen = (await ask(200, 'GET', '/playlists/day')).etag;
  await ask(200, 'PUT', '/playlists/day', { headers: { 'If-Match': seen }, body: items('boats', 'tea', 'train') });
  const late = await request('PUT', '/api/v1/playlists/day', {
    token: boris, headers: { 'If-Match': seen }, body: items('window'),
  });
  assert.equal(late.status, 412, late.text);
  assert.equal((await ask(200, 'GET', '/playlists/day')).json.items.length, 3);

  // Two hundred edits, by both, while all that follows happens; the server's absence is waited out.
  let published = 0;
  const editing = (async () => {
    for (let n = 0; published < kEdits; ++n) {
      const turned = [0, 1, 2, 3].map((i) => lists.day[(i + n) % 4]);
      try {
        if (await publish('day', items(...turned), { token: n % 2 ? ann : boris, when: n % 20 === 19 ? 'now' : 'after-current' })) {
          published += 1;
        }
      } catch (error) {
        if (error.code === undefined) throw error; // not the server that is away
        await sleep(300);
      }
      await sleep(150);
    }
  })();
  editing.catch(() => {}); // it is waited for below

  const commands = [];
  const command = async (channel, name) => {
    let before;
    const done = await eventually(`${name} on ${channel}`, async () => {
      before = now();
      const answer = await request('POST', `/api/v1/channels/${channel}/on-air/${name}`);
      // What is on may be about to end by itself, with what follows fetched already: then it is refused.
      if (answer.status === 409) return undefined;
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    });
    commands.push({ channel, name, at: Date.parse(done.at), after: Date.parse(done.at) - before });
  };

  await clockShows(kBegin + 20_000);
  await command('club', 'skip');
  // Planned for later; its files go, and then the server that has them open.
  const lost = (await ask(200, 'GET', '/entries/lost')).json;
  await rm(path.join(data, 'library/media', lost.media), { recursive: true });
  await clockShows(kBegin + 30_000);
  await kill();
  await clockShows(kBegin + 40_000);
  await command('club', 'hold');
  await clockShows(kBegin + 60_000);
  await command('club', 'resume');
  await clockShows(kChange + 40_000);
  await kill();
  await clockShows(kChange + 50_000);
  await command('hall', 'skip');
  await editing;
  // The log has what has ended: the club's opening, and what each command let follow.
  await clockShows(kChange + 75_000);
  for (const { channel, name, at } of commands) {
    await eventually(`${name} in the log of ${channel}`, async () => {
      const { airings } = (await ask(200, 'GET', `/channels/${channel}/as-run.json`)).json;
      return airings.some(({ start }) => Math.abs(Date.parse(start) - at) <= 1);
    });
  }

  for (const [channel, recorder] of Object.entries(recorders)) {
    await recorder.stop();
    const log = (await ask(200, 'GET', `/channels/${channel}/as-run.json`)).json;
    const file = path.join(folder, `${channel}.json`);
    await writeFile(file, JSON.stringify(log));
    await cli('as-run', 'verify', file);

    const logged = new Map(log.airings.map((airing) => [`${channel}-${airing.ordinal}`, airing]));
    const epoch = Date.parse(log.airings[0].epoch);
    const shown = recorder.shown().filter((airing) => logged.has(airing.id));
    assert.deepEqual(recorder.faults, [], channel);
    assert.equal(recorder.holes, 0, `${channel} had nothing on`);
    assert.ok(shown.length >= 5, `${channel}: ${shown.length} airings in both`);
    // Media time does not begin at zero, and nobody tells clients where: at the same tick for all airings.
    const origin = shown[0].start - logged.get(shown[0].id).start_ticks;
    for (const airing of shown) {
      const as = logged.get(airing.id);
      assert.equal(airing.gaps, 0, `${airing.id}: what was listed could not be had`);
      assert.deepEqual(
        {
          title: airing.title, start: airing.start - origin, end: airing.end - origin, frames: airing.frames,
        },
        {
          title: Object.values(as.title)[0], start: as.start_ticks, end: as.end_ticks, frames: as.frames,
        },
        `${airing.id}: what was seen, and what the log says`,
      );
    }
    // Every airing of the log between the first and the last that were seen was seen.
    const ordinals = shown.map((airing) => logged.get(airing.id).ordinal);
    const between = log.airings.filter((a) => a.ordinal >= ordinals[0] && a.ordinal <= ordinals.at(-1));
    assert.equal(between.length, shown.length, `${channel}: airings of the log that nobody saw`);

    const [entry, at] = starts[channel];
    const onTime = log.airings.find((airing) => Math.abs(epoch + airing.start_ticks / 90 - at) < 1000 / 90);
    assert.ok(onTime, `${channel}: nothing begins at ${new Date(at).toISOString()}`);
    assert.equal(onTime.entry, entry, `${channel} at ${new Date(at).toISOString()}`);

    for (const each of commands.filter((c) => c.channel === channel)) {
      assert.ok(each.after > 0 && each.after < 60_000, `${each.name} took ${each.after} ms`);
      assert.ok(
        log.airings.some((airing) => Math.abs(epoch + airing.start_ticks / 90 - each.at) < 1),
        `${channel}: ${each.name} was answered with ${new Date(each.at).toISOString()}, where nothing begins`,
      );
    }
    assert.ok(!log.airings.some((airing) => airing.entry === 'lost'), 'a film that is not there is said to have been shown');
    if (channel !== 'foyer') continue;
    // Something else took the lost film's place, all of it, and what follows came when it was planned.
    const opened = onTime.ordinal;
    const [stoodIn, ...more] = log.airings.filter((airing) => airing.incidents.some(({ kind }) => kind === 'not-shown'));
    assert.ok(stoodIn, 'the log says nothing of the film that was lost');
    assert.equal(stoodIn.ordinal, opened + 1);
    const last = more.at(-1) ?? stoodIn;
    const next = log.airings.find((airing) => airing.ordinal === last.ordinal + 1);
    assert.equal(next.entry, 'tea');
    assert.equal(stoodIn.start_ticks, onTime.end_ticks);
    assert.equal(next.start_ticks - stoodIn.start_ticks, kFilms.lost[1] * 90_000, 'the schedule after it holds');
  }
  assert.equal(published, kEdits);
});
