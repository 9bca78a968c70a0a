/**
 * The one type that holds values of several types: CASE, IF, IFNULL, COALESCE, GREATEST, UNION, VALUES
 * (MySQL's field_type_merge table and Item::aggregate_type).
 */
import { aggregateCollation } from './collation-aggregate.ts';
import { displayLength } from './column-metadata.ts';
import { type FieldType, MysqlType } from './field-type.ts';
import {
  blobType,
  bitType,
  dateType,
  datetimeType,
  DEFAULT_COLLATION,
  decimalType,
  doubleType,
  floatType,
  intType,
  isBlobCode,
  isInteger,
  isTemporal,
  isTextual,
  jsonType,
  nullType,
  textType,
  timestampType,
  timeType,
  varbinaryType,
  varcharType,
  withNullable,
  yearType,
  type IntSize,
} from './type-constructors.ts';

const INT_ORDER = [MysqlType.TINY, MysqlType.SHORT, MysqlType.INT24, MysqlType.LONG, MysqlType.LONGLONG];
const SIZES: readonly IntSize[] = ['tiny', 'small', 'medium', 'int', 'big'];

/** `collation`: decided by the caller's coercibility rules; otherwise all string types count as columns. */
export function aggregateTypes(types: readonly FieldType[], operation: string, collation?: string): FieldType {
  const nullable = types.some((type) => type.nullable);
  const real = types.filter((type) => type.kind !== 'null');
  if (real.length === 0) return nullType();
  if (real.length === 1)
    return withNullable(
      types.length > 1 && (real[0]!.kind === 'enum' || real[0]!.kind === 'set')
        ? textResult(real, operation, collation)
        : signedUnlessInteger(real[0]!),
      nullable,
    );
  return withNullable(signedUnlessInteger(merge(real, operation, collation)), nullable);
}

/** ZEROFILL ends here, and so does UNSIGNED but for integers. */
function signedUnlessInteger(type: FieldType): FieldType {
  if (!type.unsigned && !type.zerofill) return type;
  if (type.kind === 'decimal' || type.kind === 'double' || type.kind === 'float')
    return { ...type, unsigned: false, zerofill: false };
  if (type.kind !== 'int' || !type.zerofill) return type;
  return intType(SIZES[INT_ORDER.indexOf(type.mysqlType as 1)] ?? 'big', { unsigned: type.unsigned });
}

function merge(types: readonly FieldType[], operation: string, collation: string | undefined): FieldType {
  const kinds = new Set(types.map((type) => type.kind));
  const only = kinds.size === 1 ? types[0]!.kind : undefined;
  if (only === 'json') return jsonType();
  if (only === 'year') return yearType();
  if (only === 'bit') return bitType(Math.max(...types.map((type) => type.length)));
  if (only === 'date') return dateType();
  if (types.every(isInteger)) return mergeInts(types);
  if (types.every((type) => isInteger(type) || type.kind === 'decimal')) return mergeDecimals(types);
  if (
    types.every((type) => isInteger(type) || type.kind === 'decimal' || type.kind === 'double' || type.kind === 'float')
  )
    return mergeDoubles(types);
  if (types.every(isTemporal)) return mergeTemporals(types);
  return textResult(types, operation, collation);
}

function mergeInts(types: readonly FieldType[]): FieldType {
  const unsignedCount = types.filter((type) => type.unsigned).length;
  let rank = Math.max(
    ...types.map((type) =>
      type.kind === 'int' ? INT_ORDER.indexOf(type.mysqlType as 1) : type.kind === 'year' ? 1 : 4,
    ),
  );
  const mixed = unsignedCount > 0 && unsignedCount < types.length;
  const width =
    Math.max(...types.map((type) => type.length - (type.unsigned ? 0 : 1))) + (unsignedCount === types.length ? 0 : 1);
  if (mixed) {
    const unsignedRank = Math.max(
      ...types
        .filter((type) => type.unsigned)
        .map((type) => (type.kind === 'int' ? INT_ORDER.indexOf(type.mysqlType as 1) : 4)),
    );
    if (unsignedRank >= rank) rank = unsignedRank + 1;
    if (rank > 4) return decimalType(Math.max(...types.map(intDigits)), 0);
  }
  return intType(SIZES[rank]!, { unsigned: unsignedCount === types.length, width });
}

function intDigits(type: FieldType): number {
  return type.kind === 'decimal' ? type.length - type.decimals : Math.max(1, type.length - (type.unsigned ? 0 : 1));
}

function mergeDecimals(types: readonly FieldType[]): FieldType {
  const scale = Math.max(...types.map((type) => (type.kind === 'decimal' ? type.decimals : 0)));
  const whole = Math.max(...types.map(intDigits));
  return decimalType(Math.min(65, whole + scale), Math.min(30, scale), {
    unsigned: types.every((type) => type.unsigned),
  });
}

function mergeDoubles(types: readonly FieldType[]): FieldType {
  const floatOnly = types.every(
    (type) =>
      type.kind === 'float' ||
      (type.kind === 'int' && (type.mysqlType === MysqlType.TINY || type.mysqlType === MysqlType.SHORT)),
  );
  const fixed = types.every((type) => type.decimals < 31);
  const decimals = fixed ? Math.max(...types.map((type) => type.decimals)) : 31;
  return floatOnly
    ? floatType({ decimals })
    : doubleType({ decimals, length: Math.max(...types.map((type) => (type.kind === 'double' ? type.length : 22))) });
}

function mergeTemporals(types: readonly FieldType[]): FieldType {
  const decimals = Math.max(...types.map((type) => type.decimals));
  if (types.every((type) => type.kind === 'time')) return timeType(decimals);
  if (types.every((type) => type.kind === 'timestamp')) return timestampType(decimals);
  return datetimeType(decimals);
}

function textResult(types: readonly FieldType[], operation: string, collation: string | undefined): FieldType {
  if (types.some((type) => type.kind === 'json') && !types.some((type) => type.kind === 'binary')) {
    return textType('long', { collation: 'utf8mb4_bin' });
  }
  const length = Math.max(...types.map(displayLength));
  const blobs = types.filter((type) => isBlobCode(type.mysqlType));
  if (types.some((type) => type.kind === 'binary' || type.kind === 'bit')) {
    return blobs.length > 0
      ? blobType(blobSize(Math.max(...types.map((type) => type.length))))
      : varbinaryType(length, { decimals: 31 });
  }
  const strings = types.filter(isTextual);
  const chosen = collation ?? (strings.length === 0 ? DEFAULT_COLLATION : aggregateCollation(strings, operation));
  if (blobs.length > 0) return textType(blobSize(Math.max(...blobs.map((type) => type.length))), { collation: chosen });
  return varcharType(length, { collation: chosen, decimals: 31 });
}

function blobSize(bytes: number): 'tiny' | 'normal' | 'medium' | 'long' {
  return bytes <= 255 ? 'tiny' : bytes <= 65535 ? 'normal' : bytes <= 16777215 ? 'medium' : 'long';
}

/** A string type long enough for `chars` characters: VARCHAR, then TEXT sizes, as MySQL's expressions do. */
export function stringResult(chars: number, collation: string, nullable = true): FieldType {
  if (chars <= 16383) return varcharType(chars, { collation, nullable, decimals: 31 });
  return textType(chars * 4 <= 16777215 ? 'medium' : 'long', { collation, nullable });
}
