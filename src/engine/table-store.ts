/** The storage port of SQL (sql/ports.ts) over one transaction: tables of rows on an ordered space of keys. */
import { type MaybePromise, andThen, isPromise, sqlError } from '../base/index.ts';
import type { ColumnDef, TableDef } from '../sql/catalog/index.ts';
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
import { type Row, type Value, normalizeInt } from '../sql/types/index.ts';
import type { Transaction } from '../txn/index.ts';
import type { Branch } from './branch.ts';
import type { Counters } from './counters.ts';
import { LockingScan } from './locking-scan.ts';
import { PartitionedStore } from './partitions/partitioned-store.ts';
import { rowCountOf } from './partitions/partition-layout.ts';
import { openPlainScan } from './plain-scan.ts';
import { lockedValue, readPoint } from './point-read.ts';
import type { RowCounts } from './row-counts.ts';
import { RowWriter } from './row-writer.ts';
import { StorageScope, type StorageSession } from './storage-scope.ts';
import { openBulkLoader } from './table-bulk-loader.ts';
import { codecOf } from './table-codec.ts';
import type { LsmTree } from '../lsm/index.ts';

/** What a branch lends to the storage of each transaction. */
export interface StorageParts {
  readonly branch: Branch;
  readonly tree: LsmTree;
  readonly autoIncrement: Counters;
  readonly rowIds: Counters;
  readonly rowCounts: RowCounts;
}

function autoColumnOf(table: TableDef): ColumnDef | undefined {
  return table.columns[codecOf(table).autoIncrementPosition];
}

function counterBits({ type, autoRandom }: ColumnDef): number {
  const { shardBits = 0, rangeBits = 64 } = autoRandom ?? {};
  return rangeBits - shardBits - (type.unsigned ? 0 : 1);
}

/** The same bits for all rows of a transaction, so that they lie together. */
function withShard(column: ColumnDef, counter: bigint, seed: number): bigint {
  const mixed = Math.imul(seed ^ (seed >>> 15), 0x9e3779b1) >>> 0;
  const shard = BigInt(mixed >>> (32 - (column.autoRandom?.shardBits ?? 1)));
  return (shard << BigInt(counterBits(column))) | counter;
}

/** Assumed for a table of which nothing is known yet. */
const ROWS_UNKNOWN = 1000;

export class TableStore implements TransactionStorage {
  readonly #scope: StorageScope;
  readonly #parts: StorageParts;
  #partitionedStore: PartitionedStore | undefined = undefined;
  /** Made at the first write: most transactions only read. */
  #rowWriter: RowWriter | undefined = undefined;

  constructor(transaction: Transaction, parts: StorageParts, session: StorageSession = {}) {
    this.#parts = parts;
    this.#scope = new StorageScope(transaction, parts.tree, parts.rowCounts, session);
  }

