/**
 * How the rows of a key range are handed upwards: in runs, without copying.
 *
 * A run is a stretch of rows, in cursor order, whose keys and values lie in ONE buffer (a decoded block, or the memtable's
 * arena): row i of the run has its key at buffer[keyStarts[i], keyEnds[i]) and its value at buffer[valueStarts[i],
 * valueEnds[i]), for from <= i < to. The arrays belong to the cursor or to a cached block: read them, never write them, and
 * do not keep them beyond the next call on the cursor. The bytes themselves never change, so a view kept longer stays
 * right; it pins its block in memory, so copy what has to live long.
 *
 * Rows are resolved: one row per key, the newest version at or before the cursor's timestamp, no tombstones.
 */
import type { Bytes, MaybePromise } from '../base/index.ts';
import type { Memtable } from './memtable.ts';
import type { Timestamp } from './timestamp.ts';

export interface RowRun {
  buffer: Uint8Array;
  keyStarts: Int32Array;
  keyEnds: Int32Array;
  valueStarts: Int32Array;
  valueEnds: Int32Array;
  from: number;
  to: number;
}

export interface CursorOptions {
  /** Inclusive lower bound; absent = from the first key. */
  readonly start?: Bytes | undefined;
  /** Exclusive upper bound; absent = to the last key. */
  readonly end?: Bytes | undefined;
  /** Versions after this timestamp are invisible. Values beyond the last applied commit mean the last applied commit. */
  readonly at: Timestamp;
  /** Descending key order over the same [start, end). */
  readonly reverse?: boolean | undefined;
  /** A transaction's own writes, laid over everything else: its newest versions win, its tombstones hide. */
  readonly overlay?: Memtable | undefined;
  /**
   * Overlay versions after this one are invisible (give each statement its own number, so that a scan does not meet what it
   * writes). Default: the overlay as it is when the cursor is made; writes under the same number may be met.
   */
  readonly overlayAt?: Timestamp | undefined;
  /** Rows the caller will likely take: small values keep read-ahead small. */
  readonly limitHint?: number | undefined;
}

/**
 * A merged view of a key range at one timestamp. It stays correct while commits are applied, memtables are flushed and
 * tables are compacted, and while the caller awaits between calls. Only one call may be in flight at a time.
 *
 * Two ways to read, which may be mixed: `nextRun` moves to the next stretch of rows (`run.from..run.to`) and is the fast
 * one; `next` moves by one row and sets the row fields. `next` after `nextRun` continues behind the whole run.
 * Always `close` a cursor: it holds references that keep replaced tables from being deleted.
 */
export interface Cursor {
  readonly run: RowRun;
  /** False at the end. */
  nextRun(): MaybePromise<boolean>;
  /** False at the end. On true, `buffer` and the four offsets describe the row. */
  next(): MaybePromise<boolean>;
  readonly buffer: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Views made on demand (about 50 ns each). */
  key(): Bytes;
  value(): Bytes;
  /** Moves so that the next row is the first with key >= `key` (reverse: the first with key <= `key`), within the bounds. */
  seek(key: Bytes): void;
  close(): void;
}
