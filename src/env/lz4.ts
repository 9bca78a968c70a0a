/**
 * The LZ4 block format (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), both directions, in TypeScript.
 *
 * Sequence: token (literal length : 4 | match length - 4 : 4), more literal length bytes, literals, offset u16 LE, more
 * match length bytes. The last sequence is literals only: the last 5 bytes are literals and no match starts in the last 12.
 * Why our own: the fallback where the native codec has no binary (about a third of its speed), and the second opinion that
 * tests compare it with. Invariant: decompress never reads or writes outside its two buffers, whatever the input.
 */
import { DbError, type Bytes } from '../base/index.ts';

const HASH_BITS = 13;
const MIN_MATCH = 4;
const LAST_LITERALS = 5;
const MATCH_START_LIMIT = 12;
const OFFSET_MAX = 65_535;

/** Position + 1 of the last place where a hash was seen, valid only when it belongs to the current call (see `generation`). */
const table = new Int32Array(1 << HASH_BITS);
/** Entries at or below this belong to earlier calls: saves clearing the table for every block. */
let generation = 0;
let output = new Uint8Array(80 * 1024);

/** Incompressible input grows by at most 1/255 + 16 bytes; the caller compares and may store it raw. */
export function lz4Compress(source: Bytes): Bytes {
  const length = source.length;
  const bound = length + Math.floor(length / 255) + 16;
  if (output.length < bound) output = new Uint8Array(bound);
  if (generation > 0x3fff_ffff - length) {
    table.fill(0);
    generation = 0;
  }
  const base = generation + 1;
  generation += length + 1;
  const end = compressInto(source, output, base);
  return output.slice(0, end);
}

function compressInto(src: Bytes, out: Uint8Array, base: number): number {
  const matchLimit = src.length - MATCH_START_LIMIT;
  const extendLimit = src.length - LAST_LITERALS;
  let at = 0;
  let anchor = 0;
  let written = 0;
  let misses = 1 << 6;
  while (at <= matchLimit) {
    const word =
      (src[at] as number) |
      ((src[at + 1] as number) << 8) |
      ((src[at + 2] as number) << 16) |
      ((src[at + 3] as number) << 24);
    const hash = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = (table[hash] as number) - base;
    table[hash] = base + at;
    if (
      candidate < 0 ||
      at - candidate > OFFSET_MAX ||
      src[candidate] !== (word & 0xff) ||
      src[candidate + 1] !== ((word >>> 8) & 0xff) ||
      src[candidate + 2] !== ((word >>> 16) & 0xff) ||
      src[candidate + 3] !== word >>> 24
    ) {
      // The longer nothing matches, the larger the steps: incompressible data passes quickly.
      at += misses++ >> 6;
      continue;
    }
    misses = 1 << 6;
    let end = at + MIN_MATCH;
    let from = candidate + MIN_MATCH;
    while (end < extendLimit && src[end] === src[from]) {
      end++;
      from++;
    }
    written = writeSequence({ src, out, anchor, at, offset: at - candidate, matchLength: end - at }, written);
    at = end;
    anchor = end;
  }
  return writeLiterals(src, out, anchor, written);
}

interface Sequence {
  readonly src: Bytes;
  readonly out: Uint8Array;
  readonly anchor: number;
  readonly at: number;
  readonly offset: number;
  readonly matchLength: number;
}

function writeSequence(sequence: Sequence, start: number): number {
  const { src, out, anchor, at, offset } = sequence;
  const literals = at - anchor;
  const extra = sequence.matchLength - MIN_MATCH;
  let to = start;
  out[to++] = ((literals < 15 ? literals : 15) << 4) | (extra < 15 ? extra : 15);
  if (literals >= 15) to = writeLength(out, to, literals - 15);
  for (let i = anchor; i < at; i++) out[to++] = src[i] as number;
  out[to++] = offset;
  out[to++] = offset >>> 8;
  return extra >= 15 ? writeLength(out, to, extra - 15) : to;
}

function writeLiterals(src: Bytes, out: Uint8Array, anchor: number, start: number): number {
  const literals = src.length - anchor;
  let to = start;
  out[to++] = (literals < 15 ? literals : 15) << 4;
  if (literals >= 15) to = writeLength(out, to, literals - 15);
  out.set(src.subarray(anchor), to);
  return to + literals;
}

function writeLength(out: Uint8Array, start: number, length: number): number {
  let to = start;
  let rest = length;
  while (rest >= 255) {
    out[to++] = 255;
    rest -= 255;
  }
  out[to++] = rest;
  return to;
}

/** Raises `corrupt/bad-compression` unless `source` decodes to exactly `length` bytes. */
export function lz4Decompress(source: Bytes, length: number): Bytes {
  const out = new Uint8Array(length);
  const sourceEnd = source.length;
  let at = 0;
  let to = 0;
  while (at < sourceEnd) {
    const token = source[at++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < sourceEnd) {
        more = source[at++] as number;
        literals += more;
      }
    }
    if (literals > sourceEnd - at || literals > length - to) throw damaged();
    if (literals > 48) {
      out.set(source.subarray(at, at + literals), to);
      at += literals;
      to += literals;
    } else {
      for (let i = 0; i < literals; i++) out[to++] = source[at++] as number;
    }
    if (at === sourceEnd) break;
    if (at + 2 > sourceEnd) throw damaged();
    const offset = (source[at] as number) | ((source[at + 1] as number) << 8);
    at += 2;
    let matched = (token & 15) + MIN_MATCH;
    if (matched === 15 + MIN_MATCH) {
      let more = 255;
      while (more === 255 && at < sourceEnd) {
        more = source[at++] as number;
        matched += more;
      }
    }
    if (offset === 0 || offset > to || matched > length - to) throw damaged();
    to = copyMatch(out, to, offset, matched);
  }
  if (to !== length) throw damaged();
  return out;
}

function copyMatch(out: Uint8Array, start: number, offset: number, length: number): number {
  if (length > 48 && offset >= length) {
    out.copyWithin(start, start - offset, start - offset + length);
    return start + length;
  }
  let from = start - offset;
  const end = start + length;
  for (let to = start; to < end; to++) out[to] = out[from++] as number;
  return end;
}

function damaged(): DbError {
  return new DbError('corrupt', 'bad-compression', 'an LZ4 block is damaged');
}
