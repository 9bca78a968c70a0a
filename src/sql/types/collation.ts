/**
 * Collations: how strings of a character set compare, sort and hash.
 *
 * `compare`, `sortKey`, `hashKey` and `equalChars` of one collation always agree: `sortKey` bytes order as `compare`
 * does, `hashKey` strings are identical exactly when `compare` is 0. ASCII is compared without allocation.
 *
 * PAD SPACE collations compare a string as if spaces without end followed it: trailing spaces do not count, and a string is
 * after one that goes on with a control character. `pad-space.ts` says how a key of finite length keeps that order.
 *
 * Own weights: utf8mb4 0900 (ai_ci, as_ci, as_cs), unicode_ci, unicode_520_ci, general_ci, bin, 0900_bin, and all
 * collations of single-byte charsets. Language-specific collations and those of East Asian charsets borrow the nearest
 * of these (see `weightsFor`).
 */
import { sqlError } from '../../base/index.ts';
import { charsetUnits, getCharset } from './charset.ts';
import { COLLATION_LIST } from './collation-list.data.ts';
import { COLLATION_WEIGHTS } from './collation-weights.data.ts';
import { comparePadded, orderPadded } from './pad-space.ts';
import { SINGLE_BYTE_WEIGHTS } from './single-byte.data.ts';
import { LevelWeights, PackedWeights, SingleByteWeights, type WeightTable } from './weight-table.ts';

interface CollationFacts {
  readonly name: string;
  readonly id: number;
  readonly charset: string;
  /** Bytes that one character takes at most. */
  readonly maxBytes: number;
  readonly isDefault: boolean;
  readonly sortLength: number;
  readonly padSpace: boolean;
}

export interface Collation extends CollationFacts {
  /** Compares code points (or bytes), not weights. */
  readonly isBinary: boolean;
  /** Printable ASCII characters are equal exactly when their lower case is. */
  readonly foldsAscii: boolean;
  compare(a: string, b: string): number;
  /** `compare(a, b) === 0`, but quicker to say no. */
  equals(a: string, b: string): boolean;
  /** Bytes whose order (memcmp, shorter first) is the order of the strings. */
  sortKey(text: string): Uint8Array;
  /** A string that is the same for all strings equal under this collation. */
  hashKey(text: string): string;
  /**
   * A number for the start of a text: `rank(a) < rank(b)` means that a is before b, equal ranks say nothing. NaN = no such
   * number (characters beyond ASCII, or without a weight).
   */
  rank(text: string): number;
  /** Whether two code points match in LIKE. */
  equalChars(a: number, b: number): boolean;
  /** Primary weights of a text, for WEIGHT_STRING and for searching. */
  weights(text: string): number[];
}

/** So many characters of seven bits and an end mark each fit into a double. */
const RANKED_CHARS = 7;
const RANK_BASE = 129;

/**
 * `ranks`: 1 … 128 by ASCII code, 0 where there is none; `end` stands for each character behind the end, and what is below it
 * has no rank: a text that ends is then before all that go on.
 */
function rankOf(text: string, ranks: Uint8Array, end: number): number {
  const length = text.length < RANKED_CHARS ? text.length : RANKED_CHARS;
  let rank = 0;
  let i = 0;
  for (; i < length; i++) {
    const code = text.charCodeAt(i);
    const own = code < 128 ? ranks[code]! : 0;
    if (own === 0 || own < end) return Number.NaN;
    rank = rank * RANK_BASE + own;
  }
  for (; i < RANKED_CHARS; i++) rank = rank * RANK_BASE + end;
  return rank;
}

const CODE_RANKS = Uint8Array.from({ length: 128 }, (_, code) => code + 1);

/** Equal weights have equal ranks; a character without a weight has none. */
function weightRanks(ascii: Uint16Array): Uint8Array {
  const weights = [...new Set(ascii.subarray(0, 128))].filter((weight) => weight !== 0).sort((a, b) => a - b);
  return Uint8Array.from({ length: 128 }, (_, code) => weights.indexOf(ascii[code]!) + 1);
}

function trimEndSpaces(text: string): string {
  let end = text.length;
  if (end === 0 || text.charCodeAt(end - 1) !== 32) return text;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return text.slice(0, end);
}

/** Code unit rank that puts surrogate pairs after U+E000..U+FFFF, so that comparing units compares code points. */
function unitRank(unit: number): number {
  return unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Compares by code point, which is also the order of the UTF-8 bytes. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x < 0xd800 && y < 0xd800 ? x - y : unitRank(x) - unitRank(y);
  }
  return a.length - b.length;
}

