/** Definitions of the virtual tables as `TableDef`s without indexes, made on first use. */
import type { ColumnDef, TableDef } from '../catalog/index.ts';
import { virtualColumnType } from './column-types.ts';
import { TIDB_TABLES } from './tidb-tables.data.ts';
import { VIRTUAL_TABLES, type VirtualColumnRow } from './virtual-tables.data.ts';

const cache = new Map<string, TableDef>();

export const VIRTUAL_SCHEMAS: readonly string[] = Object.keys(VIRTUAL_TABLES);

export function isVirtualSchema(name: string): boolean {
  return Object.hasOwn(VIRTUAL_TABLES, name.toLowerCase());
}

/** Names are found in any case: information_schema.tables and INFORMATION_SCHEMA.TABLES are one. */
export function findVirtualTable(schema: string, table: string): TableDef | undefined {
  const schemaName = schema.toLowerCase();
  if (!Object.hasOwn(VIRTUAL_TABLES, schemaName)) return undefined;
  const tables = tablesOf(schemaName);
  const name = schemaName === 'information_schema' ? table.toUpperCase() : table.toLowerCase();
  const columns = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (columns === undefined) return undefined;
  const key = `${schemaName}.${name}`;
  let found = cache.get(key);
  if (found === undefined) {
    found = define(schemaName, name, columns);
    cache.set(key, found);
  }
  return found;
}

export function virtualTables(schema: string): readonly TableDef[] {
  return Object.keys(tablesOf(schema.toLowerCase())).flatMap((name) =>
    name.startsWith('SHOW_') ? [] : (findVirtualTable(schema, name) ?? []),
  );
}

const INFORMATION_SCHEMA = { ...VIRTUAL_TABLES['information_schema'], ...TIDB_TABLES };

function tablesOf(schema: string): Readonly<Record<string, readonly VirtualColumnRow[]>> {
  return schema === 'information_schema' ? INFORMATION_SCHEMA : (VIRTUAL_TABLES[schema] ?? {});
}

/** Columns that TiDB has behind MySQL's: they can be named, and `*` leaves them out. */
const TIDB_COLUMNS: Readonly<Record<string, readonly VirtualColumnRow[]>> = {
  TABLES: [
    { name: 'TIDB_TABLE_ID', type: 'bigint', nullable: true },
    { name: 'TIDB_ROW_ID_SHARDING_INFO', type: 'varchar(255)', nullable: true },
    { name: 'TIDB_PK_TYPE', type: 'varchar(64)', nullable: true },
    { name: 'TIDB_PLACEMENT_POLICY_NAME', type: 'varchar(64)', nullable: true },
  ],
  PARTITIONS: [
    { name: 'TIDB_PARTITION_ID', type: 'bigint', nullable: true },
    { name: 'TIDB_PLACEMENT_POLICY_NAME', type: 'varchar(64)', nullable: true },
  ],
};

function define(schema: string, name: string, columns: readonly VirtualColumnRow[]): TableDef {
  const hidden = (schema === 'information_schema' ? TIDB_COLUMNS[name] : undefined) ?? [];
  return {
    kind: 'table',
    id: 0,
    schema,
    name,
    version: 1,
    columns: [...columns, ...hidden].map(
      (column, place): ColumnDef => ({
        id: place + 1,
        name: column.name,
        type: virtualColumnType(column.type, column.name, column.nullable === true),
        onUpdateNow: false,
        autoIncrement: false,
        comment: '',
        invisible: place >= columns.length,
        state: 'public',
        hidden: false,
      }),
    ),
    indexes: [],
    foreignKeys: [],
    checks: [],
    collation: 'utf8mb3_general_ci',
    comment: '',
    options: {},
    temporary: false,
    createdAtMs: 0,
    nextColumnId: columns.length + hidden.length + 1,
    nextIndexId: 1,
  };
}
