/** sql_auto_is_null: `WHERE id IS NULL` on a NOT NULL AUTO_INCREMENT column means the row that was inserted last (ODBC asks so). */
import type * as ast from '../../ast/index.ts';
import type { Block } from './block.ts';

export function lastInserted(where: ast.Expression, block: Block): ast.Expression {
  if (where.kind !== 'is' || where.negated || where.test !== 'null' || where.operand.kind !== 'column') return where;
  const column = block.resolve(where.operand);
  if (column.kind !== 'column' || column.type.nullable) return where;
  const origin = block.state.origins.get(column.id);
  if (origin?.schema === undefined) return where;
  const table = block.state.context.catalog.findTable(origin.schema, origin.originalTable ?? '');
  const isCounted =
    table?.kind === 'table' &&
    table.columns.some(({ name, autoIncrement }) => autoIncrement && name === origin.originalName);
  if (!isCounted) return where;
  const { start, end } = where;
  const id: ast.Expression = {
    kind: 'function',
    start,
    end,
    schema: undefined,
    name: 'last_insert_id',
    args: [],
    argAliases: [],
  };
  return { kind: 'comparison', start, end, operator: '=', left: where.operand, right: id };
}
