/**
 * Rows of the text protocol: every value as length-encoded text, NULL as 0xfb.
 *
 * A writer per column is chosen once per result, so that a row costs one call per value and no type switch.
 */
import {
  bitBytes,
  formatDate,
  formatDateTime,
  formatDouble,
  formatFloat,
  formatJson,
  formatTime,
  type Charset,
  type DateTime,
  type Decimal,
  type EnumValue,
  type FieldType,
  type JsonValue,
  type SetValue,
  type Value,
} from '../../sql/types/index.ts';
import type { PacketWriter } from './packet-writer.ts';

/** Writes one value that is not NULL. */
export type ValueWriter = (writer: PacketWriter, value: Value) => void;

const NULL_MARK = 0xfb;

/** `charset` undefined = UTF-8, the fast way. */
export function textValueWriter(type: FieldType, charset: Charset | undefined): ValueWriter {
  switch (type.kind) {
    case 'int':
    case 'year':
      if (type.zerofill)
        return (writer, value) => writer.lenencText(String(value as number).padStart(type.length, '0'));
      return (writer, value) => writer.lenencInteger(value as number | bigint);
    case 'bit':
      return (writer, value) => writer.lenencBytes(bitBytes(value as number | bigint, type.length));
    case 'binary':
      return (writer, value) => {
        if (typeof value === 'string') writer.lenencText(value);
        else writer.lenencBytes(value as Uint8Array);
      };
    case 'string':
    case 'enum':
    case 'set':
    case 'json':
      return characterWriter(type, charset);
    default:
      return plainWriter(type);
  }
}

/** Numbers and dates: their text is ASCII whatever the charset, bar UTF-16 and UTF-32, which clients may not use. */
function plainWriter(type: FieldType): ValueWriter {
  const { decimals } = type;
  switch (type.kind) {
    case 'float':
      return (writer, value) => writer.lenencText(padded(formatFloat(value as number, decimals), type));
    case 'double':
      return (writer, value) => writer.lenencText(padded(formatDouble(value as number, decimals), type));
    case 'decimal':
      return (writer, value) => writer.lenencText(padded((value as Decimal).toFixed(decimals), type));
    case 'date':
      return (writer, value) => writer.lenencText(formatDate(value as number));
    case 'datetime':
    case 'timestamp':
      return (writer, value) => writer.lenencText(formatDateTime(value as DateTime, decimals));
    case 'time':
      return (writer, value) => writer.lenencText(formatTime(value as number, decimals));
    default:
      return (writer, value) => writer.lenencText(String(value));
  }
}

function padded(text: string, type: FieldType): string {
  return type.zerofill ? text.padStart(type.length, '0') : text;
}

function characterWriter(type: FieldType, charset: Charset | undefined): ValueWriter {
  const textOf = characterText(type);
  if (charset === undefined) {
    return (writer, value) => {
      if (typeof value === 'string') writer.lenencText(value);
      else if (value instanceof Uint8Array) writer.lenencBytes(value);
      else writer.lenencText(textOf(value));
    };
  }
  return (writer, value) => {
    if (value instanceof Uint8Array) writer.lenencBytes(value);
    else writer.lenencBytes(charset.encode(textOf(value)));
  };
}

function characterText(type: FieldType): (value: Value) => string {
  if (type.kind === 'json') return (value) => (typeof value === 'string' ? value : formatJson(value as JsonValue));
  return (value) => (typeof value === 'string' ? value : (value as EnumValue | SetValue).text);
}

export function writeTextRow(writer: PacketWriter, writers: readonly ValueWriter[], row: readonly Value[]): void {
  writer.begin();
  for (let i = 0; i < writers.length; i++) {
    const value = row[i] as Value;
    if (value === null) writer.u8(NULL_MARK);
    else (writers[i] as ValueWriter)(writer, value);
  }
  writer.end();
}
