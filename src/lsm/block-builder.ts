/** Collects ascending entries and encodes them as one block (the layout is in block.ts). Reused from block to block. */
import { BytesWriter } from '../base/index.ts';
import { BLOCK_HAS_DELETIONS, BLOCK_HAS_REPEATS, BLOCK_ONE_TIMESTAMP } from './block.ts';
import type { Timestamp } from './timestamp.ts';

const ENTRIES_FIRST = 512;
/** What an entry's lengths take in the worst usual case; counted so that many tiny entries also fill a block. */
const ENTRY_OVERHEAD_BYTES = 4;

export class BlockBuilder {
  readonly #keys = new BytesWriter(4096);
  readonly #values = new BytesWriter(16 * 1024);
  readonly #out = new BytesWriter(20 * 1024);
  #keyLengths = new Int32Array(ENTRIES_FIRST);
  #valueLengths = new Int32Array(ENTRIES_FIRST);
  #timestamps = new Float64Array(ENTRIES_FIRST);
  #count = 0;
  #flags = 0;
  #minTimestamp: Timestamp = 0;
  #maxTimestamp: Timestamp = 0;

  get count(): number {
    return this.#count;
  }

  get rawBytes(): number {
    return this.#keys.length + this.#values.length + this.#count * ENTRY_OVERHEAD_BYTES;
  }

  /** Starts an entry with a key of its own; `addValue` or `addDeletion` must follow. */
  addKey(buffer: Uint8Array, start: number, end: number): void {
    this.#reserve();
    this.#keyLengths[this.#count] = end - start + 1;
    this.#keys.range(buffer, start, end);
  }

  /** Starts an older version of the key before. Not for the first entry of a block. */
  repeatKey(): void {
    this.#reserve();
    this.#keyLengths[this.#count] = 0;
    this.#flags |= BLOCK_HAS_REPEATS;
  }

  addValue(buffer: Uint8Array, start: number, end: number, timestamp: Timestamp): void {
    this.#valueLengths[this.#count] = end - start + 1;
    this.#values.range(buffer, start, end);
    this.#finishEntry(timestamp);
  }

  addDeletion(timestamp: Timestamp): void {
    this.#valueLengths[this.#count] = 0;
    this.#flags |= BLOCK_HAS_DELETIONS;
    this.#finishEntry(timestamp);
  }

  /** The encoded payload (a view, valid until the next finish), and a clean builder. */
  finish(): Uint8Array {
    const out = this.#out;
    const count = this.#count;
    const one = this.#minTimestamp === this.#maxTimestamp;
    out.reset();
    out
      .u32(count)
      .u8(this.#flags | (one ? BLOCK_ONE_TIMESTAMP : 0))
      .varint(this.#minTimestamp);
    if (!one) for (let i = 0; i < count; i++) out.varint((this.#timestamps[i] as number) - this.#minTimestamp);
    for (let i = 0; i < count; i++) out.varint(this.#keyLengths[i] as number);
    for (let i = 0; i < count; i++) out.varint(this.#valueLengths[i] as number);
    out.bytes(this.#keys.view()).bytes(this.#values.view());
    this.#keys.reset();
    this.#values.reset();
    this.#count = 0;
    this.#flags = 0;
    return out.view();
  }

  #finishEntry(timestamp: Timestamp): void {
    const i = this.#count++;
    this.#timestamps[i] = timestamp;
    if (i === 0 || timestamp < this.#minTimestamp) this.#minTimestamp = timestamp;
    if (i === 0 || timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
  }

  #reserve(): void {
    if (this.#count < this.#keyLengths.length) return;
    const capacity = this.#keyLengths.length * 2;
    this.#keyLengths = grown(this.#keyLengths, new Int32Array(capacity));
    this.#valueLengths = grown(this.#valueLengths, new Int32Array(capacity));
    this.#timestamps = grown(this.#timestamps, new Float64Array(capacity));
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
