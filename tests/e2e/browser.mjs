// Starts Debian's Chromium for the end-to-end tests, and has axe-core judge pages.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const kAxe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds serious or critical on the page (WCAG 2.2 AA): a line each. */
export async function seriousFindings(page) {
  await page.evaluate(kAxe);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
  });
}

/**
 * How Chromium is started. `sound` says whether pages may sound that nobody has touched. `trusted` are keys of certificates that count as right (SHA-256 of the
 * SubjectPublicKeyInfo, base64): with them it also has service workers, which it refuses to a certificate whose
 * errors are merely ignored.
 */
function launchOptions({ trusted, sound }) {
  return {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(sound ? ['--autoplay-policy=no-user-gesture-required'] : []),
      ...(trusted.length > 0 ? [`--ignore-certificate-errors-spki-list=${trusted.join(',')}`] : []),
    ],
  };
}

/**
 * Opens a page that keeps what its console complains about in `complaints`.
 * `locale` is the browser's language.
 */
export async function openBrowser({ locale = 'en', trusted = [], sound = true } = {}) {
  const browser = await chromium.launch(launchOptions({ trusted, sound }));
  const context = await browser.newContext({
    ignoreHTTPSErrors: trusted.length === 0,
    locale,
    viewport: { width: 1280, height: 860 },
  });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { browser, page, complaints };
}

/** A browser that keeps its profile in a folder, as that of a venue does. */
export function openProfile(folder, trusted) {
  return chromium.launchPersistentContext(folder, {
    ...launchOptions({ trusted, sound: true }),
    viewport: { width: 960, height: 540 },
  });
}

/**
 * Has a page stand, as one that its browser or its machine has put to sleep: its media are frozen, and no
 * script of its runs. Returns what wakes it up again.
 */
export async function putToSleep(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await session.send('Debugger.enable');
  const stands = new Promise((resolve) => session.once('Debugger.paused', resolve));
  await session.send('Debugger.pause'); // with the next thing a script does
  await stands;
  return async () => {
    await session.send('Debugger.resume');
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await session.detach();
  };
}
