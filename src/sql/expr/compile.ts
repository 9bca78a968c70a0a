/**
 * Turns a bound expression into a closure. Done once per plan; the closure is called per row.
 *
 * Params and slots are read through the context, so that one compiled plan serves many executions.
 */
import { unreachable } from '../../base/index.ts';
import { doubleType, isTextual } from '../types/index.ts';
import type { CallExpr, CompiledArgument, Evaluator, Expr } from './expr.ts';

export function compile(expr: Expr): Evaluator {
  switch (expr.kind) {
    case 'constant': {
      const value = expr.value;
      return () => value;
    }
    case 'column': {
      const index = expr.index;
      return (row) => row[index]!;
    }
    case 'slot': {
      const slot = expr.slot;
      return (_row, context) => context.slots[slot] ?? null;
    }
    case 'param': {
      const index = expr.index;
      return (_row, context) => context.params[index] ?? null;
    }
    case 'call':
      return expr.def.build(expr.args.map(compileArgument), expr.type, expr.options ?? {});
    default:
      return unreachable(expr, 'expression');
  }
}

export function compileArgument(expr: Expr): CompiledArgument {
  if (expr.kind === 'call' && expr.def.handsOnNumber === true && isTextual(expr.type)) return chosenText(expr);
  const evaluate = compile(expr);
  return expr.kind === 'constant'
    ? { type: expr.type, evaluate, constant: { value: expr.value } }
    : { type: expr.type, evaluate, isColumn: expr.kind === 'column' };
}

function chosenText(expr: CallExpr): CompiledArgument {
  const double = (): Evaluator => expr.def.build(expr.args.map(compileArgument), doubleType(), expr.options ?? {});
  return { type: expr.type, evaluate: compile(expr), double };
}
