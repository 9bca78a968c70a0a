/** CALL, DO, HANDLER, IMPORT TABLE. */
import type { Call, Do, Expression, Handler, ImportTable } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { parseObjectName, parseTableName } from './name.ts';
import { parseLimit } from './order.ts';
import { indexName } from './table-reference.ts';
import { K, T } from './token.ts';

export function parseCall(p: Cursor): Call {
  const start = p.start;
  p.advance();
  const procedure = parseObjectName(p);
  let args: readonly Expression[] = [];
  if (p.accept(T.LEFT_PAREN)) {
    if (p.kind !== T.RIGHT_PAREN) args = p.list(p.grammar.expression);
    p.expect(T.RIGHT_PAREN);
  }
  return { kind: 'call', start, end: p.lastEnd, procedure, args };
}

export function parseDo(p: Cursor): Do {
  const start = p.start;
  p.advance();
  const items = p.list(doItem);
  return { kind: 'do', start, end: p.lastEnd, items };
}

/** An expression; an alias is allowed and means nothing. */
function doItem(p: Cursor): Expression {
  const expression = p.grammar.expression(p);
  if (p.accept(K.AS) || p.isName() || p.kind === T.STRING) p.nameOrString();
  return expression;
}

const POSITIONS: Readonly<Record<number, Handler['position']>> = {
  [K.FIRST]: 'first',
  [K.NEXT]: 'next',
  [K.PREV]: 'prev',
  [K.LAST]: 'last',
  [T.EQ]: '=',
  [T.LE]: '<=',
  [T.GE]: '>=',
  [T.LT]: '<',
  [T.GT]: '>',
};

export function parseHandler(p: Cursor): Handler {
  const start = p.start;
  p.advance();
  const table = parseTableName(p);
  const empty = {
    alias: undefined,
    index: undefined,
    position: undefined,
    key: [],
    where: undefined,
    limit: undefined,
  };
  if (p.accept(K.OPEN)) {
    const alias = p.accept(K.AS) || p.isName() ? p.name() : undefined;
    return { kind: 'handler', start, end: p.lastEnd, table, action: 'open', ...empty, alias };
  }
  if (p.accept(K.CLOSE)) return { kind: 'handler', start, end: p.lastEnd, table, action: 'close', ...empty };
  p.expect(K.READ);
  const scan = (p.kind === K.FIRST || p.kind === K.NEXT) && (p.peek(1) === T.END || POSITIONS[p.peek(1)] === undefined);
  const index = scan ? undefined : indexName(p);
  const position = POSITIONS[p.kind] ?? p.fail();
  p.advance();
  const keyed = position === '=' || position === '<=' || position === '>=' || position === '<' || position === '>';
  let key: Expression[] = [];
  if (keyed) key = p.parenthesised(p.grammar.value);
  const where = p.accept(K.WHERE) ? p.grammar.expression(p) : undefined;
  const limit = parseLimit(p);
  return {
    kind: 'handler',
    start,
    end: p.lastEnd,
    table,
    action: 'read',
    alias: undefined,
    index,
    position,
    key,
    where,
    limit,
  };
}

/** At IMPORT. */
export function parseImportTable(p: Cursor): ImportTable {
  const start = p.start;
  p.expectAll(K.IMPORT, K.TABLE, K.FROM);
  const files = p.list((inner) => inner.string());
  return { kind: 'import-table', start, end: p.lastEnd, files };
}
