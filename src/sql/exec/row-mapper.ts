/** Makes a row of a list of expressions: what a projection, a group and a window compute for each row. */
import { compile, type EvalContext, type Evaluator, type Expr } from '../expr/index.ts';
import type { Row } from '../types/index.ts';

export type RowMapper = (row: Row, context: EvalContext) => Row;

/** One closure that makes a whole row; plain columns are copied without a call. */
export function compileRow(exprs: readonly Expr[]): RowMapper {
  const width = exprs.length;
  if (exprs.every((expr) => expr.kind === 'column')) {
    const indexes = exprs.map((expr) => (expr.kind === 'column' ? expr.index : -1));
    return (row) => {
      const out: Row = new Array<Row[number]>(width);
      for (let i = 0; i < width; i++) out[i] = row[indexes[i]!]!;
      return out;
    };
  }
  const evaluators: readonly Evaluator[] = exprs.map(compile);
  if (width === 1) {
    const only = evaluators[0]!;
    return (row, context) => [only(row, context)];
  }
  return (row, context) => {
    const out: Row = new Array<Row[number]>(width);
    for (let i = 0; i < width; i++) out[i] = evaluators[i]!(row, context);
    return out;
  };
}
