/** RANGE frames: an order key plus or minus an offset, for numbers and for dates and times. */
import { sqlError } from '../../base/index.ts';
import {
  addMicros,
  DateTime,
  dayOf,
  daysInMonth,
  Decimal,
  type FieldType,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  monthOf,
  type NonNullValue,
  normalizeInt,
  packDate,
  yearOf,
} from '../types/index.ts';

/** The key moved by the amount, in the key's representation. */
export type Shift = (key: NonNullValue, amount: NonNullValue, back: boolean) => NonNullValue;

const UNIT_MICROS: Readonly<Record<string, number>> = {
  microsecond: 1,
  second: MICROS_PER_SECOND,
  minute: MICROS_PER_MINUTE,
  hour: MICROS_PER_HOUR,
  day: MICROS_PER_DAY,
  week: 7 * MICROS_PER_DAY,
};
const UNIT_MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

export function compileShift(key: FieldType, intervalUnit: string | undefined): Shift {
  if (intervalUnit !== undefined) return compileInterval(key, intervalUnit.toLowerCase());
  if (key.kind === 'double' || key.kind === 'float') {
    return (value, by, back) => (back ? Number(value) - numberOf(by) : Number(value) + numberOf(by));
  }
  if (key.kind === 'decimal')
    return (value, by, back) => (back ? (value as Decimal).sub(asDecimal(by)) : (value as Decimal).add(asDecimal(by)));
  return (value, by, back) => {
    const delta = by instanceof Decimal ? numberOf(by) : (by as number | bigint);
    if (typeof value === 'number' && typeof delta === 'number') return back ? value - delta : value + delta;
    return normalizeInt(back ? BigInt(value as number) - BigInt(delta) : BigInt(value as number) + BigInt(delta));
  };
}

function numberOf(value: NonNullValue): number {
  return value instanceof Decimal ? value.toNumber() : Number(value);
}

function asDecimal(value: NonNullValue): Decimal {
  if (value instanceof Decimal) return value;
  return typeof value === 'bigint' ? Decimal.fromInt(value) : Decimal.fromNumber(Number(value));
}

function compileInterval(key: FieldType, unit: string): Shift {
  const micros = UNIT_MICROS[unit];
  const months = UNIT_MONTHS[unit];
  if (micros === undefined && months === undefined)
    throw sqlError('ER_NOT_SUPPORTED_YET', `RANGE frame with INTERVAL ${unit.toUpperCase()}`);
  return (value, amount, back) => {
    const count = (back ? -1 : 1) * numberOf(amount);
    if (key.kind === 'time') return Number(value) + count * (micros ?? 0);
    const start = key.kind === 'date' ? new DateTime(value as number, 0) : (value as DateTime);
    const moved =
      micros === undefined
        ? addMonths(start, Math.round(count) * months!)
        : addMicros(start, Math.round(count * micros));
    const result = moved ?? (back ? DateTime.ZERO : new DateTime(packDate(9999, 12, 31), MICROS_PER_DAY - 1));
    if (key.kind !== 'date') return result;
    return result.ymd;
  };
}

function addMonths(value: DateTime, months: number): DateTime | undefined {
  const total = yearOf(value.ymd) * 12 + monthOf(value.ymd) - 1 + months;
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  if (year < 0 || year > 9999) return undefined;
  return new DateTime(packDate(year, month, Math.min(dayOf(value.ymd), daysInMonth(year, month))), value.micros);
}
