/** DATE_ADD and its relatives, ADDTIME, TIMEDIFF, TIMESTAMPDIFF, PERIOD_ADD: calculation with dates and times. */
import { sqlError } from '../../base/index.ts';
import type {
  CompiledArgument,
  EvalContext,
  Evaluator,
  FunctionArgument,
  FunctionDef,
  FunctionOptions,
  InferContext,
} from '../expr/index.ts';
import {
  addMicros,
  clampTime,
  DateFlag,
  DateTime,
  dateType,
  datetimeType,
  daysInMonth,
  dayNumberOf,
  type FieldType,
  formatDate,
  formatDateTime,
  formatTime,
  fromDays,
  intType,
  MICROS_PER_DAY,
  MysqlType,
  numberToDateTime,
  packDate,
  parseDateTime,
  parseTime,
  stringOf,
  textToDateTime,
  TIME_MICROS_MAX,
  timeType,
  type Value,
  diffMicros,
} from '../types/index.ts';
import { dateTimeArg, define, map2, type Read, sizeArg, timeArg } from './define.ts';
import { type Interval, intervalArg } from './interval.ts';
import { scaleOf, numberKind } from './number-type.ts';
import {
  complete,
  DATE_UNITS,
  dateTimeInText,
  fractionOf,
  isDateTimeType,
  unitHasMicroseconds,
} from './temporal-type.ts';

/** ER_DATETIME_FUNCTION_OVERFLOW. */
function overflow(context: EvalContext, what = 'datetime'): null {
  if (context.session.strict) throw sqlError('ER_DATETIME_FUNCTION_OVERFLOW', what);
  context.warn(1441, `Datetime function: ${what} field overflow`);
  return null;
}

/** `value` plus an interval; undefined outside the years 0 to 9999. */
export function addInterval(value: DateTime, interval: Interval): DateTime | undefined {
  let base = value;
  if (interval.months !== 0) {
    const months = value.year * 12 + value.month - 1 + interval.months;
    const year = Math.floor(months / 12);
    if (year < 0 || year > 9999) return undefined;
    const month = months - year * 12 + 1;
    base = new DateTime(packDate(year, month, Math.min(value.day, daysInMonth(year, month))), value.micros);
  }
  if (interval.days !== 0) {
    const moved = Number.isSafeInteger(interval.days)
      ? fromDays(dayNumberOf(base.ymd) + interval.days, base.micros)
      : undefined;
    if (moved === undefined) return undefined;
    base = moved;
  }
  return interval.micros === 0 ? base : addMicros(base, interval.micros);
}

function secondDecimals(amount: FunctionArgument, unit: string): number {
  if (unitHasMicroseconds(unit)) return 6;
  if (unit !== 'second') return 0;
  if (numberKind(amount.type) === 'decimal') return Math.min(6, scaleOf(amount.type));
  return numberKind(amount.type) === 'int'
    ? 0
    : amount.constant === undefined || typeof amount.constant.value !== 'string'
      ? 6
      : fractionDigits(amount.constant.value);
}

function fractionDigits(text: string): number {
  return Math.min(6, /\.(\d*)/.exec(text)?.[1]?.length ?? 0);
}

/** Text results: 29 characters, CHAR. */
function textDate(context: InferContext): FieldType {
  return {
    kind: 'string',
    mysqlType: MysqlType.STRING,
    length: 29,
    decimals: 31,
    unsigned: false,
    zerofill: false,
    collation: context.collationConnection,
    nullable: true,
  };
}

function inferDateAdd(
  [date, amount]: readonly FunctionArgument[],
  options: FunctionOptions,
  context: InferContext,
): FieldType {
  const { type } = date!;
  const unit = options.unit ?? 'day';
  const decimals = secondDecimals(amount!, unit);
  if (type.kind === 'date') return DATE_UNITS.has(unit) ? dateType() : datetimeType(decimals);
  if (isDateTimeType(type)) return datetimeType(Math.max(type.decimals, decimals));
  if (type.kind === 'time')
    return DATE_UNITS.has(unit) || unit.startsWith('day')
      ? datetimeType(Math.max(type.decimals, decimals))
      : timeType(Math.max(type.decimals, decimals));
  return textDate(context);
}

function buildDateAdd(sign: 1 | -1) {
  return ([date, amount]: readonly CompiledArgument[], type: FieldType, options: FunctionOptions): Evaluator => {
    const unit = options.unit ?? 'day';
    const interval = intervalArg(amount!, unit, sign);
    if (type.kind === 'time') {
      return map2(timeArg(date!), interval, (micros, by, context) => {
        const result = micros + by.micros + by.days * MICROS_PER_DAY;
        return Math.abs(result) > TIME_MICROS_MAX ? overflow(context, 'time') : result;
      });
    }
    if (type.kind === 'string') return textDateAdd(date!, interval, DATE_UNITS.has(unit));
    return map2(dateTimeArg(date!, complete), interval, (value, by, context) => {
      const result = addInterval(value, by);
      if (result === undefined) return overflow(context);
      return type.kind === 'date' ? result.ymd : result;
    });
  };
}

