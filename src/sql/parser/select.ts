/**
 * Queries: WITH, set operations, SELECT / VALUES / TABLE, ORDER BY, LIMIT, locking, INTO.
 *
 * UNION and EXCEPT associate to the left, INTERSECT binds tighter. ORDER BY and LIMIT belong to the whole query, so
 * an operand that wants its own needs parentheses; what follows them without parentheses is a syntax error.
 */
import type {
  CommonTableExpression,
  Expression,
  GroupBy,
  IntoClause,
  LockingClause,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SelectOptions,
  SetOperation,
  WithClause,
} from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import { CHAIN_MAX, type Cursor, nameOf } from './cursor.ts';
import { parseHints } from './hint.ts';
import { parseInto } from './into.ts';
import { parseTableName } from './name.ts';
import { parseLimit, parseOrderBy } from './order.ts';
import { queryStarts } from './parens.ts';
import { parseFrom } from './table-reference.ts';
import { K, T } from './token.ts';
import { parseWindows } from './window.ts';

/** A query up to its last clause. */
export function parseQuery(p: Cursor): Query {
  return parseQueryWith(p, false);
}

/** A query that is a statement: it may end in INTO. Its WITH, if any, is already parsed. */
export function parseTopQuery(p: Cursor, withClause: WithClause | undefined): Query {
  return parseQueryBehindWith(p, true, withClause);
}

function parseQueryWith(p: Cursor, intoAllowed: boolean): Query {
  p.enter();
  const withClause = p.kind === K.WITH ? parseWith(p) : undefined;
  const query = parseQueryBehindWith(p, intoAllowed, withClause);
  p.leave();
  return query;
}

function parseQueryBehindWith(p: Cursor, intoAllowed: boolean, withClause: WithClause | undefined): Query {
  const start = withClause?.start ?? p.start;
  p.intoAllowed = intoAllowed;
  const body = parseBody(p, parseTerm(p));
  p.intoAllowed = intoAllowed;
  const query = finishQuery(p, body, start, withClause);
  p.intoAllowed = false;
  return query;
}

/** A query whose first operand, in parentheses, is already parsed. */
export function continueQuery(p: Cursor, first: Query): Query {
  return finishQuery(p, parseBody(p, parseIntersections(p, unwrap(first))), first.start, undefined);
}

/** '(' query ')' where INTO may not stand. */
export function parseSubquery(p: Cursor): Query {
  const query = parseQueryParens(p);
  if (query.into !== undefined) throw sqlError('ER_MISPLACED_INTO');
  return query;
}

/** '(' query ')'. */
function parseQueryParens(p: Cursor, intoAllowed = false): Query {
  p.expect(T.LEFT_PAREN);
  if (p.kind !== T.LEFT_PAREN && !queryStarts(p)) p.fail();
  const query = parseQueryWith(p, intoAllowed);
  p.expect(T.RIGHT_PAREN);
  return query;
}

/** A parenthesised query without clauses of its own is just its body. */
function unwrap(query: Query): QueryBody {
  const own =
    query.with !== undefined ||
    query.orderBy.length > 0 ||
    query.limit !== undefined ||
    query.locking.length > 0 ||
    query.into !== undefined;
  return own ? query : query.body;
}

function finishQuery(p: Cursor, body: QueryBody, start: number, withClause: WithClause | undefined): Query {
  const hoisted = takeInto(p, body);
  const orderBy = parseOrderBy(p);
  const limit = parseLimit(p);
  let into = hoisted;
  let locking: readonly LockingClause[] = [];
  const intoAllowed = p.intoAllowed;
  p.intoBeforeFrom = hoisted !== undefined;
  if (p.kind === K.INTO && intoAllowed) into = oneInto(p, into);
  if (p.kind === K.FOR || p.kind === K.LOCK) locking = parseLocking(p);
  if (p.kind === K.INTO && intoAllowed && (into === undefined || into === hoisted)) into = oneInto(p, into);
  const bare = withClause === undefined && orderBy.length === 0 && limit === undefined && locking.length === 0;
  if (bare && into === undefined && body.kind === 'query') return body;
  return { kind: 'query', start, end: p.lastEnd, with: withClause, body, orderBy, limit, locking, into };
}

function oneInto(p: Cursor, earlier: IntoClause | undefined): IntoClause {
  const into = parseInto(p);
  if (earlier !== undefined) throw sqlError('ER_MULTIPLE_INTO_CLAUSES');
  return into;
}

/** The INTO clause written before FROM: it belongs to the whole query, whose last operand that SELECT must be. */
function takeInto(p: Cursor, body: QueryBody): IntoClause | undefined {
  const found = p.selectInto;
  if (found === undefined) return undefined;
  p.selectInto = undefined;
  let last: QueryBody = body;
  while (last.kind === 'set-operation') last = last.right;
  if (last !== found.select) throw sqlError('ER_MISPLACED_INTO');
  return found.into;
}

