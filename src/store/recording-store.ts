/**
 * Writes down every call, one line each, in the order in which they were made: what golden tests of storage calls compare.
 *
 *     get manifest -> 812 bytes
 *     get tables/7 [4096, +16384) -> 16384 bytes
 *     put tables/8 4096 bytes ifAbsent -> ok
 *     list tables/ after tables/3 -> 5
 *     delete tables/1 tables/2
 *
 * A line is reserved when its call starts and completed when it ends, so concurrency does not change the order.
 */
import type { Bytes } from '../base/index.ts';
import type { ByteRange, ListPage, ObjectStore, PutOptions, PutResult, StoredObject } from './object-store.ts';

export class RecordingStore implements ObjectStore {
  readonly #inner: ObjectStore;
  #calls: string[] = [];

  constructor(inner: ObjectStore) {
    this.#inner = inner;
  }

  /** The calls since the last `take`. */
  take(): string[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  get(path: string, range?: ByteRange): Promise<StoredObject | undefined> {
    const asked = range === undefined ? '' : ` [${range.offset}, +${range.length})`;
    return this.#record(`get ${path}${asked}`, this.#inner.get(path, range), (found) =>
      found === undefined ? 'absent' : `${found.bytes.length} bytes`,
    );
  }

  put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult> {
    const condition = options?.ifAbsent === true ? ' ifAbsent' : options?.ifMatch === undefined ? '' : ' ifMatch';
    const call = `put ${path} ${bytes.length} bytes${condition}`;
    return this.#record(call, this.#inner.put(path, bytes, options), (result) => (result.ok ? 'ok' : result.reason));
  }

  list(prefix: string, after?: string): Promise<ListPage> {
    const call = `list ${prefix}${after === undefined ? '' : ` after ${after}`}`;
    return this.#record(call, this.#inner.list(prefix, after), (page) => String(page.objects.length));
  }

  delete(paths: readonly string[]): Promise<void> {
    return this.#record(`delete ${paths.join(' ')}`, this.#inner.delete(paths), () => undefined);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #record<T>(call: string, result: Promise<T>, describe: (value: T) => string | undefined): Promise<T> {
    const calls = this.#calls;
    const index = calls.push(call) - 1;
    try {
      const value = await result;
      const outcome = describe(value);
      if (outcome !== undefined) calls[index] = `${call} -> ${outcome}`;
      return value;
    } catch (error) {
      calls[index] = `${call} -> failed`;
      throw error;
    }
  }
}
