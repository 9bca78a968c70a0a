/**
 * = <=> <> < <= > >=, BETWEEN, IN, IS NULL and friends.
 *
 * Operands meet in one comparison type (types/compare.ts). The collation of a text comparison is decided when the call is
 * bound, by coercibility, and kept in the result type's `collation`, which nothing else reads for integers.
 */
import { sqlError } from '../../base/index.ts';
import type {
  CompiledArgument,
  EvalContext,
  Evaluator,
  FunctionArgument,
  FunctionDef,
  InferContext,
} from '../expr/index.ts';
import {
  blobType,
  boolType,
  type CompareOf,
  compareOf,
  comparisonConverter,
  comparisonType,
  DateFlag,
  datetimeType,
  numberToDateTime,
  type FieldType,
  hashKeyOf,
  isInteger,
  isTemporal,
  isTextual,
  charsetUnits,
  parseDateTime,
  type Value,
  withCollation,
  getCollation,
  type ConversionContext,
  intType,
  timeOf,
  timeType,
} from '../types/index.ts';
import { anyNullable, define, type Read, reader, truthArg } from './define.ts';
import { commonCollation } from './string-type.ts';

/** A text constant beside a date must be a date (1525); beside a time anything goes. */
function checkTemporalConstants(args: readonly FunctionArgument[]): void {
  const temporal = args.find((arg) => isTemporal(arg.type) && arg.type.kind !== 'time');
  if (temporal === undefined) return;
  for (const arg of args) {
    const value = arg.constant?.value;
    const text =
      typeof value === 'string'
        ? value
        : value instanceof Uint8Array && arg.constant?.literal === true
          ? charsetUnits.decodeUtf8(value)
          : undefined;
    if (text === undefined || (arg.type.kind !== 'string' && arg.type.kind !== 'binary')) continue;
    const { kind } = parseDateTime(text, DateFlag.FUZZY | DateFlag.INVALID_DATES);
    const isClock = /^\s*\d+:\d+:\d+/.test(text);
    if (kind === 'error' || kind === 'none' || isClock)
      throw sqlError('ER_WRONG_VALUE', temporal.type.kind === 'date' ? 'DATE' : 'DATETIME', text);
  }
}

export function inferComparison(
  args: readonly FunctionArgument[],
  operation: string,
  context: InferContext,
  nullable = anyNullable(args),
): FieldType {
  const texts = args.filter((arg) => isTextual(arg.type));
  if (texts.length === 0 || texts.some((arg) => arg.type.kind === 'binary')) return boolType(nullable);
  return withCollation(boolType(nullable), commonCollation(texts, operation, context));
}

/** Two operands of = <=> < and the like, where a constant that is no date is refused beside a date. */
export function inferOperator(
  args: readonly FunctionArgument[],
  operation: string,
  context: InferContext,
  nullable = anyNullable(args),
): FieldType {
  checkTemporalConstants(args);
  return inferComparison(args, operation, context, nullable);
}

/** The type two operands are compared in, with the collation that was bound. */
export function boundComparisonType(a: FieldType, b: FieldType, collation: string): FieldType {
  // one binary string among the operands makes all of them bytes
  if (isTextual(a) && isTextual(b) && collation === 'binary') return blobType('long');
  if (isTextual(a) && isTextual(b)) {
    const type = comparisonType(withCollation(a, collation), withCollation(b, collation));
    return type.kind === 'string' ? withCollation(type, collation) : type;
  }
  return comparisonType(a, b);
}

type Op = '=' | '<>' | '<' | '<=' | '>' | '>=';

function test(op: Op): (order: number) => boolean {
  switch (op) {
    case '=':
      return (order) => order === 0;
    case '<>':
      return (order) => order !== 0;
    case '<':
      return (order) => order < 0;
    case '<=':
      return (order) => order <= 0;
    case '>':
      return (order) => order > 0;
    case '>=':
      return (order) => order >= 0;
  }
}

/** Values that JavaScript's own operators compare: integers, doubles, dates, times. */
function isPrimitive(type: FieldType): boolean {
  return (
    isInteger(type) || type.kind === 'double' || type.kind === 'float' || type.kind === 'date' || type.kind === 'time'
  );
}

