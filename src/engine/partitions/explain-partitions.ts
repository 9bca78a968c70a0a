/** The partitions that a scan of a plan would read now, for EXPLAIN. */
import { compilePartitionRanges } from '../../sql/exec/index.ts';
import type { EvalContext } from '../../sql/expr/index.ts';
import type { PhysicalNode, TableSource } from '../../sql/plan/index.ts';
import type { PartitionRanges } from '../../sql/ports.ts';
import type { PartitioningDef } from '../../sql/catalog/index.ts';
import type { TimeZone } from '../../sql/types/index.ts';
import { layoutOf } from './partition-layout.ts';
import { prunedOrdinals } from './prune.ts';

/** Undefined for nodes that read no partitioned table, and where it depends on other rows. */
export function explainPartitions(node: PhysicalNode, context: EvalContext, zone: TimeZone): string | undefined {
  if (node.kind !== 'index-scan' && node.kind !== 'index-merge' && node.kind !== 'point-get') return undefined;
  const { table } = node;
  const layout = layoutOf(table);
  if (layout === undefined || table.partitioning === undefined) return undefined;
  const partitions = knownRanges(node, context);
  if (partitions === 'unknown') return undefined;
  const index = table.indexes[0]!;
  const request = { table, index, ranges: [{}], columns: [], reverse: false, ...(partitions && { partitions }) };
  const ordinals = prunedOrdinals(layout, request, zone);
  if (ordinals.length === 0) return 'dual';
  if (ordinals.length === layout.leaves.length) return 'all';
  const names = leafNames(table.partitioning);
  return ordinals.map((ordinal) => names[ordinal]).join(',');
}

/** What depends on an outer row or on a subquery is not known yet. */
function knownRanges(node: TableSource, context: EvalContext): PartitionRanges | 'unknown' | undefined {
  return readsSlot(node.partitions) ? 'unknown' : compilePartitionRanges(node)?.(context);
}

function readsSlot(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.some(readsSlot);
  const { kind, args, expr, equal, low, high, alternatives, partition, subpartition } = value as Record<
    string,
    unknown
  >;
  if (kind === 'slot') return true;
  return [args, expr, equal, low, high, alternatives, partition, subpartition].some(readsSlot);
}

function leafNames({ partitions }: PartitioningDef): string[] {
  return partitions.flatMap(({ name, subpartitions }) =>
    subpartitions.length === 0 ? [name] : subpartitions.map((sub) => `${name}_${sub.name}`),
  );
}
