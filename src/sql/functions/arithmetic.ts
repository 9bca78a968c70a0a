/**
 * + - * / DIV % and unary minus.
 *
 * Integers are computed as numbers while the result is a safe integer, as bigints beyond, and checked against 64 bits:
 * 1690 when they do not fit. A result is unsigned when an operand is. Division by zero is NULL, with 1365 where
 * ERROR_FOR_DIVISION_BY_ZERO asks for it.
 */
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
  Decimal,
  DECIMAL_SCALE_MAX,
  decimalType,
  doubleType,
  type FieldType,
  intType,
  normalizeInt,
} from '../types/index.ts';
import { anyNullable, type Build, decimalArg, define, doubleArg, intArg, map1, map2, type Read } from './define.ts';
import { exprText } from './expr-text.ts';
import {
  commonKind,
  doubleDecimals,
  functionNumberKind,
  isUnsigned,
  numberKind,
  precisionOf,
  scaleOf,
  typesOf,
} from './number-type.ts';

/** What 1690 prints: the operator and operands that made a result type. */
const sources = new WeakMap<FieldType, () => string>();

function remember(type: FieldType, text: () => string): FieldType {
  sources.set(type, text);
  return type;
}

function outOfRange(kind: string, type: FieldType): Error {
  return sqlError('ER_DATA_OUT_OF_RANGE', kind, sources.get(type)?.() ?? '');
}

const INT64_MIN = -9223372036854775808n;
const INT64_MAX = 9223372036854775807n;
const UINT64_MAX = 18446744073709551615n;

export function checkInt(value: number | bigint, type: FieldType): number | bigint {
  if (typeof value === 'number' && (!type.unsigned || value >= 0)) return value;
  const big = BigInt(value);
  if (type.unsigned ? big < 0n || big > UINT64_MAX : big < INT64_MIN || big > INT64_MAX) {
    throw outOfRange(type.unsigned ? 'BIGINT UNSIGNED' : 'BIGINT', type);
  }
  return normalizeInt(big);
}

function checkDouble(value: number, type: FieldType): number {
  if (Number.isFinite(value)) return value;
  throw outOfRange('DOUBLE', type);
}

const DECIMAL_LIMIT = Decimal.max(65, 0);

function checkDecimal(value: Decimal, type: FieldType): Decimal {
  if (typeof value.unscaled === 'number') return value;
  if (value.abs().compare(DECIMAL_LIMIT) > 0) throw outOfRange('DECIMAL', type);
  return value;
}

export function divisionByZero(context: EvalContext): null {
  if (context.session.sqlMode.errorForDivisionByZero) {
    if (context.session.strict) throw sqlError('ER_DIVISION_BY_ZERO');
    context.warn(1365, 'Division by 0');
  }
  return null;
}

type Precision = (args: readonly FieldType[], scale: number) => number;

function inferNumber(symbol: string, scaleRule: (a: number, b: number) => number, precision: Precision) {
  return (args: readonly FunctionArgument[], _options: FunctionOptions, context: InferContext): FieldType => {
    const types = typesOf(args);
    const nullable = anyNullable(args);
    const text = (): string => `(${args.map((arg) => exprText(arg.expr)).join(` ${symbol} `)})`;
    switch (commonKind(types)) {
      case 'double': {
        return remember(doubleType({ nullable, decimals: doubleDecimals(types), length: 23 }), text);
      }
      case 'decimal': {
        const scale = Math.min(DECIMAL_SCALE_MAX, scaleRule(scaleOf(types[0]!), scaleOf(types[1]!)));
        return remember(
          decimalType(Math.min(65, precision(types, scale)), scale, { nullable, unsigned: types.every(isUnsigned) }),
          text,
        );
      }
      case 'int': {
        const unsigned = types.some(isUnsigned) && !(symbol === '-' && context.sqlMode.noUnsignedSubtraction);
        return remember(intType('big', { nullable, unsigned, width: Math.min(21, precision(types, 0) + 1) }), text);
      }
    }
  };
}

