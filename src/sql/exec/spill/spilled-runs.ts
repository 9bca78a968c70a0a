/**
 * Sorted runs on the disk. At most RUNS_MAX are kept: then they are merged into one, so that a merge never holds more than that many blocks.
 *
 * A stored row carries its place in the input, which breaks ties, and its sort keys when they are not columns of it (they may be RAND()).
 */
import type { EvalContext } from '../../expr/index.ts';
import type { Row } from '../../types/index.ts';
import { RunMerge, type SortedRun } from '../run-merge.ts';
import type { RowOrder, SortEntry } from '../sort-key.ts';
import { type SpilledRows, SpillWriter } from './spilled-rows.ts';
import type { SpillSpace } from './spill-space.ts';

const RUNS_MAX = 64;

export class SpilledRuns {
  readonly #space: SpillSpace;
  readonly #order: RowOrder;
  readonly #eval: EvalContext;
  #runs: SpilledRows[] = [];
  #writer: SpillWriter | undefined;
  #keys = 0;
  #removed = false;

  constructor(space: SpillSpace, order: RowOrder, evalContext: EvalContext) {
    this.#space = space;
    this.#order = order;
    this.#eval = evalContext;
  }

  get count(): number {
    return this.#runs.length;
  }

  /** Writes the merge of these runs as one. `pause` is called between batches. */
  async add(runs: readonly SortedRun[], pause: () => unknown): Promise<void> {
    if (this.#runs.length >= RUNS_MAX) {
      const merged = this.#runs;
      this.#runs = [];
      await this.#write(this.#sortedRuns(merged), pause);
      for (const run of merged) run.close();
    }
    await this.#write(runs, pause);
  }

  async #write(runs: readonly SortedRun[], pause: () => unknown): Promise<void> {
    const writer = new SpillWriter(this.#space);
    this.#writer = writer;
    const merge = new RunMerge(runs, this.#order);
    for (let entries = await merge.takeEntries(); entries !== undefined; entries = await merge.takeEntries()) {
      for (const entry of entries) writer.add(this.#stored(entry));
      await writer.flush();
      await pause();
    }
    this.#runs.push(await writer.finish());
    if (this.#removed) this.remove();
  }

  #stored({ row, keys, sequence }: SortEntry): Row {
    if (this.#order.isOfColumns) return [...row, sequence];
    this.#keys = keys.length;
    return [...row, ...keys, sequence];
  }

  #restored(stored: Row): SortEntry {
    const sequence = stored.pop() as number;
    if (this.#order.isOfColumns) return this.#order.entry(stored, sequence, this.#eval);
    const keys = stored.splice(stored.length - this.#keys, this.#keys);
    return { row: stored, keys, sequence };
  }

  #sortedRuns(rows: readonly SpilledRows[]): SortedRun[] {
    return rows.map((run) => ({
      entries: [],
      more: async () => (await run.next())?.map((stored) => this.#restored(stored)),
    }));
  }

  /** To be merged with others; the files go at the end of each. */
  sortedRuns(): SortedRun[] {
    return this.#sortedRuns(this.#runs);
  }

  remove(): void {
    this.#removed = true;
    this.#writer?.remove();
    for (const run of this.#runs) run.close();
  }
}
