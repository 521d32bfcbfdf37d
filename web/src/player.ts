// The only file that knows hls.js, but for the one that plays on screens (screen/playback.ts). It plays
// one channel or entry on one <video>, survives whatever the network and the server do, and tells the
// view what to show. Subtitles are not left to hls.js or
// the browser: the view draws two languages of cues (subtitles/cue_source.ts).
//
// How far behind the playlist's end playback starts is the playlist's business (HOLD-BACK): a
// channel lists its segments ahead of the clock, so that keeping to it shows 20:00:00 at 20:00:00.

import Hls, { type ErrorData } from 'hls.js';
import { isPassing, retryDelay } from './backoff';
import { behindGap, isBuffered } from './gaps';
import { kHlsConfig } from './hls_config';
import { CueSource, type Cue, type Timeline } from './subtitles/cue_source';
import { kPlainSettings } from './subtitles/webvtt';
import { WholePlaylistLoader } from './whole_playlists';

declare global {
  interface Window {
    /** For measuring instruments: the running hls.js instance, if the page uses one. */
    matineePlayer?: Hls;
  }
}

export type Phase =
  | 'loading' // nothing to show yet
  | 'playing'
  | 'paused'
  | 'buffering'
  | 'reconnecting' // the server does not answer; goes on by itself
  | 'refused' // the server says that this viewer may not; `status` has its number
  | 'ended' // of an entry
  | 'unsupported'; // this browser cannot play HLS at all

export interface SubtitleChoice {
  readonly name: string;
  readonly language: string;
}

export interface QualityChoice {
  /** Lines of the picture. */
  readonly height: number;
  /** Bits per second. */
  readonly bitrate: number;
}

/** What the view shows; a new object whenever something changed. */
export interface Snapshot {
  readonly phase: Phase;
  /** Of the last request that failed since the picture moved: 0 for no answer; null for none. */
  readonly status: number | null;
  readonly subtitles: readonly SubtitleChoice[];
  /** Of the first and the second language shown: indices into `subtitles`; -1 is off. */
  readonly chosen: readonly [number, number];
  readonly qualities: readonly QualityChoice[];
  /** Index into `qualities`; -1 is chosen by bandwidth. */
  readonly quality: number;
  /** Index into `qualities` of what is being shown; -1 before anything is. */
  readonly shownQuality: number;
  readonly muted: boolean;
  /** It is muted because the browser lets no page sound that nobody has touched. */
  readonly soundRefused: boolean;
  /** From 0 to 1. */
  readonly volume: number;
  /**
   * What can be gone to, in seconds of the media timeline, up to the live position or an entry's
   * end; null before it is known.
   */
  readonly range: { readonly start: number; readonly live: number } | null;
  /** On the same timeline. */
  readonly position: number;
  /** Milliseconds since 1970 of the picture being shown; null before it is known. */
  readonly instant: number | null;
}

export interface Player {
  readonly snapshot: () => Snapshot;
  togglePlay(): void;
  toggleMute(): void;
  setVolume(volume: number): void;
  /** To `seconds` of the media timeline, kept within the rewindable part. */
  seek(seconds: number): void;
  /** The same, from where it is this very moment: a snapshot lags behind keys pressed fast. */
  seekBy(seconds: number): void;
  goLive(): void;
  /** Subtitles `slot` (0 first, 1 second) shows `index`; -1 turns it off. */
  chooseSubtitle(slot: 0 | 1, index: number): void;
  /** Shows cues later by `seconds` (earlier: negative) than they say, from now on. */
  delaySubtitles(seconds: number): void;
  /** The cues that are to be seen this moment, of the first and the second language. */
  cues(): readonly [readonly Cue[], readonly Cue[]];
  /** -1 lets the bandwidth decide. */
  chooseQuality(index: number): void;
  destroy(): void;
}

/** Closer than this to the live position counts as live, in seconds. */
const kLiveSlack = 6;

export function isLive(snapshot: Snapshot): boolean {
  return snapshot.range === null || snapshot.position > snapshot.range.live - kLiveSlack;
}

const kNothing: Snapshot = {
  phase: 'loading',
  status: null,
  subtitles: [],
  chosen: [-1, -1],
  qualities: [],
  quality: -1,
  shownQuality: -1,
  muted: false,
  soundRefused: false,
  volume: 1,
  range: null,
  position: 0,
  instant: null,
};

