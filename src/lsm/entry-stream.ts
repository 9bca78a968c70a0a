/** Ordered streams of all versions (key ascending, timestamp descending) that feed a table build. */
import { DbError, type MaybePromise } from '../base/index.ts';
import type { Block } from './block.ts';
import type { Memtable } from './memtable.ts';
import { openBlock } from './table-format.ts';
import type { TableEntry } from './table-builder.ts';
import type { Timestamp } from './timestamp.ts';

export interface EntryStream {
  /** The present entry, overwritten by `next`. */
  readonly entry: TableEntry;
  next(): MaybePromise<boolean>;
}

/** Some stored blocks of one table, as they were read. */
export interface BlockChunk {
  readonly bytes: Uint8Array;
  /** Where each block ends in `bytes`; the first begins at 0. */
  readonly ends: readonly number[];
  readonly timestamp?: Timestamp | undefined;
  /** The object's path, for errors. */
  readonly source: string;
}

const NOTHING = new Uint8Array(0);

function emptyEntry(): TableEntry {
  return { keyBuffer: NOTHING, keyStart: 0, keyEnd: 0, timestamp: 0, valueBuffer: NOTHING, valueStart: 0, valueEnd: 0 };
}

export class MemtableStream implements EntryStream {
  readonly entry = emptyEntry();
  readonly #memtable: Memtable;
  #record: number;
  #version: number;

  constructor(memtable: Memtable) {
    this.#memtable = memtable;
    this.#record = memtable.first;
    this.#version = this.#record === 0 ? 0 : memtable.newestVersion(this.#record);
    this.entry.keyBuffer = memtable.bytes;
    this.entry.valueBuffer = memtable.bytes;
  }

  next(): boolean {
    const memtable = this.#memtable;
    while (this.#version === 0) {
      if (this.#record === 0) return false;
      this.#record = memtable.next(this.#record);
      if (this.#record === 0) return false;
      this.#version = memtable.newestVersion(this.#record);
    }
    const entry = this.entry;
    const version = this.#version;
    entry.keyStart = memtable.keyStart(this.#record);
    entry.keyEnd = entry.keyStart + memtable.keyLength(this.#record);
    entry.timestamp = memtable.timestampOf(version);
    const length = memtable.valueLength(version);
    entry.valueStart = length < 0 ? -1 : memtable.valueStart(version);
    entry.valueEnd = length < 0 ? -1 : entry.valueStart + length;
    this.#version = memtable.olderVersion(version);
    return true;
  }
}

/** The blocks of a sorted run of tables, chunk by chunk. */
export class ChunkStream implements EntryStream {
  readonly entry = emptyEntry();
  readonly #nextChunk: () => MaybePromise<BlockChunk | undefined>;
  #chunk: BlockChunk | undefined;
  #chunkBlock = 0;
  #block: Block | undefined;
  #row = 0;

  constructor(nextChunk: () => MaybePromise<BlockChunk | undefined>) {
    this.#nextChunk = nextChunk;
  }

  next(): MaybePromise<boolean> {
    const block = this.#block;
    if (block !== undefined && this.#row < block.count) {
      this.#fill(block, this.#row++);
      return true;
    }
    return this.#nextBlock();
  }

  #nextBlock(): MaybePromise<boolean> {
    const chunk = this.#chunk;
    if (chunk === undefined || this.#chunkBlock >= chunk.ends.length) {
      const next = this.#nextChunk();
      return next instanceof Promise ? next.then((found) => this.#enterChunk(found)) : this.#enterChunk(next);
    }
    const number = this.#chunkBlock++;
    const start = number === 0 ? 0 : (chunk.ends[number - 1] as number);
    const block = openChunkBlock(chunk, start, chunk.ends[number] as number);
    this.#block = block;
    this.#row = 1;
    this.#fill(block, 0);
    return true;
  }

  #enterChunk(chunk: BlockChunk | undefined): MaybePromise<boolean> {
    this.#block = undefined;
    this.#chunk = chunk;
    this.#chunkBlock = 0;
    return chunk === undefined ? false : this.#nextBlock();
  }

  #fill(block: Block, row: number): void {
    const entry = this.entry;
    entry.keyBuffer = block.buffer;
    entry.keyStart = block.keyStarts[row] as number;
    entry.keyEnd = block.keyEnds[row] as number;
    entry.timestamp = block.timestampAt(row);
    entry.valueBuffer = block.buffer;
    entry.valueStart = block.valueStarts[row] as number;
    entry.valueEnd = block.valueEnds[row] as number;
  }
}

function openChunkBlock(chunk: BlockChunk, start: number, end: number): Block {
  try {
    return openBlock(chunk.bytes, start, end, { timestamp: chunk.timestamp, borrow: true });
  } catch (cause) {
    if (!(cause instanceof DbError) || cause.kind !== 'corrupt') throw cause;
    throw new DbError('corrupt', cause.code, `table ${chunk.source}: ${cause.message}`, { cause });
  }
}
