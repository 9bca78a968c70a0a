/**
 * A reusable buffer in which keys are put together. Fields are public because every key of every statement passes here.
 *
 * Escaped text: 0x00 becomes 0x00 0xff, and 0x00 0x01 ends it; so a prefix sorts first and no key is a prefix of another.
 */
import type { Bytes } from '../base/index.ts';

export const ESCAPE = 0x00;
export const ESCAPED_ZERO = 0xff;
export const TERMINATOR = 0x01;

export class KeyWriter {
  bytes: Bytes = new Uint8Array(256);
  length = 0;

  reset(): void {
    this.length = 0;
  }

  /** A copy that the caller owns. */
  finish(): Bytes {
    return this.bytes.slice(0, this.length);
  }

  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  raw(source: Bytes): void {
    this.range(source, 0, source.length);
  }

  range(source: Bytes, start: number, end: number): void {
    const length = end - start;
    this.reserve(length);
    const { bytes } = this;
    let at = this.length;
    for (let i = start; i < end; i++) bytes[at++] = source[i] as number;
    this.length = at;
  }

  /** The low `width` bytes (at most 6) of a non-negative safe integer, most significant first. */
  unsigned(value: number, width: number): void {
    this.reserve(width);
    let rest = value;
    for (let i = this.length + width - 1; i >= this.length; i--) {
      this.bytes[i] = rest;
      rest = Math.floor(rest / 256);
    }
    this.length += width;
  }

  u32(value: number): void {
    this.reserve(4);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = value >>> 24;
    bytes[at++] = value >>> 16;
    bytes[at++] = value >>> 8;
    bytes[at++] = value;
    this.length = at;
  }

  /** A non-negative integer of `width` bytes, most significant first. */
  unsignedBig(value: bigint, width: number): void {
    this.reserve(width);
    let rest = value;
    for (let i = this.length + width - 1; i >= this.length; i--) {
      this.bytes[i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    this.length += width;
  }

  escaped(source: Bytes, start = 0, end: number = source.length): void {
    this.reserve((end - start) * 2 + 2);
    const { bytes } = this;
    let at = this.length;
    for (let i = start; i < end; i++) {
      const byte = source[i] as number;
      bytes[at++] = byte;
      if (byte === ESCAPE) bytes[at++] = ESCAPED_ZERO;
    }
    bytes[at++] = ESCAPE;
    bytes[at++] = TERMINATOR;
    this.length = at;
  }

  /** Turns ascending into descending: complements everything from `start`. */
  complementFrom(start: number): void {
    for (let i = start; i < this.length; i++) this.bytes[i] = ~(this.bytes[i] as number);
  }
}
