/**
 * From a data type as written to the `FieldType` of a column: widths, limits, charset and collation.
 *
 * Follows MySQL: an explicit COLLATE wins over CHARACTER SET, which wins over the table's default; character sets make
 * TEXT of CHAR types (BYTE/binary makes BINARY of CHAR); limits are checked here so that no later stage has to.
 */
import { sqlError } from '../../base/index.ts';
import type { DataType, DataTypeName } from '../ast/index.ts';
import { type FieldType, MysqlType, type MysqlTypeCode, type TypeKind } from '../types/index.ts';
import { binaryCollationOf, charsetOf, collationOf, defaultCollationOf, getCollation } from '../types/index.ts';

const INT_TYPES: Partial<Record<DataTypeName, readonly [MysqlTypeCode, signed: number, unsigned: number]>> = {
  tinyint: [MysqlType.TINY, 4, 3],
  smallint: [MysqlType.SHORT, 6, 5],
  mediumint: [MysqlType.INT24, 9, 8],
  int: [MysqlType.LONG, 11, 10],
  bigint: [MysqlType.LONGLONG, 20, 20],
};

/** Bytes for BLOB and TEXT types. */
const LOB_TYPES: Partial<Record<DataTypeName, readonly [MysqlTypeCode, bytes: number, text: boolean]>> = {
  tinytext: [MysqlType.TINY_BLOB, 255, true],
  text: [MysqlType.BLOB, 65_535, true],
  mediumtext: [MysqlType.MEDIUM_BLOB, 16_777_215, true],
  longtext: [MysqlType.LONG_BLOB, 4_294_967_295, true],
  tinyblob: [MysqlType.TINY_BLOB, 255, false],
  blob: [MysqlType.BLOB, 65_535, false],
  mediumblob: [MysqlType.MEDIUM_BLOB, 16_777_215, false],
  longblob: [MysqlType.LONG_BLOB, 4_294_967_295, false],
};

export interface ColumnTypeContext {
  readonly column: string;
  /** Collation of the table, for character columns that name none. */
  readonly tableCollation: string;
  readonly collation: string | undefined;
  readonly nullable: boolean;
}

type TypeParts = Pick<FieldType, 'kind' | 'mysqlType' | 'length' | 'decimals'> & Partial<FieldType>;

export function columnType(type: DataType, context: ColumnTypeContext): FieldType {
  const parts = typeParts(type, context);
  return {
    unsigned: false,
    zerofill: false,
    collation: 'binary',
    nullable: context.nullable,
    ...parts,
  };
}

/** True when the collation was written on the column itself (by CHARACTER SET or COLLATE). */
export function hasExplicitCharset(type: DataType, collation: string | undefined): boolean {
  return type.charset !== undefined || type.collation !== undefined || collation !== undefined || type.binaryAttribute;
}

function typeParts(type: DataType, context: ColumnTypeContext): TypeParts {
  const integer = INT_TYPES[type.name];
  if (integer !== undefined) return integerParts(type, integer, context);
  const lob = LOB_TYPES[type.name];
  if (lob !== undefined) return lobParts(type, lob, context);
  switch (type.name) {
    case 'bit':
      return bitParts(type, context);
    case 'float':
    case 'double':
      return floatParts(type, context);
    case 'decimal':
      return decimalParts(type, context);
    case 'char':
    case 'varchar':
      return charParts(type, context);
    case 'binary':
    case 'varbinary':
      return binaryParts(type, context);
    case 'enum':
    case 'set':
      return memberParts(type, context);
    case 'json':
      return { kind: 'json', mysqlType: MysqlType.JSON, length: 4_294_967_295, decimals: 0, collation: 'utf8mb4_bin' };
    case 'year':
      if (type.length !== undefined && type.length !== 4) throw sqlError('ER_INVALID_YEAR_COLUMN_LENGTH');
      return { kind: 'year', mysqlType: MysqlType.YEAR, length: 4, decimals: 0, unsigned: true, zerofill: true };
    case 'date':
      return { kind: 'date', mysqlType: MysqlType.DATE, length: 10, decimals: 0 };
    case 'time':
      return temporalParts(type, 'time', MysqlType.TIME, context);
    case 'datetime':
      return temporalParts(type, 'datetime', MysqlType.DATETIME, context);
    case 'timestamp':
      return temporalParts(type, 'timestamp', MysqlType.TIMESTAMP, context);
    default:
      throw sqlError('ER_NOT_SUPPORTED_YET', `column type ${type.name.toUpperCase()}`);
  }
}

