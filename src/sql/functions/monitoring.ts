/** Functions for monitoring and replication: sizes and times for people, threads, GTID sets. */
import { sqlError } from '../../base/index.ts';
import type { FunctionDef } from '../expr/index.ts';
import { intType, varcharType } from '../types/index.ts';
import { define, doubleArg, intArg, map1, map2, textArg } from './define.ts';
import { textResult } from './string-type.ts';

type Scale = readonly (readonly [units: number, name: string])[];

const BYTES: Scale = [
  [2 ** 60, 'EiB'],
  [2 ** 50, 'PiB'],
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
];
const PICOSECONDS: Scale = [
  [86_400e12, 'd'],
  [3_600e12, 'h'],
  [60e12, 'min'],
  [1e12, 's'],
  [1e9, 'ms'],
  [1e6, 'us'],
  [1e3, 'ns'],
];

/** The largest unit that fits, with two digits; plain numbers below the first unit. */
function scaled(name: string, scale: Scale, smallest: string, width: number): FunctionDef {
  return define(
    name,
    1,
    (_args, _options, context) => textResult(11, context.collationConnection),
    ([a]) =>
      map1(doubleArg(a!), (value) => {
        const unit = scale.find(([units]) => Math.abs(value) >= units);
        if (unit === undefined) return `${String(Math.trunc(value)).padStart(width)} ${smallest}`;
        const amount = value / unit[0];
        return Math.abs(amount) >= 100_000
          ? `${amount.toExponential(2)} ${unit[1]}`
          : `${amount.toFixed(2)} ${unit[1]}`;
      }),
  );
}

const threadType = () => intType('big', { width: 21, unsigned: true });

/** A connection is its own thread. */
const psCurrentThreadId = define(
  'ps_current_thread_id',
  0,
  threadType,
  () => (_row, context) => context.session.connectionId,
  'statement',
);
const psThreadId = define(
  'ps_thread_id',
  1,
  threadType,
  ([a]) => map1(intArg(a!), (id, context) => (id === context.session.connectionId ? id : null)),
  'statement',
);

/** The regular expressions are our own, made after this version. */
const icuVersion = define(
  'icu_version',
  0,
  () => varcharType(4, { nullable: false, decimals: 31 }),
  () => () => '78.3',
);

type Intervals = readonly (readonly [first: bigint, last: bigint])[];

/** `uuid:1-3:5, uuid:7`: intervals by UUID, merged and in order. */
function parseGtids(text: string): Map<string, Intervals> {
  const sets = new Map<string, [bigint, bigint][]>();
  for (const part of text.split(',')) {
    const trimmed = part.trim();
    if (trimmed === '') continue;
    const [uuid = '', ...ranges] = trimmed.split(':').map((piece) => piece.trim());
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid) || ranges.length === 0)
      throw sqlError('ER_MALFORMED_GTID_SET_SPECIFICATION', text);
    const intervals = sets.get(uuid.toLowerCase()) ?? [];
    for (const range of ranges) {
      const match = /^(\d{1,19})(?:-(\d{1,19}))?$/.exec(range);
      if (match === null) throw sqlError('ER_MALFORMED_GTID_SET_SPECIFICATION', text);
      const first = BigInt(match[1]!);
      const last = match[2] === undefined ? first : BigInt(match[2]);
      if (first > 0n && last >= first) intervals.push([first, last]);
    }
    sets.set(uuid.toLowerCase(), intervals);
  }
  return new Map([...sets].map(([uuid, intervals]) => [uuid, merged(intervals)]));
}

function merged(intervals: readonly (readonly [bigint, bigint])[]): Intervals {
  const out: [bigint, bigint][] = [];
  for (const [first, last] of [...intervals].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const before = out.at(-1);
    if (before !== undefined && first <= before[1] + 1n) before[1] = last > before[1] ? last : before[1];
    else out.push([first, last]);
  }
  return out;
}

function subtract(from: Intervals, what: Intervals): Intervals {
  let left: Intervals = from;
  for (const [first, last] of what) {
    left = left.flatMap(([start, end]): Intervals => {
      if (last < start || first > end) return [[start, end]];
      const rest: [bigint, bigint][] = [];
      if (first > start) rest.push([start, first - 1n]);
      if (last < end) rest.push([last + 1n, end]);
      return rest;
    });
  }
  return left;
}

function difference(from: string, what: string): Map<string, Intervals> {
  const [left, right] = [parseGtids(from), parseGtids(what)];
  const out = new Map<string, Intervals>();
  for (const [uuid, intervals] of [...left].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const rest = subtract(intervals, right.get(uuid) ?? []);
    if (rest.length > 0) out.set(uuid, rest);
  }
  return out;
}

const gtidSubset = define(
  'gtid_subset',
  2,
  ([a, b]) => intType('big', { width: 21, nullable: a!.type.nullable || b!.type.nullable }),
  ([a, b]) => map2(textArg(a!), textArg(b!), (set, of) => (difference(set, of).size === 0 ? 1 : 0)),
);
const gtidSubtract = define(
  'gtid_subtract',
  2,
  ([a], _options, context) => textResult(Math.max(468, a!.type.length), context.collationConnection),
  ([a, b]) =>
    map2(textArg(a!), textArg(b!), (from, what) =>
      [...difference(from, what)]
        .map(([uuid, intervals]) =>
          [uuid, ...intervals.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))].join(':'),
        )
        .join(',\n'),
    ),
);

/** The server reads no files for SQL: as with secure_file_priv NULL. */
const loadFile = define(
  'load_file',
  1,
  () => ({ ...textResult(16777216, 'binary', true) }),
  ([a]) => map1(textArg(a!), () => null),
  'statement',
);

export const MONITORING: readonly FunctionDef[] = [
  scaled('format_bytes', BYTES, 'bytes', 4),
  scaled('format_pico_time', PICOSECONDS, 'ps', 3),
  psCurrentThreadId,
  psThreadId,
  icuVersion,
  gtidSubset,
  gtidSubtract,
  loadFile,
];
