// The only file that knows hls.js. It plays one channel on one <video>, survives whatever the
// network and the server do, and tells the view what to show.
//
// How far behind the playlist's end playback starts is the playlist's business (HOLD-BACK): a
// channel lists its segments ahead of the clock, so that keeping to it shows 20:00:00 at 20:00:00.

import Hls, { type ErrorData, type HlsConfig, type LoadPolicy, type RetryConfig } from 'hls.js';
import workerPath from 'hls.js/dist/hls.worker.js';
import { isPassing, retryDelay } from './backoff';

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
  readonly subtitles: readonly SubtitleChoice[];
  /** Index into `subtitles`; -1 is off. */
  readonly subtitle: number;
  readonly qualities: readonly QualityChoice[];
  /** Index into `qualities`; -1 is chosen by bandwidth. */
  readonly quality: number;
  /** Index into `qualities` of what is being shown; -1 before anything is. */
  readonly shownQuality: number;
  readonly muted: boolean;
  /** From 0 to 1. */
  readonly volume: number;
  /** The rewindable part, in seconds of the media timeline; null before it is known. */
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
  /** -1 turns subtitles off. */
  chooseSubtitle(index: number): void;
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
  subtitles: [],
  subtitle: -1,
  qualities: [],
  quality: -1,
  shownQuality: -1,
  muted: false,
  volume: 1,
  range: null,
  position: 0,
  instant: null,
};

/**
 * Plays `url` on `video` from now on. `onChange` runs whenever the snapshot has changed, at most
 * a few times a second.
 */
export function play(video: HTMLVideoElement, url: string, onChange: () => void): Player {
  if (Hls.isSupported()) return new HlsPlayer(video, url, onChange);
  if (video.canPlayType('application/vnd.apple.mpegurl') !== '') {
    return new NativePlayer(video, url, onChange);
  }
  return new NoPlayer(video, url, onChange);
}

/** What is the same whoever feeds the <video>. */
abstract class VideoPlayer implements Player {
  private current: Snapshot = kNothing;
  private readonly listeners = new AbortController();
  private retryTimer: number | undefined;
  private failures = 0;
  protected lost = false;

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

  abstract chooseSubtitle(index: number): void;
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
      this.video.muted = true;
      this.start();
    });
  }

  /** Runs `action` after a delay that grows with every failure since the picture last moved. */
  protected retry(action: () => void): void {
    this.lost = true;
    window.clearTimeout(this.retryTimer);
    this.retryTimer = window.setTimeout(action, retryDelay(this.failures++));
    this.update();
  }

  protected listen(target: EventTarget, event: string, listener: () => void): void {
    target.addEventListener(event, listener, { signal: this.listeners.signal });
  }

  protected abstract tracks(): Pick<
    Snapshot,
    'subtitles' | 'subtitle' | 'qualities' | 'quality' | 'shownQuality'
  >;
  protected abstract range(): Snapshot['range'];
  protected abstract instant(): number | null;

  protected readonly update = (): void => {
    const { video } = this;
    this.current = {
      ...this.tracks(),
      phase: this.phase(),
      muted: video.muted,
      volume: video.volume,
      range: this.range(),
      position: video.currentTime,
      instant: this.instant(),
    };
    this.onChange();
  };

  private phase(): Phase {
    const { video } = this;
    const starved = video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    if (this.lost && starved) return 'reconnecting';
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING) return 'loading';
    if (video.paused) return 'paused';
    return starved || video.seeking ? 'buffering' : 'playing';
  }

  private onProgress(): void {
    if (this.video.paused || this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) return;
    // The picture moves. A request may still be failing, but that is no longer the viewer's affair.
    if (this.video.seeking) return;
    this.failures = 0;
    this.lost = false;
  }
}

const kPatience = 3600; // requests that fail in passing are repeated about two hours long

// Shorter than for starting anew: the buffer holds about HOLD-BACK, and a server that restarts should
// be found again well within it.
const kLongestRetry = 2_000;

function policy(timeToFirstByte: number, timeToLoad: number): LoadPolicy {
  const retry: RetryConfig = {
    maxNumRetry: kPatience,
    retryDelayMs: retryDelay(0),
    maxRetryDelayMs: kLongestRetry,
    backoff: 'exponential',
    shouldRetry: (config, count, isTimeout, response) =>
      config !== null &&
      config !== undefined &&
      count < config.maxNumRetry &&
      (isTimeout || isPassing(response?.code ?? 0)),
  };
  return {
    default: {
      maxTimeToFirstByteMs: timeToFirstByte,
      maxLoadTimeMs: timeToLoad,
      timeoutRetry: retry,
      errorRetry: retry,
    },
  };
}

