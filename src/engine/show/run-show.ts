/**
 * Runs SHOW. What MySQL defines as a view of information_schema is rewritten to a query over it, so that LIKE, WHERE,
 * rights and collations are those of queries; SHOW CREATE and the empty families are answered directly.
 */
import { type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { quoteText } from '../../sql/ddl/index.ts';
import { isVirtualSchema } from '../../sql/infoschema/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { tableResult, textColumn } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import { isOfSession } from '../temporary/temporary-changes.ts';
import { showTidb } from '../tidb/run-tidb.ts';
import { runText } from './run-text.ts';
import { showCreate } from './show-create-statement.ts';
import { showServer } from './show-server.ts';

export function runShowStatement(
  session: EngineSession,
  statement: ast.Show,
  sql: string,
): MaybePromise<StatementResult> {
  switch (statement.kind) {
    case 'show':
      return showSimple(session, statement, sql);
    case 'show-tables':
      return showTables(session, statement, sql);
    case 'show-columns':
      return showColumns(session, statement, sql);
    case 'show-index':
      return showIndex(session, statement, sql);
    case 'show-variables':
      return showVariables(session, statement, sql);
    case 'show-create':
      return showCreate(session, statement);
    case 'show-engine':
    case 'show-profile':
    case 'show-log-events':
      return showServer(session, statement);
    case 'show-tidb':
      return showTidb(session, statement, sql);
    default:
      throw sqlError('ER_NOT_SUPPORTED_YET', statement.kind.toUpperCase().replaceAll('-', ' '));
  }
}

/** A query over information_schema, with the statement's LIKE or WHERE put around it. */
interface ShowQuery {
  readonly select: string;
  /** The output column that LIKE applies to. */
  readonly likeColumn: string;
  readonly orderBy?: string;
}

function query(
  session: EngineSession,
  show: ShowQuery,
  filter: ast.ShowFilter | undefined,
  sql: string,
): MaybePromise<StatementResult> {
  const name = (column: string): string => `\`${column.replaceAll('`', '``')}\``;
  let text = `SELECT * FROM (${show.select}) AS \`show\``;
  if (filter?.like !== undefined) text += ` WHERE ${name(show.likeColumn)} LIKE ${quoteText(filter.like)}`;
  else if (filter?.whereText !== undefined) text += ` WHERE ${sql.slice(filter.whereText.start, filter.whereText.end)}`;
  text += ` ORDER BY ${show.orderBy ?? name(show.likeColumn)}`;
  return runText(session, text);
}

function schemaOf(session: EngineSession, written: string | undefined): string {
  const schema = written ?? session.state.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  if (session.catalog.findSchema(schema) === undefined && !isVirtualSchema(schema))
    throw sqlError('ER_BAD_DB_ERROR', schema);
  return isVirtualSchema(schema) ? schema.toLowerCase() : schema;
}

interface ShownTable {
  readonly schema: string;
  readonly table: string;
  readonly temporary?: boolean;
}

function requireTable(session: EngineSession, name: ast.TableName): ShownTable {
  const schema = schemaOf(session, name.schema);
  if (isVirtualSchema(schema))
    return { schema, table: schema === 'information_schema' ? name.name.toUpperCase() : name.name.toLowerCase() };
  const table = session.catalog.findTable(schema, name.name);
  if (table === undefined) throw sqlError('ER_NO_SUCH_TABLE', schema, name.name);
  if (table.kind === 'table' && isOfSession(table)) return { schema, table: table.name, temporary: true };
  session.privileges.check('select', schema, table.name, []);
  return { schema, table: table.name };
}

/** information_schema does not list temporary tables: the query runs here, while it does. */
function overTemporary(
  session: EngineSession,
  isTemporary: boolean | undefined,
  run: () => MaybePromise<StatementResult>,
): MaybePromise<StatementResult> {
  if (isTemporary !== true) return run();
  const { virtualTables } = session;
  virtualTables.listsTemporary = true;
  return collected(run).finally(() => {
    virtualTables.listsTemporary = false;
  });
}

async function collected(run: () => MaybePromise<StatementResult>): Promise<StatementResult> {
  const result = await run();
  if (result.kind === 'ok') return result;
  const rows: Row[] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) rows.push(...batch);
  await result.close();
  return tableResult(result.columns, rows);
}