function integerParts(
  type: DataType,
  facts: readonly [MysqlTypeCode, number, number],
  context: ColumnTypeContext,
): TypeParts {
  const [mysqlType, signed, unsigned] = facts;
  const isUnsigned = type.unsigned || type.zerofill;
  if (type.length !== undefined && type.length > 255) throw sqlError('ER_TOO_BIG_DISPLAYWIDTH', context.column, 255);
  const length = type.length !== undefined && type.length > 0 ? type.length : isUnsigned ? unsigned : signed;
  return { kind: 'int', mysqlType, length, decimals: 0, unsigned: isUnsigned, zerofill: type.zerofill };
}

function bitParts(type: DataType, context: ColumnTypeContext): TypeParts {
  const length = type.length ?? 1;
  if (length > 64) throw sqlError('ER_TOO_BIG_DISPLAYWIDTH', context.column, 64);
  if (length === 0) throw sqlError('ER_INVALID_FIELD_SIZE', context.column);
  return { kind: 'bit', mysqlType: MysqlType.BIT, length, decimals: 0, unsigned: true };
}

function floatParts(type: DataType, context: ColumnTypeContext): TypeParts {
  const flags = { unsigned: type.unsigned || type.zerofill, zerofill: type.zerofill };
  if (type.decimals !== undefined) {
    const length = type.length ?? 10;
    if (length > 255) throw sqlError('ER_TOO_BIG_DISPLAYWIDTH', context.column, 255);
    if (type.decimals > 30) throw sqlError('ER_TOO_BIG_SCALE', type.decimals, context.column, 30);
    if (type.decimals > length) throw sqlError('ER_M_BIGGER_THAN_D', context.column);
    return {
      kind: type.name === 'float' ? 'float' : 'double',
      mysqlType: type.name === 'float' ? MysqlType.FLOAT : MysqlType.DOUBLE,
      length,
      decimals: type.decimals,
      ...flags,
    };
  }
  // FLOAT(p): p up to 24 is a FLOAT, up to 53 a DOUBLE.
  if (type.name === 'float' && type.length !== undefined && type.length > 53)
    throw sqlError('ER_WRONG_FIELD_SPEC', context.column);
  const single = type.name === 'float' && (type.length === undefined || type.length <= 24);
  return {
    kind: single ? 'float' : 'double',
    mysqlType: single ? MysqlType.FLOAT : MysqlType.DOUBLE,
    length: single ? 12 : 22,
    decimals: 31,
    ...flags,
  };
}

function decimalParts(type: DataType, context: ColumnTypeContext): TypeParts {
  const precision = type.length === undefined || type.length === 0 ? 10 : type.length;
  const scale = type.decimals ?? 0;
  if (scale > 30) throw sqlError('ER_TOO_BIG_SCALE', scale, context.column, 30);
  if (precision > 65) throw sqlError('ER_TOO_BIG_PRECISION', precision, context.column, 65);
  if (scale > precision) throw sqlError('ER_M_BIGGER_THAN_D', context.column);
  const flags = { unsigned: type.unsigned || type.zerofill, zerofill: type.zerofill };
  return { kind: 'decimal', mysqlType: MysqlType.NEWDECIMAL, length: precision, decimals: scale, ...flags };
}

function temporalParts(
  type: DataType,
  kind: TypeKind,
  mysqlType: MysqlTypeCode,
  context: ColumnTypeContext,
): TypeParts {
  const decimals = type.length ?? 0;
  if (decimals > 6) throw sqlError('ER_TOO_BIG_PRECISION', decimals, context.column, 6);
  const base = kind === 'time' ? 10 : 19;
  return { kind, mysqlType, length: decimals > 0 ? base + 1 + decimals : base, decimals };
}

