// Looks at the pages of a running server as a viewer does.
//
//     node tests/e2e/watch_page.mjs BASE_URL [--channel ID] [--screenshots DIR]
//
// Opens the list and the channel's page, waits for the picture to move, chooses every subtitle
// language and every quality, goes back in time and to live again, by keys too. Exit status 1 and a
// message when something is not as a viewer expects it, or when the console complains.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openBrowser } from './browser.mjs';

const kPatience = 60_000; // milliseconds for anything to happen

function parseArguments(args) {
  const options = { channel: 'main', screenshots: undefined };
  for (let at = 0; at < args.length; ++at) {
    if (args[at] === '--channel') options.channel = args[++at];
    else if (args[at] === '--screenshots') options.screenshots = args[++at];
    else if (!options.base) options.base = args[at].replace(/\/$/, '');
    else options.base = null;
  }
  return options.base ? options : null;
}

class Viewer {
  constructor(page, screenshots) {
    this.page = page;
    this.screenshots = screenshots;
  }

  async shoot(name) {
    if (!this.screenshots) return;
    await this.page.screenshot({ path: path.join(this.screenshots, `${name}.png`) });
  }

  until(condition, argument) {
    return this.page.waitForFunction(condition, argument, { timeout: kPatience, polling: 100 });
  }

  // The picture moves `seconds` on from wherever it is now.
  async untilItPlays(seconds) {
    await this.until(() => document.querySelector('video'));
    const from = await this.page.evaluate(() => document.querySelector('video').currentTime);
    await this.until(([start, length]) => {
      const video = document.querySelector('video');
      return !video.paused && !video.seeking && video.currentTime > start + length;
    }, [from, seconds]);
  }

  // The controls hide when the pointer rests.
  async wake() {
    await this.page.mouse.move(600 + Math.random() * 50, 300);
  }

  async choose(menu, text) {
    await this.wake();
    await this.page.click(`button[data-menu=${menu}]`);
    await this.page.click(`[role=menuitemradio]:text-is("${text}")`);
    assert.equal(await this.page.locator('[role=menu]').count(), 0, 'the menu stays open');
  }

  async choices(menu) {
    await this.wake();
    await this.page.click(`button[data-menu=${menu}]`);
    const texts = await this.page.locator('[role=menuitemradio]').allTextContents();
    await this.shoot(`menu-${menu}`);
    await this.page.keyboard.press('Escape');
    return texts;
  }

  position() {
    return this.page.evaluate(() => document.querySelector('video').currentTime);
  }
}

async function checkList(viewer, base, channel) {
  const { page } = viewer;
  await page.goto(`${base}/`);
  const card = page.locator('.channel', { has: page.locator(`a[href$="/watch/${channel}"]`) });
  await card.waitFor({ timeout: kPatience });
  assert.notEqual((await card.locator('.now .title').textContent()).trim(), '', 'nothing is on');
  assert.ok((await card.locator('.next li').count()) > 0, 'nothing is next');
  // Decoded, or loading: a poster that fails has no width.
  await viewer.until(() => [...document.images].every((image) => image.naturalWidth > 0));
  await viewer.shoot('list');
  await card.locator('h2 a').click();
  await page.waitForURL(`**/watch/${channel}`);
}

async function checkSubtitles(viewer, languages) {
  const { page } = viewer;
  const offered = await viewer.choices('subtitles');
  assert.deepEqual(offered.slice(1).sort(), languages.map(({ name }) => name).sort());
  for (const { tag, name } of languages) {
    await viewer.choose('subtitles', name);
    // A cue of this language, not only its track: entries may lack a language for a while.
    const cue = await viewer.until((wanted) => {
      const track = [...document.querySelector('video').textTracks].find(
        ({ mode, language }) => mode === 'showing' && language === wanted);
      return track?.activeCues?.[0]?.text;
    }, tag);
    const text = await cue.jsonValue();
    const script = { zh: /\p{Script=Han}/u, ru: /\p{Script=Cyrillic}/u, en: /[a-z]/i }[tag];
    if (script) assert.match(text, script, `the ${tag} cue is in another script`);
    const showing = await page.evaluate(() =>
      [...document.querySelector('video').textTracks].filter(({ mode }) => mode === 'showing').length);
    assert.equal(showing, 1, 'more than one language is shown');
    await viewer.shoot(`subtitles-${tag}`);
  }
  await viewer.choose('subtitles', offered[0]);
  await viewer.until(() =>
    [...document.querySelector('video').textTracks].every(({ mode }) => mode !== 'showing'));
}

