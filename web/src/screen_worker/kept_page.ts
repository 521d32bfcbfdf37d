// The screen's page as the browser keeps it: itself, and the scripts and styles it names. A screen that is
// switched on while the server is away then opens all the same. Nothing else is ever kept: no media, nothing
// that the server says about channels.
//
// What is kept is always whole. Names of assets stand for their content, so those of a new page are put beside
// those of the old; the page itself comes last, and with it the new one is the one that opens.

/** What is used of the Cache API. */
export type Keep = Pick<Cache, 'match' | 'put' | 'delete' | 'keys'>;
export type Fetch = (address: string, options: RequestInit) => Promise<Response>;

export const kPage = '/screen';
const kAssets = '/assets/';

/** A server that has not answered by then counts as away; milliseconds. */
const kPatience = 5_000;
/** For each script of a new page, over a slow network; milliseconds. */
const kPatienceForAsset = 20_000;

/** The addresses of what a page loads, each once. Equal for equal pages: names have a hash of the content. */
export function assetsIn(html: string): readonly string[] {
  const found = html.matchAll(/\s(?:src|href)="(\/assets\/[^"]+)"/g);
  return [...new Set([...found].map(([, address]) => address ?? ''))].sort();
}

export type Answer = 'page' | 'asset' | 'none';

/** What a request is to be answered with: only the page itself and assets are any affair of ours. */
export function answerFor(request: Pick<Request, 'method' | 'mode' | 'url'>, origin: string): Answer {
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== origin) return 'none';
  if (request.mode === 'navigate') return url.pathname === kPage ? 'page' : 'none';
  return url.pathname.startsWith(kAssets) ? 'asset' : 'none';
}

export class KeptPage {
  constructor(
    private readonly keep: Keep,
    private readonly fetch: Fetch,
  ) {}

  /**
   * The page that is to be opened: the server's, if it and all that it names can be had, else the kept one.
   * Rejects when there is neither.
   */
  async open(): Promise<Response> {
    try {
      return await this.takeIn();
    } catch (error) {
      const kept = await this.keep.match(kPage, kAnyVariant);
      if (!kept) throw error;
      return kept;
    }
  }

  /** Keeps the page that the server has. Rejects if a part is not to be had: what was kept before stays. */
  async takeIn(): Promise<Response> {
    const page = await this.ask(kPage, 'no-cache', kPatience);
    const assets = assetsIn(await page.clone().text());
    // A proxy's page about maintenance is answered with 200 by some.
    if (assets.length === 0) throw new Error(`${kPage}: not the page of a screen`);
    await Promise.all(assets.map((address) => this.takeInAsset(address)));
    await this.keep.put(kPage, page.clone());
    await this.forgetAllBut([kPage, ...assets]);
    return page;
  }

  /** What is kept under an asset's address, else the server's. */
  async asset(address: string): Promise<Response> {
    return (await this.keep.match(address, kAnyVariant)) ?? this.fetch(address, {});
  }

  private async takeInAsset(address: string): Promise<void> {
    if (await this.keep.match(address, kAnyVariant)) return;
    await this.keep.put(address, await this.ask(address, 'default', kPatienceForAsset));
  }

  private async forgetAllBut(addresses: readonly string[]): Promise<void> {
    for (const request of await this.keep.keys()) {
      if (!addresses.includes(new URL(request.url).pathname)) await this.keep.delete(request);
    }
  }

  private async ask(address: string, cache: RequestCache, patience: number): Promise<Response> {
    const signal = AbortSignal.timeout(patience);
    const response = await this.fetch(address, { cache, redirect: 'error', signal });
    if (!response.ok) throw new Error(`${address}: answered with ${response.status}`);
    return response;
  }
}

/** Answers differ in how they are compressed, not in what they are. */
const kAnyVariant: CacheQueryOptions = { ignoreVary: true };
