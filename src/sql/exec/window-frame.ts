/**
 * Frames of window functions: for each row of a partition, the rows [start, end) that its function sees.
 *
 * ROWS counts rows, GROUPS counts peer groups, RANGE compares the one order key with key ± offset. A row whose key is NULL has
 * its peers as the frame of an offset bound.
 */
import { sqlError } from '../../base/index.ts';
import { compile, type EvalContext } from '../expr/index.ts';
import type { FrameBound, SortKey, WindowCall } from '../plan/index.ts';
import type { FieldType, Row, Value } from '../types/index.ts';
import { comparatorOf } from './value-semantics.ts';
import { compileShift, type Shift } from './window-range.ts';

export interface Partition {
  readonly rows: readonly Row[];
  readonly orderValues: readonly Row[];
  readonly peerStart: readonly number[];
  readonly peerEnd: readonly number[];
  /** Number of the peer group of a row, and the first row of each group. */
  readonly group: readonly number[];
  readonly groupStarts: readonly number[];
}

export type FrameFinder = (partition: Partition, row: number) => readonly [start: number, end: number];
type Frame = WindowCall['frame'];
type BoundFinder = (partition: Partition, row: number) => number;

export function wholePartition(frame: Frame): boolean {
  return frame.start.kind === 'unbounded-preceding' && frame.end.kind === 'unbounded-following';
}

/** Offsets are evaluated once per execution; the result finds frames. */
export function compileFrames(frame: Frame, orderBy: readonly SortKey[]): (context: EvalContext) => FrameFinder {
  const start = compileBound(frame, frame.start, true, orderBy);
  const end = compileBound(frame, frame.end, false, orderBy);
  return (context) => {
    const findStart = start(context);
    const findEnd = end(context);
    return (partition, row) => [findStart(partition, row), findEnd(partition, row)];
  };
}

function compileBound(
  frame: Frame,
  bound: FrameBound,
  isStart: boolean,
  orderBy: readonly SortKey[],
): (context: EvalContext) => BoundFinder {
  switch (bound.kind) {
    case 'unbounded-preceding':
      return () => () => 0;
    case 'unbounded-following':
      return () => (partition) => partition.rows.length;
    case 'current-row':
      if (frame.unit === 'rows') return () => (_partition, row) => (isStart ? row : row + 1);
      return () => (partition, row) => (isStart ? partition.peerStart[row]! : partition.peerEnd[row]!);
    case 'preceding':
    case 'following':
      return compileOffsetBound(frame.unit, bound, isStart, orderBy);
  }
}

function compileOffsetBound(
  unit: Frame['unit'],
  bound: Extract<FrameBound, { readonly kind: 'preceding' | 'following' }>,
  isStart: boolean,
  orderBy: readonly SortKey[],
): (context: EvalContext) => BoundFinder {
  const offset = compile(bound.offset);
  const preceding = bound.kind === 'preceding';
  if (unit === 'range') {
    const key = orderBy[0];
    if (key === undefined) return () => (partition) => (isStart ? 0 : partition.rows.length);
    const shift = compileShift(key.expr.type, bound.intervalUnit);
    return (context) => {
      const amount = offset([], context);
      if (amount === null) throw invalidOffset();
      return rangeBound(
        { type: key.expr.type, shift, amount, back: preceding !== key.descending, descending: key.descending },
        isStart,
      );
    };
  }
  return (context) => {
    const amount = Number(offset([], context) ?? Number.NaN);
    if (!(amount >= 0)) throw invalidOffset();
    const delta = preceding ? -amount : amount;
    return unit === 'rows' ? rowsBound(delta, isStart) : groupsBound(delta, isStart);
  };
}

function invalidOffset(): Error {
  return sqlError('ER_WRONG_ARGUMENTS', 'window frame');
}

function rowsBound(delta: number, isStart: boolean): BoundFinder {
  const shift = isStart ? delta : delta + 1;
  return (partition, row) => Math.min(partition.rows.length, Math.max(0, row + shift));
}

function groupsBound(delta: number, isStart: boolean): BoundFinder {
  const shift = isStart ? delta : delta + 1;
  return (partition, row) => {
    const group = partition.group[row]! + shift;
    if (group < 0) return 0;
    return group >= partition.groupStarts.length ? partition.rows.length : partition.groupStarts[group]!;
  };
}

interface RangeOffset {
  readonly type: FieldType;
  readonly shift: Shift;
  readonly amount: Exclude<Value, null>;
  /** The limit is the key minus the amount. */
  readonly back: boolean;
  readonly descending: boolean;
}

function rangeBound({ type, shift, amount, back, descending }: RangeOffset, isStart: boolean): BoundFinder {
  const compare = comparatorOf(type);
  const sign = descending ? -1 : 1;
  return (partition, row) => {
    const key = partition.orderValues[row]![0]!;
    if (key === null) return isStart ? partition.peerStart[row]! : partition.peerEnd[row]!;
    const limit = shift(key, amount, back);
    // First row whose key is not before the limit (start), or is after it (end).
    let low = 0;
    let high = partition.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const value = partition.orderValues[middle]![0]!;
      const order = value === null ? (descending ? 1 : -1) : compare(value, limit) * sign;
      if (isStart ? order < 0 : order <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
