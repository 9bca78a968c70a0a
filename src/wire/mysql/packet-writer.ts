/**
 * Builds answer packets one behind the other in one buffer, so that a response leaves in one write.
 *
 * `begin` leaves room for the header, `end` fills it in (and splits payloads of 16 MB and more). The buffer grows by
 * doubling and is kept for the next response while the sink says that it has copied the bytes out.
 *
 * Invariant: between `begin` and `end` only `#at` moves; `flush` is legal only outside a packet.
 */
import { utf8EncodeInto } from '../../env/index.ts';
import { MAX_SAFE_DIGITS, writeSafeInteger } from './digits.ts';
import { PACKET_PAYLOAD_MAX } from './protocol.ts';

const INITIAL_BYTES = 8 * 1024;
/** A buffer that grew beyond this is not kept for the next response. */
const KEPT_BYTES_MAX = 256 * 1024;
const HEADER_BYTES = 4;
/** Below this many characters a loop over the string beats a native call. */
const SHORT_TEXT = 24;
const TWO32 = 0x1_0000_0000;

/** Takes the bytes; true = they are copied out, the buffer may be reused at once. */
export type PacketSink = (bytes: Buffer) => boolean;

export class PacketWriter {
  /** Sequence id of the next packet. */
  sequence = 0;
  #buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #at = 0;
  #start = 0;
  #sink: PacketSink;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  /** Bytes waiting for `flush`. */
  get pending(): number {
    return this.#at;
  }

  begin(): void {
    this.#reserve(HEADER_BYTES);
    this.#start = this.#at;
    this.#at += HEADER_BYTES;
  }

  end(): void {
    const length = this.#at - this.#start - HEADER_BYTES;
    if (length >= PACKET_PAYLOAD_MAX) this.#split(length);
    else this.#header(this.#start, length);
  }

  /** Forgets the packet begun last. */
  abandon(): void {
    this.#at = this.#start;
  }

