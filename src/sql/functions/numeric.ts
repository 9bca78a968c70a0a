/** ABS, ROUND, MOD's relatives, powers, logarithms, trigonometry, RAND, CONV, FORMAT, CRC32. */
import { sqlError } from '../../base/index.ts';
import type { CompiledArgument, EvalContext, Evaluator, FunctionArgument, FunctionDef } from '../expr/index.ts';
import {
  asSigned64,
  asUnsigned64,
  bytesOf,
  Decimal,
  decimalType,
  doubleType,
  type FieldType,
  formatDouble,
  intType,
  normalizeInt,
  roundHalfEven,
  type Value,
} from '../types/index.ts';
import { anyNullable, decimalArg, define, doubleArg, intArg, map1, map2, reader, sizeArg, textArg } from './define.ts';
import { exprText } from './expr-text.ts';
import { functionNumberKind, precisionOf, scaleOf } from './number-type.ts';
import { textResult } from './string-type.ts';
import { findLocale } from './locale.ts';
import { groupDigits, type NumberLocale, numberLocale } from './number-locale.ts';

const sources = new WeakMap<FieldType, () => string>();
function doubleResult(name: string, args: readonly FunctionArgument[], nullable = true): FieldType {
  const type = doubleType({ length: 23, nullable });
  sources.set(type, () => `${name}(${args.map((arg) => exprText(arg.expr)).join(',')})`);
  return type;
}
function finite(value: number, type: FieldType): number {
  if (Number.isFinite(value)) return value;
  throw sqlError('ER_DATA_OUT_OF_RANGE', 'DOUBLE', sources.get(type)?.() ?? '');
}

const abs = define(
  'abs',
  1,
  ([arg]) => {
    const { type } = arg!;
    const { nullable } = type;
    const kind = functionNumberKind(type);
    const result =
      kind === 'double'
        ? doubleType({
            nullable,
            length: 23,
            decimals: type.kind === 'double' || type.kind === 'float' ? type.decimals : 31,
          })
        : kind === 'decimal'
          ? decimalType(precisionOf(type), scaleOf(type), { nullable, unsigned: type.unsigned })
          : intType('big', { nullable, unsigned: type.unsigned, width: type.length });
    sources.set(result, () => `abs(${exprText(arg!.expr)})`);
    return result;
  },
  ([a], type) => {
    if (type.kind === 'double') return map1(doubleArg(a!), Math.abs);
    if (type.kind === 'decimal') return map1(decimalArg(a!), (x) => x.abs());
    return map1(intArg(a!), (x) => {
      if (x >= 0) return x;
      const result = typeof x === 'number' ? -x : -x;
      if (!type.unsigned && result > 9223372036854775807n)
        throw sqlError('ER_DATA_OUT_OF_RANGE', 'BIGINT', sources.get(type)?.() ?? '');
      return result;
    });
  },
);

const sign = define(
  'sign',
  1,
  (args) => intType('big', { nullable: anyNullable(args), width: 21 }),
  ([a]) => {
    if (functionNumberKind(a!.type) === 'decimal') return map1(decimalArg(a!), (x) => x.sign());
    return map1(doubleArg(a!), (x) => Math.sign(x) + 0);
  },
);

function ceilOrFloor(
  name: string,
  doubles: (x: number) => number,
  decimals: (x: Decimal) => number | bigint,
): FunctionDef {
  return define(
    name,
    1,
    ([arg]) => {
      const { type } = arg!;
      const kind = functionNumberKind(type);
      if (kind === 'double') return doubleType({ nullable: type.nullable, length: 23, decimals: 31 });
      if (kind === 'int') return intType('big', { nullable: type.nullable, unsigned: type.unsigned, width: 21 });
      const digits = precisionOf(type) - scaleOf(type) + 1;
      return digits > 17
        ? decimalType(digits, 0, { nullable: type.nullable })
        : intType('big', { nullable: type.nullable, width: 21 });
    },
    ([a], type) => {
      if (type.kind === 'double') return map1(doubleArg(a!), doubles);
      if (functionNumberKind(a!.type) === 'int') return map1(intArg(a!), (x) => x);
      return map1(decimalArg(a!), type.kind === 'decimal' ? (x) => new Decimal(decimals(x), 0) : decimals);
    },
  );
}

