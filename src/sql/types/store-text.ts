/** Storing values in string, binary, ENUM and SET columns. */
import { bytesOf, stringOf } from './coerce.ts';
import { charLength, charsetUnits, getCharset, takeChars, utf8Length } from './charset.ts';
import { getCollation } from './collation.ts';
import type { ConversionContext } from './conversion-context.ts';
import { enumFromIndex, setFromBits, type EnumValue, type SetValue } from './enum-set.ts';
import { type FieldType, MysqlType } from './field-type.ts';
import type { NonNullValue, TextOf } from './format.ts';
import { type Convert, intOf } from './coerce.ts';
import type { Decimal } from './decimal.ts';
import type { Store } from './store.ts';
import { note, report, reportIncorrect, type StoreTarget } from './store-report.ts';
import { isBlobCode } from './type-constructors.ts';

function trimEndSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
}

function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes.slice(0, 6)) {
    text +=
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return bytes.length > 6 ? `${text}...` : text;
}

/** Bytes read in the column's charset; 1366 where they are malformed. */
function decodeBytes(bytes: Uint8Array, charset: string, target: StoreTarget, context: ConversionContext): string {
  const text = getCharset(charset).decodeStrict(bytes);
  if (text !== undefined) return text;
  let good = 0;
  while (good < bytes.length && charsetUnits.decodeUtf8(bytes.slice(0, good + 1)).indexOf('\ufffd') < 0) good++;
  while (good > 0 && charsetUnits.decodeUtf8(bytes.slice(0, good)).includes('\ufffd')) good--;
  reportIncorrect(context, target, 'string', hexOf(bytes.slice(good)));
  return charsetUnits.decodeUtf8(bytes.slice(0, good));
}

function checkEncodable(text: string, charset: string, target: StoreTarget, context: ConversionContext): string {
  const codec = getCharset(charset);
  if (codec.canEncode(text)) return text;
  const at = Array.from(text).findIndex((char) => !codec.canEncode(char));
  reportIncorrect(context, target, 'string', hexOf(charsetUnits.encodeUtf8(Array.from(text).slice(at).join(''))));
  return codec.decode(codec.encode(text));
}

export function storeString(from: FieldType, to: FieldType): Store {
  const { charset } = getCollation(to.collation);
  const isChar = to.mysqlType === MysqlType.STRING;
  const limit = to.length;
  const isBlob = isBlobCode(to.mysqlType);
  const checkChars = charset !== 'utf8mb4' && charset !== 'binary';
  const text: TextOf | undefined = from.kind === 'string' ? undefined : stringOf(from);
  const fit = (value: string, target: StoreTarget, context: ConversionContext): string => {
    const stored = checkChars ? checkEncodable(value, charset, target, context) : value;
    return isBlob
      ? fitBytes(stored, limit, charset, target, context)
      : fitChars(stored, limit, isChar, target, context);
  };
  if (from.kind === 'binary') {
    return (value, target, context) => {
      const decoded = typeof value === 'string' ? value : decodeBytes(value as Uint8Array, charset, target, context);
      return fit(decoded, target, context);
    };
  }
  return (value, target, context) => fit(text === undefined ? (value as string) : text(value), target, context);
}

function fitChars(
  text: string,
  limit: number,
  isChar: boolean,
  target: StoreTarget,
  context: ConversionContext,
): string {
  const value = isChar ? trimEndSpaces(text) : text;
  if (value.length <= limit || charLength(value) <= limit) return value;
  const kept = takeChars(value, limit);
  if (trimEndSpaces(value.slice(kept.length)) === '') note(context, target);
  else report(context, target, 'too-long');
  return isChar ? trimEndSpaces(kept) : kept;
}

function fitBytes(
  text: string,
  limit: number,
  charset: string,
  target: StoreTarget,
  context: ConversionContext,
): string {
  if (text.length * 4 <= limit) return text;
  const measure = charset.startsWith('utf8') ? utf8Length : getCharset(charset).byteLength;
  if (measure(text) <= limit) return text;
  report(context, target, 'too-long');
  let end = Math.min(text.length, limit);
  while (measure(text.slice(0, end)) > limit) end--;
  return text.slice(0, end);
}

