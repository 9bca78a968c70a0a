/** Window functions that are not aggregates, over a materialised partition. */
import { sqlError } from '../../base/index.ts';
import type { EvalContext, FunctionArgument, WindowFunctionDef, WindowInput } from '../expr/index.ts';
import {
  type Convert,
  converterOf,
  doubleType,
  type FieldType,
  intOf,
  isInteger,
  intType,
  type Value,
  withNullable,
} from '../types/index.ts';
import { aggregateTypes } from '../types/index.ts';

type Compute = (input: WindowInput, context: EvalContext) => Value[];

function counting(
  name: string,
  infer: () => FieldType,
  value: (row: number, input: WindowInput, group: number) => Value,
): WindowFunctionDef {
  return {
    name,
    minArgs: 0,
    maxArgs: 0,
    usesFrame: false,
    infer,
    build: () => (input) => {
      const out: Value[] = [];
      let group = 0;
      for (let row = 0; row < input.rowCount; row++) {
        if (input.peers(row)[0] === row) group++;
        out.push(value(row, input, group));
      }
      return out;
    },
  };
}

const rowNumberType = (): FieldType => intType('big', { unsigned: true, nullable: false, width: 21 });

const rowNumber = counting('row_number', rowNumberType, (row) => row + 1);
const rank = counting('rank', rowNumberType, (row, input) => input.peers(row)[0] + 1);
const denseRank = counting('dense_rank', rowNumberType, (_row, _input, group) => group);
const percentRank = counting(
  'percent_rank',
  () => doubleType({ nullable: false, length: 23 }),
  (row, input) => (input.rowCount <= 1 ? 0 : input.peers(row)[0] / (input.rowCount - 1)),
);
const cumeDist = counting(
  'cume_dist',
  () => doubleType({ nullable: false, length: 23 }),
  (row, input) => input.peers(row)[1] / input.rowCount,
);

/** A constant positive integer argument; 1210 for anything else. */
function positiveArgument(
  input: WindowInput,
  arg: number,
  type: FieldType,
  name: string,
  context: EvalContext,
  least: number,
): number {
  const value = input.argument(0, arg);
  const number = value === null || !isInteger(type) ? undefined : Number(intOf(type)(value, context));
  if (number === undefined || number < least) throw sqlError('ER_WRONG_ARGUMENTS', name);
  return number;
}

const ntile: WindowFunctionDef = {
  name: 'ntile',
  minArgs: 1,
  maxArgs: 1,
  usesFrame: false,
  infer: () => intType('big', { unsigned: true, width: 21 }),
  build:
    ([type]): Compute =>
    (input, context) => {
      if (input.rowCount === 0) return [];
      const buckets = positiveArgument(input, 0, type!, 'ntile', context, 1);
      const size = Math.floor(input.rowCount / buckets);
      const larger = input.rowCount % buckets;
      const border = larger * (size + 1);
      return Array.from(
        { length: input.rowCount },
        (_, row) => (row < border ? Math.floor(row / (size + 1)) : larger + Math.floor((row - border) / size)) + 1,
      );
    },
};

function inferShift(args: readonly FunctionArgument[], name: string): FieldType {
  const offset = args[1]?.constant?.value;
  if (
    args[1] !== undefined &&
    args[1].constant !== undefined &&
    (offset === null || (typeof offset === 'number' && (offset < 0 || !Number.isInteger(offset))))
  ) {
    throw sqlError('ER_WRONG_ARGUMENTS', name);
  }
  const types = args[2] === undefined ? [args[0]!.type] : [args[0]!.type, args[2].type];
  return withNullable(aggregateTypes(types, name), true);
}

function shift(name: 'lag' | 'lead', direction: 1 | -1): WindowFunctionDef {
  return {
    name,
    minArgs: 1,
    maxArgs: 3,
    usesFrame: false,
    infer: (args) => inferShift(args, name),
    build: (types, type): Compute => {
      const convert = converterOf(types[0]!, type);
      const convertDefault = types[2] === undefined ? undefined : converterOf(types[2], type);
      return (input, context) => {
        if (input.rowCount === 0) return [];
        const offset = types[1] === undefined ? 1 : positiveArgument(input, 1, types[1], name, context, 0);
        const out: Value[] = [];
        for (let row = 0; row < input.rowCount; row++) {
          const source = row + offset * direction;
          if (source >= 0 && source < input.rowCount) out.push(converted(input.argument(source, 0), convert, context));
          else out.push(types[2] === undefined ? null : converted(input.argument(row, 2), convertDefault, context));
        }
        return out;
      };
    },
  };
}

function converted(value: Value, convert: Convert<Value> | undefined, context: EvalContext): Value {
  return value === null || convert === undefined ? value : convert(value, context);
}

function frameValue(name: string, pick: (start: number, end: number, n: number) => number): WindowFunctionDef {
  const hasCount = name === 'nth_value';
  return {
    name,
    minArgs: hasCount ? 2 : 1,
    maxArgs: hasCount ? 2 : 1,
    usesFrame: true,
    infer: ([arg, count]) => {
      const n = count?.constant?.value;
      if (count?.constant !== undefined && (typeof n !== 'number' || n < 1)) throw sqlError('ER_WRONG_ARGUMENTS', name);
      return withNullable(arg!.type, true);
    },
    build:
      (types): Compute =>
      (input, context) => {
        if (input.rowCount === 0) return [];
        const out: Value[] = [];
        // A parameter or variable that is NULL: no row is meant.
        if (hasCount && input.argument(0, 1) === null) return Array.from({ length: input.rowCount }, () => null);
        const n = hasCount ? positiveArgument(input, 1, types[1]!, name, context, 1) : 1;
        for (let row = 0; row < input.rowCount; row++) {
          const [start, end] = input.frame(row);
          const source = start < end ? pick(start, end, n) : -1;
          out.push(source >= start && source < end ? input.argument(source, 0) : null);
        }
        return out;
      },
  };
}

export const WINDOW_FUNCTIONS: readonly WindowFunctionDef[] = [
  rowNumber,
  rank,
  denseRank,
  percentRank,
  cumeDist,
  ntile,
  shift('lag', -1),
  shift('lead', 1),
  frameValue('first_value', (start) => start),
  frameValue('last_value', (_start, end) => end - 1),
  frameValue('nth_value', (start, _end, n) => start + n - 1),
];
