/**
 * Implicit conversions inside expressions: a value of one type read as a number, text, bytes or condition.
 *
 * Each `…Of(type)` makes a function for that source type, to be called per row with a value that is not NULL. What gets
 * lost is reported through `context.warn` with MySQL's numbers and texts (1292 "Truncated incorrect …").
 */

import { charsetUnits, getCharset } from './charset.ts';
import { charsetOf } from './collation.ts';
import type { ConversionContext } from './conversion-context.ts';
import { Decimal, parseDecimal } from './decimal.ts';
import { EnumValue, SetValue } from './enum-set.ts';
import type { FieldType } from './field-type.ts';
import { bitBytes, cachedTextOf, textOf, type NonNullValue, type TextOf } from './format.ts';

import { JsonValue } from './json-value.ts';
import { asSigned64, doubleToInt, parseDouble, parseInteger } from './number-text.ts';
import {
  dateToNumber,
  dateTimeToNumber,
  timeToNumber,
  MICROS_PER_SECOND,
  roundDateTime,
  roundMicros,
  type DateTime,
} from './temporal.ts';

export type Convert<T> = (value: NonNullValue, context: ConversionContext) => T;

/** ER_TRUNCATED_WRONG_VALUE. */
export function warnTruncated(context: ConversionContext, what: string, text: string): void {
  context.warn(1292, `Truncated incorrect ${what} value: '${text.slice(0, 128)}'`);
}

export function doubleOfText(text: string, context: ConversionContext): number {
  const parsed = parseDouble(text);
  if (parsed.truncated) warnTruncated(context, 'DOUBLE', text);
  return parsed.value;
}

function textOrBytes(value: NonNullValue): string {
  return typeof value === 'string' ? value : charsetUnits.decodeUtf8(value as Uint8Array);
}

/** X'41' and b'01' are numbers in numeric context; their type is an unsigned binary string. */
function isHexLiteral(type: FieldType): boolean {
  return type.kind === 'binary' && type.unsigned;
}

/** The last eight bytes as a big-endian unsigned integer. */
export function bytesToInt(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const byte of bytes.subarray(Math.max(0, bytes.length - 8))) value = (value << 8n) | BigInt(byte);
  return value <= 9007199254740991n ? Number(value) : value;
}

export function dateTimeToDecimal(value: DateTime): Decimal {
  const whole = dateTimeToNumber(value);
  const fraction = value.micros % MICROS_PER_SECOND;
  return fraction === 0 ? Decimal.fromInt(whole) : Decimal.of(BigInt(whole) * 1000000n + BigInt(fraction), 6);
}

export function timeToDecimal(micros: number): Decimal {
  const whole = Math.abs(timeToNumber(micros));
  const fraction = Math.abs(micros) % MICROS_PER_SECOND;
  const unscaled = fraction === 0 ? whole : whole * 1000000 + fraction;
  return new Decimal((micros < 0 ? -unscaled : unscaled) + 0, fraction === 0 ? 0 : 6);
}

/** The value as a double. */
export function doubleOf(type: FieldType): Convert<number> {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'bit':
      return (value) => Number(value);
    case 'double':
    case 'float':
    case 'null':
      return (value) => value as number;
    case 'decimal':
      return (value) => (value as Decimal).toNumber();
    case 'date':
      return (value) => dateToNumber(value as number);
    case 'datetime':
    case 'timestamp':
      return (value) => dateTimeToNumber(value as DateTime) + ((value as DateTime).micros % MICROS_PER_SECOND) / 1e6;
    case 'time':
      return (value) => timeToNumber(value as number) + ((value as number) % MICROS_PER_SECOND) / 1e6;
    case 'enum':
      return (value) => (value as EnumValue).index;
    case 'set':
      return (value) => Number((value as SetValue).bits);
    case 'json':
      return (value, context) => jsonToDouble(value as JsonValue, context);
    case 'string':
    case 'binary':
      if (isHexLiteral(type)) return (value) => Number(bytesToInt(value as Uint8Array));
      return (value, context) => doubleOfText(textOrBytes(value), context);
  }
}

