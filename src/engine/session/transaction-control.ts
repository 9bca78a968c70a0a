/**
 * The session's transaction: implicit and explicit begin, autocommit, savepoints, and what an error undoes.
 *
 * Invariants:
 * - `current` is the open transaction; with autocommit and no BEGIN it lives for one statement only.
 * - A failed statement undoes its own writes; a deadlock (1213) or a lost certification undoes the whole transaction.
 * - A read-only statement that ends synchronously costs no promise.
 */
import { DbError, type MaybePromise, SqlError, sqlError } from '../../base/index.ts';
import type { Catalog } from '../../sql/catalog/index.ts';
import type { TransactionStorage } from '../../sql/ports.ts';
import type { Isolation, Savepoint, Timestamp, Transaction, TransactionMode } from '../../txn/index.ts';
import { RoutedStorage } from '../temporary/routed-storage.ts';
import type { TemporarySavepoint, TemporaryTables } from '../temporary/temporary-tables.ts';
import { SerializableStorage } from './serializable-storage.ts';
import type { SessionHost } from './session-host.ts';
import type { SessionState } from './session-state.ts';
import type { EngineSession } from './session.ts';
import type { SessionStaleness } from './stale-read.ts';

const SAVEPOINTS_MAX = 10_000;
const NOTHING_TEMPORARY: TemporarySavepoint = { kept: undefined, passing: undefined };

export interface OpenTransaction {
  readonly transaction: Transaction;
  readonly storage: TransactionStorage;
  readonly explicit: boolean;
  readonly readOnly: boolean;
  /** As SET TRANSACTION says it: 'READ-COMMITTED'. */
  readonly level: string;
  /** Of a stale read: the definitions of its moment. */
  readonly catalog: Catalog | undefined;
}

export class TransactionControl {
  readonly #host: SessionHost;
  readonly #state: SessionState;
  readonly #session: EngineSession;
  /** The running statement has begun in the open transaction: what it wrote is undone when it fails, and nothing earlier. */
  statementBegan = false;
  #current: OpenTransaction | undefined;
  #savepoints: { readonly name: string; readonly savepoint: Savepoint; readonly temporary: TemporarySavepoint }[] = [];
  /** SET TRANSACTION without a scope: for the next transaction only. */
  #next: { isolation?: string; readOnly?: boolean } = {};
  /** Undefined while the session reads the present, as nearly all do. */
  staleness: SessionStaleness | undefined;

  constructor(session: EngineSession) {
    this.#session = session;
    this.#host = session.host;
    this.#state = session.state;
  }

  get current(): OpenTransaction | undefined {
    return this.#current;
  }

  /** A transaction that outlives the statement is open. */
  get inTransaction(): boolean {
    return this.#current !== undefined && (this.#current.explicit || !this.#state.autocommit);
  }

  get readOnly(): boolean {
    return this.#current?.readOnly ?? this.#next.readOnly ?? this.#state.variables.isOn('transaction_read_only');
  }

  setNext(isolation: string | undefined, readOnly: boolean | undefined): void {
    if (this.inTransaction) throw sqlError('ER_CANT_CHANGE_TX_CHARACTERISTICS');
    if (isolation !== undefined) this.#next.isolation = isolation;
    if (readOnly !== undefined) this.#next.readOnly = readOnly;
  }

  setStaleness(change: Partial<SessionStaleness>): void {
    const staleness = { snapshot: undefined, behindMs: 0, next: undefined, ...this.staleness, ...change };
    const isStale = staleness.snapshot !== undefined || staleness.behindMs > 0 || staleness.next !== undefined;
    this.staleness = isStale ? staleness : undefined;
  }

