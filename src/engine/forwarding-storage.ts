/** A transaction's storage that hands every call on to another, which one depending on the table; subclasses change what they must. */
import type { MaybePromise } from '../base/index.ts';
import type { TableDef } from '../sql/catalog/index.ts';
import type {
  BulkLoader,
  InsertOutcome,
  LockRequest,
  PointRequest,
  RowCursor,
  RowHandle,
  ScanRequest,
  TransactionStorage,
} from '../sql/ports.ts';
import type { Row, Value } from '../sql/types/index.ts';

export abstract class ForwardingStorage implements TransactionStorage {
  protected abstract storageOf(table: TableDef): TransactionStorage;

  /** Where rows that are new, or become larger, go. */
  protected growing(table: TableDef): TransactionStorage {
    return this.storageOf(table);
  }

  abstract beginStatement(): void;

  abstract rollbackStatement(): void;

  scan(request: ScanRequest): RowCursor {
    return this.storageOf(request.table).scan(request);
  }

  get(request: PointRequest): MaybePromise<Row | undefined> {
    return this.storageOf(request.table).get(request);
  }

  getMany(request: Omit<PointRequest, 'key'>, keys: readonly (readonly Value[])[]): MaybePromise<(Row | undefined)[]> {
    return this.storageOf(request.table).getMany(request, keys);
  }

  lockRow(
    table: TableDef,
    handle: RowHandle,
    lock: LockRequest,
    columns: readonly number[],
  ): MaybePromise<Row | undefined> {
    return this.storageOf(table).lockRow(table, handle, lock, columns);
  }

  insert(table: TableDef, row: Row): MaybePromise<InsertOutcome> {
    return this.growing(table).insert(table, row);
  }

  update(table: TableDef, handle: RowHandle, before: Row, after: Row): MaybePromise<InsertOutcome> {
    return this.growing(table).update(table, handle, before, after);
  }

  delete(table: TableDef, handle: RowHandle, before: Row): MaybePromise<void> {
    return this.storageOf(table).delete(table, handle, before);
  }

  nextAutoIncrement(table: TableDef, count: number): MaybePromise<number | bigint> {
    return this.storageOf(table).nextAutoIncrement(table, count);
  }

  observeAutoIncrement(table: TableDef, value: number | bigint): MaybePromise<void> {
    return this.storageOf(table).observeAutoIncrement(table, value);
  }

  bulkLoader(table: TableDef, duplicates: 'error' | 'ignore'): MaybePromise<BulkLoader | undefined> {
    return this.growing(table).bulkLoader?.(table, duplicates);
  }

  estimateRows(table: TableDef): number {
    return this.storageOf(table).estimateRows(table);
  }
}
