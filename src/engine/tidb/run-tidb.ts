/** Runs the statements that TiDB adds and that no other module runs; what has nothing to do here says why in a warning. */
import { runSequence } from './sequence-statement.ts';
import { andThen, type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { quoteName } from '../../sql/ast/index.ts';
import { quoteText } from '../../sql/ddl/index.ts';
import { functionNames } from '../../sql/functions/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { intColumn, okResult, tableResult, textColumn } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import { runText } from '../show/run-text.ts';
import { runBatch } from './batch-dml.ts';
import { importInto } from './import-into.ts';
import { groupText } from './resource-groups.ts';

/** Undefined when the statement is none of TiDB's. */
export function runTidb(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
): MaybePromise<StatementResult> | undefined {
  switch (statement.kind) {
    case 'resource-group':
      return andThen(
        session.host.additions.resourceGroups.change(statement, (errno, message) =>
          session.warn(errno, message, 'Note'),
        ),
        () => okResult({ warningCount: session.state.diagnostics.warningCount }),
      );
    case 'set-resource-group':
      session.resourceGroup = session.host.additions.resourceGroups.get(
        statement.name === '' ? 'default' : statement.name,
      ).name;
      return okResult();
    case 'sequence':
      session.host.additions.replicationRole.check(statement);
      return runSequence(session, statement);
    case 'binding':
      return runBinding(session, statement, sql);
    case 'batch':
      return runBatch(session, statement, sql);
    case 'import-into':
      return runImport(session, statement);
    case 'no-operation':
      return nothingToDo(session, statement);
    case 'admin':
      return runAdminTidb(session, statement);
    default:
      return undefined;
  }
}

const REASONS: Readonly<Record<ast.NoOperation['topic'], string>> = {
  regions: 'Ebb keeps no Regions: tables are neither split nor scattered, there is nothing to do',
  placement: 'Ebb places no replicas: where data lies is up to its object store, there is nothing to do',
  cluster: 'Ebb has no cluster to ask, there is nothing to do',
  replayer: 'Ebb writes no plan replayer files, there is nothing to do',
  statistics: 'Ebb keeps its statistics up to date by itself, there is nothing to do',
  traffic: 'Ebb records no traffic, there is nothing to do',
};
const NOTHING_TO_DO = 1105;

function nothingToDo(session: EngineSession, statement: ast.NoOperation): StatementResult {
  if (statement.table !== undefined) requireTable(session, statement.table);
  session.warn(NOTHING_TO_DO, REASONS[statement.topic]);
  if (statement.topic !== 'regions') return okResult({ warningCount: session.state.diagnostics.warningCount });
  return tableResult([intColumn('TOTAL_SPLIT_REGION'), intColumn('SCATTER_FINISH_RATIO')], [[0, 1]], 1);
}

function requireTable(session: EngineSession, name: ast.ObjectName): { schema: string; table: string } {
  const schema = name.schema ?? session.state.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  const found = session.catalog.findTable(schema, name.name);
  if (found === undefined) throw sqlError('ER_NO_SUCH_TABLE', schema, name.name);
  return { schema, table: found.name };
}

// ---- bindings ----

function runBinding(session: EngineSession, statement: ast.Binding, sql: string): MaybePromise<StatementResult> {
  const set = statement.scope === 'global' ? session.host.additions.bindings : session.bindings;
  const slice = (span: ast.Binding['original']): string | undefined => span && sql.slice(span.start, span.end);
  const original = slice(statement.original);
  let changed = 0;
  switch (statement.action) {
    case 'create':
      if (statement.original === undefined || original === undefined)
        throw sqlError('ER_NOT_SUPPORTED_YET', 'CREATE BINDING FROM HISTORY');
      set.create(original, slice(statement.using) ?? '', session.state.database ?? '', session.host.env.clock.nowMs());
      break;
    case 'drop':
      changed = set.drop(original, statement.digest);
      break;
    case 'enable':
    case 'disable':
      changed = set.enable(original, statement.digest, statement.action === 'enable');
      if (changed === 0)
        session.warn(NOTHING_TO_DO, 'There are no bindings can be set the status. Please check the SQL text');
  }
  for (const other of session.host.sessions().values()) other.state.planEpoch++;
  const result = okResult({ affectedRows: changed, warningCount: session.state.diagnostics.warningCount });
  return statement.scope === 'global' ? session.host.additions.bindings.save().then(() => result) : result;
}

// ---- import ----

async function runImport(session: EngineSession, statement: ast.ImportInto): Promise<StatementResult> {
  const job = await importInto(session, statement, session.host.additions.imports);
  if (statement.query !== undefined)
    return okResult({ affectedRows: job.rows, info: `Records: ${job.rows}, ID: ${job.id}` });
  return runText(session, `SELECT * FROM information_schema.SHOW_IMPORT_JOBS WHERE Job_ID = ${job.id}`);
}

// ---- ADMIN ----

function runAdminTidb(session: EngineSession, statement: ast.Admin): MaybePromise<StatementResult> {
  for (const table of statement.tables) requireTable(session, table);
  switch (statement.action) {
    case 'check table':
    case 'check index':
    case 'recover index':
    case 'cleanup index':
      session.warn(
        NOTHING_TO_DO,
        'Rows and index entries are written in one commit and checked by checksums when read, there is nothing to do',
        'Note',
      );
      if (statement.action === 'recover index')
        return tableResult([intColumn('ADDED_COUNT'), intColumn('SCAN_COUNT')], [[0, 0]], 1);
      if (statement.action === 'cleanup index') return tableResult([intColumn('REMOVED_COUNT')], [[0]], 1);
      return okResult({ warningCount: session.state.diagnostics.warningCount });
    case 'checksum table':
      return checksums(session, statement);
    case 'show next_row_id':
      return andThen(nextRowIds(session, statement.tables[0]), (rows) => tableResult(NEXT_ROW_COLUMNS, rows));
    case 'show slow':
      return runText(
        session,
        'SELECT Query AS `SQL`, Time AS `START`, Query_time AS `DURATION`, IF(Succ, 1, 0) AS `SUCC`, Conn_ID AS `CONN_ID`, Txn_start_ts AS `TRANSACTION_TS`, User AS `USER`, DB AS `DB`, Digest AS `DIGEST` FROM information_schema.SLOW_QUERY ORDER BY Query_time DESC LIMIT 10',
      );
    case 'reload':
    case 'flush':
    case 'other': {
      const ids = /^cancel\s+ddl\s+jobs\s+([\d\s,]+)$/i.exec(statement.words)?.[1];
      if (ids !== undefined) return cancelJobs(session, ids.split(',').map(Number));
      const role = replicationRole(session, statement.words);
      if (role !== undefined) return role;
      session.warn(NOTHING_TO_DO, REASONS.cluster);
      return okResult({ warningCount: session.state.diagnostics.warningCount });
    }
    case 'show ddl':
      return showDdl(session, statement.words);
  }
}

/** SET BDR ROLE PRIMARY | SECONDARY, UNSET BDR ROLE, SHOW BDR ROLE. */
function replicationRole(session: EngineSession, words: string): MaybePromise<StatementResult> | undefined {
  const { replicationRole: role } = session.host.additions;
  if (/^show\s+bdr\s+role$/i.test(words)) return tableResult([textColumn('BDR_ROLE', 64)], [[role.name]]);
  const wanted = /^(?:unset\s+bdr\s+role|set\s+bdr\s+role\s+(primary|secondary))$/i.exec(words);
  if (wanted === null) return undefined;
  return role.set(wanted[1]?.toLowerCase() as 'primary' | 'secondary' | undefined).then(() => okResult());
}

const JOBS_SHOWN = 10;

/** [JOBS [n] [WHERE condition]], JOB QUERIES id, …, or nothing: the state of the schema. */
function showDdl(session: EngineSession, words: string): MaybePromise<StatementResult> {
  const jobs = /^show\s+ddl\s+jobs(?:\s+(\d+))?(?:\s+(where\s[\s\S]+))?$/i.exec(words);
  if (jobs !== null) {
    const [, count = JOBS_SHOWN, where = ''] = jobs;
    return runText(
      session,
      `SELECT JOB_ID, DB_NAME, TABLE_NAME, JOB_TYPE, SCHEMA_STATE, SCHEMA_ID, TABLE_ID, ROW_COUNT, CREATE_TIME, START_TIME, END_TIME, STATE FROM information_schema.DDL_JOBS ${where} ORDER BY JOB_ID DESC LIMIT ${count}`,
    );
  }
  const queries = /^show\s+ddl\s+job\s+queries\s+([\d\s,]+)$/i.exec(words)?.[1];
  if (queries !== undefined)
    return runText(session, `SELECT QUERY FROM information_schema.DDL_JOBS WHERE JOB_ID IN (${queries})`);
  if (!/^show\s+ddl$/i.test(words)) throw sqlError('ER_NOT_SUPPORTED_YET', `ADMIN ${words.toUpperCase()}`);
  const running = session.host.additions.ddlJobs.list().filter(({ endedAtMs }) => endedAtMs === undefined);
  return tableResult(
    [
      intColumn('SCHEMA_VER'),
      ...['OWNER_ID', 'OWNER_ADDRESS', 'RUNNING_JOBS', 'SELF_ID', 'QUERY'].map((name) => textColumn(name, 256)),
    ],
    [
      [
        session.host.catalog().version,
        '',
        '',
        running.map((job) => `ID:${job.id}, Type:${job.type}, State:${job.state}`).join('\n'),
        '',
        running.map((job) => job.query).join('\n'),
      ],
    ],
  );
}

function cancelJobs(session: EngineSession, ids: readonly number[]): StatementResult {
  const { ddlJobs } = session.host.additions;
  return tableResult(
    [textColumn('JOB_ID', 64), textColumn('RESULT', 128)],
    ids.map((id) => [String(id), ddlJobs.cancel(id)]),
  );
}

async function checksums(session: EngineSession, statement: ast.Admin): Promise<StatementResult> {
  const rows: Row[] = [];
  for (const name of statement.tables) {
    const { schema, table } = requireTable(session, name);
    const found = session.catalog.findTable(schema, table);
    if (found?.kind !== 'table') throw sqlError('ER_WRONG_OBJECT', schema, table, 'BASE TABLE');
    const count = session.stats.rowCount(found);
    const checksum = await session.host.checksumTable(session, found);
    rows.push([schema, table, checksum, count, session.virtualTables.dataBytes(found)]);
  }
  const columns = [textColumn('Db_name', 64), textColumn('Table_name', 64)];
  return tableResult(
    [...columns, intColumn('Checksum_crc64_xor'), intColumn('Total_kvs'), intColumn('Total_bytes')],
    rows,
  );
}

const NEXT_ROW_COLUMNS = [
  textColumn('DB_NAME', 64),
  textColumn('TABLE_NAME', 64),
  textColumn('COLUMN_NAME', 64),
  intColumn('NEXT_GLOBAL_ROW_ID'),
  textColumn('ID_TYPE', 15),
];

function nextRowIds(session: EngineSession, name: ast.ObjectName | undefined): MaybePromise<Row[]> {
  if (name === undefined) return [];
  const { schema, table } = requireTable(session, name);
  const found = session.catalog.findTable(schema, table);
  if (found?.kind !== 'table') return [];
  const column = found.columns.find(({ autoIncrement }) => autoIncrement);
  if (column === undefined) return [[schema, table, '_tidb_rowid', 1, '_TIDB_ROWID']];
  return andThen(session.autoIncrementOf(found), (next) => [[schema, table, column.name, next ?? 1, 'AUTO_INCREMENT']]);
}

// ---- SHOW ----

const SHOWN_TABLES: Readonly<Partial<Record<ast.ShowTidb['subject'], readonly [table: string, like: string]>>> = {
  bindings: ['SHOW_BINDINGS', 'Original_sql'],
  stats_meta: ['SHOW_STATS_META', 'Table_name'],
  stats_healthy: ['SHOW_STATS_HEALTHY', 'Table_name'],
  stats_histograms: ['SHOW_STATS_HISTOGRAMS', 'Table_name'],
  'import jobs': ['SHOW_IMPORT_JOBS', 'Job_ID'],
};

/** Columns of what is always empty here. */
const EMPTY_SHOWS: Readonly<Partial<Record<ast.ShowTidb['subject'], string>>> = {
  placement: 'Target Placement Scheduling_State',
  'placement labels': 'Key Values',
  stats_topn: 'Db_name Table_name Partition_name Column_name Is_index Value Count',
  stats_buckets:
    'Db_name Table_name Partition_name Column_name Is_index Bucket_id Count Repeats Lower_Bound Upper_Bound Ndv',
  stats_locked: 'Db_name Table_name Partition_name Status',
  histograms_in_flight: 'HistogramsInFlight',
  column_stats_usage: 'Db_name Table_name Partition_name Column_name Last_used_at Last_analyzed_at',
  'analyze status':
    'Table_schema Table_name Partition_name Job_info Processed_rows Start_time End_time State Fail_reason Instance Process_ID Remaining_seconds Progress Estimated_total_rows',
  masters: '',
  config: 'Type Instance Name Value',
  backups: 'Destination State Progress Queue_time Execution_time Finish_time Connection Message',
  restores: 'Destination State Progress Queue_time Execution_time Finish_time Connection Message',
};

export function showTidb(session: EngineSession, statement: ast.ShowTidb, sql: string): MaybePromise<StatementResult> {
  const shown = SHOWN_TABLES[statement.subject];
  if (shown !== undefined) return showTable(session, statement, shown, sql);
  switch (statement.subject) {
    case 'table next_row_id':
      return andThen(nextRowIds(session, statement.table), (rows) => tableResult(NEXT_ROW_COLUMNS, rows));
    case 'table regions':
      return showRegions(session, statement);
    case 'builtins':
      return tableResult(
        [textColumn('Supported_builtin_functions', 64)],
        [...functionNames()].toSorted().map((name) => [name]),
      );
    case 'create resource group': {
      const group = session.host.additions.resourceGroups.get(statement.name ?? '');
      return tableResult(
        [textColumn('Resource_Group', 64), textColumn('Create Resource Group', 1024)],
        [[group.name, groupText(group)]],
      );
    }
    case 'create placement policy':
      throw sqlError('ER_PLACEMENT_POLICY_NOT_EXISTS', statement.name ?? '');
    default: {
      const names = EMPTY_SHOWS[statement.subject] ?? '';
      return tableResult(
        names.split(' ').map((name) => textColumn(name, 256, true)),
        [],
      );
    }
  }
}

function showTable(
  session: EngineSession,
  statement: ast.ShowTidb,
  [table, like]: readonly [string, string],
  sql: string,
): MaybePromise<StatementResult> {
  const conditions: string[] = [];
  const { filter } = statement;
  let columns = '*';
  if (statement.subject === 'bindings') {
    conditions.push(`scope = ${quoteText(statement.scope ?? 'session')}`);
    columns =
      'Original_sql, Bind_sql, Default_db, Status, Create_time, Update_time, Charset, Collation, Source, Sql_digest, Plan_digest';
  }
  if (statement.subject === 'import jobs' && statement.name !== undefined)
    conditions.push(`Job_ID = ${statement.name}`);
  if (filter?.like !== undefined) conditions.push(`${quoteName(like)} LIKE ${quoteText(filter.like)}`);
  if (filter?.whereText !== undefined) conditions.push(`(${sql.slice(filter.whereText.start, filter.whereText.end)})`);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return runText(session, `SELECT ${columns} FROM information_schema.${table}${where}`);
}

const REGION_COLUMNS =
  'REGION_ID START_KEY END_KEY LEADER_ID LEADER_STORE_ID PEERS SCATTERING WRITTEN_BYTES READ_BYTES APPROXIMATE_SIZE(MB) APPROXIMATE_KEYS SCHEDULING_CONSTRAINTS SCHEDULING_STATE'.split(
    ' ',
  );

/** A table is one piece. */
function showRegions(session: EngineSession, statement: ast.ShowTidb): StatementResult {
  const { schema, table } = requireTable(session, statement.table ?? { schema: undefined, name: '' });
  const found = session.catalog.findTable(schema, table);
  if (found?.kind !== 'table') throw sqlError('ER_WRONG_OBJECT', schema, table, 'BASE TABLE');
  const rows = session.stats.rowCount(found);
  const megabytes = Math.ceil(session.virtualTables.dataBytes(found) / 1048576);
  const numbers = [found.id, `t_${found.id}_`, `t_${found.id + 1}_`, 1, 1, '1', 0, 0, 0, megabytes, rows, '', ''];
  return tableResult(
    REGION_COLUMNS.map((name) =>
      typeof numbers[REGION_COLUMNS.indexOf(name)] === 'number' ? intColumn(name) : textColumn(name, 256),
    ),
    [numbers],
  );
}
