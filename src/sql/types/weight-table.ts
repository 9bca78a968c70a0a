/**
 * Collation weights of code points: 16-bit numbers, none, one or several per code point.
 *
 * `entry(codePoint)` is the weight itself when there is exactly one (0 = ignorable), or a negative reference that
 * `expand` turns into the list. Tables are decoded from packed text at the first use of a character beyond ASCII
 * (about 10 ms for the Unicode ones); ASCII is decoded at once.
 */
import { assert } from '../../base/index.ts';

const TABLE_END = 0x30000;
const HANGUL_FIRST = 0xac00;

/** A reference to weights that are computed: implicit ones of `codePoint`, base 0-2. */
function implicitReference(codePoint: number, base: number): number {
  return -(codePoint * 4 + base) - 0x1000000;
}
const HANGUL_REFERENCE = -2;
const IMPLICIT_BASES = [0xfb40, 0xfb80, 0xfbc0];

export interface WeightTable {
  readonly ascii: Uint16Array;
  /** Weight 0 means that the character does not count (Unicode's algorithm); elsewhere it is the lowest weight. */
  readonly ignoresZero: boolean;
  entry(codePoint: number): number;
  expand(reference: number, codePoint: number, out: number[]): void;
}

interface Decoded {
  readonly entries: Int32Array;
  readonly lists: readonly (readonly number[])[];
}

/** Reads the token format of script/collations/build-weights.ts. */
function decode(packed: string, end: number): Decoded {
  const entries = new Int32Array(end);
  const lists: number[][] = [[], []];
  let codePoint = 0;
  let previous: number[] = [0];
  let from = 0;
  const setList = (weights: number[]): number => {
    if (weights.length === 1) return weights[0]!;
    lists.push(weights);
    return -lists.length - 1;
  };
  let previousEntry = 0;
  while (codePoint < end && from < packed.length) {
    let to = packed.indexOf(' ', from);
    if (to < 0) to = packed.length;
    const token = packed.slice(from, to);
    from = to + 1;
    const mark = token[0]!;
    if (mark === '<' || mark === '>') {
      const words = token.slice(1).split('.');
      const delta = parseInt(words[0]!, 36);
      previous = words.map((word, i) =>
        i === 0 ? previous[0]! + (mark === '<' ? -delta : delta) : parseInt(word, 36),
      );
      previousEntry = setList(previous);
      entries[codePoint++] = previousEntry;
      continue;
    }
    if (mark === '^') {
      const [other, base] = token.slice(1).split('.');
      const source = parseInt(other!, 36);
      const baseIndex = Math.min(2, parseInt(base!, 36));
      previousEntry = implicitReference(source, baseIndex);
      previous = implicitWeights(source, baseIndex);
      entries[codePoint++] = previousEntry;
      continue;
    }
    const count = parseInt(token.slice(mark === 'i' ? 2 : 1), 36);
    const last = Math.min(end, codePoint + count);
    for (; codePoint < last; codePoint++) {
      switch (mark) {
        case 'i':
          entries[codePoint] = implicitReference(codePoint, Number(token[1]));
          break;
        case 'e':
          break;
        case 'c':
          entries[codePoint] = codePoint;
          previous = [codePoint];
          previousEntry = codePoint;
          break;
        case 'h':
          entries[codePoint] = HANGUL_REFERENCE;
          break;
        case '+':
          previous = [previous[0]! + 1];
          previousEntry = previous[0]!;
          entries[codePoint] = previousEntry;
          break;
        default:
          assert(mark === '=', `weight token ${token}`);
          entries[codePoint] = previousEntry;
      }
    }
  }
  return { entries, lists };
}

function implicitWeights(codePoint: number, base: number): number[] {
  return [IMPLICIT_BASES[base]! + (codePoint >> 15), (codePoint & 0x7fff) | 0x8000];
}

export class PackedWeights implements WeightTable {
  readonly ascii: Uint16Array;
  readonly ignoresZero: boolean;
  readonly #packed: string;
  readonly #beyond: number | undefined;
  #table: Decoded | undefined;

  /** `beyond`: the single weight of code points after U+2FFFF; undefined = implicit weights. */
  constructor(packed: string, options: { readonly beyond?: number; readonly ignoresZero?: boolean } = {}) {
    this.#packed = packed;
    this.#beyond = options.beyond;
    this.ignoresZero = options.ignoresZero ?? true;
    this.ascii = Uint16Array.from(decode(packed, 128).entries);
  }