function showTables(session: EngineSession, statement: ast.ShowTables, sql: string): MaybePromise<StatementResult> {
  const schema = schemaOf(session, statement.schema);
  const like = statement.filter?.like;
  const column = like === undefined ? `Tables_in_${schema}` : `Tables_in_${schema} (${like})`;
  const type = statement.full ? ', TABLE_TYPE AS `Table_type`' : '';
  const select = `SELECT TABLE_NAME AS \`${column.replaceAll('`', '``')}\`${type} FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteText(schema)}`;
  return query(session, { select, likeColumn: column }, statement.filter, sql);
}

function showColumns(session: EngineSession, statement: ast.ShowColumns, sql: string): MaybePromise<StatementResult> {
  const { schema, table, temporary } = requireTable(session, statement.table);
  const columns = statement.full
    ? 'COLUMN_NAME AS `Field`, COLUMN_TYPE AS `Type`, COLLATION_NAME AS `Collation`, IS_NULLABLE AS `Null`, COLUMN_KEY AS `Key`, COLUMN_DEFAULT AS `Default`, EXTRA AS `Extra`, PRIVILEGES AS `Privileges`, COLUMN_COMMENT AS `Comment`'
    : 'COLUMN_NAME AS `Field`, COLUMN_TYPE AS `Type`, IS_NULLABLE AS `Null`, COLUMN_KEY AS `Key`, COLUMN_DEFAULT AS `Default`, EXTRA AS `Extra`';
  const from = `FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${quoteText(schema)} AND TABLE_NAME = ${quoteText(table)}`;
  // Ordered inside, kept by the stable order of the outer query over a constant.
  const select = `SELECT ${columns} ${from} ORDER BY ORDINAL_POSITION LIMIT 100000`;
  return overTemporary(session, temporary, () =>
    query(session, { select, likeColumn: 'Field', orderBy: 'NULL' }, statement.filter, sql),
  );
}

function showIndex(session: EngineSession, statement: ast.ShowIndex, sql: string): MaybePromise<StatementResult> {
  const { schema, table, temporary } = requireTable(session, statement.table);
  const select =
    'SELECT TABLE_NAME AS `Table`, NON_UNIQUE AS `Non_unique`, INDEX_NAME AS `Key_name`, SEQ_IN_INDEX AS `Seq_in_index`, COLUMN_NAME AS `Column_name`, COLLATION AS `Collation`, CARDINALITY AS `Cardinality`, SUB_PART AS `Sub_part`, PACKED AS `Packed`, NULLABLE AS `Null`, INDEX_TYPE AS `Index_type`, COMMENT AS `Comment`, INDEX_COMMENT AS `Index_comment`, IS_VISIBLE AS `Visible`, EXPRESSION AS `Expression` ' +
    `FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ${quoteText(schema)} AND TABLE_NAME = ${quoteText(table)} LIMIT 100000`;
  return overTemporary(session, temporary, () =>
    query(session, { select, likeColumn: 'Key_name', orderBy: 'NULL' }, statement.filter, sql),
  );
}

function showVariables(
  session: EngineSession,
  statement: ast.ShowVariables,
  sql: string,
): MaybePromise<StatementResult> {
  const table = `${statement.scope}_${statement.status ? 'status' : 'variables'}`;
  const select = `SELECT VARIABLE_NAME AS \`Variable_name\`, VARIABLE_VALUE AS \`Value\` FROM performance_schema.${table}`;
  return query(session, { select, likeColumn: 'Variable_name' }, statement.filter, sql);
}

