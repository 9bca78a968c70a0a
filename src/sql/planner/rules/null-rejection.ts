/** Whether a condition cannot be true when all columns of a relation are NULL: what turns an outer join into an inner one. */
import type { Expr } from '../../expr/index.ts';

/** Calls that give NULL when any argument is NULL. */
const STRICT = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  'div',
  '%',
  'neg',
  'like',
  'regexp_like',
  'upper',
  'lower',
  'length',
  'abs',
  'substr',
  'cast',
  'year',
  'month',
  'extract',
  'date_add',
  'date_sub',
  'not',
  'xor',
]);

export function rejectsNulls(condition: Expr, columns: ReadonlySet<number>): boolean {
  return neverTrue(condition, columns);
}

/** NULL or false. */
function neverTrue(expr: Expr, columns: ReadonlySet<number>): boolean {
  if (isNull(expr, columns)) return true;
  if (expr.kind !== 'call') return false;
  switch (expr.name) {
    case 'and':
      return expr.args.some((arg) => neverTrue(arg, columns));
    case 'or':
      return expr.args.every((arg) => neverTrue(arg, columns));
    case 'istrue':
      return neverTrue(expr.args[0]!, columns);
    case 'between':
      return expr.args.some((arg) => isNull(arg, columns));
    case 'not':
      return neverFalse(expr.args[0]!, columns);
    default:
      return false;
  }
}

/** NULL or true. */
function neverFalse(expr: Expr, columns: ReadonlySet<number>): boolean {
  if (isNull(expr, columns)) return true;
  if (expr.kind !== 'call') return false;
  switch (expr.name) {
    case 'isnull':
      return isNull(expr.args[0]!, columns);
    case 'or':
      return expr.args.some((arg) => neverFalse(arg, columns));
    case 'and':
      return expr.args.every((arg) => neverFalse(arg, columns));
    default:
      return false;
  }
}

function isNull(expr: Expr, columns: ReadonlySet<number>): boolean {
  switch (expr.kind) {
    case 'column':
      return columns.has(expr.id);
    case 'constant':
      return expr.value === null;
    case 'call':
      // a bound or an item that is NULL leaves room for false and true
      if (expr.name === 'in' || expr.name === 'between') return isNull(expr.args[0]!, columns);
      return STRICT.has(expr.name) && expr.args.some((arg) => isNull(arg, columns));
    default:
      return false;
  }
}