/**
 * Plays `url` on `video` from now on. `onChange` runs whenever the snapshot has changed, at most
 * a few times a second. `startAt` is in seconds; else it starts where that kind of stream does.
 */
export function play(
  video: HTMLVideoElement,
  url: string,
  onChange: () => void,
  startAt?: number,
): Player {
  if (Hls.isSupported()) return new HlsPlayer(video, url, onChange, startAt);
  if (video.canPlayType('application/vnd.apple.mpegurl') !== '') {
    return new NativePlayer(video, url, onChange, startAt);
  }
  return new NoPlayer(video, url, onChange);
}

/**
 * Has the browser fetch the beginning of what is to be played next, so that it starts at once.
 * Returns what ends that.
 */
export function preload(url: string): () => void {
  if (!Hls.isSupported()) return () => undefined;
  const hls = new Hls({ ...kHlsConfig, maxBufferLength: kPreloaded, maxMaxBufferLength: kPreloaded });
  hls.attachMedia(document.createElement('video'));
  hls.loadSource(url);
  return () => hls.destroy();
}

/** What is the same whoever feeds the <video>. */
abstract class VideoPlayer implements Player {
  private current: Snapshot = kNothing;
  private readonly listeners = new AbortController();
  private retryTimer: number | undefined;
  private failures = 0;
  private soundRefused = false;
  protected status: number | null = null;
  protected refused = false;
  protected readonly chosen: [number, number] = [-1, -1];
  protected delay = 0; // seconds by which cues are later than they say

  constructor(
    protected readonly video: HTMLVideoElement,
    protected readonly url: string,
    private readonly onChange: () => void,
  ) {
    const events = [
      'playing', 'pause', 'waiting', 'seeking', 'seeked', 'timeupdate', 'durationchange',
      'volumechange', 'loadedmetadata', 'canplay', 'ended',
    ];
    for (const event of events) this.listen(video, event, () => this.update());
    this.listen(video, 'timeupdate', () => this.onProgress());
    this.listen(video, 'volumechange', () => {
      if (!video.muted) this.soundRefused = false;
    });
  }

  readonly snapshot = (): Snapshot => this.current;

  togglePlay(): void {
    if (this.video.paused) {
      this.start();
    } else {
      this.video.pause();
    }
  }

  toggleMute(): void {
    this.video.muted = !this.video.muted;
    if (!this.video.muted && this.video.volume === 0) this.video.volume = 0.5;
  }

  setVolume(volume: number): void {
    this.video.volume = Math.min(1, Math.max(0, volume));
    this.video.muted = this.video.volume === 0;
  }

  seek(seconds: number): void {
    const range = this.range();
    if (range) this.video.currentTime = Math.min(range.live, Math.max(range.start, seconds));
  }

  seekBy(seconds: number): void {
    this.seek(this.video.currentTime + seconds);
  }

  goLive(): void {
    const range = this.range();
    if (range) this.video.currentTime = range.live;
    this.start();
  }

  delaySubtitles(seconds: number): void {
    this.delay = seconds;
  }

  abstract chooseSubtitle(slot: 0 | 1, index: number): void;
  abstract cues(): readonly [readonly Cue[], readonly Cue[]];
  abstract chooseQuality(index: number): void;

  destroy(): void {
    this.listeners.abort();
    window.clearTimeout(this.retryTimer);
    this.video.removeAttribute('src');
    this.video.load();
  }

  /** With sound if the browser lets us; else without, until the viewer asks. */
  protected start(): void {
    this.video.play().catch((error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      if (this.video.muted) return; // not even so: the viewer presses play
      this.soundRefused = true;
      this.video.muted = true;
      this.update();
      this.start();
    });
  }

  /** Runs `action` after a delay that grows with every failure since the picture last moved. */
  protected retry(status: number, action: () => void): void {
    this.status = status;
    window.clearTimeout(this.retryTimer);
    this.retryTimer = window.setTimeout(action, retryDelay(this.failures++));
    this.update();
  }

  protected listen(target: EventTarget, event: string, listener: () => void): void {
    target.addEventListener(event, listener, { signal: this.listeners.signal });
  }

