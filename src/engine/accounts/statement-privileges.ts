/**
 * Which rights a statement needs beyond those that the planner checks (SELECT, INSERT, UPDATE, DELETE with their columns).
 *
 * A table, not a program: each statement kind lists requirements; all must hold. Unknown kinds need none.
 */
import type * as ast from '../../sql/ast/index.ts';
import type { StaticPrivilege } from './privileges.data.ts';

export type Requirement =
  /** One of these, static (upper case with spaces) or dynamic; else 1227. */
  | { readonly level: 'global'; readonly anyOf: readonly string[] }
  /** 1044. */
  | { readonly level: 'database'; readonly privilege: StaticPrivilege; readonly schema: string }
  /** All of them; 1142 names those that are missing. */
  | {
      readonly level: 'table';
      readonly privileges: readonly StaticPrivilege[];
      readonly schema: string;
      readonly table: string;
    };

export function requiredPrivileges(statement: ast.Statement, database: string | null): readonly Requirement[] {
  const rule = RULES[statement.kind] as ((statement: ast.Statement, at: Place) => readonly Requirement[]) | undefined;
  return rule === undefined ? NONE : rule(statement, new Place(database));
}

const NONE: readonly Requirement[] = [];
/** On partitions: as on tables. */
const MAINTENANCE: ReadonlySet<string> = new Set(['analyze', 'optimize', 'repair']);

/** Completes names with the current database. */
class Place {
  readonly #database: string;

  constructor(database: string | null) {
    this.#database = database ?? '';
  }

  table(name: ast.ObjectName, ...privileges: StaticPrivilege[]): Requirement[] {
    return [{ level: 'table', privileges, schema: this.schemaOf(name), table: name.name }];
  }

  tables(names: readonly ast.ObjectName[], ...privileges: StaticPrivilege[]): Requirement[] {
    return names.flatMap((name) => this.table(name, ...privileges));
  }

  schemaOf(name: ast.ObjectName): string {
    return name.schema ?? this.#database;
  }
}

function global(...anyOf: string[]): readonly Requirement[] {
  return [{ level: 'global', anyOf }];
}

function onDatabase(privilege: StaticPrivilege, schema: string): Requirement {
  return { level: 'database', privilege, schema };
}

type Rules = {
  readonly [K in ast.StatementKind]?: (
    statement: Extract<ast.Statement, { readonly kind: K }>,
    at: Place,
  ) => readonly Requirement[];
};

