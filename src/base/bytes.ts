/**
 * Plain functions over byte arrays: order, equality, joining, text.
 *
 * Order is unsigned lexicographic (memcmp, then length): the order of every key in the system. The loops are JavaScript
 * on purpose: a call into native `Buffer.compare` costs 67 ns, the loop about 10 ns and 1.5 ns per shared byte, so the native
 * call wins only when keys share more than 40 bytes (measured on Node 20).
 */
export type Bytes = Uint8Array;

export const EMPTY_BYTES: Bytes = new Uint8Array(0);

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Negative, zero or positive: unsigned lexicographic order. */
export function compareBytes(a: Bytes, b: Bytes): number {
  const length = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Compares `a[aStart, aEnd)` with `b[bStart, bEnd)` without making views. The positional list mirrors memcmp's two ranges. */
export function compareRanges(a: Bytes, aStart: number, aEnd: number, b: Bytes, bStart: number, bEnd: number): number {
  const aLength = aEnd - aStart;
  const bLength = bEnd - bStart;
  const length = aLength < bLength ? aLength : bLength;
  for (let i = 0; i < length; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

export function equalBytes(a: Bytes, b: Bytes): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function startsWithBytes(bytes: Bytes, prefix: Bytes): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}

/** How many leading bytes `a` and `b` share. */
export function sharedPrefixLength(a: Bytes, b: Bytes): number {
  const length = a.length < b.length ? a.length : b.length;
  let i = 0;
  while (i < length && a[i] === b[i]) i++;
  return i;
}

export function concatBytes(...parts: readonly Bytes[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The smallest byte string greater than every string that starts with `prefix`; undefined when there is none (all 0xff). */
export function prefixEnd(prefix: Bytes): Bytes | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const end = prefix.slice(0, length);
  end[length - 1] = (end[length - 1] as number) + 1;
  return end;
}

/** The immediate successor of `key` in byte order: the key with a zero byte appended. */
export function keySuccessor(key: Bytes): Bytes {
  const out = new Uint8Array(key.length + 1);
  out.set(key);
  return out;
}

/** A copy that owns its memory, for slices of buffers that will be reused or would pin a large block. */
export function copyBytes(bytes: Bytes, start = 0, end: number = bytes.length): Bytes {
  return bytes.slice(start, end);
}

export function utf8Encode(text: string): Bytes {
  return encoder.encode(text);
}

/** Ill-formed sequences become U+FFFD. Short ASCII, the common case, never reaches the decoder. */
export function utf8Decode(bytes: Bytes, start = 0, end: number = bytes.length): string {
  if (end - start <= SHORT_TEXT_BYTES) {
    let text = '';
    let i = start;
    for (; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte > 0x7f) break;
      text += String.fromCharCode(byte);
    }
    if (i === end) return text;
  }
  return decoder.decode(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
}

const SHORT_TEXT_BYTES = 24;

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

export function toHex(bytes: Bytes): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte] as string;
  return text;
}

/** Undefined when `text` is not an even number of hexadecimal digits. */
export function fromHex(text: string): Bytes | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined;
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return out;
}
