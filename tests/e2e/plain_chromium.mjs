// Chromium without Playwright, for measuring: what is not asked for is not switched on. (Playwright has every page
// keep what it has loaded, which looks like a leak.)

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export class PlainChromium {
  /** One page of its own profile, at `address`, whatever its certificate. */
  static async open(address, { width = 1280, height = 720 } = {}) {
    const profile = await mkdtemp(path.join(os.tmpdir(), 'matinee-profile-'));
    const child = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', [
      '--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--autoplay-policy=no-user-gesture-required', '--ignore-certificate-errors', '--remote-debugging-pipe',
      `--user-data-dir=${profile}`, `--window-size=${width},${height}`, 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const chromium = new PlainChromium(child, profile);
    const { targetInfos } = await chromium.send('Target.getTargets');
    const { targetId } = targetInfos.find(({ type }) => type === 'page');
    const { sessionId } = await chromium.send('Target.attachToTarget', { targetId, flatten: true });
    chromium.session = sessionId;
    await chromium.send('Page.navigate', { url: address }, sessionId);
    return chromium;
  }

  constructor(child, profile) {
    this.child = child;
    this.profile = profile;
    this.asked = new Map(); // by number: what is done with the answer
    this.session = undefined;
    let rest = '';
    child.stdio[4].setEncoding('utf8').on('data', (text) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop();
      for (const message of messages) this.hear(JSON.parse(message));
    });
  }

  /** The process that has started all the others. */
  get process() {
    return this.child.pid;
  }

  /** A command of the DevTools protocol, to the browser or to a session of its. */
  send(method, params = {}, sessionId = undefined) {
    const id = this.asked.size + 1;
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject, method });
      this.child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** The same, to the page. */
  toPage(method, params) {
    return this.send(method, params, this.session);
  }

  /** The value of an expression in the page. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.toPage('Runtime.evaluate', { expression, returnByValue: true });
    assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** What the expression comes to once that is something. */
  async until(expression, patience = 120_000) {
    for (const deadline = Date.now() + patience; ; await sleep(200)) {
      const value = await this.evaluate(expression);
      if (value) return value;
      assert.ok(Date.now() < deadline, `in vain: ${expression}`);
    }
  }

  async close() {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  hear({ id, result, error }) {
    const asked = this.asked.get(id);
    if (!asked) return; // an event
    if (error) asked.reject(new Error(`${asked.method}: ${error.message}`));
    else asked.resolve(result);
  }
}
