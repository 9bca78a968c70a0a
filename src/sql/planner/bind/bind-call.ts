/** Calls by name, and the constructs that have a syntax of their own but are calls to everything after the binder. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr, FunctionOptions } from '../../expr/index.ts';
import { withNullable } from '../../types/index.ts';
import { sameExpr } from '../logical/expressions.ts';
import type { Block } from './block.ts';
import { integerConstant } from './call-builder.ts';
import { bindMatch } from './bind-match.ts';
import { castTypeOf } from './cast-type.ts';

export type SpecialCall =
  | ast.MemberOfExpression
  | ast.JsonArrowExpression
  | ast.CollateExpression
  | ast.CastExpression
  | ast.ConvertUsingExpression
  | ast.DateArithmeticExpression
  | ast.ExtractExpression
  | ast.TrimExpression
  | ast.CharExpression
  | ast.WeightStringExpression
  | ast.GetFormatExpression
  | ast.TimestampUnitExpression
  | ast.JsonValueExpression
  | ast.MatchExpression;

const SPATIAL =
  /^(st_\w+|mbr\w+|point|linestring|polygon|multipoint|multilinestring|multipolygon|geom(etry)?collection)$/;

const XML = /^(extractvalue|updatexml)$/;

export function bindFunction(node: ast.FunctionCall, block: Block): Expr {
  const state = block.state;
  if (node.schema === undefined) {
    if (node.name === 'grouping') return bindGrouping(node, block);
    const def = state.calls.find(node.name);
    const sequence = SEQUENCE_FUNCTIONS.has(node.name) && sequenceArgs(node, block);
    if (def !== undefined && sequence) return state.calls.callDef(def, node.name, sequence);
    if (def !== undefined)
      return state.calls.callDef(
        def,
        node.name,
        node.args.map((arg) => block.bind(arg)),
      );
  }
  if (node.schema === undefined && SPATIAL.test(node.name)) throw sqlError('ER_NOT_SUPPORTED_YET', 'spatial functions');
  if (node.schema === undefined && XML.test(node.name)) throw sqlError('ER_NOT_SUPPORTED_YET', 'XML functions');
  const schema = node.schema ?? block.env.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  throw sqlError('ER_SP_DOES_NOT_EXIST', 'FUNCTION', `${schema}.${node.name}`);
}

const SEQUENCE_FUNCTIONS: ReadonlySet<string> = new Set(['nextval', 'lastval', 'setval']);

/** The sequence that NEXTVAL(seq) names, as two strings. */
function sequenceArgs(node: ast.FunctionCall, block: Block): Expr[] {
  const [name] = node.args;
  if (node.args.length !== (node.name === 'setval' ? 2 : 1) || name?.kind !== 'column' || name.schema !== undefined)
    throw sqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', node.name);
  const schema = name.table ?? block.env.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  block.state.cacheable = false;
  block.state.context.onSequence?.(schema, name.name);
  const named = [schema, name.name].map((text) => block.bind(stringLiteral(text, node)));
  return [...named, ...node.args.slice(1).map((arg) => block.bind(arg))];
}

function stringLiteral(value: string, { start, end }: ast.FunctionCall): ast.StringLiteral {
  return { kind: 'string', start, end, value, charset: undefined, bytes: undefined, firstPart: value };
}

/** GROUPING(a, …): one bit per argument, the last one lowest; from the level column of WITH ROLLUP. */
function bindGrouping(node: ast.FunctionCall, block: Block): Expr {
  const { calls } = block.state;
  const level = block.levelColumn;
  if (level === undefined) throw sqlError('ER_INVALID_GROUP_FUNC_USE');
  let result: Expr | undefined;
  for (const [i, arg] of node.args.entries()) {
    const bound = block.bind(arg);
    const key = block.groupKeys.findIndex((expr) => sameExpr(expr, bound));
    if (key < 0) throw sqlError('ER_FIELD_IN_GROUPING_NOT_GROUP_BY', i + 1);
    const bit = calls.call('&', [calls.call('>>', [level, integerConstant(key)]), integerConstant(1)]);
    result = result === undefined ? bit : calls.call('|', [calls.call('<<', [result, integerConstant(1)]), bit]);
  }
  if (result === undefined) throw sqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', 'grouping');
  return result;
}

