// Measures whether picture and sound of matinee's sample entries are in step, in a file or in
// anything else ffmpeg can read (a channel's playlist). src/samples/marks.h says what is measured.
//
//     node tests/samples/sync_meter.mjs INPUT [--shape W:H] [--seconds N]
//
// --shape: the entry's own shape, when it was fitted into a picture of another (the patch is looked
// for in the fitted area); otherwise the picture is taken to be the entry's.
// Prints one JSON line per flash and a summary; exit status 1 when no flash has its beep.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';

const kRate = 48000;
const kWhite = 128; // mean luma of the patch: black is 16, white 235

// Runs a program; resolves to what it wrote to standard output and to standard error.
async function run(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = [];
  const err = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => err.push(chunk));
  const [code] = await once(child, 'close');
  const messages = Buffer.concat(err).toString();
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${messages.slice(-2000)}`);
  return { bytes: Buffer.concat(out), messages };
}

const ffmpeg = (args) => run('ffmpeg', ['-nostdin', '-hide_banner', ...args]);

async function hasSound(input) {
  const { bytes } = await run('ffprobe', [
    '-v', 'error', '-select_streams', 'a', '-show_entries', 'stream=index', '-of', 'csv=p=0', input,
  ]);
  return bytes.length > 0;
}

// The flash patch as an ffmpeg filter: an eighth of the fitted area's width, in its bottom left
// corner, a little smaller than it is, because codecs and scalers smear edges.
function patchFilter(shape) {
  const [w, h] = shape ?? [0, 0];
  const width = shape ? `min(iw,ih*${w}/${h})` : 'iw';
  const height = shape ? `min(ih,iw*${h}/${w})` : 'ih';
  const side = `${width}/8`;
  return (
    "scale='trunc(iw*sar/2)*2':ih,setsar=1," +
    `crop='${side}*0.6':'${side}*0.6':'(iw-${width})/2+${side}*0.2':` +
    `'(ih+${height})/2-${side}*0.8',format=gray,showinfo`
  );
}

// The times, in seconds, at which the patch turns white.
export async function flashTimes(input, { shape, seconds } = {}) {
  const { messages } = await ffmpeg([
    '-v', 'info', '-copyts', ...(seconds ? ['-t', String(seconds)] : []), '-i', input,
    '-map', '0:v:0', '-vf', patchFilter(shape), '-fps_mode', 'passthrough', '-f', 'null', '-',
  ]);
  // In ticks: ffmpeg prints seconds with six digits, which after a quarter of an hour is 10 ms.
  const [, numerator, denominator] = /config in time_base: (\d+)\/(\d+)/.exec(messages) ?? [];
  const times = [];
  let wasWhite = false;
  for (const [, ticks, mean] of messages.matchAll(/ pts: *(-?\d+) .*? mean:\[(\d+)/g)) {
    const white = Number(mean) > kWhite;
    if (white && !wasWhite) times.push((Number(ticks) * numerator) / denominator);
    wasWhite = white;
  }
  return times;
}

// The times, in seconds, at which the 1 kHz beep begins. Empty when there is no sound.
export async function beepTimes(input, { seconds } = {}) {
  if (!(await hasSound(input))) return [];
  const { bytes, messages } = await ffmpeg([
    '-v', 'info', '-copyts', ...(seconds ? ['-t', String(seconds)] : []), '-i', input,
    '-map', '0:a:0', '-af', `ashowinfo,aresample=${kRate},aformat=channel_layouts=mono`,
    '-f', 's16le', '-',
  ]);
  // ashowinfo counts in the sound's own rate.
  const [, ticks, rate] = / pts:(-?\d+) .*? rate:(\d+)/.exec(messages) ?? [null, 0, 1];
  const first = Number(ticks) / Number(rate);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2));

  // A beep begins where the signal first passes a fifth of the loudest, after a pause.
  let loudest = 0;
  for (const value of samples) loudest = Math.max(loudest, Math.abs(value));
  const times = [];
  let last = -kRate;
  for (let i = 0; i < samples.length; ++i) {
    if (Math.abs(samples[i]) < loudest / 5) continue;
    if (i - last > kRate / 4) times.push(first + i / kRate);
    last = i;
  }
  return times;
}

// Pairs every flash with the beep nearest to it (within half a second). `offset` is beep minus
// flash in milliseconds: positive when the sound is late.
export async function measureSync(input, options = {}) {
  const flashes = await flashTimes(input, options);
  const beeps = await beepTimes(input, options);
  const pairs = flashes.map((flash) => {
    const beep = beeps.reduce(
      (best, at) => (Math.abs(at - flash) < Math.abs(best - flash) ? at : best), Infinity);
    return { flash, offset: Math.abs(beep - flash) < 0.5 ? (beep - flash) * 1000 : null };
  });
  return { flashes, beeps, pairs };
}

async function main(args) {
  const option = (name) => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : args.splice(at, 2)[1];
  };
  const shape = option('--shape')?.split(':').map(Number);
  const seconds = option('--seconds');
  if (args.length !== 1) {
    console.error('usage: sync_meter.mjs INPUT [--shape W:H] [--seconds N]');
    return 2;
  }
  const { pairs, beeps } = await measureSync(args[0], { shape, seconds });
  for (const pair of pairs) console.log(JSON.stringify(pair));
  const offsets = pairs.map((pair) => pair.offset).filter((offset) => offset !== null);
  console.log(JSON.stringify({
    flashes: pairs.length,
    beeps: beeps.length,
    least: Math.min(...offsets),
    greatest: Math.max(...offsets),
  }));
  return offsets.length > 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2));
}
