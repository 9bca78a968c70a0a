/**
 * (a LEFT JOIN c) JOIN b  →  (a JOIN b) LEFT JOIN c, where the inner join does not read c: then all inner joins are one group,
 * and the join order is free among them. Conditions on c that stood between the two joins stay above the outer join.
 */
import { someExpr } from '../logical/expressions.ts';
import type { JoinNode, LogicalNode } from '../logical/logical-plan.ts';
import type { Expr } from '../../expr/index.ts';
import { filter } from '../logical/make.ts';
import { columnIdsOf, mapChildren } from '../logical/plan-tree.ts';

export function pullOuterJoins(plan: LogicalNode): LogicalNode {
  const node = mapChildren(plan, pullOuterJoins);
  return node.kind === 'join' && node.join === 'inner' && !node.straight ? pull(node) : node;
}

function pull(node: JoinNode): LogicalNode {
  const fromLeft = outerJoinOf(node.left);
  if (fromLeft !== undefined && !readsColumns(node.on, fromLeft.join.right)) {
    const inner = pull({ ...node, left: fromLeft.join.left });
    return filter({ ...fromLeft.join, left: inner }, fromLeft.conditions);
  }
  const fromRight = outerJoinOf(node.right);
  if (fromRight !== undefined && !readsColumns(node.on, fromRight.join.right)) {
    const inner = pull({ ...node, right: fromRight.join.left });
    return filter({ ...fromRight.join, left: inner }, fromRight.conditions);
  }
  return node;
}

function outerJoinOf(node: LogicalNode): { readonly join: JoinNode; readonly conditions: readonly Expr[] } | undefined {
  if (node.kind === 'join' && node.join === 'left' && !node.straight) return { join: node, conditions: [] };
  if (node.kind !== 'filter' || node.child.kind !== 'join' || node.child.join !== 'left' || node.child.straight)
    return undefined;
  return { join: node.child, conditions: node.conditions };
}

function readsColumns(conditions: readonly Expr[], node: LogicalNode): boolean {
  const columns = columnIdsOf(node);
  return conditions.some((condition) => someExpr(condition, (part) => part.kind === 'column' && columns.has(part.id)));
}
