// A screen's conversation with its server: pairing, heartbeats, the clock, what is on. No view.

import {
  ApiError,
  askForPairing,
  fetchChannel,
  fetchServerTime,
  sendHeartbeat,
  sendStill,
  type ScreenOrders,
  type ScreenReport,
} from '../api';
import { retryDelay } from '../backoff';
import { pollDelay, programmeAt, remember, secondsInto, type Known } from '../schedule';
import { bestOffset, withSample, type Offset, type Sample } from './clock';
import { isCurrent, keepPage } from './kept';
import { keepMemory, recallMemory } from './memory';
import { isSlate } from './overlay';
import { Playback, type ScreenChannel } from './playback';

export type Stage =
  /** `orders` are the last that were heard, before the page was loaded; null: none, or none that count. */
  | { readonly is: 'connecting'; readonly orders: ScreenOrders | null }
  | { readonly is: 'pairing'; readonly code: string }
  | { readonly is: 'paired'; readonly orders: ScreenOrders };

/** What the screen is to be, as far as is known; null: nothing. */
export function ordersOf(stage: Stage): ScreenOrders | null {
  return stage.is === 'pairing' ? null : stage.orders;
}

const kBurst = 6; // questions about the time, one after the other
const kBurstEvery = 20_000; // milliseconds
const kAskWhilePairing = 2_000;
const kStillEvery = 30_000;
const kStillWidth = 320;
const kIdentifyFor = 10_000;
const kRenewAfter = 24 * 3600_000; // whatever a browser leaks in a day is given back
const kLeastAge = 60_000; // a page that is not understood is not loaded again at once
const kNotUnderstood: readonly number[] = [400, 404, 405, 422];
const kCarriedOut = 'matinee.screen-command';

export class Session {
  stage: Stage;
  known: Known;
  /** Whether the last question to the server had an answer. */
  reachable = false;
  /** Until when the screen's name is shown, by performance.now(). */
  identifyUntil = -Infinity;
  playback: Playback | null = null;

