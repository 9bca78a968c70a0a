/** ORDER BY items and LIMIT. */
import type { Expression, Limit, OrderItem, SortDirection } from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import type { Cursor } from './cursor.ts';
import { fitsUnsigned } from './literal.ts';
import { K, T } from './token.ts';

export function sortDirection(p: Cursor): SortDirection {
  if (p.accept(K.DESC)) return 'desc';
  p.accept(K.ASC);
  return 'asc';
}

export function orderItem(p: Cursor): OrderItem {
  const expression = p.grammar.expression(p);
  return { expression, direction: sortDirection(p) };
}

/** [ORDER BY …]. */
export function parseOrderBy(p: Cursor): readonly OrderItem[] {
  if (p.kind !== K.ORDER) return [];
  p.advance();
  p.expect(K.BY);
  return p.list(orderItem);
}

/** [LIMIT …]: count, `offset, count` or `count OFFSET offset`. */
export function parseLimit(p: Cursor): Limit | undefined {
  if (p.kind !== K.LIMIT) return undefined;
  p.advance();
  const first = limitOption(p);
  if (p.accept(T.COMMA)) return { count: limitOption(p), offset: first };
  if (p.accept(K.OFFSET)) return { count: first, offset: limitOption(p) };
  return { count: first, offset: undefined };
}

/** [LIMIT count] of UPDATE and DELETE. */
export function parseLimitCount(p: Cursor): Limit | undefined {
  if (p.kind !== K.LIMIT) return undefined;
  p.advance();
  return { count: limitOption(p), offset: undefined };
}

/** An integer, a parameter, or a local variable of a stored program. */
function limitOption(p: Cursor): Expression {
  const start = p.start;
  if (p.kind === T.PARAMETER) {
    p.advance();
    return { kind: 'parameter', start, end: p.lastEnd, index: p.paramCount++ };
  }
  if (p.kind === T.INTEGER) {
    if (!fitsUnsigned(p.text())) p.fail();
    const value = p.integer();
    return { kind: 'integer', start, end: p.lastEnd, value };
  }
  const name = localName(p);
  return { kind: 'column', start, end: p.lastEnd, schema: undefined, table: undefined, name };
}

/** The name of a local variable, which can only be in a stored program. */
export function localName(p: Cursor): string {
  const name = p.name();
  if (!p.inRoutine) throw sqlError('ER_SP_UNDECLARED_VAR', name);
  return name;
}
