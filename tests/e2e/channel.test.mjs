// The demo channel as viewers meet it: prepared from made-up films by the real programs, served
// over HTTPS, played across boundaries by real players, killed and started again.
//
// MATINEE_BUILD and MATINEE_SOURCE name the build directory and the source tree.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openBrowser, seriousFindings } from './browser.mjs';

const build = process.env.MATINEE_BUILD;
const source = process.env.MATINEE_SOURCE;
assert.ok(build && source, 'MATINEE_BUILD and MATINEE_SOURCE must be set');
const run = promisify(execFile);

// Entries of different rates, shapes and sound; short, so that players meet many boundaries.
const kFilms = [
  ['01-paper-boats.mp4', 'paper-boats', []],
  ['03-rooftop-tea.mp4', 'rooftop-tea', []],
  ['06-lighthouse.mov', 'lighthouse', ['--turned']],
  ['09-lantern-river.mkv', 'lantern-river', []],
];
const kSeconds = 7;

// A ladder that a small machine encodes in seconds.
const kConfig = `
[house]
rungs = [
  { name = "360p", width = 640, height = 360, max_kbps = 900 },
  { name = "180p", width = 320, height = 180, max_kbps = 300 },
]
`;

let folder;
let server;

function get(url) {
  return new Promise((resolve, reject) => {
    https
      .get(url, { rejectUnauthorized: false, agent: false }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
        );
      })
      .on('error', reject);
  });
}

// Starts the demo; resolves once it has printed its addresses.
async function start(port = 0) {
  const child = spawn(
    path.join(build, 'src/app/matinee'),
    ['demo', path.join(folder, 'films'), '--data', path.join(folder, 'data'), '--listen', `127.0.0.1:${port}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const playlist = line.match(/playlist\s+(https:\S+)/);
    if (playlist) {
      child.stdout.resume();
      const master = new URL(playlist[1]);
      return { child, lines, master: master.href, origin: master.origin, port: Number(master.port) };
    }
  }
  throw new Error(`the demo ended before it served:\n${lines.join('\n')}`);
}

async function stop(signal) {
  if (server.child.exitCode !== null || server.child.signalCode !== null) return undefined;
  const ended = once(server.child, 'exit');
  server.child.kill(signal);
  return ended;
}

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-e2e-'));
  await mkdir(path.join(folder, 'films'));
  await mkdir(path.join(folder, 'data'));
  await writeFile(path.join(folder, 'data/matinee.toml'), kConfig);
  for (const [file, scene, more] of kFilms) {
    const stem = file.replace(/\.\w+$/, '');
    await run(path.join(build, 'src/samples/matinee-make-samples'), [
      '--pipeline', path.join(source, `pipelines/samples/${stem}.gst`),
      '--scene', scene, '--seconds', String(kSeconds),
      '--out', path.join(folder, 'films', file), ...more,
    ]);
  }
  const sidecars = path.join(source, 'pipelines/samples');
  await cp(sidecars, path.join(folder, 'films'), {
    recursive: true,
    filter: (name) => !name.endsWith('.gst'),
  });
  await writeFile(path.join(folder, 'films/99-broken.mp4'), 'this is no film at all\n');
  server = await start();
});

after(async () => {
  if (server) await stop('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

test('a file that is no film is reported, and does not stop the others', () => {
  const report = server.lines.find((line) => line.includes('99-broken'));
  assert.match(report, /✗ 99-broken: .*99-broken\.mp4/);
  assert.equal(server.lines.filter((line) => line.includes('✓') && !line.includes('slate')).length, kFilms.length);
});

test('the multivariant playlist offers every rung and the subtitles of all films', async () => {
  const { status, headers, body } = await get(server.master);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/vnd.apple.mpegurl');
  const text = body.toString();
  assert.match(text, /RESOLUTION=640x360/);
  assert.match(text, /RESOLUTION=320x180/);
  for (const language of ['zh', 'ru', 'en']) {
    assert.match(text, new RegExp(`TYPE=SUBTITLES.*LANGUAGE="${language}`));
  }
});

test('ffmpeg decodes across boundaries without a complaint', async () => {
  const { stderr } = await run('ffmpeg', [
    // With the times as they are: else ffmpeg counts in frames of the rate it met first.
    '-nostdin', '-v', 'error', '-tls_verify', '0', '-i', server.master, '-t', '25',
    '-fps_mode', 'passthrough', '-enc_time_base', '1:90000', '-f', 'null', '-',
  ]);
  assert.equal(stderr, '');
});