const addPrecision: Precision = (types, scale) =>
  Math.max(...types.map((type) => precisionOf(type) - scaleOf(type))) + 1 + scale;
const mulPrecision: Precision = (types) => types.reduce((sum, type) => sum + precisionOf(type), 0);

interface Operations {
  readonly ints: (a: number, b: number) => number;
  readonly bigs: (a: bigint, b: bigint) => bigint;
  readonly doubles: (a: number, b: number) => number;
  readonly decimals: (a: Read<Decimal>, b: Read<Decimal>, type: FieldType) => Evaluator;
}

/** An integer constant beside decimals is made a decimal once. */
function fixedDecimal(arg: CompiledArgument): Read<Decimal> {
  const value = arg.constant?.value;
  if (arg.type.kind !== 'int' || typeof value !== 'number') return decimalArg(arg);
  const decimal = Decimal.fromInt(value);
  return () => decimal;
}

// One function per operator, so that each has calls of its own for the compiler to learn.

function addDecimals(a: Read<Decimal>, b: Read<Decimal>, type: FieldType): Evaluator {
  return (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    return y === null ? null : checkDecimal(x.add(y), type);
  };
}

function subtractDecimals(a: Read<Decimal>, b: Read<Decimal>, type: FieldType): Evaluator {
  return (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    return y === null ? null : checkDecimal(x.sub(y), type);
  };
}

function multiplyDecimals(a: Read<Decimal>, b: Read<Decimal>, type: FieldType): Evaluator {
  return (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    return y === null ? null : checkDecimal(x.mul(y), type);
  };
}

function buildNumber(operations: Operations): Build {
  return (args, type) => {
    const [a, b] = args as [CompiledArgument, CompiledArgument];
    if (type.kind === 'double') {
      const apply = operations.doubles;
      return map2(doubleArg(a), doubleArg(b), (x, y) => checkDouble(apply(x, y), type));
    }
    if (type.kind === 'decimal') return operations.decimals(fixedDecimal(a), fixedDecimal(b), type);
    const { ints, bigs } = operations;
    const { unsigned } = type;
    return map2(intArg(a), intArg(b), (x, y) => {
      if (typeof x === 'number' && typeof y === 'number') {
        const result = ints(x, y);
        if (result <= 9007199254740991 && result >= (unsigned ? 0 : -9007199254740991)) return result + 0;
      }
      return checkInt(bigs(BigInt(x), BigInt(y)), type);
    });
  };
}

const add = define(
  '+',
  2,
  inferNumber('+', Math.max, addPrecision),
  buildNumber({ ints: (a, b) => a + b, bigs: (a, b) => a + b, doubles: (a, b) => a + b, decimals: addDecimals }),
);
const subtract = define(
  '-',
  2,
  inferNumber('-', Math.max, addPrecision),
  buildNumber({ ints: (a, b) => a - b, bigs: (a, b) => a - b, doubles: (a, b) => a - b, decimals: subtractDecimals }),
);
const multiply = define(
  '*',
  2,
  inferNumber('*', (a, b) => a + b, mulPrecision),
  buildNumber({ ints: (a, b) => a * b, bigs: (a, b) => a * b, doubles: (a, b) => a * b, decimals: multiplyDecimals }),
);

