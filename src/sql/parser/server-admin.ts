/** RESET, PURGE, INSTALL / UNINSTALL, CACHE INDEX, LOAD INDEX. */
import type { CacheIndex, InstallPlugin, NamedOption, PurgeLogs, Statement } from '../ast/index.ts';
import { parseIfExists } from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { parseTableName } from './name.ts';
import { parseChannel } from './show.ts';
import { scopeKeyword, setValue } from './set.ts';
import { indexName } from './table-reference.ts';
import { K, T } from './token.ts';

export function parseReset(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  if (p.accept(K.PERSIST)) return parseResetPersist(p, start);
  const targets = p.list(resetTarget);
  return { kind: 'reset', start, end: p.lastEnd, targets };
}

function parseResetPersist(p: Cursor, start: number): Statement {
  const ifExists = parseIfExists(p);
  let component: string | undefined;
  let variable: string | undefined;
  if (ifExists || p.isName()) {
    variable = p.name();
    if (p.accept(T.DOT)) {
      component = variable;
      variable = p.name();
    }
  }
  return { kind: 'reset-persist', start, end: p.lastEnd, ifExists, component, variable };
}

function resetTarget(p: Cursor): NamedOption {
  if (p.accept(K.REPLICA)) {
    const all = p.accept(K.ALL);
    const channel = parseChannel(p);
    return { name: all ? 'replica all' : 'replica', value: channel };
  }
  p.expectAll(K.BINARY, K.LOGS, K.AND, K.GTIDS);
  const to = p.accept(K.TO) ? p.integer() : undefined;
  return { name: 'binary logs and gtids', value: to };
}

export function parsePurge(p: Cursor): PurgeLogs {
  const start = p.start;
  p.advance();
  p.expectAll(K.BINARY, K.LOGS);
  if (p.accept(K.TO)) {
    const to = p.string();
    return { kind: 'purge-logs', start, end: p.lastEnd, to, before: undefined };
  }
  p.expect(K.BEFORE);
  const timeStart = p.start;
  const before = p.grammar.expression(p);
  if (before.kind === 'subquery') p.failAt(timeStart);
  return { kind: 'purge-logs', start, end: p.lastEnd, to: undefined, before };
}

export function parseInstall(p: Cursor): InstallPlugin {
  const start = p.start;
  const kind = p.kind === K.INSTALL ? 'install' : 'uninstall';
  p.advance();
  if (p.accept(K.PLUGIN)) {
    const names = [p.name()];
    let library: string | undefined;
    if (kind === 'install') {
      p.expect(K.SONAME);
      library = p.string();
    }
    return { kind, start, end: p.lastEnd, type: 'plugin', names, library, variables: [] };
  }
  p.expect(K.COMPONENT);
  const names = p.list((inner) => inner.string());
  const variables = kind === 'install' && p.accept(K.SET) ? p.list(installVariable) : [];
  return { kind, start, end: p.lastEnd, type: 'component', names, library: undefined, variables };
}

/** [GLOBAL | PERSIST] name = expression. */
function installVariable(p: Cursor): InstallPlugin['variables'][number] {
  if (p.kind === K.GLOBAL || p.kind === K.PERSIST) scopeKeyword(p);
  else if (p.kind === K.SESSION || p.kind === K.LOCAL || p.kind === K.PERSIST_ONLY) {
    p.fail();
  }
  let name = p.name();
  if (p.accept(T.DOT)) name = `${name}.${p.name()}`;
  if (!p.accept(T.ASSIGN)) p.expect(T.EQ);
  return { name, value: setValue(p) };
}

// ---- key caches ----

type CachedTable = CacheIndex['tables'][number];

export function parseCacheIndex(p: Cursor): CacheIndex {
  const start = p.start;
  p.expectAll(K.CACHE, K.INDEX);
  const tables = p.list((inner) => cachedTable(inner, false));
  p.expect(K.IN);
  const cache = p.accept(K.DEFAULT) ? 'default' : p.name();
  return { kind: 'cache-index', start, end: p.lastEnd, tables, cache };
}

/** At INDEX, behind LOAD. */
export function parseLoadIndex(p: Cursor, start: number): CacheIndex {
  p.expectAll(K.INDEX, K.INTO, K.CACHE);
  const tables = p.list((inner) => cachedTable(inner, true));
  return { kind: 'load-index', start, end: p.lastEnd, tables, cache: undefined };
}

function cachedTable(p: Cursor, leaves: boolean): CachedTable {
  const table = parseTableName(p);
  if (p.accept(K.PARTITION)) {
    p.expect(T.LEFT_PAREN);
    if (!p.accept(K.ALL)) p.list((inner) => inner.name());
    p.expect(T.RIGHT_PAREN);
  }
  let indexes: string[] = [];
  if (p.accept(K.INDEX) || p.accept(K.KEY)) {
    p.expect(T.LEFT_PAREN);
    indexes = p.kind === T.RIGHT_PAREN ? [] : p.list(indexName);
    p.expect(T.RIGHT_PAREN);
  }
  const ignoreLeaves = leaves && p.accept(K.IGNORE);
  if (ignoreLeaves) p.expect(K.LEAVES);
  return { table, indexes, ignoreLeaves };
}
