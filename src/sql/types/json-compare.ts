/**
 * Order and equality of JSON values (MySQL manual, "Comparison and Ordering of JSON Values"): by type precedence first,
 * then within the type; numbers of all kinds compare by value, objects only as equal or not.
 */
import { compareCodePoints } from './collation.ts';
import { Decimal } from './decimal.ts';
import type { JsonOpaque, JsonValue } from './json-value.ts';
import { formatJson } from './json-text.ts';
import type { DateTime } from './temporal.ts';

const PRECEDENCE: Record<string, number> = {
  null: 1,
  integer: 2,
  unsigned: 2,
  double: 2,
  decimal: 2,
  string: 3,
  object: 4,
  array: 5,
  boolean: 6,
  date: 7,
  time: 8,
  datetime: 9,
  timestamp: 9,
  opaque: 10,
};

export function compareJson(a: JsonValue, b: JsonValue): number {
  const rank = PRECEDENCE[a.kind]! - PRECEDENCE[b.kind]!;
  if (rank !== 0) return rank;
  switch (a.kind) {
    case 'null':
      return 0;
    case 'boolean':
      return Number(a.payload) - Number(b.payload);
    case 'string':
      return compareCodePoints(a.payload as string, b.payload as string);
    case 'array':
      return compareArrays(a.items, b.items);
    case 'object':
      return compareObjects(a, b);
    case 'date':
    case 'datetime':
    case 'timestamp':
      return (a.payload as DateTime).compare(b.payload as DateTime);
    case 'time':
      return (a.payload as number) - (b.payload as number);
    case 'opaque':
      return compareBytes((a.payload as JsonOpaque).bytes, (b.payload as JsonOpaque).bytes);
    default:
      return compareNumbers(a, b);
  }
}

function compareArrays(a: readonly JsonValue[], b: readonly JsonValue[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareJson(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareObjects(a: JsonValue, b: JsonValue): number {
  if (a.members.size !== b.members.size) return a.members.size - b.members.size;
  const others = b.members.entries();
  for (const [key, value] of a.members) {
    const [otherKey, other] = others.next().value as [string, JsonValue];
    const byKey = compareCodePoints(key, otherKey);
    if (byKey !== 0) return byKey;
    const byValue = compareJson(value, other);
    if (byValue !== 0) return byValue;
  }
  return 0;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function compareNumbers(a: JsonValue, b: JsonValue): number {
  const x = a.payload as number | bigint | Decimal;
  const y = b.payload as number | bigint | Decimal;
  if (!(x instanceof Decimal) && !(y instanceof Decimal)) return x < y ? -1 : x > y ? 1 : 0;
  return asDecimal(x).compare(asDecimal(y));
}

function asDecimal(value: number | bigint | Decimal): Decimal {
  if (value instanceof Decimal) return value;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return Decimal.fromInt(value);
  return Decimal.fromNumber(value);
}

/** Equal for values that compare equal: numbers by their normal decimal form. */
export function jsonHashKey(value: JsonValue): string {
  switch (value.kind) {
    case 'integer':
    case 'unsigned':
    case 'double':
    case 'decimal':
      return `n${asDecimal(value.payload as number | bigint | Decimal).normalized()}`;
    case 'array':
      return `[${value.items.map(jsonHashKey).join()}]`;
    case 'object':
      return `{${[...value.members].map(([key, member]) => `${JSON.stringify(key)}:${jsonHashKey(member)}`).join()}}`;
    case 'datetime':
    case 'timestamp':
      return `t${(value.payload as DateTime).toString()}`;
    default:
      return `${value.kind[0]}${formatJson(value)}`;
  }
}
