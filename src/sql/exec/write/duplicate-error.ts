/** Error 1062 with MySQL's text: the key's values as in the new row, and 'table.index'. */
import { SqlError } from '../../../base/index.ts';
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import { cachedTextOf, type FieldType, type Row, takeChars, type Value } from '../../types/index.ts';

const ENTRY_CHARS_MAX = 64;

export function duplicateEntry(table: TableDef, index: IndexDef, row: Row): SqlError {
  const parts = index.parts.map((part) => {
    const position = table.columns.findIndex((column) => column.id === part.columnId);
    return keyText(row[position] ?? null, table.columns[position]!.type, part.prefixLength);
  });
  const entry = takeChars(parts.join('-'), ENTRY_CHARS_MAX);
  return new SqlError('ER_DUP_ENTRY', 1062, '23000', `Duplicate entry '${entry}' for key '${table.name}.${index.name}'`);
}

function keyText(value: Value, type: FieldType, prefixLength: number | undefined): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return bytesText(prefixLength === undefined ? value : value.subarray(0, prefixLength));
  const text = cachedTextOf(type)(value);
  return prefixLength === undefined ? text : takeChars(text, prefixLength);
}

/** Bytes outside printable ASCII as \xHH; zero padding at the end of BINARY shows as well. */
function bytesText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text;
}
