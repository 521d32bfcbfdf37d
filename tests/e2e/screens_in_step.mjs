// Measures screens of a running server for as long as one likes.
//
//     node tests/e2e/screens_in_step.mjs BASE_URL --data DIR --matinee PROGRAM
//         [--screens 3] [--seconds 600] [--channel main] [--limit 40]
//
// Opens windows, pairs each by the command line, waits until all play, and prints every minute how far
// they are apart, how much script memory each has and how many frames it dropped. Exit status 1 when they were
// further apart than the limit (milliseconds) for more than a hundredth of the time.

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { openBrowser } from './browser.mjs';
import { apartFor, measureStep } from './in_step.mjs';

const run = promisify(execFile);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    matinee: { type: 'string' },
    screens: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '600' },
    channel: { type: 'string', default: 'main' },
    limit: { type: 'string', default: '40' },
  },
});
const [base] = positionals;
if (!base || !values.data || !values.matinee) {
  console.error('usage: screens_in_step.mjs BASE_URL --data DIR --matinee PROGRAM');
  process.exit(2);
}

const { browser } = await openBrowser();
const pages = [];
for (let i = 0; i < Number(values.screens); ++i) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, viewport: { width: 480, height: 270 },
  });
  const page = await context.newPage();
  pages.push(page);
  await page.goto(`${base}/screen`);
  const code = (await page.locator('.code').textContent({ timeout: 60_000 })).trim();
  const name = `measured ${process.pid}-${i}`;
  await run(values.matinee, [
    'screen', 'approve', code, '--name', name, '--channel', values.channel, '--data', values.data,
  ]);
  await page.waitForFunction(
    () => Math.abs(window.matineeScreen?.playback?.late ?? 1) < 0.02, null, { timeout: 120_000 });
}
const all = [];
for (let left = Number(values.seconds); left > 0; left -= 60) {
  const seconds = await measureStep(pages, Math.min(60, left), sleep);
  all.push(...seconds);
  const states = await Promise.all(pages.map((page) => page.evaluate(() => {
    const quality = document.querySelector('video').getVideoPlaybackQuality();
    return {
      heap: (performance.memory.usedJSHeapSize / 1e6).toFixed(1),
      dropped: `${quality.droppedVideoFrames}/${quality.totalVideoFrames}`,
      restarts: window.matineeScreen.playback?.restarts,
    };
  })));
  console.log(JSON.stringify({
    apart: { median: apartFor(seconds, 0.5), p99: apartFor(seconds, 0.99), most: apartFor(seconds, 1) },
    states,
  }));
}
const result = {
  seconds: all.length,
  median: apartFor(all, 0.5), p95: apartFor(all, 0.95), p99: apartFor(all, 0.99), most: apartFor(all, 1),
};
console.log(JSON.stringify(result));
await browser.close();
process.exit(result.p99 > Number(values.limit) ? 1 : 0);
