/**
 * Character sets: bytes to strings and back, byte lengths. Strings inside the database are JavaScript strings whatever
 * their charset; the bytes matter to LENGTH, HEX, CAST(… AS BINARY), LOAD DATA and the wire.
 *
 * UTF-8, UTF-16, UTF-32 and the single-byte charsets are our own; East Asian ones come from iconv-lite.
 */
import iconv from 'iconv-lite';
import { sqlError } from '../../base/index.ts';
import { CHARSET_LIST } from './collation-list.data.ts';
import { SINGLE_BYTE_MAPS } from './single-byte.data.ts';

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8Strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Bytes of the text in UTF-8, without encoding it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      bytes += 2; // four bytes for two units
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/** Characters (code points) of a text. */
export function charLength(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      count--;
      i++;
    }
  }
  return count;
}

/** The first `chars` code points. */
export function takeChars(text: string, chars: number): string {
  if (text.length <= chars) return text;
  let at = 0;
  for (let left = chars; left > 0 && at < text.length; left--) {
    const unit = text.charCodeAt(at);
    at += unit >= 0xd800 && unit < 0xdc00 && at + 1 < text.length ? 2 : 1;
  }
  return text.slice(0, at);
}

export const charsetUnits = {
  encodeUtf8: (text: string): Uint8Array => utf8Encoder.encode(text),
  decodeUtf8: (bytes: Uint8Array): string => utf8Decoder.decode(bytes),
};

export interface Charset {
  readonly name: string;
  readonly bytesMax: number;
  readonly defaultCollation: string;
  readonly description: string;
  /** Unicode to byte of single-byte charsets; empty for the others. */
  readonly byteOf: ReadonlyMap<number, number>;
  /** Characters that the charset lacks become '?'. */
  encode(text: string): Uint8Array;
  /** Malformed bytes become '?' or U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** The text, or undefined when the bytes are malformed. */
  decodeStrict(bytes: Uint8Array): string | undefined;
  byteLength(text: string): number;
  /** Whether every character exists in the charset. */
  canEncode(text: string): boolean;
}

type Codec = Omit<Charset, 'name' | 'bytesMax' | 'defaultCollation' | 'description'>;
const NO_BYTES: ReadonlyMap<number, number> = new Map();

const utf8Codec: Codec = {
  byteOf: NO_BYTES,
  encode: (text) => utf8Encoder.encode(text),
  decode: (bytes) => utf8Decoder.decode(bytes),
  decodeStrict(bytes) {
    try {
      return utf8Strict.decode(bytes);
    } catch {
      return undefined;
    }
  },
  byteLength: utf8Length,
  canEncode: () => true,
};

const BEYOND_BMP = /[\u{10000}-\u{10ffff}]/u;
const utf8mb3Codec: Codec = {
  ...utf8Codec,
  encode: (text) => utf8Encoder.encode(text.replace(/[\u{10000}-\u{10ffff}]/gu, '?')),
  canEncode: (text) => !BEYOND_BMP.test(text),
};

/** Latin-1 style: each byte is one code unit, for binary strings seen as text. */
const binaryCodec: Codec = {
  byteOf: NO_BYTES,
  encode: (text) => utf8Encoder.encode(text),
  decode: (bytes) => utf8Decoder.decode(bytes),
  decodeStrict: (bytes) => utf8Decoder.decode(bytes),
  byteLength: utf8Length,
  canEncode: () => true,
};

function fixedWidthCodec(width: 2 | 4, littleEndian: boolean, bmpOnly: boolean): Codec {
  const encode = (text: string): Uint8Array => {
    const units = width === 2 ? text.split('').map((c) => c.charCodeAt(0)) : Array.from(text, (c) => c.codePointAt(0)!);
    const bytes = new Uint8Array(units.length * width);
    const view = new DataView(bytes.buffer);
    units.forEach((unit, i) =>
      width === 2 ? view.setUint16(i * 2, unit, littleEndian) : view.setUint32(i * 4, unit, littleEndian),
    );
    return bytes;
  };
  const decode = (bytes: Uint8Array): string => {
    const padded =
      bytes.length % width === 0
        ? bytes
        : new Uint8Array([...new Uint8Array(width - (bytes.length % width)), ...bytes]);
    const view = new DataView(padded.buffer, padded.byteOffset, padded.byteLength);
    let text = '';
    for (let at = 0; at < padded.length; at += width) {
      const unit = width === 2 ? view.getUint16(at, littleEndian) : view.getUint32(at, littleEndian);
      text += width === 2 ? String.fromCharCode(unit) : unit > 0x10ffff ? '?' : String.fromCodePoint(unit);
    }
    return text;
  };
  return {
    byteOf: NO_BYTES,
    encode,
    decode,
    decodeStrict: (bytes) => (bytes.length % width === 0 ? decode(bytes) : undefined),
    byteLength: (text) => (width === 2 ? text.length * 2 : charLength(text) * 4),
    canEncode: (text) => !bmpOnly || !BEYOND_BMP.test(text),
  };
}

