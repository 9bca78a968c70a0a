/** What a session needs of the engine around it; engine.ts implements it over one branch. */
import type { MaybePromise } from '../../base/index.ts';
import type { Env } from '../../env/index.ts';
import type { Catalog, TableDef } from '../../sql/catalog/index.ts';
import type { SpillSpace, VirtualTables } from '../../sql/exec/index.ts';
import type { InfoSource } from '../../sql/infoschema/index.ts';
import type {
  FunctionRegistry,
  PrivilegeChecker,
  StatsProvider,
  VirtualTableProvider,
} from '../../sql/planner/index.ts';
import type { TransactionStorage } from '../../sql/ports.ts';
import type { Isolation, Timestamp, Transaction, TransactionMode } from '../../txn/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { StatementResult } from '../session-port.ts';
import type { SystemTables } from '../system-tables/index.ts';
import type { TemporaryTables } from '../temporary/temporary-tables.ts';
import type { Additions } from '../tidb/additions.ts';
import type { UserLockTable } from '../user-lock-table.ts';
import type { WriterGates } from './table-locks.ts';
import type { VariableValues } from '../variables/index.ts';
import type { EngineSession } from './session.ts';

export interface BeginOptions {
  readonly isolation: Isolation;
  readonly mode: TransactionMode;
  readonly lockWaitTimeoutMs: number;
  /** The moment of a stale read. */
  readonly at?: Timestamp;
}

/** Changes of the schema; each commits by itself. Built on the branch's catalog store. */
export interface SchemaChanger {
  run(statement: ast.Statement, session: EngineSession): MaybePromise<StatementResult>;
}

export interface SessionHost {
  readonly env: Env;
  /** Absent: statements beyond their memory quota fail. */
  readonly spill: SpillSpace | undefined;
  readonly globals: VariableValues;
  readonly userLocks: UserLockTable;
  readonly functions: FunctionRegistry;
  readonly stats: StatsProvider;
  readonly schemaChanger: SchemaChanger;
  readonly additions: Additions;
  readonly systemTables: SystemTables;
  readonly writerGates: WriterGates;
  catalog(): Catalog;
  /** The definitions as they were at a moment that is still retained. */
  catalogAt(at: Timestamp): MaybePromise<Catalog>;
  /** No read may ask for anything before this. */
  oldestReadable(): Timestamp;
  /** tidb_gc_life_time: how far back reads reach. */
  setRetention(retentionMs: number): void;
  /** Of the newest commit. */
  lastTimestamp(): Timestamp;
  begin(options: BeginOptions): Transaction;
  storage(transaction: Transaction, session: EngineSession): TransactionStorage;
  /** A place for the session's temporary tables. */
  openTemporary(session: EngineSession): Promise<TemporaryTables>;
  /** Waits while a schema change holds one of the tables, then keeps them from changing until the transaction ends. */
  useTables(transaction: Transaction, tables: readonly TableDef[]): MaybePromise<void>;
  virtualTables(
    session: EngineSession,
  ): VirtualTableProvider &
    VirtualTables &
    Pick<InfoSource, 'toDateTime' | 'dataBytes' | 'processes'> & { listsTemporary: boolean };
  privileges(session: EngineSession): SessionPrivileges;
  sessions(): ReadonlyMap<number, EngineSession>;
  removeSession(session: EngineSession): void;
  autoIncrementOf(table: TableDef): MaybePromise<number | bigint | undefined>;
  /** SHOW STATUS: counters by name. */
  statusVariables(session: EngineSession, scope: 'global' | 'session'): (readonly [name: string, value: string])[];
  /** FLUSH STATUS. */
  flushStatus(session: EngineSession): void;
  /** ANALYZE TABLE: collects and stores statistics. */
  analyzeTable(session: EngineSession, table: TableDef): MaybePromise<void>;
  /** CHECKSUM TABLE: a checksum of all rows, equal for equal content. */
  checksumTable(session: EngineSession, table: TableDef): Promise<number>;
}

/** Accounts and rights as one session sees them (engine/accounts implements it). */
export interface SessionPrivileges extends PrivilegeChecker {
  /** Grows with every change of users, roles or grants, and with SET ROLE. */
  readonly epoch: number;
  /** Throws when the statement needs a right that the session lacks. */
  requireFor(statement: ast.Statement): void;
  /** 1044 when the session may not enter the database. */
  requireDatabase(name: string): void;
  /** Runs GRANT, CREATE USER, SET ROLE, SHOW GRANTS …; undefined when the statement is not about accounts. */
  runAccountStatement(statement: ast.Statement): MaybePromise<StatementResult> | undefined;
  /** SUPER-like rights: SET GLOBAL, KILL of others, processlist. */
  has(privilege: string): boolean;
  currentRole(): string;
  /** Whether the session has any right in the schema, or on the table. */
  maySeeSchema(schema: string): boolean;
  maySeeTable(schema: string, table: string): boolean;
  /** Rows of information_schema.*_PRIVILEGES. */
  privilegeRows(table: string): readonly (readonly (string | null)[])[];
}
