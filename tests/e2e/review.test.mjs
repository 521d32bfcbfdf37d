// The review room as its people use it: two jurors watch and score, by mouse and by keyboard, with a
// reload in the middle and a network that goes away; the producer sees what comes of it. Before that,
// every address of every film is asked for by whoever may not have it.
//
// MATINEE_BUILD and MATINEE_SOURCE name the build directory and the source tree.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { openBrowser, seriousFindings } from './browser.mjs';
import { addUser as makeUser, serve, stopServer } from './server.mjs';

const build = process.env.MATINEE_BUILD;
const source = process.env.MATINEE_SOURCE;
assert.ok(build && source, 'MATINEE_BUILD and MATINEE_SOURCE must be set');
const run = promisify(execFile);
const program = path.join(build, 'src/app/matinee');
const screenshots = path.join(build, 'artifacts/screenshots/review');

const kPatience = 60_000; // milliseconds for anything to happen
const kSeconds = 8; // of a film
const kFilms = [['01-paper-boats', 'paper-boats'], ['03-rooftop-tea', 'rooftop-tea'], ['02-night-train', 'night-train']];
const kPassword = 'paper boats at noon';
const kConfig = `
[house]
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 300 }]
[limits]
api_per_second = 1000
api_burst = 5000
`;

let folder;
let data;
let server;
let ana; // path of her link
let bo;

const matinee = (...args) => run(program, [...args, '--data', data]);

