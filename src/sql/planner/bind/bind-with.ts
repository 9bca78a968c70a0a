/** WITH: each table expression is bound once where it is written; references scan its result. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { ColumnExpr } from '../../expr/index.ts';
import { withNullable } from '../../types/index.ts';
import type { LogicalCte, LogicalNode } from '../logical/logical-plan.ts';
import { project } from '../logical/make.ts';
import { freeColumns, freeColumnsOf } from '../logical/plan-tree.ts';
import { bindLimit } from './bind-limit.ts';
import { bindOperandBody, toTypes } from './bind-set-operation.ts';
import { Block, type BoundQuery, type QueryEnv } from './block.ts';
import { type CteEntry, CteScope } from './cte-scope.ts';
import { checkRecursivePart, checkRecursiveUnions, mentions } from './recursive-rules.ts';

export function bindWith(clause: ast.WithClause, env: QueryEnv): CteScope {
  const scope = new CteScope(env.ctes);
  for (const table of clause.tables) {
    if (scope.has(table.name)) throw sqlError('ER_NONUNIQ_TABLE', table.name);
    const inner: QueryEnv = {
      ...env,
      ctes: scope,
      top: false,
      dropOrder: table.query.limit === undefined,
      inDerived: true,
    };
    const entry = clause.recursive && readsItself(table) ? bindRecursive(table, inner, scope) : bindPlain(table, inner);
    scope.add(entry);
  }
  return scope;
}

function columnNames(table: ast.CommonTableExpression, bound: BoundQuery): readonly string[] {
  if (table.columns.length > 0 && table.columns.length !== bound.outputs.length) throw sqlError('ER_VIEW_WRONG_LIST');
  const names = bound.outputs.map((output, i) => table.columns[i] ?? output.name);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw sqlError('ER_DUP_FIELDNAME', name);
    seen.add(name.toLowerCase());
  }
  return names;
}

function bindPlain(table: ast.CommonTableExpression, env: QueryEnv): CteEntry {
  const bound = env.binders.query(table.query, env);
  const names = columnNames(table, bound);
  const columns = bound.outputs.map(({ expr }, i) => env.state.newColumnOf([expr], names[i]!));
  const plan = project(
    bound.plan,
    bound.outputs.map((output) => output.expr),
    columns,
  );
  const definition: LogicalCte = {
    cte: env.state.ctes.length,
    name: table.name,
    plan,
    recursive: undefined,
    distinct: false,
    limit: undefined,
    references: 0,
    outer: [],
  };
  env.state.ctes.push(definition);
  const rebind = freeColumns(plan).size === 0 ? undefined : () => env.binders.query(table.query, env);
  return { name: table.name, definition, columns, columnNames: names, recursing: false, workReferences: 0, rebind };
}

/** The first part has no reference to itself and gives names and types; the others read the rows of the round before. */
function bindRecursive(table: ast.CommonTableExpression, outer: QueryEnv, scope: CteScope): CteEntry {
  const { body, with: own } = table.query;
  // Its own WITH comes before the reference to itself is known, and may read what is outside under the same name.
  const env = own === undefined ? outer : { ...outer, ctes: bindWith(own, outer) };
  if (body.kind !== 'set-operation') throw sqlError('ER_CTE_RECURSIVE_REQUIRES_UNION', table.name);
  if (body.operator !== 'union') throw sqlError('ER_CTE_RECURSIVE_NOT_UNION');
  const parts = unionParts(body);
  const firstRecursive = parts.findIndex((part) => mentions(part, table.name));
  if (firstRecursive === 0) throw sqlError('ER_CTE_RECURSIVE_REQUIRES_NONRECURSIVE_FIRST', table.name);
  checkRecursiveUnions(body, parts.length - firstRecursive);
  const seeds = parts.slice(0, firstRecursive).map((part) => bindOperandBody(part, env));
  const first = seeds[0]!;
  const names = columnNames(table, first);
  const columns = first.outputs.map(({ expr }, i) => env.state.newColumn(withNullable(expr.type, true), names[i]!));
  const types = columns.map((column) => column.type);
  const definition: LogicalCte = {
    cte: env.state.ctes.length,
    name: table.name,
    plan: unionAll(
      seeds.map((seed) => toTypes(sameWidth(seed, first), types, env)),
      columns,
    ),
    recursive: undefined,
    distinct: body.distinct,
    limit: undefined,
    references: 0,
    outer: [],
  };
  env.state.ctes.push(definition);
  const entry: CteEntry = {
    name: table.name,
    definition,
    columns,
    columnNames: names,
    recursing: true,
    workReferences: 0,
    rebind: undefined,
  };
  scope.add(entry);
  const rounds = parts.slice(firstRecursive).map((part) => {
    checkRecursivePart(part, table.name);
    const before = entry.workReferences;
    const bound = bindOperandBody(part, env);
    if (entry.workReferences > before + 1) throw sqlError('ER_CTE_RECURSIVE_REQUIRES_SINGLE_REFERENCE', table.name);
    return toTypes(sameWidth(bound, first), types, env);
  });
  definition.recursive = unionAll(
    rounds,
    columns.map((column) => env.state.newColumn(column.type, column.name)),
  );
  definition.limit = limitOf(table.query, env);
  entry.recursing = false;
  definition.outer = freeColumnsOf([definition.plan, definition.recursive]);
  return entry;
}

function sameWidth(bound: BoundQuery, first: BoundQuery): BoundQuery {
  if (bound.outputs.length !== first.outputs.length) throw sqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
  return bound;
}

function unionAll(children: readonly LogicalNode[], columns: readonly ColumnExpr[]): LogicalNode {
  return { kind: 'set-operation', operation: 'union', all: true, children, columns };
}

function unionParts(body: ast.QueryBody): ast.QueryBody[] {
  return body.kind === 'set-operation' && body.operator === 'union' ? [...unionParts(body.left), body.right] : [body];
}

function limitOf(query: ast.Query, env: QueryEnv): LogicalCte['limit'] {
  if (query.limit === undefined) return undefined;
  const limited = bindLimit(
    { kind: 'dual', rowCount: 1, columns: [] },
    query.limit,
    new Block({ ...env, top: false }),
    false,
  );
  return limited.kind === 'limit' ? { count: limited.count, offset: limited.offset } : undefined;
}

function readsItself(table: ast.CommonTableExpression): boolean {
  return mentions(table.query, table.name);
}
