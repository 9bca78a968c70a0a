/**
 * Conditions common to all operands of an OR are taken out of it: (a AND b) OR (a AND c) → a AND (b OR c); and from what is
 * left, what each operand says about one relation alone is added as a condition of that relation, so that it can be pushed.
 */
import type { CallBuilder } from '../bind/call-builder.ts';
import type { Expr } from '../../expr/index.ts';
import { addConjuncts, disjunctsOf, isVolatile, sameExpr, walkExpr } from '../logical/expressions.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { columnsOf, mapChildren } from '../logical/plan-tree.ts';

const OPERANDS_MAX = 64;

export function factorOr(plan: LogicalNode, calls: CallBuilder): LogicalNode {
  const node = mapChildren(plan, (child) => factorOr(child, calls));
  if (node.kind === 'filter') {
    const conditions = node.conditions.flatMap((condition) => factored(condition, calls, relationsBelow(node.child)));
    return conditions.length === node.conditions.length &&
      conditions.every((condition, i) => condition === node.conditions[i])
      ? node
      : { ...node, conditions };
  }
  if (node.kind === 'join' && node.join === 'inner' && node.on.length > 0) {
    const relations = [...relationsBelow(node.left), ...relationsBelow(node.right)];
    return { ...node, on: node.on.flatMap((condition) => factored(condition, calls, relations)) };
  }
  return node;
}

type Relation = ReadonlySet<number>;

/** Column sets of the inputs of the join tree right below. */
function relationsBelow(node: LogicalNode): Relation[] {
  if (node.kind === 'join' && (node.join === 'inner' || node.join === 'left'))
    return [...relationsBelow(node.left), ...relationsBelow(node.right)];
  if (node.kind === 'filter') return relationsBelow(node.child);
  return [new Set(columnsOf(node).map((column) => column.id))];
}

function factored(condition: Expr, calls: CallBuilder, relations: readonly Relation[]): Expr[] {
  if (condition.kind !== 'call' || condition.name !== 'or' || isVolatile(condition)) return [condition];
  const operands = disjunctsOf(condition).map((operand) => {
    const conjuncts: Expr[] = [];
    addConjuncts(operand, conjuncts);
    return conjuncts;
  });
  if (operands.length > OPERANDS_MAX) return [condition];
  const common = operands[0]!.filter((candidate) =>
    operands.every((operand) => operand.some((expr) => sameExpr(expr, candidate))),
  );
  const rest = operands.map((operand) => operand.filter((expr) => !common.some((taken) => sameExpr(taken, expr))));
  if (rest.some((operand) => operand.length === 0)) return common;
  const implied = relations.length > 1 ? impliedConditions(rest, calls, relations) : [];
  if (common.length === 0 && implied.length === 0) return [condition];
  const left = common.length === 0 ? condition : calls.or(rest.map((operand) => calls.and(operand)));
  return [...common, ...implied, left];
}

/** For each relation that every operand restricts: the OR of those restrictions. */
function impliedConditions(
  operands: readonly (readonly Expr[])[],
  calls: CallBuilder,
  relations: readonly Relation[],
): Expr[] {
  const implied: Expr[] = [];
  for (const relation of relations) {
    const parts = operands.map((operand) => operand.filter((expr) => readsOnly(expr, relation)));
    if (parts.some((part) => part.length === 0)) continue;
    if (parts.every((part, i) => part.length === operands[i]!.length)) continue;
    implied.push(calls.or(parts.map((part) => calls.and(part))));
  }
  return implied;
}

function readsOnly(expr: Expr, relation: Relation): boolean {
  let some = false;
  let only = true;
  walkExpr(expr, (part) => {
    if (part.kind !== 'column') return;
    if (relation.has(part.id)) some = true;
    else only = false;
  });
  return some && only;
}
