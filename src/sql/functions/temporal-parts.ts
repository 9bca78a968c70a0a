/** YEAR, MONTH, DAY … EXTRACT, WEEK, TO_DAYS, TIME_TO_SEC: numbers out of dates and times. */
import type { CompiledArgument, EvalContext, FunctionArgument, FunctionDef } from '../expr/index.ts';
import {
  DateFlag,
  dateType,
  dayNumber,
  type DateTime,
  type FieldType,
  intType,
  MICROS_PER_HOUR,
  MICROS_PER_SECOND,
  numberToDateTime,
  packedFromDayNumber,
  stringOf,
  textToTime,
  weekday,
  WeekFlag,
  weekMode,
  weekOf,
  yearType,
} from '../types/index.ts';
import { dateTimeArg, define, map1, map2, type Read, sizeArg, timeArg } from './define.ts';
import { complete, dateTimeInText, fuzzy, isDateTimeType } from './temporal-type.ts';

function width(chars: number): (args: readonly FunctionArgument[]) => FieldType {
  return () => intType('big', { width: chars });
}

function datePart(name: string, chars: number, flags: () => number, pick: (value: DateTime) => number): FunctionDef {
  return define(name, 1, width(chars), ([a]) => {
    // A DATE column's parts are bits of its number.
    if (a!.type.kind === 'date' && flags === fuzzy && name in DATE_BITS) {
      const bits = DATE_BITS[name]!;
      return map1<number>(a!.evaluate as Read<number>, bits);
    }
    return map1(dateTimeArg(a!, flags, 'date'), pick);
  });
}

const DATE_BITS: Record<string, (ymd: number) => number> = {
  month: (ymd) => (ymd >>> 5) & 15,
  dayofmonth: (ymd) => ymd & 31,
  day: (ymd) => ymd & 31,
  quarter: (ymd) => Math.ceil(((ymd >>> 5) & 15) / 3),
};

const year = define(
  'year',
  1,
  () => yearType({ zerofill: false }),
  ([a]) => {
    if (a!.type.kind === 'date') return map1<number>(a!.evaluate as Read<number>, (ymd) => ymd >>> 9);
    return map1(dateTimeArg(a!, fuzzy, 'date'), (value) => value.year);
  },
);

function timePart(name: string, chars: number, pick: (micros: number) => number): FunctionDef {
  return define(name, 1, width(chars), ([a]) => map1(timeArg(a!), (micros) => pick(Math.abs(micros))));
}

const week = define('week', [1, 2], width(3), ([a, mode]) => {
  const read = dateTimeArg(a!, complete, 'date');
  const ofMode = (value: DateTime, flags: number): number =>
    weekOf(value.year, value.month, value.day, weekMode(flags)).week;
  if (mode === undefined)
    return map1(read, (value, context: EvalContext) => ofMode(value, context.session.defaultWeekFormat));
  return map2(read, sizeArg(mode), ofMode);
});

const yearweek = define('yearweek', [1, 2], width(7), ([a, mode]) => {
  const of = (value: DateTime, flags: number): number => {
    const result = weekOf(value.year, value.month, value.day, weekMode(flags) | WeekFlag.YEAR);
    return result.year * 100 + result.week;
  };
  const read = dateTimeArg(a!, complete, 'date');
  return mode === undefined ? map1(read, (value) => of(value, 0)) : map2(read, sizeArg(mode), of);
});

const dayNumberOf = (value: DateTime): number => dayNumber(value.year, value.month, value.day);

const datediff = define('datediff', 2, width(9), ([a, b]) =>
  map2(dateTimeArg(a!, complete, 'date'), dateTimeArg(b!, complete, 'date'), (x, y) => dayNumberOf(x) - dayNumberOf(y)),
);

const fromDays = define(
  'from_days',
  1,
  () => dateType(),
  ([a]) => map1(sizeArg(a!), (days) => packedFromDayNumber(days)),
);

