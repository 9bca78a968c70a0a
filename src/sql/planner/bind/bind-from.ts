/** FROM: tables, views, derived tables, CTEs and joins become a relation: a plan and the names it offers. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { TableDef, ViewDef } from '../../catalog/index.ts';
import type { Expr } from '../../expr/index.ts';
import type { LogicalNode, ScanNode } from '../logical/logical-plan.ts';
import { dual } from '../logical/make.ts';
import { isVolatile } from '../logical/expressions.ts';
import type { PrivilegeChecker } from '../planner-context.ts';
import { bindIndexHints } from './bind-index-hints.ts';
import { bindJsonTable } from './bind-json-table.ts';
import { bindJoin } from './bind-join.ts';
import { combine, combinePlans, materialized } from './relation.ts';
import { Block, type BoundQuery, type QueryEnv } from './block.ts';
import { isVirtualSchema } from './virtual-schema.ts';
import { selectPartitions } from './select-partitions.ts';
import type { CteEntry } from './cte-scope.ts';
import { ListSource, type NamedExpr, NO_MERGED, type Relation, relationOf, TableSource } from './scope.ts';
import type { TableAccess } from './statement-state.ts';

const VIEW_DEPTH_MAX = 64;

/** The comma list: inner joins without conditions, left to right. */
export function bindFrom(references: readonly ast.TableReference[], block: Block): Relation {
  let relation: Relation | undefined;
  for (const reference of references) {
    const next = bindReference(reference, block, relation);
    relation = relation === undefined ? next : crossJoin(relation, next);
  }
  if (relation === undefined) return { plan: dual(1), sources: [], merged: NO_MERGED, star: () => [] };
  if (relation.sources.length > 1) requireUniqueNames(relation);
  return relation;
}

/** `left` = what stands before it in the comma list or join: visible to LATERAL. */
export function bindReference(reference: ast.TableReference, block: Block, left: Relation | undefined): Relation {
  switch (reference.kind) {
    case 'table':
      if (reference.tableSample?.method === 'regions') return bindDerived(sampled(reference, block), block, left);
      return bindTable(reference, block);
    case 'derived-table':
      return bindDerived(reference, block, left);
    case 'join':
      return bindJoin(reference, block, left);
    case 'json-table':
      return bindJsonTable(reference, block, left);
  }
}

function crossJoin(left: Relation, right: Relation): Relation {
  return combine(left, right, combinePlans(left.plan, right.plan));
}

function requireUniqueNames(relation: Relation): void {
  const seen = new Set<string>();
  for (const source of relation.sources) {
    const key = `${source.schema ?? ''}.${source.alias}`;
    if (seen.has(key)) throw sqlError('ER_NONUNIQ_TABLE', source.alias);
    seen.add(key);
  }
}

// ---- tables and views ----

function bindTable(node: ast.TableSource, block: Block): Relation {
  const { env } = block;
  if (node.schema === undefined) {
    const cte = env.ctes?.find(node.name);
    if (cte !== undefined) return bindCteReference(cte, node.alias ?? node.name, block);
  }
  const schema = node.schema ?? env.database;
  if (schema === null || schema === undefined) throw sqlError('ER_NO_DB_ERROR');
  const found = findTable(schema, node.name, block);
  const alias = node.alias ?? node.name;
  if (found.kind === 'view') {
    if (node.partitions.length > 0) throw sqlError('ER_PARTITION_CLAUSE_ON_NONPARTITIONED');
    return bindView(found, alias, block);
  }
  const virtual = isVirtualSchema(schema) && block.state.context.catalog.findTable(schema, node.name) === undefined;
  if (!virtual) block.state.tables.add(found);
  const table = virtual ? found : selectPartitions(found, node.partitions);
  const access = virtual ? undefined : recordAccess(env, schema, table.name, block);
  const scan: ScanNode = {
    kind: 'scan',
    table,
    alias,
    columns: [],
    positions: [],
    hints: bindIndexHints(node, table),
    lock: undefined,
    handle: undefined,
    asOf: undefined,
    virtual,
  };
  return relationOf(scan, new TableSource(block.state, scan, access, env.inDerived));
}

