/**
 * Dropped and truncated tables, as long as they can come back (FLASHBACK, RECOVER).
 *
 * The garbage row of a dropped table's range holds its definition: while old versions are retained the collector leaves the
 * range alone, and restoring is one commit that puts the definition back and takes the garbage row away.
 */
import { type Bytes, utf8Decode, utf8Encode } from '../base/index.ts';
import type { SchemaDef, TableDef } from '../sql/catalog/index.ts';
import type { Timestamp, Transaction, TransactionManager } from '../txn/index.ts';
import { readAll } from './catalog-store.ts';
import { MetaKind } from './key-space.ts';
import { type GarbageRange, markGarbage, rangeOfKey, unmarkGarbage } from './range-garbage.ts';

export interface DroppedTable {
  readonly table: TableDef;
  readonly how: 'drop' | 'truncate';
  /** Of each range that holds rows. */
  readonly rows: readonly (readonly [id: number, count: number])[];
  /** Of the database that went with it; the same database made again is another one. */
  readonly schema?: SchemaDef;
}

export interface FoundTable extends DroppedTable {
  readonly droppedAt: Timestamp;
}

/** Ids of the ranges that hold a table's rows: its own, and those of its partitions. */
function rangesOf(table: TableDef): GarbageRange[] {
  const ranges: GarbageRange[] = [{ tableId: table.id }];
  for (const partition of table.partitioning?.partitions ?? []) {
    if (partition.subpartitions.length === 0) ranges.push({ tableId: partition.id });
    for (const { id } of partition.subpartitions) ranges.push({ tableId: id });
  }
  return ranges;
}

export function markDropped(transaction: Transaction, dropped: DroppedTable): void {
  const [own, ...others] = rangesOf(dropped.table);
  markGarbage(transaction, own as GarbageRange, encode(dropped));
  for (const range of others) markGarbage(transaction, range, encode({ of: dropped.table.id }));
}

export function unmarkDropped(transaction: Transaction, table: TableDef): void {
  for (const range of rangesOf(table)) unmarkGarbage(transaction, range);
}

/** What can still come back, newest first. */
export async function droppedTables(manager: TransactionManager, oldest: Timestamp): Promise<FoundTable[]> {
  const rows: { readonly key: Bytes; readonly dropped: DroppedTable }[] = [];
  await readAll(manager, MetaKind.GARBAGE, (value, key) => {
    if (value.length === 0) return;
    const dropped = JSON.parse(utf8Decode(value)) as DroppedTable | { readonly of: number };
    if ('table' in dropped && dropped.table.id === rangeOfKey(key).tableId) rows.push({ key: key.slice(), dropped });
  });
  const found: FoundTable[] = [];
  for (const { key, dropped } of rows) {
    const version = await manager.tree.newestVersion(key);
    if (version !== undefined && version.timestamp > oldest) found.push({ ...dropped, droppedAt: version.timestamp });
  }
  return found.toSorted((a, b) => b.droppedAt - a.droppedAt || b.table.id - a.table.id);
}

function encode(document: DroppedTable | { readonly of: number }): Bytes {
  return utf8Encode(JSON.stringify(document));
}
