/** Where accounts are kept. The engine keeps them in tables of the schema `mysql`; tests keep them in memory. */
import type { MaybePromise } from '../../base/index.ts';
import { ACCOUNT_TABLES, KEY_OF, type AccountRow, type AccountTable, type RowTypes } from './account-rows.ts';

export type AccountRows = { readonly [T in AccountTable]: readonly RowTypes[T][] };

export type AccountChange = {
  readonly [T in AccountTable]: { readonly kind: 'put' | 'delete'; readonly table: T; readonly row: RowTypes[T] };
}[AccountTable];

export interface AccountStore {
  load(): MaybePromise<AccountRows>;
  /** All or nothing; durable when it resolves. A `put` replaces the row with the same key. */
  write(changes: readonly AccountChange[]): MaybePromise<void>;
}

export function noAccounts(): AccountRows {
  return { user: [], db: [], tables_priv: [], columns_priv: [], global_grants: [], role_edges: [], default_roles: [] };
}

/** Accounts that live as long as the process. */
export class MemoryAccountStore implements AccountStore {
  readonly #tables = new Map<AccountTable, Map<string, AccountRow>>(ACCOUNT_TABLES.map((table) => [table, new Map()]));

  load(): AccountRows {
    const rows: Partial<Record<AccountTable, AccountRow[]>> = {};
    for (const [table, content] of this.#tables) rows[table] = [...content.values()];
    return rows as unknown as AccountRows;
  }

  write(changes: readonly AccountChange[]): void {
    for (const change of changes) {
      const content = this.#tables.get(change.table) as Map<string, AccountRow>;
      const key = (KEY_OF[change.table] as (row: AccountRow) => string)(change.row);
      if (change.kind === 'put') content.set(key, change.row);
      else content.delete(key);
    }
  }
}
