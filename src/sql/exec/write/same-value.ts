/** Whether two stored values are the same to the byte: what decides between "matched" and "changed". Collations do not count. */
import { compareOf, type FieldType, type Value } from '../../types/index.ts';

export function sameValueOf(type: FieldType): (a: Value, b: Value) => boolean {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'bit':
    case 'float':
    case 'double':
    case 'date':
    case 'time':
    case 'string':
    case 'null':
      return (a, b) => a === b;
    default: {
      const compare = compareOf(type);
      return (a, b) => a === b || (a !== null && b !== null && compare(a, b) === 0);
    }
  }
}