const EMPTY_SUBJECTS: Readonly<Record<string, readonly string[]>> = {
  profiles: ['Query_ID', 'Duration', 'Query'],
  'binary log status': ['File', 'Position', 'Binlog_Do_DB', 'Binlog_Ignore_DB', 'Executed_Gtid_Set'],
  replicas: ['Server_Id', 'Host', 'Port', 'Source_Id', 'Replica_UUID'],
  'replica status': ['Replica_IO_State'],
  'procedure status': routineColumns(),
  'function status': routineColumns(),
  'library status': routineColumns(),
  events: [
    'Db',
    'Name',
    'Definer',
    'Time zone',
    'Type',
    'Execute at',
    'Interval value',
    'Interval field',
    'Starts',
    'Ends',
    'Status',
    'Originator',
    'character_set_client',
    'collation_connection',
    'Database Collation',
  ],
  triggers: [
    'Trigger',
    'Event',
    'Table',
    'Statement',
    'Timing',
    'Created',
    'sql_mode',
    'Definer',
    'character_set_client',
    'collation_connection',
    'Database Collation',
  ],
};

function routineColumns(): readonly string[] {
  return [
    'Db',
    'Name',
    'Type',
    'Language',
    'Definer',
    'Modified',
    'Created',
    'Security_type',
    'Comment',
    'character_set_client',
    'collation_connection',
    'Database Collation',
  ];
}

const QUERIES: Readonly<Record<string, ShowQuery>> = {
  databases: { select: 'SELECT SCHEMA_NAME AS `Database` FROM information_schema.SCHEMATA', likeColumn: 'Database' },
  'character set': {
    select:
      'SELECT CHARACTER_SET_NAME AS `Charset`, DESCRIPTION AS `Description`, DEFAULT_COLLATE_NAME AS `Default collation`, MAXLEN AS `Maxlen` FROM information_schema.CHARACTER_SETS',
    likeColumn: 'Charset',
  },
  collation: {
    select:
      'SELECT COLLATION_NAME AS `Collation`, CHARACTER_SET_NAME AS `Charset`, ID AS `Id`, IS_DEFAULT AS `Default`, IS_COMPILED AS `Compiled`, SORTLEN AS `Sortlen`, PAD_ATTRIBUTE AS `Pad_attribute` FROM information_schema.COLLATIONS',
    likeColumn: 'Collation',
  },
  engines: {
    select:
      'SELECT ENGINE AS `Engine`, SUPPORT AS `Support`, COMMENT AS `Comment`, TRANSACTIONS AS `Transactions`, XA AS `XA`, SAVEPOINTS AS `Savepoints` FROM information_schema.ENGINES',
    likeColumn: 'Engine',
  },
  plugins: {
    select:
      'SELECT PLUGIN_NAME AS `Name`, PLUGIN_STATUS AS `Status`, PLUGIN_TYPE AS `Type`, PLUGIN_LIBRARY AS `Library`, PLUGIN_LICENSE AS `License` FROM information_schema.PLUGINS',
    likeColumn: 'Name',
  },
  processlist: {
    select:
      'SELECT ID AS `Id`, USER AS `User`, HOST AS `Host`, DB AS `db`, COMMAND AS `Command`, TIME AS `Time`, STATE AS `State`, LEFT(INFO, 100) AS `Info` FROM information_schema.PROCESSLIST',
    likeColumn: 'Id',
  },
  'full processlist': {
    select:
      'SELECT ID AS `Id`, USER AS `User`, HOST AS `Host`, DB AS `db`, COMMAND AS `Command`, TIME AS `Time`, STATE AS `State`, INFO AS `Info` FROM information_schema.PROCESSLIST',
    likeColumn: 'Id',
  },
};

