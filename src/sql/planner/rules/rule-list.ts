/** The rewrite rules, in the order in which they run. */
import type { StatementState } from '../bind/statement-state.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { pushConditions } from './push-conditions.ts';
import { pruneColumns } from './prune-columns.ts';

export interface Rule {
  readonly name: string;
  apply(plan: LogicalNode, state: StatementState): LogicalNode;
}

export const RULES: readonly Rule[] = [
  { name: 'push-conditions', apply: (plan, state) => pushConditions(plan, state.calls) },
  { name: 'prune-columns', apply: (plan) => pruneColumns(plan) },
];