type Primitive = number | bigint;

// One function per operator, so that each compares directly and has calls of its own for the compiler to learn.

type Primitives = Read<Primitive>;

const equal =
  (a: Primitives, b: Primitives): Evaluator =>
  (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    if (y === null) return null;
    return x === y ? 1 : 0;
  };
const different =
  (a: Primitives, b: Primitives): Evaluator =>
  (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    if (y === null) return null;
    return x !== y ? 1 : 0;
  };
const less =
  (a: Primitives, b: Primitives): Evaluator =>
  (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    if (y === null) return null;
    return x < y ? 1 : 0;
  };
const atMost =
  (a: Primitives, b: Primitives): Evaluator =>
  (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    if (y === null) return null;
    return x <= y ? 1 : 0;
  };
const greater =
  (a: Primitives, b: Primitives): Evaluator =>
  (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    if (y === null) return null;
    return x > y ? 1 : 0;
  };
const atLeast =
  (a: Primitives, b: Primitives): Evaluator =>
  (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    if (y === null) return null;
    return x >= y ? 1 : 0;
  };

const PRIMITIVE_OPERATORS: Readonly<Record<Op, (a: Primitives, b: Primitives) => Evaluator>> = {
  '=': equal,
  '<>': different,
  '<': less,
  '<=': atMost,
  '>': greater,
  '>=': atLeast,
};

/** A constant operand is converted once, at the first row that needs it. */
function operand(arg: CompiledArgument, type: FieldType): Read<Exclude<Value, null>> {
  if (type.kind === 'double' && arg.double !== undefined) return arg.double() as Read<number>;
  const convert = comparisonConverter(arg.type, type);
  const read = reader(arg.evaluate, convert) as Read<Exclude<Value, null>>;
  if (arg.constant === undefined || convert === undefined || type.kind === 'double') return read;
  let known: { value: Exclude<Value, null> | null } | undefined;
  return (row, context) => (known ??= { value: read(row, context) }).value;
}

/** Whose literals take the other operand's type: those of both, or of the second only (BETWEEN, IN). */
type Adapting = 'both' | 'second';

/** Literals that mean something else beside the other operand's type. */
function adaptLiterals(a: CompiledArgument, b: CompiledArgument): readonly [CompiledArgument, CompiledArgument] {
  return [adaptLiteral(a, b), adaptLiteral(b, a)];
}

function adaptLiteral(arg: CompiledArgument, other: CompiledArgument): CompiledArgument {
  if (other.isColumn !== true) return arg;
  if (other.type.kind === 'year') return yearLiteral(arg);
  if (other.type.kind === 'time') return timeLiteral(arg);
  return other.type.kind === 'datetime' || other.type.kind === 'timestamp' ? dateNumber(arg) : arg;
}

/** Beside a DATETIME column the constant 20200131 means that day. */
function dateNumber(arg: CompiledArgument): CompiledArgument {
  const value = arg.constant?.value;
  if (typeof value !== 'number' || arg.type.kind !== 'int') return arg;
  const parsed = numberToDateTime(value, 0);
  if (parsed.kind === 'error') return arg;
  const date = parsed.value;
  return { type: datetimeType(0), evaluate: () => date, constant: { value: date } };
}

/** Beside a YEAR, 2 and '2' mean 2002. */
function yearLiteral(arg: CompiledArgument): CompiledArgument {
  const value = arg.constant?.value;
  const number =
    typeof value === 'number' && arg.type.kind === 'int'
      ? value
      : typeof value === 'string' && /^\d{1,2}$/.test(value)
        ? Number(value)
        : -1;
  if (number < 0 || number > 99 || value === 0) return arg;
  const full = number < 70 ? number + 2000 : number + 1900;
  return { type: intType('big', { width: 5 }), evaluate: () => full, constant: { value: full } };
}

const NO_WARNINGS = { warn: () => undefined } as unknown as ConversionContext;

/** A seventh digit of the fraction, or a distance from UTC: how they are read depends on the session. */
const OF_SESSION = /\.\d{7}|:\d+(?:\.\d*)?[+-]\d/;
const ANY_SESSION = { sqlMode: { timeTruncateFractional: false }, timeZone: '+00:00' };

