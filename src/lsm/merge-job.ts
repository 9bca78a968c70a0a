/**
 * The work of a flush or a compaction: merge ordered streams, drop versions nobody can read, cut tables.
 *
 * Runs on a worker or inline (table-executor.ts); it knows neither.
 *
 * The newest version of each key goes into one run of tables, the older ones that must stay into another: history, which
 * reads of the present never touch (docs/decisions/0032-history-tables.md). Within a run, versions of one key never part
 * over two tables.
 *
 * What is dropped, per key, newest version first: repetitions of one (key, timestamp); every version behind the first one
 * at or before `oldestReadable`; that first one too when it is a deletion and no table outside the job can hold something
 * older for the key (`keepDeletions` are those tables' key ranges).
 */
import { type Bytes, compareRanges, type MaybePromise } from '../base/index.ts';
import type { CompressionName } from '../env/index.ts';
import type { EntryStream } from './entry-stream.ts';
import { type BuiltTable, TableBuilder, type TableEntry } from './table-builder.ts';
import type { Timestamp } from './timestamp.ts';

export interface KeyRange {
  readonly min: Bytes;
  readonly max: Bytes;
}

/** Plain data: it is posted to workers. */
export interface MergeOptions {
  readonly blockBytes: number;
  readonly tableBytesMax: number;
  readonly compression: CompressionName;
  readonly oldestReadable: Timestamp;
  /** Ranges in which deletions must stay, ascending by `min`; undefined = everywhere. */
  readonly keepDeletions: readonly KeyRange[] | undefined;
  /** Tables are also cut where the first so many bytes of the key change, once they have a fair size. 0 = never. */
  readonly partitionPrefixBytes: number;
  /** The inputs are history and so is all output; the newest of their `shadowedFrom`. */
  readonly shadowedFrom?: Timestamp | undefined;
  /** Keys, ascending, that must begin a new table (not of history): first keys of tables which stay where the outputs go. */
  readonly cuts: readonly Bytes[];
}

/** A cut at a partition border needs at least this part of a full table, lest small ones pile up. */
const PARTITION_CUT_SHARE = 1 / 16;
/** How often the thread is offered back. */
const ENTRIES_PER_PAUSE = 2000;

export interface MergeHost {
  /** Takes a finished table, of history when it has `shadowedFrom`; the job goes on when it settles. */
  emit(table: BuiltTable): MaybePromise<void>;
  /** Offered often; a promise pauses the job. */
  pause(): MaybePromise<void>;
}

export async function runMerge(streams: readonly EntryStream[], options: MergeOptions, host: MergeHost): Promise<void> {
  const live: EntryStream[] = [];
  for (const stream of streams) if (await stream.next()) live.push(stream);
  const merge = new Merge(options);
  let sincePause = 0;
  while (live.length > 0) {
    const stream = newestOfSmallest(live);
    if (merge.wantsCut(stream.entry)) await host.emit(merge.cut());
    if (merge.wantsHistoryCut) await host.emit(merge.cutHistory());
    merge.take(stream.entry);
    let more = stream.next();
    if (more instanceof Promise) more = await more;
    if (!more) live.splice(live.indexOf(stream), 1);
    if (++sincePause >= ENTRIES_PER_PAUSE) {
      sincePause = 0;
      const pause = host.pause();
      if (pause !== undefined) await pause;
    }
  }
  if (!merge.isEmpty) await host.emit(merge.cut());
  if (merge.hasHistory) await host.emit(merge.cutHistory());
}

/** The stream whose entry is first: smallest key, then newest timestamp. */
function newestOfSmallest(live: readonly EntryStream[]): EntryStream {
  let best = live[0] as EntryStream;
  for (let i = 1; i < live.length; i++) {
    const stream = live[i] as EntryStream;
    const a = stream.entry;
    const b = best.entry;
    const order = compareRanges(a.keyBuffer, a.keyStart, a.keyEnd, b.keyBuffer, b.keyStart, b.keyEnd);
    if (order < 0 || (order === 0 && a.timestamp > b.timestamp)) best = stream;
  }
  return best;
}

class Merge {
  readonly #options: MergeOptions;
  #builder: TableBuilder;
  #history: TableBuilder;
  /** When the last of the versions in `#history` was replaced. */
  #shadowedFrom: Timestamp = 0;
  /** The key of the entry before; its own copy, because buffers come and go. */
  #key = new Uint8Array(256);
  #keyLength = -1;
  #timestamp: Timestamp = 0;
  /** Whether a version at or before `oldestReadable` was met: older ones are invisible. */
  #settled = false;
  #newKey = true;
  /** The timestamp of the present key's newest version. */
  #newest: Timestamp = 0;
  #range = 0;
  #cut = 0;

