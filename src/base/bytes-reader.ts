/**
 * Reads back what BytesWriter writes, from bytes that cannot be trusted.
 *
 * Invariant: every read checks its bounds first and raises `corrupt/truncated` instead of returning undefined or NaN, so
 * that a flipped length never becomes a wild value deeper in.
 */
import type { Bytes } from './bytes.ts';
import { utf8Decode } from './bytes.ts';
import { DbError } from './db-error.ts';

const scratch = new DataView(new ArrayBuffer(8));
const TWO32 = 0x1_0000_0000;

export class BytesReader {
  readonly bytes: Bytes;
  readonly end: number;
  #at: number;

  constructor(bytes: Bytes, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.#at = start;
    this.end = end;
  }

  /** The next byte's offset in `bytes`. */
  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.end - this.#at;
  }

  get done(): boolean {
    return this.#at >= this.end;
  }

  seek(position: number): void {
    if (position < 0 || position > this.end) throw truncated();
    this.#at = position;
  }

  skip(count: number): void {
    this.#take(count);
  }

  u8(): number {
    return this.bytes[this.#take(1)] as number;
  }

  u16(): number {
    const at = this.#take(2);
    return this.#byte(at) | (this.#byte(at + 1) << 8);
  }

  u24(): number {
    const at = this.#take(3);
    return this.#byte(at) | (this.#byte(at + 1) << 8) | (this.#byte(at + 2) << 16);
  }

  u32(): number {
    return this.#get32(this.#take(4));
  }

  /** A safe non-negative integer; larger stored values are corrupt. */
  u64(): number {
    const at = this.#take(8);
    return safe(this.#get32(at + 4) * TWO32 + this.#get32(at));
  }

  u64Big(): bigint {
    this.#fill(this.#take(8));
    return scratch.getBigUint64(0, true);
  }

  i64Big(): bigint {
    this.#fill(this.#take(8));
    return scratch.getBigInt64(0, true);
  }

  f64(): number {
    this.#fill(this.#take(8));
    return scratch.getFloat64(0, true);
  }

  u16Be(): number {
    const at = this.#take(2);
    return (this.#byte(at) << 8) | this.#byte(at + 1);
  }

  u32Be(): number {
    return this.#get32Be(this.#take(4));
  }

  u64Be(): number {
    const at = this.#take(8);
    return safe(this.#get32Be(at) * TWO32 + this.#get32Be(at + 4));
  }

  u64BigBe(): bigint {
    this.#fill(this.#take(8));
    return scratch.getBigUint64(0, false);
  }

  f64Be(): number {
    this.#fill(this.#take(8));
    return scratch.getFloat64(0, false);
  }

  varint(): number {
    let byte = this.bytes[this.#take(1)] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    for (let i = 1; i < 10; i++) {
      byte = this.bytes[this.#take(1)] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return safe(value);
      scale *= 128;
    }
    throw new DbError('corrupt', 'bad-varint', 'a stored varint is longer than 10 bytes');
  }

  varintBig(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.#take(1)] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new DbError('corrupt', 'bad-varint', 'a stored varint is longer than 10 bytes');
  }

  varintSigned(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A view of the next `count` bytes; it shares memory with the source. */
  take(count: number): Bytes {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  /** A view of the bytes that a varint length announces. */
  lengthPrefixed(): Bytes {
    return this.take(this.varint());
  }

  string(): string {
    const length = this.varint();
    const at = this.#take(length);
    return utf8Decode(this.bytes, at, at + length);
  }

  rest(): Bytes {
    return this.take(this.remaining);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count < 0 || at + count > this.end) throw truncated();
    this.#at = at + count;
    return at;
  }

  #byte(at: number): number {
    return this.bytes[at] as number;
  }

  #get32(at: number): number {
    const b = this.bytes;
    return (
      ((b[at] as number) |
        ((b[at + 1] as number) << 8) |
        ((b[at + 2] as number) << 16) |
        ((b[at + 3] as number) << 24)) >>>
      0
    );
  }

  #get32Be(at: number): number {
    const b = this.bytes;
    return (
      (((b[at] as number) << 24) |
        ((b[at + 1] as number) << 16) |
        ((b[at + 2] as number) << 8) |
        (b[at + 3] as number)) >>>
      0
    );
  }

  #fill(at: number): void {
    for (let i = 0; i < 8; i++) scratch.setUint8(i, this.#byte(at + i));
  }
}

function safe(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) {
    throw new DbError('corrupt', 'unsafe-integer', 'a stored integer is beyond 2^53');
  }
  return value;
}

function truncated(): DbError {
  return new DbError('corrupt', 'truncated', 'stored bytes end before the value they announce');
}
