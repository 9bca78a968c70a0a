/**
 * The sorted table, format v1: one immutable object.
 *
 *   | block 0 | block 1 | ... | index | filter | footer |
 *
 *   block   | payload, maybe compressed | u8 codec | u32 uncompressed bytes | u32 checksum of all before |
 *   index   | varint blocks | per block: varint shared, varint length, rest of its first key, varint stored bytes, u8 flags |
 *           | varint length, last key of the table | u32 checksum |
 *   filter  | see bloom.ts | u32 checksum |
 *   footer  | u64 index offset | u64 filter offset | u64 entries | u64 deletions | u64 min timestamp | u64 max timestamp |
 *           | u32 version = 1 | u32 checksum of the footer before | "EBBTABLE" |          64 bytes, at the end
 *
 * Index, filter and footer lie together, so a reader that knows `metaOffset` from the manifest fetches them in one GET, and
 * one that does not needs two. Blocks follow each other without gaps: offsets are sums of stored lengths. Block flag 1:
 * the block begins with an older version of the last key of the block before.
 */
import {
  type Bytes,
  BytesReader,
  BytesWriter,
  checksum32,
  compareBytes,
  DbError,
  sharedPrefixLength,
} from '../base/index.ts';
import { compressionById } from '../env/index.ts';
import { isBloom } from './bloom.ts';
import { type Block, decodeBlock } from './block.ts';
import type { Timestamp } from './timestamp.ts';

export const TABLE_VERSION = 1;
export const FOOTER_BYTES = 64;
export const BLOCK_TRAILER_BYTES = 9;
export const BLOCK_CONTINUES = 1;
const CHECKSUM_BYTES = 4;
const MAGIC = new Uint8Array([0x45, 0x42, 0x42, 0x54, 0x41, 0x42, 0x4c, 0x45]);

/** What the manifest and log records keep about a table. */
export interface TableMeta {
  /** Name of the object below `<prefix>/tables/`. */
  readonly id: string;
  readonly sizeBytes: number;
  /** Where the index begins. */
  readonly metaOffset: number;
  readonly entries: number;
  readonly deletions: number;
  readonly minKey: Bytes;
  readonly maxKey: Bytes;
  readonly minTimestamp: Timestamp;
  readonly maxTimestamp: Timestamp;
  /** Set when the table was built before its commit had a timestamp: all its entries have this one. */
  readonly timestamp?: Timestamp | undefined;
  /**
   * Set for a table of history: each of its versions has a newer one of the same key outside, at or before this
   * timestamp. So reads at or after it need not look here.
   */
  readonly shadowedFrom?: Timestamp | undefined;
}

export interface TableFooter {
  readonly indexOffset: number;
  readonly filterOffset: number;
  readonly entries: number;
  readonly deletions: number;
  readonly minTimestamp: Timestamp;
  readonly maxTimestamp: Timestamp;
}

export function encodeFooter(footer: TableFooter): Uint8Array {
  const out = new BytesWriter(FOOTER_BYTES);
  out.u64(footer.indexOffset).u64(footer.filterOffset).u64(footer.entries).u64(footer.deletions);
  out.u64(footer.minTimestamp).u64(footer.maxTimestamp).u32(TABLE_VERSION);
  return out.u32(checksum32(out.view())).bytes(MAGIC).finish();
}

export function decodeFooter(bytes: Bytes): TableFooter {
  if (bytes.length !== FOOTER_BYTES) throw damaged('footer length');
  if (compareBytes(bytes.subarray(FOOTER_BYTES - MAGIC.length), MAGIC) !== 0) throw damaged('magic');
  const reader = new BytesReader(bytes);
  const footer = {
    indexOffset: reader.u64(),
    filterOffset: reader.u64(),
    entries: reader.u64(),
    deletions: reader.u64(),
    minTimestamp: reader.u64(),
    maxTimestamp: reader.u64(),
  };
  const version = reader.u32();
  if (reader.u32() !== checksum32(bytes, 0, FOOTER_BYTES - 12)) throw damaged('footer checksum');
  if (version !== TABLE_VERSION)
    throw new DbError('invalid', 'table-version', `table format ${version} is newer than this program`);
  return footer;
}

/** Writes codec, length and checksum behind the payload `out[start, end)`; returns where the block ends. */
export function sealBlock(
  out: Uint8Array,
  payload: { start: number; end: number },
  codec: number,
  uncompressedBytes: number,
): number {
  const at = payload.end;
  out[at] = codec;
  putU32(out, at + 1, uncompressedBytes);
  putU32(out, at + 5, checksum32(out, payload.start, at + 5));
  return at + BLOCK_TRAILER_BYTES;
}

