/**
 * Objects as files under one directory.
 *
 * Object `a/b` is the file `objects/a/b,o`: the comma is not in our alphabet, so that an object `a` and an object `a/b`
 * never fight over a name. New objects are written and synced under `drafts/`, then renamed (or linked, for ifAbsent) into place
 * and the directory is synced, so that a crash leaves the old object or the new one.
 *
 * File: header of 32 bytes, then the content.
 *
 *   0   4  'EBOB'
 *   4   2  version, 1
 *   6   2  zero
 *   8   8  nonce, random
 *   16  8  content length
 *   24  4  checksum of the content
 *   28  4  checksum of bytes 0..28
 *
 * The etag is nonce + content checksum. A get of the whole object checks the content; a range is left to the reader's own
 * checksums.
 *
 * `ifAbsent` is decided by link(2) and holds between processes. `ifMatch` is decided under a lock of this process only: two
 * processes may share the directory for reading, one may change objects.
 *
 * Interleaving: puts and deletes of one path run one after the other; everything else may interleave, which the atomic rename makes
 * harmless.
 */
import { BytesReader, BytesWriter, checksum32, DbError, LIMITS, toHex, type Bytes } from '../base/index.ts';
import { joinPath, parentPath, type Env, type Files, type OpenFile } from '../env/index.ts';
import {
  checkObjectPath,
  checkPut,
  checkRange,
  type ByteRange,
  type ListedObject,
  type ListPage,
  type ObjectStore,
  type PutOptions,
  type PutResult,
  type StoredObject,
} from './object-store.ts';
import { PathLocks } from './path-locks.ts';

const MAGIC = 0x424f_4245;
const VERSION = 1;
const HEADER_BYTES = 32;
const SUFFIX = ',o';
/** Drafts of a crashed process are removed once nobody can still be writing them. */
const DRAFT_AGE_MS_MAX = 24 * 3600 * 1000;

interface Header {
  readonly etag: string;
  readonly size: number;
  readonly contentChecksum: number;
}

export class FileStore implements ObjectStore {
  readonly #env: Env;
  readonly #objects: string;
  readonly #drafts: string;
  readonly #locks: PathLocks;
  /** Directories known to exist, so that most puts make none. Cleared when it grows beyond its limit. */
  readonly #directories = new Set<string>();
  /**
   * Directories whose names are durable but for the changes under way here. A name left by a process that died, or by a failed sync, is
   * made durable before anybody is told of it.
   */
  readonly #settled = new Set<string>();
  #closed = false;

  private constructor(root: string, env: Env) {
    this.#env = env;
    this.#locks = locksOf(env.files);
    this.#objects = joinPath(root, 'objects');
    this.#drafts = joinPath(root, 'drafts');
  }

