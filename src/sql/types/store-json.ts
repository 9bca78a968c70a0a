/** Storing values in JSON columns: documents as they are, texts parsed; anything else needs a CAST. */
import { sqlError } from '../../base/index.ts';
import type { FieldType } from './field-type.ts';
import { JsonSyntaxError, parseJson } from './json-text.ts';
import type { Store } from './store.ts';
import type { StoreTarget } from './store-report.ts';
import { getCollation } from './collation.ts';

function invalid(target: StoreTarget, message: string, position: number): Error {
  const name = target.table === undefined ? target.column : `${target.table}.${target.column}`;
  return sqlError('ER_INVALID_JSON_TEXT', message, position, name);
}

export function storeJson(from: FieldType): Store {
  if (from.kind === 'json') return (value) => value;
  if (from.kind === 'binary' || (from.kind === 'string' && getCollation(from.collation).charset === 'binary')) {
    return () => {
      throw sqlError('ER_INVALID_JSON_CHARSET', 'binary');
    };
  }
  return (value, target) => {
    if (from.kind !== 'string' && from.kind !== 'enum' && from.kind !== 'set')
      throw invalid(target, 'not a JSON text, may need CAST', 0);
    try {
      return parseJson(typeof value === 'string' ? value : String(value));
    } catch (error) {
      if (error instanceof JsonSyntaxError) throw invalid(target, error.message, error.position);
      throw error;
    }
  };
}
