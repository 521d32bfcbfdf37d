// Tells the server what of a film was watched, and where it stopped.

import { ApiError, type Stretch } from '../api';
import { isPassing } from '../backoff';
import type { Keeper, Watched } from './keeping';
import { join, WatchLog } from './watch_log';

export interface WatchTransport {
  send(
    stretches: readonly Stretch[],
    position: number,
  ): Promise<{ readonly watched: number; readonly position_ms: number }>;
}

/** As many as the server takes at once. */
const kMost = 200;

export class WatchSender {
  private readonly log = new WatchLog();
  private pending: readonly Stretch[]; // not known to have arrived
  private position: number | null = null;
  private told: number | null = null;
  private busy = false;

  constructor(
    private readonly transport: WatchTransport,
    private readonly keeper: Keeper<Watched>,
    private readonly onTold: (watched: number) => void,
  ) {
    const left = keeper.takeUp();
    this.pending = join(left.flatMap(({ stretches }) => stretches));
    this.position = left[left.length - 1]?.position ?? null;
  }

  /** Where the picture is, or where an earlier visit stopped that the server has not heard of. */
  get stoppedAt(): number | null {
    return this.position;
  }

  /** The picture is at `position` milliseconds. */
  see(position: number, moving: boolean): void {
    this.log.see(position, moving);
    if (!moving) return;
    this.position = Math.round(position);
  }

  /** Sends what there is. What does not arrive is kept, and goes with the next. */
  async flush(): Promise<void> {
    this.pending = join([...this.pending, ...this.log.take()]);
    const { position } = this;
    if (position === null || (this.pending.length === 0 && position === this.told)) return;
    this.keeper.keep({ stretches: this.pending, position });
    if (this.busy) return;
    this.busy = true;
    const sent = this.pending.slice(0, kMost);
    try {
      const { watched } = await this.transport.send(sent, position);
      this.drop(sent, position);
      this.onTold(watched);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Refused for good: it would be refused for ever.
      if (!isPassing(error.status)) this.drop(sent, position);
    } finally {
      this.busy = false;
    }
  }

  private drop(sent: readonly Stretch[], position: number): void {
    this.told = position;
    const arrived = new Set(sent.map(String));
    this.pending = this.pending.filter((stretch) => !arrived.has(String(stretch)));
    if (this.pending.length > 0) return;
    this.keeper.forget();
    this.keeper.forgetOthers();
  }
}
