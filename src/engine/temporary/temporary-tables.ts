/**
 * The temporary tables of one session: a branch of its own in memory, with its catalog, its rows and its transactions.
 *
 * The session's transaction has at most one transaction here beside it, begun by the first statement that touches a
 * temporary table, and ended with it. It can fail for lack of room only, not by conflicts: nobody else is here. CREATE and
 * DROP TEMPORARY TABLE are changes of this catalog at once, inside transactions too, and no rollback takes them back.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { Catalog, TableDef } from '../../sql/catalog/index.ts';
import type { TransactionStorage } from '../../sql/ports.ts';
import type { Isolation, Savepoint, Transaction } from '../../txn/index.ts';
import type { StorageSession } from '../storage-scope.ts';
import { StorageSchemaStore } from '../storage-schema-store.ts';
import { OverlaidCatalog } from './overlaid-catalog.ts';
import type { VolatileBranch } from './volatile-branch.ts';

interface Work {
  readonly transaction: Transaction;
  readonly storage: TransactionStorage;
}

export class TemporaryTables {
  readonly store: StorageSchemaStore;
  readonly #volatile: VolatileBranch;
  readonly #session: StorageSession;
  readonly #isolation: () => Isolation;
  #work: Work | undefined;
  /** Rows of TiDB's global temporary tables: they never outlive the transaction. */
  #passing: Work | undefined;
  #catalog: OverlaidCatalog | undefined;
  #created = false;
  #dropped = false;

  constructor(volatile: VolatileBranch, session: StorageSession, isolation: () => Isolation) {
    this.#volatile = volatile;
    this.#session = session;
    this.#isolation = isolation;
    this.store = new StorageSchemaStore(() => volatile.branch);
  }

  // ---- definitions ----

  find(schema: string, name: string): TableDef | undefined {
    const found = this.#volatile.branch.catalog.findTable(schema, name);
    return found?.kind === 'table' ? found : undefined;
  }

  /** `base` with the temporary tables in front. The same object while neither changes: plans are kept by it. */
  over(base: Catalog): OverlaidCatalog {
    const own = this.#volatile.branch.catalog;
    if (this.#catalog?.base !== base || this.#catalog.own !== own) this.#catalog = new OverlaidCatalog(base, own);
    return this.#catalog;
  }

  /** The branch keeps schemas of its own: a temporary table outlives the database that it was made in. */
  async ensureSchema(name: string, collation: string): Promise<void> {
    if (this.#volatile.branch.catalog.findSchema(name) === undefined) await this.store.createSchema(name, collation);
  }

  rowCount(table: TableDef): number {
    return this.#volatile.branch.rowCounts.get(table.id) ?? 0;
  }

  autoIncrementOf(table: TableDef): MaybePromise<number | bigint | undefined> {
    return this.#volatile.branch.autoIncrement.peek(table.id);
  }

  /** Inside a transaction: its rollback will warn (1751, 1752). */
  noteCreated(): void {
    this.#created = true;
  }

  noteDropped(): void {
    this.#dropped = true;
  }

  get wasCreated(): boolean {
    return this.#created;
  }

  get wasDropped(): boolean {
    return this.#dropped;
  }

  // ---- rows, inside the session's transaction ----

  storageFor(table: TableDef): TransactionStorage {
    if (table.globalTemporary === true) return (this.#passing ??= this.#begin()).storage;
    return (this.#work ??= this.#begin()).storage;
  }

  requireRoom(table: TableDef): void {
    this.#volatile.requireRoom(table.name);
  }

  #begin(): Work {
    const { branch } = this.#volatile;
    const transaction = branch.begin({ isolation: this.#isolation() });
    const storage = branch.storageFor(transaction, this.#session);
    storage.beginStatement();
    return { transaction, storage };
  }

  get isActive(): boolean {
    return this.#work !== undefined || this.#passing !== undefined || this.#created || this.#dropped;
  }

  beginStatement(): void {
    this.#work?.storage.beginStatement();
    this.#passing?.storage.beginStatement();
  }

  rollbackStatement(): void {
    this.#work?.storage.rollbackStatement();
    this.#passing?.storage.rollbackStatement();
  }

  savepoint(): TemporarySavepoint {
    return { kept: this.#work?.transaction.savepoint(), passing: this.#passing?.transaction.savepoint() };
  }

  rollbackTo(savepoint: TemporarySavepoint): void {
    rollbackWork(this.#work, savepoint.kept);
    rollbackWork(this.#passing, savepoint.passing);
    if (savepoint.kept === undefined) this.#work = undefined;
    if (savepoint.passing === undefined) this.#passing = undefined;
  }

  commit(): MaybePromise<void> {
    const work = this.#end();
    return work?.transaction.commit();
  }

  rollback(): void {
    this.#end()?.transaction.rollback();
  }

  #end(): Work | undefined {
    const work = this.#work;
    this.#passing?.transaction.rollback();
    this.#work = undefined;
    this.#passing = undefined;
    this.#created = false;
    this.#dropped = false;
    return work;
  }

  async close(): Promise<void> {
    this.rollback();
    await this.#volatile.branch.close();
  }
}

/** Undefined parts: nothing was begun yet, so rolling back to it undoes everything. */
export interface TemporarySavepoint {
  readonly kept: Savepoint | undefined;
  readonly passing: Savepoint | undefined;
}

function rollbackWork(work: Work | undefined, savepoint: Savepoint | undefined): void {
  if (work === undefined) return;
  if (savepoint === undefined) work.transaction.rollback();
  else work.transaction.rollbackTo(savepoint);
}
