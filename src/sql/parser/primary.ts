/** Operands of expressions: literals, names, variables, parentheses, CASE; calls are in call*.ts. */
import type { CaseBranch, ColumnReference, Expression, StringLiteral, VariableScope } from '../ast/index.ts';
import { encodeEscapedUtf8, hasEscapedBytes } from '../../base/index.ts';
import { CALLS, parseGenericCall, parseSchemaCall } from './call.ts';
import { checkCharset } from './charset-name.ts';
import type { Cursor } from './cursor.ts';
import { intervalCallFollows, intervalUnit } from './interval.ts';
import { decodeDigits, fitsUnsigned, parseInteger } from './literal.ts';
import { parensExpression, parseParens } from './parens.ts';
import { K, T } from './token.ts';

export function parsePrimary(p: Cursor): Expression {
  const pending = p.pending;
  if (pending !== undefined) {
    p.pending = undefined;
    return pending;
  }
  const start = p.start;
  switch (p.kind) {
    case T.IDENTIFIER:
    case T.QUOTED_IDENTIFIER:
      return parseNamed(p);
    case T.INTEGER:
    case T.DECIMAL:
    case T.FLOAT:
      return parseNumber(p);
    case T.STRING:
    case T.NATIONAL_STRING:
    case T.INTRODUCER:
    case T.HEX:
    case T.BIT:
      return parseTextLiteral(p);
    case T.PARAMETER:
      p.advance();
      return { kind: 'parameter', start, end: p.lastEnd, index: p.paramCount++ };
    case T.LEFT_PAREN: {
      const contents = parseParens(p);
      return parensExpression(contents, start, p.lastEnd);
    }
    case T.AT:
      return parseVariable(p);
    case T.LEFT_BRACE:
      return parseOdbcEscape(p);
    case T.DOT:
      return p.fail();
    default:
      return parseKeyword(p);
  }
}

function parseKeyword(p: Cursor): Expression {
  const start = p.start;
  switch (p.kind) {
    case K.NULL:
      p.advance();
      return { kind: 'null', start, end: p.lastEnd };
    case K.TRUE:
    case K.FALSE: {
      const value = p.kind === K.TRUE;
      p.advance();
      return { kind: 'boolean', start, end: p.lastEnd, value };
    }
    case K.CASE:
      return parseCase(p);
    case K.EXISTS: {
      p.advance();
      const query = p.grammar.subquery(p);
      return { kind: 'exists', start, end: p.lastEnd, query };
    }
    case K.ROW:
      if (p.peek(1) === T.LEFT_PAREN) return parseRow(p);
      return p.fail();
    case K.INTERVAL:
      return parseInterval(p);
    case K.DATE:
    case K.TIME:
    case K.TIMESTAMP:
      if (p.peek(1) === T.STRING) return parseTemporal(p);
      break;
    default:
      break;
  }
  const call = CALLS[p.kind];
  if (call !== undefined && (call.bare || p.peek(1) === T.LEFT_PAREN)) return call.parse(p);
  if (p.additions && p.kind === K.NEXT && p.peek(1) === K.VALUE && p.peek(2) === K.FOR) return parseNextValue(p);
  if (p.isName()) return parseNamed(p);
  // a call's keyword without '(': the error is what follows
  if (call !== undefined) p.advance();
  return p.fail();
}

/** NEXT VALUE FOR sequence, which is NEXTVAL(sequence). */
function parseNextValue(p: Cursor): Expression {
  const start = p.start;
  p.expectAll(K.NEXT, K.VALUE, K.FOR);
  const argument = parseNamed(p);
  return {
    kind: 'function',
    start,
    end: p.lastEnd,
    schema: undefined,
    name: 'nextval',
    args: [argument],
    argAliases: [],
  };
}

// ---- names ----

