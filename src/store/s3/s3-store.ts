/**
 * Objects in a bucket of any S3 service that honours conditional writes.
 *
 * Reads: one ranged GET; what is longer than a part is fetched in parallel parts of one and the same version (If-Match).
 * Puts: one PutObject; long unconditional ones in parts (a service ignores conditions on those).
 *
 * A put that failed may have taken effect, now or later. A conditional one is therefore never just sent again: first its place is read,
 * and the nonce in the trailer tells whether the earlier try won (`object-trailer.ts`). So `exists` and `changed` are always about somebody else.
 */
import { DbError, LIMITS, type Bytes } from '../../base/index.ts';
import type { Env } from '../../env/index.ts';
import {
  checkObjectPath,
  checkPut,
  checkRange,
  isObjectPath,
  type ByteRange,
  type ListPage,
  type ObjectStore,
  type PutOptions,
  type PutResult,
  type StoredObject,
} from '../object-store.ts';
import { contentOf, contentSize, hasNonce, NONCE_BYTES, TRAILER_BYTES, withTrailer } from './object-trailer.ts';
import { Retrying, type RetryLimits } from './retrying.ts';
import { S3Client, S3Failure, type S3Object, type S3Part, type S3Requests } from './s3-client.ts';
import { parseS3Location, type S3Location } from './s3-location.ts';
import { requireConditionalWrites } from './service-check.ts';

/** One request fetches or sends at most this much: a lost connection costs one part, and parts travel side by side. */
const PART_BYTES = 8 * 1024 * 1024;
const MULTIPART_BYTES_MIN = 4 * PART_BYTES;
const PARTS_AT_ONCE = 4;
const DELETES_AT_ONCE = 16;

export interface S3StoreOptions {
  readonly retry?: RetryLimits;
}

export class S3Store implements ObjectStore {
  readonly #client: S3Client;
  readonly #env: Pick<Env, 'clock' | 'timers' | 'random'>;
  readonly #retrying: Retrying;
  readonly #prefix: string;
  #closed = false;

  private constructor(
    client: S3Client,
    location: S3Location,
    env: Pick<Env, 'clock' | 'timers' | 'random'>,
    options: S3StoreOptions,
  ) {
    this.#client = client;
    this.#env = env;
    this.#retrying = new Retrying(env, options.retry);
    this.#prefix = location.prefix;
  }

  /** Raises `invalid/store-unsuitable` when the service ignores conditions, `unavailable/store-unavailable` when it does not answer. */
  static async open(
    url: string,
    env: Pick<Env, 'clock' | 'timers' | 'random'>,
    options: S3StoreOptions = {},
  ): Promise<S3Store> {
    const location = parseS3Location(url);
    const client = await S3Client.connect(location);
    try {
      await requireConditionalWrites(client, new Retrying(env, options.retry), location, env.random);
    } catch (error) {
      client.close();
      throw refusal(error, url);
    }
    return new S3Store(client, location, env, options);
  }

  /** Requests sent since it was opened, tries included. */
  get requests(): Readonly<S3Requests> {
    return this.#client.requests;
  }

  async get(path: string, range?: ByteRange): Promise<StoredObject | undefined> {
    this.#check(path);
    checkRange(range);
    try {
      return range === undefined ? await this.#getWhole(path) : await this.#getRange(path, range);
    } catch (error) {
      if (error instanceof S3Failure && error.kind === 'absent') return undefined;
      throw refusal(error, path);
    }
  }

