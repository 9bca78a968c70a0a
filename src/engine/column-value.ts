/**
 * How one column value is written into a row, and read back from bytes [start, end) of a block.
 *
 *     integers, YEAR, BIT, ENUM (index), SET (bits), DATE, TIME   stored integer (stored-integer.ts)
 *     FLOAT, DOUBLE     8 bytes little-endian; nothing for +0
 *     DECIMAL           unscaled at the column's scale: stored integer, or two's complement little-endian of 9 and more bytes
 *     DATETIME, TIMESTAMP   3 bytes of date, then microseconds as stored integer; TIMESTAMP in UTC
 *     text              UTF-8; binary: the bytes; JSON: json-format.ts
 *
 * Invariant: reading makes no view of the block, and keeps no reference to it.
 */
import type { Bytes } from '../base/index.ts';
import { latin1Decode, utf8DecodeRange, utf8EncodeInto } from '../env/index.ts';
import {
  type FieldType,
  type Value,
  DateTime,
  Decimal,
  type EnumValue,
  type JsonValue,
  type SetValue,
  type TimeZone,
  UTC,
  enumFromIndex,
  localToUtc,
  setFromBits,
  utcToLocal,
} from '../sql/types/index.ts';
import { decodeJson, encodeJson } from './json-format.ts';
import type { KeyWriter } from './key-writer.ts';
import { readSigned, readUnsigned, writeSigned, writeUnsigned } from './stored-integer.ts';

/** A TIMESTAMP of the session as it is stored. The zero timestamp is the same everywhere. */
export function storedTimestamp(value: DateTime, zone: TimeZone): DateTime {
  if (zone === UTC || value.ymd === 0) return value;
  return localToUtc(value, zone) ?? value;
}

export function sessionTimestamp(value: DateTime, zone: TimeZone): DateTime {
  if (zone === UTC || value.ymd === 0) return value;
  return utcToLocal(value, zone) ?? value;
}

export interface ColumnFormat {
  /** Appends the bytes of a value that is not NULL. */
  write(writer: KeyWriter, value: Value, zone: TimeZone): void;
  read(bytes: Bytes, start: number, end: number, context: ReadContext): Value;
}

export interface ReadContext {
  readonly zone: TimeZone;
}

const scratch = new Float64Array(1);
const scratchBytes = new Uint8Array(scratch.buffer);

export function columnFormatOf(type: FieldType): ColumnFormat {
  switch (type.kind) {
    case 'int':
      return type.unsigned ? unsignedFormat : signedFormat;
    case 'year':
    case 'bit':
    case 'date':
      return unsignedFormat;
    case 'time':
      return signedFormat;
    case 'float':
    case 'double':
      return doubleFormat;
    case 'decimal':
      return decimalFormat(type.decimals);
    case 'datetime':
      return dateTimeFormat;
    case 'timestamp':
      return timestampFormat;
    case 'string':
      return textFormat;
    case 'binary':
    case 'null':
      return binaryFormat;
    case 'json':
      return jsonFormat;
    case 'enum':
      return enumFormat(type.elements ?? []);
    case 'set':
      return setFormat(type.elements ?? []);
  }
}

const signedFormat: ColumnFormat = {
  write: (writer, value) => writeSigned(writer, value as number | bigint),
  read: readSigned,
};

const unsignedFormat: ColumnFormat = {
  write: (writer, value) => writeUnsigned(writer, value as number | bigint),
  read: readUnsigned,
};

const doubleFormat: ColumnFormat = {
  write(writer, value) {
    if (Object.is(value, 0)) return;
    scratch[0] = value as number;
    writer.raw(scratchBytes);
  },
  read(bytes, start, end) {
    if (end === start) return 0;
    for (let i = 0; i < 8; i++) scratchBytes[i] = bytes[start + i] as number;
    return scratch[0] as number;
  },
};

const WIDE_BYTES_MIN = 9;

/** Small decimals come again and again (a quantity, a discount): one object each, per scale. */
const SMALL_DECIMALS = 8192;
const smallDecimals: (Decimal | undefined)[][] = [];

function smallDecimal(unscaled: number, scale: number): Decimal {
  const known = (smallDecimals[scale] ??= new Array<Decimal | undefined>(SMALL_DECIMALS).fill(undefined));
  return (known[unscaled] ??= new Decimal(unscaled, scale));
}

