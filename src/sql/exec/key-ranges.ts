/**
 * Evaluates an index access at open: intervals of expressions become disjoint, ascending key ranges.
 *
 * A bound is seen as a cut between keys: `low` inclusive and `high` exclusive cut before all keys with those values,
 * the other two after them. Cuts of one index are totally ordered, so overlapping and touching ranges merge by
 * comparing cuts. In here ranges are in index order (`low` is where a forward scan starts), because only so do they sort and
 * merge; `byValue` turns them into the port's form, whose bounds go by value also on descending parts.
 *
 * A bound that the column's type cannot hold exactly (a < 1.5 on INT, a date with a time) is rounded to the nearest value it can
 * hold, and inclusiveness follows from the direction of the rounding; an equality that is not exact matches nothing.
 */
import { compile, type EvalContext, type Expr } from '../expr/index.ts';
import type { IndexDef, TableDef } from '../catalog/index.ts';
import type { IndexAccess, IndexInterval } from '../plan/index.ts';
import type { KeyBound, KeyRange } from '../ports.ts';
import type { FieldType, Value } from '../types/index.ts';
import { type KeyCaster, keyCasterOf } from './key-cast.ts';
import { comparatorOf } from './value-semantics.ts';

export type RangeBuilder = (context: EvalContext) => readonly KeyRange[];

const FULL_SCAN: readonly KeyRange[] = [{}];

interface KeyPart {
  readonly type: FieldType;
  readonly descending: boolean;
  readonly prefixLength: number | undefined;
  readonly compare: (a: Exclude<Value, null>, b: Exclude<Value, null>) => number;
}

/** `outer` compiles expressions over an outer row for index joins; plain scans have none. */
export function compileRanges(table: TableDef, index: IndexDef, access: IndexAccess): RangeBuilder {
  if (access.alternatives.length === 0) return () => FULL_SCAN;
  const parts = indexParts(table, index);
  const intervals = access.alternatives.map((interval) => compileInterval(interval, parts));
  if (intervals.length === 1) {
    const only = intervals[0]!;
    return (context) => {
      const range = only(context);
      return range === undefined ? [] : [byValue(range, parts)];
    };
  }
  return (context) => {
    const ranges: KeyRange[] = [];
    for (const interval of intervals) {
      const range = interval(context);
      if (range !== undefined) ranges.push(range);
    }
    return mergeRanges(ranges, parts);
  };
}

/** Swaps the ends where the part in which they differ is descending. */
function byValue(range: KeyRange, parts: readonly KeyPart[]): KeyRange {
  const low = range.low?.values ?? [];
  const high = range.high?.values ?? [];
  let same = 0;
  while (same < low.length && same < high.length && compareKeyValues(low[same]!, high[same]!, parts[same]!) === 0)
    same++;
  if (same >= Math.max(low.length, high.length) || parts[same]?.descending !== true) return range;
  return toRange(range.high, range.low);
}

export function indexParts(table: TableDef, index: IndexDef): readonly KeyPart[] {
  // A secondary index entry ends with the primary key; ranges may continue into it.
  const clustered = table.indexes[0];
  const own = index.parts.map((part) => keyPart(table, part.columnId, part.descending, part.prefixLength));
  if (clustered === undefined || clustered === index || index.unique) return own;
  const known = new Set(index.parts.map((part) => part.columnId));
  const rest = clustered.parts.filter((part) => !known.has(part.columnId));
  return own.concat(rest.map((part) => keyPart(table, part.columnId, part.descending, part.prefixLength)));
}

function keyPart(table: TableDef, columnId: number, descending: boolean, prefixLength: number | undefined): KeyPart {
  const column = table.columns.find((candidate) => candidate.id === columnId);
  if (column === undefined) throw new Error(`key part of unknown column ${columnId} in ${table.name}`);
  return { type: column.type, descending, prefixLength, compare: comparatorOf(column.type) };
}

type CompiledInterval = (context: EvalContext) => KeyRange | undefined;
type CompiledValue = { readonly evaluate: (context: EvalContext) => Value; readonly cast: KeyCaster };

function compileKeyValue(expr: Expr, part: KeyPart): CompiledValue {
  const evaluate = compile(expr);
  return { evaluate: (context) => evaluate([], context), cast: keyCasterOf(expr.type, part.type, part.prefixLength) };
}

