/**
 * One immutable picture of the tree's tables: what a read sees. A new version replaces the old one on every change; reads
 * that need time retain theirs, which keeps its tables readable.
 *
 * History (versions that were replaced, table-format.ts `shadowedFrom`) comes behind everything else in `runs`.
 */
import { type Bytes, compareBytes } from '../base/index.ts';
import type { Table } from './table.ts';
import { TIMESTAMP_MAX, type Timestamp } from './timestamp.ts';

export class Version {
  /** Flushed runs, newest first, then level 1, level 2, ..., then history. Each is sorted and disjoint; empty ones are left out. */
  readonly runs: readonly (readonly Table[])[];
  readonly maxTimestamp: Timestamp;
  /** The newest timestamp in each run: a read that already has a newer version skips the run. */
  readonly runMaxTimestamps: readonly Timestamp[];
  /** Reads at or after this need no run behind the first `currentRuns`. */
  readonly #shadowedFrom: Timestamp;
  readonly #currentRuns: number;
  readonly #runsShadowedFrom: readonly Timestamp[];
  #references = 1;

  constructor(current: readonly (readonly Table[])[], history: readonly (readonly Table[])[] = []) {
    const runs = current.filter((run) => run.length > 0);
    this.#currentRuns = runs.length;
    for (const run of history) if (run.length > 0) runs.push(run);
    this.runs = runs;
    this.#runsShadowedFrom = runs.map((run) =>
      run.reduce((max, { meta }) => Math.max(max, meta.shadowedFrom ?? TIMESTAMP_MAX), 0),
    );
    this.#shadowedFrom = this.#runsShadowedFrom.slice(this.#currentRuns).reduce((max, from) => Math.max(max, from), 0);
    this.runMaxTimestamps = this.runs.map((run) =>
      run.reduce((max, table) => Math.max(max, table.meta.maxTimestamp), 0),
    );
    this.maxTimestamp = this.runMaxTimestamps.reduce((max, timestamp) => Math.max(max, timestamp), 0);
    for (const run of this.runs) for (const table of run) table.retain();
  }

  /** How many of the first `runs` a read has to look at; among them it may still skip those that are `isShadowed`. */
  runsFor(at: Timestamp): number {
    return at >= this.#shadowedFrom ? this.#currentRuns : this.runs.length;
  }

  isShadowed(run: number, at: Timestamp): boolean {
    return run >= this.#currentRuns && at >= (this.#runsShadowedFrom[run] as Timestamp);
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
