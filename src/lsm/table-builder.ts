/**
 * Turns ascending entries into the bytes of one table (table-format.ts). Synchronous, used on workers and inline alike.
 *
 * Callers give keys in order and, for one key, versions newest first. An equal (key, timestamp) is the same commit seen
 * twice (a replayed or doubly flushed log range) and is dropped.
 */
import { assert, type Bytes, compareRanges } from '../base/index.ts';
import { compressionByName, type CompressionName } from '../env/index.ts';
import { BlockBuilder } from './block-builder.ts';
import { buildBloom, keyHash } from './bloom.ts';
import {
  BLOCK_TRAILER_BYTES,
  type BlockHandle,
  encodeFooter,
  encodeIndex,
  sealBlock,
  sealSection,
  type TableMeta,
} from './table-format.ts';
import { TIMESTAMP_MAX, type Timestamp } from './timestamp.ts';

export interface TableBuilderOptions {
  readonly blockBytes: number;
  readonly compression: CompressionName;
  /** How large the table may get, with its index and filter. */
  readonly expectedBytes?: number;
}

const GROW_EAGER_BYTES = 1024 * 1024;

export const BLOCK_BYTES_DEFAULT = 16 * 1024;

/** Keep a compressed block only when it saves at least a quarter: it is decoded on the thread that serves queries. */
const COMPRESSION_GAIN = 3 / 4;
/** After blocks that would not compress, this many are stored raw before compression is tried again. */
const COMPRESSION_PAUSE_MAX = 15;

export interface BuiltTable {
  /** The object's content. */
  readonly bytes: Uint8Array;
  /** Everything but the id. */
  readonly meta: Omit<TableMeta, 'id'>;
}

export class TableBuilder {
  readonly #options: TableBuilderOptions;
  readonly #block = new BlockBuilder();
  readonly #handles: BlockHandle[] = [];
  #out = new Uint8Array(64 * 1024);
  #size = 0;
  #hashes = new Uint32Array(1024);
  #keys = 0;
  #entries = 0;
  #deletions = 0;
  #minTimestamp: Timestamp = TIMESTAMP_MAX;
  #maxTimestamp: Timestamp = 0;
  #lastKey = new Uint8Array(64);
  #lastKeyLength = -1;
  #lastTimestamp: Timestamp = 0;
  #firstKey: Bytes | undefined;
  #continues = false;
  #pause = 0;
  #pauseNext = 1;

  constructor(options: TableBuilderOptions) {
    this.#options = options;
  }

  get entries(): number {
    return this.#entries;
  }

  /** Bytes the table has so far, without its index and filter. */
  get sizeBytes(): number {
    return this.#size + this.#block.rawBytes;
  }

