/**
 * Which module runs which statement. Queries and data changes are planned; the rest is done here or handed to the module
 * of its family (set-statement, schema changes, accounts, show, explain).
 */
import { type MaybePromise, sqlError, andThen } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { parse } from '../../sql/parser/index.ts';
import type { StatementResult } from '../session-port.ts';
import { countStatement } from '../status/com-index.ts';
import { runAdmin } from './admin-statements.ts';
import { lockAgain } from './lock-statements.ts';
import { evaluateExpression, evaluateList } from './evaluate.ts';
import { runExplain } from './explain-statement.ts';
import { runGetDiagnostics } from './get-diagnostics.ts';
import { type BoundParams, isPlannable, NO_PARAMS, planWritable } from './planning.ts';
import { Prepared } from './prepared.ts';
import { okResult } from './results.ts';
import type { EngineSession } from './session.ts';
import { prepareSystemTables } from './system-sql.ts';
import { runSet } from './set-statement.ts';
import { runShow } from './show-statement.ts';
import { runReady } from './select-into.ts';
import { applyRunningHints, runningHints } from './statement-hints.ts';
import { inItsTime, momentOf, readableMoment } from './stale-read.ts';

const KEEPS_DIAGNOSTICS: ReadonlySet<string> = new Set(['show-diagnostics', 'get-diagnostics']);

export function runStatement(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
  paramCount: number,
  bound: BoundParams = NO_PARAMS,
): MaybePromise<StatementResult> {
  countStatement(session.counters, statement);
  const keeps =
    KEEPS_DIAGNOSTICS.has(statement.kind) || (statement.kind === 'show' && statement.subject.startsWith('count '));
  if (!keeps) session.state.diagnostics.clear();
  if (paramCount > bound.params.length) {
    throw sqlError(
      'ER_PARSE_ERROR',
      'You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use',
      sql.slice(sql.indexOf('?')),
      1,
    );
  }
  if (session.passwordExpired) requirePasswordChange(session, statement);
  session.privileges.requireFor(statement);
  return andThen(prepareSystemTables(session, sql), () => dispatch(session, statement, sql, bound));
}

function dispatch(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
  bound: BoundParams,
): MaybePromise<StatementResult> {
  session.state.lockedTables.check(statement, (table) => session.isTemporary(table));
  if (isPlannable(statement)) return runPlannable(session, statement, sql, bound);
  return runOther(session, statement, sql, bound);
}

/** With an expired password a session may only set a new one; doing so ends the restriction. */
function requirePasswordChange(session: EngineSession, statement: ast.Statement): void {
  if (statement.kind !== 'alter-user' && statement.kind !== 'set-password' && statement.kind !== 'set') {
    throw sqlError('ER_MUST_CHANGE_PASSWORD');
  }
  if (statement.kind !== 'set') session.passwordExpired = false;
}

function runPlannable(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
  bound: BoundParams,
): MaybePromise<StatementResult> {
  return inItsTime(session, statement, bound, () => planAndRun(session, statement, sql, bound));
}

function planAndRun(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
  bound: BoundParams,
): MaybePromise<StatementResult> {
  const hints = runningHints(statement);
  if (hints.length > 0) applyRunningHints(session, hints);
  const ready = planWritable(session, statement, sql, bound.types);
  const isPresent = session.transactions.current?.catalog === undefined;
  if (
    bound.params.length === 0 &&
    ready.plan.cacheable &&
    ready.plan.kind !== 'load' &&
    isPresent &&
    hints.length === 0
  ) {
    session.plans.offer(sql, () => Prepared.create(session, statement, sql, 0));
  }
  return runReady(session, ready, bound.params);
}

