/** What a tree is opened with, and what it reports. */
import type { Clock, CompressionName, Random, Timers, Workers } from '../env/index.ts';
import type { ObjectStore } from '../store/index.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Timestamp } from './timestamp.ts';

/** A place in the branch's commit log. 0 = before the first record. */
export type LogPosition = number;

export interface LsmOptions {
  readonly store: ObjectStore;
  /** Path prefix of everything this tree owns, without a trailing slash: `<prefix>/manifest`, `<prefix>/tables/<id>`. */
  readonly prefix: string;
  readonly env: LsmEnv;
  readonly budget: MemoryBudget;
  /**
   * The oldest timestamp that any present or future read may use: min(oldest active snapshot, start of retention). Versions
   * that only older reads could see are dropped in compaction. Must never go backwards. Default: keep everything.
   */
  readonly oldestReadable?: (() => Timestamp) | undefined;
  readonly memtableBytesMax?: number | undefined;
  readonly blockBytes?: number | undefined;
  readonly tableBytesMax?: number | undefined;
  readonly levelBytesBase?: number | undefined;
  /** Flushed runs that start a compaction. */
  readonly recentRunsMax?: number | undefined;
  readonly compression?: CompressionName | undefined;
  /**
   * The length of the key prefix that separates independent parts of the key space (table and index id). Tables are cut
   * where it changes, so that a part written in key order is moved down instead of rewritten. 0 = no such prefix.
   */
  readonly partitionPrefixBytes?: number | undefined;
  /** How long a replaced table is kept for readers in other processes. 0 when this process is the only one. */
  readonly objectGraceMs?: number | undefined;
  /** Objects that no manifest names are deleted by garbage collection at this age. Default: an hour. */
  readonly orphanAgeMs?: number | undefined;
  /** Start flushes and compactions by itself (default). Tests turn it off and call flush() and compactOnce(). */
  readonly background?: boolean | undefined;
  /** Told about background failures; the tree keeps serving reads, and tries again. */
  readonly onBackgroundError?: ((error: unknown) => void) | undefined;
}

/** The parts of the world that the tree needs. */
export interface LsmEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  /** Absent: tables are built on this thread, a few milliseconds at a time. */
  readonly workers?: Workers | undefined;
}

/** One change of a commit. `value` undefined deletes the key. */
export interface LsmWrite {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

export interface LsmStats {
  readonly memtableBytes: number;
  readonly immutableMemtables: number;
  readonly tables: number;
  readonly tableBytes: number;
  readonly entries: number;
  readonly levels: readonly { readonly tables: number; readonly bytes: number }[];
  /** Replaced versions that reads of the past may still ask for. */
  readonly history: { readonly tables: number; readonly bytes: number };
  readonly flushes: number;
  readonly compactions: number;
}

const MIB = 1024 * 1024;

/** A memtable may take an eighth of the budget: one fills while another is flushed, and caches keep most of it. */
export function memtableBytesMax(options: LsmOptions): number {
  return options.memtableBytesMax ?? clamp(options.budget.limitBytes / 8, MIB, 32 * MIB);
}

/** A table being built is in memory twice: where it grows, and where it is stored from. */
export function tableBytesMax(options: LsmOptions): number {
  return options.tableBytesMax ?? clamp(options.budget.limitBytes / 16, MIB, 16 * MIB);
}

function clamp(value: number, least: number, most: number): number {
  return Math.floor(Math.min(most, Math.max(least, value)));
}
