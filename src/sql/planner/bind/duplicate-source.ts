/**
 * What ON DUPLICATE KEY UPDATE of an INSERT … SELECT may read: the columns of the tables in FROM, selected or not, as long as a row of the query
 * is a row of these tables (no GROUP BY, no aggregate, no set operation).
 */
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import { walkExpr } from '../logical/expressions.ts';
import type { Assignment } from '../../plan/index.ts';
import type { BoundQuery } from './block.ts';
import { ROW_IDS } from './row-writer.ts';
import { ListSource, type Source } from './scope.ts';

/** No alias that anybody writes. */
const MARK = '\0selected';

export interface DuplicateSource {
  /** The query; where they may be needed, all columns of its tables follow behind those that it selects and a mark. */
  readonly query: ast.Query;
  readonly reads: 'marked' | 'selected' | 'nothing';
}

export function duplicateSource(node: ast.Insert, query: ast.Query): DuplicateSource {
  const { body } = query;
  if (node.onDuplicate.length === 0) return { query, reads: 'nothing' };
  if (body.kind === 'table-query') return { query, reads: 'selected' };
  if (body.kind !== 'select' || body.groupBy !== undefined || body.from.length === 0 || hasAggregate(body.items))
    return { query, reads: 'nothing' };
  const own = new Set([node.table.name, node.rowAlias ?? node.table.name]);
  const mayRead = columnsIn(node.onDuplicate.map(({ value }) => value)).some(
    ({ table }) => table === undefined || !own.has(table) || readsTarget(body, node.table.name),
  );
  if (!mayRead) return { query, reads: 'nothing' };
  const { start, end } = body;
  const all: ast.SelectItem = { kind: 'star', start, end, schema: undefined, table: undefined };
  const mark: ast.SelectItem = {
    kind: 'select-expression',
    start,
    end,
    expression: { kind: 'null', start, end },
    alias: MARK,
    text: '',
  };
  return { query: { ...query, body: { ...body, items: [...body.items, mark, all] } }, reads: 'marked' };
}

function readsTarget(body: ast.Select, name: string): boolean {
  return body.from.some((table) => table.kind === 'table' && (table.alias ?? table.name) === name);
}

/** Nodes of a tree of plain objects; subqueries have names of their own. */
function* nodesIn(value: unknown): Generator<{ readonly kind: string }> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item);
  else if (typeof value === 'object' && value !== null) {
    const { kind } = value as { kind?: unknown };
    if (typeof kind === 'string') yield value as { readonly kind: string };
    if (kind === 'values-of') return;
    for (const child of Object.values(value)) if (typeof child === 'object') yield* nodesIn(child);
  }
}

function columnsIn(values: readonly ast.Expression[]): ast.ColumnReference[] {
  return [...nodesIn(values)].filter((found): found is ast.ColumnReference => found.kind === 'column');
}

function hasAggregate(items: readonly ast.SelectItem[]): boolean {
  return [...nodesIn(items)].some(
    (found) => found.kind === 'aggregate' && !('over' in found && found.over !== undefined),
  );
}

/** How many columns the query selects itself. */
export function selectedWidth({ outputs }: BoundQuery): number {
  const mark = outputs.findIndex(({ name }) => name === MARK);
  return mark < 0 ? outputs.length : mark;
}

/** The tables of FROM as sources of names; `offset` is where the query's row begins. */
export function querySources(query: BoundQuery, reads: DuplicateSource['reads'], offset: number): Source[] {
  if (reads === 'nothing') return [];
  const first = reads === 'marked' ? selectedWidth(query) + 1 : 0;
  const byTable = new Map<string, { name: string; expr: Expr }[]>();
  for (const [i, { name, expr }] of query.outputs.entries()) {
    if (i < first) continue;
    const table = expr.kind === 'column' ? (expr.table ?? '') : '';
    const column: Expr = { kind: 'column', id: ROW_IDS - 1 - i, index: offset + i, name, table, type: expr.type };
    const own = expr.kind === 'column' ? expr.name : name;
    const known = byTable.get(table);
    if (known === undefined) byTable.set(table, [{ name: own, expr: column }]);
    else known.push({ name: own, expr: column });
  }
  return [...byTable].map(([table, columns]) => new ListSource(table, undefined, columns));
}

/** Without what was only there to be found and was not; a subquery may read anything. */
export function withoutUnread(
  query: BoundQuery,
  offset: number,
  node: ast.Insert,
  read: readonly Assignment[],
): BoundQuery {
  if ([...nodesIn(node.onDuplicate)].some((found) => found.kind === 'query')) return query;
  let last = selectedWidth(query);
  for (const { expr } of read)
    if ('kind' in expr)
      walkExpr(expr, (part) => {
        if (part.kind === 'column' && part.index !== undefined) last = Math.max(last, part.index - offset + 1);
      });
  return last >= query.outputs.length ? query : { ...query, outputs: query.outputs.slice(0, last) };
}
