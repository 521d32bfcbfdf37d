// Whether a screen's memory is bounded: plays one for a while, and says where it would be after a day.
//
//     node tests/e2e/screen_memory.mjs BASE_URL --data DIR --matinee PROGRAM
//         [--minutes 10] [--channel main] [--every 5] [--hours 24] [--width 1280]
//
// Every few seconds garbage is collected, and then counted: script memory, DOM nodes, listeners, and what
// all of Chromium's processes hold (proportional set size, but for files). A line is laid through the last two thirds of
// the samples, when what is filled once has been filled, and followed for `hours`. The slope has an error of its
// own: what is judged is its upper end (two standard errors). Exit status 1 where that is over a limit, 2 where there are
// too few samples to say.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { PlainChromium } from './plain_chromium.mjs';

const run = promisify(execFile);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    matinee: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    channel: { type: 'string', default: 'main' },
    every: { type: 'string', default: '5' },
    hours: { type: 'string', default: '24' },
    width: { type: 'string', default: '1280' },
  },
});
const [base] = positionals;
if (!base || !values.data || !values.matinee) {
  console.error('usage: screen_memory.mjs BASE_URL --data DIR --matinee PROGRAM');
  process.exit(2);
}

// What a screen may have come to after the hours; the page is loaded anew once a day.
const kLimits = {
  'script memory, MB': 100,
  'DOM nodes': 5_000,
  listeners: 1_000,
  'all processes, MB': 1_500,
};

/**
 * Of `root` and all that it has started, in MB, without what is mapped from files: how much of that counts
 * depends on which other browsers are open. Shared memory is counted once.
 */
async function processMemory(root) {
  const parents = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null); // it may have ended
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isOurs = (id) => id === root || (parents.has(id) && isOurs(parents.get(id)));
  let kilobytes = 0;
  for (const id of [...parents.keys()].filter(isOurs)) {
    const rollup = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '');
    for (const [, part] of rollup.matchAll(/^Pss_(?:Anon|Shmem):\s+(\d+)/gm)) kilobytes += Number(part);
  }
  return kilobytes / 1000;
}

/** Least squares through [x, y]: the slope, its standard error, and where the line ends. */
function trendOf(points) {
  const count = points.length;
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / count;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  const slope = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread;
  const at = (hour) => y + slope * (hour - x);
  const rest = points.reduce((sum, point) => sum + (point[1] - at(point[0])) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (count - 2) / spread), last: at(points.at(-1)[0]) };
}

const width = Number(values.width);
const browser = await PlainChromium.open(`${base}/screen`, { width, height: Math.round((width * 9) / 16) });
process.on('exit', () => browser.child.kill()); // also after what was not expected
const code = await browser.until("document.querySelector('.code')?.textContent.trim()");
const name = `memory ${process.pid}`;
const matinee = (...args) => run(values.matinee, [...args, '--data', values.data]);
await matinee('screen', 'approve', code, '--name', name, '--channel', values.channel);
await browser.until("window.matineeScreen?.playback?.state === 'playing'");

await browser.toPage('Performance.enable');
async function sample() {
  await browser.toPage('HeapProfiler.collectGarbage');
  const { metrics } = await browser.toPage('Performance.getMetrics');
  const of = (metric) => metrics.find((each) => each.name === metric).value;
  return {
    'script memory, MB': of('JSHeapUsedSize') / 1e6,
    'DOM nodes': of('Nodes'),
    listeners: of('JSEventListeners'),
    'all processes, MB': await processMemory(browser.process),
  };
}

const samples = []; // [hours since the beginning, counts]
const begun = Date.now();
for (const end = begun + Number(values.minutes) * 60_000; Date.now() < end;) {
  await sleep(Number(values.every) * 1000);
  const counts = await sample();
  samples.push([(Date.now() - begun) / 3600_000, counts]);
  const shown = Object.values(counts).map((count) => count.toFixed(1)).join('  ');
  console.log(`${((Date.now() - begun) / 60_000).toFixed(1).padStart(6)} min  ${shown}`);
}
const { restarts, dropped } = await browser.evaluate(`({
  restarts: window.matineeScreen.playback.restarts,
  dropped: document.querySelector('video').getVideoPlaybackQuality().droppedVideoFrames,
})`);
await browser.close();
await matinee('screen', 'remove', name);

if (samples.length < 30) {
  console.error(`${samples.length} samples are too few to say anything: the machine was busy, or it was not long enough`);
  process.exit(2);
}
const hours = Number(values.hours);
let over = 0;
console.log(`\n${'after'.padEnd(20)}${`${values.minutes} min`.padStart(10)}${'an hour adds'.padStart(22)}` +
  `${`${hours} h at most`.padStart(16)}${'limit'.padStart(8)}`);
for (const [what, limit] of Object.entries(kLimits)) {
  const settled = samples.slice(Math.floor(samples.length / 3)).map(([at, counts]) => [at, counts[what]]);
  const { slope, error, last } = trendOf(settled);
  const most = last + Math.max(0, slope + 2 * error) * hours;
  if (most > limit) ++over;
  console.log(`${what.padEnd(20)}${last.toFixed(1).padStart(10)}` +
    `${`${slope.toFixed(2)} ± ${(2 * error).toFixed(2)}`.padStart(22)}${most.toFixed(0).padStart(16)}` +
    `${String(limit).padStart(8)}${most > limit ? '  OVER' : ''}`);
}
console.log(`players made anew: ${restarts}; frames dropped: ${dropped}`);
console.log(over === 0 ? 'Memory is bounded.' : `${over} of ${Object.keys(kLimits).length} may go over their limits.`);
process.exit(over === 0 ? 0 : 1);
