/** Generic access to a logical plan: children, columns, expressions; rebuilding nodes with new parts. */
import { unreachable } from '../../../base/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { AggregateCall, SortKey, WindowCall } from '../../plan/index.ts';
import { addColumnIds } from './expressions.ts';
import type { LogicalNode } from './logical-plan.ts';

export function childrenOf(node: LogicalNode): readonly LogicalNode[] {
  switch (node.kind) {
    case 'scan':
    case 'dual':
    case 'values':
    case 'json-table':
    case 'cte-scan':
      return [];
    case 'join':
      return [node.left, node.right];
    case 'apply':
      return [node.outer, node.inner];
    case 'set-operation':
      return node.children;
    case 'choice':
      return node.options;
    default:
      return [node.child];
  }
}

export function mapChildren(node: LogicalNode, visit: (child: LogicalNode) => LogicalNode): LogicalNode {
  switch (node.kind) {
    case 'scan':
    case 'dual':
    case 'values':
    case 'json-table':
    case 'cte-scan':
      return node;
    case 'join': {
      const left = visit(node.left);
      const right = visit(node.right);
      return left === node.left && right === node.right ? node : { ...node, left, right };
    }
    case 'apply': {
      const outer = visit(node.outer);
      const inner = visit(node.inner);
      return outer === node.outer && inner === node.inner ? node : { ...node, outer, inner };
    }
    case 'set-operation': {
      const children = node.children.map(visit);
      return children.every((child, i) => child === node.children[i]) ? node : { ...node, children };
    }
    case 'choice': {
      const options = node.options.map(visit);
      return options.every((option, i) => option === node.options[i]) ? node : { ...node, options };
    }
    default: {
      const child = visit(node.child);
      return child === node.child ? node : { ...node, child };
    }
  }
}

/** Output columns, in order. */
export function columnsOf(node: LogicalNode): readonly ColumnExpr[] {
  switch (node.kind) {
    case 'scan':
      return node.handle === undefined ? node.columns : [...node.columns, node.handle];
    case 'dual':
    case 'values':
    case 'json-table':
    case 'project':
    case 'set-operation':
    case 'cte-scan':
      return node.columns;
    case 'filter':
    case 'sort':
    case 'limit':
    case 'distinct':
    case 'max-one-row':
      return columnsOf(node.child);
    case 'choice':
      return columnsOf(node.options[0]!);
    case 'join':
      if (node.join === 'inner' || node.join === 'left') return [...columnsOf(node.left), ...columnsOf(node.right)];
      return node.mark === undefined ? columnsOf(node.left) : [...columnsOf(node.left), node.mark];
    case 'apply':
      if (node.mode === 'lateral' || node.mode === 'lateral-left')
        return [...columnsOf(node.outer), ...columnsOf(node.inner)];
      return node.output.length === 0 ? columnsOf(node.outer) : [...columnsOf(node.outer), ...node.output];
    case 'aggregate': {
      const columns = [...node.groupColumns, ...node.callColumns];
      if (node.levelColumn !== undefined) columns.push(node.levelColumn);
      return columns;
    }
    case 'window':
      return [...columnsOf(node.child), ...node.columns];
    default:
      return unreachable(node, 'logical node');
  }
}

export function columnIdsOf(node: LogicalNode): Set<number> {
  const ids = new Set<number>();
  for (const column of columnsOf(node)) ids.add(column.id);
  return ids;
}

/** The expressions that the node itself evaluates (not those of its children). */
export function expressionsOf(node: LogicalNode): readonly Expr[] {
  switch (node.kind) {
    case 'filter':
      return node.conditions;
    case 'project':
      return node.exprs;
    case 'join':
    case 'apply':
      return node.on;
    case 'values':
      return node.rows.flat();
    case 'json-table':
      return [node.document];
    case 'aggregate':
      return [...node.groupBy, ...node.calls.flatMap((call) => call.args)];
    case 'window':
      return [...node.partitionBy, ...node.orderBy.map((key) => key.expr), ...node.calls.flatMap(windowExpressions)];
    case 'sort':
      return node.by.map((key) => key.expr);
    case 'limit':
      return [node.count, node.offset].filter((expr) => expr !== undefined);
    case 'scan':
      return node.asOf === undefined ? [] : [node.asOf];
    case 'cte-scan':
      return node.outer;
    default:
      return [];
  }
}

