// Has the browser keep the page (screen_worker/), and tells whether what it kept is still right.

import { assetsIn, kPage } from '../screen_worker/kept_page';

const kWorker = '/screen/worker.js';
const kPatience = 10_000; // milliseconds

/**
 * Whether the page opens from now on while the server is away. It does not where the browser refuses, as
 * Chromium does for a certificate that it does not trust, whatever somebody has clicked.
 */
export async function keepPage(): Promise<boolean> {
  if (!('serviceWorker' in navigator)) return false;
  try {
    const registration = await navigator.serviceWorker.register(kWorker, {
      scope: kPage,
      updateViaCache: 'none',
    });
    return registration.active !== null || (await isActivated(registration.installing ?? registration.waiting));
  } catch (error) {
    console.info(`the page is not kept in the browser: ${String(error)}`);
    return false;
  }
}

/** Waits until `worker` has what it needs, or has been given up. */
function isActivated(worker: ServiceWorker | null): Promise<boolean> {
  if (!worker) return Promise.resolve(false);
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state === 'activated' || worker.state === 'redundant') resolve(worker.state === 'activated');
    };
    worker.addEventListener('statechange', look);
    look();
  });
}

/**
 * Whether the page that runs here is the one the server has: one that was kept may be of another version. A
 * server that does not answer has no other.
 */
export async function isCurrent(): Promise<boolean> {
  try {
    const options: RequestInit = { cache: 'no-cache', signal: AbortSignal.timeout(kPatience) };
    const response = await fetch(kPage, options);
    if (!response.ok) return true;
    return String(assetsIn(await response.text())) === String(assetsIn(document.head.outerHTML));
  } catch {
    return true;
  }
}