// ---- WITH ----

export function parseWith(p: Cursor): WithClause {
  const start = p.start;
  p.expect(K.WITH);
  const recursive = p.accept(K.RECURSIVE);
  const tables = p.list(commonTable);
  return { start, end: p.lastEnd, recursive, tables };
}

function commonTable(p: Cursor): CommonTableExpression {
  const name = p.name();
  const columns = p.kind === T.LEFT_PAREN ? p.parenthesised(nameOf) : [];
  p.expect(K.AS);
  return { name, columns, query: parseSubquery(p) };
}

// ---- set operations ----

function parseBody(p: Cursor, first: QueryBody): QueryBody {
  let left = first;
  for (let links = 0; p.kind === K.UNION || p.kind === K.EXCEPT; links++) {
    if (links > CHAIN_MAX) p.failNesting();
    const operator = p.kind === K.UNION ? 'union' : 'except';
    p.advance();
    const distinct = parseSetQuantifier(p);
    left = setOperation(p, operator, distinct, left, parseTerm(p));
  }
  return left;
}

function parseTerm(p: Cursor): QueryBody {
  return parseIntersections(p, parseOperand(p));
}

function parseIntersections(p: Cursor, first: QueryBody): QueryBody {
  let left = first;
  for (let links = 0; p.kind === K.INTERSECT; links++) {
    if (links > CHAIN_MAX) p.failNesting();
    p.advance();
    const distinct = parseSetQuantifier(p);
    left = setOperation(p, 'intersect', distinct, left, parseOperand(p));
  }
  return left;
}

function setOperation(
  p: Cursor,
  operator: SetOperation['operator'],
  distinct: boolean,
  left: QueryBody,
  right: QueryBody,
): SetOperation {
  return { kind: 'set-operation', start: left.start, end: p.lastEnd, operator, distinct, left, right };
}

/** [ALL | DISTINCT]. */
function parseSetQuantifier(p: Cursor): boolean {
  if (p.accept(K.ALL)) return false;
  p.accept(K.DISTINCT);
  return true;
}

function parseOperand(p: Cursor): QueryBody {
  switch (p.kind) {
    case K.SELECT:
      return parseSelect(p);
    case T.LEFT_PAREN:
      return parseParensOperand(p);
    case K.VALUES: {
      const start = p.start;
      p.advance();
      const rows = p.list(valuesRow);
      return { kind: 'values', start, end: p.lastEnd, rows };
    }
    case K.TABLE: {
      const start = p.start;
      p.advance();
      const table = parseTableName(p);
      return { kind: 'table-query', start, end: p.lastEnd, table };
    }
    default:
      return p.fail();
  }
}

/** '(' query ')' as an operand; one with INTO must be the whole statement. */
function parseParensOperand(p: Cursor): QueryBody {
  const query = parseQueryParens(p, p.intoAllowed);
  const whole = p.kind === T.END || p.kind === T.SEMICOLON || p.kind === T.RIGHT_PAREN;
  if (query.into !== undefined && !whole) {
    if (p.intoBeforeFrom) throw sqlError('ER_MISPLACED_INTO');
    p.fail();
  }
  return unwrap(query);
}

function valuesRow(p: Cursor): Expression[] {
  p.expectAll(K.ROW, T.LEFT_PAREN);
  const items = p.kind === T.RIGHT_PAREN ? [] : p.list(p.grammar.value);
  p.expect(T.RIGHT_PAREN);
  return items;
}

// ---- SELECT ----

const NO_OPTIONS: SelectOptions = {
  straightJoin: false,
  highPriority: false,
  smallResult: false,
  bigResult: false,
  bufferResult: false,
  noCache: false,
  calcFoundRows: false,
};

function parseSelect(p: Cursor): Select {
  const start = p.start;
  p.expect(K.SELECT);
  p.intoAllowed = false;
  const hints = parseHints(p);
  const { distinct, options } = parseOptions(p);
  const items = parseItems(p);
  const into: IntoClause | undefined = p.kind === K.INTO ? parseInto(p) : undefined;
  const from = p.kind === K.FROM ? parseFrom(p) : [];
  const where = p.accept(K.WHERE) ? p.grammar.expression(p) : undefined;
  const groupBy = p.kind === K.GROUP ? parseGroupBy(p) : undefined;
  const having = p.accept(K.HAVING) ? p.grammar.expression(p) : undefined;
  const windows = parseWindows(p);
  const qualify = p.accept(K.QUALIFY) ? p.grammar.expression(p) : undefined;
  const select: Select = {
    kind: 'select',
    start,
    end: p.lastEnd,
    distinct,
    options,
    hints,
    items,
    from,
    where,
    groupBy,
    having,
    windows,
    qualify,
  };
  if (into !== undefined) p.selectInto = { select, into };
  return select;
}

