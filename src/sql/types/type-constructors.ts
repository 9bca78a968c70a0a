/**
 * Makes `FieldType`s. `length` follows field-type.ts: display width (integers), precision (decimals), characters
 * (strings), bytes (binary and all TEXT and BLOB kinds), bits (BIT).
 */
import { type FieldType, MysqlType, type MysqlTypeCode, type TypeKind } from './field-type.ts';

export const DEFAULT_COLLATION = 'utf8mb4_0900_ai_ci';

type Options = Partial<Pick<FieldType, 'decimals' | 'unsigned' | 'zerofill' | 'collation' | 'nullable' | 'elements'>>;

function make(kind: TypeKind, mysqlType: MysqlTypeCode, length: number, options: Options = {}): FieldType {
  return {
    kind,
    mysqlType,
    length,
    decimals: 0,
    unsigned: false,
    zerofill: false,
    collation: 'binary',
    nullable: true,
    ...options,
  };
}

export type IntSize = 'tiny' | 'small' | 'medium' | 'int' | 'big';
const INT_SIZES: Record<IntSize, readonly [code: MysqlTypeCode, signedWidth: number, unsignedWidth: number]> = {
  tiny: [MysqlType.TINY, 4, 3],
  small: [MysqlType.SHORT, 6, 5],
  medium: [MysqlType.INT24, 9, 8],
  int: [MysqlType.LONG, 11, 10],
  big: [MysqlType.LONGLONG, 20, 20],
};

export function intType(size: IntSize = 'big', options: Options & { width?: number } = {}): FieldType {
  const [code, signedWidth, unsignedWidth] = INT_SIZES[size];
  const { width, ...rest } = options;
  return make('int', code, width ?? (rest.unsigned ? unsignedWidth : signedWidth), rest);
}

/** The type of comparisons and logic: BIGINT with width 1. */
export function boolType(nullable = true): FieldType {
  return make('int', MysqlType.LONGLONG, 1, { nullable });
}
export function yearType(options: Options = {}): FieldType {
  return make('year', MysqlType.YEAR, 4, { unsigned: true, zerofill: true, ...options });
}
export function bitType(bits = 1, options: Options = {}): FieldType {
  return make('bit', MysqlType.BIT, bits, { unsigned: true, ...options });
}
export function floatType(options: Options & { length?: number } = {}): FieldType {
  const { length, ...rest } = options;
  return make('float', MysqlType.FLOAT, length ?? 12, { decimals: 31, ...rest });
}
export function doubleType(options: Options & { length?: number } = {}): FieldType {
  const { length, ...rest } = options;
  return make('double', MysqlType.DOUBLE, length ?? 22, { decimals: 31, ...rest });
}
export function decimalType(precision = 10, scale = 0, options: Options = {}): FieldType {
  return make('decimal', MysqlType.NEWDECIMAL, precision, { decimals: scale, ...options });
}
export function charType(length = 1, options: Options = {}): FieldType {
  return make('string', MysqlType.STRING, length, { collation: DEFAULT_COLLATION, ...options });
}
export function varcharType(length: number, options: Options = {}): FieldType {
  return make('string', MysqlType.VAR_STRING, length, { collation: DEFAULT_COLLATION, ...options });
}
export function binaryType(length = 1, options: Options = {}): FieldType {
  return make('binary', MysqlType.STRING, length, options);
}
export function varbinaryType(length: number, options: Options = {}): FieldType {
  return make('binary', MysqlType.VAR_STRING, length, options);
}

