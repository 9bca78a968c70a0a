/**
 * Values read as dates, datetimes and times inside expressions, with MySQL's flags and warnings.
 * The result is null where the value is no valid date (after the warning).
 */
import { sqlError } from '../../base/index.ts';
import { charsetUnits } from './charset.ts';
import type { Convert } from './coerce.ts';
import type { ConversionContext } from './conversion-context.ts';
import type { Decimal } from './decimal.ts';
import type { EnumValue, SetValue } from './enum-set.ts';
import type { FieldType } from './field-type.ts';
import type { NonNullValue } from './format.ts';
import type { JsonValue } from './json-value.ts';
import { DateTime, addMicros, formatDateTime, MICROS_PER_DAY } from './temporal.ts';
import {
  checkDate,
  DateFlag,
  numberToDateTime,
  numberToTime,
  parseDateTime,
  type ParsedDateTime,
  type ParsedTime,
  parseTime,
  roundSeventh,
  TimeWarning,
} from './temporal-parse.ts';
import { epochToLocal, findTimeZone, localToUtc, UTC, utcToLocal } from './time-zone.ts';

/** Flags of sql_mode, plus FUZZY: what casts and columns accept. */
export function modeDateFlags(context: ConversionContext): number {
  const mode = context.session.sqlMode;
  return (
    DateFlag.FUZZY |
    (mode.noZeroDate ? DateFlag.NO_ZERO_DATE : 0) |
    (mode.noZeroInDate ? DateFlag.NO_ZERO_IN_DATE : 0) |
    (mode.allowInvalidDates ? DateFlag.INVALID_DATES : 0)
  );
}

export function sessionZone(context: Pick<ConversionContext, 'session'>): ReturnType<typeof findTimeZone> & object {
  return findTimeZone(context.session.timeZone) ?? UTC;
}

/** Today in the session's zone: the date of a TIME that becomes a DATETIME. */
export function currentDate(context: ConversionContext): number {
  return epochToLocal(context.session.nowMicros, sessionZone(context)).ymd;
}

/** A TIME as a DATETIME of today; hours beyond a day carry over. */
export function timeToDateTime(micros: number, context: ConversionContext): DateTime | null {
  if (micros >= 0 && micros < MICROS_PER_DAY) return new DateTime(currentDate(context), micros);
  return addMicros(new DateTime(currentDate(context), 0), micros) ?? null;
}

export interface DateReading {
  readonly flags: number;
  /** 'date', 'datetime' or 'time' in messages. */
  readonly what: 'date' | 'datetime' | 'time';
}

function warnIncorrect(context: ConversionContext, what: string, text: string, truncated: boolean): void {
  context.warn(1292, `${truncated ? 'Truncated incorrect' : 'Incorrect'} ${what} value: '${text.slice(0, 128)}'`);
}

/** 4095 and 4096: delimiters that work but are deprecated. */
function warnDelimiter(context: ConversionContext, parsed: ParsedDateTime, text: string): void {
  const odd = parsed.oddDelimiter;
  if (odd === undefined) return;
  const where = `Delimiter '${odd.char}' in position ${odd.position} in datetime value '${text}' at row 1`;
  if (odd.prefer === undefined) context.warn(4096, `${where} is superfluous and is deprecated. Please remove.`);
  else context.warn(4095, `${where} is deprecated. Prefer the standard '${odd.prefer}'.`);
}

/** Text to a datetime. Null and a warning when it is none. */
export function textToDateTime(text: string, context: ConversionContext, reading: DateReading): DateTime | null {
  const mode = context.session.sqlMode;
  const flags =
    reading.flags |
    (mode.noZeroDate ? DateFlag.NO_ZERO_DATE : 0) |
    (mode.allowInvalidDates ? DateFlag.INVALID_DATES : 0);
  const parsed = parseDateTime(text, flags);
  if (parsed.kind === 'error' || parsed.kind === 'none') {
    warnIncorrect(context, reading.what, text, reading.what === 'date');
    return null;
  }
  warnDelimiter(context, parsed, text);
  if (parsed.warnings !== 0) warnIncorrect(context, parsed.kind, text, true);
  const value = roundSeventh(parsed.value, seventhDigit(parsed, context));
  return parsed.displacement === undefined ? value : atDisplacement(value, parsed.displacement, context);
}

