/**
 * The algorithms for one join of two inputs, costed: hash join (either side built), index join, nested loop, merge join.
 *
 * All keep the order of their left input, except the hash join that builds it.
 */
import type { CallBuilder } from '../bind/call-builder.ts';
import type { Expr } from '../../expr/index.ts';
import type { JoinType, PlanColumn } from '../../plan/index.ts';
import { COST } from './cost.ts';
import type { Estimator } from './estimator.ts';
import type { InnerLookup } from './index-lookup.ts';
import type { SplitConditions } from './join-keys.ts';
import { type Candidate, NO_CONSTANTS, NO_ORDER, satisfies, UNNUMBERED } from './physical-plan.ts';
import { inOrder } from './rely-on-order.ts';

export interface JoinTask {
  readonly join: JoinType;
  readonly left: Candidate;
  readonly right: Candidate;
  readonly split: SplitConditions;
  readonly output: readonly PlanColumn[];
  readonly rows: number;
  readonly nullAware: boolean;
  /** The right input can be read through an index by these keys. */
  readonly lookups: readonly InnerLookup[];
}

export interface JoinContext {
  readonly estimator: Estimator;
  readonly calls: CallBuilder;
  readonly disabled: ReadonlySet<string>;
}

export function joinMethods(task: JoinTask, context: JoinContext): Candidate[] {
  const candidates: Candidate[] = [];
  if (task.split.keys.length > 0 && !context.disabled.has('hash_join')) candidates.push(...hashJoins(task, context));
  for (const lookup of task.lookups) candidates.push(indexJoin(task, lookup, context));
  const merge = mergeJoin(task, context);
  if (merge !== undefined) candidates.push(merge);
  if (candidates.length === 0 || task.split.keys.length === 0) candidates.push(nestedLoop(task, context));
  return candidates;
}

/** Beyond this a hash join promises no order. */
const ORDERED_BUILD_ROWS_MAX = 100_000;

function conditionOf(conditions: readonly Expr[], context: JoinContext): { condition?: Expr } {
  return conditions.length === 0 ? {} : { condition: context.calls.and(conditions) };
}

function unionConstants(task: JoinTask): ReadonlySet<number> {
  const { left, right, join } = task;
  if (join !== 'inner' || right.constants.size === 0) return left.constants;
  return left.constants.size === 0 ? right.constants : new Set([...left.constants, ...right.constants]);
}

function hashJoins(task: JoinTask, context: JoinContext): Candidate[] {
  const { left, right, split } = task;
  const sides: ('left' | 'right')[] = task.join === 'inner' || task.join === 'left' ? ['right', 'left'] : ['right'];
  if (task.nullAware) sides.length = 1;
  return sides.map((build) => {
    const [built, probed] = build === 'left' ? [left, right] : [right, left];
    const buildCost = built.rows * COST.hashBuildRow;
    const probeCost =
      probed.rows * COST.hashProbeRow + task.rows * (COST.joinedRow + split.rest.length * COST.condition);
    const cost = left.cost + right.cost + buildCost + probeCost;
    // A large table may have to go to the disk, which mixes the rows.
    const order = build === 'right' && right.rows <= ORDERED_BUILD_ROWS_MAX ? left.order : NO_ORDER;
    return {
      node: {
        kind: 'hash-join',
        id: UNNUMBERED,
        output: task.output,
        estimatedRows: task.rows,
        estimatedCost: cost,
        join: task.join,
        left: left.node,
        right: right.node,
        build,
        leftKeys: split.keys.map((key) => key.left),
        rightKeys: split.keys.map((key) => key.right),
        keyTypes: split.keys.map((key) => key.type),
        nullSafe: split.keys.map((key) => key.nullSafe),
        nullAware: task.nullAware,
        ...conditionOf(split.rest, context),
      },
      rows: task.rows,
      cost,
      startup: built.cost + buildCost + probed.startup,
      order,
      constants: unionConstants(task),
    };
  });
}

