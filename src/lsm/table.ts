/**
 * An open table: its index and filter, and the blocks of it that are cached. Everything is loaded when first needed.
 *
 * Hit = synchronous, miss = promise. Loaded parts belong to the memory budget, which may drop any of them at any time;
 * who holds a Block goes on reading it. Damage raises `corrupt` naming the object, and nothing damaged is cached.
 *
 * Interleaving: loads of the same part share one promise. `retain`/`release` count the versions and cursors that use the
 * table; when the last lets go, `onUnused` runs (replaced tables are then free to be deleted).
 */
import { assert, type Bytes, compareRanges, DbError, type MaybePromise } from '../base/index.ts';
import type { ObjectStore } from '../store/index.ts';
import type { Block, BlockOwner } from './block.ts';
import { bloomMayContain } from './bloom.ts';
import type { CacheEntry, MemoryBudget } from './memory-budget.ts';
import {
  type DecodedIndex,
  decodeIndex,
  decodeFooter,
  FOOTER_BYTES,
  openBlock,
  openFilter,
  type TableMeta,
} from './table-format.ts';
import type { Timestamp } from './timestamp.ts';

const READ_AHEAD_BUDGET_PART = 32;
const WHOLE_TABLE_BYTES_MAX = 64 * 1024;

/** The loaded index and filter of a table; one cache entry. */
export class TableIndex implements CacheEntry {
  readonly index: DecodedIndex;
  readonly filter: Bytes;
  readonly sizeBytes: number;
  referenced = false;
  cacheSlot = -1;
  onEvict: (() => void) | undefined;

  constructor(index: DecodedIndex, filter: Bytes) {
    this.index = index;
    this.filter = filter;
    // The table's array of block references (8 bytes each) is counted here too.
    this.sizeBytes = filter.length + index.keys.length + index.blocks * (4 + 8 + 1 + 8) + 1000;
  }

  evict(): void {
    this.onEvict?.();
  }

  /** The block where versions of `key` begin, if the table has any: never past the end. */
  findBlock(key: Bytes): number {
    const { keys, keyOffsets, continues, blocks } = this.index;
    const length = key.length;
    let low = 1; // block 0 begins at or before every key that is asked for
    let high = blocks;
    let lowShared = 0;
    let highShared = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = keyOffsets[middle] as number;
      const stored = (keyOffsets[middle + 1] as number) - start;
      const common = stored < length ? stored : length;
      let i = lowShared < highShared ? lowShared : highShared;
      while (i < common && keys[start + i] === key[i]) i++;
      let before: boolean;
      if (i < common) before = (keys[start + i] as number) < (key[i] as number);
      // A block that continues a key from the block before is not where that key begins.
      else before = stored < length || (stored === length && continues[middle] === 0);
      if (before) {
        low = middle + 1;
        lowShared = i;
      } else {
        high = middle;
        highShared = i;
      }
    }
    return low - 1;
  }
}

/** Where a key's visible version was found. */
export interface TableHit {
  readonly block: Block;
  readonly row: number;
}

export interface TableContext {
  readonly store: ObjectStore;
  readonly budget: MemoryBudget;
  /** Path of the folder of tables, without a trailing slash. */
  readonly folder: string;
}

export class Table implements BlockOwner {
  readonly meta: TableMeta;
  readonly path: string;
  readonly #context: TableContext;
  #index: TableIndex | undefined;
  #indexLoad: Promise<TableIndex> | undefined;
  #blocks: (Block | undefined)[] = [];
  readonly #blockLoads = new Map<number, Promise<Block>>();
  #references = 0;
  onUnused: ((table: Table) => void) | undefined;

  constructor(context: TableContext, meta: TableMeta) {
    this.#context = context;
    this.meta = meta;
    this.path = `${context.folder}/${meta.id}`;
  }

  retain(): void {
    this.#references++;
  }

