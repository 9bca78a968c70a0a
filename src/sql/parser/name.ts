/** Qualified names: tables, columns, routines, accounts. */
import type { AccountName, ColumnReference, ObjectName, TableName } from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import type { Cursor } from './cursor.ts';
import { K, T } from './token.ts';

/** `[schema.]name`, or `.name`. */
export function parseTableName(p: Cursor): TableName {
  const start = p.start;
  let schema: string | undefined;
  let name: string;
  if (p.accept(T.DOT)) {
    name = p.name();
  } else {
    name = p.name();
    if (p.accept(T.DOT)) {
      schema = name;
      name = p.name();
      if (!isProperName(schema)) throw sqlError('ER_WRONG_DB_NAME', schema);
    }
  }
  if (!isProperName(name)) throw sqlError('ER_WRONG_TABLE_NAME', name);
  return { schema, name, start, end: p.lastEnd };
}

/** Names of databases and tables are not empty and do not end in a space. */
function isProperName(name: string): boolean {
  return name.length > 0 && name.charCodeAt(name.length - 1) !== 32;
}

export function parseObjectName(p: Cursor): ObjectName {
  const first = p.name();
  return p.accept(T.DOT) ? { schema: first, name: p.name() } : { schema: undefined, name: first };
}

/** A table name that may carry `.*`, in the target list of a multi-table DELETE. */
export function parseTableNameWithStar(p: Cursor): TableName {
  const start = p.start;
  let schema: string | undefined;
  let name = p.name();
  if (p.accept(T.DOT) && !p.accept(T.STAR)) {
    schema = name;
    name = p.name();
    if (p.accept(T.DOT)) p.expect(T.STAR);
  }
  return { schema, name, start, end: p.lastEnd };
}

/** `[[schema.]table.]name`. */
export function parseColumn(p: Cursor): ColumnReference {
  const start = p.start;
  const first = p.name();
  if (!p.accept(T.DOT))
    return { kind: 'column', start, end: p.lastEnd, schema: undefined, table: undefined, name: first };
  const second = p.name();
  if (!p.accept(T.DOT)) return { kind: 'column', start, end: p.lastEnd, schema: undefined, table: first, name: second };
  const name = p.name();
  return { kind: 'column', start, end: p.lastEnd, schema: first, table: second, name };
}

/** `'user'[@'host']` or CURRENT_USER[()]. */
export function parseAccount(p: Cursor): AccountName {
  if (p.accept(K.CURRENT_USER)) {
    if (p.accept(T.LEFT_PAREN)) p.expect(T.RIGHT_PAREN);
    return { current: true, user: '', host: '' };
  }
  return namedAccount(p);
}

/** Blanks around the user's and the host's name do not count. */
export function namedAccount(p: Cursor): AccountName {
  const user = withoutBlanks(p.nameOrString());
  return { current: false, user, host: withoutBlanks(parseHost(p) ?? '%') };
}

function withoutBlanks(name: string): string {
  return name.replaceAll(/^[ \t-\r]+|[ \t-\r]+$/g, '');
}

/** [@host]. */
export function parseHost(p: Cursor): string | undefined {
  if (!p.accept(T.AT)) return undefined;
  if (p.kind === T.HOSTNAME) {
    const host = p.text();
    p.advance();
    return host;
  }
  return p.nameOrString();
}

/** [CLUSTERED | NONCLUSTERED] of TiDB: tables of Ebb are always clustered by the primary key, but say what was written. */
export function acceptClustering(p: Cursor): 'clustered' | 'nonclustered' | undefined {
  if (!p.additions || p.kind !== T.IDENTIFIER) return undefined;
  if (p.acceptWord('clustered')) return 'clustered';
  return p.acceptWord('nonclustered') ? 'nonclustered' : undefined;
}
