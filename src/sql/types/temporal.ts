/**
 * DATE, DATETIME, TIMESTAMP and TIME values: packing, arithmetic, rounding and text.
 *
 * - DATE is a number: (year * 16 + month) * 32 + day. It orders as the date does; the zero date is 0; month and day may
 *   be zero.
 * - DATETIME and TIMESTAMP are a `DateTime`: that number and the microseconds of the day.
 * - TIME is a number: signed microseconds, within ±838:59:59.
 */
import { DAY_NUMBER_END, EPOCH_DAY, dayNumber, packedFromDayNumber } from './calendar.ts';

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60_000_000;
export const MICROS_PER_HOUR = 3_600_000_000;
export const MICROS_PER_DAY = 86_400_000_000;
/** 838:59:59, the largest TIME. */
export const TIME_MICROS_MAX = 3_020_399_000_000;

export class DateTime {
  readonly ymd: number;
  readonly micros: number;

  constructor(ymd: number, micros: number) {
    this.ymd = ymd;
    this.micros = micros;
  }

  static readonly ZERO = new DateTime(0, 0);

  static of(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, micros = 0): DateTime {
    return new DateTime(packDate(year, month, day), ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros);
  }

  get year(): number {
    return this.ymd >>> 9;
  }
  get month(): number {
    return (this.ymd >>> 5) & 15;
  }
  get day(): number {
    return this.ymd & 31;
  }
  get hour(): number {
    return Math.floor(this.micros / MICROS_PER_HOUR);
  }
  get minute(): number {
    return Math.floor(this.micros / MICROS_PER_MINUTE) % 60;
  }
  get second(): number {
    return Math.floor(this.micros / MICROS_PER_SECOND) % 60;
  }
  /** Microseconds within the second. */
  get fraction(): number {
    return this.micros % MICROS_PER_SECOND;
  }

  compare(other: DateTime): number {
    return this.ymd - other.ymd || this.micros - other.micros;
  }

  /** ISO-like text with six digits when there is a fraction; for display use `formatDateTime`. */
  toString(): string {
    return formatDateTime(this, this.fraction === 0 ? 0 : 6);
  }
}

export function packDate(year: number, month: number, day: number): number {
  return (year * 16 + month) * 32 + day;
}
export function yearOf(ymd: number): number {
  return ymd >>> 9;
}
export function monthOf(ymd: number): number {
  return (ymd >>> 5) & 15;
}
export function dayOf(ymd: number): number {
  return ymd & 31;
}
export function dayNumberOf(ymd: number): number {
  return dayNumber(ymd >>> 9, (ymd >>> 5) & 15, ymd & 31);
}

/** Microseconds since 1970-01-01 00:00:00 on the same calendar (no time zone). Safe to ±9999 years: 2.5e17 needs care, so a pair is used where exactness matters. */
export function civilSeconds(value: DateTime): number {
  return (dayNumberOf(value.ymd) - EPOCH_DAY) * 86400 + Math.floor(value.micros / MICROS_PER_SECOND);
}

/** The inverse of `civilSeconds`; undefined outside the years 1 to 9999. */
export function fromCivilSeconds(seconds: number, fraction = 0): DateTime | undefined {
  const days = Math.floor(seconds / 86400);
  const ymd = packedFromDayNumber(days + EPOCH_DAY);
  if (ymd === 0 || days + EPOCH_DAY >= DAY_NUMBER_END) return undefined;
  return new DateTime(ymd, (seconds - days * 86400) * MICROS_PER_SECOND + fraction);
}

/** `value` plus microseconds (any sign, safe integer); undefined outside year 0 to 9999. */
export function addMicros(value: DateTime, micros: number): DateTime | undefined {
  const dayShift = Math.floor(micros / MICROS_PER_DAY);
  let rest = value.micros + (micros - dayShift * MICROS_PER_DAY);
  let days = dayNumberOf(value.ymd) + dayShift;
  if (rest >= MICROS_PER_DAY) {
    rest -= MICROS_PER_DAY;
    days++;
  }
  return fromDays(days, rest);
}

