/** INTERVAL amounts: what `INTERVAL '1:30' MINUTE_SECOND` adds, as months and microseconds. */
import type { CompiledArgument } from '../expr/index.ts';
import {
  asSigned64,
  type Decimal,
  decimalOf,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  parseDecimal,
  stringOf,
  intOf,
} from '../types/index.ts';
import { type Read, reader } from './define.ts';

export interface Interval {
  readonly months: number;
  /** Whole days and microseconds are kept apart, so that both stay exact. */
  readonly days: number;
  readonly micros: number;
}

const COMPOSITE: Record<string, readonly string[]> = {
  year_month: ['year', 'month'],
  day_hour: ['day', 'hour'],
  day_minute: ['day', 'hour', 'minute'],
  day_second: ['day', 'hour', 'minute', 'second'],
  day_microsecond: ['day', 'hour', 'minute', 'second', 'microsecond'],
  hour_minute: ['hour', 'minute'],
  hour_second: ['hour', 'minute', 'second'],
  hour_microsecond: ['hour', 'minute', 'second', 'microsecond'],
  minute_second: ['minute', 'second'],
  minute_microsecond: ['minute', 'second', 'microsecond'],
  second_microsecond: ['second', 'microsecond'],
};

const UNIT_MICROS: Record<string, number> = {
  microsecond: 1,
  second: MICROS_PER_SECOND,
  minute: MICROS_PER_MINUTE,
  hour: MICROS_PER_HOUR,
};
const UNIT_MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };
const UNIT_DAYS: Record<string, number> = { day: 1, week: 7 };

function single(unit: string, amount: number | bigint): Interval {
  if (typeof amount === 'bigint') return bigSingle(unit, amount);
  const months = UNIT_MONTHS[unit];
  if (months !== undefined) return { months: amount * months, days: 0, micros: 0 };
  const days = UNIT_DAYS[unit];
  if (days !== undefined) return { months: 0, days: amount * days, micros: 0 };
  const micros = UNIT_MICROS[unit]!;
  const perDay = MICROS_PER_DAY / micros;
  const wholeDays = Math.trunc(amount / perDay);
  return { months: 0, days: wholeDays, micros: (amount - wholeDays * perDay) * micros };
}

/** Only microseconds can be that many and still reach a date. */
function bigSingle(unit: string, amount: bigint): Interval {
  if (unit !== 'microsecond') return single(unit, Number(amount));
  return microsecondsOf(amount);
}

function microsecondsOf(micros: bigint): Interval {
  const perDay = BigInt(MICROS_PER_DAY);
  return { months: 0, days: Number(micros / perDay), micros: Number(micros % perDay) };
}

function composite(parts: readonly string[], text: string): Interval | null {
  const negative = /^\s*-/.test(text);
  const numbers = text.match(/\d+/g) ?? [];
  if (numbers.length > parts.length) return null;
  const missing = parts.length - numbers.length;
  let [months, days, micros] = [0, 0, 0];
  numbers.forEach((digits, i) => {
    const unit = parts[missing + i]!;
    // Up to six digits are a fraction, more are a count.
    const amount = unit === 'microsecond' && digits.length < 6 ? Number(digits.padEnd(6, '0')) : Number(digits);
    const part = single(unit, amount);
    months += part.months;
    days += part.days;
    micros += part.micros;
  });
  return negative ? { months: -months, days: -days, micros: -micros } : { months, days, micros };
}

/** The amount as an interval; null for NULL and for malformed composites. `sign` -1 subtracts. */
export function intervalArg(arg: CompiledArgument, unit: string, sign: 1 | -1): Read<Interval> {
  const apply = (interval: Interval | null): Interval | null =>
    interval === null || sign === 1
      ? interval
      : { months: -interval.months, days: -interval.days, micros: -interval.micros };
  const parts = COMPOSITE[unit];
  if (parts !== undefined) {
    const text = stringOf(arg.type);
    return reader(arg.evaluate, (value) => apply(composite(parts, text(value))));
  }
  if (unit === 'second') {
    const seconds = (value: Decimal): Interval => microsecondsOf(BigInt(value.truncate(6).withScale(6).unscaled));
    if (arg.type.kind === 'string' || arg.type.kind === 'binary') {
      const text = stringOf(arg.type);
      return reader(arg.evaluate, (value) => apply(seconds(parseDecimal(text(value)).value)));
    }
    if (arg.type.kind === 'int') {
      const toInt = intOf(arg.type);
      return reader(arg.evaluate, (value, context) => apply(single(unit, asSigned64(toInt(value, context)))));
    }
    const toDecimal = decimalOf(arg.type);
    return reader(arg.evaluate, (value, context) => apply(seconds(toDecimal(value, context))));
  }
  const toInt = intOf(arg.type);
  return reader(arg.evaluate, (value, context) => apply(single(unit, asSigned64(toInt(value, context)))));
}