  static async open(root: string, env: Env): Promise<FileStore> {
    const store = new FileStore(root, env);
    await env.files.makeDirectory(store.#objects);
    await env.files.makeDirectory(store.#drafts);
    await store.#removeOldDrafts();
    return store;
  }

  async get(path: string, range?: ByteRange): Promise<StoredObject | undefined> {
    this.#check(path);
    checkRange(range);
    const found = await this.#openObject(path);
    if (found === undefined) return undefined;
    try {
      await this.#settle(parentPath(this.#fileOf(path)));
      if (range === undefined) return await readWhole(found, path);
      const [head, bytes] = await Promise.all([
        found.read(0, HEADER_BYTES),
        found.read(HEADER_BYTES + range.offset, range.length),
      ]);
      const { etag, size } = decodeHeader(head, path);
      return { bytes, etag, size };
    } finally {
      await found.close();
    }
  }

  async put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult> {
    this.#check(path);
    checkPut(path, bytes, options);
    return this.#locks.run(this.#fileOf(path), () => this.#putLocked(path, bytes, options));
  }

  async #putLocked(path: string, bytes: Bytes, options: PutOptions | undefined): Promise<PutResult> {
    const { files } = this.#env;
    const target = this.#fileOf(path);
    // Asked before the bytes are written: a lost race is then cheap. The link below decides.
    if (options?.ifAbsent === true && (await files.stat(target)) !== undefined) {
      await this.#settle(parentPath(target));
      return { ok: false, reason: 'exists' };
    }
    if (options?.ifMatch !== undefined && options.ifMatch !== (await this.#etagOf(path))) {
      return { ok: false, reason: 'changed' };
    }
    const nonce = this.#env.random.bytes(8);
    const contentChecksum = checksum32(bytes);
    const draft = joinPath(this.#drafts, toHex(nonce));
    try {
      await this.#writeDraft(draft, encodeHeader(nonce, bytes.length, contentChecksum), bytes);
      await this.#ensureDirectory(parentPath(target));
      if (options?.ifAbsent !== true) await files.rename(draft, target);
      else if (!(await files.link(draft, target))) return { ok: false, reason: 'exists' };
      await this.#syncDirectory(parentPath(target));
    } finally {
      // After a rename the draft is gone; after a link or a failure it is litter.
      await files.remove(draft).catch(() => false);
    }
    return { ok: true, etag: etagOf(nonce, contentChecksum) };
  }

  async list(prefix: string, after?: string): Promise<ListPage> {
    this.#assertOpen();
    const objects: ListedObject[] = [];
    const more = await this.#walk('', { prefix, after, objects });
    return { objects, next: more ? objects.at(-1)?.path : undefined };
  }

  async delete(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#check(path);
    const touched = new Set<string>();
    for (const path of paths) {
      const file = this.#fileOf(path);
      const removed = await this.#locks.run(this.#fileOf(path), () => this.#env.files.remove(file));
      if (removed) touched.add(parentPath(file));
    }
    for (const directory of touched) await this.#syncDirectory(directory);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async #writeDraft(draft: string, header: Bytes, bytes: Bytes): Promise<void> {
    const file = await this.#env.files.open(draft, 'create');
    try {
      await file.write(0, header);
      await file.write(HEADER_BYTES, bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #etagOf(path: string): Promise<string | undefined> {
    const head = await this.#env.files.readRange(this.#fileOf(path), 0, HEADER_BYTES);
    return head === undefined ? undefined : decodeHeader(head, path).etag;
  }

  async #openObject(path: string): Promise<OpenFile | undefined> {
    try {
      return await this.#env.files.open(this.#fileOf(path), 'read');
    } catch (error) {
      if (error instanceof DbError && (error.code === 'file-not-found' || error.code === 'not-a-directory'))
        return undefined;
      throw error;
    }
  }

  /** Depth first in path order; true when it stopped because the page is full and there is more. */
  async #walk(directory: string, page: Walk): Promise<boolean> {
    const place = joinPath(this.#objects, directory);
    const found = await this.#env.files.list(place);
    if (found.length > 0) await this.#settle(place);
    const entries = found
      .filter((entry) => entry.isDirectory || entry.name.endsWith(SUFFIX))
      .map(({ name, isDirectory }) => ({
        isDirectory,
        path: directory + (isDirectory ? `${name}/` : name.slice(0, -SUFFIX.length)),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const { isDirectory, path } of entries) {
      if (isDirectory) {
        const mayMatch = path.startsWith(page.prefix) || page.prefix.startsWith(path);
        const mayFollow = page.after === undefined || path > page.after || page.after.startsWith(path);
        if (mayMatch && mayFollow && (await this.#walk(path, page))) return true;
      } else if (path.startsWith(page.prefix) && (page.after === undefined || path > page.after)) {
        if (page.objects.length === LIMITS.listPageMax) return true;
        const stat = await this.#env.files.stat(this.#fileOf(path));
        // An object deleted since its directory was read is not there any more.
        if (stat !== undefined)
          page.objects.push({ path, size: stat.bytes - HEADER_BYTES, modifiedMs: stat.modifiedMs });
      }
    }
    return false;
  }

  async #settle(directory: string): Promise<void> {
    if (!this.#settled.has(directory)) await this.#syncDirectory(directory);
  }

  async #syncDirectory(directory: string): Promise<void> {
    this.#settled.delete(directory);
    await this.#env.files.syncDirectory(directory);
    if (this.#settled.size >= KNOWN_DIRECTORIES_MAX) this.#settled.clear();
    this.#settled.add(directory);
  }

  async #ensureDirectory(directory: string): Promise<void> {
    if (this.#directories.has(directory)) return;
    await this.#env.files.makeDirectory(directory);
    if (this.#directories.size >= KNOWN_DIRECTORIES_MAX) this.#directories.clear();
    this.#directories.add(directory);
  }

  async #removeOldDrafts(): Promise<void> {
    const { files, clock } = this.#env;
    for (const { name } of await files.list(this.#drafts)) {
      const draft = joinPath(this.#drafts, name);
      const stat = await files.stat(draft);
      if (stat !== undefined && clock.nowMs() - stat.modifiedMs > DRAFT_AGE_MS_MAX) await files.remove(draft);
    }
  }

  #fileOf(path: string): string {
    return joinPath(this.#objects, `${path}${SUFFIX}`);
  }

  #check(path: string): void {
    this.#assertOpen();
    checkObjectPath(path);
  }

  #assertOpen(): void {
    if (this.#closed) throw new DbError('closed', 'store-closed', 'the object store is closed');
  }
}

/** Shared by all stores of a process, so that two that were opened on one directory do not break each other's conditions. */
const locksByFiles = new WeakMap<Files, PathLocks>();

function locksOf(files: Files): PathLocks {
  let locks = locksByFiles.get(files);
  if (locks === undefined) {
    locks = new PathLocks();
    locksByFiles.set(files, locks);
  }
  return locks;
}

const KNOWN_DIRECTORIES_MAX = 10_000;

interface Walk {
  readonly prefix: string;
  readonly after: string | undefined;
  readonly objects: ListedObject[];
}

async function readWhole(file: OpenFile, path: string): Promise<StoredObject> {
  const all = await file.read(0, await file.size());
  const { etag, size, contentChecksum } = decodeHeader(all, path);
  const bytes = all.subarray(HEADER_BYTES);
  if (bytes.length !== size || checksum32(bytes) !== contentChecksum) throw damaged(path);
  return { bytes, etag, size };
}

function encodeHeader(nonce: Bytes, size: number, contentChecksum: number): Bytes {
  const writer = new BytesWriter(HEADER_BYTES)
    .u32(MAGIC)
    .u16(VERSION)
    .u16(0)
    .bytes(nonce)
    .u64(size)
    .u32(contentChecksum);
  return writer.u32(checksum32(writer.view())).finish();
}

function decodeHeader(bytes: Bytes, path: string): Header {
  if (bytes.length < HEADER_BYTES) throw damaged(path);
  const reader = new BytesReader(bytes, 0, HEADER_BYTES);
  const magic = reader.u32();
  const version = reader.u16();
  reader.skip(2);
  const nonce = reader.take(8);
  const sized = new BytesReader(bytes, 28, HEADER_BYTES);
  if (magic !== MAGIC || sized.u32() !== checksum32(bytes, 0, 28)) throw damaged(path);
  if (version !== VERSION)
    throw new DbError('corrupt', 'unknown-version', `object ${path} has format version ${version}`);
  const size = reader.u64();
  const contentChecksum = reader.u32();
  return { etag: etagOf(nonce, contentChecksum), size, contentChecksum };
}

function etagOf(nonce: Bytes, contentChecksum: number): string {
  return `${toHex(nonce)}-${contentChecksum.toString(16).padStart(8, '0')}`;
}

function damaged(path: string): DbError {
  return new DbError('corrupt', 'bad-object', `object ${path} fails its checksum`);
}
