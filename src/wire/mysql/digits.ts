/** Integers as decimal digits straight into a buffer: no string is made. */

/** Digits of 2^53 and a sign. */
export const MAX_SAFE_DIGITS = 17;

const INT32_MAX = 0x7fffffff;

/** Writes `value` (a safe integer) at `at` and returns the offset behind it. */
export function writeSafeInteger(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  if (rest < 0) {
    target[next++] = 0x2d;
    rest = -rest;
  }
  if (rest > INT32_MAX) return writeAscii(target, next, String(rest));
  if (rest < 10) {
    target[next] = 0x30 + rest;
    return next + 1;
  }
  const end = next + countDigits(rest);
  let small = rest | 0;
  for (let i = end - 1; i >= next; i--) {
    const quotient = (small / 10) | 0;
    target[i] = 0x30 + small - quotient * 10;
    small = quotient;
  }
  return end;
}

function countDigits(value: number): number {
  if (value < 100_000) {
    if (value < 100) return value < 10 ? 1 : 2;
    if (value < 1_000) return 3;
    return value < 10_000 ? 4 : 5;
  }
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7;
  if (value < 100_000_000) return 8;
  return value < 1_000_000_000 ? 9 : 10;
}

function writeAscii(target: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}
