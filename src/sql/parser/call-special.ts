/** Calls with a syntax of their own: CAST, TRIM(… FROM …), EXTRACT, MATCH … AGAINST, JSON_VALUE, CHAR … USING, … */
import type {
  ColumnReference,
  DateArithmeticExpression,
  Expression,
  IntervalUnit,
  JsonOnClause,
  MatchMode,
} from '../ast/index.ts';
import { charsetName } from './charset-name.ts';
import type { Cursor } from './cursor.ts';
import { castType } from './data-type.ts';
import { intervalCallFollows, intervalUnit, simpleIntervalUnit } from './interval.ts';
import { parseJsonOnClauses } from './json-on.ts';
import { parseColumn } from './name.ts';
import { K, T } from './token.ts';

type Parser = (p: Cursor) => Expression;

/** Reads the keyword and '(' … ')' around what `inside` reads; `inside` gets the call's start. */
function wrapped(inside: (p: Cursor, start: number) => Expression): Parser {
  return (p) => {
    const start = p.start;
    p.advance();
    p.expect(T.LEFT_PAREN);
    p.enter();
    const node = inside(p, start);
    p.leave();
    p.expect(T.RIGHT_PAREN);
    return { ...node, end: p.lastEnd };
  };
}

function plainCall(name: string, args: readonly Expression[], start: number): Expression {
  return { kind: 'function', start, end: start, schema: undefined, name, args, argAliases: [] };
}

function parseCast(p: Cursor, start: number): Expression {
  const operand = p.grammar.expression(p);
  let timeZone: string | undefined;
  if (p.accept(K.AT)) {
    p.expectAll(K.TIME, K.ZONE);
    p.accept(K.INTERVAL);
    timeZone = p.string();
    p.expect(K.AS);
    const type = castType(p);
    if (type.name !== 'datetime') p.failAt(type.start);
    return { kind: 'cast', start, end: start, operand, type, array: false, timeZone, form: 'cast' };
  }
  p.expect(K.AS);
  const type = castType(p);
  const array = p.accept(K.ARRAY);
  return { kind: 'cast', start, end: start, operand, type, array, timeZone, form: 'cast' };
}

function parseConvert(p: Cursor, start: number): Expression {
  const operand = p.grammar.expression(p);
  if (p.accept(K.USING)) return { kind: 'convert-using', start, end: start, operand, charset: charsetName(p) };
  p.expect(T.COMMA);
  const type = castType(p);
  return { kind: 'cast', start, end: start, operand, type, array: false, timeZone: undefined, form: 'convert' };
}

function parseChar(p: Cursor, start: number): Expression {
  const args = p.list(p.grammar.expression);
  const charset = p.accept(K.USING) ? charsetName(p) : undefined;
  return { kind: 'char', start, end: start, args, charset };
}

function parseTrim(p: Cursor, start: number): Expression {
  let side: 'both' | 'leading' | 'trailing' = 'both';
  let sided = true;
  if (p.accept(K.LEADING)) side = 'leading';
  else if (p.accept(K.TRAILING)) side = 'trailing';
  else sided = p.accept(K.BOTH);
  let remove: Expression | undefined;
  if (!(sided && p.kind === K.FROM)) {
    const first = p.grammar.expression(p);
    if (p.kind !== K.FROM) {
      if (sided) p.fail();
      return { kind: 'trim', start, end: start, side, remove: undefined, operand: first };
    }
    remove = first;
  }
  p.expect(K.FROM);
  const operand = p.grammar.expression(p);
  return { kind: 'trim', start, end: start, side, remove, operand };
}

function parseSubstring(p: Cursor, start: number): Expression {
  const args = [p.grammar.expression(p)];
  if (p.accept(K.FROM)) {
    args.push(p.grammar.expression(p));
    if (p.accept(K.FOR)) args.push(p.grammar.expression(p));
  } else {
    p.expect(T.COMMA);
    args.push(p.grammar.expression(p));
    if (p.accept(T.COMMA)) args.push(p.grammar.expression(p));
  }
  return plainCall('substr', args, start);
}

function parsePosition(p: Cursor, start: number): Expression {
  const what = p.grammar.bitExpression(p);
  p.expect(K.IN);
  return plainCall('locate', [what, p.grammar.expression(p)], start);
}

function parseExtract(p: Cursor, start: number): Expression {
  const unit = intervalUnit(p);
  p.expect(K.FROM);
  return { kind: 'extract', start, end: start, unit, operand: p.grammar.expression(p) };
}

/** DATE_ADD/DATE_SUB(d, INTERVAL n unit); `days` also takes ADDDATE/SUBDATE(d, n). */
function dateArithmetic(operator: '+' | '-', days: boolean): Parser {
  return wrapped((p, start) => {
    const date = p.grammar.expression(p);
    p.expect(T.COMMA);
    let unit: IntervalUnit = 'day';
    let amount: Expression;
    const isInterval = p.kind === K.INTERVAL && !intervalCallFollows(p);
    if (!days || isInterval) {
      p.expect(K.INTERVAL);
      amount = p.grammar.expression(p);
      unit = intervalUnit(p);
    } else {
      amount = p.grammar.expression(p);
    }
    const node: DateArithmeticExpression = { kind: 'date-arithmetic', start, end: start, operator, date, amount, unit };
    return node;
  });
}

