/**
 * Opens everything a process needs to serve one database: the folder (or memory), its lock, the two atoms, the branch,
 * the accounts and the engine over them; and closes it all in the opposite order.
 *
 *   <folder>/ebb.json   what this folder is, and its format
 *   <folder>/ebb.lock   held while a process has it open
 *   <folder>/objects/   the object store         <folder>/log/   the commit log
 *   <folder>/tmp/       what statements put aside while they run
 */
import { DbError, SqlError } from '../base/index.ts';
import { joinPath, realEnv, type Env, type FileLock } from '../env/index.ts';
import { openLog } from '../log/index.ts';
import { MemoryBudget } from '../lsm/index.ts';
import { openStore } from '../store/index.ts';
import type { Row, Value } from '../sql/types/index.ts';
import {
  Accounts,
  MemoryAccountStore,
  SqlAccountStore,
  type AccountStore,
  type InternalSql,
} from './accounts/index.ts';
import { openDatabase, type Database } from './database.ts';
import { ALL_RIGHTS } from './session/all-rights.ts';
import { SqlEngine, type AccountDirectory } from './session/engine.ts';
import type { RowsResult, Session } from './session-port.ts';
import { SpillFiles } from './spill-files.ts';

export interface OpenEngineOptions {
  /** 'memory:' or a folder. */
  readonly location: string;
  /** URL of the object store; undefined = in the folder. */
  readonly store?: string;
  /** URL of the commit log; undefined = in the folder, or `store:` where the object store is elsewhere. */
  readonly log?: string;
  readonly env?: Env;
  /** Shared by memtables and caches. */
  readonly memoryBudgetBytes?: number;
  /** Of root@localhost, when the folder is new. */
  readonly rootPassword?: string;
  /** Global system variables to start with. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly onBackgroundError?: (error: unknown) => void;
}

export interface OpenedEngine {
  readonly engine: SqlEngine;
  readonly accounts: Accounts;
  readonly database: Database;
  /** True when there was no database yet. */
  readonly isNew: boolean;
  close(): Promise<void>;
}

const FORMAT = 1;
const MARK_FILE = 'ebb.json';
const MEMORY_BUDGET_BYTES = 1024 * 1024 * 1024;
/** Nobody can log in as this account: a host pattern is never empty. */
const INTERNAL = { user: 'ebb.internal', host: '' };

export async function openEngine(options: OpenEngineOptions): Promise<OpenedEngine> {
  const env = options.env ?? realEnv();
  const undo: (() => Promise<void>)[] = [];
  try {
    const inMemory = options.location === 'memory:';
    const folder = inMemory ? undefined : await openFolder(options.location, env, undo);
    const store = await openStore(options.store ?? placeIn(folder?.path, 'objects'), env);
    undo.push(() => store.close());
    const logUrl = options.log ?? (options.store === undefined ? placeIn(folder?.path, 'log') : 'store:');
    const log = await openLog(logUrl, env, store);
    undo.push(() => log.close());
    const budget = new MemoryBudget({ limitBytes: options.memoryBudgetBytes ?? MEMORY_BUDGET_BYTES });
    const { onBackgroundError } = options;
    const database = await openDatabase({
      store,
      log,
      env,
      budget,
      ...(onBackgroundError === undefined ? {} : { onBackgroundError }),
    });
    undo.push(() => database.close());
    const spill = folder === undefined ? undefined : await SpillFiles.open(joinPath(folder.path, 'tmp'), env.files);
    if (spill !== undefined) undo.push(() => spill.settled());
    const directory = new Directory();
    const engine = new SqlEngine({
      database,
      env,
      accounts: directory,
      ...(spill !== undefined && { spill }),
      ...(options.variables === undefined ? {} : { variables: options.variables }),
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

async function openFolder(path: string, env: Env, undo: (() => Promise<void>)[]): Promise<{ readonly path: string }> {
  const { files } = env;
  await files.makeDirectory(path);
  const lock: FileLock = await files.lock(joinPath(path, 'ebb.lock'));
  undo.push(() => lock.release());
  const markPath = joinPath(path, MARK_FILE);
  const mark = await files.read(markPath);
  if (mark !== undefined) {
    checkMark(path, new TextDecoder().decode(mark));
    return { path };
  }
  const strangers = (await files.list(path)).map((entry) => entry.name).filter((name) => !OURS.test(name));
  if (strangers.length > 0) {
    throw new DbError(
      'invalid',
      'not-a-data-folder',
      `${path} is not an Ebb data folder: it holds ${strangers.slice(0, 3).join(', ')}; give an empty or new folder`,
    );
  }
  // Written aside and renamed: a crash must not leave a mark that says nothing.
  const draft = `${markPath}.new`;
  const file = await files.open(draft, 'update');
  await file.writeDurably(0, new TextEncoder().encode(`${JSON.stringify({ format: FORMAT })}\n`));
  await file.close();
  await files.rename(draft, markPath);
  await files.syncDirectory(path);
  return { path };
}

const OURS = /^(ebb\.(json|lock).*|objects|log|tmp|server-(key|cert)\.pem.*|lost\+found)$/;

function checkMark(path: string, text: string): void {
  let format: unknown;
  try {
    format = (JSON.parse(text) as { format?: unknown }).format;
  } catch {
    format = undefined;
  }
  if (format === FORMAT) return;
  throw new DbError(
    'invalid',
    'unknown-format',
    `${path} has the data format ${String(format)}; this version of Ebb reads format ${FORMAT}`,
  );
}

function placeIn(folder: string | undefined, name: string): string {
  return folder === undefined ? 'memory:' : `file:${joinPath(folder, name)}`;
}

async function openAccounts(
  engine: SqlEngine,
  options: OpenEngineOptions,
): Promise<{ readonly accounts: Accounts; readonly isNew: boolean }> {
  const { env } = engine;
  let store: AccountStore;
  let isNew = true;
  if (options.location === 'memory:' && options.store === undefined) store = new MemoryAccountStore();
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
    ...(options.rootPassword === undefined ? {} : { rootPassword: options.rootPassword }),
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

/** Everything is closed even when something fails; the first failure is reported. */
async function closeAll(undo: (() => Promise<void>)[]): Promise<void> {
  let failure: unknown;
  for (let close = undo.pop(); close !== undefined; close = undo.pop()) {
    try {
      await close();
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined && !(failure instanceof SqlError)) throw failure;
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= close());
}
