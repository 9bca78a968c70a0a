/** A bound query becomes a physical one: rewrite rules, choice of the physical plan, final positions. */
import type { StatementState } from './bind/statement-state.ts';
import type { CteDefinition, InitPlan, PhysicalNode } from '../plan/index.ts';
import { printLogical } from './logical/print.ts';
import type { LogicalNode } from './logical/logical-plan.ts';
import { Finalizer } from './physical/finalize.ts';
import { PhysicalPlanner } from './physical/physical-planner.ts';
import { RULES } from './rules/rule-list.ts';

export interface OptimizedQuery {
  readonly root: PhysicalNode;
  readonly initPlans: readonly InitPlan[];
  readonly ctes: readonly CteDefinition[];
}

export function rewrite(plan: LogicalNode, state: StatementState): LogicalNode {
  const { trace } = state.context;
  trace?.('bound', printLogical(plan));
  let current = plan;
  for (const rule of RULES) {
    const next = rule.apply(current, state);
    if (trace !== undefined && next !== current) trace(rule.name, printLogical(next));
    current = next;
  }
  return current;
}

export function optimize(plan: LogicalNode, state: StatementState): OptimizedQuery {
  const planner = new PhysicalPlanner(state);
  const finalizer = new Finalizer();
  const ctes: CteDefinition[] = [];
  for (const cte of state.ctes) {
    if (cte.references === 0) continue;
    const seed = planner.cheapest(rewrite(cte.plan, state));
    planner.setCteRows(cte.cte, cte.recursive === undefined ? seed.rows : seed.rows * 10);
    const recursive = cte.recursive === undefined ? undefined : planner.cheapest(rewrite(cte.recursive, state));
    ctes.push({
      cte: cte.cte,
      name: cte.name,
      plan: finalizer.finish(seed.node),
      ...(recursive !== undefined && { recursive: finalizer.finish(recursive.node) }),
      distinct: cte.distinct,
      ...(cte.limit?.count !== undefined && { limit: cte.limit.count }),
      ...(cte.limit?.offset !== undefined && { offset: cte.limit.offset }),
    });
  }
  // Init plans that a rule adds while the main plan is rewritten must be planned too: rewrite first.
  const rewritten = rewrite(plan, state);
  const initPlans: InitPlan[] = [];
  for (let i = 0; i < state.initPlans.length; i++) {
    const init = state.initPlans[i]!;
    initPlans.push({
      plan: finalizer.finish(planner.cheapest(rewrite(init.plan, state)).node),
      kind: init.kind,
      slots: init.slots,
    });
  }
  const root = finalizer.finish(planner.cheapest(rewritten).node);
  return { root, initPlans, ctes };
}
