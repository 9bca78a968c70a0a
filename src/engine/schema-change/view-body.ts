/**
 * The text of a view's body, as it is stored: canonical, `*` expanded to the columns of now, every item named, and tables
 * of another schema than the view's qualified. So the view means the same later, wherever and by whomever it is read.
 */
import { formatQuery } from '../../sql/ast/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { PlanColumn } from '../../sql/plan/index.ts';

export interface ViewBody {
  readonly query: ast.Query;
  /** Columns of the planned query, for `*`. */
  readonly columns: readonly PlanColumn[];
  /** Which table of its block each column reference was found in. */
  readonly tableOf: ReadonlyMap<unknown, string>;
  readonly viewSchema: string;
  /** What unqualified tables meant when the view was made. */
  readonly database: string | null;
}

export function viewBodyText({ query, columns, tableOf, viewSchema, database }: ViewBody): string {
  const named = nameItems(qualifyColumns(query, tableOf), columns);
  const qualified = database === null || database === viewSchema ? named : qualifyTables(named, database, new Set());
  return formatQuery(qualified, { introducer: 'utf8mb4' });
}

function qualifyColumns<T>(node: T, tableOf: ReadonlyMap<unknown, string>): T {
  if (Array.isArray(node)) return node.map((item: unknown) => qualifyColumns(item, tableOf)) as T;
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) copy[key] = qualifyColumns(value, tableOf);
  const table = tableOf.get(node);
  if (table !== undefined) copy['table'] = table;
  return copy as T;
}

function nameItems(query: ast.Query, columns: readonly PlanColumn[]): ast.Query {
  const { body } = query;
  if (body.kind === 'query') return { ...query, body: nameItems(body, columns) };
  if (body.kind === 'set-operation') return { ...query, body: nameSetItems(body, columns) };
  if (body.kind !== 'select') return query;
  return { ...query, body: { ...body, items: itemsOf(body, columns) } };
}

/** The first SELECT of a set operation names the columns; `*` is expanded in it alone. */
function nameSetItems(body: ast.SetOperation, columns: readonly PlanColumn[]): ast.SetOperation {
  const { left } = body;
  if (left.kind === 'set-operation') return { ...body, left: nameSetItems(left, columns) };
  if (left.kind === 'select') return { ...body, left: { ...left, items: itemsOf(left, columns) } };
  return body;
}

function itemsOf(select: ast.Select, columns: readonly PlanColumn[]): ast.SelectItem[] {
  const items: ast.SelectItem[] = [];
  let next = 0;
  select.items.forEach((item, place) => {
    if (item.kind !== 'star') {
      items.push({ ...item, alias: item.alias ?? columns[next]?.name ?? item.text });
      next++;
      return;
    }
    const end = endOfStar(select, place, next, columns);
    for (; next < end; next++) items.push(itemOf(columns[next]!, item));
  });
  return items;
}

/** `t.*` covers the columns of t that follow; `*` all that the items behind it leave. */
function endOfStar(select: ast.Select, place: number, from: number, columns: readonly PlanColumn[]): number {
  const item = select.items[place];
  if (item?.kind === 'star' && item.table !== undefined) {
    let end = from;
    while (end < columns.length && columns[end]?.table === item.table) end++;
    return end;
  }
  return columns.length - (select.items.length - place - 1);
}

function itemOf(column: PlanColumn, span: { readonly start: number; readonly end: number }): ast.SelectItem {
  const { start, end } = span;
  return {
    kind: 'select-expression',
    start,
    end,
    expression: { kind: 'column', start, end, schema: undefined, table: column.table, name: column.name },
    alias: column.name,
    text: column.name,
  };
}

/** A copy of the tree in which every unqualified table that is not a CTE names its schema. */
function qualifyTables<T>(node: T, database: string, hidden: ReadonlySet<string>): T {
  if (Array.isArray(node)) return node.map((item: unknown) => qualifyTables(item, database, hidden)) as T;
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return node;
  const tree = node as unknown as {
    readonly kind?: string;
    readonly schema?: string;
    readonly name?: string;
    readonly with?: ast.WithClause;
  };
  let names = hidden;
  if (tree.kind === 'query' && tree.with !== undefined)
    names = new Set([...hidden, ...tree.with.tables.map((cte) => cte.name)]);
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) copy[key] = qualifyTables(value, database, names);
  if (tree.kind === 'table' && tree.schema === undefined && !names.has(tree.name ?? '')) copy['schema'] = database;
  return copy as T;
}
