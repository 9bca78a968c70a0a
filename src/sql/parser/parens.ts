/**
 * '(' in an expression: a list of expressions, or a query. Which one is known only behind the inner parentheses of
 * `((SELECT 1) + 1)` and `((SELECT 1) UNION SELECT 2)`, so the inner part is parsed first and then continued either way.
 */
import type { Expression, Query } from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import type { Cursor } from './cursor.ts';
import { K, T, tokenTable } from './token.ts';

/** Tokens that continue a parenthesised query. */
export const QUERY_CONTINUATION = tokenTable([
  [K.UNION, 1],
  [K.EXCEPT, 1],
  [K.INTERSECT, 1],
  [K.ORDER, 1],
  [K.LIMIT, 1],
  [K.FOR, 1],
  [K.LOCK, 1],
  [K.INTO, 1],
]);

/** Whether a query begins at the current token (parentheses aside). */
export function queryStarts(p: Cursor, distance = 0): boolean {
  const kind = distance === 0 ? p.kind : p.peek(distance);
  if (kind === K.SELECT || kind === K.WITH || kind === K.TABLE) return true;
  return kind === K.VALUES && p.peek(distance + 1) === K.ROW;
}

/** '(' … ')': the query inside, or the expressions (at least one). */
export function parseParens(p: Cursor): Query | Expression[] {
  p.expect(T.LEFT_PAREN);
  p.enter();
  const contents = parseContents(p);
  p.expect(T.RIGHT_PAREN);
  p.leave();
  return contents;
}

/** A query as an operand: INTO before its FROM is out of place. */
export function queryWithoutInto(p: Cursor): Query {
  const query = p.grammar.query(p);
  if (query.into !== undefined) throw sqlError('ER_MISPLACED_INTO');
  return query;
}

function parseContents(p: Cursor): Query | Expression[] {
  if (queryStarts(p)) return queryWithoutInto(p);
  if (p.kind === T.LEFT_PAREN) {
    const start = p.start;
    const inner = parseParens(p);
    if (!Array.isArray(inner)) {
      if (p.kind === T.RIGHT_PAREN) return inner;
      if (QUERY_CONTINUATION[p.kind] === 1) return p.grammar.continueQuery(p, inner);
    }
    p.pending = parensExpression(inner, start, p.lastEnd);
  }
  return p.list(p.grammar.expression);
}

/** The operand that parentheses make: a subquery, a row, or just what is inside. */
export function parensExpression(contents: Query | Expression[], start: number, end: number): Expression {
  if (!Array.isArray(contents)) return { kind: 'subquery', start, end, query: contents };
  const first = contents[0] as Expression;
  return contents.length === 1 ? first : { kind: 'row', start, end, items: contents };
}
