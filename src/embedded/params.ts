/**
 * JavaScript values as parameters.
 *
 * | JavaScript            | SQL                                                          |
 * |-----------------------|--------------------------------------------------------------|
 * | null, undefined       | NULL                                                         |
 * | number                | BIGINT when it is a safe integer, else DOUBLE                |
 * | bigint                | BIGINT, signed or unsigned                                   |
 * | string                | VARCHAR                                                      |
 * | boolean               | 1 or 0                                                       |
 * | Date                  | DATETIME(6) in the process's time zone                       |
 * | Uint8Array            | VARBINARY                                                    |
 * | array, plain object   | JSON text                                                    |
 */
import { sqlError } from '../base/index.ts';
import {
  DateTime,
  blobType,
  datetimeType,
  doubleType,
  intType,
  nullType,
  textType,
  varcharType,
  type FieldType,
  type Value,
} from '../sql/types/index.ts';

export type Param =
  | null
  | undefined
  | number
  | bigint
  | string
  | boolean
  | Date
  | Uint8Array
  | readonly unknown[]
  | { readonly [key: string]: unknown };

export interface BoundParams {
  readonly values: readonly Value[];
  readonly types: readonly FieldType[];
}

const NULL = nullType();
const SIGNED = intType('big');
const UNSIGNED = intType('big', { unsigned: true });
const DOUBLE = doubleType();
const TEXT = varcharType(65_535);
const LONG_TEXT = textType('long');
const BINARY = blobType('long');
const DATETIME = datetimeType(6);

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;

export function bindParams(params: readonly Param[]): BoundParams {
  const values: Value[] = [];
  const types: FieldType[] = [];
  for (const param of params) {
    const [value, type] = bind(param);
    values.push(value);
    types.push(type);
  }
  return { values, types };
}

function bind(param: Param): readonly [Value, FieldType] {
  switch (typeof param) {
    case 'number':
      return Number.isSafeInteger(param) ? [param, SIGNED] : [finite(param), DOUBLE];
    case 'string':
      return [param, TEXT];
    case 'boolean':
      return [param ? 1 : 0, SIGNED];
    case 'bigint':
      return bindBigInt(param);
    case 'undefined':
      return [null, NULL];
    case 'object':
      return bindObject(param);
    default:
      throw sqlError('ER_WRONG_ARGUMENTS', `a parameter: a ${typeof param} has no SQL value`);
  }
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw sqlError('ER_WRONG_ARGUMENTS', `a parameter: ${value} has no SQL value`);
}

function bindBigInt(value: bigint): readonly [Value, FieldType] {
  if (value < INT64_MIN || value > UINT64_MAX) throw sqlError('ER_DATA_OUT_OF_RANGE', 'BIGINT', String(value));
  const small = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  return [small, value > 0x7fffffffffffffffn ? UNSIGNED : SIGNED];
}

function bindObject(param: Extract<Param, object | null>): readonly [Value, FieldType] {
  if (param === null) return [null, NULL];
  if (param instanceof Uint8Array) return [new Uint8Array(param), BINARY];
  if (param instanceof Date) return [fromDate(param), DATETIME];
  return [JSON.stringify(param), LONG_TEXT];
}

function fromDate(date: Date): DateTime {
  if (Number.isNaN(date.getTime()))
    throw sqlError('ER_WRONG_ARGUMENTS', 'a parameter: an invalid Date has no SQL value');
  const micros = date.getMilliseconds() * 1000;
  return DateTime.of(
    date.getFullYear(),
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
    micros,
  );
}