const RULES: Rules = {
  query: (statement) => (writesFile(statement) ? global('FILE') : NONE),
  'create-table': createTable,
  'alter-table': (statement, at) => {
    const operation = statement.actions.find((action) => action.kind === 'partition')?.operation;
    if (operation?.type === 'exchange')
      return at.tables([statement.table, operation.table], 'insert', 'create', 'drop', 'alter');
    if (operation?.type === 'truncate') return at.table(statement.table, 'drop');
    if (operation?.type === 'drop') return at.table(statement.table, 'alter', 'drop');
    if (operation?.type === 'check') return at.table(statement.table, 'select');
    if (operation !== undefined && MAINTENANCE.has(operation.type))
      return at.table(statement.table, 'select', 'insert');
    const renamed = statement.actions.flatMap((action) => (action.kind === 'rename-table' ? [action.to] : []));
    if (renamed.length === 0) return at.table(statement.table, 'alter');
    return [...at.table(statement.table, 'alter', 'drop'), ...at.tables(renamed, 'create', 'insert')];
  },
  'drop-table': (statement, at) =>
    statement.temporary
      ? statement.tables.map((table) => onDatabase('create temporary tables', at.schemaOf(table)))
      : at.tables(statement.tables, 'drop'),
  'rename-table': (statement, at) =>
    statement.renames.flatMap(({ from, to }) => [
      ...at.table(from, 'alter', 'drop'),
      ...at.table(to, 'create', 'insert'),
    ]),
  'truncate-table': (statement, at) => at.table(statement.table, 'drop'),
  'create-index': (statement, at) => at.table(statement.table, 'index'),
  'drop-index': (statement, at) => at.table(statement.table, 'index'),
  'create-database': (statement) => [onDatabase('create', statement.name)],
  'alter-database': (statement, at) => [
    onDatabase('alter', statement.name ?? at.schemaOf({ schema: undefined, name: '' })),
  ],
  'drop-database': (statement) => [onDatabase('drop', statement.name)],
  'create-view': (statement, at) =>
    at.table(statement.view, 'create view', ...(statement.orReplace ? (['drop'] as const) : [])),
  'drop-view': (statement, at) => at.tables(statement.views, 'drop'),
  'lock-tables': (statement, at) =>
    statement.locks.flatMap((lock) => [
      onDatabase('lock tables', at.schemaOf(lock.table)),
      ...at.table(lock.table, 'select'),
    ]),
  'analyze-table': (statement, at) => at.tables(statement.tables, 'select', 'insert'),
  'maintain-table': (statement, at) =>
    statement.action === 'checksum' || statement.action === 'check'
      ? at.tables(statement.tables, 'select')
      : at.tables(statement.tables, 'select', 'insert'),
  flashback: (statement, at) => {
    if (statement.what === 'cluster') return global('SUPER');
    if (statement.what === 'database') return [onDatabase('create', statement.to ?? statement.database ?? '')];
    return statement.tables.map((table) => onDatabase('create', at.schemaOf(table)));
  },
  'import-into': (statement, at) => [
    ...at.table(statement.table, 'select', 'update', 'insert', 'delete', 'alter'),
    ...(statement.file === undefined ? NONE : global('FILE')),
  ],
  'resource-group': () => global('SUPER', 'RESOURCE_GROUP_ADMIN'),
  binding: (statement) => (statement.scope === 'global' ? global('SUPER', 'SYSTEM_VARIABLES_ADMIN') : NONE),
  admin: () => global('SUPER'),
  'no-operation': (statement, at) =>
    statement.table === undefined ? global('SUPER', 'SYSTEM_VARIABLES_ADMIN') : at.table(statement.table, 'insert'),
  handler: (statement, at) => (statement.action === 'open' ? at.table(statement.table, 'select') : NONE),
  flush: (statement) => statement.targets.flatMap((target) => flushRights(target)),
  reset: () => global('RELOAD'),
  'purge-logs': () => global('SUPER', 'BINLOG_ADMIN'),
  shutdown: () => global('SHUTDOWN'),
  restart: () => global('SHUTDOWN'),
  install: () => global('SUPER', 'SYSTEM_VARIABLES_ADMIN'),
  uninstall: () => global('SUPER', 'SYSTEM_VARIABLES_ADMIN'),
  'lock-instance': () => global('BACKUP_ADMIN'),
  replication: () => global('SUPER', 'REPLICATION_SLAVE_ADMIN'),
  'show-engine': () => global('PROCESS'),
  'create-role': () => global('CREATE USER', 'CREATE ROLE'),
  'drop-role': () => global('CREATE USER', 'DROP ROLE'),
  'create-user': () => global('CREATE USER'),
  'drop-user': () => global('CREATE USER'),
  'rename-user': () => global('CREATE USER'),
};

function writesFile(query: ast.Query): boolean {
  return query.into?.kind === 'into-outfile' || query.into?.kind === 'into-dumpfile';
}

function createTable(statement: ast.CreateTable, at: Place): readonly Requirement[] {
  const own: Requirement[] = statement.temporary
    ? [onDatabase('create temporary tables', at.schemaOf(statement.table))]
    : at.table(statement.table, 'create', ...(statement.query === undefined ? [] : (['insert'] as const)));
  const like = statement.like === undefined ? [] : at.table(statement.like, 'select');
  return [...own, ...like];
}

function flushRights(target: ast.FlushTarget): readonly Requirement[] {
  if (target.kind === 'tables') return global('RELOAD', 'FLUSH_TABLES');
  switch (target.what) {
    case 'privileges':
      return global('RELOAD', 'FLUSH_PRIVILEGES');
    case 'status':
      return global('RELOAD', 'FLUSH_STATUS');
    case 'user_resources':
      return global('RELOAD', 'FLUSH_USER_RESOURCES');
    default:
      return global('RELOAD');
  }
}
