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
import { type RuleFunction, shapeOf } from './monotonic.ts';
import { compilePartitionFunction, type PartitionFunction } from './partition-function.ts';

export const NO_PARTITION = -1;
const LEAST_BIGINT = -(2n ** 63n);

export type NonNull = Exclude<Value, null>;
export type BoundValue = Value | typeof MAXVALUE;
export const MAXVALUE: unique symbol = Symbol('MAXVALUE');

type Compare = (a: NonNull, b: NonNull) => number;

export interface RuleRouter {
  /** Ordinal of the partition on this level. */
  find(row: Row, zone: TimeZone): number;
  /** What error 1526 prints. */
  describe(row: Row, zone: TimeZone): string;
  /** Positions in the table of the columns that decide, and how their values compare. */
  readonly positions: readonly number[];
  readonly columnCompares: readonly Compare[];
  /** There is one such column, an integer. */
  readonly isInteger: boolean;
  /** Absent for COLUMNS and KEY, which go by the columns themselves. */
  readonly function?: RuleFunction;
  /** How the function's values (or the columns') compare. */
  readonly valueCompares: readonly Compare[];
  /** RANGE: upper bounds, exclusive, one tuple per partition. */
  readonly stretches?: readonly (readonly BoundValue[])[];
  /** LIST: all values with their partition. */
  readonly lists?: readonly { readonly values: readonly Value[]; readonly place: number }[];
  /** LIST: the partition of what no list names, where there is one. */
  readonly others?: number;
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
  const valuesOf = (row: Row, zone: TimeZone): readonly Value[] =>
    evaluate === undefined ? positions.map((position) => row[position] as Value) : [evaluate(row, zone)];
  const columnCompares = columns.map((column) => compareOf(column.type));
  const shared: Omit<RuleRouter, 'find'> = {
    positions,
    columnCompares,
    isInteger: columns.length === 1 && columns[0]?.type.kind === 'int',
    ...(evaluate && { function: functionOf(rule, evaluate, positions, columns) }),
    valueCompares: evaluate === undefined ? columnCompares : [compareNumbers],
    describe: (row, zone) => (evaluate === undefined ? 'from column_list' : String(evaluate(row, zone) ?? 'NULL')),
  };
  const typed = rule.byColumns ? columns : [];
  switch (rule.method) {
    case 'range': {
      const stretches = partitions.map(({ lessThan = [] }) => lessThan.map((value, i) => boundValue(value, typed[i])));
      const find = (row: Row, zone: TimeZone): number =>
        findRange(stretches, valuesOf(row, zone), shared.valueCompares);
      return { ...shared, find, stretches };
    }
    case 'list': {
      const lists = partitions.flatMap(({ in: tuples = [] }, place) =>
        tuples
          .filter((tuple) => !isOthers(tuple))
          .map((tuple) => ({ place, values: tuple.map((value, i) => boundValue(value, typed[i]) as Value) })),
      );
      const keyOf = tupleKey(typed);
      const places = new Map(lists.map(({ values, place }) => [keyOf(values), place]));
      const others = partitions.findIndex(({ in: tuples = [] }) => tuples.some(isOthers));
      return {
        ...shared,
        lists,
        ...(others >= 0 && { others }),
        find: (row, zone) => places.get(keyOf(valuesOf(row, zone))) ?? others,
      };
    }
    case 'hash': {
      const pick = rule.linear ? linearHash(count) : plainHash(count);
      return {
        ...shared,
        find: (row, zone) => pick(evaluate?.(row, zone) ?? LEAST_BIGINT),
      };
    }
    case 'key':
      return { ...shared, find: keyFinder(columns, positions, rule.linear ? linearHash(count) : plainHash(count)) };
  }
}

/** DEFAULT among the values of a list. */
function isOthers([value]: readonly PartitionValueDef[]): boolean {
  return typeof value === 'object' && value !== null;
}

function functionOf(
  rule: PartitionRule,
  evaluate: PartitionFunction,
  positions: readonly number[],
  columns: readonly ColumnDef[],
): RuleFunction {
  const [column] = columns;
  const [position] = positions;
  const single = columns.length === 1 && column !== undefined && position !== undefined;
  return {
    evaluate,
    column: single ? { position, type: column.type } : undefined,
    shape: shapeOf(rule.expression ?? ''),
  };
}

function keyFinder(columns: readonly ColumnDef[], positions: readonly number[], pick: Pick): RuleRouter['find'] {
  const hashers = columns.map((column) => keyHasher(column.type));
  return (row, zone) => {
    const hash = new KeyHash();
    for (let i = 0; i < positions.length; i++) {
      const value = row[positions[i] as number] as Value;
      if (value === null) hash.addNull();
      else hashers[i]?.(hash, value, zone);
    }
    return pick(hash.value);
  };
}

/** The first partition whose bound lies above. */
function findRange(
  bounds: readonly (readonly BoundValue[])[],
  values: readonly Value[],
  compares: readonly Compare[],
): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(values, bounds[middle] as readonly BoundValue[], compares)) high = middle;
    else low = middle + 1;
  }
  return low === bounds.length ? NO_PARTITION : low;
}

/** NULL is least, MAXVALUE greatest. */
function isBelow(values: readonly Value[], bound: readonly BoundValue[], compares: readonly Compare[]): boolean {
  for (let i = 0; i < bound.length; i++) {
    const limit = bound[i] as BoundValue;
    if (limit === MAXVALUE) return true;
    const value = values[i] as Value;
    const order =
      value === null || limit === null
        ? Number(limit === null) - Number(value === null)
        : (compares[i] as Compare)(value, limit);
    if (order !== 0) return order < 0;
  }
  return false;
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

function compareNumbers(a: NonNull, b: NonNull): number {
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

type Pick = (value: number | bigint) => number;

function plainHash(count: number): Pick {
  return (value) =>
    Math.abs(typeof value === 'number' ? value % count : Number(BigInt.asIntN(64, value) % BigInt(count)));
}

const INT32_MAX = 0x7fff_ffff;

/** Powers of two: adding a partition splits one. */
function linearHash(count: number): Pick {
  let size = 1;
  while (size < count) size *= 2;
  return (value) => {
    const low =
      typeof value === 'number' && Math.abs(value) <= INT32_MAX ? value : Number(BigInt.asUintN(31, BigInt(value)));
    const place = low & (size - 1);
    return place < count ? place : low & (size / 2 - 1);
  };
}
