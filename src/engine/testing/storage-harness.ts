/** For tests: a database in memory, table definitions in a line, and rows in and out of storage. */
import type { MaybePromise } from '../../base/index.ts';
import { type Env, realEnv } from '../../env/index.ts';
import { MemoryLog } from '../../log/index.ts';
import { MemoryBudget } from '../../lsm/index.ts';
import type { ColumnDef, IndexDef, TableDef } from '../../sql/catalog/index.ts';
import type { KeyRange, RowCursor, ScanRequest, TransactionStorage } from '../../sql/ports.ts';
import type { FieldType, Row } from '../../sql/types/index.ts';
import { MemoryStore } from '../../store/index.ts';
import type { Transaction, TransactionOptions } from '../../txn/index.ts';
import type { Branch } from '../branch.ts';
import { type Database, openDatabase } from '../database.ts';
import type { StorageSession } from '../storage-scope.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly branch: Branch;
  readonly store: MemoryStore;
  readonly log: MemoryLog;
  readonly env: Env;
}

export async function openTestDatabase(from?: TestDatabase, env: Env = realEnv()): Promise<TestDatabase> {
  const store = from?.store ?? new MemoryStore(env);
  const log = from?.log ?? new MemoryLog();
  const budget = new MemoryBudget({ limitBytes: 256 * 1024 * 1024 });
  const database = await openDatabase({ store, log, env, budget, retentionMs: 0 });
  return { database, branch: database.main, store, log, env };
}

export function column(id: number, name: string, type: FieldType, more: Partial<ColumnDef> = {}): ColumnDef {
  return {
    id,
    name,
    type,
    onUpdateNow: false,
    autoIncrement: false,
    comment: '',
    invisible: false,
    state: 'public',
    hidden: false,
    ...more,
  };
}

export interface IndexSpec {
  readonly columns: readonly number[];
  readonly unique?: boolean;
  readonly descending?: readonly boolean[];
  readonly prefixLengths?: readonly (number | undefined)[];
}

function indexOf(id: number, spec: IndexSpec): IndexDef {
  return {
    id,
    name: id === 0 ? 'PRIMARY' : `k${id}`,
    unique: id === 0 || spec.unique === true,
    primary: id === 0 && spec.columns.length > 0,
    parts: spec.columns.map((columnId, i) => {
      const prefixLength = spec.prefixLengths?.[i];
      return {
        columnId,
        descending: spec.descending?.[i] ?? false,
        ...(prefixLength !== undefined && { prefixLength }),
      };
    }),
    visible: true,
    comment: '',
    kind: 'btree',
    state: 'public',
  };
}

/** `indexes[0]` is the primary key; an empty list of columns means a hidden row id. */
export function table(id: number, columns: readonly ColumnDef[], indexes: readonly IndexSpec[]): TableDef {
  return {
    kind: 'table',
    id,
    schema: 'test',
    name: `t${id}`,
    version: 1,
    columns,
    indexes: indexes.map((spec, i) => indexOf(i, spec)),
    foreignKeys: [],
    checks: [],
    collation: 'utf8mb4_0900_ai_ci',
    comment: '',
    options: {},
    temporary: false,
    createdAtMs: 0,
    nextColumnId: columns.length + 1,
    nextIndexId: indexes.length,
  };
}

export interface TestSession {
  readonly transaction: Transaction;
  readonly storage: TransactionStorage;
}

export function begin(branch: Branch, options: TransactionOptions = {}, session: StorageSession = {}): TestSession {
  const transaction = branch.begin(options);
  const storage = branch.storageFor(transaction, session);
  storage.beginStatement();
  return { transaction, storage };
}

/** Runs `work` in a transaction of its own and commits it. */
export async function commit(
  branch: Branch,
  work: (storage: TransactionStorage) => MaybePromise<unknown>,
): Promise<void> {
  const { transaction, storage } = begin(branch);
  await work(storage);
  await transaction.commit();
}

export async function drain(cursor: RowCursor): Promise<Row[]> {
  const rows: Row[] = [];
  for (let batch = await cursor.next(); batch !== undefined; batch = await cursor.next()) rows.push(...batch);
  cursor.close();
  return rows;
}

const ALL: readonly KeyRange[] = [{}];

export function scanRequest(definition: TableDef, more: Partial<ScanRequest> = {}): ScanRequest {
  return {
    table: definition,
    index: definition.indexes[0] as IndexDef,
    ranges: ALL,
    columns: definition.columns.map((_, position) => position),
    reverse: false,
    ...more,
  };
}

export function rowsOf(
  storage: TransactionStorage,
  definition: TableDef,
  more: Partial<ScanRequest> = {},
): Promise<Row[]> {
  return drain(storage.scan(scanRequest(definition, more)));
}
