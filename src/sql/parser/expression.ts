/**
 * Expressions by operator precedence, in the layers of MySQL's grammar (each layer takes only what the next one makes):
 *
 *   expression   OR < XOR < AND < NOT         a IS TRUE may only stand here
 *   boolean      comparisons, IS NULL          left to right
 *   predicate    IN, BETWEEN, LIKE, REGEXP, SOUNDS LIKE, MEMBER OF: at most one
 *   bit          | < & < << >> < + - < * / % < ^
 *   simple       || as concatenation < unary + - ~ ! BINARY < COLLATE < operands
 *
 * AND and OR chains become one n-ary node. Left-deep chains are bounded by CHAIN_MAX, recursion by NESTING_MAX.
 */
import type { BinaryOperator, ComparisonOperator, Expression, Query, UnaryOperator } from '../ast/index.ts';
import { collationName } from './charset-name.ts';
import { CHAIN_MAX, type Cursor } from './cursor.ts';
import { plainType } from './data-type.ts';
import { intervalCallFollows, intervalUnit } from './interval.ts';
import { parseParens } from './parens.ts';
import { parsePrimary } from './primary.ts';
import { K, T, tokenTable } from './token.ts';

const OR = 1;
const XOR = 2;
const AND = 3;
const NOT = 4;
const LOGICAL = tokenTable([
  [K.OR, OR],
  [T.OR_OR, OR],
  [K.XOR, XOR],
  [K.AND, AND],
  [T.AND_AND, AND],
]);

export function parseExpression(p: Cursor): Expression {
  return parseLogical(p, 0);
}

/** An expression without AND, OR and XOR of its own. */
export function parseConjunct(p: Cursor): Expression {
  return parseLogical(p, NOT);
}

/** An expression whose operators all bind tighter than `floor`. */
function parseLogical(p: Cursor, floor: number): Expression {
  const start = p.pending === undefined ? p.start : p.pending.start;
  let left: Expression;
  if (p.kind === K.NOT && p.pending === undefined) {
    p.enter();
    p.advance();
    const operand = parseLogical(p, NOT);
    left = { kind: 'unary', start, end: p.lastEnd, operator: 'not', operand };
    p.leave();
  } else {
    left = parseBoolean(p);
  }
  for (let links = 0; ; links++) {
    const level = LOGICAL[p.kind] as number;
    if (level === 0 || level <= floor) return left;
    if (links > CHAIN_MAX) p.failNesting();
    if (level === XOR) {
      p.advance();
      const right = parseLogical(p, XOR);
      left = { kind: 'binary', start, end: p.lastEnd, operator: 'xor', left, right };
    } else {
      left = parseLogicalChain(p, left, level);
    }
  }
}

/** Collects `left AND b AND c …` (or OR) into one node. */
function parseLogicalChain(p: Cursor, left: Expression, level: number): Expression {
  const operator = level === AND ? 'and' : 'or';
  const operands = [left];
  while (LOGICAL[p.kind] === level) {
    p.advance();
    operands.push(parseLogical(p, level));
  }
  return { kind: 'logical', start: left.start, end: p.lastEnd, operator, operands };
}

const COMPARISON: Readonly<Record<number, ComparisonOperator>> = {
  [T.EQ]: '=',
  [T.NULL_SAFE_EQ]: '<=>',
  [T.NE]: '<>',
  [T.LT]: '<',
  [T.LE]: '<=',
  [T.GT]: '>',
  [T.GE]: '>=',
};

function parseBoolean(p: Cursor): Expression {
  let left = parsePredicate(p);
  for (let links = 0; ; links++) {
    const kind = p.kind;
    if (kind >= T.EQ && kind <= T.GE) {
      if (links > CHAIN_MAX) p.failNesting();
      left = parseComparison(p, left);
    } else if (kind === K.IS) {
      p.advance();
      const negated = acceptNot(p);
      const test = truthTest(p);
      left = { kind: 'is', start: left.start, end: p.lastEnd, operand: left, test, negated };
      if (test !== 'null') return left;
    } else {
      return left;
    }
  }
}

function acceptNot(p: Cursor): boolean {
  return p.accept(K.NOT) || p.accept(T.HIGH_NOT);
}

function truthTest(p: Cursor): 'null' | 'true' | 'false' | 'unknown' {
  if (p.accept(K.NULL)) return 'null';
  if (p.accept(K.TRUE)) return 'true';
  if (p.accept(K.FALSE)) return 'false';
  p.expect(K.UNKNOWN);
  return 'unknown';
}

