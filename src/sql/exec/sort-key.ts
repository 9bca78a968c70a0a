/** The order of rows: sort expressions, evaluated once per row, and their comparison. NULL is first ascending and last descending. */
import { compile, type EvalContext, type Evaluator } from '../expr/index.ts';
import type { SortKey } from '../plan/index.ts';
import { getCollation, type Row, type Value } from '../types/index.ts';
import { type SortCompare, sortCompareOf } from './value-semantics.ts';

/** A row with its computed keys and its place in the input, which breaks ties. */
export interface SortEntry {
  readonly row: Row;
  readonly keys: readonly Value[];
  readonly sequence: number;
}

export interface RowOrder {
  /** The keys are columns of the row: a row that was put aside need not carry them. */
  readonly isOfColumns: boolean;
  entry(row: Row, sequence: number, context: EvalContext): SortEntry;
  compare(a: SortEntry, b: SortEntry): number;
  /** By the first key, in the wanted direction: a lower rank is before, equal ranks say nothing, NaN = none for this entry. */
  rank(entry: SortEntry): number;
}

export function compileRowOrder(by: readonly SortKey[]): RowOrder {
  const evaluators: readonly Evaluator[] = by.map((key) => compile(key.expr));
  const compares = by.map((key) => nullsFirst(sortCompareOf(key.expr.type), key.descending ? -1 : 1));
  const rankFirst = rankOf(by[0]);
  const rank = (entry: SortEntry): number => rankFirst(entry.keys[0]!);
  const width = by.length;
  const isOfColumns = by.every((key) => key.expr.kind === 'column');
  if (width === 1) {
    const evaluate = evaluators[0]!;
    const compareOnly = compares[0]!;
    return {
      isOfColumns,
      entry: (row, sequence, context) => ({ row, keys: [evaluate(row, context)], sequence }),
      compare: (a, b) => compareOnly(a.keys[0]!, b.keys[0]!) || a.sequence - b.sequence,
      rank,
    };
  }
  return {
    isOfColumns,
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
    rank,
  };
}

/** Ranks of values that are numbers are the numbers themselves. */
function rankOf(key: SortKey | undefined): (value: Value) => number {
  if (key === undefined) return () => Number.NaN;
  const sign = key.descending ? -1 : 1;
  const collation = key.expr.type.kind === 'string' ? getCollation(key.expr.type.collation) : undefined;
  return (value) => {
    if (value === null) return sign * -Infinity;
    if (typeof value === 'number') return sign * value;
    return collation === undefined ? Number.NaN : sign * collation.rank(value as string);
  };
}

function nullsFirst(compare: SortCompare, sign: 1 | -1): (a: Value, b: Value) => number {
  return (a, b) => {
    if (a === null) return b === null ? 0 : -sign;
    if (b === null) return sign;
    return compare(a, b) * sign;
  };
}
