/** What the temporal functions share: fractional digits of arguments, units, flags. */
import type { EvalContext, FunctionArgument } from '../expr/index.ts';
import {
  atDisplacement,
  type ConversionContext,
  DateFlag,
  type DateTime,
  type FieldType,
  modeDateFlags,
  parseDateTime,
  parseTime,
  Decimal,
} from '../types/index.ts';

/** Zero month or day is fine, whatever sql_mode says: YEAR('2020-00-00'). */
export const fuzzy = (): number => DateFlag.FUZZY;
/** Only complete dates: DAYNAME, LAST_DAY, DATE_ADD. */
export const complete = (): number => DateFlag.NO_ZERO_IN_DATE | DateFlag.NO_ZERO_DATE;
/** FUZZY with sql_mode's own restrictions. */
export const byMode = (context: EvalContext): number => modeDateFlags(context);

/** Digits of the fraction that an argument may have. */
export function fractionOf(arg: FunctionArgument, asTime: boolean): number {
  const { type, constant } = arg;
  switch (type.kind) {
    case 'datetime':
    case 'timestamp':
    case 'time':
      return type.decimals;
    case 'decimal':
      return Math.min(6, type.decimals);
    case 'double':
    case 'float':
      return 6;
    case 'string':
    case 'binary': {
      if (constant === undefined) return 6;
      if (typeof constant.value !== 'string') return constant.value === null ? 0 : 6;
      if (!asTime && parseDateTime(constant.value, DateFlag.FUZZY).kind === 'none') return 6;
      return asTime
        ? parseTime(constant.value).fractionDigits
        : parseDateTime(constant.value, DateFlag.FUZZY).fractionDigits;
    }
    case 'json':
      return 6;
    default:
      return 0;
  }
}

/** A constant fsp argument: NOW(3). */
export function constantFraction(arg: FunctionArgument | undefined): number {
  const value = arg?.constant?.value;
  if (typeof value === 'number') return value;
  return value instanceof Decimal ? Number(value.toInt()) : 0;
}

export type Unit = string;
export const DATE_UNITS: ReadonlySet<Unit> = new Set(['day', 'week', 'month', 'quarter', 'year', 'year_month']);
const MICROSECOND_UNIT = /microsecond$/;

export function unitHasMicroseconds(unit: Unit): boolean {
  return MICROSECOND_UNIT.test(unit);
}

export function isDateTimeType(type: FieldType): boolean {
  return type.kind === 'datetime' || type.kind === 'timestamp';
}

/** A text that may be a time or a date with one: a colon after the first number makes it a time. Undefined = a time. */
export function dateTimeInText(text: string, context: ConversionContext): DateTime | undefined {
  if (/^\s*-|^\s*\d+:|^\s*\d+ +\d+(:|$)/.test(text) && parseTime(text).fromDateTime === undefined) return undefined;
  const { kind, value, warnings, displacement } = parseDateTime(text, DateFlag.FUZZY);
  if ((kind !== 'date' && kind !== 'datetime') || warnings !== 0) return undefined;
  return displacement === undefined ? value : atDisplacement(value, displacement, context);
}
