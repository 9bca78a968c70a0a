/** Who may grant, revoke, and change other accounts. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { accountKey, type AccountId } from './account-rows.ts';
import type { AccountRights } from './account-rights.ts';
import { resolveAccount } from './edit.ts';
import { parsePrivileges, targetOf, type GrantTarget, type PrivilegeList } from './grant-target.ts';
import { GRANT_OPTION, type PrivilegeSet } from './privileges.ts';

export function requireAccountRights(rights: AccountRights, statement: ast.Statement): void {
  switch (statement.kind) {
    case 'grant':
      return requireGrantable(rights, statement.on, statement.privileges);
    case 'revoke':
      if (statement.on !== undefined) return requireGrantable(rights, statement.on, statement.privileges);
      return rights.require({ level: 'global', anyOf: ['CREATE USER'] });
    case 'grant-roles':
    case 'revoke-roles':
      return requireRoleAdmin(rights, statement.roles);
    case 'alter-user':
      if (statement.users.every((user) => isSelf(rights, resolveAccount(user.account, rights.account)))) return;
      return rights.require({ level: 'global', anyOf: ['CREATE USER'] });
    case 'set-password':
      if (statement.account === undefined || isSelf(rights, resolveAccount(statement.account, rights.account))) return;
      return requireMysqlUpdate(rights);
    case 'set-default-role':
      if (statement.users.every((user) => isSelf(rights, resolveAccount(user, rights.account)))) return;
      return rights.require({ level: 'global', anyOf: ['CREATE USER'] });
    default:
  }
}

function isSelf(rights: AccountRights, account: AccountId): boolean {
  return accountKey(account) === accountKey(rights.account);
}

function requireMysqlUpdate(rights: AccountRights): void {
  if (!rights.has('create user')) rights.requireOnDatabase('update', 'mysql');
}

/** One grants what one has, where one has GRANT OPTION. */
function requireGrantable(rights: AccountRights, on: ast.PrivilegeTarget, privileges: readonly ast.Privilege[]): void {
  const target = targetOf(on, rights.session.state.database);
  const list = parsePrivileges(privileges, target, false);
  requireStatic(rights, target, list);
  for (const name of list.dynamic) {
    if (rights.grants.dynamic.get(name) === true) continue;
    if (list.names.has('all') && (rights.grants.globals & GRANT_OPTION) !== 0) continue;
    throw sqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', 'GRANT OPTION');
  }
}

function requireStatic(rights: AccountRights, target: GrantTarget, list: PrivilegeList): void {
  const { grants, account, session } = rights;
  let needed = list.set;
  for (const { set } of list.columns.values()) needed = (needed | set) >>> 0;
  if (needed === 0 && list.dynamic.length > 0) return;
  needed = (needed | GRANT_OPTION) >>> 0;
  let held: PrivilegeSet = grants.globals;
  if (target.level !== 'global') held = (held | grants.onDatabase(target.schema)) >>> 0;
  if (target.level === 'table') held = (held | (grants.onTable(target.schema, target.table)?.privileges ?? 0)) >>> 0;
  if ((needed & ~held) === 0) return;
  if (target.level === 'global')
    throw sqlError('ER_ACCESS_DENIED_ERROR', account.user, account.host, usesPassword(rights) ? 'YES' : 'NO');
  if (target.level === 'database')
    throw sqlError('ER_DBACCESS_DENIED_ERROR', account.user, account.host, target.schema);
  throw sqlError('ER_TABLEACCESS_DENIED_ERROR', 'GRANT', account.user, session.clientHost, target.table);
}

function usesPassword(rights: AccountRights): boolean {
  return rights.accounts.book.findUser(rights.account)?.authenticationString !== '';
}

function requireRoleAdmin(rights: AccountRights, roles: readonly ast.AccountName[]): void {
  if (rights.has('ROLE_ADMIN') || rights.has('super')) return;
  const { book } = rights.accounts;
  const administered = [rights.account, ...rights.roles].flatMap((account) =>
    book.rowsOf('role_edges', account).filter((edge) => edge.adminOption),
  );
  for (const name of roles) {
    const role = resolveAccount(name, rights.account);
    if (administered.some((edge) => edge.fromUser === role.user && edge.fromHost === role.host)) continue;
    throw sqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', 'WITH ADMIN, ROLE_ADMIN, SUPER');
  }
}
