// The API as programs meet it: every operation of the document is asked for, happily and not, of
// the real server, and every answer held against the document.
//
// MATINEE_BUILD and MATINEE_SOURCE name the build directory and the source tree.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { Validator } from '@seriousme/openapi-schema-validator';
import addFormats from 'ajv-formats';
import Ajv from 'ajv/dist/2020.js';

const build = process.env.MATINEE_BUILD;
const source = process.env.MATINEE_SOURCE;
assert.ok(build && source, 'MATINEE_BUILD and MATINEE_SOURCE must be set');
const run = promisify(execFile);
const matinee = path.join(build, 'src/app/matinee');

const kConfig = `
[house]
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 300 }]
[limits]
api_per_second = 1000
api_burst = 5000
sign_in_per_second = 100
`;
const kPassword = 'paper boats at noon';

let folder;
let server;
let document;
let ajv;
let operations; // by operationId: { method, path, operation }
const seen = new Map(); // operationId -> { happy, unhappy }

function request(method, target, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = https.request(
      new URL(target, server.origin),
      { method, headers, rejectUnauthorized: false, agent: false },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const type = response.headers['content-type'] ?? '';
          const isJson = type.includes('json');
          resolve({ status: response.statusCode, headers: response.headers, type, text, json: isJson && text ? JSON.parse(text) : undefined });
        });
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

// Asks for an operation of the document and holds the answer against it.
async function call(id, { as = 'admin', query, body, headers = {}, raw, ...parameters } = {}) {
  const { method, path: pattern, operation } = operations.get(id);
  const filled = pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameters[name]));
  const search = query ? `?${new URLSearchParams(query)}` : '';
  const sent = { ...headers };
  if (as) sent.Authorization = `Bearer ${server.tokens[as]}`;
  if (body !== undefined) sent['Content-Type'] ??= 'application/json';
  const answer = await request(method.toUpperCase(), `/api/v1${filled}${search}`, {
    headers: sent,
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  const where = `${id} -> ${answer.status} ${answer.text.slice(0, 400)}`;
  assert.ok(operation.responses[answer.status], `the document has no such answer: ${where}`);
  const described = resolved(operation.responses[answer.status]);
  const type = answer.type.split(';')[0];
  if (method === 'head' || !described.content) {
    assert.equal(answer.text, '', where);
  } else {
    assert.ok(described.content[type], `the document has no ${type}: ${where}`);
    const { schema } = described.content[type];
    if (answer.json !== undefined && schema.$ref) {
      const validate = ajv.getSchema(`document${schema.$ref}`);
      assert.ok(validate(answer.json), `${where}\n${ajv.errorsText(validate.errors)}`);
    }
    if (answer.status >= 400) assert.equal(answer.json.status, answer.status);
  }
  const fields = new Map(Object.entries(described.headers ?? {}).map(([name, field]) => [name.toLowerCase(), field]));
  for (const [name, { required, schema }] of fields) {
    const text = answer.headers[name];
    assert.ok(text !== undefined || !required, `${name} is missing: ${where}`);
    const value = schema.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text;
    assert.ok(text === undefined || ajv.validate(schema, value), `${name} is ${text}: ${where}`);
  }
  for (const name of Object.keys(answer.headers)) {
    assert.ok(!/^(tus|upload)-/.test(name) || fields.has(name), `the document has no ${name}: ${where}`);
  }
  const mark = seen.get(id) ?? { happy: 0, unhappy: 0 };
  if (answer.status < 400) mark.happy += 1;
  else mark.unhappy += 1;
  seen.set(id, mark);
  return answer;
}

async function expect(status, id, options) {
  const answer = await call(id, options);
  assert.equal(answer.status, status, `${id}: ${answer.text.slice(0, 600)}`);
  return answer;
}

function resolved(node) {
  return node.$ref ? node.$ref.split('/').slice(1).reduce((at, key) => at[key], document) : node;
}

// Server-sent events, as an async queue.
async function listen(as, headers = {}) {
  const events = [];
  let changed = () => {};
  let ended = false;
  const response = await new Promise((resolve, reject) => {
    https
      .get(
        new URL('/api/v1/events', server.origin),
        { headers: { Authorization: `Bearer ${server.tokens[as]}`, ...headers }, rejectUnauthorized: false, agent: false },
        resolve,
      )
      .on('error', reject);
  });
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers['content-type'], 'text/event-stream');
  let text = '';
  response.on('data', (part) => {
    text += part;
    let end;
    while ((end = text.indexOf('\n\n')) >= 0) {
      const fields = Object.fromEntries(
        text.slice(0, end).split('\n').map((line) => line.match(/^(\w*): ?(.*)$/)?.slice(1, 3) ?? ['', '']),
      );
      text = text.slice(end + 2);
      if (fields.event) events.push({ ...fields, data: JSON.parse(fields.data) });
    }
    changed();
  });
  const finish = () => {
    ended = true;
    changed();
  };
  response.on('end', finish).on('error', finish).on('close', finish);
  return {
    events,
    // The first event from `from` on that fits; waits for it.
    async until(fits, from = 0) {
      for (;;) {
        const found = events.slice(from).find(fits);
        if (found) return found;
        if (ended) throw new Error(`the stream ended before: ${JSON.stringify(events)}`);
        await new Promise((resolve) => (changed = resolve));
      }
    },
    async end() {
      while (!ended) await new Promise((resolve) => (changed = resolve));
    },
    close: () => response.destroy(),
  };
}

async function start() {
  const child = spawn(matinee, ['serve', '--data', path.join(folder, 'data'), '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const found = {};
  for await (const line of lines) {
    found.setup ??= line.match(/set up\s+(https:\S+)/)?.[1];
    found.origin ??= line.match(/channels\s+(https:\S+)\//)?.[1];
    if (found.origin && (found.setup || server)) break;
  }
  assert.ok(found.origin, 'the server ended before it served');
  child.stdout.resume();
  return { child, origin: found.origin, secret: found.setup?.split('/').pop(), tokens: server?.tokens ?? {} };
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-api-'));
  await mkdir(path.join(folder, 'films'));
  await mkdir(path.join(folder, 'data'));
  await writeFile(path.join(folder, 'data/matinee.toml'), kConfig);
  for (const [stem, scene] of [['01-paper-boats', 'paper-boats'], ['03-rooftop-tea', 'rooftop-tea']]) {
    await run(path.join(build, 'src/samples/matinee-make-samples'), [
      '--pipeline', path.join(source, `pipelines/samples/${stem}.gst`),
      '--scene', scene, '--seconds', '8', '--out', path.join(folder, 'films', `${scene}.mp4`),
    ]);
  }
  await writeFile(
    path.join(folder, 'films/paper-boats.zh.srt'),
    '1\n00:00:01,000 --> 00:00:03,000\n纸船\n\n2\n00:00:04,000 --> 00:00:06,000\n河水\n',
  );
  await writeFile(path.join(folder, 'films/broken.mp4'), 'this is no film at all\n');
  server = await start();
  document = (await request('GET', '/api/v1/openapi.json')).json;
  operations = new Map();
  for (const [pattern, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      operations.set(operation.operationId, { method, path: pattern, operation });
    }
  }
  ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ ...document, $id: 'document' });
});

