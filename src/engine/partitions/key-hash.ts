/**
 * The hash of PARTITION BY KEY, as MySQL computes it (Field::hash and the collations' hash_sort), so that rows are in the
 * partitions in which MySQL has them. Numbers and dates are hashed as the bytes in which MySQL keeps them.
 */
import { utf8Encode } from '../../base/index.ts';
import {
  charsetOf,
  type DateTime,
  dayOf,
  type EnumValue,
  type FieldType,
  formatText,
  getCharset,
  getCollation,
  monthOf,
  MysqlType,
  type SetValue,
  type Value,
  yearOf,
} from '../../sql/types/index.ts';

const MASK = 0xffff_ffff_ffff_ffffn;
const FNV_OFFSET = 14_695_981_039_346_656_037n;
const FNV_PRIME = 1_099_511_628_211n;

type Adder = (hash: KeyHash, value: Exclude<Value, null>) => void;

/** Both halves of MySQL's running hash. */
export class KeyHash {
  #first = 1n;
  #second = 4n;

  get value(): number {
    return Number(this.#first & 0xffff_ffffn);
  }

  addNull(): void {
    this.#first = (this.#first ^ ((this.#first << 1n) | 1n)) & MASK;
  }

  addByte(byte: number): void {
    const product = ((this.#first & 63n) + this.#second) * BigInt(byte);
    this.#first = (this.#first ^ (product + (this.#first << 8n))) & MASK;
    this.#second += 3n;
  }

  addBytes(bytes: Iterable<number>): void {
    for (const byte of bytes) this.addByte(byte);
  }

  /** Collations of UCA 9.0.0. */
  addWeights(weights: Iterable<number>): void {
    let hash = this.#first ^ FNV_OFFSET;
    for (const weight of weights) hash = ((hash ^ BigInt(weight)) * FNV_PRIME) & MASK;
    this.#first = hash;
  }
}

/** Made once per column: adds its values to a hash. */
export function keyHasher(type: FieldType): Adder {
  switch (type.kind) {
    case 'int':
      return littleEndian(INT_BYTES[type.mysqlType] ?? 8, (value) => BigInt(value as number | bigint));
    case 'year':
      return littleEndian(1, (value) => BigInt(value === 0 ? 0 : (value as number) - 1900));
    case 'date':
      return littleEndian(3, (value) => BigInt(packedDate(value as number)));
    case 'datetime':
    case 'timestamp':
      return (hash, value) => hash.addBytes(datetimeBytes(value as DateTime, type.decimals));
    case 'enum':
      return littleEndian((type.elements?.length ?? 0) < 256 ? 1 : 2, (value) => BigInt((value as EnumValue).index));
    case 'set':
      return littleEndian(setBytes(type.elements?.length ?? 0), (value) => BigInt((value as SetValue).bits));
    case 'double':
    case 'float':
      return (hash, value) => hash.addBytes(floatBytes(value as number, type.kind === 'float'));
    case 'string':
      return textHasher(type);
    case 'binary':
      return (hash, value) => {
        const bytes = value as Uint8Array;
        hash.addBytes(bytes);
        if (type.mysqlType === MysqlType.STRING) for (let i = bytes.length; i < type.length; i++) hash.addByte(0);
      };
    default:
      return (hash, value) => hash.addBytes(utf8Encode(formatText(value, type)));
  }
}

const INT_BYTES: Readonly<Record<number, number>> = {
  [MysqlType.TINY]: 1,
  [MysqlType.SHORT]: 2,
  [MysqlType.INT24]: 3,
  [MysqlType.LONG]: 4,
  [MysqlType.LONGLONG]: 8,
};

function littleEndian(bytes: number, numberOf: (value: Exclude<Value, null>) => bigint): Adder {
  return (hash, value) => {
    let rest = BigInt.asUintN(64, numberOf(value));
    for (let i = 0; i < bytes; i++) {
      hash.addByte(Number(rest & 255n));
      rest >>= 8n;
    }
  };
}

function setBytes(members: number): number {
  const bytes = Math.ceil(members / 8);
  return bytes > 4 ? 8 : Math.max(1, bytes);
}

function packedDate(ymd: number): number {
  return dayOf(ymd) + monthOf(ymd) * 32 + yearOf(ymd) * 512;
}

/** DATETIME's five bytes, greatest first, and those of its fraction. */
function datetimeBytes(value: DateTime, decimals: number): number[] {
  const seconds = Math.floor(value.micros / 1_000_000);
  const yearMonth = yearOf(value.ymd) * 13 + monthOf(value.ymd);
  const days = BigInt(yearMonth * 32 + dayOf(value.ymd));
  const time = BigInt(Math.floor(seconds / 3600) * 4096 + (Math.floor(seconds / 60) % 60) * 64 + (seconds % 60));
  const packed = ((days << 17n) | time) + 0x80_0000_0000n;
  const out = bigEndian(packed, 5);
  const fractionBytes = Math.ceil(decimals / 2);
  if (fractionBytes === 0) return out;
  const fraction = Math.floor((value.micros % 1_000_000) / 10 ** (6 - fractionBytes * 2));
  return [...out, ...bigEndian(BigInt(fraction), fractionBytes)];
}

function bigEndian(value: bigint, bytes: number): number[] {
  const out: number[] = [];
  for (let i = bytes - 1; i >= 0; i--) out.push(Number((value >> BigInt(i * 8)) & 255n));
  return out;
}

function floatBytes(value: number, isFloat: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  if (isFloat) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return new Uint8Array(view.buffer, 0, isFloat ? 4 : 8);
}

/** CHAR is hashed as it is kept: padded with spaces, which only NO PAD collations tell apart. */
function textHasher(type: FieldType): Adder {
  const collation = getCollation(type.collation);
  const charset = getCharset(charsetOf(type.collation));
  const isPadded = type.mysqlType === MysqlType.STRING;
  const textOf = (value: string): string =>
    isPadded && !collation.padSpace
      ? value.padEnd(type.length * charset.bytesMax - (utf8Encode(value).length - value.length))
      : value;
  if (collation.name.includes('_0900_bin'))
    return (hash, value) => hash.addBytes(charset.encode(textOf(value as string)));
  if (collation.name.includes('_0900_'))
    return (hash, value) => hash.addWeights(collation.weights(textOf(value as string)));
  if (collation.name.endsWith('_bin'))
    return (hash, value) => hash.addBytes(charset.encode((value as string).replace(/ +$/, '')));
  const isWide = charset.bytesMax > 1;
  return (hash, value) => {
    const weights = collation.weights((value as string).replace(/ +$/, ''));
    const end = collation.padSpace ? weights.length - 1 : weights.length;
    for (let i = 0; i < end; i++) {
      const weight = weights[i] as number;
      hash.addByte(weight & 255);
      if (isWide) hash.addByte((weight >> 8) & 255);
      if (weight > 0xffff) hash.addByte((weight >> 16) & 255);
    }
  };
}