const ceiling = ceilOrFloor('ceiling', Math.ceil, (x) => x.ceil());

/** Rounds or truncates a double to digits after (before, when negative) the point, as my_double_round does. */
function roundDouble(value: number, digits: number, truncate: boolean): number {
  if (!Number.isFinite(value)) return value;
  const places = Math.max(-400, Math.min(400, digits));
  const unit = 10 ** Math.abs(places);
  if (places < 0 && !Number.isFinite(unit)) return 0;
  const scaled = places < 0 ? value / unit : value * unit;
  if (!Number.isFinite(scaled)) return value;
  const whole = truncate ? Math.trunc(scaled) : roundHalfEven(scaled);
  return places < 0 ? whole * unit : whole / unit;
}

function roundInt(value: number | bigint, digits: number, truncate: boolean, type: FieldType): number | bigint {
  if (digits >= 0) return value;
  if (digits < -20) return 0;
  const result = new Decimal(value, 0);
  const rounded = truncate ? result.truncate(digits) : result.round(digits);
  const big = BigInt(rounded.unscaled);
  if (type.unsigned ? big > 18446744073709551615n : big > 9223372036854775807n || big < -9223372036854775808n) {
    throw sqlError('ER_DATA_OUT_OF_RANGE', type.unsigned ? 'BIGINT UNSIGNED' : 'BIGINT', sources.get(type)?.() ?? '');
  }
  return normalizeInt(big);
}

function rounding(name: 'round' | 'truncate', truncate: boolean): FunctionDef {
  return define(
    name,
    truncate ? 2 : [1, 2],
    (args) => {
      const [arg, places] = args;
      const { type } = arg!;
      const nullable = anyNullable(args);
      const value =
        places === undefined
          ? 0
          : places.constant === undefined
            ? undefined
            : places.constant.value === null
              ? 0
              : constantInt(places);
      const kind = functionNumberKind(type);
      let result: FieldType;
      if (kind === 'double') {
        // Only a double that has fixed digits keeps them fixed.
        const own = type.kind === 'double' || type.kind === 'float' ? type.decimals : 31;
        result = doubleType({
          nullable,
          length: 23,
          decimals: own === 31 || value === undefined ? 31 : Math.max(0, Math.min(own, value)),
        });
      } else if (kind === 'int')
        result = intType('big', {
          nullable,
          unsigned: type.unsigned,
          width: Math.min(21, type.length + (value !== undefined && value < 0 && !truncate ? 1 : 0)),
        });
      else {
        const scale = value === undefined ? scaleOf(type) : Math.max(0, Math.min(scaleOf(type), value));
        const lost = scaleOf(type) - scale;
        const grows = lost > 0 && !truncate ? 1 : 0;
        result = decimalType(Math.max(1, Math.min(65, precisionOf(type) - lost + grows)), scale, {
          nullable,
          unsigned: type.unsigned,
        });
      }
      sources.set(result, () => `${name}(${args.map((one) => exprText(one.expr)).join(',')})`);
      return result;
    },
    ([a, places], type) => {
      const digits: (row: readonly Value[], context: EvalContext) => number | null =
        places === undefined ? () => 0 : sizeArg(places);
      const kind = functionNumberKind(a!.type);
      if (kind === 'double' || type.kind === 'double')
        return map2(doubleArg(a!), digits, (x, n) => roundDouble(x, n, truncate));
      if (kind === 'int') return map2(intArg(a!), digits, (x, n) => roundInt(x, n, truncate, type));
      return map2(decimalArg(a!), digits, (x, n) => {
        const to = Math.max(-65, Math.min(n, type.decimals));
        return truncate ? x.truncate(to) : x.round(to);
      });
    },
  );
}

function constantInt(arg: FunctionArgument): number | undefined {
  const value = arg.constant?.value;
  if (typeof value === 'number') return Math.round(value);
  if (value instanceof Decimal) return Number(value.toInt());
  if (typeof value === 'bigint') return value > 0n ? 100 : -100;
  return undefined;
}

