/**
 * Which columns have one value per combination of the group keys: MySQL's rule for ONLY_FULL_GROUP_BY.
 *
 * Grows a set of determined columns until nothing changes: a unique key whose (non-NULL) parts are determined gives
 * all columns of its table; equalities of WHERE and ON carry over; a projection's column follows from its inputs; and all
 * columns of a grouped derived table follow from its keys.
 */
import type { Expr } from '../../expr/index.ts';
import { columnEquality, everyColumn, hasColumns } from '../logical/expressions.ts';
import type { AggregateNode, LogicalNode, ProjectNode, ScanNode } from '../logical/logical-plan.ts';
import { childrenOf, columnsOf } from '../logical/plan-tree.ts';

const ROUNDS_MAX = 64;

export function determinedColumns(plan: LogicalNode, keys: readonly Expr[]): ReadonlySet<number> {
  const known = new Set<number>();
  for (const key of keys) if (key.kind === 'column') known.add(key.id);
  const notNull = new Set<number>();
  addNotNull(plan, notNull);
  for (let round = 0, before = -1; round < ROUNDS_MAX && known.size !== before; round++) {
    before = known.size;
    grow(plan, known, notNull);
  }
  return known;
}

const NULL_REJECTING = new Set(['=', '<', '<=', '>', '>=', '<>', 'between', 'in', 'like']);

/** Columns that a comparison in WHERE or an inner join keeps from being NULL. */
function addNotNull(node: LogicalNode, into: Set<number>): void {
  const conditions =
    node.kind === 'filter' ? node.conditions : node.kind === 'join' && node.join === 'inner' ? node.on : [];
  for (const condition of conditions) {
    if (condition.kind !== 'call' || !NULL_REJECTING.has(condition.name)) continue;
    for (const arg of condition.args) if (arg.kind === 'column') into.add(arg.id);
  }
  for (const child of childrenOf(node)) addNotNull(child, into);
}

function grow(node: LogicalNode, known: Set<number>, notNull: ReadonlySet<number>): void {
  for (const child of childrenOf(node)) grow(child, known, notNull);
  switch (node.kind) {
    case 'scan':
      return growByKeys(node, known, notNull);
    case 'filter':
      return growByConditions(node.conditions, known);
    case 'join':
      if (node.join === 'inner') return growByConditions(node.on, known);
      if (node.join === 'left')
        return growByOuterConditions(
          node.on,
          columnsOf(node.right).map((column) => column.id),
          known,
        );
      return;
    case 'project':
      return growByProjection(node, known);
    case 'aggregate':
      return growByGroups(node, known);
    case 'dual':
      for (const column of node.columns) known.add(column.id);
      return;
    default:
      return;
  }
}

function growByKeys(scan: ScanNode, known: Set<number>, notNull: ReadonlySet<number>): void {
  const { table } = scan;
  for (const index of table.indexes) {
    if (!index.unique || index.parts.length === 0) continue;
    const complete = index.parts.every((part) => {
      const position = table.columns.findIndex((column) => column.id === part.columnId);
      const place = scan.positions.indexOf(position);
      const id = place < 0 ? undefined : scan.columns[place]!.id;
      if (id === undefined || part.prefixLength !== undefined || !known.has(id)) return false;
      return !table.columns[position]!.type.nullable || notNull.has(id);
    });
    if (complete) for (const column of scan.columns) known.add(column.id);
  }
}

function growByConditions(conditions: readonly Expr[], known: Set<number>): void {
  for (const condition of conditions) {
    const pair = columnEquality(condition);
    if (pair !== undefined) {
      if (known.has(pair[0].id)) known.add(pair[1].id);
      else if (known.has(pair[1].id)) known.add(pair[0].id);
    } else if (condition.kind === 'call' && condition.name === '=') {
      const [left, right] = condition.args;
      if (left?.kind === 'column' && right !== undefined && !hasColumns(right)) known.add(left.id);
      if (right?.kind === 'column' && left !== undefined && !hasColumns(left)) known.add(right.id);
    }
  }
}

/** ON of an outer join determines its inner side only. */
function growByOuterConditions(conditions: readonly Expr[], inner: readonly number[], known: Set<number>): void {
  for (const condition of conditions) {
    const pair = columnEquality(condition);
    if (pair === undefined) continue;
    const [a, b] = pair;
    if (known.has(a.id) && inner.includes(b.id)) known.add(b.id);
    if (known.has(b.id) && inner.includes(a.id)) known.add(a.id);
  }
}

function growByProjection(node: ProjectNode, known: Set<number>): void {
  for (const [i, expr] of node.exprs.entries()) {
    const column = node.columns[i]!;
    if (everyColumn(expr, (id) => known.has(id))) known.add(column.id);
    else if (expr.kind === 'column' && known.has(column.id)) known.add(expr.id);
  }
}

function growByGroups(node: AggregateNode, known: Set<number>): void {
  if (!node.groupColumns.every((column) => known.has(column.id))) return;
  for (const column of node.callColumns) known.add(column.id);
}
