#!/usr/bin/env node
// `npm run build`: dist/ from src/.
//
// esbuild bundles what runs: dist/index.js (the library), dist/cli/main.js (the command) and the modules of worker threads, with shared
// chunks in dist/chunks. Some 600 module files took a third of a second to load (docs/decisions/0031). tsc writes the declarations, file
// by file. Packages stay outside of the bundle. Names are kept and maps written, so that stack traces can be read.
//
//   node script/build.mjs [--outdir=dist]
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = resolve(root, process.argv.find((word) => word.startsWith('--outdir='))?.slice('--outdir='.length) ?? 'dist');
const WORKER_URL = /new URL\('\.\/([\w-]+)\.ts', import\.meta\.url\)/g;

/** Modules that run on threads of their own: whatever a `spawn(new URL('./x.ts', import.meta.url))` names. */
async function findWorkers() {
  const workers = [];
  for (const entry of await readdir(join(root, 'src'), { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isFile() || !/\.ts$/.test(entry.name) || /\.test\.ts$|\/testing\//.test(path)) continue;
    const text = (await readFile(path, 'utf8')).replaceAll(/^\s*(\*|\/\/).*$/gm, '');
    for (const [, name] of text.matchAll(WORKER_URL)) workers.push({ spawner: path, module: join(dirname(path), `${name}.ts`) });
  }
  return workers;
}

async function bundle() {
  const workers = await findWorkers();
  const modules = [...new Set(workers.map(({ module }) => module))];
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'src/index.ts', out: 'index' },
      { in: 'src/cli/main.ts', out: 'cli/main' },
      // Beside the chunks, because their URLs are relative to the chunk that spawns them.
      ...modules.map((module) => ({ in: module, out: `chunks/${basename(module, '.ts')}` })),
    ],
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    // Not minified: it would save 20 ms of 240, and cost every stack trace its names and lines.
    sourcemap: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => ({ path: join(root, path), ...output }));
  for (const { spawner } of workers) {
    const source = relative(root, spawner);
    for (const { path, inputs } of outputs) {
      if (inputs[source] !== undefined && dirname(path) !== join(outdir, 'chunks'))
        throw new Error(`${source} spawns a worker and landed in ${path}, where the worker's URL leads nowhere`);
    }
  }
  return new Set(outputs.map(({ path }) => path));
}

function declare() {
  return new Promise((resolve, reject) => {
    const compiler = join(root, 'node_modules/.bin/tsc');
    const args = ['-p', join(root, 'tsconfig.build.json'), '--outDir', outdir, '--emitDeclarationOnly', '--tsBuildInfoFile', join(outdir, '.tsbuildinfo')];
    spawn(compiler, args, { stdio: 'inherit', shell: process.platform === 'win32' }).once('error', reject).once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`tsc ended with ${code}`)),
    );
  });
}

/** What an earlier build left: chunks have their hash in their names, and modules may be gone. */
async function removeStale(made) {
  for (const entry of await readdir(outdir, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isFile()) continue;
    const source = join(root, 'src', relative(outdir, path).replace(/\.d\.ts$/, '.ts'));
    const isStale = path.endsWith('.d.ts') ? !existsSync(source) : /\.js(\.map)?$/.test(path) && !made.has(path);
    if (isStale) await rm(path);
  }
}

try {
  await mkdir(outdir, { recursive: true });
  const [made] = await Promise.all([bundle(), declare()]);
  await removeStale(made);
} catch (error) {
  process.stderr.write(`build: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
