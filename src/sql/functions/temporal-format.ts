/** DATE_FORMAT, TIME_FORMAT, GET_FORMAT, DAYNAME, MONTHNAME: dates as text. */
import type { EvalContext, FunctionDef } from '../expr/index.ts';
import {
  dayNumber,
  DateTime,
  MICROS_PER_HOUR,
  MICROS_PER_SECOND,
  weekday,
  WeekFlag,
  weekOf,
  type FieldType,
  timeOf,
} from '../types/index.ts';
import { dateTimeArg, define, map1, map2, reader, textArg } from './define.ts';
import { type LocaleNames, localeOf } from './locale.ts';
import { textResult } from './string-type.ts';
import { complete, dateTimeInText, fuzzy } from './temporal-type.ts';

export const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const pad2 = (value: number): string => String(value).padStart(2, '0');

function suffix(day: number): string {
  if (day >= 10 && day <= 19) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function twelve(hour: number): number {
  return (((hour % 24) + 11) % 12) + 1;
}

/** `hours` beyond a day only come from TIME values. Null where a part has no text (weekday of a zero date). */
export function formatByPattern(
  pattern: string,
  value: DateTime,
  hours: number | undefined,
  context: EvalContext,
): string | null {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char !== '%' || i + 1 >= pattern.length) {
      out += char;
      continue;
    }
    i++;
    const part = formatPart(pattern[i]!, value, hours ?? value.hour, context);
    if (part === null) return null;
    out += part;
  }
  return out;
}

function formatPart(letter: string, value: DateTime, hour: number, context: EvalContext): string | null {
  const { year, month, day, minute, second } = value;
  const isTime = value.ymd === 0 && hour !== value.hour;
  switch (letter) {
    case 'Y':
      return String(year).padStart(4, '0');
    case 'y':
      return pad2(year % 100);
    case 'm':
      return pad2(month);
    case 'c':
      return String(month);
    case 'd':
      return pad2(day);
    case 'e':
      return String(day);
    case 'D':
      return `${day}${suffix(day)}`;
    case 'M':
      return month === 0 ? null : localeOf(context.session).months[month - 1]!;
    case 'b':
      return month === 0 ? null : localeOf(context.session).shortMonths[month - 1]!;
    case 'H':
      return pad2(hour);
    case 'k':
      return String(hour);
    case 'h':
    case 'I':
      return pad2(twelve(hour));
    case 'l':
      return String(twelve(hour));
    case 'i':
      return pad2(minute);
    case 's':
    case 'S':
      return pad2(second);
    case 'f':
      return String(value.micros % MICROS_PER_SECOND).padStart(6, '0');
    case 'p':
      return hour % 24 < 12 ? 'AM' : 'PM';
    case 'r':
      return `${pad2(twelve(hour))}:${pad2(minute)}:${pad2(second)} ${hour % 24 < 12 ? 'AM' : 'PM'}`;
    case 'T':
      return `${pad2(hour)}:${pad2(minute)}:${pad2(second)}`;
    default:
      return isTime ? letter : formatCalendarPart(letter, [year, month, day], context);
  }
}

function formatCalendarPart(
  letter: string,
  [year, month, day]: readonly [number, number, number],
  context: EvalContext,
): string | null {
  const isZero = year === 0 && month === 0 && day === 0;
  switch (letter) {
    case 'W':
    case 'a': {
      if (isZero || month === 0) return null;
      const { days, shortDays } = localeOf(context.session);
      return (letter === 'W' ? days : shortDays)[weekday(dayNumber(year, month, day))]!;
    }
    case 'w':
      return isZero ? null : String(weekday(dayNumber(year, month, day), true));
    case 'j':
      return String(dayNumber(year, month, day) - dayNumber(year, 1, 1) + 1).padStart(3, '0');
    case 'U':
    case 'u':
      return pad2(weekOf(year, month, day, letter === 'U' ? WeekFlag.FIRST_WEEKDAY : WeekFlag.MONDAY_FIRST).week);
    case 'V':
    case 'v':
      return pad2(
        weekOf(
          year,
          month,
          day,
          letter === 'V' ? WeekFlag.YEAR | WeekFlag.FIRST_WEEKDAY : WeekFlag.YEAR | WeekFlag.MONDAY_FIRST,
        ).week,
      );
    case 'X':
    case 'x':
      return String(
        weekOf(
          year,
          month,
          day,
          letter === 'X' ? WeekFlag.YEAR | WeekFlag.FIRST_WEEKDAY : WeekFlag.YEAR | WeekFlag.MONDAY_FIRST,
        ).year,
      ).padStart(4, '0');
    default:
      return letter;
  }
}