export function storeBinary(from: FieldType, to: FieldType): Store {
  const toBytes = bytesOf(from);
  const limit = to.length;
  const pads = to.mysqlType === MysqlType.STRING;
  return (value, target, context) => {
    let bytes = toBytes(value);
    if (bytes.length > limit) {
      report(context, target, 'too-long');
      bytes = bytes.slice(0, limit);
    }
    if (pads && bytes.length < limit) {
      const padded = new Uint8Array(limit);
      padded.set(bytes);
      return padded;
    }
    return bytes;
  };
}

/** Numbers lose their fraction on the way to a member's index. */
function wholeOf(from: FieldType): Convert<number | bigint> {
  if (from.kind === 'decimal') return (value) => (value as Decimal).truncate(0).unscaled;
  return from.kind === 'double' || from.kind === 'float' ? (value) => Math.trunc(value as number) : intOf(from);
}

const NUMBER_TEXT = /^\d{1,20}$/;

export function storeEnum(from: FieldType, to: FieldType): Store {
  const elements = to.elements ?? [];
  const collation = getCollation(to.collation);
  const values = elements.map((_, i) => enumFromIndex(i + 1, elements));
  const byKey = new Map<string, EnumValue>();
  elements.forEach((element, i) => {
    const key = collation.hashKey(element);
    if (!byKey.has(key)) byKey.set(key, values[i]!);
  });
  const fail = (target: StoreTarget, context: ConversionContext): EnumValue => {
    report(context, target, 'truncated');
    return enumFromIndex(0, elements);
  };
  if (
    from.kind === 'string' ||
    from.kind === 'binary' ||
    from.kind === 'enum' ||
    from.kind === 'set' ||
    from.kind === 'json'
  ) {
    const toText = stringOf(from);
    return (value, target, context) => {
      if (from.kind === 'enum' && (value as EnumValue).index === 0) return enumFromIndex(0, elements);
      const text = toText(value);
      const found = byKey.get(collation.hashKey(trimEndSpaces(text)));
      if (found !== undefined) return found;
      const byNumber = NUMBER_TEXT.test(text) ? values[Number(text) - 1] : undefined;
      return byNumber ?? fail(target, context);
    };
  }
  const toInt = wholeOf(from);
  return (value, target, context) => values[Number(toInt(value, context)) - 1] ?? fail(target, context);
}

export function storeSet(from: FieldType, to: FieldType): Store {
  const elements = to.elements ?? [];
  const collation = getCollation(to.collation);
  const bitOf = new Map(elements.map((element, i) => [collation.hashKey(element), 1n << BigInt(i)]));
  const all = (1n << BigInt(elements.length)) - 1n;
  const fromNumber = (bits: bigint, target: StoreTarget, context: ConversionContext): SetValue => {
    if ((bits & ~all) !== 0n) report(context, target, 'truncated');
    return setFromBits(bits & all, elements);
  };
  if (
    from.kind === 'string' ||
    from.kind === 'binary' ||
    from.kind === 'enum' ||
    from.kind === 'set' ||
    from.kind === 'json'
  ) {
    const toText = stringOf(from);
    return (value, target, context) => {
      const text = trimEndSpaces(toText(value));
      let bits = 0n;
      let bad = false;
      for (const part of text === '' ? [] : text.split(',')) {
        const bit = bitOf.get(collation.hashKey(part));
        if (bit === undefined) bad = true;
        else bits |= bit;
      }
      const number = bad && NUMBER_TEXT.test(text) ? BigInt(text) : undefined;
      if (number !== undefined && number <= all) return fromNumber(number, target, context);
      // unlike a number, a text of a number that is too large keeps no bit
      if (number !== undefined) bits = 0n;
      if (bad) report(context, target, 'truncated');
      return setFromBits(bits, elements);
    };
  }
  const toInt = intOf(from);
  return (value, target, context) =>
    fromNumber(BigInt.asUintN(64, BigInt(toInt(value as NonNullValue, context))), target, context);
}
