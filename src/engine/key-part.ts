/**
 * How one column value is written into a key, so that byte order is value order; and read back where that is possible.
 *
 *     integers     width of the type (1, 2, 3, 4, 8), big-endian, sign bit flipped (unsigned: as is); YEAR 2; BIT, SET 8; ENUM 2
 *     double       8 bytes, IEEE 754: negative complemented, others with the sign bit set; FLOAT too; -0 is 0
 *     decimal      unscaled integer at the column's scale plus half the range, in as many bytes as the precision needs
 *     DATE         3 bytes; DATETIME, TIMESTAMP (UTC) 3 of date and 5 of microseconds; TIME 6 bytes plus 2^47
 *     string       the collation's sort key, escaped (key-writer.ts); binary: the bytes, escaped
 *
 * A nullable part begins with 0x00 (NULL, nothing follows) or 0x01. A descending part is complemented, marker included.
 * Formats are stored: a change needs a new index format version and a golden file.
 */
import { type Bytes, DbError, assert } from '../base/index.ts';
import { utf8DecodeRange } from '../env/index.ts';
import {
  type FieldType,
  type Value,
  DateTime,
  Decimal,
  enumFromIndex,
  getCollation,
  normalizeInt,
  setFromBits,
} from '../sql/types/index.ts';
import type { EnumValue, SetValue } from '../sql/types/index.ts';
import { integerWidth } from './column-format.ts';
import { ESCAPE, type KeyWriter, TERMINATOR } from './key-writer.ts';

export interface KeyPart {
  /** Bytes of every value; 0 when they differ. Without marker. */
  readonly width: number;
  /** Writes a value that is not NULL, ascending. */
  encode(writer: KeyWriter, value: Value): void;
  /** The end of the value that begins at `at`, in an ascending encoding. */
  skip(bytes: Bytes, at: number): number;
  /** Reads a value back; absent when the key does not tell it (collated text). */
  readonly decode?: (bytes: Bytes, at: number) => Value;
}

const TWO32 = 0x1_0000_0000;
const TIME_OFFSET = 2 ** 47;
const scratch = new DataView(new ArrayBuffer(8));
const encoder = new TextEncoder();

/** `prefixLength`: characters of text, bytes of binary. */
export function keyPartOf(type: FieldType, prefixLength?: number): KeyPart {
  switch (type.kind) {
    case 'int':
      return type.mysqlType === 8 ? bigPart(type.unsigned) : intPart(integerWidth(type), type.unsigned);
    case 'year':
      return intPart(2, true);
    case 'bit':
      return bigPart(true);
    case 'float':
    case 'double':
      return doublePart;
    case 'decimal':
      return decimalPart(type.length, type.decimals);
    case 'date':
      return intPart(3, true);
    case 'datetime':
    case 'timestamp':
      return dateTimePart;
    case 'time':
      return timePart;
    case 'enum':
      return enumPart(type.elements ?? []);
    case 'set':
      return setPart(type.elements ?? []);
    case 'string':
      return prefixLength === undefined ? textPart(type.collation) : textPrefixPart(type.collation, prefixLength);
    case 'binary':
      return prefixLength === undefined ? binaryPart : binaryPrefixPart(prefixLength);
    case 'json':
    case 'null':
      throw new DbError('internal', 'unindexable-type', `a ${type.kind} value cannot be a key part`);
  }
}

function fixed(width: number, encode: KeyPart['encode'], decode: (bytes: Bytes, at: number) => Value): KeyPart {
  return { width, encode, decode, skip: (_bytes, at) => at + width };
}

function readUnsigned(bytes: Bytes, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}

function intPart(width: number, unsigned: boolean): KeyPart {
  const offset = unsigned ? 0 : 2 ** (width * 8 - 1);
  if (width === 4) {
    return fixed(
      4,
      (writer, value) => writer.u32(Number(value) + offset),
      (bytes, at) =>
        ((((bytes[at] as number) << 24) |
          ((bytes[at + 1] as number) << 16) |
          ((bytes[at + 2] as number) << 8) |
          (bytes[at + 3] as number)) >>>
          0) -
        offset,
    );
  }
  return fixed(
    width,
    (writer, value) => writer.unsigned(Number(value) + offset, width),
    (bytes, at) => readUnsigned(bytes, at, width) - offset,
  );
}

function bigPart(unsigned: boolean): KeyPart {
  const flip = unsigned ? 0 : 0x80000000;
  const wide = (value: bigint): bigint => BigInt.asUintN(64, unsigned ? value : value + (1n << 63n));
  return fixed(
    8,
    (writer, value) => {
      if (typeof value === 'number') {
        writer.u32(Math.floor(value / TWO32) + flip);
        writer.u32(value);
      } else writer.unsignedBig(wide(value as bigint), 8);
    },
    (bytes, at) => {
      const high = readUnsigned(bytes, at, 4) - flip;
      const low = readUnsigned(bytes, at + 4, 4);
      const value = high * TWO32 + low;
      return Number.isSafeInteger(value) ? value : BigInt(high) * BigInt(TWO32) + BigInt(low);
    },
  );
}