const divide = define(
  '/',
  2,
  (args, _options, context) => {
    const types = typesOf(args);
    const text = (): string => `(${exprText(args[0]!.expr)} / ${exprText(args[1]!.expr)})`;
    if (commonKind(types) === 'double') {
      const decimals = Math.min(31, doubleDecimals(types) + context.divPrecisionIncrement);
      return remember(doubleType({ decimals, length: 23 }), text);
    }
    const [a, b] = types as [FieldType, FieldType];
    const scale = Math.min(DECIMAL_SCALE_MAX, scaleOf(a) + context.divPrecisionIncrement);
    const precision = Math.min(65, precisionOf(a) + context.divPrecisionIncrement + scaleOf(b));
    return remember(decimalType(Math.max(precision, scale), scale, { unsigned: types.every(isUnsigned) }), text);
  },
  ([a, b], type) => {
    if (type.kind === 'double') {
      return map2(doubleArg(a!), doubleArg(b!), (x, y, context) =>
        y === 0 ? divisionByZero(context) : checkDouble(x / y, type),
      );
    }
    const scale = type.decimals;
    return map2(decimalArg(a!), decimalArg(b!), (x, y, context) => {
      const quotient = x.div(y, Math.max(0, scale - x.scale));
      if (quotient === undefined) return divisionByZero(context);
      return checkDecimal(quotient.scale > scale ? quotient.round(scale) : quotient, type);
    });
  },
);

function truncatedQuotient(x: number | bigint, y: number | bigint): number | bigint {
  if (typeof x === 'number' && typeof y === 'number') return (x - (x % y)) / y + 0;
  return BigInt(x) / BigInt(y);
}

const integerDivide = define(
  'div',
  2,
  (args) => {
    const types = typesOf(args);
    const unsigned = types.some(isUnsigned);
    const width = Math.min(
      21,
      Math.max(1, precisionOf(types[0]!) - scaleOf(types[0]!)) + (unsigned ? 0 : 1) + scaleOf(types[1]!),
    );
    const text = (): string => `(${exprText(args[0]!.expr)} DIV ${exprText(args[1]!.expr)})`;
    return remember(intType('big', { unsigned, width }), text);
  },
  ([a, b], type) => {
    if (numberKind(a!.type) === 'int' && numberKind(b!.type) === 'int') {
      return map2(intArg(a!), intArg(b!), (x, y, context) =>
        y === 0 ? divisionByZero(context) : checkInt(truncatedQuotient(x, y), type),
      );
    }
    return map2(decimalArg(a!), decimalArg(b!), (x, y, context) => {
      const quotient = x.divInt(y);
      return quotient === undefined ? divisionByZero(context) : checkInt(quotient, type);
    });
  },
);

const modulo = define(
  '%',
  2,
  (args) => {
    const types = typesOf(args);
    const [a, b] = types as [FieldType, FieldType];
    const kind = commonKind(types);
    if (kind === 'double') return doubleType({ decimals: doubleDecimals(types), length: 23 });
    if (kind === 'int') return intType('big', { unsigned: isUnsigned(a), width: Math.max(a.length, b.length) });
    const scale = Math.max(scaleOf(a), scaleOf(b));
    return decimalType(Math.min(65, Math.max(precisionOf(a), precisionOf(b))), scale, { unsigned: isUnsigned(a) });
  },
  ([a, b], type): Evaluator => {
    if (type.kind === 'double')
      return map2(doubleArg(a!), doubleArg(b!), (x, y, context) => (y === 0 ? divisionByZero(context) : x % y));
    if (type.kind === 'decimal')
      return map2(decimalArg(a!), decimalArg(b!), (x, y, context) => x.mod(y) ?? divisionByZero(context));
    return map2(intArg(a!), intArg(b!), (x, y, context) => {
      if (y === 0) return divisionByZero(context);
      if (typeof x === 'number' && typeof y === 'number') return (x % y) + 0;
      return normalizeInt(BigInt(x) % BigInt(y));
    });
  },
);

