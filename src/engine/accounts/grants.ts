/**
 * What an account may do with its active roles: compiled once per change of accounts or roles, then asked often.
 *
 * Privileges add up over levels (global, database, table, column) and over sources (the account and each active role,
 * with the roles that those have). Of one source's database patterns only the most specific that matches counts.
 */
import type { AccountBook } from './account-book.ts';
import { accountKey, join, type AccountId, type DatabaseRow } from './account-rows.ts';
import { matchesPattern, specificity } from './host-pattern.ts';
import { NO_PRIVILEGES, type PrivilegeSet } from './privileges.ts';

export interface TableGrants {
  readonly db: string;
  readonly table: string;
  privileges: PrivilegeSet;
  /** All that is granted on some column. */
  columnPrivileges: PrivilegeSet;
  /** By lower-case column name. */
  readonly columns: Map<string, { name: string; privileges: PrivilegeSet }>;
}

export class Grants {
  globals: PrivilegeSet = NO_PRIVILEGES;
  /** Dynamic privilege -> with grant option. */
  readonly dynamic = new Map<string, boolean>();
  /** Pattern -> privileges, of all sources together: for printing. */
  readonly databases = new Map<string, PrivilegeSet>();
  readonly tables = new Map<string, TableGrants>();
  /** Schemas that have table grants. */
  readonly #schemas = new Set<string>();
  readonly #sources: (readonly DatabaseRow[])[] = [];
  readonly #onDatabase = new Map<string, PrivilegeSet>();

  /** `roles`: those active; roles they have are added. */
  static compile(book: AccountBook, account: AccountId, roles: readonly AccountId[]): Grants {
    const grants = new Grants();
    for (const source of [account, ...closure(book, roles)]) grants.#add(book, source);
    return grants;
  }

  onDatabase(db: string): PrivilegeSet {
    let set = this.#onDatabase.get(db);
    if (set !== undefined) return set;
    set = NO_PRIVILEGES;
    for (const rows of this.#sources) {
      const row = rows.find((candidate) => candidate.db === db || matchesPattern(candidate.db, db));
      if (row !== undefined) set = (set | row.privileges) >>> 0;
    }
    if (this.#onDatabase.size > 1000) this.#onDatabase.clear();
    this.#onDatabase.set(db, set);
    return set;
  }

  onTable(db: string, table: string): TableGrants | undefined {
    return this.tables.get(join(db, table));
  }

  /** Some right on the database or on something in it. */
  reachesDatabase(db: string): boolean {
    return this.onDatabase(db) !== NO_PRIVILEGES || this.#schemas.has(db);
  }

  #add(book: AccountBook, source: AccountId): void {
    this.globals = (this.globals | (book.findUser(source)?.privileges ?? 0)) >>> 0;
    for (const row of book.rowsOf('global_grants', source)) {
      this.dynamic.set(row.privilege, row.grantOption || this.dynamic.get(row.privilege) === true);
    }
    const databases = book.rowsOf('db', source).sort((a, b) => specificity(b.db) - specificity(a.db));
    this.#sources.push(databases);
    for (const row of databases) this.databases.set(row.db, ((this.databases.get(row.db) ?? 0) | row.privileges) >>> 0);
    for (const row of book.rowsOf('tables_priv', source)) {
      const table = this.#table(row.db, row.table);
      table.privileges = (table.privileges | row.privileges) >>> 0;
      table.columnPrivileges = (table.columnPrivileges | row.columnPrivileges) >>> 0;
    }
    for (const row of book.rowsOf('columns_priv', source)) {
      const { columns } = this.#table(row.db, row.table);
      const key = row.column.toLowerCase();
      const before = columns.get(key)?.privileges ?? 0;
      columns.set(key, { name: row.column, privileges: (before | row.privileges) >>> 0 });
    }
  }

  #table(db: string, table: string): TableGrants {
    const key = join(db, table);
    let grants = this.tables.get(key);
    if (grants === undefined) {
      grants = { db, table, privileges: 0, columnPrivileges: 0, columns: new Map() };
      this.tables.set(key, grants);
      this.#schemas.add(db);
    }
    return grants;
  }
}

/** The roles and all they are granted in turn, each once. */
export function closure(book: AccountBook, roles: readonly AccountId[]): AccountId[] {
  const seen = new Map<string, AccountId>();
  const queue = [...roles];
  for (let role = queue.pop(); role !== undefined; role = queue.pop()) {
    const key = accountKey(role);
    if (seen.has(key)) continue;
    seen.set(key, role);
    queue.push(...book.rolesOf(role));
  }
  return [...seen.values()];
}
