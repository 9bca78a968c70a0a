/** What a NOT NULL column without DEFAULT holds when nothing is given in non-strict mode. */
import { Decimal } from './decimal.ts';
import { enumFromIndex, setFromBits } from './enum-set.ts';
import { type FieldType, MysqlType } from './field-type.ts';
import { JsonValue } from './json-value.ts';
import { DateTime } from './temporal.ts';
import type { Value } from './value.ts';

export function implicitDefaultOf(type: FieldType): Value {
  switch (type.kind) {
    case 'decimal':
      return new Decimal(0, type.decimals);
    case 'string':
      return '';
    case 'binary':
      return new Uint8Array(type.mysqlType === MysqlType.STRING ? type.length : 0);
    case 'datetime':
    case 'timestamp':
      return DateTime.ZERO;
    case 'enum':
      return enumFromIndex(1, type.elements ?? []);
    case 'set':
      return setFromBits(0, type.elements ?? []);
    case 'json':
      return JsonValue.NULL;
    case 'null':
      return null;
    default:
      return 0;
  }
}