export type BlobSize = 'tiny' | 'normal' | 'medium' | 'long';
const BLOB_SIZES: Record<BlobSize, readonly [code: MysqlTypeCode, bytesMax: number]> = {
  tiny: [MysqlType.TINY_BLOB, 255],
  normal: [MysqlType.BLOB, 65535],
  medium: [MysqlType.MEDIUM_BLOB, 16777215],
  long: [MysqlType.LONG_BLOB, 4294967295],
};
export function textType(size: BlobSize = 'normal', options: Options = {}): FieldType {
  const [code, bytesMax] = BLOB_SIZES[size];
  return make('string', code, bytesMax, { collation: DEFAULT_COLLATION, ...options });
}
export function blobType(size: BlobSize = 'normal', options: Options = {}): FieldType {
  const [code, bytesMax] = BLOB_SIZES[size];
  return make('binary', code, bytesMax, options);
}
export function dateType(options: Options = {}): FieldType {
  return make('date', MysqlType.DATE, 10, options);
}
export function datetimeType(decimals = 0, options: Options = {}): FieldType {
  return make('datetime', MysqlType.DATETIME, decimals > 0 ? 20 + decimals : 19, { decimals, ...options });
}
export function timestampType(decimals = 0, options: Options = {}): FieldType {
  return make('timestamp', MysqlType.TIMESTAMP, decimals > 0 ? 20 + decimals : 19, { decimals, ...options });
}
export function timeType(decimals = 0, options: Options = {}): FieldType {
  return make('time', MysqlType.TIME, decimals > 0 ? 11 + decimals : 10, { decimals, ...options });
}
export function enumType(elements: readonly string[], options: Options = {}): FieldType {
  const length = elements.reduce((max, element) => Math.max(max, [...element].length), 0);
  return make('enum', MysqlType.ENUM, length, { collation: DEFAULT_COLLATION, elements, ...options });
}
export function setType(elements: readonly string[], options: Options = {}): FieldType {
  const length = elements.reduce((sum, element) => sum + [...element].length, Math.max(0, elements.length - 1));
  return make('set', MysqlType.SET, length, { collation: DEFAULT_COLLATION, elements, ...options });
}
export function jsonType(options: Options = {}): FieldType {
  return make('json', MysqlType.JSON, 4294967295, { collation: 'utf8mb4_bin', ...options });
}
export function nullType(): FieldType {
  return make('null', MysqlType.NULL, 0);
}

export function withNullable(type: FieldType, nullable: boolean): FieldType {
  return type.nullable === nullable ? type : { ...type, nullable };
}
export function withCollation(type: FieldType, collation: string): FieldType {
  return type.collation === collation ? type : { ...type, collation };
}

/** TEXT and BLOB kinds: `length` counts bytes, and the protocol sends them as BLOB. */
export function isBlobCode(code: MysqlTypeCode): boolean {
  return code >= MysqlType.TINY_BLOB && code <= MysqlType.BLOB;
}
export function isTextual(type: FieldType): boolean {
  return type.kind === 'string' || type.kind === 'binary' || type.kind === 'enum' || type.kind === 'set';
}
export function isTemporal(type: FieldType): boolean {
  return type.kind === 'date' || type.kind === 'datetime' || type.kind === 'timestamp' || type.kind === 'time';
}
/** Types whose values order as numbers: YEAR and BIT are integers. */
export function isNumeric(type: FieldType): boolean {
  return isInteger(type) || type.kind === 'decimal' || type.kind === 'double' || type.kind === 'float';
}
export function isInteger(type: FieldType): boolean {
  return type.kind === 'int' || type.kind === 'year' || type.kind === 'bit';
}

/** The range of an integer type. */
export function intRange(type: FieldType): { readonly min: number | bigint; readonly max: number | bigint } {
  switch (type.mysqlType) {
    case MysqlType.TINY:
      return type.unsigned ? { min: 0, max: 255 } : { min: -128, max: 127 };
    case MysqlType.SHORT:
      return type.unsigned ? { min: 0, max: 65535 } : { min: -32768, max: 32767 };
    case MysqlType.INT24:
      return type.unsigned ? { min: 0, max: 16777215 } : { min: -8388608, max: 8388607 };
    case MysqlType.LONG:
      return type.unsigned ? { min: 0, max: 4294967295 } : { min: -2147483648, max: 2147483647 };
    default:
      return type.unsigned
        ? { min: 0, max: 18446744073709551615n }
        : { min: -9223372036854775808n, max: 9223372036854775807n };
  }
}
