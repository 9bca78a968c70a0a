/**
 * Accounts in the tables of the schema `mysql`, read and written by SQL, so that they are durable, transactional and
 * visible to tools like any other data.
 */
import {
  DateTime,
  EnumValue,
  JsonValue,
  SetValue,
  civilSeconds,
  formatDateTime,
  formatJson,
  fromCivilSeconds,
  type Value,
} from '../../sql/types/index.ts';
import type { AccountRow, AccountTable, RowTypes, UserAttributes, UserRow } from './account-rows.ts';
import { ACCOUNT_TABLES } from './account-rows.ts';
import type { AccountChange, AccountRows, AccountStore } from './account-store.ts';
import { ACCOUNT_TABLE_DDL } from './account-tables.data.ts';
import { LOG_TABLE_DDL } from './log-tables.data.ts';
import { STATIC_PRIVILEGES } from './privileges.data.ts';
import { fromSetText, toSetText, type PrivilegeSet } from './privileges.ts';

/** Statements run with all rights, in the time zone UTC and strict mode. */
export interface InternalSql {
  /** Rows by column name. */
  query(sql: string): Promise<readonly Readonly<Record<string, Value>>[]>;
  /** All in one transaction. */
  transaction(statements: readonly string[]): Promise<void>;
  hasTable(schema: string, table: string): boolean;
}

export class SqlAccountStore implements AccountStore {
  readonly #sql: InternalSql;

  constructor(sql: InternalSql) {
    this.#sql = sql;
  }

