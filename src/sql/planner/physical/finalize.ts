/**
 * Gives a chosen plan its final form: operator ids, and columns addressed by position in the rows of the child.
 *
 * Projections that only repeat their child's columns disappear here.
 */
import { assert, sqlError, unreachable } from '../../../base/index.ts';
import type { Expr } from '../../expr/index.ts';
import type {
  AggregateCall,
  CteScanNode,
  IndexAccess,
  IndexInterval,
  IndexScanNode,
  JoinType,
  PhysicalNode,
  PlanColumn,
  SortKey,
  WindowCall,
} from '../../plan/index.ts';
import { mapExpr, sameExpr } from '../logical/expressions.ts';

type Positions = ReadonlyMap<number, number>;

export function positionsOf(...outputs: readonly (readonly PlanColumn[])[]): Positions {
  const positions = new Map<number, number>();
  let at = 0;
  for (const output of outputs) {
    for (const column of output) {
      if (!positions.has(column.id)) positions.set(column.id, at);
      at++;
    }
  }
  return positions;
}

const NO_POSITIONS: Positions = new Map();

/** What a join really gives out: its children's columns in their final order, which join reordering may have changed below it. */
function joinOutput(
  node: { readonly join: JoinType; readonly output: readonly PlanColumn[] },
  left: readonly PlanColumn[],
  right: readonly PlanColumn[],
): readonly PlanColumn[] {
  const added =
    node.join === 'semi' || node.join === 'anti' ? [] : node.join === 'mark' ? node.output.slice(-1) : right;
  return inOrderOf([...left, ...added], node.output);
}

/** A scalar or mark names its columns anew; a lateral join gives those of the inner plan. */
function addedByApply(
  node: Extract<PhysicalNode, { kind: 'apply' }>,
  inner: readonly PlanColumn[],
): readonly PlanColumn[] {
  if (node.mode === 'semi' || node.mode === 'anti') return [];
  if (node.mode === 'mark') return node.output.slice(-1);
  return node.mode === 'scalar' ? node.output.slice(-inner.length) : inner;
}

/** Columns in the order of `actual`, as described by `described` (a left join makes the right side's nullable). */
function inOrderOf(actual: readonly PlanColumn[], described: readonly PlanColumn[]): readonly PlanColumn[] {
  const byId = new Map(described.map((column) => [column.id, column]));
  return actual.map((column) => byId.get(column.id) ?? column);
}

export function resolve(expr: Expr, positions: Positions): Expr {
  return mapExpr(expr, (part) => {
    if (part.kind !== 'column' || part.index >= 0) return part;
    const index = positions.get(part.id);
    assert(
      index !== undefined,
      `column ${part.table ?? ''}.${part.name} (${part.id}) is in reach of the operator that reads it`,
    );
    return { ...part, index };
  });
}

export class Finalizer {
  #nextId = 1;
  /** By CTE: the slots in which its correlated readers find the columns of enclosing queries. */
  readonly outerOf = new Map<number, readonly Expr[]>();

  finish(node: PhysicalNode): PhysicalNode {
    const id = this.#nextId++;
    switch (node.kind) {
      case 'index-scan':
        return { ...this.#scan(node, NO_POSITIONS), id };
      case 'point-get': {
        const keys = node.keys.map((key) => key.map((expr) => resolve(expr, NO_POSITIONS)));
        return { ...node, id, keys, ...this.#filter(node) };
      }
      case 'index-merge':
        return {
          ...node,
          id,
          ...this.#filter(node),
          scans: node.scans.map(({ index, access }) => ({ index, access: resolveAccess(access, NO_POSITIONS) })),
        };
      case 'virtual-scan':
        return { ...node, id, ...this.#filter(node) };
      case 'cte-scan':
        this.#noteOuter(node);
        return { ...node, id };
      case 'dual':
      case 'work-table-scan':
        return { ...node, id };
      case 'values':
        return { ...node, id };
      case 'json-table':
        return { ...node, id, document: resolve(node.document, NO_POSITIONS) };
      case 'hash-join':
      case 'merge-join':
      case 'index-join':
      case 'nested-loop-join':
        return this.#join(node, id);
      case 'apply':
        return this.#apply(node, id);
      case 'set-operation':
        return { ...node, id, children: node.children.map((child) => this.finish(child)) };
      case 'projection':
        return this.#projection(node, id);
      default:
        return this.#unary(node, id);
    }
  }

  #filter(node: { readonly filter?: Expr; readonly output: readonly PlanColumn[] }): { filter?: Expr } {
    return node.filter === undefined ? {} : { filter: resolve(node.filter, positionsOf(node.output)) };
  }

  #scan(node: IndexScanNode, outer: Positions): IndexScanNode {
    return { ...node, ...this.#filter(node), access: resolveAccess(node.access, outer) };
  }

  #projection(node: Extract<PhysicalNode, { kind: 'projection' }>, id: number): PhysicalNode {
    const child = this.finish(node.child);
    const positions = positionsOf(child.output);
    const exprs = node.exprs.map((expr) => resolve(expr, positions));
    const identity =
      exprs.length === child.output.length && exprs.every((expr, i) => expr.kind === 'column' && expr.index === i);
    if (identity) return { ...child, output: node.output };
    return { ...node, id, child, exprs };
  }

  #join(
    node: Extract<PhysicalNode, { kind: 'hash-join' | 'merge-join' | 'index-join' | 'nested-loop-join' }>,
    id: number,
  ): PhysicalNode {
    const left = this.finish(node.left);
    const onLeft = positionsOf(left.output);
    if (node.kind === 'index-join') {
      const inner = { ...this.#scan(node.inner, NO_POSITIONS), id: this.#nextId++ };
      const both = positionsOf(left.output, inner.output);
      const output = joinOutput(node, left.output, inner.output);
      return {
        ...node,
        id,
        output,
        left,
        inner,
        outerKeys: node.outerKeys.map((key) => resolve(key, onLeft)),
        ...condition(node, both),
      };
    }
    const right = this.finish(node.right);
    const both = positionsOf(left.output, right.output);
    const output = joinOutput(node, left.output, right.output);
    if (node.kind === 'nested-loop-join') return { ...node, id, output, left, right, ...condition(node, both) };
    const onRight = positionsOf(right.output);
    const keys = {
      leftKeys: node.leftKeys.map((key) => resolve(key, onLeft)),
      rightKeys: node.rightKeys.map((key) => resolve(key, onRight)),
    };
    return { ...node, id, output, left, right, ...keys, ...condition(node, both) };
  }

  #apply(node: Extract<PhysicalNode, { kind: 'apply' }>, id: number): PhysicalNode {
    const outer = this.finish(node.outer);
    const inner = this.finish(node.inner);
    const onOuter = positionsOf(outer.output);
    const bind = node.bind.map(({ slot, expr }) => ({ slot, expr: resolve(expr, onOuter) }));
    const output = inOrderOf([...outer.output, ...addedByApply(node, inner.output)], node.output);
    return { ...node, id, output, outer, inner, bind, ...condition(node, positionsOf(outer.output, inner.output)) };
  }

