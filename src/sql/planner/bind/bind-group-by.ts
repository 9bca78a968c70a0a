/** GROUP BY keys: columns of FROM first, then select aliases, then positions. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import { sameExpr, someExpr } from '../logical/expressions.ts';
import type { SelectItem } from './bind-select.ts';
import type { Block } from './block.ts';
import { findItem } from './find-item.ts';
import { findInRelation } from './scope.ts';

/** `items` empty (WITH ROLLUP, bound before the select list): aliases and positions bind the item's own expression. */
export function bindGroupKeys(select: ast.Select, items: readonly SelectItem[], block: Block): readonly Expr[] {
  if (select.groupBy === undefined) return [];
  block.clause = 'group statement';
  const keys: Expr[] = [];
  for (const node of select.groupBy.items) {
    const key = bindKey(node, select, items, block);
    if (someExpr(key, (part) => part.kind === 'column' && isAggregated(part.id, block))) {
      throw sqlError('ER_WRONG_GROUP_FIELD', keyName(node, select));
    }
    keys.push(key);
  }
  return keys;
}

function isAggregated(id: number, block: Block): boolean {
  return (
    block.aggregateColumns.some((column) => column.id === id) ||
    block.windows.some((window) => window.calls.some(({ column }) => column.id === id))
  );
}

function keyName(node: ast.Expression, select: ast.Select): string {
  if (node.kind === 'column') return node.name;
  const item = node.kind === 'integer' ? select.items[Number(node.value) - 1] : undefined;
  return item?.kind === 'select-expression' ? (item.alias ?? item.text) : '?';
}

function bindKey(node: ast.Expression, select: ast.Select, items: readonly SelectItem[], block: Block): Expr {
  if (node.kind === 'integer') return byPosition(Number(node.value), select, items, block);
  if (node.kind !== 'column') return bindWithAliases(node, items, block);
  const item = items.length === 0 ? undefined : findItem(node, items, block.clause);
  const column = findUnique(node, block, item !== undefined);
  if (column !== undefined) {
    if (item !== undefined && !sameExpr(item, column))
      block.state.warn(1052, `Column '${node.name}' in group statement is ambiguous`);
    return column;
  }
  if (item !== undefined) return item;
  const lower = node.name.toLowerCase();
  const written =
    items.length > 0
      ? undefined
      : select.items.find(
          (candidate) => candidate.kind === 'select-expression' && candidate.alias?.toLowerCase() === lower,
        );
  return written?.kind === 'select-expression' ? block.bind(written.expression) : block.resolve(node);
}

/** The column of FROM; when the select list answers as well, FROM's ambiguity does not matter. */
function findUnique(node: ast.ColumnReference, block: Block, hasItem: boolean): Expr | undefined {
  try {
    return findInRelation(block.relation!, node, block.clause);
  } catch (error) {
    if (hasItem) return undefined;
    throw error;
  }
}

function bindWithAliases(node: ast.Expression, items: readonly SelectItem[], block: Block): Expr {
  block.aliasLast = (name) =>
    name.table === undefined
      ? items.find((item) => item.alias?.toLowerCase() === name.name.toLowerCase())?.expr
      : undefined;
  try {
    return block.bind(node);
  } finally {
    block.aliasLast = undefined;
  }
}

function byPosition(position: number, select: ast.Select, items: readonly SelectItem[], block: Block): Expr {
  const item = items[position - 1];
  if (item !== undefined) return item.expr;
  const written = items.length > 0 ? undefined : select.items[position - 1];
  if (written?.kind === 'select-expression') return block.bind(written.expression);
  throw sqlError('ER_BAD_FIELD_ERROR', String(position), block.clause);
}
