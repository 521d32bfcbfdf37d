// Looks at the pages of a running server as a viewer does.
//
//     node tests/e2e/watch_page.mjs BASE_URL [--channel ID] [--screenshots DIR]
//
// Opens the list, a channel's page and a film's: waits for the picture to move, reads subtitles in two
// languages, chooses every quality, goes back in time by bar, list and keys, and to live again, all by
// mouse, keyboard and finger. Has axe-core judge every page. Exit status 1 and a message when something is
// not as a viewer expects it, or when the console complains.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openBrowser, seriousFindings } from './browser.mjs';

const kPatience = 60_000; // milliseconds for anything to happen

const kScripts = { zh: /\p{Script=Han}/u, ru: /\p{Script=Cyrillic}/u, en: /[a-z]/i };

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
    await this.page.mouse.move(500 + Math.random() * 50, 300);
  }

  async open(menu) {
    await this.wake();
    await this.page.click(`button[data-menu=${menu}]`);
  }

  // In the subtitles' panel: `slot` 0 is the first language, 1 the second, 2 the size, 3 the background.
  async chip(slot, text) {
    await this.page.locator('.panel .chips').nth(slot).locator(`label:text-is("${text}")`).click();
  }

  async choose(menu, text) {
    await this.open(menu);
    await this.page.click(`[role=menuitemradio]:text-is("${text}")`);
    assert.equal(await this.page.locator('[role=menu]').count(), 0, 'the menu stays open');
  }

  async choices(menu) {
    await this.open(menu);
    const texts = await this.page.locator('[role=menuitemradio]').allTextContents();
    await this.shoot(`menu-${menu}`);
    await this.page.keyboard.press('Escape');
    return texts;
  }

  position() {
    return this.page.evaluate(() => document.querySelector('video').currentTime);
  }

  async checkAccessibility(where) {
    assert.deepEqual(await seriousFindings(this.page), [], `axe-core on ${where}`);
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
  // The scene that is on moves along.
  const scene = card.locator('.thumbnail');
  const first = await scene.getAttribute('data-number', { timeout: kPatience });
  await viewer.until(
    (before) => document.querySelector('.thumbnail')?.dataset.number !== before, first);
  await viewer.checkAccessibility('the list of channels');
  await viewer.shoot('list');
  await card.locator('h2 a').click();
  await page.waitForURL(`**/watch/${channel}`);
}

// Both languages at once, in their own scripts, one above the other, clear of the controls.
async function checkSubtitles(viewer, languages) {
  const { page } = viewer;
  for (const [at, first] of languages.entries()) {
    const second = languages[(at + 1) % languages.length];
    await viewer.open('subtitles');
    await viewer.chip(0, first.name);
    await viewer.chip(1, second.name);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.panel').count(), 0, 'the panel stays open');
    // Films may lack a language: until there is one that has both.
    const cues = await viewer.until(() => {
      const cues = [...document.querySelectorAll('.cue')];
      const of = (track) => cues.filter((cue) => cue.dataset.track === track);
      if (of('0').length === 0 || of('1').length === 0) return null;
      const controls = document.querySelector('.seek').getBoundingClientRect();
      const hidden = document.querySelector('.stage').classList.contains('idle');
      return cues.map((cue) => {
        const { top, bottom } = cue.getBoundingClientRect();
        const limit = hidden ? Infinity : controls.top;
        return { track: Number(cue.dataset.track), language: cue.lang, text: cue.textContent, top, bottom, limit };
      });
    });
    const shown = await cues.jsonValue();
    for (const { track, language, text, bottom, limit } of shown) {
      assert.equal(language, [first, second][track].tag);
      if (kScripts[language]) assert.match(text, kScripts[language], `a ${language} cue`);
      assert.ok(bottom <= limit + 1, `"${text}" at ${bottom} lies on the controls at ${limit}`);
    }
    const sorted = [...shown].sort((a, b) => a.top - b.top);
    sorted.slice(1).forEach((cue, i) => {
      assert.ok(cue.top >= sorted[i].bottom - 1, `"${sorted[i].text}" lies on "${cue.text}"`);
    });
    const native = await page.evaluate(() =>
      [...document.querySelector('video').textTracks].filter(({ mode }) => mode === 'showing').length);
    assert.equal(native, 0, 'the browser draws subtitles as well');
    await viewer.shoot(`subtitles-${first.tag}-${second.tag}`);
  }
}

