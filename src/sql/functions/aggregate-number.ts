/**
 * COUNT, SUM, AVG, the bit aggregates, and variance and deviation.
 *
 * SUM of integers and decimals is an exact DECIMAL kept as an unscaled integer: a number while it is safe, a bigint
 * beyond, so that sums of money-sized columns never allocate per row. Deviations use Welford's update.
 */
import type { Accumulator, AggregateDef, AggregateOptions, EvalContext, FunctionArgument } from '../expr/index.ts';
import {
  type Convert,
  Decimal,
  DECIMAL_SCALE_MAX,
  decimalOf,
  decimalType,
  divideToScale,
  doubleOf,
  doubleType,
  type FieldType,
  intOf,
  intType,
  normalizeInt,
  type Value,
} from '../types/index.ts';
import { aggregate } from './aggregate-define.ts';
import { numberKind, precisionOf, scaleOf } from './number-type.ts';

type NonNull = Exclude<Value, null>;

class CountAll implements Accumulator {
  #count = 0;
  add(): void {
    this.#count++;
  }
  remove(): void {
    this.#count--;
  }
  result(): Value {
    return this.#count;
  }
}

class CountOne implements Accumulator {
  #count = 0;
  add(args: readonly Value[]): void {
    if (args[0] !== null) this.#count++;
  }
  remove(args: readonly Value[]): void {
    if (args[0] !== null) this.#count--;
  }
  result(): Value {
    return this.#count;
  }
}

class CountValues implements Accumulator {
  #count = 0;
  add(args: readonly Value[]): void {
    for (const value of args) if (value === null) return;
    this.#count++;
  }
  remove(args: readonly Value[]): void {
    for (const value of args) if (value === null) return;
    this.#count--;
  }
  result(): Value {
    return this.#count;
  }
}

const count = aggregate({
  name: 'count',
  minArgs: 0,
  maxArgs: Number.POSITIVE_INFINITY,
  infer: () => intType('big', { nullable: false, width: 21 }),
  make: (argTypes) =>
    argTypes.length === 0
      ? () => new CountAll()
      : argTypes.length === 1
        ? () => new CountOne()
        : () => new CountValues(),
});

/** Exact sum: `unscaled / 10^scale`. Also the base of AVG. */
class DecimalSum {
  unscaled = 0;
  big: bigint | undefined;
  scale: number;
  count = 0;

  constructor(scale: number) {
    this.scale = scale;
  }

  addDecimal(value: Decimal, sign: 1 | -1): void {
    const { unscaled } = value;
    if (value.scale === this.scale && typeof unscaled === 'number' && this.big === undefined) {
      const sum = this.unscaled + sign * unscaled;
      if (sum <= 9007199254740991 && sum >= -9007199254740991) {
        this.unscaled = sum;
        this.count += sign;
        return;
      }
    }
    this.#addSlow(value, sign);
  }

  addInt(value: number | bigint, sign: 1 | -1): void {
    if (typeof value === 'number' && this.big === undefined && this.scale === 0) {
      const sum = this.unscaled + sign * value;
      if (sum <= 9007199254740991 && sum >= -9007199254740991) {
        this.unscaled = sum;
        this.count += sign;
        return;
      }
    }
    this.#addSlow(new Decimal(value, 0), sign);
  }

  #addSlow(value: Decimal, sign: 1 | -1): void {
    const total = sign === 1 ? this.total().add(value) : this.total().sub(value);
    this.scale = total.scale;
    if (typeof total.unscaled === 'number') {
      this.unscaled = total.unscaled;
      this.big = undefined;
    } else this.big = total.unscaled;
    this.count += sign;
  }

  total(): Decimal {
    return new Decimal(this.big === undefined ? this.unscaled + 0 : normalizeInt(this.big), this.scale);
  }
}

/** Sums decimals; `finish` makes the result of the total and the number of values. */
class DecimalAccumulator implements Accumulator {
  readonly #sum: DecimalSum;
  readonly #convert: Convert<Decimal> | undefined;
  readonly #isInt: boolean;
  readonly #finish: (sum: DecimalSum, context: EvalContext) => Value;

