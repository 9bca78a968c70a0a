/** DATE, TIME, TIMESTAMP, MAKEDATE, MAKETIME, LAST_DAY, SEC_TO_TIME, STR_TO_DATE: dates and times made of other things. */
import type { EvalContext, FunctionDef } from '../expr/index.ts';
import {
  addMicros,
  checkDate,
  clampTime,
  DateFlag,
  DateTime,
  type Decimal,
  dateType,
  datetimeType,
  dayNumber,
  daysInMonth,
  type FieldType,
  formatTime,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  packDate,
  packedFromDayNumber,
  TIME_MICROS_MAX,
  timeType,
  type Value,
} from '../types/index.ts';
import { dateTimeArg, decimalArg, define, map1, map2, map3, sizeArg, textArg, timeArg } from './define.ts';
import { numberKind, scaleOf } from './number-type.ts';
import { DAY_NAMES, MONTH_NAMES } from './temporal-format.ts';
import { byMode, fractionOf } from './temporal-type.ts';

const date = define(
  'date',
  1,
  () => dateType(),
  ([a]) => (a!.type.kind === 'date' ? a!.evaluate : map1(dateTimeArg(a!, byMode, 'date'), (value) => value.ymd)),
);
const time = define(
  'time',
  1,
  ([arg]) => timeType(fractionOf(arg!, true)),
  ([a]) => map1(timeArg(a!), (micros) => micros),
);

const timestamp = define(
  'timestamp',
  [1, 2],
  ([a, b]) => datetimeType(Math.max(fractionOf(a!, false), b === undefined ? 0 : fractionOf(b, true))),
  ([a, b]) => {
    const read = dateTimeArg(a!, byMode);
    return b === undefined
      ? map1(read, (value) => value)
      : map2(read, timeArg(b), (value, by) => addMicros(value, by) ?? null);
  },
);

const makedate = define(
  'makedate',
  2,
  () => dateType(),
  ([a, b]) =>
    map2(sizeArg(a!), sizeArg(b!), (yearNumber, day) => {
      if (day <= 0 || yearNumber < 0 || yearNumber > 9999) return null;
      const year = yearNumber < 70 ? yearNumber + 2000 : yearNumber < 100 ? yearNumber + 1900 : yearNumber;
      const days = dayNumber(year, 1, 1) + day - 1;
      return days >= 3652425 ? null : packedFromDayNumber(days);
    }),
);

function secondsDecimals(type: FieldType, constant: unknown): number {
  if (numberKind(type) === 'decimal') return Math.min(6, scaleOf(type));
  if (numberKind(type) === 'int') return 0;
  return typeof constant === 'string' ? Math.min(6, /\.(\d*)/.exec(constant)?.[1]?.length ?? 0) : 6;
}

function clampWithWarning(micros: number, context: EvalContext): number {
  if (Math.abs(micros) <= TIME_MICROS_MAX) return micros;
  context.warn(1292, `Truncated incorrect time value: '${formatTime(Math.max(-3.6e15, Math.min(3.6e15, micros)), 0)}'`);
  return clampTime(micros);
}

function secondMicros(seconds: Decimal, decimals: number, { session }: EvalContext): number {
  const exact = session.sqlMode.timeTruncateFractional ? seconds.truncate(Math.min(6, decimals)) : seconds;
  return Number(exact.withScale(decimals).withScale(6).unscaled);
}

const maketime = define(
  'maketime',
  3,
  ([, , seconds]) => timeType(secondsDecimals(seconds!.type, seconds!.constant?.value)),
  ([a, b, c], type) =>
    map3(sizeArg(a!), sizeArg(b!), decimalArg(c!), (hour, minute, second, context) => {
      const micros = secondMicros(second, type.decimals, context);
      if (minute < 0 || minute > 59 || micros < 0 || micros >= MICROS_PER_MINUTE) return null;
      const total = Math.min(1e6, Math.abs(hour)) * MICROS_PER_HOUR + minute * MICROS_PER_MINUTE + micros;
      return clampWithWarning(hour < 0 ? -total : total, context);
    }),
);

const secToTime = define(
  'sec_to_time',
  1,
  ([arg]) => timeType(secondsDecimals(arg!.type, arg!.constant?.value)),
  ([a], type) =>
    map1(decimalArg(a!), (seconds, context) => {
      const micros = secondMicros(seconds, type.decimals, context);
      if (Math.abs(micros) <= TIME_MICROS_MAX) return micros;
      context.warn(1292, `Truncated incorrect time value: '${seconds.toString()}'`);
      return clampTime(micros);
    }),
);

const lastDay = define(
  'last_day',
  1,
  () => dateType(),
  ([a]) =>
    map1(
      dateTimeArg(a!, (context) => byMode(context) | DateFlag.FUZZY, 'date'),
      (value) => (value.month === 0 ? null : packDate(value.year, value.month, daysInMonth(value.year, value.month))),
    ),
);

