/**
 * The frame of aggregate functions: DISTINCT, and the order of GROUP_CONCAT and JSON_ARRAYAGG.
 *
 * An accumulator receives the evaluated arguments of each row. DISTINCT is done here, by hash keys of the arguments, in
 * front of the accumulator proper.
 */
import type {
  Accumulator,
  AccumulatorFactory,
  AggregateDef,
  AggregateOptions,
  EvalContext,
  FunctionArgument,
  InferContext,
} from '../expr/index.ts';
import { doubleOf, type FieldType, hashKeyOf, isTextual, type Value } from '../types/index.ts';

export interface AggregateParts {
  readonly name: string;
  readonly minArgs?: number;
  readonly maxArgs?: number;
  readonly infer: (args: readonly FunctionArgument[], context: InferContext, options: AggregateOptions) => FieldType;
  readonly make: (argTypes: readonly FieldType[], type: FieldType, options: AggregateOptions) => () => Accumulator;
  readonly bytes?: number;
  /** DISTINCT compares texts as the numbers they are read as (SUM, AVG). */
  readonly distinctAsNumber?: boolean;
}

const ACCUMULATOR_BYTES = 64;

export function aggregate(parts: AggregateParts): AggregateDef {
  return {
    name: parts.name,
    minArgs: parts.minArgs ?? 1,
    maxArgs: parts.maxArgs ?? 1,
    infer: (args, options, context) => parts.infer(args, context, options),
    build(argTypes, type, options): AccumulatorFactory {
      const make = parts.make(argTypes, type, options);
      const bytesEstimate = (parts.bytes ?? ACCUMULATOR_BYTES) + (options.distinct ? 256 : 0);
      if (!options.distinct) return { create: make, bytesEstimate };
      const values = argTypes.slice(0, argTypes.length - (options.orderBy?.length ?? 0));
      const keyOf =
        parts.distinctAsNumber === true && isTextual(values[0]!) ? numberKey(values[0]!) : distinctKey(values);
      return { create: () => new DistinctAccumulator(make(), keyOf), bytesEstimate };
    },
  };
}

type KeyOf = (args: readonly Value[], context: EvalContext) => unknown;

function numberKey(type: FieldType): KeyOf {
  const toDouble = doubleOf(type);
  return (args, context) => (args[0] === null ? undefined : toDouble(args[0]!, context));
}

/** One key for a row of arguments; undefined when one of them is NULL (such rows do not count). */
function distinctKey(types: readonly FieldType[]): KeyOf {
  const hashes = types.map(hashKeyOf);
  if (hashes.length === 1) {
    const hash = hashes[0]!;
    return (args) => (args[0] === null ? undefined : hash(args[0]!));
  }
  return (args) => {
    let key = '';
    for (let i = 0; i < hashes.length; i++) {
      const value = args[i]!;
      if (value === null) return undefined;
      const part = String(hashes[i]!(value));
      key += `${part.length}:${part}`;
    }
    return key;
  };
}

class DistinctAccumulator implements Accumulator {
  readonly #inner: Accumulator;
  readonly #keyOf: KeyOf;
  readonly #seen = new Set<unknown>();

  constructor(inner: Accumulator, keyOf: KeyOf) {
    this.#inner = inner;
    this.#keyOf = keyOf;
  }

  add(args: readonly Value[], context: EvalContext): void {
    const key = this.#keyOf(args, context);
    if (key === undefined || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#inner.add(args, context);
  }

  result(context: EvalContext): Value {
    return this.#inner.result(context);
  }
}