async function checkSubtitleStyle(viewer) {
  const { page } = viewer;
  const look = () => page.evaluate(() => {
    const box = document.querySelector('.subtitles');
    return { size: parseFloat(getComputedStyle(box).fontSize), background: box.dataset.background };
  });
  const before = await look();
  await viewer.open('subtitles');
  await viewer.chip(2, 'Very large');
  await viewer.chip(3, 'Black');
  await viewer.checkAccessibility('the subtitles’ settings');
  await page.keyboard.press('Escape');
  const after = await look();
  assert.ok(after.size > before.size * 1.4, `${before.size} px became ${after.size}`);
  assert.equal(after.background, 'full');
  // Remembered for the next time, as are the languages.
  const chosen = await page.evaluate(() => localStorage.getItem('matinee.second-subtitles'));
  await page.reload();
  await viewer.untilItPlays(0.5);
  await viewer.until(() => document.querySelector('.cue[data-track="1"]'));
  assert.deepEqual([(await look()).size, (await look()).background], [after.size, 'full']);
  assert.equal(
    await page.evaluate(() => document.querySelector('.cue[data-track="1"]').lang), chosen);
  await page.evaluate(() => document.activeElement?.blur());
  for (let i = 0; i < 2; ++i) await page.keyboard.press('-');
  await viewer.until((size) => parseFloat(getComputedStyle(document.querySelector('.subtitles')).fontSize) === size, before.size);
  await viewer.open('subtitles');
  await viewer.chip(1, 'Off');
  await viewer.chip(3, 'Shade');
  await page.keyboard.press('Escape');
  await viewer.until(() => !document.querySelector('.cue[data-track="1"]'));
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

async function backToLive(viewer) {
  await viewer.wake();
  await viewer.page.click('button.live:not(.on)');
  await viewer.page.locator('button.live.on').waitFor({ timeout: kPatience });
  await viewer.untilItPlays(0.5);
}

async function checkTimeTravel(viewer) {
  const { page } = viewer;
  await viewer.wake();
  await page.evaluate(() => document.activeElement?.blur());
  const before = await viewer.position();
  for (let i = 0; i < 3; ++i) await page.keyboard.press('ArrowLeft');
  await viewer.untilItPlays(0.5);
  const after = await viewer.position();
  assert.ok(before - after > 15, `three times ten seconds back went from ${before} to ${after}`);
  await page.locator('button.live:not(.on)').waitFor({ timeout: kPatience });
  await viewer.shoot('behind');
  await backToLive(viewer);

  // By the bar: what is there is seen before one goes there.
  const bar = await page.locator('.seek').boundingBox();
  const spot = [bar.x + bar.width * 0.6, bar.y + bar.height / 2];
  await page.mouse.move(...spot);
  const preview = page.locator('.preview');
  await preview.locator('.thumbnail').waitFor({ timeout: kPatience });
  const picture = await preview.locator('.thumbnail').evaluate((element) => {
    const address = getComputedStyle(element).backgroundImage.slice(5, -2);
    return fetch(address).then(({ status, headers }) => `${status} ${headers.get('Content-Type')}`);
  });
  assert.equal(picture, '200 image/jpeg');
  await viewer.shoot('thumbnail');
  await page.mouse.click(...spot);
  await page.locator('button.live:not(.on)').waitFor({ timeout: kPatience });
  await viewer.untilItPlays(0.5);
  // The pointer rests where one went: the film there is the film on the screen.
  await viewer.until(() => {
    const there = document.querySelector('.preview-title')?.textContent;
    return there && document.querySelector('.main .now .title')?.textContent === there;
  });

  // From its beginning, then the film before it.
  const positionAfter = async (act) => {
    await act();
    await viewer.until(() => !document.querySelector('video').seeking);
    return viewer.position();
  };
  await viewer.wake();
  const there = await viewer.position();
  const start = await positionAfter(() => page.getByRole('button', { name: 'Start this film over' }).click());
  assert.ok(start < there, `starting over went from ${there} to ${start}`);
  await page.evaluate(() => document.activeElement?.blur());
  const previous = await positionAfter(() => page.keyboard.press('Shift+ArrowLeft'));
  assert.ok(previous < start, `${previous} is not before ${start}`);

  // By the list of what was on.
  const last = page.locator('.earlier button').first();
  const title = await last.locator('.title').textContent();
  await last.click();
  await viewer.until(
    (name) => document.querySelector('.main .now .title')?.textContent === name, title);
  await viewer.untilItPlays(0.5);
  await backToLive(viewer);
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
  await page.keyboard.press('m');
  const loud = await page.evaluate(() => document.querySelector('video').volume);
  await page.keyboard.press('ArrowDown');
  await viewer.until((was) => document.querySelector('video').volume < was, loud);
  await page.keyboard.press('v');
  await viewer.until(() => localStorage.getItem('matinee.second-subtitles') !== 'off');
  await viewer.until(() => document.querySelector('.cue[data-track="1"]'));
  await page.keyboard.press('f');
  await viewer.until(() => document.fullscreenElement !== null);
  await page.keyboard.press('f');
  await viewer.until(() => document.fullscreenElement === null);

  await page.keyboard.press('?');
  await page.locator('dialog[open]').waitFor({ timeout: kPatience });
  assert.ok((await page.locator('dialog kbd').count()) > 12, 'the help lists the keys');
  await viewer.checkAccessibility('the help');
  await viewer.shoot('help');
  const letters = page.getByRole('checkbox', { name: 'Letters and signs' });
  await letters.uncheck();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached', timeout: kPatience });
  await page.keyboard.press('?');
  await page.keyboard.press('m');
  assert.equal(await page.locator('dialog').count(), 0, 'letters and signs do nothing where that is switched off');
  assert.equal(await page.evaluate(() => document.querySelector('video').muted), muted);
  await page.getByRole('button', { name: 'Keyboard' }).click();
  await letters.check();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached', timeout: kPatience });
}

// In a window of its own the film goes on, with its subtitles and the keys; and comes back.
async function checkPictureInPicture(viewer) {
  const { page } = viewer;
  const opening = page.context().waitForEvent('page', { timeout: kPatience });
  await page.keyboard.press('p');
  const apart = await opening;
  await page.getByText('It plays in its own window.').waitFor({ timeout: kPatience });
  assert.equal(await page.locator('video').count(), 0);
  await apart.locator('.cue').first().waitFor({ timeout: kPatience });
  const at = await apart.evaluate(() => document.querySelector('video').currentTime);
  await apart.waitForFunction((from) => document.querySelector('video').currentTime > from + 1, at, { timeout: kPatience });
  assert.ok(await apart.evaluate(() => getComputedStyle(document.querySelector('.stage')).position === 'relative'),
    'it is dressed like the page');
  await apart.keyboard.press(' ');
  await apart.waitForFunction(() => document.querySelector('video').paused, null, { timeout: kPatience });
  await apart.keyboard.press(' ');
  await page.getByRole('button', { name: 'Back to the page' }).click();
  await viewer.untilItPlays(0.2);
  await page.locator('.cue').first().waitFor({ timeout: kPatience });
  assert.equal(await page.locator('.stage.away').count(), 0);
}

// All controls with the keyboard alone, each seen to have the focus.
async function checkTabbing(viewer) {
  const { page } = viewer;
  await page.locator('.seek input').focus();
  const reached = new Set();
  for (let i = 0; i < 12; ++i) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element?.closest('.controls')) return null;
      const { outlineStyle, opacity } = getComputedStyle(element);
      return { label: element.getAttribute('aria-label') ?? element.textContent, outlineStyle, opacity };
    });
    if (!focus) break;
    assert.equal(focus.outlineStyle, 'solid', `${focus.label} does not show its focus`);
    reached.add(focus.label);
  }
  for (const label of ['Start this film over', 'Volume', 'Subtitles', 'Quality', 'Full screen']) {
    assert.ok(reached.has(label), `Tab does not reach ${label}: ${[...reached]}`);
  }
  // The quality's menu by keys: opens, moves, chooses, and gives the focus back.
  await page.locator('button[data-menu=quality]').focus();
  await page.keyboard.press('Enter');
  await page.locator('[role=menuitemradio]:focus').waitFor({ timeout: kPatience });
  await viewer.checkAccessibility('the quality’s menu');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  assert.equal(
    await page.evaluate(() => document.activeElement.dataset.menu), 'quality', 'the focus is lost');
  await page.evaluate(() => document.activeElement?.blur());
}

