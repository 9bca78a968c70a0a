/**
 * Files on node:fs.
 *
 * Calls go through the callback API wrapped once: the promise API (FileHandle) costs about twice as much per call, and the
 * commit path is one such call. `writeDurably` opens the file a second time with O_DSYNC where the system has it, so that
 * write and fdatasync are one system call and one trip to the thread pool.
 *
 * Interleaving: every method suspends once per system call; nothing is cached between calls except the O_DSYNC descriptor.
 */
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { DbError, type Bytes } from '../base/index.ts';
import type { FileEntry, Files, FileStat, OpenFile, OpenMode } from './files.ts';
import { parentPath } from './files.ts';
import { codeOf, orAbsent } from './system-error.ts';
import { takeLock } from './real-lock.ts';

const openAsync = promisify(fs.open);
const closeAsync = promisify(fs.close);
const fdatasyncAsync = promisify(fs.fdatasync);
const fsyncAsync = promisify(fs.fsync);
const fstatAsync = promisify(fs.fstat);
const ftruncateAsync = promisify(fs.ftruncate);
const readFileAsync = promisify(fs.readFile);
const statAsync = promisify(fs.stat);
const readdirAsync = promisify(fs.readdir);
const mkdirAsync = promisify(fs.mkdir);
const renameAsync = promisify(fs.rename);
const linkAsync = promisify(fs.link);
const unlinkAsync = promisify(fs.unlink);
const rmdirAsync = promisify(fs.rmdir);

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants;
const O_DSYNC: number | undefined = (fs.constants as { O_DSYNC?: number }).O_DSYNC;

function readOnce(fd: number, buffer: Uint8Array, start: number, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, start, buffer.length - start, at, (error, count) => (error ? reject(error) : resolve(count)));
  });
}

function writeOnce(fd: number, bytes: Bytes, start: number, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.write(fd, bytes, start, bytes.length - start, at, (error, count) => (error ? reject(error) : resolve(count)));
  });
}

async function readAll(fd: number, at: number, length: number): Promise<Bytes> {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await readOnce(fd, buffer, filled, at + filled);
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
  }
  return buffer;
}

async function writeAll(fd: number, at: number, bytes: Bytes): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += await writeOnce(fd, bytes, written, at + written);
}

class RealFile implements OpenFile {
  readonly #path: string;
  readonly #fd: number;
  #durableFd: number | undefined;
  #closed = false;

  constructor(path: string, fd: number) {
    this.#path = path;
    this.#fd = fd;
  }

  size(): Promise<number> {
    return this.#guard(async () => (await fstatAsync(this.#fd)).size);
  }

  read(at: number, length: number): Promise<Bytes> {
    return this.#guard(() => readAll(this.#fd, at, length));
  }

  write(at: number, bytes: Bytes): Promise<void> {
    return this.#guard(() => writeAll(this.#fd, at, bytes));
  }

