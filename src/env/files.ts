/**
 * The file system port. Paths are absolute or relative strings with '/' between names.
 *
 * What is durable: file content after `sync` or `writeDurably`; a name (created, renamed, linked, removed) after
 * `syncDirectory` of the directory that holds it. Nothing else survives a power cut, and code may rely on no more.
 * After a failed `sync` the file's unsynced content is unknown for good: Linux drops the dirty pages, a second sync
 * succeeds without them ("fsyncgate"). Close the file, reopen, and look at what is there.
 *
 * Errors are DbErrors: `limit/disk-full`, `limit/too-many-open-files`, `invalid/file-not-found`,
 * `invalid/permission-denied`, `invalid/not-a-directory`, `unavailable/io-error`, `closed/file-closed`.
 */
import type { Bytes } from '../base/index.ts';

/** `create` fails when the file exists; `update` opens for reading and writing, creating an empty file when absent. */
export type OpenMode = 'read' | 'update' | 'create';

export interface OpenFile {
  size(): Promise<number>;
  /** Fewer bytes than asked only at the end of the file. */
  read(at: number, length: number): Promise<Bytes>;
  /** All bytes or an error; after an error any part may have been written. Not durable. */
  write(at: number, bytes: Bytes): Promise<void>;
  /** Like write followed by sync of these bytes, in one trip to the disk where the system can. */
  writeDurably(at: number, bytes: Bytes): Promise<void>;
  /** Makes all content written so far durable. */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileStat {
  readonly bytes: number;
  readonly isDirectory: boolean;
  readonly modifiedMs: number;
}

export interface FileEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Held until released or until the process dies. */
export interface FileLock {
  release(): Promise<void>;
}

export interface Files {
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Undefined when there is no such file. */
  read(path: string): Promise<Bytes | undefined>;
  /** A part of a file in one open-read-close; undefined when there is no such file, short at its end. */
  readRange(path: string, at: number, length: number): Promise<Bytes | undefined>;
  /** Undefined when there is nothing at `path`. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Sorted by name (UTF-16 order); empty when the directory does not exist. */
  list(path: string): Promise<FileEntry[]>;
  /** Creates missing parents too; each new name is made durable. */
  makeDirectory(path: string): Promise<void>;
  /** Replaces `to` atomically. */
  rename(from: string, to: string): Promise<void>;
  /** Gives the file a second name; false when `to` exists already. */
  link(from: string, to: string): Promise<boolean>;
  /** False when there was nothing to remove. Removes files and empty directories. */
  remove(path: string): Promise<boolean>;
  /** Makes the names in this directory durable. */
  syncDirectory(path: string): Promise<void>;
  /**
   * Takes the lock file at `path` for this process. A lock left by a dead process is taken over.
   * Fails with `unavailable/locked` naming the holder when another living process, or this one, has it.
   */
  lock(path: string): Promise<FileLock>;
}

/** Joins with single slashes and without one at the end. */
export function joinPath(...parts: readonly string[]): string {
  const joined = parts
    .filter((part) => part !== '')
    .join('/')
    .replace(/\/{2,}/g, '/');
  return joined.length > 1 ? joined.replace(/\/$/, '') : joined;
}

/** The directory part of a path: '/a/b' -> '/a', 'a' -> '.'. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}
