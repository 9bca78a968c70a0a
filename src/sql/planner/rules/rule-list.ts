/** The rewrite rules, in the order in which they run. */
import type { StatementState } from '../bind/statement-state.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { decorrelate } from './decorrelate.ts';
import { factorOr } from './factor-or.ts';
import { firstByIndex } from './first-by-index.ts';
import { propagateConstants } from './propagate-constants.ts';
import { pullOuterJoins } from './pull-outer-joins.ts';
import { pruneColumns } from './prune-columns.ts';
import { pushConditions } from './push-conditions.ts';

export interface Rule {
  readonly name: string;
  apply(plan: LogicalNode, state: StatementState): LogicalNode;
}

export const RULES: readonly Rule[] = [
  { name: 'decorrelate', apply: (plan, state) => decorrelate(plan, state) },
  { name: 'factor-or', apply: (plan, state) => factorOr(plan, state.calls) },
  { name: 'propagate-constants', apply: (plan, state) => propagateConstants(plan, state.calls) },
  { name: 'push-conditions', apply: (plan, state) => pushConditions(plan, state.calls) },
  { name: 'pull-outer-joins', apply: (plan) => pullOuterJoins(plan) },
  { name: 'first-by-index', apply: (plan, state) => firstByIndex(plan, state) },
  { name: 'prune-columns', apply: (plan) => pruneColumns(plan) },
];