  release(): void {
    this.#references--;
    assert(this.#references >= 0, 'a table is released as often as it was retained');
    if (this.#references > 0) return;
    this.dropCached();
    this.onUnused?.(this);
  }

  get inUse(): boolean {
    return this.#references > 0;
  }

  coversKey(key: Bytes): boolean {
    const { minKey, maxKey } = this.meta;
    return (
      compareRanges(key, 0, key.length, minKey, 0, minKey.length) >= 0 &&
      compareRanges(key, 0, key.length, maxKey, 0, maxKey.length) <= 0
    );
  }

  /** The newest version of `key` at or before `at`. The caller checked `coversKey`; `hash` is the key's bloom hash. */
  find(key: Bytes, hash: number, at: Timestamp): MaybePromise<TableHit | undefined> {
    const index = this.#index;
    // What was loaded is passed on, not looked up again: a tight budget may have dropped it already.
    if (index === undefined) return this.loadIndex().then((loaded) => this.#findWith(loaded, key, hash, at));
    index.referenced = true;
    return this.#findWith(index, key, hash, at);
  }

  #findWith(index: TableIndex, key: Bytes, hash: number, at: Timestamp): MaybePromise<TableHit | undefined> {
    if (!bloomMayContain(index.filter, hash)) return undefined;
    return this.findFrom(index, key, at, index.findBlock(key));
  }

  /** `find` beginning at a known block, without the filter. */
  findFrom(loaded: TableIndex, key: Bytes, at: Timestamp, first: number): MaybePromise<TableHit | undefined> {
    const { blocks, continues } = loaded.index;
    for (let number = first; number < blocks; number++) {
      const block = this.#blocks[number];
      // All versions in a block may be too new, or the key sorts behind it: then it can only go on in a continuing block.
      const goesOn = continues[number + 1] === 1;
      if (block === undefined) {
        return this.loadBlock(loaded, number).then((found) => {
          return this.#findIn(found, key, at) ?? (goesOn ? this.findFrom(loaded, key, at, number + 1) : undefined);
        });
      }
      block.referenced = true;
      const hit = this.#findIn(block, key, at);
      if (hit !== undefined || !goesOn) return hit;
    }
    return undefined;
  }

  #findIn(block: Block, key: Bytes, at: Timestamp): TableHit | undefined {
    for (let row = block.lowerBound(key); row < block.count; row++) {
      if (block.compareKey(row, key) !== 0) return undefined;
      if (block.timestampAt(row) <= at) return { block, row };
    }
    return undefined;
  }

  /** More than this at once would push out what the cache holds. */
  get readAheadBytesMax(): number {
    return this.#context.budget.limitBytes / READ_AHEAD_BUDGET_PART;
  }

  get cachedIndex(): TableIndex | undefined {
    return this.#index;
  }

  cachedBlock(number: number): Block | undefined {
    return this.#blocks[number];
  }

  index(): MaybePromise<TableIndex> {
    const index = this.#index;
    if (index === undefined) return this.loadIndex();
    index.referenced = true;
    return index;
  }

  loadIndex(): Promise<TableIndex> {
    this.#indexLoad ??= this.#fetchIndex().finally(() => {
      this.#indexLoad = undefined;
    });
    return this.#indexLoad;
  }

  async #fetchIndex(): Promise<TableIndex> {
    const { metaOffset, sizeBytes } = this.meta;
    // A small table is fetched whole: one round trip instead of two before its first row.
    const whole = sizeBytes <= Math.min(WHOLE_TABLE_BYTES_MAX, this.readAheadBytesMax);
    const object = await this.#read(whole ? 0 : metaOffset, whole ? sizeBytes : sizeBytes - metaOffset);
    const bytes = whole ? object.subarray(metaOffset) : object;
    const loaded = this.#guard('index', () => {
      const footer = decodeFooter(bytes.subarray(bytes.length - FOOTER_BYTES));
      if (footer.indexOffset !== metaOffset || footer.filterOffset <= metaOffset) {
        throw new DbError('corrupt', 'bad-table', 'the footer does not match the manifest');
      }
      const filterStart = footer.filterOffset - metaOffset;
      const filter = openFilter(bytes.subarray(filterStart, bytes.length - FOOTER_BYTES));
      return new TableIndex(decodeIndex(bytes.subarray(0, filterStart)), new Uint8Array(filter));
    });
    loaded.onEvict = () => {
      if (this.#index === loaded) this.#index = undefined;
    };
    this.#index = loaded;
    this.#context.budget.addToCache(loaded);
    if (whole) this.#cacheAll(object, loaded.index);
    return loaded;
  }

  #cacheAll(object: Bytes, index: DecodedIndex): void {
    for (let number = 0; number < index.blocks; number++) {
      if (this.#blocks[number] !== undefined || !this.inUse) continue;
      try {
        this.#cache(
          number,
          openBlock(object, index.blockOffsets[number] as number, index.blockOffsets[number + 1] as number, this.meta),
        );
      } catch (error) {
        // A damaged block is reported to who reads it, not to who reads the others.
        if (!(error instanceof DbError) || error.kind !== 'corrupt') throw error;
      }
    }
  }

  /** Loads one block. */
  loadBlock(index: TableIndex, number: number): Promise<Block> {
    return this.loadBlocks(index, { first: number, stop: number + 1 }, number);
  }

  /** Loads blocks [first, stop) with one request; those already cached are kept. Resolves to block `wanted`. */
  loadBlocks(
    index: TableIndex,
    range: { readonly first: number; readonly stop: number },
    wanted: number,
  ): Promise<Block> {
    const loading = this.#blockLoads.get(wanted);
    if (loading !== undefined) return loading;
    const { first, stop } = range;
    const all = this.#fetchBlocks(index.index, first, stop);
    for (let number = first; number < stop; number++) {
      if (this.#blockLoads.has(number)) continue;
      const load = all.then((blocks) => blocks[number - first] as Block);
      // Nobody may ever ask for the read-ahead part of a failed request.
      load.catch(() => undefined);
      this.#track(number, load);
    }
    return this.#blockLoads.get(wanted) as Promise<Block>;
  }

  #track(number: number, load: Promise<Block>): void {
    this.#blockLoads.set(number, load);
    const settled = (): void => {
      if (this.#blockLoads.get(number) === load) this.#blockLoads.delete(number);
    };
    load.then(settled, settled);
  }

  async #fetchBlocks(index: DecodedIndex, first: number, end: number): Promise<Block[]> {
    const start = index.blockOffsets[first] as number;
    const bytes = await this.#read(start, (index.blockOffsets[end] as number) - start);
    const blocks: Block[] = [];
    for (let number = first; number < end; number++) {
      const cached = this.#blocks[number];
      if (cached !== undefined) {
        blocks.push(cached);
        continue;
      }
      const from = (index.blockOffsets[number] as number) - start;
      const to = (index.blockOffsets[number + 1] as number) - start;
      const block = this.#guard(`block ${number}`, () => openBlock(bytes, from, to, this.meta));
      if (this.inUse) this.#cache(number, block);
      blocks.push(block);
    }
    return blocks;
  }

  #cache(number: number, block: Block): void {
    while (this.#blocks.length <= number) this.#blocks.push(undefined);
    block.owner = this;
    block.number = number;
    this.#blocks[number] = block;
    this.#context.budget.addToCache(block);
  }

  /** The budget took a block back. */
  forgetBlock(number: number): void {
    this.#blocks[number] = undefined;
  }

  /** Bytes as they are stored, for compaction. Not cached. */
  async readBlocks(first: number, end: number): Promise<Bytes> {
    const { index } = await this.index();
    const start = index.blockOffsets[first] as number;
    return this.#read(start, (index.blockOffsets[end] as number) - start);
  }

  async #read(offset: number, length: number): Promise<Bytes> {
    const found = await this.#context.store.get(this.path, { offset, length });
    if (found === undefined) throw new DbError('corrupt', 'missing-table', `table ${this.path} is missing`);
    if (found.bytes.length !== length) {
      throw new DbError(
        'corrupt',
        'bad-table',
        `table ${this.path} ends at ${found.size}, ${offset + length} was expected`,
      );
    }
    return found.bytes;
  }

  #guard<T>(part: string, action: () => T): T {
    try {
      return action();
    } catch (cause) {
      if (!(cause instanceof DbError) || cause.kind !== 'corrupt') throw cause;
      throw new DbError('corrupt', cause.code, `table ${this.path}, ${part}: ${cause.message}`, { cause });
    }
  }

  /** Gives all cached parts back to the budget. */
  dropCached(): void {
    const budget = this.#context.budget;
    if (this.#index !== undefined) budget.removeFromCache(this.#index);
    this.#index = undefined;
    for (const block of this.#blocks) if (block !== undefined) budget.removeFromCache(block);
    this.#blocks = [];
  }
}
