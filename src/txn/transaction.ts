/**
 * One transaction over keys and values: a snapshot to read at, its own writes laid over it, and the locks it holds.
 *
 * Reads: a plain read uses `readAt()`: the snapshot, taken at the first read (repeatable read) or at the first read of each
 * statement (read committed). Data changes and locking reads use `latestAt()`, MySQL's "current read": lock first, then
 * read what is committed now. An optimistic transaction reads everything at its snapshot, locks nothing until commit, and
 * is certified then: first committer wins (9007).
 *
 * Invariants: a key is written only under its exclusive lock (pessimistic); the write set is empty or belongs to this
 * transaction alone; once the state is not 'active', nothing can be read, locked or written any more.
 *
 * Awaiting: `lock` and `commit` suspend; between, only this transaction's session touches it, except that a deadlock's
 * victim is rolled back from inside its own pending `lock`.
 */
import { type Bytes, type MaybePromise, DbError, SqlError, sqlError } from '../base/index.ts';
import type { Memtable } from '../lsm/index.ts';
import { LockOwner, type LockOutcome, type LockStrength, type LockWait } from './lock-table.ts';
import type { Snapshot } from './snapshots.ts';
import type { Timestamp } from './timestamp.ts';
import type { TransactionManager } from './transaction-manager.ts';

export type Isolation = 'read-committed' | 'repeatable-read';
export type TransactionMode = 'pessimistic' | 'optimistic';
export type TransactionState = 'active' | 'committing' | 'committed' | 'rolled-back';

export interface TransactionOptions {
  readonly isolation?: Isolation;
  readonly mode?: TransactionMode;
  readonly lockWaitTimeoutMs?: number;
  /** Reads the past: the snapshot is this from the start. It must not be older than what is retained. */
  readonly at?: Timestamp;
}

/** A point to roll back to. */
export interface Savepoint {
  readonly mark: number;
  readonly changes: number;
}

const LOCK_WAIT_TIMEOUT_MS = 50_000; // innodb_lock_wait_timeout's default
/** The write set's arena offset before anything is written. */
const MARK_EMPTY = 1;
/** A write set is charged to the memory budget in steps; the smallest are not worth it. */
const CHARGE_BYTES = 256 * 1024;

export class Transaction {
  readonly isolation: Isolation;
  readonly mode: TransactionMode;
  readonly owner: LockOwner;
  /** May be changed between statements (innodb_lock_wait_timeout is a session variable). */
  lockWaitTimeoutMs: number;
  readonly #manager: TransactionManager;
  #state: TransactionState = 'active';
  /** The manager's: where its list of open transactions has this one; -1 when it does not. */
  place = -1;
  #snapshot: Snapshot | undefined = undefined;
  /** Opened over the past. */
  readonly isStale: boolean;
  #writes: Memtable | undefined = undefined;
  #statement: Savepoint = { mark: MARK_EMPTY, changes: 0 };
  #certified: Bytes[] | undefined = undefined;
  /** Bytes of the write set that the memory budget knows of. */
  #charged = 0;
  #onCommitted: (() => void)[] | undefined = undefined;
  #onEnded: (() => void)[] | undefined = undefined;

  constructor(manager: TransactionManager, id: number, options: TransactionOptions) {
    this.#manager = manager;
    this.owner = new LockOwner(id);
    this.isolation = options.isolation ?? 'repeatable-read';
    this.mode = options.mode ?? 'pessimistic';
    this.lockWaitTimeoutMs = options.lockWaitTimeoutMs ?? LOCK_WAIT_TIMEOUT_MS;
    this.isStale = options.at !== undefined;
    if (options.at !== undefined) this.#snapshot = manager.snapshots.openAt(options.at);
  }

  get id(): number {
    return this.owner.id;
  }

  get state(): TransactionState {
    return this.#state;
  }

  /** The write set, to lay over a cursor; undefined while nothing was written. */
  get writes(): Memtable | undefined {
    return this.#writes;
  }

  /** Keys a certification must check besides the written ones (locking reads of an optimistic transaction). */
  get certifiedKeys(): readonly Bytes[] {
    return this.#certified ?? [];
  }