// GStreamer trusts what the system trusts, and nothing else: for one process, in a mount namespace
// of its own, the system trusts our certificate as well. That takes root.
test('GStreamer plays across boundaries', { skip: process.getuid() !== 0 && 'needs root' }, async () => {
  const trusted = '/etc/ssl/certs/ca-certificates.crt';
  const bundle = path.join(folder, 'trusted.crt');
  const own = await readFile(path.join(folder, 'data/tls/server.pem'), 'utf8');
  await writeFile(bundle, (await readFile(trusted, 'utf8')) + own);
  const { stdout, stderr } = await run(
    'unshare',
    ['--mount', 'sh', '-c',
      `mount --bind "$1" ${trusted} && exec timeout -s INT 22 gst-launch-1.0 -v playbin3 ` +
      'uri="$2" audio-sink="fakesink sync=true" text-sink=fakesink ' +
      'video-sink="fpsdisplaysink text-overlay=false video-sink=fakesink sync=true"',
      'sh', bundle, server.master],
    { maxBuffer: 1 << 26 },
  ).catch((error) => error); // the interrupt that ends it gives it a status of its own
  assert.doesNotMatch(stdout + stderr, /ERROR/);
  const rendered = Number([...stdout.matchAll(/rendered: (\d+)/g)].at(-1)?.[1] ?? 0);
  // Entries last seven seconds; at 24 frames a second or more this is two boundaries at least.
  assert.ok(rendered > 24 * 14, `rendered ${rendered} frames`);
});

