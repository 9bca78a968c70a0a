/** Values as the bytes in which MySQL keeps them in a row, for the hash of PARTITION BY KEY. */
import { utf8Encode } from '../../base/index.ts';
import {
  civilSeconds,
  type DateTime,
  dayOf,
  type Decimal,
  type EnumValue,
  type FieldType,
  formatText,
  monthOf,
  MysqlType,
  type SetValue,
  type TimeZone,
  type Value,
  yearOf,
} from '../../sql/types/index.ts';
import { storedTimestamp } from '../column-value.ts';

type NonNull = Exclude<Value, null>;
type BytesOf = (value: NonNull, zone: TimeZone) => readonly number[] | Uint8Array;

const INT_BYTES: Readonly<Record<number, number>> = {
  [MysqlType.TINY]: 1,
  [MysqlType.SHORT]: 2,
  [MysqlType.INT24]: 3,
  [MysqlType.LONG]: 4,
  [MysqlType.LONGLONG]: 8,
};

/** For all types but texts, BINARY, BIT, ENUM and SET. */
export function storedBytesOf(type: FieldType): BytesOf {
  switch (type.kind) {
    case 'int': {
      const width = INT_BYTES[type.mysqlType] ?? 8;
      return (value) => littleEndian(BigInt(value as number | bigint), width);
    }
    case 'year':
      return (value) => [value === 0 ? 0 : (value as number) - 1900];
    case 'date':
      return (value) => littleEndian(BigInt(packedDate(value as number)), 3);
    case 'time':
      return (value) => timeBytes(value as number, type.decimals);
    case 'datetime':
      return (value) => datetimeBytes(value as DateTime, type.decimals);
    case 'timestamp':
      return (value, zone) => timestampBytes(storedTimestamp(value as DateTime, zone), type.decimals);
    case 'decimal':
      return (value) => decimalBytes(value as Decimal, type);
    case 'double':
    case 'float':
      return (value) => floatBytes(value as number, type.kind === 'float');
    default:
      return (value) => utf8Encode(formatText(value, type));
  }
}

function littleEndian(value: bigint, width: number): number[] {
  const bits = BigInt.asUintN(64, value);
  return Array.from({ length: width }, (_, i) => Number((bits >> BigInt(i * 8)) & 255n));
}

function bigEndian(value: bigint, width: number): number[] {
  return littleEndian(value, width).reverse();
}

/** BIT: eight bytes, greatest first. */
export function bitBytes(value: number | bigint): number[] {
  return bigEndian(BigInt(value), 8);
}

/** ENUM by the member's number, SET by its bits. */
export function setBytes(value: NonNull, type: FieldType): number[] {
  const members = type.elements?.length ?? 0;
  if (type.kind === 'enum') return littleEndian(BigInt((value as EnumValue).index), members < 256 ? 1 : 2);
  const width = Math.max(1, Math.ceil(members / 8));
  return littleEndian(BigInt((value as SetValue).bits), width > 4 ? 8 : width);
}

function packedDate(ymd: number): number {
  return dayOf(ymd) + monthOf(ymd) * 32 + yearOf(ymd) * 512;
}

function fractionBytes(micros: number, decimals: number): number[] {
  const width = Math.ceil(decimals / 2);
  return width === 0 ? [] : bigEndian(BigInt(Math.floor(micros / 10 ** (6 - width * 2))), width);
}

/** Five bytes, greatest first, then the fraction. */
function datetimeBytes(value: DateTime, decimals: number): number[] {
  const seconds = Math.floor(value.micros / 1_000_000);
  const days = (yearOf(value.ymd) * 13 + monthOf(value.ymd)) * 32 + dayOf(value.ymd);
  const packed = BigInt(days) * 131_072n + BigInt(packedTime(seconds)) + 0x80_0000_0000n;
  return [...bigEndian(packed, 5), ...fractionBytes(value.micros % 1_000_000, decimals)];
}

function packedTime(seconds: number): number {
  return Math.floor(seconds / 3600) * 4096 + (Math.floor(seconds / 60) % 60) * 64 + (seconds % 60);
}

function timestampBytes(utc: DateTime, decimals: number): number[] {
  const seconds = utc.ymd === 0 ? 0 : civilSeconds(utc);
  return [...bigEndian(BigInt(Math.floor(seconds)), 4), ...fractionBytes(utc.micros % 1_000_000, decimals)];
}

/** Negative times are the complement of the whole packed number, fraction included. */
function timeBytes(micros: number, decimals: number): number[] {
  const absolute = Math.abs(micros);
  const packed = BigInt(packedTime(Math.floor(absolute / 1_000_000))) * 0x100_0000n + BigInt(absolute % 1_000_000);
  const width = Math.ceil(decimals / 2);
  const signed = micros < 0 ? -packed : packed;
  if (width === 3) return bigEndian(signed + 0x8000_0000_0000n, 6);
  const whole = bigEndian((signed >> 24n) + 0x80_0000n, 3);
  if (width === 0) return whole;
  const fraction = signed % 0x100_0000n;
  return [...whole, ...bigEndian(fraction / (width === 1 ? 10_000n : 100n), width)];
}

const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** Groups of nine digits in four bytes, around the point; the sign bit is turned, a negative number all of it. */
function decimalBytes(value: Decimal, type: FieldType): number[] {
  const { unscaled, scale } = value;
  const absolute = BigInt(unscaled < 0 ? -unscaled : unscaled);
  const digits = String(absolute * 10n ** BigInt(type.decimals - scale)).padStart(type.length, '0');
  const whole = digits.slice(0, digits.length - type.decimals);
  const fraction = digits.slice(digits.length - type.decimals);
  const bytes: number[] = [];
  const put = (group: string): void => {
    if (group !== '') bytes.push(...bigEndian(BigInt(group), DIGIT_BYTES[group.length] as number));
  };
  const lead = whole.length % 9;
  put(whole.slice(0, lead));
  for (let i = lead; i < whole.length; i += 9) put(whole.slice(i, i + 9));
  for (let i = 0; i < fraction.length; i += 9) put(fraction.slice(i, i + 9));
  const mask = unscaled < 0 ? 0xff : 0;
  return bytes.map((byte, i) => byte ^ mask ^ (i === 0 ? 0x80 : 0));
}

function floatBytes(value: number, isFloat: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  if (isFloat) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer, 0, isFloat ? 4 : 8);
}
