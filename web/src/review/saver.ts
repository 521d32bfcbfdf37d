// Saves a juror's sheet by itself: a moment after each change, again after the network was lost, and
// together with what another tab has written meanwhile.

import { ApiError, type Sheet, type Tagged } from '../api';
import { isPassing, retryDelay } from '../backoff';
import type { Draft, Keeper } from './keeping';
import { kEmptySheet, merge, sameSheet } from './sheet';

export type SaveState =
  | 'loading'
  | 'saved'
  | 'saving'
  | 'waiting' // not saved: the server does not answer; tried again by itself
  | 'refused'; // not saved: the server says no, and `problem` why

export interface Transport {
  load(): Promise<Tagged<Sheet>>;
  /** An ApiError with status 412 when `etag` is out of date. */
  save(sheet: Sheet, etag: string): Promise<Tagged<Sheet>>;
}

export interface Timers {
  after(milliseconds: number, action: () => void): () => void;
}

export const kPageTimers: Timers = {
  after(milliseconds, action) {
    const timer = window.setTimeout(action, milliseconds);
    return () => window.clearTimeout(timer);
  },
};

/** Changes that follow each other faster are saved together. Milliseconds. */
const kPause = 500;

export class SheetSaver {
  sheet: Sheet = kEmptySheet;
  state: SaveState = 'loading';
  problem = '';

  private readonly unfits = new Map<string, string>();
  private base: Sheet = kEmptySheet; // what the server has, as far as known
  private etag: string | null = null; // of `base`; null before it was read
  private failures = 0;
  private cancel: () => void = () => {};
  private busy = false;

  constructor(
    private readonly transport: Transport,
    private readonly keeper: Keeper<Draft>,
    /** Whenever something about it has changed. */
    public onChange: () => void,
    private readonly timers: Timers = kPageTimers,
  ) {
    const [first, ...others] = keeper.takeUp();
    if (first) ({ base: this.base, sheet: this.sheet } = first);
    for (const { base, sheet } of others) this.sheet = merge(base, sheet, this.sheet);
    this.work();
  }

  edit(change: (sheet: Sheet) => Sheet): void {
    this.sheet = change(this.sheet);
    this.keeper.keep({ base: this.base, sheet: this.sheet });
    if (this.state !== 'loading') this.show('saving');
    else this.onChange();
    this.workIn(kPause);
  }

  /** What was typed as scores and is none, by criterion. It is no part of the sheet. */
  get unfit(): ReadonlyMap<string, string> {
    return this.unfits;
  }

  /** `text` null for what is in order. */
  setUnfit(criterion: string, text: string | null): void {
    if ((this.unfits.get(criterion) ?? null) === text) return;
    if (text === null) this.unfits.delete(criterion);
    else this.unfits.set(criterion, text);
    this.onChange();
  }

  /** The network is back, somebody presses the button, or turns to another film. */
  tryNow(): void {
    this.workIn(0);
  }

  /** Somebody comes back to it: another tab may have written meanwhile. */
  refresh(): void {
    if (this.busy) return;
    this.etag = null;
    this.workIn(0);
  }

  private isDirty(): boolean {
    return !sameSheet(this.sheet, this.base);
  }

  private show(state: SaveState, problem = ''): void {
    this.state = state;
    this.problem = problem;
    this.onChange();
  }

  private workIn(milliseconds: number): void {
    if (this.busy) return; // work() looks again when it is done
    this.cancel();
    this.cancel = this.timers.after(milliseconds, () => this.work());
  }

  private work(): void {
    if (this.busy) return;
    this.busy = true;
    void this.step().then((again) => {
      this.busy = false;
      if (again !== null) this.workIn(again);
    });
  }

  /** Milliseconds until it is to be called again; null for when something happens. */
  private async step(): Promise<number | null> {
    try {
      if (this.etag === null) {
        this.takeIn(await this.transport.load());
        this.failures = 0;
      }
      if (!this.isDirty()) {
        this.done();
        return null;
      }
      this.show('saving');
      const sent = this.sheet;
      const { value, etag } = await this.transport.save(sent, this.etag ?? '');
      this.failures = 0;
      // What was written while it was on its way is a change of what the server has now.
      this.sheet = merge(sent, this.sheet, value);
      this.base = value;
      this.etag = etag;
      if (this.isDirty()) {
        this.keeper.keep({ base: this.base, sheet: this.sheet });
        return kPause;
      }
      this.done();
      return null;
    } catch (error) {
      return this.failed(error);
    }
  }

  private failed(error: unknown): number | null {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 412 || error.status === 409) {
      this.etag = null; // somebody else was faster: read what they wrote, and try again
      return 0;
    }
    if (isPassing(error.status)) {
      this.show(this.etag === null && !this.isDirty() ? 'loading' : 'waiting');
      return retryDelay(this.failures++);
    }
    this.show('refused', error.message);
    return null;
  }

  private takeIn({ value, etag }: Tagged<Sheet>): void {
    this.sheet = merge(this.base, this.sheet, value);
    this.base = value;
    this.etag = etag;
  }

  private done(): void {
    this.keeper.forget();
    this.keeper.forgetOthers();
    this.show('saved');
  }
}