  constructor(options: MergeOptions) {
    this.#options = options;
    this.#builder = this.#newBuilder();
    this.#history = this.#newBuilder();
  }

  get isEmpty(): boolean {
    return this.#builder.entries === 0;
  }

  cut(): BuiltTable {
    const table = this.#builder.finish();
    this.#builder = this.#newBuilder();
    return table;
  }

  get hasHistory(): boolean {
    return this.#history.entries > 0;
  }

  /** Asked when a key was noted: the versions of one key stay together. */
  get wantsHistoryCut(): boolean {
    return this.#newKey && this.#history.sizeBytes >= this.#options.tableBytesMax;
  }

  cutHistory(): BuiltTable {
    const { bytes, meta } = this.#history.finish();
    const shadowedFrom = this.#options.shadowedFrom ?? this.#shadowedFrom;
    this.#history = this.#newBuilder();
    this.#shadowedFrom = 0;
    return { bytes, meta: { ...meta, shadowedFrom } };
  }

  #newBuilder(): TableBuilder {
    const { blockBytes, compression, tableBytesMax } = this.#options;
    return new TableBuilder({ blockBytes, compression, expectedBytes: tableBytesMax + (tableBytesMax >>> 3) });
  }

  /** Notes the entry's key; true when a new table should begin with it. */
  wantsCut(entry: TableEntry): boolean {
    const length = entry.keyEnd - entry.keyStart;
    const same =
      this.#keyLength >= 0 &&
      compareRanges(entry.keyBuffer, entry.keyStart, entry.keyEnd, this.#key, 0, this.#keyLength) === 0;
    this.#newKey = !same;
    if (same) return false;
    const size = this.#builder.sizeBytes;
    const { tableBytesMax } = this.#options;
    // Always asked, because it moves on past the cuts that lie behind.
    const passesCut = this.#passesCut(entry);
    const isFull =
      size >= tableBytesMax || (size >= tableBytesMax * PARTITION_CUT_SHARE && this.#entersPartition(entry));
    const cut = this.#builder.entries > 0 && (passesCut || isFull);
    if (length > this.#key.length) this.#key = new Uint8Array(length * 2);
    this.#key.set(entry.keyBuffer.subarray(entry.keyStart, entry.keyEnd));
    this.#keyLength = length;
    return cut;
  }

  take(entry: TableEntry): void {
    if (this.#newKey) {
      this.#settled = false;
      this.#newest = entry.timestamp;
    } else if (entry.timestamp === this.#timestamp) return;
    this.#timestamp = entry.timestamp;
    if (this.#settled) return;
    if (entry.timestamp <= this.#options.oldestReadable) {
      this.#settled = true;
      if (entry.valueStart < 0 && !this.#mustKeepDeletion()) return;
    }
    if (this.#newKey && this.#options.shadowedFrom === undefined) {
      this.#builder.add(entry);
      return;
    }
    if (this.#newest > this.#shadowedFrom) this.#shadowedFrom = this.#newest;
    this.#history.add(entry);
  }

  #passesCut({ keyBuffer, keyStart, keyEnd }: TableEntry): boolean {
    const { cuts } = this.#options;
    const first = this.#cut;
    for (; this.#cut < cuts.length; this.#cut++) {
      const cut = cuts[this.#cut] as Bytes;
      if (compareRanges(keyBuffer, keyStart, keyEnd, cut, 0, cut.length) < 0) break;
    }
    return this.#cut > first;
  }

  #entersPartition(entry: TableEntry): boolean {
    const prefix = this.#options.partitionPrefixBytes;
    if (prefix === 0) return false;
    const end = Math.min(entry.keyEnd, entry.keyStart + prefix);
    return compareRanges(entry.keyBuffer, entry.keyStart, end, this.#key, 0, Math.min(prefix, this.#keyLength)) !== 0;
  }

  #mustKeepDeletion(): boolean {
    const ranges = this.#options.keepDeletions;
    if (ranges === undefined) return true;
    // Keys ascend, but ranges of different levels overlap: only ranges that end before this key are behind us for good.
    while (this.#range < ranges.length && this.#before((ranges[this.#range] as KeyRange).max)) this.#range++;
    for (let i = this.#range; i < ranges.length; i++) {
      const range = ranges[i] as KeyRange;
      if (compareRanges(range.min, 0, range.min.length, this.#key, 0, this.#keyLength) > 0) return false;
      if (!this.#before(range.max)) return true;
    }
    return false;
  }

  #before(max: Bytes): boolean {
    return compareRanges(max, 0, max.length, this.#key, 0, this.#keyLength) < 0;
  }
}
