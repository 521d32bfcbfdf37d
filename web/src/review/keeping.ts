// What a juror has done and the server has not yet got, kept in this browser: nothing is lost by a
// reload, a crash, or a week without network. Each tab has a place of its own, so that two do not
// overwrite each other; whichever comes next takes up what is left over.

import type { Sheet, Stretch } from '../api';

export interface Draft {
  /** What the server had when writing began. */
  readonly base: Sheet;
  readonly sheet: Sheet;
}

export interface Watched {
  readonly stretches: readonly Stretch[];
  /** Milliseconds. */
  readonly position: number;
}

/** localStorage, or what stands for it in tests. */
export type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** What is kept of one kind (a draft, what was watched) for one juror and film. */
export class Keeper<T> {
  constructor(
    private readonly storage: Storage | null,
    /** Of all tabs: kind, round, juror, film. */
    private readonly prefix: string,
    private readonly tab: string,
  ) {}

  /** False when the browser refuses to keep anything (private windows, no room). */
  keep(value: T): boolean {
    try {
      this.storage?.setItem(this.prefix + this.tab, JSON.stringify(value));
      return this.storage !== null;
    } catch {
      return false;
    }
  }

  forget(): void {
    this.storage?.removeItem(this.prefix + this.tab);
  }

  /** What is there, of this tab and others; from then on it is this tab's business. */
  takeUp(): readonly T[] {
    const { storage } = this;
    if (!storage) return [];
    const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i)).filter(
      (key): key is string => key !== null && key.startsWith(this.prefix),
    );
    const found: T[] = [];
    for (const key of keys) {
      const text = storage.getItem(key);
      if (text === null) continue;
      try {
        found.push(JSON.parse(text) as T);
      } catch {
        // Half a value, from a browser that died while writing: there is nothing to be had from it.
      }
    }
    return found;
  }

  /** Forgets what takeUp() found of other tabs, once it is safe elsewhere. */
  forgetOthers(): void {
    const { storage } = this;
    if (!storage) return;
    for (let i = storage.length - 1; i >= 0; --i) {
      const key = storage.key(i);
      if (key?.startsWith(this.prefix) && key !== this.prefix + this.tab) storage.removeItem(key);
    }
  }
}
