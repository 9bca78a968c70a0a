/**
 * One column of JSON_TABLE: what its path finds becomes a value of its type, or the ON EMPTY or ON ERROR action happens.
 *
 * The conversion is that of storing in a column with every loss an error: 3156 where the JSON value is no such value, 3669
 * where it does not fit, 3666 for arrays and objects in scalar columns.
 */
import { sqlError, SqlError } from '../../base/index.ts';
import type { EvalContext } from '../expr/index.ts';
import type { JsonTableAction, JsonTableValueColumn } from '../plan/index.ts';
import {
  type Convert,
  type DateTime,
  datetimeType,
  dateType,
  decimalOf,
  decimalType,
  doubleOf,
  doubleType,
  type FieldType,
  intOf,
  intType,
  JsonValue,
  jsonType,
  scalarText,
  seekPath,
  storeOf,
  timeType,
  type Value,
  varcharType,
} from '../types/index.ts';

export type Cell = (value: JsonValue, context: EvalContext) => Value;

type Failure = { readonly error: Error };
type Coerce = (value: JsonValue, context: EvalContext) => Value | Failure;

export function compileCell(column: JsonTableValueColumn): Cell {
  const { path, type } = column;
  const coerce = compileCoerce(column);
  const onEmpty = compileAction(column.onEmpty, coerce, () => sqlError('ER_MISSING_JSON_TABLE_VALUE', column.name));
  const onError = compileAction(column.onError, coerce, (failure) => failure!.error);
  return (value, context) => {
    const found = seekPath(value, path);
    if (found.length === 0) return onEmpty(context);
    if (found.length > 1) {
      if (type.kind === 'json') return JsonValue.array(found);
      return onError(context, { error: sqlError('ER_WRONG_JSON_TABLE_VALUE', column.name) });
    }
    const result = coerce(found[0]!, context);
    return isFailure(result) ? onError(context, result) : result;
  };
}

function isFailure(result: Value | Failure): result is Failure {
  return result !== null && typeof result === 'object' && 'error' in result;
}

/** A default that does not fit its column is an error of the statement. */
function compileAction(
  action: JsonTableAction,
  coerce: Coerce,
  errorOf: (failure: Failure | undefined) => Error,
): (context: EvalContext, failure?: Failure) => Value {
  switch (action.kind) {
    case 'null':
      return () => null;
    case 'error':
      return (_context, failure) => {
        throw errorOf(failure);
      };
    case 'default':
      return (context) => {
        const value = coerce(action.value, context);
        if (isFailure(value)) throw value.error;
        return value;
      };
  }
}

function compileCoerce(column: JsonTableValueColumn): Coerce {
  const { type, name } = column;
  const wrong = (): Failure => ({ error: sqlError('ER_WRONG_JSON_TABLE_VALUE', name) });
  const convert = compileConvert(type, name);
  return (value, context) => {
    if (value.kind === 'null') return null;
    if (type.kind === 'json') return value;
    if (value.isContainer()) return wrong();
    return convert(value, context);
  };
}

const INT64_MAX = 2 ** 63;

const CAST_NAMES: Partial<Record<FieldType['kind'], string>> = {
  int: 'INTEGER',
  year: 'INTEGER',
  bit: 'INTEGER',
  double: 'DOUBLE',
  float: 'DOUBLE',
  decimal: 'DECIMAL',
};

function compileConvert(type: FieldType, name: string): Coerce {
  const castName = CAST_NAMES[type.kind];
  if (castName === undefined) return compileTextual(type, name);
  const json = jsonType();
  const read: Convert<Value> =
    castName === 'INTEGER' ? intOf(json) : castName === 'DOUBLE' ? doubleOf(json) : decimalOf(json);
  const from = castName === 'INTEGER' ? intType('big') : castName === 'DOUBLE' ? doubleType() : decimalType(65, 30);
  const fit = compileFit(from, type, name);
  return (value, context) => {
    if (castName === 'INTEGER' && value.kind === 'double' && Math.abs(value.payload as number) > INT64_MAX)
      return { error: sqlError('ER_NUMERIC_JSON_VALUE_OUT_OF_RANGE', castName, '', name, 1) };
    let failed = false;
    const quiet: EvalContext = { ...context, warn: () => (failed = true) };
    const isEmptyDouble = castName === 'DOUBLE' && value.kind === 'string' && value.payload === '';
    const number = isEmptyDouble ? 0 : read(value, quiet);
    if (failed) return { error: sqlError('ER_INVALID_JSON_VALUE_FOR_CAST', castName, '', name, 1) };
    return fit(number!, context);
  };
}

function compileTextual(type: FieldType, name: string): Coerce {
  const fromText = compileFit(varcharType(65535), type, name);
  const fromDate = compileFit(dateType(), type, name);
  const fromDateTime = compileFit(datetimeType(6), type, name);
  const fromTime = compileFit(timeType(6), type, name);
  const isDate = type.kind === 'date' || type.kind === 'datetime' || type.kind === 'timestamp';
  return (value, context) => {
    if ((isDate || type.kind === 'time') && (value.kind === 'datetime' || value.kind === 'timestamp'))
      return fromDateTime(value.payload as DateTime, context);
    if (isDate && value.kind === 'date') return fromDate((value.payload as DateTime).ymd, context);
    if (type.kind === 'time' && value.kind === 'time') return fromTime(value.payload as number, context);
    return fromText(scalarText(value), context);
  };
}

/** Storing with all checks on; what they say becomes 3669. */
function compileFit(
  from: FieldType,
  type: FieldType,
  name: string,
): (value: Exclude<Value, null>, context: EvalContext) => Value | Failure {
  const store = storeOf(from, type);
  const target = { column: name, row: 1 };
  return (value, context) => {
    const { sqlMode, timeZone, nowMicros } = context.session;
    const warn: EvalContext['warn'] = (...warning) => context.warn(...warning);
    const strict = { session: { sqlMode, timeZone, nowMicros, strict: true }, warn };
    try {
      return store(value, target, strict);
    } catch (error) {
      if (error instanceof SqlError) return { error: sqlError('ER_JT_VALUE_OUT_OF_RANGE', name) };
      throw error;
    }
  };
}