export interface OpenBlockOptions {
  /** Replaces the stored timestamps (TableMeta.timestamp). */
  readonly timestamp?: Timestamp | undefined;
  /** The block may keep `bytes` itself: right for short use, wrong for a cache, where it would pin a whole read-ahead. */
  readonly borrow?: boolean;
}

/** Checks, decompresses and decodes the stored block at `bytes[start, end)`. */
export function openBlock(bytes: Bytes, start: number, end: number, options: OpenBlockOptions): Block {
  const at = end - BLOCK_TRAILER_BYTES;
  if (at < start || end > bytes.length) throw damaged('block length');
  if (getU32(bytes, at + 5) !== checksum32(bytes, start, at + 5)) throw damaged('block checksum');
  const codec = compressionById(bytes[at] as number);
  const uncompressedBytes = getU32(bytes, at + 1);
  const stored = bytes.subarray(start, at);
  let payload: Bytes;
  if (codec.id !== 0) payload = codec.decompress(stored, uncompressedBytes);
  else payload = options.borrow === true ? stored : new Uint8Array(stored);
  if (payload.length !== uncompressedBytes) throw damaged('block size');
  return decodeBlock(payload, options.timestamp);
}

export interface BlockHandle {
  readonly firstKey: Bytes;
  readonly storedBytes: number;
  readonly continues: boolean;
}

export function encodeIndex(blocks: readonly BlockHandle[], lastKey: Bytes): Uint8Array {
  const out = new BytesWriter(4096);
  out.varint(blocks.length);
  let previous: Bytes = new Uint8Array(0);
  for (const block of blocks) {
    const shared = sharedPrefixLength(previous, block.firstKey);
    out.varint(shared).lengthPrefixed(block.firstKey.subarray(shared));
    out.varint(block.storedBytes).u8(block.continues ? BLOCK_CONTINUES : 0);
    previous = block.firstKey;
  }
  return sealSection(out.lengthPrefixed(lastKey).finish());
}

/** The index as flat arrays: no object per block. Block i lies at blockOffsets[i] up to blockOffsets[i + 1]. */
export interface DecodedIndex {
  readonly blocks: number;
  readonly keys: Bytes;
  readonly keyOffsets: Int32Array;
  readonly blockOffsets: Float64Array;
  readonly continues: Uint8Array;
  readonly lastKey: Bytes;
}

export function decodeIndex(section: Bytes): DecodedIndex {
  const reader = new BytesReader(openSection(section, 'index'));
  const blocks = reader.varint();
  if (blocks === 0 || blocks > section.length) throw damaged('block count');
  const keys = new BytesWriter(section.length * 2);
  const keyOffsets = new Int32Array(blocks + 1);
  const blockOffsets = new Float64Array(blocks + 1);
  const continues = new Uint8Array(blocks);
  let previousStart = 0;
  for (let i = 0; i < blocks; i++) {
    const start = keys.length;
    const shared = reader.varint();
    if (shared > start - previousStart) throw damaged('index key');
    keys.bytes(keys.view(previousStart).slice(0, shared)).bytes(reader.lengthPrefixed());
    keyOffsets[i + 1] = keys.length;
    blockOffsets[i + 1] = (blockOffsets[i] as number) + reader.varint();
    continues[i] = reader.u8() & BLOCK_CONTINUES;
    previousStart = start;
  }
  const lastKey = reader.lengthPrefixed().slice();
  return { blocks, keys: keys.finish(), keyOffsets, blockOffsets, continues, lastKey };
}

export function sealSection(bytes: Bytes): Uint8Array {
  const out = new Uint8Array(bytes.length + CHECKSUM_BYTES);
  out.set(bytes);
  putU32(out, bytes.length, checksum32(bytes));
  return out;
}

export function openSection(section: Bytes, name: string): Bytes {
  const end = section.length - CHECKSUM_BYTES;
  if (end < 0 || getU32(section, end) !== checksum32(section, 0, end)) throw damaged(`${name} checksum`);
  return section.subarray(0, end);
}

export function openFilter(section: Bytes): Bytes {
  const filter = openSection(section, 'filter');
  if (!isBloom(filter)) throw damaged('filter size');
  return filter;
}

function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function getU32(b: Uint8Array, at: number): number {
  return (
    ((b[at] as number) |
      ((b[at + 1] as number) << 8) |
      ((b[at + 2] as number) << 16) |
      ((b[at + 3] as number) << 24)) >>>
    0
  );
}

function damaged(what: string): DbError {
  return new DbError('corrupt', 'bad-table', `stored table has a wrong ${what}`);
}
