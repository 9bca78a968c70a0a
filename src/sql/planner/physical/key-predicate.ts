/** Reads a condition as a restriction of one column that an index can use: points, or an interval. */
import type { CallExpr, Expr } from '../../expr/index.ts';
import { getCollation, varcharType } from '../../types/index.ts';
import { constant } from '../bind/call-builder.ts';
import { keyUse } from './key-use.ts';

export type KeyPoint = Expr | { readonly isNull: true };

export interface KeyBoundExpr {
  readonly expr: Expr;
  readonly inclusive: boolean;
}

export interface KeyPredicate {
  readonly column: number;
  readonly source: Expr;
  /** The index alone decides the condition. */
  readonly exact: boolean;
  readonly points: readonly KeyPoint[] | undefined;
  readonly low: KeyBoundExpr | undefined;
  readonly high: KeyBoundExpr | undefined;
  readonly excludeNull: boolean;
}

/** `isValue` tells which expressions are known before the index is read (constants, params, slots, outer columns). */
export function keyPredicateOf(condition: Expr, isValue: (expr: Expr) => boolean): KeyPredicate | undefined {
  if (condition.kind !== 'call') return undefined;
  switch (condition.name) {
    case '=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '<=>':
      return comparison(condition, isValue);
    case 'in':
      return inList(condition, isValue);
    case 'between':
      return between(condition, isValue);
    case 'isnull': {
      const [column] = condition.args;
      return column?.kind === 'column' && !isValue(column)
        ? points(column.id, condition, [{ isNull: true }], true)
        : undefined;
    }
    case 'not':
      return notNull(condition, isValue);
    case 'like':
      return likePrefix(condition, isValue);
    case 'or':
      return sameColumnOr(condition, isValue);
    default:
      return undefined;
  }
}

function points(column: number, source: Expr, values: readonly KeyPoint[], exact: boolean): KeyPredicate {
  return { column, source, exact, points: values, low: undefined, high: undefined, excludeNull: false };
}

const FLIPPED: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '<=>': '<=>' };

function comparison(call: CallExpr, isValue: (expr: Expr) => boolean): KeyPredicate | undefined {
  const [left, right] = call.args as [Expr, Expr];
  if (left.kind === 'column' && !isValue(left) && isValue(right)) return compared(left, call.name, right, call);
  if (right.kind === 'column' && !isValue(right) && isValue(left))
    return compared(right, FLIPPED[call.name]!, left, call);
  return undefined;
}

function compared(
  column: Expr & { kind: 'column' },
  operator: string,
  value: Expr,
  source: Expr,
): KeyPredicate | undefined {
  const isEqual = operator === '=' || operator === '<=>';
  const use = keyUse(column.type, value, isEqual ? 'equal' : 'order');
  if (use === undefined) return undefined;
  const exact = use === 'exact';
  if (operator === '<=>') {
    if (value.kind !== 'constant') return undefined;
    return points(column.id, source, [value.value === null ? { isNull: true } : value], exact);
  }
  if (isEqual) return points(column.id, source, [value], exact);
  const bound = { expr: value, inclusive: operator === '<=' || operator === '>=' };
  const isLow = operator === '>' || operator === '>=';
  return {
    column: column.id,
    source,
    exact,
    points: undefined,
    low: isLow ? bound : undefined,
    high: isLow ? undefined : bound,
    excludeNull: true,
  };
}

function inList(call: CallExpr, isValue: (expr: Expr) => boolean): KeyPredicate | undefined {
  const [column, ...items] = call.args;
  if (column?.kind !== 'column' || isValue(column)) return undefined;
  let exact = true;
  for (const item of items) {
    if (!isValue(item)) return undefined;
    const use = keyUse(column.type, item, 'equal');
    if (use === undefined) return undefined;
    exact &&= use === 'exact';
  }
  const values = items.filter((item) => item.kind !== 'constant' || item.value !== null);
  return values.length === 0 ? undefined : points(column.id, call, values, exact);
}

function between(call: CallExpr, isValue: (expr: Expr) => boolean): KeyPredicate | undefined {
  const [column, low, high] = call.args as [Expr, Expr, Expr];
  if (column.kind !== 'column' || isValue(column) || !isValue(low) || !isValue(high)) return undefined;
  const lowUse = keyUse(column.type, low, 'order');
  const highUse = keyUse(column.type, high, 'order');
  if (lowUse === undefined || highUse === undefined) return undefined;
  return {
    column: column.id,
    source: call,
    exact: lowUse === 'exact' && highUse === 'exact',
    points: undefined,
    low: { expr: low, inclusive: true },
    high: { expr: high, inclusive: true },
    excludeNull: true,
  };
}

function notNull(call: CallExpr, isValue: (expr: Expr) => boolean): KeyPredicate | undefined {
  const inner = call.args[0];
  if (inner?.kind !== 'call' || inner.name !== 'isnull') return undefined;
  const column = inner.args[0];
  if (column?.kind !== 'column' || isValue(column)) return undefined;
  return {
    column: column.id,
    source: call,
    exact: true,
    points: undefined,
    low: undefined,
    high: undefined,
    excludeNull: true,
  };
}

const MAX_CHARACTERS = ['\u{10FFFF}', '\uFFFF', '\uFFFD'];
/** Unicode's algorithm ignores NUL; a tab is its first character that counts. */
const MIN_CHARACTERS = ['\0', '\t'];
const FILL = 8;

/** LIKE 'abc%': from 'abc' to 'abc' followed by the collation's last characters. */
function likePrefix(call: CallExpr, isValue: (expr: Expr) => boolean): KeyPredicate | undefined {
  const [column, pattern, escape] = call.args;
  if (column?.kind !== 'column' || isValue(column) || column.type.kind !== 'string') return undefined;
  if (pattern?.kind !== 'constant' || typeof pattern.value !== 'string' || escape !== undefined) return undefined;
  if (keyUse(column.type, pattern, 'order') === undefined) return undefined;
  const prefix = literalPrefix(pattern.value);
  if (prefix === '') return undefined;
  const collation = getCollation(column.type.collation);
  const first = MIN_CHARACTERS.reduce((a, b) => (collation.compare(a, b) <= 0 ? a : b));
  const last = MAX_CHARACTERS.reduce((a, b) => (collation.compare(a, b) >= 0 ? a : b));
  const text = (value: string): Expr =>
    constant(value, varcharType([...value].length, { collation: column.type.collation, nullable: false }), true);
  return {
    column: column.id,
    source: call,
    exact: false,
    points: undefined,
    low: { expr: text(collation.padSpace ? prefix + first.repeat(FILL) : prefix), inclusive: true },
    high: { expr: text(prefix + last.repeat(FILL)), inclusive: true },
    excludeNull: true,
  };
}

function literalPrefix(pattern: string): string {
  let prefix = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === '%' || char === '_') return prefix;
    if (char === '\\' && i + 1 < pattern.length) prefix += pattern[++i]!;
    else prefix += char;
  }
  return prefix;
}

/** a = 1 OR a = 2 OR a IS NULL: points of one column. */
function sameColumnOr(call: CallExpr, isValue: (expr: Expr) => boolean): KeyPredicate | undefined {
  const values: KeyPoint[] = [];
  let column: number | undefined;
  let exact = true;
  for (const arg of call.args) {
    const part = keyPredicateOf(arg, isValue);
    if (part?.points === undefined || (column !== undefined && part.column !== column)) return undefined;
    column = part.column;
    exact &&= part.exact;
    values.push(...part.points);
  }
  return column === undefined ? undefined : points(column, call, values, exact);
}
