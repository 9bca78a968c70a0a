/**
 * UTF-8 text that may hold bytes which are not UTF-8, without loss: each such byte b becomes the lone surrogate
 * U+DC00 + b (U+DC80 … U+DCFF), which no well-formed text contains.
 *
 * SQL arrives so: a dump writes a BLOB as _binary'…' with the raw bytes between the quotes. Only the text of such a
 * statement has escapes in it; the lexer moves over them like over any other character, and the literal gets its bytes.
 */
import { utf8Encode } from './bytes.ts';

const ESCAPE_BASE = 0xdc00;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Length of the well-formed sequence at `at`, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const second = bytes[at + 1] ?? 0;
  if (lead >= 0xc2 && lead <= 0xdf) return isContinuation(second) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const low = lead === 0xe0 ? 0xa0 : 0x80;
    const high = lead === 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high && isContinuation(bytes[at + 2] ?? 0) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const low = lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xf4 ? 0x8f : 0xbf;
    const inside = second >= low && second <= high;
    return inside && isContinuation(bytes[at + 2] ?? 0) && isContinuation(bytes[at + 3] ?? 0) ? 4 : 0;
  }
  return 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Bytes to text; the inverse of `encodeEscapedUtf8`. */
export function decodeEscapedUtf8(bytes: Uint8Array): string {
  const parts: string[] = [];
  let wellFormedFrom = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > wellFormedFrom) parts.push(decoder.decode(bytes.subarray(wellFormedFrom, at)));
    parts.push(String.fromCharCode(ESCAPE_BASE + (bytes[at] as number)));
    wellFormedFrom = ++at;
  }
  if (at > wellFormedFrom) parts.push(decoder.decode(bytes.subarray(wellFormedFrom)));
  return parts.join('');
}

const ESCAPED = /(?<![\ud800-\udbff])[\udc80-\udcff]/;
const ESCAPED_ALL = /(?<![\ud800-\udbff])[\udc80-\udcff]/g;

/** Whether the text holds bytes that are not UTF-8. */
export function hasEscapedBytes(text: string): boolean {
  return ESCAPED.test(text);
}

/** Text to the bytes it came from. */
export function encodeEscapedUtf8(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const match of text.matchAll(ESCAPED_ALL)) {
    if (match.index > from) parts.push(utf8Encode(text.slice(from, match.index)));
    parts.push(Uint8Array.of(text.charCodeAt(match.index) - ESCAPE_BASE));
    from = match.index + 1;
  }
  if (from < text.length) parts.push(utf8Encode(text.slice(from)));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
