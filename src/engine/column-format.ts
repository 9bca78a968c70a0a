/** Facts about how a column's type is stored, shared by the key and the row format. */
import { type FieldType, MysqlType } from '../sql/types/index.ts';

/** Bytes of an integer type's range. */
export function integerWidth(type: FieldType): number {
  switch (type.mysqlType) {
    case MysqlType.TINY:
      return 1;
    case MysqlType.SHORT:
      return 2;
    case MysqlType.INT24:
      return 3;
    case MysqlType.LONG:
      return 4;
    default:
      return 8;
  }
}