const PART_LENGTH: Record<string, number> = {
  M: 9,
  W: 9,
  Y: 4,
  X: 4,
  x: 4,
  b: 3,
  a: 3,
  D: 4,
  j: 3,
  f: 6,
  r: 11,
  T: 8,
  w: 1,
  '%': 1,
  u: 2,
  U: 2,
  v: 2,
  V: 2,
  d: 2,
  e: 2,
  m: 2,
  c: 2,
  H: 2,
  h: 2,
  I: 2,
  i: 2,
  k: 2,
  l: 2,
  p: 2,
  s: 2,
  S: 2,
  y: 2,
};

function patternLength(pattern: string): number {
  let length = 0;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '%' && i + 1 < pattern.length) length += PART_LENGTH[pattern[++i]!] ?? 1;
    else length++;
  }
  return length;
}

function formatType(
  pattern: { type: FieldType; constant: { value: unknown } | undefined },
  collation: string,
): FieldType {
  const value = pattern.constant?.value;
  return textResult(
    typeof value === 'string' ? patternLength(value) : Math.min(100, pattern.type.length) * 10,
    collation,
  );
}

const dateFormat = define(
  'date_format',
  2,
  ([, pattern], _options, context) => formatType(pattern!, context.collationConnection),
  ([a, b]) =>
    map2(dateTimeArg(a!, fuzzy), textArg(b!), (value, pattern, context) =>
      pattern === '' ? null : formatByPattern(pattern, value, undefined, context),
    ),
  'statement',
);

/** Hours may exceed a day; a time is formatted without its sign on parts, the sign goes in front of the hours. */
const timeFormat = define(
  'time_format',
  2,
  ([, pattern], _options, context) => formatType(pattern!, context.collationConnection),
  ([a, b]) => {
    const toTime = timeOf(a!.type);
    const asTime = reader(a!.evaluate, (value, context) =>
      typeof value === 'string'
        ? (dateTimeInText(value, context)?.micros ?? toTime(value, context))
        : toTime(value, context),
    );
    return map2(asTime, textArg(b!), (micros, pattern, context) => {
      if (pattern === '') return null;
      const magnitude = Math.abs(micros);
      const hours = Math.floor(magnitude / MICROS_PER_HOUR);
      const text = formatByPattern(pattern, new DateTime(0, magnitude % MICROS_PER_HOUR), hours, context);
      return text === null || micros >= 0 ? text : `-${text}`;
    });
  },
);

function nameOf(name: string, pick: (value: DateTime, locale: LocaleNames) => string | null): FunctionDef {
  return define(
    name,
    1,
    (_args, _options, context) => textResult(9, context.collationConnection),
    ([a]) =>
      map1(dateTimeArg(a!, name === 'dayname' ? complete : fuzzy, 'date'), (value, context) =>
        pick(value, localeOf(context.session)),
      ),
    'statement',
  );
}

const FORMATS: Record<string, Record<string, string>> = {
  date: { usa: '%m.%d.%Y', jis: '%Y-%m-%d', iso: '%Y-%m-%d', eur: '%d.%m.%Y', internal: '%Y%m%d' },
  datetime: {
    usa: '%Y-%m-%d %H.%i.%s',
    jis: '%Y-%m-%d %H:%i:%s',
    iso: '%Y-%m-%d %H:%i:%s',
    eur: '%Y-%m-%d %H.%i.%s',
    internal: '%Y%m%d%H%i%s',
  },
  time: { usa: '%h:%i:%s %p', jis: '%H:%i:%s', iso: '%H:%i:%s', eur: '%H.%i.%s', internal: '%H%i%s' },
};

const getFormat = define(
  'get_format',
  1,
  (_args, _options, context) => textResult(17, context.collationConnection),
  ([a], _type, options) => map1(textArg(a!), (name) => FORMATS[options.word ?? 'date']?.[name.toLowerCase()] ?? null),
);

export const TEMPORAL_FORMAT: readonly FunctionDef[] = [
  dateFormat,
  timeFormat,
  getFormat,
  nameOf('dayname', (value, { days }) => days[weekday(dayNumber(value.year, value.month, value.day))]!),
  nameOf('monthname', (value, { months }) => (value.month === 0 ? null : months[value.month - 1]!)),
];
