/**
 * Text in and out of byte arrays by the runtime's own routines, without making a view first.
 *
 * Measured on Node 20: `latin1Decode` costs about 55 ns at any length, a TextDecoder 130 ns, a loop of fromCharCode 5 ns a
 * character. So a stored string whose bytes are known to be ASCII is read as Latin-1.
 */
import { isUtf8 as nativeIsUtf8 } from 'node:buffer';
import type { Bytes } from '../base/index.ts';

interface ByteText {
  latin1Slice(this: Bytes, start: number, end: number): string;
  utf8Slice(this: Bytes, start: number, end: number): string;
  utf8Write(this: Bytes, text: string, at: number, lengthMax: number): number;
}

const native = Buffer.prototype as unknown as ByteText;
const latin1Slice = native.latin1Slice;
const utf8Slice = native.utf8Slice;
const utf8Write = native.utf8Write;

/** Right only for bytes below 0x80. */
export function latin1Decode(bytes: Bytes, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
}

/** Ill-formed sequences become U+FFFD. */
export function utf8DecodeRange(bytes: Bytes, start: number, end: number): string {
  return utf8Slice.call(bytes, start, end);
}

/** Writes UTF-8 at `at` and returns the bytes written; the caller reserves 3 bytes per code unit. */
export function utf8EncodeInto(text: string, target: Bytes, at: number): number {
  return utf8Write.call(target, text, at, target.length - at);
}

/** Whether the bytes are well-formed UTF-8. */
export function isUtf8(bytes: Bytes): boolean {
  return nativeIsUtf8(bytes);
}
