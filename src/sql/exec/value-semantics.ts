/** What operators ask of values beyond the types room: comparison for sorting, where equal texts are common. */
import { compareOf, type FieldType, getCollation } from '../types/index.ts';

export { compareOf as comparatorOf, comparisonConverter, hashKeyOf, truthOf, type HashKey } from '../types/index.ts';

/** Order of two non-NULL values of a type. */
export type SortCompare = (a: unknown, b: unknown) => number;

function compareNative(a: unknown, b: unknown): number {
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

/**
 * Measured for utf8mb4_0900_ai_ci and 119 ASCII characters: a comparison takes 30 ns, since most texts differ early, a sort key 1300 ns.
 * So texts are compared as they are, and sort keys are not made.
 */
export function sortCompareOf(type: FieldType): SortCompare {
  switch (type.kind) {
    case 'string': {
      const collation = getCollation(type.collation);
      return (a, b) => (a === b ? 0 : collation.compare(a as string, b as string));
    }
    case 'binary':
    case 'decimal':
    case 'datetime':
    case 'timestamp':
    case 'enum':
    case 'set':
    case 'json':
      return compareOf(type) as SortCompare;
    default:
      return compareNative;
  }
}
