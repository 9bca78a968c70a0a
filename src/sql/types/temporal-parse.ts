/**
 * Dates and times from text and numbers, with all the leniency of MySQL (str_to_datetime, str_to_time,
 * number_to_datetime, number_to_time): any punctuation as delimiter, two-digit years, zero dates subject to flags,
 * numbers such as 20200102, fractions, and time zone displacements.
 *
 * Results carry warning bits; the caller turns them into MySQL's warnings or errors (see coerce.ts and store.ts).
 */
import { daysInMonth } from './calendar.ts';
import {
  DateTime,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  TIME_MICROS_MAX,
  addMicros,
  packDate,
} from './temporal.ts';

/** What a date may be; combinations of MySQL's TIME_* flags. */
export const DateFlag = {
  /** Zero month or day is fine. */
  FUZZY: 1,
  NO_ZERO_IN_DATE: 2,
  NO_ZERO_DATE: 4,
  /** Day only checked to be at most 31. */
  INVALID_DATES: 8,
  /** Used by TIME parsing: needs a space between date and time. */
  DATETIME_ONLY: 16,
} as const;

export const TimeWarning = { TRUNCATED: 1, OUT_OF_RANGE: 2, ZERO_DATE: 4, ZERO_IN_DATE: 8 } as const;

export interface OddDelimiter {
  readonly char: string;
  readonly position: number;
  readonly prefer: string | undefined;
}

export interface ParsedDateTime {
  /** 'none': nothing that looks like a date; 'error': a date that is not valid. */
  readonly kind: 'date' | 'datetime' | 'error' | 'none';
  readonly value: DateTime;
  /** The seventh fractional digit, for rounding. */
  readonly seventhDigit: number;
  readonly fractionDigits: number;
  readonly warnings: number;
  /** The first delimiter that is not the standard one; `prefer` undefined = one too many. */
  readonly oddDelimiter?: OddDelimiter;
  /** Seconds east of UTC, when the text ended in `+hh:mm`. */
  readonly displacement?: number;
}

const ZERO = DateTime.ZERO;

