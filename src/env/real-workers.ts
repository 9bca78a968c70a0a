/**
 * Workers on node:worker_threads.
 *
 * Sources run as .ts under vitest and tsx, as .js in dist. `new URL('./x.ts', import.meta.url)` is text that the compiler
 * does not rewrite, so spawn does: in a compiled package it looks for the .js beside it.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { DbError } from '../base/index.ts';
import type { WorkerContext, WorkerHandle, Workers } from './workers.ts';

const runsFromSources = import.meta.url.endsWith('.ts');

/** A small young generation: short-lived buffers are given back soon, instead of some 100 MB of them waiting per thread. */
const resourceLimits = { maxYoungGenerationSizeMb: 6 };

export const realWorkers: Workers = {
  parallelism: Math.max(1, availableParallelism() - 1),
  spawn(module, data) {
    if (runsFromSources)
      return wrap(new Worker(bootstrap(module), { eval: true, workerData: data, execArgv: [], resourceLimits }));
    return wrap(new Worker(new URL(module.href.replace(/\.ts$/, '.js')), { workerData: data, resourceLimits }));
  },
};

/**
 * A thread does not take over the parent's TypeScript loader, and on Node 20 `--import tsx` does nothing in a thread whose
 * parent runs under tsx. So the thread registers the loader itself, then loads the module. Messages wait until it listens.
 */
function bootstrap(module: URL): string {
  // `require` resolves to the CommonJS twin; the ES module lies beside it.
  const loader = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs'),
  ).href;
  return `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(module.href)}); });`;
}

function wrap(worker: Worker): WorkerHandle {
  let failure: Error | undefined;
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.unref();
  return {
    post: (message, transfer) => worker.postMessage(message, transfer === undefined ? [] : [...transfer]),
    onMessage: (listener) => void worker.on('message', listener),
    onExit: (listener) => void worker.once('exit', () => listener(failure)),
    terminate: async () => void (await worker.terminate()),
  };
}

/** For the top level of a worker module. */
export function workerContext(): WorkerContext {
  const port = parentPort;
  if (isMainThread || port === null)
    throw new DbError('internal', 'not-a-worker', 'workerContext() outside of a worker');
  return {
    data: workerData,
    post: (message, transfer) => port.postMessage(message, transfer === undefined ? [] : [...transfer]),
    onMessage: (listener) => void port.on('message', listener),
  };
}
