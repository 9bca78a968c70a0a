/** LIMIT and OFFSET: integer literals or parameters. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import { intType } from '../../types/index.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import type { Block } from './block.ts';
import { integerConstant } from './call-builder.ts';

export function bindLimit(
  plan: LogicalNode,
  limit: ast.Limit | undefined,
  block: Block,
  countAll: boolean,
): LogicalNode {
  const selectLimit = block.state.context.session.selectLimit;
  if (limit === undefined) {
    if (!block.env.top || selectLimit === undefined) return plan;
    return { kind: 'limit', child: plan, count: integerConstant(selectLimit), offset: undefined, countAll };
  }
  const count = bindCount(limit.count, block);
  const offset = limit.offset === undefined ? undefined : bindCount(limit.offset, block);
  return { kind: 'limit', child: plan, count, offset, countAll };
}

export function bindCount(node: ast.Expression, block: Block): Expr {
  if (node.kind === 'parameter') {
    block.state.sawParameter(node.index);
    return { kind: 'param', index: node.index, type: intType('big', { unsigned: true }) };
  }
  if (node.kind === 'integer') return block.bind(node);
  if (node.kind === 'column') throw sqlError('ER_SP_UNDECLARED_VAR', node.name);
  return block.bind(node);
}
