/** Which conditions of a join are equalities that can be hashed or looked up, and in which type their sides compare. */
import type { Expr } from '../../expr/index.ts';
import {
  charsetOf,
  datetimeType,
  decimalType,
  doubleType,
  type FieldType,
  intType,
  isInteger,
  isTemporal,
  varbinaryType,
} from '../../types/index.ts';
import { everyColumn, hasColumns } from '../logical/expressions.ts';

export interface JoinKeyPair {
  readonly left: Expr;
  readonly right: Expr;
  readonly type: FieldType;
  readonly nullSafe: boolean;
  readonly source: Expr;
}

export interface SplitConditions {
  readonly keys: readonly JoinKeyPair[];
  /** Everything that is not a key. */
  readonly rest: readonly Expr[];
}

export function splitJoinConditions(
  conditions: readonly Expr[],
  isLeft: (id: number) => boolean,
  isRight: (id: number) => boolean,
): SplitConditions {
  const keys: JoinKeyPair[] = [];
  const rest: Expr[] = [];
  for (const condition of conditions) {
    const key = keyOf(condition, isLeft, isRight);
    if (key === undefined) rest.push(condition);
    else keys.push(key);
  }
  return { keys, rest };
}

function keyOf(
  condition: Expr,
  isLeft: (id: number) => boolean,
  isRight: (id: number) => boolean,
): JoinKeyPair | undefined {
  if (condition.kind !== 'call' || (condition.name !== '=' && condition.name !== '<=>')) return undefined;
  const [a, b] = condition.args as [Expr, Expr];
  const type = comparisonType(a.type, b.type);
  if (type === undefined || !hasColumns(a) || !hasColumns(b)) return undefined;
  const nullSafe = condition.name === '<=>';
  if (everyColumn(a, isLeft) && everyColumn(b, isRight))
    return { left: a, right: b, type, nullSafe, source: condition };
  if (everyColumn(b, isLeft) && everyColumn(a, isRight))
    return { left: b, right: a, type, nullSafe, source: condition };
  return undefined;
}

/** The type both sides are converted to before they are compared; undefined where `=` has rules that no single type expresses. */
export function comparisonType(a: FieldType, b: FieldType): FieldType | undefined {
  if (isInteger(a) && isInteger(b))
    return a.kind === 'year' && b.kind === 'year' ? a : intType('big', { unsigned: a.unsigned && b.unsigned });
  const numericA = isInteger(a) || a.kind === 'decimal' || a.kind === 'double' || a.kind === 'float';
  const numericB = isInteger(b) || b.kind === 'decimal' || b.kind === 'double' || b.kind === 'float';
  if (numericA && numericB) {
    const real = a.kind === 'double' || a.kind === 'float' || b.kind === 'double' || b.kind === 'float';
    return real ? doubleType() : decimalType(65, Math.max(decimalsOf(a), decimalsOf(b)));
  }
  if ((numericA && b.kind === 'string') || (numericB && a.kind === 'string')) return doubleType();
  if (a.kind === 'string' && b.kind === 'string') return commonText(a, b);
  if (a.kind === 'binary' && b.kind === 'binary') return varbinaryType(Math.max(a.length, b.length));
  if (isTemporal(a) && isTemporal(b)) return commonTemporal(a, b);
  if (
    (a.kind === 'enum' || a.kind === 'set') &&
    b.kind === a.kind &&
    a.collation === b.collation &&
    JSON.stringify(a.elements) === JSON.stringify(b.elements)
  )
    return a;
  return undefined;
}

function decimalsOf(type: FieldType): number {
  return type.kind === 'decimal' ? type.decimals : 0;
}

function commonText(a: FieldType, b: FieldType): FieldType | undefined {
  if (a.collation === b.collation) return a;
  const wideA = charsetOf(a.collation) === 'utf8mb4';
  const wideB = charsetOf(b.collation) === 'utf8mb4';
  if (wideA !== wideB) return wideA ? a : b;
  return undefined;
}

function commonTemporal(a: FieldType, b: FieldType): FieldType | undefined {
  if (a.kind === b.kind) return a.decimals >= b.decimals ? a : b;
  if (a.kind === 'time' || b.kind === 'time') return undefined;
  return datetimeType(6);
}