  protected abstract tracks(): Pick<
    Snapshot,
    'subtitles' | 'qualities' | 'quality' | 'shownQuality'
  >;
  protected abstract range(): Snapshot['range'];
  protected abstract instant(): number | null;

  protected readonly update = (): void => {
    const { video } = this;
    this.current = {
      ...this.tracks(),
      phase: this.phase(),
      status: this.status,
      chosen: [...this.chosen],
      muted: video.muted,
      soundRefused: this.soundRefused && video.muted,
      volume: video.volume,
      range: this.range(),
      position: video.currentTime,
      instant: this.instant(),
    };
    this.onChange();
  };

  private phase(): Phase {
    const { video } = this;
    if (video.ended) return 'ended';
    const starved = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    if (this.refused && starved) return 'refused';
    if (this.status !== null && starved) return 'reconnecting';
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING) return 'loading';
    if (video.paused) return 'paused';
    return starved || video.seeking ? 'buffering' : 'playing';
  }

  private onProgress(): void {
    if (this.video.paused || this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return;
    // The picture moves. A request may still be failing, but that is no longer the viewer's affair.
    if (this.video.seeking) return;
    this.failures = 0;
    this.status = null;
  }
}

const kPreloaded = 4; // seconds of what comes next

const kRefusals: readonly number[] = [401, 403, 410];

class HlsPlayer extends VideoPlayer {
  private hls: Hls;
  private recoveredAt = -Infinity;
  private quality = -1;
  private outdated = false; // its playlists are, and are about to be read anew
  private startsAt: number | null = null; // behind which gap hls.js was told to start
  private origin: number | null = null; // seconds of the stream's clock at zero of the media timeline
  private sources: [CueSource | null, CueSource | null] = [null, null];
  private wanted: [SubtitleChoice | null, SubtitleChoice | null] = [null, null];

  constructor(
    video: HTMLVideoElement,
    url: string,
    onChange: () => void,
    private readonly startAt = -1,
  ) {
    super(video, url, onChange);
    this.hls = this.create();
    for (const event of ['seeking', 'waiting']) this.listen(video, event, () => this.leaveGap());
    this.start();
  }

  override destroy(): void {
    for (const source of this.sources) source?.destroy();
    this.hls.destroy();
    delete window.matineePlayer;
    super.destroy();
  }

  override chooseSubtitle(slot: 0 | 1, index: number): void {
    this.wanted[slot] = this.tracks().subtitles[index] ?? null;
    this.chosen[slot] = this.wanted[slot] ? index : -1;
    this.sources[slot]?.destroy();
    const url = this.hls.subtitleTracks[index]?.url;
    this.sources[slot] = url ? new CueSource(url, this.timeline) : null;
    this.update();
  }

  override cues(): readonly [readonly Cue[], readonly Cue[]] {
    const [first, second] = this.sources;
    const position = this.video.currentTime - this.delay;
    return [first?.at(position) ?? [], second?.at(position) ?? []];
  }

  override chooseQuality(index: number): void {
    this.quality = index;
    this.hls.nextLevel = index; // what is buffered ahead is replaced, what is shown is not
    this.update();
  }

  protected override tracks() {
    const { hls } = this;
    return {
      subtitles: hls.subtitleTracks.map((track) => ({
        name: track.name,
        language: track.lang ?? '',
      })),
      qualities: hls.levels.map((level) => ({ height: level.height, bitrate: level.bitrate })),
      quality: hls.autoLevelEnabled ? -1 : hls.nextLevel,
      shownQuality: hls.currentLevel,
    };
  }

  protected override range(): Snapshot['range'] {
    const { seekable } = this.video;
    if (seekable.length === 0) return null;
    if (Number.isFinite(this.video.duration) && !this.isLive()) {
      return { start: 0, live: this.video.duration };
    }
    const live = this.hls.liveSyncPosition;
    if (live === null) return null;
    return { start: seekable.start(0), live: Math.max(seekable.start(0), live) };
  }

  protected override instant(): number | null {
    return this.hls.playingDate?.getTime() ?? null;
  }

  private isLive(): boolean {
    return this.hls.latestLevelDetails?.live ?? true;
  }

