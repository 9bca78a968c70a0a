/**
 * The memtable: recent commits in memory, ordered by key, every version kept. Also a transaction's write set (overlay).
 *
 * Everything lives in two growing arrays of numbers, with no JavaScript object per entry: the arena (records below) and a
 * crit-bit tree over the distinct keys. Keys are threaded in a doubly linked list, so a cursor is just the offset of a key
 * record: records never move or go away, so it stays right while others insert. Offsets are in 4-byte words; 0 = none.
 *
 *   key record      | -1 | next | previous | newest version | key length | key bytes, padded to 4   |
 *   version record  | key record | older version | timestamp low | high | value length, -1 = deleted | value bytes, padded |
 *
 * Why crit-bit: a lookup tests single bits of the searched key (in cache) along about log2(n) small nodes and compares one
 * key at the end, where a skip list or B-tree compares a stored key (a cache miss) at each step. Measured figures:
 * docs/decisions/0010-lsm-memtable.md.
 *
 * Invariants: versions of a key are linked newest first; equal (key, timestamp) is overwritten by linking in front;
 * `bytes` is replaced on growth, but record contents never change, so old views stay right.
 */
import { assert, type Bytes, DbError } from '../base/index.ts';
import { TIMESTAMP_MAX, type Timestamp } from './timestamp.ts';

const NEXT = 1;
const PREVIOUS = 2;
const NEWEST = 3;
const KEY_LENGTH = 4;
const KEY_HEADER_WORDS = 5;

const OLDER = 1;
const TIMESTAMP_LOW = 2;
const TIMESTAMP_HIGH = 3;
const VALUE_LENGTH = 4;
const VERSION_HEADER_WORDS = 5;

const TWO32 = 0x1_0000_0000;
const WORDS_FIRST = 256;
/** Up to here (1 MiB) the arena doubles; a copy of it takes well under a millisecond. */
const WORDS_EAGER = 256 * 1024;
/** Charges for large arenas move in steps of 64 KiB. */
const PAGE_WORDS_MASK = 16 * 1024 - 1;
/** The arena's record offsets fit an Int32Array; its bytes stay below Node's typed-array comfort zone. */
const ARENA_BYTES_MAX = 0x7fff_0000;

export class Memtable {
  /** The arena as bytes, and as words. Re-read them after any put. */
  bytes: Uint8Array = EMPTY;
  words: Int32Array = EMPTY_WORDS;
  #used = 1; // in words; word 0 stays unused so that 0 can mean none
  #tree: Int32Array = EMPTY_WORDS; // inner nodes of 3 words: critical bit, child when 0, child when 1
  #treeUsed = 0;
  #root = 0; // > 0: a key record; < 0: ~inner node; 0: empty
  #first = 0;
  #last = 0;
  #keys = 0;
  #versions = 0;
  minTimestamp: Timestamp = TIMESTAMP_MAX;
  maxTimestamp: Timestamp = 0;
  readonly #expectedWords: number;

  /**
   * `expectedBytes`: how large it will get, if it gets large. The arena then grows once, early, to that size, instead of being
   * copied again and again: untouched pages of it take no memory.
   */
  constructor(expectedBytes = 0) {
    this.#expectedWords = expectedBytes >>> 2;
  }

  get keys(): number {
    return this.#keys;
  }