  get #writer(): RowWriter {
    this.#rowWriter ??= new RowWriter(this.#scope, (table) => andThen(this.#parts.rowIds.take(table.id, 1), Number));
    return this.#rowWriter;
  }

  get #partitioned(): PartitionedStore {
    this.#partitionedStore ??= new PartitionedStore(this.#scope, () => this.#writer);
    return this.#partitionedStore;
  }

  scan(request: ScanRequest): RowCursor {
    if (request.table.partitioning !== undefined) return this.#partitioned.scan(request);
    if (request.lock !== undefined) return new LockingScan(this.#scope, request, request.lock);
    return openPlainScan(this.#scope, request);
  }

  get(request: PointRequest): MaybePromise<Row | undefined> {
    if (request.table.partitioning !== undefined) return this.#partitioned.get(request);
    const { reads } = this.#scope.session;
    if (reads !== undefined) reads.handlerReadKey++;
    return readPoint(this.#scope, request);
  }

  getMany(request: Omit<PointRequest, 'key'>, keys: readonly (readonly Value[])[]): MaybePromise<(Row | undefined)[]> {
    if (request.table.partitioning !== undefined) return this.#partitioned.getMany(request, keys);
    if (request.lock !== undefined) return this.#getOneByOne(request, keys);
    const { reads } = this.#scope.session;
    if (reads !== undefined) reads.handlerReadKey += keys.length;
    let waiting = false;
    const rows = keys.map((key) => {
      const row = readPoint(this.#scope, { ...request, key });
      if (isPromise(row)) waiting = true;
      return row;
    });
    return waiting ? Promise.all(rows) : (rows as (Row | undefined)[]);
  }

  lockRow(
    table: TableDef,
    handle: RowHandle,
    lock: LockRequest,
    columns: readonly number[],
  ): MaybePromise<Row | undefined> {
    if (table.partitioning !== undefined) return this.#partitioned.lockRow(table, handle, lock, columns);
    const { decode } = codecOf(table).decoder(columns);
    return andThen(lockedValue(this.#scope, handle, lock), (value) =>
      value === undefined ? undefined : decode(value, 0, this.#scope.reading),
    );
  }

  insert(table: TableDef, row: Row): MaybePromise<InsertOutcome> {
    if (table.partitioning !== undefined) return this.#partitioned.insert(table, row);
    return this.#writer.insert(table, row);
  }

  /** A number that an UPDATE puts into the AUTO_INCREMENT column counts as used, as in MySQL 8. */
  update(table: TableDef, handle: RowHandle, before: Row, after: Row): MaybePromise<InsertOutcome> {
    const { autoIncrementPosition: position } = codecOf(table);
    if (position >= 0 && after[position] !== before[position]) {
      const value = after[position];
      const isNumber = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
      if (isNumber && value > 0) {
        return andThen(this.observeAutoIncrement(table, value), () => this.#update(table, handle, before, after));
      }
    }
    return this.#update(table, handle, before, after);
  }

  #update(table: TableDef, handle: RowHandle, before: Row, after: Row): MaybePromise<InsertOutcome> {
    if (table.partitioning !== undefined) return this.#partitioned.update(table, handle, before, after);
    return this.#writer.update(table, handle, before, after);
  }

  delete(table: TableDef, handle: RowHandle, before: Row): MaybePromise<void> {
    if (table.partitioning !== undefined) return this.#partitioned.delete(table, handle, before);
    return this.#writer.delete(table, handle, before);
  }

  nextAutoIncrement(table: TableDef, count: number): MaybePromise<number | bigint> {
    const { autoIncrementIncrement = 1, autoIncrementOffset = 1 } = this.#scope.session;
    const first = this.#parts.autoIncrement.take(table.id, count, autoIncrementIncrement, autoIncrementOffset);
    const column = autoColumnOf(table);
    if (column?.autoRandom === undefined) return andThen(first, normalizeInt);
    const shard = this.#scope.transaction.id;
    return andThen(first, (number) => normalizeInt(withShard(column, number, shard)));
  }

  observeAutoIncrement(table: TableDef, value: number | bigint): MaybePromise<void> {
    const column = autoColumnOf(table);
    if (column?.autoRandom === undefined) return this.#parts.autoIncrement.observe(table.id, BigInt(value));
    if (this.#scope.session.allowsAutoRandomValues !== true)
      throw sqlError(
        'ER_INVALID_AUTO_RANDOM',
        'Explicit insertion on auto_random column is disabled. Try to set @@allow_auto_random_explicit_insert = true.',
      );
    return this.#parts.autoIncrement.observe(table.id, BigInt.asUintN(counterBits(column), BigInt(value)));
  }

  bulkLoader(table: TableDef, duplicates: 'error' | 'ignore'): MaybePromise<BulkLoader | undefined> {
    const insert = (target: TableDef, row: Row): MaybePromise<InsertOutcome> => this.insert(target, row);
    return openBulkLoader({ branch: this.#parts.branch, scope: this.#scope, insert }, table, duplicates);
  }

  estimateRows(table: TableDef): number {
    return rowCountOf(this.#parts.rowCounts, table) ?? ROWS_UNKNOWN;
  }

  beginStatement(): void {
    this.#scope.beginStatement();
    this.#scope.transaction.beginStatement();
  }

  rollbackStatement(): void {
    this.#scope.transaction.rollbackStatement();
  }

  /** Locks are taken in the order asked for, one wait at a time. */
  async #getOneByOne(
    request: Omit<PointRequest, 'key'>,
    keys: readonly (readonly Value[])[],
  ): Promise<(Row | undefined)[]> {
    const rows: (Row | undefined)[] = [];
    for (const key of keys) rows.push(await readPoint(this.#scope, { ...request, key }));
    return rows;
  }
}
