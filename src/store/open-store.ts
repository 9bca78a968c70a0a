/** Opens an object store by URL: `memory:` (private to the caller), `file:<directory>` or `s3://bucket/prefix?endpoint=URL`. */
import { DbError } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import { FileStore } from './file-store.ts';
import { MemoryStore } from './memory-store.ts';
import type { ObjectStore } from './object-store.ts';
import { S3Store } from './s3/s3-store.ts';

export async function openStore(url: string, env: Env): Promise<ObjectStore> {
  if (url === 'memory:') return new MemoryStore(env);
  if (url.startsWith('file:') && url.length > 'file:'.length) return FileStore.open(pathOfFileUrl(url), env);
  if (url.startsWith('s3:')) return S3Store.open(url, env);
  const forms = 'memory:, file:<directory> or s3://bucket/prefix?endpoint=URL';
  throw new DbError('invalid', 'store-url', `not an object store URL: ${url} (${forms})`);
}

/** Both `file:./data` and `file:///var/data` name a directory. */
export function pathOfFileUrl(url: string): string {
  const path = url.slice('file:'.length);
  return path.startsWith('//') ? decodeURIComponent(new URL(url).pathname) : path;
}
