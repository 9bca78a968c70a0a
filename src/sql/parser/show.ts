/** SHOW. Which statement it is, is decided by one or two words after the optional FULL, EXTENDED, GLOBAL, SESSION. */
import type { Show, ShowCreate, ShowFilter, ShowSimple } from '../ast/index.ts';
import { parseShowTidb } from './admin-tidb.ts';
import type { Cursor } from './cursor.ts';
import { parseIfNotExists } from './create-table.ts';
import { parseAccount, parseObjectName, parseTableName } from './name.ts';
import { parseLimit } from './order.ts';
import { K, T } from './token.ts';

export function parseShow(p: Cursor): Show {
  const start = p.start;
  p.advance();
  const old = p.additions ? parseOldReplication(p, start) : undefined;
  if (old !== undefined) return old;
  const tidb = p.additions ? parseShowTidb(p, start) : undefined;
  if (tidb !== undefined) return tidb;
  switch (p.kind) {
    case K.FULL:
    case K.EXTENDED:
    case K.TABLES:
    case K.COLUMNS:
    case K.PROCESSLIST:
      return parseListing(p, start);
    case K.INDEX:
    case K.INDEXES:
    case K.KEYS:
      return parseShowIndex(p, start, false);
    case K.GLOBAL:
    case K.SESSION:
    case K.LOCAL:
    case K.VARIABLES:
    case K.STATUS:
      return parseShowVariables(p, start);
    case K.CREATE:
      return parseShowCreate(p, start);
    case K.GRANTS:
      return parseShowGrants(p, start);
    case K.ENGINE:
      return parseShowEngine(p, start);
    case K.PROCEDURE:
    case K.FUNCTION:
      return parseRoutine(p, start);
    case K.PROFILE:
      return parseShowProfile(p, start);
    case K.WARNINGS:
    case K.ERRORS: {
      const what = p.kind === K.WARNINGS ? 'warnings' : 'errors';
      p.advance();
      const limit = parseLimit(p);
      return { kind: 'show-diagnostics', start, end: p.lastEnd, what, limit };
    }
    case K.BINLOG:
    case K.RELAYLOG:
      return parseShowEvents(p, start);
    default:
      return parseSimple(p, start);
  }
}

interface SimpleParts {
  readonly schema?: string | undefined;
  readonly channel?: string | undefined;
  readonly filter?: ShowFilter | undefined;
}

function simple(p: Cursor, start: number, subject: ShowSimple['subject'], parts: SimpleParts = {}): ShowSimple {
  const { schema, channel, filter } = parts;
  return { kind: 'show', start, end: p.lastEnd, subject, schema, channel, filter };
}

/** [LIKE 'pattern' | WHERE condition]. */
function parseFilter(p: Cursor): ShowFilter | undefined {
  if (p.accept(K.LIKE)) return { like: p.string(), where: undefined, whereText: undefined };
  return parseWhere(p);
}

/** [WHERE condition]. */
function parseWhere(p: Cursor): ShowFilter | undefined {
  if (!p.accept(K.WHERE)) return undefined;
  const { start } = p;
  const where = p.grammar.expression(p);
  return { like: undefined, where, whereText: { start, end: p.lastEnd } };
}

/** [FROM | IN schema]. */
function parseSchema(p: Cursor): string | undefined {
  return p.accept(K.FROM) || p.accept(K.IN) ? p.name() : undefined;
}

function parseSimple(p: Cursor, start: number): Show {
  const kind = p.kind;
  p.advance();
  switch (kind) {
    case K.DATABASES:
      return simple(p, start, 'databases', { filter: parseFilter(p) });
    case K.CHARSET:
      return simple(p, start, 'character set', { filter: parseFilter(p) });
    case K.CHAR:
      p.expect(K.SET);
      return simple(p, start, 'character set', { filter: parseFilter(p) });
    case K.COLLATION:
      return simple(p, start, 'collation', { filter: parseFilter(p) });
    case K.STORAGE:
      p.expect(K.ENGINES);
      return simple(p, start, 'engines');
    case K.ENGINES:
      return simple(p, start, 'engines');
    case K.PLUGINS:
      return simple(p, start, 'plugins');
    case K.PRIVILEGES:
      return simple(p, start, 'privileges');
    case K.PROFILES:
      return simple(p, start, 'profiles');
    case K.REPLICAS:
      return simple(p, start, 'replicas');
    case K.REPLICA:
      p.expect(K.STATUS);
      return simple(p, start, 'replica status', { channel: parseChannel(p) });
    case K.BINARY:
      if (p.accept(K.LOGS)) return simple(p, start, 'binary logs');
      p.expectAll(K.LOG, K.STATUS);
      return simple(p, start, 'binary log status');
    case K.COUNT:
      return parseCount(p, start);
    case K.EVENTS:
    case K.TRIGGERS: {
      const schema = parseSchema(p);
      return simple(p, start, kind === K.EVENTS ? 'events' : 'triggers', { schema, filter: parseFilter(p) });
    }
    case K.TABLE:
    case K.OPEN: {
      p.expect(kind === K.TABLE ? K.STATUS : K.TABLES);
      const schema = parseSchema(p);
      return simple(p, start, kind === K.TABLE ? 'table status' : 'open tables', { schema, filter: parseFilter(p) });
    }
    case K.LIBRARY:
      p.expect(K.STATUS);
      return simple(p, start, 'library status', { filter: parseFilter(p) });
    default:
      p.rewind(p.index - 1);
      return p.fail();
  }
}

