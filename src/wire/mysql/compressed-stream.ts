/**
 * The compressed protocol (zlib): frames around runs of ordinary packets.
 *
 *   3 bytes compressed length | 1 byte sequence id | 3 bytes length before compression, 0 = stored | bytes
 *
 * Frame borders say nothing about packet borders. Input is inflated to the announced length and not a byte more.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { sqlError } from '../../base/index.ts';
import type { PacketReader } from './packet-reader.ts';

const HEADER_BYTES = 7;
/** Shorter runs are sent as they are. */
const COMPRESS_BYTES_MIN = 50;
const FRAME_BYTES_MAX = 0xffffff;
const LEVEL = 3;

export class CompressedStream {
  readonly #bytesMax: number;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #sequence = 0;
  #lastReceived = -1;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The answer's frames are numbered on from the request's. */
  startResponse(): void {
    this.#sequence = this.#lastReceived + 1;
  }

  receive(chunk: Buffer, reader: PacketReader): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    while (this.#buffered >= HEADER_BYTES) {
      if ((this.#chunks[0] as Buffer).length < HEADER_BYTES) this.#join();
      const frameBytes = HEADER_BYTES + (this.#chunks[0] as Buffer).readUIntLE(0, 3);
      if (this.#buffered < frameBytes) return;
      if ((this.#chunks[0] as Buffer).length < frameBytes) this.#join();
      const bytes = this.#chunks[0] as Buffer;
      this.#lastReceived = bytes[3] as number;
      this.#sequence = this.#lastReceived + 1;
      reader.push(inflate(bytes.subarray(HEADER_BYTES, frameBytes), bytes.readUIntLE(4, 3)));
      if (reader.buffered > this.#bytesMax + FRAME_BYTES_MAX) throw sqlError('ER_NET_PACKET_TOO_LARGE');
      this.#buffered -= frameBytes;
      if (bytes.length === frameBytes) this.#chunks.shift();
      else this.#chunks[0] = bytes.subarray(frameBytes);
    }
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)];
  }

  wrap(packets: Buffer): Buffer {
    const frames: Buffer[] = [];
    for (let at = 0; at < packets.length; at += FRAME_BYTES_MAX) {
      const part = packets.subarray(at, at + FRAME_BYTES_MAX);
      const packed = part.length < COMPRESS_BYTES_MIN ? part : deflateSync(part, { level: LEVEL });
      const smaller = packed.length < part.length;
      const body = smaller ? packed : Buffer.from(part);
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUIntLE(body.length, 0, 3);
      header[3] = this.#sequence++ & 0xff;
      header.writeUIntLE(smaller ? part.length : 0, 4, 3);
      frames.push(header, body);
    }
    return Buffer.concat(frames);
  }
}

function inflate(body: Buffer, length: number): Buffer {
  if (length === 0) return body;
  try {
    const plain = inflateSync(body, { maxOutputLength: length });
    if (plain.length === length) return plain;
  } catch {
    // Falls through: damaged and oversized input are the same to the client.
  }
  throw sqlError('ER_NET_UNCOMPRESS_ERROR');
}