function runOther(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
  bound: BoundParams,
): MaybePromise<StatementResult> {
  switch (statement.kind) {
    case 'set':
      return runSet(session, statement, bound);
    case 'use':
      if (statement.database === '') throw sqlError('ER_NO_DB_ERROR');
      return andThen(session.useDatabase(statement.database), () => okResult());
    case 'do':
      return andThen(evaluateList(session, statement.items, bound), () => okResult());
    case 'start-transaction':
      return startTransaction(session, statement);
    case 'commit':
    case 'rollback':
      return endTransaction(session, statement);
    case 'savepoint':
      return savepoint(session, statement);
    case 'set-transaction':
      return setTransaction(session, statement);
    case 'prepare':
      return prepareByName(session, statement);
    case 'execute':
      return executeByName(session, statement);
    case 'deallocate':
      if (!session.preparedNames.delete(statement.name))
        throw sqlError('ER_UNKNOWN_STMT_HANDLER', statement.name, 'DEALLOCATE PREPARE');
      return okResult();
    case 'get-diagnostics':
      return runGetDiagnostics(session, statement);
    case 'explain':
      return inItsTime(session, statement, bound, () => runExplain(session, statement, sql));
    case 'kill':
      return kill(session, Number(evaluateExpression(session, statement.id, bound).value), statement.type);
    default:
      return runFamily(session, statement, sql);
  }
}

/** Statements that a module of their own runs; implicit commits happen here, as MySQL's list has them. */
function runFamily(session: EngineSession, statement: ast.Statement, sql: string): MaybePromise<StatementResult> {
  if (statement.kind.startsWith('show')) return runShow(session, statement as ast.Show, sql);
  if (SCHEMA_CHANGES.has(statement.kind)) {
    session.host.additions.replicationRole.check(statement);
    if (isTemporaryChange(statement)) return session.host.schemaChanger.run(statement, session);
    return andThen(session.implicitCommit(), () =>
      session.tableLocks.held.size === 0
        ? session.host.schemaChanger.run(statement, session)
        : changeLocked(session, statement),
    );
  }
  if (COMMITS_FIRST.has(statement.kind)) {
    return andThen(session.implicitCommit(), () => account(session, statement) ?? runAdmin(session, statement, sql));
  }
  return account(session, statement) ?? runAdmin(session, statement, sql);
}

function account(session: EngineSession, statement: ast.Statement): MaybePromise<StatementResult> | undefined {
  return session.privileges.runAccountStatement(statement);
}

/** A schema change under LOCK TABLES: its tables are free for the change itself, and locked again when they are still there. */
async function changeLocked(session: EngineSession, statement: ast.Statement): Promise<StatementResult> {
  session.tableLocks.release();
  try {
    return await session.host.schemaChanger.run(statement, session);
  } finally {
    await lockAgain(session);
  }
}

/** CREATE and DROP TEMPORARY TABLE do not end the transaction. */
function isTemporaryChange(statement: ast.Statement): boolean {
  return (statement.kind === 'create-table' || statement.kind === 'drop-table') && statement.temporary;
}

const SCHEMA_CHANGES: ReadonlySet<ast.StatementKind> = new Set([
  'create-table',
  'alter-table',
  'drop-table',
  'rename-table',
  'truncate-table',
  'create-index',
  'drop-index',
  'create-database',
  'alter-database',
  'drop-database',
  'create-view',
  'drop-view',
  'flashback',
]);

const COMMITS_FIRST: ReadonlySet<ast.StatementKind> = new Set([
  'create-user',
  'alter-user',
  'drop-user',
  'rename-user',
  'create-role',
  'drop-role',
  'grant',
  'grant-roles',
  'grant-proxy',
  'revoke',
  'revoke-roles',
  'set-password',
  'set-default-role',
  'analyze-table',
  'maintain-table',
  'lock-tables',
  'flush',
  'cache-index',
  'load-index',
  'resource-group',
]);

function startTransaction(session: EngineSession, statement: ast.StartTransaction): MaybePromise<StatementResult> {
  const readOnly = statement.access === undefined ? undefined : statement.access === 'read only';
  session.unlockTables();
  const { transactions } = session;
  const moment = statement.asOf === undefined ? transactions.staleness?.next : momentOf(session, statement.asOf);
  if (moment !== undefined) {
    if (statement.asOf !== undefined && transactions.staleness?.next !== undefined)
      throw sqlError('ER_INVALID_AS_OF', "can't start transaction as of while already set transaction as of");
    const at = readableMoment(session, moment);
    transactions.setStaleness({ next: undefined });
    return andThen(transactions.commit(), () => andThen(transactions.openAt(at, true), () => okResult()));
  }
  return andThen(transactions.begin(readOnly, statement.mode), () => {
    if (statement.consistentSnapshot) session.transactions.ensure().transaction.readAt();
    return okResult();
  });
}