interface Parsed {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  micros?: number;
  pm?: boolean;
  hour12?: boolean;
  dayOfYear?: number;
  weekday?: number;
  week?: number;
  weekYear?: number;
  weekFlags?: { sunday: boolean; strict: boolean };
}

const NUMBER_PARTS: Record<string, readonly [digits: number, max: number, set: (p: Parsed, value: number) => void]> = {
  Y: [4, 9999, (p, v) => (p.year = v)],
  y: [2, 99, (p, v) => (p.year = v < 70 ? v + 2000 : v + 1900)],
  m: [2, 12, (p, v) => (p.month = v)],
  c: [2, 12, (p, v) => (p.month = v)],
  d: [2, 31, (p, v) => (p.day = v)],
  e: [2, 31, (p, v) => (p.day = v)],
  H: [2, 23, (p, v) => (p.hour = v)],
  k: [2, 23, (p, v) => (p.hour = v)],
  h: [2, 12, (p, v) => ((p.hour = v), (p.hour12 = true))],
  I: [2, 12, (p, v) => ((p.hour = v), (p.hour12 = true))],
  l: [2, 12, (p, v) => ((p.hour = v), (p.hour12 = true))],
  i: [2, 59, (p, v) => (p.minute = v)],
  s: [2, 59, (p, v) => (p.second = v)],
  S: [2, 59, (p, v) => (p.second = v)],
  j: [3, 366, (p, v) => (p.dayOfYear = v)],
  w: [1, 6, (p, v) => (p.weekday = v === 0 ? 7 : v)],
  U: [2, 53, (p, v) => ((p.week = v), (p.weekFlags = { sunday: true, strict: false }))],
  u: [2, 53, (p, v) => ((p.week = v), (p.weekFlags = { sunday: false, strict: false }))],
  V: [2, 53, (p, v) => ((p.week = v), (p.weekFlags = { sunday: true, strict: true }))],
  v: [2, 53, (p, v) => ((p.week = v), (p.weekFlags = { sunday: false, strict: true }))],
  X: [4, 9999, (p, v) => (p.weekYear = v)],
  x: [4, 9999, (p, v) => (p.weekYear = v)],
};

/** Index (1-based) of the name that `text` starts with at `at`, in any case; whole names first, or `letters` of them. */
function matchName(
  names: readonly string[],
  text: string,
  at: number,
  letters?: number,
): { index: number; length: number } | undefined {
  const rest = text.slice(at).toLowerCase();
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!.toLowerCase().slice(0, letters);
    if (rest.startsWith(name)) return { index: i + 1, length: name.length };
  }
  return undefined;
}

/** Reads `text` by `pattern`; undefined when it does not fit. `rest` says whether text was left over. */
function parseByPattern(text: string, pattern: string, parsed: Parsed): { at: number } | undefined {
  let at = 0;
  for (let i = 0; i < pattern.length; i++) {
    while (at < text.length && text[at] === ' ') at++;
    if (at >= text.length) return { at };
    const char = pattern[i]!;
    if (char !== '%' || i + 1 >= pattern.length) {
      if (char === ' ') continue;
      if (text[at] !== char) return undefined;
      at++;
      continue;
    }
    const letter = pattern[++i]!;
    const next = parsePart(letter, text, at, parsed);
    if (next === undefined) return undefined;
    at = next;
  }
  return { at };
}

function parsePart(letter: string, text: string, at: number, parsed: Parsed): number | undefined {
  const number = NUMBER_PARTS[letter];
  if (number !== undefined) {
    const digits = new RegExp(`^[+-]?\\d{1,${number[0]}}`).exec(text.slice(at))?.[0];
    if (digits === undefined || Number(digits) > number[1] || Number(digits) < 0 || (letter === 'h' && digits === '0'))
      return undefined;
    const value = Number(digits);
    if (letter === 'Y' && digits.length <= 2) parsed.year = value < 70 ? value + 2000 : value + 1900;
    else number[2](parsed, value);
    return at + digits.length;
  }
  return parseNamedPart(letter, text, at, parsed);
}

function parseNamedPart(letter: string, text: string, at: number, parsed: Parsed): number | undefined {
  switch (letter) {
    case 'M':
    case 'b': {
      const found = matchName(MONTH_NAMES, text, at, letter === 'b' ? 3 : undefined);
      if (found !== undefined) parsed.month = found.index;
      return found === undefined ? undefined : at + found.length;
    }
    case 'W':
    case 'a': {
      const found = matchName(DAY_NAMES, text, at, letter === 'a' ? 3 : undefined);
      if (found !== undefined) parsed.weekday = found.index;
      return found === undefined ? undefined : at + found.length;
    }
    case 'D': {
      const match = /^(\d{1,2})[a-z]{0,2}/i.exec(text.slice(at));
      if (match !== null) parsed.day = Number(match[1]);
      return match === null ? undefined : at + match[0].length;
    }
    case 'f': {
      const digits = /^\d{1,6}/.exec(text.slice(at))?.[0];
      if (digits !== undefined) parsed.micros = Number(digits.padEnd(6, '0'));
      return digits === undefined ? undefined : at + digits.length;
    }
    case 'p': {
      const mark = text.slice(at, at + 2).toUpperCase();
      if (mark !== 'AM' && mark !== 'PM') return undefined;
      parsed.pm = mark === 'PM';
      return at + 2;
    }
    case 'r': {
      const inner = parseByPattern(text.slice(at), '%I:%i:%S %p', parsed);
      return inner === undefined ? undefined : at + inner.at;
    }
    case 'T': {
      const inner = parseByPattern(text.slice(at), '%H:%i:%S', parsed);
      return inner === undefined ? undefined : at + inner.at;
    }
    case '.':
    case '@':
    case '#': {
      const test = letter === '.' ? /\p{P}/u : letter === '@' ? /\p{L}/u : /\d/;
      let end = at;
      while (end < text.length && test.test(text[end]!)) end++;
      return end;
    }
    case '%':
      return text[at] === '%' ? at + 1 : undefined;
    default:
      return undefined;
  }
}