/** A time that was written with its distance from UTC, in seconds, in the session's time zone. */
export function atDisplacement(
  value: DateTime,
  displacement: number,
  context: Pick<ConversionContext, 'session'>,
): DateTime {
  if (value.month !== 0 && value.day !== 0) {
    const utc = addMicros(value, -displacement * 1_000_000);
    return (utc === undefined ? undefined : utcToLocal(utc, sessionZone(context))) ?? value;
  }
  const [hours, minutes] = [Math.floor(Math.abs(displacement) / 3600), Math.floor(Math.abs(displacement) / 60) % 60];
  const offset = `${displacement < 0 ? '-' : '+'}${hours}:${String(minutes).padStart(2, '0')}`;
  throw sqlError('ER_TRUNCATED_WRONG_VALUE', 'temporal', `${formatDateTime(value)}${offset}`);
}

/** Microseconds of a text read as TIME: of a datetime with its distance from UTC those of the session's clock. */
export function microsOfTime(parsed: ParsedTime, context: Pick<ConversionContext, 'session'>): number | undefined {
  const full = parsed.fromDateTime;
  if (full?.displacement === undefined) return parsed.micros;
  return atDisplacement(full.value, full.displacement, context).micros;
}

function numberToDate(
  number: number,
  fraction: number,
  text: () => string,
  context: ConversionContext,
  reading: DateReading,
): DateTime | null {
  const parsed = numberToDateTime(number, reading.flags);
  if (parsed.kind === 'error') {
    warnIncorrect(context, reading.what, text(), reading.what === 'date');
    return null;
  }
  return fraction === 0 ? parsed.value : (addMicros(parsed.value, fraction) ?? null);
}

/** Whole part and microseconds of a decimal number used as a date or time. */
export function splitDecimal(
  value: Decimal,
  { session }: Pick<ConversionContext, 'session'>,
): { whole: number; micros: number } {
  const whole = value.truncate(0);
  const rest = value.sub(whole);
  const micros = (session.sqlMode.timeTruncateFractional ? rest.truncate(6) : rest).withScale(6).unscaled;
  return { whole: Number(whole.unscaled), micros: Number(micros) };
}

export function splitDouble(
  value: number,
  { session }: Pick<ConversionContext, 'session'>,
): { whole: number; micros: number } {
  const whole = Math.trunc(value);
  const rest = value - whole;
  if (!session.sqlMode.timeTruncateFractional) return { whole, micros: Math.round(rest * 1e6) };
  return { whole, micros: Math.trunc(Math.round(rest * 1e9) / 1000) };
}

/** The digit that rounds the sixth one; TIME_TRUNCATE_FRACTIONAL drops it. */
export function seventhDigit(
  parsed: { readonly seventhDigit: number },
  { session }: Pick<ConversionContext, 'session'>,
): number {
  return session.sqlMode.timeTruncateFractional ? 0 : parsed.seventhDigit;
}

/** The value as a DateTime, checked against `reading.flags`. */
export function dateTimeOf(
  type: FieldType,
  flagsOf: (context: ConversionContext) => number,
  what: DateReading['what'] = 'datetime',
): Convert<DateTime | null> {
  const recheck = (value: DateTime, context: ConversionContext): DateTime | null => {
    if (value.month !== 0 && value.day !== 0) return value;
    const wrong = checkDate(value.year, value.month, value.day, value.ymd !== 0, flagsOf(context));
    if (wrong === 0) return value;
    warnIncorrect(
      context,
      'datetime',
      type.kind === 'date' ? value.toString().slice(0, 10) : formatDateTime(value, type.decimals),
      false,
    );
    return null;
  };
  switch (type.kind) {
    case 'date':
      return (value, context) => recheck(new DateTime(value as number, 0), context);
    case 'datetime':
    case 'timestamp':
      return (value, context) => recheck(value as DateTime, context);
    case 'time':
      return (value, context) => timeToDateTime(value as number, context);
    case 'int':
    case 'year':
    case 'bit':
      return (value, context) =>
        numberToDate(Number(value), 0, () => String(value), context, { flags: flagsOf(context), what });
    case 'double':
    case 'float':
      return (value, context) => {
        const { whole, micros } = splitDouble(value as number, context);
        return numberToDate(whole, micros, () => String(value), context, { flags: flagsOf(context), what });
      };
    case 'decimal':
      return (value, context) => {
        const { whole, micros } = splitDecimal(value as Decimal, context);
        return numberToDate(whole, micros, () => String(value), context, { flags: flagsOf(context), what });
      };
    case 'json':
      return (value, context) => jsonToDateTime(value as JsonValue, context, { flags: flagsOf(context), what });
    default:
      return (value, context) => textToDateTime(plainText(value), context, { flags: flagsOf(context), what });
  }
}

