/**
 * The rows of the seven tables that hold accounts, as the room works with them. Immutable: a change makes a new row.
 * The tables' own columns are MySQL 8's; sql-account-store.ts translates.
 */
import { quoteName } from '../../sql/ast/index.ts';
import type { PrivilegeSet } from './privileges.ts';

export interface UserRow {
  readonly user: string;
  readonly host: string;
  /** Global static privileges; GRANT OPTION is one of them. */
  readonly privileges: PrivilegeSet;
  readonly plugin: string;
  readonly authenticationString: string;
  readonly passwordExpired: boolean;
  readonly passwordChangedAtMs: number;
  /** Days; null = the default policy, 0 = never. */
  readonly passwordLifetimeDays: number | null;
  readonly locked: boolean;
  readonly passwordHistory: number | null;
  readonly passwordReuseDays: number | null;
  /** PASSWORD REQUIRE CURRENT: null = default. */
  readonly passwordRequireCurrent: boolean | null;
  readonly tls: {
    readonly type: '' | 'ANY' | 'X509' | 'SPECIFIED';
    readonly cipher: string;
    readonly issuer: string;
    readonly subject: string;
  };
  readonly maxQuestions: number;
  readonly maxUpdates: number;
  readonly maxConnections: number;
  readonly maxUserConnections: number;
  readonly attributes: UserAttributes;
}

/** mysql.user.User_attributes. */
export interface UserAttributes {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly Password_locking?: { readonly failed_login_attempts: number; readonly password_lock_time_days: number };
}

export interface DatabaseRow {
  readonly user: string;
  readonly host: string;
  /** May hold the wildcards % and _. */
  readonly db: string;
  readonly privileges: PrivilegeSet;
}
export interface TableRow {
  readonly user: string;
  readonly host: string;
  readonly db: string;
  readonly table: string;
  readonly grantor: string;
  readonly privileges: PrivilegeSet;
  /** What columns of this table are granted, all together. */
  readonly columnPrivileges: PrivilegeSet;
}
export interface ColumnRow {
  readonly user: string;
  readonly host: string;
  readonly db: string;
  readonly table: string;
  readonly column: string;
  readonly privileges: PrivilegeSet;
}
export interface DynamicRow {
  readonly user: string;
  readonly host: string;
  readonly privilege: string;
  readonly grantOption: boolean;
}
/** The role (`from`) is granted to an account (`user`). */
export interface RoleEdgeRow {
  readonly user: string;
  readonly host: string;
  readonly fromUser: string;
  readonly fromHost: string;
  readonly adminOption: boolean;
}
export interface DefaultRoleRow {
  readonly user: string;
  readonly host: string;
  readonly roleUser: string;
  readonly roleHost: string;
}

export interface RowTypes {
  readonly user: UserRow;
  readonly db: DatabaseRow;
  readonly tables_priv: TableRow;
  readonly columns_priv: ColumnRow;
  readonly global_grants: DynamicRow;
  readonly role_edges: RoleEdgeRow;
  readonly default_roles: DefaultRoleRow;
}
export type AccountTable = keyof RowTypes;
export type AccountRow = RowTypes[AccountTable];

export const ACCOUNT_TABLES: readonly AccountTable[] = [
  'user',
  'db',
  'tables_priv',
  'columns_priv',
  'global_grants',
  'role_edges',
  'default_roles',
];

/** The primary key, in one string. */
export const KEY_OF: { readonly [T in AccountTable]: (row: RowTypes[T]) => string } = {
  user: (row) => join(row.user, row.host),
  db: (row) => join(row.user, row.host, row.db),
  tables_priv: (row) => join(row.user, row.host, row.db, row.table),
  columns_priv: (row) => join(row.user, row.host, row.db, row.table, row.column.toLowerCase()),
  global_grants: (row) => join(row.user, row.host, row.privilege),
  role_edges: (row) => join(row.user, row.host, row.fromUser, row.fromHost),
  default_roles: (row) => join(row.user, row.host, row.roleUser, row.roleHost),
};

export function join(...parts: string[]): string {
  return parts.join('\0');
}

export interface AccountId {
  readonly user: string;
  readonly host: string;
}

export function accountKey(account: AccountId): string {
  return join(account.user, account.host);
}

/** 'user'@'host' of messages. */
export function quoteAccount(account: AccountId): string {
  return `'${account.user}'@'${account.host}'`;
}

/** `user`@`host` of SHOW. */
export function tickAccount(account: AccountId): string {
  return `${quoteName(account.user)}@${quoteName(account.host)}`;
}
