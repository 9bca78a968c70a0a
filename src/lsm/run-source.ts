/**
 * One ordered input of a merged cursor: a memtable, a table, or a level of tables.
 *
 * A source resolves versions by itself: each key appears once, with the newest version at or before the read timestamp.
 * Deletions are included (the value offsets are negative), because they hide older versions in other sources.
 * After `advance` returned true, `run.from < run.to`. `advance` may be asked again only after it settled.
 */
import type { Bytes, MaybePromise } from '../base/index.ts';
import type { RowRun } from './cursor.ts';
import type { Timestamp } from './timestamp.ts';

export interface SourceRun extends RowRun {
  /** Per row, aligned with the offsets; undefined when all rows have `timestamp`. */
  timestamps: Float64Array | undefined;
  timestamp: Timestamp;
  /** Whether any row may be a deletion. */
  deletions: boolean;
}

export interface RunSource {
  readonly run: SourceRun;
  /** Replaces `run` by the next rows in order; false at the end. */
  advance(): MaybePromise<boolean>;
  /** The next `advance` begins at the first row >= key (reverse: <= key), within the source's bounds. */
  seek(key: Bytes): void;
  close(): void;
}

/** What a source reads: a range of keys at one timestamp. */
export interface SourceRange {
  readonly start: Bytes | undefined;
  readonly end: Bytes | undefined;
  readonly at: Timestamp;
  readonly reverse: boolean;
}

const NO_BYTES = new Uint8Array(0);
const NO_OFFSETS = new Int32Array(0);

export function emptyRun(): SourceRun {
  return {
    buffer: NO_BYTES,
    keyStarts: NO_OFFSETS,
    keyEnds: NO_OFFSETS,
    valueStarts: NO_OFFSETS,
    valueEnds: NO_OFFSETS,
    from: 0,
    to: 0,
    timestamps: undefined,
    timestamp: 0,
    deletions: false,
  };
}

/** Reusable arrays for runs that have to be gathered row by row. Pooled: making five typed arrays costs more than a short scan. */
export class RunScratch {
  readonly capacity: number;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly timestamps: Float64Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.keyStarts = new Int32Array(capacity);
    this.keyEnds = new Int32Array(capacity);
    this.valueStarts = new Int32Array(capacity);
    this.valueEnds = new Int32Array(capacity);
    this.timestamps = new Float64Array(capacity);
  }

  /** Makes `run` read from these arrays. */
  bind(run: SourceRun): void {
    run.keyStarts = this.keyStarts;
    run.keyEnds = this.keyEnds;
    run.valueStarts = this.valueStarts;
    run.valueEnds = this.valueEnds;
    run.timestamps = this.timestamps;
  }
}

const POOL_CAPACITY = 128;
const POOL_SIZE_MAX = 64;
const pool: RunScratch[] = [];

export function acquireScratch(capacity: number): RunScratch {
  if (capacity <= POOL_CAPACITY) return pool.pop() ?? new RunScratch(POOL_CAPACITY);
  return new RunScratch(capacity);
}

export function releaseScratch(scratch: RunScratch): void {
  if (scratch.capacity === POOL_CAPACITY && pool.length < POOL_SIZE_MAX) pool.push(scratch);
}
