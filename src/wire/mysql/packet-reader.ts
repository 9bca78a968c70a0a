/**
 * Cuts a byte stream into protocol packets.
 *
 *   3 bytes length (little-endian) | 1 byte sequence id | payload
 *
 * A payload of 0xffffff bytes goes on in the next packet. Payloads are views of the received chunk when they lie in one,
 * so a small packet costs no copy; several chunks are joined once, when the last byte is there.
 *
 * Invariants: sequence ids count up from what `expectSequence` set, else 1156; no more than `maxBytes` of payload and
 * one header are ever held for one packet, else 1153. Both errors are final: the stream cannot be trusted afterwards.
 */
import { sqlError } from '../../base/index.ts';
import { PACKET_PAYLOAD_MAX } from './protocol.ts';

const HEADER_BYTES = 4;

export class PacketReader {
  /** Largest payload accepted; before authentication it is small. */
  maxBytes: number;
  #chunks: Buffer[] = [];
  #at = 0; // in the first chunk
  #buffered = 0;
  #parts: Buffer[] = [];
  #partBytes = 0;
  #sequence = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Bytes received and not yet handed out. */
  get buffered(): number {
    return this.#buffered;
  }

  /** True in the middle of a packet: the rest of it must come. */
  get partial(): boolean {
    return this.#buffered > 0 || this.#partBytes > 0;
  }

  /** The sequence id the next packet must have; answers go on from there. */
  get sequence(): number {
    return this.#sequence;
  }

  expectSequence(sequence: number): void {
    this.#sequence = sequence & 0xff;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /** A copy of the payload when the first `count` bytes are one whole packet and nothing waits before it; else undefined. */
  takeWhole(bytes: Buffer, count: number): Buffer | undefined {
    if (this.#buffered > 0 || this.#partBytes > 0 || count < HEADER_BYTES) return undefined;
    const length = (bytes[0] as number) | ((bytes[1] as number) << 8) | ((bytes[2] as number) << 16);
    // What breaks a rule goes the long way, where it is answered.
    if (length + HEADER_BYTES !== count || length > this.maxBytes || bytes[3] !== this.#sequence) return undefined;
    this.#sequence = (this.#sequence + 1) & 0xff;
    const payload = Buffer.allocUnsafe(length);
    bytes.copy(payload, 0, HEADER_BYTES, count);
    return payload;
  }

  /** Everything received and not handed out, for another reader (TLS, compression). */
  takeRest(): Buffer {
    const rest = this.#take(this.#buffered);
    return rest;
  }

  /** The next whole payload, or undefined until more bytes come. */
  next(): Buffer | undefined {
    for (;;) {
      if (this.#buffered < HEADER_BYTES) return undefined;
      const first = this.#chunks[0] as Buffer;
      if (first.length - this.#at < HEADER_BYTES) this.#join(HEADER_BYTES);
      const chunk = this.#chunks[0] as Buffer;
      const at = this.#at;
      const length = (chunk[at] as number) | ((chunk[at + 1] as number) << 8) | ((chunk[at + 2] as number) << 16);
      if (chunk[at + 3] !== this.#sequence) throw sqlError('ER_NET_PACKETS_OUT_OF_ORDER');
      if (this.#partBytes + length > this.maxBytes) throw sqlError('ER_NET_PACKET_TOO_LARGE');
      if (this.#buffered < HEADER_BYTES + length) return undefined;
      this.#sequence = (this.#sequence + 1) & 0xff;
      this.#skip(HEADER_BYTES);
      const payload = this.#take(length);
      if (length < PACKET_PAYLOAD_MAX && this.#partBytes === 0) return payload;
      this.#parts.push(payload);
      this.#partBytes += length;
      if (length < PACKET_PAYLOAD_MAX) return this.#assemble();
    }
  }

  #assemble(): Buffer {
    const whole = Buffer.concat(this.#parts, this.#partBytes);
    this.#parts = [];
    this.#partBytes = 0;
    return whole;
  }

  #skip(count: number): void {
    this.#at += count;
    this.#buffered -= count;
    if (this.#at === (this.#chunks[0] as Buffer).length) {
      this.#chunks.shift();
      this.#at = 0;
    }
  }

  #take(count: number): Buffer {
    if (count === 0) return EMPTY;
    const first = this.#chunks[0] as Buffer;
    if (first.length - this.#at < count) this.#join(count);
    const chunk = this.#chunks[0] as Buffer;
    const payload = chunk.subarray(this.#at, this.#at + count);
    this.#skip(count);
    return payload;
  }

  /** Joins leading chunks until the first holds `count` bytes; called only when that many are there. */
  #join(count: number): void {
    let have = -this.#at;
    let used = 0;
    while (have < count) have += (this.#chunks[used++] as Buffer).length;
    const joined = Buffer.concat(this.#chunks.slice(0, used)).subarray(this.#at);
    this.#chunks.splice(0, used, joined);
    this.#at = 0;
  }
}

const EMPTY = Buffer.alloc(0);
