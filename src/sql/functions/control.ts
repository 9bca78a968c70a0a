/** IF, IFNULL, NULLIF, COALESCE, CASE, GREATEST, LEAST, INTERVAL, ELT, FIELD: values chosen among the arguments. */
import type { CompiledArgument, Evaluator, FunctionArgument, FunctionDef, InferContext } from '../expr/index.ts';
import {
  aggregateTypes,
  boolType,
  withCollation,
  type Convert,
  compareOf,
  dateType,
  datetimeType,
  timeType,
  converterOf,
  type FieldType,
  intType,
  isTemporal,
  isTextual,
  nullType,
  type Value,
  withNullable,
} from '../types/index.ts';
import { anyNullable, define, doubleArg, type Read, reader, sizeArg, truthArg } from './define.ts';
import { compareArguments, inferComparison, inferOperator } from './comparison.ts';
import { charsOf, resultCollation, textResult } from './string-type.ts';

/** The common type of several arguments; texts meet by coercibility. */
export function commonType(args: readonly FunctionArgument[], operation: string, context: InferContext): FieldType {
  const texts = args.filter((arg) => isTextual(arg.type));
  const collation =
    texts.length > 0 && !texts.some((arg) => arg.type.kind === 'binary')
      ? resultCollation(texts, operation, context)
      : context.collationConnection;
  return aggregateTypes(
    args.map((arg) => arg.type),
    operation,
    collation,
  );
}

/** The argument's values in the representation of `type`. */
export function convertedArg(arg: CompiledArgument, type: FieldType): Evaluator {
  const convert = converterOf(arg.type, type);
  return convert === undefined ? arg.evaluate : reader(arg.evaluate, convert as Convert<Value>);
}

/** IF and CASE read JSON as a number; everywhere else it is compared with 0. */
function conditionArg(arg: CompiledArgument): Read<boolean> {
  if (arg.type.kind !== 'json') return truthArg(arg);
  const read = doubleArg(arg);
  return (row, context) => {
    const value = read(row, context);
    return value === null ? null : value !== 0;
  };
}

const ifFunction = define(
  'if',
  3,
  ([, a, b], _options, context) => commonType([a!, b!], 'if', context),
  ([condition, a, b], type) => {
    const truth = conditionArg(condition!);
    const yes = convertedArg(a!, type);
    const no = convertedArg(b!, type);
    return (row, context) => (truth(row, context) === true ? yes(row, context) : no(row, context));
  },
);

const coalesce = define(
  'coalesce',
  [1, Number.POSITIVE_INFINITY],
  (args, _options, context) =>
    withNullable(
      commonType(args, 'coalesce', context),
      args.every((arg) => arg.type.nullable),
    ),
  (args, type) => {
    const reads = args.map((arg) => convertedArg(arg, type));
    return (row, context) => {
      for (const read of reads) {
        const value = read(row, context);
        if (value !== null) return value;
      }
      return null;
    };
  },
);

const ifnull: FunctionDef = {
  ...coalesce,
  name: 'ifnull',
  minArgs: 2,
  maxArgs: 2,
  infer: (args, _options, context) =>
    withNullable(
      commonType(args, 'ifnull', context),
      args.every((arg) => arg.type.nullable),
    ),
};

/** The type of the first argument; compared like `=`. */
const nullif = define(
  'nullif',
  2,
  (args, _options, context) => {
    inferOperator(args, 'nullif', context);
    const { type } = args[0]!;
    if (type.kind === 'enum' || type.kind === 'set') return textResult(type.length, type.collation);
    return { ...type, nullable: true, zerofill: false };
  },
  ([a, b], type) => {
    const collation =
      a!.type.kind === 'string' && b!.type.kind === 'string' && b!.constant === undefined && a!.constant !== undefined
        ? b!.type.collation
        : a!.type.collation;
    const compare = compareArguments(a!, b!, collation);
    const value = convertedArg(a!, type);
    return (row, context) => (compare(row, context) === 0 ? null : value(row, context));
  },
);

interface CaseLayout {
  readonly subject: number; // -1 when searched
  readonly branches: readonly (readonly [when: number, then: number])[];
  readonly otherwise: number; // -1 when missing
}

function layoutOf(count: number, simple: boolean, extra: unknown): CaseLayout {
  const first = simple ? 1 : 0;
  const hasElse = (extra as { hasElse?: boolean } | undefined)?.hasElse ?? (count - first) % 2 === 1;
  const branches: [number, number][] = [];
  const end = hasElse ? count - 1 : count;
  for (let i = first; i + 1 < end; i += 2) branches.push([i, i + 1]);
  return { subject: simple ? 0 : -1, branches, otherwise: hasElse ? count - 1 : -1 };
}

