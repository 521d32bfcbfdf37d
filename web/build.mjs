// Builds the pages into dist/ (or, with --tests, the tests into node_modules/.test/).
//
//     dist/NAME.html         a page; the server says which address has which
//     dist/screen-worker.js  the service worker that keeps the screen's page in the browser
//     dist/assets/*-HASH.*   immutable; pages refer to them by absolute paths
//
// Nothing inline, so that `script-src 'self'; style-src 'self'` holds. What pages have in common is in
// chunks of its own, which each page names in its head: the browser fetches them all at once.

import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

// HTML file -> its script, and what all it loads may weigh, compressed, in KiB.
const kPages = {
  index: { script: 'src/channels/page.tsx', budget: 40 },
  'sign-in': { script: 'src/sign_in/page.tsx', budget: 40 },
  studio: { script: 'src/studio/page.tsx', budget: 80 },
  watch: { script: 'src/watch/page.tsx', budget: 250 },
  review: { script: 'src/review/page.tsx', budget: 260 },
  screen: { script: 'src/screen/page.tsx', budget: 250 },
};

const common = {
  absWorkingDir: here,
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
};

async function buildPages() {
  const out = path.join(here, 'dist');
  await rm(out, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: { 'screen-worker': 'src/screen_worker/worker.ts' },
    outdir: 'dist',
    format: 'iife', // service workers of all browsers are classic scripts
    target: 'es2022',
    minify: true,
  });
  const { metafile } = await build({
    ...common,
    entryPoints: {
      ...Object.fromEntries(Object.entries(kPages).map(([name, { script }]) => [name, script])),
      icon: 'src/icon.svg',
    },
    splitting: true,
    outdir: 'dist/assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: '/assets',
    loader: { '.svg': 'copy' },
    target: 'es2022',
    minify: true,
    legalComments: 'linked',
    metafile: true,
  });
  const outputs = Object.entries(metafile.outputs);
  const outputOf = (entry) => outputs.find(([, { entryPoint }]) => entryPoint === entry)[0];
  const addressOf = (file) => `/assets/${path.basename(file)}`;
  const template = await readFile(path.join(here, 'src/page.html'), 'utf8');
  for (const [name, { script, budget }] of Object.entries(kPages)) {
    const file = outputOf(script);
    const style = metafile.outputs[file].cssBundle;
    const chunks = importedBy(metafile, file);
    const page = template
      .replace('ICON', addressOf(outputOf('src/icon.svg')))
      .replace('STYLE', addressOf(style))
      .replace('SCRIPT', addressOf(file))
      .replace('    CHUNKS\n', chunks.map(
        (chunk) => `    <link rel="modulepreload" href="${addressOf(chunk)}">\n`).join(''));
    await writeFile(path.join(out, `${name}.html`), page);
    await checkSize(name, [file, style, ...chunks], budget);
  }
}

/** The chunks that `file` imports, at once or through others; not those it loads later. */
function importedBy(metafile, file, found = new Set()) {
  for (const { path: imported, kind } of metafile.outputs[file].imports) {
    if (kind !== 'import-statement' || found.has(imported)) continue;
    found.add(imported);
    importedBy(metafile, imported, found);
  }
  return [...found];
}

async function checkSize(name, files, budget) {
  let size = 0;
  for (const file of files) size += gzipSync(await readFile(path.join(here, file))).length;
  if (size > budget * 1024) {
    throw new Error(`${name}.html loads ${size} bytes compressed, over its budget of ${budget} KiB`);
  }
  console.log(`web/dist/${name}.html: ${(size / 1024).toFixed(1)} of ${budget} KiB compressed`);
}

async function buildTests() {
  const out = path.join(here, 'node_modules/.test');
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const names = (await readdir(path.join(here, 'test'))).filter((name) => name.endsWith('.test.ts'));
  await build({
    ...common,
    entryPoints: names.map((name) => `test/${name}`),
    outdir: 'node_modules/.test',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node18',
    sourcemap: 'inline',
  });
}

await (process.argv.includes('--tests') ? buildTests() : buildPages());
