/** Placeholder of the first minutes: memtables only. The whole public shape is here. */
import type { Bytes, MaybePromise } from '../base/index.ts';
import type { Cursor, CursorOptions } from './cursor.ts';
import type { LogPosition, LsmOptions, LsmStats, LsmWrite } from './lsm-options.ts';
import { Memtable } from './memtable.ts';
import { MemtableSource } from './memtable-source.ts';
import { MergeCursor } from './merge-cursor.ts';
import type { RunSource } from './run-source.ts';
import { TIMESTAMP_MAX, type Timestamp } from './timestamp.ts';

/** A value in place: bytes `buffer[start, end)`. They never change; a kept reference pins the block. */
export interface ValueRef {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly timestamp: Timestamp;
}

export interface NewestVersion {
  readonly timestamp: Timestamp;
  readonly deleted: boolean;
}

export class LsmTree {
  readonly #memtable = new Memtable();
  #lastTimestamp: Timestamp = 0;
  #lastPosition: LogPosition = 0;

  static async open(_options: LsmOptions): Promise<LsmTree> {
    return new LsmTree();
  }

  /** Where the log has to be replayed from: everything at or before it is in tables. */
  get flushedPosition(): LogPosition {
    return 0;
  }

  get flushedTimestamp(): Timestamp {
    return 0;
  }

  get lastTimestamp(): Timestamp {
    return this.#lastTimestamp;
  }

  get lastPosition(): LogPosition {
    return this.#lastPosition;
  }

  /** Newest value at or before `at`; undefined when missing or deleted. A view: do not keep it, do not change it. */
  get(key: Bytes, at: Timestamp): MaybePromise<Bytes | undefined> {
    const version = this.#memtable.findVersion(key, at);
    if (version === 0 || this.#memtable.isDeleted(version)) return undefined;
    return this.#memtable.value(version);
  }

  /** The newest version of the key, deletions included; undefined when the key has no version at all. */
  newestVersion(key: Bytes): MaybePromise<NewestVersion | undefined> {
    const version = this.#memtable.findVersion(key, TIMESTAMP_MAX);
    if (version === 0) return undefined;
    return { timestamp: this.#memtable.timestampOf(version), deleted: this.#memtable.isDeleted(version) };
  }

  /** Whether the key has a version newer than `timestamp`. For certification: nearly always answered from memory. */
  changedSince(key: Bytes, timestamp: Timestamp): MaybePromise<boolean> {
    const version = this.#memtable.findVersion(key, TIMESTAMP_MAX);
    return version !== 0 && this.#memtable.timestampOf(version) > timestamp;
  }

  cursor(options: CursorOptions): Cursor {
    const reverse = options.reverse ?? false;
    const at = Math.min(options.at, this.#lastTimestamp);
    const range = { start: options.start, end: options.end, at, reverse };
    const sources: RunSource[] = [];
    const overlay = options.overlay;
    if (overlay !== undefined && overlay.keys > 0) {
      sources.push(new MemtableSource(overlay, { ...range, at: overlay.maxTimestamp }, TIMESTAMP_MAX));
    }
    if (this.#memtable.keys > 0) sources.push(new MemtableSource(this.#memtable, range));
    return new MergeCursor(sources, reverse);
  }

  /** Makes a committed record visible. Synchronous: call it after the append is durable, in log order. */
  apply(timestamp: Timestamp, position: LogPosition, writes: Iterable<LsmWrite>): void {
    for (const write of writes) this.#memtable.put(write.key, write.value, timestamp);
    this.#lastTimestamp = timestamp;
    this.#lastPosition = position;
  }

  /** Back-pressure: await it before appending to the log. Synchronous (undefined) when there is room. */
  waitForRoom(): MaybePromise<void> {
    return undefined;
  }

  async flush(): Promise<void> {}

  async compactOnce(): Promise<boolean> {
    return false;
  }

  async collectGarbage(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {}

  stats(): LsmStats {
    return {
      memtableBytes: this.#memtable.sizeBytes,
      immutableMemtables: 0,
      tables: 0,
      tableBytes: 0,
      entries: this.#memtable.versions,
      levels: [],
      flushes: 0,
      compactions: 0,
    };
  }
}
