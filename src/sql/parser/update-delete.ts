/** UPDATE and DELETE, of one table or several. */
import type { Delete, TableName, TableReference, Update, WithClause } from '../ast/index.ts';
import { parseAssignments } from './assignment.ts';
import type { Cursor } from './cursor.ts';
import { parseHints } from './hint.ts';
import { parseTableNameWithStar } from './name.ts';
import { parseLimitCount, parseOrderBy } from './order.ts';
import { parseAlias, parsePartitionList, parseTableReference } from './table-reference.ts';
import { K, T } from './token.ts';

export function parseUpdate(p: Cursor, start: number, withClause: WithClause | undefined): Update {
  p.expect(K.UPDATE);
  const hints = parseHints(p);
  const lowPriority = p.accept(K.LOW_PRIORITY);
  const ignore = p.accept(K.IGNORE);
  const tables = p.list(parseTableReference);
  p.expect(K.SET);
  const assignments = parseAssignments(p);
  const where = p.accept(K.WHERE) ? p.grammar.expression(p) : undefined;
  const orderBy = parseOrderBy(p);
  const limit = parseLimitCount(p);
  return {
    kind: 'update',
    start,
    end: p.lastEnd,
    with: withClause,
    hints,
    lowPriority,
    ignore,
    tables,
    assignments,
    where,
    orderBy,
    limit,
  };
}

type DeleteHead = Pick<Delete, 'start' | 'with' | 'hints' | 'lowPriority' | 'quick' | 'ignore'>;

export function parseDelete(p: Cursor, start: number, withClause: WithClause | undefined): Delete {
  p.expect(K.DELETE);
  const hints = parseHints(p);
  let lowPriority = false;
  let quick = false;
  let ignore = false;
  for (;;) {
    if (p.accept(K.LOW_PRIORITY)) lowPriority = true;
    else if (p.accept(K.QUICK)) quick = true;
    else if (p.accept(K.IGNORE)) ignore = true;
    else break;
  }
  const head: DeleteHead = { start, with: withClause, hints, lowPriority, quick, ignore };
  if (!p.accept(K.FROM)) {
    const targets = p.list(parseTableNameWithStar);
    p.expect(K.FROM);
    return multiTableDelete(p, head, targets);
  }
  const firstIndex = p.index;
  const targets = p.list(parseTableNameWithStar);
  const starred = p.lexer.kinds[p.index - 1] === T.STAR;
  if (targets.length > 1 || starred || p.kind === K.USING) {
    p.expect(K.USING);
    return multiTableDelete(p, head, targets);
  }
  p.rewind(firstIndex);
  return singleTableDelete(p, head);
}

function multiTableDelete(p: Cursor, head: DeleteHead, targets: readonly TableName[]): Delete {
  const from = p.list(parseTableReference);
  const where = p.accept(K.WHERE) ? p.grammar.expression(p) : undefined;
  return { kind: 'delete', end: p.lastEnd, ...head, targets, from, where, orderBy: [], limit: undefined };
}

function singleTableDelete(p: Cursor, head: DeleteHead): Delete {
  const table = parseTableNameWithStar(p);
  const alias = parseAlias(p);
  const partitions = parsePartitionList(p);
  const from: TableReference = {
    kind: 'table',
    start: table.start,
    end: p.lastEnd,
    schema: table.schema,
    name: table.name,
    alias,
    partitions,
    indexHints: [],
    tableSample: undefined,
  };
  const where = p.accept(K.WHERE) ? p.grammar.expression(p) : undefined;
  const orderBy = parseOrderBy(p);
  const limit = parseLimitCount(p);
  return { kind: 'delete', end: p.lastEnd, ...head, targets: undefined, from: [from], where, orderBy, limit };
}