export function findTable(schema: string, name: string, block: Block): TableDef | ViewDef {
  const { catalog, virtualTables } = block.state.context;
  const found =
    catalog.findTable(schema, name) ?? (isVirtualSchema(schema) ? virtualTables.find(schema, name) : undefined);
  if (found !== undefined) return found;
  if (isVirtualSchema(schema)) {
    if (schema.toLowerCase() === 'information_schema') throw sqlError('ER_UNKNOWN_TABLE', name.toUpperCase(), schema);
  } else if (catalog.findSchema(schema) === undefined) {
    throw sqlError('ER_BAD_DB_ERROR', schema);
  }
  throw sqlError('ER_NO_SUCH_TABLE', schema, name);
}

function recordAccess(env: QueryEnv, schema: string, table: string, block: Block): TableAccess | undefined {
  if (env.privileges === undefined) return undefined;
  const access: TableAccess = {
    privileges: env.privileges,
    schema,
    table,
    columns: new Set(),
    written: [],
    writeOnly: false,
  };
  block.state.accesses.push(access);
  return access;
}

function bindView(view: ViewDef, alias: string, block: Block): Relation {
  const { env, state } = block;
  const path = `${view.schema}.${view.name}`;
  if (env.viewPath.includes(path)) throw sqlError('ER_VIEW_RECURSIVE', view.schema, view.name);
  if (env.viewPath.length >= VIEW_DEPTH_MAX) throw sqlError('ER_VIEW_RECURSIVE', view.schema, view.name);
  const access = recordAccess(env, view.schema, view.name, block);
  const privileges: PrivilegeChecker | undefined =
    env.privileges === undefined || view.security === 'invoker'
      ? env.privileges
      : env.privileges.forDefiner(view.definer);
  const inner: QueryEnv = {
    ...env,
    parent: undefined,
    ctes: undefined,
    database: view.schema,
    privileges,
    viewPath: [...env.viewPath, path],
    inDerived: true,
    top: false,
    dropOrder: false,
  };
  const query = state.context.parseQuery(view.sql);
  const first = state.tableSources.length;
  const bound = bindViewBody(query, inner, view);
  if (env.viewPath.length === 0) state.views.push({ view, alias, sources: state.tableSources.slice(first) });
  return sourceOf(bound, alias, view.schema, view.columns, block, access);
}

/** What is wrong inside a view is told as 1356, as MySQL does, so that names of hidden tables do not leak. */
function bindViewBody(query: ast.Query, env: QueryEnv, view: ViewDef): BoundQuery {
  try {
    return env.binders.query(query, env);
  } catch (error) {
    const errno = (error as { errno?: number }).errno;
    if (
      errno === 1146 ||
      errno === 1054 ||
      errno === 1049 ||
      errno === 1305 ||
      errno === 1356 ||
      errno === 1142 ||
      errno === 1143
    ) {
      throw sqlError('ER_VIEW_INVALID', view.schema, view.name);
    }
    throw error;
  }
}

/** TABLESAMPLE REGIONS(): a row of each region, and a table here is one: (SELECT * FROM t LIMIT 1) AS t. */
function sampled(node: ast.TableSource, block: Block): ast.DerivedTable {
  const schema = node.schema ?? block.env.database;
  if (schema === null || schema === undefined) throw sqlError('ER_NO_DB_ERROR');
  if (isVirtualSchema(schema)) throw sqlError('ER_INVALID_TABLE_SAMPLE', 'Unsupported TABLESAMPLE in virtual tables');
  if (findTable(schema, node.name, block).kind === 'view')
    throw sqlError('ER_INVALID_TABLE_SAMPLE', 'Unsupported TABLESAMPLE in views');
  const { start, end } = node;
  const query = block.state.context.parseQuery('select * from t limit 1');
  const body = { ...(query.body as ast.Select), from: [{ ...node, tableSample: undefined }] };
  return {
    kind: 'derived-table',
    start,
    end,
    lateral: false,
    query: { ...query, body },
    alias: node.alias ?? node.name,
    columns: [],
  };
}

