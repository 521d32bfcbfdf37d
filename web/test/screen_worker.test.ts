import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Programme, ScreenOrders } from '../src/api';
import { memoryFromText, memoryToText } from '../src/screen/memory';
import { answerFor, assetsIn, KeptPage, type Keep } from '../src/screen_worker/kept_page';

const kOrigin = 'https://hall.example';

const page = (version: string) =>
  `<!doctype html><link rel="icon" href="/assets/icon.svg"><link rel="stylesheet" href="/assets/page-${version}.css">` +
  `<a href="/studio">no asset</a><script type="module" src="/assets/page-${version}.js"></script>`;

/** A server whose answers can be taken away, and that counts what it was asked. */
class Server {
  away = false;
  readonly asked: string[] = [];
  readonly files = new Map<string, string>();
  readonly statuses = new Map<string, number>();

  has(version: string): this {
    this.files.set('/screen', page(version));
    for (const name of assetsIn(page(version))) this.files.set(name, `${name} of ${version}`);
    return this;
  }

  readonly fetch = (address: string): Promise<Response> => {
    this.asked.push(address);
    if (this.away) return Promise.reject(new TypeError('Failed to fetch'));
    const file = this.files.get(address);
    return Promise.resolve(new Response(file ?? 'no', { status: this.statuses.get(address) ?? (file ? 200 : 404) }));
  };
}

/** The Cache API's part that is used, in memory. */
class MemoryKeep implements Keep {
  readonly kept = new Map<string, string>();

  match(request: RequestInfo | URL): Promise<Response | undefined> {
    const found = this.kept.get(String(request));
    return Promise.resolve(found === undefined ? undefined : new Response(found));
  }
  async put(request: RequestInfo | URL, response: Response): Promise<void> {
    this.kept.set(String(request), await response.text());
  }
  delete(request: RequestInfo | URL): Promise<boolean> {
    return Promise.resolve(this.kept.delete(new URL((request as Request).url).pathname));
  }
  keys(): Promise<readonly Request[]> {
    return Promise.resolve([...this.kept.keys()].map((address) => new Request(new URL(address, kOrigin))));
  }
}

function screen(version: string) {
  const server = new Server().has(version);
  const keep = new MemoryKeep();
  return { server, keep, kept: new KeptPage(keep, server.fetch) };
}

const text = async (answer: Promise<Response>) => (await answer).text();

test('what a page loads is found in it, each once', () => {
  assert.deepEqual(assetsIn(page('A')), ['/assets/icon.svg', '/assets/page-A.css', '/assets/page-A.js']);
  assert.deepEqual(assetsIn(page('A') + page('A')), assetsIn(page('A')));
  assert.deepEqual(assetsIn('<p>Down for maintenance'), []);
});

test('only the page and its assets are the worker\'s affair', () => {
  const says = (path: string, mode: RequestMode = 'cors', method = 'GET') =>
    answerFor({ method, mode, url: new URL(path, kOrigin).href }, kOrigin);
  assert.equal(says('/screen', 'navigate'), 'page');
  assert.equal(says('/screen?again', 'navigate'), 'page');
  assert.equal(says('/assets/page-A.js'), 'asset');
  // What the page asks of its server as it runs, also for the page itself, is never answered from here.
  assert.equal(says('/screen'), 'none');
  assert.equal(says('/screens', 'navigate'), 'none');
  assert.equal(says('/api/v1/screen/time'), 'none');
  assert.equal(says('/api/v1/screen/heartbeat', 'cors', 'POST'), 'none');
  assert.equal(says('/channels/main/180p/7-abc.m4s'), 'none');
  assert.equal(says('/assets/page-A.js', 'cors', 'POST'), 'none');
  assert.equal(says('https://elsewhere.example/assets/page-A.js'), 'none');
});

test('a page that was opened once opens without the server, with all that it names', async () => {
  const { server, keep, kept } = screen('A');
  assert.equal(await text(kept.open()), page('A'));
  assert.deepEqual([...keep.kept.keys()].sort(), [...assetsIn(page('A')), '/screen']);
  server.away = true;
  assert.equal(await text(kept.open()), page('A'));
  for (const name of assetsIn(page('A'))) assert.equal(await text(kept.asset(name)), `${name} of A`);
});

test('nothing is fetched twice, as long as it stays the same page', async () => {
  const { server, kept } = screen('A');
  await kept.open();
  server.asked.length = 0;
  await kept.open();
  assert.deepEqual(server.asked, ['/screen']);
});

test('another page of the server\'s takes the place of the kept one, and of its assets', async () => {
  const { server, keep, kept } = screen('A');
  await kept.open();
  assert.equal(await text(new KeptPage(keep, server.has('B').fetch).open()), page('B'));
  assert.deepEqual([...keep.kept.keys()].sort(), [...assetsIn(page('B')), '/screen']);
  server.away = true;
  assert.equal(await text(kept.open()), page('B'));
});

test('a new page of which a part is missing does not open: the old one does, whole', async () => {
  const { server, kept } = screen('A');
  await kept.open();
  server.has('B').files.delete('/assets/page-B.js');
  assert.equal(await text(kept.open()), page('A'));
  server.away = true;
  for (const name of assetsIn(page('A'))) assert.equal(await text(kept.asset(name)), `${name} of A`);
  assert.equal(await text(kept.open()), page('A'));
});

test('an error, or somebody else\'s page, opens the kept one', async () => {
  const { server, kept } = screen('A');
  await kept.open();
  for (const status of [404, 500, 502, 503]) {
    server.statuses.set('/screen', status);
    assert.equal(await text(kept.open()), page('A'), `${status}`);
  }
  server.statuses.clear();
  server.files.set('/screen', '<p>Down for maintenance');
  assert.equal(await text(kept.open()), page('A'));
});

test('where nothing is kept, the failure is told', async () => {
  const { server, keep, kept } = screen('A');
  server.away = true;
  await assert.rejects(kept.open(), /Failed to fetch/);
  await assert.rejects(kept.takeIn(), /Failed to fetch/);
  server.away = false;
  server.files.delete('/assets/page-A.js');
  await assert.rejects(kept.takeIn(), /page-A\.js: answered with 404/);
  assert.equal(keep.kept.has('/screen'), false, 'a page without its script is kept');
});

const programme = (start: string, end: string): Programme => ({
  entry: 'boats', title: { en: 'Paper Boats' }, start, end,
});
const orders = {
  id: 's1', name: 'Hall', muted: false, channel: null, page: 'tag', heartbeat_seconds: 3,
  commands: [{ id: '7', kind: 'reload' }],
  design: { lower_third: 8, next: true, clock: 'off', accent: '#ff6b5e', language: 'zh', away: '' },
} as const satisfies ScreenOrders;

test('a screen remembers what it is and what was announced, and no orders it has carried out', () => {
  const over = programme('2026-11-24T20:00:00Z', '2026-11-24T20:10:00Z');
  const on = programme('2026-11-24T20:10:00Z', '2026-11-24T20:20:00Z');
  const written = memoryToText({ orders, known: [over, on] }, Date.parse('2026-11-24T20:15:00Z'));
  const memory = memoryFromText(written);
  assert.deepEqual(memory?.known, [on]);
  assert.deepEqual(memory?.orders, { ...orders, commands: [] });
});

test('what makes no sense is no memory', () => {
  for (const written of [null, '', 'null', '{', '[]', '{"form":1}', '{"form":0,"orders":{},"known":[]}',
    '{"form":1,"orders":{"name":"Hall"},"known":[]}']) {
    assert.equal(memoryFromText(written), null, String(written));
  }
});
