/**
 * Correlated subqueries become joins.
 *
 * - semi, anti, mark apply: the correlated conditions are pulled out of the inner side and become join conditions.
 * - a semi join on equalities may also be an inner join with the distinct values of its right side.
 * - scalar apply over an aggregate: the aggregate is grouped by the inner sides of the correlated equalities and left-joined; what
 *   COUNT and the like give for no rows is put back above the join.
 *
 * Where running the inner side per outer row may be cheaper (small outer side, good index), both forms are kept as a
 * choice for the physical planner. What cannot be pulled up stays an apply.
 */
import type { StatementState } from '../bind/statement-state.ts';
import type { ColumnExpr, EvalContext, Expr } from '../../expr/index.ts';
import type { AggregateCall } from '../../plan/index.ts';
import { constant } from '../bind/call-builder.ts';
import { everyColumn, isVolatile, someExpr, substitute } from '../logical/expressions.ts';
import type { AggregateNode, ApplyNode, JoinNode, LogicalNode } from '../logical/logical-plan.ts';
import { aggregate, filter, join, project } from '../logical/make.ts';
import { columnIdsOf, columnsOf, freeColumns, mapChildren } from '../logical/plan-tree.ts';

const CHOICES_MAX = 3;

/** The column that stands for a side of a comparison. */
function keyColumn(expr: Expr, state: StatementState): ColumnExpr {
  return expr.kind === 'column' ? state.newColumnOf([expr], expr.name, expr.table) : state.newColumnOf([expr], 'key');
}

export function decorrelate(plan: LogicalNode, state: StatementState): LogicalNode {
  return new Decorrelation(state).visit(plan);
}

interface Pulled {
  readonly plan: LogicalNode;
  readonly conditions: readonly Expr[];
}

class Decorrelation {
  readonly #state: StatementState;
  #choices = 0;

  constructor(state: StatementState) {
    this.#state = state;
  }

  visit(node: LogicalNode): LogicalNode {
    const below = mapChildren(node, (child) => this.visit(child));
    if (below.kind === 'join' && below.join === 'semi') return this.#semi(below);
    if (below.kind !== 'apply') return below;
    if (below.mode === 'semi' || below.mode === 'anti' || below.mode === 'mark') return this.#truth(below);
    return below.mode === 'scalar' ? this.#scalar(below) : below;
  }

  #truth(node: ApplyNode): LogicalNode {
    const outer = columnIdsOf(node.outer);
    const { inner, on } = simplifyInner(node);
    const pulled = pullUp(inner, outer, this.#state);
    if (pulled === undefined || readsAny(pulled.plan, outer)) return node;
    const mode = node.mode as 'semi' | 'anti' | 'mark';
    const conditions = [...on, ...pulled.conditions];
    const joined = join(mode, node.outer, pulled.plan, conditions, {
      nullAware: node.nullAware,
      awareCount: node.awareCount,
      mark: node.output[0],
    });
    const options: LogicalNode[] = [joined];
    const turned = mode === 'semi' ? this.#turned(joined) : undefined;
    if (turned !== undefined) options.push(turned);
    if (!isSimple(pulled.plan)) options.push(node);
    return this.#choice(options);
  }

  #choice(options: readonly LogicalNode[]): LogicalNode {
    if (this.#choices >= CHOICES_MAX || options.length === 1) return options[0]!;
    this.#choices++;
    return { kind: 'choice', options };
  }

