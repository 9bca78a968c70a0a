/**
 * Where tables are built: the port between the tree, which reads and writes objects, and the thread that does the work.
 *
 * The tree gives a job its inputs (one memtable, or runs of tables read chunk by chunk) and takes the finished tables. The
 * executor decides on which thread the merging runs. At most one finished table and one chunk per run are in memory.
 */
import type { Timers } from '../env/index.ts';
import type { Clock } from '../env/index.ts';
import { type BlockChunk, ChunkStream, MemtableStream } from './entry-stream.ts';
import type { Memtable } from './memtable.ts';
import { type MergeOptions, runMerge } from './merge-job.ts';
import type { BuiltTable } from './table-builder.ts';

export interface TableJob {
  readonly options: MergeOptions;
  /** Input of a flush; it must not change any more. */
  readonly memtable?: Memtable | undefined;
  /** Inputs of a compaction: each call gives the next stored blocks of that run, undefined at its end. */
  readonly runs: readonly (() => Promise<BlockChunk | undefined>)[];
  /** Stores a finished table. */
  emit(table: BuiltTable): Promise<void>;
}

export interface TableExecutor {
  run(job: TableJob): Promise<void>;
}

/** How long the main thread may be held at a time. */
const SLICE_MS = 2;

/** Runs jobs on the calling thread, a few milliseconds at a time. */
export class InlineExecutor implements TableExecutor {
  readonly #clock: Clock;
  readonly #timers: Timers;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  async run(job: TableJob): Promise<void> {
    const streams = job.runs.map((next) => new ChunkStream(next));
    let sliceStart = this.#clock.monotonicMs();
    await runMerge(job.memtable === undefined ? streams : [new MemtableStream(job.memtable)], job.options, {
      emit: (table) => job.emit(table),
      pause: () => {
        if (this.#clock.monotonicMs() - sliceStart < SLICE_MS) return undefined;
        return this.#timers.yield().then(() => {
          sliceStart = this.#clock.monotonicMs();
        });
      },
    });
  }
}
