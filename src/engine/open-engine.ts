/**
 * Opens everything a process needs to serve one database: the folder (or memory), its lock, the two atoms, and the tenant that
 * lives on them (tenant.ts); and closes it all in the opposite order.
 *
 *   <folder>/ebb.json   what this folder is, and its format
 *   <folder>/ebb.lock   held while a process has it open
 *   <folder>/objects/   the object store         <folder>/log/   the commit log
 *   <folder>/tmp/       what statements put aside while they run
 */
import { DbError } from '../base/index.ts';
import { joinPath, realEnv, type Env, type FileLock } from '../env/index.ts';
import { openLog } from '../log/index.ts';
import { MemoryBudget } from '../lsm/index.ts';
import { openStore, type ObjectStore } from '../store/index.ts';
import { closeAll, once } from './closing.ts';
import { SpillFiles } from './spill-files.ts';
import { openTenant, type Tenant } from './tenant.ts';

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

/** What a process has open: the tenant of the folder, and what others of the process share. */
export interface OpenedEngine extends Tenant {
  readonly store: ObjectStore;
  readonly spill: SpillFiles | undefined;
}

const FORMAT = 1;
const MARK_FILE = 'ebb.json';
const MEMORY_BUDGET_BYTES = 1024 * 1024 * 1024;

export async function openEngine(options: OpenEngineOptions): Promise<OpenedEngine> {
  const env = options.env ?? realEnv();
  const undo: (() => Promise<void>)[] = [];
  try {
    const folder = options.location === 'memory:' ? undefined : await openFolder(options.location, env, undo);
    const store = await openStore(options.store ?? placeIn(folder?.path, 'objects'), env);
    undo.push(() => store.close());
    const logUrl = options.log ?? (options.store === undefined ? placeIn(folder?.path, 'log') : 'store:');
    const log = await openLog(logUrl, env, store);
    undo.push(() => log.close());
    const spill = folder === undefined ? undefined : await SpillFiles.open(joinPath(folder.path, 'tmp'), env.files);
    if (spill !== undefined) undo.push(() => spill.settled());
    const { rootPassword, variables, onBackgroundError } = options;
    const tenant = await openTenant({
      store,
      log,
      env,
      budget: new MemoryBudget({ limitBytes: options.memoryBudgetBytes ?? MEMORY_BUDGET_BYTES }),
      keepsAccounts: folder !== undefined || options.store !== undefined,
      ...(rootPassword !== undefined && { root: { password: rootPassword } }),
      ...(spill !== undefined && { spill }),
      ...(variables !== undefined && { variables }),
      ...(onBackgroundError !== undefined && { onBackgroundError }),
    });
    undo.push(() => tenant.close());
    return { ...tenant, store, spill, close: once(() => closeAll(undo)) };
  } catch (error) {
    await closeAll(undo);
    throw error;
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