function parseComparison(p: Cursor, left: Expression): Expression {
  const operator = COMPARISON[p.kind] as ComparisonOperator;
  const operatorStart = p.start;
  p.advance();
  if ((p.kind === K.ANY || p.kind === K.ALL) && (p.kind === K.ALL || p.peek(1) === T.LEFT_PAREN)) {
    const quantifier = p.kind === K.ALL ? 'all' : 'any';
    if (operator === '<=>') p.failAt(operatorStart);
    p.advance();
    const query = p.grammar.subquery(p);
    return { kind: 'quantified-comparison', start: left.start, end: p.lastEnd, operator, quantifier, left, query };
  }
  const right = parsePredicate(p);
  return { kind: 'comparison', start: left.start, end: p.lastEnd, operator, left, right };
}

const PREDICATE = tokenTable([
  [K.IN, 1],
  [K.BETWEEN, 1],
  [K.LIKE, 1],
  [K.REGEXP, 1],
  [K.NOT, 1],
  [T.HIGH_NOT, 1],
  [K.SOUNDS, 1],
  [K.MEMBER, 1],
]);

function parsePredicate(p: Cursor): Expression {
  const left = parseBit(p, 0);
  if (PREDICATE[p.kind] === 0) return left;
  if (p.kind === K.SOUNDS) {
    if (p.peek(1) !== K.LIKE) return left;
    p.advance();
    p.advance();
    return soundsLike(p, left, parseBit(p, 0));
  }
  if (p.kind === K.MEMBER) return parseMemberOf(p, left);
  const negated = acceptNot(p);
  switch (p.kind) {
    case K.IN:
      p.advance();
      return parseIn(p, left, negated);
    case K.BETWEEN: {
      p.advance();
      const low = parseBit(p, 0);
      p.expect(K.AND);
      p.enter();
      const high = parsePredicate(p);
      p.leave();
      return { kind: 'between', start: left.start, end: p.lastEnd, operand: left, low, high, negated };
    }
    case K.LIKE: {
      p.advance();
      const pattern = parseSimple(p);
      const escape = p.accept(K.ESCAPE) ? parseSimple(p) : undefined;
      return { kind: 'like', start: left.start, end: p.lastEnd, operand: left, pattern, escape, negated };
    }
    case K.REGEXP: {
      p.advance();
      const pattern = parseBit(p, 0);
      return { kind: 'regexp', start: left.start, end: p.lastEnd, operand: left, pattern, negated };
    }
    default:
      return p.fail();
  }
}

function parseIn(p: Cursor, left: Expression, negated: boolean): Expression {
  const contents = parseParens(p);
  if (isQuery(contents)) {
    return { kind: 'in-query', start: left.start, end: p.lastEnd, operand: left, query: contents, negated };
  }
  return { kind: 'in-list', start: left.start, end: p.lastEnd, operand: left, items: contents, negated };
}

function isQuery(contents: Query | Expression[]): contents is Query {
  return !Array.isArray(contents);
}

/** a SOUNDS LIKE b is soundex(a) = soundex(b). */
function soundsLike(p: Cursor, left: Expression, right: Expression): Expression {
  return {
    kind: 'comparison',
    start: left.start,
    end: p.lastEnd,
    operator: '=',
    left: call('soundex', [left], left.start, left.end),
    right: call('soundex', [right], right.start, right.end),
  };
}

function call(name: string, args: readonly Expression[], start: number, end: number): Expression {
  return { kind: 'function', start, end, schema: undefined, name, args, argAliases: [] };
}

function parseMemberOf(p: Cursor, left: Expression): Expression {
  if (p.peek(1) !== K.OF && p.peek(1) !== T.LEFT_PAREN) return left;
  p.advance();
  p.accept(K.OF);
  p.expect(T.LEFT_PAREN);
  p.enter();
  const array = parseSimple(p);
  p.leave();
  p.expect(T.RIGHT_PAREN);
  return { kind: 'member-of', start: left.start, end: p.lastEnd, value: left, array };
}

