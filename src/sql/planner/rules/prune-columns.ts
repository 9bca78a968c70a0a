/** Column pruning: projections, aggregates and scans give only what somebody above reads. */
import type { Expr } from '../../expr/index.ts';
import { addColumnIds, isVolatile } from '../logical/expressions.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { columnsOf, expressionsOf, freeColumns, mapChildren } from '../logical/plan-tree.ts';

export function pruneColumns(plan: LogicalNode): LogicalNode {
  const needed = new Set<number>();
  for (const column of columnsOf(plan)) needed.add(column.id);
  return prune(plan, needed);
}

function withExpressions(needed: ReadonlySet<number>, exprs: readonly Expr[]): Set<number> {
  const all = new Set(needed);
  for (const expr of exprs) addColumnIds(expr, all);
  return all;
}

function prune(node: LogicalNode, needed: ReadonlySet<number>): LogicalNode {
  switch (node.kind) {
    case 'scan':
      return pruneScan(node, needed);
    case 'project': {
      const kept = node.columns.flatMap((column, i) =>
        needed.has(column.id) || isVolatile(node.exprs[i]!) ? [i] : [],
      );
      const exprs = kept.length === node.exprs.length ? node.exprs : kept.map((i) => node.exprs[i]!);
      const columns = kept.length === node.columns.length ? node.columns : kept.map((i) => node.columns[i]!);
      return { ...node, exprs, columns, child: prune(node.child, withExpressions(new Set(), exprs)) };
    }
    case 'aggregate': {
      const kept = node.callColumns.flatMap((column, i) => (needed.has(column.id) ? [i] : []));
      const pruned = {
        ...node,
        calls: kept.map((i) => node.calls[i]!),
        callColumns: kept.map((i) => node.callColumns[i]!),
      };
      return { ...pruned, child: prune(node.child, withExpressions(new Set(), expressionsOf(pruned))) };
    }
    case 'distinct':
    case 'set-operation':
    case 'max-one-row':
      return mapChildren(node, (child) => prune(child, new Set(columnsOf(child).map((column) => column.id))));
    case 'apply': {
      const wanted = withExpressions(needed, node.on);
      for (const id of freeColumns(node.inner)) wanted.add(id);
      const inner = node.mode === 'scalar' ? new Set(columnsOf(node.inner).map((column) => column.id)) : wanted;
      return { ...node, outer: prune(node.outer, wanted), inner: prune(node.inner, inner) };
    }
    default: {
      const wanted = withExpressions(needed, expressionsOf(node));
      return mapChildren(node, (child) => prune(child, wanted));
    }
  }
}

function pruneScan(node: Extract<LogicalNode, { kind: 'scan' }>, needed: ReadonlySet<number>): LogicalNode {
  if (node.columns.every((column) => needed.has(column.id))) return node;
  const kept = node.columns.flatMap((column, i) => (needed.has(column.id) ? [i] : []));
  return { ...node, columns: kept.map((i) => node.columns[i]!), positions: kept.map((i) => node.positions[i]!) };
}
