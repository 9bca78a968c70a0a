/** INSERT and REPLACE. */
import type { Assignment, ColumnReference, Expression, Insert, Query } from '../ast/index.ts';
import { parseAssignments } from './assignment.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { parseHints } from './hint.ts';
import { parseColumn, parseTableName } from './name.ts';
import { queryStarts } from './parens.ts';
import { parsePartitionList } from './table-reference.ts';
import { K, T } from './token.ts';

export function parseInsert(p: Cursor): Insert {
  const start = p.start;
  const replace = p.kind === K.REPLACE;
  p.advance();
  const hints = parseHints(p);
  const priority = parsePriority(p, replace);
  const ignore = !replace && p.accept(K.IGNORE);
  p.accept(K.INTO);
  const table = parseTableName(p);
  const partitions = parsePartitionList(p);
  const source = parseSource(p);
  let rowAlias: string | undefined;
  let rowAliasColumns: readonly string[] = [];
  let onDuplicate: readonly Assignment[] = [];
  if (!replace) {
    if (source.query === undefined && p.accept(K.AS)) {
      rowAlias = p.name();
      if (p.kind === T.LEFT_PAREN) rowAliasColumns = p.parenthesised(nameOf);
    }
    if (p.accept(K.ON)) {
      p.expectAll(K.DUPLICATE, K.KEY, K.UPDATE);
      onDuplicate = parseAssignments(p);
    }
  }
  return {
    kind: 'insert',
    start,
    end: p.lastEnd,
    replace,
    hints,
    priority,
    ignore,
    table,
    partitions,
    columns: source.columns,
    rows: source.rows,
    query: source.query,
    rowAlias,
    rowAliasColumns,
    onDuplicate,
  };
}

function parsePriority(p: Cursor, replace: boolean): Insert['priority'] {
  if (p.accept(K.LOW_PRIORITY)) return 'low';
  if (p.accept(K.DELAYED)) return 'delayed';
  return !replace && p.accept(K.HIGH_PRIORITY) ? 'high' : undefined;
}

interface InsertSource {
  readonly columns: readonly ColumnReference[] | undefined;
  readonly rows: readonly (readonly Expression[])[] | undefined;
  readonly query: Query | undefined;
}

/** SET a = 1, …; or [(columns)] and VALUES or a query. */
function parseSource(p: Cursor): InsertSource {
  if (p.accept(K.SET)) {
    const assignments = parseAssignments(p);
    return {
      columns: assignments.map((assignment) => assignment.column),
      rows: [assignments.map((assignment) => assignment.value)],
      query: undefined,
    };
  }
  let columns: ColumnReference[] | undefined;
  if (p.kind === T.LEFT_PAREN && !queryInParens(p)) {
    p.advance();
    columns = p.kind === T.RIGHT_PAREN ? [] : p.list(parseColumn);
    p.expect(T.RIGHT_PAREN);
  }
  const isValues = p.kind === K.VALUE || (p.kind === K.VALUES && p.peek(1) !== K.ROW);
  if (!isValues) {
    if (p.kind !== T.LEFT_PAREN && !queryStarts(p)) p.fail();
    return { columns, rows: undefined, query: p.grammar.query(p) };
  }
  p.advance();
  return { columns, rows: p.list(valuesRow), query: undefined };
}

/** At '(': whether a query stands behind it and any further parentheses. */
export function queryInParens(p: Cursor): boolean {
  let distance = 0;
  while (p.peek(distance) === T.LEFT_PAREN) distance++;
  return queryStarts(p, distance);
}

function valuesRow(p: Cursor): Expression[] {
  p.expect(T.LEFT_PAREN);
  const row = p.kind === T.RIGHT_PAREN ? [] : p.list(p.grammar.value);
  p.expect(T.RIGHT_PAREN);
  return row;
}
