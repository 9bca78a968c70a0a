/**
 * Values as statistics see them: a number that grows with the value (for ranges and interpolation), and a short text that
 * equal values share (for frequent values).
 */
import {
  DateTime,
  Decimal,
  EnumValue,
  findCollation,
  SetValue,
  type FieldType,
  type Value,
} from '../../types/index.ts';

const TEXT_BYTES = 6;
const KEY_CHARS_MAX = 64;
const DAY_SECONDS = 86400;

export function statNumber(value: Exclude<Value, null>, type: FieldType): number {
  switch (typeof value) {
    case 'number':
      return type.kind === 'date' ? dateSeconds(value) : value;
    case 'bigint':
      return Number(value);
    case 'string':
      return textNumber(value, type);
    default:
      break;
  }
  if (value instanceof Decimal) return Number(value.unscaled) / 10 ** value.scale;
  if (value instanceof DateTime) return dateSeconds(value.ymd) + value.micros / 1e6;
  if (value instanceof Uint8Array) return bytesNumber(value);
  if (value instanceof EnumValue) return value.index;
  if (value instanceof SetValue) return Number(value.bits);
  return 0;
}

/** A packed date in seconds, roughly: months of 31 days keep the order, which is all that is needed. */
function dateSeconds(ymd: number): number {
  return ((ymd >>> 9) * 372 + ((ymd >>> 5) & 15) * 31 + (ymd & 31)) * DAY_SECONDS;
}

function textNumber(text: string, type: FieldType): number {
  const collation = findCollation(type.collation);
  const key = collation === undefined ? undefined : collation.sortKey(text.slice(0, TEXT_BYTES));
  return key === undefined ? 0 : bytesNumber(key);
}

function bytesNumber(bytes: Uint8Array): number {
  let number = 0;
  for (let i = 0; i < TEXT_BYTES; i++) number = number * 256 + (bytes[i] ?? 0);
  return number;
}

export function statKey(value: Exclude<Value, null>, type: FieldType): string {
  if (typeof value === 'string')
    return (findCollation(type.collation)?.hashKey(value) ?? value).slice(0, KEY_CHARS_MAX);
  if (value instanceof Uint8Array) return String.fromCharCode(...value.subarray(0, KEY_CHARS_MAX));
  if (value instanceof Decimal) return String(statNumber(value, type));
  return String(value).slice(0, KEY_CHARS_MAX);
}
