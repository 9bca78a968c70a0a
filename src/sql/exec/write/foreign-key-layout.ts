/**
 * Where the columns of a foreign key have types that MySQL lets refer to each other but stores otherwise, it finds the parent's key only if the bytes
 * agree: a DECIMAL of another scale or with another number of bytes before the point does not refer to an equal number, nor a TIMESTAMP to an equal
 * DATETIME, nor a moment to one with more digits of a second. (One with fewer it does, when the rest is zero: then the values are equal.)
 */
import { Decimal, type FieldType, type Value } from '../../types/index.ts';
import type { KeyColumns } from './foreign-keys.ts';

/** Bytes that 0 to 9 digits take. */
const BYTES_OF_DIGITS = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

function bytesOfDigits(digits: number): number {
  return Math.floor(digits / 9) * 4 + BYTES_OF_DIGITS[digits % 9]!;
}

function bytesAgree(child: FieldType, parent: FieldType, value: Value): boolean {
  if (child.kind === 'decimal' && parent.kind === 'decimal') {
    const before = (type: FieldType): number => bytesOfDigits(type.length - type.decimals);
    if (before(child) !== before(parent)) return false;
    if (child.decimals === parent.decimals) return true;
    const isWhole = value instanceof Decimal && value.round(0).compare(value) === 0;
    return isWhole && bytesOfDigits(child.decimals) >= bytesOfDigits(parent.decimals);
  }
  if (child.kind !== 'datetime' && child.kind !== 'timestamp' && child.kind !== 'time') return true;
  if (child.mysqlType !== parent.mysqlType) return false;
  return Math.ceil(child.decimals / 2) >= Math.ceil(parent.decimals / 2);
}

/** Whether the values of a child's key can be found among the parent's at all. */
export function layoutsAgree(child: KeyColumns, parent: KeyColumns, values: readonly Value[]): boolean {
  return values.every((value, i) => {
    const own = child.table.columns[child.positions[i]!]!.type;
    const other = parent.table.columns[parent.positions[i]!]!.type;
    return own === other || bytesAgree(own, other, value);
  });
}
