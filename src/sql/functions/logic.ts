/** AND, OR, XOR, NOT in three-valued logic. AND and OR take any number of operands and stop at the first that decides. */
import type { FunctionDef } from '../expr/index.ts';
import { boolType } from '../types/index.ts';
import { anyNullable, define, truthArg } from './define.ts';

const and = define(
  'and',
  [1, Number.POSITIVE_INFINITY],
  (args) => boolType(anyNullable(args)),
  (args) => {
    const truths = args.map(truthArg);
    return (row, context) => {
      let unknown = false;
      for (const truth of truths) {
        const value = truth(row, context);
        if (value === false) return 0;
        if (value === null) unknown = true;
      }
      return unknown ? null : 1;
    };
  },
);

const or = define(
  'or',
  [1, Number.POSITIVE_INFINITY],
  (args) => boolType(anyNullable(args)),
  (args) => {
    const truths = args.map(truthArg);
    return (row, context) => {
      let unknown = false;
      for (const truth of truths) {
        const value = truth(row, context);
        if (value === true) return 1;
        if (value === null) unknown = true;
      }
      return unknown ? null : 0;
    };
  },
);

const xor = define(
  'xor',
  2,
  (args) => boolType(anyNullable(args)),
  ([a, b]) => {
    const left = truthArg(a!);
    const right = truthArg(b!);
    return (row, context) => {
      const x = left(row, context);
      const y = right(row, context);
      return x === null || y === null ? null : x === y ? 0 : 1;
    };
  },
);

const not = define(
  'not',
  1,
  (args) => boolType(anyNullable(args)),
  ([a]) => {
    const truth = truthArg(a!);
    return (row, context) => {
      const value = truth(row, context);
      return value === null ? null : value ? 0 : 1;
    };
  },
);

export const LOGIC: readonly FunctionDef[] = [and, or, xor, not];
