// The studio as producers use it: by mouse and keys, two of them at once, over a network that goes away.
// Screenshots in three languages are kept in the build directory (studio-screenshots).
//
// MATINEE_BUILD names the build directory; the pages are those of web/dist.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';

import { openBrowser, seriousFindings } from './browser.mjs';
import { addUser as makeUser, serve, stopServer } from './server.mjs';

const build = process.env.MATINEE_BUILD;
assert.ok(build, 'MATINEE_BUILD must be set');
const run = promisify(execFile);
const matinee = path.join(build, 'src/app/matinee');
const screenshots = path.join(build, 'studio-screenshots');

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 300 }]
`;
const kPassword = 'paper boats at noon';
const kPatience = 60_000; // milliseconds for anything to happen

let folder;
let server;
let opened;
let page;

const data = () => path.join(folder, 'data');
const cli = async (...words) => (await run(matinee, [...words, '--data', data()])).stdout;

async function makeFilm(file, pitch, filter) {
  await run('ffmpeg', [
    '-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=25:duration=30${filter}`,
    '-f', 'lavfi', '-i', `sine=frequency=${pitch}:duration=30`,
    '-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-shortest', file,
  ]);
}

const addUser = (name, role) => makeUser(matinee, data(), name, role, kPassword);

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-studio-'));
  await mkdir(path.join(folder, 'films'));
  await mkdir(data());
  await mkdir(screenshots, { recursive: true });
  await writeFile(path.join(data(), 'matinee.toml'), kConfig);
  for (const [name, pitch] of [['boats', 440], ['lighthouse', 550], ['tram', 660]]) {
    await makeFilm(path.join(folder, 'films', `${name}.mp4`), pitch, '');
  }
  await cli('import', path.join(folder, 'films'));
  await cli('channel', 'add', 'hall', 'boats', 'lighthouse', 'tram', '--title', 'Hall');
  await addUser('ann', 'producer');
  await addUser('bob', 'producer');
  await addUser('rita', 'reviewer');
  server = await serve(matinee, data());
  opened = await openBrowser();
  page = opened.page;
  page.setDefaultTimeout(kPatience);
});

after(async () => {
  await opened?.browser.close();
  await stopServer(server);
  await rm(folder, { recursive: true, force: true });
});

async function signIn(on, name, password = kPassword) {
  await on.getByLabel('Name').fill(name);
  await on.getByLabel('Password').fill(password);
  await on.getByRole('button', { name: 'Sign in' }).click();
}

// Asks the API as who has signed in on the page.
const api = (method, target, body, headers = {}) =>
  page.evaluate(
    async ([how, where, what, more]) => {
      const answer = await fetch(`/api/v1${where}`, {
        method: how,
        headers: { 'Content-Type': 'application/json', ...more },
        ...(what ? { body: JSON.stringify(what) } : {}),
      });
      return { status: answer.status, tag: answer.headers.get('ETag'), value: await answer.json() };
    },
    [method, target, body, headers],
  );

const titles = () => page.locator('.items li').evaluateAll((rows) => rows.map((row) => row.dataset.entry));
const untilTitles = (...wanted) =>
  page.waitForFunction(
    (ids) => [...document.querySelectorAll('.items li')].map((row) => row.dataset.entry).join() === ids,
    wanted.join(),
  );
const untilSaved = () => page.locator('[data-saved=true]').waitFor();

// What the page looked like when a test went wrong, for whoever has to find out why.
afterEach(async (context) => {
  await page?.screenshot({ path: path.join(screenshots, `after-${context.name.slice(0, 30)}.png`) });
});

