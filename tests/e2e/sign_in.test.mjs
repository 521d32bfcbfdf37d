// The door: the first account of a new server, signing in and out, coming back to where one was, one's own
// password. Screenshots in three languages are kept in the build directory (sign-in-screenshots).
//
// MATINEE_BUILD names the build directory; the pages are those of web/dist.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { openBrowser, seriousFindings } from './browser.mjs';
import { addUser, stopServer } from './server.mjs';

const build = process.env.MATINEE_BUILD;
assert.ok(build, 'MATINEE_BUILD must be set');
const matinee = path.join(build, 'src/app/matinee');
const screenshots = path.join(build, 'sign-in-screenshots');
const kPassword = 'paper boats at noon';

let folder;
let server;
let opened;
let page;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-sign-in-'));
  await mkdir(screenshots, { recursive: true });
  const child = spawn(matinee, ['serve', '--data', path.join(folder, 'data'), '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = { child, origin: '', setUp: '' };
  for await (const line of createInterface({ input: child.stdout })) {
    const [address] = line.match(/https:\/\/127\.0\.0\.1:\d+\S*/) ?? [];
    if (!address) continue;
    server.origin ||= new URL(address).origin;
    if (!new URL(address).pathname.startsWith('/setup/')) continue;
    server.setUp = address;
    break;
  }
  child.stdout.resume();
  assert.ok(server.setUp, 'a new server tells where its first account is made');
  opened = await openBrowser();
  page = opened.page;
  page.setDefaultTimeout(30_000);
});

after(async () => {
  await opened?.browser.close();
  await stopServer(server);
  await rm(folder, { recursive: true, force: true });
});

const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();

async function fill(name, password) {
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.keyboard.press('Enter');
}

// In three languages, light and dark, at a desk and on a telephone.
async function look(name) {
  assert.deepEqual(await seriousFindings(page), [], name);
  const size = page.viewportSize();
  for (const [tag, theme, width] of [['en', 'light', 1280], ['zh', 'dark', 360], ['ru', 'light', 360]]) {
    await page.evaluate(([language, colours]) => {
      localStorage.setItem('matinee.language', language);
      localStorage.setItem('matinee.theme', colours);
    }, [tag, theme]);
    await page.setViewportSize({ width, height: 740 });
    await page.reload();
    await page.locator('h1').first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), tag);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} in ${tag} is too wide`);
    assert.deepEqual(await seriousFindings(page), [], `${name} in ${tag}`);
    await page.screenshot({ path: path.join(screenshots, `${name}-${tag}.png`) });
  }
  await page.evaluate(() => localStorage.setItem('matinee.language', 'en'));
  await page.setViewportSize(size);
  await page.reload();
}

test('the first account is made once, by the link that the server prints', async () => {
  await page.goto(server.setUp);
  await heading('The first account');
  await look('first-account');
  await fill('mei', 'short');
  assert.equal(new URL(page.url()).pathname, new URL(server.setUp).pathname, 'nothing is sent');
  await fill('mei', kPassword);
  await page.waitForURL('**/studio');
  await page.getByText('mei (admin)').waitFor();
  await page.goto(server.setUp);
  await heading('This set-up link has been used');
  await look('link-used');
  opened.complaints.length = 0; // the browser's own, about 403
});

test('whoever is signed in has a way to their work, and out', async () => {
  await page.goto(server.origin);
  await page.locator('.top').getByRole('link', { name: 'mei' }).click();
  await heading('Your account');
  await look('account');
  await page.getByRole('link', { name: 'Studio' }).click();
  await page.waitForURL('**/studio');
  await page.goto(`${server.origin}/sign-in`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading('Sign in');
  await look('sign-in');
  await page.goto(server.origin);
  await page.locator('.top').getByRole('link', { name: 'Sign in' }).waitFor();
  assert.deepEqual(opened.complaints, [], 'nobody is asked who they are where nobody has signed in');
});

test('one comes back to where one was, and is told what is wrong', async () => {
  await page.goto(`${server.origin}/review/final/results`);
  await page.locator('.notice').getByRole('link', { name: 'Sign in' }).click();
  await fill('mei', 'not the password');
  await page.getByText('Name or password is wrong.').waitFor();
  await fill('mei', kPassword);
  await page.waitForURL('**/review/final/results');
  await page.goto(`${server.origin}/sign-in?to=//evil.test/`);
  await fill('mei', kPassword);
  await page.waitForURL('**/studio');
});

test('a reviewer whom a page refuses can sign in with another account', async () => {
  await addUser(matinee, path.join(folder, 'data'), 'rita', 'reviewer', kPassword);
  await page.goto(`${server.origin}/sign-in`);
  await fill('rita', kPassword);
  await page.waitForURL('**/review');
  await page.goto(`${server.origin}/review/final/results`);
  await page.locator('.notice').getByRole('link', { name: 'Sign in with another account' }).click();
  await heading('Your account');
  await fill('mei', kPassword);
  await page.waitForURL('**/review/final/results');
});

test('a password is changed by whom it belongs to, and ends what was open', async () => {
  await page.goto(`${server.origin}/sign-in`);
  await page.getByText('Change the password').click();
  const change = async (present, next) => {
    await page.getByLabel('Present password').fill(present);
    await page.getByLabel('New password').fill(next);
    await page.getByRole('button', { name: 'Save' }).click();
  };
  await change('not the password', 'a lighthouse at dusk');
  await page.getByText('The present password is wrong.').waitFor();
  await change(kPassword, 'a lighthouse at dusk');
  await page.getByText('Your password is changed.').waitFor();
  await fill('mei', kPassword);
  await page.getByText('Name or password is wrong.').waitFor();
  await fill('mei', 'a lighthouse at dusk');
  await page.waitForURL('**/studio');
});