/** A text or a number: printed as a date when it was one and the unit keeps it one. */
function textDateAdd(date: CompiledArgument, interval: Read<Interval>, dateUnit: boolean): Evaluator {
  const toDateTime = dateTimeArg(date, complete);
  const text = date.type.kind === 'string' ? stringOf(date.type) : undefined;
  return (row, context) => {
    const source = date.evaluate(row, context);
    if (source === null) return null;
    const value =
      text === undefined
        ? toDateTime(row, context)
        : textToDateTime(text(source), context, { flags: complete(), what: 'datetime' });
    const by = interval(row, context);
    if (value === null || by === null) return null;
    const result = addInterval(value, by);
    if (result === undefined) return overflow(context);
    const wasDate =
      text === undefined ? Number(source) < 100000000 : parseDateTime(text(source), complete()).kind === 'date';
    if (wasDate && dateUnit) return formatDate(result.ymd);
    return formatDateTime(result, result.fraction === 0 ? 0 : 6);
  };
}

const dateAdd = define('date_add', 2, inferDateAdd, buildDateAdd(1));
const dateSub = define('date_sub', 2, inferDateAdd, buildDateAdd(-1));

function timeOrDateTimeType(first: FunctionArgument, second: FunctionArgument, context: InferContext): FieldType {
  const decimals = Math.max(fractionOf(first, first.type.kind === 'time'), fractionOf(second, true));
  if (isDateTimeType(first.type) || first.type.kind === 'date') return datetimeType(decimals);
  return first.type.kind === 'time' ? timeType(decimals) : textDate(context);
}

function addTime(name: 'addtime' | 'subtime', sign: 1 | -1): FunctionDef {
  return define(
    name,
    2,
    ([a, b], _options, context) => timeOrDateTimeType(a!, b!, context),
    ([a, b], type) => {
      const amount = pureTimeArg(b!);
      if (type.kind === 'datetime') {
        return map2(
          dateTimeArg(a!, complete),
          amount,
          (value, by, context) => addMicros(value, by * sign) ?? overflow(context),
        );
      }
      if (type.kind === 'time')
        return map2(timeArg(a!), amount, (value, by, context) => limitedTime(value + by * sign, context));
      const text = stringOf(a!.type);
      return (row, context) => {
        const source = a!.evaluate(row, context);
        const by = amount(row, context);
        if (source === null || by === null) return null;
        return addToText(text(source), by * sign, context);
      };
    },
  );
}

function limitedTime(micros: number, context: EvalContext): number {
  const clamped = clampTime(micros);
  if (clamped !== micros)
    context.warn(1292, `Truncated incorrect time value: '${formatTime(micros, micros % 1000000 === 0 ? 0 : 6)}'`);
  return clamped;
}

function addToText(text: string, by: number, context: EvalContext): Value {
  const date = dateTimeInText(text, context);
  if (date !== undefined) {
    if (date.month === 0 || date.day === 0) {
      context.warn(1292, `Truncated incorrect date value: '${text}'`);
      return null;
    }
    const result = addMicros(date, by);
    return result === undefined ? overflow(context) : formatDateTime(result, result.fraction === 0 ? 0 : 6);
  }
  const parsed = parseTime(text);
  if (parsed.micros === undefined) {
    context.warn(1292, `Truncated incorrect time value: '${text}'`);
    return null;
  }
  if (parsed.warnings !== 0) context.warn(1292, `Truncated incorrect time value: '${text}'`);
  const result = limitedTime(parsed.micros + by, context);
  return formatTime(result, result % 1000000 === 0 ? 0 : 6);
}

/** A time, or the clock of a date in text; a DATETIME as the amount makes the result NULL. */
function pureTimeArg(arg: CompiledArgument): Read<number> {
  return isDateTimeType(arg.type) ? () => null : timeArg(arg);
}

type TimeOrDateTime =
  | { readonly isTime: true; readonly micros: number }
  | { readonly isTime: false; readonly value: DateTime };

function timeOrDateTimeArg(arg: CompiledArgument): Read<TimeOrDateTime> {
  if (isDateTimeType(arg.type) || arg.type.kind === 'date') {
    const read = dateTimeArg(arg, complete);
    return (row, context) => {
      const value = read(row, context);
      return value === null ? null : { isTime: false, value };
    };
  }
  const read = timeArg(arg);
  const text = arg.type.kind === 'string' ? stringOf(arg.type) : undefined;
  return (row, context) => {
    const source = arg.evaluate(row, context);
    if (source === null) return null;
    const date =
      text === undefined
        ? arg.type.kind === 'int'
          ? dateInNumber(source)
          : undefined
        : dateTimeInText(text(source), context);
    if (date !== undefined) return { isTime: false, value: date };
    const micros = read(row, context);
    return micros === null ? null : { isTime: true, micros };
  };
}