test('only producers come in', async () => {
  await page.goto(`${server.origin}/studio`);
  await signIn(page, 'ann', 'a wrong password');
  await page.locator('.field .error').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await signIn(page, 'rita');
  await page.getByRole('heading', { name: 'The studio is for producers' }).waitFor();
  await page.getByRole('button', { name: 'Sign in with another account' }).click();
  await signIn(page, 'ann');
  await page.locator('.desk').waitFor();
  opened.complaints.length = 0; // the browser's own, about 401
  // The slate is an entry that the server makes by itself.
  await page.getByRole('link', { name: 'Entries' }).click();
  await page.locator('[data-entry=slate]').getByText('Ready').waitFor();
  const scheduled = await api(
    'PUT', '/channels/hall/schedule', { slate: 'slate', blocks: [{ playlist: 'hall' }] }, { 'If-Match': '"0"' });
  assert.equal(scheduled.status, 200, JSON.stringify(scheduled.value));
  await page.getByRole('link', { name: 'On air' }).click();
});

test('what is on can be skipped, held, resumed, and replaced by the slate', async () => {
  const desk = page.locator('[data-channel=hall]');
  const on = desk.locator('.rundown [aria-current]');
  await on.waitFor();
  await desk.getByRole('button', { name: 'Skip' }).click();
  await page.locator('dialog .button.primary').click();
  await desk.locator('.said').getByText('Skipped. Viewers see it at').waitFor();
  const { value } = await api('GET', '/channels/hall/rundown');
  const said = await desk.locator('.said').textContent();
  const times = value.airings.map(({ start }) =>
    new Date(start).toLocaleTimeString('en-GB', { hour12: false }));
  const time = said.match(/\d\d:\d\d:\d\d/)[0];
  assert.ok(times.includes(time), `${time} is no start of ${times}`);

  await desk.getByRole('button', { name: 'Hold' }).click();
  await page.locator('dialog .button.primary').click();
  await desk.getByText('On hold. Viewers see the slate at').waitFor();
  await desk.getByRole('button', { name: 'Resume' }).click();
  await page.getByLabel('the next item').check();
  await page.locator('dialog .button.primary').click();
  await desk.getByText('Resumed.').waitFor();

  // Panic takes more than one press.
  await desk.getByRole('button', { name: 'Panic' }).click();
  const panic = page.locator('dialog .button.danger');
  assert.ok(await panic.isDisabled());
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByLabel('Yes, Hall is to show the slate only').check();
  await panic.click();
  await desk.locator('.badge.alarm').waitFor();
  await desk.getByRole('button', { name: 'Resume' }).click();
  await page.locator('dialog .button.primary').click();
  await desk.getByText('Resumed.').waitFor();
  await desk.getByRole('button', { name: 'Skip' }).waitFor();

  await desk.getByRole('button', { name: 'Insert' }).click();
  await page.locator('dialog [value=tram]').check();
  await page.locator('dialog .button.primary').click();
  await desk.getByText('Inserted. It begins at').waitFor();
  await desk.locator('.rundown .badge', { hasText: 'Inserted' }).waitFor();
});