  flush(): void {
    if (this.#at === 0) return;
    const buffer = this.#buffer;
    const reusable = this.#sink(this.#at === buffer.length ? buffer : buffer.subarray(0, this.#at));
    this.#at = 0;
    if (!reusable || buffer.length > KEPT_BYTES_MAX) this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  /** A run of whole packets encoded elsewhere whose sequence ids start at 0; they are renumbered. */
  packets(encoded: Uint8Array, count: number): void {
    this.#reserve(encoded.length);
    const buffer = this.#buffer;
    let at = this.#at;
    buffer.set(encoded, at);
    this.#at = at + encoded.length;
    for (let i = 0; i < count; i++) {
      buffer[at + 3] = this.sequence;
      this.sequence = (this.sequence + 1) & 0xff;
      at +=
        HEADER_BYTES +
        ((buffer[at] as number) | ((buffer[at + 1] as number) << 8) | ((buffer[at + 2] as number) << 16));
    }
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#at++] = value;
  }

  u16(value: number): void {
    this.#reserve(2);
    const buffer = this.#buffer;
    buffer[this.#at++] = value;
    buffer[this.#at++] = value >>> 8;
  }

  u32(value: number): void {
    this.#reserve(4);
    const buffer = this.#buffer;
    buffer[this.#at++] = value;
    buffer[this.#at++] = value >>> 8;
    buffer[this.#at++] = value >>> 16;
    buffer[this.#at++] = value >>> 24;
  }

  /** Two's complement, any integer of 64 bits. */
  i64(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) {
      this.u32(value);
      this.u32(Math.floor(value / TWO32));
      return;
    }
    this.#reserve(8);
    this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.#at);
    this.#at += 8;
  }

  f32(value: number): void {
    this.#reserve(4);
    this.#at = this.#buffer.writeFloatLE(value, this.#at);
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  zeros(count: number): void {
    this.#reserve(count);
    // Counts are small (reserved bytes, NULL bitmaps): a loop beats the checks of `fill`.
    const end = this.#at + count;
    for (let at = this.#at; at < end; at++) this.#buffer[at] = 0;
    this.#at = end;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  /** Length-encoded integer. */
  lenenc(value: number | bigint): void {
    if (value < 251) this.u8(Number(value));
    else if (value < 0x10000) {
      this.u8(0xfc);
      this.u16(Number(value));
    } else if (value < 0x1000000) {
      this.u8(0xfd);
      this.u16(Number(value) & 0xffff);
      this.u8(Number(value) >>> 16);
    } else {
      this.u8(0xfe);
      this.i64(value);
    }
  }

  lenencBytes(value: Uint8Array): void {
    this.lenenc(value.length);
    this.bytes(value);
  }

  /** UTF-8 behind its length. */
  lenencText(text: string): void {
    const characters = text.length;
    if (characters > SHORT_TEXT) return this.#longText(text);
    this.#reserve(1 + characters);
    const buffer = this.#buffer;
    let at = this.#at + 1;
    for (let i = 0; i < characters; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.#longText(text);
      buffer[at++] = code;
    }
    buffer[this.#at] = characters;
    this.#at = at;
  }

  /** UTF-8 to the end of the packet. */
  text(value: string): void {
    this.#reserve(value.length * 3);
    this.#at += this.#buffer.write(value, this.#at);
  }

  nulText(value: string): void {
    this.text(value);
    this.u8(0);
  }

  /** An integer as length-encoded decimal text. */
  lenencInteger(value: number | bigint): void {
    if (typeof value === 'bigint') return this.lenencText(value.toString());
    this.#reserve(1 + MAX_SAFE_DIGITS);
    const start = this.#at + 1;
    const end = writeSafeInteger(this.#buffer, start, value);
    this.#buffer[this.#at] = end - start;
    this.#at = end;
  }

  /** Room inside the packet that is filled in later by `patch`. */
  hole(count: number): number {
    const at = this.#at;
    this.zeros(count);
    return at - this.#start;
  }

  /** ORs bits into a byte of the current packet, at an offset that `hole` gave. */
  setBits(offset: number, bits: number): void {
    const at = this.#start + offset;
    this.#buffer[at] = (this.#buffer[at] as number) | bits;
  }

  #longText(text: string): void {
    const characters = text.length;
    // One length byte is enough whatever the encoding: write first, count afterwards.
    if (characters * 3 < 251) {
      this.#reserve(1 + characters * 3);
      const written = utf8EncodeInto(text, this.#buffer, this.#at + 1);
      this.#buffer[this.#at] = written;
      this.#at += 1 + written;
      return;
    }
    const length = Buffer.byteLength(text);
    this.lenenc(length);
    this.#reserve(length);
    this.#at += utf8EncodeInto(text, this.#buffer, this.#at);
  }

  #header(at: number, length: number): void {
    const buffer = this.#buffer;
    buffer[at] = length;
    buffer[at + 1] = length >>> 8;
    buffer[at + 2] = length >>> 16;
    buffer[at + 3] = this.sequence;
    this.sequence = (this.sequence + 1) & 0xff;
  }

  /** Moves the tail pieces of an oversized payload apart, last first, and writes a header before each. */
  #split(length: number): void {
    const extra = Math.floor(length / PACKET_PAYLOAD_MAX);
    this.#reserve(extra * HEADER_BYTES);
    const payload = this.#start + HEADER_BYTES;
    for (let i = extra; i > 0; i--) {
      const from = payload + i * PACKET_PAYLOAD_MAX;
      const to = from + i * HEADER_BYTES;
      this.#buffer.copyWithin(to, from, payload + Math.min(length, (i + 1) * PACKET_PAYLOAD_MAX));
    }
    for (let i = 0; i <= extra; i++) {
      const at = this.#start + i * (PACKET_PAYLOAD_MAX + HEADER_BYTES);
      this.#header(at, Math.min(PACKET_PAYLOAD_MAX, length - i * PACKET_PAYLOAD_MAX));
    }
    this.#at += extra * HEADER_BYTES;
  }

  #reserve(count: number): void {
    const need = this.#at + count;
    if (need <= this.#buffer.length) return;
    let size = this.#buffer.length * 2;
    while (size < need) size *= 2;
    const grown = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}
