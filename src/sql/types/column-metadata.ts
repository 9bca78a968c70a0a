/** What a column definition packet says of a type: protocol type, charset, length, flags, decimals. */
import { getCharset } from './charset.ts';
import { charsetOf, getCollation } from './collation.ts';
import { type FieldType, MysqlType } from './field-type.ts';
import { isBlobCode } from './type-constructors.ts';

export const ColumnFlag = {
  NOT_NULL: 1,
  PRIMARY_KEY: 2,
  UNIQUE_KEY: 4,
  MULTIPLE_KEY: 8,
  BLOB: 16,
  UNSIGNED: 32,
  ZEROFILL: 64,
  BINARY: 128,
  ENUM: 256,
  AUTO_INCREMENT: 512,
  TIMESTAMP: 1024,
  SET: 2048,
  NO_DEFAULT: 4096,
  ON_UPDATE_NOW: 8192,
} as const;

export interface ColumnMetadata {
  readonly type: number;
  /** Collation id; 63 for all that is not a character string. */
  readonly collationId: number;
  readonly length: number;
  readonly flags: number;
  readonly decimals: number;
}

const LENGTH_MAX = 4294967295;

/**
 * `resultCollation`: what strings are sent in (character_set_results), which replaces the column's own.
 * `isColumn`: a plain table column; MySQL sets fewer flags there than for expressions.
 */
export function columnMetadata(
  type: FieldType,
  resultCollation: string | undefined,
  isColumn: boolean,
): ColumnMetadata {
  let flags = type.nullable ? 0 : ColumnFlag.NOT_NULL;
  if (type.unsigned) flags |= ColumnFlag.UNSIGNED;
  if (type.zerofill) flags |= ColumnFlag.ZEROFILL;
  const base = { type: type.mysqlType as number, collationId: 63, length: type.length, decimals: type.decimals };
  switch (type.kind) {
    case 'string':
    case 'enum':
    case 'set': {
      const sent = getCollation(resultCollation ?? type.collation);
      const ownBytes = getCharset(charsetOf(type.collation)).bytesMax;
      const chars = isBlobCode(type.mysqlType) ? Math.floor(type.length / (isColumn ? 1 : ownBytes)) : type.length;
      const isBlob = isBlobCode(type.mysqlType);
      if (isBlob) flags |= ColumnFlag.BLOB;
      if (type.kind === 'enum') flags |= ColumnFlag.ENUM;
      if (type.kind === 'set') flags |= ColumnFlag.SET;
      if (getCollation(type.collation).isBinary) flags |= ColumnFlag.BINARY;
      const code = isBlob
        ? isColumn
          ? MysqlType.BLOB
          : type.mysqlType
        : type.kind === 'string'
          ? type.mysqlType
          : MysqlType.STRING;
      return { ...base, type: code, collationId: sent.id, length: Math.min(LENGTH_MAX, chars * sent.maxBytes), flags };
    }
    case 'binary':
      if (isBlobCode(type.mysqlType))
        return { ...base, type: MysqlType.BLOB, flags: flags | ColumnFlag.BLOB | ColumnFlag.BINARY };
      return { ...base, flags: flags | ColumnFlag.BINARY };
    case 'json':
      // An expression's document is announced as the text it is sent as.
      if (!isColumn && resultCollation !== undefined) {
        return {
          ...base,
          collationId: getCollation(resultCollation).id,
          length: LENGTH_MAX - 3,
          decimals: 31,
          flags: flags | ColumnFlag.BINARY,
        };
      }
      return { ...base, flags: flags | ColumnFlag.BINARY | ColumnFlag.BLOB };
    case 'decimal':
      return { ...base, length: decimalDisplayLength(type), flags: flags | (isColumn ? 0 : ColumnFlag.BINARY) };
    case 'date':
    case 'datetime':
    case 'timestamp':
    case 'time':
    case 'null':
      return { ...base, flags: flags | ColumnFlag.BINARY };
    default:
      return { ...base, flags: flags | (isColumn ? 0 : ColumnFlag.BINARY) };
  }
}

export function decimalDisplayLength(type: FieldType): number {
  return type.length + (type.decimals > 0 ? 1 : 0) + (type.unsigned ? 0 : 1);
}

/** Characters that values of the type take as text, at most. */
export function displayLength(type: FieldType): number {
  switch (type.kind) {
    case 'decimal':
      return decimalDisplayLength(type);
    case 'string':
      return isBlobCode(type.mysqlType) ? Math.floor(type.length / getCollation(type.collation).maxBytes) : type.length;
    case 'bit':
      return Math.ceil(type.length / 8);
    case 'double':
    case 'float':
      return type.decimals < 31 ? type.length : type.kind === 'double' ? 22 : 12;
    default:
      return type.length;
  }
}
