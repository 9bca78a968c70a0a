/** Expressions as MySQL prints them in 1690 errors: `(9223372036854775807 + 1)`. */
import type { ConstantExpr, Expr } from '../expr/index.ts';
import { type FieldType, formatText } from '../types/index.ts';

const INFIX: Record<string, string> = {
  '+': '+',
  '-': '-',
  '*': '*',
  '/': '/',
  div: 'DIV',
  '%': '%',
  '&': '&',
  '|': '|',
  '^': '^',
  '<<': '<<',
  '>>': '>>',
};

const TEMPORAL_PREFIX: Record<string, string | undefined> = { date: 'DATE', time: 'TIME', datetime: 'TIMESTAMP' };

function constantText(expr: ConstantExpr): string {
  const { value, type } = expr;
  if (value === null) return 'NULL';
  if (type.kind === 'string') return `'${String(value)}'`;
  if (value instanceof Uint8Array)
    return `0x${Array.from(value, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}`;
  const prefix = TEMPORAL_PREFIX[type.kind];
  const text = formatText(value, type);
  if (prefix !== undefined) return `${prefix}'${text}'`;
  return text.startsWith('-') ? `-(${text.slice(1)})` : text;
}

export function exprText(expr: Expr): string {
  switch (expr.kind) {
    case 'constant':
      return constantText(expr);
    case 'column':
      return expr.table === undefined ? `\`${expr.name}\`` : `\`${expr.table}\`.\`${expr.name}\``;
    case 'slot':
      return expr.name;
    case 'param':
      return '?';
    case 'call': {
      const infix = INFIX[expr.name];
      const args = expr.args.map(exprText);
      if (infix !== undefined && args.length === 2) return `(${args[0]} ${infix} ${args[1]})`;
      if (expr.name === 'neg') return `-(${args[0]})`;
      if (expr.name === 'cast') return `cast(${args[0]} as ${castName(expr.options?.castType)})`;
      return `${expr.name}(${args.join(',')})`;
    }
  }
}

function castName(type: FieldType | undefined): string {
  if (type === undefined) return '';
  if (type.kind === 'int') return type.unsigned ? 'unsigned' : 'signed';
  if (type.kind === 'decimal') return `decimal(${type.length},${type.decimals})`;
  return type.kind === 'string' ? 'char' : type.kind;
}
