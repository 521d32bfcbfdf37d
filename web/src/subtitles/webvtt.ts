// WebVTT segments of HLS, into cues (https://www.w3.org/TR/webvtt1/ section 6, RFC 8216bis section
// 3.1.4). The server has read and mended what authors wrote, so this is the grammar it writes, read
// leniently. Cue text stays as it is: the browser's own parser makes nodes of it. Pure.

export type Align = 'start' | 'center' | 'end' | 'left' | 'right';

/** How a cue is placed (section 3.1); null is "auto". */
export interface CueSettings {
  /** Percent of the picture's height, or a number of lines from above (from below when negative). */
  readonly line: { readonly value: number; readonly unit: 'percent' | 'lines' } | null;
  readonly lineAlign: 'start' | 'center' | 'end';
  /** Percent of the width. */
  readonly position: number | null;
  readonly positionAlign: 'line-left' | 'center' | 'line-right' | null;
  /** Percent of the width. */
  readonly size: number;
  readonly align: Align;
  readonly vertical: 'rl' | 'lr' | null;
}

export interface LocalCue {
  /** Seconds of the segment's LOCAL time. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly settings: CueSettings;
}

export interface VttSegment {
  /** What has to be added to cue times to get the stream's 90 kHz clock, whose 33 bits wrap around. */
  readonly mpegOffset: number;
  readonly cues: readonly LocalCue[];
}

export const kPlainSettings: CueSettings = {
  line: null,
  lineAlign: 'start',
  position: null,
  positionAlign: null,
  size: 100,
  align: 'center',
  vertical: null,
};

/** An error names what is no WebVTT at all. */
export function parseVttSegment(text: string): VttSegment {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  if (!/^WEBVTT(?:[ \t]|$)/.test(lines[0] ?? '')) throw new Error('not a WebVTT file');
  const blocks = blocksOf(lines);
  const header = blocks[0] ?? [];
  const map = header.find((line) => line.startsWith('X-TIMESTAMP-MAP='));
  const cues: LocalCue[] = [];
  for (const block of blocks.slice(1)) {
    const cue = cueOf(block);
    if (cue) cues.push(cue);
  }
  return { mpegOffset: map ? mpegOffsetOf(map) : 0, cues };
}

function blocksOf(lines: readonly string[]): string[][] {
  const blocks: string[][] = [];
  let block: string[] = [];
  for (const line of [...lines, '']) {
    if (line !== '') {
      block.push(line);
    } else if (block.length > 0) {
      blocks.push(block);
      block = [];
    }
  }
  return blocks;
}

function mpegOffsetOf(line: string): number {
  const local = parseTime(/LOCAL:([\d:.]+)/.exec(line)?.[1] ?? '') ?? 0;
  const mpeg = Number.parseInt(/MPEGTS:(\d+)/.exec(line)?.[1] ?? '0', 10);
  return mpeg - local * kMpegClock;
}

/** Ticks a second, and how many there are until they begin again (ISO 13818-1 section 2.4.3.7). */
export const kMpegClock = 90_000;
export const kMpegWrap = 2 ** 33;

function cueOf(block: readonly string[]): LocalCue | null {
  const at = block.findIndex((line) => line.includes('-->'));
  if (at < 0 || at > 1) return null; // a comment, a style, a region
  const timing = /^\s*([\d:.]+)\s+-->\s+([\d:.]+)(.*)$/.exec(block[at] ?? '');
  const start = parseTime(timing?.[1] ?? '');
  const end = parseTime(timing?.[2] ?? '');
  if (start === null || end === null || end <= start) return null;
  return {
    start,
    end,
    text: block.slice(at + 1).join('\n'),
    settings: parseSettings(timing?.[3] ?? ''),
  };
}

function parseTime(text: string): number | null {
  const parts = /^(?:(\d{2,}):)?([0-5]\d):([0-5]\d\.\d{3})$/.exec(text);
  if (!parts) return null;
  return Number(parts[1] ?? 0) * 3600 + Number(parts[2]) * 60 + Number(parts[3]);
}

function parsePercent(text: string): number | null {
  const value = /^(\d+(?:\.\d+)?)%$/.exec(text);
  const number = value ? Number(value[1]) : NaN;
  return number >= 0 && number <= 100 ? number : null;
}

const kAligns: readonly string[] = ['start', 'center', 'end', 'left', 'right'];

function parseSettings(text: string): CueSettings {
  let settings = kPlainSettings;
  for (const setting of text.trim().split(/\s+/)) {
    const colon = setting.indexOf(':');
    if (colon < 1) continue;
    const name = setting.slice(0, colon);
    const [value = '', align = ''] = setting.slice(colon + 1).split(',');
    settings = { ...settings, ...understood(name, value, align) };
  }
  return settings;
}

function understood(name: string, value: string, align: string): Partial<CueSettings> {
  const percent = parsePercent(value);
  switch (name) {
    case 'line': {
      const lineAlign = align === 'center' || align === 'end' ? align : 'start';
      if (percent !== null) return { line: { value: percent, unit: 'percent' }, lineAlign };
      if (!/^-?\d+$/.test(value)) return {};
      return { line: { value: Number(value), unit: 'lines' }, lineAlign };
    }
    case 'position':
      if (percent === null) return {};
      return {
        position: percent,
        positionAlign:
          align === 'line-left' || align === 'center' || align === 'line-right' ? align : null,
      };
    case 'size':
      return percent === null ? {} : { size: percent };
    case 'align':
      return kAligns.includes(value) ? { align: value as Align } : {};
    case 'vertical':
      return value === 'rl' || value === 'lr' ? { vertical: value } : {};
    default:
      return {};
  }
}
