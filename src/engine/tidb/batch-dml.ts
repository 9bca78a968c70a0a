/**
 * BATCH [ON column] LIMIT n statement: a data change in many transactions, each for the rows of some values of the shard column, as TiDB has it.
 *
 * The values are read once, in order, and cut into jobs of at least n rows that share no value; each job is the statement with a
 * condition on the column more. A job that fails ends the statement: those before it stay.
 */
import { SqlError, sqlError, toHex } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { quoteName, quoteString } from '../../sql/ast/index.ts';
import type { ColumnDef, TableDef } from '../../sql/catalog/index.ts';
import { parseExpressionText, parseQueryText } from '../../sql/parser/index.ts';
import { compareOf, formatText, type FieldType, type Value } from '../../sql/types/index.ts';
import { planFor, planWritable } from '../session/planning.ts';
import { intColumn, tableResult, textColumn } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import { runPlan } from '../session/statement-run.ts';
import type { StatementResult } from '../session-port.ts';
import { shownJobs, shownQuery } from './batch-dry-run.ts';

export async function runBatch(session: EngineSession, statement: ast.Batch, sql: string): Promise<StatementResult> {
  if (!session.state.autocommit || session.transactions.inTransaction)
    throw refused('non-transactional DML can only run in auto-commit mode');
  const change = changeOf(statement.statement);
  const shard = shardColumn(session, statement.column, change);
  // Without a primary key nothing tells the rows apart: the statement is one job.
  if (shard === undefined) {
    await runPlan(session, planWritable(session, statement.statement, sql, []), []);
    return done(1);
  }
  refuseUpdate(statement.statement, shard);
  const values = valuesText(shard.name);
  if (statement.dryRun === 'query') return shownQuery(session, shard.reads, shard.name, sql);
  const query = { ...parseQueryText(values), body: shardBody(values, shard.reads) };
  const jobs = await jobsOf(session, query, values, { limit: statement.limit, type: shard.column.type });
  const conditions = jobs.map((job) => conditionOf(job, shard));
  if (statement.dryRun !== undefined) return shownJobs(session, statement.statement, conditions, sql);
  for (const condition of conditions) {
    const job = withCondition(statement.statement, parseExpressionText(condition));
    await runPlan(session, planWritable(session, job, condition, []), []);
  }
  return done(jobs.length);
}

function done(jobs: number): StatementResult {
  return tableResult([intColumn('number of jobs'), textColumn('job status', 64)], [[jobs, 'all succeeded']]);
}

function refused(message: string): SqlError {
  return new SqlError('ER_UNKNOWN_ERROR', 1105, 'HY000', message);
}

const ONLY_SELECT = 'Non-transactional insert supports insert select stmt only';

/** What a statement reads: its tables and its condition. */
export interface Change {
  readonly from: readonly ast.TableReference[];
  readonly where: ast.Expression | undefined;
}

function changeOf(statement: ast.Batch['statement']): Change {
  if (statement.kind === 'update') return { from: statement.tables, where: statement.where };
  if (statement.kind === 'delete') return { from: statement.from, where: statement.where };
  const { query } = statement;
  if (query?.body.kind !== 'select' || query.limit !== undefined) throw refused(ONLY_SELECT);
  return { from: query.body.from, where: query.body.where };
}

function withCondition(statement: ast.Batch['statement'], condition: ast.Expression): ast.Statement {
  const both = (where: ast.Expression | undefined): ast.Expression =>
    where === undefined
      ? condition
      : { kind: 'logical', start: 0, end: 0, operator: 'and', operands: [condition, where] };
  if (statement.kind !== 'insert') return { ...statement, where: both(statement.where) };
  const { query } = statement;
  if (query?.body.kind !== 'select') throw refused(ONLY_SELECT);
  return { ...statement, query: { ...query, body: { ...query.body, where: both(query.body.where) } } };
}

// ---- the shard column ----

interface Shard {
  /** As conditions name it. */
  readonly name: string;
  readonly column: ColumnDef;
  /** The table's name in the statement. */
  readonly source: string;
  /** Where its values are read: the statement's own tables when it has one, else the column's table alone. */
  readonly reads: Change;
}

interface Source {
  readonly reference: ast.TableSource;
  readonly name: string;
  readonly schema: string;
  readonly table: TableDef;
}

function sourcesOf(session: EngineSession, reference: ast.TableReference): Source[] {
  if (reference.kind === 'join') return [...sourcesOf(session, reference.left), ...sourcesOf(session, reference.right)];
  if (reference.kind !== 'table') throw refused('Non-transactional DML, table name not found in join');
  const schema = reference.schema ?? session.state.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  const table = session.catalog.findTable(schema, reference.name);
  if (table?.kind !== 'table') throw sqlError('ER_NO_SUCH_TABLE', schema, reference.name);
  return [{ reference, name: reference.alias ?? reference.name, schema, table }];
}

