/** Digests, UUIDs, Internet addresses, RANDOM_BYTES, SLEEP's neighbours: functions without a family of their own. */
import { sqlError } from '../../base/index.ts';
import type { EvalContext, Expr, FunctionDef } from '../expr/index.ts';
import { bytesOf, boolType, charsetUnits, intType } from '../types/index.ts';
import { bytesArg, define, intArg, map1, map2, reader, sizeArg, textArg } from './define.ts';
import { md5, sha1, sha256, sha512 } from './digest.ts';
import { hexText, incorrect, unhexBytes } from './string-search.ts';
import { textResult } from './string-type.ts';

function digest(name: string, chars: number, make: (bytes: Uint8Array) => Uint8Array): FunctionDef {
  return define(
    name,
    1,
    (_args, _options, context) => textResult(chars, context.collationConnection),
    ([a]) => {
      const toBytes = bytesOf(a!.type);
      return reader(a!.evaluate, (value) => hexText(make(toBytes(value))).toLowerCase());
    },
  );
}

const sha2 = define(
  'sha2',
  2,
  (_args, _options, context) => textResult(128, context.collationConnection),
  ([a, size]) => {
    const toBytes = bytesOf(a!.type);
    return map2(reader(a!.evaluate, toBytes), sizeArg(size!), (bytes, bits) => {
      const wanted = bits === 0 ? 256 : bits;
      if (wanted === 224 || wanted === 256) return hexText(sha256(bytes, wanted)).toLowerCase();
      if (wanted === 384 || wanted === 512) return hexText(sha512(bytes, wanted)).toLowerCase();
      return null;
    });
  },
);

const UUID_TEXT = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

function withDashes(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Version 1: the clock in 100 ns since 1582, and a random node and sequence. */
let lastTicks = 0n;
function newUuid(context: EvalContext): string {
  let ticks = BigInt(Math.floor(context.session.currentMicros())) * 10n + 0x01b21dd213814000n;
  if (ticks <= lastTicks) ticks = lastTicks + 1n;
  lastTicks = ticks;
  const time = ticks.toString(16).padStart(16, '0');
  const random = context.session.randomBytes(8);
  random[0] = (random[0]! & 0x3f) | 0x80;
  random[2] = random[2]! | 1;
  return withDashes(`${time.slice(8)}${time.slice(4, 8)}1${time.slice(1, 4)}${hexText(random).toLowerCase()}`);
}

const uuid = define(
  'uuid',
  0,
  () => textResult(36, 'utf8mb3_general_ci', false),
  () => (_row, context) => newUuid(context),
  'volatile',
);
const uuidShort = define(
  'uuid_short',
  0,
  () => intType('big', { unsigned: true, nullable: false, width: 21 }),
  () => (_row, context) => {
    const random = context.session.randomBytes(2);
    return BigInt(Math.floor(context.session.currentMicros())) * 256n + BigInt(random[0]!);
  },
  'volatile',
);

const isUuid = define(
  'is_uuid',
  1,
  () => boolType(),
  ([a]) => map1(textArg(a!), (text) => (UUID_TEXT.test(text) ? 1 : 0)),
);

function swapped(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.slice(6, 8), ...bytes.slice(4, 6), ...bytes.slice(0, 4), ...bytes.slice(8)]);
}
function unswapped(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.slice(4, 8), ...bytes.slice(2, 4), ...bytes.slice(0, 2), ...bytes.slice(8)]);
}

const uuidToBin = define(
  'uuid_to_bin',
  [1, 2],
  () => textResult(16, 'binary'),
  ([a, swap]) => {
    const text = textArg(a!);
    const flag = swap === undefined ? undefined : intArg(swap);
    return (row, context) => {
      const source = text(row, context);
      if (source === null) return null;
      const match = UUID_TEXT.exec(source);
      if (match === null) throw sqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', source, 'uuid_to_bin');
      const bytes = unhexBytes(match.slice(1).join(''))!;
      return (flag?.(row, context) ?? 0) === 0 ? bytes : swapped(bytes);
    };
  },
);

const binToUuid = define(
  'bin_to_uuid',
  [1, 2],
  (_args, _options, context) => textResult(36, context.collationConnection),
  ([a, swap]) => {
    const read = bytesArg(a!);
    const flag = swap === undefined ? undefined : intArg(swap);
    return (row, context) => {
      const bytes = read(row, context);
      if (bytes === null) return null;
      if (bytes.length !== 16) throw sqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', hexText(bytes), 'bin_to_uuid');
      return withDashes(hexText((flag?.(row, context) ?? 0) === 0 ? bytes : unswapped(bytes)).toLowerCase());
    };
  },
);

