/**
 * Who owns which keys of a branch.
 *
 *     ordered varint 0 | kind | …           the engine's own rows (catalog, counters); kinds below
 *     ordered varint table id | ordered varint index id | key parts …   rows (index 0) and entries of tables
 *
 * An ordered varint keeps numeric order in byte order and is short for small numbers:
 * 0-239 one byte; 240-2287 two bytes (0xf0-0xf7); then 0xf8 + 2 bytes, 0xf9 + 3 bytes, 0xfa + 4 bytes.
 */
import { type Bytes, assert, prefixEnd } from '../base/index.ts';
import { KeyWriter } from './key-writer.ts';

export const MetaKind = {
  /** Format version of the key space, next object id, catalog version. */
  HEADER: 1,
  SCHEMA: 2,
  /** A table's or view's definition; also the version key that data changes certify, and its metadata lock. */
  RELATION: 3,
  AUTO_INCREMENT: 4,
  ROW_ID: 5,
  ROW_COUNT: 6,
  /** Ranges of dropped tables and indexes that still have to be deleted. */
  GARBAGE: 7,
  /** Named documents of the engine (statistics, accounts …). */
  DOCUMENT: 8,
} as const;
export type MetaKindCode = (typeof MetaKind)[keyof typeof MetaKind];

const META_TABLE_ID = 0;
/** A key is written in one go, so all share it. */
const writer = new KeyWriter();
const ONE_BYTE_END = 240;
const TWO_BYTE_END = 2288;

export function putOrderedVarint(into: KeyWriter, value: number): void {
  assert(Number.isInteger(value) && value >= 0 && value <= 0xffffffff, 'an id in a key is an unsigned 32-bit integer');
  if (value < ONE_BYTE_END) into.byte(value);
  else if (value < TWO_BYTE_END) {
    const rest = value - ONE_BYTE_END;
    into.byte(0xf0 + (rest >> 8));
    into.byte(rest & 0xff);
  } else if (value < 0x10000) {
    into.byte(0xf8);
    into.unsigned(value, 2);
  } else if (value < 0x1000000) {
    into.byte(0xf9);
    into.unsigned(value, 3);
  } else {
    into.byte(0xfa);
    into.unsigned(value, 4);
  }
}

/** The bytes that all keys of a table begin with, or of one of its indexes. */
export function tablePrefix(tableId: number, indexId?: number): Bytes {
  writer.reset();
  putOrderedVarint(writer, tableId);
  if (indexId !== undefined) putOrderedVarint(writer, indexId);
  return writer.finish();
}

/** The id that a key of a table begins with. */
export function tableIdOf(key: Bytes): number {
  const first = key[0] as number;
  if (first < 0xf0) return first;
  if (first < 0xf8) return ONE_BYTE_END + (((first - 0xf0) << 8) | (key[1] as number));
  const bytes = first - 0xf6;
  let id = 0;
  for (let i = 1; i <= bytes; i++) id = id * 256 + (key[i] as number);
  return id;
}

export function metaPrefix(kind: MetaKindCode): Bytes {
  return Uint8Array.of(META_TABLE_ID, kind);
}

export function metaKey(kind: MetaKindCode, id: number): Bytes {
  const key = new Uint8Array(6);
  key[0] = META_TABLE_ID;
  key[1] = kind;
  key[2] = id >>> 24;
  key[3] = id >>> 16;
  key[4] = id >>> 8;
  key[5] = id;
  return key;
}

export function namedMetaKey(kind: MetaKindCode, name: string): Bytes {
  writer.reset();
  writer.byte(META_TABLE_ID);
  writer.byte(kind);
  writer.raw(new TextEncoder().encode(name));
  return writer.finish();
}

export function metaId(key: Bytes): number {
  return new DataView(key.buffer, key.byteOffset + 2, 4).getUint32(0);
}

/** The range of all keys with a prefix: [start, end). */
export function prefixRange(prefix: Bytes): { readonly start: Bytes; readonly end: Bytes } {
  const end = prefixEnd(prefix);
  assert(end !== undefined, 'no prefix in use is all 0xff');
  return { start: prefix, end };
}
