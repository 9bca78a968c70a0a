/** COLUMN_TYPE texts of virtual tables to field types; ENUM and SET are given as VARCHAR, whose values they show. */
import {
  datetimeType,
  decimalType,
  doubleType,
  type FieldType,
  intType,
  jsonType,
  textType,
  timestampType,
  varbinaryType,
  varcharType,
} from '../types/index.ts';

/** Names of schemas and tables are compared by bytes (lower_case_table_names = 0), the rest without case. */
const EXACT_NAMES = new Set([
  'TABLE_SCHEMA',
  'TABLE_NAME',
  'SCHEMA_NAME',
  'CONSTRAINT_SCHEMA',
  'UNIQUE_CONSTRAINT_SCHEMA',
  'REFERENCED_TABLE_SCHEMA',
  'REFERENCED_TABLE_NAME',
  'EVENT_OBJECT_SCHEMA',
  'EVENT_OBJECT_TABLE',
  'TRIGGER_SCHEMA',
  'ROUTINE_SCHEMA',
  'EVENT_SCHEMA',
  'INDEX_SCHEMA',
]);

export function virtualColumnType(text: string, columnName: string, nullable: boolean): FieldType {
  const name = /^[a-z]+/.exec(text)?.[0] ?? '';
  const length = Number(/\((\d+)/.exec(text)?.[1] ?? 0);
  const scale = Number(/,(\d+)\)/.exec(text)?.[1] ?? 0);
  const unsigned = text.endsWith('unsigned');
  const collation = EXACT_NAMES.has(columnName) ? 'utf8mb3_bin' : 'utf8mb3_general_ci';
  switch (name) {
    case 'bigint':
      return intType('big', { unsigned, nullable });
    case 'int':
      return intType('int', { unsigned, nullable });
    case 'tinyint':
      return intType('tiny', { unsigned, nullable });
    case 'double':
    case 'float':
      return doubleType({ nullable });
    case 'decimal':
      return decimalType(length, scale, { nullable });
    case 'timestamp':
      return timestampType(length, { nullable });
    case 'datetime':
      return datetimeType(length, { nullable });
    case 'json':
      return jsonType({ nullable });
    case 'varbinary':
    case 'blob':
    case 'longblob':
      return varbinaryType(length === 0 ? 65_535 : length, { nullable });
    case 'longtext':
    case 'mediumtext':
    case 'text':
      return textType('long', { nullable, collation });
    default:
      return varcharType(length === 0 ? 64 : length, { nullable, collation });
  }
}