/** Beside a TIME column a text constant that is a time means that time; any other text is compared as text. */
function timeLiteral(arg: CompiledArgument): CompiledArgument {
  const value = arg.constant?.value;
  if (typeof value !== 'string') return arg;
  let wrong = false;
  const read = timeOf(arg.type);
  const reading = {
    ...NO_WARNINGS,
    session: ANY_SESSION as ConversionContext['session'],
    warn: () => void (wrong = true),
  };
  const time = read(value, reading);
  if (time === null || wrong) return arg;
  if (OF_SESSION.test(value)) return { type: timeType(6), evaluate: (_, context) => read(value, context) };
  return { type: timeType(6), evaluate: () => time, constant: { value: time } };
}

export function compareArguments(
  first: CompiledArgument,
  second: CompiledArgument,
  collation: string,
  adapting: Adapting = 'both',
  known?: FieldType,
): (row: readonly Value[], context: EvalContext) => number | null {
  const [a, b] = adapting === 'both' ? adaptLiterals(first, second) : [first, adaptLiteral(second, first)];
  const type = known ?? boundComparisonType(a.type, b.type, collation);
  const left = operand(a, type);
  const right = operand(b, type);
  const compare = compareOf(type);
  return (row, context) => {
    const x = left(row, context);
    if (x === null) return null;
    const y = right(row, context);
    return y === null ? null : compare(x, y);
  };
}

function buildOperator(op: Op): (args: readonly CompiledArgument[], type: FieldType) => Evaluator {
  return ([first, second], result) => {
    const [a, b] = adaptLiterals(first!, second!);
    const type = boundComparisonType(a.type, b.type, result.collation);
    const left = operand(a, type);
    const right = operand(b, type);
    if (isPrimitive(type)) return PRIMITIVE_OPERATORS[op](left as Primitives, right as Primitives);
    if (type.kind === 'string' && (op === '=' || op === '<>'))
      return textEquality(op, left as Read<string>, right as Read<string>, type);
    const compare = compareOf(type);
    const holds = test(op);
    return (row, context) => {
      const x = left(row, context);
      if (x === null) return null;
      const y = right(row, context);
      if (y === null) return null;
      return holds(compare(x, y)) ? 1 : 0;
    };
  };
}

function textEquality(op: '=' | '<>', left: Read<string>, right: Read<string>, type: FieldType): Evaluator {
  const collation = getCollation(type.collation);
  const equal = op === '=' ? 1 : 0;
  const different = 1 - equal;
  return (row, context) => {
    const x = left(row, context);
    if (x === null) return null;
    const y = right(row, context);
    if (y === null) return null;
    return collation.equals(x, y) ? equal : different;
  };
}

function operator(op: Op): FunctionDef {
  return define(op, 2, (args, _options, context) => inferOperator(args, op, context), buildOperator(op));
}

const nullSafeEqual = define(
  '<=>',
  2,
  (args, _options, context) => inferOperator(args, '<=>', context, false),
  ([first, second], result) => {
    const [a, b] = adaptLiterals(first!, second!);
    const type = boundComparisonType(a.type, b.type, result.collation);
    const left = operand(a, type);
    const right = operand(b, type);
    const compare: CompareOf = compareOf(type);
    return (row, context) => {
      const x = left(row, context);
      const y = right(row, context);
      if (x === null || y === null) return x === y ? 1 : 0;
      return compare(x, y) === 0 ? 1 : 0;
    };
  },
);

const between = define(
  'between',
  3,
  (args, _options, context) => inferComparison(args, 'between', context),
  ([a, low, high], result) => {
    const fromLow = compareArguments(a!, low!, result.collation, 'second');
    const fromHigh = compareArguments(a!, high!, result.collation, 'second');
    return (row, context) => {
      const x = fromLow(row, context);
      if (x !== null && x < 0) return 0;
      const y = fromHigh(row, context);
      if (y !== null && y > 0) return 0;
      return x === null || y === null ? null : 1;
    };
  },
);

const IN_SET_MIN = 4;

