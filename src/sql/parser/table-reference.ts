/**
 * FROM: tables, derived tables, JSON_TABLE, joins.
 *
 * A join without condition takes the following joins into its right side first and is then pushed down to their
 * leftmost table, so that `a JOIN b JOIN c ON x` reads as `(a JOIN b) JOIN c ON x`, as MySQL reads it.
 */
import type {
  DerivedTable,
  IndexHint,
  JoinTable,
  JsonTable,
  JsonTableColumn,
  Query,
  TableReference,
  TableSample,
  TableSource,
} from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import { collationName } from './charset-name.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { parseDataType } from './data-type.ts';
import { parseJsonOnClauses } from './json-on.ts';
import { parseTableName } from './name.ts';
import { QUERY_CONTINUATION, queryStarts, queryWithoutInto } from './parens.ts';
import { K, T, tokenTable } from './token.ts';

/** FROM DUAL, or FROM list. */
export function parseFrom(p: Cursor): TableReference[] {
  p.expect(K.FROM);
  if (p.accept(K.DUAL)) return [];
  return p.list(parseTableReference);
}

export function parseTableReference(p: Cursor): TableReference {
  return parseJoins(p, parseFactor(p));
}

// ---- joins ----

const JOIN_START = tokenTable([
  [K.JOIN, 1],
  [K.INNER, 1],
  [K.CROSS, 1],
  [K.STRAIGHT_JOIN, 1],
  [K.LEFT, 1],
  [K.RIGHT, 1],
  [K.NATURAL, 1],
]);

/** MySQL joins this many tables; the binder counts them, the parser only bounds the depth of its tree. */
const TABLES_MAX = 61;
const JOINS_MAX = 500;

function parseJoins(p: Cursor, first: TableReference): TableReference {
  let left = first;
  for (let joins = 0; JOIN_START[p.kind] === 1; joins++) {
    if (joins > JOINS_MAX) throw sqlError('ER_TOO_MANY_TABLES', TABLES_MAX);
    if (p.accept(K.NATURAL)) {
      const type = naturalType(p);
      left = joinNode(p, left, parseFactor(p), { type, natural: true });
      continue;
    }
    const type = joinType(p);
    const factor = parseFactor(p);
    p.enter();
    const right = JOIN_START[p.kind] === 1 ? parseJoins(p, factor) : factor;
    p.leave();
    if (p.accept(K.ON)) {
      left = joinNode(p, left, right, { type, on: p.grammar.expression(p) });
    } else if (p.accept(K.USING)) {
      left = joinNode(p, left, right, { type, using: p.parenthesised(nameOf) });
    } else {
      if (type === 'left' || type === 'right') p.fail();
      left = right === factor ? joinNode(p, left, right, { type }) : pushDown(left, right, factor, type);
    }
  }
  return left;
}

function naturalType(p: Cursor): 'inner' | 'left' | 'right' {
  if (p.kind === K.LEFT || p.kind === K.RIGHT) {
    const type = p.kind === K.LEFT ? 'left' : 'right';
    p.advance();
    p.accept(K.OUTER);
    p.expect(K.JOIN);
    return type;
  }
  p.accept(K.INNER);
  p.expect(K.JOIN);
  return 'inner';
}

function joinType(p: Cursor): JoinTable['type'] {
  if (p.accept(K.STRAIGHT_JOIN)) return 'straight';
  if (p.kind === K.LEFT || p.kind === K.RIGHT) {
    const type = p.kind === K.LEFT ? 'left' : 'right';
    p.advance();
    p.accept(K.OUTER);
    p.expect(K.JOIN);
    return type;
  }
  if (!p.accept(K.INNER)) p.accept(K.CROSS);
  p.expect(K.JOIN);
  return 'inner';
}

type JoinParts = Pick<JoinTable, 'type'> & Partial<Pick<JoinTable, 'natural' | 'on' | 'using'>>;

function joinNode(p: Cursor, left: TableReference, right: TableReference, parts: JoinParts): JoinTable {
  return {
    kind: 'join',
    start: left.start,
    end: p.lastEnd,
    type: parts.type,
    natural: parts.natural ?? false,
    left,
    right,
    on: parts.on,
    using: parts.using ?? [],
  };
}

