/** Aggregate functions, plain or with OVER. */
import type { AggregateCall, AggregateName, Expression, OrderItem, WindowReference } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { orderItem } from './order.ts';
import { K, T } from './token.ts';
import { parseOver } from './window.ts';

type Parser = (p: Cursor) => Expression;

interface AggregateParts {
  readonly distinct?: boolean;
  readonly star?: boolean;
  readonly args: readonly Expression[];
  readonly orderBy?: readonly OrderItem[];
  readonly separator?: string;
  readonly over: WindowReference | undefined;
}

function node(p: Cursor, name: AggregateName, start: number, parts: AggregateParts): AggregateCall {
  return {
    kind: 'aggregate',
    start,
    end: p.lastEnd,
    name,
    distinct: parts.distinct ?? false,
    star: parts.star ?? false,
    args: parts.args,
    orderBy: parts.orderBy ?? [],
    separator: parts.separator,
    over: parts.over,
  };
}

/** name([DISTINCT] [ALL] argument) [OVER …]. */
function oneArgument(name: AggregateName, distinctAllowed: boolean): Parser {
  return (p) => {
    const start = p.start;
    p.advance();
    p.expect(T.LEFT_PAREN);
    p.enter();
    const distinct = distinctAllowed && p.accept(K.DISTINCT);
    p.accept(K.ALL);
    const args = [p.grammar.expression(p)];
    p.leave();
    p.expect(T.RIGHT_PAREN);
    return node(p, name, start, { distinct, args, over: parseOver(p) });
  };
}

function parseCount(p: Cursor): Expression {
  const start = p.start;
  p.advance();
  p.expect(T.LEFT_PAREN);
  p.enter();
  let star = false;
  let distinct = false;
  let args: Expression[] = [];
  if (p.accept(K.DISTINCT)) {
    distinct = true;
    args = p.list(p.grammar.expression);
  } else {
    p.accept(K.ALL);
    if (p.accept(T.STAR)) star = true;
    else args = [p.grammar.expression(p)];
  }
  p.leave();
  p.expect(T.RIGHT_PAREN);
  return node(p, 'count', start, { distinct, star, args, over: parseOver(p) });
}

/** TiDB's APPROX_COUNT_DISTINCT(…), behind it: the exact count is the best estimate. */
export function countDistinct(p: Cursor, args: readonly Expression[], start: number): Expression {
  return node(p, 'count', start, { distinct: true, args, over: undefined });
}

function parseGroupConcat(p: Cursor): Expression {
  const start = p.start;
  p.advance();
  p.expect(T.LEFT_PAREN);
  p.enter();
  const distinct = p.accept(K.DISTINCT);
  const args = p.list(p.grammar.expression);
  let orderBy: OrderItem[] = [];
  if (p.accept(K.ORDER)) {
    p.expect(K.BY);
    orderBy = p.list(orderItem);
  }
  const separator = p.accept(K.SEPARATOR) ? separatorText(p) : undefined;
  p.leave();
  p.expect(T.RIGHT_PAREN);
  const parts = { distinct, args, orderBy, over: parseOver(p) };
  return node(p, 'group_concat', start, separator === undefined ? parts : { ...parts, separator });
}

/** A string, or a hexadecimal or bit literal read as text. */
function separatorText(p: Cursor): string {
  if (p.kind !== T.HEX && p.kind !== T.BIT) return p.string();
  return p.digitsText();
}

function parseObjectAggregate(p: Cursor): Expression {
  const start = p.start;
  p.advance();
  p.expect(T.LEFT_PAREN);
  p.enter();
  p.accept(K.ALL);
  const key = p.grammar.expression(p);
  p.expect(T.COMMA);
  p.accept(K.ALL);
  const value = p.grammar.expression(p);
  p.leave();
  p.expect(T.RIGHT_PAREN);
  return node(p, 'json_objectagg', start, { args: [key, value], over: parseOver(p) });
}

export const AGGREGATES: readonly (readonly [number, Parser])[] = [
  [K.COUNT, parseCount],
  [K.SUM, oneArgument('sum', true)],
  [K.AVG, oneArgument('avg', true)],
  [K.MIN, oneArgument('min', true)],
  [K.MAX, oneArgument('max', true)],
  [K.BIT_AND, oneArgument('bit_and', false)],
  [K.BIT_OR, oneArgument('bit_or', false)],
  [K.BIT_XOR, oneArgument('bit_xor', false)],
  [K.STD, oneArgument('stddev_pop', false)],
  [K.STDDEV_SAMP, oneArgument('stddev_samp', false)],
  [K.VARIANCE, oneArgument('var_pop', false)],
  [K.VAR_SAMP, oneArgument('var_samp', false)],
  [K.ST_COLLECT, oneArgument('st_collect', true)],
  [K.JSON_ARRAYAGG, oneArgument('json_arrayagg', false)],
  [K.JSON_OBJECTAGG, parseObjectAggregate],
  [K.GROUP_CONCAT, parseGroupConcat],
];
