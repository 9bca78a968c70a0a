/**
 * The ordered, versioned key space of one branch: memtables over sorted tables in the object store.
 *
 * A commit is applied after its log record is durable; everything here can be rebuilt from the manifest, the tables and the
 * log after `flushedPosition`. Reads are synchronous when they are answered from memory (`MaybePromise`).
 *
 * Interleaving: `apply`, `ingest` and the creation of cursors are synchronous and see one state. Flush, compaction and
 * garbage collection run beside them (maintenance.ts) and change only the memtable list and the version, which running
 * reads hold by reference.
 */
import {
  andThen,
  type Bytes,
  compareBytes,
  DbError,
  deferred,
  type Deferred,
  type MaybePromise,
  sharedPrefixLength,
} from '../base/index.ts';
import type { Timer } from '../env/index.ts';
import type { Cursor, CursorOptions } from './cursor.ts';
import { LevelSource } from './level-source.ts';
import { type LogPosition, type LsmOptions, type LsmStats, type LsmWrite, memtableBytesMax } from './lsm-options.ts';
import { Maintenance } from './maintenance.ts';
import type { Memtable } from './memtable.ts';
import { MemtableSet } from './memtable-set.ts';
import { MemtableSource } from './memtable-source.ts';
import { MergeCursor } from './merge-cursor.ts';
import { findNewest, type ValueRef } from './point-read.ts';
import type { RunSource, SourceRange } from './run-source.ts';
import { SortedTableWriter } from './sorted-table-writer.ts';
import { tableExecutorFor } from './table-worker-pool.ts';
import type { TableMeta } from './table-format.ts';
import { TableSet } from './table-set.ts';
import { TIMESTAMP_MAX, type Timestamp } from './timestamp.ts';
import type { Table } from './table.ts';

export interface NewestVersion {
  readonly timestamp: Timestamp;
  readonly deleted: boolean;
}

/** Full memtables waiting, or flushed runs waiting, at which writers are held back. */
const FULL_MEMTABLES_MAX = 3;
const RECENT_RUNS_STALL = 20;
const STALL_MS_MAX = 120_000;
/** Orphans are looked for once, this long after the log was replayed: not in the way of the first queries. */
const SWEEP_DELAY_MS = 60_000;
const RETRY_MS_FIRST = 100;
const RETRY_MS_MAX = 10_000;
const READ_AHEAD_BLOCKS_FIRST = 2;

export class LsmTree {
  readonly #options: LsmOptions;
  readonly #tables: TableSet;
  readonly #memtables: MemtableSet;
  readonly #maintenance: Maintenance;
  readonly #roomWaiters: Deferred<void>[] = [];
  #flushRunning = false;
  #compactionRunning = false;
  /** The last compaction failed. */
  #compactionStuck = false;
  #retryMs = RETRY_MS_FIRST;
  #closed = false;
  #sweep: Timer | undefined;

