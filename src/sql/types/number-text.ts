/** Numbers from text, as MySQL reads a string where a number is wanted: the longest number at the start, the rest ignored. */

export interface ParsedNumber<T> {
  readonly value: T;
  /** Something that is not a space follows, or there was no number in a text that is not empty. */
  readonly truncated: boolean;
}

const PLAIN_INT = /^-?\d{1,15}$/;
const DOUBLE_PREFIX = /^[ \t\n\v\f\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;
const INT_PREFIX = /^[ \t\n\v\f\r]*([+-]?\d+)/;

export function parseDouble(text: string): ParsedNumber<number> {
  if (PLAIN_INT.test(text)) return { value: Number(text) + 0, truncated: false };
  const match = DOUBLE_PREFIX.exec(text);
  if (match === null) return { value: 0, truncated: text.trim() !== '' };
  const value = Number(match[1]);
  const rest = match[0].length < text.length && text.slice(match[0].length).trim() !== '';
  if (value === Infinity) return { value: Number.MAX_VALUE, truncated: true };
  if (value === -Infinity) return { value: -Number.MAX_VALUE, truncated: true };
  return { value, truncated: rest };
}

const UINT64_MAX = 18446744073709551615n;
const INT64_MIN = -9223372036854775808n;
const INT64_MAX = 9223372036854775807n;

/** An integer between -2^63 and 2^64-1. A text beyond gives the nearest bound. */
export function parseInteger(text: string): ParsedNumber<number | bigint> {
  if (PLAIN_INT.test(text)) return { value: Number(text) + 0, truncated: false };
  const match = INT_PREFIX.exec(text);
  if (match === null) return { value: 0, truncated: true };
  const rest = match[0].length < text.length && text.slice(match[0].length).trim() !== '';
  const digits = match[1]!;
  if (digits.length <= 15) return { value: Number(digits) + 0, truncated: rest };
  const value = BigInt(digits.startsWith('+') ? digits.slice(1) : digits);
  if (value > UINT64_MAX) return { value: UINT64_MAX, truncated: true };
  if (value < INT64_MIN) return { value: INT64_MIN, truncated: true };
  return { value: toSafe(value), truncated: rest };
}

function toSafe(value: bigint): number | bigint {
  return value <= 9007199254740991n && value >= -9007199254740991n ? Number(value) : value;
}

/** A double rounded to the nearest integer, halves to even, clamped to signed or unsigned 64 bits. */
export function doubleToInt(value: number, unsigned: boolean): number | bigint {
  const rounded = roundHalfEven(value);
  if (Number.isSafeInteger(rounded)) return rounded + 0;
  if (Number.isNaN(rounded)) return 0;
  if (unsigned) {
    if (rounded >= 18446744073709551615) return UINT64_MAX;
    if (rounded < -9223372036854775808) return INT64_MIN;
  } else if (rounded >= 9223372036854775807) return INT64_MAX;
  else if (rounded <= -9223372036854775808) return INT64_MIN;
  return BigInt(rounded);
}

/** Keeps the sign of zero. */
export function roundHalfEven(value: number): number {
  if (value < 0) return -roundHalfEven(-value);
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Reinterprets as unsigned 64 bits: -1 becomes 2^64-1. */
export function asUnsigned64(value: number | bigint): number | bigint {
  return value < 0 ? toSafe(BigInt.asUintN(64, BigInt(value))) : value;
}

/** Reinterprets as signed 64 bits: 2^64-1 becomes -1. */
export function asSigned64(value: number | bigint): number | bigint {
  return typeof value === 'number' ? value : toSafe(BigInt.asIntN(64, value));
}
