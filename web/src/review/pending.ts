// Comments that are being written, of all films of a round: one is not sent until its writer says so,
// and stays with its film and its moment whatever is on meanwhile.

import type { Storage } from './keeping';

/** What is being written, about the moment at which writing began. */
export interface Pending {
  readonly text: string;
  /** Milliseconds into the film. */
  readonly at: number;
}

const kNothing: Pending = { text: '', at: 0 };

export class PendingComments {
  private readonly byFilm = new Map<string, Pending>();

  /** Takes up what is left of other tabs as well: they may have been closed in mid-sentence. */
  constructor(
    private readonly storage: Storage | null,
    /** Of the round and the juror. */
    private readonly prefix: string,
    private readonly tab: string,
  ) {
    const all = Array.from({ length: storage?.length ?? 0 }, (_, i) => storage?.key(i) ?? '')
      .map((key) => ({ key, ...this.partsOf(key) }))
      .filter(({ film }) => film !== undefined)
      .sort((a, b) => Number(b.tab === tab) - Number(a.tab === tab)); // this tab's own first
    for (const { key, film, tab: owner } of all) {
      if (film === undefined || this.byFilm.has(film)) continue;
      const found = parsed(storage?.getItem(key) ?? null);
      if (!found) continue;
      this.set(film, found);
      if (owner !== tab) storage?.removeItem(key);
    }
  }

  of(film: string): Pending {
    return this.byFilm.get(film) ?? kNothing;
  }

  /** Without text there is none any more. */
  set(film: string, pending: Pending): void {
    const key = `${this.prefix}${film}.pending.${this.tab}`;
    try {
      if (pending.text === '') {
        this.byFilm.delete(film);
        this.storage?.removeItem(key);
      } else {
        this.byFilm.set(film, pending);
        this.storage?.setItem(key, JSON.stringify(pending));
      }
    } catch {
      // No room: it lasts as long as the page.
    }
  }

  /** Whether there is something to be sent. */
  has(film: string): boolean {
    return this.of(film).text.trim() !== '';
  }

  private partsOf(key: string): { readonly film?: string; readonly tab?: string } {
    if (!key.startsWith(this.prefix)) return {};
    const [film, tab, ...more] = key.slice(this.prefix.length).split('.pending.');
    return film && tab && more.length === 0 ? { film, tab } : {};
  }
}

function parsed(text: string | null): Pending | null {
  try {
    const { text: written, at } = JSON.parse(text ?? '') as Partial<Pending>;
    return typeof written === 'string' && written !== '' && typeof at === 'number' ? { text: written, at } : null;
  } catch {
    return null; // of a browser that died while writing
  }
}
