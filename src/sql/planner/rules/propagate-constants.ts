/**
 * Equalities with constants travel: from a = 5 AND a = b follows b = 5, so that b's table can be read by that key as well.
 * Only between columns of the same type and collation, where equality is transitive.
 */
import type { CallBuilder } from '../bind/call-builder.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import { columnEquality, isRuntimeConstant, sameExpr, sameType } from '../logical/expressions.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { mapChildren } from '../logical/plan-tree.ts';

const ADDED_MAX = 16;
const TRANSFERABLE = new Set(['=', '<', '<=', '>', '>=', 'in', 'between']);

export function propagateConstants(plan: LogicalNode, calls: CallBuilder): LogicalNode {
  const node = mapChildren(plan, (child) => propagateConstants(child, calls));
  if (node.kind !== 'filter') return node;
  const equalities = [...node.conditions, ...innerConditions(node.child)].flatMap((condition) => {
    const pair = columnEquality(condition);
    return pair !== undefined && sameType({ ...pair[0].type, length: 0 }, { ...pair[1].type, length: 0 }) ? [pair] : [];
  });
  if (equalities.length === 0) return node;
  const added: Expr[] = [];
  const known = [...node.conditions];
  for (let i = 0; i < known.length && added.length < ADDED_MAX; i++) {
    const restricted = restrictedColumn(known[i]!);
    if (restricted === undefined) continue;
    for (const [a, b] of equalities) {
      const other = a.id === restricted.id ? b : b.id === restricted.id ? a : undefined;
      if (other === undefined) continue;
      const transferred = onColumn(known[i]!, other, calls);
      if (known.some((condition) => sameExpr(condition, transferred))) continue;
      known.push(transferred);
      added.push(transferred);
    }
  }
  return added.length === 0 ? node : { ...node, conditions: known };
}

function innerConditions(node: LogicalNode): readonly Expr[] {
  return node.kind === 'join' && node.join === 'inner'
    ? [...node.on, ...innerConditions(node.left), ...innerConditions(node.right)]
    : [];
}

/** The column of `column op constants`. */
function restrictedColumn(condition: Expr): ColumnExpr | undefined {
  if (condition.kind !== 'call' || !TRANSFERABLE.has(condition.name)) return undefined;
  const [column, ...values] = condition.args;
  return column?.kind === 'column' && values.every(isRuntimeConstant) ? column : undefined;
}

function onColumn(condition: Expr, column: ColumnExpr, calls: CallBuilder): Expr {
  if (condition.kind !== 'call') return condition;
  return calls.callDef(condition.def, condition.name, [column, ...condition.args.slice(1)], condition.options);
}
