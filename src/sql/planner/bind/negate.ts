/** NOT for the negated forms of predicates. */
import type { Expr } from '../../expr/index.ts';
import type { Block } from './block.ts';

export function negateIf(negated: boolean, expr: Expr, block: Block): Expr {
  return negated ? block.state.calls.not(expr) : expr;
}
