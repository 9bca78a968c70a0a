/**
 * Prepared statements: parsed once, planned once per combination of parameter types, catalog and session settings.
 *
 * `execute` of a current plan is the hot path of OLTP: no parsing, no planning, no promise when storage answers at once.
 */
import { type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { Catalog } from '../../sql/catalog/index.ts';
import type { FieldType, Value } from '../../sql/types/index.ts';
import type { PreparedStatement, ResultColumn, StatementResult } from '../session-port.ts';
import { comIndexOf } from '../status/com-index.ts';
import { isPlannable, planFor, type ReadyPlan, requireWritable } from './planning.ts';
import type { EngineSession } from './session.ts';
import { planShape } from './plan-shape.ts';
import { runReady } from './select-into.ts';
import { inItsTime } from './stale-read.ts';
import { applyRunningHints, runningHints } from './statement-hints.ts';

const NO_TYPES: readonly FieldType[] = [];

/** What a plan was made under; any difference replans. */
interface PlanBasis {
  readonly catalog: Catalog;
  readonly planEpoch: number;
  readonly privilegeEpoch: number;
  readonly types: readonly FieldType[];
}

export class Prepared implements PreparedStatement {
  readonly #session: EngineSession;
  readonly #statement: ast.Statement;
  readonly #sql: string;
  readonly paramCount: number;
  columns: readonly ResultColumn[] = [];
  warningCount = 0;
  #ready: ReadyPlan | undefined;
  /** Written with AS OF TIMESTAMP. */
  readonly #isStale: boolean;
  readonly #hints: readonly ast.OptimizerHint[];
  readonly #comIndex: number;
  #basis: PlanBasis | undefined;
  /** The plan served an execution. */
  #hasRun = false;

  private constructor(session: EngineSession, statement: ast.Statement, sql: string, paramCount: number) {
    this.#session = session;
    this.#statement = statement;
    this.#sql = sql;
    this.paramCount = paramCount;
    this.#hints = runningHints(statement);
    this.#comIndex = comIndexOf(statement);
    this.#isStale = statement.kind === 'query' && statement.asOf !== undefined;
  }

  /** `parameters`: how many there are, or their types. */
  static create(
    session: EngineSession,
    statement: ast.Statement,
    sql: string,
    parameters: number | readonly FieldType[],
  ): Prepared {
    const [paramCount, types] =
      typeof parameters === 'number' ? [parameters, NO_TYPES] : [parameters.length, parameters];
    if (NOT_PREPARABLE.has(statement.kind)) throw sqlError('ER_UNSUPPORTED_PS');
    const prepared = new Prepared(session, statement, sql, paramCount);
    if (isPlannable(statement)) {
      session.privileges.requireFor(statement);
      prepared.#plan(types);
      prepared.columns = prepared.#ready?.columns ?? [];
      prepared.warningCount = session.state.diagnostics.warningCount;
    }
    return prepared;
  }

  isCurrent(session: EngineSession): boolean {
    const basis = this.#basis;
    return (
      basis !== undefined &&
      basis.catalog === session.catalog &&
      basis.planEpoch === session.state.planEpoch &&
      basis.privilegeEpoch === session.privileges.epoch
    );
  }

  #plan(types: readonly FieldType[]): ReadyPlan {
    const session = this.#session;
    const basis = {
      catalog: session.catalog,
      planEpoch: session.state.planEpoch,
      privilegeEpoch: session.privileges.epoch,
      types,
    };
    const ready = planFor(session, this.#statement, this.#sql, types);
    this.#ready = ready;
    this.#hasRun = false;
    this.#basis = ready.plan.cacheable ? basis : undefined;
    return ready;
  }

  /** `sql`: what the client sent, when this is the plan of its template. */
  execute(params: readonly Value[], types: readonly FieldType[], sql?: string): MaybePromise<StatementResult> {
    const session = this.#session;
    if (params.length < this.paramCount) throw sqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_execute');
    return session.guard(sql ?? this.#sql, () => {
      if (sql !== undefined) session.statementTemplate = this.#sql;
      session.state.diagnostics.clear();
      if (!isPlannable(this.#statement))
        return session.runStatement(this.#statement, this.#sql, this.paramCount, { params, types });
      session.counters.countCommand(this.#comIndex);
      const { staleness } = session.transactions;
      if (staleness === undefined && !this.#isStale) return this.#run(params, types);
      return inItsTime(session, this.#statement, { params, types }, () => this.#run(params, types));
    });
  }

  #run(params: readonly Value[], types: readonly FieldType[]): MaybePromise<StatementResult> {
    const session = this.#session;
    if (this.#hints.length > 0) applyRunningHints(session, this.#hints);
    requireWritable(session, this.#statement, this.#ready);
    const isReusable =
      this.#ready !== undefined && this.isCurrent(session) && sameTypes(this.#basis?.types ?? NO_TYPES, types);
    if (isReusable && this.#ready !== undefined) {
      session.usedPlanCache = this.#hasRun;
      this.#hasRun = true;
      return runReady(session, this.#ready, params);
    }
    session.privileges.requireFor(this.#statement);
    const ready = this.#plan(types);
    requireWritable(session, this.#statement, ready);
    this.#hasRun = true;
    return runReady(session, ready, params);
  }

  /** Whether this is, its parameters aside, the same plan. */
  hasShapeOf(other: ReadyPlan): boolean {
    return this.#basis !== undefined && planShape(this.#ready) === planShape(other);
  }

  close(): void {
    this.#ready = undefined;
    this.#basis = undefined;
  }
}

const NOT_PREPARABLE: ReadonlySet<string> = new Set([
  'prepare',
  'execute',
  'deallocate',
  'get-diagnostics',
  'load-data',
  'lock-tables',
  'unlock-tables',
]);

function sameTypes(a: readonly FieldType[], b: readonly FieldType[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (
      x !== y &&
      (x.kind !== y.kind || x.unsigned !== y.unsigned || x.collation !== y.collation || x.decimals !== y.decimals)
    )
      return false;
  }
  return true;
}

const NAMES_MAX = 16_382;

/** PREPARE name FROM …: statements by name, one set per session. */
export class PreparedNames {
  readonly #byName = new Map<string, Prepared>();

  set(name: string, statement: Prepared): void {
    if (this.#byName.size >= NAMES_MAX) throw sqlError('ER_MAX_PREPARED_STMT_COUNT_REACHED', NAMES_MAX);
    this.#byName.set(name.toLowerCase(), statement);
  }

  get(name: string, what: string): Prepared {
    const found = this.#byName.get(name.toLowerCase());
    if (found === undefined) throw sqlError('ER_UNKNOWN_STMT_HANDLER', name, what);
    return found;
  }

  delete(name: string): boolean {
    return this.#byName.delete(name.toLowerCase());
  }

  clear(): void {
    this.#byName.clear();
  }
}