function singleByteCodec(map: string): Codec {
  const chars = (map.match(/.{4}/g) ?? []).map((hex) => parseInt(hex, 16));
  const byteOf = new Map<number, number>();
  chars.forEach((code, byte) => {
    if (code !== 0xfffd && !byteOf.has(code)) byteOf.set(code, byte);
  });
  return {
    byteOf,
    encode: (text) => Uint8Array.from(Array.from(text, (c) => byteOf.get(c.codePointAt(0)!) ?? 63)),
    decode: (bytes) => Array.from(bytes, (b) => (chars[b] === 0xfffd ? '?' : String.fromCharCode(chars[b]!))).join(''),
    decodeStrict: (bytes) =>
      Array.from(bytes, (b) => (chars[b] === 0xfffd ? '?' : String.fromCharCode(chars[b]!))).join(''),
    byteLength: charLength,
    canEncode: (text) => Array.from(text).every((c) => byteOf.has(c.codePointAt(0)!)),
  };
}

const ICONV_NAMES: Record<string, string> = {
  sjis: 'shift_jis',
  cp932: 'cp932',
  ujis: 'euc-jp',
  eucjpms: 'euc-jp',
  euckr: 'euc-kr',
  gb2312: 'gb2312',
  gbk: 'gbk',
  big5: 'big5',
  gb18030: 'gb18030',
};

function iconvCodec(encoding: string): Codec {
  const encode = (text: string): Uint8Array => new Uint8Array(iconv.encode(text, encoding));
  const decode = (bytes: Uint8Array): string => iconv.decode(bytes, encoding);
  return {
    byteOf: NO_BYTES,
    encode,
    decode,
    decodeStrict: (bytes) => {
      const text = decode(bytes);
      return text.includes('\ufffd') ? undefined : text;
    },
    byteLength: (text) => encode(text).length,
    canEncode: (text) => decode(encode(text)) === text,
  };
}

function codecOf(name: string): Codec {
  if (name === 'utf8mb4') return utf8Codec;
  if (name === 'utf8mb3') return utf8mb3Codec;
  if (name === 'binary') return binaryCodec;
  if (name === 'ucs2') return fixedWidthCodec(2, false, true);
  if (name === 'utf16') return fixedWidthCodec(2, false, false);
  if (name === 'utf16le') return fixedWidthCodec(2, true, false);
  if (name === 'utf32') return fixedWidthCodec(4, false, false);
  const map = SINGLE_BYTE_MAPS[name];
  return map === undefined ? iconvCodec(ICONV_NAMES[name] ?? 'utf-8') : singleByteCodec(map);
}

const rows = new Map(CHARSET_LIST.map((row) => [row[0], row]));
const made = new Map<string, Charset>();

export function findCharset(name: string): Charset | undefined {
  const known = made.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const row = rows.get(lower === 'utf8' ? 'utf8mb3' : lower);
  if (row === undefined) return undefined;
  const [id, bytesMax, defaultCollation, description] = row;
  let charset = made.get(id);
  if (charset === undefined) {
    charset = { ...codecOf(id), name: id, bytesMax, defaultCollation, description };
    made.set(id, charset);
  }
  return charset;
}

/** Throws 1115 when there is no such character set. */
export function getCharset(name: string): Charset {
  const charset = made.get(name) ?? findCharset(name);
  if (charset === undefined) throw sqlError('ER_UNKNOWN_CHARACTER_SET', name);
  return charset;
}

export function charsetNames(): readonly string[] {
  return CHARSET_LIST.map((row) => row[0]);
}
