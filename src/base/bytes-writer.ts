/**
 * A growing byte buffer with the encodings our formats are made of.
 *
 * Fixed-width integers are little-endian unless the name says `Be` (big-endian, whose byte order is numeric order).
 * A varint is LEB128: 7 bits per byte, low bits first, at most 10 bytes.
 * Invariant: bytes below `length` never change except through `setU32`/`setU8`; growth doubles, so appends are amortised O(1).
 */
import { assert } from './assert.ts';
import type { Bytes } from './bytes.ts';

const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = new Uint8Array(scratch.buffer);
const encoder = new TextEncoder();
const TWO32 = 0x1_0000_0000;

export class BytesWriter {
  #buffer: Uint8Array;
  #length = 0;

  constructor(initialCapacity = 256) {
    this.#buffer = new Uint8Array(initialCapacity < 16 ? 16 : initialCapacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Forgets the content and keeps the memory. Views handed out earlier are invalid afterwards. */
  reset(): void {
    this.#length = 0;
  }

  /** Drops everything at and after `length`. */
  truncate(length: number): void {
    assert(length >= 0 && length <= this.#length, 'truncate within length');
    this.#length = length;
  }

  /** A view of the content, valid until the next write or reset. */
  view(start = 0): Bytes {
    return this.#buffer.subarray(start, this.#length);
  }

  /** A copy of the content that the caller owns. */
  finish(): Bytes {
    return this.#buffer.slice(0, this.#length);
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  u16(value: number): this {
    this.#reserve(2);
    const b = this.#buffer;
    b[this.#length++] = value;
    b[this.#length++] = value >>> 8;
    return this;
  }

  u24(value: number): this {
    this.#reserve(3);
    const b = this.#buffer;
    b[this.#length++] = value;
    b[this.#length++] = value >>> 8;
    b[this.#length++] = value >>> 16;
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#put32(this.#length, value);
    this.#length += 4;
    return this;
  }

  /** A safe non-negative integer (below 2^53) in 8 bytes. */
  u64(value: number): this {
    this.#reserve(8);
    this.#put32(this.#length, value >>> 0);
    this.#put32(this.#length + 4, Math.floor(value / TWO32));
    this.#length += 8;
    return this;
  }

  /** Any 64-bit integer, two's complement when negative. */
  u64Big(value: bigint): this {
    scratch.setBigUint64(0, BigInt.asUintN(64, value), true);
    return this.bytes(scratchBytes);
  }

  f64(value: number): this {
    scratch.setFloat64(0, value, true);
    return this.bytes(scratchBytes);
  }

  u16Be(value: number): this {
    this.#reserve(2);
    const b = this.#buffer;
    b[this.#length++] = value >>> 8;
    b[this.#length++] = value;
    return this;
  }

  u32Be(value: number): this {
    this.#reserve(4);
    this.#put32Be(this.#length, value);
    this.#length += 4;
    return this;
  }

  u64Be(value: number): this {
    this.#reserve(8);
    this.#put32Be(this.#length, Math.floor(value / TWO32));
    this.#put32Be(this.#length + 4, value >>> 0);
    this.#length += 8;
    return this;
  }

  u64BigBe(value: bigint): this {
    scratch.setBigUint64(0, BigInt.asUintN(64, value), false);
    return this.bytes(scratchBytes);
  }

  f64Be(value: number): this {
    scratch.setFloat64(0, value, false);
    return this.bytes(scratchBytes);
  }

  /** A safe non-negative integer, 1 to 8 bytes. */
  varint(value: number): this {
    this.#reserve(10);
    const b = this.#buffer;
    let at = this.#length;
    let rest = value;
    while (rest >= TWO32) {
      b[at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    rest >>>= 0;
    while (rest > 0x7f) {
      b[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    b[at++] = rest;
    this.#length = at;
    return this;
  }

  varintBig(value: bigint): this {
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
    return this;
  }

  /** A safe integer of either sign; small magnitudes stay short. Range: ±2^52. */
  varintSigned(value: number): this {
    return this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  bytes(value: Bytes): this {
    const length = value.length;
    this.#reserve(length);
    if (length <= 32) {
      const b = this.#buffer;
      let at = this.#length;
      for (let i = 0; i < length; i++) b[at++] = value[i] as number;
    } else {
      this.#buffer.set(value, this.#length);
    }
    this.#length += length;
    return this;
  }

  /** `source[start, end)` without making a view for short ranges. */
  range(source: Bytes, start: number, end: number): this {
    const length = end - start;
    if (length > 64) return this.bytes(source.subarray(start, end));
    this.#reserve(length);
    const b = this.#buffer;
    let at = this.#length;
    for (let i = start; i < end; i++) b[at++] = source[i] as number;
    this.#length = at;
    return this;
  }

  /** A varint length, then the bytes. */
  lengthPrefixed(value: Bytes): this {
    return this.varint(value.length).bytes(value);
  }

  /** UTF-8 text without a length. */
  text(value: string): this {
    const length = value.length;
    this.#reserve(length * 3);
    const b = this.#buffer;
    let at = this.#length;
    if (length <= 32) {
      let i = 0;
      for (; i < length; i++) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) break;
        b[at++] = code;
      }
      if (i === length) {
        this.#length = at;
        return this;
      }
    }
    this.#length += encoder.encodeInto(value, b.subarray(this.#length)).written;
    return this;
  }

  /** A varint byte length, then UTF-8 text. */
  string(value: string): this {
    let ascii = value.length <= 32;
    for (let i = 0; ascii && i < value.length; i++) ascii = value.charCodeAt(i) <= 0x7f;
    if (ascii) return this.varint(value.length).text(value);
    return this.lengthPrefixed(encoder.encode(value));
  }

  zeros(count: number): this {
    this.#reserve(count);
    this.#buffer.fill(0, this.#length, this.#length + count);
    this.#length += count;
    return this;
  }

  /** Overwrites 4 bytes written earlier, for lengths and checksums known only at the end. */
  setU32(at: number, value: number): void {
    assert(at >= 0 && at + 4 <= this.#length, 'setU32 within length');
    this.#put32(at, value);
  }

  setU8(at: number, value: number): void {
    assert(at >= 0 && at < this.#length, 'setU8 within length');
    this.#buffer[at] = value;
  }

  #put32(at: number, value: number): void {
    const b = this.#buffer;
    b[at] = value;
    b[at + 1] = value >>> 8;
    b[at + 2] = value >>> 16;
    b[at + 3] = value >>> 24;
  }

  #put32Be(at: number, value: number): void {
    const b = this.#buffer;
    b[at] = value >>> 24;
    b[at + 1] = value >>> 16;
    b[at + 2] = value >>> 8;
    b[at + 3] = value;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    let capacity = this.#buffer.length * 2;
    while (capacity < needed) capacity *= 2;
    const grown = new Uint8Array(capacity);
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
