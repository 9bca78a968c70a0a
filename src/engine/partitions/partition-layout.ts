/**
 * A partitioned table as the physical tables that hold its rows.
 *
 * Each partition (or subpartition) is a key range of its own under its own id, read and written through a definition that is
 * the table's but for id and partitioning. What is above a `TableStore` sees one table; what is below sees plain ones.
 */
import { assert, sqlError } from '../../base/index.ts';
import type { IndexDef, PartitioningDef, TableDef } from '../../sql/catalog/index.ts';
import type { Row, TimeZone } from '../../sql/types/index.ts';
import { NO_PARTITION, routerOf, type RuleRouter } from './partition-rule.ts';

export class PartitionLayout {
  readonly table: TableDef;
  /** By ordinal: subpartitions are counted through. */
  readonly leaves: readonly TableDef[];
  readonly perPartition: number;
  readonly router: RuleRouter;
  readonly subRouter: RuleRouter | undefined;
  /** Unique keys over all partitions. */
  readonly globalKeys: readonly IndexDef[];
  readonly #byId = new Map<number, TableDef>();

  constructor(table: TableDef, partitioning: PartitioningDef) {
    this.table = table;
    const { rule, subRule, partitions } = partitioning;
    this.globalKeys = table.indexes.filter((index) => index.unique && index.global === true);
    this.leaves = leafIds(partitioning).map((id) => leafOf(table, id));
    for (const leaf of this.leaves) this.#byId.set(leaf.id, leaf);
    this.perPartition = Math.max(1, partitions[0]?.subpartitions.length ?? 1);
    this.router = routerOf(rule, table, partitions, partitions.length);
    this.subRouter = subRule && routerOf(subRule, table, [], this.perPartition);
  }

  /** The leaf of a row's values; undefined when no partition takes them. */
  find(row: Row, zone: TimeZone): number {
    const partition = this.router.find(row, zone);
    if (partition === NO_PARTITION || this.subRouter === undefined) return partition;
    return partition * this.perPartition + this.subRouter.find(row, zone);
  }

  /** The leaf that a row is written to. `as` is the table as the statement named it: with or without PARTITION (…). */
  route(as: TableDef, row: Row, zone: TimeZone): TableDef {
    const ordinal = this.find(row, zone);
    if (ordinal === NO_PARTITION) throw sqlError('ER_NO_PARTITION_FOR_GIVEN_VALUE', this.router.describe(row, zone));
    if (as.selection !== undefined && !as.selection.ordinals.includes(ordinal))
      throw sqlError('ER_ROW_DOES_NOT_MATCH_GIVEN_PARTITION_SET');
    return this.leaves[ordinal] as TableDef;
  }

  byId(id: number): TableDef {
    const leaf = this.#byId.get(id);
    assert(leaf !== undefined, 'a row handle leads to a partition of its table');
    return leaf;
  }
}

function leafOf(table: TableDef, id: number): TableDef {
  const { partitioning: _partitioning, selection: _selection, ...plain } = table;
  return { ...plain, id };
}

export function leafIds(partitioning: PartitioningDef): number[] {
  return partitioning.partitions.flatMap((partition) =>
    partition.subpartitions.length === 0 ? [partition.id] : partition.subpartitions.map(({ id }) => id),
  );
}

const layouts = new WeakMap<TableDef, PartitionLayout>();

/** Undefined for a table without partitions. */
export function layoutOf(table: TableDef): PartitionLayout | undefined {
  if (table.partitioning === undefined) return undefined;
  const base = table.selection?.of ?? table;
  let layout = layouts.get(base);
  if (layout === undefined) {
    layout = new PartitionLayout(base, table.partitioning);
    layouts.set(base, layout);
  }
  return layout;
}

/** The tables that hold rows: the partitions, or the table itself. */
export function storedTables(table: TableDef): readonly TableDef[] {
  return layoutOf(table)?.leaves ?? [table];
}

/** Every id under which something of the table is stored: rows of its partitions, and its counters. */
export function storedIds(table: TableDef): readonly number[] {
  return table.partitioning === undefined ? [table.id] : [table.id, ...leafIds(table.partitioning)];
}

/** Rows of the table, or of the chosen partitions; undefined when nothing is known of any. */
export function rowCountOf(counts: { get(tableId: number): number | undefined }, table: TableDef): number | undefined {
  const layout = layoutOf(table);
  if (layout === undefined) return counts.get(table.id);
  const ordinals = table.selection?.ordinals ?? layout.leaves.keys();
  let sum: number | undefined;
  for (const ordinal of ordinals) {
    const count = counts.get((layout.leaves[ordinal] as TableDef).id);
    if (count !== undefined) sum = (sum ?? 0) + count;
  }
  return sum;
}