/** What 8.0 called a source and a replica; the server gives itself out for an 8.0, so its clients ask in these words. */
function parseOldReplication(p: Cursor, start: number): Show | undefined {
  if (p.acceptWord('master')) {
    if (p.accept(K.LOGS)) return simple(p, start, 'binary logs');
    p.expect(K.STATUS);
    return simple(p, start, 'binary log status');
  }
  if (!p.acceptWord('slave')) return undefined;
  if (p.acceptWord('hosts')) return simple(p, start, 'replicas');
  p.expect(K.STATUS);
  return simple(p, start, 'replica status', { channel: parseChannel(p) });
}

/** SHOW COUNT(*) WARNINGS | ERRORS. */
function parseCount(p: Cursor, start: number): Show {
  p.expectAll(T.LEFT_PAREN, T.STAR, T.RIGHT_PAREN);
  const warnings = p.accept(K.WARNINGS);
  if (!warnings) p.expect(K.ERRORS);
  return simple(p, start, warnings ? 'count warnings' : 'count errors');
}

/** [FOR CHANNEL name]. */
export function parseChannel(p: Cursor): string | undefined {
  if (!p.accept(K.FOR)) return undefined;
  p.expect(K.CHANNEL);
  return p.nameOrString();
}

/** [EXTENDED] [FULL] TABLES | COLUMNS | INDEX | TRIGGERS, FULL PROCESSLIST. */
function parseListing(p: Cursor, start: number): Show {
  const extended = p.accept(K.EXTENDED);
  const full = p.accept(K.FULL);
  switch (p.kind) {
    case K.TABLES: {
      p.advance();
      const schema = parseSchema(p);
      const filter = parseFilter(p);
      return { kind: 'show-tables', start, end: p.lastEnd, full, extended, schema, filter };
    }
    case K.COLUMNS: {
      p.advance();
      const table = fromTable(p);
      const filter = parseFilter(p);
      return { kind: 'show-columns', start, end: p.lastEnd, full, extended, table, filter, describe: false };
    }
    case K.PROCESSLIST:
      if (extended) p.fail();
      p.advance();
      return simple(p, start, full ? 'full processlist' : 'processlist');
    case K.TRIGGERS:
      if (extended || !full) p.fail();
      return parseSimple(p, start);
    default:
      if (!extended || full) p.fail();
      return parseShowIndex(p, start, true);
  }
}

/** FROM|IN [schema.]table [FROM|IN schema]. */
function fromTable(p: Cursor) {
  if (!p.accept(K.FROM)) p.expect(K.IN);
  const table = parseTableName(p);
  const schema = parseSchema(p);
  return schema === undefined ? table : { ...table, schema };
}

function parseShowIndex(p: Cursor, start: number, extended: boolean): Show {
  if (p.kind !== K.INDEX && p.kind !== K.INDEXES && p.kind !== K.KEYS) p.fail();
  p.advance();
  const table = fromTable(p);
  const filter = parseWhere(p);
  return { kind: 'show-index', start, end: p.lastEnd, extended, table, filter };
}

function parseShowVariables(p: Cursor, start: number): Show {
  const scope = p.accept(K.GLOBAL) ? 'global' : 'session';
  if (scope === 'session' && !p.accept(K.SESSION)) p.accept(K.LOCAL);
  const status = p.accept(K.STATUS);
  if (!status) p.expect(K.VARIABLES);
  const filter = parseFilter(p);
  return { kind: 'show-variables', start, end: p.lastEnd, status, scope, filter };
}

function parseShowCreate(p: Cursor, start: number): Show {
  p.advance();
  const kind = p.kind;
  const type = CREATE_TYPES[kind];
  const own = p.additions ? parseShowCreateTidb(p, start) : undefined;
  if (own !== undefined) return own;
  if (p.additions && p.acceptWord('sequence'))
    return { kind: 'show-create', start, type: 'table', name: parseObjectName(p), ifNotExists: false, end: p.lastEnd };
  if (kind === K.USER) {
    p.advance();
    const account = parseAccount(p);
    return { kind: 'show-create-user', start, end: p.lastEnd, account };
  }
  if (type === undefined) p.fail();
  p.advance();
  const ifNotExists = type === 'database' && parseIfNotExists(p);
  const name = type === 'database' ? { schema: undefined, name: p.name() } : parseObjectName(p);
  return { kind: 'show-create', start, end: p.lastEnd, type, name, ifNotExists };
}