function decimalFormat(scale: number): ColumnFormat {
  return {
    write(writer, value) {
      const decimal = value as Decimal;
      const unscaled = decimal.scale === scale ? decimal.unscaled : decimal.round(scale).unscaled;
      if (typeof unscaled === 'number') writeSigned(writer, unscaled);
      else writeWide(writer, unscaled);
    },
    read(bytes, start, end) {
      if (end - start < WIDE_BYTES_MIN) {
        const unscaled = readSigned(bytes, start, end);
        if (typeof unscaled === 'number' && unscaled >= 0 && unscaled < SMALL_DECIMALS)
          return smallDecimal(unscaled, scale);
        return new Decimal(unscaled, scale);
      }
      let unscaled = BigInt(((bytes[end - 1] as number) << 24) >> 24);
      for (let i = end - 2; i >= start; i--) unscaled = (unscaled << 8n) | BigInt(bytes[i] as number);
      return Decimal.of(unscaled, scale);
    },
  };
}

/** A bigint beyond the safe range in at least 9 bytes, two's complement. */
function writeWide(writer: KeyWriter, value: bigint): void {
  let rest = value;
  for (let count = 0; count < WIDE_BYTES_MIN || (rest !== 0n && rest !== -1n); count++) {
    writer.byte(Number(rest & 0xffn));
    rest >>= 8n;
  }
  writer.byte(rest < 0n ? 0xff : 0);
}

const dateTimeFormat: ColumnFormat = {
  write: (writer, value) => writeDateTime(writer, value as DateTime),
  read: readDateTime,
};

const timestampFormat: ColumnFormat = {
  write: (writer, value, zone) => writeDateTime(writer, storedTimestamp(value as DateTime, zone)),
  read: (bytes, start, end, context) => sessionTimestamp(readDateTime(bytes, start, end), context.zone),
};

function writeDateTime(writer: KeyWriter, value: DateTime): void {
  writer.byte(value.ymd & 0xff);
  writer.byte((value.ymd >>> 8) & 0xff);
  writer.byte(value.ymd >>> 16);
  writeUnsigned(writer, value.micros);
}

function readDateTime(bytes: Bytes, start: number, end: number): DateTime {
  const ymd = (bytes[start] as number) | ((bytes[start + 1] as number) << 8) | ((bytes[start + 2] as number) << 16);
  return new DateTime(ymd, readUnsigned(bytes, start + 3, end) as number);
}

const SHORT_TEXT = 40;

export const textFormat: ColumnFormat = {
  write(writer, value) {
    const text = value as string;
    const length = text.length;
    writer.reserve(length * 3);
    if (length <= SHORT_TEXT && writeAscii(writer, text)) return;
    writer.length += utf8EncodeInto(text, writer.bytes, writer.length);
  },
  read: utf8DecodeRange,
};

/** Reads text of a row that says all of its text is ASCII. */
export const asciiRead: ColumnFormat['read'] = latin1Decode;

function writeAscii(writer: KeyWriter, text: string): boolean {
  const { bytes, length: at } = writer;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    bytes[at + i] = code;
  }
  writer.length = at + text.length;
  return true;
}

const binaryFormat: ColumnFormat = {
  write: (writer, value) => {
    const bytes = value as Bytes;
    writer.reserve(bytes.length);
    writer.bytes.set(bytes, writer.length);
    writer.length += bytes.length;
  },
  read: (bytes, start, end) => bytes.slice(start, end),
};

const jsonFormat: ColumnFormat = {
  write: (writer, value) => {
    const bytes = encodeJson(value as JsonValue);
    writer.reserve(bytes.length);
    writer.bytes.set(bytes, writer.length);
    writer.length += bytes.length;
  },
  read: decodeJson,
};

function enumFormat(elements: readonly string[]): ColumnFormat {
  const values = Array.from({ length: elements.length + 1 }, (_, index) => enumFromIndex(index, elements));
  return {
    write: (writer, value) => writeUnsigned(writer, (value as EnumValue).index),
    read: (bytes, start, end) => {
      const index = readUnsigned(bytes, start, end) as number;
      return values[index] ?? enumFromIndex(index, elements);
    },
  };
}

function setFormat(elements: readonly string[]): ColumnFormat {
  return {
    write: (writer, value) => writeUnsigned(writer, (value as SetValue).bits),
    read: (bytes, start, end) => setFromBits(readUnsigned(bytes, start, end), elements),
  };
}