export function bindSpecialCall(node: SpecialCall, block: Block): Expr {
  const { calls } = block.state;
  switch (node.kind) {
    case 'collate':
      return calls.call('collate', [block.bind(node.operand)], { collation: node.collation });
    case 'cast':
      return bindCast(node, block);
    case 'convert-using':
      return calls.call('convert_using', [block.bind(node.operand)], { word: node.charset });
    case 'date-arithmetic':
      return calls.call(
        node.operator === '+' ? 'date_add' : 'date_sub',
        [block.bind(node.date), block.bind(node.amount)],
        { unit: node.unit },
      );
    case 'extract':
      return calls.call('extract', [block.bind(node.operand)], { unit: node.unit });
    case 'trim': {
      const args = [block.bind(node.operand)];
      if (node.remove !== undefined) args.push(block.bind(node.remove));
      return calls.call('trim', args, { word: node.side });
    }
    case 'char':
      return calls.call(
        'char',
        node.args.map((arg) => block.bind(arg)),
        node.charset === undefined ? {} : { word: node.charset },
      );
    case 'weight-string':
      return calls.call('weight_string', [block.bind(node.operand)], weightOptions(node));
    case 'get-format':
      return calls.call('get_format', [block.bind(node.format)], { word: node.type });
    case 'timestamp-unit':
      return calls.call(
        node.name,
        node.args.map((arg) => block.bind(arg)),
        { unit: node.unit },
      );
    case 'member-of':
      return calls.call('member_of', [block.bind(node.value), block.bind(node.array)]);
    case 'json-arrow': {
      const extracted = calls.call('json_extract', [block.bind(node.column), block.bind(node.path)]);
      return node.unquote ? calls.call('json_unquote', [extracted]) : extracted;
    }
    case 'json-value':
      return bindJsonValue(node, block);
    case 'match':
      return bindMatch(node, block);
  }
}

function weightOptions(node: ast.WeightStringExpression): FunctionOptions {
  if (node.as === undefined) return {};
  return node.length === undefined ? { word: node.as } : { word: node.as, extra: { length: node.length } };
}

const ARRAY_OUTSIDE =
  'Use of CAST( .. AS .. ARRAY) outside of functional index in CREATE(non-SELECT)/ALTER TABLE or in general expressions';

function bindCast(node: ast.CastExpression, block: Block): Expr {
  if (node.array && !block.isRow) throw sqlError('ER_NOT_SUPPORTED_YET', ARRAY_OUTSIDE);
  const operand = block.bind(node.operand);
  const castType = castTypeOf(node.type, block.state.context.session.collationConnection);
  const options: FunctionOptions = {
    castType,
    ...(node.array && { word: 'array' }),
    ...(node.timeZone !== undefined && { extra: { timeZone: node.timeZone } }),
  };
  return block.state.calls.call('cast', [operand], options);
}

function bindJsonValue(node: ast.JsonValueExpression, block: Block): Expr {
  const args = [block.bind(node.document), block.bind(node.path)];
  if (node.onEmpty?.action === 'default') args.push(block.bind(node.onEmpty.value));
  if (node.onError?.action === 'default') args.push(block.bind(node.onError.value));
  const extra = { onEmpty: node.onEmpty?.action ?? 'null', onError: node.onError?.action ?? 'null' };
  const collation = block.state.context.session.collationConnection;
  if (node.returning === undefined) return block.state.calls.call('json_value', args, { extra });
  return block.state.calls.call('json_value', args, {
    extra,
    castType: withNullable(castTypeOf(node.returning, collation), true),
  });
}
