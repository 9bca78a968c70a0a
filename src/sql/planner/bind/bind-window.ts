/** Window functions and aggregates with OVER: the call is collected per window; the expression sees its output column. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr, FunctionOptions } from '../../expr/index.ts';
import type { FrameBound, SortKey, WindowCall } from '../../plan/index.ts';
import { callOf } from './bind-aggregate.ts';
import type { Block } from './block.ts';
import { toArgument } from './call-builder.ts';

type Frame = WindowCall['frame'];
interface Window {
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly SortKey[];
  readonly frame: Frame | undefined;
}

const BASES_MAX = 128;

export function bindWindowCall(node: ast.WindowCall, block: Block): Expr {
  requireAllowed(node.name, block);
  const def = block.state.context.functions.findWindow(node.name);
  if (def === undefined) throw sqlError('ER_NOT_SUPPORTED_YET', `window function ${node.name}`);
  if (node.nulls === 'ignore') throw sqlError('ER_NOT_SUPPORTED_YET', 'IGNORE NULLS');
  if (node.from === 'last') throw sqlError('ER_NOT_SUPPORTED_YET', 'FROM LAST');
  const args = node.args.map((arg) => block.bind(arg));
  if (args.length < def.minArgs || args.length > def.maxArgs)
    throw sqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', node.name);
  const options: FunctionOptions = {};
  const window = bindWindow(node.over, block);
  const call: WindowCall = {
    function: { kind: 'window', def, options },
    args,
    type: def.infer(args.map(toArgument), options, block.state.calls.inferContext),
    frame: def.usesFrame ? frameOf(window) : WHOLE_PARTITION,
  };
  return block.addWindow(window.partitionBy, window.orderBy, call, node.name);
}

export function bindWindowAggregate(node: ast.AggregateCall, over: ast.WindowReference, block: Block): Expr {
  requireAllowed(node.name, block);
  if (node.distinct) throw sqlError('ER_NOT_SUPPORTED_YET', '<window function>(DISTINCT ..)');
  if (node.name === 'group_concat') throw sqlError('ER_NOT_SUPPORTED_YET', 'GROUP_CONCAT as window function');
  const { def, args, type, options } = callOf(node, block);
  const window = bindWindow(over, block);
  const call: WindowCall = { function: { kind: 'aggregate', def, options }, args, type, frame: frameOf(window) };
  return block.addWindow(window.partitionBy, window.orderBy, call, node.name);
}

function requireAllowed(name: string, block: Block): void {
  if (!block.allowWindows || block.insideAggregate) throw sqlError('ER_WINDOW_INVALID_WINDOW_FUNC_USE', name);
}

const WHOLE_PARTITION: Frame = {
  unit: 'rows',
  start: { kind: 'unbounded-preceding' },
  end: { kind: 'unbounded-following' },
};
const UP_TO_PEERS: Frame = { unit: 'range', start: { kind: 'unbounded-preceding' }, end: { kind: 'current-row' } };

function frameOf(window: Window): Frame {
  return window.frame ?? (window.orderBy.length === 0 ? WHOLE_PARTITION : UP_TO_PEERS);
}

function bindWindow(reference: ast.WindowReference, block: Block): Window {
  if (reference.kind === 'window-name') return bindSpecification(namedWindow(reference.name, block), block, 0);
  return bindSpecification(reference, block, 0);
}

function namedWindow(name: string, block: Block): ast.WindowSpecification {
  const found = block.namedWindows.get(name.toLowerCase());
  if (found === undefined) throw sqlError('ER_WINDOW_NO_SUCH_WINDOW', name);
  return found;
}

function bindSpecification(specification: ast.WindowSpecification, block: Block, depth: number): Window {
  if (depth > BASES_MAX) throw sqlError('ER_WINDOW_CIRCULARITY_IN_WINDOW_GRAPH');
  const base = specification.base === undefined ? undefined : bindBase(specification, specification.base, block, depth);
  const outerClause = block.clause;
  try {
    block.clause = 'window partition by';
    const partitionBy = base?.partitionBy ?? specification.partitionBy.map((expr) => block.bind(expr));
    block.clause = 'window order by';
    const ownOrder = specification.orderBy.map((item) => ({
      expr: block.bind(item.expression),
      descending: item.direction === 'desc',
    }));
    const orderBy = ownOrder.length > 0 ? ownOrder : (base?.orderBy ?? []);
    return { partitionBy, orderBy, frame: specification.frame && bindFrame(specification.frame, orderBy, block) };
  } finally {
    block.clause = outerClause;
  }
}

function bindBase(specification: ast.WindowSpecification, name: string, block: Block, depth: number): Window {
  const named = namedWindow(name, block);
  const base = bindSpecification(named, block, depth + 1);
  if (specification.partitionBy.length > 0) throw sqlError('ER_WINDOW_NO_CHILD_PARTITIONING');
  if (base.frame !== undefined) throw sqlError('ER_WINDOW_NO_INHERIT_FRAME', name);
  if (base.orderBy.length > 0 && specification.orderBy.length > 0)
    throw sqlError('ER_WINDOW_NO_REDEFINE_ORDER_BY', '<unnamed window>', name);
  return base;
}

function bindFrame(frame: ast.WindowFrame, orderBy: readonly SortKey[], block: Block): Frame {
  if (frame.unit === 'groups') throw sqlError('ER_NOT_SUPPORTED_YET', 'GROUPS');
  if (frame.exclude !== undefined) throw sqlError('ER_NOT_SUPPORTED_YET', 'EXCLUDE');
  const start = bindBound(frame.from, block);
  const end = bindBound(frame.to, block);
  if (
    frame.unit === 'range' &&
    (start.kind === 'preceding' || start.kind === 'following' || end.kind === 'preceding' || end.kind === 'following')
  ) {
    if (orderBy.length !== 1) throw sqlError('ER_WINDOW_RANGE_FRAME_ORDER_TYPE', '<unnamed window>');
  }
  return { unit: frame.unit, start, end };
}

function bindBound(bound: ast.FrameBound, block: Block): FrameBound {
  if (bound.type !== 'preceding' && bound.type !== 'following') return { kind: bound.type };
  const offset = block.bind(bound.offset);
  return bound.unit === undefined
    ? { kind: bound.type, offset }
    : { kind: bound.type, offset, intervalUnit: bound.unit };
}