/** The collation of a character column. */
export function characterCollation(type: DataType, context: ColumnTypeContext): string {
  const written = context.collation ?? type.collation;
  if (written !== undefined) {
    const collation = collationOf(written);
    if (type.charset !== undefined && collation.charset !== type.charset) {
      throw sqlError('ER_COLLATION_CHARSET_MISMATCH', written, type.charset);
    }
    return collation.name;
  }
  if (type.national) return 'utf8mb3_general_ci';
  if (type.charset !== undefined) {
    return type.binaryAttribute ? binaryCollationOf(type.charset) : defaultCollationOf(type.charset);
  }
  if (type.binaryAttribute) return binaryCollationOf(charsetOf(context.tableCollation));
  return context.tableCollation;
}

function charParts(type: DataType, context: ColumnTypeContext): TypeParts {
  const length = type.length ?? 1;
  const collation = characterCollation(type, context);
  if (collation === 'binary')
    return binaryParts({ ...type, name: type.name === 'char' ? 'binary' : 'varbinary' }, context);
  const limit = type.name === 'char' ? 255 : varcharLimit(collation);
  if (length > limit) throw sqlError('ER_TOO_BIG_FIELDLENGTH', context.column, limit);
  const mysqlType = type.name === 'char' ? MysqlType.STRING : MysqlType.VAR_STRING;
  return { kind: 'string', mysqlType, length, decimals: 0, collation };
}

function varcharLimit(collation: string): number {
  return Math.floor(65_535 / bytesPerCharacter(collation));
}

/** The most bytes one character takes in the collation's charset. */
export function bytesPerCharacter(collation: string): number {
  return collationOf(collation).maxBytes;
}

function binaryParts(type: DataType, context: ColumnTypeContext): TypeParts {
  const length = type.length ?? 1;
  const limit = type.name === 'binary' ? 255 : 65_535;
  if (length > limit) throw sqlError('ER_TOO_BIG_FIELDLENGTH', context.column, limit);
  const mysqlType = type.name === 'binary' ? MysqlType.STRING : MysqlType.VAR_STRING;
  return { kind: 'binary', mysqlType, length, decimals: 0 };
}

function lobParts(
  type: DataType,
  facts: readonly [MysqlTypeCode, number, boolean],
  context: ColumnTypeContext,
): TypeParts {
  let [mysqlType, bytes, text] = facts;
  const collation = text ? characterCollation(type, context) : 'binary';
  if (collation === 'binary') text = false;
  // TEXT(n) and BLOB(n) choose the smallest type that holds n characters.
  if (type.length !== undefined && (type.name === 'text' || type.name === 'blob')) {
    const wanted = type.length * (text ? bytesPerCharacter(collation) : 1);
    if (wanted > 4_294_967_295) throw sqlError('ER_TOO_BIG_DISPLAYWIDTH', context.column, 4_294_967_295);
    const fit = Object.values(LOB_TYPES).find(([, size]) => size >= wanted);
    if (fit !== undefined) [mysqlType, bytes] = fit;
  }
  return { kind: text ? 'string' : 'binary', mysqlType, length: bytes, decimals: 0, collation };
}

function memberParts(type: DataType, context: ColumnTypeContext): TypeParts {
  const collation = characterCollation(type, context);
  // Trailing spaces of members are dropped when the table is created.
  const elements = type.elements.map((element) => element.replace(/ +$/, ''));
  const limit = type.name === 'set' ? 64 : 65_535;
  if (elements.length > limit) {
    throw type.name === 'set'
      ? sqlError('ER_TOO_BIG_SET', context.column)
      : sqlError('ER_TOO_BIG_ENUM', context.column);
  }
  const seen = new Map<string, string>();
  for (const element of elements) {
    if (type.name === 'set' && element.includes(',')) throw sqlError('ER_ILLEGAL_VALUE_FOR_TYPE', 'set', element);
    const key = collation === 'binary' ? element : getCollation(collation).hashKey(element);
    const twin = seen.get(key);
    if (twin !== undefined)
      throw sqlError('ER_DUPLICATED_VALUE_IN_TYPE', context.column, twin, type.name.toUpperCase());
    seen.set(key, element);
  }
  const lengths = elements.map((element) => [...element].length);
  const length =
    type.name === 'enum'
      ? Math.max(0, ...lengths)
      : lengths.reduce((sum, n) => sum + n, 0) + Math.max(0, lengths.length - 1);
  const kind = type.name === 'enum' ? 'enum' : 'set';
  return {
    kind,
    mysqlType: type.name === 'enum' ? MysqlType.ENUM : MysqlType.SET,
    length,
    decimals: 0,
    collation,
    elements,
  };
}