  private readonly timeline = (): Timeline | null => {
    const { origin, video } = this;
    const instant = this.instant();
    if (origin === null || (this.isLive() && instant === null)) return null;
    const { delay } = this; // what is to be shown now stands that much earlier
    return {
      position: video.currentTime - delay,
      instant: instant === null ? null : instant - delay * 1000,
      origin,
    };
  };

  private create(startAt = this.startAt): Hls {
    const hls = new Hls({ ...kHlsConfig, startPosition: startAt, pLoader: WholePlaylistLoader });
    this.origin = null;
    this.startsAt = null;
    this.outdated = false;
    window.matineePlayer = hls;
    hls.on(Hls.Events.ERROR, (_, data) => this.onError(data));
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      if (this.quality >= 0 && this.quality < hls.levels.length) hls.nextLevel = this.quality;
    });
    hls.on(Hls.Events.INIT_PTS_FOUND, (_, { id, initPTS, timescale }) => {
      if (id === 'main') this.origin = initPTS / timescale;
    });
    hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => this.applySubtitles());
    hls.on(Hls.Events.LEVEL_UPDATED, () => this.leaveGap());
    for (const event of [
      Hls.Events.LEVEL_SWITCHED,
      Hls.Events.LEVEL_UPDATED,
    ] as const) {
      hls.on(event, () => this.update());
    }
    hls.attachMedia(this.video);
    hls.loadSource(this.url);
    return hls;
  }

  /**
   * hls.js goes on behind a gap that it has played up to. Should it start in one, or be sent there, it goes
   * from quality to quality in search of one without.
   */
  private leaveGap(): void {
    const { hls, video } = this;
    const begun = video.readyState >= HTMLMediaElement.HAVE_METADATA;
    const position = begun ? video.currentTime : hls.liveSyncPosition;
    if (position === null || isBuffered(video, position)) return;
    const behind = behindGap(hls.latestLevelDetails?.fragments ?? [], position);
    if (behind === null) return;
    if (begun) {
      video.currentTime = behind;
    } else if (behind !== this.startsAt) {
      this.startsAt = behind;
      hls.stopLoad();
      hls.startLoad(behind);
    }
  }

  /** After a new start the renditions are others: the same ones again. */
  private applySubtitles(): void {
    this.hls.subtitleTrack = -1;
    const { subtitles } = this.tracks();
    for (const slot of [0, 1] as const) {
      const wanted = this.wanted[slot];
      if (!wanted) continue;
      const at = subtitles.findIndex(
        ({ language, name }) => language === wanted.language && name === wanted.name,
      );
      this.chooseSubtitle(slot, at);
    }
    this.update();
  }

  private onError(data: ErrorData): void {
    const { hls } = this;
    const status = data.response?.code ?? 0;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR && kRefusals.includes(status)) {
      // What is buffered plays to its end. Who shows this player finds out what is the matter.
      this.refused = true;
      this.status = status;
      if (data.fatal) hls.stopLoad();
      this.update();
      return;
    }
    if (status === 404 && hls.levels.length > 0 && !this.isLive()) {
      // What is listed is no longer there: the film or its subtitles have been replaced several times, or
      // before the server was started again. hls.js does not read a playlist of VOD twice, and goes on
      // asking for its segments; each of those errors would put off what the first has led to.
      if (this.outdated) return;
      this.outdated = true;
      this.retry(status, () => this.createAnew(this.video.currentTime));
      return;
    }
    if (!data.fatal) {
      // Requests are repeated by the policies above; the view says so once the buffer is used up.
      if (data.type === Hls.ErrorTypes.NETWORK_ERROR && isPassing(status)) {
        this.status = status;
        this.update();
      }
      return;
    }
    const now = performance.now();
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && now - this.recoveredAt > 5_000) {
      this.recoveredAt = now;
      hls.recoverMediaError();
      return;
    }
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR && hls.levels.length > 0) {
      this.retry(status, () => {
        hls.startLoad();
        this.start();
      });
      return;
    }
    // No playlist at all, or media that does not recover: from the beginning.
    this.retry(status, () => this.createAnew(this.startAt));
  }

  private createAnew(startAt: number): void {
    this.hls.destroy();
    this.hls = this.create(startAt);
    this.start();
  }
}

