/**
 * The TTL job: deletes expired rows of TTL tables in batches, in a session of its own.
 *
 * One timer wakes every minute while TTL tables exist; a table is due when its TTL_JOB_INTERVAL has passed since its last run
 * in this process. `runNow` is for tests and for the console. Deletes are ordinary transactions of a few hundred rows, so
 * they neither hold locks for long nor keep the thread.
 */
import type { Env, Timer } from '../../env/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import { jobIntervalMs, timeToLiveOf } from '../../sql/ddl/index.ts';

const LOOK_EVERY_MS = 60_000;
const JOBS_KEPT = 1000;
const ERRORS_MAX = 3;

export interface TimeToLiveHost {
  readonly env: Env;
  /** TTL tables as they are defined now. */
  tables(): readonly TableDef[];
  /** tidb_ttl_job_enable. */
  isEnabled(): boolean;
  /** tidb_ttl_delete_batch_size. */
  batchRows(): number;
  /** Deletes up to `limit` rows older than the expiry; returns how many. */
  deleteExpired(table: TableDef, limit: number): Promise<number>;
}

export interface TimeToLiveRun {
  readonly table: TableDef;
  readonly startedAtMs: number;
  finishedAtMs: number | undefined;
  deletedRows: number;
  error: string | undefined;
}

export class TimeToLiveJob {
  readonly #host: TimeToLiveHost;
  readonly #lastRunMs = new Map<number, number>();
  readonly runs: TimeToLiveRun[] = [];
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(host: TimeToLiveHost) {
    this.#host = host;
  }

  /** Looks again in a minute; called at start and when a schema change made a TTL table. */
  schedule(): void {
    if (this.#closed || this.#timer !== undefined || this.#running !== undefined) return;
    if (this.#host.tables().length === 0) return;
    this.#timer = this.#host.env.timers.after(LOOK_EVERY_MS, () => {
      this.#timer = undefined;
      this.#running = this.runNow(false).finally(() => {
        this.#running = undefined;
        this.schedule();
      });
    });
  }

  /** Runs what is due (or all). */
  async runNow(all: boolean): Promise<void> {
    if (!this.#host.isEnabled()) return;
    const nowMs = this.#host.env.clock.nowMs();
    for (const table of this.#host.tables()) {
      const ttl = timeToLiveOf(table);
      if (this.#closed || ttl === undefined || !ttl.enabled) continue;
      const last = this.#lastRunMs.get(table.id);
      if (!all && last !== undefined && nowMs - last < (jobIntervalMs(ttl.jobInterval) ?? 0)) continue;
      this.#lastRunMs.set(table.id, nowMs);
      await this.#run(table);
    }
  }

  async #run(table: TableDef): Promise<void> {
    const { env } = this.#host;
    const run: TimeToLiveRun = {
      table,
      startedAtMs: env.clock.nowMs(),
      finishedAtMs: undefined,
      deletedRows: 0,
      error: undefined,
    };
    if (this.runs.length >= JOBS_KEPT) this.runs.shift();
    this.runs.push(run);
    const limit = this.#host.batchRows();
    for (let errors = 0; errors < ERRORS_MAX && !this.#closed; ) {
      try {
        const deleted = await this.#host.deleteExpired(table, limit);
        run.deletedRows += deleted;
        run.error = undefined;
        if (deleted < limit) break;
        await env.timers.yield();
      } catch (error) {
        // A conflict, a dropped table, a closed database: tried again, then left to the next run.
        run.error = error instanceof Error ? error.message : String(error);
        errors++;
      }
    }
    run.finishedAtMs = env.clock.nowMs();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#running;
  }
}
