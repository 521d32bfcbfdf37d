// The studio's rooms around the programme, as producers use them: screens, log, settings, reviews; and in the
// playlists and entries what is done with a picture: trimming, subtitles over the film, several items at once.
// Screenshots in three languages are kept in the build directory (studio-rooms-screenshots).
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
const screenshots = process.env.MATINEE_SCREENSHOTS ?? path.join(build, 'studio-rooms-screenshots');

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 400 }]
`;
const kPassword = 'paper boats at noon';
const kPatience = Number(process.env.MATINEE_PATIENCE ?? 60_000); // milliseconds for anything to happen
const kFilms = {
  boats: { title: { en: 'Paper Boats', zh: '纸船', ru: 'Бумажные кораблики' }, author: '林小满', country: 'CN' },
  lighthouse: { title: { en: 'The Lighthouse', zh: '灯塔', ru: 'Маяк' }, author: 'Maria Rossi', country: 'IT' },
  tram: { title: { en: 'Night Tram', zh: '夜间电车', ru: 'Ночной трамвай' }, author: 'Анна Белова', country: 'RU' },
};
// Eight columns, of which each is white when that bit of the frame's number is set.
const kNumbered = "geq=lum='if(mod(floor(N/pow(2,floor(X/40))),2),235,16)':cb=128:cr=128";

let folder;
let server;
let opened;
let page;

const data = () => path.join(folder, 'data');
const cli = async (...words) => (await run(matinee, [...words, '--data', data()])).stdout;

async function makeFilm(name, pitch, picture) {
  await run('ffmpeg', [
    '-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `${picture}`,
    '-f', 'lavfi', '-i', `sine=frequency=${pitch}:duration=10`,
    '-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-shortest', path.join(folder, 'films', `${name}.mp4`),
  ]);
  await writeFile(path.join(folder, 'films', `${name}.json`), JSON.stringify(kFilms[name]));
}

const cue = (n, from, to, text) => `${n}\n00:00:0${from},000 --> 00:00:0${to},000\n${text}\n`;

const addUser = (name, role) => makeUser(matinee, data(), name, role, kPassword);

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-rooms-'));
  await mkdir(path.join(folder, 'films'));
  await mkdir(data());
  await mkdir(screenshots, { recursive: true });
  await writeFile(path.join(data(), 'matinee.toml'), kConfig);
  const picture = (source) => `${source}=size=320x180:rate=25:duration=10`;
  await makeFilm('boats', 440, `${picture('color')},${kNumbered}`);
  await makeFilm('lighthouse', 550, picture('testsrc2'));
  await makeFilm('tram', 660, picture('smptehdbars'));
  await writeFile(
    path.join(folder, 'films/boats.zh.srt'), [cue(1, 2, 4, '一只纸船'), cue(2, 6, 8, '流向大海')].join('\n'));
  await writeFile(
    path.join(folder, 'films/boats.en.srt'),
    [cue(1, 2, 4, 'A boat of paper'), cue(2, 6, 7, `goes ${'a very long way '.repeat(5)}to the sea`)].join('\n'));
  await cli('import', path.join(folder, 'films'));
  await cli('channel', 'add', 'hall', 'boats', 'lighthouse', 'tram', '--title', 'Hall');
  await cli('channel', 'add', 'foyer', 'tram', 'lighthouse', '--title', 'Foyer');
  await addUser('ann', 'admin');
  server = await serve(matinee, data(), `127.0.0.1:${process.env.MATINEE_PORT ?? 0}`);
  opened = await openBrowser();
  page = opened.page;
  page.setDefaultTimeout(kPatience);
  await page.goto(`${server.origin}/studio/screens`);
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password').fill(kPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('There are no screens yet.').waitFor();
  opened.complaints.length = 0; // the browser's own, about 401
});

after(async () => {
  await opened?.browser.close();
  await stopServer(server);
  await rm(folder, { recursive: true, force: true });
});

// What the page looked like when a test went wrong, for whoever has to find out why.
afterEach(async (context) => {
  await page?.screenshot({ path: path.join(screenshots, `after-${context.name.slice(0, 30)}.png`) });
});

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

const toast = (text) => page.locator('.toast', { hasText: text }).waitFor();
const goTo = (section) => page.goto(`${server.origin}/studio/${section}`);
const fine = async () => assert.deepEqual(await seriousFindings(page), []);

async function newViewer() {
  const context = await opened.browser.newContext({
    ignoreHTTPSErrors: true, locale: 'en', viewport: { width: 960, height: 540 },
  });
  const viewer = await context.newPage();
  viewer.setDefaultTimeout(kPatience);
  return viewer;
}

test('a screen is added by its code, watched and told what to do, and removed', async () => {
  const screen = await newViewer();
  await screen.goto(`${server.origin}/screen`);
  const code = (await screen.locator('.code').textContent()).trim();
  await page.getByRole('button', { name: 'Add a screen…' }).click();
  await page.getByLabel('Code that it shows').fill('AAAAAA');
  await page.getByLabel('Name', { exact: true }).fill('Foyer left');
  await page.getByRole('button', { name: 'Add it' }).click();
  await page.locator('dialog .field .error').waitFor();
  await fine();
  await page.getByLabel('Code that it shows').fill(`${code.slice(0, 3)}-${code.slice(3)}`.toLowerCase());
  await page.getByRole('button', { name: 'Add it' }).click();
  await toast('Foyer left is added.');
  opened.complaints.length = 0; // the browser's own, about 404

  const card = page.locator('[data-screen="Foyer left"]');
  await page.locator('[data-screen="Foyer left"][data-standing=in-step]').waitFor();
  await card.getByText(/Paper Boats|The Lighthouse|Night Tram/).waitFor();
  await card.getByText(/^0 of [\d,]+|^\d+ of [\d,]+/).waitFor();
  await card.getByText('newest').waitFor();
  await page.waitForFunction(() => document.querySelector('.screen img')?.naturalWidth > 0);
  await page.screenshot({ path: path.join(screenshots, 'screen-alive.png') });

  await page.getByRole('button', { name: 'Identify: Foyer left' }).click();
  await screen.locator('.identify', { hasText: 'Foyer left' }).waitFor();
  await toast('Foyer left shows its name for ten seconds.');
  await page.getByRole('button', { name: 'Mute: Foyer left' }).click();
  await screen.waitForFunction(() => document.querySelector('video').muted);
  await page.getByRole('button', { name: 'Unmute: Foyer left' }).click();
  await screen.waitForFunction(() => !document.querySelector('video').muted);
  await card.getByLabel('Channel').selectOption({ label: 'Foyer' });
  await toast('Foyer left changes to Foyer.');
  await screen.waitForFunction(() => window.matineeScreen.stage.orders?.channel?.id === 'foyer');
  await screen.evaluate(() => { window.sameDocument = true; });
  await page.getByRole('button', { name: 'Reload: Foyer left' }).click();
  await screen.waitForFunction(() => window.sameDocument === undefined);

  await page.getByRole('button', { name: 'Rename…: Foyer left' }).click();
  await page.locator('dialog input').fill('Foyer');
  await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
  await page.locator('[data-screen=Foyer]').waitFor();

  await page.getByRole('button', { name: 'Design for Foyer' }).click();
  const dialog = page.locator('dialog');
  await dialog.getByLabel('Clock').selectOption('top-right');
  await dialog.locator('.sample-clock.top-right').waitFor();
  await dialog.getByLabel('Language').selectOption('zh');
  await fine();
  await page.screenshot({ path: path.join(screenshots, 'design.png') });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await toast('Saved. Screens of Foyer follow');
  await screen.locator('.clock').waitFor();

  await screen.context().close();
  await page.locator('[data-screen=Foyer][data-standing=silent]').waitFor();
  await page.getByText('1 needs a look').waitFor();
  await fine();
  await page.screenshot({ path: path.join(screenshots, 'screen-silent.png') });
  await page.getByRole('button', { name: 'Remove…: Foyer' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Remove Foyer' }).click();
  await page.getByText('There are no screens yet.').waitFor();
});

test('the log shows what was on the air, and its signed documents prove it', async () => {
  await goTo('log');
  const rows = page.locator('.log-table tbody tr');
  await page.getByLabel('Channel').selectOption('hall');
  await rows.first().waitFor();
  const before = await rows.count();
  // It goes on while it is looked at.
  await page.waitForFunction((count) => document.querySelectorAll('.log-table tbody tr').length > count, before);
  await fine();
  for (const [link, file] of [['CSV', 'log.csv'], ['Signature of the CSV', 'log.csv.sig'], ['Signed JSON', 'log.json']]) {
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: link, exact: true }).click();
    await (await downloading).saveAs(path.join(folder, file));
  }
  for (const file of ['log.csv', 'log.json']) {
    const said = await cli('as-run', 'verify', path.join(folder, file));
    assert.match(said, /channel hall/);
  }
  await page.getByLabel('Film').selectOption('tram');
  await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll('.log-table tbody tr')].map((row) => row.dataset.entry);
    const columns = document.querySelectorAll('.log-table th').length;
    return columns === 6 && shown.length > 0 && shown.every((entry) => entry === 'tram');
  });
  await page.getByLabel('Film').selectOption('');
  await page.getByRole('button', { name: 'The day before' }).click();
  await page.getByText('Nothing has been on the air.').waitFor();
  await page.getByRole('button', { name: 'The day after' }).click();
  await rows.first().waitFor();

  await page.getByRole('link', { name: 'Who did what' }).click();
  await page.getByRole('cell', { name: 'Screen: approved' }).waitFor();
  await page.getByLabel('Search').fill('screen.remove');
  await page.getByRole('cell', { name: 'Screen: removed' }).waitFor();
  assert.equal(await rows.count(), 1);
  await fine();
});

const frame = () => page.locator('[data-frame]').getAttribute('data-frame').then(Number);
// The number that the picture on the screen says it is.
const pictured = () =>
  page.evaluate(() => {
    const video = document.querySelector('.trim video');
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(video, 0, 0, 320, 180);
    let number = 0;
    for (let bit = 0; bit < 8; ++bit) {
      if (context.getImageData(bit * 40 + 20, 90, 1, 1).data[0] > 128) number += 2 ** bit;
    }
    return number;
  });
// Both what is said and what is seen.
async function untilFrame(wanted) {
  await page.waitForFunction(
    (number) => {
      const video = document.querySelector('.trim video');
      return Number(document.querySelector('[data-frame]')?.dataset.frame) === number &&
        video.readyState >= 2 && !video.seeking;
    }, wanted);
  for (let tries = 0; (await pictured()) !== wanted; ++tries) {
    assert.ok(tries < 100, `the picture of frame ${wanted} says ${await pictured()}`);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}

test('a part of a film is chosen to the frame, by keys, handles and numbers', async () => {
  await goTo('playlists');
  await page.locator('[data-playlist=hall] h2 a').click();
  await page.getByRole('button', { name: 'Trim Paper Boats' }).click();
  await untilFrame(0);
  await page.locator('.strip .thumbnail').first().waitFor();
  for (let i = 0; i < 3; ++i) await page.keyboard.press('ArrowRight');
  await untilFrame(3);
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowLeft');
  await untilFrame(27);
  await page.keyboard.press('i');
  await page.keyboard.press('End');
  await untilFrame(249);
  await page.keyboard.press('Shift+ArrowLeft');
  await untilFrame(224);
  await page.keyboard.press('o');
  assert.equal(await page.getByLabel('First frame').last().inputValue(), '27');
  assert.equal(await page.getByLabel('Last frame').last().inputValue(), '224');
  await page.getByText('The part lasts 0:07+23 (198 frames) of 0:10+00.').waitFor();
  await fine();

  // The handles by keys, the strip by the pointer, the numbers by typing.
  await page.getByRole('slider', { name: 'Last frame' }).focus();
  await page.keyboard.press('ArrowRight');
  await untilFrame(225);
  const strip = await page.locator('.strip').boundingBox();
  await page.mouse.click(strip.x + strip.width / 2, strip.y + strip.height / 2);
  await untilFrame(125);
  const handle = await page.getByRole('slider', { name: 'First frame' }).boundingBox();
  await page.mouse.move(handle.x + handle.width / 2, handle.y + 10);
  await page.mouse.down();
  await page.mouse.move(strip.x + strip.width / 4 + 1, handle.y + 10, { steps: 5 });
  await page.mouse.up();
  const dragged = await frame();
  assert.ok(Math.abs(dragged - 62) <= 1, `a quarter of the strip is frame ${dragged}`);
  await untilFrame(dragged);
  await page.getByLabel('First frame').last().fill('100');
  await page.keyboard.press('Enter');
  await untilFrame(100);
  await page.screenshot({ path: path.join(screenshots, 'trim.png') });
  // It plays to the end of the part, and stops there.
  await page.getByLabel('Last frame').last().fill('124');
  await page.keyboard.press('Enter');
  await untilFrame(124);
  await page.getByText('A part lasts two seconds (50 frames) at least.').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Use this part' }).isDisabled());
  await page.getByLabel('Last frame').last().fill('159');
  await page.keyboard.press('Enter');
  await untilFrame(159);
  await page.getByRole('button', { name: 'To its beginning' }).click();
  await untilFrame(100);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await untilFrame(159);
  assert.equal(await page.evaluate(() => document.querySelector('.trim video').paused), true);
  await page.getByLabel('show the whole film').check();
  await page.getByRole('button', { name: 'Use this part' }).click();
  const row = page.locator('.items li').first();
  await row.getByText('Frames 100 to 159').waitFor();
  await row.getByText('0:02', { exact: true }).waitFor();
  await page.locator('[data-saved=true]').waitFor();
  const { value } = await api('GET', '/playlists/hall');
  assert.deepEqual(value.items[0], { kind: 'entry', entry: 'boats', in: 100, out: 160, untrimmed: 'whole' });
  // It is marked until it is prepared.
  await row.getByText('The part is being prepared').waitFor();
  await page.screenshot({ path: path.join(screenshots, 'being-prepared.png') });
  await row.getByText('The part is being prepared').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+z');
  await row.getByText('Frames 100 to 159').waitFor({ state: 'detached' });
  await page.locator('[data-saved=true]').waitFor();
});

const untilOrder = (...wanted) =>
  page.waitForFunction(
    (ids) => [...document.querySelectorAll('.items li')].map((row) => row.dataset.entry).join() === ids, wanted.join());

test('several items are chosen by pointer and keys, and moved, doubled and removed together', async () => {
  await goTo('playlists/hall');
  const row = (n) => page.locator('.items li').nth(n).locator('.what');
  await untilOrder('boats', 'lighthouse', 'tram');
  await row(0).click();
  await row(1).click({ modifiers: ['Shift'] });
  await page.getByText('2 selected').first().waitFor();
  await fine();
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await untilOrder('boats', 'lighthouse', 'boats', 'lighthouse', 'tram');
  // The copies are what is chosen now; they go to the end, by one handle of them.
  const grip = async (n) => page.locator('.items .handle').nth(n).boundingBox();
  const [from, to] = [await grip(2), await grip(4)];
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 10, to.y + to.height + 10, { steps: 8 });
  await page.mouse.up();
  await untilOrder('boats', 'lighthouse', 'tram', 'boats', 'lighthouse');
  await page.getByRole('button', { name: 'Move up' }).click();
  await untilOrder('boats', 'lighthouse', 'boats', 'lighthouse', 'tram');
  // By keys alone: from the first box down, then all at once.
  await page.keyboard.press('Escape');
  await page.getByRole('checkbox', { name: 'Select Paper Boats, number 1' }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await page.getByText('Select all').waitFor();
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('2 selected').first().waitFor();
  await page.keyboard.press('Alt+ArrowDown');
  await untilOrder('boats', 'boats', 'lighthouse', 'lighthouse', 'tram');
  await page.screenshot({ path: path.join(screenshots, 'selection.png') });
  await page.keyboard.press('Delete');
  await untilOrder('boats', 'lighthouse', 'tram');
  await page.keyboard.press('Control+z');
  await untilOrder('boats', 'boats', 'lighthouse', 'lighthouse', 'tram');
  await page.keyboard.press('Control+y');
  await untilOrder('boats', 'lighthouse', 'tram');
  await page.getByRole('checkbox', { name: 'Select Paper Boats, number 1' }).focus();
  await page.keyboard.press('Control+a');
  await page.getByText('3 selected').first().waitFor();
  await page.keyboard.press('Escape');
  await row(0).click();
  await row(2).click({ modifiers: ['Control'] });
  await page.getByText('2 selected').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-saved=true]').waitFor();
});

const over = (text) =>
  page.waitForFunction((wanted) => (document.querySelector('.preview-stage .cue')?.textContent ?? '') === wanted, text);
// The film stands still at so many seconds.
const standAt = (seconds) =>
  page.waitForFunction((to) => {
    const video = document.querySelector('.preview-stage video');
    if (!video || video.readyState < 2 || video.seeking) return false;
    video.pause();
    if (video.currentTime === to) return true;
    video.currentTime = to;
    return false;
  }, seconds);

test('subtitles are seen over the film, shifted and replaced', async () => {
  await goTo('entries');
  await page.locator('[data-entry=boats] h2 a').click();
  const file = page.locator('[data-file="boats.zh.srt"]');
  await page.getByRole('button', { name: 'Show over the film: boats.zh.srt' }).click();
  await page.waitForFunction(() => document.querySelector('.preview-stage video')?.readyState >= 2);
  await standAt(3);
  await over('一只纸船');
  await fine();
  await page.screenshot({ path: path.join(screenshots, 'subtitles.png') });
  await page.getByRole('button', { name: '+1 s: boats.zh.srt' }).click();
  await page.getByRole('button', { name: '+1 s: boats.zh.srt' }).click();
  await over(''); // it begins at 4 now
  await standAt(5);
  await over('一只纸船');
  await file.getByText('You see it; viewers do when it is applied.').waitFor();
  await file.getByRole('button', { name: 'Apply' }).click();
  await toast('boats.zh.srt is shifted.');
  await page.waitForFunction(() => document.querySelector('.preview-stage video')?.readyState >= 2);
  await standAt(5.5);
  await over('一只纸船');
  const { value } = await api('GET', '/entries/boats/subtitles');
  assert.equal(value.items.find(({ file: name }) => name === 'boats.zh.srt').options.shift, '2');

  // What the checks found, where they found it.
  const english = page.locator('[data-file="boats.en.srt"]');
  await english.locator('summary').click();
  await english.locator('.at-time').first().click();
  await page.waitForFunction(() => {
    const time = document.querySelector('.preview-stage video')?.currentTime;
    return time !== 5.5 && time >= 4.9;
  });
  await standAt(6.5);
  await page.waitForFunction(() => document.querySelector('.preview-stage .cue')?.textContent.startsWith('goes a very long way'));

  const corrected = path.join(folder, 'final version.srt');
  await writeFile(corrected, cue(1, 1, 9, '一只小小的纸船'));
  await page.locator('[data-replaces="boats.zh.srt"]').setInputFiles(corrected);
  await toast('boats.zh.srt is replaced.');
  await page.getByRole('button', { name: 'Show over the film: boats.zh.srt' }).click();
  await page.waitForFunction(() => document.querySelector('.preview-stage video')?.readyState >= 2);
  await standAt(1.5); // the old shift does not count any more
  await over('一只小小的纸船');
  await page.getByRole('button', { name: 'Leave out: boats.en.srt' }).click();
  await page.getByRole('button', { name: 'Use again: boats.en.srt' }).waitFor();
  await page.getByRole('button', { name: 'Use again: boats.en.srt' }).click();
  await page.getByRole('button', { name: 'Leave out: boats.en.srt' }).waitFor();
  await page.keyboard.press('Escape');
  opened.complaints.length = 0; // the browser's own, about segments that are not there any more
});

test('a channel is set, also by two at once; preparations and the server’s state are told', async () => {
  await goTo('settings');
  const card = page.locator('[data-channel=hall]');
  await card.getByLabel('Title').fill('Great Hall');
  await card.getByLabel('Who may watch').selectOption('role');
  await card.getByLabel('From which role on').selectOption('reviewer');
  const there = await api('GET', '/channels/hall/settings');
  const other = await api('PATCH', '/channels/hall/settings', { encrypted: true }, { 'If-Match': there.tag });
  assert.equal(other.status, 200);
  await page.waitForFunction(() => document.querySelector('[data-channel=hall] [name=encrypted]').checked);
  await card.getByRole('button', { name: 'Save' }).click();
  await toast('Great Hall is saved.');
  const { value } = await api('GET', '/channels/hall/settings');
  assert.deepEqual(
    [value.title, value.access, value.encrypted], ['Great Hall', { watch: 'role', role: 'reviewer' }, true]);
  await fine();
  await page.getByRole('button', { name: 'New channel' }).click();
  await page.locator('dialog').getByLabel('Title').fill('Kino 2');
  await page.locator('dialog').getByLabel('Playlist').selectOption('hall');
  await page.locator('dialog').getByRole('button', { name: 'Make it' }).click();
  await page.locator('[data-channel=kino-2]').waitFor();
  // One that plays nothing is there to be given something, after a look elsewhere too.
  await page.getByRole('button', { name: 'New channel' }).click();
  await page.locator('dialog').getByLabel('Title').fill('Attic');
  await page.locator('dialog').getByRole('button', { name: 'Make it' }).click();
  await page.locator('[data-channel=attic]').getByText('Off the air').waitFor();
  await goTo('settings');
  await page.locator('[data-channel=attic]').getByText('Off the air').waitFor();
  await page.locator('[data-channel=kino-2]').getByRole('link', { name: 'Watch' }).waitFor();
  await fine();
  await goTo('log');
  await page.getByLabel('Channel').selectOption('Attic (off the air)');
  await goTo('screens');
  await page.getByRole('button', { name: 'Add a screen…' }).click();
  await page.locator('dialog').getByLabel('Channel').selectOption('Attic (off the air)');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Design for Attic (off the air)' }).waitFor();
  await goTo('on-air');
  await page.locator('[data-channel=attic]').getByText('It has no playlist and no schedule.').waitFor();
  await page.locator('[data-channel=hall]').getByRole('button', { name: 'Skip' }).waitFor();
  await fine();
  await page.getByRole('link', { name: 'Schedule of Attic' }).click();
  await page.getByText('This channel has no schedule and no playlist.').waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Channel' }).inputValue(), 'attic');
  await fine();
  await goTo('settings');
  const made = page.locator('[data-channel=kino-2]');
  await made.getByRole('button', { name: 'Remove… Kino 2' }).click();
  await page.locator('dialog').getByText('the log of what it has shown stay').waitFor();
  await fine();
  await page.locator('dialog').getByRole('button', { name: 'Remove for good' }).click();
  await toast('Kino 2 is removed.');
  await made.waitFor({ state: 'detached' });
  assert.equal((await api('GET', '/channels/kino-2/settings')).status, 404);
  opened.complaints.length = 0; // the browser's own, about 404
  await api('POST', '/playlists', { id: 'spare', title: 'Spare' });
  await goTo('playlists');
  const list = (id) => page.locator(`[data-playlist=${id}]`);
  await list('hall').getByRole('button', { name: /^Remove…/ }).click();
  await page.locator('dialog').getByText(/played on .*hall/).waitFor();
  assert.ok(await page.locator('dialog').getByRole('button', { name: 'Remove for good' }).isDisabled());
  await page.keyboard.press('Escape');
  await list('spare').getByRole('button', { name: 'Remove… Spare' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Remove for good' }).click();
  await list('spare').waitFor({ state: 'detached' });
  await goTo('settings');

  await page.getByRole('link', { name: 'Preparation' }).click();
  await page.locator('[data-job=boats]').first().waitFor();
  await page.getByText('frames 100 to 159').first().waitFor();
  await fine();
  await api('POST', '/entries/tram/prepare');
  await page.locator('[data-job=tram]:is([data-state=queued], [data-state=running])').waitFor();
  await page.getByLabel('Failed').check();
  await page.getByText('Nothing yet.').waitFor();

  await page.getByRole('link', { name: 'Health' }).click();
  await page.getByText(/^matinee \d/).waitFor();
  await page.locator('[data-check=disk]').waitFor();
  await page.getByText('None that are known.').waitFor();
  await fine();
});

test('a review round is set up, and its juror gets what is meant for them', async () => {
  await goTo('reviews');
  await page.getByRole('button', { name: 'New round' }).click();
  const dialog = page.locator('dialog');
  await dialog.getByLabel('Title in English').fill('Final round');
  await dialog.getByLabel('Title in Chinese').fill('决赛');
  await dialog.getByRole('button', { name: 'Another criterion' }).click();
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await dialog.getByText('It needs a name in one language at least.').waitFor();
  await fine();
  await page.screenshot({ path: path.join(screenshots, 'new-round.png') });
  await dialog.getByLabel('Criterion 4 in English').fill('Sound');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('heading', { name: 'Final round' }).waitFor();

  await page.getByRole('button', { name: 'Add films…' }).click();
  await page.getByLabel('All that are shown').check();
  await page.getByRole('button', { name: 'Add 3 films' }).click();
  await page.locator('[data-film=tram]').waitFor();
  await page.getByRole('button', { name: 'Take The Lighthouse out of the round' }).click();
  await page.locator('[data-film=lighthouse]').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Add a juror…' }).click();
  await dialog.getByLabel('Name').fill('Mei Lin');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const juror = page.locator('[data-juror="Mei Lin"]');
  await juror.waitFor();
  await juror.getByRole('button', { name: 'Conflict of interest…' }).click();
  await dialog.getByLabel('Film').selectOption('tram');
  await dialog.getByLabel('Why (for the records)').fill('her own');
  await dialog.getByRole('button', { name: 'Keep it from them' }).click();
  await juror.getByText('her own').waitFor();
  await fine();

  const address = await page.getByLabel('Address for Mei Lin').inputValue();
  const theirs = await newViewer();
  await theirs.goto(address);
  await theirs.getByText('Paper Boats').first().waitFor();
  assert.equal(await theirs.getByText('Night Tram').count(), 0);
  await theirs.context().close();

  await page.getByLabel('Criterion 4 in English').fill('Music');
  await page.getByRole('button', { name: 'Save' }).click();
  await toast('Saved.');
  const { value } = await api('GET', '/reviews/final-round');
  assert.deepEqual(value.criteria.map(({ id, names }) => [id, names.en]), [
    ['story', 'Story'], ['craft', 'Craft'], ['originality', 'Originality'], ['sound', 'Music'],
  ]);
  await page.getByRole('button', { name: 'Close the round…' }).click();
  await dialog.getByRole('button', { name: 'Close it' }).click();
  await page.getByRole('button', { name: 'Open again' }).click();
  await toast('The round is open again.');
  assert.deepEqual(opened.complaints, [], 'the console complains');
});

test('every room is judged by axe-core and kept as a picture, in three languages', async () => {
  const screen = await newViewer();
  await screen.goto(`${server.origin}/screen`);
  const code = (await screen.locator('.code').textContent()).trim();
  assert.equal((await api('POST', '/screens', { code, name: 'Hall, screen 1', channel: 'foyer' })).status, 201);
  await screen.waitForFunction(() => window.matineeScreen?.playback?.state === 'playing');
  const rooms = {
    screens: '.screen', log: '.log-table tbody tr', 'log/audit': '.log-table tbody tr',
    settings: '.channel-form form', 'on-air': '.desks:not(:has(.desk:not([data-off-air]) button:disabled)) .countdown', 'schedule/attic': '.timeline', 'settings/jobs': '.jobs li', 'settings/health': '.checks li',
    reviews: '.playlists .card', 'reviews/final-round': '.jurors li', 'playlists/hall': '.items li',
    'entries/boats': '.subtitle-files li',
  };
  const looks = {
    desk: { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
    night: { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
    phone: { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
  };
  const state = await page.context().storageState();
  for (const locale of ['en', 'zh', 'ru']) {
    for (const [look, options] of Object.entries(looks)) {
      if (look === 'night' && locale !== 'en') continue;
      const context = await opened.browser.newContext({
        ignoreHTTPSErrors: true, locale, storageState: state, reducedMotion: 'reduce', ...options,
      });
      const there = await context.newPage();
      there.setDefaultTimeout(kPatience);
      for (const [room, content] of Object.entries(rooms)) {
        await there.goto(`${server.origin}/studio/${room}`);
        await there.locator(content).first().waitFor();
        const where = `${room.replace('/', '-')}-${locale}-${look}`;
        assert.equal(await there.evaluate(() => document.documentElement.lang), locale);
        assert.deepEqual(await seriousFindings(there), [], where);
        const { width } = options.viewport;
        const wide = await there.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${where} is ${wide} pixels wide of ${width}`);
        await there.screenshot({ path: path.join(screenshots, `${where}.png`), fullPage: true });
      }
      await context.close();
    }
  }
  await screen.context().close();
});