function failure(kind: 'error' | 'none', warnings: number): ParsedDateTime {
  return { kind, value: ZERO, seventhDigit: 0, fractionDigits: 0, warnings };
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
function isPunctuation(code: number): boolean {
  return (code > 32 && code < 48) || (code > 57 && code < 65) || (code > 90 && code < 97) || (code > 122 && code < 127);
}

/** Checks month, day and zero rules. Returns the warning bit, 0 when valid. */
export function checkDate(year: number, month: number, day: number, notZero: boolean, flags: number): number {
  if (notZero) {
    if (((flags & DateFlag.NO_ZERO_IN_DATE) !== 0 || (flags & DateFlag.FUZZY) === 0) && (month === 0 || day === 0)) {
      return TimeWarning.ZERO_IN_DATE;
    }
    if ((flags & DateFlag.INVALID_DATES) === 0 && month > 0 && day > daysInMonth(year, month))
      return TimeWarning.OUT_OF_RANGE;
    return 0;
  }
  return (flags & DateFlag.NO_ZERO_DATE) !== 0 ? TimeWarning.ZERO_DATE : 0;
}

function two(text: string, at: number): number {
  const a = text.charCodeAt(at) - 48;
  const b = text.charCodeAt(at + 1) - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : -1;
}

/** 'YYYY-MM-DD' and 'YYYY-MM-DD hh:mm:ss', the forms that nearly all texts have. */
function parseCanonical(text: string): ParsedDateTime | undefined {
  const length = text.length;
  if ((length !== 10 && length !== 19) || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const century = two(text, 0);
  const yearRest = two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  if (century < 0 || yearRest < 0 || month < 1 || day < 1 || month > 12) return undefined;
  const year = century * 100 + yearRest;
  if (day > 28 && day > daysInMonth(year, month)) return undefined;
  const ymd = packDate(year, month, day);
  if (length === 10)
    return { kind: 'date', value: new DateTime(ymd, 0), seventhDigit: 0, fractionDigits: 0, warnings: 0 };
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  const separator = text.charCodeAt(10);
  if ((separator !== 32 && separator !== 84) || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58)
    return undefined;
  if (hour < 0 || minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 59) return undefined;
  const micros = ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND;
  return { kind: 'datetime', value: new DateTime(ymd, micros), seventhDigit: 0, fractionDigits: 0, warnings: 0 };
}

const DISPLACEMENT = /^([+-])(\d\d):(\d\d)$/;

/** Seconds of a `+hh:mm` suffix; undefined when malformed or beyond ±14:00. */
function parseDisplacement(text: string): number | undefined {
  const match = DISPLACEMENT.exec(text);
  if (match === null) return undefined;
  const hours = Number(match[2]);
  const minutes = Number(match[3]);
  const seconds = hours * 3600 + minutes * 60;
  if (minutes > 59 || seconds > 14 * 3600 || (match[1] === '-' && seconds === 0)) return undefined;
  return match[1] === '-' ? -seconds : seconds;
}

interface Fields {
  readonly parts: number[];
  readonly lengths: number[];
  count: number;
  at: number;
  displacement?: number;
  sawDelimiter: boolean;
  sawSpace: boolean;
  oddDelimiter?: OddDelimiter;
}

/** Remembers the first delimiter after field `index` that is not `-`, a space or `:` as it should be. */
function noteDelimiter(fields: Fields, text: string, from: number, to: number, index: number): void {
  if (to === from || fields.oddDelimiter !== undefined) return;
  const standard = index < 2 ? '-' : index === 2 ? ' ' : ':';
  const char = text[from]!;
  if (char !== standard) fields.oddDelimiter = { char, position: from, prefer: standard };
  else if (to > from + 1) fields.oddDelimiter = { char: text[from + 1]!, position: from + 1, prefer: undefined };
}

/** Splits `text` into up to seven numeric fields; undefined when a field or a space is impossible. */
function readFields(text: string, start: number, internal: boolean, yearLength: number): Fields | undefined {
  const end = text.length;
  const fields: Fields = { parts: [], lengths: [], count: 0, at: start, sawDelimiter: false, sawSpace: false };
  let at = start;
  let width = yearLength;
  let last = start;
  let i = 0;
  for (; i < 7 && at < end && isDigit(text.charCodeAt(at)); i++) {
    const from = at;
    let value = 0;
    const scan = !internal && i !== 6;
    while (at < end && isDigit(text.charCodeAt(at)) && (scan || at - from < width)) {
      value = value * 10 + (text.charCodeAt(at) - 48);
      at++;
      if (value > 999999) return undefined;
    }
    fields.parts.push(value);
    fields.lengths.push(at - from);
    width = 2;
    last = at;
    if (at === end) {
      i++;
      break;
    }
    const code = text.charCodeAt(at);
    if (i === 2 && code === 84) {
      at++;
      last = at;
      continue;
    }
    if (i >= 5 && (code === 43 || code === 45)) {
      const seconds = parseDisplacement(text.slice(at).trimEnd());
      if (seconds !== undefined) {
        fields.displacement = seconds;
        last = end;
        i++;
        break;
      }
    }
    if (i === 5) {
      if (code === 46) {
        at++;
        last = at;
        width = 6;
      } else if (isDigit(code)) {
        i++;
        break;
      }
      continue;
    }
    const delimiterAt = at;
    while (at < end) {
      const next = text.charCodeAt(at);
      if (isSpace(next)) {
        if (i !== 2 && i !== 6) return undefined;
        fields.sawSpace = true;
      } else if (!isPunctuation(next)) break;
      at++;
      fields.sawDelimiter = true;
    }
    if (at < end) noteDelimiter(fields, text, delimiterAt, at, i);
    last = at;
  }
  fields.count = i;
  fields.at = last;
  return fields;
}

function onlySpaces(text: string, from: number): boolean {
  for (let i = from; i < text.length; i++) if (!isSpace(text.charCodeAt(i))) return false;
  return true;
}

/** MySQL's str_to_datetime. */
export function parseDateTime(text: string, flags: number): ParsedDateTime {
  const quick = (flags & DateFlag.DATETIME_ONLY) === 0 ? parseCanonical(text) : undefined;
  if (quick !== undefined) return quick;
  let start = 0;
  while (start < text.length && isSpace(text.charCodeAt(start))) start++;
  if (start === text.length || !isDigit(text.charCodeAt(start))) return failure('none', TimeWarning.TRUNCATED);
  let scan = start;
  while (scan < text.length && (isDigit(text.charCodeAt(scan)) || text.charCodeAt(scan) === 84)) scan++;
  const digits = scan - start;
  const internal = scan === text.length || text.charCodeAt(scan) === 46;
  let yearLength = internal ? (digits === 4 || digits === 8 || digits >= 14 ? 4 : 2) : 4;
  const fields = readFields(text, start, internal, yearLength);
  if (fields === undefined) return failure('none', TimeWarning.TRUNCATED);
  if ((flags & DateFlag.DATETIME_ONLY) !== 0 && fields.sawDelimiter && !fields.sawSpace && !text.includes('T')) {
    return failure('none', TimeWarning.TRUNCATED);
  }
  const part = (i: number): number => fields.parts[i] ?? 0;
  if (!internal) yearLength = fields.lengths[0] ?? 0;
  const notZero = fields.parts.some((value) => value !== 0);
  let year = part(0);
  if (yearLength === 2 && notZero) year += year < 70 ? 2000 : 1900;
  const [month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5)];
  if (fields.count < 3 || year > 9999 || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) {
    const zeroDate = !notZero && onlySpaces(text, fields.at);
    return failure('error', zeroDate ? TimeWarning.ZERO_DATE : TimeWarning.TRUNCATED);
  }
  const wrong = checkDate(year, month, day, notZero, flags);
  if (wrong !== 0) return failure('error', wrong);
  return finishDateTime(text, fields, DateTime.of(year, month, day, hour, minute, second));
}

/** Fraction, seventh digit, and what is left of the text. */
function finishDateTime(text: string, fields: Fields, base: DateTime): ParsedDateTime {
  const fractionDigits = fields.lengths[6] ?? 0;
  const fraction = (fields.parts[6] ?? 0) * 10 ** (6 - fractionDigits);
  let at = fields.at;
  let seventhDigit = 0;
  if (fractionDigits === 6 && at < text.length && isDigit(text.charCodeAt(at))) {
    seventhDigit = text.charCodeAt(at) - 48;
    while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  }
  let displacement = fields.displacement;
  if (displacement === undefined && fields.count === 7 && at < text.length) {
    displacement = parseDisplacement(text.slice(at).trimEnd());
    if (displacement !== undefined) at = text.length;
  }
  const result = {
    kind: fields.count <= 3 ? 'date' : 'datetime',
    value: new DateTime(base.ymd, base.micros + fraction),
    seventhDigit,
    fractionDigits,
    warnings: onlySpaces(text, at) ? 0 : TimeWarning.TRUNCATED,
  } as const;
  const odd = fields.oddDelimiter === undefined ? {} : { oddDelimiter: fields.oddDelimiter };
  return displacement === undefined ? { ...result, ...odd } : { ...result, ...odd, displacement };
}

/** MySQL's number_to_datetime for a whole number; undefined when it is no date. */
export function numberToDateTime(number: number, flags: number): ParsedDateTime {
  let nr = number;
  let kind: 'date' | 'datetime' = 'date';
  const error = failure('error', TimeWarning.TRUNCATED);
  if (nr < 0 || nr > 99999999999999) return failure('error', nr < 0 ? TimeWarning.TRUNCATED : TimeWarning.OUT_OF_RANGE);
  if (nr === 0 || nr >= 10000101000000) kind = 'datetime';
  else if (nr < 101) return error;
  else if (nr <= 691231) nr = (nr + 20000000) * 1000000;
  else if (nr < 700101) return error;
  else if (nr <= 991231) nr = (nr + 19000000) * 1000000;
  else if (nr < 10000101 && (flags & DateFlag.FUZZY) === 0) return error;
  else if (nr <= 99991231) nr *= 1000000;
  else if (nr < 101000000) return error;
  else {
    kind = 'datetime';
    if (nr <= 691231235959) nr += 20000000000000;
    else if (nr < 700101000000) return error;
    else if (nr <= 991231235959) nr += 19000000000000;
  }
  const date = Math.floor(nr / 1000000);
  const clock = nr - date * 1000000;
  const year = Math.floor(date / 10000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  const hour = Math.floor(clock / 10000);
  const minute = Math.floor(clock / 100) % 100;
  const second = clock % 100;
  if (month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return error;
  const wrong = checkDate(year, month, day, number !== 0, flags);
  if (wrong !== 0) return failure('error', wrong);
  return {
    kind,
    value: DateTime.of(year, month, day, hour, minute, second),
    seventhDigit: 0,
    fractionDigits: 0,
    warnings: 0,
  };
}

export interface ParsedTime {
  /** Signed microseconds; undefined when the text is no time at all. */
  readonly micros: number | undefined;
  readonly fractionDigits: number;
  readonly seventhDigit: number;
  readonly warnings: number;
  /** The text held a date and a time. */
  readonly fromDateTime?: ParsedDateTime;
}

const NO_TIME: ParsedTime = { micros: undefined, fractionDigits: 0, seventhDigit: 0, warnings: TimeWarning.TRUNCATED };

export function clampTime(micros: number): number {
  return Math.max(-TIME_MICROS_MAX, Math.min(TIME_MICROS_MAX, micros));
}

const TIME_TEXT = /^(\d+)(?:( +)(?=\d)(\d+)|:(?=\d)(\d+))?(?::(\d+))?(?::(\d+))?/;

/** Days, hours, minutes, seconds of the leading `[days ]h[:m[:s]]`, `h:m[:s]` or `hhmmss`, and where it ended. */
function readClock(text: string): { fields: [number, number, number, number]; length: number } | undefined {
  const match = TIME_TEXT.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  if (match[3] !== undefined && match[0].length > match[1]!.length + 1) {
    return { fields: [first, Number(match[3]), Number(match[5] ?? 0), Number(match[6] ?? 0)], length: match[0].length };
  }
  if (match[4] !== undefined) {
    const seconds = match[5] ?? '0';
    const length = match[6] === undefined ? match[0].length : match[0].length - match[6].length - 1;
    return { fields: [0, first, Number(match[4]), Number(seconds)], length };
  }
  const fields: [number, number, number, number] = [
    0,
    Math.floor(first / 10000),
    Math.floor(first / 100) % 100,
    first % 100,
  ];
  return { fields, length: match[1]!.length };
}

/** MySQL's str_to_time. */
export function parseTime(text: string): ParsedTime {
  let body = text.trimStart();
  const negative = body.startsWith('-');
  if (negative) body = body.slice(1);
  if (body === '' || !(isDigit(body.charCodeAt(0)) || body.startsWith(':') || body.startsWith('.'))) return NO_TIME;
  if (body.length >= 12) {
    const full = parseDateTime(body, DateFlag.FUZZY | DateFlag.DATETIME_ONLY);
    if (full.kind === 'error') return NO_TIME;
    if (full.kind !== 'none') {
      const { seventhDigit, fractionDigits, warnings } = full;
      return {
        micros: full.kind === 'date' ? 0 : full.value.micros,
        fractionDigits,
        seventhDigit,
        warnings,
        fromDateTime: full,
      };
    }
  }
  const clock = readClock(body) ?? { fields: [0, 0, 0, 0], length: 0 };
  const fraction = /^\.(\d*)/.exec(body.slice(clock.length));
  let rest = body.slice(clock.length);
  let digits = '';
  if (fraction !== null && (fraction[1] !== '' || rest.length === 1)) {
    digits = fraction[1]!;
    rest = rest.slice(fraction[0].length);
  } else if (clock.length === 0) return NO_TIME;
  if (/^[eE][+-]?\d/.test(rest)) return NO_TIME;
  const [days, hours, minutes, seconds] = clock.fields;
  if (minutes > 59 || seconds > 59 || days > 4294967295 || hours > 4294967295) {
    return { ...NO_TIME, warnings: TimeWarning.OUT_OF_RANGE };
  }
  const micros =
    (days * 24 + hours) * MICROS_PER_HOUR +
    minutes * MICROS_PER_MINUTE +
    seconds * MICROS_PER_SECOND +
    Number(digits.slice(0, 6).padEnd(6, '0'));
  let warnings = onlySpaces(rest, 0) ? 0 : TimeWarning.TRUNCATED;
  if (micros > TIME_MICROS_MAX) warnings |= TimeWarning.OUT_OF_RANGE;
  const seventhDigit = digits.length > 6 ? digits.charCodeAt(6) - 48 : 0;
  const signed = clampTime(micros);
  return { micros: negative ? 0 - signed : signed, fractionDigits: Math.min(6, digits.length), seventhDigit, warnings };
}

/** MySQL's number_to_time for a whole number. */
export function numberToTime(number: number): ParsedTime {
  const outOfRange = { fractionDigits: 0, seventhDigit: 0, warnings: TimeWarning.OUT_OF_RANGE };
  if (number > 8385959) {
    if (number >= 10000000000) {
      const full = numberToDateTime(number, 0);
      if (full.kind !== 'error')
        return { micros: full.value.micros, fractionDigits: 0, seventhDigit: 0, warnings: 0, fromDateTime: full };
    }
    return { micros: TIME_MICROS_MAX, ...outOfRange };
  }
  if (number < -8385959) return { micros: -TIME_MICROS_MAX, ...outOfRange };
  const nr = Math.abs(number);
  const seconds = nr % 100;
  const minutes = Math.floor(nr / 100) % 100;
  if (seconds > 59 || minutes > 59) return { micros: undefined, ...outOfRange };
  const micros = (Math.floor(nr / 10000) * 3600 + minutes * 60 + seconds) * MICROS_PER_SECOND;
  return { micros: number < 0 ? 0 - micros : micros, fractionDigits: 0, seventhDigit: 0, warnings: 0 };
}

/** Adds the rounding that the seventh fractional digit asks for. */
export function roundSeventh(value: DateTime, seventhDigit: number): DateTime {
  return seventhDigit >= 5 ? (addMicros(value, 1) ?? value) : value;
}