  #load(): Decoded {
    this.#table = decode(this.#packed, TABLE_END);
    return this.#table;
  }

  entry(codePoint: number): number {
    const { entries } = this.#table ?? this.#load();
    if (codePoint < TABLE_END) return entries[codePoint]!;
    return this.#beyond ?? implicitReference(codePoint, 2);
  }

  expand(reference: number, codePoint: number, out: number[]): void {
    const { lists, entries } = this.#table ?? this.#load();
    if (reference === HANGUL_REFERENCE) {
      const s = codePoint - HANGUL_FIRST;
      out.push(entries[0x1100 + Math.floor(s / 588)]!, entries[0x1161 + (Math.floor(s / 28) % 21)]!);
      if (s % 28 !== 0) out.push(entries[0x11a7 + (s % 28)]!);
    } else if (reference <= -0x1000000) {
      const code = -(reference + 0x1000000);
      out.push(...implicitWeights(code >> 2, code & 3));
    } else out.push(...lists[-reference - 2]!);
  }
}

/** Weights of a single-byte charset's collation; characters outside the charset weigh as '?' does. */
export class SingleByteWeights implements WeightTable {
  readonly ascii: Uint16Array;
  readonly ignoresZero = false;
  readonly #weights: readonly (readonly number[])[];
  readonly #byteOf: ReadonlyMap<number, number>;

  constructor(packed: string, byteOf: ReadonlyMap<number, number>) {
    const texts = packed.includes(',') ? packed.split(',') : (packed.match(/../g) ?? []);
    // Only the first level counts: further bytes of multi-level collations refine ties that Ebb leaves out.
    this.#weights = texts.map((text) =>
      text.length > 4 ? [parseInt(text.slice(0, 2), 16)] : (text.match(/../g) ?? []).map((w) => parseInt(w, 16)),
    );
    this.#byteOf = byteOf;
    this.ascii = Uint16Array.from({ length: 128 }, (_, i) => Math.max(0, this.entry(i)));
  }

  entry(codePoint: number): number {
    const byte = this.#byteOf.get(codePoint) ?? 63;
    const weights = this.#weights[byte]!;
    return weights.length === 1 ? weights[0]! : weights.length === 0 ? 0 : -2 - byte;
  }

  expand(reference: number, _codePoint: number, out: number[]): void {
    out.push(...this.#weights[-reference - 2]!);
  }
}

/** Secondary and tertiary weights per code point of the 0900 collations that look at accents and case. */
export class LevelWeights {
  readonly #packed: string;
  #patterns: readonly (readonly [readonly number[], readonly number[]] | 'plain')[] = [];
  #ids: Uint16Array | undefined;

  constructor(packed: string) {
    this.#packed = packed;
  }

  #load(): Uint16Array {
    const [patterns, runs] = this.#packed.split('|') as [string, string];
    const numbers = (text: string): number[] => (text === '' ? [] : text.split('.').map((w) => parseInt(w, 36)));
    this.#patterns = patterns.split(' ').map((pattern) => {
      if (pattern === 'd') return 'plain';
      if (pattern === 'e') return [[], []];
      const [second, third] = pattern.split('/') as [string, string];
      return [numbers(second), numbers(third)];
    });
    const ids = new Uint16Array(TABLE_END);
    let at = 0;
    for (const run of runs.split(' ')) {
      const [id, count] = run.split('*') as [string, string | undefined];
      const length = count === undefined ? 1 : parseInt(count, 36);
      ids.fill(parseInt(id, 36), at, at + length);
      at += length;
    }
    this.#ids = ids;
    return ids;
  }

  /** Appends the weights of one level (0 = secondary, 1 = tertiary); `primaries` is the number of primary weights. */
  expand(codePoint: number, level: 0 | 1, primaries: number, out: number[]): void {
    const ids = this.#ids ?? this.#load();
    const pattern = codePoint < TABLE_END ? this.#patterns[ids[codePoint]!]! : 'plain';
    if (pattern === 'plain') for (let i = 0; i < primaries; i++) out.push(level === 0 ? 0x20 : 2);
    else out.push(...pattern[level]);
  }
}