  /** The snapshot's timestamp; undefined while none is taken. */
  get snapshotAt(): Timestamp | undefined {
    return this.#snapshot?.at;
  }

  /** Where plain reads look; takes the snapshot when there is none yet. */
  readAt(): Timestamp {
    let snapshot = this.#snapshot;
    if (snapshot === undefined) {
      this.#requireActive();
      snapshot = this.#manager.snapshots.open(this.#manager.lastTimestamp);
      this.#snapshot = snapshot;
    }
    return snapshot.at;
  }

  /** Where data changes and locking reads look. */
  latestAt(): Timestamp {
    return this.mode === 'optimistic' || this.isStale ? this.readAt() : this.#manager.lastTimestamp;
  }

  /** Starts a statement: what `rollbackStatement` returns to; in read committed also a new snapshot. */
  beginStatement(): void {
    this.#requireActive();
    if (this.isolation === 'read-committed' && this.mode === 'pessimistic' && !this.isStale) this.#closeSnapshot();
    this.#statement = this.savepoint();
  }

  rollbackStatement(): void {
    if (this.#state === 'active') this.rollbackTo(this.#statement);
  }

  savepoint(): Savepoint {
    return { mark: this.#writes?.mark() ?? MARK_EMPTY, changes: this.owner.changes };
  }

  /** Undoes the writes since; locks stay, as in InnoDB. */
  rollbackTo(savepoint: Savepoint): void {
    this.#requireActive();
    this.#writes?.undoTo(savepoint.mark);
    this.owner.changes = savepoint.changes;
  }

  /** Synchronous unless somebody else holds the key. A deadlock's victim is rolled back before the error (1213) arrives. */
  lock(key: Bytes, strength: LockStrength, wait: LockWait = 'wait'): MaybePromise<LockOutcome> {
    this.#requireActive();
    if (this.mode === 'optimistic') {
      this.readAt();
      (this.#certified ??= []).push(key);
      return 'granted';
    }
    return this.#acquire(key, strength, wait);
  }

  /** A lock that an optimistic transaction takes too (metadata locks). */
  lockAlways(key: Bytes, strength: LockStrength): MaybePromise<LockOutcome> {
    this.#requireActive();
    return this.#acquire(key, strength, 'wait');
  }

  /** Would `lock` have to wait? */
  isLockedByOthers(key: Bytes, strength: LockStrength): boolean {
    return this.mode === 'pessimistic' && this.#manager.locks.conflicts(this.owner, key, strength);
  }

  holdsLock(key: Bytes, strength: LockStrength): boolean {
    return this.#manager.locks.holds(this.owner, key, strength);
  }

  /** Gives back one lock that turned out not to be needed (read committed). */
  unlock(key: Bytes): void {
    if (this.mode === 'pessimistic') this.#manager.locks.release(this.owner, key);
  }

  put(key: Bytes, value: Bytes): void {
    this.#write(key, value);
  }

  delete(key: Bytes): void {
    this.#write(key, undefined);
  }

  /** Calls back right after the writes became visible. */
  onCommitted(callback: () => void): void {
    (this.#onCommitted ??= []).push(callback);
  }

  /** Calls back when the transaction is over, however it ended. */
  onEnded(callback: () => void): void {
    (this.#onEnded ??= []).push(callback);
  }

  /** Counts one changed row: the weight in deadlock resolution. */
  countChange(): void {
    this.owner.changes++;
  }

  /** The value of a key at `at`, own writes first. */
  get(key: Bytes, at: Timestamp): MaybePromise<Bytes | undefined> {
    const writes = this.#writes;
    if (writes !== undefined) {
      const version = writes.findVersion(key, Number.MAX_SAFE_INTEGER);
      if (version !== 0) return writes.isDeleted(version) ? undefined : writes.value(version);
    }
    return this.#manager.tree.get(key, at);
  }

  /** Synchronous when nothing was written. Rejects with 1213 or 9007 when another commit won; the transaction is over either way. */
  commit(): MaybePromise<void> {
    this.#requireActive();
    if (!this.#hasWrites()) {
      this.#finish('committed');
      return undefined;
    }
    this.#state = 'committing';
    return this.mode === 'optimistic' ? this.#commitOptimistic() : this.#manager.submit(this);
  }

  /** Idempotent; also ends a pending lock wait. */
  rollback(): void {
    if (this.#state === 'active') this.#finish('rolled-back');
  }

  /** Ends a pending lock wait with an error (KILL QUERY, timeouts). */
  interrupt(error: Error): void {
    this.#manager.locks.cancel(this.owner, error);
  }

  /** The manager's: the outcome of a commit is known and applied. */
  settle(outcome: 'committed' | 'rolled-back'): void {
    this.#finish(outcome);
  }

  #acquire(key: Bytes, strength: LockStrength, wait: LockWait): MaybePromise<LockOutcome> {
    const outcome = this.#manager.locks.acquire(this.owner, { key, strength, wait, timeoutMs: this.lockWaitTimeoutMs });
    if (!(outcome instanceof Promise)) return outcome;
    return outcome.catch((error: unknown) => {
      if (error instanceof SqlError && error.errno === 1213) this.#finish('rolled-back');
      throw error;
    });
  }

  /** Locks everything in key order (so that two of these never wait for each other in a ring), then checks versions. */
  async #commitOptimistic(): Promise<void> {
    try {
      const writes = this.#writes as Memtable;
      for (let record = writes.first; record !== 0; record = writes.next(record)) {
        if (writes.newestVersion(record) !== 0) await this.#certify(writes.key(record).slice(), 'update');
      }
      for (const key of this.certifiedKeys) await this.#certify(key, 'share');
    } catch (error) {
      if (this.#state === 'committing') this.#finish('rolled-back');
      throw error;
    }
    await this.#manager.submit(this);
  }

  async #certify(key: Bytes, strength: LockStrength): Promise<void> {
    await this.#acquire(key, strength, 'wait');
    if (await this.#manager.tree.changedSince(key, this.readAt())) throw sqlError('ER_WRITE_CONFLICT');
  }

  #write(key: Bytes, value: Bytes | undefined): void {
    this.#requireActive();
    if (this.mode === 'optimistic') this.readAt();
    this.#writes ??= this.#manager.takeWriteSet();
    this.#writes.put(key, value, 0);
    if (this.#writes.sizeBytes - this.#charged > CHARGE_BYTES) this.#charge(this.#writes.sizeBytes);
  }

  #charge(bytes: number): void {
    if ((this.#writes?.usedBytes ?? 0) > this.#manager.writeBytesMax) throw sqlError('ER_TRANS_CACHE_FULL');
    this.#manager.chargeWrites(bytes - this.#charged);
    this.#charged = bytes;
  }

  /** Whether any write is left: a savepoint may have undone all. Nearly always the first key tells. */
  #hasWrites(): boolean {
    const writes = this.#writes;
    if (writes === undefined) return false;
    for (let record = writes.first; record !== 0; record = writes.next(record)) {
      if (writes.newestVersion(record) !== 0) return true;
    }
    return false;
  }

  #finish(state: 'committed' | 'rolled-back'): void {
    if (this.#state === 'committed' || this.#state === 'rolled-back') return;
    this.#state = state;
    this.#closeSnapshot();
    this.#manager.locks.releaseAll(this.owner);
    if (this.#writes !== undefined) this.#manager.returnWriteSet(this.#writes);
    this.#writes = undefined;
    if (this.#charged > 0) this.#manager.chargeWrites(-this.#charged);
    this.#charged = 0;
    this.#manager.ended(this);
    if (state === 'committed' && this.#onCommitted !== undefined) for (const callback of this.#onCommitted) callback();
    if (this.#onEnded !== undefined) for (const callback of this.#onEnded) callback();
  }

  #closeSnapshot(): void {
    if (this.#snapshot !== undefined) this.#manager.snapshots.close(this.#snapshot);
    this.#snapshot = undefined;
  }

  #requireActive(): void {
    if (this.#state !== 'active') throw new DbError('closed', 'transaction-ended', `the transaction is ${this.#state}`);
  }
}