function plainText(value: NonNullValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return charsetUnits.decodeUtf8(value);
  return (value as EnumValue | SetValue).text;
}

function jsonToDateTime(value: JsonValue, context: ConversionContext, reading: DateReading): DateTime | null {
  if (value.kind === 'date' || value.kind === 'datetime' || value.kind === 'timestamp')
    return value.payload as DateTime;
  if (value.kind === 'time') return timeToDateTime(value.payload as number, context);
  if (value.kind === 'string') return textToDateTime(value.payload as string, context, reading);
  context.warn(3156, `Invalid JSON value for CAST to ${reading.what.toUpperCase()} from column cast_as_json at row 1`);
  return null;
}

/** Text to TIME; null and a warning when it is none. */
export function textToTime(text: string, context: ConversionContext): number | null {
  const parsed = parseTime(text);
  if (parsed.micros === undefined) {
    warnIncorrect(context, 'time', text, (parsed.warnings & TimeWarning.TRUNCATED) !== 0 || parsed.warnings !== 0);
    return null;
  }
  if (parsed.warnings !== 0) warnIncorrect(context, 'time', text, true);
  const micros = microsOfTime(parsed, context) ?? parsed.micros;
  return micros + (seventhDigit(parsed, context) >= 5 ? (micros < 0 ? -1 : 1) : 0);
}

function numberAsTime(whole: number, micros: number, text: () => string, context: ConversionContext): number | null {
  const parsed = numberToTime(whole);
  if (parsed.warnings !== 0) warnIncorrect(context, 'time', text(), true);
  if (parsed.micros === undefined || parsed.warnings !== 0) return null;
  return parsed.micros + micros;
}

/** The value as TIME (signed microseconds). */
export function timeOf(type: FieldType): Convert<number | null> {
  switch (type.kind) {
    case 'time':
      return (value) => value as number;
    case 'date':
      return () => 0;
    case 'datetime':
    case 'timestamp':
      return (value) => (value as DateTime).micros;
    case 'int':
    case 'year':
    case 'bit':
      return (value, context) => numberAsTime(Number(value), 0, () => String(value), context);
    case 'double':
    case 'float':
      return (value, context) => {
        const { whole, micros } = splitDouble(value as number, context);
        return numberAsTime(whole, micros, () => String(value), context);
      };
    case 'decimal':
      return (value, context) => {
        const { whole, micros } = splitDecimal(value as Decimal, context);
        return numberAsTime(whole, micros, () => String(value), context);
      };
    case 'json':
      return (value, context) => {
        const json = value as JsonValue;
        if (json.kind === 'time') return json.payload as number;
        if (json.kind === 'datetime' || json.kind === 'timestamp' || json.kind === 'date')
          return (json.payload as DateTime).micros;
        if (json.kind === 'string') return textToTime(json.payload as string, context);
        context.warn(3156, 'Invalid JSON value for CAST to TIME from column cast_as_json at row 1');
        return null;
      };
    default:
      return (value, context) => textToTime(plainText(value), context);
  }
}

/** TIMESTAMP columns hold UTC in storage; these convert at its border. */
export function timestampToUtc(value: DateTime, context: ConversionContext): DateTime {
  return value.ymd === 0 ? value : (localToUtc(value, sessionZone(context)) ?? DateTime.ZERO);
}
export function timestampFromUtc(value: DateTime, context: ConversionContext): DateTime {
  return value.ymd === 0 ? value : (utcToLocal(value, sessionZone(context)) ?? DateTime.ZERO);
}