/** The day number that week and weekday, or the day of the year, name; undefined when the parts name none. */
function resolveDay(parsed: Parsed): number | undefined {
  if (parsed.dayOfYear !== undefined) return dayNumber(parsed.year ?? 0, 1, 1) + parsed.dayOfYear - 1;
  if (parsed.week === undefined || parsed.weekday === undefined || parsed.weekFlags === undefined) return undefined;
  const { sunday, strict } = parsed.weekFlags;
  const year = strict ? parsed.weekYear : parsed.year;
  if (year === undefined) return undefined;
  let days = dayNumber(year, 1, 1);
  const firstWeekday = (days + 5 + (sunday ? 1 : 0)) % 7;
  if (sunday) {
    days += (firstWeekday === 0 ? 0 : 7) - firstWeekday + (parsed.week - 1) * 7 + (parsed.weekday % 7);
  } else {
    days += (firstWeekday <= 3 ? 0 : 7) - firstWeekday + (parsed.week - 1) * 7 + (parsed.weekday - 1);
  }
  return days;
}

function assemble(parsed: Parsed, type: FieldType, flags: number): Value | undefined {
  let hour = parsed.hour ?? 0;
  if (parsed.pm !== undefined || parsed.hour12 === true) {
    if (parsed.pm !== undefined && parsed.hour12 !== true) return undefined;
    hour = (hour % 12) + (parsed.pm === true ? 12 : 0);
  }
  const micros =
    (hour * 60 + (parsed.minute ?? 0)) * MICROS_PER_MINUTE +
    (parsed.second ?? 0) * MICROS_PER_SECOND +
    (parsed.micros ?? 0);
  if (type.kind === 'time') return micros;
  const days = resolveDay(parsed);
  const ymd =
    days === undefined ? packDate(parsed.year ?? 0, parsed.month ?? 0, parsed.day ?? 0) : packedFromDayNumber(days);
  if ((flags & DateFlag.NO_ZERO_DATE) !== 0 && (ymd >>> 9 === 0 || ((ymd >>> 5) & 15) === 0 || (ymd & 31) === 0))
    return undefined;
  if (checkDate(ymd >>> 9, (ymd >>> 5) & 15, ymd & 31, ymd !== 0, flags) !== 0) return undefined;
  return type.kind === 'date' ? ymd : new DateTime(ymd, micros);
}

function typeOfPattern(pattern: string): FieldType {
  const letters: readonly string[] = pattern.match(/%[a-zA-Z]/g) ?? [];
  const hasTime = letters.some((letter) => 'HhIiklrTsSpf'.includes(letter[1]!));
  const hasDate = letters.some((letter) => 'YymcdebMDjUuVvXxWaw'.includes(letter[1]!));
  const decimals = letters.includes('%f') ? 6 : 0;
  if (hasTime && !hasDate) return timeType(decimals);
  return hasTime ? datetimeType(decimals) : dateType();
}

const strToDate = define(
  'str_to_date',
  2,
  ([, pattern]) =>
    typeof pattern!.constant?.value === 'string' ? typeOfPattern(pattern!.constant.value) : datetimeType(6),
  ([a, b], type) =>
    map2(textArg(a!), textArg(b!), (text, pattern, context) => {
      const parsed: Parsed = {};
      const end = parseByPattern(text, pattern, parsed);
      const flags = byMode(context) & ~(type.kind === 'time' ? DateFlag.NO_ZERO_DATE | DateFlag.NO_ZERO_IN_DATE : 0);
      const value = end === undefined ? undefined : assemble(parsed, type, flags);
      if (value === undefined) {
        context.warn(
          1411,
          `Incorrect ${type.kind === 'time' ? 'time' : 'datetime'} value: '${text}' for function str_to_date`,
        );
        return null;
      }
      if (text.slice(end!.at).trim() !== '') context.warn(1292, `Truncated incorrect ${type.kind} value: '${text}'`);
      return value;
    }),
);

export const TEMPORAL_MAKE: readonly FunctionDef[] = [
  date,
  time,
  timestamp,
  makedate,
  maketime,
  secToTime,
  lastDay,
  strToDate,
];
