/**
 * Calls that are part of the grammar, by keyword; and calls by plain name.
 *
 * `CALLS[token]` reads a call from its keyword on. `bare` ones may stand without parentheses (CURRENT_DATE). Wrong
 * numbers of arguments of grammar functions are syntax errors, those of other functions are found by the binder.
 */
import type { Expression } from '../ast/index.ts';
import { AGGREGATES, countDistinct } from './call-aggregate.ts';
import { SPECIAL_CALLS } from './call-special.ts';
import { WINDOW_CALLS } from './call-window.ts';
import type { Cursor } from './cursor.ts';
import { K, T, TOKEN_KINDS } from './token.ts';

export interface CallSyntax {
  readonly bare: boolean;
  readonly parse: (p: Cursor) => Expression;
}

export const CALLS: (CallSyntax | undefined)[] = new Array<CallSyntax | undefined>(TOKEN_KINDS).fill(undefined);

function define(kind: number, parse: (p: Cursor) => Expression, bare = false): void {
  CALLS[kind] = { bare, parse };
}

/** A node for a plain call. */
export function functionNode(p: Cursor, name: string, args: readonly Expression[], start: number): Expression {
  return { kind: 'function', start, end: p.lastEnd, schema: undefined, name, args, argAliases: [] };
}

/** name(expression, …) with `min` to `max` arguments. */
function fixed(kind: number, name: string, min: number, max: number): void {
  define(kind, (p) => {
    const start = p.start;
    p.advance();
    p.expect(T.LEFT_PAREN);
    p.enter();
    const args: Expression[] = [];
    while (args.length < max) {
      if (args.length > 0 && (args.length < min || p.kind === T.COMMA)) p.expect(T.COMMA);
      else if (args.length >= min && (args.length > 0 || p.kind === T.RIGHT_PAREN)) break;
      args.push(p.grammar.expression(p));
    }
    p.leave();
    p.expect(T.RIGHT_PAREN);
    return functionNode(p, name, args, start);
  });
}

/** name or name(). */
function optionalParens(kind: number, name: string): void {
  define(
    kind,
    (p) => {
      const start = p.start;
      p.advance();
      if (p.accept(T.LEFT_PAREN)) p.expect(T.RIGHT_PAREN);
      return functionNode(p, name, [], start);
    },
    true,
  );
}

/** name, name() or name(digits): fractional seconds. */
export function parseNow(p: Cursor, name: string): Expression {
  const start = p.start;
  p.advance();
  const args: Expression[] = [];
  if (p.accept(T.LEFT_PAREN)) {
    const at = p.start;
    if (p.kind === T.INTEGER) {
      if (Number(p.text()) > 2147483647) p.fail();
      const value = p.integer();
      args.push({ kind: 'integer', start: at, end: p.lastEnd, value });
    }
    p.expect(T.RIGHT_PAREN);
  }
  return functionNode(p, name, args, start);
}

function now(kind: number, name: string): void {
  define(kind, (p) => parseNow(p, name), true);
}

const MANY = 1 << 20;

