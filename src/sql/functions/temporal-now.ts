/** The clock: NOW, SYSDATE, CURDATE, UTC_TIMESTAMP, UNIX_TIMESTAMP, FROM_UNIXTIME, CONVERT_TZ. */
import { sqlError } from '../../base/index.ts';
import type { EvalContext, FunctionDef } from '../expr/index.ts';
import {
  DateTime,
  dateType,
  datetimeType,
  Decimal,
  decimalType,
  epochToLocal,
  findTimeZone,
  fromCivilSeconds,
  civilSeconds,
  intType,
  localToUtc,
  MICROS_PER_SECOND,
  roundMicros,
  sessionZone,
  timeType,
  UTC,
  utcToLocal,
} from '../types/index.ts';
import { dateTimeArg, decimalArg, define, type Stability, textArg } from './define.ts';
import { numberKind, scaleOf } from './number-type.ts';
import { formatByPattern } from './temporal-format.ts';
import { textResult } from './string-type.ts';
import { byMode, constantFraction, fractionOf, fuzzy } from './temporal-type.ts';

function truncated(value: DateTime, decimals: number): DateTime {
  return new DateTime(value.ymd, roundMicros(value.micros, decimals, true));
}

function checkedFraction(name: string, digits: number): number {
  if (digits > 6 || digits < 0) throw sqlError('ER_TOO_BIG_PRECISION', digits, name, 6);
  return digits;
}

function clock(
  name: string,
  micros: (context: EvalContext) => number,
  utc: boolean,
  stability: Stability,
): FunctionDef {
  return define(
    name,
    [0, 1],
    ([fsp]) => datetimeType(checkedFraction(name, constantFraction(fsp)), { nullable: false }),
    (_args, type) => (_row, context) =>
      truncated(epochToLocal(micros(context), utc ? UTC : sessionZone(context)), type.decimals),
    stability,
  );
}

const statementStart = (context: EvalContext): number => context.session.nowMicros;
const now = clock('now', statementStart, false, 'statement');

function today(name: string, utc: boolean): FunctionDef {
  return define(
    name,
    0,
    () => dateType({ nullable: false }),
    () => (_row, context) => epochToLocal(context.session.nowMicros, utc ? UTC : sessionZone(context)).ymd,
    'statement',
  );
}
function timeNow(name: string, utc: boolean): FunctionDef {
  return define(
    name,
    [0, 1],
    ([fsp]) => timeType(checkedFraction(name, constantFraction(fsp)), { nullable: false }),
    (_args, type) => (_row, context) =>
      roundMicros(
        epochToLocal(context.session.nowMicros, utc ? UTC : sessionZone(context)).micros,
        type.decimals,
        true,
      ),
    'statement',
  );
}

/** Seconds since the epoch of a local time; 0 outside of what a timestamp can hold. */
function unixSeconds(value: DateTime, context: EvalContext): number {
  if (value.month === 0 || value.day === 0) return 0;
  const seconds = sessionZone(context).utcOf(civilSeconds(value));
  return seconds < 0 || seconds > 32536771199 ? 0 : seconds;
}

const unixTimestamp = define(
  'unix_timestamp',
  [0, 1],
  ([arg]) => {
    if (arg === undefined) return intType('big', { nullable: false, width: 21 });
    const decimals = fractionOf(arg, false);
    return decimals === 0
      ? intType('big', { nullable: arg.type.nullable, width: 21 })
      : decimalType(11 + decimals, decimals, { nullable: arg.type.nullable });
  },
  ([a], type) => {
    if (a === undefined) return (_row, context) => Math.floor(context.session.nowMicros / MICROS_PER_SECOND);
    const read = dateTimeArg(a, fuzzy);
    return (row, context) => {
      if (a.evaluate(row, context) === null) return null;
      const value = read(row, context);
      const seconds = value === null ? 0 : unixSeconds(value, context);
      if (type.kind === 'int') return seconds;
      const fraction = value === null || seconds === 0 ? 0 : value.micros % MICROS_PER_SECOND;
      return Decimal.of(BigInt(seconds) * 1000000n + BigInt(fraction), 6).withScale(type.decimals);
    };
  },
  'statement',
);

const fromUnixtime = define(
  'from_unixtime',
  [1, 2],
  ([arg, pattern], _options, context) => {
    if (pattern !== undefined) return textResult(pattern.type.length * 10, context.collationConnection);
    return datetimeType(numberKind(arg!.type) === 'double' ? 6 : Math.min(6, scaleOf(arg!.type)));
  },
  ([a, pattern], type) => {
    const read = decimalArg(a!);
    const decimals = type.kind === 'datetime' ? type.decimals : 6;
    const moment = (row: Parameters<typeof read>[0], context: EvalContext): DateTime | null => {
      const value = read(row, context);
      if (value === null) return null;
      const micros = value.withScale(Math.min(6, decimals)).withScale(6).unscaled;
      if (micros < 0 || BigInt(micros) > 32536771199999999n) return null;
      const seconds = Number(BigInt(micros) / 1000000n);
      const local = fromCivilSeconds(
        seconds + sessionZone(context).offsetAt(seconds),
        Number(BigInt(micros) % 1000000n),
      );
      return local ?? null;
    };
    if (pattern === undefined) return moment;
    const text = textArg(pattern);
    return (row, context) => {
      const value = moment(row, context);
      const wanted = text(row, context);
      return value === null || wanted === null ? null : formatByPattern(wanted, value, undefined, context);
    };
  },
  'statement',
);

const convertTz = define(
  'convert_tz',
  3,
  ([arg]) => datetimeType(fractionOf(arg!, false)),
  ([a, from, to]) => {
    const read = dateTimeArg(a!, byMode);
    const [fromText, toText] = [textArg(from!), textArg(to!)];
    return (row, context) => {
      const value = read(row, context);
      const source = fromText(row, context);
      const target = toText(row, context);
      if (value === null || source === null || target === null) return null;
      const fromZone = findTimeZone(source);
      const toZone = findTimeZone(target);
      if (fromZone === undefined || toZone === undefined || value.month === 0 || value.day === 0) return null;
      const utc = localToUtc(value, fromZone);
      if (utc === undefined) return null;
      const seconds = civilSeconds(utc);
      if (seconds <= 0 || seconds > 32536771199) return value;
      return utcToLocal(utc, toZone) ?? null;
    };
  },
);

export const TEMPORAL_NOW: readonly FunctionDef[] = [
  now,
  { ...now, name: 'current_timestamp' },
  { ...now, name: 'localtime' },
  { ...now, name: 'localtimestamp' },
  clock('sysdate', (context) => context.session.currentMicros(), false, 'volatile'),
  clock('utc_timestamp', statementStart, true, 'statement'),
  today('curdate', false),
  today('current_date', false),
  today('utc_date', true),
  timeNow('curtime', false),
  timeNow('current_time', false),
  timeNow('utc_time', true),
  unixTimestamp,
  fromUnixtime,
  convertTz,
];
