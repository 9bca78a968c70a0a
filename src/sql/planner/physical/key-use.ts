/**
 * Whether a comparison of a column with a value may read the column's index: the index must order and equate values as the comparison does.
 *
 * - exact: the index answers the comparison alone.
 * - lossy: the index narrows, the condition is checked again on each row.
 * - undefined: the comparison converts the column (a string column with a number, another collation): no index.
 */
import type { Expr } from '../../expr/index.ts';
import type { FieldType } from '../../types/index.ts';
import { someExpr } from '../logical/expressions.ts';

export type KeyUse = 'exact' | 'lossy';

export function keyUse(column: FieldType, value: Expr, operation: 'equal' | 'order'): KeyUse | undefined {
  const kind = value.type.kind;
  if (kind === 'null') return 'exact';
  switch (column.kind) {
    case 'int':
    case 'bit':
      if (kind === 'int' || kind === 'bit' || kind === 'year' || kind === 'decimal') return 'exact';
      return kind === 'double' || kind === 'float' || isConstantText(value) ? 'lossy' : undefined;
    case 'decimal':
      if (kind === 'int' || kind === 'decimal') return 'exact';
      return kind === 'double' || isConstantText(value) ? 'lossy' : undefined;
    case 'double':
      if (kind === 'int' || kind === 'decimal' || kind === 'double') return 'lossy';
      return isConstantText(value) ? 'lossy' : undefined;
    case 'string':
      return kind === 'string' && sameCollation(column, value) ? 'exact' : undefined;
    case 'binary':
      return kind === 'binary' || kind === 'string' ? 'lossy' : undefined;
    case 'date':
      if (kind === 'date') return 'exact';
      return kind === 'datetime' || kind === 'timestamp' || isConstantText(value) || isConstantInt(value)
        ? 'lossy'
        : undefined;
    case 'datetime':
    case 'timestamp':
      if (kind === 'date' || kind === 'datetime' || kind === 'timestamp')
        return column.kind === 'timestamp' ? 'lossy' : 'exact';
      return isConstantText(value) || isConstantInt(value) ? 'lossy' : undefined;
    case 'time':
      return kind === 'time' ? 'exact' : isConstantText(value) ? 'lossy' : undefined;
    case 'year':
      return kind === 'year' ? 'exact' : isFourDigitYear(value) ? 'lossy' : undefined;
    case 'enum':
      return operation === 'equal' && isConstantText(value) ? 'lossy' : undefined;
    default:
      return undefined;
  }
}

function isConstantText(value: Expr): boolean {
  return value.type.kind === 'string' && value.kind !== 'column';
}
function isConstantInt(value: Expr): boolean {
  return value.type.kind === 'int' && value.kind !== 'column';
}
function isFourDigitYear(value: Expr): boolean {
  return value.kind === 'constant' && typeof value.value === 'number' && value.value > 1900 && value.value < 2156;
}

/** A literal, parameter or the like takes the column's collation; a column or an explicit COLLATE brings its own. */
function sameCollation(column: FieldType, value: Expr): boolean {
  if (value.type.collation === column.collation) return true;
  if (
    someExpr(
      value,
      (part) => part.kind === 'column' || part.kind === 'slot' || (part.kind === 'call' && part.name === 'collate'),
    )
  )
    return false;
  return column.collation.startsWith('utf8mb4') || isAscii(value);
}

function isAscii(value: Expr): boolean {
  return value.kind === 'constant' && typeof value.value === 'string' && /^[\x20-\x7e]*$/.test(value.value);
}