function jsonToDouble(value: JsonValue, context: ConversionContext): number {
  switch (value.kind) {
    case 'integer':
    case 'unsigned':
    case 'double':
      return Number(value.payload);
    case 'decimal':
      return (value.payload as Decimal).toNumber();
    case 'boolean':
      return value.payload === true ? 1 : 0;
    case 'string':
      return jsonTextToNumber(value.payload as string, 'DOUBLE', context);
    default:
      warnJson(context, 'DOUBLE');
      return 0;
  }
}

function jsonTextToNumber(text: string, target: string, context: ConversionContext): number {
  const parsed = parseDouble(text);
  if (parsed.truncated || text.trim() === '') warnJson(context, target);
  return parsed.value;
}

/** ER_INVALID_JSON_VALUE_FOR_CAST. */
function warnJson(context: ConversionContext, target: string): void {
  context.warn(3156, `Invalid JSON value for CAST to ${target} from column cast_as_json at row 1`);
}

/** The value as an exact decimal. */
export function decimalOf(type: FieldType): Convert<Decimal> {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'bit':
      return (value) => new Decimal(value as number, 0);
    case 'decimal':
      return (value) => value as Decimal;
    case 'double':
    case 'float':
      return (value) => Decimal.fromNumber(value as number);
    case 'date':
      return (value) => new Decimal(dateToNumber(value as number), 0);
    case 'datetime':
    case 'timestamp':
      return (value) => dateTimeToDecimal(value as DateTime);
    case 'time':
      return (value) => timeToDecimal(value as number);
    case 'string':
    case 'binary':
      if (isHexLiteral(type)) return (value) => new Decimal(bytesToInt(value as Uint8Array), 0);
      return (value, context) => {
        const text = textOrBytes(value);
        const parsed = parseDecimal(text);
        if (parsed.garbage || parsed.overflow) warnTruncated(context, 'DECIMAL', text);
        return parsed.value;
      };
    case 'json':
      return (value, context) => jsonToDecimal(value as JsonValue, context);
    default: {
      const toDouble = doubleOf(type);
      return (value, context) => Decimal.fromNumber(toDouble(value, context));
    }
  }
}

function jsonToDecimal(value: JsonValue, context: ConversionContext): Decimal {
  if (value.kind === 'decimal') return value.payload as Decimal;
  if (value.kind === 'integer' || value.kind === 'unsigned') return Decimal.fromInt(value.payload as number);
  if (value.kind === 'string') {
    const parsed = parseDecimal(value.payload as string);
    if (parsed.garbage) warnJson(context, 'DECIMAL');
    return parsed.value;
  }
  if (value.kind === 'double' || value.kind === 'boolean') return Decimal.fromNumber(jsonToDouble(value, context));
  warnJson(context, 'DECIMAL');
  return Decimal.ZERO;
}

/** The value as a 64-bit integer, in the range of signed and unsigned together (-2^63 … 2^64-1). */
export function intOf(type: FieldType): Convert<number | bigint> {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'bit':
      return (value) => value as number;
    case 'double':
    case 'float':
      return (value) => doubleToInt(value as number, false);
    case 'decimal':
      return (value, context) => decimalToInt(value as Decimal, context);
    case 'date':
      return (value) => dateToNumber(value as number);
    case 'datetime':
    case 'timestamp':
      return (value, { session }) =>
        dateTimeToNumber(
          roundDateTime(value as DateTime, 0, session.sqlMode.timeTruncateFractional) ?? (value as DateTime),
        );
    case 'time':
      return (value, { session }) =>
        timeToNumber(roundMicros(value as number, 0, session.sqlMode.timeTruncateFractional));
    case 'enum':
      return (value) => (value as EnumValue).index;
    case 'set':
      return (value) => (value as SetValue).bits;
    case 'string':
    case 'binary':
      if (isHexLiteral(type)) return (value) => bytesToInt(value as Uint8Array);
      return (value, context) => {
        const text = textOrBytes(value);
        const parsed = parseInteger(text);
        if (parsed.truncated) warnTruncated(context, 'INTEGER', text);
        return parsed.value;
      };
    case 'json':
      return (value, context) => jsonToInt(value as JsonValue, context);
    case 'null':
      return (value) => value as number;
  }
}