async function checkQualities(viewer) {
  const offered = await viewer.choices('quality');
  const heights = offered.filter((text) => /^\d+p$/.test(text));
  assert.ok(heights.length > 1, `qualities offered: ${offered}`);
  for (const height of heights) {
    await viewer.choose('quality', height);
    await viewer.until(
      (lines) => document.querySelector('video').videoHeight === lines, parseInt(height, 10));
    await viewer.untilItPlays(0.5);
  }
  await viewer.choose('quality', (await viewer.choices('quality')).at(-1));
}

async function checkTimeTravel(viewer) {
  const { page } = viewer;
  await viewer.wake();
  const before = await viewer.position();
  for (let i = 0; i < 3; ++i) await page.keyboard.press('ArrowLeft');
  await viewer.untilItPlays(0.5);
  const after = await viewer.position();
  assert.ok(before - after > 15, `three times ten seconds back went from ${before} to ${after}`);
  await page.locator('button.live:not(.on)').waitFor({ timeout: kPatience });
  await viewer.shoot('behind');
  await page.click('button.live');
  await page.locator('button.live.on').waitFor({ timeout: kPatience });
  await viewer.untilItPlays(0.5);
}

async function checkKeys(viewer) {
  const { page } = viewer;
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press(' ');
  await viewer.until(() => document.querySelector('video').paused);
  await page.keyboard.press(' ');
  await viewer.untilItPlays(0.2);
  const muted = await page.evaluate(() => document.querySelector('video').muted);
  await page.keyboard.press('m');
  await viewer.until((was) => document.querySelector('video').muted !== was, muted);
  await page.keyboard.press('c');
  await viewer.until(() =>
    [...document.querySelector('video').textTracks].some(({ mode }) => mode === 'showing'));
  await page.keyboard.press('f');
  await viewer.until(() => document.fullscreenElement !== null);
  await page.keyboard.press('f');
  await viewer.until(() => document.fullscreenElement === null);
}

async function main(options) {
  const { browser, page, complaints } = await openBrowser();
  try {
    if (options.screenshots) await mkdir(options.screenshots, { recursive: true });
    const viewer = new Viewer(page, options.screenshots);
    await checkList(viewer, options.base, options.channel);
    await viewer.untilItPlays(2);
    assert.ok(await page.evaluate(() => window.matineePlayer !== undefined), 'hls.js does not play');
    await viewer.shoot('watch');

    const { languages } = await page.evaluate(
      (id) => fetch(`/api/v1/channels/${id}`).then((answer) => answer.json()), options.channel);
    await checkSubtitles(viewer, languages);
    await checkQualities(viewer);
    await checkTimeTravel(viewer);
    await checkKeys(viewer);

    await page.emulateMedia({ colorScheme: 'dark' });
    await viewer.shoot('dark');
    assert.deepEqual(complaints, [], 'the console complains');

    // Last, because the browser itself complains about the 404.
    await page.goto(`${options.base}/watch/there-is-no-such-channel`);
    await page.locator('.notice a[href="/"]').waitFor({ timeout: kPatience });
  } catch (error) {
    if (options.screenshots) {
      await page.screenshot({ path: path.join(options.screenshots, 'failed.png') });
    }
    if (complaints.length > 0) console.error(`The console says:\n${complaints.join('\n')}`);
    throw error;
  } finally {
    await browser.close();
  }
}

const options = parseArguments(process.argv.slice(2));
if (options) {
  await main(options);
  console.log('The pages are as a viewer expects them.');
} else {
  console.error('usage: watch_page.mjs BASE_URL [--channel ID] [--screenshots DIR]');
  process.exitCode = 2;
}
