/** Storing values in DATE, DATETIME, TIMESTAMP and TIME columns. */
import { sqlError } from '../../base/index.ts';
import { charsetUnits } from './charset.ts';
import type { ConversionContext } from './conversion-context.ts';
import {
  atDisplacement,
  microsOfTime,
  modeDateFlags,
  sessionZone,
  seventhDigit,
  splitDecimal,
  splitDouble,
  timeToDateTime,
} from './coerce-temporal.ts';
import type { Decimal } from './decimal.ts';
import type { FieldType } from './field-type.ts';
import { cachedTextOf, type NonNullValue } from './format.ts';
import { formatJson, scalarText } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import type { Store } from './store.ts';
import { noteTemporal, reportTemporal, type StoreTarget } from './store-report.ts';
import { DateTime, addMicros, civilSeconds, roundDateTime, roundMicros } from './temporal.ts';
import {
  checkDate,
  clampTime,
  numberToDateTime,
  numberToTime,
  parseDateTime,
  parseTime,
  type ParsedDateTime,
  type ParsedTime,
  roundSeventh,
  TimeWarning,
} from './temporal-parse.ts';

/** Splits a number into its whole part and microseconds. */
function wholeAndMicros(
  value: NonNullValue,
  type: FieldType,
  context: ConversionContext,
): { whole: number; micros: number } {
  if (type.kind === 'decimal') return splitDecimal(value as Decimal, context);
  return splitDouble(Number(value), context);
}

function plainText(value: NonNullValue, type: FieldType): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return charsetUnits.decodeUtf8(value);
  if (type.kind === 'json') {
    const json = value as JsonValue;
    return json.kind === 'object' || json.kind === 'array' ? formatJson(json) : scalarText(json);
  }
  return cachedTextOf(type)(value);
}

/** Reads any value as a datetime; reports what is wrong under the name `what`. */
function readDateTime(
  from: FieldType,
  what: 'date' | 'datetime',
): (value: NonNullValue, target: StoreTarget, context: ConversionContext) => DateTime {
  switch (from.kind) {
    case 'date':
      return (value, target, context) => recheck(new DateTime(value as number, 0), what, target, context);
    case 'datetime':
    case 'timestamp':
      return (value, target, context) => recheck(value as DateTime, what, target, context);
    case 'time':
      return (value, _target, context) => timeToDateTime(value as number, context) ?? DateTime.ZERO;
    case 'int':
    case 'year':
    case 'bit':
    case 'decimal':
    case 'double':
    case 'float':
      return (value, target, context) => {
        const { whole, micros } = wholeAndMicros(value, from, context);
        const parsed = numberToDateTime(whole, modeDateFlags(context));
        const time = parsed.kind === 'date' && micros !== 0 ? { ...parsed, warnings: TimeWarning.TRUNCATED } : parsed;
        const result = accept(time, () => String(value), what, target, context);
        return parsed.kind === 'datetime' && micros !== 0 ? (addMicros(result, micros) ?? result) : result;
      };
    default:
      return (value, target, context) => {
        const text = plainText(value, from);
        return accept(parseDateTime(text, modeDateFlags(context)), () => text, what, target, context);
      };
  }
}

function recheck(
  value: DateTime,
  what: 'date' | 'datetime',
  target: StoreTarget,
  context: ConversionContext,
): DateTime {
  if (value.month !== 0 && value.day !== 0) return value;
  const wrong = checkDate(value.year, value.month, value.day, value.ymd !== 0, modeDateFlags(context));
  if (wrong !== 0) {
    reportTemporal(context, target, what, what === 'date' ? value.toString().slice(0, 10) : value.toString(), true);
    return DateTime.ZERO;
  }
  return value;
}

function accept(
  parsed: ParsedDateTime,
  text: () => string,
  what: 'date' | 'datetime',
  target: StoreTarget,
  context: ConversionContext,
): DateTime {
  if (parsed.warnings !== 0 || parsed.kind === 'error' || parsed.kind === 'none') {
    const outOfRange = (parsed.warnings & ~TimeWarning.TRUNCATED) !== 0;
    reportTemporal(context, target, what, text(), outOfRange);
    if (parsed.kind === 'error' || parsed.kind === 'none') return DateTime.ZERO;
  }
  const value = roundSeventh(parsed.value, seventhDigit(parsed, context));
  if (parsed.displacement === undefined) return value;
  return atDisplacement(value, parsed.displacement, context);
}

