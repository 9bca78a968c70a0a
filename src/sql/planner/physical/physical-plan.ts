/**
 * A physical plan while it is chosen: nodes have no ids yet, and columns in expressions are identified by id (finalize.ts
 * turns ids into positions).
 */
import type { PhysicalNode } from '../../plan/index.ts';

/** One column that rows are ordered by. */
export interface OrderColumn {
  readonly column: number;
  readonly descending: boolean;
}

export interface Candidate {
  readonly node: PhysicalNode;
  readonly rows: number;
  /** Until the last row. */
  readonly cost: number;
  /** Until the first row: what LIMIT cannot save. */
  readonly startup: number;
  /** Rows come in this order; [] = no order known. */
  readonly order: readonly OrderColumn[];
  /** Columns that have one value in all rows: they do not count in an order. */
  readonly constants: ReadonlySet<number>;
}

export const NO_ORDER: readonly OrderColumn[] = [];
export const NO_CONSTANTS: ReadonlySet<number> = new Set();

/** Whether rows ordered as `have` are ordered as `want`. */
export function satisfies(
  have: readonly OrderColumn[],
  want: readonly OrderColumn[],
  constants: ReadonlySet<number>,
): boolean {
  let at = 0;
  for (const column of want) {
    if (constants.has(column.column)) continue;
    while (at < have.length && constants.has(have[at]!.column)) at++;
    const next = have[at];
    if (next === undefined || next.column !== column.column || next.descending !== column.descending) return false;
    at++;
  }
  return true;
}

/** Placeholder of `NodeBase` fields that finalize.ts fills. */
export const UNNUMBERED = 0;
