/**
 * Entry points: one statement from a text, or the next of several.
 *
 * The text is trimmed as MySQL's server does before it reads (white space at both ends, ';' at the end), so offsets in
 * the tree are those of the given text and lines are counted from the statement's first character.
 */
import type { Query, Statement } from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import { Cursor } from './cursor.ts';
import { parseBit, parseConjunct, parseExpression, parseValue } from './expression.ts';
import { parsePrimary } from './primary.ts';
import { continueQuery, parseQuery, parseSubquery } from './select.ts';
import { parserMode } from './sql-mode.ts';
import { parseStatement, startsStatement } from './statement.ts';
import { T } from './token.ts';
import type { Expression } from '../ast/index.ts';

export interface ParseOptions {
  /** The session's @@sql_mode. */
  readonly sqlMode?: string;
  /** Offset to start at; default 0. */
  readonly from?: number;
  /** Stop behind the first ';' instead of rejecting what follows it; default false. */
  readonly multi?: boolean;
  /** Whether '?' is a parameter (prepared statements); default true. */
  readonly parameters?: boolean;
  /** Whether what TiDB adds to MySQL's grammar is understood; default true. */
  readonly additions?: boolean;
}

export interface ParseResult {
  readonly statement: Statement;
  readonly paramCount: number;
  /** Offset behind the statement and its ';'. */
  readonly end: number;
  /** Notes about optimizer hints that were dropped. */
  readonly warnings: readonly string[];
}

const NO_WARNINGS: readonly string[] = [];

function makeCursor(): Cursor {
  const cursor = new Cursor();
  cursor.grammar = {
    expression: parseExpression,
    conjunct: parseConjunct,
    bitExpression: parseBitExpression,
    primary: parsePrimary,
    value: parseValue,
    query: parseQuery,
    subquery: parseSubquery,
    continueQuery,
    statement: parseStatement,
    startsStatement,
  };
  return cursor;
}

function parseBitExpression(p: Cursor): Expression {
  return parseBit(p, 0);
}

const cursor = makeCursor();

function isBlank(charCode: number): boolean {
  return charCode === 32 || (charCode >= 9 && charCode <= 13);
}

function begin(sql: string, options: ParseOptions): void {
  let from = options.from ?? 0;
  let limit = sql.length;
  while (from < limit && isBlank(sql.charCodeAt(from))) from++;
  while (limit > from && (isBlank(sql.charCodeAt(limit - 1)) || sql.charCodeAt(limit - 1) === 59)) limit--;
  cursor.lexer.mode = parserMode(options.sqlMode ?? '');
  cursor.additions = options.additions ?? true;
  cursor.lexer.additions = cursor.additions;
  cursor.lexer.allowParameters = options.parameters ?? true;
  cursor.lexer.open(sql, from, limit);
  cursor.open(from);
}

/** Parses one statement. Throws SqlError: 1064 with MySQL's text, 1065 when there is nothing, and the grammar's others. */
export function parse(sql: string, options: ParseOptions = {}): ParseResult {
  begin(sql, options);
  if (cursor.kind === T.END) return nothing(sql, options);
  const statement = parseStatement(cursor);
  let end = cursor.lastEnd;
  if (cursor.kind === T.SEMICOLON) {
    end = cursor.start + 1;
    if (options.multi !== true) {
      cursor.advance();
      if (cursor.kind !== T.END) cursor.fail();
    }
  } else if (cursor.kind !== T.END) {
    cursor.fail();
  }
  if (cursor.kind === T.END) end = sql.length;
  const warnings = cursor.warnings.length === 0 ? NO_WARNINGS : cursor.warnings;
  return { statement, paramCount: cursor.paramCount, end, warnings };
}

/** A query of comments does nothing; one without anything, and a statement to prepare, is refused. */
function nothing(sql: string, { from = 0, parameters }: ParseOptions): ParseResult {
  if (parameters !== false || /^[\s;]*$/.test(sql.slice(from))) throw sqlError('ER_EMPTY_QUERY');
  const end = sql.length;
  return { statement: { kind: 'do', start: from, end, items: [] }, paramCount: 0, end, warnings: NO_WARNINGS };
}

/** All statements of a text, in order; stops (and throws) at the first that is wrong. */
export function parseAll(sql: string, options: ParseOptions = {}): ParseResult[] {
  const results: ParseResult[] = [];
  let from = options.from ?? 0;
  while (!isEmptyFrom(sql, from)) {
    const result = parse(sql, { ...options, from, multi: true });
    results.push(result);
    from = result.end;
  }
  return results;
}

/** Whether only white space, comments and ';' are left from `from` on. */
export function isEmptyFrom(sql: string, from: number): boolean {
  begin(sql, { from });
  return cursor.kind === T.END;
}

/** Parses a stand-alone expression: a persisted default, check or generated column. */
export function parseExpressionText(text: string, options: ParseOptions = {}): Expression {
  begin(text, options);
  const expression = parseExpression(cursor);
  if (cursor.kind !== T.END) cursor.fail();
  return expression;
}

/** A stored query (a view's body). */
export function parseQueryText(sql: string): Query {
  const { statement } = parse(sql);
  if (statement.kind !== 'query') throw sqlError('ER_PARSE_ERROR', 'a query was expected', sql.slice(0, 80), 1);
  return statement;
}