fixed(K.ASCII, 'ascii', 1, 1);
fixed(K.CHARSET, 'charset', 1, 1);
fixed(K.COALESCE, 'coalesce', 1, MANY);
fixed(K.COLLATION, 'collation', 1, 1);
fixed(K.DATABASE, 'database', 0, 0);
fixed(K.IF, 'if', 3, 3);
fixed(K.FORMAT, 'format', 2, 3);
fixed(K.MICROSECOND, 'microsecond', 1, 1);
fixed(K.MOD, 'mod', 2, 2);
fixed(K.QUARTER, 'quarter', 1, 1);
fixed(K.REPEAT, 'repeat', 2, 2);
fixed(K.REPLACE, 'replace', 3, 3);
fixed(K.REVERSE, 'reverse', 1, 1);
fixed(K.ROW_COUNT, 'row_count', 0, 0);
fixed(K.TRUNCATE, 'truncate', 2, 2);
fixed(K.WEEK, 'week', 1, 2);
fixed(K.DATE, 'date', 1, 1);
fixed(K.DAY, 'dayofmonth', 1, 1);
fixed(K.HOUR, 'hour', 1, 1);
fixed(K.INSERT, 'insert', 4, 4);
fixed(K.LEFT, 'left', 2, 2);
fixed(K.LOG, 'log', 1, 2);
fixed(K.MINUTE, 'minute', 1, 1);
fixed(K.MONTH, 'month', 1, 1);
fixed(K.RIGHT, 'right', 2, 2);
fixed(K.SECOND, 'second', 1, 1);
fixed(K.TIME, 'time', 1, 1);
fixed(K.TIMESTAMP, 'timestamp', 1, 2);
fixed(K.USER, 'user', 0, 0);
fixed(K.YEAR, 'year', 1, 1);
fixed(K.CONTAINS, 'contains', 2, 2);
fixed(K.GEOMETRYCOLLECTION, 'geometrycollection', 0, MANY);
fixed(K.LINESTRING, 'linestring', 1, MANY);
fixed(K.MULTILINESTRING, 'multilinestring', 1, MANY);
fixed(K.MULTIPOINT, 'multipoint', 1, MANY);
fixed(K.MULTIPOLYGON, 'multipolygon', 1, MANY);
fixed(K.POINT, 'point', 2, 2);
fixed(K.POLYGON, 'polygon', 1, MANY);
fixed(K.GROUPING, 'grouping', 1, MANY);
optionalParens(K.CURRENT_USER, 'current_user');
optionalParens(K.CURDATE, 'curdate');
optionalParens(K.UTC_DATE, 'utc_date');
now(K.NOW, 'now');
now(K.CURTIME, 'curtime');
now(K.SYSDATE, 'sysdate');
now(K.UTC_TIME, 'utc_time');
now(K.UTC_TIMESTAMP, 'utc_timestamp');
for (const [kind, parse] of SPECIAL_CALLS) define(kind, parse, kind === K.MATCH);
for (const [kind, parse] of AGGREGATES) define(kind, parse);
for (const [kind, parse] of WINDOW_CALLS) define(kind, parse);

/** `name(args)`; the current token is '('. Arguments may have aliases, for loadable functions. */
export function parseGenericCall(p: Cursor, name: string, start: number): Expression {
  p.advance();
  const args: Expression[] = [];
  let aliases: (string | undefined)[] = [];
  if (p.kind !== T.RIGHT_PAREN) {
    p.enter();
    do {
      args.push(p.grammar.expression(p));
      const alias = argumentAlias(p);
      if (alias !== undefined || aliases.length > 0) {
        if (aliases.length === 0) aliases = args.slice(1).map(() => undefined);
        aliases.push(alias);
      }
    } while (p.accept(T.COMMA));
    p.leave();
  }
  p.expect(T.RIGHT_PAREN);
  if (p.additions && args.length > 0 && name.toLowerCase() === 'approx_count_distinct')
    return countDistinct(p, args, start);
  return {
    kind: 'function',
    start,
    end: p.lastEnd,
    schema: undefined,
    name: name.toLowerCase(),
    args,
    argAliases: aliases,
  };
}

function argumentAlias(p: Cursor): string | undefined {
  if (p.accept(K.AS)) return p.nameOrString();
  if (p.isName() || p.kind === T.STRING) return p.nameOrString();
  return undefined;
}

/** `schema.name(args)`, a stored function; the current token is '('. */
export function parseSchemaCall(p: Cursor, schema: string, name: string, start: number): Expression {
  p.advance();
  p.enter();
  const args = p.kind === T.RIGHT_PAREN ? [] : p.list(p.grammar.expression);
  p.leave();
  p.expect(T.RIGHT_PAREN);
  return { kind: 'function', start, end: p.lastEnd, schema, name, args, argAliases: [] };
}
