// A client that knows nothing but a channel's playlist: it follows one rendition, fetches every
// segment once, and says afterwards what was shown when, to the frame. What it has once seen must
// never change, but for becoming a gap.

import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

function get(url) {
  return new Promise((resolve, reject) => {
    const asked = https.get(url, { rejectUnauthorized: false, agent: false, timeout: 5000 }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(parts) }));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
  });
}

// The boxes of that type, anywhere below the containers on the way to them.
function boxes(bytes, type, found = []) {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (size < 8 || at + size > bytes.length) throw new Error(`box ${name} of ${size} bytes at ${at}`);
    const content = bytes.subarray(at + 8, at + size);
    if (name === type) found.push(content);
    if (name === 'moof' || name === 'traf') boxes(content, type, found);
    at += size;
  }
  return found;
}

// The first picture's time in ticks, how many there are, and how long they last together.
export function framesOf(segment) {
  const [time] = boxes(segment, 'tfdt');
  const first = time[0] === 1 ? Number(time.readBigUInt64BE(4)) : time.readUInt32BE(4);
  // What holds for all samples that say nothing of their own.
  const [header] = boxes(segment, 'tfhd');
  const said = header.readUIntBE(1, 3);
  const usual = said & 0x8 ? header.readUInt32BE(8 + (said & 0x1 ? 8 : 0) + (said & 0x2 ? 4 : 0)) : 0;
  let frames = 0;
  let ticks = 0;
  for (const run of boxes(segment, 'trun')) {
    const flags = run.readUIntBE(1, 3);
    const count = run.readUInt32BE(4);
    let at = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
    for (let i = 0; i < count; ++i) {
      ticks += flags & 0x100 ? run.readUInt32BE(at) : usual;
      at += 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
    }
    frames += count;
  }
  return { first, frames, ticks };
}

// A playlist's segments and airings, as it says them.
export function readPlaylist(text) {
  const segments = [];
  const airings = new Map();
  let sequence = 0;
  let duration;
  let date;
  let discontinuity = false;
  let gap = false;
  for (const line of text.split('\n')) {
    const tag = line.match(/^#(EXT[^:]*):?(.*)$/);
    if (tag?.[1] === 'EXT-X-MEDIA-SEQUENCE') sequence = Number(tag[2]);
    if (tag?.[1] === 'EXTINF') duration = tag[2];
    if (tag?.[1] === 'EXT-X-PROGRAM-DATE-TIME') date = tag[2];
    if (tag?.[1] === 'EXT-X-DISCONTINUITY') discontinuity = true;
    if (tag?.[1] === 'EXT-X-GAP') gap = true;
    if (tag?.[1] === 'EXT-X-DATERANGE' && tag[2].includes('matinee.airing')) {
      const of = (name) => tag[2].match(new RegExp(`(?:^|,)${name}="([^"]*)"`))?.[1];
      airings.set(of('ID'), { start: of('START-DATE'), title: of('X-TITLE') });
    }
    if (line !== '' && !line.startsWith('#')) {
      segments.push({ sequence, name: line, duration, date, discontinuity, gap });
      sequence += 1;
      date = undefined;
      discontinuity = false;
      gap = false;
    }
  }
  return { segments, airings };
}

export class Recorder {
  #url;
  #stop = false;
  #running;
  segments = new Map(); // by sequence number: name, duration, date, first, frames, ticks
  airings = new Map(); // by ID: start, title
  faults = [];
  holes = 0; // answers that nothing is on
  losses = 0; // requests that found nobody, as while the server is away

  constructor(url) {
    this.#url = new URL(url);
  }

  start() {
    this.#running = this.#run();
  }

  async stop() {
    this.#stop = true;
    await this.#running;
  }

  async #run() {
    while (!this.#stop) {
      try {
        await this.#look();
      } catch (error) {
        if (error.code === undefined && error.message !== 'no answer') {
          this.faults.push(String(error.stack));
        }
        this.losses += 1;
      }
      await sleep(700);
    }
  }

  async #look() {
    const answer = await get(this.#url);
    if (answer.status === 503) {
      this.holes += 1;
      return;
    }
    if (answer.status !== 200) {
      this.faults.push(`the playlist: ${answer.status} ${answer.body}`);
      return;
    }
    const { segments, airings } = readPlaylist(answer.body.toString());
    for (const [id, airing] of airings) {
      const before = this.airings.get(id);
      if (before && (before.start !== airing.start || before.title !== airing.title)) {
        this.faults.push(`airing ${id} was ${JSON.stringify(before)} and is ${JSON.stringify(airing)}`);
      }
      this.airings.set(id, airing);
    }
    for (const segment of segments) {
      const before = this.segments.get(segment.sequence);
      if (before) {
        for (const what of ['name', 'duration', 'date', 'discontinuity']) {
          if (before[what] !== segment[what]) {
            this.faults.push(`segment ${segment.sequence}: ${what} was ${before[what]} and is ${segment[what]}`);
          }
        }
        if (!before.gap || segment.gap) continue; // what came too late for us may be back
      }
      if (segment.gap) {
        const gone = await get(new URL(segment.name, this.#url));
        if (gone.status !== 404) this.faults.push(`${segment.name}, a gap: ${gone.status}`);
        this.segments.set(segment.sequence, { ...segment, frames: 0 });
        continue;
      }
      const media = await get(new URL(segment.name, this.#url));
      if (media.status !== 200) {
        this.faults.push(`${segment.name}: ${media.status} ${media.body}`);
        continue;
      }
      this.segments.set(segment.sequence, { ...segment, ...framesOf(media.body) });
    }
  }

  // What was shown: airings in order, each with its first and last tick of media time, the frames that
  // were fetched of it, and how many segments of it could not be. Only airings that began and ended within
  // what was fetched.
  shown() {
    const all = [...this.segments.values()].sort((a, b) => a.sequence - b.sequence);
    while (all[0]?.gap) all.shift(); // nothing tells where it stands
    for (let i = 1; i < all.length; ++i) {
      const end = all[i - 1].first + all[i - 1].ticks;
      if (all[i].gap) {
        // As long as it is said to be: what follows shows whether that is right, to the tick.
        Object.assign(all[i], { first: end, ticks: Math.round(Number(all[i].duration) * 90_000) });
      }
      if (all[i].sequence !== all[i - 1].sequence + 1) {
        this.faults.push(`segment ${all[i - 1].sequence + 1} was never seen`);
      } else if (end !== all[i].first) {
        this.faults.push(`segment ${all[i].sequence} begins at ${all[i].first} and not at ${end}`);
      }
    }
    const starts = [...this.airings.entries()]
      .map(([id, airing]) => ({ id, ...airing, at: Date.parse(airing.start) }))
      .sort((a, b) => a.at - b.at);
    const first = (airing) => all.findIndex((segment) => segment.date === airing.start);
    const shown = [];
    for (let i = 0; i + 1 < starts.length; ++i) {
      const from = first(starts[i]);
      const to = first(starts[i + 1]);
      if (from < 0 || to < 0) continue; // before or after what was fetched
      const of = all.slice(from, to);
      shown.push({
        id: starts[i].id,
        title: starts[i].title,
        start: of[0].first,
        end: of.at(-1).first + of.at(-1).ticks,
        frames: of.reduce((sum, segment) => sum + segment.frames, 0),
        gaps: of.filter((segment) => segment.gap).length,
      });
    }
    return shown;
  }
}