  #semi(node: JoinNode): LogicalNode {
    const turned = this.#turned(node);
    return this.#choice(turned === undefined ? [node] : [node, turned]);
  }

  /**
   * x IN (q) as a join with q's distinct values: then a small q can drive lookups in a large table, instead of the table
   * being read (and, in an UPDATE, locked) as a whole.
   */
  #turned(node: JoinNode): JoinNode | undefined {
    if (node.nullAware || node.on.length === 0) return undefined;
    const pairs = equalities(node.on, columnIdsOf(node.left));
    if (pairs === undefined) return undefined;
    const state = this.#state;
    const keys = pairs.map(({ inner }) => keyColumn(inner, state));
    const distinct = aggregate(node.right, { groupBy: pairs.map((pair) => pair.inner), groupColumns: keys });
    return join(
      'inner',
      node.left,
      distinct,
      pairs.map(({ outer }, i) => state.calls.call('=', [outer, keys[i]!])),
    );
  }

  /** inner = projections over an aggregate without GROUP BY. */
  #scalar(node: ApplyNode): LogicalNode {
    const outer = columnIdsOf(node.outer);
    let inner = node.inner;
    let exprs: readonly Expr[] = columnsOf(inner);
    while (inner.kind === 'project') {
      const made = new Map(
        inner.columns.map((column, i) => [column.id, (inner as { exprs: readonly Expr[] }).exprs[i]!]),
      );
      exprs = exprs.map((expr) => substitute(expr, made));
      inner = inner.child;
    }
    if (
      inner.kind !== 'aggregate' ||
      inner.groupBy.length > 0 ||
      inner.calls.some((call) => readsExprs(call.args, outer))
    )
      return node;
    const pulled = pullUp(inner.child, outer, this.#state);
    if (pulled === undefined || readsAny(pulled.plan, outer)) return node;
    const pairs = equalities(pulled.conditions, outer);
    if (pairs === undefined || pairs.length === 0) return node;
    return this.#choice([this.#joinAggregate(node, { ...inner, child: pulled.plan }, pairs, exprs), node]);
  }

  #joinAggregate(node: ApplyNode, inner: AggregateNode, pairs: readonly Pair[], exprs: readonly Expr[]): LogicalNode {
    const state = this.#state;
    const keys = pairs.map(({ inner: key }) => keyColumn(key, state));
    const callColumns = inner.callColumns.map((column) =>
      state.newColumnOf([column], column.name, undefined, { ...column.type, nullable: true }),
    );
    const grouped: AggregateNode = {
      ...inner,
      groupBy: pairs.map((pair) => pair.inner),
      groupColumns: keys,
      callColumns,
    };
    const on = pairs.map((pair, i) => state.calls.call(pair.operator, [keys[i]!, pair.outer]));
    const values = new Map<number, Expr>();
    for (const [i, column] of inner.callColumns.entries())
      values.set(column.id, this.#orEmpty(inner.calls[i]!, callColumns[i]!));
    const outerColumns = columnsOf(node.outer);
    const joined = join('left', node.outer, grouped, on);
    return project(
      joined,
      [...outerColumns, ...exprs.map((expr) => substitute(expr, values))],
      [...outerColumns, ...node.output],
    );
  }

  /** The aggregate's column, with its value for no rows where the join found no group: COUNT gives 0, not NULL. */
  #orEmpty(call: AggregateCall, column: ColumnExpr): Expr {
    const context = {
      params: [],
      slots: [],
      session: this.#state.context.evalSession,
      warn: () => undefined,
    } satisfies EvalContext;
    const empty = call.def
      .build(
        call.args.map((arg) => arg.type),
        call.type,
        call.options,
      )
      .create()
      .result(context);
    return empty === null ? column : this.#state.calls.call('ifnull', [column, constant(empty, call.type)]);
  }
}

/** Under EXISTS and IN neither order nor duplicates matter, and projections dissolve into the compared expressions. */
function simplifyInner(node: ApplyNode): { inner: LogicalNode; on: readonly Expr[] } {
  let inner = node.inner;
  let { on } = node;
  for (;;) {
    if (inner.kind === 'project' && !inner.exprs.some(isVolatile)) {
      const made = new Map(
        inner.columns.map((column, i) => [column.id, (inner as { exprs: readonly Expr[] }).exprs[i]!]),
      );
      on = on.map((expr) => substitute(expr, made));
      inner = inner.child;
    } else if (inner.kind === 'distinct' || inner.kind === 'sort') {
      inner = inner.child;
    } else {
      return { inner, on };
    }
  }
}

function isSimple(node: LogicalNode): boolean {
  return node.kind === 'scan' || (node.kind === 'filter' && node.child.kind === 'scan');
}

function reads(expr: Expr, columns: ReadonlySet<number>): boolean {
  return someExpr(expr, (part) => part.kind === 'column' && columns.has(part.id));
}
function readsExprs(exprs: readonly Expr[], columns: ReadonlySet<number>): boolean {
  return exprs.some((expr) => reads(expr, columns));
}
function readsAny(plan: LogicalNode, columns: ReadonlySet<number>): boolean {
  for (const id of freeColumns(plan)) if (columns.has(id)) return true;
  return false;
}

