/**
 * The parser's place in the token stream, with the small vocabulary all families use: accept, expect, names, numbers,
 * strings, lists, and MySQL's syntax error at the current token.
 *
 * One cursor is reused for all statements (parsing is synchronous and never re-entered). Families are free functions
 * that take it; those that would need each other in a circle go through `grammar`.
 */
import type { Expression, IntoClause, Query, Select, Statement } from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import { Lexer } from './lexer.ts';
import { decodeDigits, decodeName, decodeString, parseInteger } from './literal.ts';
import { IS_IDENTIFIER, K, T } from './token.ts';

/** Entry points that families need of each other without importing each other. */
export interface Grammar {
  expression(p: Cursor): Expression;
  /** An expression without AND, OR, XOR outside of parentheses. */
  conjunct(p: Cursor): Expression;
  /** MySQL's bit_expr: no comparisons, no AND. */
  bitExpression(p: Cursor): Expression;
  /** An operand without operators. */
  primary(p: Cursor): Expression;
  /** An expression, or the keyword DEFAULT. */
  value(p: Cursor): Expression;
  /** A query without parentheses around it: SELECT …, WITH …, VALUES …, TABLE … or a parenthesised one that goes on. */
  query(p: Cursor): Query;
  /** '(' query ')' as a subquery; the current token is '('. */
  subquery(p: Cursor): Query;
  /** What follows a parenthesised query that turned out to be the first operand of a larger one. */
  continueQuery(p: Cursor, first: Query): Query;
  statement(p: Cursor): Statement;
  startsStatement(kind: number): boolean;
}

/** Nested constructs (parentheses, subqueries, calls, CASE, blocks). MySQL's own limit is its thread stack. */
export const NESTING_MAX = 400;
/** Operators applied one after another to the left (a + b + c …), UNIONs in a row. */
export const CHAIN_MAX = 2000;
const NEAR_BYTES_MAX = 80;
const SYNTAX_MESSAGE =
  'You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use';

/** The text from `offset` on, as far as 80 bytes of UTF-8 go; characters beyond the basic plane print as '?'. */
function nearText(source: string, offset: number, limit: number): string {
  let near = '';
  let bytes = 0;
  for (const character of source.slice(offset, Math.min(limit, offset + NEAR_BYTES_MAX))) {
    const code = character.codePointAt(0) as number;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes + size > NEAR_BYTES_MAX) break;
    bytes += size;
    near += size === 4 ? '?' : character;
  }
  return near;
}

export class Cursor {
  readonly lexer = new Lexer();
  grammar!: Grammar;
  /** Kind of the current token. */
  kind: number = T.END;
  /** Its index in the lexer's arrays. */
  index = 0;
  /** Where the statement begins: lines are counted from here. */
  origin = 0;
  paramCount = 0;
  /** An operand that was parsed before it was known to begin an expression: the next primary. */
  pending: Expression | undefined = undefined;
  /** INTO written between a SELECT's items and its FROM, until the query takes it over. */
  selectInto: { readonly select: Select; readonly into: IntoClause } | undefined = undefined;
  /** The query being parsed is a statement, which may end in INTO. */
  intoAllowed = false;
  /** The query parsed last had its INTO before FROM (or no FROM). */
  intoBeforeFrom = false;
  depth = 0;
  /** Inside a stored program's body, where more kinds of statement and local names are allowed. */
  inRoutine = false;
  warnings: string[] = [];
  /** Whether what TiDB adds to MySQL's grammar is understood. */
  additions = true;
  /** Moments of AS OF TIMESTAMP seen in the statement. */
  asOf: Expression[] = [];

  open(origin: number): void {
    this.origin = origin;
    this.index = 0;
    this.paramCount = 0;
    this.depth = 0;
    this.pending = undefined;
    this.selectInto = undefined;
    this.intoAllowed = false;
    this.inRoutine = false;
    if (this.warnings.length > 0) this.warnings = [];
    if (this.asOf.length > 0) this.asOf = [];
    this.lexer.read();
    this.kind = this.lexer.kinds[0] as number;
  }

  get source(): string {
    return this.lexer.source;
  }

  // ---- moving ----

  advance(): void {
    const index = ++this.index;
    if (index === this.lexer.count) this.lexer.read();
    this.kind = this.lexer.kinds[index] as number;
  }

  /** Kind of the token `distance` ahead of the current one. */
  peek(distance: number): number {
    const index = this.index + distance;
    while (index >= this.lexer.count) {
      if (this.lexer.count > 0 && this.lexer.kinds[this.lexer.count - 1] === T.END) return T.END;
      this.lexer.read();
    }
    return this.lexer.kinds[index] as number;
  }

  /** Goes back to a token seen before. */
  rewind(index: number): void {
    this.index = index;
    this.kind = this.lexer.kinds[index] as number;
  }

  /** Continues behind text that is not made of tokens. */
  resumeAt(offset: number): void {
    this.lexer.resume(this.index, offset);
    this.kind = this.lexer.kinds[this.index] as number;
  }

  /** Offset where the current token begins. */
  get start(): number {
    return this.lexer.starts[this.index] as number;
  }

  /** Offset where the token before the current one ends: the end of what has been parsed. */
  get lastEnd(): number {
    return this.index === 0 ? this.start : (this.lexer.ends[this.index - 1] as number);
  }