class BinaryCollation implements Collation {
  readonly name: string;
  readonly id: number;
  readonly charset: string;
  /** Bytes that one character takes at most. */
  readonly maxBytes: number;
  readonly isDefault: boolean;
  readonly sortLength: number;
  readonly padSpace: boolean;
  readonly isBinary = true;
  readonly foldsAscii = false;

  constructor(facts: CollationFacts) {
    this.name = facts.name;
    this.id = facts.id;
    this.charset = facts.charset;
    this.maxBytes = facts.maxBytes;
    this.isDefault = facts.isDefault;
    this.sortLength = facts.sortLength;
    this.padSpace = facts.padSpace;
  }

  compare(a: string, b: string): number {
    if (a === b) return 0;
    if (!this.padSpace) return compareCodePoints(a, b);
    const [x, y] = [trimEndSpaces(a), trimEndSpaces(b)];
    if (x.length === y.length) return compareCodePoints(x, y);
    return x.length < y.length ? compareCodePoints(x.padEnd(y.length), y) : compareCodePoints(x, y.padEnd(x.length));
  }

  equals(a: string, b: string): boolean {
    return a === b || (this.padSpace && trimEndSpaces(a) === trimEndSpaces(b));
  }

  sortKey(text: string): Uint8Array {
    if (!this.padSpace) return charsetUnits.encodeUtf8(text);
    const bytes = charsetUnits.encodeUtf8(`${trimEndSpaces(text)} `);
    return BELOW_SPACE.test(text) ? Uint8Array.from(orderPadded(Array.from(bytes), 32)) : bytes;
  }

  hashKey(text: string): string {
    return this.padSpace ? trimEndSpaces(text) : text;
  }

  rank(text: string): number {
    return rankOf(text, CODE_RANKS, this.padSpace ? CODE_RANKS[32]! : 0);
  }

  equalChars(a: number, b: number): boolean {
    return a === b;
  }

  weights(text: string): number[] {
    return Array.from(text, (c) => c.codePointAt(0)!);
  }
}

const BELOW_SPACE = /[\0-\x1f]/;
/** Printable ASCII without upper case: such a string is its own hash key. */
const PLAIN_KEY = /^[\x20-\x40\x5b-\x7e]*$/;
const PRINTABLE = /^[\x20-\x7e]*$/;

class WeightCollation implements Collation {
  readonly name: string;
  readonly id: number;
  readonly charset: string;
  /** Bytes that one character takes at most. */
  readonly maxBytes: number;
  readonly isDefault: boolean;
  readonly sortLength: number;
  readonly padSpace: boolean;
  readonly isBinary = false;
  readonly #table: WeightTable;
  readonly #ascii: Uint16Array;
  readonly #ranks: Uint8Array;
  readonly #levels: LevelWeights | undefined;
  readonly #levelCount: number;
  readonly foldsAscii: boolean;
  readonly #keyChars: Map<number, string> = new Map();

