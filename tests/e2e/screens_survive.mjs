// What a screen of a venue has to survive in a week, at full length.
//
//     MATINEE_BUILD=build MATINEE_SOURCE=. node tests/e2e/screens_survive.mjs
//         [--only killed,cut,...] [--killed 60] [--cut 120] [--left 3600] [--screenshots DIR]
//
// Makes a small festival of its own and a screen on it, in a browser with a profile, and has happen to it, one
// after the other (times are in seconds):
//
//     killed       the server is killed, and started again after so long
//     cut          the network gets nothing through for so long, without a word
//     certificate  the server comes back with another certificate; before that, with one nobody trusts
//     edited       the channel is given another playlist
//     power        the browser is killed while the server is away, and opened again before that is back
//     version      the server comes back with another page while the old one, kept, is open
//     clock        the page sleeps, and when it wakes up an hour has passed by the server's clock
//     left         the page sleeps for so long
//
// Prints of each how long it took from when all was well again until the screen was in step. Exit status 1 when
// one of them was not survived.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openProfile, putToSleep } from './browser.mjs';
import { Cable, Station } from './station.mjs';

const kPatience = 120_000; // milliseconds for anything to happen
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    killed: { type: 'string', default: '60' },
    cut: { type: 'string', default: '120' },
    left: { type: 'string', default: '3600' },
    screenshots: { type: 'string' },
  },
});
const seconds = (name) => Number(values[name]) * 1000;

let station;
let cable;
let trusted;
let context;
let page;

const until = (condition, argument) =>
  page.waitForFunction(condition, argument, { timeout: kPatience, polling: 100 });
const untilCovered = () => page.locator('[data-card=away]').waitFor({ timeout: kPatience });
const untilInStep = () => until(() => {
  const playback = window.matineeScreen?.playback;
  return playback?.state === 'playing' && Math.abs(playback.late ?? 1) < 0.03;
});

const profile = () => path.join(station.folder, 'profile');

async function openPage() {
  context = await openProfile(profile(), trusted);
  page = context.pages()[0] ?? (await context.newPage());
  await page.goto(`${cable.origin}/screen`);
}

/** The browser's first process, which has the profile, and is no helper of another. */
async function browserProcess() {
  for (const id of await readdir('/proc')) {
    const line = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => ''); // no process, or ended
    if (line.includes(`--user-data-dir=${profile()}\0`) && !line.includes('--type=')) return Number(id);
  }
  throw new Error(`no browser has the profile ${profile()}`);
}

async function asleep(meanwhile) {
  const wake = await putToSleep(page);
  await meanwhile();
  await wake();
}

// Each returns once all is well again; what was not survived is thrown.
const kTrials = {
  async killed() {
    await station.stop('SIGKILL');
    await untilCovered();
    await sleep(seconds('killed'));
    await station.serve();
  },
  async cut() {
    cable.cut();
    await untilCovered();
    await sleep(seconds('cut'));
    assert.equal(await page.evaluate(() => window.matineeScreen.reachable), false);
    cable.mend();
  },
  async certificate() {
    await station.stop('SIGKILL');
    await station.useCertificate('stranger');
    await station.serve();
    await untilCovered();
    await page.reload(); // it opens from what is kept, and waits
    await untilCovered();
    await station.stop('SIGKILL');
    await station.useCertificate('second');
    await station.serve();
  },
  async edited() {
    await station.matinee('channel', 'add', 'main', 'tram');
    await until(() => window.matineeScreen.known.slice(-3).every(({ entry }) => entry === 'tram'));
    await until(() => {
      const on = window.matineeScreen.known.find(({ end }) => Date.parse(end) > window.matineeScreen.serverTime());
      return on?.entry === 'tram';
    });
  },
  async power() {
    await until(() => window.matineeScreen.kept);
    // Chromium writes cookies to the disk twice a minute; a profile that has been in use for longer has them.
    await sleep(35_000);
    await station.stop('SIGKILL');
    const closed = context.waitForEvent('close');
    process.kill(await browserProcess(), 'SIGKILL');
    await closed;
    await openPage();
    await page.locator('[data-card=away] .channel').waitFor({ timeout: kPatience });
    await station.serve();
  },
  async version() {
    await until(() => window.matineeScreen.kept);
    await station.stop('SIGKILL');
    await page.reload();
    await untilCovered();
    const script = await station.changePage();
    await station.serve();
    await until((name) => document.querySelector('script[src]')?.src.endsWith(name), script);
  },
  async clock() {
    await asleep(async () => {
      await station.stop('SIGKILL');
      await station.serve({ ahead: 3600 });
    });
  },
  async left() {
    await asleep(() => sleep(seconds('left')));
  },
};

const chosen = values.only?.split(',') ?? Object.keys(kTrials);
for (const name of chosen) assert.ok(kTrials[name], `there is no trial ${name}: ${Object.keys(kTrials)}`);
if (values.screenshots) await mkdir(values.screenshots, { recursive: true });

let failed = 0;
try {
  station = await Station.make();
  const certificates = ['first', 'second', 'stranger'];
  const keys = [];
  for (const name of certificates) keys.push(await station.makeCertificate(name));
  trusted = keys.slice(0, 2);
  await station.useCertificate('first');
  await station.serve();
  cable = await Cable.lay(station);
  await openPage();
  const code = (await page.locator('.code').textContent({ timeout: kPatience })).trim();
  await station.matinee('screen', 'approve', code, '--name', 'Hall', '--channel', 'main');
  await untilInStep();
  for (const name of chosen) {
    const begun = Date.now();
    try {
      await kTrials[name]();
      const well = Date.now();
      await untilInStep();
      const { restarts, kept } = await page.evaluate(() => ({
        restarts: window.matineeScreen.playback.restarts, kept: window.matineeScreen.kept,
      }));
      console.log(`${name.padEnd(12)} in step ${((Date.now() - well) / 1000).toFixed(1)} s after, ` +
        `${((Date.now() - begun) / 1000).toFixed(0)} s in all; players made anew: ${restarts}; kept: ${kept}`);
    } catch (error) {
      ++failed;
      console.log(`${name.padEnd(12)} NOT SURVIVED: ${error.message}`);
      if (values.screenshots) await page.screenshot({ path: path.join(values.screenshots, `${name}.png`) });
      break; // what follows would begin with a screen that does not play
    }
  }
} finally {
  await context?.close();
  cable?.remove();
  await station?.remove();
}
process.exit(failed > 0 ? 1 : 0);
