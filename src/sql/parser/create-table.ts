/** CREATE TABLE, DROP / RENAME / TRUNCATE TABLE, CREATE / DROP INDEX. */
import type {
  CreateIndex,
  CreateTable,
  DropIndex,
  DropTable,
  IndexDefinition,
  OnlineOptions,
  RenameTable,
  TableElement,
  TruncateTable,
} from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import { parseColumnDefinition } from './column-definition.ts';
import type { Cursor } from './cursor.ts';
import { constraintStarts, finishIndex, parseAlgorithm, parseConstraint } from './index-definition.ts';
import { queryInParens } from './insert.ts';
import { parseTableName } from './name.ts';
import { queryStarts } from './parens.ts';
import { parsePartitioning } from './partition.ts';
import { indexName } from './table-reference.ts';
import { parseTableOptions } from './table-option.ts';
import { K, T } from './token.ts';

export function parseIfNotExists(p: Cursor): boolean {
  if (!p.accept(K.IF)) return false;
  if (!p.accept(T.HIGH_NOT)) p.expect(K.NOT);
  p.expect(K.EXISTS);
  return true;
}

export function parseIfExists(p: Cursor): boolean {
  if (!p.accept(K.IF)) return false;
  p.expect(K.EXISTS);
  return true;
}

/** At TABLE, behind CREATE [TEMPORARY | EXTERNAL]. */
export function parseCreateTable(p: Cursor, start: number, temporary: boolean, external: boolean): CreateTable {
  return parseCreated(p, { kind: 'create-table', start, temporary, external, globalTemporary: false });
}

/** At TABLE, behind CREATE GLOBAL TEMPORARY. */
export function parseCreateGlobalTemporary(p: Cursor, start: number): CreateTable {
  const created = parseCreated(p, {
    kind: 'create-table',
    start,
    temporary: false,
    external: false,
    globalTemporary: true,
  });
  p.expectAll(K.ON, K.COMMIT);
  if (p.acceptWord('preserve')) {
    p.expect(K.ROWS);
    throw sqlError('ER_NOT_SUPPORTED_YET', 'ON COMMIT PRESERVE ROWS');
  }
  p.expectAll(K.DELETE, K.ROWS);
  return { ...created, end: p.lastEnd };
}

type CreateHead = Pick<CreateTable, 'kind' | 'start' | 'temporary' | 'external' | 'globalTemporary'>;

function parseCreated(p: Cursor, first: CreateHead): CreateTable {
  p.expect(K.TABLE);
  const ifNotExists = parseIfNotExists(p);
  const table = parseTableName(p);
  const head = { ...first, ifNotExists, table };
  if (p.kind === K.LIKE || (p.kind === T.LEFT_PAREN && p.peek(1) === K.LIKE)) {
    const parens = p.accept(T.LEFT_PAREN);
    p.expect(K.LIKE);
    const like = parseTableName(p);
    if (parens) p.expect(T.RIGHT_PAREN);
    const rest = { elements: [], options: [], partitioning: undefined, duplicates: undefined, query: undefined };
    return { ...head, end: p.lastEnd, like, ...rest };
  }
  const elements = p.kind === T.LEFT_PAREN && !queryInParens(p) ? p.parenthesised(parseTableElement) : [];
  const options = parseTableOptions(p);
  const partitioning = p.kind === K.PARTITION ? parsePartitioning(p) : undefined;
  const duplicates = p.accept(K.REPLACE) ? 'replace' : p.accept(K.IGNORE) ? 'ignore' : undefined;
  const as = p.accept(K.AS);
  const wantsQuery = as || duplicates !== undefined || queryStarts(p) || p.kind === T.LEFT_PAREN;
  const query = wantsQuery ? p.grammar.query(p) : undefined;
  return { ...head, end: p.lastEnd, like: undefined, elements, options, partitioning, duplicates, query };
}

/** A column, or a constraint. */
export function parseTableElement(p: Cursor): TableElement {
  if (constraintStarts(p)) return parseConstraint(p);
  return { kind: 'column', column: parseColumnDefinition(p) };
}

// ---- DROP, RENAME, TRUNCATE ----

