/**
 * Comparing values: the type in which two operands meet (MySQL's comparison rules), conversion to it, order within a
 * type, and hash keys that agree with that order.
 *
 *   const type = comparisonType(a, b);
 *   const left = comparisonConverter(a, type); …        // undefined = as it is
 *   compareOf(type)(left(x), right(y))
 */
import { doubleOf, decimalOf, stringOf, type Convert } from './coerce.ts';
import { dateTimeOf, modeDateFlags, timeOf } from './coerce-temporal.ts';
import { charsetUnits } from './charset.ts';
import { getCollation } from './collation.ts';
import type { ConversionContext } from './conversion-context.ts';
import { Decimal } from './decimal.ts';
import type { EnumValue, SetValue } from './enum-set.ts';
import type { FieldType } from './field-type.ts';
import type { NonNullValue } from './format.ts';
import { compareBytes, compareJson, jsonHashKey } from './json-compare.ts';
import { JsonValue } from './json-value.ts';
import { DateTime, packDate } from './temporal.ts';
import { DateFlag } from './temporal-parse.ts';
import { truthToJsonOf } from './to-json.ts';
import {
  blobType,
  boolType,
  datetimeType,
  decimalType,
  doubleType,
  isInteger,
  isTemporal,
  isTextual,
  jsonType,
  timeType,
  varcharType,
} from './type-constructors.ts';
import { aggregateCollation } from './collation-aggregate.ts';
import type { Value } from './value.ts';

export type CompareOf = (a: NonNullValue, b: NonNullValue) => number;
export type HashKey = number | string | bigint;

/** The type in which values of two types are compared. */
export function comparisonType(a: FieldType, b: FieldType, operation = '='): FieldType {
  if (a.kind === 'null') return b.kind === 'null' ? boolType() : selfComparison(b);
  if (b.kind === 'null') return selfComparison(a);
  if (a.kind === 'json' || b.kind === 'json') return jsonType();
  const temporalA = isTemporal(a);
  const temporalB = isTemporal(b);
  if (temporalA && temporalB) {
    if (a.kind === 'time' && b.kind === 'time') return timeType(6);
    if (a.kind === 'date' && b.kind === 'date') return a;
    return datetimeType(6);
  }
  if (temporalA || temporalB) {
    const temporal = temporalA ? a : b;
    const other = temporalA ? b : a;
    // A text is read as a date; beside a time only a constant is, by who compares.
    if (isTextual(other)) return temporal.kind === 'time' ? timeAsText(other) : datetimeType(6);
    // A YEAR stands for its (zero) first day.
    if (other.kind === 'year') return temporal.kind === 'time' ? doubleType() : datetimeType(6);
    if (isInteger(other) && other.kind === 'int') return decimalType(20, 6);
    return other.kind === 'decimal' ? decimalType(30, 6) : doubleType();
  }
  const textualA = isTextual(a);
  const textualB = isTextual(b);
  if (textualA && textualB) return textComparison(a, b, operation);
  if (textualA || textualB) return doubleType();
  if (isInteger(a) && isInteger(b)) return a;
  if (isInteger(a) || a.kind === 'decimal') if (isInteger(b) || b.kind === 'decimal') return decimalType(65, 30);
  return doubleType();
}

function timeAsText(text: FieldType): FieldType {
  return text.kind === 'binary' ? blobType('long') : varcharType(text.length, { collation: text.collation });
}

function selfComparison(type: FieldType): FieldType {
  return type.kind === 'enum' || type.kind === 'set' ? varcharType(type.length, { collation: type.collation }) : type;
}

function textComparison(a: FieldType, b: FieldType, operation: string): FieldType {
  if (a.kind === 'binary' || b.kind === 'binary' || a.collation === 'binary' || b.collation === 'binary') {
    return blobType('long');
  }
  const collation = a.collation === b.collation ? a.collation : aggregateCollation([a, b], operation);
  return varcharType(Math.max(a.length, b.length), { collation });
}

/** Converts values of `from` to the comparison type; undefined when they are right already. */
export function comparisonConverter(from: FieldType, to: FieldType): Convert<Value> | undefined {
  switch (to.kind) {
    case 'int':
    case 'year':
    case 'bit':
      return isInteger(from) || from.kind === 'null' ? undefined : doubleOf(from);
    case 'double':
    case 'float':
      return from.kind === 'double' || from.kind === 'float' ? undefined : doubleOf(from);
    case 'decimal':
      return from.kind === 'decimal' ? undefined : decimalOf(from);
    case 'string':
      return from.kind === 'string' ? undefined : stringOf(from);
    case 'binary': {
      if (from.kind === 'binary') return undefined;
      const text = stringOf(from);
      return (value) => charsetUnits.encodeUtf8(text(value));
    }
    case 'datetime':
    case 'timestamp':
      if (from.kind === 'year') return (value) => new DateTime(packDate(value as number, 0, 0), 0);
      return from.kind === 'datetime' || from.kind === 'timestamp' ? undefined : comparedDateTime(from);
    case 'date':
      return from.kind === 'date' ? undefined : dateOnly(comparedDateTime(from));
    case 'time':
      return from.kind === 'time' ? undefined : timeOf(from);
    case 'json':
      return from.kind === 'json' ? undefined : truthToJsonOf(from);
    default:
      return undefined;
  }
}