  constructor(facts: CollationFacts, table: WeightTable, levels?: LevelWeights, levelCount = 1) {
    this.name = facts.name;
    this.id = facts.id;
    this.charset = facts.charset;
    this.maxBytes = facts.maxBytes;
    this.isDefault = facts.isDefault;
    this.sortLength = facts.sortLength;
    this.padSpace = facts.padSpace;
    this.#table = table;
    this.#ascii = table.ascii;
    this.#ranks = weightRanks(table.ascii);
    this.#levels = levels;
    this.#levelCount = levelCount;
    for (let code = 32; code < 127; code++) {
      const weight = this.#ascii[code]!;
      if (!this.#keyChars.has(weight)) this.#keyChars.set(weight, String.fromCharCode(code).toLowerCase());
    }
    this.foldsAscii = levelCount === 1 && this.#keyChars.size === 69;
  }

  compare(a: string, b: string): number {
    if (a === b) return 0;
    const ascii = this.#ascii;
    const length = a.length < b.length ? a.length : b.length;
    let i = 0;
    for (; i < length; i++) {
      const x = a.charCodeAt(i);
      const y = b.charCodeAt(i);
      if ((x | y) > 127) return this.#compareSlow(a, b);
      if (x === y) continue;
      const wx = ascii[x]!;
      const wy = ascii[y]!;
      if (wx === wy && wx !== 0) continue;
      if (wx === 0 || wy === 0) return this.#compareSlow(a, b);
      // A combining character could follow only as a separate, later weight: the first difference decides.
      return wx - wy;
    }
    if (this.#levelCount > 1) return this.#compareSlow(a, b);
    if (a.length === b.length) return 0;
    return this.#compareTail(a, b, length);
  }

  equals(a: string, b: string): boolean {
    if (a === b) return true;
    // Different last weights make different weight sequences; spaces and ignorable characters say nothing.
    const x = a.charCodeAt(a.length - 1);
    const y = b.charCodeAt(b.length - 1);
    if ((x | y) < 128 && x !== 32 && y !== 32) {
      const wx = this.#ascii[x]!;
      const wy = this.#ascii[y]!;
      if (wx !== wy && wx !== 0 && wy !== 0) return false;
    }
    return this.compare(a, b) === 0;
  }

  /** One string is a prefix of the other. */
  #compareTail(a: string, b: string, from: number): number {
    const longer = a.length > b.length ? a : b;
    const sign = a.length > b.length ? 1 : -1;
    for (let i = from; i < longer.length; i++) {
      const code = longer.charCodeAt(i);
      if (code > 127) return this.#compareSlow(a, b);
      if (code === 32 && this.padSpace) continue;
      if (this.#ascii[code] === 0 || this.padSpace) return this.#compareSlow(a, b);
      return sign;
    }
    return 0;
  }

  #compareSlow(a: string, b: string): number {
    const [x, y] = [this.weights(a), this.weights(b)];
    const order = this.padSpace ? comparePadded(x, y, this.#ascii[32]!) : compareLists(x, y);
    if (order !== 0 || this.#levels === undefined) return order;
    for (let level = 0; level < this.#levelCount - 1; level++) {
      const tie = compareLists(this.#levelWeights(a, level as 0 | 1), this.#levelWeights(b, level as 0 | 1));
      if (tie !== 0) return tie;
    }
    return 0;
  }

  /** Primary weights; for PAD SPACE without trailing spaces and with one space weight at the end. */
  weights(text: string): number[] {
    const out: number[] = [];
    const source = this.padSpace ? trimEndSpaces(text) : text;
    for (let i = 0; i < source.length; i++) {
      let code = source.charCodeAt(i);
      if (code < 128) {
        const weight = this.#ascii[code]!;
        if (weight !== 0 || !this.#table.ignoresZero) out.push(weight);
        continue;
      }
      if (code >= 0xd800 && code < 0xe000) {
        code = source.codePointAt(i)!;
        if (code > 0xffff) i++;
      }
      const entry = this.#table.entry(code);
      if (entry > 0) out.push(entry);
      else if (entry < 0) this.#table.expand(entry, code, out);
      else if (!this.#table.ignoresZero) out.push(0);
    }
    if (this.padSpace) {
      const space = this.#ascii[32]!;
      while (out.length > 0 && out.at(-1) === space) out.pop();
      out.push(space);
    }
    return out;
  }

  #levelWeights(text: string, level: 0 | 1): number[] {
    const out: number[] = [];
    const scratch: number[] = [];
    for (const char of text) {
      const code = char.codePointAt(0)!;
      const entry = this.#table.entry(code);
      scratch.length = 0;
      if (entry < 0) this.#table.expand(entry, code, scratch);
      this.#levels!.expand(code, level, entry > 0 ? 1 : scratch.length, out);
    }
    return out;
  }

  sortKey(text: string): Uint8Array {
    const weights = this.padSpace ? orderPadded(this.weights(text), this.#ascii[32]!) : this.weights(text);
    if (this.#levels !== undefined) {
      for (let level = 0; level < this.#levelCount - 1; level++) {
        weights.push(0);
        for (const weight of this.#levelWeights(text, level as 0 | 1)) weights.push(weight);
      }
    }
    const key = new Uint8Array(weights.length * 2);
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i]!;
      key[i * 2] = weight >> 8;
      key[i * 2 + 1] = weight & 255;
    }
    return key;
  }

  hashKey(text: string): string {
    if (this.foldsAscii) {
      // PLAIN_KEY is the part of PRINTABLE without capitals: most keys need one test.
      if (PLAIN_KEY.test(text)) return this.padSpace ? trimEndSpaces(text) : text;
      if (PRINTABLE.test(text)) return this.padSpace ? trimEndSpaces(text.toLowerCase()) : text.toLowerCase();
    }
    let key = '';
    const weights = this.weights(text);
    const end = this.padSpace ? weights.length - 1 : weights.length;
    for (let i = 0; i < end; i++) key += this.#keyChars.get(weights[i]!) ?? String.fromCharCode(weights[i]!);
    if (this.#levels !== undefined) {
      for (let level = 0; level < this.#levelCount - 1; level++) {
        key += `\0${String.fromCharCode(...this.#levelWeights(text, level as 0 | 1))}`;
      }
    }
    return key;
  }

  rank(text: string): number {
    return rankOf(text, this.#ranks, this.padSpace ? this.#ranks[32]! : 0);
  }

  equalChars(a: number, b: number): boolean {
    if (a === b) return true;
    if (this.#levelCount === 1) {
      const x = this.#table.entry(a);
      const y = this.#table.entry(b);
      if (x >= 0 && y >= 0) return x === y;
    }
    return this.#compareSlow(String.fromCodePoint(a), String.fromCodePoint(b)) === 0;
  }
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

const tables = new Map<string, WeightTable>();
function table(name: string, make: () => WeightTable): WeightTable {
  let found = tables.get(name);
  if (found === undefined) tables.set(name, (found = make()));
  return found;
}
const levels0900 = new LevelWeights(COLLATION_WEIGHTS.uca0900Levels);

/** Chooses the weights of a collation; where MySQL has special rules that Ebb lacks, the nearest general ones. */
function makeCollation(facts: CollationFacts): Collation {
  const { name, charset } = facts;
  if (name === 'binary' || name.endsWith('_bin')) return new BinaryCollation(facts);
  const own = SINGLE_BYTE_WEIGHTS[name];
  if (own !== undefined)
    return new WeightCollation(
      facts,
      table(name, () => new SingleByteWeights(own, getCharset(charset).byteOf)),
    );
  if (name.includes('_0900_') || name.includes('_zh_') || name.endsWith('gb18030_unicode_520_ci')) {
    const weights = table('uca0900', () => new PackedWeights(COLLATION_WEIGHTS.uca0900));
    if (name.includes('_as_cs')) return new WeightCollation(facts, weights, levels0900, 3);
    if (name.includes('_as_ci')) return new WeightCollation(facts, weights, levels0900, 2);
    return new WeightCollation(facts, weights);
  }
  if (name.includes('_520_'))
    return new WeightCollation(
      facts,
      table('uca520', () => new PackedWeights(COLLATION_WEIGHTS.uca520)),
    );
  const unicode = charset.startsWith('utf') || charset === 'ucs2';
  if (unicode && !name.includes('_general_')) {
    return new WeightCollation(
      facts,
      table('uca400', () => new PackedWeights(COLLATION_WEIGHTS.uca400, { beyond: 0xfffd })),
    );
  }
  return new WeightCollation(
    facts,
    table('general', () => new PackedWeights(COLLATION_WEIGHTS.general, { beyond: 0xfffd, ignoresZero: false })),
  );
}

const rowsByName = new Map(COLLATION_LIST.map((row) => [row[0], row]));
const rowsById = new Map(COLLATION_LIST.map((row) => [row[2], row]));
const made = new Map<string, Collation>();

export function findCollation(name: string): Collation | undefined {
  const known = made.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase().replace(/^utf8_/, 'utf8mb3_');
  const row = rowsByName.get(lower);
  if (row === undefined) return undefined;
  let collation = made.get(row[0]);
  if (collation === undefined) {
    collation = makeCollation({
      name: row[0],
      charset: row[1],
      maxBytes: getCharset(row[1]).bytesMax,
      id: row[2],
      isDefault: row[3],
      sortLength: row[4],
      padSpace: row[5],
    });
    made.set(row[0], collation);
  }
  return collation;
}

/** Throws 1273 when there is no such collation. */
export function getCollation(name: string): Collation {
  const collation = made.get(name) ?? findCollation(name);
  if (collation === undefined) throw sqlError('ER_UNKNOWN_COLLATION', name);
  return collation;
}

export function findCollationById(id: number): Collation | undefined {
  const row = rowsById.get(id);
  return row === undefined ? undefined : findCollation(row[0]);
}

export function collationNames(): readonly string[] {
  return COLLATION_LIST.map((row) => row[0]);
}

export { getCollation as collationOf, findCollationById as collationById };

/** The charset's name of a collation. */
export function charsetOf(collation: string): string {
  return getCollation(collation).charset;
}

/** Throws 1115 when there is no such charset. */
export function defaultCollationOf(charset: string): string {
  return getCharset(charset).defaultCollation;
}

export function binaryCollationOf(charset: string): string {
  const name = getCharset(charset).name;
  return name === 'binary' ? 'binary' : `${name}_bin`;
}
