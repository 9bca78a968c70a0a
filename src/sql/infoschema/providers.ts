/** Which function makes the rows of which virtual table. Tables without one are empty: Ebb has no such objects. */
import type { MaybePromise } from '../../base/index.ts';
import type { Row } from '../types/index.ts';
import type { InfoSource } from './info-source.ts';
import { OTHER_WORDS, RESERVED_WORDS } from '../ast/index.ts';
import { checkRows, constraintRows, keyColumnRows, referentialRows, statisticsRows } from './rows-keys.ts';
import { partitionRows } from './rows-partitions.ts';
import { columnRows, schemaRows, tableRows, viewRows, type Wanted } from './rows-schema.ts';
import {
  charsetRows,
  collationCharsetRows,
  collationRows,
  engineRows,
  pairRows,
  pluginRows,
  processRows,
} from './rows-server.ts';

type Provider = (source: InfoSource, wanted: Wanted) => MaybePromise<readonly Row[]>;

const INFORMATION_SCHEMA: Readonly<Record<string, Provider>> = {
  SCHEMATA: schemaRows,
  TABLES: tableRows,
  COLUMNS: columnRows,
  VIEWS: viewRows,
  PARTITIONS: partitionRows,
  STATISTICS: statisticsRows,
  KEY_COLUMN_USAGE: keyColumnRows,
  TABLE_CONSTRAINTS: constraintRows,
  REFERENTIAL_CONSTRAINTS: referentialRows,
  CHECK_CONSTRAINTS: checkRows,
  COLLATIONS: collationRows,
  COLLATION_CHARACTER_SET_APPLICABILITY: collationCharsetRows,
  CHARACTER_SETS: charsetRows,
  ENGINES: engineRows,
  PLUGINS: pluginRows,
  PROCESSLIST: processRows,
  KEYWORDS: keywordRows,
  USER_PRIVILEGES: (source) => privileges(source, 'USER_PRIVILEGES'),
  SCHEMA_PRIVILEGES: (source) => privileges(source, 'SCHEMA_PRIVILEGES'),
  TABLE_PRIVILEGES: (source) => privileges(source, 'TABLE_PRIVILEGES'),
  USER_ATTRIBUTES: (source) => privileges(source, 'USER_ATTRIBUTES'),
  COLUMN_PRIVILEGES: (source) => privileges(source, 'COLUMN_PRIVILEGES'),
};

const PERFORMANCE_SCHEMA: Readonly<Record<string, Provider>> = {
  global_variables: (source) => pairRows(source.variables('global')),
  session_variables: (source) => pairRows(source.variables('session')),
  global_status: (source) => pairRows(source.status('global')),
  session_status: (source) => pairRows(source.status('session')),
  processlist: (source) => processRows(source).map((row) => [...row, 'PRIMARY']),
};

function keywordRows(): Row[] {
  const rows = [...RESERVED_WORDS.map((word) => [word, 1]), ...OTHER_WORDS.map((word) => [word, 0])];
  return rows.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

function privileges(source: InfoSource, table: string): Row[] {
  return source.privilegeRows(table).map((row) => [...row]);
}

const NO_ROWS: readonly Row[] = [];

export function virtualRows(
  source: InfoSource,
  schema: string,
  table: string,
  wanted: Wanted,
): MaybePromise<readonly Row[]> {
  const providers = schema.toLowerCase() === 'information_schema' ? INFORMATION_SCHEMA : PERFORMANCE_SCHEMA;
  const name = schema.toLowerCase() === 'information_schema' ? table.toUpperCase() : table.toLowerCase();
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
  return provider === undefined ? (source.ownRows(name) ?? NO_ROWS) : provider(source, wanted);
}
