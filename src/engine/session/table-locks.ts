/**
 * LOCK TABLES and FLUSH TABLES WITH READ LOCK, as other sessions feel them.
 *
 * A session's table locks are locks of a transaction of their own, which lasts until UNLOCK TABLES:
 *
 *   WRITE   the table's metadata lock, exclusive: everybody else's use of the table waits
 *   READ    the metadata lock shared, and the table's key for writers exclusive: everybody else's changes wait
 *   global  the key for all writers, exclusive
 *
 * Statements take a writers' key only while somebody reads under such a lock (`WriterGates`), so that nobody pays for what is
 * not in use. Both kinds first wait for the transactions that use the table.
 */
import { andThen, type MaybePromise } from '../../base/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import type { Transaction } from '../../txn/index.ts';
import { MetaKind, metaKey, namedMetaKey } from '../key-space.ts';
import type { SessionHost } from './session-host.ts';
import type { StatementPlan } from '../../sql/plan/index.ts';

/** Tables that some session has locked for reading; shared by all sessions of the engine. */
export class WriterGates {
  readonly #byTable = new Map<number, number>();
  /** Serializable transactions that have scanned a table. */
  readonly #serial = new Map<number, number>();
  #global = 0;

  get isOpen(): boolean {
    return this.#global === 0 && this.#byTable.size === 0 && this.#serial.size === 0;
  }

  /** A serializable transaction scans the table: until it ends, changes of others wait (serializable-storage.ts). */
  serialReaderBegins(transaction: Transaction, tableId: number): MaybePromise<void> {
    this.#serial.set(tableId, (this.#serial.get(tableId) ?? 0) + 1);
    return andThen(transaction.lockAlways(serialKey(tableId), 'share'), () => undefined);
  }

  serialReaderEnded(tableId: number): void {
    const left = (this.#serial.get(tableId) ?? 1) - 1;
    if (left === 0) this.#serial.delete(tableId);
    else this.#serial.set(tableId, left);
  }

  serialWriter(transaction: Transaction, tableId: number): MaybePromise<void> {
    return andThen(transaction.lockAlways(serialKey(tableId), 'update'), () => undefined);
  }

  closeFor(tableId: number): void {
    this.#byTable.set(tableId, (this.#byTable.get(tableId) ?? 0) + 1);
  }

  openFor(tableId: number): void {
    const left = (this.#byTable.get(tableId) ?? 1) - 1;
    if (left === 0) this.#byTable.delete(tableId);
    else this.#byTable.set(tableId, left);
  }

  closeAll(): void {
    this.#global++;
  }

  openAll(): void {
    this.#global--;
  }

  /** Waits while somebody reads one of the tables under a lock. `own` are the tables that the session itself has locked. */
  pass(transaction: Transaction, tables: readonly TableDef[], own: ReadonlySet<number>): MaybePromise<void> {
    if (tables.length === 0) return undefined;
    if (this.#global > 0 && !own.has(ALL_TABLES)) {
      const locked = transaction.lockAlways(GLOBAL_KEY, 'share');
      if (locked instanceof Promise) return locked.then(() => this.pass(transaction, tables, own));
    }
    for (const { id } of tables) {
      if (this.#byTable.has(id) && !own.has(id)) {
        const locked = transaction.lockAlways(writersKey(id), 'share');
        if (locked instanceof Promise) return locked.then(() => this.pass(transaction, tables, own));
      }
      if (this.#serial.has(id)) {
        const locked = transaction.lockAlways(serialKey(id), 'update');
        if (locked instanceof Promise) return locked.then(() => this.pass(transaction, tables, own));
      }
    }
    return undefined;
  }
}

export const ALL_TABLES = -1;
const GLOBAL_KEY = namedMetaKey(MetaKind.HEADER, 'writers');

function writersKey(tableId: number): Uint8Array {
  return namedMetaKey(MetaKind.HEADER, `writers ${tableId}`);
}

function serialKey(tableId: number): Uint8Array {
  return namedMetaKey(MetaKind.HEADER, `serial ${tableId}`);
}

export interface WantedLock {
  readonly table: TableDef;
  readonly write: boolean;
}

/** What one session holds. */
export class TableLocks {
  readonly #gates: WriterGates;
  readonly #begin: () => Transaction;
  #transaction: Transaction | undefined;
  #reads: number[] = [];
  #isGlobal = false;
  #held = new Set<number>();

  constructor(gates: WriterGates, begin: () => Transaction) {
    this.#gates = gates;
    this.#begin = begin;
  }

  /** Ids of the locked tables, and ALL_TABLES. */
  get held(): ReadonlySet<number> {
    return this.#held;
  }

  /** In order of ids, so that two sessions do not wait for each other in a ring. */
  async lock(wanted: readonly WantedLock[]): Promise<void> {
    const transaction = this.#open();
    try {
      for (const { table, write } of wanted.toSorted((a, b) => a.table.id - b.table.id)) {
        if (this.#held.has(table.id) && !write) continue;
        if (!write) await this.#waitForUsers(table);
        await transaction.lockAlways(metaKey(MetaKind.RELATION, table.id), write ? 'update' : 'share');
        if (!write) {
          this.#gates.closeFor(table.id);
          this.#reads.push(table.id);
          await transaction.lockAlways(writersKey(table.id), 'update');
        }
        this.#held.add(table.id);
      }
    } catch (error) {
      this.release();
      throw error;
    }
  }

  async lockAll(): Promise<void> {
    const transaction = this.#open();
    if (this.#isGlobal) return;
    this.#isGlobal = true;
    this.#gates.closeAll();
    this.#held.add(ALL_TABLES);
    await transaction.lockAlways(GLOBAL_KEY, 'update');
  }

  #open(): Transaction {
    this.#transaction ??= this.#begin();
    return this.#transaction;
  }

  /** Writers that began before the gate closes are let finish. */
  async #waitForUsers(table: TableDef): Promise<void> {
    const transaction = this.#begin();
    try {
      await transaction.lockAlways(metaKey(MetaKind.RELATION, table.id), 'update');
    } finally {
      transaction.rollback();
    }
  }

  release(): void {
    for (const id of this.#reads) this.#gates.openFor(id);
    if (this.#isGlobal) this.#gates.openAll();
    this.#reads = [];
    this.#isGlobal = false;
    this.#held = new Set();
    this.#transaction?.rollback();
    this.#transaction = undefined;
  }
}

/** Tables whose rows the statement changes. */
export function writtenTables(plan: StatementPlan): readonly TableDef[] {
  if (plan.kind === 'query') return plan.locking ? plan.tables : [];
  if (plan.kind === 'insert' || plan.kind === 'load') return [plan.writer.table];
  return plan.targets.map(({ writer }) => writer.table);
}

/** Timers take no more: some 24 days. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The transaction that holds a session's table locks. */
export function beginTableLock(host: Pick<SessionHost, 'begin'>, timeoutSeconds: number): Transaction {
  const lockWaitTimeoutMs = Math.min(timeoutSeconds * 1000, TIMER_MS_MAX);
  return host.begin({ isolation: 'read-committed', mode: 'pessimistic', lockWaitTimeoutMs });
}