  private constructor(options: LsmOptions, tables: TableSet) {
    this.#options = options;
    this.#tables = tables;
    const { flushedPosition, flushedTimestamp } = tables.manifest;
    this.#memtables = new MemtableSet(options.budget, memtableBytesMax(options), {
      position: flushedPosition,
      timestamp: flushedTimestamp,
    });
    const executor = tableExecutorFor(options.env);
    this.#maintenance = new Maintenance(options, { memtables: this.#memtables, tables, executor });
    tables.onVersion = () => this.#onProgress();
    options.budget.addOwner(this);
  }

  /** Costs one GET. Then replay the log after `flushedPosition` through `apply` and `ingest`. */
  static async open(options: LsmOptions): Promise<LsmTree> {
    const tables = new TableSet(options);
    await tables.manifests.refresh();
    const tree = new LsmTree(options, tables);
    tree.#schedule();
    return tree;
  }

  /**
   * Call when the log has been replayed: only then are the tables known that its records name, and what a crash left
   * behind can be told from them. It is deleted later, in the background.
   */
  replayed(): void {
    if (this.#options.background === false || this.#sweep !== undefined) return;
    this.#sweep = this.#options.env.timers.after(SWEEP_DELAY_MS, () => {
      void this.#inBackground(() => this.#maintenance.collectGarbage({ orphans: true }));
    });
  }

  /** Where the log has to be replayed from: everything at or before it is in tables. */
  get flushedPosition(): LogPosition {
    return this.#tables.manifest.flushedPosition;
  }

  get flushedTimestamp(): Timestamp {
    return this.#tables.manifest.flushedTimestamp;
  }

  /** The last commit applied; after `open`, the last one flushed. */
  get lastTimestamp(): Timestamp {
    return this.#memtables.lastTimestamp;
  }

  get lastPosition(): LogPosition {
    return this.#memtables.lastPosition;
  }

  /** Part of the MemoryBudget's contract with tree owners. */
  get memtableBytes(): number {
    return this.#memtables.sizeBytes;
  }

  /** Newest value at or before `at`; undefined when missing or deleted. A view: do not change it, copy it to keep it long. */
  get(key: Bytes, at: Timestamp): MaybePromise<Bytes | undefined> {
    const found = this.find(key, at);
    return found instanceof Promise ? found.then(viewOf) : viewOf(found);
  }

  /** `get` without making a view. */
  find(key: Bytes, at: Timestamp): MaybePromise<ValueRef | undefined> {
    const found = this.#findNewest(key, at);
    return found instanceof Promise ? found.then(liveOnly) : liveOnly(found);
  }

  #findNewest(key: Bytes, at: Timestamp): MaybePromise<ValueRef | undefined> {
    if (this.#closed) throw closedError();
    return findNewest(this.#memtables, this.#tables.version, key, at);
  }

  /** The newest version of the key, deletions included; undefined when the key has no version at all. */
  newestVersion(key: Bytes): MaybePromise<NewestVersion | undefined> {
    return andThen(this.#findNewest(key, TIMESTAMP_MAX), (found) =>
      found === undefined ? undefined : { timestamp: found.timestamp, deleted: found.start < 0 },
    );
  }

  /** Whether the key has a version newer than `timestamp`. For certification: nearly always answered by the memtables. */
  changedSince(key: Bytes, timestamp: Timestamp): MaybePromise<boolean> {
    const memtables = this.#memtables;
    if (isNewerIn(memtables.active, key, timestamp)) return true;
    for (const { memtable } of memtables.full) if (isNewerIn(memtable, key, timestamp)) return true;
    if (this.#tables.version.maxTimestamp <= timestamp) return false;
    return andThen(this.newestVersion(key), (newest) => newest !== undefined && newest.timestamp > timestamp);
  }

  cursor(options: CursorOptions): Cursor {
    if (this.#closed) throw closedError();
    const reverse = options.reverse ?? false;
    const { start, end } = options;
    const range: SourceRange = { start, end, at: Math.min(options.at, this.lastTimestamp), reverse };
    const sources: RunSource[] = [];
    const overlay = options.overlay;
    if (overlay !== undefined && overlay.keys > 0) {
      const at = Math.min(options.overlayAt ?? TIMESTAMP_MAX, overlay.maxTimestamp);
      sources.push(new MemtableSource(overlay, { ...range, at }, TIMESTAMP_MAX));
    }
    if (this.#memtables.active.keys > 0) sources.push(new MemtableSource(this.#memtables.active, range));
    for (const { memtable } of this.#memtables.full) {
      if (memtable.keys > 0 && memtable.minTimestamp <= range.at) sources.push(new MemtableSource(memtable, range));
    }
    const version = this.#tables.version;
    const readAhead = options.limitHint !== undefined && options.limitHint < 100 ? 1 : READ_AHEAD_BLOCKS_FIRST;
    const runs = version.runsFor(range.at);
    for (let i = 0; i < runs; i++) {
      const run = version.runs[i] as readonly Table[];
      if (!version.isShadowed(i, range.at) && mayOverlap(run, range)) {
        sources.push(new LevelSource(run, range, readAhead));
      }
    }
    version.retain();
    return new MergeCursor(sources, {
      reverse,
      sharedBytes: start === undefined || end === undefined ? 0 : sharedPrefixLength(start, end),
      pause: () => this.#options.env.timers.yield(),
      onClose: () => version.release(),
    });
  }

  /** Makes a committed record visible. Synchronous: call it after the append is durable, in log order, once per position. */
  apply(timestamp: Timestamp, position: LogPosition, writes: Iterable<LsmWrite>): void {
    if (this.#closed) throw closedError();
    this.#memtables.apply(timestamp, position, writes);
    if (this.#memtables.isFull) this.#memtables.rotate();
    if (this.#memtables.full.length > 0) this.#schedule();
  }

  /** Makes the tables that a committed record names visible at its timestamp, and has them flushed soon. */
  ingest(timestamp: Timestamp, position: LogPosition, tables: readonly TableMeta[]): void {
    this.#memtables.apply(timestamp, position, []);
    this.#tables.ingest(position, timestamp, tables);
    this.#memtables.rotate(true);
    this.#schedule();
  }

  /** Builds tables from ascending keys, for `ingest`. The caller commits a record that names what `finish` returns. */
  sortedTableWriter(): SortedTableWriter {
    return new SortedTableWriter(this.#tables, this.#options);
  }

  /** Back-pressure: await it before appending to the log. Undefined when there is room. */
  waitForRoom(): MaybePromise<void> {
    if (this.hasRoom) return undefined;
    const waiter = deferred<void>();
    this.#roomWaiters.push(waiter);
    const timer = this.#options.env.timers.after(STALL_MS_MAX, () => {
      waiter.reject(new DbError('unavailable', 'write-stall', 'flushing does not keep up with writes'));
    });
    return waiter.promise.finally(() => timer.cancel());
  }

  /** Whether `waitForRoom` would not wait. */
  get hasRoom(): boolean {
    const { budget, background } = this.#options;
    if (background === false) return true;
    const full = this.#memtables.full.length;
    if (full >= FULL_MEMTABLES_MAX) return false;
    // A compaction that cannot go on (a damaged table) must not stop writers: reads get slower, nothing else.
    if (!this.#compactionStuck && this.#tables.manifest.recent.length >= RECENT_RUNS_STALL) return false;
    return full === 0 || budget.memtableBytes <= budget.memtableLimitBytes * 1.25;
  }

  #onProgress(): void {
    if (this.#roomWaiters.length === 0 || !this.hasRoom) return;
    for (const waiter of this.#roomWaiters.splice(0)) waiter.resolve();
  }

  /** Part of the MemoryBudget's contract with tree owners. */
  requestFlush(): void {
    if (this.#memtables.full.length === 0) this.#memtables.rotate();
    this.#schedule();
  }

  /** Writes everything applied so far into tables. */
  async flush(): Promise<void> {
    this.#memtables.rotate(this.#tables.pending.length > 0);
    while (this.#memtables.full.length > 0) {
      // False may only mean that the background flushed it meanwhile.
      await this.#maintenance.flushOldest();
      if (this.#closed) throw closedError();
    }
    this.#onProgress();
  }

  /** One compaction if one is due. */
  async compactOnce(): Promise<boolean> {
    return this.#maintenance.compactOnce();
  }

  /** Merges all tables into one level, dropping every version that no read can reach. */
  async compactAll(): Promise<void> {
    await this.#maintenance.compactOnce(true);
  }

  /**
   * Forgets tables that lie in [start, end) altogether, whatever their size; returns how many. The caller knows that nothing
   * reads the range any more, at any timestamp that is still readable. Keys in other tables stay: delete them by writes.
   */
  async dropTables(start: Bytes, end: Bytes): Promise<number> {
    const dropped = await this.#maintenance.dropTables(start, end);
    if (dropped > 0 && (this.#options.objectGraceMs ?? 0) === 0)
      await this.#maintenance.collectGarbage({ orphans: false });
    return dropped;
  }

  /** Deletes objects that nobody can reach any more; with `orphans`, also what crashes left behind (lists the folder). */
  async collectGarbage(options: { readonly orphans: boolean } = { orphans: true }): Promise<number> {
    return this.#maintenance.collectGarbage(options);
  }

  /** Stops background work and gives all memory back. Unflushed commits stay in the log. Call `flush` first to go to sleep. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#sweep?.cancel();
    await this.#maintenance.close();
    this.#options.budget.removeOwner(this);
    this.#memtables.clear();
    this.#tables.close();
    for (const waiter of this.#roomWaiters.splice(0)) waiter.reject(closedError());
  }

  stats(): LsmStats {
    const { version, manifest } = this.#tables;
    const levels = [manifest.recent.flat(), ...manifest.levels].map(sizeOf);
    const history = sizeOf(manifest.history.flat());
    let entries = this.#memtables.active.versions;
    for (const { memtable } of this.#memtables.full) entries += memtable.versions;
    for (const table of version.tables()) entries += table.meta.entries;
    return {
      memtableBytes: this.#memtables.sizeBytes,
      immutableMemtables: this.#memtables.full.length,
      tables: levels.reduce((sum, level) => sum + level.tables, history.tables),
      tableBytes: levels.reduce((sum, level) => sum + level.bytes, history.bytes),
      entries,
      levels,
      history,
      flushes: this.#maintenance.flushes,
      compactions: this.#maintenance.compactions,
    };
  }

  #schedule(): void {
    if (this.#closed || this.#options.background === false) return;
    if (!this.#flushRunning && this.#memtables.full.length > 0) {
      this.#flushRunning = true;
      void this.#inBackground(() => this.#maintenance.flushOldest()).finally(() => {
        this.#flushRunning = false;
        this.#onProgress();
        this.#schedule();
      });
    }
    if (!this.#compactionRunning && this.#maintenance.wantsCompaction) {
      this.#compactionRunning = true;
      void this.#inBackground(() => this.#compactAndClean()).finally(() => {
        this.#compactionRunning = false;
        this.#onProgress();
        this.#schedule();
      });
    }
  }

  async #compactAndClean(): Promise<void> {
    try {
      await this.#maintenance.compactOnce();
      this.#compactionStuck = false;
    } catch (error) {
      this.#compactionStuck = true;
      throw error;
    }
    if ((this.#options.objectGraceMs ?? 0) === 0) await this.#maintenance.collectGarbage({ orphans: false });
  }

  /** Never rejects: a failure is reported, and the next attempt waits longer. */
  async #inBackground(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.#retryMs = RETRY_MS_FIRST;
    } catch (error) {
      if (this.#closed) return;
      this.#options.onBackgroundError?.(error);
      await this.#options.env.timers.sleep(this.#retryMs);
      this.#retryMs = Math.min(RETRY_MS_MAX, this.#retryMs * 2);
    }
  }
}

function sizeOf(tables: readonly TableMeta[]): { tables: number; bytes: number } {
  return { tables: tables.length, bytes: tables.reduce((sum, table) => sum + table.sizeBytes, 0) };
}

function closedError(): DbError {
  return new DbError('closed', 'tree-closed', 'the tree is closed');
}

function viewOf(found: ValueRef | undefined): Bytes | undefined {
  return found === undefined ? undefined : found.buffer.subarray(found.start, found.end);
}

function liveOnly(found: ValueRef | undefined): ValueRef | undefined {
  return found === undefined || found.start < 0 ? undefined : found;
}

function isNewerIn(memtable: Memtable, key: Bytes, timestamp: Timestamp): boolean {
  if (memtable.maxTimestamp <= timestamp) return false;
  const version = memtable.findVersion(key, TIMESTAMP_MAX);
  return version !== 0 && memtable.timestampOf(version) > timestamp;
}

function mayOverlap(run: readonly Table[], range: SourceRange): boolean {
  const first = run[0];
  const last = run[run.length - 1];
  if (first === undefined || last === undefined) return false;
  if (range.end !== undefined && compareBytes(first.meta.minKey, range.end) >= 0) return false;
  if (range.start !== undefined && compareBytes(last.meta.maxKey, range.start) < 0) return false;
  return run.length > 1 || first.meta.minTimestamp <= range.at;
}
