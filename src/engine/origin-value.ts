/** The value that a column has in rows written before the column was added. */
import { fromHex, utf8Encode } from '../base/index.ts';
import type { ColumnDef } from '../sql/catalog/index.ts';
import {
  type FieldType,
  type Value,
  enumFromIndex,
  normalizeInt,
  parseDateTime,
  parseDecimal,
  parseJson,
  parseTime,
  setFromBits,
} from '../sql/types/index.ts';

/** The literal was checked when the column was added, so reading it cannot fail. */
export function originValue(column: ColumnDef): Value {
  const origin = column.originDefault;
  if (origin?.kind !== 'literal' || origin.text === null) return null;
  if (origin.binary === true) {
    if (column.type.kind === 'bit') return normalizeInt(BigInt(`0x${origin.text || '0'}`));
    return fromHex(origin.text) ?? new Uint8Array(0);
  }
  return literalValue(origin.text, column.type);
}

export function literalValue(text: string, type: FieldType): Value {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'bit':
      return integerOf(text);
    case 'float':
      return Math.fround(Number(text));
    case 'double':
      return Number(text);
    case 'decimal':
      return parseDecimal(text).value.round(type.decimals);
    case 'date':
      return parseDateTime(text, 0).value.ymd;
    case 'datetime':
    case 'timestamp':
      return parseDateTime(text, 0).value;
    case 'time':
      return parseTime(text).micros ?? 0;
    case 'enum':
      return enumFromIndex(memberIndex(text, type), type.elements ?? []);
    case 'set':
      return setFromBits(setBits(text, type), type.elements ?? []);
    case 'json':
      return parseJson(text);
    case 'binary':
      return utf8Encode(text);
    case 'string':
      return text;
    case 'null':
      return null;
  }
}

function integerOf(text: string): number | bigint {
  const bits = /^b'([01]*)'$/i.exec(text)?.[1];
  if (bits !== undefined) return normalizeInt(BigInt(`0b${bits || '0'}`));
  const hex = /^(?:x'([0-9a-f]*)'|0x([0-9a-f]+))$/i.exec(text);
  if (hex !== null) return normalizeInt(BigInt(`0x${hex[1] ?? hex[2] ?? '0'}`));
  if (/^[-+]?\d+$/.test(text.trim())) return normalizeInt(BigInt(text.trim()));
  return Number(parseDecimal(text).value.round(0).unscaled);
}

function memberIndex(text: string, type: FieldType): number {
  const at = (type.elements ?? []).findIndex((element) => element.toLowerCase() === text.toLowerCase());
  return at + 1;
}

function setBits(text: string, type: FieldType): bigint {
  let bits = 0n;
  for (const member of text.split(',')) {
    const index = memberIndex(member, type);
    if (index > 0) bits |= 1n << BigInt(index - 1);
  }
  return bits;
}