/**
 * The browser's own HLS (Safari on telephones). It chooses the quality itself, and reads the
 * subtitles; what it would show is taken from it, so that it looks the same everywhere. In a full
 * screen or a window of its own, where the page cannot draw, it shows the first language.
 */
class NativePlayer extends VideoPlayer {
  private apart = false;

  constructor(video: HTMLVideoElement, url: string, onChange: () => void, startAt?: number) {
    super(video, url, onChange);
    if (startAt !== undefined) {
      video.addEventListener('loadedmetadata', () => this.seek(startAt), { once: true });
    }
    this.listen(video, 'error', () =>
      this.retry(0, () => {
        video.src = url;
        this.start();
      }),
    );
    this.listen(video.textTracks, 'addtrack', this.update);
    for (const event of ['webkitbeginfullscreen', 'enterpictureinpicture']) {
      this.listen(video, event, () => this.showApart(true));
    }
    for (const event of ['webkitendfullscreen', 'leavepictureinpicture']) {
      this.listen(video, event, () => this.showApart(false));
    }
    video.src = url;
    this.start();
  }

  override chooseSubtitle(slot: 0 | 1, index: number): void {
    this.chosen[slot] = index < this.textTracks().length ? index : -1;
    this.applyModes();
    this.update();
  }

  override cues(): readonly [readonly Cue[], readonly Cue[]] {
    const tracks = this.textTracks();
    const [first, second] = this.chosen;
    const at = this.video.currentTime - this.delay;
    return [cuesAt(tracks[first], at), cuesAt(tracks[second], at)];
  }

  override chooseQuality(): void {
    // Nothing to choose from: `qualities` is empty.
  }

  protected override tracks() {
    return {
      subtitles: this.textTracks().map(({ label, language }) => ({ name: label, language })),
      qualities: [],
      quality: -1,
      shownQuality: -1,
    };
  }

  protected override range(): Snapshot['range'] {
    const { seekable } = this.video;
    if (seekable.length === 0) return null;
    return { start: seekable.start(0), live: seekable.end(seekable.length - 1) };
  }

  protected override instant(): number | null {
    const video = this.video as HTMLVideoElement & { getStartDate?(): Date };
    const start = video.getStartDate?.().getTime() ?? NaN;
    return Number.isNaN(start) ? null : start + video.currentTime * 1000;
  }

  private showApart(apart: boolean): void {
    this.apart = apart;
    this.applyModes();
  }

  private applyModes(): void {
    this.textTracks().forEach((track, i) => {
      const at = this.chosen.indexOf(i);
      track.mode = at < 0 ? 'disabled' : at === 0 && this.apart ? 'showing' : 'hidden';
    });
  }

  private textTracks(): TextTrack[] {
    return [...this.video.textTracks].filter(
      (track) => track.kind === 'subtitles' || track.kind === 'captions',
    );
  }
}

function cuesAt(track: TextTrack | undefined, position: number): readonly Cue[] {
  const active = [...(track?.cues ?? [])].filter(
    (cue) => cue.startTime <= position && position < cue.endTime,
  );
  return active.filter((cue) => cue instanceof VTTCue).map((cue) => {
    const { line, lineAlign, snapToLines, position, positionAlign, size, align, vertical } = cue;
    return {
      start: cue.startTime,
      end: cue.endTime,
      text: cue.text,
      settings: {
        ...kPlainSettings,
        line: line === 'auto' ? null : { value: line, unit: snapToLines ? 'lines' : 'percent' },
        lineAlign,
        position: position === 'auto' ? null : position,
        positionAlign: positionAlign === 'auto' ? null : positionAlign,
        size,
        align,
        vertical: vertical === '' ? null : vertical,
      },
    };
  });
}

/** For a browser that cannot play: the page says so and shows the address. */
class NoPlayer extends VideoPlayer {
  override readonly snapshot = (): Snapshot => ({ ...kNothing, phase: 'unsupported' });
  override togglePlay(): void {}
  override goLive(): void {}
  override chooseSubtitle(): void {}
  override chooseQuality(): void {}
  override cues(): readonly [readonly Cue[], readonly Cue[]] {
    return [[], []];
  }
  protected override tracks() {
    return kNothing;
  }
  protected override range(): null {
    return null;
  }
  protected override instant(): null {
    return null;
  }
}
