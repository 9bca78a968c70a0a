/**
 * Casts a value to the type of a key part, and says how the result lies to the value: exact (0), below (-1) or above (1).
 * An equality needs an exact cast; a range bound uses the direction (key-ranges.ts).
 *
 * No warnings: a bound that does not fit is no fault of the statement.
 */
import type { EvalContext } from '../expr/index.ts';
import {
  bitType,
  compareValues,
  type ConversionContext,
  type FieldType,
  getCollation,
  intRange,
  type NonNullValue,
  storeOf,
  takeChars,
  type Value,
} from '../types/index.ts';

export interface KeyCast {
  readonly value: Value;
  readonly order: number;
  /** The value was cut to a key prefix: a bound on it must be inclusive. */
  readonly widened: boolean;
}

/** Undefined when the value compares with nothing. */
export type KeyCaster = (value: NonNullValue, context: EvalContext) => KeyCast | undefined;

export function keyCasterOf(from: FieldType, column: FieldType, prefixLength: number | undefined): KeyCaster {
  if (prefixLength !== undefined) return prefixCaster(prefixLength);
  if (isIntegral(column) && isIntegral(from)) return integerCaster(column);
  if (keepsRepresentation(from, column)) return exact;
  if (column.kind === 'enum' && from.kind === 'string') return enumCaster(column);
  return convertingCaster(from, column);
}

const TARGET = { column: '', row: 1 };

function exact(value: NonNullValue): KeyCast {
  return { value, order: 0, widened: false };
}

function isIntegral(type: FieldType): boolean {
  return type.kind === 'int' || type.kind === 'year' || type.kind === 'bit';
}

function keepsRepresentation(from: FieldType, column: FieldType): boolean {
  switch (column.kind) {
    case 'string':
    case 'binary':
    case 'date':
    case 'time':
    case 'double':
      return from.kind === column.kind;
    case 'datetime':
    case 'timestamp':
      return from.kind === 'datetime' || from.kind === 'timestamp';
    case 'enum':
    case 'set':
      return from.kind === column.kind && from.elements === column.elements;
    default:
      return false;
  }
}

function keyRangeOf(column: FieldType): { readonly min: number | bigint; readonly max: number | bigint } {
  if (column.kind === 'year') return { min: 0, max: 65535 };
  if (column.kind === 'bit') return intRange({ ...bitType(64), unsigned: true });
  return intRange(column);
}

function integerCaster(column: FieldType): KeyCaster {
  const { min, max } = keyRangeOf(column);
  return (value) => {
    const number = value as number | bigint;
    if (number < min) return { value: min, order: 1, widened: false };
    if (number > max) return { value: max, order: -1, widened: false };
    return { value: number, order: 0, widened: false };
  };
}

function prefixCaster(length: number): KeyCaster {
  return (value) => {
    const cut =
      typeof value === 'string'
        ? takeChars(value, length)
        : value instanceof Uint8Array
          ? value.slice(0, length)
          : undefined;
    return cut === undefined ? undefined : { value: cut, order: 0, widened: true };
  };
}

function enumCaster(column: FieldType): KeyCaster {
  const collation = getCollation(column.collation);
  const members = new Map((column.elements ?? []).map((text, i) => [collation.hashKey(text), i + 1]));
  const convert = convertingCaster({ ...column, kind: 'int', mysqlType: 8, unsigned: true }, column);
  return (value, context) => {
    const index = members.get(collation.hashKey(value as string));
    return index === undefined ? undefined : convert(index, context);
  };
}

function convertingCaster(from: FieldType, column: FieldType): KeyCaster {
  const store = storeOf(from, column);
  return (value, context) => {
    const lenient = lenientContext(context);
    const stored = store(value, TARGET, lenient);
    if (stored === null) return undefined;
    if (column.kind === 'enum') return { value: stored, order: 0, widened: false };
    const order = compareValues(stored, column, value, from, lenient);
    return order === null ? undefined : { value: stored, order, widened: false };
  };
}

function lenientContext(context: EvalContext): ConversionContext {
  const { sqlMode, timeZone, nowMicros } = context.session;
  return { session: { sqlMode, timeZone, nowMicros, strict: false }, warn: () => undefined };
}
