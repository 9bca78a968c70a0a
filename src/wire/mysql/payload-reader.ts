/**
 * Reads the fields of a client's packet. Every read checks its bounds and raises 1835 (malformed packet), so that no
 * length from the network becomes an undefined or a wild view.
 */
import { sqlError } from '../../base/index.ts';

const TWO32 = 0x1_0000_0000;

export class PayloadReader {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  skip(count: number): void {
    this.#take(count);
  }

  u8(): number {
    return this.bytes[this.#take(1)] as number;
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.#take(4));
  }

  i8(): number {
    return this.bytes.readInt8(this.#take(1));
  }

  i16(): number {
    return this.bytes.readInt16LE(this.#take(2));
  }

  i32(): number {
    return this.bytes.readInt32LE(this.#take(4));
  }

  /** A number while safe, a bigint beyond. */
  u64(): number | bigint {
    const at = this.#take(8);
    const high = this.bytes.readUInt32LE(at + 4);
    if (high < 0x200000) return high * TWO32 + this.bytes.readUInt32LE(at);
    return this.bytes.readBigUInt64LE(at);
  }

  i64(): number | bigint {
    const at = this.#take(8);
    const high = this.bytes.readInt32LE(at + 4);
    if (high < 0x200000 && high >= -0x200000) {
      const value = high * TWO32 + this.bytes.readUInt32LE(at);
      if (Number.isSafeInteger(value)) return value;
    }
    return this.bytes.readBigInt64LE(at);
  }

  f32(): number {
    return this.bytes.readFloatLE(this.#take(4));
  }

  f64(): number {
    return this.bytes.readDoubleLE(this.#take(8));
  }

  /** Length-encoded integer, as a safe number. */
  lenenc(): number {
    const first = this.u8();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.u16();
    if (first === 0xfd) return this.u16() | (this.u8() << 16);
    if (first !== 0xfe) throw malformed();
    const value = this.u64();
    if (typeof value === 'bigint') throw malformed();
    return value;
  }

  /** A view that shares memory with the packet. */
  take(count: number): Buffer {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  lenencBytes(): Buffer {
    return this.take(this.lenenc());
  }

  lenencText(): string {
    const length = this.lenenc();
    const at = this.#take(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  rest(): Buffer {
    return this.take(this.remaining);
  }

  /** Up to a NUL, which is consumed; a missing NUL is malformed. */
  nulBytes(): Buffer {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw malformed();
    const bytes = this.bytes.subarray(this.at, end);
    this.at = end + 1;
    return bytes;
  }

  nulText(): string {
    return this.nulBytes().toString('utf8');
  }

  /** Like `nulText`, but the end of the packet ends it too, as old clients send. */
  nulOrEndText(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end >= 0) return this.nulText();
    return this.rest().toString('utf8');
  }

  #take(count: number): number {
    const at = this.at;
    if (count > this.bytes.length - at) throw malformed();
    this.at = at + count;
    return at;
  }
}

export function malformed(): Error {
  return sqlError('ER_MALFORMED_PACKET');
}