const BIT_LEVEL = tokenTable([
  [T.PIPE, 1],
  [T.AMPERSAND, 2],
  [T.SHIFT_LEFT, 3],
  [T.SHIFT_RIGHT, 3],
  [T.PLUS, 4],
  [T.MINUS, 4],
  [T.STAR, 5],
  [T.SLASH, 5],
  [T.PERCENT, 5],
  [K.DIV, 5],
  [K.MOD, 5],
  [T.CARET, 6],
]);
const BIT_OPERATOR: Readonly<Record<number, BinaryOperator>> = {
  [T.PIPE]: '|',
  [T.AMPERSAND]: '&',
  [T.SHIFT_LEFT]: '<<',
  [T.SHIFT_RIGHT]: '>>',
  [T.PLUS]: '+',
  [T.MINUS]: '-',
  [T.STAR]: '*',
  [T.SLASH]: '/',
  [T.PERCENT]: '%',
  [K.DIV]: 'div',
  [K.MOD]: '%',
  [T.CARET]: '^',
};

/** Arithmetic and bit operators that bind tighter than `floor`. */
export function parseBit(p: Cursor, floor: number): Expression {
  let left = parseSimple(p);
  for (let links = 0; ; links++) {
    const kind = p.kind;
    const level = BIT_LEVEL[kind] as number;
    if (level === 0 || level <= floor) return left;
    if (links > CHAIN_MAX) p.failNesting();
    p.advance();
    if (p.kind === K.INTERVAL && level === 4 && !intervalCallFollows(p)) {
      const operator = kind === T.PLUS ? '+' : '-';
      p.advance();
      const amount = parseNested(p);
      const unit = intervalUnit(p);
      left = { kind: 'date-arithmetic', start: left.start, end: p.lastEnd, operator, date: left, amount, unit };
    } else {
      const operator = BIT_OPERATOR[kind] as BinaryOperator;
      const right = parseBit(p, level);
      left = { kind: 'binary', start: left.start, end: p.lastEnd, operator, left, right };
    }
  }
}

function parseNested(p: Cursor): Expression {
  p.enter();
  const value = parseExpression(p);
  p.leave();
  return value;
}

/** MySQL's simple_expr: what LIKE, ESCAPE and MEMBER OF take. */
export function parseSimple(p: Cursor): Expression {
  let left = parseUnary(p);
  for (let links = 0; p.kind === T.CONCAT; links++) {
    if (links > CHAIN_MAX) p.failNesting();
    p.advance();
    const right = parseUnary(p);
    left = call('concat', [left, right], left.start, p.lastEnd);
  }
  return left;
}

const UNARY: Readonly<Record<number, UnaryOperator>> = {
  [T.MINUS]: '-',
  [T.PLUS]: '+',
  [T.TILDE]: '~',
  [T.BANG]: 'not',
  [T.HIGH_NOT]: 'not',
};
const PREFIX = tokenTable([
  [T.MINUS, 1],
  [T.PLUS, 1],
  [T.TILDE, 1],
  [T.BANG, 1],
  [T.HIGH_NOT, 1],
  [K.BINARY, 2],
]);

function parseUnary(p: Cursor): Expression {
  const prefix = PREFIX[p.kind] as number;
  let operand: Expression;
  if (prefix === 0 || p.pending !== undefined) operand = parsePrimary(p);
  else return parsePrefix(p, prefix);
  while (p.kind === K.COLLATE) operand = parseCollate(p, operand);
  return operand;
}

function parsePrefix(p: Cursor, prefix: number): Expression {
  const start = p.start;
  const operator = UNARY[p.kind];
  p.enter();
  p.advance();
  const operand = parseUnary(p);
  p.leave();
  if (prefix === 1 && operator !== undefined) return { kind: 'unary', start, end: p.lastEnd, operator, operand };
  return {
    kind: 'cast',
    start,
    end: p.lastEnd,
    operand,
    type: plainType('char', start, 'binary'),
    array: false,
    timeZone: undefined,
    form: 'binary',
  };
}

function parseCollate(p: Cursor, operand: Expression): Expression {
  p.advance();
  if (p.kind === K.BINARY) p.fail();
  const collation = collationName(p);
  return { kind: 'collate', start: operand.start, end: p.lastEnd, operand, collation };
}

/** An expression where DEFAULT may stand alone: values of INSERT, UPDATE, SET. */
export function parseValue(p: Cursor): Expression {
  if (p.kind === K.DEFAULT && p.peek(1) !== T.LEFT_PAREN) {
    const start = p.start;
    p.advance();
    return { kind: 'default', start, end: p.lastEnd };
  }
  return parseExpression(p);
}