const doublePart: KeyPart = fixed(
  8,
  (writer, value) => {
    scratch.setFloat64(0, (value as number) + 0);
    const high = scratch.getUint32(0);
    const low = scratch.getUint32(4);
    const negative = high >= 0x80000000;
    writer.u32(negative ? ~high : high ^ 0x80000000);
    writer.u32(negative ? ~low : low);
  },
  (bytes, at) => {
    const high = readUnsigned(bytes, at, 4);
    const low = readUnsigned(bytes, at + 4, 4);
    const positive = high >= 0x80000000;
    scratch.setUint32(0, positive ? high ^ 0x80000000 : ~high);
    scratch.setUint32(4, positive ? low : ~low);
    return scratch.getFloat64(0);
  },
);

function decimalPart(precision: number, scale: number): KeyPart {
  const width = Math.ceil((Math.ceil(precision * Math.log2(10)) + 1) / 8);
  const half = 1n << BigInt(width * 8 - 1);
  const halfNumber = 2 ** (width * 8 - 1);
  return fixed(
    width,
    (writer, value) => {
      const { unscaled, scale: has } = value as Decimal;
      const at = has === scale ? unscaled : (value as Decimal).round(scale).unscaled;
      if (width <= 6) writer.unsigned(Number(at) + halfNumber, width);
      else writer.unsignedBig(BigInt(at) + half, width);
    },
    (bytes, at) => {
      if (width <= 6) return new Decimal(readUnsigned(bytes, at, width) - halfNumber, scale);
      let value = 0n;
      for (let i = 0; i < width; i++) value = (value << 8n) | BigInt(bytes[at + i] as number);
      return new Decimal(normalizeInt(value - half), scale);
    },
  );
}

const dateTimePart: KeyPart = fixed(
  8,
  (writer, value) => {
    const { ymd, micros } = value as DateTime;
    writer.unsigned(ymd, 3);
    writer.unsigned(micros, 5);
  },
  (bytes, at) => new DateTime(readUnsigned(bytes, at, 3), readUnsigned(bytes, at + 3, 5)),
);

const timePart: KeyPart = fixed(
  6,
  (writer, value) => writer.unsigned((value as number) + TIME_OFFSET, 6),
  (bytes, at) => readUnsigned(bytes, at, 6) - TIME_OFFSET,
);

function enumPart(elements: readonly string[]): KeyPart {
  return fixed(
    2,
    (writer, value) => writer.unsigned((value as EnumValue).index, 2),
    (bytes, at) => enumFromIndex(readUnsigned(bytes, at, 2), elements),
  );
}

function setPart(elements: readonly string[]): KeyPart {
  const big = bigPart(true);
  return fixed(
    8,
    (writer, value) => big.encode(writer, (value as SetValue).bits),
    (bytes, at) => setFromBits(big.decode?.(bytes, at) as number | bigint, elements),
  );
}

function skipEscaped(bytes: Bytes, at: number): number {
  for (let i = at; i < bytes.length - 1; i++) {
    if (bytes[i] !== ESCAPE) continue;
    if (bytes[i + 1] === TERMINATOR) return i + 2;
    i++;
  }
  throw new DbError('corrupt', 'bad-key', 'a text in a key does not end');
}

function unescape(bytes: Bytes, at: number): Bytes {
  const end = skipEscaped(bytes, at) - 2;
  const out = new Uint8Array(end - at);
  let length = 0;
  for (let i = at; i < end; i++) {
    out[length++] = bytes[i] as number;
    if (bytes[i] === ESCAPE) i++;
  }
  return out.subarray(0, length);
}

/** Only here is the sort key the text itself, so only here can a key give it back. */
function keepsText(collation: string): boolean {
  return collation === 'utf8mb4_0900_bin';
}

function textPart(collation: string): KeyPart {
  if (keepsText(collation)) {
    return {
      width: 0,
      encode: (writer, value) => writer.escaped(encoder.encode(value as string)),
      skip: skipEscaped,
      decode: (bytes, at) => {
        const text = unescape(bytes, at);
        return utf8DecodeRange(text, 0, text.length);
      },
    };
  }
  const { sortKey } = boundCollation(collation);
  return { width: 0, encode: (writer, value) => writer.escaped(sortKey(value as string)), skip: skipEscaped };
}

function textPrefixPart(collation: string, characters: number): KeyPart {
  const { sortKey } = boundCollation(collation);
  return {
    width: 0,
    encode: (writer, value) => writer.escaped(sortKey(firstCharacters(value as string, characters))),
    skip: skipEscaped,
  };
}

function boundCollation(name: string): { sortKey: (text: string) => Bytes } {
  const collation = getCollation(name);
  return { sortKey: (text) => collation.sortKey(text) };
}

/** The first `count` characters (code points) of a text. */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) return text;
  let at = 0;
  for (let i = 0; i < count && at < text.length; i++) {
    const unit = text.charCodeAt(at);
    at += unit >= 0xd800 && unit < 0xdc00 && at + 1 < text.length ? 2 : 1;
  }
  return text.slice(0, at);
}

const binaryPart: KeyPart = {
  width: 0,
  encode: (writer, value) => writer.escaped(value as Bytes),
  skip: skipEscaped,
  decode: unescape,
};

function binaryPrefixPart(length: number): KeyPart {
  return {
    width: 0,
    encode: (writer, value) => {
      const bytes = value as Bytes;
      assert(bytes instanceof Uint8Array, 'a binary key part is bytes');
      writer.escaped(bytes, 0, Math.min(length, bytes.length));
    },
    skip: skipEscaped,
  };
}
