/** Data types as written: in column definitions, CAST/CONVERT, JSON_TABLE columns, routine parameters. */
import type { Span } from './clause.ts';

/**
 * Canonical names; synonyms are folded (INTEGER, INT4 → int; BOOL → tinyint(1); DEC, NUMERIC, FIXED → decimal;
 * REAL → double, or float in sql_mode REAL_AS_FLOAT; LONG [VARCHAR] → mediumtext; SERIAL → bigint unsigned with
 * `serial`; NCHAR → char with `national`; GEOMETRYCOLLECTION → geomcollection).
 */
export type DataTypeName =
  | 'tinyint'
  | 'smallint'
  | 'mediumint'
  | 'int'
  | 'bigint'
  | 'float'
  | 'double'
  | 'decimal'
  | 'bit'
  | 'year'
  | 'date'
  | 'time'
  | 'datetime'
  | 'timestamp'
  | 'char'
  | 'varchar'
  | 'tinytext'
  | 'text'
  | 'mediumtext'
  | 'longtext'
  | 'binary'
  | 'varbinary'
  | 'tinyblob'
  | 'blob'
  | 'mediumblob'
  | 'longblob'
  | 'enum'
  | 'set'
  | 'json'
  | 'vector'
  | 'geometry'
  | 'point'
  | 'linestring'
  | 'polygon'
  | 'multipoint'
  | 'multilinestring'
  | 'multipolygon'
  | 'geomcollection'
  // CAST only:
  | 'signed'
  | 'unsigned';

export interface DataType extends Span {
  readonly kind: 'data-type';
  readonly name: DataTypeName;
  /** Display width, precision, characters, bytes, bits or fractional digits: the first number in parentheses. */
  readonly length: number | undefined;
  /** The second number in parentheses. */
  readonly decimals: number | undefined;
  readonly unsigned: boolean;
  readonly zerofill: boolean;
  /** CHARACTER SET x; ASCII → latin1, UNICODE → ucs2, BYTE → binary. Lower case, checked to be known. */
  readonly charset: string | undefined;
  /** The BINARY attribute: the charset's _bin collation. */
  readonly binaryAttribute: boolean;
  readonly collation: string | undefined;
  /** ENUM and SET members. */
  readonly elements: readonly string[];
  readonly national: boolean;
  /** SERIAL: BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE. */
  readonly serial: boolean;
}
