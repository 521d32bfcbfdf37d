// The command line as scripts meet it: every command has its --help, and prints as JSON what the API answers of
// the same thing, and nothing else on standard output. And a demo heeds SIGHUP as a server does.
//
// MATINEE_BUILD names the build directory.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import addFormats from 'ajv-formats';
import Ajv from 'ajv/dist/2020.js';

const build = process.env.MATINEE_BUILD;
assert.ok(build, 'MATINEE_BUILD must be set');
const program = path.join(build, 'src/app/matinee');

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 300 }]
`;
// What serves until it is stopped, what is the worker's, and what prints a file's content.
const kWithoutJson = ['config', 'demo', 'prepare', 'review export', 'serve'];

let folder;
let server;
const children = []; // all that serve or have served
let document;
let ajv;
let helps; // of each command that does something: "channel add" -> its --help
const asked = new Set(); // those that have printed JSON
const compared = new Set(); // operations that a command's JSON was held against

// What the API does as well, and no command prints the answer of: the command that does it, or why there is none.
const kWithoutAnswer = {
  removeChannel: 'channel remove', removePlaylist: 'playlist remove',
  removeEntry: 'entry remove', removeScreen: 'screen remove', removeUpload: 'upload remove', removeUser: 'user remove',
  removeJuror: 'review juror', withdrawReviewEntry: 'review assign',
  setReviewConflict: 'review conflict', clearReviewConflict: 'review conflict',
  revokeLink: 'link revoke', revokeToken: 'token revoke', commandScreen: 'screen command', clearSchedule: 'schedule clear',
  changePassword: 'user password', getUser: 'user list', getChannelSettings: 'channel list', getScreenDesign: 'channel screens',
  listSubtitles: 'entry show', resetSubtitles: 'subtitles set', listAirings: 'channel rundown',
  getReviewResultsCsv: 'review export', getReviewSheetsCsv: 'review export',
  getAsRunKey: 'as-run key', getEntryAsRun: 'as-run',
  getChannelAsRunJson: 'as-run', getChannelAsRunCsv: 'as-run', getChannelAsRunCsvSignature: 'as-run',
  getEntryAsRunJson: 'as-run', getEntryAsRunCsv: 'as-run', getEntryAsRunCsvSignature: 'as-run',
  createUpload: 'import', getUpload: 'upload list',
};
const kNoCommand = {
  'sessions: whoever can run a command needs none': ['signIn', 'signOut', 'whoAmI', 'setUp'],
  'parts of a transfer, which a command on the same machine has no use for': [
    'continueUpload', 'overrideUpload', 'getUploadOffset', 'getUploadOptions', 'getOptionsOfUpload',
  ],
  'what a page needs to play a film': ['watchEntry'],
  'what screens say and ask by themselves': ['openScreenPairing', 'sendScreenHeartbeat', 'sendScreenStill', 'getServerTime'],
  'a picture': ['getScreenStill'],
  'what jurors write for themselves, and nobody in their name': ['listMyReviews', 'getMyReview', 'getMySheet', 'putMySheet', 'addWatched'],
  'a stream of what changes, which a running server tells': ['listen'],
  'describes the API': ['getDocument'],
};

const file = (...parts) => path.join(folder, ...parts);

// Runs a program to its end: { status, stdout, stderr }.
async function run(command, words, input = '') {
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (part) => (text[stream] += part));
  // One that does not read its input may have ended before it was written.
  child.stdin.on('error', (error) => {
    if (error.code !== 'EPIPE') child.emit('error', error);
  });
  child.stdin.end(input);
  const [status] = await once(child, 'close');
  return { status, ...text };
}

// What a command prints with --json.
async function json(words, { input, status = 0, data = file('data') } = {}) {
  const ended = await run(program, [...words, '--json', ...(data ? ['--data', data] : [])], input);
  assert.equal(ended.status, status, `${words.join(' ')}: ${ended.stderr}${ended.stdout}`);
  let value;
  try {
    value = JSON.parse(ended.stdout);
  } catch {
    assert.fail(`${words.join(' ')} prints no JSON, or something else as well: ${ended.stdout}`);
  }
  asked.add([...helps.keys()].filter((name) => `${words.join(' ')} `.startsWith(`${name} `)).sort().pop());
  return value;
}

// The same, held against what the API answers to an operation; `list`: it is a page's items.
async function like(operationId, words, { list = false, bare = (value) => value, ...options } = {}) {
  const value = await json(words, options);
  compared.add(operationId);
  const operation = Object.values(document.paths).flatMap((each) => Object.values(each)).find((each) => each.operationId === operationId);
  const [, answer] = Object.entries(operation.responses).find(([status]) => /^2/.test(status));
  const validate = ajv.getSchema(`document${answer.content['application/json'].schema.$ref}`);
  const answered = bare(structuredClone(value));
  assert.ok(validate(list ? { items: answered, next: null } : answered), `${words.join(' ')}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
  return value;
}

