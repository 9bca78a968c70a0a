/**
 * The rights of one session: its account with its active roles. Implements what the session and the planner ask.
 *
 * Compiled grants are kept until the accounts or the active roles change (`epoch`).
 */
import { sqlError, type MaybePromise } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { StatementResult } from '../session-port.ts';
import type { Accounts, AccountSession } from './accounts.ts';
import { accountKey, tickAccount, type AccountId } from './account-rows.ts';
import { requireGranted } from './change-roles.ts';
import { resolveAccount } from './edit.ts';
import { Grants, closure } from './grants.ts';
import { requireAccountRights } from './grant-rights.ts';
import type { StaticPrivilege } from './privileges.data.ts';
import { NO_PRIVILEGES, bit, findBit, namesOf } from './privileges.ts';
import { privilegeRows } from './privilege-rows.ts';
import { runAccountStatement } from './run-account-statement.ts';
import { requiredPrivileges, type Requirement } from './statement-privileges.ts';

/** Schemas whose tables are made for each session from what it may see. */
const OPEN_SCHEMAS = new Set(['information_schema', 'performance_schema']);

export class AccountRights {
  readonly accounts: Accounts;
  readonly session: AccountSession;
  readonly account: AccountId;
  #roles: readonly AccountId[];
  #roleChanges = 0;
  #grants: Grants | undefined;
  #grantsEpoch = -1;

  constructor(accounts: Accounts, session: AccountSession, account: AccountId = session.account) {
    this.accounts = accounts;
    this.session = session;
    this.account = account;
    this.#roles = accounts.defaultRolesOf(account);
  }

  get epoch(): number {
    return this.accounts.epoch + this.#roleChanges;
  }

  /** Active roles that are still granted. */
  get roles(): readonly AccountId[] {
    const granted = new Set(closure(this.accounts.book, this.accounts.book.rolesOf(this.account)).map(accountKey));
    return this.#roles.filter((role) => granted.has(accountKey(role)));
  }

  get grants(): Grants {
    const { epoch } = this;
    if (this.#grants === undefined || this.#grantsEpoch !== epoch) {
      this.#grants = Grants.compile(this.accounts.book, this.account, this.roles);
      this.#grantsEpoch = epoch;
    }
    return this.#grants;
  }

  // ---- the planner's questions ----

  check(privilege: string, schema: string, table: string, columns: readonly string[]): void {
    const mask = findBit(privilege) ?? NO_PRIVILEGES;
    const { grants } = this;
    if ((grants.globals & mask) !== 0 || (grants.onDatabase(schema) & mask) !== 0) return;
    if (OPEN_SCHEMAS.has(schema.toLowerCase())) return;
    const granted = grants.onTable(schema, table);
    if (granted !== undefined && (granted.privileges & mask) !== 0) return;
    if (granted === undefined || (granted.columnPrivileges & mask) === 0) throw this.#tableDenied(privilege, table);
    for (const column of columns) {
      if (((granted.columns.get(column.toLowerCase())?.privileges ?? 0) & mask) !== 0) continue;
      const { user } = this.account;
      throw sqlError(
        'ER_COLUMNACCESS_DENIED_ERROR',
        privilege.toUpperCase(),
        user,
        this.session.clientHost,
        column,
        table,
      );
    }
  }

  forDefiner(definer: string): AccountRights {
    const at = definer.lastIndexOf('@');
    const account = { user: unquoted(definer.slice(0, at)), host: unquoted(definer.slice(at + 1)) };
    if (this.accounts.book.findUser(account) === undefined)
      throw sqlError('ER_NO_SUCH_USER', account.user, account.host);
    return new AccountRights(this.accounts, this.session, account);
  }

  // ---- the session's questions ----

  has(privilege: string): boolean {
    const mask = findBit(privilege.toLowerCase());
    return mask === undefined ? this.grants.dynamic.has(privilege.toUpperCase()) : (this.grants.globals & mask) !== 0;
  }

  requireFor(statement: ast.Statement): void {
    for (const requirement of requiredPrivileges(statement, this.session.state.database)) this.require(requirement);
    requireAccountRights(this, statement);
  }

