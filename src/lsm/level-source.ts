/**
 * Reads a sorted sequence of tables (a level, or one table of level 0) block by block, forwards or backwards.
 *
 * A block without deletions, old versions or commits after the read timestamp is handed out as it is, with no work per
 * row. Otherwise its visible rows are gathered once. On a miss the next blocks are fetched with the same request, in a
 * window that doubles while the scan goes on.
 *
 * A key whose versions cross a block border is resolved where it begins, by a search of its own ("crossing"); the
 * continuing entries at the head of the next block are always passed over. So both directions need no state across blocks.
 */
import { type Bytes, compareBytes, compareRanges, type MaybePromise } from '../base/index.ts';
import type { Block } from './block.ts';
import {
  acquireScratch,
  emptyRun,
  type RunScratch,
  type RunSource,
  releaseScratch,
  type SourceRange,
} from './run-source.ts';
import type { Table, TableHit, TableIndex } from './table.ts';

const READ_AHEAD_BYTES_MAX = 512 * 1024;
const READ_AHEAD_BLOCKS_MAX = 32;
/** A scan that has missed this often reads on: the next window is asked for while the present one is worked on. */
const PREFETCH_WINDOW_MIN = 8;

/** A key at the end of a block that goes on in the next one. */
interface Crossing {
  readonly table: Table;
  readonly index: TableIndex;
  readonly number: number;
  readonly key: Bytes;
}

export class LevelSource implements RunSource {
  readonly run = emptyRun();
  readonly #tables: readonly Table[];
  readonly #range: SourceRange;
  #scratch: RunScratch | undefined;
  #started = false;
  #table = 0;
  /** The present table's index, kept whatever the cache does. */
  #index: TableIndex | undefined;
  /** The block to read next; undefined until the table's index is there to say where to begin. */
  #number: number | undefined;
  /** Narrows the range at the side where reading begins, after a seek. */
  #target: Bytes | undefined;
  /** Rows of the present block still to be handed out, and the crossing key behind (backwards: before) them. */
  #block: Block | undefined;
  #low = 0;
  #high = 0;
  #crossing: Crossing | undefined;
  #window: number;
  /** The first block behind what was asked for in the present table; 0 while nothing was. */
  #asked = 0;

  constructor(tables: readonly Table[], range: SourceRange, readAheadBlocks = 1) {
    this.#tables = tables;
    this.#range = range;
    this.#window = readAheadBlocks;
  }