function windowExpressions(call: WindowCall): Expr[] {
  const exprs = [...call.args];
  for (const bound of [call.frame.start, call.frame.end]) if ('offset' in bound) exprs.push(bound.offset);
  return exprs;
}

/** Rewrites the node's own expressions. */
export function mapExpressions(node: LogicalNode, visit: (expr: Expr) => Expr): LogicalNode {
  const keys = (by: readonly SortKey[]) => by.map((key) => ({ ...key, expr: visit(key.expr) }));
  switch (node.kind) {
    case 'filter':
      return { ...node, conditions: node.conditions.map(visit) };
    case 'project':
      return { ...node, exprs: node.exprs.map(visit) };
    case 'join':
    case 'apply':
      return node.on.length === 0 ? node : { ...node, on: node.on.map(visit) };
    case 'values':
      return { ...node, rows: node.rows.map((row) => row.map(visit)) };
    case 'json-table':
      return { ...node, document: visit(node.document) };
    case 'aggregate':
      return { ...node, groupBy: node.groupBy.map(visit), calls: node.calls.map((call) => mapCall(call, visit)) };
    case 'window':
      return {
        ...node,
        partitionBy: node.partitionBy.map(visit),
        orderBy: keys(node.orderBy),
        calls: node.calls.map((call) => ({ ...call, args: call.args.map(visit) })),
      };
    case 'sort':
      return { ...node, by: keys(node.by) };
    case 'limit':
      return { ...node, count: node.count && visit(node.count), offset: node.offset && visit(node.offset) };
    case 'cte-scan':
      return node.outer.length === 0 ? node : { ...node, outer: node.outer.map(visit) };
    default:
      return node;
  }
}

function mapCall(call: AggregateCall, visit: (expr: Expr) => Expr): AggregateCall {
  return { ...call, args: call.args.map(visit) };
}

/** Rewrites every expression of the subtree. */
export function mapPlanExpressions(node: LogicalNode, visit: (expr: Expr) => Expr): LogicalNode {
  return mapExpressions(
    mapChildren(node, (child) => mapPlanExpressions(child, visit)),
    visit,
  );
}

function addUsedAndMade(node: LogicalNode, used: Set<number>, made: Set<number>): void {
  for (const expr of expressionsOf(node)) addColumnIds(expr, used);
  const children = childrenOf(node);
  if (
    children.length === 0 ||
    node.kind === 'project' ||
    node.kind === 'aggregate' ||
    node.kind === 'window' ||
    node.kind === 'apply' ||
    node.kind === 'join' ||
    node.kind === 'set-operation'
  ) {
    for (const column of columnsOf(node)) made.add(column.id);
  }
  for (const child of children) addUsedAndMade(child, used, made);
}

/** Columns that the subtree reads but does not make: what it is correlated with. */
export function freeColumns(node: LogicalNode): Set<number> {
  const used = new Set<number>();
  const made = new Set<number>();
  addUsedAndMade(node, used, made);
  for (const id of made) used.delete(id);
  return used;
}

/** Those of `freeColumns` as expressions, each once. */
export function freeColumnsOf(nodes: readonly LogicalNode[]): ColumnExpr[] {
  const found = new Map<number, ColumnExpr>();
  const free = new Set(nodes.flatMap((node) => [...freeColumns(node)]));
  const visit = (expr: Expr): void => {
    if (expr.kind === 'column' && free.has(expr.id)) found.set(expr.id, expr);
    if (expr.kind === 'call') for (const arg of expr.args) visit(arg);
  };
  const walk = (node: LogicalNode): void => {
    for (const expr of expressionsOf(node)) visit(expr);
    for (const child of childrenOf(node)) walk(child);
  };
  for (const node of nodes) walk(node);
  return [...found.values()];
}

export function someNode(node: LogicalNode, test: (node: LogicalNode) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someNode(child, test));
}
