/** The first word decides: one table from keyword to statement family. */
import { sqlError } from '../../base/index.ts';
import type { Query, Statement } from '../ast/index.ts';
import { parseAlter, parseCreate, parseDrop, parseRename } from './ddl.ts';
import { parseCall, parseDo, parseHandler, parseImportTable } from './call-do-handler.ts';
import { parseAnalyze, parseFlush, parseMaintenance } from './maintenance.ts';
import { parseCacheIndex, parseInstall, parseLoadIndex, parsePurge, parseReset } from './server-admin.ts';
import { parseExplain } from './explain.ts';
import { parseGrant, parseRevoke } from './grant.ts';
import { parseInsert } from './insert.ts';
import { parseLoadData } from './load-data.ts';
import { parseChange, parseStart, parseStop } from './replication.ts';
import { parseTopQuery, parseWith } from './select.ts';
import {
  parseDeallocate,
  parseExecute,
  parseGetDiagnostics,
  parseHelp,
  parseKill,
  parsePrepare,
  parseSignal,
  parseUse,
} from './session.ts';
import { parseSet } from './set.ts';
import { parseShow } from './show.ts';
import { parseTruncate } from './create-table.ts';
import { parseBegin, parseEndTransaction, parseLock, parseSavepoint, parseUnlock, parseXa } from './transaction.ts';
import { nothingToDo, parseImportInto, parseRecover, parseTidbStatement } from './tidb.ts';
import { parseDelete, parseUpdate } from './update-delete.ts';
import type { Cursor } from './cursor.ts';
import { K, T, TOKEN_KINDS } from './token.ts';

type StatementParser = (p: Cursor) => Statement;

const STATEMENTS: (StatementParser | undefined)[] = new Array<StatementParser | undefined>(TOKEN_KINDS).fill(undefined);

function define(parse: StatementParser, ...kinds: number[]): void {
  for (const kind of kinds) STATEMENTS[kind] = parse;
}

define(parseQueryStatement, K.SELECT, K.VALUES, K.TABLE, T.LEFT_PAREN);
define(parseWithStatement, K.WITH);
define(parseInsert, K.INSERT, K.REPLACE);
define((p) => parseUpdate(p, p.start, undefined), K.UPDATE);
define((p) => parseDelete(p, p.start, undefined), K.DELETE);
define(parseLoad, K.LOAD);
define(parseCall, K.CALL);
define(parseDo, K.DO);
define(parseHandler, K.HANDLER);
define(parseImport, K.IMPORT);
define(parseRecover, K.RECOVER);
define(parseCreate, K.CREATE);
define(parseAlter, K.ALTER);
define(parseDrop, K.DROP);
define(parseRename, K.RENAME);
define(parseTruncate, K.TRUNCATE);
define(parseSet, K.SET);
define(parseUse, K.USE);
define(parsePrepare, K.PREPARE);
define(parseExecute, K.EXECUTE);
define(parseDeallocate, K.DEALLOCATE);
define(parseKill, K.KILL);
define(parseSignal, K.SIGNAL, K.RESIGNAL);
define(parseGetDiagnostics, K.GET);
define(parseHelp, K.HELP);
define(parseShow, K.SHOW);
define(parseExplain, K.DESCRIBE, K.DESC);
define(parseBegin, K.BEGIN);
define(parseEndTransaction, K.COMMIT, K.ROLLBACK);
define(parseSavepoint, K.SAVEPOINT, K.RELEASE);
define(parseXa, K.XA);
define(parseLock, K.LOCK);
define(parseUnlock, K.UNLOCK);
define(parseGrant, K.GRANT);
define(parseRevoke, K.REVOKE);
define(parseAnalyze, K.ANALYZE);
define(parseMaintenance, K.CHECK, K.OPTIMIZE, K.REPAIR, K.CHECKSUM);
define(parseFlush, K.FLUSH);
define(parseReset, K.RESET);
define(parseInstall, K.INSTALL, K.UNINSTALL);
define(parseCacheIndex, K.CACHE);
define(parsePurge, K.PURGE);
define(parseStart, K.START);
define(parseStop, K.STOP);
define(parseChange, K.CHANGE, K.CLONE);
define(parseBinlog, K.BINLOG);
define(parseShutdown, K.SHUTDOWN, K.RESTART);

export function startsStatement(kind: number): boolean {
  return STATEMENTS[kind] !== undefined;
}

/** One statement, without the ';' behind it. */
export function parseStatement(p: Cursor): Statement {
  const parse = STATEMENTS[p.kind];
  if (parse === undefined) return parseTidbStatement(p) ?? p.fail();
  p.enter();
  const statement = parse(p);
  p.leave();
  return p.asOf.length === 0 ? statement : withMoment(p, statement);
}

/** AS OF TIMESTAMP belongs to the statement as a whole. */
function withMoment(p: Cursor, statement: Statement): Statement {
  if (statement.kind !== 'query') {
    if (statement.kind === 'explain' || statement.kind === 'create-view') return statement;
    throw sqlError('ER_INVALID_AS_OF', 'as of timestamp can only be used in a query');
  }
  const asOf = p.asOf;
  p.asOf = [];
  return { ...statement, asOf };
}

/** IMPORT TABLE FROM files, or TiDB's IMPORT INTO. */
function parseImport(p: Cursor): Statement {
  if (p.peek(1) !== K.INTO || !p.additions) return parseImportTable(p);
  const start = p.start;
  p.advance();
  return parseImportInto(p, start);
}

function parseQueryStatement(p: Cursor): Query {
  return parseTopQuery(p, undefined);
}

/** WITH … of SELECT, UPDATE or DELETE. */
function parseWithStatement(p: Cursor): Statement {
  const start = p.start;
  const withClause = parseWith(p);
  if (p.kind === K.UPDATE) return parseUpdate(p, start, withClause);
  if (p.kind === K.DELETE) return parseDelete(p, start, withClause);
  return parseTopQuery(p, withClause);
}

/** LOAD DATA, LOAD XML, LOAD INDEX. */
function parseLoad(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  if (p.kind === K.INDEX) return parseLoadIndex(p, start);
  if (p.additions && p.isWord('stats')) return nothingToDo(p, start, 'statistics');
  return parseLoadData(p, start);
}

function parseBinlog(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  const event = p.string();
  return { kind: 'binlog', start, end: p.lastEnd, event };
}

function parseShutdown(p: Cursor): Statement {
  const start = p.start;
  const kind = p.kind === K.SHUTDOWN ? 'shutdown' : 'restart';
  p.advance();
  return { kind, start, end: p.lastEnd };
}
