/** The name of a select item without an alias, as MySQL makes it from the source text. */
import type * as ast from '../../ast/index.ts';

export function sourceName(item: ast.SelectExpression): string {
  const node = item.expression;
  switch (node.kind) {
    case 'column':
      return node.name;
    case 'string':
      return node.firstPart;
    case 'null':
      return 'NULL';
    case 'boolean':
      return item.text;
    default:
      return item.text;
  }
}