/** A column `[[schema.]table.]name`, with -> or ->>, or a call `[schema.]name(…)`. */
function parseNamed(p: Cursor): Expression {
  const start = p.start;
  const kind = p.kind;
  const first = p.name();
  if (p.kind === T.LEFT_PAREN && (kind === T.IDENTIFIER || kind === T.QUOTED_IDENTIFIER)) {
    return parseGenericCall(p, first, start);
  }
  let column: ColumnReference;
  if (p.kind !== T.DOT) {
    column = { kind: 'column', start, end: p.lastEnd, schema: undefined, table: undefined, name: first };
  } else {
    p.advance();
    const second = p.name();
    if (p.kind === T.LEFT_PAREN) return parseSchemaCall(p, first, second, start);
    if (p.accept(T.DOT)) {
      const name = p.name();
      column = { kind: 'column', start, end: p.lastEnd, schema: first, table: second, name };
    } else {
      column = { kind: 'column', start, end: p.lastEnd, schema: undefined, table: first, name: second };
    }
  }
  if (p.kind !== T.ARROW && p.kind !== T.ARROW_TEXT) return column;
  const unquote = p.kind === T.ARROW_TEXT;
  p.advance();
  if (p.kind !== T.STRING) p.fail();
  const path = plainString(p);
  return { kind: 'json-arrow', start, end: p.lastEnd, column, path, unquote };
}

// ---- literals ----

function parseNumber(p: Cursor): Expression {
  const start = p.start;
  const kind = p.kind;
  const text = p.text();
  p.advance();
  const end = p.lastEnd;
  if (kind === T.FLOAT) return { kind: 'float', start, end, value: Number(text), text };
  if (kind === T.DECIMAL || !fitsUnsigned(text)) return { kind: 'decimal', start, end, text };
  return { kind: 'integer', start, end, value: parseInteger(text) };
}

function plainString(p: Cursor): StringLiteral {
  const start = p.start;
  const value = p.string();
  return { kind: 'string', start, end: p.lastEnd, value, charset: undefined, bytes: undefined, firstPart: value };
}

/** A string or binary literal with an optional introducer; adjacent plain strings are joined to it. */
function parseTextLiteral(p: Cursor): Expression {
  const start = p.start;
  let charset: string | undefined;
  if (p.kind === T.INTRODUCER) {
    charset = checkCharset(p.text().slice(1));
    p.advance();
    if (p.kind !== T.STRING && p.kind !== T.HEX && p.kind !== T.BIT) p.fail();
  }
  if (p.kind === T.HEX || p.kind === T.BIT) {
    const form = p.kind === T.HEX ? 'hex' : 'bit';
    const bytes = decodeDigits(p.text(), form);
    p.advance();
    return { kind: 'bytes', start, end: p.lastEnd, form, bytes, charset };
  }
  if (p.kind === T.NATIONAL_STRING) charset = 'utf8mb3';
  const firstPart = p.stringText();
  p.advance();
  let value = firstPart;
  while (p.kind === T.STRING) value += p.string();
  const bytes = hasEscapedBytes(value) ? encodeEscapedUtf8(value) : undefined;
  return { kind: 'string', start, end: p.lastEnd, value, charset, bytes, firstPart };
}

function parseTemporal(p: Cursor): Expression {
  const start = p.start;
  const type = p.kind === K.DATE ? 'date' : p.kind === K.TIME ? 'time' : 'timestamp';
  p.advance();
  const text = p.string();
  return { kind: 'temporal', start, end: p.lastEnd, type, text };
}

/** ODBC: {d '…'}, {t '…'}, {ts '…'}; any other {word expression} is just the expression. */
function parseOdbcEscape(p: Cursor): Expression {
  const start = p.start;
  p.advance();
  const word = p.isName() ? p.word() : '';
  p.name();
  p.enter();
  const value = p.grammar.expression(p);
  p.leave();
  p.expect(T.RIGHT_BRACE);
  if (value.kind !== 'string') return value;
  const type = word === 'd' ? 'date' : word === 't' ? 'time' : word === 'ts' ? 'timestamp' : undefined;
  if (type === undefined) return value;
  return { kind: 'temporal', start, end: p.lastEnd, type, text: value.value };
}

// ---- variables ----