  advance(): MaybePromise<boolean> {
    if (!this.#started) this.#start();
    for (;;) {
      const crossing = this.#crossing;
      if (crossing !== undefined && (this.#range.reverse || this.#block === undefined)) {
        this.#crossing = undefined;
        const hit = crossing.table.findFrom(crossing.index, crossing.key, this.#range.at, crossing.number);
        if (hit instanceof Promise) return hit.then((found) => this.#emitHit(found) || this.advance());
        if (this.#emitHit(hit)) return true;
        continue;
      }
      if (this.#block !== undefined) {
        const block = this.#block;
        this.#block = undefined;
        if (this.#emitRows(block)) return true;
        continue;
      }
      const table = this.#tables[this.#table];
      if (table === undefined) return false;
      const index = this.#index ?? table.cachedIndex;
      if (index === undefined) {
        return table.loadIndex().then((loaded) => {
          this.#index = loaded;
          return this.advance();
        });
      }
      this.#index = index;
      index.referenced = true;
      if (this.#number === undefined) this.#asked = 0;
      this.#number ??= this.#firstBlock(index);
      const number = this.#number;
      if (number < 0 || number >= index.index.blocks) {
        this.#nextTable();
        continue;
      }
      const block = table.cachedBlock(number);
      if (block === undefined) {
        return this.#load(table, number, index).then((loaded) => {
          this.#enter(loaded, table, number, index);
          return this.advance();
        });
      }
      if (this.#asked > number && !this.#range.reverse) this.#prefetch(table, number, index);
      this.#enter(block, table, number, index);
    }
  }

  /** Halfway through what was asked for, asks for what comes next. Whoever then needs the blocks waits for the same promise. */
  #prefetch(table: Table, number: number, index: TableIndex): void {
    const next = this.#asked;
    if (this.#window < PREFETCH_WINDOW_MIN || next - number > this.#window / 2 || next >= index.index.blocks) return;
    if (table.cachedBlock(next) !== undefined || this.#isBehindEnd(index, next)) this.#asked = 0;
    else this.#load(table, next, index).catch(() => undefined);
  }

  seek(key: Bytes): void {
    const { start, end, reverse } = this.#range;
    const outside = reverse
      ? end !== undefined && compareBytes(key, end) >= 0
      : start !== undefined && compareBytes(key, start) < 0;
    this.#target = outside ? undefined : key;
    this.#start();
  }

  close(): void {
    if (this.#scratch !== undefined) releaseScratch(this.#scratch);
    this.#scratch = undefined;
    this.#block = undefined;
    this.#crossing = undefined;
    this.#started = true;
    this.#finish();
    this.run.to = this.run.from;
  }

  /** Finds the table to begin with. */
  #start(): void {
    this.#started = true;
    this.#number = undefined;
    this.#index = undefined;
    this.#block = undefined;
    this.#crossing = undefined;
    const { start, end, reverse } = this.#range;
    const bound = this.#target ?? (reverse ? end : start);
    if (bound === undefined) {
      this.#table = reverse ? this.#tables.length - 1 : 0;
      return;
    }
    let low = 0;
    let high = this.#tables.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { minKey, maxKey } = (this.#tables[middle] as Table).meta;
      if (reverse ? this.#beforeBound(minKey, bound) : compareBytes(maxKey, bound) < 0) low = middle + 1;
      else high = middle;
    }
    this.#table = reverse ? low - 1 : low;
  }

  /** Backwards: whether a key is inside the upper bound, which a seek makes inclusive. */
  #beforeBound(key: Bytes, bound: Bytes): boolean {
    const order = compareBytes(key, bound);
    return order < 0 || (order === 0 && this.#target !== undefined);
  }

  #firstBlock(index: TableIndex): number {
    const { start, end, reverse } = this.#range;
    const bound = this.#target ?? (reverse ? end : start);
    if (bound === undefined) return reverse ? index.index.blocks - 1 : 0;
    return index.findBlock(bound);
  }

  #nextTable(): void {
    this.#table += this.#range.reverse ? -1 : 1;
    this.#number = undefined;
    this.#index = undefined;
    const table = this.#tables[this.#table];
    if (table === undefined) return;
    const { start, end, reverse } = this.#range;
    if (reverse && start !== undefined && compareBytes(table.meta.maxKey, start) < 0) this.#finish();
    if (!reverse && end !== undefined && compareBytes(table.meta.minKey, end) >= 0) this.#finish();
  }

  #finish(): void {
    this.#table = this.#range.reverse ? -1 : this.#tables.length;
    this.#number = undefined;
    this.#index = undefined;
  }

  #load(table: Table, number: number, index: TableIndex): Promise<Block> {
    const window = this.#window;
    this.#window = Math.min(READ_AHEAD_BLOCKS_MAX, window * 2);
    const offsets = index.index.blockOffsets;
    const bytesMax = Math.min(READ_AHEAD_BYTES_MAX, table.readAheadBytesMax);
    let first = number;
    let stop = number + 1;
    if (this.#range.reverse) {
      const limit = (offsets[stop] as number) - bytesMax;
      while (first > 0 && stop - first < window && (offsets[first - 1] as number) >= limit) {
        if (table.cachedBlock(first - 1) !== undefined) break;
        first--;
      }
    } else {
      const limit = (offsets[first] as number) + bytesMax;
      while (stop < index.index.blocks && stop - first < window && (offsets[stop + 1] as number) <= limit) {
        if (table.cachedBlock(stop) !== undefined || this.#isBehindEnd(index, stop)) break;
        stop++;
      }
    }
    this.#asked = stop;
    return table.loadBlocks(index, { first, stop }, number);
  }

  #isBehindEnd(index: TableIndex, number: number): boolean {
    const end = this.#range.end;
    if (end === undefined) return false;
    const { keys, keyOffsets } = index.index;
    return compareRanges(keys, keyOffsets[number] as number, keyOffsets[number + 1] as number, end, 0, end.length) >= 0;
  }

  /** Cuts the block to the range and lays its rows out for `advance`. Moves on to the next block. */
  #enter(block: Block, table: Table, number: number, index: TableIndex): void {
    block.referenced = true;
    const { start, end, reverse } = this.#range;
    const last = block.count - 1;
    const from = reverse ? start : (this.#target ?? start);
    const upTo = reverse ? (this.#target ?? end) : end;
    let low = 0;
    let high = block.count;
    if (from !== undefined && block.compareKey(0, from) < 0) low = block.lowerBound(from);
    if (upTo !== undefined && block.compareKey(last, upTo) >= 0) {
      high = block.lowerBound(upTo);
      if (reverse && this.#target !== undefined)
        while (high < block.count && block.compareKey(high, upTo) === 0) high++;
    }
    this.#number = number + (reverse ? -1 : 1);
    if (reverse ? low > 0 : high < block.count) this.#finish();
    const { continues } = index.index;
    if (continues[number] === 1 && low === 0) while (low < high && block.sameKey(low, 0)) low++;
    if (low < high && high === block.count && continues[number + 1] === 1) {
      const key = block.buffer.slice(block.keyStarts[last], block.keyEnds[last]);
      this.#crossing = { table, index, number, key };
      while (low < high && block.sameKey(high - 1, last)) high--;
    }
    if (low >= high) return;
    this.#block = block;
    this.#low = low;
    this.#high = high;
  }

  #emitRows(block: Block): boolean {
    const { at, reverse } = this.#range;
    if (block.plain && !reverse && block.maxTimestamp <= at) {
      const run = this.run;
      run.buffer = block.buffer;
      run.keyStarts = block.keyStarts;
      run.keyEnds = block.keyEnds;
      run.valueStarts = block.valueStarts;
      run.valueEnds = block.valueEnds;
      run.timestamps = block.timestamps;
      run.timestamp = block.maxTimestamp;
      run.deletions = false;
      run.from = this.#low;
      run.to = this.#high;
      return true;
    }
    const scratch = this.#bind(block, this.#high - this.#low);
    const count = reverse ? this.#gatherBackwards(block, scratch) : this.#gather(block, scratch);
    this.run.from = 0;
    this.run.to = count;
    return count > 0;
  }

  #gather(block: Block, scratch: RunScratch): number {
    const { at } = this.#range;
    const high = this.#high;
    let count = 0;
    let row = this.#low;
    while (row < high) {
      const first = row;
      let found = -1;
      do {
        if (found < 0 && block.timestampAt(row) <= at) found = row;
        row++;
      } while (row < high && block.sameKey(row, first));
      if (found >= 0) this.#put(scratch, count++, block, found);
    }
    return count;
  }

  /** Versions of one key lie newest first, so the last visible one met going backwards is the newest. */
  #gatherBackwards(block: Block, scratch: RunScratch): number {
    const { at } = this.#range;
    const low = this.#low;
    let count = 0;
    let row = this.#high - 1;
    while (row >= low) {
      const last = row;
      let found = -1;
      do {
        if (block.timestampAt(row) <= at) found = row;
        row--;
      } while (row >= low && block.sameKey(row, last));
      if (found >= 0) this.#put(scratch, count++, block, found);
    }
    return count;
  }

  #emitHit(hit: TableHit | undefined): boolean {
    if (hit === undefined) return false;
    const scratch = this.#bind(hit.block, 1);
    this.#put(scratch, 0, hit.block, hit.row);
    this.run.from = 0;
    this.run.to = 1;
    return true;
  }

  #bind(block: Block, rows: number): RunScratch {
    let scratch = this.#scratch;
    if (scratch === undefined || scratch.capacity < rows) {
      if (scratch !== undefined) releaseScratch(scratch);
      scratch = acquireScratch(rows);
      this.#scratch = scratch;
    }
    const run = this.run;
    scratch.bind(run);
    run.buffer = block.buffer;
    run.deletions = false;
    return scratch;
  }

  #put(scratch: RunScratch, at: number, block: Block, row: number): void {
    const valueStart = block.valueStarts[row] as number;
    scratch.keyStarts[at] = block.keyStarts[row] as number;
    scratch.keyEnds[at] = block.keyEnds[row] as number;
    scratch.valueStarts[at] = valueStart;
    scratch.valueEnds[at] = block.valueEnds[row] as number;
    scratch.timestamps[at] = block.timestampAt(row);
    if (valueStart < 0) this.run.deletions = true;
  }
}