const ZERO_DATE = new DateTime(packDate(0, 0, 0), 0);

/** A text that is no date is less than all dates, not NULL. */
function comparedDateTime(from: FieldType): Convert<DateTime | null> {
  const isText = isTextual(from);
  const refused = isText ? DateFlag.NO_ZERO_DATE : DateFlag.NO_ZERO_DATE | DateFlag.NO_ZERO_IN_DATE;
  const convert = dateTimeOf(from, (context) => modeDateFlags(context) & ~refused);
  return isText ? (value, context) => convert(value, context) ?? ZERO_DATE : convert;
}

function dateOnly(convert: Convert<DateTime | null>): Convert<Value> {
  return (value, context) => convert(value, context)?.ymd ?? null;
}

function compareNumbers(a: NonNullValue, b: NonNullValue): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order of two values that both have the representation of `type`. */
export function compareOf(type: FieldType): CompareOf {
  switch (type.kind) {
    case 'decimal':
      return (a, b) => (a as Decimal).compare(b as Decimal);
    case 'string': {
      const collation = getCollation(type.collation);
      return (a, b) => collation.compare(a as string, b as string);
    }
    case 'binary':
      return (a, b) => compareBytes(a as Uint8Array, b as Uint8Array);
    case 'datetime':
    case 'timestamp':
      return (a, b) => (a as DateTime).ymd - (b as DateTime).ymd || (a as DateTime).micros - (b as DateTime).micros;
    case 'date':
    case 'time':
      return (a, b) => (a as number) - (b as number);
    case 'enum':
      return (a, b) => (a as EnumValue).index - (b as EnumValue).index;
    case 'set':
      return (a, b) => compareNumbers((a as SetValue).bits, (b as SetValue).bits);
    case 'json':
      return (a, b) => compareJson(a as JsonValue, b as JsonValue);
    default:
      return compareNumbers;
  }
}

/** A key that is the same exactly for values that compare equal; keys of different types must not be mixed. */
export function hashKeyOf(type: FieldType): (value: NonNullValue) => HashKey {
  switch (type.kind) {
    case 'string': {
      const collation = getCollation(type.collation);
      return (value) => collation.hashKey(value as string);
    }
    case 'binary':
      return (value) => binaryKey(value as Uint8Array);
    case 'decimal':
      return decimalKey;
    case 'datetime':
    case 'timestamp':
      // Day and microsecond together stay exact below 2^53 only with the day number split off.
      return (value) => `${(value as DateTime).ymd}:${(value as DateTime).micros}`;
    case 'enum':
      return (value) => (value as EnumValue).index;
    case 'set':
      return (value) => (value as SetValue).bits;
    case 'json':
      return (value) => jsonHashKey(value as JsonValue);
    default:
      return (value) => (value === 0 ? 0 : (value as number | bigint));
  }
}

function decimalKey(value: NonNullValue): HashKey {
  const { unscaled, scale } = (value as Decimal).normalized();
  return scale === 0 && typeof unscaled === 'number' ? unscaled : `${unscaled}e${scale}`;
}

function binaryKey(bytes: Uint8Array): string {
  let key = '';
  for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i]!);
  return key;
}

/** Order by `type`, NULL first: what ORDER BY ASC and index order use. */
export function orderOf(type: FieldType): (a: Value, b: Value) => number {
  const compare = compareOf(type);
  return (a, b) => {
    if (a === null) return b === null ? 0 : -1;
    return b === null ? 1 : compare(a, b);
  };
}

/** One-off comparison of two values of any types; null when one is NULL or cannot be compared. */
export function compareValues(
  a: Value,
  aType: FieldType,
  b: Value,
  bType: FieldType,
  context: ConversionContext,
): number | null {
  if (a === null || b === null) return null;
  const type = comparisonType(aType, bType);
  const left = comparisonConverter(aType, type);
  const right = comparisonConverter(bType, type);
  const x = left === undefined ? a : left(a, context);
  const y = right === undefined ? b : right(b, context);
  return x === null || y === null ? null : compareOf(type)(x, y);
}