/** The name after '@': a host-name token, a quoted name or a string. */
export function userVariableName(p: Cursor): string {
  if (p.kind === T.STRING) return p.string();
  if (p.kind !== T.HOSTNAME && p.kind !== T.QUOTED_IDENTIFIER) p.fail();
  const name = p.nameText();
  p.advance();
  return name;
}

function parseVariable(p: Cursor): Expression {
  const start = p.start;
  p.advance();
  if (p.kind === T.AT) {
    p.advance();
    return parseSystemVariable(p, start);
  }
  const name = userVariableName(p);
  if (!p.accept(T.ASSIGN)) return { kind: 'user-variable', start, end: p.lastEnd, name };
  p.enter();
  const value = p.grammar.expression(p);
  p.leave();
  return { kind: 'variable-assignment', start, end: p.lastEnd, name, value };
}

const SCOPES: Readonly<Record<number, VariableScope>> = {
  [K.GLOBAL]: 'global',
  [K.SESSION]: 'session',
  [K.LOCAL]: 'session',
  [K.PERSIST]: 'persist',
  [K.PERSIST_ONLY]: 'persist-only',
};

/** The scope keyword followed by '.', if there is one; consumed. */
export function variableScope(p: Cursor): VariableScope | undefined {
  const scope = SCOPES[p.kind];
  if (scope === undefined || p.peek(1) !== T.DOT) return undefined;
  p.advance();
  p.advance();
  return scope;
}

/** Scope words are no names of variables behind another scope, even where '.' makes them plain names. */
export function isScopeWord(p: Cursor): boolean {
  if (p.kind === T.QUOTED_IDENTIFIER) return false;
  return /^(?:global|session|local|persist|persist_only)$/i.test(p.text());
}

function parseSystemVariable(p: Cursor, start: number): Expression {
  const scope = variableScope(p);
  if (scope !== undefined && isScopeWord(p)) p.fail();
  const first = p.name();
  if (!p.accept(T.DOT))
    return { kind: 'system-variable', start, end: p.lastEnd, scope, component: undefined, name: first };
  const name = p.name();
  return { kind: 'system-variable', start, end: p.lastEnd, scope, component: first, name };
}

// ---- CASE, ROW, INTERVAL ----

function parseCase(p: Cursor): Expression {
  const start = p.start;
  p.advance();
  p.enter();
  const operand = p.kind === K.WHEN ? undefined : p.grammar.expression(p);
  const branches: CaseBranch[] = [];
  do {
    p.expect(K.WHEN);
    const when = p.grammar.expression(p);
    p.expect(K.THEN);
    branches.push({ when, then: p.grammar.expression(p) });
  } while (p.kind === K.WHEN);
  const otherwise = p.accept(K.ELSE) ? p.grammar.expression(p) : undefined;
  p.expect(K.END);
  p.leave();
  return { kind: 'case', start, end: p.lastEnd, operand, branches, otherwise };
}

function parseRow(p: Cursor): Expression {
  const start = p.start;
  p.advance();
  p.expect(T.LEFT_PAREN);
  p.enter();
  const items = [p.grammar.expression(p)];
  if (p.kind !== T.COMMA) p.fail();
  while (p.accept(T.COMMA)) items.push(p.grammar.expression(p));
  p.leave();
  p.expect(T.RIGHT_PAREN);
  return { kind: 'row', start, end: p.lastEnd, items };
}

/** INTERVAL(n, a, b, …), or INTERVAL amount unit + date. */
function parseInterval(p: Cursor): Expression {
  const start = p.start;
  const isCall = intervalCallFollows(p);
  p.advance();
  p.enter();
  if (isCall) {
    const args = p.parenthesised(p.grammar.expression);
    p.leave();
    return { kind: 'function', start, end: p.lastEnd, schema: undefined, name: 'interval', args, argAliases: [] };
  }
  const amount = p.grammar.expression(p);
  const unit = intervalUnit(p);
  p.expect(T.PLUS);
  // the date takes in all operators but AND, OR and XOR
  const date = p.grammar.conjunct(p);
  p.leave();
  return { kind: 'date-arithmetic', start, end: p.lastEnd, operator: '+', date, amount, unit };
}
