/** Which partitions a scan has to read. */
import type { TableDef } from '../../sql/catalog/index.ts';
import type { PartitionRanges } from '../../sql/ports.ts';
import type { TimeZone } from '../../sql/types/index.ts';
import type { PartitionLayout } from './partition-layout.ts';

/** Ordinals, ascending. */
export function prunedOrdinals(
  layout: PartitionLayout,
  table: TableDef,
  _ranges: PartitionRanges | undefined,
  _zone: TimeZone,
): readonly number[] {
  return table.selection?.ordinals ?? layout.leaves.map((_, ordinal) => ordinal);
}
