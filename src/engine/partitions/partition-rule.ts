/**
 * From the columns of a row to its partition, on one level (partitions, or the subpartitions of each).
 *
 * MySQL's arithmetic: RANGE puts NULL into the first partition; HASH takes NULL for the least BIGINT; a negative remainder
 * counts by its absolute value. A value that no partition takes gives -1.
 */
import { fromHex } from '../../base/index.ts';
import type { ColumnDef, PartitionDef, PartitionRule, PartitionValueDef, TableDef } from '../../sql/catalog/index.ts';
import { compareOf, hashKeyOf, type Row, type TimeZone, type Value } from '../../sql/types/index.ts';
import { literalValue } from '../origin-value.ts';
import { KeyHash, keyHasher } from './key-hash.ts';
import { compilePartitionFunction } from './partition-function.ts';

export const NO_PARTITION = -1;
const LEAST_BIGINT = -(2n ** 63n);

export type NonNull = Exclude<Value, null>;
export type BoundValue = Value | typeof MAXVALUE;
export const MAXVALUE: unique symbol = Symbol('MAXVALUE');

export interface RuleRouter {
  /** Ordinal of the partition on this level. */
  find(row: Row, zone: TimeZone): number;
  /** What error 1526 prints. */
  describe(row: Row, zone: TimeZone): string;
  /** Positions in the table of the columns that decide. */
  readonly positions: readonly number[];
}

/** Upper bounds (exclusive) of RANGE, one tuple per partition. */
export interface RangeRouter extends RuleRouter {
  readonly bounds: readonly (readonly BoundValue[])[];
  readonly compare: (a: readonly BoundValue[], b: readonly BoundValue[]) => number;
}

export function routerOf(
  rule: PartitionRule,
  table: TableDef,
  partitions: readonly PartitionDef[],
  count: number,
): RuleRouter {
  const positions = rule.columnIds.map((id) => table.columns.findIndex((column) => column.id === id));
  const columns = positions.map((position) => table.columns[position] as ColumnDef);
  const evaluate = rule.expression === undefined ? undefined : compilePartitionFunction(rule.expression, table);
  const describe = (row: Row, zone: TimeZone): string =>
    evaluate === undefined ? 'from column_list' : String(evaluate(row, zone) ?? 'NULL');
  const valuesOf = (row: Row, zone: TimeZone): readonly Value[] =>
    evaluate === undefined ? positions.map((position) => row[position] as Value) : [evaluate(row, zone)];
  const shared = { positions, describe };
  switch (rule.method) {
    case 'range': {
      const compare = tupleCompare(rule.byColumns ? columns : []);
      const bounds = partitions.map(({ lessThan = [] }) =>
        lessThan.map((value, i) => boundValue(value, rule.byColumns ? columns[i] : undefined)),
      );
      const find = (row: Row, zone: TimeZone): number => findRange(bounds, valuesOf(row, zone), compare);
      const router: RangeRouter = { ...shared, find, bounds, compare };
      return router;
    }
    case 'list': {
      const keyOf = tupleKey(rule.byColumns ? columns : []);
      const places = new Map<string, number>();
      for (const [ordinal, { in: tuples = [] }] of partitions.entries()) {
        for (const tuple of tuples) {
          const values = tuple.map((value, i) => boundValue(value, rule.byColumns ? columns[i] : undefined) as Value);
          places.set(keyOf(values), ordinal);
        }
      }
      return { ...shared, find: (row, zone) => places.get(keyOf(valuesOf(row, zone))) ?? NO_PARTITION };
    }
    case 'hash': {
      const pick = rule.linear ? linearHash(count) : plainHash(count);
      return {
        ...shared,
        find: (row, zone) => pick(BigInt.asIntN(64, BigInt(evaluate?.(row, zone) ?? LEAST_BIGINT))),
      };
    }
    case 'key': {
      const hashers = columns.map((column) => keyHasher(column.type));
      const pick = rule.linear ? linearHash(count) : plainHash(count);
      return {
        ...shared,
        find: (row, zone) => {
          const hash = new KeyHash();
          for (let i = 0; i < positions.length; i++) {
            const value = row[positions[i] as number] as Value;
            if (value === null) hash.addNull();
            else hashers[i]?.(hash, value, zone);
          }
          return pick(BigInt(hash.value));
        },
      };
    }
  }
}

/** The first partition whose bound lies above. */
export function findRange(
  bounds: readonly (readonly BoundValue[])[],
  values: readonly Value[],
  compare: (a: readonly BoundValue[], b: readonly BoundValue[]) => number,
): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(values, bounds[middle] as readonly BoundValue[]) < 0) high = middle;
    else low = middle + 1;
  }
  return low === bounds.length ? NO_PARTITION : low;
}

function boundValue(value: PartitionValueDef, column: ColumnDef | undefined): BoundValue {
  if (value === null) return null;
  if (typeof value !== 'string') return MAXVALUE;
  if (column === undefined) return integer(value);
  return column.type.kind === 'binary' ? (fromHex(value.slice(2)) ?? null) : literalValue(value, column.type);
}

function integer(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** Numbers for an expression; by type and collation for columns. NULL is least, MAXVALUE greatest. */
function tupleCompare(columns: readonly ColumnDef[]): (a: readonly BoundValue[], b: readonly BoundValue[]) => number {
  const compares = columns.map((column) => compareOf(column.type));
  return (a, b) => {
    for (let i = 0; i < b.length; i++) {
      const x = a[i] as BoundValue;
      const y = b[i] as BoundValue;
      const order = compareBounds(x, y, compares[i]);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareBounds(
  a: BoundValue,
  b: BoundValue,
  compare: ((a: NonNull, b: NonNull) => number) | undefined,
): number {
  if (a === MAXVALUE || b === MAXVALUE) return Number(a === MAXVALUE) - Number(b === MAXVALUE);
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (compare !== undefined) return compare(a, b);
  return (a as number | bigint) < (b as number | bigint) ? -1 : (a as number | bigint) > (b as number | bigint) ? 1 : 0;
}

/** One text per tuple of values that compare equal. */
function tupleKey(columns: readonly ColumnDef[]): (values: readonly Value[]) => string {
  const hashes = columns.map((column) => hashKeyOf(column.type));
  return (values) => {
    let key = '';
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as Value;
      const text = value === null ? 'N' : `v${String(hashes[i]?.(value) ?? value)}`;
      key += `${text.length}:${text}`;
    }
    return key;
  };
}

function plainHash(count: number): (value: bigint) => number {
  const divisor = BigInt(count);
  return (value) => {
    const remainder = Number(value % divisor);
    return remainder < 0 ? -remainder : remainder;
  };
}

/** Powers of two: adding a partition splits one. */
function linearHash(count: number): (value: bigint) => number {
  let size = 1;
  while (size < count) size *= 2;
  const mask = BigInt(size - 1);
  const halfMask = BigInt(size / 2 - 1);
  return (value) => {
    const place = Number(BigInt.asUintN(64, value) & mask);
    return place < count ? place : Number(BigInt.asUintN(64, value) & halfMask);
  };
}