function parseIpv4(text: string): number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const parts = match?.slice(1).map(Number);
  return parts?.every((part) => part <= 255) === true ? parts : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  let source = text;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    const v4 = parseIpv4(tail[2]!);
    if (v4 === undefined) return undefined;
    source = `${tail[1]}${(v4[0]! * 256 + v4[1]!).toString(16)}:${(v4[2]! * 256 + v4[3]!).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const [head, rest] = [groups(halves[0]!), halves.length === 2 ? groups(halves[1]!) : []];
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...rest];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Uint8Array.from(all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
}

function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes[i * 2]! * 256 + bytes[i * 2 + 1]!);
  let [bestStart, bestLength] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) [bestStart, bestLength] = [i, end - i];
  }
  const mapped = bestStart === 0 && (bestLength === 6 || (bestLength === 5 && groups[5] === 0xffff));
  const v4 = bytes.slice(12).join('.');
  if (mapped && !(bestLength === 6 && groups[6] === 0)) return `${bestLength === 6 ? '::' : '::ffff:'}${v4}`;
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}

/** '10.1' means 10.0.0.1: the last part fills what is left. */
const inetAton = define(
  'inet_aton',
  1,
  () => intType('big', { unsigned: true, width: 21 }),
  ([a]) =>
    map1(textArg(a!), (text, context) => {
      const parts = text.split('.');
      if (parts.length > 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
        return incorrect(text, 'inet_aton', context);
      const numbers = parts.map(Number);
      const last = numbers.pop()!;
      while (numbers.length < 3) numbers.push(0);
      return numbers.reduce((value, part) => value * 256 + part, 0) * 256 + last;
    }),
);

const inetNtoa = define(
  'inet_ntoa',
  1,
  (_args, _options, context) => textResult(31, context.collationConnection),
  ([a]) =>
    map1(intArg(a!), (value) => {
      const number = Number(value);
      if (number < 0 || number > 4294967295) return null;
      return [number / 16777216, number / 65536, number / 256, number].map((part) => Math.floor(part) % 256).join('.');
    }),
);

const inet6Aton = define(
  'inet6_aton',
  1,
  () => textResult(16, 'binary'),
  ([a]) =>
    map1(textArg(a!), (text, context) => {
      const v4 = parseIpv4(text);
      return v4 === undefined ? (parseIpv6(text) ?? incorrect(text, 'inet6_aton', context)) : Uint8Array.from(v4);
    }),
);
const inet6Ntoa = define(
  'inet6_ntoa',
  1,
  (_args, _options, context) => textResult(39, context.collationConnection),
  ([a]) =>
    map1(bytesArg(a!), (bytes, context) =>
      bytes.length === 4
        ? bytes.join('.')
        : bytes.length === 16
          ? ipv6Text(bytes)
          : incorrect(charsetUnits.decodeUtf8(bytes), 'inet6_ntoa', context),
    ),
);

function addressTest(name: string, test: (text: string) => boolean): FunctionDef {
  return define(
    name,
    1,
    () => boolType(),
    ([a]) => map1(textArg(a!), (text) => (test(text) ? 1 : 0)),
  );
}
function mappedTest(name: string, prefix: number): FunctionDef {
  return define(
    name,
    1,
    () => boolType(),
    ([a]) => {
      const read = bytesArg(a!);
      return (row, context) => {
        const bytes = read(row, context);
        if (bytes === null) return null;
        if (bytes.length !== 16) return 0;
        return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === prefix && bytes[11] === prefix ? 1 : 0;
      };
    },
  );
}

const randomBytes = define(
  'random_bytes',
  1,
  () => textResult(1024, 'binary'),
  ([a]) =>
    map1(sizeArg(a!), (size, context) => {
      if (size < 1 || size > 1024) throw sqlError('ER_DATA_OUT_OF_RANGE', 'length', 'random_bytes');
      return context.session.randomBytes(size);
    }),
  'volatile',
);

/** A literal as written, or the negative of one. */
function isLiteral(expr: Expr): boolean {
  return expr.kind === 'constant' && expr.literal && expr.type.kind !== 'date' && expr.type.kind !== 'datetime';
}

const nameConst = define(
  'name_const',
  2,
  ([name, value]) => {
    if (!isLiteral(name!.expr) || !isLiteral(value!.expr)) throw sqlError('ER_WRONG_ARGUMENTS', 'NAME_CONST');
    return value!.type;
  },
  ([, value]) => value!.evaluate,
);

export const MISCELLANEOUS: readonly FunctionDef[] = [
  digest('md5', 32, md5),
  digest('sha', 40, sha1),
  digest('sha1', 40, sha1),
  sha2,
  uuid,
  uuidShort,
  isUuid,
  uuidToBin,
  binToUuid,
  inetAton,
  inetNtoa,
  inet6Aton,
  inet6Ntoa,
  addressTest('is_ipv4', (text) => parseIpv4(text) !== undefined),
  addressTest('is_ipv6', (text) => parseIpv6(text) !== undefined),
  mappedTest('is_ipv4_compat', 0),
  mappedTest('is_ipv4_mapped', 255),
  randomBytes,
  nameConst,
];
