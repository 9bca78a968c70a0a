/** Rows of information_schema.USER_ATTRIBUTES, USER_PRIVILEGES, SCHEMA_PRIVILEGES, TABLE_PRIVILEGES and COLUMN_PRIVILEGES. */
import { formatJson, parseJson } from '../../sql/types/index.ts';
import { quoteAccount, type AccountId } from './account-rows.ts';
import type { AccountRights } from './account-rights.ts';
import { GRANT_OPTION, namesOf, type PrivilegeSet } from './privileges.ts';

type Cells = readonly (string | null)[];

const CATALOG = 'def';

export function privilegeRows(rights: AccountRights, table: string): readonly Cells[] {
  const { tables } = rights.accounts.book;
  const seesAll = mayReadMysql(rights);
  const visible = (row: AccountId): boolean =>
    seesAll || (row.user === rights.account.user && row.host === rights.account.host);
  switch (table.toLowerCase()) {
    case 'user_privileges':
      return [...tables.user.values()]
        .filter(visible)
        .flatMap((row) => [
          ...lines([quoteAccount(row), CATALOG], row.privileges, row.privileges),
          ...[...tables.global_grants.values()]
            .filter((grant) => grant.user === row.user && grant.host === row.host)
            .map((grant): Cells => [quoteAccount(row), CATALOG, grant.privilege, grant.grantOption ? 'YES' : 'NO']),
        ]);
    case 'user_attributes':
      return [...tables.user.values()]
        .filter(visible)
        .map(
          ({ user, host, attributes: { metadata } }): Cells => [
            user,
            host,
            metadata === undefined ? null : formatJson(parseJson(JSON.stringify(metadata))),
          ],
        );
    case 'schema_privileges':
      return [...tables.db.values()]
        .filter(visible)
        .flatMap((row) => lines([quoteAccount(row), CATALOG, row.db], row.privileges, row.privileges));
    case 'table_privileges':
      return [...tables.tables_priv.values()]
        .filter((row) => visible(row) && row.privileges !== 0)
        .flatMap((row) => lines([quoteAccount(row), CATALOG, row.db, row.table], row.privileges, row.privileges));
    case 'column_privileges':
      return [...tables.columns_priv.values()].filter(visible).flatMap((row) => {
        const whole = [...tables.tables_priv.values()].find(
          (each) => each.user === row.user && each.host === row.host && each.db === row.db && each.table === row.table,
        );
        return lines(
          [quoteAccount(row), CATALOG, row.db, row.table, row.column],
          row.privileges,
          whole?.privileges ?? 0,
        );
      });
    default:
      return [];
  }
}

function lines(start: readonly string[], set: PrivilegeSet, optionFrom: PrivilegeSet): Cells[] {
  const grantable = (optionFrom & GRANT_OPTION) !== 0 ? 'YES' : 'NO';
  const names = namesOf(set);
  return (names.length === 0 ? ['USAGE'] : names).map((name) => [...start, name, grantable]);
}

function mayReadMysql(rights: AccountRights): boolean {
  try {
    rights.requireOnDatabase('select', 'mysql');
    return true;
  } catch {
    return false;
  }
}
