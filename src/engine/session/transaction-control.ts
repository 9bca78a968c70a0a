/**
 * The session's transaction: implicit and explicit begin, autocommit, savepoints, and what an error undoes.
 *
 * Invariants:
 * - `current` is the open transaction; with autocommit and no BEGIN it lives for one statement only.
 * - A failed statement undoes its own writes; a deadlock (1213) or a lost certification undoes the whole transaction.
 * - A read-only statement that ends synchronously costs no promise.
 */
import { DbError, type MaybePromise, SqlError, sqlError } from '../../base/index.ts';
import type { TransactionStorage } from '../../sql/ports.ts';
import type { Isolation, Savepoint, Transaction } from '../../txn/index.ts';
import type { SessionHost } from './session-host.ts';
import type { SessionState } from './session-state.ts';
import type { EngineSession } from './session.ts';

const SAVEPOINTS_MAX = 10_000;

export interface OpenTransaction {
  readonly transaction: Transaction;
  readonly storage: TransactionStorage;
  readonly explicit: boolean;
  readonly readOnly: boolean;
}

export class TransactionControl {
  readonly #host: SessionHost;
  readonly #state: SessionState;
  readonly #session: EngineSession;
  #current: OpenTransaction | undefined;
  #savepoints: { readonly name: string; readonly savepoint: Savepoint }[] = [];
  /** SET TRANSACTION without a scope: for the next transaction only. */
  #next: { isolation?: string; readOnly?: boolean } = {};

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

  /** The open transaction, or a new one for this statement (or, without autocommit, from this statement on). */
  ensure(): OpenTransaction {
    return this.#current ?? this.#open(false, undefined);
  }

  begin(readOnly: boolean | undefined): MaybePromise<void> {
    const ended = this.#current === undefined ? undefined : this.commit();
    if (ended instanceof Promise) return ended.then(() => void this.#open(true, readOnly));
    this.#open(true, readOnly);
    return undefined;
  }

  #open(explicit: boolean, readOnly: boolean | undefined): OpenTransaction {
    const { variables } = this.#state;
    const level = this.#next.isolation ?? variables.get('transaction_isolation') ?? 'REPEATABLE-READ';
    const transaction = this.#host.begin({
      isolation: isolationOf(level),
      mode: variables.get('tidb_txn_mode') === 'optimistic' ? 'optimistic' : 'pessimistic',
      lockWaitTimeoutMs: variables.getNumber('innodb_lock_wait_timeout') * 1000,
    });
    this.#current = {
      transaction,
      storage: this.#host.storage(transaction, this.#session),
      explicit,
      readOnly: readOnly ?? this.#next.readOnly ?? variables.isOn('transaction_read_only'),
    };
    this.#next = {};
    return this.#current;
  }

  commit(): MaybePromise<void> {
    const open = this.#current;
    this.#current = undefined;
    if (this.#savepoints.length > 0) this.#savepoints = [];
    return open?.transaction.commit();
  }

  rollback(): void {
    const open = this.#current;
    this.#current = undefined;
    this.#savepoints = [];
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
      return;
    }
    if (!this.inTransaction || losesTransaction(error)) this.rollback();
    else open.storage.rollbackStatement();
  }

  setSavepoint(name: string): void {
    if (!this.inTransaction && this.#state.autocommit) return;
    const { transaction } = this.ensure();
    const key = name.toLowerCase();
    this.#savepoints = this.#savepoints.filter((entry) => entry.name !== key);
    if (this.#savepoints.length >= SAVEPOINTS_MAX) throw sqlError('ER_OUT_OF_RESOURCES');
    this.#savepoints.push({ name: key, savepoint: transaction.savepoint() });
  }

  rollbackToSavepoint(name: string): void {
    const place = this.#placeOf(name);
    const entry = this.#savepoints[place];
    if (entry === undefined || this.#current === undefined) throw sqlError('ER_SP_DOES_NOT_EXIST', 'SAVEPOINT', name);
    this.#current.transaction.rollbackTo(entry.savepoint);
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

/** SERIALIZABLE runs as repeatable read for now (COMPAT.md); READ UNCOMMITTED never shows uncommitted rows. */
function isolationOf(level: string): Isolation {
  return level === 'READ-COMMITTED' || level === 'READ-UNCOMMITTED' ? 'read-committed' : 'repeatable-read';
}

function losesTransaction(error: unknown): boolean {
  if (error instanceof SqlError) return error.errno === 1213 || error.errno === 9007;
  return error instanceof DbError && error.kind !== 'limit' && error.kind !== 'invalid';
}
