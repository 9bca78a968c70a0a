/**
 * What operators ask of values beyond the types room: a form of each value that sorts fast.
 *
 * Texts become their collation's sort key as a string of bytes, so that ordering is a native string comparison; all else keeps
 * its representation.
 */
import { compareOf, type FieldType, getCollation, type NonNullValue } from '../types/index.ts';

export { compareOf as comparatorOf, comparisonConverter, hashKeyOf, truthOf, type HashKey } from '../types/index.ts';

export interface SortForm {
  /** Absent: the value is its own key. */
  readonly toKey: ((value: NonNullValue) => unknown) | undefined;
  readonly compare: (a: unknown, b: unknown) => number;
}

function compareNative(a: unknown, b: unknown): number {
  return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0;
}

const CHUNK = 4096;

function bytesAsText(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += bytesAsText(bytes.subarray(i, i + CHUNK));
  return text;
}

export function sortFormOf(type: FieldType): SortForm {
  switch (type.kind) {
    case 'string': {
      const collation = getCollation(type.collation);
      return { toKey: (value) => bytesAsText(collation.sortKey(value as string)), compare: compareNative };
    }
    case 'binary':
      return { toKey: (value) => bytesAsText(value as Uint8Array), compare: compareNative };
    case 'decimal':
    case 'datetime':
    case 'timestamp':
    case 'enum':
    case 'set':
    case 'json':
      return { toKey: undefined, compare: compareOf(type) as SortForm['compare'] };
    default:
      return { toKey: undefined, compare: compareNative };
  }
}
