/**
 * One branch of a database, open on this node: its tree, its transactions, its catalog, its counters.
 *
 * Opening costs the manifest and the log's tail. After a fence (a commit whose outcome could not be learned) the branch
 * must be closed and opened again; `Database` does that.
 */
import type { MaybePromise } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import type { CommitLog } from '../log/index.ts';
import { LsmTree, type MemoryBudget } from '../lsm/index.ts';
import type { TableDef } from '../sql/catalog/index.ts';
import type { TransactionStorage } from '../sql/ports.ts';
import type { TimeZone } from '../sql/types/index.ts';
import type { ObjectStore } from '../store/index.ts';
import {
  SnapshotList,
  type Timestamp,
  type Transaction,
  TransactionManager,
  type TransactionOptions,
  timestampOfMs,
} from '../txn/index.ts';
import { CatalogStore, readAll } from './catalog-store.ts';
import { Counters } from './counters.ts';
import { Documents } from './documents.ts';
import { MetaKind, metaId, metaKey } from './key-space.ts';
import { dropUnfinishedIndexes } from './unfinished-indexes.ts';
import { GarbageCollector, type GarbageRange, markGarbage } from './range-garbage.ts';
import type { LoaderOptions } from './range-loader.ts';
import { RowCounts } from './row-counts.ts';
import type { StorageSession } from './storage-scope.ts';
import { type StorageParts, TableStore } from './table-store.ts';
import { decodeCount, encodeCount } from './count-format.ts';

export interface BranchOptions {
  readonly store: ObjectStore;
  readonly log: CommitLog;
  readonly env: Env;
  readonly budget: MemoryBudget;
  /** Path prefix of the branch's objects. */
  readonly prefix: string;
  /** How far back AS OF reads reach; versions that are older and superseded go away. */
  readonly retentionMs?: number;
  readonly writeBytesMax?: number;
  readonly onBackgroundError?: (error: unknown) => void;
  /** Where ids of tables come from, when they must differ from those of other branches. */
  readonly nextId?: () => number;
  /** It is never opened again: closing writes nothing down. */
  readonly volatile?: boolean;
}

/** Replaying less than this takes some 10 ms. */
const FLUSH_AT_CLOSE_BYTES = 2 * 1024 * 1024;

interface BranchInside {
  readonly tree: LsmTree;
  readonly transactions: TransactionManager;
  readonly catalogStore: CatalogStore;
  readonly documents: Documents;
  readonly reach: ReadableRange;
}

const RETENTION_MS = 10 * 60_000;
/** Ids of tables and indexes up to 239 take one byte each in a key. */
const PARTITION_PREFIX_BYTES = 2;

export class Branch {
  readonly tree: LsmTree;
  readonly transactions: TransactionManager;
  readonly catalogStore: CatalogStore;
  readonly documents: Documents;
  readonly autoIncrement: Counters;
  readonly rowIds: Counters;
  readonly rowCounts: RowCounts;
  readonly garbage: GarbageCollector;
  readonly #parts: StorageParts;
  readonly #reach: ReadableRange;
  readonly #budget: MemoryBudget;
  readonly #env: Env;
  readonly #volatile: boolean;
  readonly #onBackgroundError: ((error: unknown) => void) | undefined;
  #closed = false;

