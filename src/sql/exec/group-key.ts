/**
 * Keys for hashing rows: two rows get the same key exactly when their values are equal by their types and collations.
 * NULL equals NULL here (GROUP BY, DISTINCT, set operations); joins ask for NULLs separately.
 *
 * A single integer, double, date or text column is its own key; several become one string, each part with its length
 * in front. Keys of one kind are never mixed with keys of another in the same table.
 */
import type { FieldType, Row, Value } from '../types/index.ts';
import { hashKeyOf, type HashKey } from './value-semantics.ts';

export type RowKey = (row: Row) => HashKey | null;

const PAIR_BASE = 67_108_864; // 2^26: two such integers fit one double

export function compileRowKey(types: readonly FieldType[]): RowKey {
  return compileRowKeyAt(
    types,
    types.map((_, i) => i),
  );
}

export function compileRowKeyAt(types: readonly FieldType[], positions: readonly number[]): RowKey {
  const parts = types.map(hashKeyOf);
  if (parts.length === 0) return () => 0;
  if (parts.length === 1) {
    const part = parts[0]!;
    const position = positions[0]!;
    return (row) => {
      const value = row[position]!;
      return value === null ? null : part(value);
    };
  }
  if (parts.length === 2) return compilePair(parts as [ValueKey, ValueKey], positions as [number, number]);
  return (row) => {
    let key = '';
    for (let i = 0; i < parts.length; i++) key += encodePart(row[positions[i]!]!, parts[i]!);
    return key;
  };
}

type ValueKey = (value: Exclude<Value, null>) => HashKey;

function compilePair([first, second]: [ValueKey, ValueKey], [a, b]: [number, number]): RowKey {
  return (row) => {
    const left = row[a]!;
    const right = row[b]!;
    if (left !== null && right !== null) {
      const x = first(left);
      const y = second(right);
      if (isSmallNatural(x) && isSmallNatural(y)) return x * PAIR_BASE + y;
      return encodeKey(x) + encodeKey(y);
    }
    return encodePart(left, first) + encodePart(right, second);
  };
}

function isSmallNatural(key: HashKey): key is number {
  return typeof key === 'number' && key >= 0 && key < PAIR_BASE && Number.isInteger(key);
}

function encodePart(value: Value, part: ValueKey): string {
  return value === null ? 'n' : encodeKey(part(value));
}

/** Self-delimiting text of one part. */
export function encodeKey(key: HashKey): string {
  return typeof key === 'string' ? `s${key.length}:${key}` : `${key};`;
}