function decimalToInt(value: Decimal, context: ConversionContext): number | bigint {
  const whole = value.toInt();
  if (typeof whole === 'number') return whole;
  const bound =
    whole > 9223372036854775807n ? 9223372036854775807n : whole < -9223372036854775808n ? -9223372036854775808n : whole;
  if (bound !== whole) warnTruncated(context, 'DECIMAL', value.toString());
  return bound;
}

function jsonToInt(value: JsonValue, context: ConversionContext): number | bigint {
  switch (value.kind) {
    case 'integer':
    case 'unsigned':
      return value.payload as number;
    case 'double':
      return doubleToInt(value.payload as number, false);
    case 'decimal':
      return decimalToInt(value.payload as Decimal, context);
    case 'boolean':
      return value.payload === true ? 1 : 0;
    case 'string': {
      const parsed = parseInteger(value.payload as string);
      if (parsed.truncated) warnJson(context, 'INTEGER');
      return parsed.value;
    }
    default:
      warnJson(context, 'INTEGER');
      return 0;
  }
}

/** The value as text; documents print as JSON text, binary strings are read as UTF-8. */
export function stringOf(type: FieldType): TextOf {
  return textOf(type);
}

/** The value as bytes, in the charset of its type. */
export function bytesOf(type: FieldType): (value: NonNullValue) => Uint8Array {
  if (type.kind === 'binary')
    return (value) => (typeof value === 'string' ? charsetUnits.encodeUtf8(value) : (value as Uint8Array));
  if (type.kind === 'bit') return (value) => bitBytes(value as number | bigint, type.length);
  const text = textOf(type);
  const charset =
    type.kind === 'string' || type.kind === 'enum' || type.kind === 'set' ? charsetOf(type.collation) : 'utf8mb4';
  if (charset === 'utf8mb4' || charset === 'utf8mb3' || charset === 'binary' || charset === 'ascii') {
    return (value) => charsetUnits.encodeUtf8(text(value));
  }
  const codec = getCharset(charset);
  return (value) => codec.encode(text(value));
}

const BARE_NUMBERS: ReadonlySet<string> = new Set(['integer', 'unsigned', 'double', 'decimal']);
const JSON_BOOLEAN_WARNING =
  'Evaluating a JSON value in SQL boolean context does an implicit comparison against JSON integer 0; if this is not what you want, consider converting JSON to a SQL numeric type with JSON_VALUE RETURNING';

/** Whether the value counts as true. */
export function truthOf(type: FieldType): Convert<boolean> {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'bit':
    case 'double':
    case 'float':
    case 'date':
    case 'time':
      return (value) => value !== 0;
    case 'decimal':
      return (value) => (value as Decimal).unscaled !== 0;
    case 'datetime':
    case 'timestamp':
      return (value) => (value as DateTime).ymd !== 0 || (value as DateTime).micros !== 0;
    case 'json':
      return (value, context) => {
        const json = value as JsonValue;
        context.warn(3986, JSON_BOOLEAN_WARNING);
        // MySQL compares with the integer 0, to which no other kind is equal: JSON's false is true.
        return !BARE_NUMBERS.has(json.kind) || jsonToDouble(json, context) !== 0;
      };
    default: {
      const toDouble = doubleOf(type);
      return (value, context) => toDouble(value, context) !== 0;
    }
  }
}

/** One-off forms, for code that is not per row. NULL stays null. */
export function toDouble(value: NonNullValue | null, type: FieldType, context: ConversionContext): number | null {
  return value === null ? null : doubleOf(type)(value, context);
}
export function toInt(value: NonNullValue | null, type: FieldType, context: ConversionContext): number | bigint | null {
  return value === null ? null : asSigned64(intOf(type)(value, context));
}
export function toText(value: NonNullValue | null, type: FieldType): string | null {
  return value === null ? null : cachedTextOf(type)(value);
}
