/**
 * Turns a syntax tree into a bound expression. One case per node kind; families with rules of their own are in
 * bind-comparison.ts, bind-call.ts, bind-subquery.ts, bind-aggregate.ts and bind-window.ts.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr, FunctionOptions } from '../../expr/index.ts';
import { decimalType, doubleType, intType, type FieldType, varcharType } from '../../types/index.ts';
import { bindAggregate } from './bind-aggregate.ts';
import { bindFunction, bindSpecialCall } from './bind-call.ts';
import { bindBetween, bindComparison, bindInList, bindQuantified } from './bind-comparison.ts';
import { bindLiteral } from './bind-literal.ts';
import { bindExists, bindInQuery, bindScalarSubquery } from './bind-subquery.ts';
import { bindWindowAggregate, bindWindowCall } from './bind-window.ts';
import type { Block } from './block.ts';
import { constant, textConstant } from './call-builder.ts';
import { bindDefaultOf, bindValuesOf } from './bind-default.ts';
import { negateIf } from './negate.ts';

/** Deeper nesting is refused like MySQL refuses to overrun its stack. */
const DEPTH_MAX = 1500;
let depth = 0;

export function bindExpression(node: ast.Expression, block: Block): Expr {
  if (++depth > DEPTH_MAX) {
    depth = 0;
    throw sqlError('ER_STACK_OVERRUN_NEED_MORE', 0, 0, 0);
  }
  try {
    return bindNode(node, block);
  } finally {
    if (depth > 0) depth--;
  }
}

function bindNode(node: ast.Expression, block: Block): Expr {
  const calls = block.state.calls;
  switch (node.kind) {
    case 'column':
      return block.resolve(node);
    case 'null':
    case 'boolean':
    case 'integer':
    case 'decimal':
    case 'float':
    case 'string':
    case 'bytes':
    case 'temporal':
      return bindLiteral(node, block.state);
    case 'parameter':
      return bindParameter(node, block);
    case 'comparison':
      return bindComparison(node, block);
    case 'binary':
      return calls.call(node.operator, [block.bind(node.left), block.bind(node.right)]);
    case 'logical':
      return calls.call(
        node.operator,
        node.operands.map((operand) => scalar(operand, block)),
      );
    case 'unary':
      return bindUnary(node, block);
    case 'between':
      return bindBetween(node, block);
    case 'in-list':
      return bindInList(node, block);
    case 'in-query':
      return bindInQuery(node, block);
    case 'quantified-comparison':
      return bindQuantified(node, block);
    case 'exists':
      return bindExists(node.query, block);
    case 'subquery':
      return bindScalarSubquery(node.query, block);
    case 'like': {
      const args = [block.bind(node.operand), block.bind(node.pattern)];
      if (node.escape !== undefined) args.push(block.bind(node.escape));
      return negateIf(node.negated, calls.call('like', args), block);
    }
    case 'regexp':
      return negateIf(
        node.negated,
        calls.call('regexp_like', [block.bind(node.operand), block.bind(node.pattern)]),
        block,
      );
    case 'is':
      return bindIs(node, block);
    case 'case':
      return bindCase(node, block);
    case 'function':
      return bindFunction(node, block);
    case 'aggregate':
      return node.over === undefined ? bindAggregate(node, block) : bindWindowAggregate(node, node.over, block);
    case 'window':
      return bindWindowCall(node, block);
    case 'row':
      throw sqlError('ER_OPERAND_COLUMNS', 1);
    case 'user-variable':
      return bindUserVariable(node.name, block);
    case 'variable-assignment':
      return calls.call('setvar', [textConstant(node.name, 'utf8mb4_0900_ai_ci'), block.bind(node.value)]);
    case 'system-variable':
      return bindSystemVariable(node, block);
    case 'default':
      throw sqlError('ER_PARSE_ERROR', 'You have an error in your SQL syntax', 'DEFAULT', 1);
    case 'default-of':
      return bindDefaultOf(node, block);
    case 'values-of':
      return bindValuesOf(node, block);
    default:
      return bindSpecialCall(node, block);
  }
}