  require(requirement: Requirement): void {
    switch (requirement.level) {
      case 'global':
        if (requirement.anyOf.some((name) => this.has(name))) return;
        throw sqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', alternatives(requirement.anyOf));
      case 'database':
        return this.requireOnDatabase(requirement.privilege, requirement.schema);
      default:
        return this.#requireOnTable(requirement.privileges, requirement.schema, requirement.table);
    }
  }

  #requireOnTable(privileges: readonly StaticPrivilege[], schema: string, table: string): void {
    const { grants } = this;
    const whole = (grants.globals | grants.onDatabase(schema)) >>> 0;
    const granted = grants.onTable(schema, table);
    const held = (whole | (granted?.privileges ?? 0) | (granted?.columnPrivileges ?? 0)) >>> 0;
    const missing = privileges.reduce((set, name) => (set | bit(name)) >>> 0, 0) & ~held;
    if (missing !== 0) throw this.#tableDenied(namesOf(missing >>> 0).join(', '), table);
  }

  requireOnDatabase(privilege: StaticPrivilege, schema: string): void {
    const mask = bit(privilege);
    if ((this.grants.globals & mask) !== 0 || (this.grants.onDatabase(schema) & mask) !== 0) return;
    throw this.#databaseDenied(schema);
  }

  requireDatabase(name: string): void {
    if (!this.maySeeSchema(name)) throw this.#databaseDenied(name);
  }

  /** What SHOW DATABASES and information_schema list. */
  maySeeSchema(name: string): boolean {
    if (OPEN_SCHEMAS.has(name.toLowerCase())) return true;
    const { grants } = this;
    return grants.globals !== NO_PRIVILEGES || grants.reachesDatabase(name);
  }

  maySeeTable(schema: string, table: string): boolean {
    if (OPEN_SCHEMAS.has(schema.toLowerCase())) return true;
    const { grants } = this;
    return (
      grants.globals !== NO_PRIVILEGES ||
      grants.onDatabase(schema) !== NO_PRIVILEGES ||
      grants.onTable(schema, table) !== undefined
    );
  }

  /** information_schema.*_PRIVILEGES. */
  privilegeRows(table: string): readonly (readonly (string | null)[])[] {
    return privilegeRows(this, table);
  }

  currentRole(): string {
    const roles = this.roles.map(tickAccount).sort();
    return roles.length === 0 ? 'NONE' : roles.join(',');
  }

  runAccountStatement(statement: ast.Statement): MaybePromise<StatementResult> | undefined {
    return runAccountStatement(this, statement);
  }

  setRoles(statement: ast.SetRole): void {
    const granted = this.accounts.book.rolesOf(this.account);
    const named = statement.roles.map((role) => resolveAccount(role, this.account));
    let roles: readonly AccountId[];
    switch (statement.type) {
      case 'none':
        roles = [];
        break;
      case 'default':
        roles = this.accounts.defaultRolesOf(this.account);
        break;
      case 'all':
        roles = granted;
        break;
      case 'all-except':
        roles = granted.filter((role) => !named.some((each) => accountKey(each) === accountKey(role)));
        break;
      default:
        for (const role of named) requireGranted(granted, role, this.account);
        roles = named;
    }
    this.#roles = roles;
    this.#roleChanges++;
  }

  #tableDenied(privilege: string, table: string): Error {
    return sqlError(
      'ER_TABLEACCESS_DENIED_ERROR',
      privilege.toUpperCase(),
      this.account.user,
      this.session.clientHost,
      table,
    );
  }

  #databaseDenied(schema: string): Error {
    return sqlError('ER_DBACCESS_DENIED_ERROR', this.account.user, this.account.host, schema);
  }
}

/** MySQL lists static privileges with commas, and joins a static one with its dynamic stand-in by 'or'. */
function alternatives(names: readonly string[]): string {
  return names.join(names.some((name) => name.includes('_')) ? ' or ' : ', ');
}

function unquoted(name: string): string {
  return /^`.*`$/s.test(name) ? name.slice(1, -1).replaceAll('``', '`') : name;
}
