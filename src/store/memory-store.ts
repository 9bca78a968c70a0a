/**
 * Objects in a map: for `memory:` databases and as the reference that other backends are compared with.
 *
 * Interleaving: every method does its work before its first suspension, so each is atomic.
 */
import { LIMITS, toHex, type Bytes } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import {
  checkObjectPath,
  checkPut,
  checkRange,
  type ByteRange,
  type ListPage,
  type ObjectStore,
  type PutOptions,
  type PutResult,
  type StoredObject,
} from './object-store.ts';

interface Entry {
  readonly bytes: Bytes;
  readonly etag: string;
  readonly modifiedMs: number;
}

export class MemoryStore implements ObjectStore {
  readonly #env: Pick<Env, 'clock' | 'random'>;
  readonly #entries = new Map<string, Entry>();

  constructor(env: Pick<Env, 'clock' | 'random'>) {
    this.#env = env;
  }

  async get(path: string, range?: ByteRange): Promise<StoredObject | undefined> {
    checkObjectPath(path);
    checkRange(range);
    const entry = this.#entries.get(path);
    if (entry === undefined) return undefined;
    const { offset, length } = range ?? { offset: 0, length: entry.bytes.length };
    return { bytes: entry.bytes.slice(offset, offset + length), etag: entry.etag, size: entry.bytes.length };
  }

  async put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult> {
    checkPut(path, bytes, options);
    const current = this.#entries.get(path);
    if (options?.ifAbsent === true && current !== undefined) return { ok: false, reason: 'exists' };
    if (options?.ifMatch !== undefined && options.ifMatch !== current?.etag) return { ok: false, reason: 'changed' };
    const etag = toHex(this.#env.random.bytes(12));
    this.#entries.set(path, { bytes: bytes.slice(), etag, modifiedMs: this.#env.clock.nowMs() });
    return { ok: true, etag };
  }

  async list(prefix: string, after?: string): Promise<ListPage> {
    const paths: string[] = [];
    for (const path of this.#entries.keys()) {
      if (path.startsWith(prefix) && (after === undefined || path > after)) paths.push(path);
    }
    paths.sort();
    const page = paths.slice(0, LIMITS.listPageMax);
    const objects = page.map((path) => {
      const { bytes, modifiedMs } = this.#entries.get(path) as Entry;
      return { path, size: bytes.length, modifiedMs };
    });
    return { objects, next: paths.length > page.length ? page.at(-1) : undefined };
  }

  async delete(paths: readonly string[]): Promise<void> {
    for (const path of paths) checkObjectPath(path);
    for (const path of paths) this.#entries.delete(path);
  }

  async close(): Promise<void> {}
}
