// Uploads as producers make them: tus-js-client against the real server, which is killed meanwhile.
//
// MATINEE_BUILD names the build directory.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import * as tus from 'tus-js-client';

const build = process.env.MATINEE_BUILD;
assert.ok(build, 'MATINEE_BUILD must be set');
const program = path.join(build, 'src/app/matinee');
const run = promisify(execFile);

// Small enough to be refused beyond in a moment; quick to prepare.
const kConfig = `
[uploads]
max_file_gb = 0.05
max_account_gb = 0.12
keep_free_gb = 0
[house]
rungs = [
  { name = "180p", width = 320, height = 180, max_kbps = 300 },
]
`;

let folder;
let data;
let server;
let token;
let film; // a second of a real one

async function start(port = 0) {
  const child = spawn(program, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const found = line.match(/channels\s+(https:\S+)\//);
    if (found) {
      child.stdout.resume();
      return { child, origin: found[1], port: Number(new URL(found[1]).port) };
    }
  }
  throw new Error(`the server ended before it served:\n${lines.join('\n')}`);
}

async function stop(signal) {
  const ended = once(server.child, 'exit');
  server.child.kill(signal);
  await ended;
}

function request(method, url, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const outgoing = https.request(
      url,
      { method, rejectUnauthorized: false, agent: false, headers: { Authorization: `Bearer ${token}`, ...headers } },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function show(url) {
  const { status, body } = await request('GET', url);
  assert.equal(status, 200, body);
  return JSON.parse(body);
}

// Asks until the server has taken the upload in, or refused it.
async function outcome(url) {
  for (;;) {
    const shown = await show(url);
    if (shown.state === 'done' || shown.state === 'refused') return shown;
    assert.notEqual(shown.state, 'open', 'it is not even complete');
    // One question follows the other's answer: the server sets the pace.
  }
}

// An upload of `bytes`, and how it ends: its options may be changed.
function upload(bytes, metadata, options = {}) {
  let handle;
  const ended = new Promise((resolve, reject) => {
    handle = new tus.Upload(bytes, {
      endpoint: `${server.origin}/api/v1/uploads`,
      headers: { Authorization: `Bearer ${token}` },
      metadata,
      retryDelays: null,
      httpStack: new tus.DefaultHttpStack({ rejectUnauthorized: false }),
      onError: reject,
      onSuccess: () => resolve(handle),
      ...options,
    });
  });
  handle.start();
  return { handle, ended };
}

// Begins like an MP4 with an index; the rest is noise. Nothing that can be prepared.
function noise(size) {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; ++i) bytes[i] = (i * 2654435761) >>> 24;
  bytes.write('\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov', 0, 'latin1');
  bytes.writeUInt32BE(size - 24, 24);
  bytes.write('mdat', 28, 'latin1');
  return bytes;
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-uploads-'));
  data = path.join(folder, 'data');
  await mkdir(data);
  await writeFile(path.join(data, 'matinee.toml'), kConfig);
  const file = path.join(folder, 'film.mkv');
  await run('gst-launch-1.0', [
    '-q', 'videotestsrc', 'num-buffers=50', '!', 'video/x-raw,width=160,height=90,framerate=25/1',
    '!', 'x264enc', 'speed-preset=ultrafast', '!', 'matroskamux', '!', 'filesink', `location=${file}`,
  ]);
  film = await readFile(file);
  const password = spawn(program, ['user', 'add', 'ann', '--role', 'producer', '--data', data], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  password.stdin.end('correct horse battery\n');
  assert.deepEqual(await once(password, 'exit'), [0, null]);
  const { stdout } = await run(program, ['token', 'add', 'ann', '--data', data]);
  token = stdout.match(/^\S{40,}$/m)?.[0];
  assert.ok(token, stdout);
  server = await start();
});

after(async () => {
  if (server) await stop('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

test('nobody uploads without an account', async () => {
  const { status } = await request('POST', `${server.origin}/api/v1/uploads`, {
    Authorization: 'Bearer nobody', 'Tus-Resumable': '1.0.0', 'Upload-Length': '5',
  });
  assert.equal(status, 401);
});

test('a film becomes an entry, and is prepared', async () => {
  const { handle, ended } = upload(film, { filename: 'Bars.mkv', title: 'Streifen', language: 'de' }, { chunkSize: 1000 });
  await ended;
  assert.equal((await outcome(handle.url)).entry, 'bars');
  await run(program, ['import', path.join(data, 'films/bars/bars.mkv'), '--data', data]);
  const { stdout } = await run(program, ['entry', 'show', 'bars', '--json', '--data', data]);
  const entry = JSON.parse(stdout);
  assert.equal(entry.state, 'ready', entry.reason);
  assert.deepEqual(entry.title, { de: 'Streifen' });
});

test('an upload that is interrupted goes on where it was', async () => {
  const bytes = noise(4_000_000);
  let handle;
  const interrupted = new Promise((resolve, reject) => {
    ({ handle } = upload(bytes, { filename: 'interrupted.mp4' }, {
      chunkSize: 500_000,
      onError: reject,
      onChunkComplete: (size, accepted) => {
        if (accepted >= 1_500_000) handle.abort().then(resolve, reject);
      },
    }));
  });
  await interrupted;
  const at = (await show(handle.url)).offset;
  assert.ok(at >= 1_500_000 && at < bytes.length, `stopped at ${at}`);
  let first;
  const resumed = upload(bytes, {}, {
    uploadUrl: handle.url,
    chunkSize: 500_000,
    onProgress: (sent) => { first ??= sent; },
  });
  await resumed.ended;
  assert.ok(first >= at, `began again at ${first}, not at ${at}`);
  const { entry } = await outcome(handle.url);
  assert.deepEqual(await readFile(path.join(data, `films/${entry}/${entry}.mp4`)), bytes);
});

test('a server killed in the middle goes on after it has been started again', async () => {
  const bytes = noise(8_000_000);
  let killed;
  const port = server.port;
  const { handle, ended } = upload(bytes, { filename: 'killed.mp4' }, {
    chunkSize: 400_000,
    retryDelays: Array(30).fill(200), // of tus-js-client, until the server is there again
    onChunkComplete: (size, accepted) => {
      if (killed || accepted < 2_000_000) return;
      killed = stop('SIGKILL').then(async () => { server = await start(port); });
    },
  });
  await ended;
  assert.ok(killed, 'it was over before it could be killed');
  await killed;
  const shown = await outcome(handle.url);
  assert.equal(shown.state, 'done', shown.reason);
  assert.deepEqual(await readFile(path.join(data, `films/${shown.entry}/${shown.entry}.mp4`)), bytes);
});

test('a piece without its checksum is refused, and sent again', async () => {
  const bytes = noise(300_000);
  const { createHash } = await import('node:crypto');
  const sums = (from, to) => createHash('sha256').update(bytes.subarray(from, to)).digest('base64');
  const created = await request('POST', `${server.origin}/api/v1/uploads`, {
    'Tus-Resumable': '1.0.0', 'Upload-Length': String(bytes.length),
    'Upload-Metadata': `filename ${Buffer.from('sum.mp4').toString('base64')}`,
  });
  assert.equal(created.status, 201);
  const url = new URL(created.headers.location, server.origin).href;
  let wrong = true;
  // As a network that damages the first piece would have it.
  const { ended } = upload(bytes, {}, {
    uploadUrl: url,
    chunkSize: 100_000,
    retryDelays: [0, 0, 0],
    onShouldRetry: (error) => error.originalResponse?.getStatus() === 460,
    onBeforeRequest: (req) => {
      if (req.getMethod() !== 'PATCH') return;
      const offset = Number(req.getHeader('Upload-Offset'));
      const end = Math.min(offset + 100_000, bytes.length);
      req.setHeader('Upload-Checksum', `sha256 ${wrong ? sums(0, 1) : sums(offset, end)}`);
      wrong = false;
    },
    onAfterResponse: (req, res) => {
      if (req.getMethod() === 'PATCH' && Number(req.getHeader('Upload-Offset')) === 0) seen.push(res.getStatus());
    },
  });
  const seen = [];
  await ended;
  assert.deepEqual(seen, [460, 204]);
  const { entry } = await outcome(url);
  assert.deepEqual(await readFile(path.join(data, `films/${entry}/${entry}.mp4`)), bytes);
});

test('what is too large, or too much, is refused before it is sent', async () => {
  const endpoint = `${server.origin}/api/v1/uploads`;
  const create = (length) =>
    request('POST', endpoint, { 'Tus-Resumable': '1.0.0', 'Upload-Length': String(length) });
  await assert.rejects(upload(Buffer.alloc(51_000_000), {}).ended, (error) => {
    assert.equal(error.originalResponse.getStatus(), 413);
    assert.equal(error.originalResponse.getHeader('Tus-Max-Size'), '50000000');
    return true;
  });
  const open = [await create(50_000_000), await create(50_000_000)];
  assert.deepEqual(open.map((each) => each.status), [201, 201]);
  const third = await create(50_000_000);
  assert.equal(third.status, 507);
  assert.match(JSON.parse(third.body).detail, /ann's uploads/);
  for (const each of open) {
    await tus.Upload.terminate(new URL(each.headers.location, server.origin).href, {
      headers: { Authorization: `Bearer ${token}` },
      httpStack: new tus.DefaultHttpStack({ rejectUnauthorized: false }),
    });
  }
  assert.equal((await create(50_000_000)).status, 201);
});

test('several at the same time do not get in each other\'s way', async () => {
  const all = Array.from({ length: 4 }, (_, i) => noise(1_000_000 + i));
  const handles = all.map((bytes, i) => upload(bytes, { filename: `parallel ${i}.mp4` }, { chunkSize: 150_000 }));
  await Promise.all(handles.map(({ ended }) => ended));
  for (const [i, { handle }] of handles.entries()) {
    const { entry } = await outcome(handle.url);
    assert.equal(entry, `parallel-${i}`);
    assert.deepEqual(await readFile(path.join(data, `films/${entry}/${entry}.mp4`)), all[i]);
  }
});

test('what is no film is refused with a reason, and removed', async () => {
  const { handle, ended } = upload(Buffer.from('this is no film at all\n'), { filename: 'text.mp4' });
  await ended;
  const shown = await outcome(handle.url);
  assert.equal(shown.state, 'refused');
  assert.match(shown.reason, /text\.mp4 is not a video file/);
  const id = handle.url.slice(handle.url.lastIndexOf('/') + 1);
  assert.ok(!(await readdir(path.join(data, 'uploads'))).includes(`${id}.part`));
});