  get versions(): number {
    return this.#versions;
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  /** Memory held: what is reserved, but for a large arena only the pages that were touched. */
  get sizeBytes(): number {
    const touched =
      this.words.length > WORDS_EAGER
        ? Math.min(this.words.length, (this.#used | PAGE_WORDS_MASK) + 1)
        : this.words.length;
    return touched * 4 + this.#tree.byteLength + 256;
  }

  /** Memory filled with records: what a flush will write, roughly. */
  get usedBytes(): number {
    return this.#used * 4;
  }

  /** Adds a version. `value` undefined records a deletion. Timestamps of one key must not decrease. */
  put(key: Bytes, value: Bytes | undefined, timestamp: Timestamp): void {
    const valueLength = value === undefined ? 0 : value.length;
    this.#reserve(KEY_HEADER_WORDS + VERSION_HEADER_WORDS + ((key.length + 3) >>> 2) + ((valueLength + 3) >>> 2));
    const record = this.#findOrInsert(key);
    const words = this.words;
    const version = this.#used;
    words[version] = record;
    words[version + OLDER] = words[record + NEWEST] as number;
    words[version + TIMESTAMP_LOW] = timestamp | 0;
    words[version + TIMESTAMP_HIGH] = (timestamp / TWO32) | 0;
    words[version + VALUE_LENGTH] = value === undefined ? -1 : valueLength;
    if (value !== undefined) copyInto(this.bytes, (version + VERSION_HEADER_WORDS) * 4, value);
    this.#used = version + VERSION_HEADER_WORDS + ((valueLength + 3) >>> 2);
    words[record + NEWEST] = version;
    this.#versions++;
    if (timestamp < this.minTimestamp) this.minTimestamp = timestamp;
    if (timestamp > this.maxTimestamp) this.maxTimestamp = timestamp;
  }

  /** The newest version at or before `at`, deletions included; 0 when there is none. */
  findVersion(key: Bytes, at: Timestamp): number {
    const record = this.#findRecord(key);
    return record === 0 ? 0 : this.visibleVersion(record, at);
  }

  visibleVersion(record: number, at: Timestamp): number {
    const words = this.words;
    let version = words[record + NEWEST] as number;
    while (version !== 0) {
      if (this.timestampOf(version) <= at) return version;
      version = words[version + OLDER] as number;
    }
    return 0;
  }

  newestVersion(record: number): number {
    return this.words[record + NEWEST] as number;
  }

  olderVersion(version: number): number {
    return this.words[version + OLDER] as number;
  }

  timestampOf(version: number): Timestamp {
    const words = this.words;
    return ((words[version + TIMESTAMP_LOW] as number) >>> 0) + (words[version + TIMESTAMP_HIGH] as number) * TWO32;
  }

  isDeleted(version: number): boolean {
    return (this.words[version + VALUE_LENGTH] as number) < 0;
  }

  /** Byte offset of the value in `bytes`. */
  valueStart(version: number): number {
    return (version + VERSION_HEADER_WORDS) << 2;
  }

  valueLength(version: number): number {
    return this.words[version + VALUE_LENGTH] as number;
  }

  /** A view of the value; only for versions that are not deletions. */
  value(version: number): Bytes {
    const start = this.valueStart(version);
    return this.bytes.subarray(start, start + this.valueLength(version));
  }

  /** Byte offset of the key in `bytes`. */
  keyStart(record: number): number {
    return (record + KEY_HEADER_WORDS) << 2;
  }

  keyLength(record: number): number {
    return this.words[record + KEY_LENGTH] as number;
  }

  key(record: number): Bytes {
    const start = this.keyStart(record);
    return this.bytes.subarray(start, start + this.keyLength(record));
  }

  next(record: number): number {
    return this.words[record + NEXT] as number;
  }

  previous(record: number): number {
    return this.words[record + PREVIOUS] as number;
  }

  /** The first key record with key >= `key`, or 0. */
  lowerBound(key: Bytes): number {
    const root = this.#root;
    if (root === 0) return 0;
    const leaf = this.#closest(key);
    const crit = this.#difference(leaf, key);
    if (crit < 0) return leaf;
    const subtree = this.#subtreeAt(key, crit);
    if (bitAt(key, crit) === 0) return this.#edge(subtree, 1);
    return this.words[this.#edge(subtree, 2) + NEXT] as number;
  }

  /** The key record of exactly this key, or 0. */
  #findRecord(key: Bytes): number {
    if (this.#root === 0) return 0;
    const leaf = this.#closest(key);
    const length = key.length;
    if ((this.words[leaf + KEY_LENGTH] as number) !== length) return 0;
    const bytes = this.bytes;
    const start = (leaf + KEY_HEADER_WORDS) << 2;
    for (let i = length - 1; i >= 0; i--) if (bytes[start + i] !== key[i]) return 0;
    return leaf;
  }

  #findOrInsert(key: Bytes): number {
    if (this.#root === 0) {
      const record = this.#newRecord(key, 0, 0);
      this.#root = record;
      return record;
    }
    const leaf = this.#closest(key);
    const crit = this.#difference(leaf, key);
    if (crit < 0) return leaf;
    return this.#insertAt(key, crit);
  }

  /** Splits the path where keys first differ at `crit`, and threads the new record between its neighbours. */
  #insertAt(key: Bytes, crit: number): number {
    const tree = this.#tree;
    let parent = -1; // word index of the child slot to overwrite; -1 = the root
    let node = this.#root;
    while (node < 0) {
      const at = ~node;
      const nodeCrit = tree[at] as number;
      if (nodeCrit > crit) break;
      parent = at + 1 + bitAt(key, nodeCrit);
      node = tree[parent] as number;
    }
    const direction = bitAt(key, crit);
    const words = this.words;
    const neighbour = this.#edge(node, direction === 0 ? 1 : 2);
    const before = direction === 0 ? (words[neighbour + PREVIOUS] as number) : neighbour;
    const after = direction === 0 ? neighbour : (words[neighbour + NEXT] as number);
    const record = this.#newRecord(key, before, after);
    const inner = this.#treeUsed;
    this.#treeUsed = inner + 3;
    tree[inner] = crit;
    tree[inner + 1 + direction] = record;
    tree[inner + 2 - direction] = node;
    if (parent < 0) this.#root = ~inner;
    else tree[parent] = ~inner;
    return record;
  }

  #newRecord(key: Bytes, before: number, after: number): number {
    const words = this.words;
    const record = this.#used;
    words[record] = -1;
    words[record + NEXT] = after;
    words[record + PREVIOUS] = before;
    words[record + NEWEST] = 0;
    words[record + KEY_LENGTH] = key.length;
    copyInto(this.bytes, (record + KEY_HEADER_WORDS) * 4, key);
    this.#used = record + KEY_HEADER_WORDS + ((key.length + 3) >>> 2);
    if (before === 0) this.#first = record;
    else words[before + NEXT] = record;
    if (after === 0) this.#last = record;
    else words[after + PREVIOUS] = record;
    this.#keys++;
    return record;
  }

  /** The record reached by following the key's own bits: it shares the longest prefix with the key. */
  #closest(key: Bytes): number {
    const tree = this.#tree;
    const length = key.length;
    let node = this.#root;
    while (node < 0) {
      const at = ~node;
      const crit = tree[at] as number;
      const index = crit >> 4;
      const byte = index < length ? (key[index] as number) | 0x100 : 0;
      node = tree[at + 1 + ((byte >> (8 - (crit & 15))) & 1)] as number;
    }
    return node;
  }

