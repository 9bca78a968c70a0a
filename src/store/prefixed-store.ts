/** A store inside a store: everything lies below one path, and nothing above it can be named. What a tenant is given. */
import type { Bytes } from '../base/index.ts';
import {
  checkObjectPath,
  type ByteRange,
  type ListPage,
  type ObjectStore,
  type PutOptions,
  type PutResult,
  type StoredObject,
} from './object-store.ts';

export class PrefixedStore implements ObjectStore {
  readonly #inner: ObjectStore;
  readonly #prefix: string;

  /** `folder` without a slash at the end. Closing leaves the store beneath open: it belongs to others too. */
  constructor(inner: ObjectStore, folder: string) {
    checkObjectPath(folder);
    this.#inner = inner;
    this.#prefix = `${folder}/`;
  }

  async get(path: string, range?: ByteRange): Promise<StoredObject | undefined> {
    return this.#inner.get(this.#below(path), range);
  }

  async put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult> {
    return this.#inner.put(this.#below(path), bytes, options);
  }

  async list(prefix: string, after?: string): Promise<ListPage> {
    const start = after === undefined ? undefined : this.#prefix + after;
    const { objects, next } = await this.#inner.list(this.#prefix + prefix, start);
    const { length } = this.#prefix;
    return {
      objects: objects.map((object) => ({ ...object, path: object.path.slice(length) })),
      next: next?.slice(length),
    };
  }

  async delete(paths: readonly string[]): Promise<void> {
    return this.#inner.delete(paths.map((path) => this.#below(path)));
  }

  async close(): Promise<void> {}

  /** Checked before it is joined: `..` must not lead out. */
  #below(path: string): string {
    checkObjectPath(path);
    return this.#prefix + path;
  }
}