function showSimple(session: EngineSession, statement: ast.ShowSimple, sql: string): MaybePromise<StatementResult> {
  const known = QUERIES[statement.subject];
  if (known !== undefined) {
    const likeTitle = statement.subject === 'databases' && statement.filter?.like !== undefined;
    if (!likeTitle) return query(session, known, statement.filter, sql);
    const column = `Database (${statement.filter?.like ?? ''})`;
    return query(
      session,
      { select: known.select.replace('`Database`', `\`${column.replaceAll('`', '``')}\``), likeColumn: column },
      statement.filter,
      sql,
    );
  }
  if (statement.subject === 'table status') return tableStatus(session, statement, sql);
  if (statement.subject === 'open tables') return openTables(session, statement, sql);
  if (statement.subject === 'binary logs') throw sqlError('ER_NO_BINARY_LOGGING');
  if (statement.subject === 'privileges') return showPrivileges();
  const empty = EMPTY_SUBJECTS[statement.subject];
  if (empty === undefined) throw sqlError('ER_NOT_SUPPORTED_YET', `SHOW ${statement.subject.toUpperCase()}`);
  if (statement.schema !== undefined) schemaOf(session, statement.schema);
  return tableResult(
    empty.map((name) => textColumn(name, 128)),
    [],
  );
}

function tableStatus(session: EngineSession, statement: ast.ShowSimple, sql: string): MaybePromise<StatementResult> {
  const schema = schemaOf(session, statement.schema);
  const select =
    'SELECT TABLE_NAME AS `Name`, ENGINE AS `Engine`, VERSION AS `Version`, ROW_FORMAT AS `Row_format`, TABLE_ROWS AS `Rows`, AVG_ROW_LENGTH AS `Avg_row_length`, DATA_LENGTH AS `Data_length`, MAX_DATA_LENGTH AS `Max_data_length`, INDEX_LENGTH AS `Index_length`, DATA_FREE AS `Data_free`, AUTO_INCREMENT AS `Auto_increment`, CREATE_TIME AS `Create_time`, UPDATE_TIME AS `Update_time`, CHECK_TIME AS `Check_time`, TABLE_COLLATION AS `Collation`, CHECKSUM AS `Checksum`, CREATE_OPTIONS AS `Create_options`, TABLE_COMMENT AS `Comment` ' +
    `FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteText(schema)}`;
  return query(session, { select, likeColumn: 'Name' }, statement.filter, sql);
}

/** Definitions are read at the start and kept: every table is open. */
function openTables(session: EngineSession, statement: ast.ShowSimple, sql: string): MaybePromise<StatementResult> {
  const schema = statement.schema === undefined ? '' : ` AND TABLE_SCHEMA = ${quoteText(statement.schema)}`;
  const select =
    'SELECT TABLE_SCHEMA AS `Database`, TABLE_NAME AS `Table`, 0 AS `In_use`, 0 AS `Name_locked` ' +
    `FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE'${schema}`;
  return query(session, { select, likeColumn: 'Table' }, statement.filter, sql);
}

function showPrivileges(): StatementResult {
  const row = (name: string, context: string, comment: string): [string, string, string] => [name, context, comment];
  return tableResult(
    [textColumn('Privilege', 64), textColumn('Context', 128), textColumn('Comment', 128)],
    [
      row('Alter', 'Tables', 'To alter the table'),
      row('Create', 'Databases,Tables,Indexes', 'To create new databases and tables'),
      row('Create role', 'Server Admin', 'To create new roles'),
      row('Create user', 'Server Admin', 'To create new users'),
      row('Create view', 'Tables', 'To create new views'),
      row('Delete', 'Tables', 'To delete existing rows'),
      row('Drop', 'Databases,Tables', 'To drop databases, tables, and views'),
      row('Drop role', 'Server Admin', 'To drop roles'),
      row('File', 'File access on server', 'To read and write files on the server'),
      row(
        'Grant option',
        'Databases,Tables,Functions,Procedures',
        'To give to other users those privileges you possess',
      ),
      row('Index', 'Tables', 'To create or drop indexes'),
      row('Insert', 'Tables', 'To insert data into tables'),
      row('Process', 'Server Admin', 'To view the plain text of currently executing queries'),
      row('References', 'Databases,Tables', 'To have references on tables'),
      row('Reload', 'Server Admin', 'To reload or refresh tables, logs and privileges'),
      row('Select', 'Tables', 'To retrieve rows from table'),
      row('Show databases', 'Server Admin', 'To see all databases with SHOW DATABASES'),
      row('Show view', 'Tables', 'To see views with SHOW CREATE VIEW'),
      row('Super', 'Server Admin', 'To use KILL thread, SET GLOBAL, CHANGE MASTER, etc.'),
      row('Update', 'Tables', 'To update existing rows'),
      row('Usage', 'Server Admin', 'No privileges - allow connect only'),
    ],
  );
}