function parseOptions(p: Cursor): { distinct: boolean; options: SelectOptions } {
  let distinct = false;
  let all = false;
  let options: { -readonly [Key in keyof SelectOptions]: boolean } | undefined;
  for (;;) {
    const kind = p.kind;
    if (kind === K.DISTINCT || kind === K.ALL) {
      if (kind === K.DISTINCT) distinct = true;
      else all = true;
      if (distinct && all) p.failWrongUsage('ALL', 'DISTINCT');
    } else {
      const option = OPTION_NAMES[kind];
      if (option === undefined) return { distinct, options: options ?? NO_OPTIONS };
      // SQL_NO_CACHE and SQL_BUFFER_RESULT are no reserved words, yet never column names here
      options ??= { ...NO_OPTIONS };
      options[option] = true;
    }
    p.advance();
  }
}

const OPTION_NAMES: Readonly<Record<number, keyof SelectOptions>> = {
  [K.STRAIGHT_JOIN]: 'straightJoin',
  [K.HIGH_PRIORITY]: 'highPriority',
  [K.SQL_SMALL_RESULT]: 'smallResult',
  [K.SQL_BIG_RESULT]: 'bigResult',
  [K.SQL_BUFFER_RESULT]: 'bufferResult',
  [K.SQL_NO_CACHE]: 'noCache',
  [K.SQL_CALC_FOUND_ROWS]: 'calcFoundRows',
};

function parseItems(p: Cursor): SelectItem[] {
  const items: SelectItem[] = [];
  if (p.kind === T.STAR) {
    const start = p.start;
    p.advance();
    items.push({ kind: 'star', start, end: p.lastEnd, schema: undefined, table: undefined });
    if (!p.accept(T.COMMA)) return items;
  }
  do items.push(parseItem(p));
  while (p.accept(T.COMMA));
  return items;
}

function parseItem(p: Cursor): SelectItem {
  const start = p.start;
  if (p.isName() && p.peek(1) === T.DOT) {
    if (p.peek(2) === T.STAR) {
      const table = p.name();
      p.expectAll(T.DOT, T.STAR);
      return { kind: 'star', start, end: p.lastEnd, schema: undefined, table };
    }
    if (p.peek(3) === T.DOT && p.peek(4) === T.STAR) {
      const schema = p.name();
      p.expect(T.DOT);
      const table = p.name();
      p.expectAll(T.DOT, T.STAR);
      return { kind: 'star', start, end: p.lastEnd, schema, table };
    }
  }
  const expression = p.grammar.expression(p);
  const end = p.lastEnd;
  const alias = parseSelectAlias(p);
  return { kind: 'select-expression', start, end, expression, alias, text: p.source.slice(start, end) };
}

function parseSelectAlias(p: Cursor): string | undefined {
  if (p.accept(K.AS)) return p.nameOrString();
  if (p.isName() || p.kind === T.STRING) return p.nameOrString();
  return undefined;
}

function parseGroupBy(p: Cursor): GroupBy {
  p.advance();
  p.expect(K.BY);
  if (p.kind === K.ROLLUP || p.kind === K.CUBE) {
    if (p.peek(1) === T.LEFT_PAREN) {
      const rollup = p.kind === K.CUBE ? 'cube' : 'rollup';
      p.advance();
      return { items: p.parenthesised(p.grammar.expression), rollup };
    }
  }
  const items = p.list(p.grammar.expression);
  const rollup = p.accept2(K.WITH, K.ROLLUP) ? 'rollup' : 'none';
  return { items, rollup };
}

// ---- locking ----

function parseLocking(p: Cursor): LockingClause[] {
  const clauses: LockingClause[] = [];
  for (;;) {
    if (p.accept(K.FOR)) {
      const strength = p.accept(K.UPDATE) ? 'update' : 'share';
      if (strength === 'share') p.expect(K.SHARE);
      const tables = p.accept(K.OF) ? p.list(parseTableName) : [];
      clauses.push({ strength, tables, wait: parseWait(p) });
    } else if (p.accept(K.LOCK)) {
      p.expectAll(K.IN, K.SHARE, K.MODE);
      clauses.push({ strength: 'share', tables: [], wait: undefined });
    } else {
      return clauses;
    }
  }
}

function parseWait(p: Cursor): LockingClause['wait'] {
  if (p.accept(K.NOWAIT)) return 'nowait';
  if (!p.accept(K.SKIP)) return undefined;
  p.expect(K.LOCKED);
  return 'skip-locked';
}
