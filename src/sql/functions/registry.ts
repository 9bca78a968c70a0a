/** All functions by name. */
import type { AggregateDef, FunctionDef, WindowFunctionDef } from '../expr/index.ts';
import { AGGREGATE_NUMBER } from './aggregate-number.ts';
import { AGGREGATE_VALUE } from './aggregate-value.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { CAST } from './cast.ts';
import { COMPARISON } from './comparison.ts';
import { CONTROL } from './control.ts';
import { ENCRYPTION } from './encryption.ts';
import { FULLTEXT } from './fulltext.ts';
import { INFO } from './info.ts';
import { JSON_READ } from './json-read.ts';
import { JSON_SCHEMA } from './json-schema-functions.ts';
import { JSON_WRITE } from './json-write.ts';
import { LIKE } from './like.ts';
import { LOGIC } from './logic.ts';
import { MISCELLANEOUS } from './miscellaneous.ts';
import { MONITORING } from './monitoring.ts';
import { NUMERIC } from './numeric.ts';
import { REGEXP } from './regexp.ts';
import { SEQUENCES } from './sequences.ts';
import { STRING_BASIC } from './string-basic.ts';
import { STRING_SEARCH } from './string-search.ts';
import { TEMPORAL_ARITHMETIC } from './temporal-arithmetic.ts';
import { TEMPORAL_FORMAT } from './temporal-format.ts';
import { TEMPORAL_MAKE } from './temporal-make.ts';
import { TEMPORAL_NOW } from './temporal-now.ts';
import { TEMPORAL_PARTS } from './temporal-parts.ts';
import { USER_LOCKS } from './user-locks.ts';
import { TIDB } from './tidb.ts';
import { VECTOR_TEXT } from './vector-text.ts';
import { WINDOW_FUNCTIONS } from './window.ts';

function byName<T extends { readonly name: string }>(...lists: readonly (readonly T[])[]): ReadonlyMap<string, T> {
  return new Map(lists.flat().map((def) => [def.name, def]));
}

const scalars: ReadonlyMap<string, FunctionDef> = byName(
  ARITHMETIC,
  CAST,
  COMPARISON,
  CONTROL,
  ENCRYPTION,
  SEQUENCES,
  FULLTEXT,
  INFO,
  JSON_READ,
  JSON_SCHEMA,
  JSON_WRITE,
  LIKE,
  LOGIC,
  MISCELLANEOUS,
  MONITORING,
  NUMERIC,
  REGEXP,
  STRING_BASIC,
  STRING_SEARCH,
  TEMPORAL_ARITHMETIC,
  TEMPORAL_FORMAT,
  TEMPORAL_MAKE,
  TEMPORAL_NOW,
  TEMPORAL_PARTS,
  TIDB,
  USER_LOCKS,
  VECTOR_TEXT,
);
const aggregates: ReadonlyMap<string, AggregateDef> = byName(AGGREGATE_NUMBER, AGGREGATE_VALUE);
const windows: ReadonlyMap<string, WindowFunctionDef> = byName(WINDOW_FUNCTIONS);

/** Names are lower case. */
export function findFunction(name: string): FunctionDef | undefined {
  return scalars.get(name);
}
export function findAggregate(name: string): AggregateDef | undefined {
  return aggregates.get(name);
}
export function findWindow(name: string): WindowFunctionDef | undefined {
  return windows.get(name);
}
export function functionNames(): readonly string[] {
  return [...scalars.keys()];
}

/** The registry as one object, for the planner's port. */
export const functionRegistry = { findFunction, findAggregate, findWindow };
