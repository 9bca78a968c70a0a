/** Opens a commit log by URL: `memory:` (private to the caller) or `file:<directory>`. */
import { DbError } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import { pathOfFileUrl } from '../store/index.ts';
import type { CommitLog } from './commit-log.ts';
import { FileLog } from './file-log.ts';
import { MemoryLog } from './memory-log.ts';

export async function openLog(url: string, env: Env): Promise<CommitLog> {
  if (url === 'memory:') return new MemoryLog();
  if (url.startsWith('file:') && url.length > 'file:'.length) return FileLog.open(pathOfFileUrl(url), env);
  throw new DbError('invalid', 'log-url', `not a commit log URL: ${url} (memory: or file:<directory>)`);
}
