/**
 * A tenant: one database on two atoms with accounts of its own. A server has one of its own folder; a fleet has many, on parts of one
 * store, and opens and closes them as clients come and go.
 */
import type { Env } from '../env/index.ts';
import type { CommitLog } from '../log/index.ts';
import type { MemoryBudget } from '../lsm/index.ts';
import type { ObjectStore } from '../store/index.ts';
import type { Row, Value } from '../sql/types/index.ts';
import {
  Accounts,
  MemoryAccountStore,
  SqlAccountStore,
  type AccountStore,
  type InternalSql,
} from './accounts/index.ts';
import { closeAll, once } from './closing.ts';
import { openDatabase, type Database } from './database.ts';
import { ALL_RIGHTS } from './session/all-rights.ts';
import { SqlEngine, type AccountDirectory } from './session/engine.ts';
import type { RowsResult, Session } from './session-port.ts';
import type { SpillFiles } from './spill-files.ts';

export interface TenantOptions {
  readonly store: ObjectStore;
  readonly log: CommitLog;
  readonly env: Env;
  /** Shared by all tenants of the process. */
  readonly budget: MemoryBudget;
  /** False: accounts die with the process, as the data does. */
  readonly keepsAccounts: boolean;
  /** The account that a new database gets; absent = root@localhost without a password. */
  readonly root?: { readonly password?: string; readonly passwordHash?: string; readonly host?: string };
  readonly spill?: SpillFiles;
  /** Global system variables to start with. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly onBackgroundError?: (error: unknown) => void;
}

export interface Tenant {
  readonly engine: SqlEngine;
  readonly accounts: Accounts;
  readonly database: Database;
  /** True when there was no database yet. */
  readonly isNew: boolean;
  /** Leaves the atoms open: they belong to whoever opened them. */
  close(): Promise<void>;
}

/** Nobody can log in as this account: a host pattern is never empty. */
const INTERNAL = { user: 'ebb.internal', host: '' };

export async function openTenant(options: TenantOptions): Promise<Tenant> {
  const { store, log, env, budget, spill, variables, onBackgroundError } = options;
  const undo: (() => Promise<void>)[] = [];
  try {
    const database = await openDatabase({
      store,
      log,
      env,
      budget,
      ...(onBackgroundError !== undefined && { onBackgroundError }),
    });
    undo.push(() => database.close());
    const directory = new Directory();
    const engine = new SqlEngine({
      database,
      env,
      accounts: directory,
      ...(spill !== undefined && { spill }),
      ...(variables !== undefined && { variables }),
    });
    undo.push(() => engine.close());
    const { accounts, isNew } = await openAccounts(engine, options);
    directory.accounts = accounts;
    return { engine, accounts, database, isNew, close: once(() => closeAll(undo)) };
  } catch (error) {
    await closeAll(undo);
    throw error;
  }
}

/** Accounts are kept in tables that the engine itself reads: until they are loaded only internal sessions exist. */
class Directory implements AccountDirectory {
  accounts: Accounts | undefined;

  findAccount(user: string, hosts: readonly string[]): ReturnType<AccountDirectory['findAccount']> {
    return this.accounts?.findAccount(user, hosts);
  }

  privilegesOf(session: Parameters<AccountDirectory['privilegesOf']>[0]): ReturnType<AccountDirectory['privilegesOf']> {
    if (this.accounts === undefined || session.account.host === INTERNAL.host) return ALL_RIGHTS;
    return this.accounts.rightsOf(session);
  }
}

async function openAccounts(
  engine: SqlEngine,
  { keepsAccounts, root }: TenantOptions,
): Promise<{ readonly accounts: Accounts; readonly isNew: boolean }> {
  const { env } = engine;
  let store: AccountStore;
  let isNew = true;
  if (!keepsAccounts) store = new MemoryAccountStore();
  else {
    const inTables = new SqlAccountStore(internalSql(engine));
    isNew = await inTables.prepare();
    store = inTables;
  }
  const accounts = await Accounts.open({
    store,
    randomBytes: (count) => env.random.bytes(count),
    nowMs: () => env.clock.nowMs(),
    catalog: () => engine.catalog(),
    ...(root?.password !== undefined && { rootPassword: root.password }),
    ...(root?.passwordHash !== undefined && { rootPasswordHash: root.passwordHash }),
    ...(root?.host !== undefined && { rootHost: root.host }),
  });
  return { accounts, isNew };
}

function internalSql(engine: SqlEngine): InternalSql {
  const within = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = await engine.connect({ user: INTERNAL.user, host: 'localhost', account: INTERNAL });
    try {
      await run(session, "SET time_zone = '+00:00'");
      return await work(session);
    } finally {
      await session.close();
    }
  };
  return {
    query: (sql) => within((session) => run(session, sql)),
    transaction: (statements) =>
      within(async (session) => {
        await run(session, 'START TRANSACTION');
        for (const sql of statements) await run(session, sql);
        await run(session, 'COMMIT');
      }),
    hasTable: (schema, table) => engine.catalog().findTable(schema, table) !== undefined,
  };
}

async function run(session: Session, sql: string): Promise<Record<string, Value>[]> {
  const result = await session.execute(sql);
  if (result.kind === 'ok') return [];
  const rows: Record<string, Value>[] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
    for (const row of batch) rows.push(byName(result, row));
  }
  await result.close();
  return rows;
}

function byName(result: RowsResult, row: Row): Record<string, Value> {
  return Object.fromEntries(result.columns.map((column, i) => [column.name, row[i] as Value]));
}