function get(target) {
  return new Promise((resolve, reject) => {
    https.get(new URL(target, server.origin), { rejectUnauthorized: false, agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part)).on('end', () => resolve({ status: response.statusCode, text, headers: response.headers }));
    }).on('error', reject);
  });
}

// Starts what serves: its process, address, and the lines of its log as they come.
async function start(words) {
  const child = spawn(program, [...words, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const log = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  for await (const line of createInterface({ input: child.stdout })) {
    const found = line.match(/channels\s+(https:\S+)\//);
    if (!found) continue;
    child.stdout.resume();
    return { child, origin: found[1], log };
  }
  const { value } = await log.next();
  throw new Error(`it ended before it served: ${value}`);
}

async function stop({ child }) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  return (await ended)[0];
}

// The next record of the log that says so.
async function logged({ log }, message) {
  for (;;) {
    const { value, done } = await log.next();
    assert.ok(!done, `the server ended before it said: ${message}`);
    if (value.startsWith('{') && JSON.parse(value).message === message) return JSON.parse(value);
  }
}

async function makeFilm(target, frames) {
  const made = await run('gst-launch-1.0', [
    '-q', 'videotestsrc', `num-buffers=${frames}`, '!', 'video/x-raw,width=160,height=90,framerate=25/1',
    '!', 'x264enc', 'speed-preset=ultrafast', '!', 'matroskamux', '!', 'filesink', `location=${target}`,
  ]);
  assert.equal(made.status, 0, made.stderr);
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-commands-'));
  for (const each of ['data', 'films', 'demo']) await mkdir(file(each));
  for (const each of ['data', 'demo']) await writeFile(file(each, 'matinee.toml'), kConfig);
  await makeFilm(file('films/boats.mkv'), 250);
  await makeFilm(file('films/tram.mkv'), 100);
  await writeFile(file('films/boats.zh.srt'), '1\n00:00:01,000 --> 00:00:03,000\n纸船\n');
  await writeFile(file('entries.csv'), 'File,Project Title,Colour\nboats.mkv,Paper Boats,blue\nlost.mkv,Lost,\n');
  server = await start(['serve', '--data', file('data')]);
  document = JSON.parse((await get('/api/v1/openapi.json')).text);
  await stop(server);
  ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ ...document, $id: 'document' });
});

after(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) await stop({ child });
  }
  await rm(folder, { recursive: true, force: true });
});

