/**
 * Rows of the binary protocol: 0x00 | NULL bitmap (offset 2 bits) | values.
 *
 * Integers and floats have their fixed size, temporal values a length byte and as many parts as they need, all else is
 * length-encoded text or bytes as in the text protocol.
 */
import { MysqlType, type Charset, type DateTime, type FieldType, type Value } from '../../sql/types/index.ts';
import type { PacketWriter } from './packet-writer.ts';
import { textValueWriter, type ValueWriter } from './text-row.ts';

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
const BITMAP_OFFSET = 2;

export function binaryValueWriter(type: FieldType, charset: Charset | undefined): ValueWriter {
  switch (type.kind) {
    case 'int':
    case 'year':
      return integerWriter(type);
    case 'float':
      return (writer, value) => writer.f32(value as number);
    case 'double':
      return (writer, value) => writer.f64(value as number);
    case 'date':
      return (writer, value) => writeDate(writer, value as number);
    case 'datetime':
    case 'timestamp':
      return (writer, value) => writeDateTime(writer, value as DateTime);
    case 'time':
      return (writer, value) => writeTime(writer, value as number);
    default:
      return textValueWriter({ ...type, zerofill: false }, charset);
  }
}

function integerWriter(type: FieldType): ValueWriter {
  switch (type.mysqlType) {
    case MysqlType.TINY:
      return (writer, value) => writer.u8(value as number);
    case MysqlType.SHORT:
    case MysqlType.YEAR:
      return (writer, value) => writer.u16(value as number);
    case MysqlType.LONG:
    case MysqlType.INT24:
      return (writer, value) => writer.u32(value as number);
    default:
      return (writer, value) => writer.i64(value as number | bigint);
  }
}

function writeDate(writer: PacketWriter, ymd: number): void {
  if (ymd === 0) return writer.u8(0);
  writer.u8(4);
  writeYmd(writer, ymd);
}

function writeYmd(writer: PacketWriter, ymd: number): void {
  writer.u16(ymd >>> 9);
  writer.u8((ymd >>> 5) & 15);
  writer.u8(ymd & 31);
}

function writeDateTime(writer: PacketWriter, value: DateTime): void {
  const { ymd, micros } = value;
  if (micros === 0) return writeDate(writer, ymd);
  const fraction = micros % MICROS_PER_SECOND;
  writer.u8(fraction === 0 ? 7 : 11);
  writeYmd(writer, ymd);
  writeClock(writer, (micros - fraction) / MICROS_PER_SECOND);
  if (fraction !== 0) writer.u32(fraction);
}

function writeClock(writer: PacketWriter, seconds: number): void {
  const minutes = Math.floor(seconds / 60);
  writer.u8(Math.floor(minutes / 60));
  writer.u8(minutes % 60);
  writer.u8(seconds % 60);
}

function writeTime(writer: PacketWriter, signedMicros: number): void {
  if (signedMicros === 0) return writer.u8(0);
  const micros = Math.abs(signedMicros);
  const fraction = micros % MICROS_PER_SECOND;
  const seconds = (micros - fraction) / MICROS_PER_SECOND;
  writer.u8(fraction === 0 ? 8 : 12);
  writer.u8(signedMicros < 0 ? 1 : 0);
  writer.u32(Math.floor(seconds / SECONDS_PER_DAY));
  writeClock(writer, seconds % SECONDS_PER_DAY);
  if (fraction !== 0) writer.u32(fraction);
}

export function writeBinaryRow(writer: PacketWriter, writers: readonly ValueWriter[], row: readonly Value[]): void {
  const count = writers.length;
  writer.begin();
  writer.u8(0);
  const bitmap = writer.hole((count + BITMAP_OFFSET + 7) >> 3);
  for (let i = 0; i < count; i++) {
    const value = row[i] as Value;
    if (value !== null) {
      (writers[i] as ValueWriter)(writer, value);
      continue;
    }
    const bit = i + BITMAP_OFFSET;
    writer.setBits(bitmap + (bit >> 3), 1 << (bit & 7));
  }
  writer.end();
}
