/** An ADD INDEX that a crash cut short leaves an index that is written and not read: it goes when the branch is opened. */
import type { TableDef } from '../sql/catalog/index.ts';
import type { CatalogStore } from './catalog-store.ts';
import { markGarbage } from './range-garbage.ts';

export async function dropUnfinishedIndexes(store: CatalogStore): Promise<void> {
  const { current } = store;
  const tables = current
    .schemas()
    .flatMap((schema) => current.tables(schema.name))
    .filter((table): table is TableDef => table.kind === 'table' && table.indexes.some(isUnfinished));
  if (tables.length === 0) return;
  await store.change((draft) => {
    for (const table of tables) {
      for (const index of table.indexes)
        if (isUnfinished(index)) markGarbage(draft.transaction, { tableId: table.id, indexId: index.id });
      draft.put(withoutUnfinished(table));
    }
  });
}

function isUnfinished(index: TableDef['indexes'][number]): boolean {
  return index.state !== 'public';
}

/** Hidden columns carry expressions of indexes: those that no index is left for go too. */
function withoutUnfinished(table: TableDef): TableDef {
  const indexes = table.indexes.filter((index) => !isUnfinished(index));
  const used = new Set(indexes.flatMap((index) => index.parts.map((part) => part.columnId)));
  const columns = table.columns.filter((column) => !column.hidden || used.has(column.id));
  return { ...table, indexes, columns, version: table.version + 1 };
}
