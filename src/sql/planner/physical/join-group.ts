/**
 * A group of inner joins taken apart: leaves, and conditions with the leaves they read. Any order of joining gives the
 * same result, so join-order.ts is free to choose. Projections between joins are dissolved into the expressions.
 */
import type { Expr } from '../../expr/index.ts';
import { addColumnIds, isVolatile, substitute } from '../logical/expressions.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { filter } from '../logical/make.ts';
import { columnsOf } from '../logical/plan-tree.ts';

export interface GroupCondition {
  readonly expr: Expr;
  /** Leaves whose columns it reads, ascending. */
  readonly leaves: readonly number[];
}

export interface JoinGroup {
  readonly leaves: readonly LogicalNode[];
  readonly conditions: readonly GroupCondition[];
  /** Leaf of each column. */
  readonly leafOf: ReadonlyMap<number, number>;
  /** STRAIGHT_JOIN somewhere: leaves are joined in the written order. */
  readonly straight: boolean;
  /** What dissolved projections computed, by column id. */
  readonly computed: ReadonlyMap<number, Expr>;
}

export function joinGroupOf(node: LogicalNode): JoinGroup {
  const collector = new Collector();
  collector.add(node);
  return collector.finish();
}

class Collector {
  readonly #leaves: LogicalNode[] = [];
  readonly #conditions: Expr[] = [];
  readonly #computed = new Map<number, Expr>();
  #straight = false;

  add(node: LogicalNode): void {
    if (node.kind === 'join' && node.join === 'inner') {
      this.#straight ||= node.straight;
      this.add(node.left);
      this.add(node.right);
      this.#conditions.push(...node.on);
    } else if (node.kind === 'filter' && isGroup(node.child) && !node.conditions.some(isVolatile)) {
      this.add(node.child);
      this.#conditions.push(...node.conditions);
    } else if (node.kind === 'project' && isGroup(node.child) && !node.exprs.some(isVolatile)) {
      this.add(node.child);
      for (const [i, column] of node.columns.entries())
        this.#computed.set(column.id, substitute(node.exprs[i]!, this.#computed));
    } else {
      this.#leaves.push(node);
    }
  }

  finish(): JoinGroup {
    const leafOf = new Map<number, number>();
    for (const [i, leaf] of this.#leaves.entries()) for (const column of columnsOf(leaf)) leafOf.set(column.id, i);
    const leaves = [...this.#leaves];
    const conditions: GroupCondition[] = [];
    for (const written of this.#conditions) {
      const expr = substitute(written, this.#computed);
      const read = leavesOf(expr, leafOf);
      if (read.length === 1) leaves[read[0]!] = filter(leaves[read[0]!]!, [expr]);
      else if (read.length === 0) leaves[0] = filter(leaves[0]!, [expr]);
      else conditions.push({ expr, leaves: read });
    }
    return { leaves, conditions, leafOf, straight: this.#straight, computed: this.#computed };
  }
}

function isGroup(node: LogicalNode): boolean {
  if (node.kind === 'join') return node.join === 'inner';
  if (node.kind === 'filter' || node.kind === 'project') return isGroup(node.child);
  return false;
}

function leavesOf(expr: Expr, leafOf: ReadonlyMap<number, number>): number[] {
  const ids = new Set<number>();
  addColumnIds(expr, ids);
  const leaves = new Set<number>();
  for (const id of ids) {
    const leaf = leafOf.get(id);
    if (leaf !== undefined) leaves.add(leaf);
  }
  return [...leaves].sort((a, b) => a - b);
}
