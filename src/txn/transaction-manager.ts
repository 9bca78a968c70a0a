/**
 * Transactions of one branch on one node: hands them out, and joins the tree, the log, the locks and the commit pipeline.
 *
 * Invariants: `lastTimestamp` is the newest commit that is durable AND applied; every snapshot is taken there. After a
 * fence nothing commits any more; the owner of the branch reopens it from the log.
 */
import { assert, DbError } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import type { CommitLog } from '../log/index.ts';
import { type LsmTree, type MemoryBudget, Memtable, type TableMeta } from '../lsm/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { CommitPipeline } from './commit-pipeline.ts';
import { LockTable } from './lock-table.ts';
import { replay } from './replay.ts';
import { SnapshotList } from './snapshots.ts';
import { HybridClock, type Timestamp } from './timestamp.ts';
import { Transaction, type TransactionOptions } from './transaction.ts';

export interface TransactionManagerOptions {
  readonly tree: LsmTree;
  readonly log: CommitLog;
  readonly store: ObjectStore;
  /** Path prefix of the objects that hold write sets too large for the log. */
  readonly prefix: string;
  readonly env: Pick<Env, 'clock' | 'random' | 'timers'>;
  /** Made before the tree, because compaction asks it what is still read. */
  readonly snapshots: SnapshotList;
  /** Write sets are charged to it. */
  readonly budget: MemoryBudget;
  /** Largest write set of one transaction; absent: a quarter of the budget. */
  readonly writeBytesMax?: number;
  /** Called when commits of another node were applied. */
  readonly onForeignCommits?: () => void;
}

const WRITE_SHARE = 0.25;
/** What a held lock costs, roughly; locks together may take a quarter of the budget. */
const LOCK_BYTES = 200;
const LOCKS_MIN = 100_000;
/** Write sets kept for reuse; larger ones are left to the garbage collector. */
const POOL_MAX = 256;
const POOLED_BYTES_MAX = 64 * 1024;

export class TransactionManager {
  readonly tree: LsmTree;
  readonly snapshots: SnapshotList;
  readonly locks: LockTable;
  readonly clock: HybridClock;
  readonly writeBytesMax: number;
  readonly #pipeline: CommitPipeline;
  readonly #budget: MemoryBudget;
  readonly #pool: Memtable[] = [];
  /** In no order; each knows its `place`. (A Set that is filled and emptied all the time is rebuilt all the time.) */
  readonly #active: Transaction[] = [];
  #nextId = 1;
  #lastTimestamp: Timestamp;
  #fenced: Error | undefined = undefined;

  /** Replays what the log holds beyond the tree's flushed position. */
  static async open(options: TransactionManagerOptions): Promise<TransactionManager> {
    await replay(options);
    return new TransactionManager(options);
  }

  private constructor(options: TransactionManagerOptions) {
    this.tree = options.tree;
    this.snapshots = options.snapshots;
    this.#budget = options.budget;
    const share = Math.floor(options.budget.limitBytes * WRITE_SHARE);
    this.locks = new LockTable(
      options.env.timers,
      Math.max(LOCKS_MIN, Math.floor(share / LOCK_BYTES)),
      options.env.clock,
    );
    this.writeBytesMax = options.writeBytesMax ?? share;
    this.#lastTimestamp = options.tree.lastTimestamp;
    this.clock = new HybridClock(options.env.clock, this.#lastTimestamp);
    this.#pipeline = new CommitPipeline(this, options);
  }

  get lastTimestamp(): Timestamp {
    return this.#lastTimestamp;
  }

  /** Transactions that are open now. */
  get activeCount(): number {
    return this.#active.length;
  }

  /** Records and bytes that this node appended to the log. */
  get logWritten(): { readonly records: number; readonly bytes: number } {
    return this.#pipeline.written;
  }

  /** Why nothing commits any more; undefined while all is well. */
  get fenced(): Error | undefined {
    return this.#fenced;
  }

  begin(options: TransactionOptions = {}): Transaction {
    if (this.#fenced !== undefined) throw this.#fenceError();
    const transaction = new Transaction(this, this.#nextId++, options);
    transaction.place = this.#active.length;
    this.#active.push(transaction);
    return transaction;
  }

  submit(transaction: Transaction): Promise<void> {
    if (this.#fenced !== undefined) {
      transaction.settle('rolled-back');
      return Promise.reject(this.#fenceError());
    }
    return this.#pipeline.submit(transaction);
  }

  /**
   * Commits tables built by `tree.sortedTableWriter()`: one ascending, disjoint run, of keys that nobody else can reach yet.
   * Durable and applied when it resolves.
   */
  submitTables(tables: readonly TableMeta[]): Promise<void> {
    if (this.#fenced !== undefined) return Promise.reject(this.#fenceError());
    return tables.length === 0 ? Promise.resolve() : this.#pipeline.submitTables(tables);
  }

  /** The pipeline's: commits up to `timestamp` are applied. */
  advance(timestamp: Timestamp): void {
    this.#lastTimestamp = timestamp;
    this.clock.observe(timestamp);
  }

  /** An append whose outcome cannot be learned: from now on this node must not answer for the branch. */
  fence(cause: Error): void {
    if (this.#fenced !== undefined) return;
    this.#fenced = cause;
    for (const transaction of [...this.#active]) {
      transaction.interrupt(this.#fenceError());
      transaction.rollback();
    }
  }

  ended(transaction: Transaction): void {
    const { place } = transaction;
    if (place < 0) return;
    transaction.place = -1;
    const last = this.#active.pop() as Transaction;
    if (last === transaction) return;
    assert(this.#active[place] === transaction, 'an open transaction is where its place says');
    this.#active[place] = last;
    last.place = place;
  }

  /** Memory of write sets beyond what is pooled anyway. */
  chargeWrites(bytes: number): void {
    if (bytes >= 0) this.#budget.charge(bytes);
    else this.#budget.release(-bytes);
  }

  takeWriteSet(): Memtable {
    return this.#pool.pop() ?? new Memtable();
  }

  returnWriteSet(writes: Memtable): void {
    if (this.#pool.length >= POOL_MAX || writes.sizeBytes > POOLED_BYTES_MAX) return;
    writes.clear();
    this.#pool.push(writes);
  }

  /** Lets the log forget what tables hold. Happens by itself after commits. */
  trimLog(): Promise<void> {
    return this.#pipeline.trim();
  }

  /** Lets the commits under way end and refuses new ones; open transactions are rolled back. */
  async close(): Promise<void> {
    await this.#pipeline.idle();
    this.fence(new DbError('closed', 'branch-closed', 'the database is closed'));
  }

  #fenceError(): Error {
    const cause = this.#fenced;
    if (cause instanceof DbError && cause.kind === 'closed') return cause;
    return new DbError(
      'unavailable',
      'branch-fenced',
      'the outcome of a commit is unknown; the branch has to be reopened',
      {
        cause,
      },
    );
  }
}