/** At TABLE or TABLES, behind DROP [TEMPORARY]. */
export function parseDropTable(p: Cursor, start: number, temporary: boolean): DropTable {
  if (!p.accept(K.TABLES)) p.expect(K.TABLE);
  const ifExists = parseIfExists(p);
  const tables = p.list(parseTableName);
  acceptRestrict(p);
  return { kind: 'drop-table', start, end: p.lastEnd, temporary, ifExists, tables };
}

/** [RESTRICT | CASCADE], which mean nothing. */
export function acceptRestrict(p: Cursor): void {
  if (!p.accept(K.RESTRICT)) p.accept(K.CASCADE);
}

/** At TABLE or TABLES, behind RENAME. */
export function parseRenameTable(p: Cursor, start: number): RenameTable {
  p.advance();
  const renames = p.list((inner) => {
    const from = parseTableName(inner);
    inner.expect(K.TO);
    return { from, to: parseTableName(inner) };
  });
  return { kind: 'rename-table', start, end: p.lastEnd, renames };
}

export function parseTruncate(p: Cursor): TruncateTable {
  const start = p.start;
  p.advance();
  p.accept(K.TABLE);
  const table = parseTableName(p);
  return { kind: 'truncate-table', start, end: p.lastEnd, table };
}

// ---- CREATE INDEX, DROP INDEX ----

/** At [UNIQUE | FULLTEXT | SPATIAL] INDEX, behind CREATE. */
export function parseCreateIndex(p: Cursor, start: number): CreateIndex {
  const type: IndexDefinition['type'] = p.accept(K.UNIQUE)
    ? 'unique'
    : p.accept(K.FULLTEXT)
      ? 'fulltext'
      : p.accept(K.SPATIAL)
        ? 'spatial'
        : 'index';
  p.expect(K.INDEX);
  const indexStart = p.start;
  const name = p.name();
  const algorithm = type === 'fulltext' || type === 'spatial' ? undefined : parseAlgorithm(p);
  p.expect(K.ON);
  const table = parseTableName(p);
  const index = finishIndex(p, { type, name, start: indexStart, algorithm });
  const online = parseOnlineOptions(p);
  return { kind: 'create-index', start, end: p.lastEnd, table, index, online };
}

/** At INDEX, behind DROP. */
export function parseDropIndex(p: Cursor, start: number): DropIndex {
  p.expect(K.INDEX);
  const name = indexName(p);
  p.expect(K.ON);
  const table = parseTableName(p);
  const online = parseOnlineOptions(p);
  return { kind: 'drop-index', start, end: p.lastEnd, name, table, online };
}

/** [ALGORITHM = x] [LOCK = x] in either order. */
function parseOnlineOptions(p: Cursor): OnlineOptions {
  let algorithm: OnlineOptions['algorithm'];
  let lock: OnlineOptions['lock'];
  for (;;) {
    if (p.kind === K.ALGORITHM && algorithm === undefined) algorithm = parseOnlineAlgorithm(p);
    else if (p.kind === K.LOCK && lock === undefined) lock = parseOnlineLock(p);
    else return { algorithm, lock };
  }
}

const ALGORITHMS = new Set(['default', 'inplace', 'copy', 'instant']);
const LOCKS = new Set(['default', 'none', 'shared', 'exclusive']);

/** ALGORITHM [=] name. */
export function parseOnlineAlgorithm(p: Cursor): OnlineOptions['algorithm'] {
  p.advance();
  p.accept(T.EQ);
  return onlineWord(p, ALGORITHMS, 'ER_UNKNOWN_ALTER_ALGORITHM') as OnlineOptions['algorithm'];
}

/** LOCK [=] name. */
export function parseOnlineLock(p: Cursor): OnlineOptions['lock'] {
  p.advance();
  p.accept(T.EQ);
  return onlineWord(p, LOCKS, 'ER_UNKNOWN_ALTER_LOCK') as OnlineOptions['lock'];
}

function onlineWord(
  p: Cursor,
  known: ReadonlySet<string>,
  error: 'ER_UNKNOWN_ALTER_ALGORITHM' | 'ER_UNKNOWN_ALTER_LOCK',
) {
  if (p.accept(K.DEFAULT)) return 'default';
  if (!p.isName()) p.fail();
  const written = p.nameText();
  const word = written.toLowerCase();
  if (!known.has(word)) throw sqlError(error, written);
  p.advance();
  return word;
}
