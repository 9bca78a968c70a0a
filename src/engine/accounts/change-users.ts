/** CREATE, ALTER, DROP and RENAME USER, CREATE and DROP ROLE, SET PASSWORD. */
import { SqlError, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import {
  ACCOUNT_TABLES,
  quoteAccount,
  type AccountId,
  type AccountRow,
  type AccountTable,
  type RowTypes,
  type UserRow,
} from './account-rows.ts';
import type { Draft } from './account-book.ts';
import { applyAuth, applyOptions, newUser, type GeneratedPassword } from './user-options.ts';
import { note, resolveAccount, type Edit } from './edit.ts';
import { setDefaultRoles } from './change-roles.ts';

const USER_CHARACTERS_MAX = 32;
const HOST_CHARACTERS_MAX = 255;

export function createUsers(edit: Edit, statement: ast.CreateUser): GeneratedPassword[] {
  const generated: GeneratedPassword[] = [];
  const fresh: ast.UserSpecification[] = [];
  const taken: string[] = [];
  for (const user of statement.users) {
    const account = checked(resolveAccount(user.account, edit.self));
    if (edit.draft.findUser(account) === undefined) fresh.push(user);
    else taken.push(quoteAccount(account));
  }
  if (taken.length > 0 && !statement.ifNotExists) throw cannot('CREATE USER', taken, EXISTS);
  for (const account of taken) note(edit, 'Note', 3163, `Authorization ID ${account} already exists.`);
  for (const user of fresh) {
    const account = resolveAccount(user.account, edit.self);
    const row = applyOptions(newUser(account, edit.nowMs), statement.options);
    edit.draft.put('user', applyAuth(edit, row, user.auth, generated));
    if (statement.defaultRoles.length > 0) {
      const roles = statement.defaultRoles.map((role) => resolveAccount(role, edit.self));
      for (const role of roles) {
        if (edit.draft.findUser(role) === undefined) throw sqlError('ER_USER_DOES_NOT_EXIST', quoteAccount(role));
        edit.draft.put('role_edges', { ...account, fromUser: role.user, fromHost: role.host, adminOption: false });
        edit.draft.put('default_roles', { ...account, roleUser: role.user, roleHost: role.host });
      }
    }
  }
  return generated;
}

export function alterUsers(edit: Edit, statement: ast.AlterUser): GeneratedPassword[] {
  const generated: GeneratedPassword[] = [];
  const missing: string[] = [];
  for (const user of statement.users) {
    const account = resolveAccount(user.account, edit.self);
    const row = edit.draft.findUser(account);
    if (row === undefined) missing.push(quoteAccount(account));
    else edit.draft.put('user', applyAuth(edit, applyOptions(row, statement.options), user.auth, generated));
    if (row !== undefined && statement.defaultRoles !== undefined)
      setDefaultRoles(edit, account, statement.defaultRoles);
  }
  if (missing.length > 0 && !statement.ifExists) throw cannot('ALTER USER', missing, MISSING);
  for (const account of missing) note(edit, 'Note', 3162, `Authorization ID ${account} does not exist.`);
  return generated;
}

export function dropAccounts(edit: Edit, statement: ast.DropUser | ast.DropRole): void {
  const names = statement.kind === 'drop-user' ? statement.users : statement.roles;
  const operation = statement.kind === 'drop-user' ? 'DROP USER' : 'DROP ROLE';
  const missing: string[] = [];
  for (const name of names) {
    const account = resolveAccount(name, edit.self);
    if (edit.draft.findUser(account) === undefined) missing.push(quoteAccount(account));
    else removeAccount(edit.draft, account);
  }
  if (missing.length > 0 && !statement.ifExists) throw cannot(operation, missing, MISSING);
  for (const account of missing) note(edit, 'Note', 3162, `Authorization ID ${account} does not exist.`);
}

function removeAccount(draft: Draft, account: AccountId): void {
  for (const table of ACCOUNT_TABLES) for (const row of draft.rowsOf(table, account)) draft.remove(table, row);
  for (const edge of [...draft.tables.role_edges.values()]) {
    if (edge.fromUser === account.user && edge.fromHost === account.host) draft.remove('role_edges', edge);
  }
  for (const row of [...draft.tables.default_roles.values()]) {
    if (row.roleUser === account.user && row.roleHost === account.host) draft.remove('default_roles', row);
  }
}

export function renameUsers(edit: Edit, statement: ast.RenameUser): void {
  for (const rename of statement.renames) {
    const from = resolveAccount(rename.from, edit.self);
    const to = checked(resolveAccount(rename.to, edit.self));
    if (edit.draft.findUser(from) === undefined || edit.draft.findUser(to) !== undefined) {
      throw cannot('RENAME USER', [quoteAccount(from)], '');
    }
    for (const table of ACCOUNT_TABLES)
      for (const row of edit.draft.rowsOf(table, from)) replace(edit.draft, table, row, { ...row, ...to });
    for (const edge of [...edit.draft.tables.role_edges.values()]) {
      if (edge.fromUser !== from.user || edge.fromHost !== from.host) continue;
      replace(edit.draft, 'role_edges', edge, { ...edge, fromUser: to.user, fromHost: to.host });
    }
    for (const row of [...edit.draft.tables.default_roles.values()]) {
      if (row.roleUser !== from.user || row.roleHost !== from.host) continue;
      replace(edit.draft, 'default_roles', row, { ...row, roleUser: to.user, roleHost: to.host });
    }
  }
}

function replace<T extends AccountTable>(draft: Draft, table: T, before: AccountRow, after: AccountRow): void {
  draft.remove(table, before as RowTypes[T]);
  draft.put(table, after as RowTypes[T]);
}

/** A role is an account that nobody can log in to. */
export function createRoles(edit: Edit, statement: ast.CreateRole): void {
  const taken: string[] = [];
  for (const name of statement.roles) {
    const account = checked(resolveAccount(name, edit.self));
    if (account.user === '') throw cannot('CREATE ROLE', ['anonymous user'], '');
    if (edit.draft.findUser(account) !== undefined) taken.push(quoteAccount(account));
    else edit.draft.put('user', { ...newUser(account, edit.nowMs), locked: true, passwordExpired: true });
  }
  if (taken.length > 0 && !statement.ifNotExists) throw cannot('CREATE ROLE', taken, EXISTS);
  for (const account of taken) note(edit, 'Note', 3163, `Authorization ID ${account} already exists.`);
}

export function setPassword(edit: Edit, statement: ast.SetPassword): GeneratedPassword[] {
  const account = statement.account === undefined ? edit.self : resolveAccount(statement.account, edit.self);
  const row = edit.draft.findUser(account);
  if (row === undefined) throw sqlError('ER_PASSWORD_NO_MATCH');
  const generated: GeneratedPassword[] = [];
  const by =
    statement.password === undefined
      ? ({ type: 'random' } as const)
      : ({ type: 'password', password: statement.password } as const);
  const auth: ast.AuthClause = {
    plugin: undefined,
    by,
    replace: statement.replace,
    retainCurrent: statement.retainCurrent,
  };
  edit.draft.put('user', applyAuth(edit, row, auth, generated));
  return generated;
}

export function requireUser(book: Pick<Draft, 'findUser'>, account: AccountId): UserRow {
  const row = book.findUser(account);
  if (row === undefined) throw sqlError('ER_NONEXISTING_GRANT', account.user, account.host);
  return row;
}

const EXISTS = ' (User account already exists)';
const MISSING = ' (User account does not exist)';

export function cannot(operation: string, accounts: readonly string[], reason: string): SqlError {
  return sqlError('ER_CANNOT_USER', operation, `${accounts.join(',')}${reason}`);
}

function checked(account: AccountId): AccountId {
  if (account.user.length > USER_CHARACTERS_MAX) {
    throw sqlError('ER_WRONG_STRING_LENGTH', account.user, 'user name', USER_CHARACTERS_MAX);
  }
  if (account.host.length > HOST_CHARACTERS_MAX) {
    throw sqlError('ER_WRONG_STRING_LENGTH', account.host, 'host name', HOST_CHARACTERS_MAX);
  }
  return account;
}
