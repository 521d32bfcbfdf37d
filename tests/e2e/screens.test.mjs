// Screens of a venue on the real server: paired, in step, commanded, and back after the server was away.
//
// MATINEE_BUILD and MATINEE_SOURCE name the build directory and the source tree.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openBrowser, putToSleep, seriousFindings } from './browser.mjs';
import { apartFor, measureStep } from './in_step.mjs';
import { Cable, Station } from './station.mjs';

const run = promisify(execFile);
const kPatience = 60_000; // milliseconds for anything to happen

let station;
let cable;
let browser;
let screenshots;
let hall; // the first screen's page; its browser keeps it
let foyer; // the second's, by the cable; its browser refuses to keep anything

const matinee = (...args) => station.matinee(...args);

before(async () => {
  station = await Station.make();
  screenshots = path.join(station.artifacts, 'screenshots');
  await mkdir(screenshots, { recursive: true });
  await matinee('channel', 'add', 'other', 'tram');
  const trusted = [await station.makeCertificate('first'), await station.makeCertificate('second')];
  await station.useCertificate('first');
  await station.serve();
  cable = await Cable.lay(station);
  browser = (await openBrowser({ trusted })).browser;
});

after(async () => {
  await browser?.close();
  cable?.remove();
  await station?.remove();
});

const until = (page, condition, argument) =>
  page.waitForFunction(condition, argument, { timeout: kPatience, polling: 100 });

const untilInStep = (page) =>
  until(page, () => {
    const playback = window.matineeScreen?.playback;
    return playback?.state === 'playing' && Math.abs(playback.late ?? 1) < 0.03;
  });

