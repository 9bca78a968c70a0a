/** JOIN with ON, USING and NATURAL. A right join is a left join with its sides swapped; names keep the written order. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import { columnIdsOf, columnsOf, freeColumns } from '../logical/plan-tree.ts';
import { addColumnIds } from '../logical/expressions.ts';
import { filter, join } from '../logical/make.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { bindCondition } from './bind-condition.ts';
import { combine, combinePlans, freeOfLeft, materialized } from './relation.ts';
import { attach, type Attachment, type Block } from './block.ts';
import { findInRelation, ListSource, type NamedExpr, type Relation, TableSource } from './scope.ts';

export function bindJoin(node: ast.JoinTable, block: Block, before: Relation | undefined): Relation {
  const left = block.env.binders.reference(node.left, block, before);
  const right = block.env.binders.reference(node.right, block, seenFromRight(node, left, before));
  if (node.type === 'left') materializeComputed(right, block);
  if (node.type === 'right') materializeComputed(left, block);
  const using = node.natural ? commonNames(left, right) : node.using;
  const relation = using.length > 0 ? mergeUsing(node, left, right, using) : combine(left, right, left.plan);
  const usingConditions = using.map((name) => usingEquality(name, left, right, block));
  if (node.type === 'left' || node.type === 'right') {
    relation.plan = bindOuter(node, left, right, relation, usingConditions, block);
  } else {
    relation.plan = combinePlans(left.plan, right.plan, node.type === 'straight');
    const conditions = [...usingConditions, ...bindOn(node, relation, block)];
    relation.plan = withConditions(relation.plan, conditions);
  }
  return relation;
}

/** What LATERAL on the right may read: not the left side of a RIGHT JOIN, whose rows come second. */
function seenFromRight(node: ast.JoinTable, left: Relation, before: Relation | undefined): Relation | undefined {
  if (node.type === 'right') return before;
  return before === undefined ? left : combine(before, left, left.plan);
}

/** On the inner side of an outer join a computed column has to be NULL for a missing row, so it is computed below the join. */
function materializeComputed(inner: Relation, block: Block): void {
  for (const source of inner.sources) {
    if (!(source instanceof ListSource) || source.columns.every(({ expr }) => expr.kind === 'column')) continue;
    // a scan has only the columns that were named so far: the projection must let all of them through
    for (const each of inner.sources) if (each instanceof TableSource) each.openAll();
    const { plan, columns } = materialized(inner.plan, source.columns, source.alias, block);
    inner.plan = plan;
    source.setColumns(columns);
  }
}

/** Conditions of an inner join go into it, unless subqueries were attached above it. */
function withConditions(plan: LogicalNode, conditions: readonly Expr[]): LogicalNode {
  if (plan.kind === 'join' && plan.join === 'inner') return { ...plan, on: [...plan.on, ...conditions] };
  return filter(plan, conditions);
}

function bindOn(node: ast.JoinTable, relation: Relation, block: Block): Expr[] {
  if (node.on === undefined) return [];
  const [outerRelation, outerClause] = [block.relation, block.clause];
  block.relation = relation;
  block.clause = 'on clause';
  try {
    return bindCondition(node.on, block);
  } finally {
    block.relation = outerRelation;
    block.clause = outerClause;
  }
}

function bindOuter(
  node: ast.JoinTable,
  left: Relation,
  right: Relation,
  relation: Relation,
  using: readonly Expr[],
  block: Block,
): LogicalNode {
  const [outer, inner] = node.type === 'left' ? [left, right] : [right, left];
  const lateral = (sides: JoinSides, on: Expr[]): LogicalNode => ({
    kind: 'apply',
    mode: 'lateral-left',
    outer: sides.outer,
    inner: sides.inner,
    on,
    nullAware: false,
    awareCount: 0,
    output: [],
  });
  const sides: JoinSides = { outer: outer.plan, inner: inner.plan, innerReadsOuter: false };
  if (!freeOfLeft(outer.plan, inner.plan)) {
    const on = [...using, ...bindOn(node, relation, block)];
    for (const source of inner.sources) source.nullable = true;
    return lateral(sides, on);
  }
  const outerAttach = block.attachPoint;
  block.attachPoint = { attach: (attachment) => attachToSide(attachment, sides) };
  let on: Expr[];
  try {
    on = [...using, ...bindOn(node, relation, block)];
  } finally {
    block.attachPoint = outerAttach;
  }
  for (const source of inner.sources) source.nullable = true;
  return sides.innerReadsOuter ? lateral(sides, on) : join('left', sides.outer, sides.inner, on);
}