function request(target, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = https.request(
      new URL(target, server.origin),
      { method, headers, rejectUnauthorized: false, agent: false },
      (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => resolve({
          status: response.statusCode,
          headers: response.headers,
          text: Buffer.concat(parts).toString(),
        }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** What the server has of a juror's sheet, once it `fits`. */
async function untilSheet(link, film, fits) {
  for (;;) {
    const answer = await request(`/t/${tokenOf(link)}/api/v1/my/reviews/final/films/${film}`);
    assert.equal(answer.status, 200, answer.text);
    const sheet = JSON.parse(answer.text);
    if (fits(sheet)) return sheet;
  }
}

const statusOf = async (target, options) => (await request(target, options)).status;

/** Asks until it is so: changes of access are heard of within a second. */
async function untilStatus(status, target) {
  for (;;) {
    if ((await statusOf(target)) === status) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const addUser = (name, role) => makeUser(program, data, name, role, kPassword);

async function addJuror(name) {
  const { stdout } = await matinee('review', 'juror', 'final', name, '--json');
  return JSON.parse(stdout).path;
}

/** A juror's or producer's browser. */
async function open(locale) {
  const { browser, page, complaints } = await openBrowser({ locale });
  page.setDefaultTimeout(kPatience);
  const until = (condition, argument) =>
    page.waitForFunction(condition, argument, { timeout: kPatience, polling: 100 });
  return {
    browser, page, complaints, until,
    shoot: (name) => page.screenshot({ path: path.join(screenshots, `${name}.png`) }),
    check: async (where) => assert.deepEqual(await seriousFindings(page), [], `axe-core on ${where}`),
    untilSaved: () => page.locator('.save-state[data-state=saved]').waitFor(),
    untilItPlays: async (seconds) => {
      await until(() => document.querySelector('video'));
      const from = await page.evaluate(() => document.querySelector('video').currentTime);
      await until(([start, length]) => {
        const video = document.querySelector('video');
        return !video.paused && !video.seeking && video.currentTime > start + length;
      }, [from, seconds]);
    },
    position: () => page.evaluate(() => document.querySelector('video').currentTime),
    chosen: () => page.evaluate(() => decodeURIComponent(location.hash.slice(1))),
  };
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-review-'));
  data = path.join(folder, 'data');
  await mkdir(path.join(folder, 'films'));
  await mkdir(data);
  await mkdir(screenshots, { recursive: true });
  await writeFile(path.join(data, 'matinee.toml'), kConfig);
  for (const [stem, scene] of kFilms) {
    await run(path.join(build, 'src/samples/matinee-make-samples'), [
      '--pipeline', path.join(source, `pipelines/samples/${stem}.gst`),
      '--scene', scene, '--seconds', String(kSeconds), '--out', path.join(folder, 'films', `${scene}.mp4`),
    ]);
    for (const [language, text] of [['en', 'A line of text'], ['zh', '一行字幕文字']]) {
      await writeFile(
        path.join(folder, 'films', `${scene}.${language}.srt`),
        `1\n00:00:00,500 --> 00:00:07,500\n${text}\n`,
      );
    }
  }
  // An author who means ill.
  await writeFile(path.join(folder, 'films/night-train.json'), JSON.stringify({
    title: { en: '=HYPERLINK("https://evil.test")', zh: '夜行列车' }, author: 'An Author',
  }));
  await matinee('import', path.join(folder, 'films'));
  await addUser('mei', 'admin');
  await addUser('rita', 'reviewer');
  await matinee('review', 'create', 'final', '--title', 'en=Final', '--title', 'zh=决选', '--title', 'ru=Финал',
    '--criterion', 'story:1-5:2:en=Story:zh=故事:ru=Сюжет',
    '--criterion', 'image:1-10:1:en=Image:zh=影像:ru=Изображение',
    '--criterion', 'sound:0-100:0:en=Sound:zh=声音:ru=Звук');
  await matinee('review', 'assign', 'final', 'paper-boats', 'rooftop-tea', 'night-train');
  ana = await addJuror('Ana Lima');
  bo = await addJuror('Bo Chen');
  await matinee('review', 'conflict', 'final', 'Bo Chen', 'rooftop-tea', '--reason', 'his sister made it');
  server = await serve(program, data);
});

after(async () => {
  await stopServer(server);
  await rm(folder, { recursive: true, force: true });
});

const tokenOf = (link) => link.split('/')[2];

/** Every address of a film below `base`: as far as `from` (a link that may) tells of them. */
async function addressesOf(film, from) {
  const found = [`/entries/${film}/master.m3u8`, `/entries/${film}/poster.jpg`,
    `/entries/${film}/thumbnails.jpg`, `/api/v1/watch/entries/${film}`];
  const master = await request(`${from}/entries/${film}/master.m3u8`);
  assert.equal(master.status, 200);
  const playlists = [...master.text.matchAll(/URI="([^"]+)"|^([^#\s]\S*)$/gm)].map((m) => m[1] ?? m[2]);
  for (const playlist of playlists) {
    const address = `/entries/${film}/${playlist}`;
    found.push(address);
    const media = await request(`${from}${address}`);
    assert.equal(media.status, 200, address);
    const folderOf = address.slice(0, address.lastIndexOf('/'));
    for (const match of media.text.matchAll(/URI="([^"]+)"|^([^#\s]\S*)$/gm)) {
      found.push(`${folderOf}/${match[1] ?? match[2]}`);
    }
  }
  return [...new Set(found)];
}

test('a link opens the films that are assigned, minus conflicts, and nothing else', async () => {
  const [hers, his] = [`/t/${tokenOf(ana)}`, `/t/${tokenOf(bo)}`];
  const kinds = new Set();
  for (const [, film] of kFilms) {
    const conflict = film === 'rooftop-tea';
    const addresses = await addressesOf(film, hers);
    assert.ok(addresses.length > 10, addresses.join());
    for (const address of addresses) {
      kinds.add(path.extname(address));
      assert.equal(await statusOf(hers + address), 200, address);
      assert.equal(await statusOf(his + address), conflict ? 403 : 200, address);
      // Without a link it is nobody's, though the account of a reviewer may watch other films.
      assert.equal(await statusOf(address), 401, address);
    }
  }
  for (const kind of ['.m3u8', '.m4s', '.mp4', '.vtt', '.jpg']) assert.ok(kinds.has(kind), `no ${kind} was tried`);

  const mine = JSON.parse((await request(`${his}/api/v1/my/reviews/final`)).text);
  assert.deepEqual(mine.films.map(({ entry }) => entry).sort(), ['night-train', 'paper-boats']);
  assert.equal(await statusOf(`${his}/api/v1/my/reviews/final/films/rooftop-tea`), 404);
  assert.equal(await statusOf(`${his}/api/v1/my/reviews/other`), 403);
  assert.equal(await statusOf(`${his}/api/v1/reviews/final/results`), 404, 'not below a link');
  assert.equal(await statusOf('/api/v1/reviews/final/results'), 401);
  assert.equal(await statusOf('/api/v1/my/reviews/final'), 401);
  // Only pages of ours may write by a link.
  assert.equal(await statusOf(`${his}/api/v1/my/reviews/final/films/paper-boats`, {
    method: 'PUT',
    headers: { Origin: 'https://evil.test', 'If-Match': '"0"', 'Content-Type': 'application/json' },
    body: JSON.stringify({ scores: {}, note: 'x', comments: [] }),
  }), 403);
});

test('what a round no longer grants is closed within a moment', async () => {
  const { stdout } = await matinee('review', 'juror', 'final', 'Cy', '--json');
  const theirs = `/t/${tokenOf(JSON.parse(stdout).path)}/entries/paper-boats/master.m3u8`;
  await untilStatus(200, theirs);
  await matinee('review', 'conflict', 'final', 'Cy', 'paper-boats');
  await untilStatus(403, theirs);
  await matinee('review', 'conflict', 'final', 'Cy', 'paper-boats', '--remove');
  await untilStatus(200, theirs);
  await matinee('review', 'assign', 'final', 'paper-boats', '--remove');
  await untilStatus(403, theirs);
  await matinee('review', 'assign', 'final', 'paper-boats');
  await untilStatus(200, theirs);
  await matinee('review', 'close', 'final');
  await untilStatus(403, theirs);
  await matinee('review', 'open', 'final');
  await untilStatus(200, theirs);
  await matinee('review', 'juror', 'final', 'Cy', '--remove');
  await untilStatus(403, theirs);
});

test('a juror watches, scores by keyboard, reloads, loses the network, and loses nothing', async () => {
  const viewer = await open('en');
  const { browser, page, complaints } = viewer;
  try {
    await page.goto(server.origin + ana);
    await page.locator('.film').first().waitFor();
    const order = await page.locator('.film').evaluateAll((films) => films.map((film) => film.dataset.entry));
    assert.deepEqual([...order].sort(), ['night-train', 'paper-boats', 'rooftop-tea']);
    await viewer.until(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
    assert.deepEqual(await page.locator('.film .badge').allTextContents(), ['New', 'New', 'New']);
    await viewer.check('the films');
    await viewer.shoot('films-en');

    await page.locator('.film').first().click();
    await viewer.untilItPlays(2);
    assert.equal(await page.locator('.watermark').textContent(), 'Ana Lima');
    await page.locator('.subtitles .cue', { hasText: 'A line of text' }).waitFor();

    // Two languages at once, as on the watch page.
    await page.mouse.move(400, 300);
    await page.keyboard.press('v');
    await page.locator('.subtitles .cue[data-track="1"]').waitFor();

    // Full screen keeps the name; the picture cannot be taken out of the page.
    await page.keyboard.press('f');
    await viewer.until(() => document.fullscreenElement?.classList.contains('stage'));
    assert.ok(await page.locator('.stage .watermark').isVisible());
    for (const elsewhere of ['disablePictureInPicture', 'disableRemotePlayback']) {
      assert.equal(await page.evaluate((name) => document.querySelector('video')[name], elsewhere), true, elsewhere);
    }
    await page.keyboard.press('f');
    await viewer.until(() => document.fullscreenElement === null);
    await page.keyboard.press('k');
    await viewer.until(() => document.querySelector('video').paused);

    // By keyboard: into the first row of scores, and along it.
    await page.locator('[data-criterion=story] input').first().focus();
    for (let i = 0; i < 4; ++i) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await viewer.untilSaved();
    assert.equal(await page.locator('[data-criterion=story] input:checked').inputValue(), '4');
    assert.equal(await page.locator('[data-criterion=image] input:checked').inputValue(), '2');
    await page.locator(`.film[data-entry=${order[0]}][data-state=scored]`).waitFor();

    // A long scale is typed on. What is no score is said to be none, and leaves what was there.
    const sound = page.locator('[data-criterion=sound] input');
    await sound.fill('70');
    await untilSheet(ana, order[0], ({ scores }) => scores.sound === 70);
    await sound.blur();
    for (const text of ['150', '8.5']) {
      await sound.focus();
      await page.keyboard.press('Control+a');
      await sound.pressSequentially(text, { delay: 250 }); // slow enough for 15 to be saved on the way
      await page.locator('.save-state[data-state=unfit]').waitFor();
      assert.equal(await sound.inputValue(), text);
      assert.equal(await sound.getAttribute('aria-invalid'), 'true');
      const described = (await sound.getAttribute('aria-describedby')).split(' ');
      const said = await page.locator(`[id="${described.at(-1)}"]`).textContent();
      assert.match(said, /no score.*0 to 100/);
    }
    await viewer.check('a score that is none');
    await viewer.shoot('unfit-en');
    await page.locator('.film').nth(1).click(); // what was typed is there when one comes back
    await page.locator('.film').first().click();
    await viewer.untilItPlays(0.1);
    await page.evaluate(() => document.querySelector('video').pause());
    await page.locator('.save-state[data-state=unfit]').waitFor();
    assert.equal(await sound.inputValue(), '8.5');
    await untilSheet(ana, order[0], ({ scores }) => scores.sound === 70);
    await sound.fill('85');
    await viewer.untilSaved();
    await untilSheet(ana, order[0], ({ scores }) => scores.sound === 85);

    const at = await viewer.position();
    await page.getByLabel('Comment on what is on now').fill('The light here');
    await page.keyboard.press('Control+Enter');
    await page.getByLabel('Note').fill('Strong beginning.');
    await untilSheet(ana, order[0], ({ note, comments }) => note !== '' && comments.length === 1);
    await viewer.untilSaved();
    const comment = page.locator('.comment');
    const milliseconds = Number(await comment.getAttribute('data-at'));
    assert.ok(Math.abs(milliseconds - at * 1000) < 300, `${milliseconds} ms, not ${at} s`);

    // A reload in the middle: the same film, where it stopped, with all that was written.
    await page.reload();
    await viewer.untilSaved();
    assert.equal(await viewer.chosen(), order[0]);
    await viewer.until((least) => document.querySelector('video')?.currentTime > least, at - 1);
    assert.equal(await page.getByLabel('Note').inputValue(), 'Strong beginning.');
    assert.equal(await page.locator('[data-criterion=story] input:checked').inputValue(), '4');
    await viewer.check('a film and its sheet');
    await viewer.shoot('sheet-en');

    // A comment leads to its moment.
    await page.evaluate(() => document.querySelector('video').pause());
    await page.locator('.comment .time').click();
    await viewer.until(
      (target) => Math.abs(document.querySelector('video').currentTime - target) < 0.1, milliseconds / 1000);

    // One that is removed by mistake comes back as it was; by keyboard, without losing one's place.
    await comment.getByRole('button', { name: /Remove the comment/ }).press('Enter');
    await untilSheet(ana, order[0], ({ comments }) => comments.length === 0);
    await page.getByText(/The comment at 0:0\d is removed/).waitFor();
    await page.keyboard.press('Enter');
    await untilSheet(ana, order[0], ({ comments }) => comments.length === 1 && comments[0].at_ms === milliseconds);

    // The network goes; what is written is kept and says so; the page dies; it is there again.
    await page.context().setOffline(true);
    await page.getByLabel('Note').fill('Strong beginning. Weak end.');
    await page.locator('.save-state[data-state=waiting]').waitFor();
    await viewer.shoot('no-network-en');
    await page.goto('about:blank');
    await page.context().setOffline(false);
    await page.goto(`${server.origin}${ana}#${order[0]}`);
    await viewer.untilSaved();
    assert.equal(await page.getByLabel('Note').inputValue(), 'Strong beginning. Weak end.');

    // It goes and comes back while the page stays.
    await page.context().setOffline(true);
    await page.locator('[data-criterion=story] label', { hasText: /^5$/ }).click();
    await page.locator('.save-state[data-state=waiting]').waitFor();
    await page.context().setOffline(false);
    await viewer.untilSaved();
    const sheet = await untilSheet(ana, order[0], ({ scores }) => scores.story === 5);
    assert.deepEqual(sheet.scores, { story: 5, image: 2, sound: 85 });
    assert.equal(sheet.note, 'Strong beginning. Weak end.');

    // A second tab writes about the same film: neither loses.
    const other = await page.context().newPage();
    await other.goto(`${server.origin}${ana}#${order[0]}`);
    await other.locator('.save-state[data-state=saved]').waitFor();
    await other.locator('[data-criterion=image] label', { hasText: /^9$/ }).click();
    await untilSheet(ana, order[0], ({ scores }) => scores.image === 9);
    await page.getByLabel('Note').fill('Strong beginning. Weak end!');
    const both = await untilSheet(ana, order[0], ({ note }) => note.endsWith('!'));
    assert.deepEqual(both.scores, { story: 5, image: 9, sound: 85 });
    await page.locator('[data-criterion=image] label:has(:checked)', { hasText: /^9$/ }).waitFor();
    await other.close();

    assert.deepEqual(complaints.filter((text) => /Content.Security|pageerror|TypeError/i.test(text)), []);
  } finally {
    await browser.close();
  }
});

test('a juror watches all as a channel of their own, and what was watched is known', async () => {
  const viewer = await open('ru');
  const { browser, page } = viewer;
  try {
    await page.goto(server.origin + bo);
    await page.locator('.film').first().waitFor();
    assert.equal(await page.locator('.film').count(), 2, 'the film of his sister is not there');
    const order = await page.locator('.film').evaluateAll((films) => films.map((film) => film.dataset.entry));
    await viewer.shoot('films-ru');
    await page.getByRole('button', { name: 'Смотреть всё подряд' }).click();
    await viewer.untilItPlays(1);
    assert.equal(await viewer.chosen(), order[0]);

    // The film ends in the middle of a comment: it stays, and so do the words, the caret, the moment.
    const box = page.locator('#comment');
    const earliest = await viewer.position();
    await box.fill('Свет');
    const latest = await viewer.position();
    await viewer.until(() => document.querySelector('video').ended);
    await page.locator('.held', { hasText: 'Фильм остаётся' }).waitFor();
    assert.equal(await viewer.chosen(), order[0]);
    await viewer.check('a film that stays');
    await viewer.shoot('film-stays-ru');
    await page.keyboard.type(' и тень');
    await page.keyboard.press('Control+Enter');
    const { comments } = await untilSheet(bo, order[0], (sheet) => sheet.comments.length === 1);
    assert.equal(comments[0].text, 'Свет и тень');
    const at = comments[0].at_ms / 1000;
    assert.ok(at > earliest - 0.001 && at < latest + 0.001, `${at} s, not between ${earliest} and ${latest}`);
    // What is begun and not sent is seen in the list, also from the film after it, and by a reload.
    await box.fill('Ещё одно');
    await page.locator('.held').getByRole('button', { name: 'Следующий' }).click();
    await viewer.until((next) => decodeURIComponent(location.hash.slice(1)) === next, order[1]);
    assert.equal(await box.inputValue(), '');
    const unsent = page.locator(`.film[data-entry=${order[0]}] .badge.unsent`);
    await unsent.waitFor();
    assert.deepEqual((await untilSheet(bo, order[1], () => true)).comments, []);
    await page.reload();
    await unsent.waitFor();
    await page.locator(`.film[data-entry=${order[0]}]`).click();
    assert.equal(await box.inputValue(), 'Ещё одно');
    await box.fill('');
    await unsent.waitFor({ state: 'detached' });
    await viewer.untilItPlays(0.5);
    await page.evaluate(() => { document.querySelector('video').currentTime = 5; });

    // With nothing to write it goes on by itself.
    await page.locator('.stage').focus().catch(() => undefined);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('f');
    await viewer.until(() => document.fullscreenElement !== null);
    // One after the other, in full screen all the time, the name over both.
    await viewer.until((next) => decodeURIComponent(location.hash.slice(1)) === next, order[1]);
    await viewer.untilItPlays(1);
    assert.ok(await page.evaluate(() => document.fullscreenElement !== null), 'still in full screen');
    assert.ok(await page.locator('.stage .watermark').isVisible());
    await viewer.until(() => document.querySelector('video').ended);
    await page.keyboard.press('f');
    await viewer.until(() => document.fullscreenElement === null);
    for (const film of order) {
      await page.locator(`.film[data-entry=${film}][data-state=seen]`).waitFor();
    }

    // Scores by mouse; a comment tied to the film it was watched in.
    for (const film of order) {
      await page.locator(`.film[data-entry=${film}]`).click();
      await page.locator(`.film[data-entry=${film}][aria-current]`).waitFor();
      await viewer.untilSaved();
      await page.locator('[data-criterion=story] label', { hasText: /^3$/ }).click();
      // And on to the next one at once: it is saved all the same.
      await page.locator('[data-criterion=image] label', { hasText: /^10$/ }).click();
    }
    await page.getByLabel('Заметка').fill('=1+1');
    for (const film of order) await untilSheet(bo, film, ({ scores }) => scores.image === 10);
    await untilSheet(bo, order[1], ({ note }) => note === '=1+1');
    await viewer.untilSaved();
    await viewer.check('a sheet in Russian');
    await viewer.shoot('sheet-ru');
    const mine = JSON.parse((await request(`/t/${tokenOf(bo)}/api/v1/my/reviews/final`)).text);
    for (const film of mine.films) assert.ok(film.watched > 0.9, `${film.entry}: ${film.watched}`);
  } finally {
    await browser.close();
  }
});

test('the producer sees progress and results, and takes them away', async () => {
  const viewer = await open('zh');
  const { browser, page } = viewer;
  try {
    await page.goto(`${server.origin}/review/final/results`);
    await page.locator('.notice').waitFor(); // not without signing in
    await page.goto(`${server.origin}/sign-in`);
    await page.locator('input[name=name]').fill('mei');
    await page.locator('input[name=password]').fill(kPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    await page.goto(`${server.origin}/review/final/results`);
    const row = (juror) => page.locator(`tr[data-juror="${juror}"]`);
    assert.match(await row('Ana Lima').textContent(), /1\/3/);
    assert.match(await row('Bo Chen').textContent(), /2\/2/);
    assert.equal(await row('Cy').count(), 0);
    await viewer.check('the results');

    // Each juror with each film, and what each gave: the very numbers.
    const [scored, ofAna] = ['[data-state=scored]', JSON.parse(
      (await request(`/t/${tokenOf(ana)}/api/v1/my/reviews/final`)).text).films.find(({ state }) => state === 'scored').entry];
    assert.equal(await page.locator(`.by-film ${scored}`).count(), 3);
    assert.equal(await page.locator('.by-film tbody tr').count(), 3);
    assert.equal(await page.locator('tr[data-film=rooftop-tea] td').nth(1).textContent(), '不参评');
    const byJuror = page.locator(`tr[data-entry=${ofAna}] button[aria-expanded]`);
    await byJuror.click();
    assert.equal(await byJuror.getAttribute('aria-expanded'), 'true');
    const given = page.locator(`tr[data-sheets=${ofAna}] tr[data-sheet="Ana Lima"]`);
    const cells = await given.locator('td').allTextContents();
    assert.deepEqual(cells.slice(0, 3), ['5', '9', '85']);
    assert.equal(cells[3], ((2 * 100 + 800 / 9) / 3).toFixed(1), 'weighed 2:1, each on its scale');
    assert.match(cells[4], /^\d+%$/);
    assert.match(await page.locator(`tr[data-sheets=${ofAna}]`).textContent(), /Weak end!.*0:0\d The light here/s);
    await viewer.check('what each juror gave');
    for (const tag of ['en', 'ru', 'zh']) {
      await page.evaluate((language) => localStorage.setItem('matinee.language', language), tag);
      await page.reload();
      await row('Ana Lima').waitFor();
      await page.locator('tr[data-entry]').first().waitFor();
      await page.locator(`tr[data-entry=${ofAna}] button[aria-expanded]`).click();
      await page.locator(`tr[data-sheets=${ofAna}]`).waitFor();
      await page.screenshot({ path: path.join(screenshots, `results-${tag}.png`), fullPage: true });
    }

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('a[download]').first().click(),
    ]);
    assert.equal(download.suggestedFilename(), 'final-results.csv');
    const text = await readFile(await download.path(), 'utf8');
    assert.ok(text.startsWith('\uFEFFrank,entry,title,'), text.slice(0, 80));
    assert.match(text, /故事/);
    const [sheets] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('a[download]').nth(1).click(),
    ]);
    assert.match(await readFile(await sheets.path(), 'utf8'), /,'=1\+1,/);

    // On a telephone.
    await page.setViewportSize({ width: 390, height: 844 });
    await viewer.shoot('results-phone-zh');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} pixels too wide`);
    // What was written is found and read without moving the table sideways.
    assert.ok(await page.locator('.results tbody button').evaluateAll((all) =>
      all.length === 3 && all.every((one) => one.getBoundingClientRect().right <= innerWidth)));
    const box = await page.locator('div.sheets-of').boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box));
    await page.locator('div.sheets-of').scrollIntoViewIfNeeded();
    await viewer.shoot('results-by-juror-phone-zh');
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.locator('a[href="/studio/reviews/final"]').click();
    await page.locator('[data-juror="Bo Chen"] [data-scored="2"]').waitFor();
    // What others do shows by itself, and takes nothing away from what is being written here.
    const russian = page.locator('form input[lang=ru]').first();
    const chinese = page.locator('form input[lang=zh]').first();
    await chinese.fill('决选第二轮');
    await matinee('review', 'juror', 'final', 'Dee');
    const titlesNow = () => page.evaluate(async () => (await (await fetch('/api/v1/reviews/final')).json()).titles);
    assert.equal(await page.evaluate(async () => {
      const found = await fetch('/api/v1/reviews/final');
      const { titles } = await found.json();
      const changed = await fetch('/api/v1/reviews/final', {
        method: 'PATCH',
        headers: { 'If-Match': found.headers.get('ETag'), 'Content-Type': 'application/json' },
        body: JSON.stringify({ titles: { ...titles, ru: 'Второй тур' } }),
      });
      return changed.status;
    }), 200);
    await page.locator('[data-juror=Dee]').waitFor();
    await viewer.until(() => document.querySelector('form input[lang=ru]').value === 'Второй тур');
    assert.equal(await chinese.inputValue(), '决选第二轮');
    await page.locator('form .banner').waitFor();
    await viewer.check('a round that somebody else has changed');
    await page.screenshot({ path: path.join(screenshots, 'round-changed-zh.png'), fullPage: true });
    await page.locator('form button[type=submit]').click();
    await page.getByRole('heading', { name: '决选第二轮' }).waitFor();
    assert.equal(await russian.inputValue(), 'Второй тур');
    await page.locator('form .banner').waitFor({ state: 'detached' });
    assert.deepEqual(await titlesNow(), { en: 'Final', zh: '决选第二轮', ru: 'Второй тур' });
    await matinee('review', 'juror', 'final', 'Dee', '--remove');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(server.origin + ana);
    await page.locator('.film').first().waitFor();
    await viewer.check('the films in Chinese');
    await viewer.shoot('films-phone-zh');
    await page.locator('.film').first().click();
    await viewer.untilSaved();
    await viewer.check('a sheet in Chinese');
    await viewer.shoot('sheet-phone-zh');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 1280, height: 860 });
    await viewer.check('a sheet in the dark');
    await viewer.shoot('sheet-dark-zh');
    await page.setViewportSize({ width: 390, height: 844 });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);

    // A closed round, and the list of rounds that says so.
    await matinee('review', 'close', 'final');
    for (const tag of ['en', 'ru', 'zh']) {
      await page.evaluate((language) => localStorage.setItem('matinee.language', language), tag);
      await page.goto(`${server.origin}${ana.split('#')[0]}`);
      await page.locator('.notice').waitFor();
      if (tag === 'zh') await viewer.check('a closed round');
      await viewer.shoot(`closed-${tag}`);
      await page.goto(`${server.origin}/t/${tokenOf(ana)}/review`);
      await page.locator('.rounds .badge').waitFor();
      if (tag === 'zh') await viewer.check('the rounds');
      await viewer.shoot(`rounds-${tag}`);
    }
    await matinee('review', 'open', 'final');
  } finally {
    await browser.close();
  }
  const { stdout } = await matinee('review', 'results', 'final', '--json');
  const results = JSON.parse(stdout);
  const best = results.films.find(({ sheets }) => sheets.some(({ juror, mark }) => juror === 'Ana Lima' && mark !== null));
  assert.equal(best.marks.count + best.incomplete >= 1, true);
  const { stdout: csv } = await matinee('review', 'export', 'final');
  assert.match(csv, /"'=HYPERLINK\(""https:\/\/evil\.test""\)"/);
  assert.match((await matinee('review', 'progress', 'final')).stdout, /Bo Chen\s+2\s+0\s+0\s+0/);
});

test('an account of a reviewer is a juror as well', async () => {
  await matinee('review', 'juror', 'final', 'Rita', '--account', 'rita');
  await matinee('review', 'conflict', 'final', 'Rita', 'night-train');
  const { stdout } = await matinee('token', 'add', 'rita');
  const headers = { Authorization: `Bearer ${stdout.trim()}` };
  const known = () => statusOf('/entries/paper-boats/master.m3u8', { headers });
  while ((await known()) !== 200); // within a second
  const films = async () => JSON.parse((await request('/api/v1/my/reviews/final', { headers })).text).films;
  assert.deepEqual((await films()).map(({ entry }) => entry).sort(), ['paper-boats', 'rooftop-tea']);
  assert.equal(await statusOf('/entries/night-train/master.m3u8', { headers }), 403);
});
