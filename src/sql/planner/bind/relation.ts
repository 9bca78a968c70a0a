/** Building blocks of relations: putting two side by side, and giving computed columns a place of their own. */
import type { LogicalNode } from '../logical/logical-plan.ts';
import { join, project } from '../logical/make.ts';
import { columnsOf, freeColumns } from '../logical/plan-tree.ts';
import type { Block } from './block.ts';
import { type NamedExpr, NO_MERGED, type Relation } from './scope.ts';

/** A lateral right side reads columns of the left: an apply instead of a join. */
export function combinePlans(left: LogicalNode, right: LogicalNode, straight = false): LogicalNode {
  if (freeOfLeft(left, right)) return join('inner', left, right, [], { straight });
  return {
    kind: 'apply',
    mode: 'lateral',
    outer: left,
    inner: right,
    on: [],
    nullAware: false,
    awareCount: 0,
    output: [],
  };
}

export function freeOfLeft(left: LogicalNode, right: LogicalNode): boolean {
  if (right.kind === 'scan' || right.kind === 'cte-scan' || right.kind === 'dual') return true;
  const free = freeColumns(right);
  if (free.size === 0) return true;
  const made = new Set<number>();
  collectMade(left, made);
  for (const id of free) if (made.has(id)) return false;
  return true;
}

function collectMade(node: LogicalNode, into: Set<number>): void {
  for (const id of allColumns(node)) into.add(id);
}

function* allColumns(node: LogicalNode): Generator<number> {
  switch (node.kind) {
    case 'scan':
    case 'dual':
    case 'values':
    case 'json-table':
    case 'cte-scan':
    case 'set-operation':
      for (const column of node.columns) yield column.id;
      return;
    case 'project':
      for (const column of node.columns) yield column.id;
      return;
    case 'join':
      yield* allColumns(node.left);
      yield* allColumns(node.right);
      if (node.mark !== undefined) yield node.mark.id;
      return;
    case 'apply':
      yield* allColumns(node.outer);
      yield* allColumns(node.inner);
      for (const column of node.output) yield column.id;
      return;
    case 'aggregate':
      for (const column of [...node.groupColumns, ...node.callColumns]) yield column.id;
      return;
    case 'window':
      yield* allColumns(node.child);
      for (const column of node.columns) yield column.id;
      return;
    case 'choice':
      yield* allColumns(node.options[0]!);
      return;
    default:
      yield* allColumns(node.child);
  }
}

export function combine(left: Relation, right: Relation, plan: LogicalNode): Relation {
  const merged = left.merged.size + right.merged.size === 0 ? NO_MERGED : new Map([...left.merged, ...right.merged]);
  return { plan, sources: [...left.sources, ...right.sources], merged, star: () => [...left.star(), ...right.star()] };
}

/** Computed outputs become columns of a projection; columns stay themselves. */
export function materialized(
  plan: LogicalNode,
  outputs: readonly NamedExpr[],
  alias: string,
  block: Block,
): { plan: LogicalNode; columns: NamedExpr[] } {
  const { state } = block;
  const columns = outputs.map(({ name, expr }) =>
    expr.kind === 'column' ? expr : state.newColumnOf([expr], name, alias),
  );
  const made = columnsOf(plan);
  const computed = columns.flatMap((column, i) => (outputs[i]!.expr === column ? [] : [i]));
  const exprs = [...made, ...computed.map((i) => outputs[i]!.expr)];
  return {
    plan: project(plan, exprs, [...made, ...computed.map((i) => columns[i]!)]),
    columns: columns.map((expr, i) => ({ name: outputs[i]!.name, expr })),
  };
}
