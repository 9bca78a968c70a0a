/** The session and its variables: DATABASE, USER, VERSION, LAST_INSERT_ID, FOUND_ROWS, @var, @@var, SLEEP, BENCHMARK. */
import { sqlError } from '../../base/index.ts';
import type { EvalContext, FunctionDef, FunctionOptions } from '../expr/index.ts';
import {
  asUnsigned64,
  type Convert,
  converterOf,
  type FieldType,
  intType,
  type Value,
  varcharType,
  withNullable,
} from '../types/index.ts';
import { define, doubleArg, intArg, map1, reader, sizeArg, textArg } from './define.ts';

const SYSTEM_TEXT = 'utf8mb3_general_ci';

function sessionText(name: string, chars: number, read: (context: EvalContext) => string | null): FunctionDef {
  return define(
    name,
    0,
    () => varcharType(chars, { collation: SYSTEM_TEXT, decimals: 31 }),
    () => (_row, context) => read(context),
    'statement',
  );
}
function sessionInt(name: string, unsigned: boolean, read: (context: EvalContext) => number | bigint): FunctionDef {
  return define(
    name,
    0,
    () => intType('big', { unsigned, nullable: false, width: 21 }),
    () => (_row, context) => read(context),
    'statement',
  );
}

const database = sessionText('database', 34, (context) => context.session.database);
const user = sessionText('user', 288, (context) => context.session.user);

const lastInsertId = define(
  'last_insert_id',
  [0, 1],
  () => intType('big', { unsigned: true, nullable: false, width: 21 }),
  ([a]) => {
    if (a === undefined) return (_row, context) => context.session.lastInsertId;
    const read = intArg(a);
    return (row, context) => {
      const value = read(row, context);
      context.session.lastInsertId = value === null ? 0 : asUnsigned64(value);
      return value === null ? null : asUnsigned64(value);
    };
  },
  'volatile',
);

/** options.castType: the type the variable had when the statement was bound. */
const getvar = define(
  'getvar',
  1,
  (_args, options) => options.castType!,
  ([a], type) => {
    const read = textArg(a!);
    return (row, context) => {
      const name = read(row, context);
      const variable = name === null ? undefined : context.session.getUserVariable(name);
      return variable === undefined ? null : as(variable.value, variable.type, type, context);
    };
  },
  'volatile',
);

function as(value: Value, from: FieldType, to: FieldType, context: EvalContext): Value {
  if (value === null) return null;
  const convert: Convert<Value> | undefined = converterOf(from, to);
  return convert === undefined ? value : convert(value, context);
}

const setvar = define(
  'setvar',
  2,
  ([, value]) => withNullable(variableType(value!.type), true),
  ([name, value], type) => {
    const read = textArg(name!);
    const convert = converterOf(value!.type, type);
    const evaluate = convert === undefined ? value!.evaluate : reader(value!.evaluate, convert);
    return (row, context) => {
      const result = evaluate(row, context);
      const variable = read(row, context);
      if (variable !== null) context.session.setUserVariable(variable, result, type);
      return result;
    };
  },
  'volatile',
);

/** A variable holds an integer, a decimal, a double or a text; dates become texts. */
export function variableType(type: FieldType): FieldType {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'bit':
      return intType('big', { unsigned: type.unsigned, width: 20 });
    case 'decimal':
    case 'double':
    case 'binary':
    case 'string':
      return type;
    case 'float':
      return { ...type, kind: 'double' };
    case 'null':
      return varcharType(0);
    default:
      return varcharType(Math.min(65535, type.length));
  }
}

/** options.castType: the variable's type; options.word: 'global' or 'session'. */
const getsysvar = define(
  'getsysvar',
  1,
  (_args, options: FunctionOptions) => options.castType!,
  ([a], _type, options) => {
    const read = textArg(a!);
    const scope = options.word as 'global' | 'session' | undefined;
    return (row, context) => {
      const name = read(row, context);
      return name === null ? null : context.session.getSystemVariable(name, scope).value;
    };
  },
  'statement',
);

/** Evaluation is synchronous: SLEEP only says how long; the session waits before the statement's rows leave. */
const sleep = define(
  'sleep',
  1,
  () => intType('big', { nullable: false, width: 21 }),
  ([a]) => {
    const read = doubleArg(a!);
    return (row, context) => {
      const seconds = read(row, context);
      if (seconds === null || seconds < 0) throw sqlError('ER_WRONG_ARGUMENTS', 'sleep.');
      context.session.addSleep?.(seconds);
      return 0;
    };
  },
  'volatile',
);

const benchmark = define(
  'benchmark',
  2,
  () => intType('big', { width: 1 }),
  ([a]) => map1(sizeArg(a!), (count) => (count < 0 ? null : 0)),
  'volatile',
);

export const INFO: readonly FunctionDef[] = [
  database,
  { ...database, name: 'schema' },
  user,
  { ...user, name: 'session_user' },
  { ...user, name: 'system_user' },
  sessionText('current_user', 288, (context) => context.session.currentUser),
  sessionText('version', 60, (context) => context.session.version),
  sessionText('current_role', 288, (context) => context.session.currentRole ?? 'NONE'),
  sessionInt('connection_id', true, (context) => context.session.connectionId),
  sessionInt('found_rows', true, (context) => context.session.foundRows),
  sessionInt('row_count', false, (context) => context.session.rowCount),
  lastInsertId,
  getvar,
  setvar,
  getsysvar,
  sleep,
  benchmark,
];
