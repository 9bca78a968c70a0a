/**
 * The hash of PARTITION BY KEY, as MySQL computes it (Field::hash and the collations' hash_sort), so that rows are in the
 * partitions in which MySQL has them.
 *
 * Texts are hashed by their collation. All else is hashed as the bytes in which MySQL keeps it (stored-bytes.ts), and
 * those of numbers and dates as if they were latin1 text: without trailing spaces, letters folded.
 */
import { fromHex, utf8Encode } from '../../base/index.ts';
import {
  type FieldType,
  getCharset,
  getCollation,
  MysqlType,
  type TimeZone,
  type Value,
} from '../../sql/types/index.ts';
import { bitBytes, setBytes, storedBytesOf } from './stored-bytes.ts';

/** The low halves of FNV-1a's 64-bit constants. */
const FNV_OFFSET = 0x8422_2325;
const FNV_PRIME = 0x1b3;
const SPACE = 0x20;

type NonNull = Exclude<Value, null>;
export type KeyHasher = (hash: KeyHash, value: NonNull, zone: TimeZone) => void;

/** MySQL's running hash. Its state has 64 bits, but the low 32, which are the result, never depend on the others. */
export class KeyHash {
  #first = 1;
  #second = 4;

  get value(): number {
    return this.#first >>> 0;
  }

  addNull(): void {
    this.#first ^= (this.#first << 1) | 1;
  }

  addByte(byte: number): void {
    this.#first ^= Math.imul((this.#first & 63) + this.#second, byte) + (this.#first << 8);
    this.#second += 3;
  }

  addBytes(bytes: Iterable<number>): void {
    for (const byte of bytes) this.addByte(byte);
  }

  /** Collations of UCA 9.0.0: weights of all levels, 16 bits each. */
  addWeights(sortKey: Uint8Array): void {
    let hash = this.#first ^ FNV_OFFSET;
    for (let i = 0; i < sortKey.length; i += 2) {
      const weight = ((sortKey[i] as number) << 8) | (sortKey[i + 1] as number);
      hash = Math.imul(hash ^ weight, FNV_PRIME);
    }
    this.#first = hash;
  }
}

/** Made once per column: adds its values to a hash. */
export function keyHasher(type: FieldType): KeyHasher {
  switch (type.kind) {
    case 'string':
      return textHasher(type);
    case 'binary': {
      const width = type.mysqlType === MysqlType.STRING ? type.length : 0;
      return (hash, value) => {
        const bytes = value as Uint8Array;
        hash.addBytes(bytes);
        for (let i = bytes.length; i < width; i++) hash.addByte(0);
      };
    }
    case 'bit':
      return (hash, value) => hash.addBytes(bitBytes(value as number | bigint));
    case 'enum':
    case 'set':
      return (hash, value) => addLatin1(hash, setBytes(value, type));
    case 'time':
    case 'datetime':
    case 'timestamp': {
      const bytesOf = storedBytesOf(type);
      return (hash, value, zone) => hash.addBytes(bytesOf(value, zone));
    }
    default: {
      const bytesOf = storedBytesOf(type);
      return (hash, value, zone) => addLatin1(hash, bytesOf(value, zone));
    }
  }
}

/** latin1_swedish_ci from 0xC0 on; below, only a to z differ from their bytes. */
const UPPER_WEIGHTS = fromHex(
  '414141415c5b5c434545454549494949444e4f4f4f4f5dd7d85555555959dedf' +
    '414141415c5b5c434545454549494949444e4f4f4f4f5df7d85555555959deff',
) as Uint8Array;

function latin1Weight(byte: number): number {
  if (byte >= 0xc0) return UPPER_WEIGHTS[byte - 0xc0] as number;
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}

function addLatin1(hash: KeyHash, bytes: readonly number[] | Uint8Array): void {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === SPACE) end--;
  for (let i = 0; i < end; i++) hash.addByte(latin1Weight(bytes[i] as number));
}

/** CHAR is hashed as it is kept: padded with spaces, which only NO PAD collations tell apart. */
function textHasher(type: FieldType): KeyHasher {
  const collation = getCollation(type.collation);
  const charset = getCharset(collation.charset);
  const width = type.mysqlType === MysqlType.STRING && !collation.padSpace ? type.length * charset.bytesMax : 0;
  const padded = (value: NonNull): string => {
    const text = value as string;
    return width === 0 ? text : text + ' '.repeat(Math.max(0, width - utf8Encode(text).length));
  };
  if (collation.name.includes('_0900_') && !collation.name.endsWith('_bin'))
    return (hash, value) => hash.addWeights(collation.sortKey(padded(value)));
  if (collation.name.endsWith('_bin'))
    return (hash, value) => hash.addBytes(charset.encode((value as string).replace(/ +$/, '')));
  if (charset.bytesMax === 1) {
    return (hash, value) => hash.addBytes(collation.weights((value as string).replace(/ +$/, '')).slice(0, -1));
  }
  // General collations add the low byte of a weight first, those of UCA the high byte.
  const isGeneral = collation.name.includes('_general_');
  return (hash, value) => {
    const weights = collation.weights((value as string).replace(/ +$/, ''));
    const end = collation.padSpace ? weights.length - 1 : weights.length;
    for (let i = 0; i < end; i++) {
      const weight = weights[i] as number;
      hash.addByte(isGeneral ? weight & 255 : (weight >> 8) & 255);
      hash.addByte(isGeneral ? (weight >> 8) & 255 : weight & 255);
      if (isGeneral && weight > 0xffff) hash.addByte((weight >> 16) & 255);
    }
  };
}