async function checkEntry(viewer, base, channel) {
  const { page } = viewer;
  const { now } = await page.evaluate(
    (id) => fetch(`/api/v1/channels/${id}`).then((answer) => answer.json()), channel);
  await page.goto(`${base}/watch/entries/${now.entry}`);
  await viewer.untilItPlays(0.5);
  assert.equal(await page.locator('h1').textContent(), now.title.en);
  assert.equal(await page.locator('button.live').count(), 0, 'a film is not live');
  await viewer.until(() => document.querySelector('.cue'));
  const bar = await page.locator('.seek').boundingBox();
  await page.mouse.move(bar.x + bar.width * 0.8, bar.y + bar.height / 2);
  const far = await page.locator('.preview .thumbnail').getAttribute('data-number');
  assert.ok(Number(far) > 0, 'the thumbnail is not of there');
  await viewer.checkAccessibility('a film’s page');
  await viewer.shoot('entry');
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('s');
  await viewer.until(() => document.querySelector('video').currentTime < 2);
}

// A finger's first touch brings the controls, and the film plays on.
async function checkTouch(browser, base, channel, screenshots) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, locale: 'en', hasTouch: true, isMobile: true,
    viewport: { width: 390, height: 844 },
  });
  const page = await context.newPage();
  const viewer = new Viewer(page, screenshots);
  await page.goto(`${base}/watch/${channel}`);
  await viewer.untilItPlays(0.5);
  await page.locator('.stage.idle').waitFor({ timeout: kPatience });
  const video = await page.locator('video').boundingBox();
  await page.touchscreen.tap(video.x + video.width / 2, video.y + video.height / 3);
  await page.locator('.stage:not(.idle)').waitFor({ timeout: kPatience });
  assert.equal(await page.evaluate(() => document.querySelector('video').paused), false);
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(widest <= 390, `the page is ${widest} pixels wide on a telephone of 390`);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('.controls button')]
      .filter((button) => button.offsetWidth > 0)
      .map((button) => [button.offsetWidth, button.offsetHeight, button.title || button.textContent])
      .filter(([width, height]) => width < 24 || height < 24));
  assert.deepEqual(small, [], 'targets too small for a finger');
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll('.controls button')]
      .filter((button) => button.getBoundingClientRect().right > window.innerWidth)
      .map((button) => button.title || button.textContent));
  assert.deepEqual(cut, [], 'controls beyond the edge of the telephone');
  await page.tap('button[data-menu=subtitles]');
  const panel = await page.locator('.panel').boundingBox();
  assert.ok(panel.x >= 0 && panel.x + panel.width <= 390 && panel.y >= 0, JSON.stringify(panel));
  await viewer.checkAccessibility('the player on a telephone');
  await viewer.shoot('phone-subtitles');
  await context.close();
}