const negate = define(
  'neg',
  1,
  ([arg]) => {
    const { type } = arg!;
    const { nullable } = type;
    const text = (): string => `-(${exprText(arg!.expr)})`;
    switch (functionNumberKind(type)) {
      case 'double':
        return remember(
          doubleType({
            nullable,
            decimals: type.kind === 'double' ? type.decimals : 31,
            length: type.kind === 'double' ? type.length : 23,
          }),
          text,
        );
      case 'decimal':
        return remember(decimalType(precisionOf(type), scaleOf(type), { nullable }), text);
      case 'int': {
        const value = arg!.constant?.value;
        if (typeof value === 'bigint' && value > 9223372036854775808n)
          return remember(decimalType(20, 0, { nullable }), text);
        // Whatever a constant below zero is, MySQL takes it for too large to negate as an integer: - -49 is a DECIMAL.
        if ((typeof value === 'number' || typeof value === 'bigint') && value < 0)
          return remember(decimalType(precisionOf(type), 0, { nullable }), text);
        return remember(intType('big', { nullable, width: precisionOf(type) + 1 }), text);
      }
    }
  },
  ([a], type) => {
    if (type.kind === 'double') return map1(doubleArg(a!), (x) => -x);
    if (type.kind === 'decimal') return map1(decimalArg(a!), (x) => x.negate());
    return map1(intArg(a!), (x) => (typeof x === 'number' ? 0 - x : checkInt(-x, type)));
  },
);

/** Bit operators work on 64 unsigned bits. */
function bitOperator(
  name: string,
  small: (a: number, b: number) => number,
  big: (a: bigint, b: bigint) => bigint,
): FunctionDef {
  return define(
    name,
    2,
    (args) => intType('big', { unsigned: true, nullable: anyNullable(args), width: 21 }),
    ([a, b]) =>
      map2(intArg(a!), intArg(b!), (x, y) => {
        if (typeof x === 'number' && typeof y === 'number' && x >= 0 && y >= 0 && x < 2147483648 && y < 2147483648)
          return small(x, y);
        return normalizeInt(BigInt.asUintN(64, big(BigInt.asUintN(64, BigInt(x)), BigInt.asUintN(64, BigInt(y)))));
      }),
  );
}

const bitAnd = bitOperator(
  '&',
  (a, b) => a & b,
  (a, b) => a & b,
);
const bitOr = bitOperator(
  '|',
  (a, b) => a | b,
  (a, b) => a | b,
);
const bitXor = bitOperator(
  '^',
  (a, b) => a ^ b,
  (a, b) => a ^ b,
);

const shiftRight = bitOperator(
  '>>',
  (a, b) => (b > 31 ? 0 : Math.floor(a / 2 ** b)),
  (a, b) => (b > 63n ? 0n : a >> b),
);

const shiftLeft = define(
  '<<',
  2,
  (args) => intType('big', { unsigned: true, nullable: anyNullable(args), width: 21 }),
  ([a, b]) =>
    map2(intArg(a!), intArg(b!), (x, y) => {
      const bits = BigInt.asUintN(64, BigInt(y));
      return bits > 63n ? 0 : normalizeInt(BigInt.asUintN(64, BigInt.asUintN(64, BigInt(x)) << bits));
    }),
);

const bitNot = define(
  '~',
  1,
  (args) => intType('big', { unsigned: true, nullable: anyNullable(args), width: 21 }),
  ([a]) => map1(intArg(a!), (x) => normalizeInt(BigInt.asUintN(64, ~BigInt(x)))),
);

const bitCount = define(
  'bit_count',
  1,
  (args) => intType('big', { nullable: anyNullable(args), width: 2 }),
  ([a]) =>
    map1(intArg(a!), (x) => {
      let bits = BigInt.asUintN(64, BigInt(x));
      let count = 0;
      for (; bits !== 0n; bits &= bits - 1n) count++;
      return count;
    }),
);

export const ARITHMETIC: readonly FunctionDef[] = [
  add,
  subtract,
  multiply,
  divide,
  integerDivide,
  modulo,
  { ...modulo, name: 'mod' },
  negate,
  bitAnd,
  bitOr,
  bitXor,
  shiftLeft,
  shiftRight,
  bitNot,
  bitCount,
];