async function openScreen({ locale = 'en', serviceWorkers = 'allow', origin = station.origin } = {}) {
  const context = await browser.newContext({
    locale, serviceWorkers, viewport: { width: 960, height: 540 },
  });
  const page = await context.newPage();
  await page.goto(`${origin}/screen`);
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
    const page = await openScreen({ locale });
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
  foyer = await openScreen({ serviceWorkers: 'block', origin: cable.origin });
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

test('between films a screen says what comes and when, and without a channel that it has none', async () => {
  await matinee('channel', 'add', 'later', 'tram');
  const file = path.join(station.folder, 'later.json');
  const start = new Date(Date.now() + 60_000).toISOString().slice(0, 19);
  await writeFile(file, JSON.stringify({
    slate: 'slate', blocks: [{ id: 'evening', playlist: 'later', start, zone: 'UTC', passes: 1 }],
  }));
  await matinee('schedule', 'set', 'later', file, '--when', 'now');
  await matinee('screen', 'assign', 'Great Hall', 'later');
  await hall.locator('.next-up', { hasText: 'Night Tram' }).waitFor({ timeout: kPatience });
  assert.match(await hall.locator('.next-up .countdown').textContent(), /Starts in 0:\d\d/);
  assert.deepEqual(await seriousFindings(hall), [], 'axe-core on what comes next');
  await hall.screenshot({ path: path.join(screenshots, 'screen-next-up.png') });
  await matinee('screen', 'assign', 'Great Hall', 'none');
  await hall.locator('[data-card=idle]', { hasText: 'Great Hall' }).waitFor({ timeout: kPatience });
  assert.deepEqual(await seriousFindings(hall), [], 'axe-core on a screen without a channel');
  await hall.screenshot({ path: path.join(screenshots, 'screen-idle.png') });
  await matinee('screen', 'assign', 'Great Hall', 'main');
  await untilInStep(hall);
});

test('the studio sees a still, by the API', async () => {
  // The first account is made here, and a token for it.
  const added = run(station.program, ['user', 'add', 'mei', '--role', 'admin', '--data', station.data]);
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

const kept = (page, address) =>
  page.evaluate(async (url) => (await caches.match(url, { ignoreVary: true }))?.text(), address);

test('the browser keeps the page and what it loads, and nothing else', async () => {
  await listed('Great Hall', ({ report }) => report?.kept === true);
  const { addresses, worker, scope } = await hall.evaluate(async () => {
    const cache = await caches.open('matinee-screen');
    const { active, scope } = await navigator.serviceWorker.getRegistration('/screen');
    const answer = await fetch(active.scriptURL);
    return {
      addresses: (await cache.keys()).map(({ url }) => new URL(url).pathname),
      worker: Object.fromEntries(answer.headers),
      scope: new URL(scope).pathname,
    };
  });
  assert.equal(scope, '/screen');
  assert.ok(addresses.includes('/screen'));
  assert.ok(addresses.some((address) => /^\/assets\/screen-.*\.js$/.test(address)), String(addresses));
  assert.ok(addresses.some((address) => /^\/assets\/screen-.*\.css$/.test(address)), String(addresses));
  for (const address of addresses) assert.match(address, /^\/(screen$|assets\/)/);
  assert.equal(worker['service-worker-allowed'], '/screen');
  assert.equal(worker['cache-control'], 'no-cache');
  assert.match(worker['content-type'], /^text\/javascript/);
  assert.match(worker['content-security-policy'], /default-src 'none'; connect-src 'self'/);
  // No other page of this origin could have it for more than that.
  const refusal = await hall.evaluate(() =>
    navigator.serviceWorker.register('/screen/worker.js', { scope: '/' }).catch(({ name }) => name));
  assert.equal(refusal, 'SecurityError');
  await listed('Foyer', ({ report }) => report?.kept === false);
});

test('another version of the page is loaded, between two films', async () => {
  await hall.evaluate(() => { window.sameDocument = true; });
  await appendFile(path.join(station.web, 'screen.html'), '<!-- another version -->\n');
  await until(hall, () => window.sameDocument === undefined);
  await untilInStep(hall);
  assert.match(await kept(hall, '/screen'), /another version/);
});

test('while the server is away the picture is covered, and goes on in step when it is back', async () => {
  await foyer.evaluate(() => { window.sameDocument = true; });
  // The channel shows something else from soon on, and the server will have another certificate.
  await matinee('channel', 'add', 'main', 'tram');
  await station.stop('SIGKILL');
  await station.useCertificate('second');
  for (const page of [hall, foyer]) {
    await page.locator('[data-card=away]').waitFor({ timeout: kPatience });
  }
  assert.deepEqual(await seriousFindings(hall), [], 'axe-core on the slate');
  await hall.screenshot({ path: path.join(screenshots, 'screen-away-zh.png') });
  // Power is cut as well: the page opens, with what it knows of its channel.
  await hall.reload();
  await hall.locator('[data-card=away] h1', { hasText: '马上回来' }).waitFor({ timeout: kPatience });
  await hall.locator('[data-card=away] .channel', { hasText: 'main' }).waitFor();
  await hall.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  assert.deepEqual(await seriousFindings(hall), [], 'axe-core on the kept slate');
  await hall.screenshot({ path: path.join(screenshots, 'screen-kept-zh.png') });
  await station.serve();
  await Promise.all([hall, foyer].map(untilInStep));
  assert.equal(await hall.locator('[data-card=away]').count(), 0);
  const seconds = await measureStep([hall, foyer], 10, sleep);
  const apart = apartFor(seconds, 0.5);
  assert.ok(apart <= 40, `they are ${apart} ms apart: ${JSON.stringify(seconds)}`);
  assert.equal(await foyer.evaluate(() => window.sameDocument), true, 'the page was loaded again');
  await listed('Great Hall', ({ health, report }) => health === 'on-line' && report?.entry === 'tram');
});

test('a page that was kept gives way to the server\'s once there is one', async () => {
  await station.stop('SIGKILL');
  await hall.reload();
  await hall.locator('[data-card=away]').waitFor({ timeout: kPatience });
  const script = await station.changePage();
  const runs = () => hall.evaluate(() => new URL(document.querySelector('script[src]').src).pathname);
  const before = await runs();
  assert.notEqual(before, script);
  await station.serve();
  await until(hall, (name) => document.querySelector('script[src]')?.src.endsWith(name), script);
  await untilInStep(hall);
  assert.ok(await kept(hall, script));
  assert.equal(await kept(hall, before), undefined, 'what nobody needs any more is kept');
});

// One loses its network without a word; the other is put to sleep by its browser, as a tab left in the
// background is, for longer than what it had in hand lasts.
test('a network that is lost and a page that was put to sleep are survived', async () => {
  const buffered = () => hall.evaluate(() => document.querySelector('video').buffered.length > 0 &&
    window.matineeScreen.playback.instantOf(document.querySelector('video').buffered.end(0)));
  const end = await buffered();
  const wake = await putToSleep(hall);
  cable.cut();
  await foyer.locator('[data-card=away]').waitFor({ timeout: kPatience });
  await until(foyer, () => !window.matineeScreen.reachable);
  await until(foyer, (instant) => window.matineeScreen.serverTime() > instant, end);
  cable.mend();
  await wake();
  await Promise.all([hall, foyer].map(untilInStep));
  await listed('Great Hall', ({ health, report }) => health === 'on-line' && report?.state === 'playing');
});

// What reaches a screen may be broken in many ways; hls.js has a name for each, and gives up at some.
test('whatever the player stumbles over, the screen is in step again', async () => {
  const broken = async (pattern, times, answer) => {
    let met = 0;
    const meet = async (route) => {
      met += 1;
      await (met > times ? route.continue() : route.fulfill(answer));
    };
    await foyer.route(pattern, meet);
    for (const deadline = Date.now() + kPatience; met < times; await sleep(100)) {
      assert.ok(Date.now() < deadline, `${pattern} was asked for ${met} times`);
    }
    await foyer.unroute(pattern, meet);
    await untilInStep(foyer);
  };
  await foyer.evaluate(() => { window.sameDocument = true; });
  const type = { contentType: 'video/mp4' };
  await broken(/\/180p\/.*\.m4s$/, 1, { ...type, body: 'this is no segment at all' });
  await broken(/\/180p\/.*\.m4s$/, 3, { ...type, status: 404, body: '' });
  await broken(/\/180p\/media\.m3u8/, 2, { contentType: 'application/vnd.apple.mpegurl', body: 'no playlist' });
  await broken(/\/180p\/media\.m3u8/, 2, { status: 410, body: '' });
  // And what it may give up at, of each kind; media twice in a row, for the second time is taken for worse.
  const kinds = await foyer.evaluate(() => Object.values(window.matineePlayer.constructor.ErrorTypes));
  assert.ok(kinds.length >= 4, String(kinds));
  for (const kind of ['mediaError', ...kinds]) {
    const restarts = await foyer.evaluate((fatal) => {
      const { restarts } = window.matineeScreen.playback;
      const { Events, ErrorDetails } = window.matineePlayer.constructor;
      const details = ErrorDetails.INTERNAL_EXCEPTION;
      window.matineePlayer.trigger(Events.ERROR, { type: fatal, details, fatal: true, error: new Error('made up') });
      return restarts;
    }, kind);
    // The player is made anew, or has its media attached anew, before it can be said to play on.
    if (kind !== 'mediaError') await until(foyer, (before) => window.matineeScreen.playback.restarts > before, restarts);
    await untilInStep(foyer);
  }
  assert.equal(await foyer.evaluate(() => window.sameDocument), true, 'the page was loaded again');
  await foyer.locator('[data-card=away]').waitFor({ state: 'detached', timeout: kPatience });
});

test('a screen that is removed shows nothing, and a code again', async () => {
  await matinee('screen', 'remove', 'Foyer');
  await codeOf(foyer);
  assert.equal(await foyer.evaluate(() => window.matineeScreen.playback), null);
});