function shardColumn(
  session: EngineSession,
  written: ast.ColumnReference | undefined,
  change: Change,
): Shard | undefined {
  const sources = change.from.flatMap((reference) => sourcesOf(session, reference));
  const source = written === undefined ? sources[0] : sourceNamed(written, sources);
  if (source === undefined) throw refused('Non-transactional DML, no table in it');
  const { table } = source;
  const reads = sources.length > 1 ? { from: [source.reference], where: undefined } : change;
  if (written === undefined) {
    const [key] = table.indexes;
    const [part] = key?.parts ?? [];
    if (key === undefined || part === undefined) return undefined;
    if (key.parts.length > 1)
      throw refused(
        'Non-transactional DML, the clustered index contains multiple columns. Please specify a shard column',
      );
    const column = table.columns.find(({ id }) => id === part.columnId) as ColumnDef;
    return shardOf([source.schema, source.name, column.name], column, source, reads);
  }
  const key = written.name.toLowerCase();
  if (key === ROW_ID && table.indexes[0]?.parts.length === 0) return undefined;
  const column = table.columns.find((candidate) => !candidate.hidden && candidate.name.toLowerCase() === key);
  const parts = [written.schema, written.table, written.name].filter((part) => part !== undefined);
  if (column === undefined) throw sqlError('ER_BAD_FIELD_ERROR', parts.join('.'), 'where clause');
  const isFirst = table.indexes.some((index) => index.visible && index.parts[0]?.columnId === column.id);
  if (!isFirst) throw refused(`Non-transactional DML, shard column ${written.name} is not indexed`);
  return shardOf(parts, column, source, reads);
}

/** TiDB's name for the hidden row id, which cannot be asked for here. */
const ROW_ID = '_tidb_rowid';

const UNSUPPORTED: ReadonlySet<string> = new Set(['enum', 'set', 'bit', 'json']);

function shardOf(parts: readonly string[], column: ColumnDef, source: Source, change: Change): Shard {
  if (UNSUPPORTED.has(column.type.kind))
    throw refused('Failed to restore the DML statement, probably because of unsupported type of the shard column');
  return { name: parts.map(quoteName).join('.'), column, source: source.name, reads: change };
}

function sourceNamed(written: ast.ColumnReference, sources: readonly Source[]): Source {
  const { schema, table, name } = written;
  const isNamed = (source: Source): boolean =>
    (table === undefined || source.name.toLowerCase() === table.toLowerCase()) &&
    (schema === undefined || source.schema.toLowerCase() === schema.toLowerCase());
  if (sources.length > 1 && (table === undefined || schema === undefined))
    throw refused(
      'Non-transactional DML, shard column must be fully specified (i.e. `BATCH ON dbname.tablename.colname`) when multiple tables are involved',
    );
  const found = sources.find(isNamed);
  if (found !== undefined) return found;
  const text = [schema, table, name].filter((part) => part !== undefined).join('.');
  if (sources.length === 1) throw sqlError('ER_BAD_FIELD_ERROR', text, 'where clause');
  throw refused(`Non-transactional DML, shard column ${text} is not in the tables involved in the join`);
}

/** Jobs would see the rows of others if the values moved. */
function refuseUpdate(statement: ast.Batch['statement'], { column, source }: Shard): void {
  const assignments = statement.kind === 'update' ? statement.assignments : [];
  const duplicates = statement.kind === 'insert' ? statement.onDuplicate : [];
  const isShard = ({ column: target }: ast.Assignment): boolean =>
    target.name.toLowerCase() === column.name.toLowerCase() &&
    (target.table ?? source).toLowerCase() === source.toLowerCase();
  if (assignments.some(isShard) || duplicates.some(isShard))
    throw refused('Non-transactional DML, shard column cannot be updated');
}

// ---- jobs ----

interface Job {
  first: Value;
  last: Value;
  rows: number;
}

/** With a LIMIT, so that sql_select_limit leaves it alone. */
function valuesText(name: string): string {
  return `SELECT ${name} FROM DUAL ORDER BY IF(ISNULL(${name}),0,1), ${name} LIMIT 18446744073709551615`;
}

function shardBody(text: string, { from, where }: Change): ast.QueryBody {
  const { body } = parseQueryText(text);
  return { ...(body as ast.Select), from, where };
}

async function jobsOf(
  session: EngineSession,
  query: ast.Query,
  text: string,
  { limit, type }: { readonly limit: number; readonly type: FieldType },
): Promise<Job[]> {
  const compare = compareOf(type);
  const isSame = (a: Value, b: Value): boolean => (a === null || b === null ? a === b : compare(a, b) === 0);
  const jobs: Job[] = [];
  const result = await runPlan(session, planFor(session, query, text, []), []);
  if (result.kind !== 'rows') return jobs;
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
    for (const row of batch) {
      const value = row[0] ?? null;
      const job = jobs.at(-1);
      if (job === undefined || (job.rows >= limit && !isSame(job.last, value))) {
        if (jobs.length >= JOBS_MAX) throw refused(`Non-transactional DML, more than ${JOBS_MAX} jobs`);
        jobs.push({ first: value, last: value, rows: 1 });
      } else {
        job.last = value;
        job.rows++;
      }
    }
  }
  await result.close();
  return jobs;
}

const JOBS_MAX = 1_000_000;

function conditionOf({ first, last }: Job, { name, column }: Shard): string {
  if (last === null) return `${name} IS NULL`;
  const end = literal(last, column.type);
  if (first === null) return `((${name} <= ${end}) OR ${name} IS NULL)`;
  return `${name} BETWEEN ${literal(first, column.type)} AND ${end}`;
}

const NUMBERS: ReadonlySet<string> = new Set(['int', 'decimal', 'float', 'double', 'year']);

function literal(value: Exclude<Value, null>, type: FieldType): string {
  if (value instanceof Uint8Array) return value.length === 0 ? "''" : `0x${toHex(value)}`;
  const text = formatText(value, type);
  return NUMBERS.has(type.kind) ? text : quoteString(text);
}
