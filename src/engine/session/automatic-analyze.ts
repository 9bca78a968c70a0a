/**
 * Automatic ANALYZE: tables whose statistics no longer fit are analysed one after the other in the background.
 *
 * The planner's look at a table's statistics is what asks (table-stats.ts), so tables that nobody queries cost nothing. A
 * run reads a snapshot, takes no metadata lock, and gives the thread away every few milliseconds. What goes wrong is not
 * the statement's concern: the next look asks again.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { Env } from '../../env/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import type { TransactionStorage } from '../../sql/ports.ts';
import { collectStatistics, type TableStatistics } from '../../sql/planner/index.ts';

const QUEUE_MAX = 1000;
/** Lets a burst of changes (a dump, a load) end before the table is read. */
const DELAY_MS = 1000;
const TIME_SLICE_MS = 3;

export interface AnalyzeSource {
  readonly env: Env;
  /** Storage of a transaction of its own, and what ends it. */
  open(): { readonly storage: TransactionStorage; end(): void };
  publish(statistics: TableStatistics): MaybePromise<void>;
}

export class AutomaticAnalyze {
  readonly #source: AnalyzeSource;
  readonly #queue = new Map<number, TableDef>();
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(source: AnalyzeSource) {
    this.#source = source;
  }

  request(table: TableDef): void {
    if (this.#closed || this.#queue.has(table.id) || this.#queue.size >= QUEUE_MAX) return;
    this.#queue.set(table.id, table);
    if (this.#queue.size === 1 && this.#running === undefined) {
      this.#source.env.timers.after(DELAY_MS, () => {
        this.#running ??= this.#run().finally(() => {
          this.#running = undefined;
        });
      });
    }
  }

  async #run(): Promise<void> {
    for (const [id, table] of this.#queue) {
      if (this.#closed) return;
      try {
        await this.#analyze(table);
      } catch {
        // Dropped, altered or closed meanwhile: there is nothing to keep.
      } finally {
        this.#queue.delete(id);
      }
    }
  }

  async #analyze(table: TableDef): Promise<void> {
    const open = this.#source.open();
    try {
      await this.#source.publish(await collectStatistics(table, open.storage, this.#options()));
    } finally {
      open.end();
    }
  }

  #options(): Parameters<typeof collectStatistics>[2] {
    const { env } = this.#source;
    let sliceEndsMs = env.clock.monotonicMs() + TIME_SLICE_MS;
    return {
      nowMs: env.clock.nowMs(),
      random: () => env.random.float(),
      yieldNow: (): MaybePromise<void> => {
        if (env.clock.monotonicMs() < sliceEndsMs) return undefined;
        return env.timers.yield().then(() => {
          sliceEndsMs = env.clock.monotonicMs() + TIME_SLICE_MS;
        });
      },
      check: () => {
        if (this.#closed) throw new Error('closed');
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }
}