  /** One set of slots for each: readers under different applies would need a CTE each. */
  #noteOuter({ cte, outer }: CteScanNode): void {
    if (outer.length === 0) return;
    const known = this.outerOf.get(cte);
    const isSame = known?.every((expr, i) => sameExpr(expr, outer[i] as Expr)) ?? true;
    if (!isSame)
      throw sqlError('ER_NOT_SUPPORTED_YET', 'recursive CTE that reads columns of different enclosing queries');
    this.outerOf.set(cte, outer);
  }

  #unary(
    node: Exclude<
      PhysicalNode,
      {
        kind:
          | 'index-scan'
          | 'point-get'
          | 'index-merge'
          | 'virtual-scan'
          | 'dual'
          | 'cte-scan'
          | 'work-table-scan'
          | 'values'
          | 'json-table'
          | 'hash-join'
          | 'merge-join'
          | 'index-join'
          | 'nested-loop-join'
          | 'apply'
          | 'set-operation'
          | 'projection';
      }
    >,
    id: number,
  ): PhysicalNode {
    const child = this.finish(node.child);
    const positions = positionsOf(child.output);
    const at = (expr: Expr): Expr => resolve(expr, positions);
    switch (node.kind) {
      case 'selection':
        return { ...node, id, child, condition: at(node.condition), output: child.output };
      case 'hash-aggregate':
      case 'stream-aggregate':
        return {
          ...node,
          id,
          child,
          groupBy: node.groupBy.map(at),
          aggregates: node.aggregates.map((call) => resolveCall(call, at)),
        };
      case 'sort':
        return { ...node, id, child, by: keys(node.by, at), output: child.output };
      case 'top-n':
        return { ...node, id, child, by: keys(node.by, at), output: child.output };
      case 'limit':
      case 'distinct':
      case 'max-one-row':
        return { ...node, id, child, output: child.output };
      case 'window':
        return {
          ...node,
          id,
          output: [...child.output, ...node.output.slice(-node.calls.length)],
          child,
          partitionBy: node.partitionBy.map(at),
          orderBy: keys(node.orderBy, at),
          calls: node.calls.map((call) => resolveWindow(call, at)),
        };
      case 'lock-rows':
        return { ...node, id, child };
      default:
        return unreachable(node, 'physical node');
    }
  }
}

function condition(node: { readonly condition?: Expr }, positions: Positions): { condition?: Expr } {
  return node.condition === undefined ? {} : { condition: resolve(node.condition, positions) };
}

function keys(by: readonly SortKey[], at: (expr: Expr) => Expr): SortKey[] {
  return by.map((key) => ({ ...key, expr: at(key.expr) }));
}

function resolveCall(call: AggregateCall, at: (expr: Expr) => Expr): AggregateCall {
  return { ...call, args: call.args.map(at) };
}

function resolveWindow(call: WindowCall, at: (expr: Expr) => Expr): WindowCall {
  return { ...call, args: call.args.map(at) };
}

function resolveAccess(access: IndexAccess, positions: Positions): IndexAccess {
  if (positions.size === 0) return access;
  return { alternatives: access.alternatives.map((interval) => resolveInterval(interval, positions)) };
}

function resolveInterval(interval: IndexInterval, positions: Positions): IndexInterval {
  return {
    ...interval,
    equal: interval.equal.map((point) => ('isNull' in point ? point : resolve(point, positions))),
    ...(interval.low !== undefined && { low: { ...interval.low, expr: resolve(interval.low.expr, positions) } }),
    ...(interval.high !== undefined && { high: { ...interval.high, expr: resolve(interval.high.expr, positions) } }),
  };
}