export function storeDate(from: FieldType): Store {
  const read = readDateTime(from, 'date');
  return (value, target, context) => {
    if (from.kind === 'date' && ((value as number) & 31) !== 0) return value;
    const dateTime = read(value, target, context);
    if (from.kind === 'time' || dateTime.micros !== 0) noteTemporal(context, target, 'date', plainText(value, from));
    return dateTime.ymd;
  };
}

function rounded(
  value: DateTime,
  decimals: number,
  what: string,
  target: StoreTarget,
  context: ConversionContext,
): DateTime {
  const result = roundDateTime(value, decimals, context.session.sqlMode.timeTruncateFractional);
  if (result !== undefined) return result;
  if (context.session.strict) throw sqlError('ER_DATETIME_FUNCTION_OVERFLOW', what);
  context.warn(1441, `Datetime function: ${what} field overflow`);
  reportTemporal(context, target, what, value.toString(), true);
  return DateTime.ZERO;
}

export function storeDateTime(from: FieldType, to: FieldType): Store {
  const read = readDateTime(from, 'datetime');
  return (value, target, context) => rounded(read(value, target, context), to.decimals, 'datetime', target, context);
}

const TIMESTAMP_SECONDS_MAX = 2147483647;

export function storeTimestamp(from: FieldType, to: FieldType): Store {
  const read = readDateTime(from, 'datetime');
  return (value, target, context) => {
    const result = rounded(read(value, target, context), to.decimals, 'datetime', target, context);
    if (result.ymd === 0 && result.micros === 0) return result;
    const zone = sessionZone(context);
    const local = civilSeconds(result);
    const seconds = zone.utcOf(local);
    const gap = result.month === 0 || result.day === 0 || seconds + zone.offsetAt(seconds) !== local;
    if (result.month === 0 || result.day === 0 || seconds <= 0 || seconds > TIMESTAMP_SECONDS_MAX) {
      reportTemporal(context, target, 'datetime', plainText(value, from), true);
      return DateTime.ZERO;
    }
    if (!gap) return result;
    // A local time that does not exist: MySQL complains, then stores the first moment after the gap.
    reportTemporal(context, target, 'datetime', plainText(value, from), true);
    const utc = new DateTime(result.ymd, result.micros);
    return addMicros(utc, (seconds + zone.offsetAt(seconds) - local) * 1_000_000) ?? result;
  };
}

export function storeTime(from: FieldType, to: FieldType): Store {
  const finish = (micros: number, context: ConversionContext): number =>
    clampTime(roundMicros(micros, to.decimals, context.session.sqlMode.timeTruncateFractional));
  const take = (parsed: ParsedTime, text: () => string, target: StoreTarget, context: ConversionContext): number => {
    if (parsed.warnings !== 0 || parsed.micros === undefined) {
      reportTemporal(context, target, 'time', text(), (parsed.warnings & TimeWarning.OUT_OF_RANGE) !== 0);
    } else if (parsed.fromDateTime !== undefined) noteTemporal(context, target, 'time', text());
    const seventh = seventhDigit(parsed, context) >= 5 ? 1 : 0;
    const micros = microsOfTime(parsed, context) ?? 0;
    return finish(micros < 0 ? micros - seventh : micros + seventh, context);
  };
  switch (from.kind) {
    case 'time':
      return (value, _target, context) => finish(value as number, context);
    case 'date':
      return (value, target, context) => {
        noteTemporal(context, target, 'time', plainText(value, from));
        return 0;
      };
    case 'datetime':
    case 'timestamp':
      return (value, _target, context) => finish((value as DateTime).micros, context);
    case 'int':
    case 'year':
    case 'bit':
    case 'decimal':
    case 'double':
    case 'float':
      return (value, target, context) => {
        const { whole, micros } = wholeAndMicros(value, from, context);
        const parsed = numberToTime(whole);
        const base = take(parsed, () => String(value), target, context);
        return parsed.warnings === 0 ? finish(base + micros, context) : base;
      };
    default:
      return (value, target, context) => {
        const text = plainText(value, from);
        if (text === '') return 0;
        return take(parseTime(text), () => text, target, context);
      };
  }
}
