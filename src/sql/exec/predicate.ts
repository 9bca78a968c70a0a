/**
 * Conditions: expressions used for their truth. True means not NULL and not zero, with texts read as numbers.
 *
 * AND is taken apart, so that a row that fails early costs little.
 */
import { compile, type EvalContext, type Expr } from '../expr/index.ts';
import type { FieldType, Row, Value } from '../types/index.ts';
import { truthOf } from './value-semantics.ts';

export type RowPredicate = (row: Row, context: EvalContext) => boolean;
/** Three-valued: NULL is unknown. */
export type Verdict = (row: Row, context: EvalContext) => boolean | null;

export function conjuncts(expr: Expr): readonly Expr[] {
  return expr.kind === 'call' && expr.name === 'and' ? expr.args.flatMap(conjuncts) : [expr];
}

export function compilePredicate(expr: Expr): RowPredicate {
  const parts = conjuncts(expr).map(compileSinglePredicate);
  if (parts.length === 1) return parts[0]!;
  if (parts.length === 2) {
    const [first, second] = parts as [RowPredicate, RowPredicate];
    return (row, context) => first(row, context) && second(row, context);
  }
  return (row, context) => {
    for (const part of parts) if (!part(row, context)) return false;
    return true;
  };
}

function compileSinglePredicate(expr: Expr): RowPredicate {
  const evaluate = compile(expr);
  if (isInteger(expr.type)) {
    return (row, context) => {
      const value = evaluate(row, context);
      return value !== null && value !== 0;
    };
  }
  const truth = truthOf(expr.type);
  return (row, context) => {
    const value: Value = evaluate(row, context);
    return value !== null && truth(value, context);
  };
}

export function compileVerdict(expr: Expr): Verdict {
  const evaluate = compile(expr);
  const truth = truthOf(expr.type);
  return (row, context) => {
    const value = evaluate(row, context);
    return value === null ? null : truth(value, context);
  };
}

function isInteger(type: FieldType): boolean {
  return type.kind === 'int' || type.kind === 'year' || type.kind === 'bit';
}
