/**
 * Runs a planned statement: opens the transaction, makes the execution context, streams rows, and ends the statement.
 *
 * What may interleave: between batches of a result other sessions run; the transaction and its snapshot belong to this
 * session alone, and the session runs one statement at a time.
 */
import { type MaybePromise, andThen, sqlError } from '../../base/index.ts';
import {
  type ExecContext,
  executeQuery,
  executeWrite,
  type RuntimeStats,
  StatementMemory,
} from '../../sql/exec/index.ts';
import { type EvalContext, UserLockWait } from '../../sql/expr/index.ts';
import type { QueryPlan, StatementPlan } from '../../sql/plan/index.ts';
import type { Batch, Value } from '../../sql/types/index.ts';
import type { ResultColumn, RowsResult, StatementResult } from '../session-port.ts';
import { countPlan, countWritten } from '../status/plan-counts.ts';
import type { ReadyPlan } from './planning.ts';
import type { EngineSession } from './session.ts';
import { okResult } from './results.ts';
import { openLoadFile } from './load-file.ts';

export function runPlan(
  session: EngineSession,
  ready: ReadyPlan,
  params: readonly Value[],
): MaybePromise<StatementResult> {
  const { plan } = ready;
  countPlan(session.counters, plan);
  const open = session.transactions.ensure();
  for (const warning of plan.warnings) session.state.diagnostics.add(warning.level, warning.errno, warning.message);
  const ignore = plan.kind !== 'query' && ('ignore' in plan ? plan.ignore : plan.duplicates !== 'error');
  const strict =
    plan.kind !== 'query' &&
    !ignore &&
    (session.state.sqlMode.strictTransTables || session.state.sqlMode.strictAllTables);
  session.eval.strict = strict;
  const used =
    plan.tables.length === 0 || open.catalog !== undefined ? undefined : session.useTables(open.transaction, plan);
  return andThen(
    andThen(used, () => session.sequences.prepare()),
    () => {
      open.storage.beginStatement();
      session.transactions.statementBegan = true;
      const context = execContext(session, plan, params);
      return plan.kind === 'query'
        ? new QueryResult(session, context, plan, ready.columns)
        : andThen(executeWrite(plan, context), (result) => {
            session.eval.rowCount = result.affectedRows;
            countWritten(session.counters, plan, result);
            const slept = session.eval.sleepMs > 0 ? session.sleep() : undefined;
            return andThen(
              andThen(slept, () => session.transactions.endStatement()),
              () =>
                okResult({
                  affectedRows: result.affectedRows,
                  lastInsertId: result.lastInsertId,
                  info: result.info.replace('{warnings}', String(session.state.diagnostics.warningCount)),
                  warningCount: session.state.diagnostics.warningCount,
                }),
            );
          });
    },
  );
}

export function execContext(
  session: EngineSession,
  plan: StatementPlan,
  params: readonly Value[],
  stats?: RuntimeStats,
): ExecContext {
  const { variables } = session.state;
  const quota = variables.getNumber('tidb_mem_quota_query');
  const spill = session.host.globals.isOn('tidb_enable_tmp_storage_on_oom') ? session.host.spill : undefined;
  const context: { -readonly [K in keyof ExecContext]: ExecContext[K] } = {
    storage: session.transactions.ensure().storage,
    eval: evalContext(session, plan.slotCount, params, plan.kind !== 'query' && session.eval.strict),
    memory: new StatementMemory(quota > 0 ? quota : Number.MAX_SAFE_INTEGER, session.connectionId),
    interrupt: session.interrupt,
    yieldNow: session.yieldNow,
    virtualTables: session.virtualTables,
    foreignKeyChecks: session.foreignKeyChecks,
    foundRows: session.foundRowsMode,
    cteMaxRecursionDepth: variables.getNumber('cte_max_recursion_depth'),
    openFile: (load) => openLoadFile(session, load),
  };
  // Not spread: this is made for every statement.
  if (spill !== undefined) context.spill = spill;
  if (stats !== undefined) context.runtimeStats = stats;
  return context;
}

export function evalContext(
  session: EngineSession,
  slotCount: number,
  params: readonly Value[],
  strictWrite = false,
): EvalContext {
  const slots: Value[] = slotCount === 0 ? NO_SLOTS : new Array<Value>(slotCount).fill(null);
  return { params, slots, session: session.eval, warn: strictWrite ? session.warnOrFail : session.warn };
}

const NO_SLOTS: Value[] = [];

/** Streams a query's rows; ends the statement when the last batch was taken or the reader closes early. */
class QueryResult implements RowsResult {
  readonly kind = 'rows';
  readonly columns: readonly ResultColumn[];
  readonly #session: EngineSession;
  readonly #open: () => ReturnType<typeof executeQuery>;
  #cursor: ReturnType<typeof executeQuery>;
  #ended = false;
  #rows = 0;

  constructor(session: EngineSession, context: ExecContext, plan: QueryPlan, columns: readonly ResultColumn[]) {
    this.#session = session;
    this.columns = columns;
    this.#open = () => executeQuery(plan, context);
    this.#cursor = this.#open();
  }

  next(): MaybePromise<Batch | undefined> {
    if (this.#ended) return undefined;
    let batch: MaybePromise<Batch | undefined>;
    try {
      batch = this.#cursor.next();
    } catch (error) {
      return this.#recover(error);
    }
    return batch instanceof Promise
      ? batch.then(
          (ready) => this.#took(ready),
          (error: unknown) => this.#recover(error),
        )
      : this.#took(batch);
  }

  /** GET_LOCK has to wait: nothing has left yet, so the query waits and starts again. */
  #recover(error: unknown): MaybePromise<Batch | undefined> {
    if (!(error instanceof UserLockWait)) return this.#fail(error);
    if (this.#rows > 0) return this.#fail(sqlError('ER_NOT_SUPPORTED_YET', 'GET_LOCK that waits in a later row'));
    this.#cursor.close();
    return this.#session.waitForUserLock(error).then(
      () => {
        this.#cursor = this.#open();
        return this.next();
      },
      (failure: unknown) => this.#fail(failure),
    );
  }

  #took(batch: Batch | undefined): MaybePromise<Batch | undefined> {
    if (this.#session.eval.sleepMs > 0) return this.#sleepThen(batch);
    if (batch === undefined) return andThen(this.#end(), () => undefined);
    this.#rows += batch.length;
    return batch;
  }

  async #sleepThen(batch: Batch | undefined): Promise<Batch | undefined> {
    try {
      await this.#session.sleep();
    } catch (error) {
      return this.#fail(error);
    }
    return this.#took(batch);
  }

  #fail(error: unknown): never {
    this.#ended = true;
    this.#cursor.close();
    throw this.#session.statementFailed(error);
  }

  close(): MaybePromise<void> {
    return this.#end();
  }

  #end(): MaybePromise<void> {
    if (this.#ended) return undefined;
    this.#ended = true;
    this.#cursor.close();
    this.#session.eval.rowCount = -1;
    this.#session.eval.foundRows = this.#cursor.foundRows();
    this.#session.statementEnded(this.#rows, 0);
    return andThen(this.#session.sequences.settled(), () => this.#session.transactions.endStatement());
  }

  warningCount(): number {
    return this.#session.state.diagnostics.warningCount;
  }
}
