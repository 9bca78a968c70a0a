/** The planner's entry: a statement's syntax tree and its context in, an immutable plan out. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../ast/index.ts';
import type { ColumnExpr, Expr } from '../expr/index.ts';
import type { Assignment, PlanColumn, QueryPlan, StatementPlan } from '../plan/index.ts';
import { bindExpression } from './bind/bind-expression.ts';
import { bindReference } from './bind/bind-from.ts';
import { bindInsert } from './bind/bind-insert.ts';
import { bindLoad } from './bind/bind-load.ts';
import { bindDelete, type BoundModify, bindUpdate, viewOf } from './bind/bind-modify.ts';
import { checkedWriter } from './bind/view-target.ts';
import { bindQuery } from './bind/bind-query.ts';
import { Block, type BoundQuery, type QueryEnv } from './bind/block.ts';
import { rowWriterOf } from './bind/row-writer.ts';
import { NO_MERGED } from './bind/scope.ts';
import { StatementState } from './bind/statement-state.ts';
import { dual, project } from './logical/make.ts';
import { optimize, type OptimizedQuery } from './optimize.ts';
import { positionsOf, resolve } from './physical/finalize.ts';
import type { PlannerContext } from './planner-context.ts';

export type PlannableStatement = ast.Query | ast.Insert | ast.Update | ast.Delete | ast.LoadData | ast.Do;

export function queryEnv(state: StatementState): QueryEnv {
  return {
    state,
    binders: { expression: bindExpression, query: bindQuery, reference: bindReference },
    parent: undefined,
    ctes: undefined,
    database: state.context.database,
    privileges: state.context.privileges,
    viewPath: [],
    inDerived: false,
    top: true,
    dropOrder: false,
  };
}

/** Throws 1235 for statements that are not planned. */
export function planStatement(statement: ast.Statement, context: PlannerContext): StatementPlan {
  const state = new StatementState(context);
  const env = queryEnv(state);
  switch (statement.kind) {
    case 'query':
      return planQuery(statement, state, env);
    case 'insert':
      return planInsert(statement, state, env);
    case 'update':
      return planUpdate(statement, state, env);
    case 'delete':
      return planDelete(statement, state, env);
    case 'load-data':
      return planLoad(statement, state, env);
    default:
      throw sqlError('ER_UNSUPPORTED_PS');
  }
}

function planBase(
  state: StatementState,
  optimized: Pick<OptimizedQuery, 'initPlans' | 'ctes'>,
): Omit<QueryPlan, 'kind' | 'root' | 'columns' | 'locking'> {
  return {
    initPlans: optimized.initPlans,
    ctes: optimized.ctes,
    slotCount: state.slotCount,
    paramCount: state.paramCount,
    tables: [...state.tables],
    warnings: state.warnings,
    cacheable: state.cacheable,
  };
}

// ---- queries ----

function planQuery(statement: ast.Query, state: StatementState, env: QueryEnv): QueryPlan {
  const bound = bindQuery(statement, env);
  const into = bindInto(statement, bound);
  const { plan, columns } = rootProjection(bound, state);
  state.checkAccess();
  const optimized = optimize(plan, state);
  return {
    kind: 'query',
    root: optimized.root,
    columns,
    ...(into !== undefined && { into }),
    locking: state.locking,
    ...planBase(state, optimized),
  };
}

/** The result's columns with what the protocol tells about them. */
function rootProjection(
  bound: BoundQuery,
  state: StatementState,
): { plan: ReturnType<typeof project>; columns: PlanColumn[] } {
  const exprs = bound.outputs.map((output) => output.expr);
  const ids: ColumnExpr[] = [];
  const columns = bound.outputs.map(({ name, expr }): PlanColumn => {
    const column = state.newColumn(expr.type, name);
    ids.push(column);
    const origin = expr.kind === 'column' ? state.origins.get(expr.id) : undefined;
    return { id: column.id, name, type: expr.type, ...origin };
  });
  return { plan: project(bound.plan, exprs, ids), columns };
}

function bindInto(statement: ast.Query, bound: BoundQuery): QueryPlan['into'] {
  const { into } = statement;
  if (into === undefined) return undefined;
  if (into.kind === 'into-variables') {
    if (into.targets.length !== bound.outputs.length) throw sqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
    return {
      variables: into.targets.map((target) =>
        target.kind === 'user-variable' ? { user: target.name, name: target.name } : { name: target.name },
      ),
    };
  }
  return { file: into.file, dump: into.kind === 'into-dumpfile', options: into };
}

