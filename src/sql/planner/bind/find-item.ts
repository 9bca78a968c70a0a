/** Looks a name up in the select list, by the rules of MySQL's find_item_in_list. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import { sameExpr } from '../logical/expressions.ts';
import type { NamedExpr } from './scope.ts';

/**
 * - A computed item (an aggregate is one, though it stands for a column) whose name matches is taken at once.
 * - Columns match by the item's name; two different ones are ambiguous (1052).
 * - Failing that, a column that was given another alias still answers to its own name.
 */
export function findItem(name: ast.ColumnReference, items: readonly NamedExpr[], clause: string): Expr | undefined {
  const lower = name.name.toLowerCase();
  let found: Expr | undefined;
  let unaliased: Expr | undefined;
  let ambiguous = false;
  for (const { name: itemName, expr } of items) {
    if (expr.kind !== 'column' || expr.table === undefined) {
      if (name.table === undefined && itemName.toLowerCase() === lower) return expr;
      continue;
    }
    const isOwnName = expr.name.toLowerCase() === lower;
    if (name.table === undefined ? itemName.toLowerCase() === lower : isOwnName && expr.table === name.table) {
      if (found !== undefined && !sameExpr(found, expr)) throw sqlError('ER_NON_UNIQ_ERROR', name.name, clause);
      found = expr;
    } else if (name.table === undefined && isOwnName) {
      ambiguous ||= unaliased !== undefined && !sameExpr(unaliased, expr);
      unaliased = expr;
    }
  }
  if (found === undefined && ambiguous) throw sqlError('ER_NON_UNIQ_ERROR', name.name, clause);
  return found ?? unaliased;
}