/** SHOW CREATE RESOURCE GROUP g, SHOW CREATE PLACEMENT POLICY p. */
function parseShowCreateTidb(p: Cursor, start: number): Show | undefined {
  const group = p.accept2(K.RESOURCE, K.GROUP);
  if (!group) {
    if (!p.isWord('placement')) return undefined;
    p.advance();
    if (!p.acceptWord('policy')) p.fail();
  }
  const name = p.accept(K.DEFAULT) ? 'default' : p.name();
  const subject = group ? 'create resource group' : 'create placement policy';
  const none = { scope: undefined, table: undefined, filter: undefined };
  return { kind: 'show-tidb', start, end: p.lastEnd, subject, name, ...none };
}

const CREATE_TYPES: Readonly<Record<number, ShowCreate['type']>> = {
  [K.TABLE]: 'table',
  [K.VIEW]: 'view',
  [K.DATABASE]: 'database',
  [K.PROCEDURE]: 'procedure',
  [K.FUNCTION]: 'function',
  [K.TRIGGER]: 'trigger',
  [K.EVENT]: 'event',
  [K.LIBRARY]: 'library',
};

function parseShowGrants(p: Cursor, start: number): Show {
  p.advance();
  const account = p.accept(K.FOR) ? parseAccount(p) : undefined;
  const using = account !== undefined && p.accept(K.USING) ? p.list(parseAccount) : [];
  return { kind: 'show-grants', start, end: p.lastEnd, account, using };
}

function parseShowEngine(p: Cursor, start: number): Show {
  p.advance();
  const engine = p.accept(K.ALL) ? undefined : p.nameOrString();
  const what = p.accept(K.STATUS) ? 'status' : p.accept(K.MUTEX) ? 'mutex' : 'logs';
  if (what === 'logs') p.expect(K.LOGS);
  return { kind: 'show-engine', start, end: p.lastEnd, engine, what };
}

/** PROCEDURE|FUNCTION STATUS, or CODE name. */
function parseRoutine(p: Cursor, start: number): Show {
  const type = p.kind === K.PROCEDURE ? 'procedure' : 'function';
  p.advance();
  if (p.accept(K.CODE)) {
    const name = parseObjectName(p);
    return { kind: 'show-routine-code', start, end: p.lastEnd, type, name };
  }
  p.expect(K.STATUS);
  const filter = parseFilter(p);
  return {
    kind: 'show',
    start,
    end: p.lastEnd,
    subject: `${type} status`,
    schema: undefined,
    channel: undefined,
    filter,
  };
}

function parseShowProfile(p: Cursor, start: number): Show {
  p.advance();
  const types: string[] = [];
  if (PROFILE_WORDS.has(p.kind)) types.push(...p.list(profileType));
  const query = p.accept(K.FOR) ? profileQuery(p) : undefined;
  const limit = parseLimit(p);
  return { kind: 'show-profile', start, end: p.lastEnd, types, query, limit };
}

const PROFILE_WORDS = new Set<number>([K.ALL, K.BLOCK, K.CONTEXT, K.CPU, K.IPC, K.MEMORY, K.PAGE, K.SOURCE, K.SWAPS]);

function profileType(p: Cursor): string {
  if (!PROFILE_WORDS.has(p.kind)) p.fail();
  let type = p.word();
  const kind = p.kind;
  p.advance();
  if (kind === K.BLOCK) {
    p.expect(K.IO);
    type = 'block io';
  } else if (kind === K.CONTEXT) {
    p.expect(K.SWITCHES);
    type = 'context switches';
  } else if (kind === K.PAGE) {
    p.expect(K.FAULTS);
    type = 'page faults';
  }
  return type;
}

function profileQuery(p: Cursor): number {
  p.expect(K.QUERY);
  return p.number();
}

/** BINLOG|RELAYLOG EVENTS [IN 'file'] [FROM position] [LIMIT …] [FOR CHANNEL …]. */
function parseShowEvents(p: Cursor, start: number): Show {
  const log = p.kind === K.BINLOG ? 'binlog' : 'relaylog';
  p.advance();
  p.expect(K.EVENTS);
  const file = p.accept(K.IN) ? p.string() : undefined;
  const position = p.accept(K.FROM) ? p.integer() : undefined;
  const limit = parseLimit(p);
  const channel = log === 'relaylog' ? parseChannel(p) : undefined;
  return { kind: 'show-log-events', start, end: p.lastEnd, log, file, position, limit, channel };
}
