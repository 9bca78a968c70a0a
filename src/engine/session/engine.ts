/**
 * The engine: one database, its global variables, its accounts, and the sessions that run on it.
 *
 * Protocols connect here. Sessions reach storage only through this object, so that a branch that was fenced and opened
 * again is picked up by the next statement.
 */
import { andThen, type MaybePromise, SqlError, sqlError } from '../../base/index.ts';
import type { Env } from '../../env/index.ts';
import type { SpillSpace } from '../../sql/exec/index.ts';
import type { Catalog, TableDef } from '../../sql/catalog/index.ts';
import { functionRegistry } from '../../sql/functions/index.ts';
import type { FunctionRegistry, StatsProvider } from '../../sql/planner/index.ts';
import type { TransactionStorage } from '../../sql/ports.ts';
import type { Value } from '../../sql/types/index.ts';
import type { Timestamp, Transaction } from '../../txn/index.ts';
import type { Database } from '../database.ts';
import { rowCountOf } from '../partitions/partition-layout.ts';
import { UserLockTable } from '../user-lock-table.ts';
import { StorageSchemaStore } from '../storage-schema-store.ts';
import { SchemaChanges } from '../schema-change/schema-changes.ts';
import type { AccountCredentials, ConnectOptions, Engine, Session } from '../session-port.ts';
import { TemporaryTables } from '../temporary/temporary-tables.ts';
import { getVariableRow, readVariable, VariableValues } from '../variables/index.ts';
import { AutomaticAnalyze } from './automatic-analyze.ts';
import { checksumTable } from './checksum-table.ts';
import type { BeginOptions, SchemaChanger, SessionHost, SessionPrivileges } from './session-host.ts';
import { EngineSession } from './session.ts';
import { SessionVirtualTables } from './session-virtual-tables.ts';
import { WriterGates } from './table-locks.ts';
import { TableStats } from './table-stats.ts';
import { SystemTables } from '../system-tables/index.ts';
import { systemSql } from './system-sql.ts';
import { timeToLiveHost } from './time-to-live-host.ts';
import { EngineStatus } from '../status/engine-status.ts';
import { statusRows } from '../status/status-rows.ts';
import { Additions } from '../tidb/additions.ts';

/** Accounts as the engine needs them; engine/accounts implements it. */
export interface AccountDirectory {
  findAccount(user: string, hosts: readonly string[]): AccountCredentials | undefined;
  privilegesOf(session: EngineSession): SessionPrivileges;
}

export interface EngineOptions {
  readonly database: Database;
  readonly env: Env;
  readonly accounts: AccountDirectory;
  readonly variables?: Readonly<Record<string, string>>;
  /** Where statements put what does not fit their quota; absent: they fail. */
  readonly spill?: SpillSpace;
}

export class SqlEngine implements Engine, SessionHost {
  readonly env: Env;
  readonly globals = new VariableValues();
  readonly userLocks = new UserLockTable();
  readonly functions: FunctionRegistry = functionRegistry;
  readonly stats: StatsProvider;
  readonly schemaChanger: SchemaChanger;
  readonly additions: Additions;
  readonly writerGates = new WriterGates();
  readonly spill: SpillSpace | undefined;
  readonly systemTables = new SystemTables(systemSql(this));
  readonly #database: Database;
  readonly #accounts: AccountDirectory;
  readonly #sessions = new Map<number, EngineSession>();
  readonly #tableStats: TableStats;
  readonly #analyze: AutomaticAnalyze;
  readonly #startedAtMs: number;
  #lastConnectionId = 0;
  readonly #status: EngineStatus;
  /** Set by the protocol's server. */
  openStatements: (() => number) | undefined;