/** What a rollback does not take back. */
function warnOfTemporary({ temporary, warn }: EngineSession): void {
  if (temporary?.wasCreated === true) warn(1751, 'The creation of some temporary tables could not be rolled back.');
  if (temporary?.wasDropped === true)
    warn(1752, 'Some temporary tables were dropped, but these operations could not be rolled back.');
}

function endTransaction(session: EngineSession, statement: ast.EndTransaction): MaybePromise<StatementResult> {
  const type = session.state.variables.get('completion_type');
  const chain = statement.chain ?? (statement.release ? false : type === 'CHAIN');
  const release = statement.release ?? (!chain && type === 'RELEASE');
  const readOnly = session.transactions.current?.readOnly;
  if (statement.kind === 'rollback') warnOfTemporary(session);
  const ended = statement.kind === 'commit' ? session.transactions.commit() : session.transactions.rollback();
  return andThen(ended as MaybePromise<void>, () => {
    if (release) session.onTerminate?.('released');
    if (!chain) return okResult();
    return andThen(session.transactions.begin(readOnly), () => okResult());
  });
}

function savepoint(session: EngineSession, statement: ast.Savepoint): StatementResult {
  if (statement.action === 'set') session.transactions.setSavepoint(statement.name);
  else if (statement.action === 'rollback') session.transactions.rollbackToSavepoint(statement.name);
  else session.transactions.releaseSavepoint(statement.name);
  return okResult();
}

function setTransaction(session: EngineSession, statement: ast.SetTransaction): StatementResult {
  const isolation = statement.isolation?.toUpperCase().replace(' ', '-');
  const readOnly = statement.access === undefined ? undefined : statement.access === 'read only';
  if (statement.scope === undefined) {
    session.transactions.setNext(isolation, statement.asOf === undefined ? readOnly : undefined);
    if (statement.asOf !== undefined)
      session.transactions.setStaleness({ next: readableMoment(session, momentOf(session, statement.asOf)) });
    return okResult();
  }
  const values = statement.scope === 'global' ? session.state.globals : session.state.variables;
  if (isolation !== undefined) values.set('transaction_isolation', isolation);
  if (readOnly !== undefined) values.set('transaction_read_only', readOnly ? 'ON' : 'OFF');
  return okResult();
}

function prepareByName(session: EngineSession, statement: ast.Prepare): StatementResult {
  let text: string;
  if (typeof statement.source === 'string') text = statement.source;
  else {
    const value = session.eval.getUserVariable(statement.source.name)?.value ?? null;
    text = value === null ? 'NULL' : value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
  }
  session.preparedNames.delete(statement.name);
  const parsed = parse(text, { sqlMode: session.state.sqlMode.text });
  session.preparedNames.set(statement.name, Prepared.create(session, parsed.statement, text, parsed.paramCount));
  return okResult({ info: 'Statement prepared' });
}

function executeByName(session: EngineSession, statement: ast.Execute): MaybePromise<StatementResult> {
  const prepared = session.preparedNames.get(statement.name, 'EXECUTE');
  if (prepared.paramCount !== statement.using.length) throw sqlError('ER_WRONG_ARGUMENTS', 'EXECUTE');
  const bound = statement.using.map((variable) => evaluateExpression(session, variable, NO_PARAMS));
  return prepared.execute(
    bound.map((item) => item.value),
    bound.map((item) => item.type),
  );
}

function kill(session: EngineSession, id: number, what: 'query' | 'connection'): StatementResult {
  const target = session.host.sessions().get(id);
  if (target === undefined) throw sqlError('ER_NO_SUCH_THREAD', id);
  const own = target.account.user === session.account.user && target.account.host === session.account.host;
  if (!own && !session.privileges.has('CONNECTION_ADMIN') && !session.privileges.has('SUPER'))
    throw sqlError('ER_KILL_DENIED_ERROR', id);
  target.kill(what);
  if (target === session) throw sqlError('ER_QUERY_INTERRUPTED');
  return okResult();
}