/** A number too large for a time is a date. */
function dateInNumber(value: Value): DateTime | undefined {
  const number = typeof value === 'number' ? value : undefined;
  if (number === undefined || number <= 8385959) return undefined;
  const parsed = numberToDateTime(number, DateFlag.FUZZY);
  return parsed.kind === 'error' ? undefined : parsed.value;
}

const timediff = define(
  'timediff',
  2,
  ([a, b]) => timeType(Math.max(fractionOf(a!, true), fractionOf(b!, true))),
  ([a, b]) =>
    map2(timeOrDateTimeArg(a!), timeOrDateTimeArg(b!), (x, y, context) => {
      if (x.isTime !== y.isTime) return null;
      const micros = x.isTime
        ? x.micros - (y as { micros: number }).micros
        : diffMicros(x.value, (y as { value: DateTime }).value);
      return limitedTime(micros, context);
    }),
);

/** Whole months between two datetimes, towards zero. */
function monthsBetween(a: DateTime, b: DateTime): number {
  if (a.compare(b) > 0) return -monthsBetween(b, a) + 0;
  let months = (b.year - a.year) * 12 + (b.month - a.month);
  if (b.day < a.day || (b.day === a.day && b.micros < a.micros)) months--;
  return months;
}

const UNIT_DIVISOR: Record<string, number> = {
  microsecond: 1,
  second: 1e6,
  minute: 6e7,
  hour: 3.6e9,
  day: 8.64e10,
  week: 6.048e11,
};
const UNIT_MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };

/** options.unit; (unit, a, b) = b - a. */
const timestampdiff = define(
  'timestampdiff',
  2,
  () => intType('big', { width: 21 }),
  ([a, b], _type, options) => {
    const unit = options.unit!;
    const months = UNIT_MONTHS[unit];
    return map2(dateTimeArg(a!, complete), dateTimeArg(b!, complete), (x, y) => {
      if (months !== undefined) return Math.trunc(monthsBetween(x, y) / months) + 0;
      if (unit === 'microsecond') return exactMicros(x, y);
      const days = dayNumberOf(y.ymd) - dayNumberOf(x.ymd);
      const seconds = days * 86400 + Math.trunc((y.micros - x.micros) / 1e6);
      const rest = (y.micros - x.micros) % 1e6;
      const whole = seconds > 0 && rest < 0 ? seconds - 1 : seconds < 0 && rest > 0 ? seconds + 1 : seconds;
      return Math.trunc(whole / (UNIT_DIVISOR[unit]! / 1e6)) + 0;
    });
  },
);

function exactMicros(x: DateTime, y: DateTime): number | bigint {
  const micros = diffMicros(y, x);
  if (Number.isSafeInteger(micros)) return micros;
  const days = BigInt(dayNumberOf(y.ymd) - dayNumberOf(x.ymd));
  return days * BigInt(MICROS_PER_DAY) + BigInt(y.micros - x.micros);
}

/** options.unit; (unit, amount, date). */
const timestampadd: FunctionDef = {
  ...dateAdd,
  name: 'timestampadd',
  infer: ([amount, date], options, context) => inferDateAdd([date!, amount!], options, context),
  build: ([amount, date], type, options) => buildDateAdd(1)([date!, amount!], type, options),
};

/** ADDDATE(d, n) and SUBDATE(d, n) written as calls: days. */
const adddate: FunctionDef = { ...dateAdd, name: 'adddate' };
const subdate: FunctionDef = { ...dateSub, name: 'subdate' };

function monthsOfPeriod(period: number): number {
  const year = Math.floor(period / 100);
  const full = year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
  return full * 12 + (period % 100) - 1;
}

function checkPeriod(period: number, name: string): void {
  const month = period % 100;
  if (period <= 0 || month < 1 || month > 12) throw sqlError('ER_WRONG_ARGUMENTS', name);
}

const periodAdd = define(
  'period_add',
  2,
  (args) => intType('big', { width: 21, nullable: args.some((arg) => arg.type.nullable) }),
  ([a, b]) =>
    map2(sizeArg(a!), sizeArg(b!), (period, months) => {
      checkPeriod(period, 'period_add');
      const total = monthsOfPeriod(period) + months;
      return Math.floor(total / 12) * 100 + (total % 12) + 1;
    }),
);
const periodDiff = define(
  'period_diff',
  2,
  (args) => intType('big', { width: 21, nullable: args.some((arg) => arg.type.nullable) }),
  ([a, b]) =>
    map2(sizeArg(a!), sizeArg(b!), (x, y) => {
      checkPeriod(x, 'period_diff');
      checkPeriod(y, 'period_diff');
      return monthsOfPeriod(x) - monthsOfPeriod(y);
    }),
);

export const TEMPORAL_ARITHMETIC: readonly FunctionDef[] = [
  dateAdd,
  dateSub,
  adddate,
  subdate,
  addTime('addtime', 1),
  addTime('subtime', -1),
  timediff,
  timestampdiff,
  timestampadd,
  periodAdd,
  periodDiff,
];
