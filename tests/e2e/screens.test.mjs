// Screens of a venue on the real server: paired, in step, commanded, and back after the server was away.
//
// MATINEE_BUILD and MATINEE_SOURCE name the build directory and the source tree.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openBrowser, seriousFindings } from './browser.mjs';
import { apartFor, measureStep } from './in_step.mjs';

const build = process.env.MATINEE_BUILD;
const source = process.env.MATINEE_SOURCE;
assert.ok(build && source, 'MATINEE_BUILD and MATINEE_SOURCE must be set');
const run = promisify(execFile);
const program = path.join(build, 'src/app/matinee');
const screenshots = path.join(build, 'artifacts/screenshots');
const kPatience = 60_000; // milliseconds for anything to happen

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 300 }]
`;
const kFilms = [
  ['boats', 'ball', { title: { en: 'Paper Boats', zh: '纸船', ru: 'Бумажные кораблики' }, author: '林小满', country: 'CN' }],
  ['tram', 'smpte', { title: { en: 'Night Tram', zh: '夜间电车', ru: 'Ночной трамвай' }, author: 'Анна Белова', country: 'RU' }],
];

let folder;
let server;
let browser;
let hall; // the first screen's page
let foyer; // the second's

const matinee = (...args) => run(program, [...args, '--data', path.join(folder, 'data')]);

async function serve(port) {
  const child = spawn(program, ['serve', '--data', path.join(folder, 'data'), '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MATINEE_WEB: path.join(folder, 'web') },
  });
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const playlist = line.match(/playlist\s+(https:\S+)/);
    if (playlist) {
      child.stdout.resume();
      const { origin, port: used } = new URL(playlist[1]);
      return { child, origin, port: Number(used) };
    }
  }
  throw new Error(`the server ended before it served:\n${lines.join('\n')}`);
}

async function stop(signal) {
  if (server.child.exitCode !== null || server.child.signalCode !== null) return;
  const ended = once(server.child, 'exit');
  server.child.kill(signal);
  await ended;
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-screens-'));
  await mkdir(path.join(folder, 'films'));
  await mkdir(path.join(folder, 'data'));
  await mkdir(screenshots, { recursive: true });
  await cp(path.join(source, 'web/dist'), path.join(folder, 'web'), { recursive: true });
  await writeFile(path.join(folder, 'data/matinee.toml'), kConfig);
  for (const [name, pattern, description] of kFilms) {
    await run('gst-launch-1.0', ['-q', 'videotestsrc', 'num-buffers=250', `pattern=${pattern}`,
      '!', 'video/x-raw,width=320,height=180,framerate=25/1', '!', 'x264enc', 'speed-preset=ultrafast',
      '!', 'h264parse', '!', 'mp4mux', '!', 'filesink', `location=${folder}/films/${name}.mp4`]);
    await writeFile(path.join(folder, `films/${name}.json`), JSON.stringify(description));
  }
  await matinee('import', path.join(folder, 'films'));
  await matinee('channel', 'add', 'main');
  await matinee('channel', 'add', 'other', 'tram');
  server = await serve(0);
  browser = (await openBrowser()).browser;
});

after(async () => {
  await browser?.close();
  if (server) await stop('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const until = (page, condition, argument) =>
  page.waitForFunction(condition, argument, { timeout: kPatience, polling: 100 });

const untilInStep = (page) =>
  until(page, () => {
    const playback = window.matineeScreen?.playback;
    return playback?.state === 'playing' && Math.abs(playback.late ?? 1) < 0.03;
  });

async function openScreen(locale = 'en') {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, locale, viewport: { width: 960, height: 540 },
  });
  const page = await context.newPage();
  await page.goto(`${server.origin}/screen`);
  return page;
}

async function codeOf(page) {
  const code = (await page.locator('.code').textContent({ timeout: kPatience })).trim();
  assert.match(code, /^[3467ACDEFGHJKMNPQRTUWXY9]{6}$/);
  return code;
}

async function listed(name, condition) {
  for (const deadline = Date.now() + kPatience; ; await sleep(250)) {
    const { stdout } = await matinee('screen', 'list', '--json');
    const screen = JSON.parse(stdout).find((each) => each.name === name);
    if (screen && condition(screen)) return screen;
    assert.ok(Date.now() < deadline, `what is known of ${name}: ${JSON.stringify(screen)}`);
  }
}

test('a screen shows its code in three languages, and is nobody before somebody types it in', async () => {
  for (const locale of ['zh', 'ru', 'en']) {
    const page = await openScreen(locale);
    const code = await codeOf(page);
    assert.deepEqual(await seriousFindings(page), [], 'axe-core on the code');
    await page.screenshot({ path: path.join(screenshots, `screen-pairing-${locale}.png`) });
    await page.reload();
    assert.equal(await codeOf(page), code, 'a page that is loaded again keeps its code');
    const status = await page.evaluate(async () => (await fetch('/api/v1/screen/still', { method: 'PUT' })).status);
    assert.equal(status, 401);
    if (locale === 'en') hall = page;
    else await page.context().close();
  }
  await assert.rejects(matinee('screen', 'approve', 'AAAAAA', '--name', 'Hall'), /no screen shows the code/);
  const code = (await codeOf(hall)).toLowerCase();
  await matinee('screen', 'approve', `${code.slice(0, 3)}-${code.slice(3)}`, '--name', 'Hall', '--channel', 'main');
  await untilInStep(hall);
  const [cookie] = await hall.context().cookies();
  assert.equal(cookie.name, '__Host-matinee-screen');
  assert.ok(cookie.httpOnly && cookie.secure && cookie.sameSite === 'Strict');
});

test('it plays with sound where the browser allows it, and without a cursor', async () => {
  assert.equal(await hall.evaluate(() => document.querySelector('video').muted), false);
  assert.equal(await hall.evaluate(() => getComputedStyle(document.querySelector('video')).cursor), 'none');
});

test('title and author stand at the start of each film', async () => {
  await hall.locator('.lower-third').waitFor({ timeout: kPatience });
  assert.match(await hall.locator('.lower-third').textContent(), /(Paper Boats.*林小满|Night Tram.*Анна Белова)/);
  assert.deepEqual(await seriousFindings(hall), [], 'axe-core on the lower third');
  await matinee('channel', 'screens', 'main', 'clock=top-right', 'language=zh', 'accent=#3fa7ff');
  await hall.locator('.clock').waitFor({ timeout: kPatience });
  await hall.locator('.lower-third', { hasText: /纸船|夜间电车/ }).waitFor({ timeout: kPatience });
  await hall.screenshot({ path: path.join(screenshots, 'screen-lower-third-zh.png') });
  await assert.rejects(matinee('channel', 'screens', 'main', 'clock=middle'), /clock of screens is one of/);
});

test('two screens show the same frame', async () => {
  foyer = await openScreen();
  await matinee('screen', 'approve', await codeOf(foyer), '--name', 'Foyer', '--channel', 'main');
  await untilInStep(foyer);
  const seconds = await measureStep([hall, foyer], 20, sleep);
  const apart = apartFor(seconds, 0.5);
  assert.ok(apart <= 40, `they are ${apart} ms apart: ${JSON.stringify(seconds)}`);
});

test('what a screen does is known', async () => {
  const screen = await listed('Hall', ({ health, report }) => health === 'on-line' && report?.state === 'playing');
  assert.equal(screen.channel, 'main');
  assert.ok(['boats', 'tram'].includes(screen.report.entry));
  assert.equal(screen.report.sound, 'on');
  assert.ok(screen.report.frames > 0);
  const { stdout } = await matinee('screen', 'list');
  assert.match(stdout, /Hall +on-line +main +playing (boats|tram) at \d+ s/);
});

test('a screen does what it is told, without being loaded again', async () => {
  await hall.evaluate(() => { window.sameDocument = true; });
  await matinee('screen', 'command', 'Hall', 'identify');
  await hall.locator('.identify', { hasText: 'Hall' }).waitFor({ timeout: kPatience });
  await hall.screenshot({ path: path.join(screenshots, 'screen-identify.png') });
  assert.equal(await foyer.locator('.identify').count(), 0);
  await matinee('screen', 'command', 'Hall', 'mute');
  await until(hall, () => document.querySelector('video').muted);
  await matinee('screen', 'command', 'Hall', 'unmute');
  await until(hall, () => !document.querySelector('video').muted);
  await matinee('screen', 'rename', 'Hall', 'Great Hall');
  await matinee('screen', 'assign', 'Great Hall', 'other');
  await until(hall, () => window.matineeScreen.stage.orders?.channel?.id === 'other');
  await untilInStep(hall);
  await matinee('screen', 'assign', 'Great Hall', 'main');
  await until(hall, () => window.matineeScreen.stage.orders?.channel?.id === 'main');
  assert.equal(await hall.evaluate(() => window.sameDocument), true);
  await matinee('screen', 'command', 'Great Hall', 'reload');
  await until(hall, () => window.sameDocument === undefined);
  await untilInStep(hall);
  await listed('Great Hall', ({ report }) => report?.state === 'playing');
});

test('the studio sees a still, by the API', async () => {
  // The first account is made here, and a token for it.
  const added = run(program, ['user', 'add', 'mei', '--role', 'admin', '--data', path.join(folder, 'data')]);
  added.child.stdin.end('a long enough password\n');
  await added;
  const { stdout } = await matinee('token', 'add', 'mei');
  const answers = async () => hall.evaluate(async (token) => {
    const headers = { Authorization: `Bearer ${token}` };
    const still = await fetch('/api/v1/screens/Great%20Hall/still.jpg', { headers });
    const screens = await fetch('/api/v1/screens', { headers });
    return {
      still: still.status, type: still.headers.get('content-type'), bytes: (await still.blob()).size,
      screens: screens.ok ? (await screens.json()).items.map(({ name }) => name) : screens.status,
    };
  }, stdout.trim());
  for (const deadline = Date.now() + kPatience; ; await sleep(500)) {
    const { still, type, bytes, screens } = await answers();
    if (still === 200) {
      assert.equal(type, 'image/jpeg');
      assert.ok(bytes > 500 && bytes < 100_000);
      assert.deepEqual(screens, ['Foyer', 'Great Hall']);
      break;
    }
    assert.ok(Date.now() < deadline, `the still is answered with ${still}`);
  }
});

test('another version of the page is loaded, between two films', async () => {
  await hall.evaluate(() => { window.sameDocument = true; });
  await appendFile(path.join(folder, 'web/screen.html'), '<!-- another version -->\n');
  await until(hall, () => window.sameDocument === undefined);
  await untilInStep(hall);
});

test('while the server is away the picture is covered, and goes on in step when it is back', async () => {
  await hall.evaluate(() => { window.sameDocument = true; });
  // The channel shows something else from soon on, and the server will have another certificate.
  await matinee('channel', 'add', 'main', 'tram');
  await stop('SIGKILL');
  await rm(path.join(folder, 'data/tls'), { recursive: true });
  for (const page of [hall, foyer]) {
    await page.locator('[data-card=away]').waitFor({ timeout: kPatience });
  }
  assert.deepEqual(await seriousFindings(hall), [], 'axe-core on the slate');
  await hall.screenshot({ path: path.join(screenshots, 'screen-away-zh.png') });
  server = await serve(server.port);
  await Promise.all([hall, foyer].map(untilInStep));
  assert.equal(await hall.locator('[data-card=away]').count(), 0);
  const seconds = await measureStep([hall, foyer], 10, sleep);
  const apart = apartFor(seconds, 0.5);
  assert.ok(apart <= 40, `they are ${apart} ms apart: ${JSON.stringify(seconds)}`);
  assert.equal(await hall.evaluate(() => window.sameDocument), true, 'the page was not loaded again');
  await listed('Great Hall', ({ health, report }) => health === 'on-line' && report?.entry === 'tram');
});

test('a network that is lost for a while is survived', async () => {
  await foyer.context().setOffline(true);
  await foyer.locator('[data-card=away]').waitFor({ timeout: kPatience });
  await foyer.context().setOffline(false);
  await untilInStep(foyer);
});

test('a screen that is removed shows nothing, and a code again', async () => {
  await matinee('screen', 'remove', 'Foyer');
  await codeOf(foyer);
  assert.equal(await foyer.evaluate(() => window.matineeScreen.playback), null);
});