const inList = define(
  'in',
  [2, Number.POSITIVE_INFINITY],
  (args, _options, context) => inferComparison(args, ' IN ', context),
  (args, result) => {
    const [subject, ...items] = args as [CompiledArgument, ...CompiledArgument[]];
    const type = boundComparisonType(subject.type, items[0]!.type, result.collation);
    const uniform = items.every((item) => {
      const other = boundComparisonType(subject.type, item.type, result.collation);
      return other.kind === type.kind && other.collation === type.collation;
    });
    if (
      uniform &&
      subject.type.kind !== 'time' &&
      items.length >= IN_SET_MIN &&
      items.every((item) => item.constant !== undefined)
    )
      return inConstantSet(subject, items, type);
    // unlike =, a list of constants is converted beside any TIME, and beside no YEAR
    const isColumn =
      subject.type.kind !== 'year' &&
      (subject.isColumn === true || (items.length > 1 && items.every((item) => item.constant !== undefined)));
    const one: CompiledArgument = { ...subject, isColumn };
    // among dates, texts are dates too
    const dates = isTextual(subject.type) && items.some(({ type: { kind } }) => isDateKind(kind));
    const compares = items.map((item) =>
      compareArguments(
        one,
        item,
        result.collation,
        'second',
        dates && isTextual(item.type) ? datetimeType(6) : undefined,
      ),
    );
    return (row, context) => {
      let unknown = false;
      for (const compare of compares) {
        const order = compare(row, context);
        if (order === 0) return 1;
        if (order === null) unknown = true;
      }
      return unknown ? null : 0;
    };
  },
);

function isDateKind(kind: FieldType['kind']): boolean {
  return kind === 'date' || kind === 'datetime' || kind === 'timestamp';
}

function inConstantSet(subject: CompiledArgument, items: readonly CompiledArgument[], type: FieldType): Evaluator {
  const read = operand(subject, type);
  const hash = hashKeyOf(type);
  let keys: Set<unknown> | undefined;
  let hasNull = false;
  return (row, context) => {
    if (keys === undefined) {
      keys = new Set();
      for (const item of items) {
        const value = operand(item, type)([], context);
        if (value === null) hasNull = true;
        else keys.add(hash(value));
      }
    }
    const value = read(row, context);
    if (value === null) return null;
    return keys.has(hash(value)) ? 1 : hasNull ? null : 0;
  };
}

const isNull = define(
  'isnull',
  1,
  () => boolType(false),
  ([a]) => {
    const { evaluate } = a!;
    return (row, context) => (evaluate(row, context) === null ? 1 : 0);
  },
);
const isTrue = define(
  'istrue',
  1,
  () => boolType(false),
  ([a]) => {
    const truth = truthArg(a!);
    return (row, context) => (truth(row, context) === true ? 1 : 0);
  },
);
const isFalse = define(
  'isfalse',
  1,
  () => boolType(false),
  ([a]) => {
    const truth = truthArg(a!);
    return (row, context) => (truth(row, context) === false ? 1 : 0);
  },
);

const strcmp = define(
  'strcmp',
  2,
  (args, _options, context) =>
    withCollation({ ...boolType(anyNullable(args)), length: 2 }, commonCollation(args, 'strcmp', context)),
  ([a, b], result) => {
    const asText = { ...result, kind: 'string' as const };
    const order = result.collation === 'binary' ? compareArguments(a!, b!, 'binary') : undefined;
    if (order !== undefined) return (row, context) => sign(order(row, context));
    const collation = getCollation(asText.collation);
    const left = operand(a!, asText) as Read<string>;
    const right = operand(b!, asText) as Read<string>;
    return (row, context) => {
      const x = left(row, context);
      const y = right(row, context);
      return x === null || y === null ? null : sign(collation.compare(x, y));
    };
  },
);

function sign(order: number | null): number | null {
  return order === null ? null : Math.sign(order) + 0;
}

export const COMPARISON: readonly FunctionDef[] = [
  operator('='),
  operator('<>'),
  { ...operator('<>'), name: '!=' },
  operator('<'),
  operator('<='),
  operator('>'),
  operator('>='),
  nullSafeEqual,
  between,
  inList,
  isNull,
  isTrue,
  isFalse,
  strcmp,
];
