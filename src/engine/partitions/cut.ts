/**
 * Cuts between tuples: before all tuples that begin with some values, or after them. Bounds of ranges and of RANGE partitions
 * become comparable that way.
 *
 *     low, inclusive (5)      before (5, least …)         high, inclusive (5)      after (5, greatest …)
 *     low, exclusive (5)      after (5, greatest …)       high, exclusive (5)      before (5, least …)
 *     VALUES LESS THAN (5,7)  before (5, 7)               (5, MAXVALUE)            after (5, greatest …)
 */
import type { KeyBound } from '../../sql/ports.ts';
import type { Value } from '../../sql/types/index.ts';
import { type BoundValue, MAXVALUE, type NonNull } from './partition-rule.ts';

export interface Cut {
  /** As many as are fixed; behind them everything (`after`) or nothing of the prefix lies before the cut. */
  readonly values: readonly Value[];
  readonly after: boolean;
}

export type CompareValues = readonly ((a: NonNull, b: NonNull) => number)[];

const LEAST: Cut = { values: [], after: false };
const GREATEST: Cut = { values: [], after: true };

export function lowCut(bound: KeyBound | undefined, width: number): Cut {
  if (bound === undefined) return LEAST;
  return { values: bound.values.slice(0, width), after: !bound.inclusive && bound.values.length <= width };
}

export function highCut(bound: KeyBound | undefined, width: number): Cut {
  if (bound === undefined) return GREATEST;
  return { values: bound.values.slice(0, width), after: bound.inclusive || bound.values.length > width };
}

export function boundCut(bound: readonly BoundValue[]): Cut {
  const end = bound.indexOf(MAXVALUE);
  if (end < 0) return { values: bound as readonly Value[], after: false };
  return { values: bound.slice(0, end) as readonly Value[], after: true };
}

/** Just before a tuple. */
export function tupleCut(values: readonly Value[]): Cut {
  return { values, after: false };
}

export function compareCuts(a: Cut, b: Cut, compares: CompareValues): number {
  const shared = Math.min(a.values.length, b.values.length);
  for (let i = 0; i < shared; i++) {
    const x = a.values[i] as Value;
    const y = b.values[i] as Value;
    const order = x === null || y === null ? Number(y === null) - Number(x === null) : (compares[i]?.(x, y) ?? 0);
    if (order !== 0) return order;
  }
  if (a.values.length === b.values.length) return Number(a.after) - Number(b.after);
  // The shorter one lies before or after everything with its prefix.
  if (a.values.length < b.values.length) return a.after ? 1 : -1;
  return b.after ? -1 : 1;
}
