/** The name of a select item without an alias, as MySQL makes it from the source text. */
import type * as ast from '../../ast/index.ts';

export function sourceName(item: ast.SelectExpression): string {
  const node = item.expression;
  switch (node.kind) {
    case 'column':
      return node.name;
    case 'string':
      return withoutLeadingBlanks(node.firstPart);
    case 'null':
      return 'NULL';
    case 'boolean':
      return item.text;
    default:
      return item.text;
  }
}

/** MySQL drops what is not printable at the start of a generated name. */
function withoutLeadingBlanks(name: string): string {
  let start = 0;
  while (start < name.length && (name.charCodeAt(start) <= 32 || name.charCodeAt(start) === 127)) start++;
  return name.slice(start);
}
