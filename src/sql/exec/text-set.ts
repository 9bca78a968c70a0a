/**
 * The distinct texts of a column, in first-come order of asking.
 *
 * A Set hashes every character of a text, which for a hundred rows costs more than all else that DISTINCT does. So the first
 * texts are told apart by their rank (the first few characters) in a small table; texts that begin alike, have no
 * rank, or are too many move everything into a Set of hash keys.
 */
import type { Collation } from '../types/index.ts';

const TEXTS_MAX = 256;
const PLACES = 512;
/** Steps to find a place, over all texts so far: more, and the texts begin too much alike. */
const STEPS_PER_TEXT_MAX = 4;
const STEPS_FREE = 16;
const TWO32 = 0x1_0000_0000;

export class TextSet {
  readonly #collation: Collation;
  /** 1 + index into `#texts`, 0 = free. */
  readonly #places = new Uint16Array(PLACES);
  readonly #ranks: number[] = [];
  #texts: string[] = [];
  #steps = 0;
  #keys: Set<string> | undefined;

  constructor(collation: Collation) {
    this.#collation = collation;
  }

  /** False when an equal text is there already. */
  add(text: string): boolean {
    const keys = this.#keys;
    if (keys !== undefined) return addKey(keys, this.#collation.hashKey(text));
    const rank = this.#collation.rank(text);
    if (Number.isNaN(rank) || this.#texts.length >= TEXTS_MAX) return this.#addHashed(text);
    let place = placeOf(rank);
    for (let found = this.#places[place]!; found !== 0; found = this.#places[place]!) {
      if (this.#ranks[found - 1] === rank && this.#collation.equals(this.#texts[found - 1]!, text)) return false;
      if (++this.#steps > STEPS_FREE + STEPS_PER_TEXT_MAX * this.#texts.length) return this.#addHashed(text);
      place = (place + 1) & (PLACES - 1);
    }
    this.#texts.push(text);
    this.#ranks.push(rank);
    this.#places[place] = this.#texts.length;
    return true;
  }

  #addHashed(text: string): boolean {
    const keys = new Set<string>();
    for (const known of this.#texts) keys.add(this.#collation.hashKey(known));
    this.#texts = [];
    this.#keys = keys;
    return addKey(keys, this.#collation.hashKey(text));
  }
}

function addKey(keys: Set<string>, key: string): boolean {
  const size = keys.size;
  return keys.add(key).size > size;
}

function placeOf(rank: number): number {
  const high = Math.floor(rank / TWO32);
  return Math.imul((rank - high * TWO32) ^ high, 0x9e3779b1) >>> 23;
}
