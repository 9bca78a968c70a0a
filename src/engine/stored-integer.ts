/**
 * Integers as stored in rows: little-endian in the fewest of 0, 1, 2, 3, 4, 6 or 8 bytes (two's complement when signed). The
 * length is known from the row's offsets, so none is stored; zero takes no byte.
 */
import type { Bytes } from '../base/index.ts';
import type { KeyWriter } from './key-writer.ts';

const TWO32 = 0x1_0000_0000;

function put(writer: KeyWriter, low: number, width: number): void {
  const { bytes } = writer;
  let at = writer.length;
  bytes[at++] = low;
  if (width > 1) bytes[at++] = low >>> 8;
  if (width > 2) bytes[at++] = low >>> 16;
  if (width > 3) bytes[at++] = low >>> 24;
  writer.length = at;
}

export function writeSigned(writer: KeyWriter, value: number | bigint): void {
  writer.reserve(8);
  if (typeof value === 'bigint') {
    put(writer, Number(BigInt.asIntN(32, value)), 4);
    put(writer, Number(BigInt.asIntN(32, value >> 32n)), 4);
  } else if (value >= -0x80 && value < 0x80) {
    if (value !== 0) put(writer, value, 1);
  } else if (value >= -0x8000 && value < 0x8000) put(writer, value, 2);
  else if (value >= -0x800000 && value < 0x800000) put(writer, value, 3);
  else if (value >= -0x80000000 && value < 0x80000000) put(writer, value, 4);
  else {
    const high = Math.floor(value / TWO32);
    put(writer, value >>> 0, 4);
    put(writer, high, high >= -0x8000 && high < 0x8000 ? 2 : 4);
  }
}

export function writeUnsigned(writer: KeyWriter, value: number | bigint): void {
  writer.reserve(8);
  if (typeof value === 'bigint') {
    put(writer, Number(BigInt.asUintN(32, value)), 4);
    put(writer, Number(BigInt.asUintN(32, value >> 32n)), 4);
  } else if (value < 0x100) {
    if (value !== 0) put(writer, value, 1);
  } else if (value < 0x10000) put(writer, value, 2);
  else if (value < 0x1000000) put(writer, value, 3);
  else if (value < TWO32) put(writer, value, 4);
  else {
    const high = Math.floor(value / TWO32);
    put(writer, value >>> 0, 4);
    put(writer, high, high < 0x10000 ? 2 : 4);
  }
}

function u16(b: Bytes, at: number): number {
  return (b[at] as number) | ((b[at + 1] as number) << 8);
}

function i32(b: Bytes, at: number): number {
  return (
    (b[at] as number) | ((b[at + 1] as number) << 8) | ((b[at + 2] as number) << 16) | ((b[at + 3] as number) << 24)
  );
}

export function readSigned(b: Bytes, start: number, end: number): number | bigint {
  switch (end - start) {
    case 0:
      return 0;
    case 1:
      return ((b[start] as number) << 24) >> 24;
    case 2:
      return (u16(b, start) << 16) >> 16;
    case 3:
      return ((u16(b, start) | ((b[start + 2] as number) << 16)) << 8) >> 8;
    case 4:
      return i32(b, start);
    case 6:
      return (i32(b, start) >>> 0) + ((u16(b, start + 4) << 16) >> 16) * TWO32;
    default:
      return join(i32(b, start) >>> 0, i32(b, start + 4));
  }
}

export function readUnsigned(b: Bytes, start: number, end: number): number | bigint {
  switch (end - start) {
    case 0:
      return 0;
    case 1:
      return b[start] as number;
    case 2:
      return u16(b, start);
    case 3:
      return u16(b, start) | ((b[start + 2] as number) << 16);
    case 4:
      return i32(b, start) >>> 0;
    case 6:
      return (i32(b, start) >>> 0) + u16(b, start + 4) * TWO32;
    default:
      return join(i32(b, start) >>> 0, i32(b, start + 4) >>> 0);
  }
}

function join(low: number, high: number): number | bigint {
  const value = high * TWO32 + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) + BigInt(low);
}
