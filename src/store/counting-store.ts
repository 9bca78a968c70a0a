/** Counts calls and bytes of the store beneath: the figures that bills, metrics and request budgets in tests are made of. */
import type { Bytes } from '../base/index.ts';
import type { ByteRange, ListPage, ObjectStore, PutOptions, PutResult, StoredObject } from './object-store.ts';

export interface StoreCounts {
  gets: number;
  puts: number;
  lists: number;
  deletes: number;
  bytesRead: number;
  bytesWritten: number;
}

export class CountingStore implements ObjectStore {
  readonly counts: StoreCounts = { gets: 0, puts: 0, lists: 0, deletes: 0, bytesRead: 0, bytesWritten: 0 };
  readonly #inner: ObjectStore;

  constructor(inner: ObjectStore) {
    this.#inner = inner;
  }

  async get(path: string, range?: ByteRange): Promise<StoredObject | undefined> {
    this.counts.gets++;
    const found = await this.#inner.get(path, range);
    this.counts.bytesRead += found?.bytes.length ?? 0;
    return found;
  }

  put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult> {
    this.counts.puts++;
    this.counts.bytesWritten += bytes.length;
    return this.#inner.put(path, bytes, options);
  }

  list(prefix: string, after?: string): Promise<ListPage> {
    this.counts.lists++;
    return this.#inner.list(prefix, after);
  }

  delete(paths: readonly string[]): Promise<void> {
    this.counts.deletes++;
    return this.#inner.delete(paths);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
