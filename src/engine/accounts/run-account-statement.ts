/** Runs the statements that are about accounts: changes, SET ROLE, SHOW GRANTS, SHOW CREATE USER, FLUSH PRIVILEGES. */
import { andThen, sqlError, type MaybePromise } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { intType, varcharType, type FieldType, type Row } from '../../sql/types/index.ts';
import type { OkResult, RowsResult, StatementResult } from '../session-port.ts';
import { accountKey, quoteAccount, type AccountId } from './account-rows.ts';
import type { AccountRights } from './account-rights.ts';
import { requireGranted, grantRoles, revokeRoles, setDefaultRole } from './change-roles.ts';
import { grantPrivileges, revokePrivileges } from './change-grants.ts';
import {
  alterUsers,
  cannot,
  createRoles,
  createUsers,
  dropAccounts,
  renameUsers,
  requireUser,
  setPassword,
} from './change-users.ts';
import { resolveAccount, type Edit } from './edit.ts';
import { Grants } from './grants.ts';
import { createUserText, grantLines } from './show-account.ts';
import type { GeneratedPassword } from './user-options.ts';

const GRANTS_CHARACTERS = 1024;

/** Undefined when the statement is about something else. */
export function runAccountStatement(
  rights: AccountRights,
  statement: ast.Statement,
): MaybePromise<StatementResult> | undefined {
  const change = changeOf(statement);
  if (change !== undefined)
    return andThen(rights.accounts.change(rights, change), (generated) => answer(rights, generated));
  switch (statement.kind) {
    case 'set-role':
      rights.setRoles(statement);
      return ok();
    case 'show-grants':
      return showGrants(rights, statement);
    case 'show-create-user':
      return showCreateUser(rights, statement);
    case 'flush':
      return flushPrivileges(rights, statement);
    default:
      return undefined;
  }
}

function changeOf(statement: ast.Statement): ((edit: Edit) => GeneratedPassword[] | void) | undefined {
  switch (statement.kind) {
    case 'create-user':
      return (edit) => createUsers(edit, statement);
    case 'alter-user':
      return (edit) => alterUsers(edit, statement);
    case 'drop-user':
    case 'drop-role':
      return (edit) => dropAccounts(edit, statement);
    case 'rename-user':
      return (edit) => renameUsers(edit, statement);
    case 'create-role':
      return (edit) => createRoles(edit, statement);
    case 'set-password':
      return (edit) => setPassword(edit, statement);
    case 'grant':
      return (edit) => grantPrivileges(edit, statement);
    case 'revoke':
      return (edit) => revokePrivileges(edit, statement);
    case 'grant-roles':
      return (edit) => grantRoles(edit, statement);
    case 'revoke-roles':
      return (edit) => revokeRoles(edit, statement);
    case 'set-default-role':
      return (edit) => setDefaultRole(edit, statement);
    case 'grant-proxy':
      throw sqlError('ER_NOT_SUPPORTED_YET', 'GRANT PROXY');
    default:
      return undefined;
  }
}

function answer(rights: AccountRights, generated: readonly GeneratedPassword[]): StatementResult {
  if (generated.length === 0) return ok(rights.accounts.lastNotes(rights));
  return rows(
    [
      ['user', varcharType(32)],
      ['host', varcharType(255)],
      ['generated password', varcharType(127)],
      ['auth_factor', intType('big')],
    ],
    generated.map((each) => [each.user, each.host, each.password, 1]),
  );
}

function flushPrivileges(rights: AccountRights, statement: ast.Flush): MaybePromise<StatementResult> | undefined {
  const privileges = statement.targets.some((target) => target.kind === 'simple' && target.what === 'privileges');
  if (!privileges) return undefined;
  return andThen(rights.accounts.reload(), () => ok());
}

function showGrants(rights: AccountRights, statement: ast.ShowGrants): StatementResult {
  const { book } = rights.accounts;
  const account = statement.account === undefined ? rights.account : resolveAccount(statement.account, rights.account);
  if (!isOwn(rights, account)) rights.check('select', 'mysql', 'user', []);
  const user = requireUser(book, account);
  let roles = statement.using.map((role) => resolveAccount(role, rights.account));
  const granted = book.rolesOf(account);
  for (const role of roles) requireGranted(granted, role, account);
  if (statement.account === undefined) roles = [...rights.roles];
  const lines = grantLines(book, account, Grants.compile(book, account, roles));
  return rows(
    [[`Grants for ${user.user}@${user.host}`, varcharType(GRANTS_CHARACTERS)]],
    lines.map((line) => [line]),
  );
}

function showCreateUser(rights: AccountRights, statement: ast.ShowCreateUser): StatementResult {
  const { book } = rights.accounts;
  const account = resolveAccount(statement.account, rights.account);
  if (!isOwn(rights, account)) rights.requireOnDatabase('select', 'mysql');
  const user = book.findUser(account);
  if (user === undefined) throw cannot('SHOW CREATE USER', [quoteAccount(account)], ' (User account does not exist)');
  return rows(
    [[`CREATE USER for ${account.user}@${account.host}`, varcharType(GRANTS_CHARACTERS)]],
    [[createUserText(book, user)]],
  );
}

function isOwn(rights: AccountRights, account: AccountId): boolean {
  return [rights.account, ...rights.roles].some((each) => accountKey(each) === accountKey(account));
}

function ok(warningCount = 0): OkResult {
  return { kind: 'ok', affectedRows: 0, lastInsertId: 0, info: '', warningCount };
}

function rows(columns: readonly (readonly [string, FieldType])[], content: readonly Row[]): RowsResult {
  let sent = content.length === 0;
  return {
    kind: 'rows',
    columns: columns.map(([name, type], id) => ({ id, name, type })),
    next() {
      if (sent) return undefined;
      sent = true;
      return [...content];
    },
    close: () => undefined,
    warningCount: () => 0,
  };
}
