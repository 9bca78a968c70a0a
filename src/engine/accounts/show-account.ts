/** SHOW GRANTS and SHOW CREATE USER, in MySQL's exact words. */
import { formatJson, parseJson } from '../../sql/types/index.ts';
import type { AccountBook } from './account-book.ts';
import { quoteName } from '../../sql/ast/index.ts';
import { tickAccount, type AccountId, type UserRow } from './account-rows.ts';
import type { Grants, TableGrants } from './grants.ts';
import { DATABASE_LEVEL, GRANT_OPTION, TABLE_LEVEL, bit, namesOf, type PrivilegeSet } from './privileges.ts';

export function grantLines(book: AccountBook, account: AccountId, grants: Grants): string[] {
  const to = ` TO ${tickAccount(account)}`;
  const lines = [`GRANT ${namesOf(grants.globals).join(', ') || 'USAGE'} ON *.*${to}${withOption(grants.globals)}`];
  for (const [option, suffix] of [
    [false, ''],
    [true, ' WITH GRANT OPTION'],
  ] as const) {
    const names = [...grants.dynamic]
      .filter(([, withGrant]) => withGrant === option)
      .map(([name]) => name)
      .sort();
    if (names.length > 0) lines.push(`GRANT ${names.join(',')} ON *.*${to}${suffix}`);
  }
  for (const [db, set] of sorted(grants.databases)) {
    lines.push(`GRANT ${levelText(set, DATABASE_LEVEL)} ON ${quoteName(db)}.*${to}${withOption(set)}`);
  }
  const tables = [...grants.tables.values()].map(
    (table) => [`${quoteName(table.db)}.${quoteName(table.table)}`, table] as const,
  );
  for (const [name, table] of sorted(tables)) {
    lines.push(`GRANT ${tableText(table)} ON ${name}${to}${withOption(table.privileges)}`);
  }
  return [...lines, ...roleLines(book, account, to)];
}

function roleLines(book: AccountBook, account: AccountId, to: string): string[] {
  const edges = book.rowsOf('role_edges', account);
  const lines: string[] = [];
  for (const [admin, suffix] of [
    [false, ''],
    [true, ' WITH ADMIN OPTION'],
  ] as const) {
    const roles = edges
      .filter((edge) => edge.adminOption === admin)
      .map((edge) => tickAccount({ user: edge.fromUser, host: edge.fromHost }))
      .sort();
    if (roles.length > 0) lines.push(`GRANT ${roles.join(',')}${to}${suffix}`);
  }
  return lines;
}

function sorted<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function withOption(set: PrivilegeSet): string {
  return (set & GRANT_OPTION) !== 0 ? ' WITH GRANT OPTION' : '';
}

function levelText(set: PrivilegeSet, level: PrivilegeSet): string {
  const all = (level & ~GRANT_OPTION) >>> 0;
  if ((set & all) >>> 0 === all) return 'ALL PRIVILEGES';
  return namesOf(set).join(', ') || 'USAGE';
}

/** Table rights and column rights in one list: SELECT, SELECT (`b`), UPDATE. */
function tableText(table: TableGrants): string {
  const all = (TABLE_LEVEL & ~GRANT_OPTION) >>> 0;
  if ((table.privileges & all) >>> 0 === all) return 'ALL PRIVILEGES';
  const parts: string[] = [];
  for (const name of namesOf((table.privileges | table.columnPrivileges) >>> 0)) {
    const mask = bit(name.toLowerCase() as Parameters<typeof bit>[0]);
    if ((table.privileges & mask) !== 0) parts.push(name);
    const columns = [...table.columns.values()].filter((column) => (column.privileges & mask) !== 0);
    const list = columns.map((column) => quoteName(column.name)).sort();
    if (list.length > 0) parts.push(`${name} (${list.join(', ')})`);
  }
  return parts.join(', ') || 'USAGE';
}

export function createUserText(book: AccountBook, user: UserRow): string {
  const auth = user.authenticationString === '' ? '' : ` AS ${quote(user.authenticationString)}`;
  const roles = book
    .rowsOf('default_roles', user)
    .map((row) => tickAccount({ user: row.roleUser, host: row.roleHost }))
    .sort();
  const parts = [
    `CREATE USER ${tickAccount(user)} IDENTIFIED WITH ${quote(user.plugin)}${auth}`,
    ...(roles.length > 0 ? [`DEFAULT ROLE ${roles.join(',')}`] : []),
    requireText(user),
    ...limits(user),
    expireText(user),
    `ACCOUNT ${user.locked ? 'LOCK' : 'UNLOCK'}`,
    `PASSWORD HISTORY ${user.passwordHistory ?? 'DEFAULT'}`,
    `PASSWORD REUSE INTERVAL ${user.passwordReuseDays === null ? 'DEFAULT' : `${user.passwordReuseDays} DAY`}`,
    `PASSWORD REQUIRE CURRENT${requireCurrentText(user)}`,
    ...lockingText(user),
    ...attributeText(user),
  ];
  return parts.join(' ');
}

function requireText({ tls }: UserRow): string {
  if (tls.type === '') return 'REQUIRE NONE';
  if (tls.type === 'ANY') return 'REQUIRE SSL';
  if (tls.type === 'X509') return 'REQUIRE X509';
  const parts = [
    ...(tls.subject === '' ? [] : [`SUBJECT ${quote(tls.subject)}`]),
    ...(tls.issuer === '' ? [] : [`ISSUER ${quote(tls.issuer)}`]),
    ...(tls.cipher === '' ? [] : [`CIPHER ${quote(tls.cipher)}`]),
  ];
  return `REQUIRE ${parts.join(' ')}`;
}

function limits(user: UserRow): string[] {
  const parts = [
    ['MAX_QUERIES_PER_HOUR', user.maxQuestions],
    ['MAX_UPDATES_PER_HOUR', user.maxUpdates],
    ['MAX_CONNECTIONS_PER_HOUR', user.maxConnections],
    ['MAX_USER_CONNECTIONS', user.maxUserConnections],
  ] as const;
  const set = parts.filter(([, value]) => value !== 0).map(([name, value]) => `${name} ${value}`);
  return set.length === 0 ? [] : [`WITH ${set.join(' ')}`];
}

function expireText(user: UserRow): string {
  if (user.passwordExpired) return 'PASSWORD EXPIRE';
  if (user.passwordLifetimeDays === null) return 'PASSWORD EXPIRE DEFAULT';
  return user.passwordLifetimeDays === 0
    ? 'PASSWORD EXPIRE NEVER'
    : `PASSWORD EXPIRE INTERVAL ${user.passwordLifetimeDays} DAY`;
}

function requireCurrentText(user: UserRow): string {
  if (user.passwordRequireCurrent === null) return ' DEFAULT';
  return user.passwordRequireCurrent ? '' : ' OPTIONAL';
}

function lockingText({ attributes }: UserRow): string[] {
  const locking = attributes.Password_locking;
  if (locking === undefined) return [];
  const days = locking.password_lock_time_days < 0 ? 'UNBOUNDED' : String(locking.password_lock_time_days);
  return [`FAILED_LOGIN_ATTEMPTS ${locking.failed_login_attempts} PASSWORD_LOCK_TIME ${days}`];
}

function attributeText({ attributes }: UserRow): string[] {
  if (attributes.metadata === undefined) return [];
  return [`ATTRIBUTE ${quote(formatJson(parseJson(JSON.stringify(attributes.metadata))))}`];
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
