/**
 * What SQL asks of storage: rows of tables by index and key range, row locks, writes, all inside one transaction.
 *
 * The port is defined here, implemented in engine/. It works on tables and rows of values, not on bytes, so that the
 * executor knows no encoding; and it works by batches with MaybePromise, so that a warm read never awaits per row.
 */
import type { MaybePromise } from '../base/index.ts';
import type { IndexDef, TableDef } from './catalog/index.ts';
import type { Batch, Row, Value } from './types/index.ts';

/** One bound of a key range: a prefix of the index's columns (values already cast to the column types). */
export interface KeyBound {
  readonly values: readonly Value[];
  readonly inclusive: boolean;
}

/**
 * A contiguous range of an index. Bounds go by value: `low` holds the lesser values also where the part in which the bounds
 * differ is descending (storage swaps the ends there). Absent bound = unbounded. NULL is the least value.
 * For a prefix key part the value is already cut to the prefix and the bound inclusive.
 */
export interface KeyRange {
  readonly low?: KeyBound;
  readonly high?: KeyBound;
}

export type LockStrength = 'share' | 'update';
export type LockWait = 'wait' | 'nowait' | 'skip-locked';

export interface LockRequest {
  readonly strength: LockStrength;
  readonly wait: LockWait;
}

/**
 * What is known of the partitioning columns: ranges over the columns of the partitioning rule (and of the subpartitioning
 * rule), in their order. Rows outside are not wanted; absent = nothing known. Only whole partitions are skipped by it.
 */
export interface PartitionRanges {
  readonly partition?: readonly KeyRange[];
  readonly subpartition?: readonly KeyRange[];
}

export interface ScanRequest {
  readonly table: TableDef;
  readonly index: IndexDef;
  readonly ranges: readonly KeyRange[]; // disjoint; an empty list reads nothing
  /** Columns to return, as positions in `table.columns`. Scanning a secondary index that does not cover them fetches the rows (index lookup). */
  readonly columns: readonly number[];
  readonly reverse: boolean;
  /** The consumer relies on the index's order. A table in one piece always has it; partitions are merged only for this. */
  readonly ordered?: boolean;
  readonly partitions?: PartitionRanges;
  /** Rows the consumer will likely take; a hint for read-ahead and batch size. */
  readonly limitHint?: number;
  /** A locking read sees the latest committed version, locks each returned row, and passes rows through `filter` before it keeps the lock (read committed) . */
  readonly lock?: LockRequest;
  /** For UPDATE in read committed: do not wait for a locked row whose committed version does not pass the filter (InnoDB's semi-consistent read). */
  readonly semiConsistent?: boolean;
  /** Cheap predicate on the decoded columns (in `columns` order), applied before rows are batched. */
  readonly filter?: (row: Row) => boolean;
  /**
   * The places in `columns` that the filter reads: it may be called with a row in which the others are not filled yet. One list per list of
   * columns, made once per plan. Absent: it may read all.
   */
  readonly filterPlaces?: readonly number[];
  /** Ask for a row handle per row (for UPDATE and DELETE, and for locking after a filter). The handle is appended as the last element of each row, as an opaque value. */
  readonly withHandle?: boolean;
  /** Read as of this commit timestamp instead of the transaction's snapshot. */
  readonly asOf?: number;
}

/**
 * Pull rows. `next` returns undefined at the end; a batch belongs to the caller. An empty batch means "nothing in this
 * stretch, call again": a scan whose filter drops much must return one at least every few thousand rows it looked at, so
 * that the executor can check for KILL and give the thread away.
 */
export interface RowCursor {
  next(): MaybePromise<Batch | undefined>;
  close(): void;
}

/** Identifies a stored row: its clustered key. Opaque to SQL. */
export type RowHandle = Uint8Array;

/** What a duplicate was found on; the executor turns it into 1062, or into ON DUPLICATE KEY UPDATE / REPLACE. */
export interface DuplicateKey {
  readonly index: IndexDef;
  readonly handle: RowHandle;
  /** The existing row: all stored columns in `table.columns` order (virtual generated columns are null; the executor computes them). */
  readonly row: Row;
}

export type InsertOutcome =
  | { readonly ok: true; readonly handle: RowHandle }
  | { readonly ok: false; readonly duplicate: DuplicateKey };

/**
 * Storage inside one transaction of one session. All rows here are full rows in `table.columns` order, already cast to the
 * column types, generated columns computed (also virtual ones where an index needs them).
 */
export interface TransactionStorage {
  scan(request: ScanRequest): RowCursor;
  /** Point read by unique key (all parts of a unique index, no NULLs): at most one row, same row shape as scan. The hot path. */
  get(request: PointRequest): MaybePromise<Row | undefined>;
  /** Point reads of many keys in one call, results in the same order (missing = undefined). */
  getMany(request: Omit<PointRequest, 'key'>, keys: readonly (readonly Value[])[]): MaybePromise<(Row | undefined)[]>;
  /** Takes the lock of the row and returns its latest committed (or own) version; undefined when it is gone, or skipped. */
  lockRow(
    table: TableDef,
    handle: RowHandle,
    lock: LockRequest,
    columns: readonly number[],
  ): MaybePromise<Row | undefined>;
  /** Checks unique keys (locking them), then writes row and index entries. */
  insert(table: TableDef, row: Row): MaybePromise<InsertOutcome>;
  /** Replaces a row by a new one (the primary key may change); duplicates are reported, not thrown. */
  update(table: TableDef, handle: RowHandle, before: Row, after: Row): MaybePromise<InsertOutcome>;
  delete(table: TableDef, handle: RowHandle, before: Row): MaybePromise<void>;
  /** Reserves `count` consecutive AUTO_INCREMENT values and returns the first (session's increment and offset applied). */
  nextAutoIncrement(table: TableDef, count: number): MaybePromise<number | bigint>;
  /** An explicit value was inserted: the counter moves past it. */
  observeAutoIncrement(table: TableDef, value: number | bigint): MaybePromise<void>;
  /** Rows in the table by cheap estimate (table metadata, no scan). */
  estimateRows(table: TableDef): number;
  /**
   * A loader for many rows into a table that is empty and that nobody else writes; undefined when the table does not qualify,
   * and then the executor inserts row by row. Optional: storage may not offer it at all.
   */
  bulkLoader?(table: TableDef, duplicates: 'error' | 'ignore'): MaybePromise<BulkLoader | undefined>;
  /** Statement boundaries inside the transaction: a failed statement undoes its own writes only. */
  beginStatement(): void;
  rollbackStatement(): void;
}

/** Collects rows outside the transaction's write set; nothing is visible before `finish`, which makes them part of the transaction. */
export interface BulkLoader {
  /** Full rows as for `insert`. The loader owns them from here on. */
  add(rows: Row[]): MaybePromise<void>;
  /**
   * Checks unique keys and hands the rows to the transaction. With 'error' at most one duplicate is reported and nothing is
   * kept; with 'ignore' the first row of each key (in order of `add`) is kept and the dropped ones are reported.
   */
  finish(): MaybePromise<{
    readonly inserted: number;
    readonly duplicates: readonly { readonly index: IndexDef; readonly row: Row }[];
  }>;
  abort(): void;
}

export interface PointRequest {
  readonly table: TableDef;
  readonly index: IndexDef;
  readonly key: readonly Value[];
  readonly columns: readonly number[];
  readonly lock?: LockRequest;
  readonly withHandle?: boolean;
  readonly asOf?: number;
}
