/** The order of rows: sort expressions, evaluated once per row, and their comparison. NULL is first ascending and last descending. */
import { compile, type EvalContext, type Evaluator } from '../expr/index.ts';
import type { SortKey } from '../plan/index.ts';
import type { Row, Value } from '../types/index.ts';
import { type SortCompare, sortCompareOf } from './value-semantics.ts';

/** A row with its computed keys and its place in the input, which breaks ties. */
export interface SortEntry {
  readonly row: Row;
  readonly keys: readonly Value[];
  readonly sequence: number;
}

export interface RowOrder {
  entry(row: Row, sequence: number, context: EvalContext): SortEntry;
  compare(a: SortEntry, b: SortEntry): number;
}

export function compileRowOrder(by: readonly SortKey[]): RowOrder {
  const evaluators: readonly Evaluator[] = by.map((key) => compile(key.expr));
  const compares = by.map((key) => nullsFirst(sortCompareOf(key.expr.type), key.descending ? -1 : 1));
  const width = by.length;
  if (width === 1) {
    const evaluate = evaluators[0]!;
    const compareOnly = compares[0]!;
    return {
      entry: (row, sequence, context) => ({ row, keys: [evaluate(row, context)], sequence }),
      compare: (a, b) => compareOnly(a.keys[0]!, b.keys[0]!) || a.sequence - b.sequence,
    };
  }
  return {
    entry(row, sequence, context) {
      const keys: Value[] = new Array<Value>(width);
      for (let i = 0; i < width; i++) keys[i] = evaluators[i]!(row, context);
      return { row, keys, sequence };
    },
    compare(a, b) {
      for (let i = 0; i < width; i++) {
        const order = compares[i]!(a.keys[i]!, b.keys[i]!);
        if (order !== 0) return order;
      }
      return a.sequence - b.sequence;
    },
  };
}

function nullsFirst(compare: SortCompare, sign: 1 | -1): (a: Value, b: Value) => number {
  return (a, b) => {
    if (a === null) return b === null ? 0 : -sign;
    if (b === null) return sign;
    return compare(a, b) * sign;
  };
}