/** Joins `left` to the table `leaf`, which is the leftmost of `tree`. */
function pushDown(
  left: TableReference,
  tree: TableReference,
  leaf: TableReference,
  type: JoinTable['type'],
): TableReference {
  if (tree !== leaf && tree.kind === 'join') {
    return { ...tree, start: left.start, left: pushDown(left, tree.left, leaf, type) };
  }
  return {
    kind: 'join',
    start: left.start,
    end: leaf.end,
    type,
    natural: false,
    left,
    right: leaf,
    on: undefined,
    using: [],
  };
}

// ---- factors ----

function parseFactor(p: Cursor): TableReference {
  switch (p.kind) {
    case T.LEFT_PAREN: {
      const start = p.start;
      const inside = parseTableParens(p);
      return inside.kind === 'query' ? derivedTable(p, inside, start, false) : inside;
    }
    case K.LATERAL: {
      const start = p.start;
      p.advance();
      return derivedTable(p, p.grammar.subquery(p), start, true);
    }
    case K.JSON_TABLE:
      return parseJsonTable(p);
    case T.LEFT_BRACE: {
      p.advance();
      p.expect(K.OJ);
      const table = parseTableReference(p);
      p.expect(T.RIGHT_BRACE);
      return table;
    }
    default:
      return parseTableSource(p);
  }
}

/** '(' … ')': a query (its alias, if any, is outside), or table references. */
function parseTableParens(p: Cursor): Query | TableReference {
  p.expect(T.LEFT_PAREN);
  p.enter();
  const inside = tableParensContents(p);
  p.expect(T.RIGHT_PAREN);
  p.leave();
  return inside;
}

function tableParensContents(p: Cursor): Query | TableReference {
  if (queryStarts(p)) return queryWithoutInto(p);
  let first: TableReference;
  if (p.kind === T.LEFT_PAREN) {
    const start = p.start;
    const inner = parseTableParens(p);
    if (inner.kind === 'query') {
      if (p.kind === T.RIGHT_PAREN) return inner;
      if (QUERY_CONTINUATION[p.kind] === 1) return p.grammar.continueQuery(p, inner);
      first = parseJoins(p, derivedTable(p, inner, start, false));
    } else {
      first = parseJoins(p, inner);
    }
  } else {
    first = parseTableReference(p);
  }
  while (p.accept(T.COMMA)) first = joinNode(p, first, parseTableReference(p), { type: 'inner' });
  return first;
}

function derivedTable(p: Cursor, query: Query, start: number, lateral: boolean): DerivedTable {
  const alias = parseAlias(p);
  const columns = alias !== undefined && p.kind === T.LEFT_PAREN ? p.parenthesised(nameOf) : [];
  return { kind: 'derived-table', start, end: p.lastEnd, lateral, query, alias, columns };
}

/** [[AS] name]. */
export function parseAlias(p: Cursor): string | undefined {
  if (p.accept(K.AS)) return p.name();
  return p.isName() ? p.name() : undefined;
}

function parseTableSource(p: Cursor): TableSource {
  const { schema, name, start } = parseTableName(p);
  const partitions = parsePartitionList(p);
  let isStale = p.kind === K.AS && parseAsOf(p);
  const alias = isStale ? undefined : parseAlias(p);
  if (!isStale && p.kind === K.AS) isStale = parseAsOf(p);
  const sampledFirst = p.accept(K.TABLESAMPLE) ? parseSample(p) : undefined;
  const indexHints: readonly IndexHint[] = parseIndexHints(p);
  const tableSample = sampledFirst ?? (p.accept(K.TABLESAMPLE) ? parseSample(p) : undefined);
  const source: TableSource = {
    kind: 'table',
    start,
    end: p.lastEnd,
    schema,
    name,
    alias,
    partitions,
    indexHints,
    tableSample,
  };
  return isStale ? { ...source, isStale } : source;
}

/** [AS OF TIMESTAMP moment]: TiDB's stale read. The moment is kept for the statement. */
function parseAsOf(p: Cursor): boolean {
  if (p.kind !== K.AS || p.peek(1) !== K.OF || !p.additions) return false;
  p.expectAll(K.AS, K.OF, K.TIMESTAMP);
  p.asOf.push(p.grammar.bitExpression(p));
  return true;
}