  /** Adds a version; `valueStart` < 0 is a deletion. False when it was a repetition of the last one. */
  add(entry: TableEntry): boolean {
    const { keyBuffer, keyStart, keyEnd, timestamp } = entry;
    const order = this.#compareLast(keyBuffer, keyStart, keyEnd);
    assert(order > 0 || (order === 0 && timestamp <= this.#lastTimestamp), 'table entries ascend');
    if (order === 0 && timestamp === this.#lastTimestamp) return false;
    const block = this.#block;
    if (block.count > 0 && block.rawBytes >= this.#options.blockBytes) this.#finishBlock();
    if (block.count === 0) {
      // Not slice(): a Buffer's slice shares its memory.
      this.#firstKey = new Uint8Array(keyBuffer.subarray(keyStart, keyEnd));
      this.#continues = order === 0;
      block.addKey(keyBuffer, keyStart, keyEnd);
    } else if (order === 0) {
      block.repeatKey();
    } else {
      block.addKey(keyBuffer, keyStart, keyEnd);
    }
    if (order > 0) this.#noteKey(keyBuffer, keyStart, keyEnd);
    if (entry.valueStart < 0) {
      block.addDeletion(timestamp);
      this.#deletions++;
    } else {
      block.addValue(entry.valueBuffer, entry.valueStart, entry.valueEnd, timestamp);
    }
    this.#entries++;
    this.#lastTimestamp = timestamp;
    if (timestamp < this.#minTimestamp) this.#minTimestamp = timestamp;
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
    return true;
  }

  /** The finished table. The builder is used up. */
  finish(): BuiltTable {
    assert(this.#entries > 0, 'a table has entries');
    if (this.#block.count > 0) this.#finishBlock();
    const metaOffset = this.#size;
    const maxKey = this.#lastKey.slice(0, this.#lastKeyLength);
    this.#append(encodeIndex(this.#handles, maxKey));
    const filterOffset = this.#size;
    this.#append(sealSection(buildBloom(this.#hashes, this.#keys)));
    const facts = {
      entries: this.#entries,
      deletions: this.#deletions,
      minTimestamp: this.#minTimestamp,
      maxTimestamp: this.#maxTimestamp,
    };
    this.#append(encodeFooter({ indexOffset: metaOffset, filterOffset, ...facts }));
    const minKey = (this.#handles[0] as BlockHandle).firstKey;
    return {
      bytes: this.#out.subarray(0, this.#size),
      meta: { sizeBytes: this.#size, metaOffset, minKey, maxKey, ...facts },
    };
  }

  #compareLast(buffer: Uint8Array, start: number, end: number): number {
    if (this.#lastKeyLength < 0) return 1;
    return compareRanges(buffer, start, end, this.#lastKey, 0, this.#lastKeyLength);
  }

  #noteKey(buffer: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.#lastKey.length) this.#lastKey = new Uint8Array(length * 2);
    const last = this.#lastKey;
    for (let i = 0; i < length; i++) last[i] = buffer[start + i] as number;
    this.#lastKeyLength = length;
    if (this.#keys === this.#hashes.length) {
      const grown = new Uint32Array(this.#keys * 2);
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    this.#hashes[this.#keys++] = keyHash(buffer, start, end);
  }

  #finishBlock(): void {
    const raw = this.#block.finish();
    const packed = this.#compressed(raw);
    const codec = packed === undefined ? 0 : compressionByName(this.#options.compression).id;
    const start = this.#size;
    this.#append(packed ?? raw);
    this.#reserve(BLOCK_TRAILER_BYTES);
    this.#size = sealBlock(this.#out, { start, end: this.#size }, codec, raw.length);
    this.#handles.push({
      firstKey: this.#firstKey as Bytes,
      storedBytes: this.#size - start,
      continues: this.#continues,
    });
  }

  /** The packed form of a block, or undefined when it is better stored as it is. */
  #compressed(raw: Uint8Array): Uint8Array | undefined {
    if (this.#options.compression === 'none') return undefined;
    if (this.#pause > 0) {
      this.#pause--;
      return undefined;
    }
    const codec = compressionByName(this.#options.compression);
    const packed = codec.compress(raw);
    if (packed.length <= raw.length * COMPRESSION_GAIN) {
      this.#pauseNext = 1;
      return packed;
    }
    this.#pause = this.#pauseNext;
    this.#pauseNext = Math.min(COMPRESSION_PAUSE_MAX, this.#pauseNext * 2);
    return undefined;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#out.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  #reserve(count: number): void {
    const needed = this.#size + count;
    if (needed <= this.#out.length) return;
    let capacity = Math.max(needed, this.#out.length * 2);
    // From here on one reservation for the whole table: pages that stay untouched take no memory.
    if (capacity > GROW_EAGER_BYTES) capacity = Math.max(capacity, this.#options.expectedBytes ?? 0);
    const grown = new Uint8Array(capacity);
    grown.set(this.#out.subarray(0, this.#size));
    this.#out = grown;
  }
}

/** One version as it lies in some buffer. A mutable record, reused by those who feed a builder. */
export interface TableEntry {
  keyBuffer: Uint8Array;
  keyStart: number;
  keyEnd: number;
  timestamp: Timestamp;
  valueBuffer: Uint8Array;
  /** -1 = deletion. */
  valueStart: number;
  valueEnd: number;
}
