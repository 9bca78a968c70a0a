/** GRANT and REVOKE of privileges, at the four levels. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { AccountId, ColumnRow, TableRow, UserRow } from './account-rows.ts';
import { note, resolveAccount, type Edit } from './edit.ts';
import { parsePrivileges, targetOf, type GrantTarget, type PrivilegeList } from './grant-target.ts';
import { ALL_STATIC, GRANT_OPTION } from './privileges.ts';

export function grantPrivileges(edit: Edit, statement: ast.GrantPrivileges): void {
  const target = targetOf(statement.on, edit.database);
  const list = parsePrivileges(statement.privileges, target, false);
  const granted = statement.grantOption ? { ...list, set: (list.set | GRANT_OPTION) >>> 0 } : list;
  if (list.names.has('super')) note(edit, 'Warning', 1287, 'The SUPER privilege identifier is deprecated');
  if (target.level === 'table') checkTable(edit, target, granted, statement.privileges);
  for (const specification of statement.to) {
    const account = resolveAccount(specification.account, edit.self);
    const user = edit.draft.findUser(account);
    if (user === undefined) throw sqlError('ER_CANT_CREATE_USER_WITH_GRANT');
    if (target.level === 'global') grantGlobal(edit, user, granted, statement.grantOption);
    else if (target.level === 'database') grantOnDatabase(edit, account, target.schema, granted);
    else grantOnTable(edit, account, target, granted);
  }
}

/** 1146 unless the table is about to be created, 1054 for an unknown column. */
function checkTable(edit: Edit, target: GrantTarget, list: PrivilegeList, privileges: readonly ast.Privilege[]): void {
  const columns = edit.findColumns(target.schema, target.table);
  if (columns === undefined) {
    if (list.names.has('create') || list.names.has('all')) return;
    throw sqlError('ER_NO_SUCH_TABLE', target.schema, target.table);
  }
  const known = new Set(columns.map((column) => column.toLowerCase()));
  for (const privilege of privileges) {
    const unknown = privilege.columns.find((column) => !known.has(column.toLowerCase()));
    if (unknown !== undefined) throw sqlError('ER_BAD_FIELD_ERROR', unknown, target.table);
  }
}

function grantGlobal(edit: Edit, user: UserRow, list: PrivilegeList, grantOption: boolean): void {
  // A GRANT of dynamic privileges alone leaves the static GRANT OPTION alone.
  const onlyDynamic = list.dynamic.length > 0 && (list.set & ~GRANT_OPTION) === 0;
  const set = onlyDynamic ? 0 : list.set;
  if (set !== 0) edit.draft.put('user', { ...user, privileges: (user.privileges | set) >>> 0 });
  for (const privilege of list.dynamic) {
    const before = edit.draft.rowsOf('global_grants', user).find((row) => row.privilege === privilege);
    const withOption = grantOption || before?.grantOption === true;
    edit.draft.put('global_grants', { user: user.user, host: user.host, privilege, grantOption: withOption });
  }
}

function grantOnDatabase(edit: Edit, account: AccountId, db: string, list: PrivilegeList): void {
  const before = edit.draft.rowsOf('db', account).find((row) => row.db === db);
  const privileges = ((before?.privileges ?? 0) | list.set) >>> 0;
  if (privileges !== 0) edit.draft.put('db', { ...account, db, privileges });
}

function grantOnTable(edit: Edit, account: AccountId, target: GrantTarget, list: PrivilegeList): void {
  const row = tableRow(edit, account, target);
  let { columnPrivileges } = row;
  for (const [key, { name, set }] of list.columns) {
    const before = columnRows(edit, account, target).find((column) => column.column.toLowerCase() === key);
    const privileges = ((before?.privileges ?? 0) | set) >>> 0;
    edit.draft.put('columns_priv', { ...account, db: target.schema, table: target.table, column: name, privileges });
    columnPrivileges = (columnPrivileges | set) >>> 0;
  }
  const privileges = (row.privileges | list.set) >>> 0;
  if (privileges !== 0 || columnPrivileges !== 0)
    edit.draft.put('tables_priv', { ...row, privileges, columnPrivileges });
}

