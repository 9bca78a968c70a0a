/**
 * Parameters of COM_STMT_EXECUTE and query attributes of COM_QUERY: types and values of the binary protocol, inbound.
 *
 * Strings that are not valid UTF-8 stay bytes: some drivers send buffers under a string type, and the server must store
 * them unchanged.
 */
import { isUtf8 } from '../../env/index.ts';
import {
  DateTime,
  Decimal,
  blobType,
  dateType,
  datetimeType,
  decimalType,
  doubleType,
  floatType,
  intType,
  nullType,
  packDate,
  textType,
  timeType,
  varcharType,
  MysqlType,
  type Charset,
  type FieldType,
  type IntSize,
  type Value,
} from '../../sql/types/index.ts';
import { malformed, type PayloadReader } from './payload-reader.ts';

const UNSIGNED_FLAG = 0x80;
const MICROS_PER_SECOND = 1_000_000;
const LENGTH_UNKNOWN = 65_535;

/** A parameter as bound: the protocol's type byte, its sign, and the SQL type that the session sees. */
export interface BoundType {
  readonly code: number;
  readonly unsigned: boolean;
  readonly type: FieldType;
}

const KNOWN = new Map<number, BoundType>();

/** The same object for the same two bytes. Unknown type bytes are malformed. */
export function boundType(code: number, flags: number): BoundType {
  const unsigned = (flags & UNSIGNED_FLAG) !== 0;
  const key = (code << 1) | (unsigned ? 1 : 0);
  let bound = KNOWN.get(key);
  if (bound === undefined) {
    bound = { code, unsigned, type: fieldTypeOf(code, unsigned) };
    KNOWN.set(key, bound);
  }
  return bound;
}

const INT_SIZE: ReadonlyMap<number, IntSize> = new Map([
  [MysqlType.TINY, 'tiny'],
  [MysqlType.SHORT, 'small'],
  [MysqlType.YEAR, 'small'],
  [MysqlType.INT24, 'int'],
  [MysqlType.LONG, 'int'],
  [MysqlType.LONGLONG, 'big'],
]);

function fieldTypeOf(code: number, unsigned: boolean): FieldType {
  const size = INT_SIZE.get(code);
  if (size !== undefined) return intType(size, { unsigned });
  switch (code) {
    case MysqlType.NULL:
      return nullType();
    case MysqlType.FLOAT:
      return floatType();
    case MysqlType.DOUBLE:
      return doubleType();
    case MysqlType.DECIMAL:
    case MysqlType.NEWDECIMAL:
      return decimalType(65, 30);
    case MysqlType.DATE:
      return dateType();
    case MysqlType.DATETIME:
    case MysqlType.TIMESTAMP:
      return datetimeType(6);
    case MysqlType.TIME:
      return timeType(6);
    case MysqlType.TINY_BLOB:
    case MysqlType.MEDIUM_BLOB:
    case MysqlType.LONG_BLOB:
    case MysqlType.BLOB:
    case MysqlType.BIT:
    case MysqlType.GEOMETRY:
      return blobType('long');
    case MysqlType.JSON:
      return textType('long');
    case MysqlType.VARCHAR:
    case MysqlType.VAR_STRING:
    case MysqlType.STRING:
    case MysqlType.ENUM:
    case MysqlType.SET:
      return varcharType(LENGTH_UNKNOWN);
    default:
      throw malformed();
  }
}

/** `charset` undefined = UTF-8. */
export function readParameter(reader: PayloadReader, bound: BoundType, charset: Charset | undefined): Value {
  switch (bound.code) {
    case MysqlType.TINY:
      return bound.unsigned ? reader.u8() : reader.i8();
    case MysqlType.SHORT:
    case MysqlType.YEAR:
      return bound.unsigned ? reader.u16() : reader.i16();
    case MysqlType.INT24:
    case MysqlType.LONG:
      return bound.unsigned ? reader.u32() : reader.i32();
    case MysqlType.LONGLONG:
      return bound.unsigned ? reader.u64() : reader.i64();
    case MysqlType.FLOAT:
      return reader.f32();
    case MysqlType.DOUBLE:
      return reader.f64();
    case MysqlType.DATE:
      return readDateTime(reader).ymd;
    case MysqlType.DATETIME:
    case MysqlType.TIMESTAMP:
      return readDateTime(reader);
    case MysqlType.TIME:
      return readTime(reader);
    case MysqlType.NULL:
      return null;
    default:
      return bytesToValue(reader.lenencBytes(), bound, charset);
  }
}

/** Text or bytes of a length-encoded parameter, or of its long data. */
export function bytesToValue(bytes: Buffer, bound: BoundType, charset: Charset | undefined): Value {
  switch (bound.type.kind) {
    case 'binary':
      return Uint8Array.prototype.slice.call(bytes);
    case 'decimal':
      return Decimal.fromString(bytes.toString('latin1'));
    case 'string':
      if (charset !== undefined) return charset.decode(bytes);
      return isUtf8(bytes) ? bytes.toString('utf8') : Uint8Array.prototype.slice.call(bytes);
    default:
      return bytes.toString('utf8');
  }
}

function readDateTime(reader: PayloadReader): DateTime {
  const length = reader.u8();
  if (length === 0) return DateTime.ZERO;
  if (length !== 4 && length !== 7 && length !== 11) throw malformed();
  const year = reader.u16();
  const month = reader.u8();
  const day = reader.u8();
  if (year > 9999 || month > 12 || day > 31) throw malformed();
  const ymd = packDate(year, month, day);
  if (length === 4) return new DateTime(ymd, 0);
  return new DateTime(ymd, readClock(reader, length === 11));
}

function readClock(reader: PayloadReader, withMicros: boolean): number {
  const hour = reader.u8();
  const minute = reader.u8();
  const second = reader.u8();
  const micros = withMicros ? reader.u32() : 0;
  if (hour > 23 || minute > 59 || second > 59 || micros >= MICROS_PER_SECOND) throw malformed();
  return ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros;
}

function readTime(reader: PayloadReader): number {
  const length = reader.u8();
  if (length === 0) return 0;
  if (length !== 8 && length !== 12) throw malformed();
  const negative = reader.u8() !== 0;
  const days = reader.u32();
  const micros = days * 86_400 * MICROS_PER_SECOND + readClock(reader, length === 12);
  return negative ? 0 - micros : micros;
}

/** A named list of attributes that a statement carries; Ebb reads past them. */
export function skipQueryAttributes(reader: PayloadReader, charset: Charset | undefined): void {
  const count = reader.lenenc();
  const sets = reader.lenenc();
  if (sets !== 1) throw malformed();
  if (count === 0) return;
  const nulls = reader.take((count + 7) >> 3);
  if (reader.u8() !== 1) throw malformed();
  const types = readTypes(reader, count, true);
  for (let i = 0; i < count; i++) {
    if (((nulls[i >> 3] as number) & (1 << (i & 7))) === 0) readParameter(reader, types[i] as BoundType, charset);
  }
}

export function readTypes(reader: PayloadReader, count: number, named: boolean): BoundType[] {
  if (count > reader.remaining) throw malformed();
  const types: BoundType[] = [];
  for (let i = 0; i < count; i++) {
    const code = reader.u8();
    types.push(boundType(code, reader.u8()));
    if (named) reader.lenencBytes();
  }
  return types;
}