test('an upload survives that the network goes away, and that the page is closed', async () => {
  await page.getByRole('link', { name: 'Entries' }).click();
  await page.locator('[data-entry=boats]').waitFor();
  const film = path.join(folder, 'storm.mp4');
  await makeFilm(film, 880, ',noise=alls=60:allf=t');
  // The line is slow: some of it has arrived when it is stopped, and the line is away when it goes on.
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  const line = (bytes) => network.send('Network.emulateNetworkConditions',
    { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
  const resumed = []; // from which byte on
  page.on('request', (asked) => {
    const offset = asked.method() === 'PATCH' && asked.headers()['upload-offset'];
    if (offset) resumed.push(Number(offset));
  });
  await line(400_000);
  await page.locator('input[name=files]').setInputFiles(film);
  await page.waitForFunction(() => document.querySelector('.uploads progress')?.value > 0.05);
  await page.locator('.uploads').getByRole('button', { name: /^Pause/ }).click();
  await page.locator('[data-stage=paused]').waitFor();
  await page.route('**/api/v1/uploads/*', (route) => route.abort('internetdisconnected'));
  await page.locator('.uploads').getByRole('button', { name: /^(Resume|Go on)/ }).click();
  await page.locator('[data-stage=lost]').waitFor();
  await page.unroute('**/api/v1/uploads/*');
  await page.locator('[data-stage=going]').waitFor();
  // A page that is loaded again knows nothing of it until the same file is chosen.
  page.once('dialog', (dialog) => dialog.accept());
  await page.reload();
  await page.locator('[data-entry=boats]').waitFor();
  await line(-1);
  await page.locator('input[name=files]').setInputFiles(film);
  await page.locator('[data-stage=done]').waitFor();
  assert.ok(resumed.at(-1) > 0, `it began anew: ${resumed}`);
  await page.locator('[data-entry=storm]').getByText('Ready').waitFor();
  await network.detach();
  // A folder comes with all that is in it.
  await mkdir(path.join(folder, 'more/squall'), { recursive: true });
  await makeFilm(path.join(folder, 'more/squall/squall.mp4'), 990, '');
  await writeFile(path.join(folder, 'more/squall/squall.zh.srt'), '1\n00:00:01,000 --> 00:00:03,000\n起风了\n');
  await writeFile(path.join(folder, 'more/.DS_Store'), 'left by a system');
  await page.locator('input[name=folder]').setInputFiles(path.join(folder, 'more'));
  await page.locator('[data-entry=squall]').getByText('Ready').waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll('[data-stage]')].every(({ dataset }) => dataset.stage === 'done'));
  const { value } = await api('GET', '/entries/squall');
  assert.deepEqual(value.languages ?? value.subtitles.map(({ language }) => language), ['zh-Hans']);
  opened.complaints.length = 0; // the browser's own, about the network
});

// However the panel is closed that has the focus, what was typed stays until it is said to be discarded.
async function closingAsks() {
  const question = page.locator('dialog', { hasText: 'Not saved yet' }).last();
  const field = page.getByLabel('Title in English');
  const typed = await field.inputValue();
  const panel = await page.locator('dialog').first().boundingBox();
  const { x, y, width, height } = await field.boundingBox();
  const ways = {
    'Escape': () => page.keyboard.press('Escape'),
    'Escape once more': () => page.keyboard.press('Escape'),
    'the button': () => page.getByRole('button', { name: 'Close' }).click(),
    'a press beside it': () => page.mouse.click(panel.x / 2, panel.y + panel.height / 2),
  };
  for (const [way, close] of Object.entries(ways)) {
    await close();
    await question.getByRole('button', { name: 'Keep editing' }).click();
    await question.waitFor({ state: 'detached' });
    assert.equal(await field.inputValue(), typed, way);
  }
  // A selection that ends beside the panel is none of them.
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(panel.x / 2, y + height / 2, { steps: 4 });
  await page.mouse.up();
  assert.equal(await page.locator('dialog').count(), 1);
  assert.equal(await field.inputValue(), typed);
}

