/**
 * One byte budget for every tree of the process: cached blocks, tables' indexes and filters, memtables, and whatever else
 * asks to be charged (transactions' write sets, sorts).
 *
 * Rules: when the total passes the limit, the cache gives memory back (clock with a second chance). When memtables pass
 * their share, the tree with the largest one is asked to flush. Charges are what the process really holds: typed arrays by
 * capacity, plus a fixed sum per object for its JavaScript parts.
 */
import { assert } from '../base/index.ts';

/** Something cached that can be dropped at any time. */
export interface CacheEntry {
  readonly sizeBytes: number;
  /** Set on use; the clock hand clears it once before it evicts. */
  referenced: boolean;
  /** Place in the ring; owned by the budget. -1 = not cached. */
  cacheSlot: number;
  /** Drops the owner's reference. Called by the budget only. */
  evict(): void;
}

/** A tree that can turn its memtable into a table. */
export interface MemtableOwner {
  readonly memtableBytes: number;
  requestFlush(): void;
}

export interface MemoryBudgetOptions {
  readonly limitBytes: number;
  /** Part of the limit that memtables may take before flushes are forced. */
  readonly memtableShare?: number;
}

const SLOTS_KEPT = 64;

export class MemoryBudget {
  readonly limitBytes: number;
  readonly memtableLimitBytes: number;
  #usedBytes = 0;
  #cacheBytes = 0;
  #memtableBytes = 0;
  #evictions = 0;
  /** Slots of the clock. An evicted entry's slot is filled again first: it lies behind the hand, which comes there last. */
  #ring: (CacheEntry | undefined)[] = [];
  #freeSlots: number[] = [];
  #hand = 0;
  readonly #owners = new Set<MemtableOwner>();

  constructor(options: MemoryBudgetOptions) {
    this.limitBytes = options.limitBytes;
    this.memtableLimitBytes = Math.floor(options.limitBytes * (options.memtableShare ?? 0.4));
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get cacheBytes(): number {
    return this.#cacheBytes;
  }

  get memtableBytes(): number {
    return this.#memtableBytes;
  }

  get cachedEntries(): number {
    return this.#ring.length - this.#freeSlots.length;
  }

  get evictions(): number {
    return this.#evictions;
  }

  /** What could still be charged without evicting anything. */
  get freeBytes(): number {
    return Math.max(0, this.limitBytes - this.#usedBytes);
  }

  charge(bytes: number): void {
    this.#usedBytes += bytes;
    if (this.#usedBytes > this.limitBytes) this.#shrink();
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
    assert(this.#usedBytes >= 0, 'memory released was charged before');
  }

  addOwner(owner: MemtableOwner): void {
    this.#owners.add(owner);
  }

  removeOwner(owner: MemtableOwner): void {
    this.#owners.delete(owner);
  }

  /** Memtable memory grew (or shrank, when negative). May ask the largest owner to flush. */
  chargeMemtable(bytes: number): void {
    this.#memtableBytes += bytes;
    if (bytes < 0) {
      this.release(-bytes);
      return;
    }
    this.charge(bytes);
    if (this.#memtableBytes > this.memtableLimitBytes) this.#relieve();
  }

  addToCache(entry: CacheEntry): void {
    assert(entry.cacheSlot < 0, 'an entry is cached once');
    // Room is made before the entry joins the ring: the clock must not evict what is just being loaded.
    this.#cacheBytes += entry.sizeBytes;
    this.charge(entry.sizeBytes);
    const slot = this.#freeSlots.pop() ?? this.#ring.length;
    entry.cacheSlot = slot;
    entry.referenced = false;
    this.#ring[slot] = entry;
  }

  removeFromCache(entry: CacheEntry): void {
    const slot = entry.cacheSlot;
    if (slot < 0) return;
    assert(this.#ring[slot] === entry, 'the ring knows its entries');
    this.#ring[slot] = undefined;
    this.#freeSlots.push(slot);
    entry.cacheSlot = -1;
    this.#cacheBytes -= entry.sizeBytes;
    this.release(entry.sizeBytes);
    if (this.#freeSlots.length > SLOTS_KEPT && this.#freeSlots.length * 2 > this.#ring.length) this.#closeGaps();
  }

  /** Many entries left at once (a tree was closed): forget their slots, keep the order. */
  #closeGaps(): void {
    const before = this.#ring;
    this.#ring = before.filter((entry) => entry !== undefined);
    this.#hand = before.slice(0, this.#hand).filter((entry) => entry !== undefined).length;
    this.#freeSlots = [];
    this.#ring.forEach((entry, slot) => {
      (entry as CacheEntry).cacheSlot = slot;
    });
  }

  /** Evicts unreferenced entries until the total fits; two rounds of the hand at most. */
  #shrink(): void {
    let steps = this.#ring.length * 2;
    while (this.#usedBytes > this.limitBytes && steps-- > 0) {
      if (this.#hand >= this.#ring.length) this.#hand = 0;
      const entry = this.#ring[this.#hand++];
      if (entry === undefined) continue;
      if (entry.referenced) {
        entry.referenced = false;
        continue;
      }
      this.removeFromCache(entry);
      entry.evict();
      this.#evictions++;
    }
  }

  #relieve(): void {
    let largest: MemtableOwner | undefined;
    for (const owner of this.#owners) {
      if (largest === undefined || owner.memtableBytes > largest.memtableBytes) largest = owner;
    }
    largest?.requestFlush();
  }
}
