/**
 * Values as text: what the text protocol, CONCAT, CAST(… AS CHAR) and SHOW print.
 *
 * `textOf(type)` gives a function made for the type, for use per row; `formatText` is the one-off form. BINARY values are
 * read as UTF-8 there; the wire sends their bytes (`protocolText`).
 */
import { charsetUnits } from './charset.ts';
import type { Decimal } from './decimal.ts';
import { formatDouble, formatFloat } from './double-format.ts';
import type { FieldType } from './field-type.ts';
import { formatJson } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { formatDate, formatDateTime, formatTime, type DateTime } from './temporal.ts';
import type { Value } from './value.ts';

export type NonNullValue = Exclude<Value, null>;
export type TextOf = (value: NonNullValue) => string;

export function textOf(type: FieldType): TextOf {
  const { decimals } = type;
  switch (type.kind) {
    case 'string':
      return (value) => value as string;
    case 'binary':
      return (value) => (typeof value === 'string' ? value : charsetUnits.decodeUtf8(value as Uint8Array));
    case 'int':
      if (type.zerofill) return (value) => String(value).padStart(type.length, '0');
      return (value) => String(value as number);
    case 'year':
      return type.zerofill ? (value) => String(value as number).padStart(4, '0') : (value) => String(value as number);
    case 'bit':
      return (value) => charsetUnits.decodeUtf8(bitBytes(value as number | bigint, type.length));
    case 'decimal':
      return type.zerofill
        ? (value) => (value as Decimal).toFixed(decimals).padStart(type.length + (decimals > 0 ? 1 : 0), '0')
        : (value) => (value as Decimal).toFixed(decimals);
    case 'double':
      return zerofilled(type, (value) => formatDouble(value as number, decimals));
    case 'float':
      return zerofilled(type, (value) => formatFloat(value as number, decimals));
    case 'date':
      return (value) => formatDate(value as number);
    case 'datetime':
    case 'timestamp':
      return (value) => formatDateTime(value as DateTime, decimals);
    case 'time':
      return (value) => formatTime(value as number, decimals);
    case 'json':
      return (value) => formatJson(value as JsonValue);
    case 'enum':
    case 'set':
    case 'null':
      return (value) => (typeof value === 'object' ? (value as { text: string }).text : String(value));
  }
}

function zerofilled(type: FieldType, format: TextOf): TextOf {
  return type.zerofill ? (value) => format(value).padStart(type.length, '0') : format;
}

/** Big-endian bytes of a BIT(length) value. */
export function bitBytes(value: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(1, Math.ceil(length / 8)));
  let left = BigInt(value);
  for (let i = bytes.length - 1; i >= 0; i--) {
    bytes[i] = Number(left & 255n);
    left >>= 8n;
  }
  return bytes;
}

const formatters = new WeakMap<FieldType, TextOf>();

export function cachedTextOf(type: FieldType): TextOf {
  let format = formatters.get(type);
  if (format === undefined) formatters.set(type, (format = textOf(type)));
  return format;
}

export function formatText(value: NonNullValue, type: FieldType): string {
  return cachedTextOf(type)(value);
}

/** A value as the text protocol sends it: bytes for binary strings and BIT, text for all else. */
export function protocolText(value: NonNullValue, type: FieldType): string | Uint8Array {
  if (type.kind === 'binary' && value instanceof Uint8Array) return value;
  if (type.kind === 'bit') return bitBytes(value as number | bigint, type.length);
  return cachedTextOf(type)(value);
}
