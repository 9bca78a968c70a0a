/** Opens a commit log by URL: `memory:` (private to the caller), `file:<directory>`, or `store:` for one in the object store. */
import { DbError } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import { pathOfFileUrl, type ObjectStore } from '../store/index.ts';
import type { CommitLog } from './commit-log.ts';
import { FileLog } from './file-log.ts';
import { MemoryLog } from './memory-log.ts';
import { StoreLog } from './store-log.ts';

/** Where a log in the object store keeps its records. */
const PREFIX = 'log';

export async function openLog(url: string, env: Env, store?: ObjectStore): Promise<CommitLog> {
  if (url === 'memory:') return new MemoryLog();
  if (url.startsWith('file:') && url.length > 'file:'.length) return FileLog.open(pathOfFileUrl(url), env);
  if (url === 'store:' && store !== undefined) return new StoreLog(store, PREFIX, env);
  throw new DbError('invalid', 'log-url', `not a commit log URL: ${url} (memory:, file:<directory> or store:)`);
}
