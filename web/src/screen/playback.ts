// Plays a channel on a screen that nobody touches, in step with its clock. With player.ts the only file that
// knows hls.js; viewers pause and go back, which a screen never does.
//
// Where playback has to be follows from the clock alone: the media time of an instant is the channel's time
// plus `media_origin_seconds`, less what hls.js has taken off (its "initPTS"). All screens that know the
// server's clock therefore show the same frame, whenever each was switched on.

import Hls, { type ErrorData } from 'hls.js';
import type { ScreenOrders } from '../api';
import { retryDelay } from '../backoff';
import { gapEnd, isBuffered, kBehindGap } from '../gaps';
import { kHlsConfig } from '../hls_config';
import { WholePlaylistLoader } from '../whole_playlists';
import { courseFor, leadAfter, median } from './steering';
import { kCoverAfter, stepFor, type Step } from './watchdog';

export type ScreenChannel = NonNullable<ScreenOrders['channel']>;

export type PlaybackState =
  | 'starting' // nothing has been shown yet
  | 'playing'
  | 'away'; // the picture does not move: cover it

const kLook = 100; // milliseconds between looks at where playback is
const kReadings = 5; // of which the middle one counts
const kSteer = 250; // milliseconds between corrections
const kJumpEvery = 4_000; // milliseconds that a jump has to succeed
const kNear = 2; // seconds; what is further off is not shown before the jump is done
const kAnswered = 6_000; // milliseconds for which an answer means that the server is there

export class Playback {
  state: PlaybackState = 'starting';
  /** How often the player has been made anew. */
  restarts = 0;
  /** Seconds that the picture is late; null while it does not play. */
  late: number | null = null;
  /** Whether the browser has refused sound. */
  soundBlocked = false;

  private hls: Hls | null = null;
  private origin: number | null = null; // seconds of the stream's clock at zero of the media timeline
  private readonly listeners = new AbortController();
  private readonly timer: number;
  private muted = false;
  private readings: number[] = [];
  private steeredAt = -Infinity;
  private jumpedAt = -Infinity;
  private jumping = false;
  private lead = 0.3;
  private movedAt = performance.now();
  private lastPosition = -1;
  private lastStep: Step = 'wait';
  private answeredAt = -Infinity;
  private failures = 0;
  private retryTimer: number | undefined;
  private recoveredAt = -Infinity;
  private gapEnd: number | null = null; // where the gap ends that is on; seconds of the media timeline

  /** `serverTime` is milliseconds since 1970, null before it is known; `onState` hears of changes. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly channel: ScreenChannel,
    private readonly serverTime: () => number | null,
    private readonly onState: () => void,
  ) {
    const { signal } = this.listeners;
    video.addEventListener('seeked', () => this.landed(), { signal });
    video.addEventListener('playing', () => this.play(), { signal });
    // Nobody presses pause on a screen; what did was the browser, and it is not to stay so.
    video.addEventListener('pause', () => this.play(), { signal });
    // Timers of a page in the background stand; when it comes back it is to be in step at once.
    document.addEventListener('visibilitychange', () => this.steer(), { signal });
    for (const event of ['pointerdown', 'keydown']) {
      window.addEventListener(event, () => this.trySound(), { signal });
    }
    this.create();
    this.timer = window.setInterval(() => this.look(), kLook);
  }

  destroy(): void {
    this.listeners.abort();
    window.clearInterval(this.timer);
    window.clearTimeout(this.retryTimer);
    this.hls?.destroy();
    this.hls = null;
    delete window.matineePlayer;
    this.video.removeAttribute('src');
    this.video.load();
  }

  setMuted(muted: boolean): void {
    if (this.muted === muted) return;
    this.muted = muted;
    if (muted) this.video.muted = true;
    else this.trySound();
  }

  /** The frame at `mediaTime` of the media timeline belongs to this instant; null before it is known. */
  instantOf(mediaTime: number): number | null {
    if (this.origin === null) return null;
    const { epoch, media_origin_seconds } = this.channel;
    return Date.parse(epoch) + (mediaTime + this.origin - media_origin_seconds) * 1000;
  }

  /** Where playback has to be at this moment, in seconds of the media timeline. */
  private target(): number | null {
    const now = this.serverTime();
    if (this.origin === null || now === null) return null;
    const { epoch, media_origin_seconds } = this.channel;
    return (now - Date.parse(epoch)) / 1000 + media_origin_seconds - this.origin;
  }