test('two who change the same title choose between them', async () => {
  await page.locator('[data-entry=boats] h2 a').click();
  await page.getByLabel('Title in English').fill('Paper Boats');
  await page.getByLabel('Title in Chinese').fill('纸船');
  await page.getByRole('button', { name: 'Save' }).click();
  // What is said lies over the panel, and in it: else it would be under its backdrop, and silent.
  const said = page.locator('dialog[open] [role=status] .toast', { hasText: 'Saved.' });
  await said.waitFor();
  assert.ok(await said.evaluate((toast) => {
    const { left, top, width, height } = toast.getBoundingClientRect();
    return toast.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }), 'something lies over the message');
  await said.waitFor({ state: 'detached' });
  await page.getByLabel('Synopsis in English').fill('Two boats of paper.');
  await page.getByLabel('Synopsis in Chinese').fill('两只纸船。');
  await page.getByLabel('Categories in English').fill('Animation\nShort');
  await page.getByLabel('Categories in Russian').fill('Анимация');
  await page.getByLabel('Content notes in English').fill('flashing lights');
  await page.getByLabel('Time zone').selectOption('Asia/Shanghai');
  await page.getByLabel('From', { exact: true }).fill('2026-11-20');
  await page.getByLabel('Until', { exact: true }).fill('2026-11-01');
  await page.getByText('it could never be shown').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Save' }).isDisabled());
  await page.getByLabel('Until', { exact: true }).fill('2027-01-31');
  await page.getByRole('button', { name: 'Save' }).click();
  await said.waitFor();
  assert.equal(await page.getByLabel('Categories in English').inputValue(), 'Animation\nShort');
  assert.equal(await page.getByLabel('Until', { exact: true }).inputValue(), '2027-01-31');
  const { value: told } = await api('GET', '/entries/boats');
  assert.deepEqual(told.metadata, {
    synopsis: { en: 'Two boats of paper.', zh: '两只纸船。' },
    category: [{ en: 'Animation', ru: 'Анимация' }, { en: 'Short' }],
    content_notes: [{ en: 'flashing lights' }],
    not_before: '2026-11-19T16:00:00.000Z',
    not_after: '2027-01-31T16:00:00.000Z',
  });
  await page.getByLabel('Title in English').fill('Boats of Paper');
  await page.getByLabel('Synopsis in English').fill('Boats.');
  await closingAsks();
  const { tag } = await api('GET', '/entries/boats');
  const other = await api(
    'PATCH', '/entries/boats',
    { title: { en: 'Boats', ru: 'Кораблики' }, metadata: { synopsis: { ru: 'Лодки.' } } }, { 'If-Match': tag });
  assert.equal(other.status, 200);
  await page.getByRole('button', { name: 'Theirs: Boats' }).waitFor();
  assert.equal(await page.getByLabel('Title in Russian').inputValue(), 'Кораблики');
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByRole('button', { name: 'Yours: Boats of Paper' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('h2', { hasText: 'Boats of Paper' }).first().waitFor();
  const { value } = await api('GET', '/entries/boats');
  assert.deepEqual(value.title, { en: 'Boats of Paper', ru: 'Кораблики', zh: '纸船' });
  assert.deepEqual(value.metadata.synopsis, { en: 'Boats.', ru: 'Лодки.', zh: '两只纸船。' });
  await page.getByLabel('Author').fill('nobody');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal((await api('GET', '/entries/boats')).value.author, '');
});

test('a playlist is put in order by mouse and keys, and undone', async () => {
  await page.getByRole('link', { name: 'Playlists' }).click();
  await page.locator('h1:focus', { hasText: 'Playlists' }).waitFor();
  await page.locator('[data-playlist=hall] h2 a').click();
  await untilTitles('boats', 'lighthouse', 'tram');
  await page.locator('h1:focus', { hasText: 'Hall' }).waitFor();
  const handle = (n) => page.locator('.items .handle').nth(n).boundingBox();
  const [from, to] = [await handle(2), await handle(0)];
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 10, to.y - 4, { steps: 8 });
  await page.mouse.up();
  await untilTitles('tram', 'boats', 'lighthouse');
  await untilSaved();
  await page.getByRole('button', { name: 'Move lighthouse up' }).focus();
  await page.keyboard.press('Enter');
  await untilTitles('tram', 'lighthouse', 'boats');
  assert.equal(
    await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Move lighthouse up');
  await page.getByText('lighthouse is number 2 of 3.').waitFor();
  await page.keyboard.press('Alt+ArrowDown');
  await untilTitles('tram', 'boats', 'lighthouse');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await untilTitles('boats', 'lighthouse', 'tram');
  await untilSaved();
  await page.getByRole('button', { name: 'Add storm' }).click();
  await untilTitles('boats', 'lighthouse', 'tram', 'storm');
  await page.getByText('Running time 2:00').waitFor();
  await untilSaved();
});

test('what another producer has saved meanwhile is shown, and one is chosen', async () => {
  // Between the edit and its being saved.
  let first = true;
  await page.route('**/api/v1/playlists/hall', async (route) => {
    if (route.request().method() !== 'PUT' || !first) return route.continue();
    first = false;
    const there = await opened.bob('GET', '/playlists/hall');
    const saved = await opened.bob(
      'PUT', '/playlists/hall', { items: [{ entry: 'tram' }, { entry: 'boats' }] }, there.tag);
    assert.equal(saved.status, 200);
    await route.continue();
  });
  const context = await opened.browser.newContext({ ignoreHTTPSErrors: true });
  const bob = await context.newPage();
  await bob.goto(`${server.origin}/studio`);
  await signIn(bob, 'bob');
  await bob.locator('.desk').waitFor();
  opened.bob = (method, target, body, tag) =>
    bob.evaluate(async ([how, where, what, match]) => {
      const answer = await fetch(`/api/v1${where}`, {
        method: how,
        headers: { 'Content-Type': 'application/json', ...(match ? { 'If-Match': match } : {}) },
        ...(what ? { body: JSON.stringify(what) } : {}),
      });
      return { status: answer.status, tag: answer.headers.get('ETag') };
    }, [method, target, body, tag]);
  await page.getByRole('button', { name: 'Remove lighthouse' }).click();
  const dialog = page.locator('dialog', { hasText: 'Somebody was first' });
  await dialog.getByText(/bob has saved draft \d+/).waitFor();
  await page.unroute('**/api/v1/playlists/hall'); // not earlier: it would let the request pass
  assert.deepEqual(await seriousFindings(page), []);
  await page.screenshot({ path: path.join(screenshots, 'conflict.png') });
  await dialog.getByRole('button', { name: 'Take theirs' }).click();
  await untilTitles('tram', 'boats');
  await untilSaved();
  opened.complaints.length = 0; // the browser's own, about 412

  // And by itself, while nothing is being edited here.
  const there = await opened.bob('GET', '/playlists/hall');
  await opened.bob('PUT', '/playlists/hall', { items: [{ entry: 'storm' }, { entry: 'boats' }] }, there.tag);
  await untilTitles('storm', 'boats');
  await context.close();
});

test('a draft is seen at once, and published after its differences have been shown', async () => {
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.waitForFunction(() => document.querySelector('.preview-video')?.readyState >= 2);
  assert.equal(await page.locator('.preview-items li').count(), 2);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Publish…' }).click();
  await page.locator('.changes tbody tr').first().waitFor();
  const planned = await page.locator('.changes tbody tr').first().locator('td').allTextContents();
  assert.notEqual(planned[0], planned[1]);
  assert.deepEqual(await seriousFindings(page), []);
  await page.screenshot({ path: path.join(screenshots, 'publish.png') });
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.locator('.toast', { hasText: 'Published.' }).waitFor();
  const { value } = await api('GET', '/playlists/hall');
  assert.equal(value.published, value.draft);
  assert.deepEqual(opened.complaints, [], 'the console complains');
});

test('every part is judged by axe-core and kept as a picture, in three languages', async () => {
  const parts = { 'on-air': '.rundown tbody tr', entries: '.grid .card', 'entries/boats': '.description', 'playlists/hall': '.items li' };
  const cookies = await page.context().cookies();
  for (const [locale, colorScheme, viewport] of [
    ['en', 'light', { width: 1280, height: 860 }],
    ['zh', 'dark', { width: 1280, height: 860 }],
    ['ru', 'light', { width: 390, height: 844 }],
  ]) {
    const context = await opened.browser.newContext({
      ignoreHTTPSErrors: true, locale, colorScheme, viewport, reducedMotion: 'reduce',
    });
    await context.addCookies(cookies);
    const shown = await context.newPage();
    for (const [part, sign] of Object.entries(parts)) {
      await shown.goto(`${server.origin}/studio/${part}`);
      await shown.locator(sign).first().waitFor({ timeout: kPatience });
      // Those further down come when one gets there.
      await shown.waitForFunction(() =>
        [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight));
      assert.equal(await shown.evaluate(() => document.documentElement.lang), locale);
      assert.deepEqual(await seriousFindings(shown), [], `${part} in ${locale}`);
      const widest = await shown.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(widest <= viewport.width, `${part} in ${locale} is ${widest} pixels wide`);
      await shown.screenshot({ path: path.join(screenshots, `${part.replace('/', '-')}-${locale}.png`) });
    }
    await context.close();
  }
});