/** [PARTITION (names)]. */
export function parsePartitionList(p: Cursor): readonly string[] {
  return p.accept(K.PARTITION) ? p.parenthesised(nameOf) : [];
}

function parseSample(p: Cursor): TableSample {
  if (p.additions && p.acceptWord('regions')) {
    p.expectAll(T.LEFT_PAREN, T.RIGHT_PAREN);
    return { method: 'regions' };
  }
  const method = p.accept(K.SYSTEM) ? 'system' : 'bernoulli';
  if (method === 'bernoulli') p.expect(K.BERNOULLI);
  p.expect(T.LEFT_PAREN);
  const percentage = p.grammar.bitExpression(p);
  p.expect(T.RIGHT_PAREN);
  return { method, percentage };
}

const NO_HINTS: readonly IndexHint[] = [];

/** USE|FORCE|IGNORE INDEX … after a table. */
export function parseIndexHints(p: Cursor): readonly IndexHint[] {
  if (p.kind !== K.USE && p.kind !== K.FORCE && p.kind !== K.IGNORE) return NO_HINTS;
  const hints: IndexHint[] = [];
  while (p.kind === K.USE || p.kind === K.FORCE || p.kind === K.IGNORE) {
    const action = p.kind === K.USE ? 'use' : p.kind === K.FORCE ? 'force' : 'ignore';
    p.advance();
    if (!p.accept(K.INDEX)) p.expect(K.KEY);
    const scope = hintScope(p);
    p.expect(T.LEFT_PAREN);
    const empty = action === 'use' && p.kind === T.RIGHT_PAREN;
    const indexes = empty ? [] : p.list(indexName);
    p.expect(T.RIGHT_PAREN);
    hints.push({ action, scope, indexes });
  }
  return hints;
}

function hintScope(p: Cursor): IndexHint['scope'] {
  if (!p.accept(K.FOR)) return undefined;
  if (p.accept(K.JOIN)) return 'join';
  const scope = p.accept(K.ORDER) ? 'order by' : 'group by';
  if (scope === 'group by') p.expect(K.GROUP);
  p.expect(K.BY);
  return scope;
}

/** The name of an index, or PRIMARY. */
export function indexName(p: Cursor): string {
  if (p.accept(K.PRIMARY)) return 'PRIMARY';
  return p.name();
}

// ---- JSON_TABLE ----

function parseJsonTable(p: Cursor): JsonTable {
  const start = p.start;
  p.advance();
  p.expect(T.LEFT_PAREN);
  p.enter();
  const document = p.grammar.expression(p);
  p.expect(T.COMMA);
  const path = jsonPath(p);
  const columns = parseJsonColumns(p);
  p.leave();
  p.expect(T.RIGHT_PAREN);
  return { kind: 'json-table', start, end: p.lastEnd, document, path, columns, alias: parseAlias(p) };
}

/** A string literal; an introducer does not change a path. */
function jsonPath(p: Cursor): string {
  p.accept(T.INTRODUCER);
  return p.string();
}

function parseJsonColumns(p: Cursor): JsonTableColumn[] {
  p.expect(K.COLUMNS);
  p.enter();
  const columns = p.parenthesised(jsonColumn);
  p.leave();
  return columns;
}

function jsonColumn(p: Cursor): JsonTableColumn {
  if (p.accept(K.NESTED)) {
    p.expect(K.PATH);
    const path = jsonPath(p);
    return { kind: 'nested', path, columns: parseJsonColumns(p) };
  }
  const name = p.name();
  if (p.accept(K.FOR)) {
    p.expect(K.ORDINALITY);
    return { kind: 'ordinality', name };
  }
  let type = parseDataType(p);
  if (p.accept(K.COLLATE)) type = { ...type, collation: collationName(p) };
  const exists = p.accept(K.EXISTS);
  p.expect(K.PATH);
  const path = jsonPath(p);
  const on = exists ? parseJsonOnClauses(p) : parseJsonOnClauses(p, true);
  return { kind: 'path', name, type, exists, path, onEmpty: on.onEmpty, onError: on.onError };
}
