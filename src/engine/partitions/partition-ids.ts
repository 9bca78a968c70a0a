/** New key ranges for tables and partitions that have none yet. */
import type { PartitionDef, SubpartitionDef, TableDef } from '../../sql/catalog/index.ts';
import { UNASSIGNED_ID } from '../../sql/ddl/index.ts';

interface Allocator {
  allocateId(): Promise<number>;
}

/** A new id for the table, and for each of its partitions. */
export async function withIds(ids: Allocator, table: TableDef): Promise<TableDef> {
  const id = await ids.allocateId();
  return withPartitionIds(ids, { ...table, id }, () => true);
}

/** Ids for those partitions that have none. */
export function withMissingIds(ids: Allocator, table: TableDef): Promise<TableDef> {
  return withPartitionIds(ids, table, (id) => id === UNASSIGNED_ID);
}

async function withPartitionIds(ids: Allocator, table: TableDef, needsId: (id: number) => boolean): Promise<TableDef> {
  const { partitioning } = table;
  if (partitioning === undefined) return table;
  const partitions: PartitionDef[] = [];
  for (const partition of partitioning.partitions) {
    if (partition.subpartitions.length === 0) {
      partitions.push(needsId(partition.id) ? { ...partition, id: await ids.allocateId() } : partition);
      continue;
    }
    const subpartitions: SubpartitionDef[] = [];
    for (const sub of partition.subpartitions)
      subpartitions.push(needsId(sub.id) ? { ...sub, id: await ids.allocateId() } : sub);
    partitions.push({ ...partition, subpartitions });
  }
  return { ...table, partitioning: { ...partitioning, partitions } };
}
