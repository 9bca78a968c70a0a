/**
 * What a data change through a view writes: the base tables behind it, where each of its columns is kept, and the conditions
 * that WITH CHECK OPTION puts on new rows.
 *
 * A view can be written through when its body selects from tables (or such views) with nothing that makes one row of many:
 * DISTINCT, aggregates, window functions, GROUP BY, HAVING, LIMIT, UNION. A join can be written one table at a time.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { TableDef, ViewDef } from '../../catalog/index.ts';
import type { Expr } from '../../expr/index.ts';
import type { RowWriter } from '../../plan/index.ts';
import { findTable } from './bind-from.ts';
import { Block, type QueryEnv } from './block.ts';
import { ROW_IDS, rowBlock, RowSource, rowWriterOf } from './row-writer.ts';
import { columnPositions } from './scope.ts';

/** One base table as a view sees it. */
export interface BaseTable {
  readonly table: TableDef;
  /** Positions by what the body calls them (lower case). */
  readonly names: ReadonlyMap<string, number>;
  readonly alias: string;
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly expression: ast.Expression;
  readonly alias: string;
  readonly names: ReadonlyMap<string, number>;
}

export interface ViewColumn {
  readonly name: string;
  /** Undefined: computed, not to be written. */
  readonly place: { readonly base: BaseTable; readonly position: number } | undefined;
}

export interface ViewTarget {
  readonly view: ViewDef;
  readonly bases: readonly BaseTable[];
  readonly columns: readonly ViewColumn[];
  /** Of rows written through the view; names are those of `bases[0]`: joins are not checked. */
  readonly checks: readonly Condition[];
}

/** Undefined: the view cannot be written through. */
export function viewTarget(view: ViewDef, env: QueryEnv): ViewTarget | undefined {
  if (view.algorithm === 'temptable') return undefined;
  const query = env.state.context.parseQuery(view.sql);
  const { body } = query;
  if (query.limit !== undefined || query.with !== undefined || body.kind !== 'select') return undefined;
  if (body.distinct || body.groupBy !== undefined || body.having !== undefined || body.from.length === 0)
    return undefined;
  if (body.windows.length > 0 || body.items.some((item) => collects(item, env))) return undefined;
  const sources: Source[] = [];
  for (const reference of body.from) if (!addSources(reference, view, env, sources)) return undefined;
  const bases = sources.flatMap((source) => source.bases);
  const columns = body.items.map((item, place): ViewColumn => {
    const name = view.columns[place] ?? '';
    return { name, place: item.kind === 'star' ? undefined : placeOf(item.expression, sources) };
  });
  return { view, bases, columns, checks: checksOf(view, body.where, sources) };
}

interface Source {
  readonly alias: string;
  readonly bases: readonly BaseTable[];
  readonly columns: readonly ViewColumn[];
  /** Of the view behind this name. */
  readonly inner: ViewTarget | undefined;
  readonly where: readonly Condition[];
}

function addSources(reference: ast.TableReference, view: ViewDef, env: QueryEnv, sources: Source[]): boolean {
  if (reference.kind === 'join')
    return addSources(reference.left, view, env, sources) && addSources(reference.right, view, env, sources);
  if (reference.kind !== 'table') return false;
  const found = findTable(
    reference.schema ?? view.schema,
    reference.name,
    new Block({ ...env, database: view.schema }),
  );
  const alias = reference.alias ?? reference.name;
  if (found.kind === 'table') {
    const base = { table: found, names: columnPositions(found), alias, conditions: [] };
    const columns = [...base.names].map(([name, position]) => ({ name, place: { base, position } }));
    sources.push({ alias, bases: [base], columns, inner: undefined, where: [] });
    return true;
  }
  const inner = viewTarget(found, env);
  if (inner === undefined) return false;
  sources.push({ alias, bases: inner.bases, columns: inner.columns, inner, where: allConditions(inner, env) });
  return true;
}

function placeOf(expression: ast.Expression, sources: readonly Source[]): ViewColumn['place'] {
  if (expression.kind !== 'column') return undefined;
  const name = expression.name.toLowerCase();
  for (const source of sources) {
    if (expression.table !== undefined && expression.table !== source.alias) continue;
    const column = source.columns.find((candidate) => candidate.name.toLowerCase() === name);
    if (column !== undefined) return column.place;
  }
  return undefined;
}

/** CASCADED checks the conditions of all views below; LOCAL its own, and what the views below ask for themselves. */
function checksOf(view: ViewDef, where: ast.Expression | undefined, sources: readonly Source[]): Condition[] {
  const below = sources.flatMap(({ inner, where: conditions }) =>
    view.checkOption === 'cascaded' ? conditions : (inner?.checks ?? []),
  );
  return view.checkOption === 'none' ? below : [...below, ...own(where, sources)];
}

function allConditions(target: ViewTarget, env: QueryEnv): Condition[] {
  return viewConditions(target.view, env);
}

function viewConditions(view: ViewDef, env: QueryEnv): Condition[] {
  const { body } = env.state.context.parseQuery(view.sql);
  if (body.kind !== 'select') return [];
  const sources: Source[] = [];
  for (const reference of body.from) addSources(reference, view, env, sources);
  return [...sources.flatMap((source) => source.where), ...own(body.where, sources)];
}

function own(where: ast.Expression | undefined, sources: readonly Source[]): Condition[] {
  const [source] = sources;
  if (where === undefined || source === undefined || sources.length > 1) return [];
  const names = new Map(
    source.columns.flatMap(({ name, place }) => (place === undefined ? [] : [[name.toLowerCase(), place.position]])),
  );
  return [{ expression: where, alias: source.alias, names }];
}

/** Whether an item holds an aggregate, a window function or a subquery that would make the view's rows no rows of a table. */
function collects(node: unknown, env: QueryEnv): boolean {
  if (Array.isArray(node)) return node.some((item) => collects(item, env));
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  const { kind, name } = node as { readonly kind?: string; readonly name?: string };
  if (kind === 'aggregate' || kind === 'window') return true;
  if (kind === 'function' && name !== undefined && env.state.context.functions.findAggregate(name) !== undefined)
    return true;
  if (kind === 'subquery' || kind === 'query') return false;
  return Object.values(node).some((value) => collects(value, env));
}

/** The table's writer, which refuses rows that the view would not show (1369). */
export function checkedWriter(table: TableDef, target: ViewTarget | undefined, env: QueryEnv): RowWriter {
  const writer = rowWriterOf(table, env);
  if (target === undefined || target.checks.length === 0) return writer;
  const checks = target.checks.map((condition) => ({
    name: `${target.view.schema}.${target.view.name}`,
    condition: bindOverRow(condition, table, target.view, env),
    view: target.view,
  }));
  return { ...writer, checks: [...writer.checks, ...checks] };
}

function bindOverRow({ expression, alias, names }: Condition, table: TableDef, view: ViewDef, env: QueryEnv): Expr {
  if (readsRows(expression))
    throw sqlError('ER_NOT_SUPPORTED_YET', 'CHECK OPTION of a view whose WHERE has a subquery');
  const source = new RowSource(table, alias, { offset: 0, firstId: ROW_IDS }, names);
  return rowBlock([source], { ...env, database: view.schema }).bind(expression);
}

function readsRows(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(readsRows);
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  return (node as { readonly kind?: string }).kind === 'query' || Object.values(node).some(readsRows);
}
