/** ORDER BY keys, and what DISTINCT does to them. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { SortKey } from '../../plan/index.ts';
import { isRuntimeConstant, replaceExpr, sameExpr, someExpr, walkExpr } from '../logical/expressions.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { aggregate, project } from '../logical/make.ts';
import { makeAggregate } from './bind-aggregate.ts';
import type { SelectItem } from './bind-select.ts';
import type { AttachPoint, Block } from './block.ts';
import { findItem } from './find-item.ts';
import type { NamedExpr } from './scope.ts';

/** A lone name is looked for in the select list first, inside an expression in FROM first. Constant keys are dropped. */
export function bindOrderKeys(
  orderBy: readonly ast.OrderItem[],
  items: readonly SelectItem[],
  block: Block,
  post: AttachPoint,
  distinct: boolean,
): SortKey[] {
  if (orderBy.length === 0) return [];
  block.clause = 'order clause';
  block.allowAggregates = true;
  block.allowWindows = true;
  block.attachPoint = post;
  block.aliasLast = (name) => findItem(name, items, 'order clause');
  const keys: SortKey[] = [];
  for (const item of orderBy) {
    const expr = bindKey(item.expression, items, block);
    if (!distinct && isRuntimeConstant(expr)) continue;
    if (!keys.some((key) => sameExpr(key.expr, expr))) keys.push({ expr, descending: item.direction === 'desc' });
  }
  block.aliasLast = undefined;
  block.attachPoint = block;
  block.allowAggregates = false;
  block.allowWindows = false;
  return keys;
}

export function bindKey(node: ast.Expression, items: readonly SelectItem[], block: Block): Expr {
  if (node.kind === 'integer') {
    const item = items[Number(node.value) - 1];
    if (item === undefined) throw sqlError('ER_BAD_FIELD_ERROR', String(node.value), 'order clause');
    return item.expr;
  }
  if (node.kind === 'column') return findItem(node, items, 'order clause') ?? block.resolve(node);
  return block.bind(node);
}

/**
 * DISTINCT works on the projected items. A key of ORDER BY has to be made of items; where it is not, MySQL refuses it
 * (3065), or without ONLY_FULL_GROUP_BY takes it from some row of the duplicates.
 */
export function bindDistinct(
  plan: LogicalNode,
  items: readonly SelectItem[],
  order: readonly SortKey[],
  block: Block,
): { plan: LogicalNode; outputs: readonly NamedExpr[]; order: readonly SortKey[] } {
  const { state } = block;
  const columns = items.map(({ name, expr }) =>
    copyOrigin(state.newColumnOf([expr], name, expr.kind === 'column' ? expr.table : undefined), expr, block),
  );
  const outputs = columns.map((expr, i): NamedExpr => ({ name: items[i]!.name, expr }));
  const onItems = (expr: Expr): Expr =>
    replaceExpr(expr, (part) => columns[items.findIndex((item) => sameExpr(item.expr, part))]);
  const isLocal = new Set(columns.map((column) => column.id));
  const keys = order.map((key) => ({ ...key, expr: onItems(key.expr) }));
  const foreign = keys.findIndex((key) =>
    someExpr(key.expr, (part) => part.kind === 'column' && !isLocal.has(part.id)),
  );
  const projectedPlan = project(
    plan,
    items.map((item) => item.expr),
    columns,
  );
  if (foreign < 0)
    return {
      plan: { kind: 'distinct', child: projectedPlan },
      outputs,
      order: keys.filter((key) => !isRuntimeConstant(key.expr)),
    };
  if (state.context.session.sqlMode.onlyFullGroupBy) throw notSelected(foreign, keys[foreign]!.expr, isLocal, block);
  const calls = order.map((key) => makeAggregate(state, 'any_value', [key.expr]));
  const callColumns = calls.map((call) => state.newColumn(call.type, 'order'));
  const grouped = aggregate(plan, {
    groupBy: items.map((item) => item.expr),
    groupColumns: columns,
    calls,
    callColumns,
  });
  return { plan: grouped, outputs, order: order.map((key, i) => ({ ...key, expr: callColumns[i]! })) };
}

function notSelected(position: number, expr: Expr, local: ReadonlySet<number>, block: Block): Error {
  let name = '';
  walkExpr(expr, (part) => {
    if (part.kind === 'column' && !local.has(part.id) && name === '') name = fullName(part, block);
  });
  return sqlError('ER_FIELD_IN_ORDER_NOT_SELECT', position + 1, name, 'DISTINCT');
}

/** schema.table.column as 1055 and 3065 print it. */
export function fullName(column: ColumnExpr, block: Block): string {
  const origin = block.state.origins.get(column.id);
  return [origin?.schema ?? '', origin?.table ?? column.table ?? '', column.name]
    .filter((part) => part !== '')
    .join('.');
}

export function copyOrigin(column: ColumnExpr, from: Expr, block: Block): ColumnExpr {
  const origin = from.kind === 'column' ? block.state.origins.get(from.id) : undefined;
  if (origin !== undefined) block.state.origins.set(column.id, origin);
  return column;
}
