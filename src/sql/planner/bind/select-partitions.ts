/** `t PARTITION (p0, p1)`: the table's definition restricted to the named partitions. */
import { sqlError } from '../../../base/index.ts';
import type { TableDef } from '../../catalog/index.ts';
import { partitionNameKey } from '../../ddl/index.ts';

export function selectPartitions(table: TableDef, names: readonly string[]): TableDef {
  if (names.length === 0) return table;
  const { partitioning } = table;
  if (partitioning === undefined) throw sqlError('ER_PARTITION_CLAUSE_ON_NONPARTITIONED');
  const chosen = new Set<number>();
  for (const name of names) {
    const ordinals = ordinalsOf(table, name);
    if (ordinals.length === 0) throw sqlError('ER_UNKNOWN_PARTITION', name, table.name);
    for (const ordinal of ordinals) chosen.add(ordinal);
  }
  return { ...table, selection: { of: table, ordinals: [...chosen].sort((a, b) => a - b) } };
}

/** A partition stands for all its subpartitions. */
function ordinalsOf({ partitioning }: TableDef, name: string): number[] {
  const key = partitionNameKey(name);
  const ordinals: number[] = [];
  let next = 0;
  for (const partition of partitioning?.partitions ?? []) {
    const names =
      partition.subpartitions.length === 0 ? [partition.name] : partition.subpartitions.map((sub) => sub.name);
    for (const leaf of names) {
      if (partitionNameKey(partition.name) === key || partitionNameKey(leaf) === key) ordinals.push(next);
      next++;
    }
  }
  return ordinals;
}
