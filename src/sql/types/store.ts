/**
 * Storing a value in a column: conversion to the column's type with MySQL's checks.
 *
 * In strict mode a value that does not fit is an error; otherwise it is adjusted and a warning is left. `storeOf` makes
 * the conversion for a pair of types once per statement; `castValue` is the one-off form.
 */
import { sqlError } from '../../base/index.ts';
import type { ConversionContext } from './conversion-context.ts';
import type { FieldType } from './field-type.ts';
import type { NonNullValue } from './format.ts';
import { implicitDefaultOf } from './store-default.ts';
import { storeJson } from './store-json.ts';
import { storeBit, storeDecimal, storeDouble, storeInt, storeYear } from './store-number.ts';
import { report, type StoreTarget } from './store-report.ts';
import { storeDate, storeDateTime, storeTime, storeTimestamp } from './store-temporal.ts';
import { storeBinary, storeEnum, storeSet, storeString } from './store-text.ts';
import type { Value } from './value.ts';

export type Store = (value: NonNullValue, target: StoreTarget, context: ConversionContext) => Value;
export type { StoreTarget };

/** The conversion from values of `from` to values of a column of type `to`. NULL is the caller's (`castValue`). */
export function storeOf(from: FieldType, to: FieldType): Store {
  switch (to.kind) {
    case 'int':
      return storeInt(from, to);
    case 'year':
      return storeYear(from);
    case 'bit':
      return storeBit(from, to);
    case 'float':
    case 'double':
      return storeDouble(from, to);
    case 'decimal':
      return storeDecimal(from, to);
    case 'string':
      return storeString(from, to);
    case 'binary':
      return storeBinary(from, to);
    case 'date':
      return storeDate(from);
    case 'datetime':
      return storeDateTime(from, to);
    case 'timestamp':
      return storeTimestamp(from, to);
    case 'time':
      return storeTime(from, to);
    case 'enum':
      return storeEnum(from, to);
    case 'set':
      return storeSet(from, to);
    case 'json':
      return storeJson(from);
    case 'null':
      return () => null;
  }
}

const stores = new WeakMap<FieldType, WeakMap<FieldType, Store>>();

function cachedStoreOf(from: FieldType, to: FieldType): Store {
  let byTarget = stores.get(from);
  if (byTarget === undefined) stores.set(from, (byTarget = new WeakMap()));
  let store = byTarget.get(to);
  if (store === undefined) byTarget.set(to, (store = storeOf(from, to)));
  return store;
}

/** Converts any value, NULL included: 1048 in strict mode for a NOT NULL column, the type's zero with a warning otherwise. */
export function castValue(
  value: Value,
  from: FieldType,
  to: FieldType,
  context: ConversionContext,
  target: StoreTarget,
): Value {
  if (value !== null) return cachedStoreOf(from, to)(value, target, context);
  if (to.nullable) return null;
  if (context.session.strict) throw sqlError('ER_BAD_NULL_ERROR', target.column);
  report(context, target, 'null');
  return implicitDefaultOf(to);
}