interface JoinSides {
  outer: LogicalNode;
  inner: LogicalNode;
  /** A subquery reads both: the inner side is computed for each outer row. */
  innerReadsOuter: boolean;
}

/** A subquery in ON of an outer join belongs to the side it reads; as a filter it may only sit on the inner side. */
function attachToSide(attachment: Attachment, sides: JoinSides): void {
  const needed = new Set<number>();
  for (const expr of attachment.on) addColumnIds(expr, needed);
  const inner = attachment.kind === 'join' ? attachment.right : attachment.inner;
  for (const column of columnsOf(inner)) needed.delete(column.id);
  for (const id of freeColumns(inner)) needed.add(id);
  const isValue =
    attachment.kind === 'join'
      ? attachment.join === 'mark'
      : attachment.mode === 'mark' || attachment.mode === 'scalar';
  const outerColumns = columnIdsOf(sides.outer);
  if (![...needed].some((id) => outerColumns.has(id))) sides.inner = attach(sides.inner, attachment);
  else if (isValue && ![...needed].some((id) => columnIdsOf(sides.inner).has(id)))
    sides.outer = attach(sides.outer, attachment);
  else {
    sides.inner = attach(sides.inner, attachment);
    sides.innerReadsOuter = true;
  }
}

// ---- USING ----

function commonNames(left: Relation, right: Relation): string[] {
  const rightNames = new Set(right.star().map((column) => column.name.toLowerCase()));
  const names: string[] = [];
  for (const { name } of left.star()) {
    const lower = name.toLowerCase();
    if (rightNames.has(lower) && !names.some((known) => known.toLowerCase() === lower)) names.push(name);
  }
  return names;
}

function columnFor(name: string, relation: Relation): Expr {
  const column = findInRelation(relation, { schema: undefined, table: undefined, name }, 'from clause');
  if (column === undefined) throw sqlError('ER_BAD_FIELD_ERROR', name, 'from clause');
  return column;
}

function usingEquality(name: string, left: Relation, right: Relation, block: Block): Expr {
  // Before hiding takes effect on lookups of the whole relation, each side still knows the name.
  return block.state.calls.equal(sideColumn(name, left), sideColumn(name, right));
}

function sideColumn(name: string, side: Relation): Expr {
  const lower = name.toLowerCase();
  const merged = side.merged.get(lower);
  if (merged !== undefined) return merged;
  for (const source of side.sources) {
    const found = source.find(lower);
    if (found !== undefined) return found;
  }
  throw sqlError('ER_BAD_FIELD_ERROR', name, 'from clause');
}

/** The merged columns come first, then what is left of the left side, then of the right side; for RIGHT JOIN the other way round. */
function mergeUsing(node: ast.JoinTable, left: Relation, right: Relation, using: readonly string[]): Relation {
  const [first, second] = node.type === 'right' ? [right, left] : [left, right];
  const merged = new Map([...left.merged, ...right.merged]);
  const names = new Set(using.map((name) => name.toLowerCase()));
  for (const name of using) {
    const lower = name.toLowerCase();
    columnFor(name, second);
    merged.set(lower, columnFor(name, first));
  }
  for (const source of [...left.sources, ...right.sources]) for (const name of names) source.hidden.add(name);
  const firstStar = first.star.bind(first);
  const secondStar = second.star.bind(second);
  const star = (): readonly NamedExpr[] => {
    const rest = (columns: readonly NamedExpr[]) => columns.filter(({ name }) => !names.has(name.toLowerCase()));
    const common = firstStar().filter(({ name }) => names.has(name.toLowerCase()));
    return [...common, ...rest(firstStar()), ...rest(secondStar())];
  };
  return { plan: left.plan, sources: [...left.sources, ...right.sources], merged, star };
}