/** A function of doubles; undefined means NULL. */
function math(name: string, apply: (x: number, context: EvalContext) => number | null): FunctionDef {
  return define(
    name,
    1,
    (args) => doubleResult(name, args),
    ([a], type) =>
      map1(doubleArg(a!), (x, context) => {
        const result = apply(x, context);
        return result === null ? null : finite(result, type);
      }),
  );
}

/** ER_INVALID_ARGUMENT_FOR_LOGARITHM, as a warning and NULL. */
function logOf(x: number, log: (x: number) => number, context: EvalContext): number | null {
  if (x > 0) return log(x);
  if (context.session.strict && context.session.sqlMode.errorForDivisionByZero)
    throw sqlError('ER_INVALID_ARGUMENT_FOR_LOGARITHM');
  context.warn(3020, 'Invalid argument for logarithm');
  return null;
}

const logWithBase = define(
  'log',
  [1, 2],
  (args) => doubleResult('log', args),
  (args, type) => {
    const [a, b] = args.map(doubleArg);
    if (b === undefined) return map1(a!, (x, context) => logOf(x, Math.log, context));
    return map2(a!, b, (base, x, context) => {
      if (base <= 0 || base === 1) return logOf(-1, Math.log, context);
      const result = logOf(x, Math.log, context);
      return result === null ? null : finite(result / Math.log(base), type);
    });
  },
);

const pow = define(
  'pow',
  2,
  (args) => doubleResult('pow', args, anyNullable(args)),
  ([a, b], type) => map2(doubleArg(a!), doubleArg(b!), (x, y) => finite(x ** y, type)),
);

const atan = define(
  'atan',
  [1, 2],
  (args) => doubleResult('atan', args),
  ([a, b]) => (b === undefined ? map1(doubleArg(a!), Math.atan) : map2(doubleArg(a!), doubleArg(b), Math.atan2)),
);

const pi = define(
  'pi',
  0,
  () => doubleType({ nullable: false, length: 8, decimals: 6 }),
  () => () => Math.PI,
);

const rand = define(
  'rand',
  [0, 1],
  () => doubleType({ nullable: false, length: 23 }),
  ([seed]) => {
    if (seed === undefined) return (_row, context) => context.session.random();
    const read = intArg(seed);
    let state: { first: number; second: number } | undefined;
    return (row, context) => {
      if (state === undefined || seed.constant === undefined) {
        const value = Number(BigInt.asUintN(32, BigInt(read(row, context) ?? 0)));
        state = { first: mod30(value * 0x10001 + 55555555), second: mod30(value * 0x10000001) };
      }
      state.first = (state.first * 3 + state.second) % RAND_MAX;
      state.second = (state.first + state.second + 33) % RAND_MAX;
      return state.first / RAND_MAX;
    };
  },
  'volatile',
);
const RAND_MAX = 0x3fffffff;
/** Products are taken modulo 2^32 as MySQL's 32-bit arithmetic does. */
function mod30(value: number): number {
  return Number(BigInt.asUintN(32, BigInt(value))) % RAND_MAX;
}

function convertBase(text: string, from: number, to: number): string | null {
  const fromBase = Math.abs(from);
  const toBase = Math.abs(to);
  if (fromBase < 2 || fromBase > 36 || toBase < 2 || toBase > 36) return null;
  const match = /^\s*([+-]?)([0-9a-z]*)/i.exec(text)!;
  let value = 0n;
  for (const char of match[2]!.toLowerCase()) {
    const digit = parseInt(char, 36);
    if (digit >= fromBase) break;
    value = value * BigInt(fromBase) + BigInt(digit);
    if (value > 18446744073709551615n) value = 18446744073709551615n;
  }
  if (match[1] === '-') value = -value;
  value = from < 0 ? value : BigInt.asUintN(64, value);
  value = to < 0 ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  return value.toString(toBase).toUpperCase();
}

const conv = define(
  'conv',
  3,
  (_args, _options, context) => textResult(64, context.collationConnection),
  ([a, from, to]) => {
    const text = textArg(a!);
    const fromBase = sizeArg(from!);
    const toBase = sizeArg(to!);
    return (row, context) => {
      const x = text(row, context);
      const f = fromBase(row, context);
      const t = toBase(row, context);
      return x === null || f === null || t === null || x === '' ? null : convertBase(x, f, t);
    };
  },
);