test('entries of different frame rates share one init section', async () => {
  const media = await get(new URL('360p/media.m3u8', server.master));
  const text = media.body.toString();
  assert.equal((text.match(/#EXT-X-MAP/g) ?? []).length, 1);
  assert.doesNotMatch(text, /DISCONTINUITY/);
  assert.ok((text.match(/#EXT-X-DATERANGE/g) ?? []).length >= 3);
});

test('the watch page plays, with subtitles and qualities', async () => {
  await run(process.execPath, [path.join(source, 'tests/e2e/watch_page.mjs'), server.origin,
    '--screenshots', path.join(build, 'artifacts/screenshots/watch')], {
    timeout: 400_000,
  });
});

// What a viewer sees, in a browser of its own.
async function withPage(look, options) {
  const { browser, page } = await openBrowser(options);
  page.setDefaultTimeout(60_000);
  try {
    await look(page);
  } finally {
    await browser.close();
  }
}

async function untilItPlays(page) {
  const position = () => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0);
  await page.waitForFunction(() => document.querySelector('video')?.currentTime > 0);
  const from = await position();
  await page.waitForFunction((start) => document.querySelector('video').currentTime > start + 1, from);
}

async function link(...options) {
  const { stdout } = await run(path.join(build, 'src/app/matinee'), [
    'link', 'add', '--data', path.join(folder, 'data'), '--channel', 'main', '--json', ...options,
  ]);
  return JSON.parse(stdout);
}

test('a link opens the page below it, until it is taken back', async () => {
  const { id, token } = await link();
  await withPage(async (page) => {
    await page.goto(`${server.origin}/t/${token}/`);
    await page.locator('.channel h2 a').click();
    await page.waitForURL(`**/t/${token}/watch/main`);
    await untilItPlays(page);
    // The bar's pictures too are had by the link.
    const bar = await page.locator('.seek').boundingBox();
    const answer = page.waitForResponse((response) => response.url().endsWith('thumbnails.jpg'));
    await page.mouse.move(bar.x + bar.width * 0.9, bar.y + bar.height / 2);
    assert.equal((await answer).status(), 200);
    assert.match((await answer).url(), new RegExp(`/t/${token}/channels/main/entries/`));

    await run(path.join(build, 'src/app/matinee'),
      ['link', 'revoke', '--data', path.join(folder, 'data'), id]);
    const notice = page.locator('.notice');
    await notice.waitFor();
    assert.match(await notice.textContent(), /This link does not open this/);
    assert.equal(await page.locator('video').count(), 0, 'the film plays on');
    assert.deepEqual(await seriousFindings(page), []);
    // Whoever opens it afterwards meets the same page, not a problem document.
    await page.goto(`${server.origin}/t/${token}/watch/main`);
    await notice.waitFor();
  });
});

test('a link that has run out says so', async () => {
  const until = new Date(Date.now() + 3_000).toISOString();
  const { token } = await link('--until', until);
  await sleep(Date.parse(until) - Date.now());
  await withPage(async (page) => {
    for (const address of ['', 'watch/main', 'watch/entries/01-paper-boats']) {
      await page.goto(`${server.origin}/t/${token}/${address}`);
      const notice = page.locator('.notice');
      await notice.waitFor();
      assert.match(await notice.textContent(), new RegExp(`valid until ${until.slice(0, 10)}`));
    }
  });
});

test('a channel that is no longer for everybody says so, and opens again', async () => {
  const access = (...rule) => run(path.join(build, 'src/app/matinee'),
    ['channel', 'access', '--data', path.join(folder, 'data'), 'main', ...rule]);
  await withPage(async (page) => {
    await page.goto(`${server.origin}/watch/main`);
    await untilItPlays(page);
    await access('role', '--role', 'reviewer');
    try {
      const notice = page.locator('.notice');
      await notice.waitFor();
      assert.match(await notice.textContent(), /This is not for everybody/);
      await notice.locator('a[href^="/sign-in?to=%2Fwatch%2Fmain"]').waitFor();
      assert.deepEqual(await seriousFindings(page), []);
    } finally {
      await access('public');
    }
    await untilItPlays(page);
  });
});

test('a channel with nothing on says so, and starts by itself', async () => {
  await withPage(async (page) => {
    const { body } = await get(`${server.origin}/api/v1/channels/main`);
    const nothing = { ...JSON.parse(body.toString()), now: null, next: [] };
    await page.route('**/api/v1/channels/main', (route) => route.fulfill({ json: nothing }));
    await page.route('**/channels/main/*/*', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503}' }));
    await page.goto(`${server.origin}/watch/main`);
    await page.locator('.overlay', { hasText: 'Off the air' }).waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.unrouteAll();
    await untilItPlays(page);
    assert.equal(await page.locator('.overlay').count(), 0);
  });
});

test('without hls.js the browser’s own HLS plays', async (context) => {
  await withPage(async (page) => {
    await page.addInitScript(() => {
      for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) delete window[name];
    });
    await page.goto(`${server.origin}/watch/entries/01-paper-boats`);
    const able = await page.evaluate(() =>
      document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '');
    if (!able) {
      // Nor is there any other way: the page gives the address for another player.
      await page.locator('.overlay code').waitFor();
      context.diagnostic('this browser has no HLS of its own');
      return;
    }
    await untilItPlays(page);
    assert.equal(await page.evaluate(() => window.matineePlayer), undefined);
  });
});

test('where pages may not sound by themselves it plays silently, and offers the sound beside the picture', async () => {
  await withPage(async (page) => {
    await page.goto(`${server.origin}/watch/main`);
    await untilItPlays(page);
    const offer = page.locator('button.unmute');
    await offer.waitFor();
    assert.equal(await page.evaluate(() => document.querySelector('video').muted), true);
    const [picture, place] = [await page.locator('.stage').boundingBox(), await offer.boundingBox()];
    assert.ok(place.y >= picture.y + picture.height, 'it lies on the picture');
    assert.ok(place.y + place.height <= page.viewportSize().height, 'one has to look for it');
    assert.deepEqual(await seriousFindings(page), []);
    const screenshots = path.join(build, 'artifacts/screenshots/watch');
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, 'silent.png') });
    // It was no choice of the viewer's.
    assert.equal(await page.evaluate(() => localStorage.getItem('matinee.muted')), null);
    await offer.click();
    await offer.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.querySelector('video').muted), false);
    await untilItPlays(page);
  }, { sound: false });
});