/** options.word: 'simple' (first argument is the operand) or 'searched'; options.extra.hasElse: the last argument is ELSE. */
const caseFunction = define(
  'case',
  [2, Number.POSITIVE_INFINITY],
  (args, options, context) => {
    const layout = layoutOf(args.length, options.word === 'simple', options.extra);
    const results = layout.branches.map(([, then]) => args[then]!);
    if (layout.otherwise >= 0) results.push(args[layout.otherwise]!);
    if (layout.subject >= 0)
      inferComparison([args[0]!, ...layout.branches.map(([when]) => args[when]!)], 'case', context);
    const type = commonType(results, 'case', context);
    return type.kind === 'null' ? nullType() : withNullable(type, type.nullable || layout.otherwise < 0);
  },
  (args, type, options) => {
    const layout = layoutOf(args.length, options.word === 'simple', options.extra);
    const thens = layout.branches.map(([, then]) => convertedArg(args[then]!, type));
    const otherwise: Evaluator = layout.otherwise < 0 ? () => null : convertedArg(args[layout.otherwise]!, type);
    const tests = layout.branches.map(([when]): Read<boolean> => {
      if (layout.subject < 0) return conditionArg(args[when]!);
      const subject = args[0]!;
      const collation =
        subject.type.kind === 'string' && subject.constant === undefined
          ? subject.type.collation
          : args[when]!.type.collation;
      const compare = compareArguments(subject, args[when]!, collation);
      return (row, context) => compare(row, context) === 0;
    });
    return (row, context) => {
      for (let i = 0; i < tests.length; i++) if (tests[i]!(row, context) === true) return thens[i]!(row, context);
      return otherwise(row, context);
    };
  },
);

/** Dates among texts or numbers turn those into dates. */
function extremeType(args: readonly FunctionArgument[], name: string, context: InferContext): FieldType {
  const temporals = args.filter((arg) => isTemporal(arg.type));
  const others = args.filter((arg) => !isTemporal(arg.type) && arg.type.kind !== 'null');
  if (temporals.length === 0 || others.length === 0 || others.some((arg) => arg.type.kind === 'json'))
    return commonType(args, name, context);
  const decimals = others.some((arg) => isTextual(arg.type))
    ? 6
    : Math.max(...temporals.map((arg) => arg.type.decimals));
  if (temporals.every((arg) => arg.type.kind === 'date')) return dateType();
  return temporals.every((arg) => arg.type.kind === 'time') ? timeType(decimals) : datetimeType(decimals);
}

function extreme(name: 'greatest' | 'least', wanted: 1 | -1): FunctionDef {
  return define(
    name,
    [2, Number.POSITIVE_INFINITY],
    (args, _options, context) => {
      const type = extremeType(args, name, context);
      return withNullable(
        type,
        args.some((arg) => arg.type.nullable),
      );
    },
    (args, type) => {
      const reads = args.map((arg) => convertedArg(arg, type));
      const compare = compareOf(type);
      return (row, context) => {
        let best: Value = null;
        for (const read of reads) {
          const value = read(row, context);
          if (value === null) return null;
          if (best === null || Math.sign(compare(value, best)) === wanted) best = value;
        }
        return best;
      };
    },
  );
}

const interval = define(
  'interval',
  [2, Number.POSITIVE_INFINITY],
  () => intType('big', { nullable: false, width: 2 }),
  (args) => {
    const [subject, ...bounds] = args.map(doubleArg);
    return (row, context) => {
      const value = subject!(row, context);
      if (value === null) return -1;
      let count = 0;
      for (const bound of bounds) {
        const limit = bound(row, context);
        if (limit !== null && limit > value) break;
        count++;
      }
      return count;
    };
  },
);

const elt = define(
  'elt',
  [2, Number.POSITIVE_INFINITY],
  ([, ...args], _options, context) => textResult(Math.max(...args.map(charsOf)), resultCollation(args, 'elt', context)),
  ([index, ...args], type) => {
    const at = sizeArg(index!);
    const reads = args.map((arg) => convertedArg(arg, type));
    return (row, context) => {
      const position = at(row, context);
      return position === null ? null : (reads[position - 1]?.(row, context) ?? null);
    };
  },
);

/** Compared as texts when all are texts, as integers when all are integers, else as doubles. */
const field = define(
  'field',
  [2, Number.POSITIVE_INFINITY],
  (args, _options, context) => {
    const type = { ...boolType(anyNullable(args)), length: 11 };
    const texts = args.filter((arg) => isTextual(arg.type));
    return texts.length === 0 || texts.some((arg) => arg.type.kind === 'binary')
      ? type
      : withCollation(type, resultCollation(texts, 'field', context));
  },
  (args, result) => {
    const [subject, ...items] = args as [CompiledArgument, ...CompiledArgument[]];
    const texts = args.every((arg) => isTextual(arg.type) || arg.type.kind === 'null');
    const compares = items.map((item) => {
      if (texts || (!isTextual(subject.type) && !isTextual(item.type)))
        return compareArguments(subject, item, result.collation);
      const left = doubleArg(subject);
      const right = doubleArg(item);
      return (row: readonly Value[], context: Parameters<typeof left>[1]): number | null => {
        const x = left(row, context);
        const y = right(row, context);
        return x === null || y === null ? null : x - y;
      };
    });
    return (row, context) => {
      for (let i = 0; i < compares.length; i++) if (compares[i]!(row, context) === 0) return i + 1;
      return 0;
    };
  },
);

/** ANY_VALUE outside of grouping, and the internal marker of expressions that must not move. */
const anyValue = define(
  'any_value',
  1,
  ([a]) => a!.type,
  ([a]) => a!.evaluate,
);

export const CONTROL: readonly FunctionDef[] = [
  { ...ifFunction, handsOnNumber: true },
  coalesce,
  ifnull,
  { ...nullif, handsOnNumber: true },
  { ...caseFunction, handsOnNumber: true },
  extreme('greatest', 1),
  extreme('least', -1),
  interval,
  elt,
  field,
  anyValue,
];
