/**
 * All accounts and grants at one moment: seven immutable tables. A change is made on a draft, which knows what it
 * changed, so that exactly those rows are written to the store before the new book is published.
 */
import {
  ACCOUNT_TABLES,
  KEY_OF,
  accountKey,
  type AccountId,
  type AccountRow,
  type AccountTable,
  type RowTypes,
  type UserRow,
} from './account-rows.ts';
import type { AccountChange, AccountRows } from './account-store.ts';

type Tables = { readonly [T in AccountTable]: ReadonlyMap<string, RowTypes[T]> };

export class AccountBook {
  readonly tables: Tables;

  constructor(tables: Tables) {
    this.tables = tables;
  }

  static of(rows: AccountRows): AccountBook {
    const tables: Partial<Record<AccountTable, Map<string, AccountRow>>> = {};
    for (const table of ACCOUNT_TABLES) {
      const keyOf = KEY_OF[table] as (row: AccountRow) => string;
      tables[table] = new Map((rows[table] as readonly AccountRow[]).map((row) => [keyOf(row), row]));
    }
    return new AccountBook(tables as unknown as Tables);
  }

  findUser(account: AccountId): UserRow | undefined {
    return this.tables.user.get(accountKey(account));
  }

  /** Rows of one account. */
  rowsOf<T extends AccountTable>(table: T, account: AccountId): RowTypes[T][] {
    const rows: RowTypes[T][] = [];
    for (const row of this.tables[table].values()) {
      if (row.user === account.user && row.host === account.host) rows.push(row as RowTypes[T]);
    }
    return rows;
  }

  /** Roles granted to the account, directly. */
  rolesOf(account: AccountId): AccountId[] {
    return this.rowsOf('role_edges', account).map((edge) => ({ user: edge.fromUser, host: edge.fromHost }));
  }

  draft(): Draft {
    return new Draft(this);
  }
}

/** A change under way. Tables are copied when first written. */
export class Draft extends AccountBook {
  readonly #base: AccountBook;
  readonly #written = new Set<AccountTable>();

  constructor(base: AccountBook) {
    super({ ...base.tables });
    this.#base = base;
  }

  put<T extends AccountTable>(table: T, row: RowTypes[T]): void {
    this.#writable(table).set(KEY_OF[table](row), row);
  }

  remove<T extends AccountTable>(table: T, row: RowTypes[T]): void {
    this.#writable(table).delete(KEY_OF[table](row));
  }

  changes(): AccountChange[] {
    const changes: AccountChange[] = [];
    for (const table of this.#written) {
      const before = this.#base.tables[table] as ReadonlyMap<string, AccountRow>;
      const after = this.tables[table] as ReadonlyMap<string, AccountRow>;
      for (const [key, row] of before)
        if (!after.has(key)) changes.push({ kind: 'delete', table, row } as AccountChange);
      for (const [key, row] of after)
        if (before.get(key) !== row) changes.push({ kind: 'put', table, row } as AccountChange);
    }
    return changes;
  }

  #writable<T extends AccountTable>(table: T): Map<string, RowTypes[T]> {
    if (!this.#written.has(table)) {
      this.#written.add(table);
      (this.tables as Record<AccountTable, unknown>)[table] = new Map(this.tables[table]);
    }
    return this.tables[table] as unknown as Map<string, RowTypes[T]>;
  }
}