  async #getWhole(path: string): Promise<StoredObject> {
    const object = await this.#fetch(path, 0, PART_BYTES);
    const { etag, totalBytes } = object;
    const rest = totalBytes - object.bytes.length;
    const whole = rest > 0 ? await this.#fetchRest(path, object, totalBytes) : object.bytes;
    const bytes = contentOf(whole, path);
    return { bytes, etag, size: bytes.length };
  }

  async #getRange(path: string, range: ByteRange): Promise<StoredObject> {
    const wanted = Math.max(1, range.length);
    let first: S3Object;
    try {
      first = await this.#fetch(path, range.offset, Math.min(wanted, PART_BYTES));
    } catch (error) {
      if (!(error instanceof S3Failure) || error.kind !== 'range') throw error;
      const { etag, totalBytes } = await this.#request(`HEAD ${path}`, 0, (signal) =>
        this.#client.head(this.#key(path), signal),
      );
      return { bytes: new Uint8Array(0), etag, size: contentSize(totalBytes, path) };
    }
    const size = contentSize(first.totalBytes, path);
    const end = Math.min(range.offset + range.length, size);
    const length = Math.max(0, end - range.offset);
    if (length <= first.bytes.length) return { bytes: first.bytes.subarray(0, length), etag: first.etag, size };
    return { bytes: await this.#fetchRest(path, first, end, range.offset), etag: first.etag, size };
  }

  #fetch(path: string, offset: number, length: number, ifMatch?: string): Promise<S3Object> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    return this.#request(`GET ${path}`, length, (signal) => this.#client.get(this.#key(path), range, signal, ifMatch));
  }

  /** The bytes from `start` to `end`, of which `first` holds the beginning, from the very object that `first` came from. */
  async #fetchRest(path: string, first: S3Object, end: number, start = 0): Promise<Bytes> {
    const whole = new Uint8Array(end - start);
    whole.set(first.bytes);
    const offsets: number[] = [];
    for (let at = start + first.bytes.length; at < end; at += PART_BYTES) offsets.push(at);
    await inParallel(offsets, PARTS_AT_ONCE, async (offset) => {
      const part = await this.#fetch(path, offset, Math.min(PART_BYTES, end - offset), first.etag).catch(
        (error: unknown) => {
          if (!(error instanceof S3Failure) || error.kind !== 'precondition') throw error;
          throw new DbError('unavailable', 'store-unavailable', `${path} was replaced while it was read`);
        },
      );
      whole.set(part.bytes, offset - start);
    });
    return whole;
  }

  async put(path: string, bytes: Bytes, options: PutOptions = {}): Promise<PutResult> {
    this.#check(path);
    checkPut(path, bytes, options);
    const nonce = this.#env.random.bytes(NONCE_BYTES);
    const object = withTrailer(bytes, nonce);
    try {
      if (options.ifAbsent === true || options.ifMatch !== undefined)
        return await this.#putIf(path, object, nonce, options);
      if (object.length >= MULTIPART_BYTES_MIN) return { ok: true, etag: await this.#putParts(path, object, nonce) };
      const etag = await this.#request(`PUT ${path}`, object.length, (signal) =>
        this.#client.put(this.#key(path), object, signal),
      );
      return { ok: true, etag };
    } catch (error) {
      throw refusal(error, path);
    }
  }

  async #putIf(path: string, object: Bytes, nonce: Bytes, { ifMatch }: PutOptions): Promise<PutResult> {
    const key = this.#key(path);
    const condition = ifMatch === undefined ? { ifNoneMatch: '*' as const } : { ifMatch };
    return this.#request(`PUT ${path}`, object.length, async (signal, earlier) => {
      if (earlier) {
        const end = await this.#endOf(key, signal);
        if (end !== undefined && hasNonce(end.bytes, nonce)) return { ok: true, etag: end.etag };
        if (ifMatch === undefined && end !== undefined) return { ok: false, reason: 'exists' };
        if (ifMatch !== undefined && end?.etag !== ifMatch) return { ok: false, reason: 'changed' };
      }
      try {
        return { ok: true, etag: await this.#client.put(key, object, signal, condition) };
      } catch (error) {
        if (!(error instanceof S3Failure)) throw error;
        // Without an object If-Match is answered with 404 by some services.
        const lost = error.kind === 'precondition' || (error.kind === 'absent' && ifMatch !== undefined);
        if (!lost) throw error;
        if (earlier) {
          // It may have been our own first try that arrived in between.
          const end = await this.#endOf(key, signal);
          if (end !== undefined && hasNonce(end.bytes, nonce)) return { ok: true, etag: end.etag };
        }
        return { ok: false, reason: ifMatch === undefined ? 'exists' : 'changed' };
      }
    });
  }

  async #endOf(key: string, signal: AbortSignal): Promise<S3Object | undefined> {
    try {
      return await this.#client.get(key, `bytes=-${TRAILER_BYTES}`, signal);
    } catch (error) {
      if (error instanceof S3Failure && error.kind === 'absent') return undefined;
      throw error;
    }
  }

  async #putParts(path: string, object: Bytes, nonce: Bytes): Promise<string> {
    const key = this.#key(path);
    const upload = await this.#request(`POST ${path}`, 0, (signal) => this.#client.startMultipart(key, signal));
    try {
      const offsets: number[] = [];
      for (let at = 0; at < object.length; at += PART_BYTES) offsets.push(at);
      const parts: S3Part[] = [];
      await inParallel(offsets, PARTS_AT_ONCE, async (offset, index) => {
        const bytes = object.subarray(offset, offset + PART_BYTES);
        parts[index] = await this.#request(`PUT part ${index + 1} of ${path}`, bytes.length, (signal) =>
          this.#client.putPart(key, upload, index + 1, bytes, signal),
        );
      });
      return await this.#request(`POST ${path}`, 0, async (signal, earlier) => {
        // An upload that is gone was completed by the try whose answer was lost.
        const end = earlier ? await this.#endOf(key, signal) : undefined;
        if (end !== undefined && hasNonce(end.bytes, nonce)) return end.etag;
        return this.#client.endMultipart(key, upload, parts, signal);
      });
    } catch (error) {
      await this.#request(`DELETE upload of ${path}`, 0, (signal) =>
        this.#client.abortMultipart(key, upload, signal),
      ).catch(() => undefined); // the first error says more; a bucket's lifecycle rule removes what stays
      throw error;
    }
  }

  async list(prefix: string, after?: string): Promise<ListPage> {
    this.#assertOpen();
    const start = after === undefined ? undefined : this.#key(after);
    try {
      const page = await this.#request(`LIST ${prefix}`, 0, (signal) =>
        this.#client.list(this.#key(prefix), start, LIMITS.listPageMax, signal),
      );
      const objects = page.objects.flatMap(({ key, size, modifiedMs }) => {
        const path = key.slice(this.#prefix.length);
        // What else lies in the bucket (the mark of the service check, somebody's README) is none of ours.
        return isObjectPath(path) ? [{ path, size: Math.max(0, size - TRAILER_BYTES), modifiedMs }] : [];
      });
      return { objects, next: page.isLast ? undefined : page.objects.at(-1)?.key.slice(this.#prefix.length) };
    } catch (error) {
      throw refusal(error, prefix);
    }
  }

  async delete(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#check(path);
    await inParallel(paths, DELETES_AT_ONCE, async (path) => {
      try {
        await this.#request(`DELETE ${path}`, 0, (signal) => this.#client.delete(this.#key(path), signal));
      } catch (error) {
        if (!(error instanceof S3Failure) || error.kind !== 'absent') throw refusal(error, path);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#client.close();
  }

  #request<T>(what: string, bytes: number, attempt: (signal: AbortSignal, earlier: boolean) => Promise<T>): Promise<T> {
    return this.#retrying.run(what, bytes, attempt);
  }

  #key(path: string): string {
    return this.#prefix + path;
  }

  #check(path: string): void {
    this.#assertOpen();
    checkObjectPath(path);
  }

  #assertOpen(): void {
    if (this.#closed) throw new DbError('closed', 'store-closed', 'the object store is closed');
  }
}

/** What the service refuses is said in the caller's words; other errors stay. */
function refusal(error: unknown, what: string): unknown {
  if (!(error instanceof S3Failure)) return error;
  const hint =
    error.code === 'CredentialsProviderError'
      ? ': set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile'
      : error.code === 'NoSuchBucket'
        ? ': create the bucket first'
        : '';
  const message = `the object store refused ${what}: ${error.code}, ${error.message}${hint}`;
  return new DbError('invalid', 'store-refused', message, { cause: error });
}

/** Runs `work` for every item, at most `limit` at once; stops starting new ones after the first error, which it raises. */
async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const run = async (): Promise<void> => {
    while (!failed && next < items.length) {
      const index = next++;
      try {
        await work(items[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, run));
  const broken = results.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}