  /** A read-only transaction over the past; `explicit` = until COMMIT, else for one statement. */
  openAt(at: Timestamp, explicit: boolean): MaybePromise<void> {
    const transaction = this.#host.begin({
      isolation: 'repeatable-read',
      mode: 'pessimistic',
      lockWaitTimeoutMs: this.#state.variables.getNumber('innodb_lock_wait_timeout') * 1000,
      at,
    });
    const open = (catalog: Catalog): void => {
      const storage = this.#host.storage(transaction, this.#session);
      this.#current = { transaction, storage, explicit, readOnly: true, level: 'REPEATABLE-READ', catalog };
      this.#next = {};
    };
    try {
      const catalog = this.#host.catalogAt(at);
      if (!(catalog instanceof Promise)) return open(catalog);
      return catalog.then(open, (error: unknown) => {
        transaction.rollback();
        throw error;
      });
    } catch (error) {
      transaction.rollback();
      throw error;
    }
  }

  /** The open transaction, or a new one for this statement (or, without autocommit, from this statement on). */
  ensure(): OpenTransaction {
    return this.#current ?? this.#open(false, undefined);
  }

  /** `mode` = BEGIN OPTIMISTIC | PESSIMISTIC, for this transaction only. */
  begin(readOnly: boolean | undefined, mode?: TransactionMode): MaybePromise<void> {
    const ended = this.#current === undefined ? undefined : this.commit();
    if (ended instanceof Promise) return ended.then(() => void this.#open(true, readOnly, mode));
    this.#open(true, readOnly, mode);
    return undefined;
  }

  #open(explicit: boolean, readOnly: boolean | undefined, mode?: TransactionMode): OpenTransaction {
    const { variables } = this.#state;
    const level = this.#level();
    const transaction = this.#host.begin({
      isolation: isolationOf(level),
      mode: mode ?? (variables.get('tidb_txn_mode') === 'optimistic' ? 'optimistic' : 'pessimistic'),
      lockWaitTimeoutMs: variables.getNumber('innodb_lock_wait_timeout') * 1000,
    });
    this.#current = {
      transaction,
      storage: this.#storageOf(transaction, level === 'SERIALIZABLE' && (explicit || !this.#state.autocommit)),
      explicit,
      readOnly: readOnly ?? this.#next.readOnly ?? variables.isOn('transaction_read_only'),
      level,
      catalog: undefined,
    };
    this.#next = {};
    return this.#current;
  }

  /** `locksReads`: plain reads lock, in a SERIALIZABLE transaction of more than one statement. */
  #storageOf(transaction: Transaction, locksReads: boolean): TransactionStorage {
    const { temporary } = this.#session;
    const plain = this.#host.storage(transaction, this.#session);
    const storage = locksReads ? new SerializableStorage(plain, transaction, this.#host.writerGates) : plain;
    return temporary === undefined ? storage : new RoutedStorage(storage, temporary);
  }

  /** The session has temporary tables from now on: the open transaction must reach them. */
  routeTemporary(temporary: TemporaryTables): void {
    if (this.#current === undefined) return;
    this.#current = { ...this.#current, storage: new RoutedStorage(this.#current.storage, temporary) };
  }

  /** Of the open transaction, or as the next one would have it. */
  get isolation(): Isolation {
    return this.#current?.transaction.isolation ?? isolationOf(this.#level());
  }

  #level(): string {
    return this.#next.isolation ?? this.#state.variables.get('transaction_isolation') ?? 'REPEATABLE-READ';
  }

  commit(): MaybePromise<void> {
    const open = this.#current;
    if (open !== undefined) this.#session.counters.handlerCommit++;
    this.#current = undefined;
    if (this.#savepoints.length > 0) this.#savepoints = [];
    const { temporary } = this.#session;
    return temporary?.isActive === true ? this.#commitWith(open, temporary) : open?.transaction.commit();
  }

  /** Temporary tables follow what became of the shared ones. */
  async #commitWith(open: OpenTransaction | undefined, temporary: TemporaryTables): Promise<void> {
    try {
      await open?.transaction.commit();
    } catch (error) {
      temporary.rollback();
      throw error;
    }
    await temporary.commit();
  }

  rollback(): void {
    const open = this.#current;
    if (open !== undefined) this.#session.counters.handlerRollback++;
    this.#current = undefined;
    this.#savepoints = [];
    this.#session.temporary?.rollback();
    open?.transaction.rollback();
  }

  /** After a successful statement: commits what was opened for it alone. */
  endStatement(): MaybePromise<void> {
    return this.#current === undefined || this.inTransaction ? undefined : this.commit();
  }

  /** After a failed statement. */
  failStatement(error: unknown): void {
    const open = this.#current;
    if (open === undefined) return;
    if (open.transaction.state !== 'active') {
      this.#current = undefined;
      this.#savepoints = [];
      this.#session.temporary?.rollback();
      return;
    }
    if (!this.inTransaction || losesTransaction(error, this.statementBegan)) this.rollback();
    else if (this.statementBegan) open.storage.rollbackStatement();
  }

  setSavepoint(name: string): void {
    if (!this.inTransaction && this.#state.autocommit) return;
    const { transaction } = this.ensure();
    this.#session.counters.handlerSavepoint++;
    const key = name.toLowerCase();
    this.#savepoints = this.#savepoints.filter((entry) => entry.name !== key);
    if (this.#savepoints.length >= SAVEPOINTS_MAX) throw sqlError('ER_OUT_OF_RESOURCES');
    const temporary = this.#session.temporary?.savepoint() ?? NOTHING_TEMPORARY;
    this.#savepoints.push({ name: key, savepoint: transaction.savepoint(), temporary });
  }

  rollbackToSavepoint(name: string): void {
    const place = this.#placeOf(name);
    const entry = this.#savepoints[place];
    if (entry === undefined || this.#current === undefined) throw sqlError('ER_SP_DOES_NOT_EXIST', 'SAVEPOINT', name);
    this.#session.counters.handlerSavepointRollback++;
    this.#current.transaction.rollbackTo(entry.savepoint);
    this.#session.temporary?.rollbackTo(entry.temporary);
    this.#savepoints.length = place + 1;
  }

  releaseSavepoint(name: string): void {
    this.#savepoints.length = this.#placeOf(name);
  }

  #placeOf(name: string): number {
    const place = this.#savepoints.findIndex((entry) => entry.name === name.toLowerCase());
    if (place === -1) throw sqlError('ER_SP_DOES_NOT_EXIST', 'SAVEPOINT', name);
    return place;
  }
}

/** SERIALIZABLE is repeatable read whose reads lock (serializable-storage.ts); READ UNCOMMITTED never shows uncommitted rows. */
function isolationOf(level: string): Isolation {
  return level === 'READ-COMMITTED' || level === 'READ-UNCOMMITTED' ? 'read-committed' : 'repeatable-read';
}

function losesTransaction(error: unknown, statementBegan: boolean): boolean {
  if (error instanceof SqlError) return error.errno === 1213 || error.errno === 9007;
  // A defect of the planner, say, met before the statement touched anything: what the transaction wrote is sound.
  if (!statementBegan) return false;
  return error instanceof DbError && error.kind !== 'limit' && error.kind !== 'invalid';
}
