/**
 * The pieces that functions are made of: definitions, and arguments read as the type a function wants.
 *
 * An argument reader is made once per compilation for the argument's static type; per row it costs one call, or none
 * beyond the argument itself where the representation is right already. NULL passes through every reader.
 */
import type {
  CompiledArgument,
  EvalContext,
  Evaluator,
  FunctionArgument,
  FunctionDef,
  FunctionOptions,
  InferContext,
  Row,
} from '../expr/index.ts';
import {
  bytesOf,
  type Convert,
  type DateTime,
  dateTimeOf,
  type Decimal,
  decimalOf,
  doubleOf,
  type FieldType,
  intOf,
  type JsonValue,
  modeDateFlags,
  stringOf,
  timeOf,
  toJsonOf,
  truthOf,
  type Value,
} from '../types/index.ts';

export type Read<T> = (row: Row, context: EvalContext) => T | null;
export type Infer = (args: readonly FunctionArgument[], options: FunctionOptions, context: InferContext) => FieldType;
export type Build = (args: readonly CompiledArgument[], type: FieldType, options: FunctionOptions) => Evaluator;
export type Stability = FunctionDef['stability'];

/** [fewest, most] arguments, or the one number there may be. */
export type Arity = number | readonly [number, number];

export function define(
  name: string,
  arity: Arity,
  infer: Infer,
  build: Build,
  stability: Stability = 'immutable',
): FunctionDef {
  const [minArgs, maxArgs] = typeof arity === 'number' ? [arity, arity] : arity;
  return { name, minArgs, maxArgs, stability, infer, build };
}

/** The same function under other names. */
export function aliases(def: FunctionDef, ...names: readonly string[]): FunctionDef[] {
  return names.map((name) => ({ ...def, name }));
}

export function anyNullable(args: readonly FunctionArgument[]): boolean {
  return args.some((arg) => arg.type.nullable || arg.type.kind === 'null');
}

/** A reader that applies `convert` to what is not NULL. */
export function reader<T>(evaluate: Evaluator, convert: Convert<T | null> | undefined): Read<T> {
  if (convert === undefined) return evaluate as Read<T>;
  return (row, context) => {
    const value = evaluate(row, context);
    return value === null ? null : convert(value, context);
  };
}

/** A constant argument is converted at once, unless that warns or fails: then per evaluation, as MySQL reports it. */
function read<T>(arg: CompiledArgument, convert: Convert<T | null> | undefined): Read<T> {
  return reader(arg.evaluate, convert);
}

export function textArg(arg: CompiledArgument): Read<string> {
  return read(arg, arg.type.kind === 'string' ? undefined : (stringOf(arg.type) as Convert<string>));
}
export function bytesArg(arg: CompiledArgument): Read<Uint8Array> {
  return read(arg, arg.type.kind === 'binary' ? undefined : bytesOf(arg.type));
}
export function doubleArg(arg: CompiledArgument): Read<number> {
  if (arg.double !== undefined) return arg.double() as Read<number>;
  return read(arg, arg.type.kind === 'double' || arg.type.kind === 'float' ? undefined : doubleOf(arg.type));
}
export function decimalArg(arg: CompiledArgument): Read<Decimal> {
  return read(arg, arg.type.kind === 'decimal' ? undefined : decimalOf(arg.type));
}
/** -2^63 … 2^64-1. */
export function intArg(arg: CompiledArgument): Read<number | bigint> {
  return read(arg, arg.type.kind === 'int' ? undefined : intOf(arg.type));
}
/** An integer clamped to the safe range, for positions and lengths. */
export function sizeArg(arg: CompiledArgument): Read<number> {
  const toInt = intOf(arg.type);
  return reader(arg.evaluate, (value, context) =>
    Math.max(-9007199254740991, Math.min(9007199254740991, Number(toInt(value, context)))),
  );
}
export function dateTimeArg(
  arg: CompiledArgument,
  flagsOf: (context: EvalContext) => number = modeDateFlags,
  what: 'date' | 'datetime' = 'datetime',
): Read<DateTime> {
  return read(arg, dateTimeOf(arg.type, flagsOf as Parameters<typeof dateTimeOf>[1], what));
}
export function timeArg(arg: CompiledArgument): Read<number> {
  return read(arg, arg.type.kind === 'time' ? undefined : timeOf(arg.type));
}
export function jsonValueArg(arg: CompiledArgument): Read<JsonValue> {
  return read(arg, arg.type.kind === 'json' ? undefined : toJsonOf(arg.type));
}
export function truthArg(arg: CompiledArgument): Read<boolean> {
  return read(arg, truthOf(arg.type));
}

export function map1<A>(a: Read<A>, apply: (a: A, context: EvalContext) => Value): Evaluator {
  return (row, context) => {
    const x = a(row, context);
    return x === null ? null : apply(x, context);
  };
}

export function map2<A, B>(a: Read<A>, b: Read<B>, apply: (a: A, b: B, context: EvalContext) => Value): Evaluator {
  return (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    return y === null ? null : apply(x, y, context);
  };
}

export function map3<A, B, C>(
  a: Read<A>,
  b: Read<B>,
  c: Read<C>,
  apply: (a: A, b: B, c: C, context: EvalContext) => Value,
): Evaluator {
  return (row, context) => {
    const x = a(row, context);
    if (x === null) return null;
    const y = b(row, context);
    if (y === null) return null;
    const z = c(row, context);
    return z === null ? null : apply(x, y, z, context);
  };
}

/** All arguments, or null as soon as one is NULL. */
export function readAll<T>(reads: readonly Read<T>[]): (row: Row, context: EvalContext) => T[] | null {
  return (row, context) => {
    const out: T[] = [];
    for (const one of reads) {
      const value = one(row, context);
      if (value === null) return null;
      out.push(value);
    }
    return out;
  };
}
