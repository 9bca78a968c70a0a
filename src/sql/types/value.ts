/**
 * The values that flow through the executor, and the rows and batches that carry them.
 *
 * A value carries no type tag of its own beyond its JavaScript class; the static `FieldType` of the expression or
 * column says how to read it. The representation by type family:
 *
 * | family                         | representation                                                             |
 * |--------------------------------|----------------------------------------------------------------------------|
 * | NULL                           | `null`                                                                     |
 * | integers, YEAR, BIT, BOOL      | `number` while it is a safe integer, `bigint` beyond (never a small bigint) |
 * | FLOAT, DOUBLE                  | `number` (FLOAT already rounded to float32)                                |
 * | DECIMAL                        | `Decimal` (unscaled number|bigint, scale), immutable                       |
 * | CHAR, VARCHAR, TEXT            | `string`                                                                   |
 * | BINARY, VARBINARY, BLOB        | `Uint8Array`                                                               |
 * | DATE                           | `number`: (year * 16 + month) * 32 + day; the zero date is 0               |
 * | DATETIME, TIMESTAMP            | `DateTime` (ymd packed as DATE, microseconds in the day); TIMESTAMP is in  |
 * |                                | the session's time zone inside the executor, UTC in storage                |
 * | TIME                           | `number`: signed microseconds                                              |
 * | ENUM                           | `EnumValue` (1-based index and its text; index 0 is the error value '')    |
 * | SET                            | `SetValue` (bits and text)                                                 |
 * | JSON                           | `JsonValue` (MySQL's own document model)                                   |
 *
 * Equality by `===` holds only for null, small integers, doubles, DATE and TIME; otherwise use `compareValues`.
 */
import type { Decimal } from './decimal.ts';
import type { DateTime } from './temporal.ts';
import type { EnumValue, SetValue } from './enum-set.ts';
import type { JsonValue } from './json-value.ts';

export type Value =
  | null
  | number
  | bigint
  | string
  | Uint8Array
  | Decimal
  | DateTime
  | EnumValue
  | SetValue
  | JsonValue;

/** One row: values by position. Operators may keep rows, but never write to a row that they did not make. */
export type Row = Value[];

/** Rows handed from operator to operator in one call; never empty. */
export type Batch = Row[];

/** Rows an operator aims to put in a batch; also the granularity at which it may await or yield. */
export const BATCH_ROWS = 1024;
