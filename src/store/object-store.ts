/**
 * The object store port: immutable blobs plus small objects changed by compare-and-swap.
 *
 * Guarantees that every backend and wrapper keeps, and the conformance suite checks:
 * - a successful `put` is durable, and every later `get` and `list` sees it (strong consistency);
 * - `put` is atomic: readers see the old object or the new one, never a mixture or a part;
 * - `ifAbsent` and `ifMatch` are decided atomically: of many contenders at most one wins;
 * - an etag names one put: writing the same bytes again gives another etag;
 * - after an error the outcome of a `put` or `delete` is unknown: it may have happened, or happen later.
 *
 * Paths are names separated by "/", each of 1 to 200 characters of [A-Za-z0-9._=+@~-] and neither "." nor "..", at most
 * LIMITS.objectPathBytesMax bytes together. Anything else is `invalid/object-path`.
 */
import { DbError, LIMITS, type Bytes } from '../base/index.ts';

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface StoredObject {
  /** The whole object or the asked range of it; shorter than the range where the object ends. */
  readonly bytes: Bytes;
  readonly etag: string;
  /** The size of the whole object. */
  readonly size: number;
}

export interface PutOptions {
  /** Succeeds only when there is no object at the path. */
  readonly ifAbsent?: boolean;
  /** Succeeds only when the object at the path has this etag. */
  readonly ifMatch?: string;
}

export type PutResult =
  | { readonly ok: true; readonly etag: string }
  /** `exists`: ifAbsent found an object. `changed`: ifMatch found another etag, or no object. */
  | { readonly ok: false; readonly reason: 'exists' | 'changed' };

export interface ListedObject {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface ListPage {
  /** In ascending path order (code units), at most LIMITS.listPageMax of them. */
  readonly objects: readonly ListedObject[];
  /** Pass it as `after` for the next page; undefined when this page ends the listing. */
  readonly next: string | undefined;
}

export interface ObjectStore {
  /** Undefined when there is no such object. */
  get(path: string, range?: ByteRange): Promise<StoredObject | undefined>;
  put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult>;
  /** Objects whose path starts with `prefix` and is greater than `after`. */
  list(prefix: string, after?: string): Promise<ListPage>;
  /** Objects that do not exist are passed over. */
  delete(paths: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const NAME = /^[A-Za-z0-9._=+@~-]{1,200}$/;

/** Raises `invalid/object-path` unless `path` is one that every backend can hold. */
export function checkObjectPath(path: string): void {
  if (isObjectPath(path)) return;
  throw new DbError('invalid', 'object-path', `not an object path: ${JSON.stringify(path.slice(0, 100))}`);
}

export function isObjectPath(path: string): boolean {
  return path.length <= LIMITS.objectPathBytesMax && path.split('/').every(isObjectName);
}

function isObjectName(name: string): boolean {
  return NAME.test(name) && name !== '.' && name !== '..';
}

export function checkPut(path: string, bytes: Bytes, options: PutOptions | undefined): void {
  checkObjectPath(path);
  if (bytes.length > LIMITS.objectBytesMax) {
    throw new DbError(
      'limit',
      'object-too-large',
      `${path} has ${bytes.length} bytes, the limit is ${LIMITS.objectBytesMax}`,
    );
  }
  if (options?.ifAbsent === true && options.ifMatch !== undefined) {
    throw new DbError('invalid', 'put-condition', 'a put is either ifAbsent or ifMatch');
  }
}

export function checkRange(range: ByteRange | undefined): void {
  if (range === undefined) return;
  const { offset, length } = range;
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0) return;
  throw new DbError('invalid', 'byte-range', `not a byte range: offset ${offset}, length ${length}`);
}

/** Every object under `prefix` (behind `start`), page by page. */
export async function* listAll(store: ObjectStore, prefix: string, start?: string): AsyncGenerator<ListedObject> {
  let after = start;
  do {
    const page = await store.list(prefix, after);
    yield* page.objects;
    after = page.next;
  } while (after !== undefined);
}
