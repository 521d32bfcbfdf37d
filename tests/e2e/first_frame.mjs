// How long after the watch page is asked for its first picture is there.
//
//     node tests/e2e/first_frame.mjs BASE_URL [--channel main] [--loads 10] [--limit 1000]
//
// Each load has a browser context of its own, with nothing in its cache; the browser has been started, and has
// shown the page once. Prints each (milliseconds), the median and the slowest. Exit status 1 when the median is over
// the limit.

import { parseArgs } from 'node:util';
import { openBrowser } from './browser.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    channel: { type: 'string', default: 'main' },
    loads: { type: 'string', default: '10' },
    limit: { type: 'string', default: '1000' },
  },
});
const [base] = positionals;
if (!base) {
  console.error('usage: first_frame.mjs BASE_URL [--channel ID] [--loads N] [--limit MS]');
  process.exit(2);
}

async function load(browser) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(`${base}/watch/${values.channel}`);
  const mark = await page.waitForFunction(
    () => performance.getEntriesByName('matinee-first-frame')[0]?.startTime, null, { timeout: 60_000, polling: 100 });
  const milliseconds = Math.round(await mark.jsonValue());
  await context.close();
  return milliseconds;
}

const { browser } = await openBrowser();
await load(browser);
const taken = [];
for (let i = 0; i < Number(values.loads); ++i) taken.push(await load(browser));
await browser.close();
const sorted = [...taken].sort((a, b) => a - b);
const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
console.log(`first frame after ${taken.join(', ')} ms: median ${median}, slowest ${sorted.at(-1)}`);
process.exit(median > Number(values.limit) ? 1 : 0);