after(async () => {
  if (server) {
    const ended = once(server.child, 'exit');
    server.child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  assert.ok(result.valid, JSON.stringify(result.errors, null, 2));
  assert.equal(validator.version, '3.1');
  seen.set('getDocument', { happy: 1, unhappy: 1 }); // there is no way to ask for it wrongly
});

test('the first account is made once, signs in and out, and makes others', async () => {
  const origin = { Origin: server.origin };
  await expect(400, 'setUp', { as: null, headers: origin, body: { name: 'mei' } });
  await expect(403, 'setUp', { as: null, headers: origin, body: { secret: 'x', name: 'mei', password: kPassword } });
  await expect(201, 'setUp', { as: null, headers: origin, body: { secret: server.secret, name: 'mei', password: kPassword } });
  await expect(401, 'signIn', { as: null, headers: origin, body: { name: 'mei', password: 'wrong' } });
  const session = await expect(201, 'signIn', { as: null, headers: origin, body: { name: 'mei', password: kPassword } });
  const cookie = session.headers['set-cookie'][0].split(';')[0];
  await expect(401, 'whoAmI', { as: null });
  const me = await expect(200, 'whoAmI', { as: null, headers: { Cookie: cookie } });
  assert.deepEqual([me.json.name, me.json.role], ['mei', 'admin']);

  // A page of another site can do nothing by that cookie, nor can one that does not say where it is.
  const made = { as: null, body: { account: 'mei', label: 'tests' } };
  await expect(403, 'createToken', { ...made, headers: { Cookie: cookie, Origin: 'https://evil.test' } });
  await expect(403, 'createToken', { ...made, headers: { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' } });
  await expect(403, 'createToken', { ...made, headers: { Cookie: cookie } });
  const token = await expect(201, 'createToken', { ...made, headers: { Cookie: cookie, ...origin } });
  server.tokens.admin = token.json.token;

  await expect(403, 'signOut', { as: null, headers: { Cookie: cookie, Origin: 'https://evil.test' } });
  await expect(204, 'signOut', { as: null, headers: { Cookie: cookie, ...origin } });
  await expect(401, 'whoAmI', { as: null, headers: { Cookie: cookie } });

  for (const role of ['producer', 'reviewer', 'screen']) {
    const added = await expect(201, 'createUser', { body: { name: role, role, password: kPassword } });
    assert.equal(added.headers.location, `/api/v1/users/${role}`);
    server.tokens[role] = (await expect(201, 'createToken', { body: { account: role } })).json.token;
  }
  await expect(409, 'createUser', { body: { name: 'screen', role: 'screen' } });
  const wrong = await expect(400, 'createUser', { body: { name: 'x', role: 'boss' } });
  assert.equal(wrong.json.member, '/role');
  assert.match(wrong.json.detail, /"screen", "reviewer", "producer", "admin"/);
});

test('people are listed, changed and removed, by admins only', async () => {
  for (const id of ['listUsers', 'listTokens', 'listAudit']) {
    await expect(403, id, { as: 'producer' });
    await expect(401, id, { as: null });
  }
  const page = await expect(200, 'listUsers', { query: { limit: 2 } });
  assert.deepEqual(page.json.items.map((user) => user.name), ['mei', 'producer']);
  const rest = await expect(200, 'listUsers', { query: { limit: 2, cursor: page.json.next } });
  assert.deepEqual(rest.json.items.map((user) => user.name), ['reviewer', 'screen']);
  assert.equal(rest.json.next, null);
  await expect(400, 'listUsers', { query: { cursor: '!' } });
  await expect(400, 'listUsers', { query: { limit: 0 } });
  await expect(400, 'listUsers', { query: { limits: 5 } });

  await expect(201, 'createUser', { body: { name: 'guest', role: 'screen' } });
  await expect(200, 'getUser', { user: 'guest' });
  await expect(404, 'getUser', { user: 'nobody' });
  const changed = await expect(200, 'changeUser', { user: 'guest', body: { role: 'reviewer', disabled: true } });
  assert.deepEqual([changed.json.role, changed.json.disabled], ['reviewer', true]);
  await expect(400, 'changeUser', { user: 'guest', body: {} });
  await expect(409, 'changeUser', { user: 'mei', body: { disabled: true } }); // the only admin
  await expect(204, 'removeUser', { user: 'guest' });
  await expect(404, 'removeUser', { user: 'guest' });

  await expect(403, 'changePassword', { as: 'reviewer', body: { current: 'wrong', new: 'boats of paper' } });
  await expect(204, 'changePassword', { as: 'reviewer', body: { current: kPassword, new: 'boats of paper' } });

  const temporary = await expect(201, 'createToken', { body: { account: 'screen', expires: '2100-01-01T00:00:00Z' } });
  await expect(400, 'createToken', { body: { account: 'screen', expires: '2001-01-01T00:00:00Z' } });
  await expect(404, 'createToken', { body: { account: 'nobody' } });
  await expect(204, 'revokeToken', { token_id: temporary.json.id });
  await expect(404, 'revokeToken', { token_id: 'nothing' });
  const tokens = await expect(200, 'listTokens');
  assert.ok(tokens.json.items.find((each) => each.id === temporary.json.id).revoked);

  const log = await expect(200, 'listAudit', { query: { limit: 3 } });
  assert.equal(log.json.items[0].action, 'token.revoke');
  assert.equal(log.json.items[0].actor, 'mei');
  const older = await expect(200, 'listAudit', { query: { limit: 3, cursor: log.json.next } });
  const some = await expect(200, 'listAudit', { query: { limit: 2, action: 'user.' } });
  assert.ok(some.json.items.length > 0 && some.json.items.every(({ action }) => action.startsWith('user.')));
  assert.ok(older.json.items[0].id < log.json.items[2].id);
});

test('films come in; listeners hear of jobs until they are done', async () => {
  const events = await listen('producer');
  assert.equal(events.events[0]?.event ?? (await events.until(() => true)).event, 'hello');
  await run(matinee, ['import', path.join(folder, 'films'), '--no-wait', '--data', path.join(folder, 'data')]);
  for (const entry of ['paper-boats', 'rooftop-tea']) {
    await events.until(({ event, data }) => event === 'job' && data.entry === entry && data.state === 'done');
  }
  const failed = await events.until(({ event, data }) => event === 'job' && data.entry === 'broken' && data.state === 'failed');
  assert.match(failed.data.reason, /broken\.mp4/);
  assert.ok(events.events.some(({ event, data }) => event === 'job' && data.state === 'running'));
  assert.ok(events.events.some(({ event, data }) => event === 'entry' && data.id === 'paper-boats'));
  events.close();

  // Whoever comes back hears what was missed; whoever has been away for too long, that it is so.
  const again = await listen('producer', { 'Last-Event-ID': events.events.find((each) => each.event === 'entry').id });
  await again.until(({ event, data }) => event === 'job' && data.entry === 'broken' && data.state === 'failed');
  again.close();
  const lost = await listen('producer', { 'Last-Event-ID': '987654321' });
  await lost.until(({ event }) => event === 'reset');
  lost.close();
  seen.set('listen', { happy: 1, unhappy: 0 });
  await expect(401, 'listen', { as: null });
  await expect(400, 'listen', { headers: { 'Last-Event-ID': 'x' } });
});

test('jobs are listed and looked at; one that has ended cannot be cancelled', async () => {
  const failed = await expect(200, 'listJobs', { as: 'producer', query: { state: 'failed' } });
  assert.deepEqual(failed.json.items.map((job) => job.entry), ['broken']);
  const all = await expect(200, 'listJobs', { query: { limit: 1 } });
  assert.equal(all.json.items.length, 1);
  const more = await expect(200, 'listJobs', { query: { limit: 500, cursor: all.json.next } });
  assert.ok(more.json.items.length >= 2);
  await expect(400, 'listJobs', { query: { state: 'sleeping' } });
  await expect(200, 'getJob', { job: failed.json.items[0].id });
  await expect(404, 'getJob', { job: 'nothing' });
  await expect(409, 'cancelJob', { job: failed.json.items[0].id });
  await expect(404, 'prepareEntry', { entry: 'nothing' });
  const again = await expect(202, 'prepareEntry', { as: 'producer', entry: 'broken' });
  assert.equal(again.json.entry, 'broken');
});

test('entries are searched, filtered, read and changed', async () => {
  const list = (query) => expect(200, 'listEntries', { as: 'reviewer', query }).then(({ json }) => json.items.map((entry) => entry.id));
  assert.deepEqual(await list({ kind: 'film' }), ['broken', 'paper-boats', 'rooftop-tea']);
  assert.deepEqual(await list({ kind: 'film', state: 'ready', without_language: 'zh' }), ['rooftop-tea']);
  assert.deepEqual(await list({ search: 'PAPER boats' }), ['paper-boats']);
  await expect(403, 'listEntries', { as: 'screen' });
  await expect(400, 'listEntries', { query: { state: 'asleep' } });

  await expect(404, 'getEntry', { entry: 'nothing' });
  const entry = await expect(200, 'getEntry', { as: 'reviewer', entry: 'paper-boats' });
  assert.equal(entry.json.state, 'ready');
  assert.ok(entry.json.quality.frames > 0);
  assert.equal(entry.json.subtitles[0].language, 'zh-Hans');
  assert.equal((await request('GET', entry.json.poster, { headers: { Authorization: `Bearer ${server.tokens.admin}` } })).status, 200);

  const change = { title: { en: 'Paper Boats', ru: 'Бумажные кораблики' }, metadata: { synopsis: { en: 'Boats.' }, not_after: '2099-01-01' } };
  await expect(428, 'changeEntry', { entry: 'paper-boats', body: change });
  await expect(412, 'changeEntry', { entry: 'paper-boats', body: change, headers: { 'If-Match': '"0"' } });
  await expect(403, 'changeEntry', { as: 'reviewer', entry: 'paper-boats', body: change, headers: { 'If-Match': entry.headers.etag } });
  const changed = await expect(200, 'changeEntry', { as: 'producer', entry: 'paper-boats', body: change, headers: { 'If-Match': entry.headers.etag } });
  assert.equal(changed.json.title.ru, 'Бумажные кораблики');
  assert.equal(changed.json.permitted.until, '2099-01-02T00:00:00.000Z');
  assert.notEqual(changed.headers.etag, entry.headers.etag);
  const bad = { headers: { 'If-Match': changed.headers.etag }, entry: 'paper-boats' };
  assert.equal((await expect(400, 'changeEntry', { ...bad, body: { colour: 'red' } })).json.member, '/colour');
  assert.match((await expect(400, 'changeEntry', { ...bad, body: { metadata: { not_before: 'soon' } } })).json.detail, /not_before/);
  await expect(415, 'changeEntry', { ...bad, headers: { ...bad.headers, 'Content-Type': 'text/plain' }, body: change });
  await expect(400, 'changeEntry', { ...bad, body: {}, raw: '{"title":' });
  await expect(413, 'changeEntry', { ...bad, body: {}, raw: ' '.repeat(1_100_000) });
});

test('a sheet is read first, and then taken in', async () => {
  const as = 'producer';
  const csv = { as, headers: { 'Content-Type': 'text/csv' }, raw: 'Datei;Farbe;Regie\npaper-boats.mp4;blau;Lin\nnirgends.mov;rot;\n' };
  const query = new URLSearchParams([['name', 'entries.csv'], ['map', 'Datei=file'], ['map', 'Regie=author'], ['dry_run', 'true']]);
  await expect(403, 'importSheet', { ...csv, as: 'reviewer' });
  await expect(415, 'importSheet', { ...csv, headers: { 'Content-Type': 'application/json' } });
  assert.match((await expect(400, 'importSheet', csv)).json.detail, /none of the columns Datei, Farbe, Regie/);
  assert.match((await expect(400, 'importSheet', { ...csv, query: { map: 'Datei=film' } })).json.detail, /no field "film"/);
  await expect(413, 'importSheet', { ...csv, raw: 'x'.repeat(1_100_000) });
  const planned = (await expect(200, 'importSheet', { ...csv, query })).json;
  assert.equal(planned.dry_run, true);
  assert.deepEqual(planned.sheets[0].columns, { Datei: 'file', Farbe: 'keep', Regie: 'author' });
  assert.deepEqual(planned.sheets[0].rows.map(({ change, fate, entry }) => [change, fate, entry]), [['new', 'matched', 'paper-boats'], ['new', 'waiting', null]]);
  const entry = async () => (await expect(200, 'getEntry', { entry: 'paper-boats' })).json;
  assert.equal((await entry()).author, '');
  query.delete('dry_run');
  assert.deepEqual((await expect(200, 'importSheet', { ...csv, query })).json.sheets, planned.sheets);
  const now = await entry();
  assert.deepEqual([now.author, now.metadata.sheet.Farbe], ['Lin', 'blau']);
  const again = (await expect(200, 'importSheet', { ...csv, query })).json.sheets[0];
  assert.deepEqual([again.new, again.changed, again.unchanged], [0, 0, 2]);
});

test('subtitles are set and reset', async () => {
  const file = 'paper-boats.zh.srt';
  const files = await expect(200, 'listSubtitles', { as: 'reviewer', entry: 'paper-boats' });
  assert.equal(files.json.items[0].file, file);
  await expect(404, 'listSubtitles', { entry: 'nothing' });
  const shifted = await expect(200, 'setSubtitles', { as: 'producer', entry: 'paper-boats', file, body: { shift: '0.5', label: 'director' } });
  assert.equal(shifted.json.options.shift, '0.5');
  assert.equal(shifted.json.label, 'director');
  await expect(400, 'setSubtitles', { entry: 'paper-boats', file, body: { shift: 'later' } });
  await expect(404, 'setSubtitles', { entry: 'paper-boats', file: 'other.srt', body: { use: false } });
  const reset = await expect(200, 'resetSubtitles', { entry: 'paper-boats', file });
  assert.equal(reset.json.options.shift, undefined);
  await expect(404, 'resetSubtitles', { entry: 'paper-boats', file: 'other.srt' });
});

test('cards are made, and entries that nothing needs are removed', async () => {
  const events = await listen('producer');
  await events.until(({ event }) => event === 'hello');
  const card = await expect(201, 'createCard', { as: 'producer', body: { id: 'welcome', entry: 'paper-boats', seconds: 240 } });
  assert.equal(card.json.kind, 'card');
  assert.equal(card.headers.location, '/api/v1/entries/welcome');
  await expect(409, 'createCard', { body: { id: 'welcome', titles: [{ text: 'Again' }] } });
  await expect(400, 'createCard', { body: { id: 'Not An Id' } });
  await events.until(({ event, data }) => event === 'job' && data.entry === 'welcome' && data.state === 'done');
  const other = await expect(201, 'createCard', { body: { id: 'other', titles: [{ text: 'Soon' }], seconds: 600 } });
  const job = (await expect(200, 'listJobs', { query: { entry: other.json.id } })).json.items[0];
  await expect(409, 'removeEntry', { entry: 'other' }); // it is being prepared
  await expect(202, 'cancelJob', { job: job.id });
  await events.until(({ event, data }) => event === 'job' && data.id === job.id && data.state === 'cancelled');
  const notUploaded = await expect(409, 'removeEntry', { entry: 'other', query: { source: 'true' } });
  assert.match(notUploaded.json.detail, /nothing was uploaded/);
  const uploaded = path.join(folder, 'data/films/other');
  await mkdir(uploaded, { recursive: true });
  await writeFile(path.join(uploaded, 'other.mp4'), 'as if it had been uploaded');
  await expect(204, 'removeEntry', { entry: 'other', query: { source: 'true' } });
  await assert.rejects(access(uploaded), { code: 'ENOENT' });
  await events.until(({ event, data }) => event === 'entry' && data.id === 'other');
  events.close();
  await expect(404, 'removeEntry', { entry: 'other' });
});

test('two producers never overwrite each other silently', async () => {
  const items = [{ entry: 'paper-boats' }];
  const made = await expect(201, 'createPlaylist', { as: 'producer', body: { id: 'evening', title: 'Evening', items } });
  assert.equal(made.headers.location, '/api/v1/playlists/evening');
  await expect(409, 'createPlaylist', { body: { id: 'evening' } });
  await expect(400, 'createPlaylist', { body: { id: 'other', items: [{ entry: 'nothing' }] } });
  const wrong = await expect(400, 'createPlaylist', { body: { id: 'other', items: [{ entry: 'paper-boats', kind: 'movie' }] } });
  assert.equal(wrong.json.member, '/items/0/kind');
  // Points that can never be prepared are no draft, for the API as for the command line.
  const points = await expect(400, 'createPlaylist', { body: { id: 'other', items: [{ entry: 'paper-boats', in: 9_000_000 }] } });
  assert.match(points.json.detail, /paper-boats/);

  const tag = made.headers.etag;
  const both = [{ entry: 'paper-boats' }, { entry: 'rooftop-tea' }];
  await expect(428, 'putPlaylist', { playlist: 'evening', body: { items: both } });
  const mine = await expect(200, 'putPlaylist', { as: 'producer', playlist: 'evening', body: { items: both }, headers: { 'If-Match': tag } });
  assert.equal(mine.json.draft, 2);
  const theirs = await expect(412, 'putPlaylist', { playlist: 'evening', body: { items: [] }, headers: { 'If-Match': tag } });
  assert.match(theirs.json.detail, /changed meanwhile/);
  assert.equal(theirs.headers.etag, mine.headers.etag);
  await expect(404, 'putPlaylist', { playlist: 'nothing', body: { items }, headers: { 'If-Match': tag } });

  const undone = await expect(200, 'undoPlaylist', { playlist: 'evening', headers: { 'If-Match': mine.headers.etag } });
  assert.equal(undone.json.items.length, 1);
  await expect(412, 'undoPlaylist', { playlist: 'evening', headers: { 'If-Match': mine.headers.etag } });
  const redone = await expect(200, 'putPlaylist', { playlist: 'evening', body: { items: both }, headers: { 'If-Match': undone.headers.etag } });
  const history = await expect(200, 'listPlaylistVersions', { playlist: 'evening' });
  assert.deepEqual(history.json.items.map((version) => [version.author, version.restores]), [['producer', null], ['producer', null], ['mei', 1], ['mei', null]]);
  await expect(404, 'listPlaylistVersions', { playlist: 'nothing' });
  assert.equal((await expect(200, 'getPlaylist', { playlist: 'evening', query: { version: 1 } })).json.items.length, 1);
  await expect(404, 'getPlaylist', { playlist: 'evening', query: { version: 99 } });
  await expect(200, 'listPlaylists');
  await expect(403, 'listPlaylists', { as: 'reviewer' });

  await expect(409, 'checkPlaylist', { playlist: 'evening' }); // no channel plays it
  const unpublished = { playlist: 'evening', body: { dry_run: true } };
  await expect(428, 'publishPlaylist', unpublished);
  await expect(400, 'publishPlaylist', { ...unpublished, body: { when: 'sometime' }, headers: { 'If-Match': redone.headers.etag } });
  const dry = await expect(200, 'publishPlaylist', { ...unpublished, headers: { 'If-Match': redone.headers.etag } });
  assert.deepEqual(dry.json, { playlist: 'evening', version: 4, dry_run: true, channels: [] });
  assert.equal(dry.headers.etag, redone.headers.etag);
  const published = await expect(200, 'publishPlaylist', { playlist: 'evening', body: {}, headers: { 'If-Match': redone.headers.etag } });
  await expect(412, 'publishPlaylist', { playlist: 'evening', body: {}, headers: { 'If-Match': redone.headers.etag } });
  assert.notEqual(published.headers.etag, redone.headers.etag);
  await expect(409, 'removeEntry', { entry: 'paper-boats' });
});

test('a channel is made, goes on the air, and takes commands', async () => {
  const events = await listen('screen');
  const made = await expect(201, 'createChannel', { as: 'producer', body: { id: 'hall', title: 'Hall', playlist: 'evening' } });
  assert.equal(made.headers.location, '/api/v1/channels/hall/settings');
  await expect(409, 'createChannel', { body: { id: 'hall' } });
  await expect(404, 'createChannel', { body: { id: 'other', playlist: 'nothing' } });
  await events.until(({ event, data }) => event === 'channel' && data.id === 'hall');
  const airing = await events.until(({ event, data }) => event === 'airing' && data.channel === 'hall' && data.now);
  assert.ok(['paper-boats', 'rooftop-tea'].includes(airing.data.now.entry));
  assert.ok(!events.events.some(({ event }) => ['playlist', 'job', 'user', 'entry'].includes(event)), 'a screen is told of channels only');

  const listed = await expect(200, 'listChannels', { as: null });
  assert.deepEqual(listed.json.channels.map((channel) => channel.id), ['hall']);
  // One with nothing to show, and for nobody to see.
  const access = { watch: 'role', role: 'admin' };
  await expect(201, 'createChannel', { as: 'producer', body: { id: 'garret', title: 'Garret', access } });
  const first = await expect(200, 'listChannelSettings', { as: 'producer', query: { limit: '1' } });
  const second = await expect(200, 'listChannelSettings', { as: 'producer', query: { limit: '1', cursor: first.json.next } });
  const [attic, hall] = [...first.json.items, ...second.json.items];
  assert.deepEqual([attic.id, attic.title, attic.playlists, attic.on_air, attic.entry], ['garret', 'Garret', [], false, null]);
  assert.deepEqual([hall.id, hall.playlists, hall.schedule_version, hall.on_air], ['hall', ['evening'], 0, true]);
  assert.ok(['paper-boats', 'rooftop-tea'].includes(hall.entry));
  assert.equal(second.json.next, null);
  await expect(400, 'listChannelSettings', { query: { limit: '501' } });
  await expect(403, 'listChannelSettings', { as: 'reviewer' });
  assert.deepEqual((await expect(200, 'listChannels', { as: null })).json.channels.map(({ id }) => id), ['hall']);
  await expect(200, 'getChannel', { as: null, channel: 'hall' });
  await expect(401, 'getChannel', { as: null, channel: 'nothing' });
  const airings = await expect(200, 'listAirings', { as: null, channel: 'hall' });
  assert.ok(airings.json.airings.some((each) => each.thumbnails.count > 0), 'what has begun has pictures');
  await expect(401, 'listAirings', { as: null, channel: 'nothing' });
  const watched = await expect(200, 'watchEntry', { entry: 'paper-boats' });
  assert.ok(watched.json.duration_seconds > 1);
  await expect(404, 'watchEntry', { entry: 'nothing' });
  const rundown = await expect(200, 'getRundown', { channel: 'hall' });
  assert.equal(rundown.json.airings.filter((each) => each.state === 'on').length, 1);
  await expect(400, 'getRundown', { channel: 'hall', query: { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' } });

  const settings = await expect(200, 'getChannelSettings', { channel: 'hall' });
  await expect(404, 'getChannelSettings', { channel: 'nothing' });
  await expect(428, 'changeChannelSettings', { channel: 'hall', body: { title: 'Great hall' } });
  const changed = await expect(200, 'changeChannelSettings', {
    channel: 'hall', body: { title: 'Great hall', access: { watch: 'role', role: 'reviewer' } }, headers: { 'If-Match': settings.headers.etag },
  });
  assert.deepEqual(changed.json.access, { watch: 'role', role: 'reviewer' });
  await expect(412, 'changeChannelSettings', { channel: 'hall', body: { title: 'Hall' }, headers: { 'If-Match': settings.headers.etag } });
  await expect(401, 'getChannel', { as: null, channel: 'hall' });
  await expect(403, 'getChannel', { as: 'screen', channel: 'hall' });
  await expect(200, 'getChannel', { as: 'reviewer', channel: 'hall' });
  assert.deepEqual((await expect(200, 'listChannels', { as: 'screen' })).json.channels, []);
  events.close();

  assert.equal((await expect(200, 'checkPlaylist', { playlist: 'evening', query: { language: 'ru' } })).json.findings[0].code, 'missing-language');
  assert.match((await expect(400, 'checkPlaylist', { playlist: 'evening', query: { language: 'klingonish' } })).json.detail, /"klingonish"/);
  await expect(400, 'listEntries', { query: { without_language: 'klingonish' } });

  await expect(400, 'hold', { channel: 'hall', body: { why: 'tired' } });
  const insert = await expect(200, 'insertNext', { as: 'producer', channel: 'hall', body: { entry: 'rooftop-tea' } });
  assert.ok(Date.parse(insert.json.at) > Date.parse(rundown.json.server_time));
  await expect(404, 'insertNext', { channel: 'hall', body: { entry: 'nothing' } });
  await expect(200, 'replace', { channel: 'hall', body: { entry: 'paper-boats' } });
  await expect(409, 'replace', { channel: 'hall', body: { entry: 'broken' } });
  await expect(200, 'goTo', { channel: 'hall', body: { item: 1 } });
  await expect(404, 'goTo', { channel: 'hall', body: { item: 99 } });
  await expect(400, 'goTo', { channel: 'hall', body: {} });
  await expect(404, 'skip', { channel: 'nothing' });
  await expect(409, 'resume', { channel: 'hall' });
  // Without a schedule there is no slate in it: the server's own is shown.
  await expect(200, 'hold', { channel: 'hall' });
  const slate = (await expect(200, 'getRundown', { channel: 'hall' })).json.airings.find(({ role }) => role === 'hold');
  assert.equal(slate?.entry, 'slate');
  await expect(200, 'resume', { channel: 'hall', body: { where: 'next-item' } });
});

test('what lasts can be skipped', async () => {
  const made = await expect(201, 'createPlaylist', { body: { id: 'long', items: [{ entry: 'welcome', kind: 'card' }] } });
  await expect(200, 'publishPlaylist', { playlist: 'long', body: {}, headers: { 'If-Match': made.headers.etag } });
  const events = await listen('screen');
  await expect(201, 'createChannel', { body: { id: 'lobby', playlist: 'long' } });
  await events.until(({ event, data }) => event === 'airing' && data.channel === 'lobby' && data.now?.entry === 'welcome');
  events.close();
  const skipped = await expect(200, 'skip', { as: 'producer', channel: 'lobby' });
  assert.deepEqual(skipped.json.left_out, []);
});

test('a channel and its playlist are removed, and what was shown stays on record', async () => {
  const as = 'producer';
  const attic = { channel: 'attic' };
  const lost = { playlist: 'lost' };
  const events = await listen(as);
  const made = await expect(201, 'createPlaylist', { as, body: { id: 'lost', items: [{ entry: 'welcome', kind: 'card' }] } });
  const published = await expect(200, 'publishPlaylist', { ...lost, body: {}, headers: { 'If-Match': made.headers.etag } });
  const match = { headers: { 'If-Match': published.headers.etag } };
  const first = await expect(201, 'createChannel', { as, body: { id: 'attic', title: 'Mistyped', playlist: 'lost' } });
  await events.until(({ event, data }) => event === 'airing' && data.channel === 'attic' && data.now);
  // The guide follows the channel. One question follows the other's answer: the server sets the pace.
  while (!/Mistyped/.test((await request('GET', '/channels.m3u')).text));

  await expect(428, 'removePlaylist', lost);
  await expect(412, 'removePlaylist', { ...lost, headers: { 'If-Match': made.headers.etag } });
  assert.match((await expect(409, 'removePlaylist', { ...lost, ...match })).json.detail, /channel "attic"/);
  await expect(403, 'removeChannel', { as: 'reviewer', ...attic, headers: { 'If-Match': first.headers.etag } });
  await expect(428, 'removeChannel', attic);
  await expect(412, 'removeChannel', { ...attic, headers: { 'If-Match': '"another"' } });
  await expect(404, 'removeChannel', { channel: 'nothing', headers: { 'If-Match': first.headers.etag } });
  const told = events.events.length;
  await expect(204, 'removeChannel', { as, ...attic, headers: { 'If-Match': first.headers.etag } });
  await events.until(({ event, data }) => event === 'channel' && data.id === 'attic', told);
  let master;
  do master = await request('GET', '/channels/attic/master.m3u8');
  while (master.status === 200);
  assert.equal(master.status, 404, 'it is gone, which is no matter of signing in');
  await expect(404, 'getChannel', { as: null, ...attic });
  while (/Mistyped/.test((await request('GET', '/channels.m3u')).text));
  for (const where of ['/channels.m3u', '/guide.xml', '/metrics']) {
    assert.doesNotMatch((await request('GET', where, { headers: { Authorization: `Bearer ${server.tokens.admin}` } })).text, /attic|Mistyped/, where);
  }
  const log = await expect(200, 'getChannelAsRunJson', { as, id: 'attic' });
  assert.equal(log.json.airings.at(-1).entry, 'welcome');
  assert.match(JSON.stringify(log.json.airings.at(-1)), /the channel was removed/);

  // Another one of that name does not claim the time of the first.
  const same = { id: 'attic', title: 'Mistyped', playlist: 'lost' };
  await expect(409, 'createChannel', { as, body: { ...same, epoch: first.json.epoch } });
  const second = await expect(201, 'createChannel', { as, body: same });
  assert.ok(Date.parse(second.json.epoch) > Date.parse(first.json.epoch) + 30_000);
  await expect(412, 'removeChannel', { ...attic, headers: { 'If-Match': first.headers.etag } });
  await expect(204, 'removeChannel', { ...attic, headers: { 'If-Match': second.headers.etag } });
  const announced = events.events.length;
  await expect(204, 'removePlaylist', { as, ...lost, ...match });
  await events.until(({ event, data }) => event === 'playlist' && data.id === 'lost', announced);
  events.close();
  await expect(404, 'removePlaylist', { ...lost, ...match });
  const actions = (await expect(200, 'listAudit', { query: { limit: 20 } })).json.items.map(({ action, actor, subject }) => `${actor} ${action} ${subject}`);
  for (const said of ['producer channel.remove attic', 'producer playlist.remove lost']) assert.ok(actions.includes(said), said);
});

test('a schedule is checked, published, replaced and cleared', async () => {
  const none = await expect(200, 'getSchedule', { as: 'producer', channel: 'hall' });
  assert.equal(none.json.version, 0);
  await expect(404, 'getSchedule', { channel: 'nothing' });
  const slate = (await expect(200, 'listEntries', { query: { kind: 'slate' } })).json.items[0].id;
  const wanted = { slate, blocks: [{ id: 'all-day', playlist: 'evening' }] };
  const checked = await expect(200, 'checkSchedule', { channel: 'hall', body: { schedule: wanted, languages: ['zh'] } });
  assert.equal(checked.json.warnings + checked.json.errors, checked.json.findings.length);
  await expect(200, 'checkSchedule', { channel: 'hall' });
  await expect(400, 'checkSchedule', { channel: 'hall', body: { schedule: { blocks: [{ playlist: 'evening', zone: 'Nowhere/Land' }] } } });
  await expect(400, 'checkSchedule', { channel: 'hall', body: { until: new Date(Date.now() + 40 * 24 * 3_600_000).toISOString() } });
  const matches = { 'If-Match': none.headers.etag };
  await expect(428, 'putSchedule', { channel: 'hall', body: wanted });
  await expect(400, 'putSchedule', { channel: 'hall', body: { blocks: [{ playlist: 'evening', start: 'noon' }] }, headers: matches });
  for (const [what, says] of [[{ fade: 9 }, /fade/], [{ countdown: 'nobody' }, /nobody/]]) {
    const refused = await expect(what.fade ? 400 : 404, 'putSchedule', { channel: 'hall', body: { ...wanted, ...what }, headers: matches });
    assert.match(refused.json.detail, says);
  }
  const dry = await expect(200, 'putSchedule', { channel: 'hall', body: wanted, query: { dry_run: 'true' }, headers: matches });
  assert.equal(dry.json.version, 0);
  // A day of it before it is published: the hall's own programme, then an hour in which it gives way.
  const at = (hours) => new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + hours * 3_600_000).toISOString();
  const local = at(2).slice(0, 19);
  const later = { slate, blocks: [...wanted.blocks, { id: 'gala', playlist: 'evening', passes: 1, start: local }] };
  const period = { from: at(1), to: at(3) };
  const planned = await expect(200, 'planSchedule', { as: 'producer', channel: 'hall', body: { ...period, schedule: later } });
  assert.deepEqual(planned.json.stretches.map(({ kind, block }) => [kind, block]).filter(([kind]) => kind === 'block'), [
    ['block', 'all-day'], ['block', 'gala'],
  ]);
  const gala = planned.json.stretches.find(({ kind, block }) => kind === 'block' && block === 'gala');
  assert.equal(Date.parse(gala.fixed_start), Date.parse(at(2)));
  assert.ok(Math.abs(Date.parse(gala.start) - Date.parse(at(2))) < 22, gala.start);
  const rest = planned.json.stretches.at(-1);
  assert.deepEqual([rest.kind, rest.start], ['gap', gala.end]);
  const { airings, left_out: leftOut } = planned.json;
  assert.ok(airings.every((airing, i) => i === 0 || airing.start === airings[i - 1].end), 'one after the other');
  assert.equal(airings.length + leftOut, planned.json.stretches.reduce((sum, stretch) => sum + stretch.airings, 0));
  const asItIs = await expect(200, 'planSchedule', { channel: 'hall', body: period });
  assert.ok(asItIs.json.stretches.every(({ fixed_start: fixed }) => fixed === null), 'nothing has been published');
  await expect(400, 'planSchedule', { channel: 'hall', body: { from: at(3), to: at(1) } });
  await expect(400, 'planSchedule', { channel: 'hall', body: { from: at(0), to: at(40 * 24) } });
  await expect(404, 'planSchedule', { channel: 'nothing', body: period });

  const set = await expect(200, 'putSchedule', { channel: 'hall', body: wanted, query: { when: 'now' }, headers: matches });
  assert.equal(set.json.version, 1);
  await expect(412, 'putSchedule', { channel: 'hall', body: wanted, headers: matches });

  const held = await expect(200, 'hold', { as: 'producer', channel: 'hall' });
  assert.ok(held.json.at);
  await expect(200, 'resume', { channel: 'hall', body: { where: 'next-item' } });
  await expect(200, 'panic', { channel: 'hall' });
  await expect(409, 'panic', { channel: 'hall' });
  await expect(200, 'resume', { channel: 'hall' });

  await expect(428, 'clearSchedule', { channel: 'hall' });
  await expect(412, 'clearSchedule', { channel: 'hall', headers: matches });
  await expect(204, 'clearSchedule', { channel: 'hall', headers: { 'If-Match': set.headers.etag } });
  const cleared = await expect(200, 'getSchedule', { channel: 'hall' });
  assert.equal(cleared.json.version, 0);
  // Whoever still has the first one does not meet it again in a later one.
  const second = await expect(200, 'putSchedule', { channel: 'hall', body: wanted, headers: { 'If-Match': cleared.headers.etag } });
  await expect(412, 'putSchedule', { channel: 'hall', body: wanted, headers: { 'If-Match': set.headers.etag } });
  await expect(412, 'clearSchedule', { channel: 'hall', headers: { 'If-Match': set.headers.etag } });
  await expect(204, 'clearSchedule', { channel: 'hall', headers: { 'If-Match': second.headers.etag } });
  const log = await expect(200, 'listAudit', { query: { limit: 100 } });
  const said = new Set(log.json.items.map((record) => record.action));
  for (const action of ['channel.hold', 'channel.panic', 'schedule.publish', 'schedule.clear', 'playlist.publish', 'channel.add', 'entry.change']) {
    assert.ok(said.has(action), action);
  }
});

test('a link lets in, and is revoked', async () => {
  const made = await expect(201, 'createLink', { as: 'producer', body: { channels: ['hall'], label: 'Venue' } });
  assert.equal(made.json.created_by, 'producer');
  const playlist = made.json.paths[0];
  assert.equal((await request('GET', playlist)).status, 200);
  await expect(400, 'createLink', { body: {} });
  await expect(404, 'createLink', { body: { channels: ['nothing'] } });
  await expect(400, 'createLink', { body: { channels: ['hall'], expires: '2001-01-01T00:00:00Z' } });
  await expect(200, 'listLinks');
  await expect(403, 'listLinks', { as: 'screen' });
  assert.deepEqual((await expect(200, 'getLink', { link: made.json.id })).json.paths, made.json.paths);
  await expect(404, 'getLink', { link: 'nothing' });
  await expect(204, 'revokeLink', { link: made.json.id });
  assert.equal((await request('GET', playlist)).status, 403);
  await expect(404, 'revokeLink', { link: 'nothing' });
});

test('the as-run log is told in three forms', async () => {
  for (const [of, id] of [['Channel', 'hall'], ['Entry', 'paper-boats']]) {
    for (const form of ['', 'Json', 'Csv', 'CsvSignature']) {
      await expect(200, `get${of}AsRun${form}`, { as: 'producer', id });
      await expect(400, `get${of}AsRun${form}`, { id, query: { from: 'yesterday' } });
      await expect(401, `get${of}AsRun${form}`, { as: null, id });
    }
  }
  assert.match((await expect(200, 'getAsRunKey', { as: null })).text, /BEGIN PUBLIC KEY/);
});

test('review rounds are made, filled, closed and read by producers, and judged by jurors', async () => {
  const criteria = [{ id: 'story', names: { en: 'Story' }, low: 1, high: 10, weight: 2 }];
  const as = 'producer';
  await expect(400, 'createReviewRound', { as, body: { id: 'final' } });
  await expect(400, 'createReviewRound', { as, body: { id: 'final', criteria: [{ ...criteria[0], high: 1 }] } });
  const events = await listen('producer');
  await events.until(({ event }) => event === 'hello');
  await expect(201, 'createReviewRound', { as, body: { id: 'final', titles: { en: 'Final' }, criteria } });
  await events.until(({ event, data }) => event === 'review' && data.id === 'final');
  events.close();
  await expect(409, 'createReviewRound', { as, body: { id: 'final', criteria } });
  await expect(403, 'listReviewRounds', { as: 'reviewer' });
  assert.equal((await expect(200, 'listReviewRounds', { as })).json.items.length, 1);
  await expect(404, 'getReviewRound', { as, round: 'other' });
  const etag = (await expect(200, 'getReviewRound', { as, round: 'final' })).headers.etag;
  const change = { as, round: 'final', body: { titles: { en: 'The final' } } };
  await expect(428, 'changeReviewRound', change);
  await expect(200, 'changeReviewRound', { ...change, headers: { 'If-Match': etag } });
  await expect(412, 'changeReviewRound', { ...change, headers: { 'If-Match': etag } });

  await expect(404, 'assignReviewEntries', { as, round: 'final', body: { entries: ['nothing'] } });
  const films = { entries: ['paper-boats', 'rooftop-tea'] };
  assert.equal((await expect(200, 'assignReviewEntries', { as, round: 'final', body: films })).json.films.length, 2);
  await expect(404, 'withdrawReviewEntry', { as, round: 'final', entry: 'nothing' });
  await expect(204, 'withdrawReviewEntry', { as, round: 'final', entry: 'rooftop-tea' });
  await expect(409, 'removeEntry', { as, entry: 'rooftop-tea' });
  await expect(200, 'assignReviewEntries', { as, round: 'final', body: films });

  await expect(400, 'addJuror', { as, round: 'final', body: {} });
  await expect(400, 'addJuror', { as, round: 'final', body: { account: 'screen' } });
  const byLink = (await expect(201, 'addJuror', { as, round: 'final', body: { name: 'Ana' } })).json;
  await expect(409, 'addJuror', { as, round: 'final', body: { name: 'Ana' } });
  await expect(201, 'addJuror', { as, round: 'final', body: { account: 'reviewer' } });
  const conflict = { as, round: 'final', juror: 'reviewer', entry: 'rooftop-tea' };
  await expect(404, 'setReviewConflict', { ...conflict, juror: 'nobody', body: {} });
  await expect(204, 'setReviewConflict', { ...conflict, body: { reason: 'a friend' } });

  const juror = { as: 'reviewer', round: 'final', entry: 'paper-boats' };
  await expect(401, 'listMyReviews', { as: null });
  assert.equal((await expect(200, 'listMyReviews', { as: 'reviewer' })).json.items[0].id, 'final');
  await expect(403, 'getMyReview', { ...juror, round: 'other' });
  assert.deepEqual((await expect(200, 'getMyReview', juror)).json.films.map(({ entry }) => entry), ['paper-boats']);
  await expect(404, 'getMySheet', { ...juror, entry: 'rooftop-tea' });
  const tag = (await expect(200, 'getMySheet', juror)).headers.etag;
  const written = { ...juror, body: { scores: { story: 7 }, note: '', comments: [{ id: 'c1', at_ms: 1500, text: 'here' }] } };
  await expect(428, 'putMySheet', written);
  await expect(400, 'putMySheet', { ...written, headers: { 'If-Match': tag }, body: { ...written.body, scores: { story: 11 } } });
  await expect(200, 'putMySheet', { ...written, headers: { 'If-Match': tag } });
  await expect(412, 'putMySheet', { ...written, headers: { 'If-Match': tag } });
  const watched = { ...juror, body: { stretches: [[0, 2000]], position_ms: 2000 } };
  await expect(400, 'addWatched', { ...watched, body: { stretches: [[2000, 0]], position_ms: 0 } });
  const sum = (await expect(200, 'addWatched', watched)).json;
  assert.ok(sum.watched > 0.2 && sum.watched < 0.3, String(sum.watched));

  await expect(204, 'clearReviewConflict', conflict);
  await expect(404, 'clearReviewConflict', { ...conflict, juror: 'nobody' });
  for (const id of ['getReviewProgress', 'getReviewResults', 'getReviewResultsCsv', 'getReviewSheetsCsv']) {
    await expect(200, id, { as, round: 'final' });
    await expect(403, id, { as: 'reviewer', round: 'final' });
    await expect(404, id, { as, round: 'other' });
  }
  const results = (await expect(200, 'getReviewResults', { as, round: 'final' })).json;
  assert.deepEqual([results.films[0].entry, results.films[0].rank], ['paper-boats', 1]);
  await expect(404, 'removeJuror', { as, round: 'final', juror: 'nobody' });
  await expect(204, 'removeJuror', { as, round: 'final', juror: byLink.id });
});

test('the server says how it is, to producers', async () => {
  const system = (await expect(200, 'getSystem', { as: 'producer' })).json;
  assert.match(system.version, /^\d+\.\d+/);
  assert.ok(system.disk.free_bytes > 0 && system.disk.free_bytes <= system.disk.total_bytes);
  assert.deepEqual(
    system.checks.map(({ check }) => check), ['certificate', 'data folder', 'disk', 'clock', 'open files']);
  assert.equal(system.checks[0].severity, 'ok');
  await expect(403, 'getSystem', { as: 'reviewer' });
});

test('a channel is encrypted by its settings, against the version that was read', async () => {
  const as = 'producer';
  const channel = 'hall';
  const before = await expect(200, 'getChannelSettings', { as, channel });
  assert.equal(before.json.encrypted, false);
  const match = { 'If-Match': before.headers.etag };
  const after = await expect(200, 'changeChannelSettings', { as, channel, headers: match, body: { encrypted: true } });
  assert.equal(after.json.encrypted, true);
  assert.notEqual(after.headers.etag, before.headers.etag);
  await expect(412, 'changeChannelSettings', { as, channel, headers: match, body: { encrypted: false } });
  await expect(200, 'changeChannelSettings', {
    as, channel, headers: { 'If-Match': after.headers.etag }, body: { encrypted: false },
  });

  // Also by the command line, of which listeners hear.
  const events = await listen('producer');
  await events.until(({ event }) => event === 'hello');
  for (const state of ['on', 'off']) {
    const heard = events.events.length;
    await run(matinee, ['channel', 'encrypt', channel, state, '--data', path.join(folder, 'data')]);
    await events.until(({ event, data }) => event === 'channel' && data.id === channel, heard);
  }
  events.close();
});

const base64 = (text) => Buffer.from(text).toString('base64');

test('an upload is begun, goes on, and becomes part of its entry', async () => {
  const as = 'producer';
  const tus = { 'Tus-Resumable': '1.0.0' };
  const text = Buffer.from('1\n00:00:01,000 --> 00:00:03,000\nБумажные кораблики\n');
  const sum = createHash('sha256').update(text.subarray(0, 10)).digest('base64');
  const piece = (offset, more) => ({
    headers: { ...tus, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset), ...more },
    raw: text.subarray(offset, 10 + offset),
  });
  const begun = { ...tus, 'Upload-Length': String(text.length) };
  for (const id of ['getUploadOptions', 'getOptionsOfUpload']) await expect(204, id, { as: null, upload: 'any' });

  await expect(401, 'createUpload', { as: null, headers: begun });
  await expect(403, 'createUpload', { as: 'reviewer', headers: begun });
  await expect(412, 'createUpload', { as, headers: { 'Upload-Length': '5' } });
  await expect(400, 'createUpload', { as, headers: tus });
  await expect(413, 'createUpload', { as, headers: { ...tus, 'Upload-Length': String(2 ** 50) } });
  await expect(415, 'createUpload', { as, headers: { ...begun, 'Content-Type': 'text/plain' }, raw: text });
  const unknown = await expect(400, 'createUpload', { as, headers: { ...begun, 'Upload-Metadata': `entry ${base64('nothing')}` } });
  assert.match(unknown.json.detail, /no film "nothing"/);
  const said = `filename ${base64('paper-boats.ru.srt')},entry ${base64('paper-boats')}`;
  const events = await listen('producer');
  const reviewer = await listen('reviewer');
  for (const listener of [events, reviewer]) await listener.until(({ event }) => event === 'hello');
  const made = await expect(201, 'createUpload', { as, headers: { ...begun, 'Upload-Metadata': said } });
  const one = { as, upload: made.headers.location.split('/').pop() };
  await events.until(({ event, data }) => event === 'upload' && data.id === one.upload);
  assert.ok(!reviewer.events.some(({ event }) => event === 'upload'), 'that is for producers');
  for (const listener of [events, reviewer]) listener.close();
  const nothing = { as, upload: 'nothing' };

  await expect(412, 'getUploadOffset', one);
  await expect(404, 'getUploadOffset', { ...nothing, headers: tus });
  assert.equal((await expect(200, 'getUploadOffset', { ...one, headers: tus })).headers['upload-metadata'], `entry ${base64('paper-boats')},filename ${base64('paper-boats.ru.srt')}`);
  await expect(404, 'continueUpload', { ...nothing, ...piece(0) });
  await expect(400, 'continueUpload', { ...one, ...piece(0, { 'Upload-Offset': 'here' }) });
  await expect(409, 'continueUpload', { ...one, ...piece(10) });
  await expect(415, 'continueUpload', { ...one, ...piece(0, { 'Content-Type': 'text/plain' }) });
  await expect(413, 'continueUpload', { ...one, ...piece(0), raw: Buffer.concat([text, text]) });
  await expect(460, 'continueUpload', { ...one, ...piece(0, { 'Upload-Checksum': `sha256 ${base64('0'.repeat(32))}` }) });
  const kept = await expect(204, 'continueUpload', { ...one, ...piece(0, { 'Upload-Checksum': `sha256 ${sum}` }) });
  assert.equal(kept.headers['upload-offset'], '10');
  await expect(405, 'overrideUpload', { ...one, headers: tus });
  await expect(404, 'overrideUpload', { ...nothing, headers: { ...tus, 'X-HTTP-Method-Override': 'HEAD' } });
  await expect(200, 'overrideUpload', { ...one, headers: { ...tus, 'X-HTTP-Method-Override': 'HEAD' } });
  await expect(204, 'overrideUpload', { ...one, ...piece(10, { 'X-HTTP-Method-Override': 'PATCH' }), raw: text.subarray(10) });
  let shown;
  // One question follows the other's answer: the server sets the pace.
  do shown = (await expect(200, 'getUpload', one)).json;
  while (shown.state === 'arrived');
  assert.deepEqual([shown.state, shown.entry, shown.offset], ['done', 'paper-boats', text.length], shown.reason);
  const files = (await expect(200, 'listSubtitles', { entry: 'paper-boats' })).json.items;
  assert.deepEqual(files.map(({ language }) => language).sort(), ['ru', 'zh-Hans']);
  await expect(404, 'getUpload', nothing);

  const unwanted = await expect(201, 'createUpload', { as, headers: { ...begun, 'Content-Type': 'application/offset+octet-stream' }, raw: text.subarray(0, 5) });
  assert.equal(unwanted.headers['upload-offset'], '5');
  const other = { as, upload: unwanted.headers.location.split('/').pop() };
  assert.deepEqual((await expect(200, 'listUploads', { as })).json.uploads.map(({ id, state }) => [id, state]), [[one.upload, 'done'], [other.upload, 'open']]);
  await expect(403, 'listUploads', { as: 'reviewer' });
  await expect(412, 'removeUpload', other);
  await expect(204, 'removeUpload', { ...other, headers: tus });
  await expect(404, 'removeUpload', { ...other, headers: tus });
});

test('a screen is paired, says what it does, and is told what to do', async () => {
  const as = 'producer';
  const page = { as: null, headers: { Origin: server.origin } };
  await expect(200, 'getServerTime', { as: null });
  await expect(403, 'openScreenPairing', { as: null, headers: { Origin: 'https://evil.test' } });
  const pair = async () => {
    const { json, headers } = await expect(200, 'openScreenPairing', page);
    return { code: json.code, cookie: headers['set-cookie'][0].split(';')[0] };
  };
  const first = await pair();
  const own = { as: null, headers: { ...page.headers, Cookie: first.cookie } };
  const report = {
    state: 'playing', channel: null, entry: null, position: null, late_ms: -3.5, clock_error_ms: 2, rate: 1, frames: 100,
    dropped: 0, sound: 'on', width: 1920, height: 1080, heap_mb: null, up_seconds: 5, restarts: 0, carried_out: '',
  };
  await expect(401, 'sendScreenHeartbeat', { ...own, body: report });
  await expect(403, 'approveScreen', { as: 'screen', body: { code: first.code, name: 'Hall' } });
  await expect(404, 'approveScreen', { as, body: { code: 'AAAAAA', name: 'Hall' } });
  await expect(400, 'approveScreen', { as, body: { code: first.code } });
  const made = await expect(201, 'approveScreen', { as, body: { code: first.code, name: 'Hall', channel: 'lobby' } });
  const hall = { as, screen: made.json.id };
  const second = await pair();
  await expect(409, 'approveScreen', { as, body: { code: second.code, name: 'Hall' } });

  assert.equal((await expect(200, 'getScreen', hall)).json.health, 'never');
  assert.equal((await expect(400, 'sendScreenHeartbeat', { ...own, body: { ...report, state: 'dancing' } })).json.member, '/state');
  const orders = (await expect(200, 'sendScreenHeartbeat', { ...own, body: report })).json;
  assert.deepEqual([orders.name, orders.channel.id, orders.commands], ['Hall', 'lobby', []]);
  assert.deepEqual((await expect(200, 'getScreen', { as, screen: 'Hall' })).json.report, report);
  await expect(404, 'getScreen', { as, screen: 'nothing' });

  const picture = { ...own, headers: { ...own.headers, 'Content-Type': 'image/jpeg' } };
  await expect(404, 'getScreenStill', hall);
  await expect(401, 'sendScreenStill', { ...page, raw: 'a picture' });
  await expect(400, 'sendScreenStill', { ...picture, raw: 'no picture' });
  await expect(413, 'sendScreenStill', { ...picture, raw: Buffer.alloc(100_001) });
  await expect(204, 'sendScreenStill', { ...picture, raw: Buffer.from([0xff, 0xd8, 0xff, 0xe0]) });
  await expect(200, 'getScreenStill', hall);

  await expect(202, 'commandScreen', { ...hall, body: { kind: 'identify' } });
  await expect(400, 'commandScreen', { ...hall, body: { kind: 'explode' } });
  const told = (await expect(200, 'sendScreenHeartbeat', { ...own, body: report })).json.commands;
  assert.deepEqual(told.map(({ kind }) => kind), ['identify']);
  const done = { ...report, carried_out: told[0].id };
  assert.deepEqual((await expect(200, 'sendScreenHeartbeat', { ...own, body: done })).json.commands, []);

  const changed = await expect(200, 'changeScreen', { ...hall, body: { name: 'Great hall', channel: null, muted: true } });
  assert.deepEqual([changed.json.name, changed.json.channel, changed.json.muted], ['Great hall', null, true]);
  await expect(400, 'changeScreen', { ...hall, body: {} });
  await expect(404, 'changeScreen', { ...hall, body: { channel: 'nothing' } });
  assert.deepEqual((await expect(200, 'listScreens', { as })).json.items.map(({ name }) => name), ['Great hall']);
  await expect(403, 'listScreens', { as: 'screen' });

  const lobby = { as, id: 'lobby' };
  assert.equal((await expect(200, 'getScreenDesign', lobby)).json.clock, 'off');
  await expect(404, 'getScreenDesign', { as, id: 'nothing' });
  await expect(400, 'changeScreenDesign', { ...lobby, body: { clock: 'middle' } });
  assert.equal((await expect(200, 'changeScreenDesign', { ...lobby, body: { clock: 'top-left' } })).json.clock, 'top-left');

  await expect(204, 'removeScreen', hall);
  await expect(404, 'removeScreen', hall);
  await expect(401, 'sendScreenHeartbeat', { ...own, body: report });
});

test('what there is no way to ask for is said so', async () => {
  const wrong = await request('PUT', '/api/v1/entries');
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.allow, 'GET, HEAD, OPTIONS');
  assert.equal(wrong.type, 'application/problem+json');
  const nothing = await request('GET', '/api/v1/nothing');
  assert.equal(nothing.status, 404);
  assert.equal(nothing.type, 'application/problem+json');
});

test('a token that is revoked ends the stream it was listening by', async () => {
  const token = (await expect(201, 'createToken', { body: { account: 'screen' } })).json;
  server.tokens.leaving = token.token;
  const events = await listen('leaving');
  await events.until(({ event }) => event === 'hello');
  await expect(204, 'revokeToken', { token_id: token.id });
  await events.until(({ event }) => event === 'goodbye');
  await events.end();
});

test('tokens say when they were last used', async () => {
  const used = (await expect(200, 'listTokens')).json.items.filter((token) => token.last_used);
  assert.ok(used.length >= 1);
});

test('every operation has been asked for, happily and not', () => {
  const missing = [];
  // What anybody may ask for, and cannot ask for wrongly.
  const always = new Set([
    'getDocument', 'getAsRunKey', 'listChannels', 'getServerTime', 'getUploadOptions', 'getOptionsOfUpload',
  ]);
  for (const id of operations.keys()) {
    const mark = seen.get(id) ?? { happy: 0, unhappy: 0 };
    if (!mark.happy) missing.push(`${id}: no happy answer`);
    if (!mark.unhappy && !always.has(id)) missing.push(`${id}: no unhappy answer`);
  }
  assert.deepEqual(missing, []);
});

test('a stop does not wait for those who listen', async () => {
  const events = await listen('producer');
  await events.until(({ event }) => event === 'hello');
  const ended = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  await events.end();
  const [status] = await ended;
  assert.equal(status, 0);
  server = null;
});