  /** Makes the tables that are missing; true when all were, so that this database has just been born. */
  async prepare(): Promise<boolean> {
    const definitions = { ...ACCOUNT_TABLE_DDL, ...LOG_TABLE_DDL };
    const missing = Object.keys(definitions).filter((table) => !this.#sql.hasTable('mysql', table));
    if (missing.length === 0) return false;
    await this.#sql.query('CREATE DATABASE IF NOT EXISTS mysql');
    // MySQL has it, tools look for it; here it is an empty database.
    await this.#sql.query('CREATE DATABASE IF NOT EXISTS sys');
    for (const table of missing) await this.#sql.query(definitions[table] as string);
    return missing.length === Object.keys(definitions).length;
  }

  async load(): Promise<AccountRows> {
    const rows: Partial<Record<AccountTable, AccountRow[]>> = {};
    for (const table of ACCOUNT_TABLES) {
      const stored = await this.#sql.query(`SELECT * FROM mysql.\`${table}\``);
      rows[table] = stored.map((row) => READ[table](new Cells(row)));
    }
    return rows as unknown as AccountRows;
  }

  async write(changes: readonly AccountChange[]): Promise<void> {
    await this.#sql.transaction(changes.map(statementOf));
  }
}

function statementOf(change: AccountChange): string {
  const columns = (WRITE[change.table] as (row: AccountRow) => Columns)(change.row);
  if (change.kind === 'delete') {
    const where = PRIMARY_KEY[change.table].map((name) => `\`${name}\` = ${literal(columns[name])}`);
    return `DELETE FROM mysql.\`${change.table}\` WHERE ${where.join(' AND ')}`;
  }
  const names = Object.keys(columns);
  const values = names.map((name) => literal(columns[name]));
  return `REPLACE INTO mysql.\`${change.table}\` (${names.map((name) => `\`${name}\``).join(', ')}) VALUES (${values.join(', ')})`;
}

type Columns = Record<string, string | number | null>;

function literal(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number') return String(value);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** A stored row, read with the column's meaning. */
class Cells {
  readonly #row: Map<string, Value>;

  constructor(row: Readonly<Record<string, Value>>) {
    this.#row = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
  }

  text(name: string): string {
    const value = this.#row.get(name.toLowerCase()) ?? null;
    if (value instanceof EnumValue || value instanceof SetValue) return value.text;
    if (value instanceof Uint8Array) return new TextDecoder().decode(value);
    if (value instanceof JsonValue) return formatJson(value);
    return value === null ? '' : String(value as string | number);
  }

  yes(name: string): boolean {
    return this.text(name) === 'Y';
  }

  numberOrNull(name: string): number | null {
    const value = this.#row.get(name.toLowerCase()) ?? null;
    return value === null ? null : Number(value as number);
  }

  number(name: string): number {
    return this.numberOrNull(name) ?? 0;
  }

  timeMs(name: string): number {
    const value = this.#row.get(name.toLowerCase());
    return value instanceof DateTime ? civilSeconds(value) * 1000 : 0;
  }

  /** Y and N columns of mysql.user and mysql.db. */
  privileges(): PrivilegeSet {
    return STATIC_PRIVILEGES.reduce(
      (set, [, column], i) => (this.yes(`${column}_priv`) ? (set | (1 << i)) >>> 0 : set),
      0,
    );
  }
}

function privilegeColumns(set: PrivilegeSet, ofDatabase: boolean): Columns {
  const columns: Columns = {};
  STATIC_PRIVILEGES.forEach(([, column], i) => {
    if (!ofDatabase || DATABASE_COLUMNS.has(column)) columns[`${column}_priv`] = ((set >>> i) & 1) === 1 ? 'Y' : 'N';
  });
  return columns;
}

const DATABASE_COLUMNS: ReadonlySet<string> = new Set([
  'Select',
  'Insert',
  'Update',
  'Delete',
  'Create',
  'Drop',
  'Grant',
  'References',
  'Index',
  'Alter',
  'Create_tmp_table',
  'Lock_tables',
  'Create_view',
  'Show_view',
  'Create_routine',
  'Alter_routine',
  'Execute',
  'Event',
  'Trigger',
]);

const PRIMARY_KEY: Readonly<Record<AccountTable, readonly string[]>> = {
  user: ['Host', 'User'],
  db: ['Host', 'User', 'Db'],
  tables_priv: ['Host', 'User', 'Db', 'Table_name'],
  columns_priv: ['Host', 'User', 'Db', 'Table_name', 'Column_name'],
  global_grants: ['USER', 'HOST', 'PRIV'],
  role_edges: ['FROM_HOST', 'FROM_USER', 'TO_HOST', 'TO_USER'],
  default_roles: ['HOST', 'USER', 'DEFAULT_ROLE_HOST', 'DEFAULT_ROLE_USER'],
};

const READ: { readonly [T in AccountTable]: (cells: Cells) => RowTypes[T] } = {
  user: readUser,
  db: (cells) => ({
    host: cells.text('Host'),
    user: cells.text('User'),
    db: cells.text('Db'),
    privileges: cells.privileges(),
  }),
  tables_priv: (cells) => ({
    host: cells.text('Host'),
    user: cells.text('User'),
    db: cells.text('Db'),
    table: cells.text('Table_name'),
    grantor: cells.text('Grantor'),
    privileges: fromSetText(cells.text('Table_priv')),
    columnPrivileges: fromSetText(cells.text('Column_priv')),
  }),
  columns_priv: (cells) => ({
    host: cells.text('Host'),
    user: cells.text('User'),
    db: cells.text('Db'),
    table: cells.text('Table_name'),
    column: cells.text('Column_name'),
    privileges: fromSetText(cells.text('Column_priv')),
  }),
  global_grants: (cells) => ({
    host: cells.text('HOST'),
    user: cells.text('USER'),
    privilege: cells.text('PRIV'),
    grantOption: cells.yes('WITH_GRANT_OPTION'),
  }),
  role_edges: (cells) => ({
    host: cells.text('TO_HOST'),
    user: cells.text('TO_USER'),
    fromHost: cells.text('FROM_HOST'),
    fromUser: cells.text('FROM_USER'),
    adminOption: cells.yes('WITH_ADMIN_OPTION'),
  }),
  default_roles: (cells) => ({
    host: cells.text('HOST'),
    user: cells.text('USER'),
    roleHost: cells.text('DEFAULT_ROLE_HOST'),
    roleUser: cells.text('DEFAULT_ROLE_USER'),
  }),
};

function readUser(cells: Cells): UserRow {
  const requireCurrent = cells.text('Password_require_current');
  return {
    host: cells.text('Host'),
    user: cells.text('User'),
    privileges: cells.privileges(),
    plugin: cells.text('plugin'),
    authenticationString: cells.text('authentication_string'),
    passwordExpired: cells.yes('password_expired'),
    passwordChangedAtMs: cells.timeMs('password_last_changed'),
    passwordLifetimeDays: cells.numberOrNull('password_lifetime'),
    locked: cells.yes('account_locked'),
    passwordHistory: cells.numberOrNull('Password_reuse_history'),
    passwordReuseDays: cells.numberOrNull('Password_reuse_time'),
    passwordRequireCurrent: requireCurrent === '' ? null : requireCurrent === 'Y',
    tls: {
      type: cells.text('ssl_type') as UserRow['tls']['type'],
      cipher: cells.text('ssl_cipher'),
      issuer: cells.text('x509_issuer'),
      subject: cells.text('x509_subject'),
    },
    maxQuestions: cells.number('max_questions'),
    maxUpdates: cells.number('max_updates'),
    maxConnections: cells.number('max_connections'),
    maxUserConnections: cells.number('max_user_connections'),
    attributes: readAttributes(cells.text('User_attributes')),
  };
}

function readAttributes(text: string): UserAttributes {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as UserAttributes) : {};
  } catch {
    return {};
  }
}

const WRITE: { readonly [T in AccountTable]: (row: RowTypes[T]) => Columns } = {
  user: (row) => ({
    Host: row.host,
    User: row.user,
    ...privilegeColumns(row.privileges, false),
    ssl_type: row.tls.type,
    ssl_cipher: row.tls.cipher,
    x509_issuer: row.tls.issuer,
    x509_subject: row.tls.subject,
    max_questions: row.maxQuestions,
    max_updates: row.maxUpdates,
    max_connections: row.maxConnections,
    max_user_connections: row.maxUserConnections,
    plugin: row.plugin,
    authentication_string: row.authenticationString,
    password_expired: yesNo(row.passwordExpired),
    password_last_changed: formatDateTime(
      fromCivilSeconds(Math.floor(row.passwordChangedAtMs / 1000)) ?? DateTime.ZERO,
    ),
    password_lifetime: row.passwordLifetimeDays,
    account_locked: yesNo(row.locked),
    Password_reuse_history: row.passwordHistory,
    Password_reuse_time: row.passwordReuseDays,
    Password_require_current: row.passwordRequireCurrent === null ? null : yesNo(row.passwordRequireCurrent),
    User_attributes: Object.keys(row.attributes).length === 0 ? null : JSON.stringify(row.attributes),
  }),
  db: (row) => ({ Host: row.host, User: row.user, Db: row.db, ...privilegeColumns(row.privileges, true) }),
  tables_priv: (row) => ({
    Host: row.host,
    User: row.user,
    Db: row.db,
    Table_name: row.table,
    Grantor: row.grantor,
    Table_priv: toSetText(row.privileges),
    Column_priv: toSetText(row.columnPrivileges),
  }),
  columns_priv: (row) => ({
    Host: row.host,
    User: row.user,
    Db: row.db,
    Table_name: row.table,
    Column_name: row.column,
    Column_priv: toSetText(row.privileges),
  }),
  global_grants: (row) => ({
    USER: row.user,
    HOST: row.host,
    PRIV: row.privilege,
    WITH_GRANT_OPTION: yesNo(row.grantOption),
  }),
  role_edges: (row) => ({
    FROM_HOST: row.fromHost,
    FROM_USER: row.fromUser,
    TO_HOST: row.host,
    TO_USER: row.user,
    WITH_ADMIN_OPTION: yesNo(row.adminOption),
  }),
  default_roles: (row) => ({
    HOST: row.host,
    USER: row.user,
    DEFAULT_ROLE_HOST: row.roleHost,
    DEFAULT_ROLE_USER: row.roleUser,
  }),
};

function yesNo(value: boolean): string {
  return value ? 'Y' : 'N';
}