  writeDurably(at: number, bytes: Bytes): Promise<void> {
    const fd = this.#durableFd;
    if (fd === undefined || this.#closed) return this.#guard(() => this.#writeFirst(at, bytes));
    // One promise: every commit waits for this.
    return new Promise((resolve, reject) => {
      fs.write(fd, bytes, 0, bytes.length, at, (error, count) => {
        if (error) reject(fileError(error, this.#path));
        else if (count === bytes.length) resolve();
        else this.#guard(() => writeAll(fd, at + count, bytes.subarray(count))).then(resolve, reject);
      });
    });
  }

  async #writeFirst(at: number, bytes: Bytes): Promise<void> {
    if (O_DSYNC === undefined) {
      await writeAll(this.#fd, at, bytes);
      await fdatasyncAsync(this.#fd);
      return;
    }
    this.#durableFd ??= fs.openSync(this.#path, O_RDWR | O_DSYNC);
    await writeAll(this.#durableFd, at, bytes);
  }

  sync(): Promise<void> {
    return this.#guard(() => fdatasyncAsync(this.#fd));
  }

  truncate(bytes: number): Promise<void> {
    return this.#guard(() => ftruncateAsync(this.#fd, bytes));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#durableFd !== undefined) await closeAsync(this.#durableFd);
    await closeAsync(this.#fd);
  }

  async #guard<T>(action: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new DbError('closed', 'file-closed', `${this.#path} is closed`);
    try {
      return await action();
    } catch (error) {
      throw fileError(error, this.#path);
    }
  }
}

const FLAGS: Record<OpenMode, number> = { read: O_RDONLY, update: O_RDWR | O_CREAT, create: O_RDWR | O_CREAT | O_EXCL };

export const realFiles: Files = {
  open: (path, mode) => named(path, async () => new RealFile(path, await openAsync(path, FLAGS[mode], 0o640))),

  read: (path) =>
    named(path, () =>
      orAbsent(async () => {
        const buffer = await readFileAsync(path);
        return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      }),
    ),

  readRange: (path, at, length) =>
    named(path, () =>
      orAbsent(async () => {
        const fd = await openAsync(path, O_RDONLY);
        try {
          return await readAll(fd, at, length);
        } finally {
          await closeAsync(fd);
        }
      }),
    ),

  stat: (path) =>
    named(path, () =>
      orAbsent(async (): Promise<FileStat> => {
        const stat = await statAsync(path);
        return { bytes: stat.size, isDirectory: stat.isDirectory(), modifiedMs: Math.floor(stat.mtimeMs) };
      }),
    ),

  list: (path) =>
    named(path, async () => {
      const found = (await orAbsent(() => readdirAsync(path, { withFileTypes: true }))) ?? [];
      const entries: FileEntry[] = found.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
      return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    }),

  makeDirectory: (path) =>
    named(path, async () => {
      const first = await mkdirAsync(path, { recursive: true });
      if (first === undefined) return;
      // mkdir tells the topmost directory it made: the names from there down to `path` are new.
      let current = path.replace(/(?<=.)\/+$/, '');
      const top = parentPath(first);
      for (let depth = 0; depth < 256; depth++) {
        current = parentPath(current);
        await syncDirectory(current);
        if (current === top || current === '.' || current === '/') break;
      }
    }),

  rename: (from, to) => named(from, () => renameAsync(from, to)),

  link: (from, to) =>
    named(from, async () => {
      try {
        await linkAsync(from, to);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      }
    }),

  remove: (path) =>
    named(path, async () => {
      try {
        await unlinkAsync(path);
        return true;
      } catch (error) {
        const code = codeOf(error);
        if (code === 'ENOENT') return false;
        if (code !== 'EISDIR' && code !== 'EPERM') throw error;
        await rmdirAsync(path);
        return true;
      }
    }),

  syncDirectory: (path) => named(path, () => syncDirectory(path)),
  lock: (path) => named(path, () => takeLock(path)),
};

async function syncDirectory(path: string): Promise<void> {
  const fd = await openAsync(path, O_RDONLY);
  try {
    await fsyncAsync(fd);
  } finally {
    await closeAsync(fd);
  }
}

async function named<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileError(error, path);
  }
}

function fileError(error: unknown, path: string): Error {
  if (error instanceof DbError) return error;
  const options = { cause: error };
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new DbError('limit', 'disk-full', `no space left on the disk of ${path}`, options);
    case 'EMFILE':
    case 'ENFILE':
      return new DbError('limit', 'too-many-open-files', `too many open files while opening ${path}`, options);
    case 'ENOENT':
      return new DbError('invalid', 'file-not-found', `${path} does not exist`, options);
    case 'EEXIST':
      return new DbError('invalid', 'file-exists', `${path} exists already`, options);
    case 'ENOTDIR':
      return new DbError('invalid', 'not-a-directory', `${path}: a part of the path is not a directory`, options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new DbError('invalid', 'permission-denied', `no permission for ${path}`, options);
    default:
      return new DbError(
        'unavailable',
        'io-error',
        `${path}: ${error instanceof Error ? error.message : String(error)}`,
        options,
      );
  }
}
