/** How operands count in arithmetic, and the precision of results. */
import type { FunctionArgument } from '../expr/index.ts';
import { type FieldType, isTextual } from '../types/index.ts';

const ALL_DECIMALS = 31;

export type NumberKind = 'int' | 'decimal' | 'double';

/** Texts, JSON and floats are doubles; dates are integers, or decimals when they have fractions. */
export function numberKind(type: FieldType): NumberKind {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'bit':
    case 'date':
      return 'int';
    case 'decimal':
      return 'decimal';
    case 'datetime':
    case 'timestamp':
    case 'time':
      return type.decimals > 0 ? 'decimal' : 'int';
    case 'binary':
      return type.unsigned ? 'int' : 'double'; // a hexadecimal literal is a number here
    default:
      return 'double';
  }
}

export function commonKind(types: readonly FieldType[]): NumberKind {
  const kinds = types.map(numberKind);
  return kinds.includes('double') ? 'double' : kinds.includes('decimal') ? 'decimal' : 'int';
}

export function isUnsigned(type: FieldType): boolean {
  return (
    type.unsigned &&
    (type.kind === 'int' ||
      type.kind === 'year' ||
      type.kind === 'bit' ||
      type.kind === 'decimal' ||
      type.kind === 'double' ||
      type.kind === 'float' ||
      type.kind === 'binary')
  );
}

/** Decimal digits of an operand. */
export function precisionOf(type: FieldType): number {
  switch (type.kind) {
    case 'decimal':
      return type.length;
    case 'date':
      return 8;
    case 'datetime':
    case 'timestamp':
      return 14 + type.decimals;
    case 'time':
      return 7 + type.decimals;
    case 'int':
      return Math.max(1, type.length - (type.unsigned ? 0 : 1));
    case 'year':
      return 4;
    case 'bit':
      return 20;
    case 'null':
      return 0;
    default:
      return isTextual(type) ? Math.min(65, type.length) : 23;
  }
}

export function scaleOf(type: FieldType): number {
  return type.kind === 'decimal' || type.kind === 'datetime' || type.kind === 'timestamp' || type.kind === 'time'
    ? type.decimals
    : 0;
}

/** Digits after the point that a double shows: as many as its operands have, or all of them (31) where one of them floats. */
export function doubleDecimals(types: readonly FieldType[]): number {
  return Math.max(...types.map((type) => (isTextual(type) || type.kind === 'json' ? ALL_DECIMALS : type.decimals)));
}

export function typesOf(args: readonly FunctionArgument[]): FieldType[] {
  return args.map((arg) => arg.type);
}

/** How functions of one number see it: dates and hexadecimal literals are doubles there. */
export function functionNumberKind(type: FieldType): NumberKind {
  const kind = numberKind(type);
  return kind === 'double' ||
    type.kind === 'int' ||
    type.kind === 'year' ||
    type.kind === 'bit' ||
    type.kind === 'decimal'
    ? kind
    : 'double';
}
