/** GRANT and REVOKE of roles, SET DEFAULT ROLE. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { accountKey, tickAccount, type AccountId } from './account-rows.ts';
import { note, resolveAccount, type Edit } from './edit.ts';
import { closure } from './grants.ts';

export function grantRoles(edit: Edit, statement: ast.GrantRoles): void {
  for (const name of statement.to) {
    const account = known(edit, resolveAccount(name, edit.self));
    for (const roleName of statement.roles) {
      const role = known(edit, resolveAccount(roleName, edit.self));
      const loops = closure(edit.draft, [role]).some((each) => accountKey(each) === accountKey(account));
      if (loops) throw sqlError('ER_ROLE_GRANTED_TO_ITSELF', tickAccount(account), tickAccount(role));
      edit.draft.put('role_edges', {
        ...account,
        fromUser: role.user,
        fromHost: role.host,
        adminOption: statement.adminOption,
      });
    }
  }
}

export function revokeRoles(edit: Edit, statement: ast.RevokeRoles): void {
  for (const name of statement.from) {
    const account = resolveAccount(name, edit.self);
    if (edit.draft.findUser(account) === undefined) {
      if (!statement.ignoreUnknownUser) throw sqlError('ER_UNKNOWN_AUTHID', account.user, account.host);
      note(edit, 'Warning', 3162, `Authorization ID ${account.user} does not exist.`);
      continue;
    }
    for (const roleName of statement.roles)
      revokeRole(edit, account, resolveAccount(roleName, edit.self), statement.ifExists);
  }
}

function revokeRole(edit: Edit, account: AccountId, role: AccountId, ifExists: boolean): void {
  if (edit.draft.findUser(role) === undefined) {
    if (!ifExists) throw sqlError('ER_UNKNOWN_AUTHID', role.user, role.host);
    note(edit, 'Warning', 3523, `Unknown authorization ID ${tickAccount(role)}`);
    return;
  }
  for (const edge of edit.draft.rowsOf('role_edges', account)) {
    if (edge.fromUser === role.user && edge.fromHost === role.host) edit.draft.remove('role_edges', edge);
  }
  for (const row of edit.draft.rowsOf('default_roles', account)) {
    if (row.roleUser === role.user && row.roleHost === role.host) edit.draft.remove('default_roles', row);
  }
}

export function setDefaultRole(edit: Edit, statement: ast.SetDefaultRole): void {
  const chosen: ast.DefaultRoles =
    statement.type === 'list' ? { type: 'list', roles: statement.roles } : { type: statement.type };
  for (const name of statement.users) {
    const account = resolveAccount(name, edit.self);
    if (edit.draft.findUser(account) === undefined) throw sqlError('ER_UNKNOWN_AUTHID', account.user, account.host);
    setDefaultRoles(edit, account, chosen);
  }
}

export function setDefaultRoles(edit: Edit, account: AccountId, chosen: ast.DefaultRoles): void {
  const granted = edit.draft.rolesOf(account);
  let roles: readonly AccountId[] = [];
  if (chosen.type === 'all') roles = granted;
  else if (chosen.type === 'list') roles = chosen.roles.map((role) => resolveAccount(role, edit.self));
  for (const role of roles) requireGranted(granted, role, account);
  for (const row of edit.draft.rowsOf('default_roles', account)) edit.draft.remove('default_roles', row);
  for (const role of roles) edit.draft.put('default_roles', { ...account, roleUser: role.user, roleHost: role.host });
}

/** 3530. */
export function requireGranted(granted: readonly AccountId[], role: AccountId, account: AccountId): void {
  if (granted.some((each) => accountKey(each) === accountKey(role))) return;
  throw sqlError('ER_ROLE_NOT_GRANTED', role.user, role.host, account.user, account.host);
}

function known(edit: Edit, account: AccountId): AccountId {
  if (edit.draft.findUser(account) === undefined) throw sqlError('ER_UNKNOWN_AUTHID', account.user, account.host);
  return account;
}