  constructor(argType: FieldType, finish: (sum: DecimalSum, context: EvalContext) => Value) {
    this.#sum = new DecimalSum(scaleOf(argType));
    this.#isInt = argType.kind === 'int' || argType.kind === 'year' || argType.kind === 'bit';
    this.#convert = this.#isInt || argType.kind === 'decimal' ? undefined : decimalOf(argType);
    this.#finish = finish;
  }

  #update(args: readonly Value[], context: EvalContext, sign: 1 | -1): void {
    const value = args[0]!;
    if (value === null) return;
    if (this.#isInt) this.#sum.addInt(value as number, sign);
    else this.#sum.addDecimal(this.#convert === undefined ? (value as Decimal) : this.#convert(value, context), sign);
  }

  add(args: readonly Value[], context: EvalContext): void {
    this.#update(args, context, 1);
  }
  remove(args: readonly Value[], context: EvalContext): void {
    this.#update(args, context, -1);
  }
  result(context: EvalContext): Value {
    return this.#sum.count === 0 ? null : this.#finish(this.#sum, context);
  }
}

class DoubleAccumulator implements Accumulator {
  #sum = 0;
  #count = 0;
  readonly #convert: Convert<number>;
  readonly #average: boolean;

  constructor(convert: Convert<number>, average: boolean) {
    this.#convert = convert;
    this.#average = average;
  }
  add(args: readonly Value[], context: EvalContext): void {
    const value = args[0]!;
    if (value === null) return;
    this.#sum += this.#convert(value, context);
    this.#count++;
  }
  remove(args: readonly Value[], context: EvalContext): void {
    const value = args[0]!;
    if (value === null) return;
    this.#sum -= this.#convert(value, context);
    this.#count--;
  }
  result(): Value {
    if (this.#count === 0) return null;
    return this.#average ? this.#sum / this.#count : this.#sum;
  }
}

const sum = aggregate({
  name: 'sum',
  distinctAsNumber: true,
  infer: ([arg]) => {
    const { type } = arg!;
    if (numberKind(type) === 'double')
      return doubleType({ length: 23, decimals: type.kind === 'double' || type.kind === 'float' ? type.decimals : 31 });
    return decimalType(Math.min(65, precisionOf(type) + 22), scaleOf(type));
  },
  make: ([argType], type) => {
    if (type.kind === 'double') {
      const convert = doubleOf(argType!);
      return () => new DoubleAccumulator(convert, false);
    }
    return () => new DecimalAccumulator(argType!, (total) => total.total());
  },
});

/** Fractional digits that MySQL's division keeps internally: whole groups of nine. */
function groupedScale(scale: number): number {
  return Math.ceil(scale / 9) * 9;
}

const avg = aggregate({
  name: 'avg',
  distinctAsNumber: true,
  infer: ([arg], context) => {
    const { type } = arg!;
    if (numberKind(type) === 'double')
      return doubleType({
        length: 23,
        decimals:
          type.kind === 'double' || type.kind === 'float'
            ? type.decimals < 31
              ? Math.min(30, type.decimals + 4)
              : 31
            : 31,
      });
    const scale = Math.min(DECIMAL_SCALE_MAX, scaleOf(type) + context.divPrecisionIncrement);
    return decimalType(Math.min(65, precisionOf(type) + context.divPrecisionIncrement), scale);
  },
  make: ([argType], type) => {
    if (type.kind === 'double') {
      const convert = doubleOf(argType!);
      return () => new DoubleAccumulator(convert, true);
    }
    // The value carries more digits than it shows, as in MySQL: AVG(x) * 72 is not rounded in between.
    return () =>
      new DecimalAccumulator(argType!, (total) => {
        const scale = Math.min(DECIMAL_SCALE_MAX, groupedScale(type.decimals));
        return divideToScale(total.total(), new Decimal(total.count, 0), scale, true) ?? null;
      });
  },
});

class BitAccumulator implements Accumulator {
  #bits: bigint;
  readonly #convert: Convert<number | bigint>;
  readonly #apply: (a: bigint, b: bigint) => bigint;

