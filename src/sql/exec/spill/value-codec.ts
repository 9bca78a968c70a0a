/**
 * Values as bytes, for temporary files only: each with a tag, so that no types are needed to read them. What comes back is equal in class and content
 * (an integer stays a number, a Decimal keeps its scale). Not a format that outlives the process.
 *
 *   tag  0 null  1 int32  2 double  3 bigint  4 text  5 bytes  6 decimal(number)  7 decimal(bigint)  8 datetime  9 enum  10 set  11 JSON
 */
import { assert, type BytesReader, type BytesWriter } from '../../../base/index.ts';
import {
  DateTime,
  Decimal,
  EnumValue,
  JSON_KINDS,
  type JsonKind,
  type JsonOpaque,
  type JsonPayload,
  JsonValue,
  type Row,
  SetValue,
  type Value,
} from '../../types/index.ts';

const NULL = 0;
const INT32 = 1;
const DOUBLE = 2;
const BIGINT = 3;
const TEXT = 4;
const BYTES = 5;
const DECIMAL = 6;
const DECIMAL_BIG = 7;
const DATETIME = 8;
const ENUM = 9;
const SET = 10;
const JSON_DOCUMENT = 11;

export function writeRow(out: BytesWriter, row: readonly Value[]): void {
  out.varint(row.length);
  for (const value of row) writeValue(out, value);
}

export function readRow(from: BytesReader): Row {
  const row = new Array<Value>(from.varint());
  for (let i = 0; i < row.length; i++) row[i] = readValue(from);
  return row;
}

function writeValue(out: BytesWriter, value: Value): void {
  if (value === null) out.u8(NULL);
  else if (typeof value === 'number') writeNumber(out, value);
  else if (typeof value === 'string') out.u8(TEXT).string(value);
  else if (typeof value === 'bigint') writeBig(out.u8(BIGINT), value);
  else if (value instanceof Uint8Array) writeBytes(out.u8(BYTES), value);
  else if (value instanceof Decimal) writeDecimal(out, value);
  else if (value instanceof DateTime) out.u8(DATETIME).f64(value.ymd).f64(value.micros);
  else if (value instanceof EnumValue) out.u8(ENUM).varint(value.index).string(value.text);
  else if (value instanceof SetValue) {
    writeBig(out.u8(SET), BigInt(value.bits));
    out.u8(typeof value.bits === 'bigint' ? 1 : 0).string(value.text);
  } else writeJson(out.u8(JSON_DOCUMENT), value);
}

function writeNumber(out: BytesWriter, value: number): void {
  // Object.is: -0 is a double of its own.
  if (Object.is(value | 0, value)) out.u8(INT32).u32(value >>> 0);
  else out.u8(DOUBLE).f64(value);
}

function writeDecimal(out: BytesWriter, value: Decimal): void {
  if (typeof value.unscaled === 'number') out.u8(DECIMAL).u8(value.scale).f64(value.unscaled);
  else writeBig(out.u8(DECIMAL_BIG).u8(value.scale), value.unscaled);
}

/** Of any size: DECIMAL(65) is beyond 64 bits. */
function writeBig(out: BytesWriter, value: bigint): void {
  out.string(value.toString(36));
}

function readBig(from: BytesReader): bigint {
  const text = from.string();
  const digits = text.startsWith('-') ? text.slice(1) : text;
  let value = 0n;
  // Ten digits of base 36 fit a double exactly.
  for (let at = 0; at < digits.length; at += 10) {
    const part = digits.slice(at, at + 10);
    value = value * 36n ** BigInt(part.length) + BigInt(Number.parseInt(part, 36));
  }
  return digits === text ? value : -value;
}

function writeBytes(out: BytesWriter, value: Uint8Array): void {
  out.varint(value.length).bytes(value);
}

function readValue(from: BytesReader): Value {
  const tag = from.u8();
  switch (tag) {
    case NULL:
      return null;
    case INT32:
      return from.u32() | 0;
    case DOUBLE:
      return from.f64();
    case BIGINT:
      return readBig(from);
    case TEXT:
      return from.string();
    case BYTES:
      return from.lengthPrefixed().slice();
    case DECIMAL: {
      const scale = from.u8();
      return new Decimal(from.f64(), scale);
    }
    case DECIMAL_BIG: {
      const scale = from.u8();
      return new Decimal(readBig(from), scale);
    }
    case DATETIME: {
      const ymd = from.f64();
      return new DateTime(ymd, from.f64());
    }
    case ENUM: {
      const index = from.varint();
      return new EnumValue(index, from.string());
    }
    case SET: {
      const bits = readBig(from);
      const isBig = from.u8() === 1;
      return new SetValue(isBig ? bits : Number(bits), from.string());
    }
    default:
      assert(tag === JSON_DOCUMENT, 'a tag of a spilled value');
      return readJson(from);
  }
}

function writeJson(out: BytesWriter, document: JsonValue): void {
  const { kind, payload } = document;
  out.u8(JSON_KINDS.indexOf(kind));
  if (payload instanceof Map) {
    out.varint(payload.size);
    for (const [name, member] of payload as ReadonlyMap<string, JsonValue>) writeJson(out.string(name), member);
  } else if (Array.isArray(payload)) {
    out.varint(payload.length);
    for (const item of payload as readonly JsonValue[]) writeJson(out, item);
  } else if (typeof payload === 'boolean') out.u8(payload ? 1 : 0);
  else if (kind === 'opaque') {
    const { mysqlType, bytes } = payload as JsonOpaque;
    writeBytes(out.varint(mysqlType), bytes);
  } else writeValue(out, payload as Value);
}

function readJson(from: BytesReader): JsonValue {
  const kind = JSON_KINDS[from.u8()];
  assert(kind !== undefined, 'a kind of a spilled document');
  return new JsonValue(kind, readPayload(from, kind));
}

function readPayload(from: BytesReader, kind: JsonKind): JsonPayload {
  switch (kind) {
    case 'object': {
      const members = new Map<string, JsonValue>();
      for (let left = from.varint(); left > 0; left--) {
        const name = from.string();
        members.set(name, readJson(from));
      }
      return members;
    }
    case 'array':
      return Array.from({ length: from.varint() }, () => readJson(from));
    case 'boolean':
      return from.u8() === 1;
    case 'opaque': {
      const mysqlType = from.varint();
      return { mysqlType, bytes: from.lengthPrefixed().slice() };
    }
    default:
      return readValue(from) as JsonPayload;
  }
}
