/** A row count as stored: a varint. */
import { type Bytes, BytesReader, BytesWriter } from '../base/index.ts';

export function encodeCount(count: number): Bytes {
  return new BytesWriter(16).varint(count).finish();
}

export function decodeCount(value: Bytes): number {
  return new BytesReader(value).varint();
}