/** A DateTime from MySQL's day number; undefined out of range. */
export function fromDays(days: number, micros: number): DateTime | undefined {
  if (days < 0 || days >= DAY_NUMBER_END) return undefined;
  if (days <= 365) {
    // Year 0: packedFromDayNumber leaves it out, as FROM_DAYS does.
    if (days === 0) return undefined;
    const probe = packedFromDayNumber(days + 365); // year 1 has the same days
    return new DateTime(probe - packDate(1, 0, 0), micros);
  }
  return new DateTime(packedFromDayNumber(days), micros);
}

/** `a - b` in microseconds. Exact while the difference is below 285 years; beyond, doubles lose single microseconds. */
export function diffMicros(a: DateTime, b: DateTime): number {
  return (dayNumberOf(a.ymd) - dayNumberOf(b.ymd)) * MICROS_PER_DAY + (a.micros - b.micros);
}

const FRACTION_UNIT = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/** Rounds (half up) or truncates signed microseconds to `decimals` digits. */
export function roundMicros(micros: number, decimals: number, truncate = false): number {
  if (decimals >= 6) return micros;
  const unit = FRACTION_UNIT[decimals]!;
  const magnitude = Math.abs(micros);
  const rest = magnitude % unit;
  const rounded = magnitude - rest + (!truncate && rest * 2 >= unit ? unit : 0);
  return micros < 0 ? 0 - rounded : rounded;
}

/** Rounds to `decimals` fractional digits; may carry into the next day. Undefined when that leaves year 9999. */
export function roundDateTime(value: DateTime, decimals: number, truncate = false): DateTime | undefined {
  const micros = roundMicros(value.micros, decimals, truncate);
  if (micros === value.micros) return value;
  if (micros < MICROS_PER_DAY) return new DateTime(value.ymd, micros);
  return addMicros(new DateTime(value.ymd, 0), micros);
}

const TWO: readonly string[] = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));

export function formatDate(ymd: number): string {
  const year = ymd >>> 9;
  return `${TWO[Math.floor(year / 100)]}${TWO[year % 100]}-${TWO[(ymd >>> 5) & 15]}-${TWO[ymd & 31]}`;
}

function formatFraction(micros: number, decimals: number): string {
  if (decimals <= 0) return '';
  return `.${String(Math.floor((micros % MICROS_PER_SECOND) / FRACTION_UNIT[decimals]!)).padStart(decimals, '0')}`;
}

function formatClock(micros: number, decimals: number): string {
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const hour = Math.floor(seconds / 3600);
  const hourText = hour < 100 ? TWO[hour]! : String(hour);
  return `${hourText}:${TWO[Math.floor(seconds / 60) % 60]}:${TWO[seconds % 60]}${formatFraction(micros, decimals)}`;
}

export function formatDateTime(value: DateTime, decimals = 0): string {
  return `${formatDate(value.ymd)} ${formatClock(value.micros, decimals)}`;
}

export function formatTime(micros: number, decimals = 0): string {
  return micros < 0 ? `-${formatClock(-micros, decimals)}` : formatClock(micros, decimals);
}

/** YYYYMMDD. */
export function dateToNumber(ymd: number): number {
  return (ymd >>> 9) * 10000 + ((ymd >>> 5) & 15) * 100 + (ymd & 31);
}

/** Signed HHMMSS without the fraction. */
export function timeToNumber(micros: number): number {
  const seconds = Math.floor(Math.abs(micros) / MICROS_PER_SECOND);
  const value = Math.floor(seconds / 3600) * 10000 + (Math.floor(seconds / 60) % 60) * 100 + (seconds % 60);
  return micros < 0 ? 0 - value : value;
}

/** YYYYMMDDHHMMSS without the fraction. */
export function dateTimeToNumber(value: DateTime): number {
  return dateToNumber(value.ymd) * 1_000_000 + timeToNumber(value.micros);
}
