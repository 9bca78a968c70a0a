/** A bound query becomes a physical one: rewrite rules, choice of the physical plan, final positions. */
import type { StatementState } from './bind/statement-state.ts';
import type { Expr } from '../expr/index.ts';
import type { CteDefinition, InitPlan, PhysicalNode } from '../plan/index.ts';
import { printLogical } from './logical/print.ts';
import type { LogicalCte, LogicalNode } from './logical/logical-plan.ts';
import { substitute } from './logical/expressions.ts';
import { mapPlanExpressions } from './logical/plan-tree.ts';
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
  const planCte = (cte: LogicalCte, slots: ReadonlyMap<number, Expr>): void => {
    const bound = (part: LogicalNode): LogicalNode =>
      rewrite(
        mapPlanExpressions(part, (e) => substitute(e, slots)),
        state,
      );
    const seed = planner.cheapest(bound(cte.plan));
    planner.setCteRows(cte.cte, cte.recursive === undefined ? seed.rows : seed.rows * 10);
    const recursive = cte.recursive === undefined ? undefined : planner.cheapest(bound(cte.recursive));
    ctes.push({
      cte: cte.cte,
      name: cte.name,
      plan: finalizer.finish(seed.node),
      ...(recursive !== undefined && { recursive: finalizer.finish(recursive.node) }),
      ...(slots.size > 0 && { correlated: true }),
      distinct: cte.distinct,
      ...(cte.limit?.count !== undefined && { limit: cte.limit.count }),
      ...(cte.limit?.offset !== undefined && { offset: cte.limit.offset }),
    });
  };
  const correlated: LogicalCte[] = [];
  for (const cte of state.ctes) {
    if (cte.references === 0) continue;
    if (cte.outer.length > 0) correlated.push(cte);
    else planCte(cte, new Map());
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
  // What encloses a correlated one has bound its slots by now; inner ones come before their outer ones in `state.ctes`.
  for (const cte of correlated.reverse()) {
    const slots = finalizer.outerOf.get(cte.cte);
    if (slots !== undefined) planCte(cte, new Map(cte.outer.map((column, i) => [column.id, slots[i] as Expr])));
  }
  return { root, initPlans, ctes };
}
