/** Expressions as MySQL prints them in 1690 errors: `(9223372036854775807 + 1)`. */
import type { Expr } from '../expr/index.ts';
import { formatText } from '../types/index.ts';

const INFIX: Record<string, string> = { '+': '+', '-': '-', '*': '*', '/': '/', div: 'DIV', '%': '%', '&': '&', '|': '|', '^': '^', '<<': '<<', '>>': '>>' };

export function exprText(expr: Expr): string {
  switch (expr.kind) {
    case 'constant':
      if (expr.value === null) return 'NULL';
      return expr.type.kind === 'string' ? `'${String(expr.value)}'` : formatText(expr.value, expr.type);
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
      return `${expr.name}(${args.join(',')})`;
    }
  }
}
