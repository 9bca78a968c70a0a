/** Sizes of columns as MySQL counts them for its limits: 65,535 bytes a row (1118), 3,072 bytes a key (1071). */
import { sqlError } from '../../base/index.ts';
import type { ColumnDef } from '../catalog/index.ts';
import { type FieldType, MysqlType } from '../types/index.ts';
import { bytesPerCharacter } from './column-type.ts';

const ROW_BYTES_MAX = 65_535;

const FIXED_BYTES: Partial<Record<number, number>> = {
  [MysqlType.TINY]: 1,
  [MysqlType.SHORT]: 2,
  [MysqlType.INT24]: 3,
  [MysqlType.LONG]: 4,
  [MysqlType.LONGLONG]: 8,
  [MysqlType.FLOAT]: 4,
  [MysqlType.DOUBLE]: 8,
  [MysqlType.YEAR]: 1,
  [MysqlType.DATE]: 3,
};
/** The length of a value and the pointer to it; the value itself does not count. */
const POINTER_BYTES: Partial<Record<number, number>> = {
  [MysqlType.TINY_BLOB]: 9,
  [MysqlType.BLOB]: 10,
  [MysqlType.MEDIUM_BLOB]: 11,
  [MysqlType.LONG_BLOB]: 12,
  [MysqlType.JSON]: 12,
};

/** Bytes of 9 decimal digits are 4; of fewer as few as hold them. */
const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

function decimalBytes(type: FieldType): number {
  const digits = (count: number): number => Math.floor(count / 9) * 4 + (DIGIT_BYTES[count % 9] ?? 0);
  return digits(type.length - type.decimals) + digits(type.decimals);
}

export function columnBytes(type: FieldType): number {
  const fixed = FIXED_BYTES[type.mysqlType] ?? POINTER_BYTES[type.mysqlType];
  if (fixed !== undefined) return fixed;
  const fraction = Math.ceil(type.decimals / 2);
  switch (type.kind) {
    case 'decimal':
      return decimalBytes(type);
    case 'bit':
      return Math.ceil(type.length / 8);
    case 'time':
      return 3 + fraction;
    case 'datetime':
      return 5 + fraction;
    case 'timestamp':
      return 4 + fraction;
    case 'enum':
      return (type.elements?.length ?? 0) > 255 ? 2 : 1;
    case 'set':
      return setBytes(type.elements?.length ?? 0);
    default: {
      const bytes = type.length * (type.kind === 'string' ? bytesPerCharacter(type.collation) : 1);
      if (type.mysqlType !== MysqlType.VAR_STRING) return bytes;
      return bytes + (bytes > 255 ? 2 : 1);
    }
  }
}

function setBytes(members: number): number {
  const bytes = Math.ceil(members / 8);
  return bytes > 4 ? 8 : bytes;
}

export function checkRowSize(columns: readonly ColumnDef[]): void {
  const nullable = columns.filter((column) => column.type.nullable).length;
  const bytes = columns.reduce((sum, column) => sum + columnBytes(column.type), Math.ceil(nullable / 8));
  if (bytes > ROW_BYTES_MAX) throw sqlError('ER_TOO_BIG_ROWSIZE', ROW_BYTES_MAX);
}
