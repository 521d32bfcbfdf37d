// The cues of one subtitle rendition around the position of playback, fetched as they are needed.
//
// hls.js plays one subtitle rendition at a time. The pages show two, so they read both themselves,
// and hls.js none.

import { isPassing, retryDelay } from '../backoff';
import { parseMediaPlaylist, type MediaPlaylist, type Segment } from './media_playlist';
import { kMpegClock, kMpegWrap, parseVttSegment, type CueSettings } from './webvtt';

/** A cue on the player's timeline, in seconds. */
export interface Cue {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly settings: CueSettings;
}

/** Where the player is, and how its timeline relates to what playlists and segments say. */
export interface Timeline {
  /** Seconds of the player's timeline. */
  readonly position: number;
  /** Milliseconds since 1970 of what is shown there; null when the playlist has no dates. */
  readonly instant: number | null;
  /** What the stream's 90 kHz clock shows, in seconds, when the player's timeline is at zero. */
  readonly origin: number;
}

const kAhead = 20; // seconds of cues to have in hand
const kKept = 90; // seconds to either side that are not forgotten
const kLook = 500; // milliseconds between looks at whether something is missing
const kLeastAge = 3000; // milliseconds before a playlist is asked for again, whatever is missing

/**
 * The position on the player's timeline of `ticks` of the 90 kHz clock, which begins again every 26
 * hours: of all that it may be, the one closest to `near`.
 */
export function positionOf(ticks: number, origin: number, near: number): number {
  const wrap = kMpegWrap / kMpegClock;
  const position = ticks / kMpegClock - origin;
  return position + Math.round((near - position) / wrap) * wrap;
}

/** Those of `segments` that cover some of [from, to), in the playlist's own milliseconds. */
export function segmentsWithin(
  segments: readonly Segment[],
  from: number,
  to: number,
): readonly Segment[] {
  return segments.filter(({ start, duration }) => start < to && start + duration * 1000 > from);
}

export class CueSource {
  private playlist: MediaPlaylist | null = null;
  private askedAt = -Infinity;
  private readonly cues = new Map<number, readonly Cue[]>(); // by sequence number
  private readonly abort = new AbortController();
  private timer: number | undefined;
  private failures = 0;

  /** `timeline` is null as long as the player does not know. */
  constructor(
    private readonly url: string,
    private readonly timeline: () => Timeline | null,
  ) {
    void this.look();
  }

  /** The cues that are shown at `position`, each once, in order of appearance. */
  at(position: number): readonly Cue[] {
    const active = new Map<string, Cue>();
    for (const cues of this.cues.values()) {
      for (const cue of cues) {
        if (cue.start > position || position >= cue.end) continue;
        // A cue that spans segments stands in each of them.
        active.set(`${cue.start.toFixed(2)} ${cue.end.toFixed(2)} ${cue.text}`, cue);
      }
    }
    return [...active.values()].sort((a, b) => a.start - b.start);
  }

  destroy(): void {
    this.abort.abort();
    window.clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    let wait = kLook;
    try {
      const timeline = this.timeline();
      if (timeline) await this.complete(timeline);
      this.failures = 0;
    } catch (error) {
      if (this.abort.signal.aborted) return;
      // Without subtitles the film goes on; they come back when the server does.
      if (!(error instanceof FetchFailure) || !isPassing(error.status)) console.warn(String(error));
      wait = retryDelay(this.failures++);
    }
    if (!this.abort.signal.aborted) this.timer = window.setTimeout(() => void this.look(), wait);
  }

  private async complete(timeline: Timeline): Promise<void> {
    const playlist = await this.playlistFor(timeline);
    const base = this.baseOf(playlist, timeline);
    const here = base + timeline.position * 1000;
    const wanted = segmentsWithin(playlist.segments, here - 1000, here + kAhead * 1000);
    for (const segment of wanted) {
      if (this.cues.has(segment.sequence)) continue;
      this.cues.set(segment.sequence, await this.fetchCues(segment, base, timeline));
    }
    const near = segmentsWithin(playlist.segments, here - kKept * 1000, here + kKept * 1000);
    const kept = new Set(near.map(({ sequence }) => sequence));
    for (const sequence of [...this.cues.keys()]) {
      if (!kept.has(sequence)) this.cues.delete(sequence);
    }
  }

  /** What to add to positions, in milliseconds, to get the playlist's times. */
  private baseOf(playlist: MediaPlaylist, timeline: Timeline): number {
    if (playlist.dated && timeline.instant !== null) {
      return timeline.instant - timeline.position * 1000;
    }
    return 0;
  }

  /** Asks again when what is listed ends too soon after the position. */
  private async playlistFor(timeline: Timeline): Promise<MediaPlaylist> {
    const now = performance.now();
    if (this.playlist) {
      if (now < this.askedAt + kLeastAge) return this.playlist;
      const last = this.playlist.segments.at(-1);
      const end = last ? last.start + last.duration * 1000 : 0;
      const here = this.baseOf(this.playlist, timeline) + timeline.position * 1000;
      const first = this.playlist.segments[0]?.start ?? 0;
      if (this.playlist.complete || (here >= first && end > here + 8000)) return this.playlist;
    }
    this.askedAt = now;
    this.playlist = parseMediaPlaylist(await this.fetchText(this.url), this.url);
    return this.playlist;
  }

  private async fetchCues(
    segment: Segment,
    base: number,
    timeline: Timeline,
  ): Promise<readonly Cue[]> {
    const { mpegOffset, cues } = parseVttSegment(await this.fetchText(segment.url));
    const near = (segment.start - base) / 1000;
    // The offset is the film's beginning, which may be hours before the segment, but not 13.
    const offset = positionOf(mpegOffset, timeline.origin, near);
    return cues.map((cue) => ({ ...cue, start: cue.start + offset, end: cue.end + offset }));
  }

  private async fetchText(url: string): Promise<string> {
    let response: Response;
    try {
      response = await fetch(url, { signal: this.abort.signal });
    } catch (error) {
      throw this.abort.signal.aborted ? error : new FetchFailure(0, url);
    }
    if (!response.ok) throw new FetchFailure(response.status, url);
    return response.text();
  }
}

class FetchFailure extends Error {
  constructor(
    readonly status: number,
    url: string,
  ) {
    super(`subtitles: ${url}: ${status === 0 ? 'no answer' : status}`);
  }
}
