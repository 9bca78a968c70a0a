/** Definitions as stored rows: plain JSON (sql/catalog/definitions.ts). */
import { type Bytes, utf8Decode, utf8Encode } from '../base/index.ts';
import type { SchemaDef } from '../sql/catalog/index.ts';
import type { Relation } from './catalog-snapshot.ts';

export function encodeDefinition(definition: SchemaDef | Relation): Bytes {
  return utf8Encode(JSON.stringify(definition));
}

export function decodeDefinition<T>(value: Bytes): T {
  return JSON.parse(utf8Decode(value)) as T;
}
