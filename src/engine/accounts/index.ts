/** Users, roles and privileges: the accounts a server knows, what they may do, and how they prove who they are. */
export * from './passwords/index.ts';
export { Accounts, type AccountsOptions, type AccountSession } from './accounts.ts';
export { SqlAccountStore, type InternalSql } from './sql-account-store.ts';
export { AccountRights } from './account-rights.ts';
export {
  MemoryAccountStore,
  noAccounts,
  type AccountChange,
  type AccountRows,
  type AccountStore,
} from './account-store.ts';
export { requiredPrivileges, type Requirement } from './statement-privileges.ts';
