/**
 * One immutable picture of the tree's tables: what a read sees. A new version replaces the old one on every change; reads
 * that need time retain theirs, which keeps its tables readable.
 */
import { type Bytes, compareBytes } from '../base/index.ts';
import type { Table } from './table.ts';
import type { Timestamp } from './timestamp.ts';

export class Version {
  /** Flushed runs, newest first, then level 1, level 2, ... Each is sorted and disjoint; empty ones are left out. */
  readonly runs: readonly (readonly Table[])[];
  readonly recent: readonly (readonly Table[])[];
  readonly levels: readonly (readonly Table[])[];
  readonly maxTimestamp: Timestamp;
  /** The newest timestamp in each run: a read that already has a newer version skips the run. */
  readonly runMaxTimestamps: readonly Timestamp[];
  #references = 1;

  constructor(recent: readonly (readonly Table[])[], levels: readonly (readonly Table[])[]) {
    this.recent = recent;
    this.levels = levels;
    this.runs = [...recent, ...levels].filter((run) => run.length > 0);
    this.runMaxTimestamps = this.runs.map((run) =>
      run.reduce((max, table) => Math.max(max, table.meta.maxTimestamp), 0),
    );
    this.maxTimestamp = this.runMaxTimestamps.reduce((max, timestamp) => Math.max(max, timestamp), 0);
    for (const run of this.runs) for (const table of run) table.retain();
  }

  retain(): void {
    this.#references++;
  }

  release(): void {
    if (--this.#references > 0) return;
    for (const run of this.runs) for (const table of run) table.release();
  }

  *tables(): Generator<Table> {
    for (const run of this.runs) yield* run;
  }
}

/** The only table of a sorted run that can hold `key`, or undefined. */
export function findTable(run: readonly Table[], key: Bytes): Table | undefined {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes((run[middle] as Table).meta.maxKey, key) < 0) low = middle + 1;
    else high = middle;
  }
  const table = run[low];
  return table !== undefined && compareBytes(table.meta.minKey, key) <= 0 ? table : undefined;
}
