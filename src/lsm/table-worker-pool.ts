/**
 * Builds tables on worker threads, shared by all trees of a process. Without threads (simulation, or none to spare) the
 * inline executor does the same work in slices.
 *
 * A worker serves one job at a time and ends when idle for a while, so a sleeping process holds none. Its memory is bounded:
 * two chunks per run, the table being built, one memtable. The main thread only moves buffers.
 *
 * Interleaving: jobs wait their turn in arrival order; everything a job owns lives in its own WorkerJob.
 */
import { DbError, deferred, type Deferred } from '../base/index.ts';
import type { Timer, WorkerHandle, Workers } from '../env/index.ts';
import type { BlockChunk } from './entry-stream.ts';
import type { LsmEnv } from './lsm-options.ts';
import { InlineExecutor, type TableExecutor, type TableJob } from './table-executor.ts';
import type { FromWorker, ToWorker } from './table-worker-protocol.ts';

/** Two even on a small machine: a flush, which writers wait for, must not queue behind a long compaction. */
const WORKERS_MAX = 2;
const IDLE_MS_MAX = 10_000;
/** How much of a memtable is copied before other work gets its turn. */
const ARENA_SLICE_BYTES = 1024 * 1024;

const pools = new WeakMap<Workers, TableWorkerPool>();

export function tableExecutorFor(env: LsmEnv): TableExecutor {
  const workers = env.workers;
  if (workers === undefined || workers.parallelism < 1) return new InlineExecutor(env.clock, env.timers);
  let pool = pools.get(workers);
  if (pool === undefined) {
    pool = new TableWorkerPool(workers, env);
    pools.set(workers, pool);
  }
  return pool;
}

interface PooledWorker {
  readonly handle: WorkerHandle;
  job: WorkerJob | undefined;
  idleTimer: Timer | undefined;
}

export class TableWorkerPool implements TableExecutor {
  readonly #workers: Workers;
  readonly #env: LsmEnv;
  readonly #idle: PooledWorker[] = [];
  readonly #waiting: Deferred<PooledWorker>[] = [];
  #count = 0;
  readonly #limit: number;

  constructor(workers: Workers, env: LsmEnv) {
    this.#workers = workers;
    this.#env = env;
    this.#limit = WORKERS_MAX;
  }

  async run(job: TableJob): Promise<void> {
    const worker = await this.#acquire();
    const running = new WorkerJob(worker.handle, job, this.#env);
    worker.job = running;
    try {
      await running.run();
    } catch (error) {
      // Whatever the worker was doing, it is not needed any more.
      worker.job = undefined;
      await worker.handle.terminate();
      throw error;
    }
    worker.job = undefined;
    this.#giveBack(worker);
  }

  #acquire(): Promise<PooledWorker> | PooledWorker {
    const worker = this.#idle.pop();
    if (worker !== undefined) {
      worker.idleTimer?.cancel();
      return worker;
    }
    if (this.#count < this.#limit) return this.#spawn();
    const waiter = deferred<PooledWorker>();
    this.#waiting.push(waiter);
    return waiter.promise;
  }

  #spawn(): PooledWorker {
    this.#count++;
    const handle = this.#workers.spawn(new URL('./table-worker.ts', import.meta.url));
    const worker: PooledWorker = { handle, job: undefined, idleTimer: undefined };
    handle.onMessage((message) => worker.job?.receive(message as FromWorker));
    handle.onExit((error) => {
      this.#count--;
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
      const cause = error ?? new Error('the thread ended');
      worker.job?.fail(new DbError('internal', 'table-worker', `a table worker ended: ${cause.message}`, { cause }));
      this.#waiting.shift()?.resolve(this.#spawn());
    });
    return worker;
  }

  #giveBack(worker: PooledWorker): void {
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) {
      waiter.resolve(worker);
      return;
    }
    this.#idle.push(worker);
    worker.idleTimer = this.#env.timers.after(IDLE_MS_MAX, () => void worker.handle.terminate());
  }
}

class WorkerJob {
  readonly #handle: WorkerHandle;
  readonly #job: TableJob;
  readonly #env: LsmEnv;
  readonly #finished = deferred<void>();
  /** The chunk after the one just sent, read while the worker is busy. */
  readonly #ahead: (Promise<BlockChunk | undefined> | undefined)[] = [];

  constructor(handle: WorkerHandle, job: TableJob, env: LsmEnv) {
    this.#handle = handle;
    this.#job = job;
    this.#env = env;
  }

  async run(): Promise<void> {
    const { memtable, options, runs } = this.#job;
    const snapshot = memtable?.snapshot();
    const arena = snapshot === undefined ? undefined : { bytes: snapshot.words * 4, first: snapshot.first };
    this.#post({ kind: 'start', options, runs: runs.length, arena });
    if (memtable !== undefined && arena !== undefined) {
      // The memtable does not change any more, so it may be copied bit by bit.
      this.#sendArena(memtable.bytes, arena.bytes).catch((error: unknown) => this.fail(error));
    }
    await this.#finished.promise;
  }

  fail(error: unknown): void {
    this.#finished.reject(error);
  }

  receive(message: FromWorker): void {
    switch (message.kind) {
      case 'need':
        this.#sendChunk(message.run).catch((error: unknown) => this.fail(error));
        break;
      case 'table':
        this.#job.emit({ bytes: message.bytes, meta: message.meta }).then(
          () => this.#post({ kind: 'stored' }),
          (error: unknown) => this.fail(error),
        );
        break;
      case 'done':
        this.#finished.resolve();
        break;
      case 'failed':
        this.fail(new DbError(message.error.kind, message.error.code, message.error.message));
        break;
    }
  }

  async #sendArena(bytes: Uint8Array, size: number): Promise<void> {
    for (let offset = 0; offset < size; offset += ARENA_SLICE_BYTES) {
      const slice = new Uint8Array(bytes.subarray(offset, Math.min(size, offset + ARENA_SLICE_BYTES)));
      this.#post({ kind: 'arena', offset, bytes: slice }, [slice.buffer]);
      await this.#env.timers.yield();
    }
  }

  async #sendChunk(run: number): Promise<void> {
    const next = this.#job.runs[run] as () => Promise<BlockChunk | undefined>;
    const chunk = await (this.#ahead[run] ?? next());
    if (chunk === undefined) {
      this.#post({ kind: 'chunk', run, chunk });
      return;
    }
    // A copy, because the store may have handed out memory of its own; not slice(), because a Buffer's shares memory.
    const bytes = new Uint8Array(chunk.bytes);
    this.#post({ kind: 'chunk', run, chunk: { ...chunk, bytes } }, [bytes.buffer]);
    const ahead = next();
    // Reported when it is asked for.
    ahead.catch(() => undefined);
    this.#ahead[run] = ahead;
  }

  #post(message: ToWorker, transfer?: readonly ArrayBuffer[]): void {
    this.#handle.post(message, transfer);
  }
}