test('every command has its help, which tells of --json', async () => {
  helps = new Map();
  const walk = async (words) => {
    const { status, stdout, stderr } = await run(program, [...words, '--help']);
    assert.equal(status, 0, `${words.join(' ')} --help: ${stderr}`);
    const [, listed = ''] = stdout.split(/^Subcommands:$/m);
    const below = [...listed.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
    for (const name of below) await walk([...words, name]);
    // What has subcommands may do something by itself.
    if (words.length && (!below.length || stdout.includes('--json'))) helps.set(words.join(' '), stdout);
  };
  await walk([]);
  assert.ok(helps.has('channel go-to') && helps.has('as-run') && helps.has('as-run verify'), [...helps.keys()].join());
  for (const [name, help] of helps) {
    assert.match(help, /^\S/, `${name} says what it is for`);
    if (!kWithoutJson.includes(name)) assert.match(help, /--json\b/, name);
  }
});

test('an import tells first what it would do', async () => {
  const words = ['import', file('films'), file('entries.csv')];
  const planned = await like('importSheet', [...words, '--dry-run', '--map', 'Colour=ignore']);
  assert.equal(planned.dry_run, true);
  assert.deepEqual(planned.entries.map(({ id, action }) => [id, action]), [['boats', 'new'], ['tram', 'new']]);
  assert.deepEqual(planned.sheets[0].columns, { File: 'file', 'Project Title': 'title', Colour: 'ignore' });
  assert.deepEqual(await json(['entry', 'list']).then((all) => all.filter(({ kind }) => kind === 'film')), []);
  const done = await like('importSheet', words);
  assert.deepEqual(done.entries.map(({ id, state }) => [id, state]), [['boats', 'ready'], ['tram', 'ready']]);
  assert.deepEqual(done.without_row, ['tram']);
  const again = await like('importSheet', [...words, '--no-wait']);
  assert.deepEqual(again.entries.map(({ action }) => action), ['unchanged', 'unchanged']);
  assert.deepEqual([again.sheets[0].new, again.sheets[0].unchanged], [0, 2]);
});

test('entries, cards, jobs and subtitles are as the API has them', async () => {
  const entry = await like('getEntry', ['entry', 'show', 'boats']);
  assert.deepEqual([entry.title.und, entry.metadata.sheet.Colour, entry.path], ['Paper Boats', 'blue', file('films/boats.mkv')]);
  assert.ok(entry.quality.frames === 250 && entry.poster && entry.master);
  const set = await like('changeEntry', ['entry', 'set', 'boats', '--author', 'Lin']);
  assert.equal(set.author, 'Lin');
  const card = await like('createCard', ['card', 'add', 'welcome', '--title', 'en=Welcome', '--seconds', '300']);
  assert.deepEqual([card.kind, card.state, card.duration_ms], ['card', 'ready', 300_000]);
  await like('createCard', ['card', 'add', 'unwanted', '--title', 'Unwanted', '--no-wait']);
  const [job] = await like('listJobs', ['job', 'list', '--limit', '1'], { list: true });
  assert.equal((await like('cancelJob', ['job', 'cancel', job.id])).state, 'cancelled');
  assert.equal((await like('getJob', ['job', 'show', job.id])).entry, 'unwanted');
  const jobs = (...words) => like('listJobs', ['job', 'list', ...words], { list: true }).then((all) => all.map(({ id }) => id));
  assert.deepEqual(await jobs('--state', 'cancelled'), [job.id]);
  assert.deepEqual(await jobs('--entry', 'unwanted', '--state', 'cancelled', '--state', 'done'), [job.id]);
  assert.deepEqual(await jobs('--entry', 'unwanted', '--state', 'done'), []);
  const foreign = await run(program, ['entry', 'remove', 'unwanted', '--with-source', '--data', file('data')]);
  assert.deepEqual([foreign.status, /nothing was uploaded/.test(foreign.stderr)], [1, true], foreign.stderr);
  await mkdir(file('data/films/unwanted'), { recursive: true });
  assert.deepEqual(await json(['entry', 'remove', 'unwanted', '--with-source']), { removed: 'unwanted' });
  await assert.rejects(access(file('data/films/unwanted')), { code: 'ENOENT' });
  const cards = await like('listEntries', ['card', 'list'], { list: true });
  assert.ok(cards.some(({ id }) => id === 'welcome') && !cards.some(({ id }) => id === 'boats'));
  const entries = (...words) => like('listEntries', ['entry', 'list', ...words], { list: true }).then((all) => all.map(({ id }) => id));
  assert.deepEqual(await entries('--search', 'lin paper'), ['boats']);
  assert.deepEqual(await entries('--search', 'lin unheard'), []);
  assert.deepEqual(await entries('--kind', 'film', '--state', 'ready'), ['boats', 'tram']);
  assert.deepEqual(await entries('--kind', 'film', '--without-language', 'zh'), ['tram']);
  assert.deepEqual(await entries('--state', 'failed'), []);
  const again = await like('prepareEntry', ['entry', 'prepare', 'tram']);
  assert.equal(again.entry, 'tram');
  await like('cancelJob', ['job', 'cancel', again.id]);
  assert.ok((await like('listEntries', ['entry', 'list'], { list: true })).length >= 3);
  const subtitles = await like('setSubtitles', ['subtitles', 'set', 'boats', 'zh', '--label', 'festival']);
  assert.deepEqual([subtitles.file, subtitles.label], ['boats.zh.srt', 'festival']);
  assert.equal((await json(['subtitles', file('films/boats.zh.srt')], { data: null })).documents[0].cues[0].text, '纸船');
});

test('playlists and schedules are as the API has them', async () => {
  // Whether an item is ready is told beside it.
  const bare = (playlist) => {
    for (const item of playlist.items) {
      assert.equal(typeof item.ready, 'boolean');
      delete item.ready;
      delete item.reason;
    }
    return playlist;
  };
  await like('createPlaylist', ['playlist', 'set', 'evening', 'boats', 'tram'], { bare });
  await like('putPlaylist', ['playlist', 'set', 'evening', 'boats@10-60', '--title', 'Evening'], { bare });
  assert.equal((await like('undoPlaylist', ['playlist', 'undo', 'evening'], { bare })).items.length, 2);
  await like('getPlaylist', ['playlist', 'show', 'evening'], { bare });
  assert.equal((await like('listPlaylistVersions', ['playlist', 'history', 'evening'], { list: true })).length, 3);
  assert.equal((await like('publishPlaylist', ['playlist', 'publish', 'evening', '--dry-run'])).dry_run, true);
  await like('publishPlaylist', ['playlist', 'publish', 'evening']);
  await json(['playlist', 'set', 'long', 'card:welcome']);
  const renamed = await json(['playlist', 'set', 'long', '--title', 'Long']);
  assert.deepEqual([renamed.title, renamed.items.length], ['Long', 1]);
  const nothing = await run(program, ['playlist', 'set', 'long', '--data', file('data')]);
  assert.notEqual(nothing.status, 0);
  assert.match(nothing.stderr, /--title/);
  assert.equal((await json(['playlist', 'set', 'long', '--empty'])).items.length, 0);
  assert.equal((await json(['playlist', 'undo', 'long'])).items.length, 1);
  await json(['playlist', 'publish', 'long']);
  const channel = await like('createChannel', ['channel', 'add', 'hall', 'boats', 'tram', '--title', 'Hall', '--burn-in', 'zh']);
  assert.deepEqual([channel.title, channel.burn_in], ['Hall', ['zh']]);
  const found = await like('checkPlaylist', ['playlist', 'check', 'hall', '--language', 'zh', '--language', 'ru']);
  assert.deepEqual([found.channel, found.errors], ['hall', 0]);
  assert.ok(found.findings.some(({ code }) => code === 'missing-language'), JSON.stringify(found));
  // On a channel that does not play it, it is checked as if that looped it.
  assert.equal((await like('checkPlaylist', ['playlist', 'check', 'evening', '--channel', 'hall'])).channel, 'hall');
  await json(['entry', 'set', 'tram', '--not-after', '2020-01-01']);
  assert.ok((await like('checkPlaylist', ['playlist', 'check', 'hall'], { status: 3 })).findings.some(({ code }) => code === 'not-permitted'));
  await json(['entry', 'set', 'tram', '--reset']);
  for (const id of ['lobby', 'foyer']) await like('createChannel', ['channel', 'add', id, 'welcome']);
  // Nothing is on while no server runs, and the channels are there nevertheless.
  const listed = await like('listChannelSettings', ['channel', 'list'], { list: true });
  assert.deepEqual(listed.map(({ id }) => id), ['foyer', 'hall', 'lobby']);
  const [, hall] = listed;
  assert.deepEqual([hall.playlists, hall.on_air, hall.entry], [['hall'], false, null]);
  assert.equal(hall.burn_in_films.wanted, 1);
  assert.match((await run(program, ['channel', 'list', '--data', file('data')])).stdout, /^hall +Hall \(off the air\)$/m);
  assert.deepEqual((await like('listPlaylists', ['playlist', 'list'], { list: true })).find(({ id }) => id === 'hall').channels, ['hall']);
  assert.deepEqual((await like('changeChannelSettings', ['channel', 'access', 'hall', 'role', '--role', 'reviewer'])).access, { watch: 'role', role: 'reviewer' });
  assert.equal((await like('changeScreenDesign', ['channel', 'screens', 'hall', 'clock=top-left'])).clock, 'top-left');
  // A title changes a title: not what is played.
  assert.deepEqual(
    (({ title, playlist, burn_in }) => ({ title, playlist, burn_in }))(
      await like('changeChannelSettings', ['channel', 'set', 'hall', '--title', 'Great hall', '--burn-in', 'none'])),
    { title: 'Great hall', playlist: 'hall', burn_in: [] });
  assert.equal((await json(['playlist', 'show', 'hall'])).items.length, 2);
  assert.equal((await like('createChannel', ['channel', 'add', 'second', '--playlist', 'evening'])).playlist, 'evening');
  // What somebody has planned is not written over.
  const refused = async (words, why) => {
    const { status, stderr } = await run(program, [...words, '--data', file('data')]);
    assert.equal(status, 1, words.join(' '));
    assert.match(stderr, why);
  };
  await refused(['channel', 'add', 'second', 'boats'], /plays playlist evening.*matinee channel set second --playlist/s);
  await refused(['channel', 'add', 'evening', 'tram'], /there is a playlist evening already/);
  await json(['playlist', 'set', 'hall', 'tram']);
  await refused(['channel', 'add', 'hall', 'boats'], /has a draft that is not published/);
  await json(['playlist', 'undo', 'hall']);
  await json(['channel', 'remove', 'second', '--yes']);
  await refused(['channel', 'set', 'hall'], /nothing to set/);
  await refused(['channel', 'set', 'nothing', '--title', 'X'], /there is no channel/);
  assert.equal((await json(['channel', 'encrypt', 'hall', 'on'])).encrypted, true);
  await json(['channel', 'encrypt', 'hall', 'off']);
});

test('accounts, tokens, links and the audit log are as the API has them', async () => {
  const password = { input: 'paper boats at noon\n' };
  assert.equal((await like('createUser', ['user', 'add', 'mei', '--role', 'admin'], password)).can_sign_in, true);
  await like('createUser', ['user', 'add', 'ann', '--role', 'screen'], password);
  await like('changeUser', ['user', 'password', 'ann'], { input: 'another at midnight\n' });
  assert.equal((await like('changeUser', ['user', 'role', 'ann', 'reviewer'])).role, 'reviewer');
  assert.equal((await like('changeUser', ['user', 'disable', 'ann'])).disabled, true);
  assert.equal((await like('changeUser', ['user', 'enable', 'ann'])).disabled, false);
  const token = await like('createToken', ['token', 'add', 'ann', '--label', 'tests', '--days', '2']);
  assert.equal((await like('listTokens', ['token', 'list'], { list: true }))[0].account, 'ann');
  const revoked = await json(['token', 'revoke', token.id]);
  assert.deepEqual([revoked.id, revoked.label, typeof revoked.revoked], [token.id, 'tests', 'string']);
  assert.deepEqual((await like('listUsers', ['user', 'list'], { list: true })).map(({ name }) => name), ['ann', 'mei']);
  const link = await like('createLink', ['link', 'add', '--channel', 'hall', '--label', 'Venue']);
  const past = await run(program, ['link', 'add', '--channel', 'hall', '--until', '2020-01-01T00:00:00Z', '--data', file('data')]);
  assert.notEqual(past.status, 0);
  assert.match(past.stderr, /2020-01-01/);
  assert.deepEqual(link.paths, [`/t/${link.token}/channels/hall/master.m3u8`]);
  assert.deepEqual(await like('getLink', ['link', 'show', link.id]), link);
  await like('listLinks', ['link', 'list'], { list: true });
  assert.ok((await json(['link', 'revoke', link.id])).revoked);
  const audit = await like('listAudit', ['audit', '--limit', '500'], { list: true });
  assert.equal(audit[0].action, 'link.revoke');
  // Whatever a command has changed, and by whom.
  const done = new Map(audit.map(({ action, subject, actor }) => [action, { subject, actor }]));
  for (const action of [
    'import', 'card.add', 'entry.change', 'entry.prepare', 'job.cancel', 'subtitles.set', 'playlist.save', 'playlist.undo',
    'playlist.publish', 'channel.add', 'channel.change', 'channel.screen-design', 'user.add',
  ]) {
    assert.match(done.get(action)?.actor ?? '', /^cli:/, action);
  }
  assert.ok(!audit.some(({ action, detail }) => action === 'playlist.publish' && detail.dry_run), 'a dry run changes nothing');
  const history = await json(['playlist', 'history', 'evening']);
  assert.match(history[0].author, /^cli:/);
  const records = (...words) => like('listAudit', ['audit', ...words], { list: true });
  assert.deepEqual(await records('--limit', '2', '--before', audit[0].id), audit.slice(1, 3));
  const links = await records('--action', 'link.');
  assert.deepEqual(links.map(({ action }) => action), ['link.revoke', 'link.add']);
  assert.deepEqual(await records('--action', 'link.add'), links.slice(1));
  assert.deepEqual(await records('--action', 'link.', '--before', links[0].id, '--limit', '1'), links.slice(1));
  assert.deepEqual(await records('--action', 'incident.'), []);
});

test('review rounds are as the API has them', async () => {
  await like('createReviewRound', ['review', 'create', 'final', '--criterion', 'story:1-10:2:en=Story']);
  assert.deepEqual((await like('changeReviewRound', ['review', 'change', 'final', '--title', 'en=Final'])).titles, { en: 'Final' });
  assert.equal((await like('assignReviewEntries', ['review', 'assign', 'final', 'boats'])).films.length, 1);
  const juror = await like('addJuror', ['review', 'juror', 'final', 'Ana']);
  assert.match(juror.path, /^\/t\//);
  await like('getReviewRound', ['review', 'conflict', 'final', 'Ana', 'boats', '--reason', 'a friend']);
  assert.equal((await like('getReviewRound', ['review', 'close', 'final'])).closed, true);
  assert.equal((await like('getReviewRound', ['review', 'open', 'final'])).closed, false);
  await like('getReviewRound', ['review', 'show', 'final']);
  await like('listReviewRounds', ['review', 'list'], { list: true });
  await like('getReviewProgress', ['review', 'progress', 'final']);
  await like('getReviewResults', ['review', 'results', 'final']);
  assert.deepEqual(await json(['review', 'juror', 'final', 'Ana', '--remove']), { removed: 'Ana' });
  await json(['review', 'assign', 'final', 'boats', '--remove']);
});

// An upload as a server keeps it, of which half has come.
async function halfUploaded(id) {
  const known = { length: 8, metadata: { filename: `${id}.mkv` }, owner: 'mei', created: new Date().toISOString(), state: 'open' };
  await mkdir(file('data/uploads'), { recursive: true });
  await writeFile(file('data/uploads', `${id}.part`), 'half');
  await writeFile(file('data/uploads', `${id}.json`), JSON.stringify(known));
}

test('how the server is, and what is uploaded, can be seen without one', async () => {
  const system = await like('getSystem', ['system']);
  assert.equal(system.started, null);
  assert.deepEqual([system.incidents, system.disk.total_bytes > 0], [[], true]);
  assert.deepEqual(await like('listUploads', ['upload', 'list']), { uploads: [] });
  for (const id of ['first', 'second']) await halfUploaded(id);
  const { uploads } = await like('listUploads', ['upload', 'list']);
  assert.deepEqual(uploads.map(({ id, offset, state }) => [id, offset, state]), [['first', 4, 'open'], ['second', 4, 'open']]);
  assert.deepEqual(await json(['upload', 'remove', 'first']), { removed: 'first' });
  await json(['upload', 'remove', 'second']);
  assert.deepEqual(await json(['upload', 'list']), { uploads: [] });
  const unknown = await run(program, ['upload', 'remove', 'first', '--json', '--data', file('data')]);
  assert.deepEqual([unknown.status, unknown.stdout], [1, '']);
  await halfUploaded('third');
});

test('what is done on the air, and to screens, is as the API has it', async () => {
  server = await start(['serve', '--data', file('data')]);
  // The server makes the slate. One question follows the other's answer: it sets the pace.
  while (!(await json(['entry', 'list'])).some(({ id, state }) => id === 'slate' && state === 'ready'));
  while ((await get('/readyz')).status !== 200);
  const wanted = { slate: 'slate', blocks: [{ playlist: 'long' }] };
  await writeFile(file('schedule.json'), JSON.stringify(wanted));
  const checked = await like('checkSchedule', ['schedule', 'check', 'lobby', file('schedule.json')]);
  assert.equal(checked.channel, 'lobby');
  assert.equal((await like('putSchedule', ['schedule', 'set', 'lobby', file('schedule.json'), '--dry-run'])).version, 0);
  assert.equal((await like('putSchedule', ['schedule', 'set', 'lobby', file('schedule.json')])).version, 1);
  const shown = await like('getSchedule', ['schedule', 'show', 'lobby']);
  assert.deepEqual([shown.channel, shown.version], ['lobby', 1]);
  // What is shown can be set.
  await writeFile(file('shown.json'), JSON.stringify(shown));
  await like('putSchedule', ['schedule', 'set', 'lobby', file('shown.json'), '--dry-run']);
  // What was cut just now is about to end by itself, and cannot be skipped: that has a channel of its own.
  assert.equal((await like('skip', ['channel', 'skip', 'foyer'])).channel, 'foyer');
  for (const [operation, ...words] of [
    ['insertNext', 'insert', 'lobby', 'tram'], ['replace', 'replace', 'lobby', 'welcome'],
    ['goTo', 'go-to', 'lobby', '1', '--block', 'long'], ['hold', 'hold', 'lobby'], ['resume', 'resume', 'lobby', '--next'],
    ['panic', 'panic', 'lobby'],
  ]) {
    const done = await like(operation, ['channel', ...words]);
    assert.equal(done.channel, 'lobby');
  }
  await json(['channel', 'resume', 'lobby']);
  // A look ahead, and at what is on: as the server says it.
  const from = new Date(Date.now() + 3_600_000).toISOString();
  const to = new Date(Date.now() + 7_200_000).toISOString();
  const planned = await like('planSchedule', ['schedule', 'plan', 'hall', file('schedule.json'), '--from', from, '--to', to]);
  assert.ok(planned.airings.length > 0 && planned.airings.every(({ block }) => block === 'long'), JSON.stringify(planned));
  const asItIs = await like('planSchedule', ['schedule', 'plan', 'hall', '--from', from, '--to', to]);
  assert.ok(asItIs.airings.some(({ entry }) => entry === 'boats'));
  const late = await run(program, ['schedule', 'plan', 'hall', '--to', '2040-01-01T00:00:00Z', '--data', file('data')]);
  assert.equal(late.status, 1);
  const rundown = await like('getRundown', ['channel', 'rundown', 'hall']);
  assert.equal(rundown.airings.filter(({ state }) => state === 'on').length, 1);
  assert.deepEqual((await like('getRundown', ['channel', 'rundown', 'hall', '--from', '2020-01-01T00:00:00Z', '--to', '2020-01-02T00:00:00Z'])).airings, []);
  const now = await like('getChannel', ['channel', 'now', 'foyer']);
  const { next, ...answered } = JSON.parse((await get('/api/v1/channels/foyer')).text);
  assert.deepEqual({ ...now, next: undefined }, { ...answered, next: undefined });
  assert.deepEqual(now.next.slice(0, next.length), next, 'a server looks less far ahead');
  assert.equal(now.now.entry, 'welcome');
  const { channels } = await like('listChannels', ['channel', 'now']);
  assert.deepEqual(channels.map(({ id, now: on }) => [id, on !== null]), [['foyer', true], ['hall', true], ['lobby', true]]);
  const told = await run(program, ['channel', 'now', 'foyer', '--data', file('data')]);
  assert.match(told.stdout, /^foyer: welcome until \d{4}-/);
  assert.equal((await run(program, ['channel', 'now', 'nowhere', '--data', file('data')])).status, 1);

  const system = await like('getSystem', ['system']);
  assert.ok(Math.abs(Date.parse(system.started) - Date.now()) < 600_000, system.started);
  assert.deepEqual((await like('listUploads', ['upload', 'list'])).uploads.map(({ id }) => id), ['third']);
  assert.deepEqual(await json(['upload', 'remove', 'third']), { removed: 'third' });
  assert.deepEqual(await json(['upload', 'list']), { uploads: [] });
  assert.equal((await like('getSchedule', ['schedule', 'clear', 'lobby'])).version, 0);

  const code = async () => {
    const paired = await new Promise((resolve, reject) => {
      https.request(new URL('/api/v1/screen/pairing', server.origin), { method: 'POST', rejectUnauthorized: false, agent: false }, (response) => {
        let text = '';
        response.on('data', (part) => (text += part)).on('end', () => resolve(JSON.parse(text)));
      }).on('error', reject).end();
    });
    return paired.code;
  };
  await like('approveScreen', ['screen', 'approve', await code(), '--name', 'Hall', '--channel', 'hall']);
  assert.equal((await like('changeScreen', ['screen', 'rename', 'Hall', 'Great hall'])).name, 'Great hall');
  assert.equal((await like('changeScreen', ['screen', 'assign', 'Great hall', 'none'])).channel, null);
  assert.equal((await like('changeScreen', ['screen', 'command', 'Great hall', 'mute'])).muted, true);
  await like('getScreen', ['screen', 'command', 'Great hall', 'identify']);
  await like('listScreens', ['screen', 'list'], { list: true });
  assert.deepEqual(await json(['screen', 'remove', 'Great hall']), { removed: 'Great hall' });

  // What is on the air is removed on purpose only, and the server takes it off.
  const used = await run(program, ['playlist', 'remove', 'foyer', '--data', file('data')]);
  assert.deepEqual([used.status, /channel "foyer"/.test(used.stderr)], [1, true], used.stderr);
  const onAir = await run(program, ['channel', 'remove', 'foyer', '--data', file('data')]);
  assert.deepEqual([onAir.status, /--yes/.test(onAir.stderr)], [1, true], onAir.stderr);
  assert.deepEqual(await json(['channel', 'remove', 'foyer', '--yes']), { removed: 'foyer' });
  while ((await get('/channels/foyer/master.m3u8')).status === 200);
  assert.equal((await get('/channels/foyer/master.m3u8')).status, 404);
  assert.deepEqual(await json(['playlist', 'remove', 'foyer']), { removed: 'foyer' });
  assert.match(JSON.stringify((await json(['as-run', 'foyer'])).airings.at(-1)), /the channel was removed/);
  assert.equal(await stop(server), 0);
});

test('logs, backups and the rest are printed as JSON', async () => {
  const log = await like('getChannelAsRun', ['as-run', 'hall']);
  await writeFile(file('log.json'), JSON.stringify(log));
  assert.match((await json(['as-run', 'key'])).key, /BEGIN PUBLIC KEY/);
  const verdict = await json(['as-run', 'verify', file('log.json')]);
  assert.deepEqual([verdict.genuine, verdict.faults], [true, []]);
  log.channel = 'foyer';
  await writeFile(file('log.json'), JSON.stringify(log));
  const denied = await json(['as-run', 'verify', file('log.json')], { status: 4 });
  assert.ok(!denied.genuine && denied.faults.length > 0);
  const saved = await json(['backup', file('saved.tar')]);
  const restored = await json(['restore', file('saved.tar')], { data: file('restored') });
  assert.deepEqual([restored.files, restored.folder], [saved.files, file('restored')]);
  assert.deepEqual(saved.films_left_out, []);
  assert.deepEqual(restored.unprepared.sort(), ['boats', 'slate', 'tram', 'welcome']);
  const card = await json(['entry', 'show', 'welcome'], { data: file('restored') });
  assert.ok(card.path.startsWith(`${file('restored')}/cards/`), card.path);
  assert.deepEqual(restored.missing_films, []);
  assert.deepEqual(await json(['user', 'remove', 'ann']), { removed: 'ann' });
  // Without a server as well.
  assert.deepEqual(await json(['channel', 'remove', 'lobby', '--yes']), { removed: 'lobby' });
  assert.ok(!(await json(['channel', 'list'])).some(({ id }) => id === 'lobby' || id === 'foyer'));
  // Whether all is well is the machine's business.
  const { stdout } = await run(program, ['doctor', '--json', '--data', file('data')]);
  assert.ok(JSON.parse(stdout));
  asked.add('doctor');
});

test('every command has printed JSON', () => {
  assert.deepEqual([...helps.keys()].filter((name) => !asked.has(name) && !kWithoutJson.includes(name)), []);
});

test('what the API does, a command does, or it is said why not', () => {
  const operations = Object.values(document.paths)
    .flatMap((path) => Object.values(path))
    .map(({ operationId }) => operationId)
    .filter(Boolean);
  const excused = Object.values(kNoCommand).flat();
  const without = operations.filter((id) => !compared.has(id) && !Object.hasOwn(kWithoutAnswer, id) && !excused.includes(id));
  assert.deepEqual(without, [], 'operations without a command');
  for (const [id, command] of Object.entries(kWithoutAnswer)) {
    assert.ok(operations.includes(id), `there is no operation ${id} (any more)`);
    assert.ok([...helps.keys(), ...kWithoutJson].includes(command), `there is no command ${command} (any more)`);
  }
  for (const id of excused) assert.ok(operations.includes(id) && !compared.has(id), `${id} needs no excuse`);
});

test('what fails says so on standard error, and prints no JSON', async () => {
  const failed = await run(program, ['entry', 'show', 'nothing', '--json', '--data', file('data')]);
  assert.deepEqual([failed.status, failed.stdout], [1, '']);
  assert.match(failed.stderr, /there is no entry "nothing"/);
});

test('a demo reads its configuration again, as a server does', async () => {
  const demo = await start(['demo', file('films'), '--data', file('demo')]);
  await writeFile(file('demo/matinee.toml'), `${kConfig}[access]\nentries = "protected"\n`);
  server = demo;
  assert.equal((await get('/entries/boats/master.m3u8')).status === 401, false, 'films are public at first');
  demo.child.kill('SIGHUP');
  await logged(demo, 'the configuration is read again');
  assert.equal((await get('/entries/boats/master.m3u8')).status, 401);
  await writeFile(file('demo/matinee.toml'), `${kConfig}[acess]\n`);
  demo.child.kill('SIGHUP');
  await logged(demo, 'the configuration cannot be used; the one before stays in force');
  assert.equal((await get('/entries/boats/master.m3u8')).status, 401);
  assert.equal(await stop(demo), 0);
});
