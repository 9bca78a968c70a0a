/**
 * Comparisons, BETWEEN, IN lists and ANY/ALL. Row operands are expanded into comparisons of their parts here, so that
 * everything after the binder sees scalars only.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import { negateIf } from './negate.ts';
import { bindQuantifiedSubquery, bindRowSubquery } from './bind-subquery.ts';
import type { Block } from './block.ts';

/** The parts of an operand: one for a scalar, several for a row constructor or a row subquery. Rows may nest. */
export type Operand = Expr | readonly Operand[];

export function bindOperand(node: ast.Expression, block: Block): Operand {
  if (node.kind === 'row') return node.items.map((item) => bindOperand(item, block));
  if (node.kind === 'subquery') {
    const columns = bindRowSubquery(node.query, block);
    return columns.length === 1 ? columns[0]! : columns;
  }
  return block.bind(node);
}

function isRow(operand: Operand): operand is readonly Operand[] {
  return Array.isArray(operand);
}

function width(operand: Operand): number {
  return isRow(operand) ? operand.length : 1;
}

/** Same shape on both sides, or 1241 with the left side's width. */
function requireSameShape(left: Operand, right: Operand): void {
  if (width(left) !== width(right)) throw sqlError('ER_OPERAND_COLUMNS', width(left));
  if (isRow(left) && isRow(right)) for (const [i, item] of left.entries()) requireSameShape(item, right[i]!);
}

export function bindComparison(node: ast.ComparisonExpression, block: Block): Expr {
  const left = bindOperand(node.left, block);
  const right = bindOperand(node.right, block);
  if (!isRow(left) && !isRow(right)) return block.state.calls.call(node.operator, [left, right]);
  requireSameShape(left, right);
  return compareOperands(node.operator, left, right, block);
}

export function compareOperands(operator: ast.ComparisonOperator, left: Operand, right: Operand, block: Block): Expr {
  const calls = block.state.calls;
  if (!isRow(left) || !isRow(right)) return calls.call(operator, [left as Expr, right as Expr]);
  const pairs = left.map((item, i) => [item, right[i]!] as const);
  if (operator === '=' || operator === '<=>')
    return calls.and(pairs.map(([a, b]) => compareOperands(operator, a, b, block)));
  if (operator === '<>') return calls.or(pairs.map(([a, b]) => compareOperands('<>', a, b, block)));
  return orderRows(operator, pairs, block);
}

/** (a, b) < (x, y)  →  a < x OR (a = x AND b < y). */
function orderRows(
  operator: '<' | '<=' | '>' | '>=',
  pairs: readonly (readonly [Operand, Operand])[],
  block: Block,
): Expr {
  const calls = block.state.calls;
  const strict = operator === '<' || operator === '<=' ? '<' : '>';
  let result: Expr | undefined;
  for (let i = pairs.length - 1; i >= 0; i--) {
    const [a, b] = pairs[i]!;
    const step = compareOperands(i === pairs.length - 1 ? operator : strict, a, b, block);
    result = result === undefined ? step : calls.or([step, calls.and([compareOperands('=', a, b, block), result])]);
  }
  return result!;
}

export function bindBetween(node: ast.BetweenExpression, block: Block): Expr {
  const operands = [
    bindOperand(node.operand, block),
    bindOperand(node.low, block),
    bindOperand(node.high, block),
  ] as const;
  const [operand, low, high] = operands;
  if (operands.some(isRow)) throw sqlError('ER_OPERAND_COLUMNS', 1);
  return negateIf(node.negated, block.state.calls.call('between', [operand as Expr, low as Expr, high as Expr]), block);
}

export function bindInList(node: ast.InListExpression, block: Block): Expr {
  const calls = block.state.calls;
  const operand = bindOperand(node.operand, block);
  const items = node.items.map((item) => bindOperand(item, block));
  for (const item of items) requireSameShape(operand, item);
  const isIn = isRow(operand)
    ? calls.or(items.map((item) => compareOperands('=', operand, item, block)))
    : calls.call(items.length === 1 ? '=' : 'in', [operand, ...(items as Expr[])]);
  return negateIf(node.negated, isIn, block);
}

export function bindQuantified(node: ast.QuantifiedComparison, block: Block): Expr {
  return bindQuantifiedSubquery(node, bindOperand(node.left, block), block);
}
