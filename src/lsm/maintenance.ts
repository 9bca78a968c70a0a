/**
 * Flushes, compactions and garbage collection of one tree, one of each at a time.
 *
 * Every step is safe to lose: objects are uploaded before a manifest names them and deleted after no manifest does, so a
 * crash leaves at worst orphans. A manifest edit is written so that running it again finds nothing to do.
 *
 * Interleaving: `flush` and `compactOnce` queue behind a running one of their kind. While they await, commits are applied and
 * reads go on; the only shared state they change is the memtable list (oldest out) and the version (through the manifest).
 */
import { type Bytes, compareBytes, DbError } from '../base/index.ts';
import { listAll } from '../store/index.ts';
import {
  applyPlan,
  historyInReach,
  type CompactionPlan,
  type CompactionTuning,
  pickAll,
  keysToCutAt,
  pickCompaction,
  rangesToKeepDeletions,
} from './compaction-picker.ts';
import { type LsmOptions, tableBytesMax } from './lsm-options.ts';
import { type Manifest, manifestTables } from './manifest.ts';
import type { FullMemtable, MemtableSet } from './memtable-set.ts';
import type { MergeOptions } from './merge-job.ts';
import { BLOCK_BYTES_DEFAULT } from './table-builder.ts';
import type { TableExecutor, TableJob } from './table-executor.ts';
import type { TableMeta } from './table-format.ts';
import { CHUNK_BYTES, readRun } from './run-reader.ts';
import type { TableSet } from './table-set.ts';

const LEVEL_BYTES_BASE_DEFAULT = 256 * 1024 * 1024;
const RECENT_RUNS_MAX_DEFAULT = 4;
const ORPHAN_AGE_MS_DEFAULT = 3_600_000;
const DELETE_BATCH = 500;

export class Maintenance {
  readonly #options: LsmOptions;
  readonly #memtables: MemtableSet;
  readonly #tables: TableSet;
  readonly #executor: TableExecutor;
  readonly #tuning: CompactionTuning;
  #flushing: Promise<unknown> = Promise.resolve();
  #compacting: Promise<unknown> = Promise.resolve();
  #collecting: Promise<unknown> = Promise.resolve();
  #closed = false;
  #askedFor: Manifest | undefined;
  #wantsCompaction = false;
  flushes = 0;
  compactions = 0;