  /** Source text of the current token. */
  text(): string {
    return this.source.slice(this.start, this.lexer.ends[this.index] as number);
  }

  accept(kind: number): boolean {
    if (this.kind !== kind) return false;
    this.advance();
    return true;
  }

  /** Accepts two keywords in a row or nothing. */
  accept2(first: number, second: number): boolean {
    if (this.kind !== first || this.peek(1) !== second) return false;
    this.advance();
    this.advance();
    return true;
  }

  expect(kind: number): void {
    if (this.kind !== kind) this.fail();
    this.advance();
  }

  /** Expects several tokens in a row. */
  expectAll(...kinds: number[]): void {
    for (const kind of kinds) this.expect(kind);
  }

  // ---- errors ----

  /** The syntax error of MySQL at the current token. */
  fail(): never {
    this.failAt(this.start);
  }

  failAt(offset: number, message = SYNTAX_MESSAGE): never {
    const near = nearText(this.source, offset, this.lexer.limit);
    let line = 1;
    for (let at = this.origin; at < offset; at++) if (this.source.charCodeAt(at) === 10) line++;
    throw sqlError('ER_PARSE_ERROR', message, near, line);
  }

  /** Enters a nested construct; pair with `leave`. */
  enter(): void {
    if (++this.depth > NESTING_MAX) this.failNesting();
  }

  leave(): void {
    this.depth--;
  }

  failWrongUsage(first: string, second: string): never {
    throw sqlError('ER_WRONG_USAGE', first, second);
  }

  failNesting(): never {
    throw sqlError('ER_STACK_OVERRUN_NEED_MORE', NESTING_MAX, NESTING_MAX, 1);
  }

  // ---- names ----

  isName(): boolean {
    return IS_IDENTIFIER[this.kind] === 1;
  }

  /** An identifier: quoted or not, or a keyword that is not reserved. */
  name(): string {
    if (IS_IDENTIFIER[this.kind] !== 1) this.fail();
    const value = this.nameText();
    this.advance();
    return value;
  }

  /** Text of the current token read as a name. */
  nameText(): string {
    const start = this.start;
    const end = this.lexer.ends[this.index] as number;
    return this.kind === T.QUOTED_IDENTIFIER ? decodeName(this.source, start, end) : this.source.slice(start, end);
  }

  /** Text of the current keyword or name in lower case. */
  word(): string {
    return this.nameText().toLowerCase();
  }

  /** A name or a string literal. */
  nameOrString(): string {
    if (this.kind === T.STRING) return this.string();
    return this.name();
  }

  /** True when the current token is the unquoted word `word` (lower case), keyword or not. */
  isWord(word: string): boolean {
    if (this.kind === T.QUOTED_IDENTIFIER || (this.kind < K.ABSENT && this.kind !== T.IDENTIFIER)) return false;
    return (this.lexer.ends[this.index] as number) - this.start === word.length && this.text().toLowerCase() === word;
  }

  acceptWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.advance();
    return true;
  }

  // ---- literals ----

  /** A plain string literal ('…' or "…", no introducer, not joined). */
  string(): string {
    if (this.kind !== T.STRING) this.fail();
    const value = this.stringText();
    this.advance();
    return value;
  }

  stringText(): string {
    return decodeString(
      this.source,
      this.start,
      this.lexer.ends[this.index] as number,
      this.lexer.mode.noBackslashEscapes,
    );
  }

  /** A hexadecimal or bit literal read as text, one character per byte. */
  digitsText(): string {
    if (this.kind !== T.HEX && this.kind !== T.BIT) this.fail();
    const bytes = decodeDigits(this.text(), this.kind === T.HEX ? 'hex' : 'bit');
    this.advance();
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }

  /** An unsigned integer literal. */
  integer(): number | bigint {
    if (this.kind !== T.INTEGER) this.fail();
    const value = parseInteger(this.text());
    this.advance();
    return value;
  }

  /** An unsigned integer as options have it: of a decimal or float the digits before the point count. */
  wholeNumber(): number | bigint {
    if (this.kind === T.HEX) return this.number();
    if (this.kind !== T.DECIMAL && this.kind !== T.FLOAT) return this.integer();
    const digits = /^\d*/.exec(this.text())?.[0] ?? '';
    this.advance();
    return parseInteger(digits === '' ? '0' : digits);
  }

  /** An unsigned integer or hexadecimal literal as a number (rounded when beyond 2^53). */
  number(): number {
    if (this.kind === T.HEX) {
      const value = decodeDigits(this.text(), 'hex').reduce((sum, byte) => sum * 256 + byte, 0);
      this.advance();
      return value;
    }
    return Number(this.integer());
  }

  /** Comma-separated items, at least one. */
  list<Item>(item: (p: Cursor) => Item): Item[] {
    const items = [item(this)];
    while (this.accept(T.COMMA)) items.push(item(this));
    return items;
  }

  /** '(' items ')'. */
  parenthesised<Item>(item: (p: Cursor) => Item): Item[] {
    this.expect(T.LEFT_PAREN);
    const items = this.list(item);
    this.expect(T.RIGHT_PAREN);
    return items;
  }
}

export function nameOf(p: Cursor): string {
  return p.name();
}