  private constructor(parts: BranchInside, options: BranchOptions) {
    const { tree, transactions, catalogStore, documents, reach } = parts;
    this.#reach = reach;
    this.#budget = options.budget;
    this.#env = options.env;
    this.#volatile = options.volatile ?? false;
    this.#onBackgroundError = options.onBackgroundError;
    this.tree = tree;
    this.transactions = transactions;
    this.catalogStore = catalogStore;
    this.documents = documents;
    this.autoIncrement = new Counters(transactions, MetaKind.AUTO_INCREMENT);
    this.rowIds = new Counters(transactions, MetaKind.ROW_ID);
    this.rowCounts = new RowCounts();
    this.garbage = new GarbageCollector(transactions, { ...options, oldestReadable: () => reach.oldest() });
    this.#parts = {
      branch: this,
      tree,
      autoIncrement: this.autoIncrement,
      rowIds: this.rowIds,
      rowCounts: this.rowCounts,
    };
  }

  static async open(options: BranchOptions): Promise<Branch> {
    const { store, env, prefix, budget } = options;
    const snapshots = new SnapshotList();
    const reach = new ReadableRange(snapshots, env, options.retentionMs ?? RETENTION_MS);
    const tree = await LsmTree.open({
      store,
      prefix,
      env,
      budget,
      partitionPrefixBytes: PARTITION_PREFIX_BYTES,
      oldestReadable: () => reach.oldest(),
      onBackgroundError: options.onBackgroundError,
    });
    reach.tree = tree;
    const transactions = await TransactionManager.open({
      tree,
      log: options.log,
      store,
      prefix: `${prefix}/commits`,
      env,
      snapshots,
      budget,
      ...(options.writeBytesMax !== undefined && { writeBytesMax: options.writeBytesMax }),
    });
    tree.replayed();
    const catalogStore = await CatalogStore.open(transactions, options.nextId);
    const documents = await Documents.open(transactions);
    const branch = new Branch({ tree, transactions, catalogStore, documents, reach }, options);
    await readAll(transactions, MetaKind.ROW_COUNT, (value, key) =>
      branch.rowCounts.load(metaId(key), decodeCount(value)),
    );
    await dropUnfinishedIndexes(catalogStore);
    branch.garbage.start();
    return branch;
  }

  get catalog() {
    return this.catalogStore.current;
  }

  begin(options?: TransactionOptions): Transaction {
    return this.transactions.begin(options);
  }

  storageFor(transaction: Transaction, session: StorageSession = {}): TransactionStorage {
    return new TableStore(transaction, this.#parts, session);
  }

  /** What bulk work on this branch needs. */
  loaderOptions(zone: TimeZone): LoaderOptions {
    return { manager: this.transactions, budget: this.#budget, zone, pause: () => this.#env.timers.yield() };
  }

  /** Records ranges as garbage, durably, before something is built there. */
  async markGarbageNow(ranges: readonly GarbageRange[]): Promise<void> {
    const transaction = this.begin({ isolation: 'read-committed' });
    for (const range of ranges) markGarbage(transaction, range);
    await transaction.commit();
  }

  /** No read may ask for anything before this. */
  oldestReadable(): Timestamp {
    return this.#reach.oldest();
  }

  /** How far back reads reach from now on; what is already gone stays gone. */
  set retentionMs(retentionMs: number) {
    this.#reach.retentionMs = retentionMs;
  }

  useTables(transaction: Transaction, tables: readonly TableDef[]): MaybePromise<void> {
    return this.catalogStore.useTables(transaction, tables);
  }

  /** Ends transactions, writes down what is only in memory for speed, and leaves little to replay at the next open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.garbage.close();
    if (!this.#volatile && this.transactions.fenced === undefined) await this.#writeBack();
    await this.transactions.close();
    if (!this.#volatile && this.tree.memtableBytes > FLUSH_AT_CLOSE_BYTES) await this.#flushAtClose();
    await this.tree.close();
  }

  /** A failure costs replay time only: the log has it all. */
  async #flushAtClose(): Promise<void> {
    try {
      await this.tree.flush();
      await this.transactions.trimLog();
    } catch (error) {
      this.#onBackgroundError?.(error);
    }
  }

  async #writeBack(): Promise<void> {
    await this.autoIncrement.close();
    await this.rowIds.close();
    await this.catalogStore.close();
    const transaction = this.begin({ isolation: 'read-committed' });
    for (const [tableId, count] of this.rowCounts.changed()) {
      transaction.put(metaKey(MetaKind.ROW_COUNT, tableId), encodeCount(count));
    }
    await transaction.commit();
  }
}

/** The oldest timestamp that reads may still ask for; never goes back. */
class ReadableRange {
  readonly #snapshots: SnapshotList;
  readonly #env: Env;
  retentionMs: number;
  tree: LsmTree | undefined = undefined;
  #last: Timestamp = 0;

  constructor(snapshots: SnapshotList, env: Env, retentionMs: number) {
    this.#snapshots = snapshots;
    this.#env = env;
    this.retentionMs = retentionMs;
  }

  oldest(): Timestamp {
    const retained = timestampOfMs(this.#env.clock.nowMs() - this.retentionMs);
    const applied = this.tree?.lastTimestamp ?? 0;
    const inUse = this.#snapshots.oldest() ?? applied;
    this.#last = Math.max(this.#last, Math.min(retained, inUse, applied));
    return this.#last;
  }
}
