/** Small constructors of logical nodes that do the obvious simplification at once. */
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import { isTrueConstant } from './expressions.ts';
import type { AggregateNode, DualNode, FilterNode, JoinNode, LogicalNode, ProjectNode } from './logical-plan.ts';

/** A filter over `child`, merged with a filter that is there already; no filter for no condition. */
export function filter(child: LogicalNode, conditions: readonly Expr[]): LogicalNode {
  const useful = conditions.filter((condition) => !isTrueConstant(condition));
  if (useful.length === 0) return child;
  if (child.kind === 'filter') {
    return { kind: 'filter', child: child.child, conditions: [...child.conditions, ...useful] } satisfies FilterNode;
  }
  return { kind: 'filter', child, conditions: useful } satisfies FilterNode;
}

export function project(child: LogicalNode, exprs: readonly Expr[], columns: readonly ColumnExpr[]): ProjectNode {
  return { kind: 'project', child, exprs, columns };
}

export function dual(rowCount: 0 | 1, columns: readonly ColumnExpr[] = []): DualNode {
  return { kind: 'dual', rowCount, columns };
}

export function join(
  kind: JoinNode['join'],
  left: LogicalNode,
  right: LogicalNode,
  on: readonly Expr[],
  options: Partial<JoinNode> = {},
): JoinNode {
  return {
    kind: 'join',
    join: kind,
    left,
    right,
    on,
    nullAware: false,
    awareCount: 0,
    mark: undefined,
    straight: false,
    ...options,
  };
}

export function aggregate(child: LogicalNode, parts: Partial<AggregateNode>): AggregateNode {
  return {
    kind: 'aggregate',
    child,
    groupBy: [],
    groupColumns: [],
    calls: [],
    callColumns: [],
    rollup: false,
    levelColumn: undefined,
    ...parts,
  };
}
