/** Error 1062 with MySQL's text: the key's values as in the new row, and 'table.index'. */
import { SqlError } from '../../../base/index.ts';
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import {
  bitBytes,
  cachedTextOf,
  type FieldType,
  MysqlType,
  type Row,
  takeChars,
  type Value,
} from '../../types/index.ts';

const ENTRY_CHARS_MAX = 64;

export function duplicateEntry(table: TableDef, index: IndexDef, row: Row): SqlError {
  const parts = index.parts.map((part) => {
    const position = table.columns.findIndex((column) => column.id === part.columnId);
    return keyText(row[position] ?? null, table.columns[position]!.type, part.prefixLength);
  });
  const entry = takeChars(parts.join('-'), ENTRY_CHARS_MAX);
  return new SqlError(
    'ER_DUP_ENTRY',
    1062,
    '23000',
    `Duplicate entry '${entry}' for key '${table.name}.${index.name}'`,
  );
}

function keyText(value: Value, type: FieldType, prefixLength: number | undefined): string {
  if (value === null) return 'NULL';
  if (type.kind === 'bit') return bytesText(bitBytes(value as number | bigint, type.length));
  if (value instanceof Uint8Array) {
    const part = prefixLength === undefined ? value : value.subarray(0, prefixLength);
    return bytesText(type.mysqlType === MysqlType.STRING ? withoutPadding(part) : part);
  }
  const text = cachedTextOf(type)(value);
  return prefixLength === undefined ? text : takeChars(text, prefixLength);
}

/** BINARY(n) is shown without the zeros at its end, but never as nothing. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 1 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

/** Bytes outside printable ASCII as \xHH. */
function bytesText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes)
    text +=
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text;
}
