/**
 * IMPORT INTO: files of the server, or a query, into an empty table. CSV goes the way of LOAD DATA, which takes the bulk loader;
 * SQL files are run statement by statement. Each import is a job that SHOW IMPORT JOBS lists.
 */
import { SqlError, sqlError, utf8Decode } from '../../base/index.ts';
import { joinPath } from '../../env/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { quoteName } from '../../sql/ast/index.ts';
import { parseAll } from '../../sql/parser/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import { type CsvOptions, csvOptions } from './import-options.ts';

export interface ImportJob {
  readonly id: number;
  readonly source: string;
  readonly table: string;
  readonly tableId: number;
  status: 'running' | 'finished' | 'failed' | 'cancelled';
  sourceBytes: number;
  rows: number;
  message: string;
  readonly createdAtMs: number;
  endedAtMs: number | undefined;
  readonly createdBy: string;
}

const JOBS_MAX = 1000;

export class ImportJobs {
  readonly #jobs: ImportJob[] = [];
  #lastId = 0;

  list(): readonly ImportJob[] {
    return this.#jobs;
  }

  start(fields: Pick<ImportJob, 'source' | 'table' | 'tableId' | 'createdAtMs' | 'createdBy'>): ImportJob {
    const job: ImportJob = {
      ...fields,
      id: ++this.#lastId,
      status: 'running',
      sourceBytes: 0,
      rows: 0,
      message: '',
      endedAtMs: undefined,
    };
    if (this.#jobs.length >= JOBS_MAX) this.#jobs.shift();
    this.#jobs.push(job);
    return job;
  }
}

const FORMATS: ReadonlySet<string> = new Set(['csv', 'sql']);

export async function importInto(
  session: EngineSession,
  statement: ast.ImportInto,
  jobs: ImportJobs,
): Promise<ImportJob> {
  if (session.transactions.inTransaction) throw refused('cannot run IMPORT INTO in explicit transaction');
  if (session.isTemporary(statement.table)) throw refused('IMPORT INTO does not support temporary table');
  const schema = statement.table.schema ?? session.state.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  const table = session.host.catalog().findTable(schema, statement.table.name);
  if (table === undefined) throw sqlError('ER_NO_SUCH_TABLE', schema, statement.table.name);
  if (table.kind === 'view') throw sqlError('ER_WRONG_OBJECT', schema, statement.table.name, 'BASE TABLE');
  const format = statement.format ?? (/\.sql$/i.test(statement.file ?? '') ? 'sql' : 'csv');
  const options = csvOptions(statement.options, format);
  if (!FORMATS.has(format)) throw sqlError('ER_IMPORT_FORMAT', format);
  if (table.temporary) throw refused('IMPORT INTO does not support temporary table');
  if (!(await isEmpty(session, table))) throw sqlError('ER_IMPORT_PRECHECK', 'target table is not empty');
  const job = jobs.start({
    source: statement.file ?? '',
    table: `${quoteName(schema)}.${quoteName(table.name)}`,
    tableId: table.id,
    createdAtMs: session.host.env.clock.nowMs(),
    createdBy: `${session.account.user}@${session.account.host}`,
  });
  try {
    if (statement.query !== undefined) job.rows = await importQuery(session, statement, statement.query);
    for (const path of statement.file === undefined ? [] : await filesOf(session, statement.file)) {
      job.sourceBytes += await sizeOf(session, path);
      job.rows +=
        format === 'sql' ? await importSql(session, path) : await importCsv(session, statement, path, options);
    }
    job.status = 'finished';
  } catch (error) {
    job.status = 'failed';
    job.message = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    job.endedAtMs = session.host.env.clock.nowMs();
  }
  return job;
}

function refused(message: string): SqlError {
  return new SqlError('ER_UNKNOWN_ERROR', 1105, 'HY000', message);
}

async function isEmpty(session: EngineSession, table: TableDef): Promise<boolean> {
  const { transaction, storage } = session.transactions.ensure();
  await session.useUnheld(transaction, [table]);
  storage.beginStatement();
  const cursor = storage.scan({
    table,
    index: table.indexes[0]!,
    ranges: [{}],
    columns: [],
    reverse: false,
    limitHint: 1,
  });
  try {
    for (let batch = await cursor.next(); batch !== undefined; batch = await cursor.next())
      if (batch.length > 0) return false;
    return true;
  } finally {
    cursor.close();
    await session.transactions.endStatement();
  }
}

// ---- files ----

/** A path, with `*` in its last part for several files. */
async function filesOf(session: EngineSession, written: string): Promise<string[]> {
  if (/^(?:s3|gs|gcs|azure|azblob|oss|https?):\/\//i.test(written))
    throw sqlError('ER_NOT_SUPPORTED_YET', `IMPORT INTO from ${written.slice(0, written.indexOf(':'))}`);
  const path = written.replace(/^(?:file|local):\/\//i, '');
  if (!path.includes('*')) return [path];
  const cut = path.lastIndexOf('/');
  const folder = cut === -1 ? '.' : path.slice(0, Math.max(1, cut));
  const parts = path.slice(cut + 1).split('*');
  const pattern = new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
  const entries = await session.host.env.files.list(folder).catch(() => []);
  const names = entries.map((entry) => entry.name).filter((name) => pattern.test(name));
  if (names.length === 0) throw sqlError('ER_FILE_NOT_FOUND', path, 2, 'No such file or directory');
  return names.toSorted().map((name) => joinPath(folder, name));
}

async function sizeOf(session: EngineSession, path: string): Promise<number> {
  const file = await session.host.env.files.open(path, 'read').catch(() => undefined);
  if (file === undefined) throw sqlError('ER_FILE_NOT_FOUND', path, 2, 'No such file or directory');
  try {
    return await file.size();
  } finally {
    await file.close();
  }
}

/** CRLF or LF, whichever ends the first line. */
async function lineEndOf(session: EngineSession, path: string): Promise<string> {
  const file = await session.host.env.files.open(path, 'read');
  try {
    const head = utf8Decode(await file.read(0, 64 * 1024));
    return head.slice(0, head.indexOf('\n') + 1).endsWith('\r\n') ? '\r\n' : '\n';
  } finally {
    await file.close();
  }
}

async function importCsv(
  session: EngineSession,
  statement: ast.ImportInto,
  path: string,
  options: CsvOptions,
): Promise<number> {
  const span = { start: statement.start, end: statement.end };
  const column = (name: string): ast.ColumnReference => ({
    kind: 'column',
    ...span,
    schema: undefined,
    table: undefined,
    name,
  });
  const load: ast.LoadData = {
    kind: 'load-data',
    ...span,
    format: 'data',
    priority: undefined,
    local: false,
    source: 'infile',
    file: path,
    duplicates: undefined,
    table: statement.table,
    partitions: [],
    charset: options.charset,
    rowsIdentifiedBy: undefined,
    fields: {
      terminatedBy: options.terminatedBy,
      enclosedBy: options.enclosedBy,
      optionallyEnclosed: true,
      escapedBy: options.escapedBy,
    },
    lines: { startingBy: undefined, terminatedBy: options.lines ?? (await lineEndOf(session, path)) },
    ignoreLines: options.skipRows,
    columns: statement.columns.map((target) =>
      target.kind === 'column' ? column(target.name) : { kind: 'user-variable', ...span, name: target.name },
    ),
    assignments: statement.assignments.map(({ column: name, value }) => ({ column: column(name), value })),
  };
  return affectedBy(await session.runStatement(load, '', 0));
}

async function importSql(session: EngineSession, path: string): Promise<number> {
  const file = await session.host.env.files.open(path, 'read');
  let text: string;
  try {
    text = utf8Decode(await file.read(0, await file.size()));
  } finally {
    await file.close();
  }
  let rows = 0;
  for (const { statement } of parseAll(text)) {
    if (statement.kind !== 'insert') continue;
    rows += affectedBy(await session.runStatement(statement, text, 0));
    await session.yieldNow();
  }
  return rows;
}

async function importQuery(session: EngineSession, statement: ast.ImportInto, query: ast.Query): Promise<number> {
  const sql = session.currentSql ?? '';
  const columns = statement.columns.flatMap((target) => (target.kind === 'column' ? [quoteName(target.name)] : []));
  const { schema, name } = statement.table;
  const target = schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`;
  const text = `INSERT INTO ${target}${columns.length === 0 ? '' : ` (${columns.join(', ')})`} ${sql.slice(query.start, query.end)}`;
  const [parsed] = parseAll(text);
  return parsed === undefined ? 0 : affectedBy(await session.runStatement(parsed.statement, text, 0));
}

function affectedBy(result: StatementResult): number {
  return result.kind === 'ok' ? Number(result.affectedRows) : 0;
}