/** Takes correlated conditions out of filters and inner joins; undefined where one sits too deep to be moved. */
function pullUp(node: LogicalNode, outer: ReadonlySet<number>, state: StatementState): Pulled | undefined {
  if (!readsAny(node, outer)) return { plan: node, conditions: [] };
  switch (node.kind) {
    case 'filter': {
      if (node.conditions.some(isVolatile)) return undefined;
      const child = pullUp(node.child, outer, state);
      if (child === undefined) return undefined;
      const own = node.conditions.filter((condition) => reads(condition, outer));
      const rest = node.conditions.filter((condition) => !reads(condition, outer));
      return { plan: filter(child.plan, rest), conditions: [...child.conditions, ...own] };
    }
    case 'join': {
      if (node.join === 'inner') return pullFromInner(node, outer, state);
      if (readsExprs(node.on, outer) || readsAny(node.right, outer)) return undefined;
      const left = pullUp(node.left, outer, state);
      return left && { plan: { ...node, left: left.plan }, conditions: left.conditions };
    }
    case 'project': {
      if (readsExprs(node.exprs, outer)) return undefined;
      const child = pullUp(node.child, outer, state);
      return child && { plan: passThrough(node, child, outer), conditions: child.conditions };
    }
    case 'aggregate':
      return pullFromAggregate(node, outer, state);
    default:
      return undefined;
  }
}

function pullFromInner(
  node: Extract<LogicalNode, { kind: 'join' }>,
  outer: ReadonlySet<number>,
  state: StatementState,
): Pulled | undefined {
  const left = pullUp(node.left, outer, state);
  const right = pullUp(node.right, outer, state);
  if (left === undefined || right === undefined) return undefined;
  const own = node.on.filter((condition) => reads(condition, outer));
  const on = node.on.filter((condition) => !reads(condition, outer));
  return {
    plan: { ...node, left: left.plan, right: right.plan, on },
    conditions: [...left.conditions, ...right.conditions, ...own],
  };
}

/** Columns that pulled conditions read have to come out of the projection as well. */
function passThrough(
  node: Extract<LogicalNode, { kind: 'project' }>,
  child: Pulled,
  outer: ReadonlySet<number>,
): LogicalNode {
  const known = new Set(node.columns.map((column) => column.id));
  const extra = new Map<number, ColumnExpr>();
  for (const condition of child.conditions) {
    someExpr(condition, (part) => {
      if (part.kind === 'column' && !outer.has(part.id) && !known.has(part.id)) extra.set(part.id, part);
      return false;
    });
  }
  const columns = [...extra.values()];
  return { ...node, child: child.plan, exprs: [...node.exprs, ...columns], columns: [...node.columns, ...columns] };
}

interface Pair {
  readonly inner: Expr;
  readonly outer: Expr;
  readonly operator: '=' | '<=>';
}

/** All conditions as inner = outer; undefined when one is something else. */
function equalities(conditions: readonly Expr[], outer: ReadonlySet<number>): Pair[] | undefined {
  const pairs: Pair[] = [];
  for (const condition of conditions) {
    if (condition.kind !== 'call' || condition.name !== '=') return undefined;
    const [a, b] = condition.args as [Expr, Expr];
    if (!reads(a, outer) && everyColumn(b, (id) => outer.has(id))) pairs.push({ inner: a, outer: b, operator: '=' });
    else if (!reads(b, outer) && everyColumn(a, (id) => outer.has(id)))
      pairs.push({ inner: b, outer: a, operator: '=' });
    else return undefined;
  }
  return pairs;
}

/** GROUP BY below IN or EXISTS: the correlated equalities' inner sides become further group keys. */
function pullFromAggregate(node: AggregateNode, outer: ReadonlySet<number>, state: StatementState): Pulled | undefined {
  if (
    node.groupBy.length === 0 ||
    node.rollup ||
    readsExprs(node.groupBy, outer) ||
    node.calls.some((call) => readsExprs(call.args, outer))
  )
    return undefined;
  const child = pullUp(node.child, outer, state);
  const pairs = child && equalities(child.conditions, outer);
  if (child === undefined || pairs === undefined) return undefined;
  const keys = pairs.map(({ inner }) => keyColumn(inner, state));
  const plan: AggregateNode = {
    ...node,
    child: child.plan,
    groupBy: [...node.groupBy, ...pairs.map((pair) => pair.inner)],
    groupColumns: [...node.groupColumns, ...keys],
  };
  return { plan, conditions: pairs.map((pair, i) => state.calls.call('=', [keys[i]!, pair.outer])) };
}
