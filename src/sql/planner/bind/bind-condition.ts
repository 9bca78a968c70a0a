/** Conditions of WHERE, HAVING and ON: conjuncts, with subquery predicates turned into semi and anti joins. */
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import { addConjuncts } from '../logical/expressions.ts';
import { existsAs, inQueryAs, quantifiedAs } from './bind-subquery.ts';
import type { Block } from './block.ts';
import { addFactored } from './factor-or.ts';

export function bindCondition(node: ast.Expression, block: Block): Expr[] {
  const conditions: Expr[] = [];
  addCondition(node, false, block, conditions);
  return conditions;
}

function addCondition(node: ast.Expression, negated: boolean, block: Block, into: Expr[]): void {
  switch (node.kind) {
    case 'logical':
      if (node.operator === (negated ? 'or' : 'and')) {
        for (const operand of node.operands) addCondition(operand, negated, block, into);
        return;
      }
      break;
    case 'unary':
      if (node.operator === 'not') return addCondition(node.operand, !negated, block, into);
      break;
    case 'exists': {
      const rest = existsAs(negated ? 'anti' : 'semi', node.query, block);
      if (rest !== undefined) into.push(rest);
      return;
    }
    case 'in-query':
      inQueryAs(node.negated === negated ? 'semi' : 'anti', node, block);
      return;
    case 'quantified-comparison':
      quantifiedAs(negated ? 'anti' : 'semi', node, block);
      return;
    default:
      break;
  }
  const expr = block.bind(node);
  const conjuncts: Expr[] = [];
  addConjuncts(negated ? block.state.calls.not(expr) : expr, conjuncts);
  for (const conjunct of conjuncts) addFactored(conjunct, block.state.calls, into);
}