  /** The position of the first differing bit between a record's key and `key`; -1 when equal. */
  #difference(record: number, key: Bytes): number {
    const bytes = this.bytes;
    const start = (record + KEY_HEADER_WORDS) << 2;
    const stored = this.words[record + KEY_LENGTH] as number;
    const length = key.length < stored ? key.length : stored;
    for (let i = 0; i < length; i++) {
      const difference = (bytes[start + i] as number) ^ (key[i] as number);
      if (difference !== 0) return (i << 4) | (Math.clz32(difference) - 23);
    }
    return stored === key.length ? -1 : length << 4;
  }

  /** The subtree whose keys all agree with `key` before bit `crit`. */
  #subtreeAt(key: Bytes, crit: number): number {
    const tree = this.#tree;
    let node = this.#root;
    while (node < 0) {
      const at = ~node;
      const nodeCrit = tree[at] as number;
      if (nodeCrit > crit) break;
      node = tree[at + 1 + bitAt(key, nodeCrit)] as number;
    }
    return node;
  }

  /** The smallest (child 1) or greatest (child 2) record of a subtree. */
  #edge(subtree: number, child: 1 | 2): number {
    const tree = this.#tree;
    let node = subtree;
    while (node < 0) node = tree[~node + child] as number;
    return node;
  }

  /** A point in this memtable's history, for `undoTo`. */
  mark(): number {
    return this.#used;
  }

  /** Removes every version put after `mark`. The memory stays in use; keys without versions are invisible. */
  undoTo(mark: number): void {
    const words = this.words;
    let at = mark;
    while (at < this.#used) {
      const record = words[at] as number;
      if (record === -1) {
        at += KEY_HEADER_WORDS + (((words[at + KEY_LENGTH] as number) + 3) >>> 2);
        continue;
      }
      const older = words[at + OLDER] as number;
      if (older < mark) words[record + NEWEST] = older;
      this.#versions--;
      at += VERSION_HEADER_WORDS + ((Math.max(0, words[at + VALUE_LENGTH] as number) + 3) >>> 2);
    }
  }

  /** Forgets everything and keeps the memory. No cursor may be open on it. */
  clear(): void {
    this.#used = 1;
    this.#treeUsed = 0;
    this.#root = 0;
    this.#first = 0;
    this.#last = 0;
    this.#keys = 0;
    this.#versions = 0;
    this.minTimestamp = TIMESTAMP_MAX;
    this.maxTimestamp = 0;
  }

  /** The parts a worker needs to walk the list: the filled arena and where to begin. */
  snapshot(): { readonly words: number; readonly first: number } {
    return { words: this.#used, first: this.#first };
  }

  /** Rebuilds a read-only memtable (list walk only, no tree) around an arena copied from another thread. */
  static fromArena(arena: ArrayBuffer, first: number): Memtable {
    const memtable = new Memtable();
    memtable.bytes = new Uint8Array(arena);
    memtable.words = new Int32Array(arena);
    memtable.#used = memtable.words.length;
    memtable.#first = first;
    return memtable;
  }

  #reserve(count: number): void {
    if (this.#treeUsed + 3 > this.#tree.length) {
      const grown = new Int32Array(Math.max(48, this.#tree.length * 2));
      grown.set(this.#tree);
      this.#tree = grown;
    }
    const needed = this.#used + count;
    if (needed <= this.words.length) return;
    let capacity = Math.max(WORDS_FIRST, this.words.length * 2);
    if (capacity > WORDS_EAGER && capacity < this.#expectedWords) capacity = this.#expectedWords;
    if (capacity < needed) capacity = needed;
    if (capacity * 4 > ARENA_BYTES_MAX) capacity = ARENA_BYTES_MAX >>> 2;
    if (capacity < needed) throw new DbError('limit', 'memtable-full', 'one memtable cannot hold this much data');
    assert(capacity >= needed, 'the arena grows to hold the record');
    const grown = new Int32Array(capacity);
    grown.set(this.words.subarray(0, this.#used));
    this.words = grown;
    this.bytes = new Uint8Array(grown.buffer);
  }
}

/** Bit `crit` of a key whose bytes are read as 9 bits each: a presence bit, then the byte. So a prefix sorts first. */
function bitAt(key: Bytes, crit: number): number {
  const index = crit >> 4;
  const byte = index < key.length ? (key[index] as number) | 0x100 : 0;
  return (byte >> (8 - (crit & 15))) & 1;
}

function copyInto(target: Uint8Array, at: number, source: Bytes): void {
  const length = source.length;
  if (length > 48) {
    target.set(source, at);
    return;
  }
  for (let i = 0; i < length; i++) target[at + i] = source[i] as number;
}

const EMPTY = new Uint8Array(0);
const EMPTY_WORDS = new Int32Array(0);
