/** Storage of a session with temporary tables: rows of those go to its own branch, all others to the shared one. */
import type { MaybePromise } from '../../base/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import type {
  BulkLoader,
  InsertOutcome,
  LockRequest,
  PointRequest,
  RowCursor,
  RowHandle,
  ScanRequest,
  TransactionStorage,
} from '../../sql/ports.ts';
import type { Row, Value } from '../../sql/types/index.ts';
import type { TemporaryTables } from './temporary-tables.ts';

export class RoutedStorage implements TransactionStorage {
  readonly #shared: TransactionStorage;
  readonly #temporary: TemporaryTables;

  constructor(shared: TransactionStorage, temporary: TemporaryTables) {
    this.#shared = shared;
    this.#temporary = temporary;
  }

  #of(table: TableDef): TransactionStorage {
    return table.temporary ? this.#temporary.storageFor(table) : this.#shared;
  }

  #writing(table: TableDef): TransactionStorage {
    if (!table.temporary) return this.#shared;
    this.#temporary.requireRoom(table);
    return this.#temporary.storageFor(table);
  }

  scan(request: ScanRequest): RowCursor {
    return this.#of(request.table).scan(request);
  }

  get(request: PointRequest): MaybePromise<Row | undefined> {
    return this.#of(request.table).get(request);
  }

  getMany(request: Omit<PointRequest, 'key'>, keys: readonly (readonly Value[])[]): MaybePromise<(Row | undefined)[]> {
    return this.#of(request.table).getMany(request, keys);
  }

  lockRow(
    table: TableDef,
    handle: RowHandle,
    lock: LockRequest,
    columns: readonly number[],
  ): MaybePromise<Row | undefined> {
    return this.#of(table).lockRow(table, handle, lock, columns);
  }

  insert(table: TableDef, row: Row): MaybePromise<InsertOutcome> {
    return this.#writing(table).insert(table, row);
  }

  update(table: TableDef, handle: RowHandle, before: Row, after: Row): MaybePromise<InsertOutcome> {
    return this.#writing(table).update(table, handle, before, after);
  }

  delete(table: TableDef, handle: RowHandle, before: Row): MaybePromise<void> {
    return this.#of(table).delete(table, handle, before);
  }

  nextAutoIncrement(table: TableDef, count: number): MaybePromise<number | bigint> {
    return this.#of(table).nextAutoIncrement(table, count);
  }

  observeAutoIncrement(table: TableDef, value: number | bigint): MaybePromise<void> {
    return this.#of(table).observeAutoIncrement(table, value);
  }

  bulkLoader(table: TableDef, duplicates: 'error' | 'ignore'): MaybePromise<BulkLoader | undefined> {
    return this.#writing(table).bulkLoader?.(table, duplicates);
  }

  estimateRows(table: TableDef): number {
    return this.#of(table).estimateRows(table);
  }

  beginStatement(): void {
    this.#shared.beginStatement();
    this.#temporary.beginStatement();
  }

  rollbackStatement(): void {
    this.#shared.rollbackStatement();
    this.#temporary.rollbackStatement();
  }
}
