// The service worker of the screen's page; its scope is that page. The browser wakes it to open the page and
// to load the page's assets, and for nothing else.

import { answerFor, KeptPage } from './kept_page';

declare const self: ServiceWorkerGlobalScope;

/** Static routes, where the browser has them: what matches never wakes the worker. */
interface RoutingInstallEvent extends ExtendableEvent {
  addRoutes?(rule: {
    readonly condition: { readonly or: readonly { readonly urlPattern: string }[] };
    readonly source: 'network';
  }): Promise<void>;
}

const kName = 'matinee-screen';
const kNeverOurs = ['/api/*', '/channels/*'];

const keptPage = async () =>
  new KeptPage(await caches.open(kName), (address, options) => fetch(address, options));

async function install(event: RoutingInstallEvent): Promise<void> {
  await event.addRoutes?.({
    condition: { or: kNeverOurs.map((urlPattern) => ({ urlPattern })) },
    source: 'network',
  });
  await (await keptPage()).takeIn();
  // What is kept has one form, so that the newest worker is the right one for any page.
  void self.skipWaiting();
}

self.addEventListener('install', (event) => event.waitUntil(install(event)));

self.addEventListener('fetch', (event) => {
  const answer = answerFor(event.request, self.location.origin);
  if (answer === 'none') return;
  const { pathname } = new URL(event.request.url);
  event.respondWith(keptPage().then((kept) => (answer === 'page' ? kept.open() : kept.asset(pathname))));
});
