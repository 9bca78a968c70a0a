/**
 * A data block in memory: the decoded entries of one stretch of a table, with offset arrays for direct access.
 *
 * Stored form (all of it under one checksum, see table-format.ts for the trailer):
 *
 *   | u32 entries | u8 flags | varint base timestamp | varint timestamp - base, per entry (absent when all are equal)   |
 *   | varint key length + 1 per entry (0 = same key as the entry before) | varint value length + 1 (0 = deletion)       |
 *   | key bytes ... | value bytes ... |
 *
 * Why this shape: lengths and timestamps are columns, so they compress to almost nothing; keys and values are two heaps, so
 * the decompressed bytes are used as they are and rows are never copied. Decoding computes offsets only. Offsets in
 * memory instead of prefix compression with restart points: docs/decisions/0011-table-format.md has the measurements.
 *
 * Invariants: entries ascend by key, then descend by timestamp; entry 0 carries its key; a `plain` block has neither
 * deletions nor two versions of a key, so its arrays can be handed to a cursor untouched.
 */
import { type Bytes, BytesReader, compareRanges, DbError } from '../base/index.ts';
import type { CacheEntry } from './memory-budget.ts';
import type { Timestamp } from './timestamp.ts';

export const BLOCK_ONE_TIMESTAMP = 1;
export const BLOCK_HAS_DELETIONS = 2;
export const BLOCK_HAS_REPEATS = 4;

/** JavaScript objects of a decoded block: the Block, its typed arrays and their buffers. Measured with --expose-gc. */
const OBJECT_BYTES = 900;

export class Block implements CacheEntry {
  readonly buffer: Uint8Array;
  readonly count: number;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  /** -1 for deletions. */
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  /** Undefined when every entry has `maxTimestamp`. */
  readonly timestamps: Float64Array | undefined;
  readonly minTimestamp: Timestamp;
  readonly maxTimestamp: Timestamp;
  readonly plain: boolean;
  readonly sizeBytes: number;
  referenced = false;
  cacheSlot = -1;
  /** Who caches the block, and under which number. */
  owner: BlockOwner | undefined;
  number = -1;

  constructor(parts: BlockParts) {
    this.buffer = parts.buffer;
    this.count = parts.keyStarts.length;
    this.keyStarts = parts.keyStarts;
    this.keyEnds = parts.keyEnds;
    this.valueStarts = parts.valueStarts;
    this.valueEnds = parts.valueEnds;
    this.timestamps = parts.timestamps;
    this.minTimestamp = parts.minTimestamp;
    this.maxTimestamp = parts.maxTimestamp;
    this.plain = parts.plain;
    this.sizeBytes =
      parts.buffer.length + parts.keyStarts.buffer.byteLength + (parts.timestamps?.byteLength ?? 0) + OBJECT_BYTES;
  }

  evict(): void {
    this.owner?.forgetBlock(this.number);
  }

  timestampAt(row: number): Timestamp {
    return this.timestamps === undefined ? this.maxTimestamp : (this.timestamps[row] as number);
  }

  /** The first entry with key >= `key`; `count` when there is none. */
  lowerBound(key: Bytes): number {
    const { buffer, keyStarts, keyEnds } = this;
    const length = key.length;
    let low = 0;
    let high = this.count;
    // Bytes that the keys at both ends of the searched part share with `key`: all keys between share them too.
    let lowShared = 0;
    let highShared = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = keyStarts[middle] as number;
      const stored = (keyEnds[middle] as number) - start;
      const common = stored < length ? stored : length;
      let i = lowShared < highShared ? lowShared : highShared;
      while (i < common && buffer[start + i] === key[i]) i++;
      const before = i < common ? (buffer[start + i] as number) < (key[i] as number) : stored < length;
      if (before) {
        low = middle + 1;
        lowShared = i;
      } else {
        high = middle;
        highShared = i;
      }
    }
    return low;
  }

  compareKey(row: number, key: Bytes): number {
    return compareRanges(this.buffer, this.keyStarts[row] as number, this.keyEnds[row] as number, key, 0, key.length);
  }

  /** Repeated keys share their bytes. The ends matter only to the empty key, which begins where the next one does. */
  sameKey(row: number, other: number): boolean {
    return this.keyStarts[row] === this.keyStarts[other] && this.keyEnds[row] === this.keyEnds[other];
  }
}

export interface BlockOwner {
  forgetBlock(number: number): void;
}

interface BlockParts {
  readonly buffer: Uint8Array;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly timestamps: Float64Array | undefined;
  readonly minTimestamp: Timestamp;
  readonly maxTimestamp: Timestamp;
  readonly plain: boolean;
}