  private readonly abort = new AbortController();
  private readonly startedAt = performance.now();
  private samples: readonly Sample[] = [];
  private page: string | null = null;
  private stale = false; // the server has another page than this one
  private outdated = false; // it had before this page first heard of it: a kept page has been opened
  private kept = false; // the browser opens the page without the server
  private entryAt: string | null = null; // the airing that was on at the last look
  private carriedOut = sessionStorage.getItem(kCarriedOut) ?? '';
  private stillAt = -Infinity;
  private programmeTimer: number | undefined;
  private renewalTimer: number | undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onChange: () => void,
  ) {
    const memory = recallMemory();
    this.stage = { is: 'connecting', orders: memory?.orders ?? null };
    this.known = memory?.known ?? [];
    void this.converse();
    void this.keepTime();
  }

  destroy(): void {
    this.abort.abort();
    window.clearTimeout(this.programmeTimer);
    window.clearTimeout(this.renewalTimer);
    this.playback?.destroy();
  }

  /** Milliseconds since 1970 by the server's clock; null before it is known. */
  readonly serverTime = (): number | null => {
    const now = performance.now();
    const offset = this.clock();
    return offset === null ? null : now + offset.offset;
  };

  clock(): Offset | null {
    return bestOffset(this.samples, performance.now());
  }

  private async keepTime(): Promise<void> {
    while (!this.abort.signal.aborted) {
      for (let i = 0; i < kBurst; ++i) {
        const sent = performance.now();
        try {
          const server = await fetchServerTime(this.abort.signal);
          this.samples = withSample(this.samples, { sent, received: performance.now(), server });
        } catch (error) {
          if (this.abort.signal.aborted) return;
          if (!(error instanceof ApiError)) throw error;
          break;
        }
      }
      await this.sleep(this.samples.length === 0 ? retryDelay(1) : kBurstEvery);
    }
  }

  private async converse(): Promise<void> {
    let failures = 0;
    while (!this.abort.signal.aborted) {
      let wait: number;
      try {
        wait = await this.speak();
        failures = 0;
        this.setReachable(true);
      } catch (error) {
        if (this.abort.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        this.setReachable(error.status !== 0 && error.status < 500);
        // A server that does not understand this page has another one.
        if (kNotUnderstood.includes(error.status) && this.age() > kLeastAge) {
          this.stale = true;
          this.renewWhenNobodyMinds();
        }
        wait = retryDelay(failures++);
      }
      await this.sleep(wait);
    }
  }

  /** Says what there is to say once; how long to wait until the next time, in milliseconds. */
  private async speak(): Promise<number> {
    try {
      const orders = await sendHeartbeat(this.report(), this.abort.signal);
      this.follow(orders);
      return orders.heartbeat_seconds * 1000;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
    const { code } = await askForPairing(this.abort.signal);
    this.leaveChannel();
    keepMemory(null, Date.now());
    this.enter({ is: 'pairing', code });
    return kAskWhilePairing;
  }

  private follow(orders: ScreenOrders): void {
    const before = this.stage.is === 'paired' ? this.stage.orders.channel : null;
    const { channel } = orders;
    // What is remembered of another channel does not count.
    if (this.stage.is === 'connecting' && this.stage.orders?.channel?.id !== channel?.id) this.known = [];
    if (before?.id !== channel?.id || before?.master !== channel?.master || before?.epoch !== channel?.epoch) {
      if (before) this.leaveChannel();
      if (channel) this.enterChannel(channel);
    }
    this.playback?.setMuted(orders.muted);
    if (JSON.stringify(this.stage) !== JSON.stringify({ is: 'paired', orders })) {
      this.enter({ is: 'paired', orders });
      this.remember();
    }
    if (this.page === null) {
      this.page = orders.page;
      void this.settleIn();
    }
    this.stale = this.outdated || orders.page !== this.page || this.age() > kRenewAfter;
    for (const { id, kind } of orders.commands) {
      if (id <= this.carriedOut) continue;
      this.carriedOut = id;
      sessionStorage.setItem(kCarriedOut, id);
      if (kind === 'reload') location.reload(); // the server has just answered: it will again
      else this.identifyUntil = performance.now() + kIdentifyFor;
    }
    this.renewWhenNobodyMinds();
    void this.takeStill();
  }

  /** Once the server has answered for the first time. */
  private async settleIn(): Promise<void> {
    this.outdated = !(await isCurrent());
    this.kept = await keepPage();
  }

  /**
   * A page that is out of date goes when nobody minds: where two airings meet, during a slate, or when nothing
   * is shown; the last two not at once, for it may be about to, and another page may not be to be had yet.
   */
  private renewWhenNobodyMinds(): void {
    window.clearTimeout(this.renewalTimer);
    const now = this.serverTime();
    const on = now === null ? undefined : programmeAt(this.known, now);
    const met = this.entryAt !== null && on?.start !== this.entryAt;
    this.entryAt = on?.start ?? null;
    if (!this.stale) return;
    const idle = this.playback?.state !== 'playing' || (on !== undefined && isSlate(on));
    if (met || (idle && this.age() > kLeastAge)) this.renew();
    else if (on && now !== null) {
      this.renewalTimer = window.setTimeout(() => this.renew(), Date.parse(on.end) - now);
    }
  }

  /** Where the page is not kept, only as long as the server answers: a browser's error page is the end of it. */
  private renew(): void {
    if (this.reachable || this.kept) location.reload();
  }

  private remember(): void {
    if (this.stage.is !== 'paired') return;
    const { orders } = this.stage;
    keepMemory({ orders, known: this.known }, this.serverTime() ?? Date.now());
  }

  private enterChannel(channel: ScreenChannel): void {
    this.playback = new Playback(this.video, channel, this.serverTime, this.onChange);
    void this.followProgramme(channel.id, 0);
  }

  private leaveChannel(): void {
    window.clearTimeout(this.programmeTimer);
    this.playback?.destroy();
    this.playback = null;
    this.known = [];
  }

  private async followProgramme(id: string, failures: number): Promise<void> {
    let wait = retryDelay(failures);
    try {
      const { value } = await fetchChannel(id, this.abort.signal);
      if (this.stage.is === 'paired' && this.stage.orders.channel?.id !== id) return;
      this.known = remember(this.known, value);
      this.remember();
      failures = 0;
      wait = pollDelay(value, this.serverTime() ?? Date.now());
    } catch (error) {
      if (this.abort.signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      ++failures;
    }
    window.clearTimeout(this.programmeTimer);
    this.programmeTimer = window.setTimeout(() => void this.followProgramme(id, failures), wait);
  }

  private report(): ScreenReport {
    const { video, playback, stage } = this;
    const now = this.serverTime();
    const on = now === null ? undefined : programmeAt(this.known, now);
    const clock = this.clock();
    const quality = video.getVideoPlaybackQuality();
    const memory = (performance as { memory?: { usedJSHeapSize: number } }).memory;
    const muted = stage.is === 'paired' && stage.orders.muted;
    const round = (value: number, digits: number) => Number(value.toFixed(digits));
    const offAir = playback !== null && this.known.length > 0 && !on;
    return {
      state: playback === null ? 'idle' : offAir ? 'off-air' : playback.state,
      channel: stage.is === 'paired' ? (stage.orders.channel?.id ?? null) : null,
      entry: on?.entry ?? null,
      position: on && now !== null ? round(secondsInto(on, now), 1) : null,
      late_ms: playback?.late == null ? null : round(playback.late * 1000, 1),
      clock_error_ms: clock === null ? null : round(clock.uncertainty, 1),
      rate: round(video.playbackRate, 3),
      frames: quality.totalVideoFrames,
      dropped: quality.droppedVideoFrames,
      sound: muted ? 'muted' : playback?.soundBlocked ? 'blocked' : 'on',
      width: Math.round(window.innerWidth * window.devicePixelRatio),
      height: Math.round(window.innerHeight * window.devicePixelRatio),
      heap_mb: memory ? round(memory.usedJSHeapSize / 1e6, 1) : null,
      up_seconds: Math.round(this.age() / 1000),
      restarts: playback?.restarts ?? 0,
      carried_out: this.carriedOut,
      kept: this.kept,
      page: this.page ?? '',
    };
  }

  private async takeStill(): Promise<void> {
    const { video } = this;
    if (this.playback?.state !== 'playing' || performance.now() - this.stillAt < kStillEvery) return;
    this.stillAt = performance.now();
    const canvas = document.createElement('canvas');
    canvas.width = kStillWidth;
    canvas.height = Math.round((kStillWidth * video.videoHeight) / (video.videoWidth || 1)) || 1;
    canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const still = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.6));
    try {
      if (still) await sendStill(still, this.abort.signal);
    } catch (error) {
      if (!(error instanceof ApiError) && !this.abort.signal.aborted) throw error;
      // The next one will do.
    }
  }

  private setReachable(reachable: boolean): void {
    if (reachable === this.reachable) return;
    this.reachable = reachable;
    this.onChange();
  }

  private enter(stage: Stage): void {
    this.stage = stage;
    this.onChange();
  }

  /** Milliseconds since the page was loaded. */
  private age(): number {
    return performance.now() - this.startedAt;
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
  }
}