/** BIN and OCT are CONV(n, 10, base): the argument is read as text, or as a whole number where it is one. */
function inBase(name: string, base: number): FunctionDef {
  return define(
    name,
    1,
    (_args, _options, context) => textResult(65, context.collationConnection),
    ([a]) => {
      if (
        a!.type.kind === 'int' ||
        a!.type.kind === 'year' ||
        a!.type.kind === 'bit' ||
        (a!.type.kind === 'binary' && a!.type.unsigned)
      ) {
        return map1(intArg(a!), (x) =>
          BigInt(asUnsigned64(asSigned64(x)))
            .toString(base)
            .toUpperCase(),
        );
      }
      return map1(textArg(a!), (x) => (x === '' ? null : convertBase(x, 10, base)));
    },
  );
}

/** Groups thousands as the locale does. */
const format = define(
  'format',
  [2, 3],
  ([arg], _options, context) =>
    textResult(Math.ceil(((precisionOf(arg!.type) + 1) * 4) / 3) + 32, context.collationConnection),
  ([a, places, locale]) => {
    const digits = sizeArg(places!);
    const exact = functionNumberKind(a!.type) !== 'double';
    const decimal = exact ? decimalArg(a!) : undefined;
    const double = doubleArg(a!);
    const localeText = locale === undefined ? undefined : textArg(locale);
    return (row, context) => {
      const n = digits(row, context);
      if (n === null) return null;
      const scale = Math.max(0, Math.min(30, n));
      const value = decimal === undefined ? double(row, context) : decimal(row, context);
      if (value === null) return null;
      const text =
        value instanceof Decimal ? value.toFixed(scale) : formatDouble(roundDouble(value, scale, false), scale);
      return groupDigits(text, localeFor(localeText?.(row, context), context));
    };
  },
);

/** An unknown locale is English, with a warning. */
function localeFor(name: string | null | undefined, context: EvalContext): NumberLocale {
  if (name === null || name === undefined) return numberLocale('en_US');
  const found = findLocale(name);
  if (found === undefined || /^\d/.test(name)) context.warn(1649, `Unknown locale: '${name}'`);
  return numberLocale(found?.name ?? 'en_US');
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

const crc32 = define(
  'crc32',
  1,
  (args) => intType('big', { unsigned: true, nullable: anyNullable(args), width: 10 }),
  ([a]: readonly CompiledArgument[]): Evaluator => {
    const toBytes = bytesOf(a!.type);
    return reader(a!.evaluate, (value) => {
      let crc = 0xffffffff;
      for (const byte of toBytes(value)) crc = CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
      return (crc ^ 0xffffffff) >>> 0;
    });
  },
);

export const NUMERIC: readonly FunctionDef[] = [
  abs,
  sign,
  ceiling,
  { ...ceiling, name: 'ceil' },
  ceilOrFloor('floor', Math.floor, (x) => x.floor()),
  rounding('round', false),
  rounding('truncate', true),
  math('sqrt', (x) => (x < 0 ? null : Math.sqrt(x))),
  math('exp', Math.exp),
  math('ln', (x, context) => logOf(x, Math.log, context)),
  math('log2', (x, context) => logOf(x, Math.log2, context)),
  math('log10', (x, context) => logOf(x, Math.log10, context)),
  logWithBase,
  pow,
  { ...pow, name: 'power' },
  math('sin', Math.sin),
  math('cos', Math.cos),
  math('tan', Math.tan),
  math('cot', (x) => 1 / Math.tan(x)),
  math('asin', (x) => (Math.abs(x) > 1 ? null : Math.asin(x))),
  math('acos', (x) => (Math.abs(x) > 1 ? null : Math.acos(x))),
  atan,
  { ...atan, name: 'atan2', minArgs: 1 },
  math('radians', (x) => x * (Math.PI / 180)),
  math('degrees', (x) => x * (180 / Math.PI)),
  pi,
  rand,
  conv,
  inBase('bin', 2),
  inBase('oct', 8),
  format,
  crc32,
];
