/**
 * A disk that keeps exactly what fsync promises, and as little else as the caller deserves.
 *
 * Every file has two contents: what programs see (the page cache) and what is durable. Writes mark sectors of 512 bytes dirty;
 * a sync makes the sectors that were dirty at its start durable. Names have the same two lives: `syncDirectory` makes the changes of one directory
 * durable. A power cut keeps of each dirty sector, of each changed size and of each pending name change what the seed says: lost, kept,
 * torn inside one write and out of order between writes. A failed sync drops its dirty sectors for good, as Linux does.
 *
 * Invariant: what a sync acknowledged survives every power cut until somebody flips its bits.
 */
import { assert } from '../../base/index.ts';
import type { Random } from '../random.ts';

export const SECTOR_BYTES = 512;

export class Inode {
  cached: Uint8Array = new Uint8Array(SECTOR_BYTES);
  size = 0;
  durable: Uint8Array = new Uint8Array(0);
  durableSize = 0;
  modifiedMs = 0;
  /** Sector number -> the write that made it dirty last, so that a sync cleans only what it saw. */
  readonly dirty = new Map<number, number>();
  #writes = 0;
  /** A truncation that is not durable yet. */
  #cut: { readonly size: number } | undefined;

  write(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    this.#reserve(end);
    this.cached.set(bytes, at);
    this.size = Math.max(this.size, end);
    this.#markDirty(at, end);
  }

  truncate(size: number): void {
    this.#reserve(size);
    if (size < this.size) {
      this.cached.fill(0, size, this.size);
      for (const sector of this.dirty.keys()) if (sector * SECTOR_BYTES >= size) this.dirty.delete(sector);
      this.#cut = { size: Math.min(size, this.#cut?.size ?? size) };
    }
    this.size = size;
  }

  /** What a sync of `[at, end)` that starts now would make durable. */
  snapshot(at = 0, end: number = this.size): SyncSnapshot {
    const sectors: { sector: number; write: number }[] = [];
    for (const [sector, write] of this.dirty) {
      const start = sector * SECTOR_BYTES;
      if (start + SECTOR_BYTES <= at || start >= end) continue;
      sectors.push({ sector, write });
    }
    return { sectors, size: this.size, cut: this.#cut };
  }

  makeDurable(snapshot: SyncSnapshot): void {
    // Two syncs may overlap: the one that started earlier must not undo what the later one made durable.
    if (snapshot.cut !== undefined && snapshot.cut === this.#cut) {
      this.#setDurableSize(Math.min(this.durableSize, snapshot.cut.size));
      this.#cut = undefined;
    }
    this.#setDurableSize(Math.max(this.durableSize, snapshot.size));
    for (const { sector, write } of snapshot.sectors) {
      this.#putDurable(sector);
      if (this.dirty.get(sector) === write) this.dirty.delete(sector);
    }
  }

  /** A failed sync: each sector may or may not have reached the disk, and none will be tried again. */
  failSync(snapshot: SyncSnapshot, random: Random): void {
    for (const { sector, write } of snapshot.sectors) {
      if (random.below(2) === 0) this.#putDurable(sector);
      if (this.dirty.get(sector) === write) this.dirty.delete(sector);
    }
  }

  /** After a power cut: `keep` says for each dirty sector whether it reached the disk in time. */
  loseCache(keep: () => boolean): void {
    const { dirty } = this;
    if (this.size !== this.durableSize && keep()) this.#setDurableSize(this.size);
    for (const sector of dirty.keys()) if (keep()) this.#putDurable(sector);
    dirty.clear();
    this.#cut = undefined;
    this.size = this.durableSize;
    this.cached = new Uint8Array(Math.max(SECTOR_BYTES, roundUp(this.size)));
    this.cached.set(this.durable.subarray(0, this.size));
  }

  /** Rot: flips one bit of what is stored, in both lives. */
  flipBit(at: number, bit: number): void {
    assert(at < this.size, 'a bit inside the file');
    this.cached[at] = (this.cached[at] as number) ^ (1 << bit);
    if (at < this.durableSize) this.durable[at] = this.cached[at] as number;
  }

  #markDirty(at: number, end: number): void {
    const write = ++this.#writes;
    for (let sector = Math.floor(at / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++)
      this.dirty.set(sector, write);
  }

  #reserve(size: number): void {
    if (size <= this.cached.length) return;
    const grown = new Uint8Array(roundUp(Math.max(size, this.cached.length * 2)));
    grown.set(this.cached);
    this.cached = grown;
  }

  #setDurableSize(size: number): void {
    if (size < this.durableSize) this.durable.fill(0, size);
    if (size > this.durable.length) {
      const grown = new Uint8Array(roundUp(Math.max(size, this.durable.length * 2)));
      grown.set(this.durable);
      this.durable = grown;
    }
    this.durableSize = size;
  }

  /** Writes back what the cache holds now, as a kernel does: the page is read when it is sent, not when the sync began. */
  #putDurable(sector: number): void {
    const start = sector * SECTOR_BYTES;
    const end = Math.min(start + SECTOR_BYTES, this.durableSize);
    if (start < end) this.durable.set(this.cached.subarray(start, end), start);
  }
}

export interface SyncSnapshot {
  readonly sectors: readonly { readonly sector: number; readonly write: number }[];
  readonly size: number;
  readonly cut: { readonly size: number } | undefined;
}

/** Changes of names that happen together or not at all (a rename is two). */
interface NameChange {
  readonly directories: readonly string[];
  readonly edits: readonly { readonly path: string; readonly inode: Inode | undefined }[];
}

export class Disk {
  /** Bytes that files may hold together. */
  capacityBytes = Number.POSITIVE_INFINITY;
  readonly directories = new Set<string>(['/', '.']);
  #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  #pending: NameChange[] = [];

  find(path: string): Inode | undefined {
    return this.#names.get(path);
  }

  paths(): IterableIterator<string> {
    return this.#names.keys();
  }

  usedBytes(): number {
    let bytes = 0;
    for (const inode of new Set(this.#names.values())) bytes += inode.size;
    return bytes;
  }

  change(change: NameChange): void {
    apply(this.#names, change);
    this.#pending.push(change);
  }

  syncDirectory(path: string): void {
    const rest: NameChange[] = [];
    for (const change of this.#pending) {
      if (change.directories.includes(path)) apply(this.#durableNames, change);
      else rest.push(change);
    }
    this.#pending = rest;
  }

  /** Everything that was not made durable is at the mercy of the seed. */
  powerCut(random: Random): void {
    // Some crashes lose everything, some nothing, most something; name changes survive in order or in any order.
    const keepShare = [0, 0.5, 0.9, 1][random.below(4)] as number;
    const inOrder = random.below(2) === 0;
    const keep = (): boolean => random.float() < keepShare;
    for (const change of this.#pending) {
      if (keep()) apply(this.#durableNames, change);
      else if (inOrder) break;
    }
    this.#pending = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) inode.loseCache(keep);
  }
}

function apply(names: Map<string, Inode>, change: NameChange): void {
  for (const { path, inode } of change.edits) {
    if (inode === undefined) names.delete(path);
    else names.set(path, inode);
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES;
}
