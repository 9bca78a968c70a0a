/** Users, roles, privileges. */
import type { AccountName, Span } from './clause.ts';

export type AuthClause = {
  /** WITH plugin; undefined = the default plugin. */
  readonly plugin: string | undefined;
  /** BY 'password' (plain), BY RANDOM PASSWORD, AS 'hash'. */
  readonly by:
    | { readonly type: 'password'; readonly password: string }
    | { readonly type: 'random' }
    | { readonly type: 'hash'; readonly hash: string }
    | undefined;
  readonly replace: string | undefined;
  readonly retainCurrent: boolean;
};

/** One account of CREATE USER or ALTER USER. */
export interface UserSpecification {
  readonly account: AccountName;
  readonly auth: AuthClause | undefined;
  /** Second and third factors (AND IDENTIFIED …). */
  readonly factors: readonly AuthClause[];
  /** ALTER USER … ADD|MODIFY|DROP n FACTOR, DISCARD OLD PASSWORD, INITIATE REGISTRATION …, as written. */
  readonly actions: readonly string[];
}

export type TlsRequirement =
  | { readonly type: 'none' | 'ssl' | 'x509' }
  | {
      readonly type: 'specified';
      readonly cipher: string | undefined;
      readonly issuer: string | undefined;
      readonly subject: string | undefined;
    };

/** The clauses that follow the accounts; `undefined` = not written. */
export interface AccountOptions {
  readonly require: TlsRequirement | undefined;
  readonly maxQueriesPerHour: number | undefined;
  readonly maxUpdatesPerHour: number | undefined;
  readonly maxConnectionsPerHour: number | undefined;
  readonly maxUserConnections: number | undefined;
  /** EXPIRE = 'now'; a number = INTERVAL n DAY. */
  readonly passwordExpire: 'now' | 'default' | 'never' | number | undefined;
  readonly passwordHistory: 'default' | number | undefined;
  readonly passwordReuseDays: 'default' | number | undefined;
  readonly passwordRequireCurrent: 'current' | 'default' | 'optional' | undefined;
  readonly failedLoginAttempts: number | undefined;
  readonly passwordLockDays: number | 'unbounded' | undefined;
  readonly lock: boolean | undefined;
  readonly comment: string | undefined;
  /** A JSON object's text. */
  readonly attribute: string | undefined;
  /** TiDB's. */
  readonly resourceGroup: string | undefined;
}

export interface CreateUser extends Span {
  readonly kind: 'create-user';
  readonly ifNotExists: boolean;
  readonly users: readonly UserSpecification[];
  readonly defaultRoles: readonly AccountName[];
  readonly options: AccountOptions;
}
export interface AlterUser extends Span {
  readonly kind: 'alter-user';
  readonly ifExists: boolean;
  readonly users: readonly UserSpecification[];
  readonly options: AccountOptions;
  /** ALTER USER u DEFAULT ROLE …. */
  readonly defaultRoles: DefaultRoles | undefined;
}
export type DefaultRoles =
  | { readonly type: 'none' | 'all' }
  | { readonly type: 'list'; readonly roles: readonly AccountName[] };

export interface DropUser extends Span {
  readonly kind: 'drop-user';
  readonly ifExists: boolean;
  readonly users: readonly AccountName[];
}
export interface RenameUser extends Span {
  readonly kind: 'rename-user';
  readonly renames: readonly { readonly from: AccountName; readonly to: AccountName }[];
}
export interface CreateRole extends Span {
  readonly kind: 'create-role';
  readonly ifNotExists: boolean;
  readonly roles: readonly AccountName[];
}
export interface DropRole extends Span {
  readonly kind: 'drop-role';
  readonly ifExists: boolean;
  readonly roles: readonly AccountName[];
}

/** A privilege: lower case with single spaces ('select', 'create temporary tables', 'backup_admin'), or 'all'. */
export interface Privilege {
  readonly name: string;
  readonly columns: readonly string[];
}
/** `*` (schema undefined, name '*': current database), `*.*`, `db.*`, `[db.]table`, or a routine. */
export interface PrivilegeTarget {
  readonly type: 'table' | 'function' | 'procedure' | 'library' | undefined;
  readonly schema: string | undefined;
  readonly name: string;
}

export interface GrantPrivileges extends Span {
  readonly kind: 'grant';
  readonly privileges: readonly Privilege[];
  readonly on: PrivilegeTarget;
  readonly to: readonly UserSpecification[];
  readonly grantOption: boolean;
  /** AS user [WITH ROLE …]. */
  readonly as: AccountName | undefined;
  readonly asRoles:
    | DefaultRoles
    | { readonly type: 'default' }
    | { readonly type: 'all-except'; readonly roles: readonly AccountName[] }
    | undefined;
}
export interface GrantRoles extends Span {
  readonly kind: 'grant-roles';
  readonly roles: readonly AccountName[];
  readonly to: readonly AccountName[];
  readonly adminOption: boolean;
}
/** GRANT PROXY ON u TO v; REVOKE PROXY when `revoke`. */
export interface GrantProxy extends Span {
  readonly kind: 'grant-proxy';
  readonly revoke: boolean;
  readonly on: AccountName;
  readonly accounts: readonly AccountName[];
  readonly grantOption: boolean;
  readonly ifExists: boolean;
  readonly ignoreUnknownUser: boolean;
}
export interface RevokePrivileges extends Span {
  readonly kind: 'revoke';
  readonly ifExists: boolean;
  readonly privileges: readonly Privilege[];
  /** undefined = REVOKE ALL PRIVILEGES, GRANT OPTION FROM …. */
  readonly on: PrivilegeTarget | undefined;
  readonly from: readonly AccountName[];
  readonly ignoreUnknownUser: boolean;
}
export interface RevokeRoles extends Span {
  readonly kind: 'revoke-roles';
  readonly ifExists: boolean;
  readonly roles: readonly AccountName[];
  readonly from: readonly AccountName[];
  readonly ignoreUnknownUser: boolean;
}

/** SET ROLE. */
export interface SetRole extends Span {
  readonly kind: 'set-role';
  readonly type: 'default' | 'none' | 'all' | 'all-except' | 'list';
  readonly roles: readonly AccountName[];
}
/** SET DEFAULT ROLE … TO users. */
export interface SetDefaultRole extends Span {
  readonly kind: 'set-default-role';
  readonly type: 'none' | 'all' | 'list';
  readonly roles: readonly AccountName[];
  readonly users: readonly AccountName[];
}
/** SET PASSWORD [FOR user] {= 'x' | TO RANDOM}. */
export interface SetPassword extends Span {
  readonly kind: 'set-password';
  readonly account: AccountName | undefined;
  /** undefined = TO RANDOM. */
  readonly password: string | undefined;
  readonly replace: string | undefined;
  readonly retainCurrent: boolean;
}