// Safari hands over the subtitles as tracks of the video. Chromium has learnt to play the rest (before, the film itself
// stands for the stream here); the tracks are added as Safari would.
test('subtitles of a browser’s own HLS are drawn by the page, but in a full screen of the video’s', async () => {
  await withPage(async (page) => {
    const able = await page.evaluate(() =>
      document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '');
    await page.addInitScript(() => {
      for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) delete window[name];
      HTMLMediaElement.prototype.canPlayType = () => 'maybe';
      document.addEventListener('loadedmetadata', ({ target }) => {
        for (const [label, language, words] of [['中文', 'zh', '纸船'], ['Русский', 'ru', 'Бумажный <i>кораблик</i>']]) {
          const track = target.addTextTrack('subtitles', label, language);
          track.addCue(new VTTCue(0, 3600, words));
          track.mode = 'showing'; // as a browser does with what its settings prefer
        }
      }, { capture: true, once: true });
    });
    if (!able) {
      await page.route('**/entries/01-paper-boats/master.m3u8', (route) =>
        route.fulfill({ path: path.join(folder, 'films/01-paper-boats.mp4'), contentType: 'video/mp4' }));
    }
    await page.goto(`${server.origin}/watch/entries/01-paper-boats`);
    await untilItPlays(page);
    assert.equal(await page.evaluate(() => window.matineePlayer), undefined);
    const modes = () => page.evaluate(() =>
      [...document.querySelector('video').textTracks].map(({ mode }) => mode).join());
    const choose = async (slot, name) => {
      await page.mouse.move(400 + Math.random() * 50, 300);
      await page.click('button[data-menu=subtitles]');
      await page.locator('.panel .chips').nth(slot).locator(`label:text-is("${name}")`).click();
      await page.keyboard.press('Escape');
    };
    await choose(0, 'Русский');
    await choose(1, '中文');
    const first = page.locator('.cue[data-track="0"][lang=ru]');
    await first.waitFor();
    assert.equal(await first.textContent(), 'Бумажный кораблик');
    assert.equal(await first.locator('i').count(), 1, 'its markup is lost');
    await page.locator('.cue[data-track="1"][lang=zh]', { hasText: '纸船' }).waitFor();
    assert.equal(await modes(), 'hidden,hidden', 'the browser draws them as well');
    // Where the page cannot draw, the browser does.
    await page.evaluate(() => document.querySelector('video').dispatchEvent(new Event('webkitbeginfullscreen')));
    assert.equal(await modes(), 'hidden,showing');
    await page.evaluate(() => document.querySelector('video').dispatchEvent(new Event('webkitendfullscreen')));
    assert.equal(await modes(), 'hidden,hidden');
    await choose(0, 'Off');
    await first.waitFor({ state: 'detached' });
    assert.equal(await modes(), 'hidden,disabled');
  });
});

test('an entry plays as VOD from its first frame to its last', async () => {
  const url = `${server.origin}/entries/01-paper-boats/master.m3u8`;
  const { stdout } = await run('ffprobe', [
    '-v', 'error', '-tls_verify', '0', '-show_entries', 'format=duration', '-of', 'csv=p=0', url,
  ]);
  assert.ok(Math.abs(Number(stdout) - kSeconds) < 0.1, `lasts ${stdout}`);
});

test('killed and started again it goes on as if nothing had been', async () => {
  const playlist = new URL('360p/media.m3u8', server.master);
  const segmentsOf = (body) =>
    new Map([...body.toString().matchAll(/PROGRAM-DATE-TIME:(\S+)\n#EXTINF:(\S+),\n(\d+)-(\S+)/g)]
      .map(([, date, duration, sequence, name]) => [sequence, `${date} ${duration} ${name}`]));
  const before = segmentsOf((await get(playlist)).body);
  const { browser, page } = await openBrowser();
  page.setDefaultTimeout(60_000);
  try {
    await page.goto(`${server.origin}/watch/main`);
    await untilItPlays(page);
    await stop('SIGKILL');
    // The film plays on from what is buffered, and the page says what is the matter.
    await page.locator('.banner').waitFor();
    assert.match(await page.locator('.banner').textContent(), /The server does not answer/);
    // Where nothing is buffered, so does the picture.
    await page.locator('.overlay', { hasText: 'The connection is lost' }).waitFor();
    await comeBack(playlist, before, segmentsOf);
    await page.locator('.banner').waitFor({ state: 'detached' });
    await untilItPlays(page);
    assert.equal(await page.locator('.overlay').count(), 0);
  } finally {
    await browser.close();
  }
});

// Starts the killed server: nothing is prepared again, and segments are what they were.
async function comeBack(playlist, before, segmentsOf) {
  server = await start(server.port);
  assert.ok(!server.lines.some((line) => line.includes('✓')), 'an entry was prepared twice');
  const after = segmentsOf((await get(playlist)).body);
  let compared = 0;
  for (const [sequence, segment] of before) {
    if (!after.has(sequence)) continue;
    assert.equal(after.get(sequence), segment);
    ++compared;
  }
  assert.ok(compared >= 3, `${compared} segments in both`);
}
