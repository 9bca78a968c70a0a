/**
 * The static type of a column or expression: MySQL's type, length, scale, charset, collation and flags.
 *
 * `kind` is the family used by code that switches on representation (see value.ts); `mysqlType` is the protocol's
 * type byte as clients see it. Immutable; equal types may be shared.
 */

export type TypeKind =
  | 'null'
  | 'int' // TINYINT … BIGINT, BOOL; `unsigned` says which half
  | 'year'
  | 'bit'
  | 'float'
  | 'double'
  | 'decimal'
  | 'string' // CHAR, VARCHAR, *TEXT; see collation
  | 'binary' // BINARY, VARBINARY, *BLOB
  | 'date'
  | 'datetime'
  | 'timestamp'
  | 'time'
  | 'enum'
  | 'set'
  | 'json';

/** Protocol::MYSQL_TYPE_*; https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
export const MysqlType = {
  DECIMAL: 0,
  TINY: 1,
  SHORT: 2,
  LONG: 3,
  FLOAT: 4,
  DOUBLE: 5,
  NULL: 6,
  TIMESTAMP: 7,
  LONGLONG: 8,
  INT24: 9,
  DATE: 10,
  TIME: 11,
  DATETIME: 12,
  YEAR: 13,
  VARCHAR: 15,
  BIT: 16,
  JSON: 245,
  NEWDECIMAL: 246,
  ENUM: 247,
  SET: 248,
  TINY_BLOB: 249,
  MEDIUM_BLOB: 250,
  LONG_BLOB: 251,
  BLOB: 252,
  VAR_STRING: 253,
  STRING: 254,
  GEOMETRY: 255,
} as const;
export type MysqlTypeCode = (typeof MysqlType)[keyof typeof MysqlType];

export interface FieldType {
  readonly kind: TypeKind;
  readonly mysqlType: MysqlTypeCode;
  /** Display width for integers, precision for decimals, characters for strings, bytes for binary, bits for BIT. -1 when unknown. */
  readonly length: number;
  /** Digits after the point: decimals, doubles declared (M,D), fractional seconds (0-6). 31 = not fixed (double, float). */
  readonly decimals: number;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  /** Collation name, e.g. 'utf8mb4_0900_ai_ci'; 'binary' for all that is not a character string. */
  readonly collation: string;
  readonly nullable: boolean;
  /** ENUM and SET members in order. */
  readonly elements?: readonly string[];
}
