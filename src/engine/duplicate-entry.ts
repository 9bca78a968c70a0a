/** 1062 as MySQL words it: the key's values joined by '-', and the key as table.index. */
import { SqlError } from '../base/index.ts';
import type { IndexDef, TableDef } from '../sql/catalog/index.ts';
import { type FieldType, type Row, type Value, formatText } from '../sql/types/index.ts';
import { firstCharacters } from './key-part.ts';

const VALUE_CHARACTERS_MAX = 64;

export function duplicateEntry(table: TableDef, index: IndexDef, row: Row): SqlError {
  const texts = index.parts.map((part) => {
    const position = table.columns.findIndex((column) => column.id === part.columnId);
    const text = textOf(row[position] ?? null, table.columns[position]?.type as FieldType);
    return part.prefixLength === undefined ? text : firstCharacters(text, part.prefixLength);
  });
  const value = firstCharacters(texts.join('-'), VALUE_CHARACTERS_MAX);
  return new SqlError(
    'ER_DUP_ENTRY',
    1062,
    '23000',
    `Duplicate entry '${value}' for key '${table.name}.${index.name}'`,
  );
}

function textOf(value: Value, type: FieldType): string {
  return value === null ? 'NULL' : String(formatText(value, type));
}
