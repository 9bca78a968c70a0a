/**
 * One client's session: its state, its transaction, its prepared statements, and the way of a statement through them.
 *
 * The life of a statement: parse → check rights → (plan, or a cached plan) → run in a transaction → stream → end.
 * An error is added to the diagnostics area, undoes the statement (or the transaction, see transaction-control.ts) and is
 * thrown to the protocol as a SqlError.
 *
 * What may interleave: nothing of the same session. `kill` comes from other sessions at any time: it sets flags, and ends waits.
 */
import { andThen, DbError, isPromise, type MaybePromise, MYSQL_ERRORS, SqlError, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { Interrupt } from '../../sql/exec/index.ts';
import type { UserLockWait } from '../../sql/expr/index.ts';
import { isEmptyFrom, parse } from '../../sql/parser/index.ts';
import type { FieldType, Value } from '../../sql/types/index.ts';
import type { StorageSession } from '../storage-scope.ts';
import type {
  ConnectOptions,
  PreparedStatement,
  ScriptRun,
  Session,
  SessionHooks,
  SessionStatus,
  StatementResult,
} from '../session-port.ts';
import type { Catalog, TableDef } from '../../sql/catalog/index.ts';
import type { StatsProvider } from '../../sql/planner/index.ts';
import type { TemporaryTables } from '../temporary/temporary-tables.ts';
import type { StatementPlan } from '../../sql/plan/index.ts';
import type { Transaction } from '../../txn/index.ts';
import { Handlers } from './handler-statement.ts';
import { adoptConnection } from './adopt-connection.ts';
import { defineComputedVariables } from './computed-variables.ts';
import { SessionSequences } from './session-sequences.ts';
import { StatementPace } from './statement-pace.ts';
import { StatementRecord } from './statement-record.ts';
import { storageSessionOf } from './storage-session.ts';
import { beginTableLock, TableLocks, writtenTables } from './table-locks.ts';
import { findVariableRow, readVariable } from '../variables/index.ts';
import { comIndexByName } from '../status/com-index.ts';
import { StatusCounters } from '../status/status-counters.ts';
import { SessionEval } from './eval-session.ts';
import { PlanCache } from './plan-cache.ts';
import type { BoundParams } from './planning.ts';
import { Prepared, PreparedNames } from './prepared.ts';
import type { SessionHost, SessionPrivileges } from './session-host.ts';
import { SessionState } from './session-state.ts';
import { prepareSystemTables } from './system-sql.ts';
import { runStatement } from './statement-dispatch.ts';
import { toSqlError } from './error-mapping.ts';
import { STRICT_FAILURES } from './strict-failures.ts';
import { BindingSet } from '../tidb/bindings.ts';
import { DEFAULT_GROUP } from '../tidb/resource-groups.ts';
import { TransactionControl } from './transaction-control.ts';

export class EngineSession implements Session {
  readonly connectionId: number;
  readonly host: SessionHost;
  readonly state: SessionState;
  readonly eval: SessionEval;
  readonly transactions: TransactionControl;
  /** For SHOW STATUS. */
  readonly counters = new StatusCounters();
  readonly plans = new PlanCache();
  readonly preparedNames = new PreparedNames();
  /** CREATE SESSION BINDING. */
  readonly bindings = new BindingSet();
  /** Of the last planned statement: @@last_plan_from_binding. */
  usedBinding = false;
  previousUsedBinding = false;
  /** @@last_plan_from_cache: of the running statement, and of the one before it. */
  usedPlanCache = false;
  previousUsedPlanCache = false;
  /** The running statement with parameters for its literals, when it runs as such. */
  statementTemplate: string | undefined;
  resourceGroup = DEFAULT_GROUP;
  #guarding = false;
  readonly #pace: StatementPace;
  readonly #record: StatementRecord;
  readonly interrupt: Interrupt;
  readonly yieldNow: () => MaybePromise<void>;
  readonly tableLocks: TableLocks;
  readonly handlers = new Handlers();
  readonly sequences: SessionSequences;
  /** Once the session made a temporary table. */
  temporary: TemporaryTables | undefined;
  hooks: SessionHooks = {};
  privileges: SessionPrivileges;
  readonly virtualTables: ReturnType<SessionHost['virtualTables']>;
  /** What storage reads of the session. */
  readonly storageSession: StorageSession;
  foundRowsMode = false;
  /** Until the password is changed, only that is allowed (1820). */
  passwordExpired = false;
  clientHost = 'localhost';
  /** Of the client's connection; absent without TLS. */
  tls: ConnectOptions['tls'];
  account: { readonly user: string; readonly host: string } = { user: 'root', host: 'localhost' };
  onTerminate: ((reason: string) => void) | undefined;
  /** For SHOW PROCESSLIST. */
  currentSql: string | undefined;
  startedAtMs: number;
  #multiStatements = false;
  #closed = false;

  constructor(host: SessionHost, options: ConnectOptions, connectionId: number) {
    this.host = host;
    this.connectionId = connectionId;
    this.startedAtMs = host.env.clock.nowMs();
    this.state = new SessionState(connectionId, host.globals, { user: '', currentUser: '' });
    this.eval = new SessionEval(this.state, host.env, host.userLocks.forConnection(connectionId));
    this.#pace = new StatementPace(host.env, this.eval);
    this.interrupt = this.#pace.interrupt;
    this.yieldNow = this.#pace.yieldNow;
    this.#record = new StatementRecord(this);
    this.storageSession = storageSessionOf(this);
    this.transactions = new TransactionControl(this);
    this.tableLocks = new TableLocks(host.writerGates, () =>
      beginTableLock(host, this.state.variables.getNumber('lock_wait_timeout')),
    );
    this.#adopt(options);
    this.privileges = host.privileges(this);
    this.eval.roleOf = () => this.privileges.currentRole();
    this.sequences = new SessionSequences(() => host.additions.sequences);
    this.eval.additions = {
      resourceGroup: () => this.resourceGroup,
      sequences: this.sequences.port,
      sqlDigest: (sql) => this.host.additions.summary.digestFor(sql).digest,
      digestText: (digest) => this.host.additions.summary.textOf(digest),
    };
    this.virtualTables = host.virtualTables(this);
    defineComputedVariables(this);
  }

  #adopt(options: ConnectOptions): void {
    this.account = options.account ?? { user: options.user, host: 'localhost' };
    this.clientHost = options.host;
    this.tls = options.tls;
    this.hooks = options.hooks ?? {};
    this.foundRowsMode = options.foundRows ?? false;
    this.passwordExpired = options.passwordExpired ?? false;
    this.#multiStatements = options.multiStatements ?? false;
    adoptConnection(this.state, options, this.account);
  }

  // ---- what protocols call ----

  get status(): SessionStatus {
    return {
      inTransaction: this.transactions.inTransaction,
      autocommit: this.state.autocommit,
      noBackslashEscapes: this.state.sqlMode.noBackslashEscapes,
      readOnlyTransaction: this.transactions.inTransaction && this.transactions.readOnly,
    };
  }

  execute(sql: string): MaybePromise<StatementResult> {
    if (this.state.lockedTables.isActive || this.transactions.staleness !== undefined || this.passwordExpired)
      return this.#parseAndRun(sql);
    const cached = this.plans.findText(this, sql);
    if (cached !== undefined) return cached.execute(NO_PARAMS, NO_TYPES);
    const template = this.plans.findTemplate(this, sql);
    if (template !== undefined) return template.prepared.execute(template.params, template.types, sql);
    return this.#parseAndRun(sql);
  }

  #parseAndRun(sql: string): MaybePromise<StatementResult> {
    return this.guard(sql, () => {
      const parsed = parse(sql, { sqlMode: this.state.sqlMode.text, multi: this.#multiStatements, parameters: false });
      return runStatement(this, parsed.statement, sql, 0);
    });
  }

  run(sql: string): ScriptRun {
    let from = 0;
    let more = true;
    let started = false;
    return {
      get more() {
        return more;
      },
      next: () => {
        if (!more && started) return undefined;
        started = true;
        let text = sql;
        return this.guard(
          sql,
          () => {
            const parsed = parse(sql, {
              sqlMode: this.state.sqlMode.text,
              from,
              multi: this.#multiStatements,
              parameters: false,
            });
            text = sql.slice(from, parsed.end);
            from = parsed.end;
            more = this.#multiStatements && !isEmptyFrom(sql, from);
            return runStatement(this, parsed.statement, sql, 0);
          },
          () => {
            more = false;
            return text;
          },
        );
      },
    };
  }

  prepare(sql: string): MaybePromise<PreparedStatement> {
    try {
      this.beginStatement(sql);
      const parsed = parse(sql, { sqlMode: this.state.sqlMode.text });
      this.counters.countCommand(STMT_PREPARE);
      return andThen(prepareSystemTables(this, sql), () => {
        const prepared = Prepared.create(this, parsed.statement, sql, parsed.paramCount);
        this.currentSql = undefined;
        return prepared;
      });
    } catch (error) {
      throw this.statementFailed(error);
    }
  }

  useDatabase(name: string): MaybePromise<void> {
    // Rights first, as in MySQL: an account without any learns nothing about what exists.
    this.privileges.requireDatabase(name);
    const schema = this.host.catalog().findSchema(name) ?? this.#virtualSchema(name);
    if (schema === undefined) throw sqlError('ER_BAD_DB_ERROR', name);
    this.state.setDatabase(schema.name, schema.collation);
    this.hooks.onChange?.({ kind: 'schema', name: schema.name });
    return undefined;
  }

  #virtualSchema(name: string): { name: string; collation: string } | undefined {
    const lower = name.toLowerCase();
    const isVirtual = lower === 'information_schema' || lower === 'performance_schema';
    return isVirtual ? { name: lower, collation: 'utf8mb3_general_ci' } : undefined;
  }

  countCommand(name: string): void {
    this.counters.countCommand(comIndexByName(name));
  }

  setMultiStatements(on: boolean): void {
    this.#multiStatements = on;
  }

  changeUser(options: ConnectOptions): MaybePromise<void> {
    return andThen(this.reset(), () => this.#becomeUser(options));
  }

  #becomeUser(options: ConnectOptions): MaybePromise<void> {
    this.state.database = null;
    this.#adopt(options);
    this.privileges = this.host.privileges(this);
    return options.database === undefined ? undefined : this.useDatabase(options.database);
  }

  reset(): MaybePromise<void> {
    this.transactions.rollback();
    this.transactions.staleness = undefined;
    this.unlockTables();
    this.preparedNames.clear();
    this.plans.clear();
    this.state.reset();
    this.eval.lastInsertId = 0;
    return this.#dropTemporary();
  }

  #dropTemporary(): MaybePromise<void> {
    const { temporary } = this;
    this.handlers.closeAll();
    this.temporary = undefined;
    return temporary?.close();
  }

  kill(what: 'query' | 'connection'): void {
    if (what === 'query' && this.currentSql === undefined) return;
    this.#pace.kill(what);
    const open = this.transactions.current;
    if (open !== undefined && this.currentSql !== undefined)
      open.transaction.interrupt(sqlError('ER_QUERY_INTERRUPTED'));
    if (what === 'connection') this.onTerminate?.('killed');
  }

  close(): MaybePromise<void> {
    if (this.#closed) return undefined;
    this.#closed = true;
    this.transactions.rollback();
    this.eval.userLocks.releaseAll();
    this.unlockTables();
    this.host.removeSession(this);
    return this.#dropTemporary();
  }

  get resultCharset(): string {
    return this.state.variables.get('character_set_results') ?? 'utf8mb4';
  }

  get clientCharset(): string {
    return this.state.variables.get('character_set_client') ?? 'utf8mb4';
  }

  systemVariable(name: string): Value {
    const row = findVariableRow(name);
    return row === undefined ? null : readVariable(row, this.state.readVariableText(row, undefined)).value;
  }

  // ---- what statements use ----

  /** Runs a parsed statement inside the one that is running (EXECUTE, CREATE TABLE … SELECT). */
  runStatement(
    statement: ast.Statement,
    sql: string,
    paramCount: number,
    bound?: BoundParams,
  ): MaybePromise<StatementResult> {
    return runStatement(this, statement, sql, paramCount, bound);
  }

  /** Names as this session sees them: its temporary tables first; in a stale read those of its moment. */
  get catalog(): Catalog {
    const shared = this.transactions.current?.catalog ?? this.host.catalog();
    return this.temporary === undefined ? shared : this.temporary.over(shared);
  }

  get stats(): StatsProvider {
    const { temporary } = this;
    const { stats } = this.host;
    if (temporary === undefined) return stats;
    return {
      rowCount: (table) => (table.temporary ? temporary.rowCount(table) : stats.rowCount(table)),
      find: (table) => (table.temporary ? undefined : stats.find(table)),
    };
  }

  autoIncrementOf(table: TableDef): MaybePromise<number | bigint | undefined> {
    return table.temporary ? this.temporary?.autoIncrementOf(table) : this.host.autoIncrementOf(table);
  }

  isTemporary({ schema = this.state.database ?? '', name }: ast.TableName): boolean {
    return this.temporary?.find(schema, name) !== undefined;
  }

  openTemporary(): MaybePromise<TemporaryTables> {
    if (this.temporary !== undefined) return this.temporary;
    return this.host.openTemporary(this).then((temporary) => {
      this.temporary = temporary;
      this.transactions.routeTemporary(temporary);
      return temporary;
    });
  }

  /** Waits while a schema change or another session's LOCK TABLES keeps the plan's tables. */
  useTables(transaction: Transaction, plan: StatementPlan): MaybePromise<void> {
    const { host } = this;
    const used = this.useUnheld(transaction, plan.tables);
    if (host.writerGates.isOpen) return used;
    return andThen(used, () => host.writerGates.pass(transaction, writtenTables(plan), this.tableLocks.held));
  }

  /** What the session itself has locked by LOCK TABLES it does not wait for. */
  useUnheld(transaction: Transaction, tables: readonly TableDef[]): MaybePromise<void> {
    const { held } = this.tableLocks;
    return this.host.useTables(transaction, held.size === 0 ? tables : tables.filter(({ id }) => !held.has(id)));
  }

  /** UNLOCK TABLES, and what implies it. */
  unlockTables(): void {
    this.state.lockedTables.release();
    this.tableLocks.release();
  }

  get foreignKeyChecks(): boolean {
    return this.state.variables.isOn('foreign_key_checks');
  }

  readonly warn = (errno: number, message: string, level: 'Warning' | 'Note' | 'Error' = 'Warning'): void => {
    this.state.diagnostics.add(level, errno, message);
  };

  /** In strict mode a data change fails where a query would warn of a value that was cut or out of range. */
  readonly warnOrFail = (errno: number, message: string, level: 'Warning' | 'Note' | 'Error' = 'Warning'): void => {
    const symbol = STRICT_FAILURES[errno];
    if (level === 'Warning' && symbol !== undefined)
      throw new SqlError(symbol, errno, MYSQL_ERRORS[symbol][1], message);
    this.warn(errno, message, level);
  };

  /** MAX_EXECUTION_TIME(n): for the running statement. */
  limitTime(limitMs: number): void {
    this.#pace.limit(limitMs);
  }

  /** Called when the running statement is over, however it ended. */
  atStatementEnd(action: () => void): void {
    this.#record.atEnd(action);
  }

  /** The statement is over: its record goes to the summary, and what held for it alone is put back. */
  statementEnded(rows: number, affectedRows: number, failed?: string): void {
    this.#record.end(rows, affectedRows, failed);
  }

  /** Waits as long as SLEEP asked, unless the statement is killed or its time is up. */
  sleep(): Promise<void> {
    return this.#pace.sleep();
  }

  /** Waits for a user lock; the statement then runs again and its GET_LOCK finds the outcome. */
  waitForUserLock(wait: UserLockWait): Promise<void> {
    return this.#pace.waitForUserLock(wait);
  }

  beginStatement(sql: string): void {
    if (this.#closed) throw new DbError('closed', 'session-closed', 'the session is closed');
    const nowMs = this.#pace.begin(this.state.maxExecutionTimeMs);
    this.transactions.statementBegan = false;
    this.sequences.forget();
    this.currentSql = sql;
    this.#record.begin(sql, nowMs);
    this.statementTemplate = undefined;
    this.previousUsedPlanCache = this.usedPlanCache;
    this.usedPlanCache = false;
    this.eval.beginStatement(false);
  }

  /** Runs one statement with the bookkeeping around it. */
  guard(
    sql: string,
    body: () => MaybePromise<StatementResult>,
    onError?: () => unknown,
  ): MaybePromise<StatementResult> {
    const failed = (error: unknown): never => {
      onError?.();
      throw this.statementFailed(error);
    };
    // EXECUTE runs the prepared statement in here: one question.
    const isQuestion = !this.#guarding;
    try {
      if (isQuestion) this.counters.questions++;
      this.#guarding = true;
      this.beginStatement(sql);
      const waitMs =
        this.resourceGroup === DEFAULT_GROUP ? 0 : this.host.additions.resourceGroups.waitMs(this.resourceGroup);
      const result = waitMs > 0 ? this.host.env.timers.sleep(waitMs).then(body) : body();
      return isPromise(result) ? result.then((done) => this.#finished(done), failed) : this.#finished(result);
    } catch (error) {
      return failed(error);
    } finally {
      if (isQuestion) this.#guarding = false;
    }
  }

  #finished(result: StatementResult): StatementResult {
    if (result.kind === 'ok') {
      this.currentSql = undefined;
      this.statementEnded(0, Number(result.affectedRows));
    }
    return result;
  }

  /** Undoes what the failed statement did and returns the error that the client gets. */
  statementFailed(error: unknown): SqlError {
    const mapped = toSqlError(error);
    this.currentSql = undefined;
    this.eval.rowCount = -1;
    this.state.diagnostics.addError(mapped);
    this.statementEnded(0, 0, mapped.message);
    this.transactions.failStatement(error);
    return mapped;
  }

  /** Commits what is open: DDL and other statements with an implicit commit. */
  implicitCommit(): MaybePromise<void> {
    return andThen(this.transactions.commit(), () => undefined);
  }
}

const STMT_PREPARE = comIndexByName('stmt_prepare');
const NO_PARAMS: readonly Value[] = [];
const NO_TYPES: readonly FieldType[] = [];
