/** Which Com_* counter a statement adds to, as MySQL names its commands. */
import type * as ast from '../../sql/ast/index.ts';
import type { StatusCounters } from './status-counters.ts';
import { COM_NAMES } from './com-names.data.ts';

const INDEXES: ReadonlyMap<string, number> = new Map(COM_NAMES.map((name, index) => [name, index]));

/** Statements that MySQL calls otherwise than our tree does; undefined = counted nowhere. */
const RENAMED: Readonly<Record<string, string | undefined>> = {
  query: 'select',
  'load-data': 'load',
  'import-into': 'load',
  batch: 'update_multi',
  'start-transaction': 'begin',
  'set-transaction': 'set_option',
  set: 'set_option',
  use: 'change_db',
  prepare: 'prepare_sql',
  execute: 'execute_sql',
  deallocate: 'dealloc_sql',
  'create-database': 'create_db',
  'alter-database': 'alter_db',
  'drop-database': 'drop_db',
  'truncate-table': 'truncate',
  'analyze-table': 'analyze',
  'show-columns': 'show_fields',
  'show-index': 'show_keys',
  'cache-index': 'assign_to_keycache',
  'load-index': 'preload_keys',
  'reset-persist': 'reset',
  'import-table': 'import',
  call: 'call_procedure',
  'create-loadable-function': 'create_udf',
  'set-default-role': 'alter_user_default_role',
  'grant-proxy': 'grant',
  'purge-logs': 'purge',
};

const SHOWN: Readonly<Record<ast.ShowSimple['subject'], string>> = {
  databases: 'databases',
  'character set': 'charsets',
  collation: 'collations',
  engines: 'storage_engines',
  plugins: 'plugins',
  privileges: 'privileges',
  profiles: 'profiles',
  processlist: 'processlist',
  'full processlist': 'processlist',
  'procedure status': 'procedure_status',
  'function status': 'function_status',
  'library status': 'library_status',
  'binary logs': 'binlogs',
  'binary log status': 'binary_log_status',
  replicas: 'replicas',
  'replica status': 'replica_status',
  'count warnings': 'warnings',
  'count errors': 'errors',
  events: 'events',
  triggers: 'triggers',
  'table status': 'table_status',
  'open tables': 'open_tables',
};

const CREATED: Readonly<Record<string, string>> = { database: 'db', procedure: 'proc', function: 'func' };
const HANDLED: Readonly<Record<string, string>> = { open: 'ha_open', read: 'ha_read', close: 'ha_close' };

/** -1 when nothing counts it. */
export function comIndexOf(statement: ast.Statement): number {
  const name = comNameOf(statement);
  return name === undefined ? -1 : (INDEXES.get(name) ?? -1);
}

/** PREPARE, EXECUTE and DEALLOCATE count as the protocol's commands too. */
const TWICE: Readonly<Record<string, number>> = {
  prepare: comIndexByName('stmt_prepare'),
  execute: comIndexByName('stmt_execute'),
  deallocate: comIndexByName('stmt_close'),
};

export function countStatement(counters: StatusCounters, statement: ast.Statement): void {
  counters.countCommand(comIndexOf(statement));
  counters.countCommand(TWICE[statement.kind] ?? -1);
}

/** By MySQL's name without Com_, for commands of the protocol. */
export function comIndexByName(name: string): number {
  return INDEXES.get(name) ?? -1;
}

function comNameOf(statement: ast.Statement): string | undefined {
  switch (statement.kind) {
    case 'insert':
      return `${statement.replace ? 'replace' : 'insert'}${statement.query === undefined ? '' : '_select'}`;
    case 'update':
      return statement.tables.length === 1 && statement.tables[0]?.kind === 'table' ? 'update' : 'update_multi';
    case 'delete':
      return statement.targets === undefined ? 'delete' : 'delete_multi';
    case 'show':
      return `show_${SHOWN[statement.subject]}`;
    case 'maintain-table':
      return statement.action;
    case 'savepoint':
      return statement.action === 'set'
        ? 'savepoint'
        : `${statement.action}${statement.action === 'release' ? '_savepoint' : '_to_savepoint'}`;
    default:
      return RENAMED[statement.kind] ?? withDetail(statement);
  }
}

function withDetail(statement: ast.Statement): string {
  switch (statement.kind) {
    case 'show-variables':
      return statement.status ? 'show_status' : 'show_variables';
    case 'show-create':
      return `show_create_${CREATED[statement.type] ?? (statement.type === 'view' ? 'table' : statement.type)}`;
    case 'show-engine':
      return `show_engine_${statement.what}`;
    case 'show-diagnostics':
      return `show_${statement.what}`;
    case 'show-routine-code':
      return `show_${statement.type}_code`;
    case 'show-log-events':
      return `show_${statement.log}_events`;
    case 'xa':
      return `xa_${statement.action}`;
    case 'handler':
      return HANDLED[statement.action] ?? 'ha_read';
    case 'lock-instance':
      return statement.unlock ? 'unlock_instance' : 'lock_instance';
    case 'explain':
      return statement.connection === undefined ? explained(statement) : 'explain_other';
    case 'create-routine':
      return `create_${statement.type}`;
    case 'alter-routine':
      return `alter_${statement.type}`;
    case 'drop-object':
      return `drop_${statement.type.replaceAll(' ', '_')}`;
    case 'install':
    case 'uninstall':
      return `${statement.kind}_${statement.type}`;
    default:
      return statement.kind.replaceAll('-', '_');
  }
}

/** EXPLAIN counts as what it explains. */
function explained(statement: ast.Explain): string {
  return statement.statement === undefined ? 'show_fields' : (comNameOf(statement.statement) ?? 'select');
}