function compileInterval(interval: IndexInterval, parts: readonly KeyPart[]): CompiledInterval {
  if (interval.equal.some((item, i) => 'isNull' in item && !parts[i]!.type.nullable)) return () => undefined;
  const equal = interval.equal.map((item, i) => ('isNull' in item ? undefined : compileKeyValue(item, parts[i]!)));
  const next = parts[interval.equal.length];
  const low =
    interval.low === undefined || next === undefined
      ? undefined
      : { ...compileKeyValue(interval.low.expr, next), inclusive: interval.low.inclusive };
  const high =
    interval.high === undefined || next === undefined
      ? undefined
      : { ...compileKeyValue(interval.high.expr, next), inclusive: interval.high.inclusive };
  const excludeNull =
    next?.type.nullable === true && low === undefined && (interval.excludeNull === true || high !== undefined);
  return (context) => {
    const prefix: Value[] = [];
    for (const item of equal) {
      if (item === undefined) {
        prefix.push(null);
        continue;
      }
      const cast = castBound(item, context);
      if (cast === undefined || cast.order !== 0) return undefined;
      prefix.push(cast.value);
    }
    let start: KeyBound | undefined = prefix.length === 0 ? undefined : { values: prefix, inclusive: true };
    let end = start;
    if (low !== undefined) {
      const cast = castBound(low, context);
      if (cast === undefined) return undefined;
      start = {
        values: [...prefix, cast.value],
        inclusive: cast.order === 0 ? low.inclusive || cast.widened : cast.order > 0,
      };
    } else if (excludeNull) {
      start = { values: [...prefix, null], inclusive: false };
    }
    if (high !== undefined) {
      const cast = castBound(high, context);
      if (cast === undefined) return undefined;
      end = {
        values: [...prefix, cast.value],
        inclusive: cast.order === 0 ? high.inclusive || cast.widened : cast.order < 0,
      };
    }
    return next?.descending === true ? toRange(end, start) : toRange(start, end);
  };
}

/** NULL from an expression compares with nothing: no range at all. */
function castBound(
  item: CompiledValue,
  context: EvalContext,
): { readonly value: Value; readonly order: number; readonly widened: boolean } | undefined {
  const value = item.evaluate(context);
  return value === null ? undefined : item.cast(value, context);
}

/** Spelled out: it is made for every range scan, and a spread costs more than all the rest. */
function toRange(low: KeyBound | undefined, high: KeyBound | undefined): KeyRange {
  if (low === undefined) return high === undefined ? {} : { high };
  return high === undefined ? { low } : { low, high };
}

export function mergeRanges(ranges: readonly KeyRange[], parts: readonly KeyPart[]): readonly KeyRange[] {
  const sorted = ranges
    .filter((range) => !isEmptyRange(range, parts))
    .sort((a, b) => compareCuts(a.low, 'low', b.low, 'low', parts));
  const merged: KeyRange[] = [];
  for (const range of sorted) {
    const last = merged[merged.length - 1];
    if (last === undefined || compareCuts(range.low, 'low', last.high, 'high', parts) > 0) merged.push(range);
    else if (compareCuts(range.high, 'high', last.high, 'high', parts) > 0)
      merged[merged.length - 1] = toRange(last.low, range.high);
  }
  return merged.map((range) => byValue(range, parts));
}

function isEmptyRange(range: KeyRange, parts: readonly KeyPart[]): boolean {
  return compareCuts(range.low, 'low', range.high, 'high', parts) >= 0;
}

type BoundRole = 'low' | 'high';

function compareCuts(
  a: KeyBound | undefined,
  aRole: BoundRole,
  b: KeyBound | undefined,
  bRole: BoundRole,
  parts: readonly KeyPart[],
): number {
  if (a === undefined || b === undefined) {
    const left = a === undefined ? (aRole === 'low' ? -1 : 1) : 0;
    const right = b === undefined ? (bRole === 'low' ? -1 : 1) : 0;
    return left - right;
  }
  const shared = Math.min(a.values.length, b.values.length);
  for (let i = 0; i < shared; i++) {
    const order = compareKeyValues(a.values[i]!, b.values[i]!, parts[i]!);
    if (order !== 0) return order;
  }
  const aSide = cutSide(a, aRole);
  const bSide = cutSide(b, bRole);
  if (a.values.length === b.values.length) return aSide - bSide;
  return a.values.length < b.values.length ? (aSide === 0 ? -1 : 1) : bSide === 0 ? 1 : -1;
}

/** 0: the cut is before all keys that start with the bound's values; 1: after them. */
function cutSide(bound: KeyBound, role: BoundRole): 0 | 1 {
  return (role === 'low') === bound.inclusive ? 0 : 1;
}

function compareKeyValues(a: Value, b: Value, part: KeyPart): number {
  const sign = part.descending ? -1 : 1;
  if (a === null || b === null) return a === b ? 0 : a === null ? -sign : sign;
  return part.compare(a, b) * sign;
}
