// Builds the pages into dist/ (or, with --tests, the tests into node_modules/.test/).
//
//     dist/index.html        every page: the script looks at the address
//     dist/assets/*-HASH.*   immutable; the HTML refers to them by absolute paths
//
// Nothing inline, so that `script-src 'self'; style-src 'self'` holds.

import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const kSizeBudget = 220 * 1024; // of script and style as sent, compressed

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
  const result = await build({
    ...common,
    entryPoints: { main: 'src/main.tsx', style: 'src/style.css', icon: 'src/icon.svg' },
    outdir: 'dist/assets',
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: '/assets',
    loader: { '.worker.js': 'file', '.svg': 'copy' },
    target: 'es2020',
    minify: true,
    legalComments: 'linked',
    metafile: true,
  });

  const outputOf = (entry) => {
    const found = Object.entries(result.metafile.outputs).find(
      ([, output]) => output.entryPoint === entry);
    return '/assets/' + path.basename(found[0]);
  };
  const html = (await readFile(path.join(here, 'src/index.html'), 'utf8'))
    .replace('SCRIPT', outputOf('src/main.tsx'))
    .replace('ICON', outputOf('src/icon.svg'))
    .replace('STYLE', outputOf('src/style.css'));
  await writeFile(path.join(out, 'index.html'), html);

  let size = 0;
  for (const name of await readdir(path.join(out, 'assets'))) {
    // The worker's script is a second copy of the transmuxer, loaded beside the page.
    if (!/^(main|style)-.*\.(js|css)$/.test(name)) continue;
    size += gzipSync(await readFile(path.join(out, 'assets', name))).length;
  }
  if (size > kSizeBudget) {
    throw new Error(`the page is ${size} bytes compressed, over its budget of ${kSizeBudget}`);
  }
  console.log(`web/dist: ${size} bytes compressed`);
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