  private create(): void {
    this.hls?.destroy();
    this.origin = null;
    this.readings = [];
    this.jumping = false;
    this.gapEnd = null;
    // A screen never goes back, so it keeps little of what it has shown: memory is bounded.
    const hls = new Hls({
      ...kHlsConfig,
      backBufferLength: 8,
      maxBufferSize: 40_000_000,
      pLoader: WholePlaylistLoader,
    });
    this.hls = hls;
    window.matineePlayer = hls;
    hls.on(Hls.Events.ERROR, (_, data) => this.onError(data));
    hls.on(Hls.Events.INIT_PTS_FOUND, (_, { id, initPTS, timescale }) => {
      if (id === 'main') this.origin = initPTS / timescale;
    });
    for (const event of [Hls.Events.LEVEL_LOADED, Hls.Events.FRAG_LOADED] as const) {
      hls.on(event, () => {
        this.answeredAt = performance.now();
      });
    }
    hls.on(Hls.Events.FRAG_BUFFERED, () => {
      this.failures = 0;
    });
    hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => {
      hls.subtitleTrack = -1; // a screen's subtitles are in the picture
    });
    hls.attachMedia(this.video);
    hls.loadSource(this.channel.master);
    this.play();
  }

  private recreate(): void {
    ++this.restarts;
    this.create();
  }

  /** With sound if the browser lets us; else without, until somebody touches the screen. */
  private play(): void {
    const { video } = this;
    if (!video.paused || this.gapEnd !== null) return;
    video.muted = this.muted || this.soundBlocked;
    video.play().catch((error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      if (video.muted) return; // not even so; the watchdog goes on trying
      this.soundBlocked = true;
      this.play();
    });
  }

  private trySound(): void {
    if (this.muted) return;
    this.soundBlocked = false;
    this.video.muted = false;
    // A browser that minds pauses: play() then finds out.
    this.play();
  }

  private look(): void {
    const { video } = this;
    const now = performance.now();
    if (video.currentTime !== this.lastPosition && !video.seeking) {
      this.lastPosition = video.currentTime;
      this.movedAt = now;
      this.lastStep = 'wait';
    }
    const target = this.target();
    if (this.waitsBehindGap(target)) {
      this.movedAt = now;
      this.enter('away');
      return;
    }
    const stood = now - this.movedAt;
    if (stood > kCoverAfter) this.watch(stood);
    const steady = stood < kCoverAfter && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (target !== null && !video.seeking) {
      this.readings = [...this.readings, target - video.currentTime].slice(-kReadings);
      if (now - this.steeredAt >= kSteer) this.steer();
    }
    // Without the server's clock a picture that moves is better than none.
    const inPlace = this.serverTime() === null || Math.abs(this.late ?? Infinity) < kNear;
    if (!steady) this.enter(this.state === 'starting' ? 'starting' : 'away');
    else if (inPlace) this.enter('playing');
  }

  /**
   * While what is on cannot be had, the screen is covered and waits with the first picture after it, to go
   * on with all the others. hls.js would play that at once.
   */
  private waitsBehindGap(target: number | null): boolean {
    const { video, hls } = this;
    const pieces = hls?.latestLevelDetails?.fragments ?? [];
    // What was fetched before it was lost is shown.
    const end = target === null || isBuffered(video, target) ? null : gapEnd(pieces, target);
    if (end === this.gapEnd) return end !== null;
    this.gapEnd = end;
    if (end === null) {
      this.readings = [];
      this.play();
      return false;
    }
    this.jumping = false;
    this.readings = [];
    video.pause();
    video.playbackRate = 1;
    video.currentTime = end + kBehindGap;
    return true;
  }

  private steer(): void {
    const { video } = this;
    const now = performance.now();
    if (this.readings.length < kReadings || video.seeking) return;
    const error = median(this.readings);
    this.steeredAt = now;
    this.late = error;
    const course = courseFor(error, video.playbackRate);
    if (course.do === 'jump') {
      if (now - this.jumpedAt < kJumpEvery) return;
      this.jump();
    } else if (video.playbackRate !== course.rate) {
      video.playbackRate = course.rate;
    }
  }

  private jump(): void {
    const target = this.target();
    if (target === null) return;
    this.jumpedAt = performance.now();
    this.jumping = true;
    this.readings = [];
    this.video.playbackRate = 1;
    this.video.currentTime = target + this.lead;
  }

  private landed(): void {
    if (!this.jumping) return;
    this.jumping = false;
    this.readings = [];
    const took = (performance.now() - this.jumpedAt) / 1000;
    // A jump to what had to be fetched first says nothing about the next one.
    if (took < 1.5) this.lead = leadAfter(took, this.lead);
  }

  private watch(stood: number): void {
    const answers = performance.now() - this.answeredAt < kAnswered;
    const step = stepFor(stood, answers);
    if (step === this.lastStep) return;
    this.lastStep = step;
    if (step === 'seek') {
      this.jump();
      this.play();
    } else if (step === 'recover') {
      this.hls?.recoverMediaError();
      this.play();
    } else if (step === 'recreate') {
      this.movedAt = performance.now();
      this.recreate();
    }
  }

  private onError(data: ErrorData): void {
    if (!data.fatal) return; // hls.js repeats requests by its policies, and nudges over small holes
    const { hls } = this;
    const now = performance.now();
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && now - this.recoveredAt > 10_000) {
      this.recoveredAt = now;
      hls?.recoverMediaError();
      return;
    }
    // Refused, no such channel, media that does not recover, patience at its end: from the beginning.
    window.clearTimeout(this.retryTimer);
    this.retryTimer = window.setTimeout(() => this.recreate(), retryDelay(this.failures++));
  }

  private enter(state: PlaybackState): void {
    if (state === this.state) return;
    this.state = state;
    if (state !== 'playing') this.late = null;
    this.onState();
  }
}