// ---- data changes ----

function planInsert(statement: ast.Insert, state: StatementState, env: QueryEnv): StatementPlan {
  const bound = bindInsert(statement, env);
  state.checkAccess();
  const common = {
    kind: 'insert',
    writer: bound.writer,
    mode: statement.replace ? 'replace' : 'insert',
    ignore: statement.ignore,
    columns: bound.columns,
    ...(bound.onDuplicate.length > 0 && { onDuplicate: bound.onDuplicate }),
  } as const;
  if (bound.query === undefined) {
    const optimized = optimize(dual(1), state);
    return { ...common, source: { kind: 'values', rows: bound.rows! }, ...planBase(state, optimized) };
  }
  const columns = bound.query.outputs.map(({ name, expr }) => state.newColumn(expr.type, name));
  const optimized = optimize(
    project(
      bound.query.plan,
      bound.query.outputs.map((output) => output.expr),
      columns,
    ),
    state,
  );
  return { ...common, source: { kind: 'query', root: optimized.root }, ...planBase(state, optimized) };
}

/** The query's output is, per target, its full row and handle; then whatever else assignments read. */
function planModify(
  bound: BoundModify,
  state: StatementState,
): {
  readonly optimized: OptimizedQuery;
  readonly positions: ReadonlyMap<number, number>;
  readonly offsets: readonly number[];
} {
  const columns: ColumnExpr[] = [];
  const offsets: number[] = [];
  for (const target of bound.targets) {
    offsets.push(columns.length);
    columns.push(...target.columns, target.handle);
  }
  const known = new Set(columns.map((column) => column.id));
  const add = (expr: Expr): void => {
    if (expr.kind === 'column' && !known.has(expr.id)) {
      known.add(expr.id);
      columns.push(expr);
    } else if (expr.kind === 'call') expr.args.forEach(add);
  };
  for (const target of bound.targets) for (const { expr } of target.assignments) if (!('default' in expr)) add(expr);
  const outputs = columns.map((column) => state.newColumn(column.type, column.name, column.table));
  const optimized = optimize(project(bound.plan, columns, outputs), state);
  return { optimized, positions: positionsOf(columns), offsets };
}

function planUpdate(statement: ast.Update, state: StatementState, env: QueryEnv): StatementPlan {
  const bound = bindUpdate(statement, env);
  state.checkAccess();
  const { optimized, positions, offsets } = planModify(bound, state);
  const targets = bound.targets.map((target, i) => ({
    writer: checkedWriter(target.source.scan.table, viewOf(target.source, env), env),
    offset: offsets[i]!,
    handle: offsets[i]! + target.columns.length,
    assignments: target.assignments.map(
      ({ column, expr }): Assignment => ({ column, expr: 'default' in expr ? expr : resolve(expr, positions) }),
    ),
  }));
  return { kind: 'update', root: optimized.root, ignore: statement.ignore, targets, ...planBase(state, optimized) };
}

function planDelete(statement: ast.Delete, state: StatementState, env: QueryEnv): StatementPlan {
  const bound = bindDelete(statement, env);
  state.checkAccess();
  const { optimized, offsets } = planModify(bound, state);
  const targets = bound.targets.map((target, i) => ({
    writer: rowWriterOf(target.source.scan.table, env),
    offset: offsets[i]!,
    handle: offsets[i]! + target.columns.length,
  }));
  return { kind: 'delete', root: optimized.root, ignore: statement.ignore, targets, ...planBase(state, optimized) };
}

function planLoad(statement: ast.LoadData, state: StatementState, env: QueryEnv): StatementPlan {
  const bound = bindLoad(statement, env);
  state.checkAccess();
  const optimized = optimize(dual(1), state);
  return {
    kind: 'load',
    writer: bound.writer,
    duplicates: statement.duplicates ?? (statement.local ? 'ignore' : 'error'),
    fields: bound.fields,
    set: bound.set,
    format: bound.format,
    file: statement.file,
    local: statement.local,
    ...planBase(state, optimized),
  };
}

// ---- expressions outside of statements ----

/** For SET, DO, defaults and the like: no tables, no subqueries. */
export function bindStandaloneExpression(node: ast.Expression, context: PlannerContext): Expr {
  const block = new Block(queryEnv(new StatementState(context)));
  block.relation = { plan: dual(1), sources: [], merged: NO_MERGED, star: () => [] };
  return block.bind(node);
}