/** One value is wanted here: rows are refused with 1241. */
function scalar(node: ast.Expression, block: Block): Expr {
  return block.bind(node);
}

function bindParameter(node: ast.Parameter, block: Block): Expr {
  block.state.sawParameter(node.index);
  const known = block.state.context.paramTypes[node.index];
  const type = known ?? varcharType(1024, { collation: block.state.context.session.collationConnection });
  return { kind: 'param', type: type.nullable ? type : { ...type, nullable: true }, index: node.index };
}

function bindUnary(node: ast.UnaryExpression, block: Block): Expr {
  const calls = block.state.calls;
  if (node.operator === '-') return bindNegation(node.operand, block);
  const operand = block.bind(node.operand);
  if (node.operator === '+') return operand;
  return calls.call(node.operator, [operand]);
}

/** -5 is a literal too; -9223372036854775808 is the one BIGINT whose digits alone are not. */
function bindNegation(operand: ast.Expression, block: Block): Expr {
  if (operand.kind === 'integer' && typeof operand.value === 'number' && operand.value !== 0) {
    return constant(-operand.value, intType('big', { nullable: false, width: String(operand.value).length + 1 }), true);
  }
  if (operand.kind === 'integer' && operand.value === 9223372036854775808n) {
    return constant(-9223372036854775808n, intType('big', { nullable: false, width: 20 }), true);
  }
  if (operand.kind === 'float') {
    return constant(-operand.value, doubleType({ nullable: false, length: operand.text.length + 1 }), true);
  }
  const bound = block.bind(operand);
  const negated = block.state.calls.call('neg', [bound]);
  if (negated.kind === 'call' && negated.type.kind === 'int') {
    // One that warns is not folded, but its sign decides the type all the same.
    const value = block.state.calls.valueOf(bound);
    if ((typeof value === 'number' || typeof value === 'bigint') && value < 0)
      return { ...negated, type: decimalType(Math.max(1, negated.type.length - 1), 0) };
  }
  return negated.kind === 'constant' && bound.kind === 'constant' && bound.literal
    ? { ...negated, literal: true }
    : negated;
}

function bindIs(node: ast.IsExpression, block: Block): Expr {
  const calls = block.state.calls;
  const operand = block.bind(node.operand);
  const name = node.test === 'true' ? 'istrue' : node.test === 'false' ? 'isfalse' : 'isnull';
  return negateIf(node.negated, calls.call(name, [operand]), block);
}

function bindCase(node: ast.CaseExpression, block: Block): Expr {
  const args: Expr[] = [];
  if (node.operand !== undefined) args.push(block.bind(node.operand));
  for (const branch of node.branches) args.push(block.bind(branch.when), block.bind(branch.then));
  const hasElse = node.otherwise !== undefined;
  if (node.otherwise !== undefined) args.push(block.bind(node.otherwise));
  const options: FunctionOptions = { word: node.operand === undefined ? 'searched' : 'simple', extra: { hasElse } };
  return block.state.calls.call('case', args, options);
}

function bindUserVariable(name: string, block: Block): Expr {
  const known: FieldType | undefined = block.state.context.session.userVariableType(name);
  block.state.cacheable = false;
  const type = known ?? varcharType(16777215 / 4, { collation: block.state.context.session.collationConnection });
  return block.state.calls.call('getvar', [textConstant(name, 'utf8mb4_0900_ai_ci')], {
    castType: { ...type, nullable: true },
  });
}

function bindSystemVariable(node: ast.SystemVariable, block: Block): Expr {
  const scope = node.scope === undefined ? undefined : node.scope === 'session' ? 'session' : 'global';
  const name = (node.component === undefined ? node.name : `${node.component}.${node.name}`).toLowerCase();
  const castType = block.state.context.session.systemVariableType(name, scope);
  return block.state.calls.call(
    'getsysvar',
    [textConstant(name, 'utf8mb4_0900_ai_ci')],
    scope === undefined ? { castType } : { castType, word: scope },
  );
}
