/**
 * Evaluates an expression outside of a query: SET, DO, KILL, EXECUTE … USING.
 *
 * Without subqueries it is bound and computed on the spot; with them it runs as the one item of a query.
 */
import { type MaybePromise, andThen } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { compile } from '../../sql/expr/index.ts';
import { bindStandaloneExpression } from '../../sql/planner/index.ts';
import type { FieldType, Value } from '../../sql/types/index.ts';
import { plannerContext } from './plan-context.ts';
import { type BoundParams, NO_PARAMS as NONE, planFor } from './planning.ts';
import type { EngineSession } from './session.ts';
import { evalContext, runPlan } from './statement-run.ts';

export interface Evaluated {
  readonly value: Value;
  readonly type: FieldType;
}

export function evaluateExpression(
  session: EngineSession,
  expression: ast.Expression,
  bound: BoundParams = NONE,
): Evaluated {
  const expr = bindStandaloneExpression(expression, plannerContext(session, '', bound.types));
  return { value: compile(expr)([], evalContext(session, 0, bound.params)), type: expr.type };
}

/** Like `evaluateExpression`, for expressions that may hold subqueries. */
export function evaluateAny(
  session: EngineSession,
  expression: ast.Expression,
  bound: BoundParams = NONE,
): MaybePromise<Evaluated> {
  if (!hasSubquery(expression)) return evaluateExpression(session, expression, bound);
  const ready = planFor(session, queryOf([expression]), '', bound.types);
  const type = ready.columns[0]!.type;
  return andThen(runPlan(session, ready, bound.params), (result) => {
    if (result.kind !== 'rows') return { value: null, type };
    return andThen(result.next(), (batch) => andThen(result.close(), () => ({ value: batch?.[0]?.[0] ?? null, type })));
  });
}

/** Evaluates expressions of any kind (DO) as the items of a query without FROM; nobody wants the values. */
export function evaluateList(
  session: EngineSession,
  items: readonly ast.Expression[],
  bound: BoundParams = NONE,
): MaybePromise<void> {
  const ready = planFor(session, queryOf(items), '', bound.types);
  return andThen(runPlan(session, ready, bound.params), (result) => {
    if (result.kind !== 'rows') return undefined;
    return andThen(result.next(), () => result.close());
  });
}

function hasSubquery(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(hasSubquery);
  const kind = (node as { kind?: unknown }).kind;
  if (kind === 'query') return true;
  return Object.values(node).some((child) => typeof child === 'object' && child !== null && hasSubquery(child));
}

/** SELECT item, … without FROM. */
export function queryOf(items: readonly ast.Expression[]): ast.Query {
  const span = { start: 0, end: 0 };
  return {
    kind: 'query',
    ...span,
    with: undefined,
    orderBy: [],
    limit: undefined,
    locking: [],
    into: undefined,
    body: {
      kind: 'select',
      ...span,
      distinct: false,
      options: {
        straightJoin: false,
        highPriority: false,
        smallResult: false,
        bigResult: false,
        bufferResult: false,
        noCache: false,
        calcFoundRows: false,
      },
      hints: [],
      items: items.map((expression, place) => ({
        kind: 'select-expression',
        ...span,
        expression,
        alias: `c${place}`,
        text: `c${place}`,
      })),
      from: [],
      where: undefined,
      groupBy: undefined,
      having: undefined,
      windows: [],
      qualify: undefined,
    },
  };
}
