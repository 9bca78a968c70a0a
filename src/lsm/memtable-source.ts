/**
 * Reads a memtable in key order, a few rows at a time, while commits go on being applied to it.
 *
 * The position is the offset of a key record, which never moves. Keys inserted later are met or not; either way they have
 * no version at or before `at`, so they are invisible.
 */
import { type Bytes, compareBytes, compareRanges } from '../base/index.ts';
import type { Memtable } from './memtable.ts';
import {
  acquireScratch,
  emptyRun,
  type RunScratch,
  type RunSource,
  releaseScratch,
  type SourceRange,
} from './run-source.ts';
import type { Timestamp } from './timestamp.ts';

const ROWS_FIRST = 8;
const ROWS_MAX = 128;

export class MemtableSource implements RunSource {
  readonly run = emptyRun();
  readonly #memtable: Memtable;
  readonly #range: SourceRange;
  /** Replaces the versions' own timestamps, so that an overlay wins every merge. */
  readonly #timestamp: Timestamp | undefined;
  #scratch: RunScratch | undefined;
  #record = 0;
  #positioned = false;
  #rows = ROWS_FIRST;

  constructor(memtable: Memtable, range: SourceRange, timestamp?: Timestamp) {
    this.#memtable = memtable;
    this.#range = range;
    this.#timestamp = timestamp;
  }

  advance(): boolean {
    if (!this.#positioned) this.#position(undefined);
    const memtable = this.#memtable;
    const { at, reverse, start, end } = this.#range;
    this.#scratch ??= acquireScratch(ROWS_MAX);
    const scratch = this.#scratch;
    const run = this.run;
    let count = 0;
    let record = this.#record;
    run.deletions = false;
    const limit = this.#rows;
    while (record !== 0 && count < limit) {
      const keyStart = memtable.keyStart(record);
      const keyEnd = keyStart + memtable.keyLength(record);
      if (reverse) {
        if (start !== undefined && compareRanges(memtable.bytes, keyStart, keyEnd, start, 0, start.length) < 0) {
          record = 0;
          break;
        }
      } else if (end !== undefined && compareRanges(memtable.bytes, keyStart, keyEnd, end, 0, end.length) >= 0) {
        record = 0;
        break;
      }
      const version = memtable.visibleVersion(record, at);
      if (version !== 0) {
        scratch.keyStarts[count] = keyStart;
        scratch.keyEnds[count] = keyEnd;
        const valueStart = memtable.valueStart(version);
        const length = memtable.valueLength(version);
        if (length < 0) run.deletions = true;
        scratch.valueStarts[count] = length < 0 ? -1 : valueStart;
        scratch.valueEnds[count] = length < 0 ? -1 : valueStart + length;
        scratch.timestamps[count] = memtable.timestampOf(version);
        count++;
      }
      record = reverse ? memtable.previous(record) : memtable.next(record);
    }
    this.#record = record;
    this.#rows = Math.min(ROWS_MAX, limit * 4);
    scratch.bind(run);
    if (this.#timestamp !== undefined) {
      run.timestamps = undefined;
      run.timestamp = this.#timestamp;
    }
    run.buffer = memtable.bytes;
    run.from = 0;
    run.to = count;
    return count > 0;
  }

  seek(key: Bytes): void {
    this.#position(key);
  }

  close(): void {
    if (this.#scratch !== undefined) releaseScratch(this.#scratch);
    this.#scratch = undefined;
    this.#record = 0;
    this.#positioned = true;
    this.run.to = this.run.from;
  }

  #position(key: Bytes | undefined): void {
    this.#positioned = true;
    const memtable = this.#memtable;
    const { start, end, reverse } = this.#range;
    if (!reverse) {
      const from = key === undefined || (start !== undefined && compareBytes(start, key) > 0) ? start : key;
      this.#record = from === undefined ? memtable.first : memtable.lowerBound(from);
      return;
    }
    // Reverse begins before `end`, or at the last key <= `key`.
    if (key !== undefined && (end === undefined || compareBytes(key, end) < 0)) {
      const found = memtable.lowerBound(key);
      const exact = found !== 0 && compareBytes(memtable.key(found), key) === 0;
      this.#record = exact ? found : found === 0 ? memtable.last : memtable.previous(found);
      return;
    }
    const after = end === undefined ? 0 : memtable.lowerBound(end);
    this.#record = after === 0 ? memtable.last : memtable.previous(after);
  }
}