function nestedLoop(task: JoinTask, context: JoinContext): Candidate {
  const { left, right, split } = task;
  const conditions = [...split.keys.map((key) => key.source), ...split.rest];
  const cost =
    left.cost +
    right.cost +
    right.rows * COST.materializedRow +
    left.rows * right.rows * COST.nestedPair +
    task.rows * COST.joinedRow;
  return {
    node: {
      kind: 'nested-loop-join',
      id: UNNUMBERED,
      output: task.output,
      estimatedRows: task.rows,
      estimatedCost: cost,
      join: task.join,
      left: left.node,
      right: right.node,
      nullAware: task.nullAware,
      ...conditionOf(conditions, context),
    },
    rows: task.rows,
    cost,
    startup: left.startup + right.cost,
    order: left.order,
    constants: unionConstants(task),
  };
}

function indexJoin(task: JoinTask, lookup: InnerLookup, context: JoinContext): Candidate {
  const { left, split } = task;
  const answered = new Set(lookup.keys.map((key) => key.source));
  const rest = [
    ...split.keys.filter((key) => !answered.has(key.source) || !lookup.exact.has(key.source)).map((key) => key.source),
    ...split.rest,
  ];
  const distinct = Math.min(left.rows, lookup.distinctOuter(context.estimator, left.rows));
  const fetched = distinct * lookup.rowsPerKey;
  const cost =
    left.cost +
    distinct * COST.indexJoinKey +
    fetched * lookup.rowCost +
    left.rows * COST.hashProbeRow +
    task.rows * (COST.joinedRow + rest.length * COST.condition);
  return {
    node: {
      kind: 'index-join',
      id: UNNUMBERED,
      output: task.output,
      estimatedRows: task.rows,
      estimatedCost: cost,
      join: task.join,
      left: left.node,
      inner: { ...lookup.inner, estimatedRows: fetched },
      outerKeys: lookup.keys.map((key) => key.left),
      nullSafe: lookup.keys.map((key) => key.nullSafe),
      nullAware: false,
      ...conditionOf(rest, context),
    },
    rows: task.rows,
    cost,
    startup: left.startup + COST.indexJoinKey,
    order: left.order,
    constants: left.constants.size === 0 ? NO_CONSTANTS : left.constants,
  };
}

/** Both inputs already ordered by all keys: one pass over each. */
function mergeJoin(task: JoinTask, context: JoinContext): Candidate | undefined {
  const { left, right, split } = task;
  if (
    task.nullAware ||
    task.join === 'mark' ||
    split.keys.length === 0 ||
    left.order.length === 0 ||
    right.order.length === 0
  )
    return undefined;
  const pairs = orderedPairs(task);
  if (pairs === undefined) return undefined;
  const cost =
    left.cost +
    right.cost +
    (left.rows + right.rows) * COST.mergeRow +
    task.rows * (COST.joinedRow + split.rest.length * COST.condition);
  return {
    node: {
      kind: 'merge-join',
      id: UNNUMBERED,
      output: task.output,
      estimatedRows: task.rows,
      estimatedCost: cost,
      join: task.join,
      left: inOrder(left).node,
      right: inOrder(right).node,
      leftKeys: pairs.map((key) => key.left),
      rightKeys: pairs.map((key) => key.right),
      keyTypes: pairs.map((key) => key.type),
      ...conditionOf(split.rest, context),
    },
    rows: task.rows,
    cost,
    startup: left.startup + right.startup,
    order: left.order,
    constants: unionConstants(task),
  };
}

/** The key pairs in the order in which both inputs are sorted, ascending and of one type on both sides. */
function orderedPairs(task: JoinTask): SplitConditions['keys'] | undefined {
  const { left, right, split } = task;
  const pairs: SplitConditions['keys'][number][] = [];
  for (const column of left.order.slice(0, split.keys.length)) {
    const pair = split.keys.find(
      (key) => key.left.kind === 'column' && key.left.id === column.column && !pairs.includes(key),
    );
    if (pair === undefined || column.descending || pair.nullSafe || pair.right.kind !== 'column') return undefined;
    if (
      pair.left.type.kind !== pair.right.type.kind ||
      pair.left.type.unsigned !== pair.right.type.unsigned ||
      pair.left.type.kind === 'enum' ||
      pair.left.type.kind === 'set'
    )
      return undefined;
    pairs.push(pair);
  }
  if (pairs.length !== split.keys.length) return undefined;
  const want = pairs.map((key) => ({ column: (key.right as { id: number }).id, descending: false }));
  return satisfies(right.order, want, NO_CONSTANTS) ? pairs : undefined;
}
