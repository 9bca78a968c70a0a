/** The field type that CAST, CONVERT and JSON_VALUE … RETURNING name. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import {
  binaryCollationOf,
  binaryType,
  charsetOf,
  charType,
  dateType,
  datetimeType,
  defaultCollationOf,
  decimalType,
  doubleType,
  type FieldType,
  floatType,
  intType,
  jsonType,
  timeType,
  varbinaryType,
  varcharType,
  yearType,
} from '../../types/index.ts';

const LENGTH_UNKNOWN = -1;

export function castTypeOf(type: ast.DataType, collationConnection: string): FieldType {
  switch (type.name) {
    case 'signed':
      return intType('big');
    case 'unsigned':
      return intType('big', { unsigned: true });
    case 'decimal':
      return castDecimal(type);
    case 'float':
      return (type.length ?? 0) > 24 ? doubleType() : floatType();
    case 'double':
      return doubleType();
    case 'date':
      return dateType();
    case 'datetime':
      return datetimeType(fraction(type));
    case 'time':
      return timeType(fraction(type));
    case 'year':
      return yearType();
    case 'json':
      return jsonType();
    case 'binary':
    case 'varbinary':
      return type.length === undefined ? varbinaryType(LENGTH_UNKNOWN) : binaryType(type.length);
    case 'char':
    case 'varchar':
      return castChar(type, collationConnection);
    default:
      throw sqlError('ER_NOT_SUPPORTED_YET', `CAST to ${type.name}`);
  }
}

function castDecimal(type: ast.DataType): FieldType {
  const precision = type.length ?? 10;
  const scale = type.decimals ?? 0;
  if (precision > 65) throw sqlError('ER_TOO_BIG_PRECISION', precision, '', 65);
  if (scale > 30) throw sqlError('ER_TOO_BIG_SCALE', scale, '', 30);
  if (precision < scale && precision !== 0) throw sqlError('ER_M_BIGGER_THAN_D', '');
  return decimalType(precision === 0 ? 10 : precision, scale);
}

function fraction(type: ast.DataType): number {
  const digits = type.length ?? 0;
  if (digits > 6) throw sqlError('ER_TOO_BIG_PRECISION', digits, 'CAST', 6);
  return digits;
}

function castChar(type: ast.DataType, collationConnection: string): FieldType {
  if (type.charset === 'binary')
    return type.length === undefined ? varbinaryType(LENGTH_UNKNOWN) : binaryType(type.length);
  const charset = type.charset ?? charsetOf(collationConnection);
  const collation = type.collation ?? collationOf(charset, type, collationConnection);
  return type.length === undefined ? varcharType(LENGTH_UNKNOWN, { collation }) : charType(type.length, { collation });
}

function collationOf(charset: string, type: ast.DataType, collationConnection: string): string {
  if (type.binaryAttribute) return binaryCollationOf(charset);
  if (type.charset === undefined || charset === charsetOf(collationConnection)) return collationConnection;
  return defaultCollationOf(charset);
}