// ---- derived tables and CTEs ----

function bindDerived(node: ast.DerivedTable, block: Block, left: Relation | undefined): Relation {
  if (node.alias === undefined) throw sqlError('ER_DERIVED_MUST_HAVE_ALIAS');
  const env: QueryEnv = {
    ...block.env,
    parent: node.lateral ? lateralParent(block, left) : block.parent,
    top: false,
    dropOrder: node.query.limit === undefined,
    inDerived: true,
  };
  const bound = block.env.binders.query(node.query, env);
  return sourceOf(bound, node.alias, undefined, node.columns, block, undefined);
}

/** LATERAL sees the tables before it, through a block that stands for the half-built FROM. */
function lateralParent(block: Block, left: Relation | undefined): Block | undefined {
  if (left === undefined) return block.parent;
  const half = new Block(block.env);
  half.relation = left;
  return half;
}

/** Gives a bound query a name; plain and cheap outputs are used directly, so that a simple derived table leaves no trace. */
export function sourceOf(
  bound: BoundQuery,
  alias: string,
  schema: string | undefined,
  names: readonly string[],
  block: Block,
  access: TableAccess | undefined,
): Relation {
  if (names.length > 0 && names.length !== bound.outputs.length) throw sqlError('ER_VIEW_WRONG_LIST');
  const named = bound.outputs.map((output, i): NamedExpr => ({ name: names[i] ?? output.name, expr: output.expr }));
  requireDistinctNames(named);
  const flat = mergeOutputs(bound.plan, named, alias, block);
  return relationOf(flat.plan, new ListSource(alias, schema, flat.columns, access, bound.isMergeable === true));
}

function requireDistinctNames(columns: readonly NamedExpr[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw sqlError('ER_DUP_FIELDNAME', name);
    seen.add(lower);
  }
}

/** Outputs are used as they are, expressions too, so that the joins below are one with those above; only what is volatile gets a projection. */
function mergeOutputs(
  plan: LogicalNode,
  outputs: readonly NamedExpr[],
  alias: string,
  block: Block,
): { plan: LogicalNode; columns: NamedExpr[] } {
  const merged = outputs.some(({ expr }) => isVolatile(expr))
    ? materialized(plan, outputs, alias, block)
    : { plan, columns: outputs };
  return {
    plan: merged.plan,
    columns: merged.columns.map(({ name, expr }) => ({ name, expr: renamed(expr, name, alias, block) })),
  };
}

function renamed(expr: Expr, name: string, alias: string, block: Block): Expr {
  if (expr.kind !== 'column') return expr;
  const origin = block.state.origins.get(expr.id);
  if (origin !== undefined) block.state.origins.set(expr.id, { ...origin, table: alias });
  return { ...expr, name, table: alias };
}

function bindCteReference(entry: CteEntry, alias: string, block: Block): Relation {
  const { state } = block;
  if (entry.rebind !== undefined && !entry.recursing)
    return sourceOf(entry.rebind(), alias, undefined, entry.columnNames, block, undefined);
  const columns = entry.columns.map((column, i) => state.newColumnOf([column], entry.columnNames[i]!, alias));
  if (entry.recursing) entry.workReferences++;
  else entry.definition.references++;
  const plan: LogicalNode = {
    kind: 'cte-scan',
    cte: entry.definition.cte,
    name: entry.name,
    columns,
    workTable: entry.recursing,
    outer: entry.recursing ? [] : entry.definition.outer,
  };
  const named = columns.map((expr, i): NamedExpr => ({ name: entry.columnNames[i]!, expr }));
  return relationOf(plan, new ListSource(alias, undefined, named));
}