  constructor(start: bigint, convert: Convert<number | bigint>, apply: (a: bigint, b: bigint) => bigint) {
    this.#bits = start;
    this.#convert = convert;
    this.#apply = apply;
  }
  add(args: readonly Value[], context: EvalContext): void {
    const value = args[0]!;
    if (value !== null) this.#bits = this.#apply(this.#bits, BigInt.asUintN(64, BigInt(this.#convert(value, context))));
  }
  result(): Value {
    return normalizeInt(this.#bits);
  }
}

function bitAggregate(name: string, start: bigint, apply: (a: bigint, b: bigint) => bigint): AggregateDef {
  return aggregate({
    name,
    infer: () => intType('big', { unsigned: true, nullable: false, width: 21 }),
    make: ([argType]) => {
      const convert = intOf(argType!);
      return () => new BitAccumulator(start, convert, apply);
    },
  });
}

/** Welford: mean and sum of squared differences, updated value by value. */
class VarianceAccumulator implements Accumulator {
  #count = 0;
  #mean = 0;
  #squares = 0;
  readonly #convert: Convert<number>;
  readonly #sample: boolean;
  readonly #root: boolean;

  constructor(convert: Convert<number>, sample: boolean, root: boolean) {
    this.#convert = convert;
    this.#sample = sample;
    this.#root = root;
  }
  add(args: readonly Value[], context: EvalContext): void {
    const value = args[0]!;
    if (value === null) return;
    const x = this.#convert(value, context);
    this.#count++;
    const delta = x - this.#mean;
    this.#mean += delta / this.#count;
    this.#squares += delta * (x - this.#mean);
  }
  remove(args: readonly Value[], context: EvalContext): void {
    const value = args[0]!;
    if (value === null) return;
    const x = this.#convert(value as NonNull, context);
    if (--this.#count === 0) {
      this.#mean = 0;
      this.#squares = 0;
      return;
    }
    const delta = x - this.#mean;
    this.#mean -= delta / this.#count;
    this.#squares = Math.max(0, this.#squares - delta * (x - this.#mean));
  }
  result(): Value {
    const divisor = this.#count - (this.#sample ? 1 : 0);
    if (this.#count === 0 || divisor <= 0) return null;
    const variance = this.#squares / divisor;
    return this.#root ? Math.sqrt(variance) : variance;
  }
}

function varianceAggregate(name: string, sample: boolean, root: boolean): AggregateDef {
  return aggregate({
    name,
    infer: ([arg]: readonly FunctionArgument[]) => {
      const { type } = arg!;
      const fixed = type.kind === 'double' && type.decimals < 31;
      return doubleType({ length: 23, decimals: fixed ? Math.min(30, type.decimals + 4) : 31 });
    },
    make: ([argType]: readonly FieldType[], _type: FieldType, _options: AggregateOptions) => {
      const convert = doubleOf(argType!);
      return () => new VarianceAccumulator(convert, sample, root);
    },
  });
}

const varPop = varianceAggregate('var_pop', false, false);
const stddevPop = varianceAggregate('stddev_pop', false, true);

export const AGGREGATE_NUMBER: readonly AggregateDef[] = [
  count,
  sum,
  avg,
  bitAggregate('bit_and', 18446744073709551615n, (a, b) => a & b),
  bitAggregate('bit_or', 0n, (a, b) => a | b),
  bitAggregate('bit_xor', 0n, (a, b) => a ^ b),
  varPop,
  { ...varPop, name: 'variance' },
  varianceAggregate('var_samp', true, false),
  stddevPop,
  { ...stddevPop, name: 'std' },
  { ...stddevPop, name: 'stddev' },
  varianceAggregate('stddev_samp', true, true),
];