// Every page in every language, light and dark, for a desk and a telephone: judged by axe-core, and kept to
// be looked at.
async function shootAll(browser, base, channel, screenshots) {
  const { now } = await (async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const answer = await context.request.get(`${base}/api/v1/channels/${channel}`);
    const value = await answer.json();
    await context.close();
    return value;
  })();
  const pages = { list: '/', watch: `/watch/${channel}`, entry: `/watch/entries/${now.entry}` };
  const sizes = { desk: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };
  for (const locale of ['en', 'zh', 'ru']) {
    for (const colorScheme of ['light', 'dark']) {
      for (const [size, viewport] of Object.entries(sizes)) {
        const context = await browser.newContext({
          ignoreHTTPSErrors: true, locale, colorScheme, viewport, reducedMotion: 'reduce',
        });
        const second = locale === 'zh' ? 'ru' : 'zh';
        await context.addInitScript(
          (tag) => localStorage.setItem('matinee.second-subtitles', tag), second);
        const page = await context.newPage();
        const viewer = new Viewer(page, screenshots);
        for (const [name, address] of Object.entries(pages)) {
          const where = `${name}-${locale}-${colorScheme}-${size}`;
          await page.goto(`${base}${address}`);
          if (name === 'list') await page.locator('.channel .thumbnail').waitFor({ timeout: kPatience });
          else await viewer.untilItPlays(1);
          assert.equal(await page.evaluate(() => document.documentElement.lang), locale);
          await viewer.checkAccessibility(where);
          await viewer.shoot(where);
        }
        await context.close();
      }
    }
  }
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

    await page.reload();
    const first = await viewer.until(
      () => performance.getEntriesByName('matinee-first-frame')[0]?.startTime);
    console.log(`first frame after ${Math.round(await first.jsonValue())} ms`);

    const { languages } = await page.evaluate(
      (id) => fetch(`/api/v1/channels/${id}`).then((answer) => answer.json()), options.channel);
    await checkSubtitles(viewer, languages);
    await checkSubtitleStyle(viewer);
    await checkQualities(viewer);
    await checkTimeTravel(viewer);
    await checkKeys(viewer);
    await checkPictureInPicture(viewer);
    await checkTabbing(viewer);
    await checkEntry(viewer, options.base, options.channel);
    assert.deepEqual(complaints, [], 'the console complains');
    await checkTouch(browser, options.base, options.channel, options.screenshots);
    if (options.screenshots) {
      await shootAll(browser, options.base, options.channel, options.screenshots);
    }

    // Last, because the browser itself complains about the 404.
    await page.goto(`${options.base}/watch/there-is-no-such-channel`);
    await page.locator('.notice a[href="/"]').waitFor({ timeout: kPatience });
    await viewer.checkAccessibility('a channel that does not exist');
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
