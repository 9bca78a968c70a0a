/** ALTER TABLE … ADD FOREIGN KEY: every row that is there must have its parent (1452). */
import type { CatalogSnapshot } from './catalog-snapshot.ts';
import type { ForeignKeyDef, IndexDef, TableDef } from '../sql/catalog/index.ts';
import { noParent } from '../sql/exec/index.ts';
import type { TransactionStorage } from '../sql/ports.ts';
import type { Row, Value } from '../sql/types/index.ts';

export interface ParentLookup {
  /** Throws for the first row without a parent. */
  check(rows: readonly Row[]): Promise<void>;
}

/** Undefined when the parent table does not exist: then there is nothing to check against (foreign_key_checks = 0). */
export function parentLookup(
  storage: TransactionStorage,
  catalog: CatalogSnapshot,
  child: TableDef,
  key: ForeignKeyDef,
): ParentLookup | undefined {
  const isSelf = key.referencedSchema === child.schema && key.referencedTable === child.name;
  const parent = isSelf ? child : catalog.findTable(key.referencedSchema, key.referencedTable);
  if (parent?.kind !== 'table') return undefined;
  const parentIds = key.referencedColumns.map((name) => idOf(parent, name));
  const index = parent.indexes.find((candidate) => startsWith(candidate, parentIds));
  if (index === undefined) return undefined;
  const positions = key.columnIds.map((id) => child.columns.findIndex((column) => column.id === id));
  const exists = (values: readonly Value[]): Promise<boolean> => hasRow(storage, parent, index, values);
  return {
    async check(rows) {
      for (const row of rows) {
        const values = positions.map((position) => row[position] ?? null);
        if (!values.includes(null) && !(await exists(values))) throw noParent(child, key);
      }
    },
  };
}

function idOf(table: TableDef, name: string): number {
  return table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.id ?? -1;
}

function startsWith(index: IndexDef, columnIds: readonly number[]): boolean {
  return columnIds.every((id, i) => index.parts[i]?.columnId === id && index.parts[i]?.prefixLength === undefined);
}

async function hasRow(
  storage: TransactionStorage,
  table: TableDef,
  index: IndexDef,
  values: readonly Value[],
): Promise<boolean> {
  const bound = { values, inclusive: true };
  const cursor = storage.scan({
    table,
    index,
    ranges: [{ low: bound, high: bound }],
    columns: [],
    reverse: false,
    limitHint: 1,
  });
  try {
    return (await cursor.next()) !== undefined;
  } finally {
    cursor.close();
  }
}