  constructor(options: LsmOptions, parts: { memtables: MemtableSet; tables: TableSet; executor: TableExecutor }) {
    this.#options = options;
    this.#memtables = parts.memtables;
    this.#tables = parts.tables;
    this.#executor = parts.executor;
    this.#tuning = {
      recentRunsMax: options.recentRunsMax ?? RECENT_RUNS_MAX_DEFAULT,
      levelBytesBase: options.levelBytesBase ?? LEVEL_BYTES_BASE_DEFAULT,
    };
  }

  /** Asked after every commit while there is something to flush: the answer is kept for as long as the manifest stays. */
  get wantsCompaction(): boolean {
    const manifest = this.#tables.manifest;
    if (this.#askedFor !== manifest) {
      this.#askedFor = manifest;
      this.#wantsCompaction = pickCompaction(manifest, this.#tuning) !== undefined;
    }
    return this.#wantsCompaction;
  }

  /** Stops starting work, and waits for what runs. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([this.#flushing, this.#compacting, this.#collecting]);
  }

  /** Writes the oldest full memtable into tables; false when there is none. */
  flushOldest(): Promise<boolean> {
    const result = this.#flushing.then(() => this.#flushOldest());
    this.#flushing = result.catch(() => undefined);
    return result;
  }

  async #flushOldest(): Promise<boolean> {
    const full = this.#memtables.full[0];
    if (full === undefined || this.#closed) return false;
    const outputs: TableMeta[] = [];
    try {
      if (full.memtable.keys > 0 && full.upperPosition > this.#tables.manifest.flushedPosition) {
        await this.#run(
          {
            options: this.#mergeOptions(undefined),
            memtable: full.memtable,
            runs: [],
            emit: async (table) => void outputs.push(await this.#tables.upload(table)),
          },
          full.memtable.usedBytes,
        );
      }
      const named = await this.#commitFlush(full, outputs);
      if (!named) await this.#tables.discard(outputs);
    } catch (error) {
      await this.#tables.discard(outputs.filter((table) => !this.#isNamed(table)));
      throw error;
    }
    this.#tables.settle(outputs);
    this.#memtables.dropOldest(full);
    this.flushes++;
    return true;
  }

  /** Runs a job with what it holds charged to the budget: copies of its input on their way, and the table being built. */
  async #run(job: TableJob, inputBytes: number): Promise<void> {
    const { budget } = this.#options;
    const passing = job.memtable === undefined ? job.runs.length * 2 * CHUNK_BYTES : inputBytes;
    // The table being built, and the one of history.
    const bytes = Math.min(passing, inputBytes) + Math.min(inputBytes, job.options.tableBytesMax * 4);
    budget.charge(bytes);
    try {
      await this.#executor.run(job);
    } finally {
      budget.release(bytes);
    }
  }

  /** False when another node had flushed this log range already: then nothing of ours is needed. */
  async #commitFlush(full: FullMemtable, outputs: readonly TableMeta[]): Promise<boolean> {
    let named = true;
    await this.#tables.manifests.change((current) => {
      named = true;
      const present = new Set([...manifestTables(current)].map((table) => table.id));
      if (outputs.some((output) => present.has(output.id))) return undefined;
      if (full.upperPosition <= current.flushedPosition) {
        named = false;
        return undefined;
      }
      const runs = this.#tables.withIngested(current, full.lastPosition);
      const newest = outputs.filter((table) => table.shadowedFrom === undefined);
      const replaced = outputs.filter((table) => table.shadowedFrom !== undefined);
      return this.#withoutHistoryOutOfReach({
        flushedPosition: Math.max(current.flushedPosition, full.lastPosition),
        flushedTimestamp: Math.max(current.flushedTimestamp, full.lastTimestamp),
        recent: newest.length > 0 ? [newest, ...runs.recent] : runs.recent,
        levels: runs.levels,
        history: replaced.length > 0 ? [replaced, ...current.history] : current.history,
        obsolete: current.obsolete,
      });
    });
    return named;
  }

  /** Tables of history that no read can reach any more go as a whole. */
  #withoutHistoryOutOfReach<M extends Pick<Manifest, 'history' | 'obsolete'>>(manifest: M): M {
    const sinceMs = this.#options.env.clock.nowMs();
    const history = historyInReach(manifest.history, this.#options.oldestReadable?.() ?? 0);
    const kept = new Set(history.flat().map(({ id }) => id));
    const gone = manifest.history.flat().filter(({ id }) => !kept.has(id));
    if (gone.length === 0) return manifest;
    return { ...manifest, history, obsolete: [...manifest.obsolete, ...gone.map(({ id }) => ({ id, sinceMs }))] };
  }

  #isNamed(table: TableMeta): boolean {
    for (const { id } of manifestTables(this.#tables.manifest)) if (id === table.id) return true;
    return false;
  }

  /** Runs the most urgent compaction; false when none is due. */
  compactOnce(all = false): Promise<boolean> {
    const result = this.#compacting.then(() => this.#compactOnce(all));
    this.#compacting = result.catch(() => undefined);
    return result;
  }

  async #compactOnce(all: boolean): Promise<boolean> {
    if (this.#closed) return false;
    const manifest = this.#tables.manifest;
    const plan = all ? pickAll(manifest) : pickCompaction(manifest, this.#tuning);
    if (plan === undefined) return false;
    const outputs: TableMeta[] = [];
    try {
      if (plan.inputs.length > 0) await this.#merge(plan, outputs);
      const done = await this.#commitCompaction(plan, outputs);
      if (!done) await this.#tables.discard(outputs);
    } catch (error) {
      await this.#tables.discard(outputs.filter((table) => !this.#isNamed(table)));
      throw error;
    }
    this.#tables.settle(outputs);
    this.compactions++;
    return true;
  }

  async #merge(plan: CompactionPlan, outputs: TableMeta[]): Promise<void> {
    const { oldestReadable } = this.#mergeOptions(undefined);
    const keepDeletions = rangesToKeepDeletions(this.#tables.manifest, plan, oldestReadable);
    const inputs = plan.inputs.map((run) => run.map((meta) => this.#tables.table(meta)));
    for (const table of inputs.flat()) table.retain();
    try {
      await this.#run(
        {
          options: {
            ...this.#mergeOptions(keepDeletions),
            oldestReadable,
            cuts: keysToCutAt(this.#tables.manifest, plan),
            shadowedFrom: plan.shadowedFrom,
          },
          runs: inputs.map((run) => readRun(run)),
          emit: async (table) => {
            if (this.#closed) throw new DbError('closed', 'tree-closed', 'the tree was closed during a compaction');
            outputs.push(await this.#tables.upload(table));
          },
        },
        plan.inputs.flat().reduce((sum, table) => sum + table.sizeBytes, 0),
      );
    } finally {
      for (const table of inputs.flat()) table.release();
    }
  }

  async #commitCompaction(plan: CompactionPlan, outputs: readonly TableMeta[]): Promise<boolean> {
    let done = true;
    const sinceMs = this.#options.env.clock.nowMs();
    await this.#tables.manifests.change((current) => {
      done = true;
      const present = new Set([...manifestTables(current)].map((table) => table.id));
      if (outputs.some((output) => present.has(output.id))) return undefined;
      const runs = applyPlan(current, plan, outputs);
      if (runs === undefined) {
        done = false;
        return undefined;
      }
      const dropped = plan.inputs.flat().map((table) => ({ id: table.id, sinceMs }));
      const { flushedPosition, flushedTimestamp } = current;
      return this.#withoutHistoryOutOfReach({
        flushedPosition,
        flushedTimestamp,
        ...runs,
        obsolete: [...current.obsolete, ...dropped],
      });
    });
    return done;
  }

  /** Forgets the tables that lie in [start, end) altogether; returns how many. Only for ranges that no read reaches any more. */
  dropTables(start: Bytes, end: Bytes): Promise<number> {
    const result = this.#compacting.then(() => this.#dropTables(start, end));
    this.#compacting = result.catch(() => undefined);
    return result;
  }

  async #dropTables(start: Bytes, end: Bytes): Promise<number> {
    const sinceMs = this.#options.env.clock.nowMs();
    const isInside = ({ minKey, maxKey }: TableMeta): boolean =>
      compareBytes(start, minKey) <= 0 && compareBytes(maxKey, end) < 0;
    const outside = (run: readonly TableMeta[]): TableMeta[] => run.filter((table) => !isInside(table));
    let dropped = 0;
    await this.#tables.manifests.change((current) => {
      const gone = [...manifestTables(current)].filter(isInside).map(({ id }) => ({ id, sinceMs }));
      dropped = gone.length;
      if (dropped === 0) return undefined;
      const { flushedPosition, flushedTimestamp } = current;
      const recent = current.recent.map(outside).filter((run) => run.length > 0);
      return {
        flushedPosition,
        flushedTimestamp,
        recent,
        levels: current.levels.map(outside),
        history: current.history.map(outside).filter((run) => run.length > 0),
        obsolete: [...current.obsolete, ...gone],
      };
    });
    return dropped;
  }

  #mergeOptions(keepDeletions: MergeOptions['keepDeletions']): MergeOptions {
    const options = this.#options;
    return {
      blockBytes: options.blockBytes ?? BLOCK_BYTES_DEFAULT,
      tableBytesMax: tableBytesMax(options),
      compression: options.compression ?? 'lz4',
      oldestReadable: options.oldestReadable?.() ?? 0,
      keepDeletions,
      cuts: [],
      partitionPrefixBytes: options.partitionPrefixBytes ?? 0,
    };
  }

  /**
   * Deletes replaced tables whose grace is over and that no reader of this process holds, then objects that no manifest ever
   * named (left by crashes). Returns how many objects it deleted. Order: objects first, then their names in the manifest.
   */
  collectGarbage(options: { readonly orphans: boolean }): Promise<number> {
    const result = this.#collecting.then(() => (this.#closed ? 0 : this.#collectGarbage(options)));
    this.#collecting = result.catch(() => undefined);
    return result;
  }

  async #collectGarbage(options: { readonly orphans: boolean }): Promise<number> {
    const nowMs = this.#options.env.clock.nowMs();
    const graceMs = this.#options.objectGraceMs ?? 0;
    const due = this.#tables.manifest.obsolete.filter(
      ({ id, sinceMs }) => sinceMs + graceMs <= nowMs && !this.#tables.isRead(id),
    );
    let deleted = 0;
    if (due.length > 0) {
      await this.#delete(due.map(({ id }) => id));
      const gone = new Set(due.map(({ id }) => id));
      await this.#tables.manifests.change((current) => {
        const obsolete = current.obsolete.filter(({ id }) => !gone.has(id));
        return obsolete.length === current.obsolete.length ? undefined : { ...current, obsolete };
      });
      deleted += due.length;
    }
    return options.orphans ? deleted + (await this.#collectOrphans(nowMs)) : deleted;
  }

  /** The listing comes first: what is named by a manifest read after it was uploaded before it. */
  async #collectOrphans(nowMs: number): Promise<number> {
    const folder = `${this.#tables.context.folder}/`;
    const ageMs = this.#options.orphanAgeMs ?? ORPHAN_AGE_MS_DEFAULT;
    const old: string[] = [];
    for await (const object of listAll(this.#options.store, folder)) {
      if (object.modifiedMs + ageMs <= nowMs) old.push(object.path.slice(folder.length));
    }
    const manifest = await this.#tables.manifests.refresh();
    const known = new Set([...manifestTables(manifest)].map((table) => table.id));
    for (const { id } of manifest.obsolete) known.add(id);
    for (const ingest of this.#tables.pending) for (const { id } of ingest.tables) known.add(id);
    const orphans = old.filter((id) => !known.has(id) && !this.#tables.building.has(id) && !this.#tables.isRead(id));
    await this.#delete(orphans);
    return orphans.length;
  }

  async #delete(ids: readonly string[]): Promise<void> {
    const { store, folder } = this.#tables.context;
    for (let i = 0; i < ids.length; i += DELETE_BATCH) {
      await store.delete(ids.slice(i, i + DELETE_BATCH).map((id) => `${folder}/${id}`));
    }
  }
}
