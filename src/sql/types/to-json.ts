/** SQL values as JSON values: what JSON_ARRAY, JSON_OBJECT, comparisons with JSON and CAST(… AS JSON) of non-texts make. */
import type { Convert } from './coerce.ts';
import { charsetUnits } from './charset.ts';
import type { Decimal } from './decimal.ts';
import type { EnumValue, SetValue } from './enum-set.ts';
import { type FieldType, MysqlType } from './field-type.ts';
import { bitBytes } from './format.ts';
import { JsonValue } from './json-value.ts';
import { DateTime } from './temporal.ts';

/** Values of boolean expressions (TRUE, comparisons) as JSON booleans; everything else as `toJsonOf` has it. */
export function truthToJsonOf(type: FieldType): Convert<JsonValue> {
  const toJson = toJsonOf(type);
  if (type.kind !== 'int' || type.length !== 1 || type.unsigned || type.mysqlType !== MysqlType.LONGLONG) return toJson;
  return (value, context) => (value === 0 || value === 1 ? JsonValue.boolean(value === 1) : toJson(value, context));
}

export function toJsonOf(type: FieldType): Convert<JsonValue> {
  switch (type.kind) {
    case 'json':
      return (value) => value as JsonValue;
    case 'int':
    case 'year':
      return type.unsigned || type.kind === 'year'
        ? (value) => JsonValue.unsigned(value as number)
        : (value) =>
            typeof value === 'bigint' && value > 9223372036854775807n
              ? JsonValue.unsigned(value)
              : JsonValue.integer(value as number);
    case 'decimal':
      return (value) => JsonValue.decimal((value as Decimal).withScale(type.decimals));
    case 'double':
      return (value) => JsonValue.double(value as number);
    case 'float':
      return (value) => JsonValue.double(value as number);
    case 'date':
      return (value) => new JsonValue('date', new DateTime(value as number, 0));
    case 'datetime':
      return (value) => new JsonValue('datetime', value as DateTime);
    case 'timestamp':
      return (value) => new JsonValue('timestamp', value as DateTime);
    case 'time':
      return (value) => new JsonValue('time', value as number);
    case 'bit':
      return (value) =>
        new JsonValue('opaque', { mysqlType: MysqlType.BIT, bytes: bitBytes(value as number, type.length) });
    case 'binary':
      return (value) =>
        new JsonValue('opaque', {
          mysqlType: type.mysqlType === MysqlType.VAR_STRING ? MysqlType.VARCHAR : type.mysqlType,
          bytes: typeof value === 'string' ? charsetUnits.encodeUtf8(value) : (value as Uint8Array),
        });
    case 'enum':
    case 'set':
      return (value) => JsonValue.string((value as EnumValue | SetValue).text);
    case 'string':
    case 'null':
      return (value) => JsonValue.string(value as string);
  }
}
