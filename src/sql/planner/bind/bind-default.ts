/** DEFAULT(column), VALUES(column), and the expression behind a column's default. */
import { fromHex, sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { ColumnDef, ColumnDefault } from '../../catalog/index.ts';
import type { Expr } from '../../expr/index.ts';

import { varbinaryType } from '../../types/index.ts';
import type { Block } from './block.ts';
import { constant, integerConstant, NULL, textConstant } from './call-builder.ts';

/** Undefined when the column has no default at all. */
export function bindColumnDefault(column: ColumnDef, block: Block): Expr | undefined {
  if (column.defaultValue === undefined) return undefined;
  return bindDefaultValue(column.defaultValue, block);
}

export function bindDefaultValue(value: ColumnDefault, block: Block): Expr {
  switch (value.kind) {
    case 'literal':
      if (value.text === null) return NULL;
      if (value.binary === true) {
        const bytes = fromHex(value.text) ?? new Uint8Array(0);
        return constant(bytes, varbinaryType(bytes.length, { nullable: false }), true);
      }
      return textConstant(value.text, 'utf8mb4_0900_ai_ci');
    case 'current-timestamp':
      return block.state.calls.call('now', value.decimals === 0 ? [] : [integerConstant(value.decimals)]);
    case 'expression':
      return block.bind(block.state.context.parseExpression(value.sql));
  }
}

export function bindDefaultOf(node: ast.DefaultOfColumn, block: Block): Expr {
  const bound = block.resolve(node.column);
  const origin = bound.kind === 'column' ? block.state.origins.get(bound.id) : undefined;
  const table =
    origin?.schema === undefined
      ? undefined
      : block.state.context.catalog.findTable(origin.schema, origin.originalTable ?? '');
  const column =
    table?.kind === 'table' ? table.columns.find((candidate) => candidate.name === origin?.originalName) : undefined;
  if (column === undefined) throw sqlError('ER_NO_DEFAULT_FOR_FIELD', node.column.name);
  const value = bindColumnDefault(column, block);
  if (value !== undefined) return value;
  if (column.type.nullable) return NULL;
  throw sqlError('ER_NO_DEFAULT_FOR_FIELD', node.column.name);
}

/** VALUES(c): the row that was to be inserted; NULL outside of ON DUPLICATE KEY UPDATE. */
export function bindValuesOf(node: ast.ValuesOfColumn, block: Block): Expr {
  const value = block.insertedRow?.find(node.column.name.toLowerCase());
  const { table, name } = node.column;
  if (value !== undefined && (table === undefined || table.toLowerCase() === block.insertedRow?.alias.toLowerCase()))
    return value;
  if (block.insertedRow !== undefined)
    throw sqlError('ER_BAD_FIELD_ERROR', table === undefined ? name : `${table}.${name}`, 'field list');
  block.resolve(node.column);
  return NULL;
}
