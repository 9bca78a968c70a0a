/**
 * Starts executions: init plans first, then the root (queries) or the writer (data changes).
 *
 * A query's cursor closes its operators at the end, on an error and on `close`. A write that fails leaves undoing its rows to
 * the caller (`storage.rollbackStatement`).
 */
import { type MaybePromise, sqlError } from '../../base/index.ts';
import type { QueryPlan, StatementPlan } from '../plan/index.ts';
import type { RowCursor } from '../ports.ts';
import type { Batch, Row } from '../types/index.ts';
import type { ExecContext, WriteResult } from './context.ts';
import { CteRun } from './cte.ts';
import { type Operator, type Run } from './operator.ts';
import { type CompiledInitPlan, type CompiledPlan, prepareExecution } from './prepare.ts';

const NO_CTES = new Map<number, CteRun>();

/** A query's rows, and after the end what LIMIT cut off. */
export interface QueryCursor extends RowCursor {
  /** SQL_CALC_FOUND_ROWS's count; the number of rows given out when the plan does not count. Valid after the last batch. */
  foundRows(): number;
}

export function executeQuery(plan: QueryPlan, ctx: ExecContext): QueryCursor {
  const compiled = prepareExecution(plan);
  const run = startRun(compiled, ctx);
  if (compiled.initPlans.length === 0) return new QueryExecution(compiled.root.open(run), run);
  return new QueryExecution(undefined, run, () => {
    const ready = runInitPlans(compiled.initPlans, run);
    return ready instanceof Promise ? ready.then(() => compiled.root.open(run)) : compiled.root.open(run);
  });
}

export function executeWrite(plan: Exclude<StatementPlan, QueryPlan>, ctx: ExecContext): MaybePromise<WriteResult> {
  const compiled = prepareExecution(plan);
  const run = startRun(compiled, ctx);
  const ready = runInitPlans(compiled.initPlans, run);
  return ready instanceof Promise ? ready.then(() => compiled.writer(run)) : compiled.writer(run);
}

function startRun(compiled: CompiledPlan, ctx: ExecContext): Run {
  if (compiled.ctes.length === 0) return { ctx, eval: ctx.eval, ctes: NO_CTES, foundRows: -1 };
  const run: Run = { ctx, eval: ctx.eval, ctes: new Map(), foundRows: -1 };
  for (const cte of compiled.ctes) run.ctes.set(cte.cte, new CteRun(cte, run));
  return run;
}

function runInitPlans(plans: readonly CompiledInitPlan[], run: Run, from = 0): MaybePromise<void> {
  for (let i = from; i < plans.length; i++) {
    const done = runInitPlan(plans[i]!, run);
    if (done instanceof Promise) return done.then(() => runInitPlans(plans, run, i + 1));
  }
}

function runInitPlan(plan: CompiledInitPlan, run: Run): MaybePromise<void> {
  const operator = plan.node.open(run);
  let first: Row | undefined;
  const consume = (batch: Batch | undefined): boolean => {
    if (batch === undefined) return true;
    if (plan.kind === 'scalar' && (first !== undefined || batch.length > 1)) throw sqlError('ER_SUBQUERY_NO_1_ROW');
    first = batch[0];
    return plan.kind === 'exists';
  };
  const finish = (): void => {
    operator.close();
    const { slots } = run.eval;
    if (plan.kind === 'exists') slots[plan.slots[0]!] = first === undefined ? 0 : 1;
    else plan.slots.forEach((slot, i) => (slots[slot] = first?.[i] ?? null));
  };
  for (;;) {
    const batch = operator.next();
    if (batch instanceof Promise) return finishAsync(operator, batch, consume).then(finish);
    if (consume(batch)) return finish();
  }
}

async function finishAsync(
  operator: Operator,
  pending: Promise<Batch | undefined>,
  consume: (batch: Batch | undefined) => boolean,
): Promise<void> {
  let batch = await pending;
  while (!consume(batch)) batch = await operator.next();
}

class QueryExecution implements QueryCursor {
  readonly #run: Run;
  readonly #start: (() => MaybePromise<Operator>) | undefined;
  #root: Operator | undefined;
  #rows = 0;
  #closed = false;

  constructor(root: Operator | undefined, run: Run, start?: () => MaybePromise<Operator>) {
    this.#root = root;
    this.#run = run;
    this.#start = start;
  }

  next(): MaybePromise<Batch | undefined> {
    if (this.#closed) return undefined;
    try {
      const root = this.#root;
      const batch = root === undefined ? this.#open() : root.next();
      if (!(batch instanceof Promise)) return this.#deliver(batch);
      return batch.then(
        (later) => this.#deliver(later),
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      return this.#fail(error);
    }
  }

  #deliver(batch: Batch | undefined): Batch | undefined {
    if (batch === undefined) this.close();
    else this.#rows += batch.length;
    return batch;
  }

  #fail(error: unknown): never {
    this.close();
    throw error;
  }

  #open(): MaybePromise<Batch | undefined> {
    const root = this.#start!();
    if (root instanceof Promise) return root.then((operator) => this.#opened(operator).next());
    return this.#opened(root).next();
  }

  #opened(operator: Operator): Operator {
    this.#root = operator;
    if (this.#closed) operator.close();
    return operator;
  }

  foundRows(): number {
    return this.#run.foundRows >= 0 ? this.#run.foundRows : this.#rows;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#root?.close();
    if (this.#run.ctes !== NO_CTES) for (const cte of this.#run.ctes.values()) cte.close();
  }
}
