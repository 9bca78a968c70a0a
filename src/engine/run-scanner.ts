/**
 * Walks byte ranges of the tree run by run, and fills batches: the loop that full scans spend their time in.
 *
 * A warm scan never awaits; a missing block turns the current `next` into a promise. A scan whose filter drops nearly all
 * rows gives the thread away every few thousand rows.
 */
import type { MaybePromise } from '../base/index.ts';
import type { Cursor, RowRun } from '../lsm/index.ts';
import { BATCH_ROWS, type Batch, type Row } from '../sql/types/index.ts';
import type { Timestamp } from '../txn/index.ts';
import type { ByteRange } from './index-codec.ts';
import type { StorageScope } from './storage-scope.ts';

export interface ScanShape {
  /** In the order they are read: descending for a reverse scan. */
  readonly ranges: readonly ByteRange[];
  readonly at: Timestamp;
  readonly reverse: boolean;
  readonly limitHint: number | undefined;
  /** Own writes are not laid over a read of the past. */
  readonly withOwnWrites: boolean;
  /** The whole index is read. */
  readonly isWhole?: boolean;
}

/** Appends the wanted rows of run entries [from, to) to the batch, until it has `room` rows; returns where it stopped. */
export type RowTaker = (
  run: RowRun,
  from: number,
  to: number,
  out: { readonly batch: Batch; readonly room: number },
) => number;

/** A taker that makes row by row. */
export function takeEach(make: (run: RowRun, i: number) => Row, filter?: (row: Row) => boolean): RowTaker {
  return (run, from, to, { batch, room }) => {
    let i = from;
    for (; i < to && batch.length < room; i++) {
      const row = make(run, i);
      if (filter === undefined || filter(row)) batch.push(row);
    }
    return i;
  };
}

/** Rows looked at between two chances to yield; about a millisecond. */
const YIELD_ROWS = 4096;
const BATCH_ROWS_MIN = 8;

export class RunScanner {
  readonly #scope: StorageScope;
  readonly #shape: ScanShape;
  readonly #take: RowTaker;
  #cursor: Cursor | undefined = undefined;
  #nextRange = 0;
  #run: RowRun | undefined = undefined;
  #position = 0;
  #batchRows: number;
  #untilYield = YIELD_ROWS;

  constructor(scope: StorageScope, shape: ScanShape, take: RowTaker) {
    this.#scope = scope;
    this.#shape = shape;
    this.#take = take;
    this.#batchRows = Math.max(BATCH_ROWS_MIN, Math.min(shape.limitHint ?? BATCH_ROWS, BATCH_ROWS));
  }

  next(): MaybePromise<Batch | undefined> {
    return this.#fill([]);
  }

  close(): void {
    this.#cursor?.close();
    this.#cursor = undefined;
    this.#run = undefined;
    this.#nextRange = this.#shape.ranges.length;
  }

  #fill(batch: Batch): MaybePromise<Batch | undefined> {
    for (;;) {
      if (this.#run !== undefined) {
        this.#takeFrom(this.#run, batch);
        if (batch.length >= this.#batchRows) {
          this.#batchRows = Math.min(BATCH_ROWS, this.#batchRows * 4);
          return batch;
        }
      }
      if (this.#untilYield <= 0) {
        this.#untilYield = YIELD_ROWS;
        const pause = this.#scope.session.yieldNow?.();
        if (pause instanceof Promise) return pause.then(() => this.#fill(batch));
        if (this.#run !== undefined) continue;
      }
      const more = this.#advance();
      if (more instanceof Promise)
        return more.then((found) => (this.#arrive(found) ? this.#fill(batch) : ended(batch)));
      if (!this.#arrive(more)) return ended(batch);
    }
  }

  /** Rows of the run until it ends, the batch is full, or it is time to yield. */
  #takeFrom(run: RowRun, batch: Batch): void {
    const from = this.#position;
    const to = Math.min(run.to, from + this.#untilYield);
    const i = this.#take(run, from, to, { batch, room: this.#batchRows });
    this.#untilYield -= i - from;
    const { reads } = this.#scope.session;
    if (reads !== undefined) {
      if (this.#shape.isWhole) reads.handlerReadRndNext += i - from;
      else reads.handlerReadNext += i - from;
    }
    this.#position = i;
    if (i >= run.to) this.#run = undefined;
  }

  /** The next run of the current range. */
  #advance(): MaybePromise<boolean> {
    if (this.#cursor === undefined && !this.#open()) return false;
    return (this.#cursor as Cursor).nextRun();
  }

  /** Takes what `#advance` found; false when all ranges are read. */
  #arrive(found: boolean): boolean {
    if (this.#cursor === undefined) return false;
    if (found) {
      this.#run = this.#cursor.run;
      this.#position = this.#run.from;
      return true;
    }
    this.#cursor.close();
    this.#cursor = undefined;
    return this.#nextRange < this.#shape.ranges.length;
  }

  #open(): boolean {
    const range = this.#shape.ranges[this.#nextRange];
    if (range === undefined) return false;
    this.#nextRange++;
    const { at, reverse, limitHint, withOwnWrites } = this.#shape;
    const overlay = withOwnWrites ? this.#scope.transaction.writes : undefined;
    this.#cursor = this.#scope.tree.cursor({ start: range.start, end: range.end, at, reverse, limitHint, overlay });
    return true;
  }
}

function ended(batch: Batch): Batch | undefined {
  return batch.length === 0 ? undefined : batch;
}