function timestampUnit(name: 'timestampadd' | 'timestampdiff'): Parser {
  return wrapped((p, start) => {
    const unit = simpleIntervalUnit(p);
    p.expect(T.COMMA);
    const first = p.grammar.expression(p);
    p.expect(T.COMMA);
    const args = [first, p.grammar.expression(p)];
    return { kind: 'timestamp-unit', start, end: start, name, unit, args };
  });
}

function parseGetFormat(p: Cursor, start: number): Expression {
  let type: 'date' | 'time' | 'datetime';
  if (p.accept(K.DATE)) type = 'date';
  else if (p.accept(K.TIME)) type = 'time';
  else {
    if (!p.accept(K.TIMESTAMP)) p.expect(K.DATETIME);
    type = 'datetime';
  }
  p.expect(T.COMMA);
  return { kind: 'get-format', start, end: start, type, format: p.grammar.expression(p) };
}

function parseWeightString(p: Cursor, start: number): Expression {
  const operand = p.grammar.expression(p);
  let as: 'char' | 'binary' | undefined;
  let length: number | undefined;
  if (p.accept(K.AS)) {
    as = p.accept(K.CHAR) ? 'char' : 'binary';
    if (as === 'binary') p.expect(K.BINARY);
    p.expect(T.LEFT_PAREN);
    length = p.number();
    p.expect(T.RIGHT_PAREN);
  } else if (p.accept(T.COMMA)) {
    // the undocumented form (x, levels, length, flags): accepted, not modelled
    p.number();
    p.expect(T.COMMA);
    p.number();
    p.expect(T.COMMA);
    p.number();
  }
  return { kind: 'weight-string', start, end: start, operand, as, length };
}

function parseJsonValue(p: Cursor, start: number): Expression {
  const document = p.grammar.expression(p);
  p.expect(T.COMMA);
  if (p.kind !== T.STRING && p.kind !== T.INTRODUCER && p.kind !== T.NATIONAL_STRING) p.fail();
  const path = p.grammar.primary(p);
  const returning = p.accept(K.RETURNING) ? castType(p) : undefined;
  const on: { onEmpty: JsonOnClause | undefined; onError: JsonOnClause | undefined } = parseJsonOnClauses(p);
  return { kind: 'json-value', start, end: start, document, path, returning, onEmpty: on.onEmpty, onError: on.onError };
}

function parseMatch(p: Cursor): Expression {
  const start = p.start;
  p.advance();
  const columns: ColumnReference[] = p.kind === T.LEFT_PAREN ? p.parenthesised(parseColumn) : p.list(parseColumn);
  p.expectAll(K.AGAINST, T.LEFT_PAREN);
  p.enter();
  const against = p.grammar.bitExpression(p);
  const mode = matchMode(p);
  p.leave();
  p.expect(T.RIGHT_PAREN);
  return { kind: 'match', start, end: p.lastEnd, columns, against, mode };
}

function matchMode(p: Cursor): MatchMode {
  if (p.accept(K.IN)) {
    if (p.accept(K.BOOL)) {
      p.expect(K.MODE);
      return 'boolean';
    }
    p.expectAll(K.NATURAL, K.LANGUAGE, K.MODE);
    return acceptExpansion(p) ? 'natural-expansion' : 'natural';
  }
  return acceptExpansion(p) ? 'expansion' : 'natural';
}

function acceptExpansion(p: Cursor): boolean {
  if (!p.accept(K.WITH)) return false;
  p.expectAll(K.QUERY, K.EXPANSION);
  return true;
}

function parseDefaultOf(p: Cursor, start: number): Expression {
  return { kind: 'default-of', start, end: start, column: parseColumn(p) };
}

function parseValuesOf(p: Cursor, start: number): Expression {
  return { kind: 'values-of', start, end: start, column: parseColumn(p) };
}

export const SPECIAL_CALLS: readonly (readonly [number, Parser])[] = [
  [K.CAST, wrapped(parseCast)],
  [K.CONVERT, wrapped(parseConvert)],
  [K.CHAR, wrapped(parseChar)],
  [K.TRIM, wrapped(parseTrim)],
  [K.SUBSTRING, wrapped(parseSubstring)],
  [K.POSITION, wrapped(parsePosition)],
  [K.EXTRACT, wrapped(parseExtract)],
  [K.DATE_ADD, dateArithmetic('+', false)],
  [K.DATE_SUB, dateArithmetic('-', false)],
  [K.ADDDATE, dateArithmetic('+', true)],
  [K.SUBDATE, dateArithmetic('-', true)],
  [K.TIMESTAMPADD, timestampUnit('timestampadd')],
  [K.TIMESTAMPDIFF, timestampUnit('timestampdiff')],
  [K.GET_FORMAT, wrapped(parseGetFormat)],
  [K.WEIGHT_STRING, wrapped(parseWeightString)],
  [K.JSON_VALUE, wrapped(parseJsonValue)],
  [K.MATCH, parseMatch],
  [K.DEFAULT, wrapped(parseDefaultOf)],
  [K.VALUES, wrapped(parseValuesOf)],
];