const kConfig: Partial<HlsConfig> = {
  enableWorker: true,
  workerPath,
  lowLatencyMode: false,
  liveSyncOnStallIncrease: 0, // on the minute again after a stall
  backBufferLength: 60,
  maxBufferLength: 30,
  maxMaxBufferLength: 60,
  capLevelToPlayerSize: true,
  startFragPrefetch: true,
  manifestLoadPolicy: policy(10_000, 20_000),
  playlistLoadPolicy: policy(10_000, 20_000),
  fragLoadPolicy: policy(10_000, 60_000),
};

class HlsPlayer extends VideoPlayer {
  private hls: Hls;
  private recoveredAt = -Infinity;
  private subtitle: SubtitleChoice | null = null;
  private quality = -1;

  constructor(video: HTMLVideoElement, url: string, onChange: () => void) {
    super(video, url, onChange);
    this.hls = this.create();
    this.start();
  }

  override destroy(): void {
    this.hls.destroy();
    delete window.matineePlayer;
    super.destroy();
  }

  override chooseSubtitle(index: number): void {
    this.subtitle = this.tracks().subtitles[index] ?? null;
    this.applySubtitle();
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
      subtitle: hls.subtitleTrack,
      qualities: hls.levels.map((level) => ({ height: level.height, bitrate: level.bitrate })),
      quality: hls.autoLevelEnabled ? -1 : hls.nextLevel,
      shownQuality: hls.currentLevel,
    };
  }

  protected override range(): Snapshot['range'] {
    const { seekable } = this.video;
    const live = this.hls.liveSyncPosition;
    if (seekable.length === 0 || live === null) return null;
    return { start: seekable.start(0), live: Math.max(seekable.start(0), live) };
  }

  protected override instant(): number | null {
    return this.hls.playingDate?.getTime() ?? null;
  }

  private create(): Hls {
    const hls = new Hls(kConfig);
    window.matineePlayer = hls;
    hls.on(Hls.Events.ERROR, (_, data) => this.onError(data));
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      if (this.quality >= 0 && this.quality < hls.levels.length) hls.nextLevel = this.quality;
    });
    hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => this.applySubtitle());
    for (const event of [
      Hls.Events.LEVEL_SWITCHED,
      Hls.Events.SUBTITLE_TRACK_SWITCH,
      Hls.Events.LEVEL_UPDATED,
    ] as const) {
      hls.on(event, () => this.update());
    }
    hls.attachMedia(this.video);
    hls.loadSource(this.url);
    return hls;
  }

  private applySubtitle(): void {
    const { hls, subtitle } = this;
    const wanted = subtitle
      ? hls.subtitleTracks.findIndex(
          (track) => (track.lang ?? '') === subtitle.language && track.name === subtitle.name,
        )
      : -1;
    hls.subtitleDisplay = wanted >= 0;
    hls.subtitleTrack = wanted;
    this.update();
  }

  private onError(data: ErrorData): void {
    const { hls } = this;
    if (!data.fatal) {
      // Requests are repeated by the policies above; the view says so once the buffer is used up.
      if (data.type === Hls.ErrorTypes.NETWORK_ERROR && isPassing(data.response?.code ?? 0)) {
        this.lost = true;
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
      this.retry(() => {
        hls.startLoad();
        this.start();
      });
      return;
    }
    // No playlist at all, or media that does not recover: from the beginning.
    this.retry(() => {
      this.hls.destroy();
      this.hls = this.create();
      this.start();
    });
  }
}

/** The browser's own HLS (Safari on telephones). It chooses the quality itself. */
class NativePlayer extends VideoPlayer {
  constructor(video: HTMLVideoElement, url: string, onChange: () => void) {
    super(video, url, onChange);
    this.listen(video, 'error', () =>
      this.retry(() => {
        video.src = url;
        this.start();
      }),
    );
    this.listen(video.textTracks, 'addtrack', this.update);
    this.listen(video.textTracks, 'change', this.update);
    video.src = url;
    this.start();
  }

  override chooseSubtitle(index: number): void {
    this.textTracks().forEach((track, i) => {
      track.mode = i === index ? 'showing' : 'disabled';
    });
    this.update();
  }

  override chooseQuality(): void {
    // Nothing to choose from: `qualities` is empty.
  }

  protected override tracks() {
    const tracks = this.textTracks();
    return {
      subtitles: tracks.map((track) => ({ name: track.label, language: track.language })),
      subtitle: tracks.findIndex((track) => track.mode === 'showing'),
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

  private textTracks(): TextTrack[] {
    return [...this.video.textTracks].filter(
      (track) => track.kind === 'subtitles' || track.kind === 'captions',
    );
  }
}

/** For a browser that cannot play: the page says so and shows the address. */
class NoPlayer extends VideoPlayer {
  override readonly snapshot = (): Snapshot => ({ ...kNothing, phase: 'unsupported' });
  override togglePlay(): void {}
  override goLive(): void {}
  override chooseSubtitle(): void {}
  override chooseQuality(): void {}
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