/** Parts of an interval unit: date, and time with signed hours. */
interface Parts {
  readonly date: DateTime | undefined;
  readonly sign: 1 | -1;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

const DATE_EXTRACTS: Record<string, (value: DateTime, context: EvalContext) => number> = {
  year: (value) => value.year,
  year_month: (value) => value.year * 100 + value.month,
  quarter: (value) => Math.ceil(value.month / 3),
  month: (value) => value.month,
  week: (value, context) =>
    weekOf(value.year, value.month, value.day, weekMode(context.session.defaultWeekFormat)).week,
  day: (value) => value.day,
};

const TIME_EXTRACTS: Record<string, (p: Parts) => number> = {
  day_hour: (p) => p.day * 100 + p.hour,
  day_minute: (p) => p.day * 10000 + p.hour * 100 + p.minute,
  day_second: (p) => p.day * 1000000 + p.hour * 10000 + p.minute * 100 + p.second,
  hour: (p) => p.hour,
  hour_minute: (p) => p.hour * 100 + p.minute,
  hour_second: (p) => p.hour * 10000 + p.minute * 100 + p.second,
  minute: (p) => p.minute,
  minute_second: (p) => p.minute * 100 + p.second,
  second: (p) => p.second,
  microsecond: (p) => p.micros,
  day_microsecond: (p) => (p.day * 1000000 + p.hour * 10000 + p.minute * 100 + p.second) * 1000000 + p.micros,
  hour_microsecond: (p) => (p.hour * 10000 + p.minute * 100 + p.second) * 1000000 + p.micros,
  minute_microsecond: (p) => (p.minute * 100 + p.second) * 1000000 + p.micros,
  second_microsecond: (p) => p.second * 1000000 + p.micros,
};

function partsOf(micros: number, day: number): Parts {
  const magnitude = Math.abs(micros);
  const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
  return {
    date: undefined,
    sign: micros < 0 ? -1 : 1,
    day,
    hour: Math.floor(magnitude / MICROS_PER_HOUR),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: magnitude % MICROS_PER_SECOND,
  };
}

function zeroDate(text: string, context: EvalContext): null {
  context.warn(1292, `Incorrect datetime value: '${text}'`);
  return null;
}

/** A time, or the clock of a datetime together with its day. */
function clockArg(arg: CompiledArgument): Read<Parts> {
  if (arg.type.kind === 'date' || isDateTimeType(arg.type)) {
    const read = dateTimeArg(arg, fuzzy);
    return (row, context) => {
      const value = read(row, context);
      return value === null ? null : partsOf(value.micros, value.day);
    };
  }
  if (arg.type.kind === 'string') {
    const text = stringOf(arg.type);
    return (row, context) => {
      const value = arg.evaluate(row, context);
      if (value === null) return null;
      const date = dateTimeInText(text(value), context);
      if (date !== undefined)
        return date.ymd === 0 && context.session.sqlMode.noZeroDate
          ? zeroDate(text(value), context)
          : partsOf(date.micros, date.day);
      const micros = textToTime(text(value), context);
      return micros === null ? null : partsOf(micros, 0);
    };
  }
  if (arg.type.kind === 'int') {
    const read = timeArg(arg);
    return (row, context) => {
      const value = arg.evaluate(row, context);
      if (value === null) return null;
      const date = value === 0 ? undefined : numberToDateTime(Number(value), DateFlag.FUZZY);
      if (date !== undefined && date.kind !== 'error') return partsOf(date.value.micros, date.value.day);
      const micros = read(row, context);
      return micros === null ? null : partsOf(micros, 0);
    };
  }
  const read = timeArg(arg);
  return (row, context) => {
    const micros = read(row, context);
    return micros === null ? null : partsOf(micros, 0);
  };
}

const EXTRACT_WIDTH: Record<string, number> = {
  year: 5,
  year_month: 7,
  quarter: 2,
  month: 3,
  week: 3,
  day: 3,
  day_hour: 9,
  day_minute: 11,
  day_second: 13,
  hour: 4,
  hour_minute: 6,
  hour_second: 8,
  minute: 3,
  minute_second: 5,
  second: 3,
  microsecond: 8,
  day_microsecond: 20,
  hour_microsecond: 14,
  minute_microsecond: 11,
  second_microsecond: 9,
};

/** options.unit. */
const extract = define(
  'extract',
  1,
  (_args, options) => intType('big', { width: EXTRACT_WIDTH[options.unit!] ?? 20 }),
  ([a], _type, options) => {
    const byDate = DATE_EXTRACTS[options.unit!];
    if (byDate !== undefined) return map1(dateTimeArg(a!, fuzzy), byDate);
    const byTime = TIME_EXTRACTS[options.unit!]!;
    return map1(clockArg(a!), (parts) => byTime(parts) * parts.sign + 0);
  },
);

export const TEMPORAL_PARTS: readonly FunctionDef[] = [
  year,
  datePart('month', 3, fuzzy, (v) => v.month),
  datePart('dayofmonth', 3, fuzzy, (v) => v.day),
  datePart('day', 3, fuzzy, (v) => v.day),
  datePart('quarter', 2, fuzzy, (v) => Math.ceil(v.month / 3)),
  datePart('dayofweek', 2, complete, (v) => weekday(dayNumberOf(v), true) + 1),
  datePart('weekday', 2, complete, (v) => weekday(dayNumberOf(v))),
  datePart('dayofyear', 4, complete, (v) => dayNumberOf(v) - dayNumber(v.year, 1, 1) + 1),
  datePart('weekofyear', 3, complete, (v) => weekOf(v.year, v.month, v.day, weekMode(3)).week),
  datePart('to_days', 8, complete, dayNumberOf),
  datePart('to_seconds', 12, complete, (v) => dayNumberOf(v) * 86400 + Math.floor(v.micros / MICROS_PER_SECOND)),
  timePart('hour', 4, (m) => Math.floor(m / MICROS_PER_HOUR)),
  timePart('minute', 3, (m) => Math.floor(m / 60000000) % 60),
  timePart('second', 3, (m) => Math.floor(m / MICROS_PER_SECOND) % 60),
  timePart('microsecond', 21, (m) => m % MICROS_PER_SECOND),
  define('time_to_sec', 1, width(10), ([a]) => map1(timeArg(a!), (m) => Math.trunc(m / MICROS_PER_SECOND) + 0)),
  week,
  yearweek,
  datediff,
  fromDays,
  extract,
];