export function revokePrivileges(edit: Edit, statement: ast.RevokePrivileges): void {
  const target = statement.on === undefined ? undefined : targetOf(statement.on, edit.database);
  const list = target === undefined ? undefined : parsePrivileges(statement.privileges, target, true);
  if (list?.names.has('super') === true) note(edit, 'Warning', 1287, 'The SUPER privilege identifier is deprecated');
  for (const name of statement.from) {
    const account = resolveAccount(name, edit.self);
    const user = edit.draft.findUser(account);
    if (user === undefined) {
      if (!statement.ignoreUnknownUser) {
        throw target === undefined
          ? sqlError('ER_REVOKE_GRANTS')
          : sqlError('ER_NONEXISTING_GRANT', account.user, account.host);
      }
      note(edit, 'Warning', 3162, `Authorization ID ${account.user} does not exist.`);
    } else if (target === undefined || list === undefined) revokeEverything(edit, user);
    else if (target.level === 'global') revokeGlobal(edit, user, list);
    else if (target.level === 'database')
      revokeOnDatabase(edit, account, target.schema, { list, ifExists: statement.ifExists });
    else revokeOnTable(edit, account, target, { list, ifExists: statement.ifExists });
  }
}

interface Revocation {
  readonly list: PrivilegeList;
  readonly ifExists: boolean;
}

function revokeEverything(edit: Edit, user: UserRow): void {
  edit.draft.put('user', { ...user, privileges: (user.privileges & ~ALL_STATIC) >>> 0 });
  for (const table of ['db', 'tables_priv', 'columns_priv', 'global_grants'] as const) {
    for (const row of edit.draft.rowsOf(table, user)) edit.draft.remove(table, row);
  }
}

function revokeGlobal(edit: Edit, user: UserRow, list: PrivilegeList): void {
  if (list.set !== 0) edit.draft.put('user', { ...user, privileges: (user.privileges & ~list.set) >>> 0 });
  for (const row of edit.draft.rowsOf('global_grants', user)) {
    if (list.dynamic.includes(row.privilege)) edit.draft.remove('global_grants', row);
  }
}

function revokeOnDatabase(edit: Edit, account: AccountId, db: string, { list, ifExists }: Revocation): void {
  const row = edit.draft.rowsOf('db', account).find((each) => each.db === db);
  if (row === undefined) {
    if (!ifExists) throw sqlError('ER_NONEXISTING_GRANT', account.user, account.host);
    note(edit, 'Warning', 1141, `There is no such grant defined for user '${account.user}' on host '${account.host}'`);
    return;
  }
  const privileges = (row.privileges & ~list.set) >>> 0;
  if (privileges === 0) edit.draft.remove('db', row);
  else edit.draft.put('db', { ...row, privileges });
}

/** A right taken from the table is taken from its columns too. */
function revokeOnTable(edit: Edit, account: AccountId, target: GrantTarget, { list, ifExists }: Revocation): void {
  const exists = edit.draft
    .rowsOf('tables_priv', account)
    .some((each) => each.db === target.schema && each.table === target.table);
  if (!exists) {
    if (!ifExists) throw sqlError('ER_NONEXISTING_TABLE_GRANT', account.user, account.host, target.table);
    note(
      edit,
      'Warning',
      1147,
      `There is no such grant defined for user '${account.user}' on host '${account.host}' on table '${target.table}'`,
    );
    return;
  }
  for (const column of columnRows(edit, account, target)) {
    const taken = list.set | (list.columns.get(column.column.toLowerCase())?.set ?? 0);
    const privileges = (column.privileges & ~taken) >>> 0;
    if (privileges === 0) edit.draft.remove('columns_priv', column);
    else edit.draft.put('columns_priv', { ...column, privileges });
  }
  const row = tableRow(edit, account, target);
  const columnPrivileges = columnRows(edit, account, target).reduce(
    (set, column) => (set | column.privileges) >>> 0,
    0,
  );
  const privileges = (row.privileges & ~list.set) >>> 0;
  if (privileges === 0 && columnPrivileges === 0) edit.draft.remove('tables_priv', row);
  else edit.draft.put('tables_priv', { ...row, privileges, columnPrivileges });
}

function tableRow(edit: Edit, account: AccountId, target: GrantTarget): TableRow {
  const before = edit.draft
    .rowsOf('tables_priv', account)
    .find((row) => row.db === target.schema && row.table === target.table);
  const grantor = `${edit.self.user}@${edit.self.host}`;
  return before ?? { ...account, db: target.schema, table: target.table, grantor, privileges: 0, columnPrivileges: 0 };
}

function columnRows(edit: Edit, account: AccountId, target: GrantTarget): ColumnRow[] {
  return edit.draft
    .rowsOf('columns_priv', account)
    .filter((row) => row.db === target.schema && row.table === target.table);
}
