/** Partition pruning, the executor's half: the values of what the planner found out about the partitioning columns. */
import type { IndexDef, PartitionRule, TableDef } from '../catalog/index.ts';
import type { EvalContext } from '../expr/index.ts';
import type { IndexAccess, TableSource } from '../plan/index.ts';
import type { PartitionRanges } from '../ports.ts';
import { compileRanges, type RangeBuilder } from './key-ranges.ts';

export type PartitionRangesBuilder = (context: EvalContext) => PartitionRanges;

/** Undefined when nothing can be pruned. */
export function compilePartitionRanges(
  source: Pick<TableSource, 'table' | 'partitions'>,
): PartitionRangesBuilder | undefined {
  const { table, partitions } = source;
  const { partitioning } = table;
  if (partitions === undefined || partitioning === undefined) return undefined;
  const partition = rangesOf(table, partitioning.rule, partitions.partition);
  const subpartition = partitioning.subRule && rangesOf(table, partitioning.subRule, partitions.subpartition);
  return (context) => ({
    ...(partition && { partition: partition(context) }),
    ...(subpartition && { subpartition: subpartition(context) }),
  });
}

function rangesOf(table: TableDef, rule: PartitionRule, access: IndexAccess | undefined): RangeBuilder | undefined {
  return access && compileRanges(table, indexOn(rule), access);
}

/** An index on the columns of the rule, for the sake of its ranges. */
function indexOn(rule: PartitionRule): IndexDef {
  return {
    id: -1,
    name: '',
    unique: true,
    primary: false,
    parts: rule.columnIds.map((columnId) => ({ columnId, descending: false })),
    visible: false,
    comment: '',
    kind: 'btree',
    state: 'public',
  };
}