/**
 * Decodes a payload whose checksum was verified. `timestamp`, when given, replaces the stored ones (tables built before
 * their commit had a timestamp). `payload` is kept: it becomes the block's buffer.
 */
export function decodeBlock(payload: Uint8Array, timestamp?: Timestamp): Block {
  const reader = new BytesReader(payload);
  const count = reader.u32();
  const flags = reader.u8();
  if (count === 0 || count > payload.length) throw damaged('entry count');
  const base = reader.varint();
  let timestamps: Float64Array | undefined;
  let maxTimestamp = base;
  if ((flags & BLOCK_ONE_TIMESTAMP) === 0) {
    timestamps = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const value = base + reader.varint();
      timestamps[i] = value;
      if (value > maxTimestamp) maxTimestamp = value;
    }
  }
  const plain = (flags & (BLOCK_HAS_DELETIONS | BLOCK_HAS_REPEATS)) === 0;
  const offsets = plain ? decodePlain(reader, count) : decodeMixed(reader, count);
  const replaced = timestamp !== undefined;
  return new Block({
    buffer: payload,
    ...offsets,
    timestamps: replaced ? undefined : timestamps,
    minTimestamp: replaced ? timestamp : base,
    maxTimestamp: replaced ? timestamp : maxTimestamp,
    plain,
  });
}

type Offsets = Pick<BlockParts, 'keyStarts' | 'keyEnds' | 'valueStarts' | 'valueEnds'>;

/** Starts and ends share one array: an entry ends where the next one starts. */
function decodePlain(reader: BytesReader, count: number): Offsets {
  const { bytes } = reader;
  const all = new Int32Array(2 * (count + 1));
  const valueBase = count + 1;
  // Lengths are stored plus one; read all of them first, because the heap begins behind the last.
  readLengths(reader, all, 0, count);
  readLengths(reader, all, valueBase, count);
  let at = reader.position;
  for (let i = 0; i < count; i++) {
    const length = (all[i] as number) - 1;
    all[i] = at;
    at += length;
  }
  all[count] = at;
  for (let i = valueBase; i < valueBase + count; i++) {
    const length = (all[i] as number) - 1;
    all[i] = at;
    at += length;
  }
  all[valueBase + count] = at;
  if (at !== bytes.length) throw damaged('lengths');
  return {
    keyStarts: all.subarray(0, count),
    keyEnds: all.subarray(1, count + 1),
    valueStarts: all.subarray(valueBase, valueBase + count),
    valueEnds: all.subarray(valueBase + 1),
  };
}

/** `count` varints into `out[at...]`; nearly all are one byte, so that case stays out of the reader's general path. */
function readLengths(reader: BytesReader, out: Int32Array, at: number, count: number): void {
  const { bytes, end } = reader;
  let position = reader.position;
  for (let i = at; i < at + count; i++) {
    const byte = position < end ? (bytes[position] as number) : 0x80;
    if (byte < 0x80) {
      out[i] = byte;
      position++;
      continue;
    }
    const next = position + 1 < end ? (bytes[position + 1] as number) : 0x80;
    if (next < 0x80) {
      out[i] = (byte & 0x7f) | (next << 7);
      position += 2;
      continue;
    }
    reader.seek(position);
    const length = reader.varint();
    if (length > bytes.length + 1) throw damaged('length');
    out[i] = length;
    position = reader.position;
  }
  reader.seek(position);
}

function decodeMixed(reader: BytesReader, count: number): Offsets {
  const { bytes } = reader;
  const all = new Int32Array(4 * count);
  const keyStarts = all.subarray(0, count);
  const keyEnds = all.subarray(count, 2 * count);
  const valueStarts = all.subarray(2 * count, 3 * count);
  const valueEnds = all.subarray(3 * count);
  readLengths(reader, all, 0, count);
  readLengths(reader, all, 2 * count, count);
  if (keyStarts[0] === 0) throw damaged('first key');
  let at = reader.position;
  let keyStart = at;
  for (let i = 0; i < count; i++) {
    const length = keyStarts[i] as number;
    if (length > 0) {
      keyStart = at;
      at += length - 1;
    }
    keyStarts[i] = keyStart;
    keyEnds[i] = at;
  }
  for (let i = 0; i < count; i++) {
    const length = valueStarts[i] as number;
    valueStarts[i] = length === 0 ? -1 : at;
    if (length > 0) at += length - 1;
    valueEnds[i] = length === 0 ? -1 : at;
  }
  if (at !== bytes.length) throw damaged('lengths');
  return { keyStarts, keyEnds, valueStarts, valueEnds };
}

function damaged(what: string): DbError {
  return new DbError('corrupt', 'bad-block', `a table block has wrong ${what}`);
}
