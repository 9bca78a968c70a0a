/**
 * The Files port of one simulated process over a simulated disk.
 *
 * Every call takes virtual time and may fail as the fault plan says. A write reaches the page cache when it starts (a crash may
 * find it half durable), a sync counts when it ends. Calls of a dead process never return.
 */
import { DbError, type Bytes } from '../../base/index.ts';
import { parentPath, type FileEntry, type FileLock, type Files, type OpenFile, type OpenMode } from '../files.ts';
import type { Random } from '../random.ts';
import { Inode, type Disk } from './disk.ts';

/** Chances per call, 0 to 1. */
export interface DiskFaults {
  syncError: number;
  writeError: number;
  readError: number;
}

export interface FilesHost {
  readonly disk: Disk;
  readonly random: Random;
  readonly faults: DiskFaults;
  /** Locks by path; the value tells whether the holder still lives. */
  readonly locks: Map<string, () => boolean>;
  isAlive(): boolean;
  nowMs(): number;
  /** Lets virtual time pass, then resolves; never when the process dies first. */
  pass(delayMs: number): Promise<void>;
}

export function simulatedFiles(host: FilesHost): Files {
  return new SimulatedFiles(host);
}

class SimulatedFiles implements Files {
  readonly #host: FilesHost;

  constructor(host: FilesHost) {
    this.#host = host;
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    await this.#step();
    const { disk } = this.#host;
    const found = disk.find(path);
    if (found !== undefined) {
      if (mode === 'create') throw new DbError('invalid', 'file-exists', `${path} exists already`);
      return new SimulatedFile(path, found, this.#host);
    }
    if (mode === 'read') throw absent(path);
    this.#checkParent(path);
    checkSpace(disk, path, 0);
    const inode = new Inode();
    inode.modifiedMs = this.#host.nowMs();
    disk.change({ directories: [parentPath(path)], edits: [{ path, inode }] });
    return new SimulatedFile(path, inode, this.#host);
  }

  async read(path: string): Promise<Bytes | undefined> {
    return this.readRange(path, 0, Number.MAX_SAFE_INTEGER);
  }

  async readRange(path: string, at: number, length: number): Promise<Bytes | undefined> {
    await this.#step();
    const inode = this.#host.disk.find(path);
    return inode?.cached.slice(at, Math.min(inode.size, at + length));
  }

  async stat(path: string): ReturnType<Files['stat']> {
    await this.#step();
    const inode = this.#host.disk.find(path);
    if (inode !== undefined) return { bytes: inode.size, isDirectory: false, modifiedMs: inode.modifiedMs };
    return this.#host.disk.directories.has(path) ? { bytes: 0, isDirectory: true, modifiedMs: 0 } : undefined;
  }

  async list(path: string): Promise<FileEntry[]> {
    await this.#step();
    const entries = new Map<string, boolean>();
    for (const file of this.#host.disk.paths()) if (parentPath(file) === path) entries.set(file, false);
    for (const directory of this.#host.disk.directories) {
      if (directory !== path && parentPath(directory) === path) entries.set(directory, true);
    }
    return [...entries]
      .map(([full, isDirectory]) => ({ name: full.slice(full.lastIndexOf('/') + 1), isDirectory }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#step();
    for (let current = path; !this.#host.disk.directories.has(current); current = parentPath(current)) {
      this.#host.disk.directories.add(current);
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step();
    const inode = this.#host.disk.find(from);
    if (inode === undefined) throw absent(from);
    this.#checkParent(to);
    const directories = [parentPath(from), parentPath(to)];
    this.#host.disk.change({
      directories,
      edits: [
        { path: from, inode: undefined },
        { path: to, inode },
      ],
    });
  }

  async link(from: string, to: string): Promise<boolean> {
    await this.#step();
    const inode = this.#host.disk.find(from);
    if (inode === undefined) throw absent(from);
    this.#checkParent(to);
    if (this.#host.disk.find(to) !== undefined) return false;
    this.#host.disk.change({ directories: [parentPath(to)], edits: [{ path: to, inode }] });
    return true;
  }

  async remove(path: string): Promise<boolean> {
    await this.#step();
    if (this.#host.disk.directories.delete(path)) return true;
    if (this.#host.disk.find(path) === undefined) return false;
    this.#host.disk.change({ directories: [parentPath(path)], edits: [{ path, inode: undefined }] });
    return true;
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#host.pass(syncMs(this.#host.random));
    // A failed sync of a directory leaves its changes pending: ext4 keeps them in the journal.
    if (this.#host.random.float() < this.#host.faults.syncError) throw ioError(path, 'sync');
    this.#host.disk.syncDirectory(path);
  }

  async lock(path: string): Promise<FileLock> {
    await this.#step();
    const { locks } = this.#host;
    if (locks.get(path)?.() === true) {
      throw new DbError(
        'unavailable',
        'locked',
        `${parentPath(path)} is in use by another process (lock file ${path})`,
      );
    }
    let held = true;
    locks.set(path, () => held && this.#host.isAlive());
    return {
      release: async () => {
        held = false;
      },
    };
  }

  #step(): Promise<void> {
    return this.#host.pass(this.#host.random.float() * 0.1);
  }

  #checkParent(path: string): void {
    if (!this.#host.disk.directories.has(parentPath(path))) throw absent(parentPath(path));
  }
}

class SimulatedFile implements OpenFile {
  readonly #path: string;
  readonly #inode: Inode;
  readonly #host: FilesHost;
  #closed = false;

  constructor(path: string, inode: Inode, host: FilesHost) {
    this.#path = path;
    this.#inode = inode;
    this.#host = host;
  }

  async size(): Promise<number> {
    await this.#step();
    return this.#inode.size;
  }

  async read(at: number, length: number): Promise<Bytes> {
    await this.#step();
    if (this.#host.random.float() < this.#host.faults.readError) throw ioError(this.#path, 'read');
    return this.#inode.cached.slice(at, Math.min(this.#inode.size, at + length));
  }

  async write(at: number, bytes: Bytes): Promise<void> {
    this.#check();
    this.#put(at, bytes);
    await this.#step();
  }

  async writeDurably(at: number, bytes: Bytes): Promise<void> {
    this.#check();
    this.#put(at, bytes);
    await this.#sync(at, at + bytes.length);
  }

  async sync(): Promise<void> {
    this.#check();
    await this.#sync(0, Number.MAX_SAFE_INTEGER);
  }

  async truncate(bytes: number): Promise<void> {
    await this.#step();
    this.#inode.truncate(bytes);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#step();
    this.#closed = true;
  }

  /** Into the page cache; a failing write leaves a part of it there. */
  #put(at: number, bytes: Bytes): void {
    const { random, faults, disk } = this.#host;
    if (!this.#host.isAlive()) return;
    this.#inode.modifiedMs = this.#host.nowMs();
    const growth = Math.max(0, at + bytes.length - this.#inode.size);
    const fails = random.float() < faults.writeError;
    const isFull = growth > 0 && disk.usedBytes() + growth > disk.capacityBytes;
    if (!fails && !isFull) return this.#inode.write(at, bytes);
    this.#inode.write(at, bytes.subarray(0, random.below(isFull ? bytes.length - growth + 1 : bytes.length + 1)));
    if (isFull) checkSpace(disk, this.#path, growth);
    throw ioError(this.#path, 'write');
  }

  async #sync(at: number, end: number): Promise<void> {
    const snapshot = this.#inode.snapshot(at, end);
    await this.#host.pass(syncMs(this.#host.random));
    if (this.#host.random.float() < this.#host.faults.syncError) {
      this.#inode.failSync(snapshot, this.#host.random);
      throw ioError(this.#path, 'sync');
    }
    this.#inode.makeDurable(snapshot);
  }

  async #step(): Promise<void> {
    this.#check();
    await this.#host.pass(this.#host.random.float() * 0.1);
  }

  #check(): void {
    if (this.#closed) throw new DbError('closed', 'file-closed', `${this.#path} is closed`);
  }
}

function syncMs(random: Random): number {
  // Mostly quick, sometimes a stall.
  return random.below(20) === 0 ? random.float() * 50 : 0.1 + random.float();
}

function checkSpace(disk: Disk, path: string, growth: number): void {
  if (disk.usedBytes() + growth > disk.capacityBytes) {
    throw new DbError('limit', 'disk-full', `no space left on the disk of ${path}`);
  }
}

function absent(path: string): DbError {
  return new DbError('invalid', 'file-not-found', `${path} does not exist`);
}

function ioError(path: string, call: string): DbError {
  return new DbError('unavailable', 'io-error', `${path}: simulated failure of ${call}`);
}
