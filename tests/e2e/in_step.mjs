// Measures whether screens show the same frame at the same time.
//
// Each page notes for every frame when it comes on the display (requestVideoFrameCallback's
// expectedDisplayTime) and which instant of the programme it is. All pages are on one machine, so their
// displays have one clock to be compared by. How late a page is at a moment is the difference of the two, so
// how far apart screens are is the difference of their latenesses.

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** From now on `page` notes its frames. */
async function watchFrames(page) {
  await page.evaluate(() => {
    const video = document.querySelector('video');
    const frames = [];
    // What to add to performance.now() for the machine's clock: its tick is a millisecond, so that the
    // largest of many differences is closest.
    const starts = [];
    for (let i = 0; i < 20_000; ++i) starts.push(Date.now() - performance.now());
    const wall = Math.max(...starts);
    window.shownFrames = frames;
    const note = (_, { expectedDisplayTime, mediaTime }) => {
      if (window.shownFrames !== frames) return;
      const instant = window.matineeScreen?.playback?.instantOf(mediaTime);
      if (instant) frames.push([wall + expectedDisplayTime, instant]);
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  });
}

const takeFrames = (page) => page.evaluate(() => window.shownFrames.splice(0));

/**
 * Watches `pages` for `seconds`. Of each second: how late each page was (the middle of its frames,
 * milliseconds), and how far the pages were apart; null where a page showed too few frames to say.
 */
export async function measureStep(pages, seconds, sleep) {
  await Promise.all(pages.map(watchFrames));
  const frames = pages.map(() => []);
  for (let left = seconds; left > 0; left -= 10) {
    await sleep(Math.min(10, left) * 1000);
    for (const [at, page] of pages.entries()) frames[at].push(...(await takeFrames(page)));
  }
  const bySecond = frames.map((shown) => {
    const seconds = new Map();
    for (const [display, instant] of shown) {
      const second = Math.floor(display / 1000);
      if (!seconds.has(second)) seconds.set(second, []);
      seconds.get(second).push(display - instant);
    }
    return seconds;
  });
  const all = [...bySecond[0].keys()].sort((a, b) => a - b).slice(1, -1); // whole seconds only
  return all.map((second) => {
    const late = bySecond.map((seconds) => {
      const of = seconds.get(second) ?? [];
      return of.length >= 5 ? median(of) : null;
    });
    const apart = late.includes(null) ? null : Math.max(...late) - Math.min(...late);
    return { second, late, apart };
  });
}

/** The distance that the pages kept for `share` of the seconds, in milliseconds. */
export function apartFor(seconds, share) {
  const known = seconds.map(({ apart }) => apart ?? Infinity).sort((a, b) => a - b);
  return known[Math.min(known.length - 1, Math.ceil(known.length * share) - 1)];
}
