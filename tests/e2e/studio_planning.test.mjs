// The studio's places Schedule, Links and People as producers and admins use them: by mouse and keys, two
// producers at once, on days whose clocks are changed. Screenshots in three languages are kept in the build
// directory (studio-planning-screenshots).
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
const screenshots = process.env.MATINEE_SCREENSHOTS ?? path.join(build, 'studio-planning-screenshots');

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 300 }]
`;
const kPassword = 'paper boats at noon';
const kZone = 'Europe/Berlin';
const kPatience = 60_000; // milliseconds for anything to happen
const kHour = 3_600_000;

let folder;
let server;
let opened;
let ann; // a producer's page
let bob; // another's
let root; // an admin's

const data = () => path.join(folder, 'data');
const cli = async (...words) => (await run(matinee, [...words, '--data', data()])).stdout;

async function makeFilm(name, seconds, pitch) {
  await run('ffmpeg', [
    '-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `color=c=0x${pitch}566:size=320x180:rate=25:duration=${seconds}`,
    '-f', 'lavfi', '-i', `sine=frequency=${pitch}:duration=${seconds}`,
    '-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-shortest', path.join(folder, 'films', `${name}.mp4`),
  ]);
}

const addUser = (name, role) => makeUser(matinee, data(), name, role, kPassword);

async function signIn(page, name, password = kPassword) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Somebody's browser, signed in. */
async function arrive(name) {
  const context = await opened.browser.newContext({
    ignoreHTTPSErrors: true, locale: 'en', timezoneId: kZone, viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(kPatience);
  page.complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await page.goto(`${server.origin}/studio`);
  await signIn(page, name);
  await page.locator('.desk').first().waitFor();
  page.complaints.length = 0; // the browser's own, about 401
  return page;
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-planning-'));
  await mkdir(path.join(folder, 'films'));
  await mkdir(data());
  await mkdir(screenshots, { recursive: true });
  await writeFile(path.join(data(), 'matinee.toml'), kConfig);
  await makeFilm('boats', 20, 440);
  await makeFilm('feature', 240, 550);
  await makeFilm('tram', 10, 660);
  await cli('import', path.join(folder, 'films'));
  await cli('channel', 'add', 'hall', 'boats', 'feature', 'tram', '--title', 'Hall');
  await cli('channel', 'add', 'foyer', 'tram', '--title', 'Foyer');
  await addUser('ann', 'producer');
  await addUser('bob', 'producer');
  await addUser('root', 'admin');
  server = await serve(matinee, data(), process.env.MATINEE_LISTEN);
  opened = await openBrowser();
  ann = await arrive('ann');
});

after(async () => {
  await opened?.browser.close();
  await stopServer(server);
  await rm(folder, { recursive: true, force: true });
});

// What the page looked like when a test went wrong, for whoever has to find out why.
afterEach(async (context) => {
  await ann?.screenshot({ path: path.join(screenshots, `after-${context.name.slice(0, 30)}.png`) });
});

// Asks the API as who has signed in on the page.
const api = (page, method, target, body, headers = {}) =>
  page.evaluate(
    async ([how, where, what, more]) => {
      const answer = await fetch(`/api/v1${where}`, {
        method: how,
        headers: { 'Content-Type': 'application/json', ...more },
        ...(what ? { body: JSON.stringify(what) } : {}),
      });
      const value = answer.status === 204 ? null : await answer.json();
      return { status: answer.status, tag: answer.headers.get('ETag'), value };
    },
    [method, target, body, headers],
  );

const local = (instant, options) => new Intl.DateTimeFormat('en-CA', { timeZone: kZone, ...options }).format(instant);
/** Some days from now, as a date of the channel's zone. */
const dayFromNow = (days) => local(Date.now() + days * 24 * kHour, { dateStyle: 'short' });
const timeOf = (instant) => local(instant, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

const tomorrow = () => dayFromNow(1);
const stretches = (page, block) => page.locator(`.stretch[data-kind=block][data-block="${block}"]`);
const firstStart = async (page, block) => timeOf(Number(await stretches(page, block).first().getAttribute('data-start')));
const untilDrawn = (page) => page.locator('.timeline[aria-busy=false]').waitFor();
const untilStarts = (page, block, time) =>
  page.waitForFunction(
    ([id, wanted, zone]) => {
      const drawn = document.querySelector(`.stretch.movable[data-block="${id}"]`);
      if (!drawn) return false;
      const shown = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
      return shown.format(Number(drawn.dataset.start)) === wanted;
    },
    [block, time, kZone],
  );

/** In the middle of the screen, and not under what sticks to its edges. */
async function bringUp(page, locator) {
  await locator.evaluate((element) => element.scrollIntoView({ block: 'center' }));
  return locator.boundingBox();
}

const lookAtEvening = (page) => page.locator('.timeline').evaluate((timeline) => {
  timeline.scrollTop = (timeline.scrollHeight * 17) / 24;
});

test('a channel without a schedule shows what it loops', async () => {
  for (const [id, title] of Object.entries({
    boats: { en: 'Paper Boats', zh: '纸船', ru: 'Бумажные кораблики' },
    feature: { en: 'The Long Way to the Lighthouse', zh: '通往灯塔的长路', ru: 'Долгий путь к маяку' },
    tram: { en: 'Night Tram', zh: '夜班电车', ru: 'Ночной трамвай' },
  })) {
    const { tag } = await api(ann, 'GET', `/entries/${id}`);
    assert.equal((await api(ann, 'PATCH', `/entries/${id}`, { title }, { 'If-Match': tag })).status, 200);
  }
  for (const [id, title, items] of [['gala', 'Gala', ['feature', 'boats']], ['shorts', 'Shorts', ['tram', 'boats']]]) {
    const made = await api(ann, 'POST', '/playlists', { id, title, items: items.map((entry) => ({ entry })) });
    assert.equal(made.status, 201);
    assert.equal((await api(ann, 'POST', `/playlists/${id}/publish`, {}, { 'If-Match': made.tag })).status, 200);
  }
  await ann.getByRole('link', { name: 'Schedule' }).click();
  await ann.getByRole('combobox', { name: 'Channel' }).selectOption('hall');
  await ann.getByText('This channel has no schedule').waitFor();
  await stretches(ann, 'loop').first().waitFor();
  await ann.locator('.now-line').waitFor();
  assert.equal(await ann.locator('[data-column]').count(), 7);
  assert.deepEqual(await seriousFindings(ann), []);
  // The slate is an entry that the server makes by itself.
  await ann.getByRole('link', { name: 'Entries' }).click();
  await ann.locator('[data-entry=slate]').getByText('Ready').waitFor();
  await ann.getByRole('link', { name: 'Schedule' }).click();
});

test('a block is added by a form, and the plan shows what follows from it', async () => {
  await ann.getByText('Day', { exact: true }).click();
  await ann.getByLabel('Date', { exact: true }).fill(tomorrow());
  await untilDrawn(ann);
  await ann.getByRole('button', { name: 'Add a block' }).focus();
  await ann.keyboard.press('Enter');
  const dialog = ann.locator('dialog');
  await dialog.getByLabel('Playlist').selectOption('gala');
  await dialog.getByLabel('Date').fill(tomorrow());
  await dialog.getByLabel('Time', { exact: true }).fill('20:00');
  await dialog.getByLabel('How often').fill('5');
  assert.deepEqual(await seriousFindings(ann), []);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await ann.getByText('not published').waitFor();
  await untilStarts(ann, 'gala', '20:00');
  // Nothing of it is published.
  assert.equal((await api(ann, 'GET', '/channels/hall/schedule')).value.version, 0);
  // Five times four minutes and a bit, and then nothing: a gap, named with its length.
  const gap = ann.locator('.row[data-trouble=gap]').last();
  await gap.click();
  await ann.locator('[data-details=gap]').getByText('The slate is shown').waitFor();
  assert.match(await gap.textContent(), /20:21.*Gap of 3:38:/);
  // What the channel has looped so far is its first block.
  assert.deepEqual(await ann.locator('[data-listed]').evaluateAll((rows) => rows.map((row) => row.dataset.listed)), ['hall', 'gala']);
});

test('a block is moved by mouse and by keys, and what was done is undone', async () => {
  await bringUp(ann, stretches(ann, 'gala').first());
  const from = await stretches(ann, 'gala').first().boundingBox();
  const hour = 108; // pixels, in this zoom
  await ann.mouse.move(from.x + 60, from.y + 8);
  await ann.mouse.down();
  await ann.mouse.move(from.x + 60, from.y + 30, { steps: 4 });
  await ann.locator('.ghost').waitFor();
  await ann.mouse.move(from.x + 60, from.y + 8 - hour, { steps: 8 });
  assert.match(await ann.locator('.ghost').textContent(), /19:00/);
  await ann.mouse.up();
  await untilStarts(ann, 'gala', '19:00');
  // A drag that is given up changes nothing.
  const there = await bringUp(ann, stretches(ann, 'gala').first());
  await ann.mouse.move(there.x + 60, there.y + 8);
  await ann.mouse.down();
  await ann.mouse.move(there.x + 60, there.y + 90, { steps: 4 });
  await ann.keyboard.press('Escape');
  await ann.mouse.up();
  await ann.locator('.ghost').waitFor({ state: 'detached' });
  assert.equal(await firstStart(ann, 'gala'), '19:00');

  await stretches(ann, 'gala').first().focus();
  await ann.keyboard.press('Alt+ArrowDown');
  await untilStarts(ann, 'gala', '19:05');
  // The focus has gone with it.
  await ann.waitForFunction(() => document.activeElement?.dataset?.block === 'gala');
  await ann.keyboard.press('Alt+PageDown');
  await untilStarts(ann, 'gala', '20:05');
  await ann.getByText(/Gala starts \d+-\d+-\d+ 20:05/).waitFor();
  await ann.keyboard.press('Control+z');
  await ann.keyboard.press('Control+z');
  await untilStarts(ann, 'gala', '19:00');
  await ann.keyboard.press('Control+y');
  await untilStarts(ann, 'gala', '19:05');
  // Arrows go about.
  await stretches(ann, 'gala').first().focus();
  await ann.keyboard.press('ArrowDown');
  assert.equal(await ann.evaluate(() => document.activeElement.dataset.kind), 'gap');
  await ann.keyboard.press('ArrowUp');
  await ann.keyboard.press('Enter');
  await ann.locator('[data-details=block]').waitFor();
  assert.deepEqual(await seriousFindings(ann), []);
  await ann.keyboard.press('Delete');
  await ann.locator('[data-listed=gala]').waitFor({ state: 'detached' });
  await ann.getByRole('button', { name: 'Undo' }).click();
  await untilStarts(ann, 'gala', '19:05');
});

test('what is typed into the form shows at once, and nonsense is refused there', async () => {
  await stretches(ann, 'gala').first().click();
  const details = ann.locator('[data-details=block]');
  await details.getByLabel('Time', { exact: true }).fill('20:00');
  await untilStarts(ann, 'gala', '20:00');
  await details.getByLabel('How often').fill('0');
  await details.getByText('Say how often').waitFor();
  await details.getByLabel('How often').fill('5');
  await details.getByText('Say how often').waitFor({ state: 'detached' });
  await details.getByLabel('Time zone').fill('Nowhere/Land');
  await details.getByLabel('Time zone').press('Tab');
  await details.getByText('There is no such zone').waitFor();
  await details.getByLabel('Time zone').fill(kZone);
  await details.getByLabel('Time zone').press('Tab');
  await details.getByText('There is no such zone').waitFor({ state: 'detached' });
});

test('a playlist is dragged onto the timeline; a late start is named', async () => {
  // Where it is dropped stands still: the gala lasts until 20:21 and is in the way.
  await bringUp(ann, stretches(ann, 'gala').first());
  const shorts = await bringUp(ann, ann.locator('[data-palette=shorts]'));
  const gala = await stretches(ann, 'gala').first().boundingBox();
  await ann.mouse.move(shorts.x + 30, shorts.y + 12);
  await ann.mouse.down();
  await ann.mouse.move(shorts.x - 200, gala.y + 60, { steps: 6 });
  await ann.mouse.move(gala.x + 80, gala.y + 18, { steps: 6 }); // ten minutes below 20:00
  assert.match(await ann.locator('.ghost').textContent(), /20:10/);
  await ann.mouse.up();
  await ann.locator('[data-listed=shorts]').waitFor();
  await untilDrawn(ann);
  await untilStarts(ann, 'shorts', '20:10');
  // As it is, the film before it is not begun; when it may finish, the shorts are late.
  await ann.locator('[data-listed=shorts] .row').click();
  await ann.locator('[data-details=block]').getByLabel('If the block before it is not over').selectOption('finish');
  const late = ann.locator('.row[data-trouble=late]');
  await late.waitFor();
  assert.match(await late.textContent(), /“Shorts” starts \d:\d\d late/);
  assert.match(await stretches(ann, 'shorts').first().getAttribute('title'), /Starts \d:\d\d late/);
  await ann.screenshot({ path: path.join(screenshots, 'late.png') });
  await ann.locator('[data-details=block]').getByLabel('If the block before it is not over').selectOption('fill');
  await late.waitFor({ state: 'detached' });
  // After the gala instead of at a time: no gap between the two, and none after them.
  await ann.locator('[data-details=block]').getByText('After another block').click();
  await ann.locator('[data-details=block]').getByLabel('After', { exact: true }).selectOption('gala');
  await ann.locator('[data-details=block]').getByText('Round and round').click();
  await ann.waitForFunction(() => document.querySelectorAll('.row[data-trouble=gap]').length <= 1);
  await untilDrawn(ann);
  assert.equal(await firstStart(ann, 'shorts'), '20:21');
});

test('what it changes is seen before it is published', async () => {
  await ann.getByRole('button', { name: 'Review and publish' }).click();
  const dialog = ann.locator('dialog');
  await dialog.locator('.changes tbody tr').first().waitFor();
  await dialog.getByText(/Viewers see a difference from/).waitFor();
  assert.deepEqual(
    await dialog.locator('.diff .title').allTextContents(), ['Hall', 'Gala', 'Shorts']);
  assert.deepEqual(await seriousFindings(ann), []);
  await ann.screenshot({ path: path.join(screenshots, 'publish.png') });
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  await ann.locator('.toast', { hasText: 'Published' }).waitFor();
  await ann.locator('.planner-state[data-dirty=false]').waitFor({ state: 'attached' });
  const { value } = await api(ann, 'GET', '/channels/hall/schedule');
  assert.equal(value.version, 1);
  assert.deepEqual(value.blocks.map(({ id, start, passes }) => [id, start, passes]), [
    ['hall', '', 0], ['gala', `${tomorrow()}T20:00:00`, 5], ['shorts', '', 0],
  ]);
  // And so it is planned on the air.
  const rundown = await api(ann, 'POST', '/channels/hall/schedule/plan', {
    from: new Date(Date.now()).toISOString(), to: new Date(Date.now() + 60 * kHour).toISOString(),
  });
  const gala = rundown.value.stretches.find(({ block }) => block === 'gala');
  assert.equal(timeOf(Date.parse(gala.start)), '20:00');
});

test('two producers who change different blocks both keep their work', async () => {
  bob = await arrive('bob');
  await bob.goto(`${server.origin}/studio/schedule/hall`);
  await untilDrawn(bob);
  // Ann has begun something.
  await ann.locator('[data-listed=shorts] .row').click();
  await ann.locator('[data-details=block]').getByLabel('Gives way at').fill('23:00');
  await ann.getByText('1 change is not published').waitFor();
  // Bob is faster.
  await bob.locator('[data-listed=gala] .row').click();
  await bob.locator('[data-details=block]').getByLabel('Time', { exact: true }).fill('20:30');
  await bob.getByText('1 change is not published').waitFor();
  await untilDrawn(bob);
  await bob.getByRole('button', { name: 'Review and publish' }).click();
  await bob.locator('dialog').getByRole('button', { name: 'Publish', exact: true }).click();
  await bob.locator('.toast', { hasText: 'Published' }).waitFor();

  await ann.getByText('Somebody else has published this schedule meanwhile').waitFor();
  await ann.getByRole('button', { name: 'Put both together' }).click();
  const dialog = ann.locator('dialog', { hasText: 'Somebody was first' });
  await dialog.getByText('20:30').first().waitFor();
  await dialog.getByText('until 23:00').first().waitFor();
  assert.deepEqual(await seriousFindings(ann), []);
  await ann.screenshot({ path: path.join(screenshots, 'together.png') });
  await dialog.getByRole('button', { name: 'Go on with both' }).click();
  await untilStarts(ann, 'gala', '20:30');
  await ann.getByText('1 change is not published').waitFor(); // hers
  assert.equal((await api(ann, 'GET', '/channels/hall/schedule')).value.blocks[2].until, '');
});

test('of the same block one is chosen, also when it shows only on publishing', async () => {
  await ann.locator('[data-listed=gala] .row').click();
  await ann.locator('[data-details=block]').getByLabel('Time', { exact: true }).fill('21:00');
  await untilStarts(ann, 'gala', '21:00');
  await untilDrawn(ann);
  await ann.getByRole('button', { name: 'Review and publish' }).click();
  const publish = ann.locator('dialog').getByRole('button', { name: 'Publish', exact: true });
  await ann.locator('dialog .changes tbody tr').first().waitFor();
  // Bob publishes while her request is on its way.
  const publication = /\/schedule\?.*dry_run=false/;
  await ann.route(publication, async (route) => {
    const there = await api(bob, 'GET', '/channels/hall/schedule');
    const { slate, fillers, blocks } = there.value;
    const wanted = {
      slate, fillers,
      blocks: blocks.map((block) => (block.id === 'gala' ? { ...block, start: `${tomorrow()}T19:30:00` } : block)),
    };
    const put = await api(bob, 'PUT', '/channels/hall/schedule', wanted, { 'If-Match': there.tag });
    assert.equal(put.status, 200, JSON.stringify(put.value));
    await route.continue();
  });
  await publish.click();
  const dialog = ann.locator('dialog', { hasText: 'Somebody was first' });
  await dialog.getByText('Both have changed these').waitFor();
  await ann.unroute(publication);
  assert.deepEqual(await seriousFindings(ann), []);
  await ann.screenshot({ path: path.join(screenshots, 'conflict.png') });
  await dialog.getByText(/Theirs: .*19:30/).click();
  await dialog.getByRole('button', { name: 'Go on with both' }).click();
  await untilStarts(ann, 'gala', '19:30');
  await ann.getByText('1 change is not published').waitFor();
  ann.complaints.length = 0; // the browser's own, about 412
  await untilDrawn(ann);
  await ann.getByRole('button', { name: 'Review and publish' }).click();
  await publish.click();
  await ann.locator('.toast', { hasText: 'Published' }).waitFor();
  const { value } = await api(ann, 'GET', '/channels/hall/schedule');
  assert.deepEqual(value.blocks.map(({ start, until }) => [start.slice(11), until]), [
    ['', ''], ['19:30:00', ''], ['', '23:00:00'],
  ]);
  // What others publish comes by itself while nothing is being edited.
  const there = await api(bob, 'GET', '/channels/hall/schedule');
  const blocks = there.value.blocks.map((block) => (block.id === 'gala' ? { ...block, start: `${tomorrow()}T20:00:00`, repeats: 'daily' } : block));
  await api(bob, 'PUT', '/channels/hall/schedule', { slate: there.value.slate, blocks }, { 'If-Match': there.tag });
  await untilStarts(ann, 'gala', '20:00');
  await ann.getByText('Somebody else has published a new schedule').waitFor();
  await bob.context().close();
});

test('what is edited and not published outlives the page, for as long as it is wanted', async () => {
  const edits = async () => {
    await ann.locator('[data-listed=shorts] .row').click();
    await ann.locator('[data-details=block]').getByLabel('Gives way at').fill('22:15');
    await ann.getByText('1 change is not published').waitFor();
  };
  const until = async (page) => {
    await page.locator('[data-listed=shorts] .row').click();
    return page.locator('[data-details=block]').getByLabel('Gives way at').inputValue();
  };
  const back = (page, words) => page.locator('.restored', { hasText: words }).waitFor();
  await edits();
  await ann.reload();
  await back(ann, /^The draft is restored as you left it \(\d\d:\d\d\)\.$/);
  await ann.getByText('1 change is not published').waitFor();
  assert.match(await until(ann), /^22:15/);
  assert.deepEqual(await seriousFindings(ann), []);
  for (const [language, words] of [['zh', '草稿已恢复'], ['ru', 'Черновик восстановлен'], ['en', 'The draft is restored']]) {
    await ann.evaluate((tag) => localStorage.setItem('matinee.language', tag), language);
    await ann.reload();
    await back(ann, words);
    await untilDrawn(ann);
    assert.deepEqual(await seriousFindings(ann), [], language);
    await ann.screenshot({ path: path.join(screenshots, `restored-${language}.png`) });
  }
  // In a new tab as well, also once this one is closed; and of nobody else.
  const tab = await ann.context().newPage();
  tab.setDefaultTimeout(kPatience);
  await tab.goto(`${server.origin}/studio/schedule/hall`);
  await back(tab, 'The draft is restored');
  await tab.close();
  const again = await arrive('bob');
  await again.goto(`${server.origin}/studio/schedule/hall`);
  await untilDrawn(again);
  assert.equal(await again.locator('.planner-state').getAttribute('data-dirty'), 'false');

  // Somebody publishes while she is away: both are there.
  await ann.goto(`${server.origin}/studio/links`);
  const publish = async (change) => {
    const there = await api(again, 'GET', '/channels/hall/schedule');
    const { slate, fillers, blocks } = there.value;
    const wanted = { slate, fillers, blocks: blocks.map((block) => (block.id === 'gala' ? { ...block, ...change } : block)) };
    assert.equal((await api(again, 'PUT', '/channels/hall/schedule', wanted, { 'If-Match': there.tag })).status, 200);
  };
  await publish({ passes: 6 });
  await ann.goto(`${server.origin}/studio/schedule/hall`);
  await back(ann, 'with what somebody else has published since');
  await ann.getByText('1 change is not published').waitFor();
  assert.match(await until(ann), /^22:15/);
  await ann.locator('[data-listed=gala] .row').click();
  assert.equal(await ann.locator('[data-details=block]').getByLabel('How often').inputValue(), '6');
  // The same block: that is to be put together by her.
  await ann.locator('[data-details=block]').getByLabel('How often').fill('4');
  await ann.getByText('2 changes are not published').waitFor();
  await ann.goto(`${server.origin}/studio/links`);
  await publish({ passes: 5 });
  await ann.goto(`${server.origin}/studio/schedule/hall`);
  await back(ann, 'other changes of the same blocks');
  await ann.getByRole('button', { name: 'Put both together' }).click();
  await ann.locator('dialog', { hasText: 'Somebody was first' }).getByRole('button', { name: 'Take theirs only' }).click();
  await ann.locator('.planner-state[data-dirty=false]').waitFor({ state: 'attached' });

  // Undo leads back to before the visit; what is discarded stays so.
  await edits();
  await ann.reload();
  await back(ann, 'The draft is restored');
  await ann.getByRole('button', { name: 'Undo' }).click();
  await ann.locator('.planner-state[data-dirty=false]').waitFor({ state: 'attached' });
  await ann.getByRole('button', { name: 'Redo' }).click();
  await ann.getByText('1 change is not published').waitFor();
  await ann.reload();
  await back(ann, 'The draft is restored');
  await ann.getByRole('button', { name: 'Discard' }).click();
  await ann.locator('.planner-state[data-dirty=false]').waitFor({ state: 'attached' });
  await ann.reload();
  await untilDrawn(ann);
  assert.equal(await ann.locator('.restored').count(), 0);
  assert.match(await until(ann), /^23:00/);
  assert.equal(await ann.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('draft')).length), 0);
  await again.context().close();
  // On to the next day, as before.
  await ann.getByText('Day', { exact: true }).click();
  await ann.getByLabel('Date', { exact: true }).fill(tomorrow());
  await untilDrawn(ann);
});

test('a film is found on the timeline, and watched as it will air', async () => {
  await stretches(ann, 'gala').first().click();
  await ann.locator('[data-details=block] summary').click();
  await ann.locator('[data-details=block] .planned .row', { hasText: 'Lighthouse' }).first().click();
  await ann.locator('[data-details=airing]').waitFor();
  // Drawn as well, where there is room for it.
  for (let i = 0; i < 4; ++i) await ann.getByRole('button', { name: 'Zoom in' }).click();
  const film = ann.locator('.airing.chosen');
  await bringUp(ann, film);
  assert.match(await film.textContent(), /20:00:00.*Lighthouse.*4:00/);
  assert.deepEqual(await seriousFindings(ann), []);
  await ann.screenshot({ path: path.join(screenshots, 'films.png') });
  await ann.getByRole('button', { name: 'Watch as it will air' }).click();
  await ann.waitForFunction(() => document.querySelector('.preview-video')?.readyState >= 2);
  const first = await ann.locator('.preview-items li').first().textContent();
  assert.match(first, /20:00:00.*Lighthouse/);
  await ann.keyboard.press('Escape');
  await ann.getByRole('link', { name: 'Open the film' }).click();
  await ann.locator('.entry-panel').waitFor();
  await ann.keyboard.press('Escape');
  await ann.getByRole('link', { name: 'Schedule' }).click();
  assert.deepEqual(ann.complaints, [], 'the console complains');
});

test('days have as many hours as clocks show', async () => {
  const hours = () => ann.locator('.gutter > span').evaluateAll((marks) => marks.map((mark) => mark.textContent.trim()));
  await ann.getByText('Day', { exact: true }).click();
  await ann.getByLabel('Date', { exact: true }).fill('2026-10-25');
  await ann.locator('.day-head').getByText('25 hours').waitFor();
  const autumn = await hours();
  assert.deepEqual(autumn.filter((text) => text.startsWith('02:00')), ['02:00', '02:00 again']);
  await ann.getByLabel('Date', { exact: true }).fill('2026-03-29');
  await ann.locator('.day-head').getByText('23 hours').waitFor();
  assert.ok(!(await hours()).some((text) => text.startsWith('02:00')), 'two o’clock does not exist');
  await ann.getByText('Week', { exact: true }).click();
  assert.equal(await ann.locator('[data-column="2026-03-29"] .missing').count(), 1);
  assert.equal(await ann.locator('[data-column="2026-03-28"] .missing').count(), 0);
  // A daily start stays at 20:00 on the wall, also where a plan does not reach.
  const far = dayFromNow(200);
  await ann.getByLabel('Date', { exact: true }).fill(far);
  await ann.getByText('Plans are made for a month ahead').waitFor();
  const starts = await ann.locator('.stretch[data-block=gala]').evaluateAll((all) => all.map((each) => Number(each.dataset.start)));
  assert.equal(starts.length, 7);
  assert.ok(starts.every((start) => timeOf(start) === '20:00'));
  await ann.getByRole('button', { name: 'Today' }).click();
});

test('a link is made, given away, and taken back', async () => {
  await ann.getByRole('link', { name: 'Links' }).click();
  await ann.getByText('There are no links yet').waitFor();
  await ann.getByRole('button', { name: 'New link' }).click();
  const dialog = ann.locator('dialog');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  await dialog.getByText('Choose a channel or a film').waitFor();
  await dialog.getByLabel('Name').fill('Venue');
  await dialog.getByLabel('Hall').check();
  await dialog.getByLabel('Viewers at a time').fill('20');
  assert.deepEqual(await seriousFindings(ann), []);
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  await dialog.getByRole('button', { name: 'Copy Hall' }).click();
  await ann.locator('.toast', { hasText: 'Copied' }).waitFor();
  const address = await ann.evaluate(() => navigator.clipboard.readText());
  assert.match(address, /^https:.*\/t\/[^/]+\/watch\/hall$/);
  assert.deepEqual(await seriousFindings(ann), []);
  await ann.screenshot({ path: path.join(screenshots, 'link.png') });
  await ann.keyboard.press('Escape');
  const row = ann.locator('.person', { hasText: 'Venue' });
  assert.equal(await row.getAttribute('data-state'), 'valid');
  await row.getByText('20 viewers at a time').waitFor();

  // A channel that is for holders of links only.
  const settings = await api(ann, 'GET', '/channels/hall/settings');
  await api(ann, 'PATCH', '/channels/hall/settings', { access: { watch: 'link' } }, { 'If-Match': settings.tag });
  const context = await opened.browser.newContext({ ignoreHTTPSErrors: true, locale: 'en' });
  const guest = await context.newPage();
  await guest.goto(address);
  await guest.waitForFunction(() => document.querySelector('video')?.readyState >= 2, null, { timeout: kPatience });

  const later = new Date(Date.now() + 24 * kHour).toISOString();
  await api(ann, 'POST', '/links', { channels: ['foyer'], label: 'Later', not_before: later, viewers: 1 });
  await ann.locator('.person[data-state=not-yet]', { hasText: 'Later' }).getByText('1 viewer at a time').waitFor();

  await row.getByRole('button', { name: 'Revoke' }).click();
  await ann.locator('dialog').getByRole('button', { name: 'Revoke the link' }).click();
  await row.waitFor({ state: 'detached' });
  await ann.getByText('All (2)').click();
  assert.equal(await row.getAttribute('data-state'), 'revoked');
  assert.equal(await row.getByRole('button').count(), 0);
  await guest.goto(address);
  await guest.getByText('This link does not open this').waitFor({ timeout: kPatience });
  await context.close();
});

test('accounts are for admins: added, changed, kept out, removed', async () => {
  assert.equal(await ann.getByRole('link', { name: 'People' }).count(), 0);
  await ann.goto(`${server.origin}/studio/people`);
  await ann.getByText('This is for admins').waitFor();
  root = await arrive('root');
  await root.getByRole('link', { name: 'People' }).click();
  await root.locator('[data-person=ann]').waitFor();
  // Not oneself: there must be somebody left to let others in.
  const own = root.locator('[data-person=root]');
  assert.ok(await own.getByLabel('Role of root').isDisabled());
  assert.equal(await own.getByRole('button', { name: 'Remove' }).count(), 0);

  await root.getByRole('button', { name: 'Add a person' }).click();
  const dialog = root.locator('dialog');
  await dialog.getByLabel('Name').fill('carl');
  await dialog.getByText('reviewer', { exact: true }).click();
  await dialog.getByLabel('Password').fill('short');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.locator('.error').waitFor();
  assert.deepEqual(await seriousFindings(root), []);
  await dialog.getByLabel('Password').fill(kPassword);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const carl = root.locator('[data-person=carl]');
  await carl.getByText('reviewer').first().waitFor();
  root.complaints.length = 0; // the browser's own, about 400

  await carl.getByLabel('Role of carl').selectOption('producer');
  await root.locator('dialog').getByRole('button', { name: 'Change the role' }).click();
  await carl.locator('.badge', { hasText: 'producer' }).waitFor();
  const his = await arrive('carl');
  await carl.getByText('signed in 1 time').waitFor();
  await carl.getByRole('button', { name: 'Password' }).click();
  await dialog.getByLabel('Password').fill('night train to the sea');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await root.locator('.toast', { hasText: 'Password of carl changed' }).waitFor();
  await his.goto(`${server.origin}/studio`);
  await signIn(his, 'carl', 'night train to the sea'); // his session has ended
  await his.locator('.desk').first().waitFor();

  await carl.getByRole('button', { name: 'Disable' }).click();
  await carl.locator('.badge', { hasText: 'disabled' }).waitFor();
  await his.goto(`${server.origin}/studio`);
  await his.getByLabel('Password').waitFor();
  await his.context().close();
  await carl.getByRole('button', { name: 'Enable' }).click();
  await carl.locator('.badge', { hasText: 'disabled' }).waitFor({ state: 'detached' });

  await carl.getByRole('button', { name: 'Remove' }).click();
  const removing = dialog.getByRole('button', { name: 'Remove carl' });
  assert.ok(await removing.isDisabled());
  await dialog.getByLabel('Yes, remove carl for good').check();
  assert.deepEqual(await seriousFindings(root), []);
  await removing.click();
  await carl.waitFor({ state: 'detached' });
});

test('a token is shown once, works, and is revoked', async () => {
  await root.getByRole('button', { name: 'New token' }).click();
  const dialog = root.locator('dialog');
  await dialog.getByLabel('Account').selectOption('ann');
  await dialog.getByLabel('What for').fill('Lights');
  await dialog.getByRole('button', { name: 'Make the token' }).click();
  const secret = await dialog.getByLabel('Token', { exact: true }).inputValue();
  assert.deepEqual(await seriousFindings(root), []);
  await dialog.getByRole('button', { name: 'I have it' }).click();
  const stranger = await opened.browser.newContext({ ignoreHTTPSErrors: true });
  const ask = () => stranger.request.get(`${server.origin}/api/v1/entries`, { headers: { Authorization: `Bearer ${secret}` } });
  assert.equal((await ask()).status(), 200);
  const row = root.locator('[data-token]', { hasText: 'Lights' });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await dialog.getByRole('button', { name: 'Revoke the token' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await ask()).status(), 401);
  await stranger.close();
  assert.deepEqual(root.complaints, [], 'the console complains');
});

test('every place is judged by axe-core and kept as a picture, in three languages', async () => {
  // A link that is open, one that is over; a week with something in it.
  await api(root, 'POST', '/links', { channels: ['*'], label: 'Jury', viewers: 12 });
  await api(root, 'POST', '/channels/foyer/schedule/plan', { from: new Date().toISOString(), to: new Date(Date.now() + kHour).toISOString() });
  const parts = {
    'schedule/hall': '.stretch[data-block=gala]', links: '.person', people: '[data-person=ann]',
  };
  const cookies = await root.context().cookies();
  for (const [locale, colorScheme, viewport] of [
    ['en', 'light', { width: 1440, height: 900 }],
    ['zh', 'dark', { width: 1440, height: 900 }],
    ['ru', 'light', { width: 390, height: 844 }],
    ['ru', 'dark', { width: 2560, height: 1440 }],
  ]) {
    const context = await opened.browser.newContext({
      ignoreHTTPSErrors: true, locale, colorScheme, viewport, timezoneId: kZone, reducedMotion: 'reduce',
    });
    await context.addCookies(cookies);
    const shown = await context.newPage();
    for (const [part, sign] of Object.entries(parts)) {
      const where = `${part.replace('/', '-')}-${locale}-${viewport.width}`;
      await shown.goto(`${server.origin}/studio/${part}`);
      if (part.startsWith('schedule')) {
        await shown.locator('.stretch').first().waitFor({ timeout: kPatience });
        await shown.locator('.planner-bar input[type=date]').fill(tomorrow());
        await lookAtEvening(shown);
      }
      await shown.locator(sign).first().waitFor({ timeout: kPatience });
      await shown.waitForFunction(() => [...document.images].every((image) => image.complete));
      assert.equal(await shown.evaluate(() => document.documentElement.lang), locale);
      if (part.startsWith('schedule')) {
        await bringUp(shown, shown.locator(sign).first());
        await shown.evaluate(() => window.scrollTo(0, 0));
      }
      assert.deepEqual(await seriousFindings(shown), [], where);
      const widest = await shown.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(widest <= viewport.width, `${where} is ${widest} pixels wide`);
      await shown.screenshot({ path: path.join(screenshots, `${where}.png`) });
      if (part.startsWith('schedule')) {
        // The day by itself, with a block opened.
        await shown.locator('.planner-bar input[type=radio]').first().check({ force: true });
        await lookAtEvening(shown);
        await shown.locator(sign).first().waitFor({ timeout: kPatience });
        await bringUp(shown, shown.locator(sign).first());
        await shown.locator(sign).first().click();
        await shown.locator('[data-details]').waitFor();
        await shown.evaluate(() => window.scrollTo(0, 0));
        assert.deepEqual(await seriousFindings(shown), [], `${where}, a day`);
        await shown.screenshot({ path: path.join(screenshots, `${where}-day.png`) });
      }
    }
    await context.close();
  }
});
