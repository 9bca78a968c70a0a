/**
 * Sort keys: what a row is ordered by, computed once per row, in a form that compares fast.
 *
 * Texts become collation keys (strings that compare by code unit); numbers stay numbers. NULL sorts first ascending and last
 * descending, as in MySQL.
 */
import { compile, type EvalContext, type Evaluator } from '../expr/index.ts';
import type { SortKey } from '../plan/index.ts';
import type { Row } from '../types/index.ts';
import { sortFormOf, type SortForm } from './value-semantics.ts';

/** A row with its computed keys and its place in the input, which breaks ties. */
export interface SortEntry {
  readonly row: Row;
  readonly keys: readonly unknown[];
  readonly sequence: number;
}

export interface RowOrder {
  entry(row: Row, sequence: number, context: EvalContext): SortEntry;
  compare(a: SortEntry, b: SortEntry): number;
}

export function compileRowOrder(by: readonly SortKey[]): RowOrder {
  const evaluators: readonly Evaluator[] = by.map((key) => compile(key.expr));
  const forms: readonly SortForm[] = by.map((key) => sortFormOf(key.expr.type));
  const signs = by.map((key) => (key.descending ? -1 : 1));
  const width = by.length;
  const compareAt = (a: unknown, b: unknown, i: number): number => {
    if (a === null) return b === null ? 0 : -signs[i]!;
    if (b === null) return signs[i]!;
    const order = forms[i]!.compare(a, b);
    return order === 0 ? 0 : order * signs[i]!;
  };
  return {
    entry(row, sequence, context) {
      const keys: unknown[] = new Array<unknown>(width);
      for (let i = 0; i < width; i++) {
        const value = evaluators[i]!(row, context);
        const { toKey } = forms[i]!;
        keys[i] = value === null || toKey === undefined ? value : toKey(value);
      }
      return { row, keys, sequence };
    },
    compare(a, b) {
      for (let i = 0; i < width; i++) {
        const order = compareAt(a.keys[i], b.keys[i], i);
        if (order !== 0) return order;
      }
      return a.sequence - b.sequence;
    },
  };
}
