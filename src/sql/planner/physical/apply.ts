/** Apply: the inner side runs once per outer row (or per distinct binding), with outer columns in slots. */
import type { Expr, SlotExpr } from '../../expr/index.ts';
import type { PlanColumn } from '../../plan/index.ts';
import { someExpr } from '../logical/expressions.ts';
import type { ApplyNode, LogicalNode } from '../logical/logical-plan.ts';
import {
  columnIdsOf,
  columnsOf,
  freeColumns,
  mapPlanExpressions,
  someNode,
  expressionsOf,
} from '../logical/plan-tree.ts';
import { replaceExpr } from '../logical/expressions.ts';
import { COST } from './cost.ts';
import type { PhysicalPlanner } from './physical-planner.ts';
import { type Candidate, UNNUMBERED } from './physical-plan.ts';

export function planApply(node: ApplyNode, outer: Candidate, planner: PhysicalPlanner): Candidate {
  const outerIds = columnIdsOf(node.outer);
  const free = freeColumns(node.inner);
  const bind: { slot: number; expr: Expr }[] = [];
  const slots = new Map<number, SlotExpr>();
  for (const column of columnsOf(node.outer)) {
    if (!free.has(column.id) || !outerIds.has(column.id) || slots.has(column.id)) continue;
    const slot = planner.state.newSlot();
    slots.set(column.id, { kind: 'slot', slot, type: column.type, name: column.name });
    bind.push({ slot, expr: column });
  }
  const inner = planner.cheapest(bindOuter(node.inner, slots));
  const distinct = bind.reduce(
    (product, { expr }) => Math.min(outer.rows, product * planner.estimator.distinct(expr, outer.rows)),
    1,
  );
  const cache = !someNode(node.inner, hasVolatile);
  const runs = cache ? Math.max(1, distinct) : outer.rows;
  const cost = outer.cost + runs * (inner.cost + COST.open) + outer.rows * COST.hashProbeRow;
  const rows = rowsOf(node, outer, inner);
  return {
    node: {
      kind: 'apply',
      id: UNNUMBERED,
      output: columnsOf(node) as readonly PlanColumn[],
      estimatedRows: rows,
      estimatedCost: cost,
      mode: node.mode,
      outer: outer.node,
      inner: inner.node,
      bind,
      nullAware: node.nullAware,
      cache,
      ...(node.on.length > 0 && { condition: planner.calls.and(node.on) }),
    },
    rows,
    cost,
    startup: outer.startup,
    order: outer.order,
    constants: outer.constants,
  };
}

function rowsOf(node: ApplyNode, outer: Candidate, inner: Candidate): number {
  switch (node.mode) {
    case 'scalar':
    case 'mark':
      return outer.rows;
    case 'semi':
    case 'anti':
      return Math.max(outer.rows / 2, 1e-3);
    default:
      return Math.max(outer.rows * inner.rows, node.mode === 'lateral-left' ? outer.rows : 1e-3);
  }
}

/** Outer columns inside the subtree are read from slots. */
function bindOuter(inner: LogicalNode, slots: ReadonlyMap<number, SlotExpr>): LogicalNode {
  if (slots.size === 0) return inner;
  return mapPlanExpressions(inner, (expr) =>
    replaceExpr(expr, (part) => (part.kind === 'column' ? slots.get(part.id) : undefined)),
  );
}

function hasVolatile(node: LogicalNode): boolean {
  return expressionsOf(node).some((expr) =>
    someExpr(expr, (part) => part.kind === 'call' && part.def.stability === 'volatile'),
  );
}
