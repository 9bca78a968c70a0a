/**
 * The three accounts that MySQL makes for itself (locked, with a password that nothing hashes to). Views of the database sys and tools name them as
 * definers, and lists of accounts hold them; nobody can log in as one.
 */
import type { Draft } from './account-book.ts';
import type { AccountId } from './account-rows.ts';
import { bit, type PrivilegeSet } from './privileges.ts';
import { newUser } from './user-options.ts';

const LOCKED_PASSWORD = '$A$005$THISISACOMBINATIONOFINVALIDSALTANDPASSWORDTHATMUSTNEVERBRBEUSED';
const OF_ALL = ['AUDIT_ABORT_EXEMPT', 'FIREWALL_EXEMPT', 'SYSTEM_USER'];

interface SystemAccount {
  readonly user: string;
  readonly privileges?: PrivilegeSet;
  readonly dynamic?: readonly string[];
  readonly database?: { readonly db: string; readonly privileges: PrivilegeSet };
  readonly table?: { readonly db: string; readonly table: string; readonly grantor: string };
}

const SYSTEM_ACCOUNTS: readonly SystemAccount[] = [
  { user: 'mysql.infoschema', privileges: bit('select') },
  {
    user: 'mysql.session',
    privileges: (bit('shutdown') | bit('super')) >>> 0,
    dynamic: [
      'AUTHENTICATION_POLICY_ADMIN',
      'BACKUP_ADMIN',
      'CLONE_ADMIN',
      'CONNECTION_ADMIN',
      'PERSIST_RO_VARIABLES_ADMIN',
      'SESSION_VARIABLES_ADMIN',
      'SYSTEM_VARIABLES_ADMIN',
    ],
    database: { db: 'performance_schema', privileges: bit('select') },
    table: { db: 'mysql', table: 'user', grantor: 'boot@' },
  },
  {
    user: 'mysql.sys',
    database: { db: 'sys', privileges: bit('trigger') },
    table: { db: 'sys', table: 'sys_config', grantor: 'root@localhost' },
  },
];

export function addSystemAccounts(draft: Draft, nowMs: number): void {
  for (const { user, privileges = 0, dynamic = [], database, table } of SYSTEM_ACCOUNTS) {
    const account: AccountId = { user, host: 'localhost' };
    draft.put('user', {
      ...newUser(account, nowMs),
      privileges,
      authenticationString: LOCKED_PASSWORD,
      locked: true,
    });
    for (const privilege of [...OF_ALL, ...dynamic]) {
      draft.put('global_grants', { ...account, privilege, grantOption: false });
    }
    if (database !== undefined) draft.put('db', { ...account, ...database });
    if (table !== undefined) {
      draft.put('tables_priv', { ...account, ...table, privileges: bit('select'), columnPrivileges: 0 });
    }
  }
}
