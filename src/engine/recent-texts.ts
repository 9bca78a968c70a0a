/**
 * Short texts of a column that were read lately, so that columns of few values (a flag, a status, a country) give the same string again
 * instead of a new one: no call into the runtime, nothing for the garbage collector, and comparisons that end at the pointer.
 *
 * A column whose texts do not come again is noticed by its misses, and left alone for a while.
 */
import type { Bytes } from '../base/index.ts';
import { latin1Decode } from '../env/index.ts';

const LENGTH_MAX = 32;
const SLOTS = 256;
const MISSES_MAX = 128;
const REST_READS = 16_384;

export class RecentTexts {
  #texts: (string | undefined)[] = [];
  #hits = 0;
  #misses = 0;
  #rest = 0;

  /** The bytes are ASCII. */
  read(bytes: Bytes, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (this.#rest > 0 || length > LENGTH_MAX) {
      this.#rest--;
      return latin1Decode(bytes, start, end);
    }
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 8)) & (SLOTS - 1);
    const known = this.#texts[slot];
    if (known !== undefined && known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[start + i]) i++;
      if (i === length) {
        this.#hits++;
        return known;
      }
    }
    return this.#miss(slot, latin1Decode(bytes, start, end));
  }

  #miss(slot: number, text: string): string {
    if (this.#texts.length === 0) this.#texts = new Array<string | undefined>(SLOTS).fill(undefined);
    this.#texts[slot] = text;
    if (++this.#misses >= MISSES_MAX) {
      if (this.#hits < this.#misses * 2) this.#rest = REST_READS;
      this.#hits = 0;
      this.#misses = 0;
    }
    return text;
  }
}