  constructor(options: EngineOptions) {
    this.env = options.env;
    this.spill = options.spill;
    this.#database = options.database;
    this.#accounts = options.accounts;
    this.#startedAtMs = options.env.clock.nowMs();
    this.#status = new EngineStatus(options.env.clock, this.#sessions);
    this.#analyze = new AutomaticAnalyze({
      env: options.env,
      open: () => {
        const transaction = this.#database.main.begin({ isolation: 'repeatable-read' });
        return { storage: this.#database.main.storageFor(transaction), end: () => transaction.rollback() };
      },
      publish: (statistics) => this.#tableStats.publish(statistics),
    });
    this.#tableStats = new TableStats(
      (table) => rowCountOf(this.#database.main.rowCounts, table) ?? 0,
      (table) => this.#analyze.request(table),
      () => this.#database.main.documents,
    );
    this.stats = this.#tableStats;
    const changes = new SchemaChanges(new StorageSchemaStore(() => this.#database.main));
    this.schemaChanger = {
      run: (statement, session) =>
        andThen(changes.run(statement, session), (result) => {
          this.additions.timeToLive.schedule();
          return result;
        }),
    };
    for (const [name, value] of Object.entries(options.variables ?? {})) this.globals.set(name, value);
    this.additions = new Additions({
      documents: () => this.#database.main.documents,
      globals: this.globals,
      timeToLive: timeToLiveHost(this),
    });
    this.additions.timeToLive.schedule();
  }

  // ---- protocols ----

  findAccount(user: string, hosts: readonly string[]): AccountCredentials | undefined {
    return this.#accounts.findAccount(user, hosts);
  }

  nextConnectionId(): number {
    return ++this.#lastConnectionId;
  }

  connect(options: ConnectOptions): MaybePromise<Session> {
    if (this.#sessions.size >= this.globals.getNumber('max_connections')) throw this.#noRoom();
    const session = new EngineSession(this, options, options.connectionId ?? this.nextConnectionId());
    this.#sessions.set(session.connectionId, session);
    this.#status.noteConnected();
    if (options.database === undefined || options.database === '') return session;
    try {
      return andThen(session.useDatabase(options.database), () => session);
    } catch (error) {
      this.#sessions.delete(session.connectionId);
      throw error;
    }
  }

  globalVariable(name: string): Value {
    const row = getVariableRow(name);
    return readVariable(row, this.globals.get(row.name)).value;
  }

  statistics(): string {
    const uptime = Math.floor((this.env.clock.nowMs() - this.#startedAtMs) / 1000);
    const { questions, slowQueries } = this.#status.total();
    const tables = this.#tableCount();
    return `Uptime: ${uptime}  Threads: ${this.#sessions.size}  Questions: ${questions}  Slow queries: ${slowQueries}  Opens: ${tables}  Flush tables: ${this.#status.flushes}  Open tables: ${tables}  Queries per second avg: ${(questions / Math.max(1, uptime)).toFixed(3)}`;
  }

  // ---- sessions ----

  catalog(): Catalog {
    return this.#database.main.catalog;
  }

  catalogAt(at: Timestamp): MaybePromise<Catalog> {
    return this.#database.main.catalogStore.at(at);
  }

  oldestReadable(): Timestamp {
    return this.#database.main.oldestReadable();
  }

  setRetention(retentionMs: number): void {
    this.#database.main.retentionMs = retentionMs;
  }

  lastTimestamp(): Timestamp {
    return this.#database.main.transactions.lastTimestamp;
  }

  begin(options: BeginOptions): Transaction {
    const branch = this.#database.main;
    if (branch.transactions.fenced !== undefined) {
      // When it fails the branch stays fenced, and the next statement tries again.
      this.#database.recover().catch(() => undefined);
      throw new SqlError(
        'ER_GET_ERRNO',
        1030,
        'HY000',
        'The log could not be written and the branch is being opened again; try again',
        { cause: branch.transactions.fenced },
      );
    }
    return branch.begin(options);
  }

  storage(transaction: Transaction, session: EngineSession): TransactionStorage {
    return this.#database.main.storageFor(transaction, session.storageSession);
  }

  async openTemporary(session: EngineSession): Promise<TemporaryTables> {
    const volatile = await this.#database.openVolatile();
    return new TemporaryTables(volatile, session.storageSession, () => session.transactions.isolation);
  }

  useTables(transaction: Transaction, tables: readonly TableDef[]): MaybePromise<void> {
    return this.#database.main.useTables(transaction, tables);
  }

  virtualTables(session: EngineSession): SessionVirtualTables {
    return new SessionVirtualTables(session);
  }

  privileges(session: EngineSession): SessionPrivileges {
    return this.#accounts.privilegesOf(session);
  }

  sessions(): ReadonlyMap<number, EngineSession> {
    return this.#sessions;
  }

  removeSession(session: EngineSession): void {
    if (this.#sessions.delete(session.connectionId)) this.#status.noteEnded(session);
  }

  autoIncrementOf(table: TableDef): MaybePromise<number | bigint | undefined> {
    return this.#database.main.autoIncrement.peek(table.id);
  }

  statusVariables(session: EngineSession, scope: 'global' | 'session'): (readonly [name: string, value: string])[] {
    return statusRows(session, scope, {
      status: this.#status,
      connections: this.#lastConnectionId,
      preparedStatements: this.openStatements?.() ?? 0,
      tables: this.#tableCount(),
      memory: this.#database.memory,
      transactions: this.#database.main.transactions,
    });
  }

  flushStatus(session: EngineSession): void {
    this.#status.flush(session);
  }

  countConnection(what: 'aborted-client' | 'aborted-connect' | 'refused'): void {
    this.#status.countConnection(what);
  }

  #tableCount(): number {
    const catalog = this.catalog();
    return catalog.schemas().reduce((sum, { name }) => sum + catalog.tables(name).length, 0);
  }

  #noRoom(): SqlError {
    this.#status.countConnection('refused');
    return sqlError('ER_CON_COUNT_ERROR');
  }

  analyzeTable(session: EngineSession, table: TableDef): MaybePromise<void> {
    return this.#tableStats.analyze(session, table);
  }

  checksumTable(session: EngineSession, table: TableDef): Promise<number> {
    return checksumTable(session, table);
  }

  /** Ends all sessions; the database is closed by whoever opened it. */
  async close(): Promise<void> {
    await this.additions.timeToLive.close();
    await this.#analyze.close();
    await this.additions.sequences.close();
    for (const session of [...this.#sessions.values()]) {
      session.onTerminate?.('shutdown');
      await session.close();
    }
  }
}
