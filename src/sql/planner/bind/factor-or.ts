/**
 * Takes out what all branches of an OR have in common: (a AND b) OR (a AND c) becomes a AND (b OR c), which holds in
 * three-valued logic too. So a join condition repeated in every branch (TPC-H 19) becomes a join key.
 */
import type { Expr } from '../../expr/index.ts';
import { addConjuncts, disjunctsOf, sameExpr } from '../logical/expressions.ts';
import type { CallBuilder } from './call-builder.ts';

export function addFactored(condition: Expr, calls: CallBuilder, into: Expr[]): void {
  const branches = disjunctsOf(condition).map((branch) => {
    const conjuncts: Expr[] = [];
    addConjuncts(branch, conjuncts);
    return conjuncts;
  });
  const [first, ...others] = branches;
  const common =
    others.length === 0
      ? []
      : first!.filter((part) => others.every((branch) => branch.some((other) => sameExpr(part, other))));
  if (common.length === 0) {
    into.push(condition);
    return;
  }
  into.push(...common);
  const rests = branches.map((branch) => branch.filter((part) => !common.some((shared) => sameExpr(part, shared))));
  // A branch that is nothing but the common part makes the rest true.
  if (rests.every((rest) => rest.length > 0)) into.push(calls.or(rests.map((rest) => calls.and(rest))));
}
