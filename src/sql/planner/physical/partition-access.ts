/**
 * Partition pruning, the planner's half: what the conditions of a scan say of the partitioning columns.
 *
 * The columns of a partitioning rule are matched as those of an index would be. Which partitions that leaves is found when the scan
 * opens and the values are known (engine/partitions/prune.ts).
 */
import type { PartitionRule } from '../../catalog/index.ts';
import type { Expr } from '../../expr/index.ts';
import type { IndexAccess, PartitionAccess } from '../../plan/index.ts';
import type { ScanNode } from '../logical/logical-plan.ts';
import { type IndexPart, matchIndex, type Restriction } from './index-access.ts';
import type { Candidate } from './physical-plan.ts';

export function partitionAccess(
  scan: ScanNode,
  restriction: Restriction,
  columnOf: (position: number) => number | undefined,
  isValue: (expr: Expr) => boolean,
): PartitionAccess | undefined {
  const { partitioning } = scan.table;
  if (partitioning === undefined) return undefined;
  const matched = (rule: PartitionRule | undefined): IndexAccess | undefined => {
    if (rule === undefined) return undefined;
    const { alternatives } = matchIndex(partsOfRule(rule, scan, columnOf), restriction, isValue);
    return alternatives.length === 0 ? undefined : { alternatives };
  };
  const partition = matched(partitioning.rule);
  const subpartition = matched(partitioning.subRule);
  if (partition === undefined && subpartition === undefined) return undefined;
  return { ...(partition && { partition }), ...(subpartition && { subpartition }) };
}

function partsOfRule(
  rule: PartitionRule,
  scan: ScanNode,
  columnOf: (position: number) => number | undefined,
): IndexPart[] {
  return rule.columnIds.map((id) => {
    const position = scan.table.columns.findIndex((column) => column.id === id);
    return { column: columnOf(position), position, isPrefix: false, descending: false };
  });
}

export function withPartitions(candidate: Candidate, partitions: PartitionAccess): Candidate {
  const { node } = candidate;
  if (node.kind !== 'index-scan' && node.kind !== 'index-merge' && node.kind !== 'point-get') return candidate;
  return { ...candidate, node: { ...node, partitions } };
}
