/** Expressions as TiDB's EXPLAIN prints them: functions by name, columns as table.column. */
import type { CallExpr, Expr } from '../../expr/index.ts';
import { DateTime, Decimal, formatDate, type FieldType, formatTime, type Value } from '../../types/index.ts';

const NAMES: Record<string, string> = {
  '=': 'eq',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '<=>': 'nulleq',
  '+': 'plus',
  '-': 'minus',
  '*': 'mul',
  '/': 'div',
  div: 'intdiv',
  '%': 'mod',
  neg: 'unaryminus',
  '&': 'bitand',
  '|': 'bitor',
  '^': 'bitxor',
  '~': 'bitneg',
  '<<': 'leftshift',
  '>>': 'rightshift',
};

export function formatExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'constant':
      return formatConstant(expr.value, expr.type);
    case 'column':
      return expr.table === undefined || expr.table === '' ? expr.name : `${expr.table}.${expr.name}`;
    case 'slot':
      return `ScalarQueryCol#${expr.slot}`;
    case 'param':
      return `?${expr.index}`;
    case 'call':
      return formatCall(expr);
  }
}

function formatCall(call: CallExpr): string {
  const args = call.args.map(formatExpr);
  if (call.name === 'and' || call.name === 'or') return nested(call.name, args);
  if (call.options?.unit !== undefined) args.push(call.options.unit.toUpperCase());
  if (call.name === 'cast' && call.options?.castType !== undefined) args.push(call.options.castType.kind);
  return `${NAMES[call.name] ?? call.name}(${args.join(', ')})`;
}

/** and(a, and(b, c)): logical operators have two operands in TiDB's text. */
function nested(name: string, args: readonly string[]): string {
  const [first, ...rest] = args;
  return rest.length === 0 ? first! : `${name}(${first}, ${nested(name, rest)})`;
}

export function formatConstant(value: Value, type: FieldType): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'number')
    return type.kind === 'date'
      ? formatDate(value)
      : type.kind === 'time'
        ? formatTime(value, type.decimals)
        : String(value);
  if (typeof value === 'bigint' || value instanceof Decimal || value instanceof DateTime) return String(value);
  if (value instanceof Uint8Array) return `0x${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  return `"${String(value)}"`;
}
