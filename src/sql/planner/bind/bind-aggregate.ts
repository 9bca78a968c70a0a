/**
 * Aggregate calls. The call goes to the block that its arguments read from (an aggregate in a subquery over outer columns only
 * belongs to the outer block, as in standard SQL); the expression sees the aggregate's output column.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { AggregateDef, AggregateOptions, Expr } from '../../expr/index.ts';
import type { AggregateCall } from '../../plan/index.ts';
import type { Block } from './block.ts';
import { toArgument } from './call-builder.ts';
import type { StatementState } from './statement-state.ts';

export function getAggregate(state: StatementState, name: string): AggregateDef {
  const def = state.context.functions.findAggregate(name);
  if (def === undefined) throw sqlError('ER_NOT_SUPPORTED_YET', `aggregate function ${name}`);
  return def;
}

export function makeAggregate(
  state: StatementState,
  name: string,
  args: readonly Expr[],
  options: AggregateOptions = { distinct: false },
): AggregateCall {
  const def = getAggregate(state, name);
  if (args.length < def.minArgs || args.length > def.maxArgs + (options.orderBy?.length ?? 0)) {
    throw sqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', name);
  }
  return { def, args, type: def.infer(args.map(toArgument), options, state.calls.inferContext), options };
}

export function bindAggregate(node: ast.AggregateCall, block: Block): Expr {
  if (block.insideAggregate) throw sqlError('ER_INVALID_GROUP_FUNC_USE');
  const [call, blocks] = block.traceBlocks(() => bindAggregateCall(node, block));
  const owner = ownerOf(block, blocks);
  if (!owner.allowAggregates) throw sqlError('ER_INVALID_GROUP_FUNC_USE');
  return owner.addAggregate(call, node.name);
}

/** The innermost block whose columns the arguments read; the current one when they read none. */
function ownerOf(block: Block, blocks: ReadonlySet<Block>): Block {
  if (blocks.size === 0 || blocks.has(block)) return block;
  for (let outer = block.parent; outer !== undefined; outer = outer.parent) if (blocks.has(outer)) return outer;
  return block;
}

/** Arguments are bound over FROM, where other aggregates and windows may not be. */
export function bindAggregateCall(node: ast.AggregateCall, block: Block): AggregateCall {
  const [inside, attachPoint, windows] = [block.insideAggregate, block.attachPoint, block.allowWindows];
  block.insideAggregate = true;
  block.attachPoint = block;
  block.allowWindows = false;
  try {
    return callOf(node, block);
  } finally {
    block.insideAggregate = inside;
    block.attachPoint = attachPoint;
    block.allowWindows = windows;
  }
}

export function callOf(node: ast.AggregateCall, block: Block): AggregateCall {
  const args = node.star ? [] : node.args.map((arg) => block.bind(arg));
  const options: AggregateOptions = {
    distinct: node.distinct,
    ...(node.separator !== undefined && { separator: node.separator }),
    ...(node.orderBy.length > 0 && {
      orderBy: node.orderBy.map((item) => ({ descending: item.direction === 'desc' })),
    }),
  };
  for (const item of node.orderBy) args.push(orderKey(item.expression, args, node.args.length, block));
  return makeAggregate(block.state, node.name, args, options);
}

/** ORDER BY 2 in GROUP_CONCAT names the second argument. */
function orderKey(key: ast.Expression, args: readonly Expr[], count: number, block: Block): Expr {
  if (key.kind !== 'integer') return block.bind(key);
  const position = Number(key.value);
  if (position < 1 || position > count) throw sqlError('ER_BAD_FIELD_ERROR', String(key.value), 'order clause');
  return args[position - 1]!;
}
