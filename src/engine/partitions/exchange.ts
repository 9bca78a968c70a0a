/**
 * EXCHANGE PARTITION: a partition and a table swap their rows.
 *
 * Both are key ranges under an id, so that the ids change places and no row is touched; only tables whose columns or keys got
 * their ids in another order are copied.
 */
import { sqlError } from '../../base/index.ts';
import type { ColumnDef, IndexDef, PartitioningDef, TableDef } from '../../sql/catalog/index.ts';

export interface PartitionExchange {
  readonly table: TableDef;
  /** Ordinal of the partition or subpartition, counted through. */
  readonly ordinal: number;
  readonly other: TableDef;
  /** Every row of the table must belong to the partition. */
  readonly validate: boolean;
}

/** 1736 when the table could not be a partition. */
export function requireSameDefinition(table: TableDef, other: TableDef): void {
  const isVirtual = (column: ColumnDef): boolean => column.generated?.stored === false;
  if (table.columns.some((column, i) => isVirtual(column) !== isVirtual(other.columns[i] ?? column)))
    throw sqlError('ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN', 'Exchanging partitions for non-generated columns');
  const isSame =
    table.columns.length === other.columns.length &&
    table.columns.every((column, i) => shapeOf(column) === shapeOf(other.columns[i] as ColumnDef)) &&
    table.indexes.length === other.indexes.length &&
    table.indexes.every((index) => other.indexes.some((twin) => keyOf(index, table) === keyOf(twin, other)));
  if (!isSame) throw sqlError('ER_TABLES_DIFFERENT_METADATA');
  const global = table.indexes.find((index) => index.global);
  if (global !== undefined) throw sqlError('ER_PARTITION_EXCHANGE_DIFFERENT_OPTION', `global index: ${global.name}`);
  const format = (definition: TableDef): string => (definition.options['row_format'] ?? 'default').toLowerCase();
  if (format(table) !== format(other)) throw sqlError('ER_PARTITION_EXCHANGE_DIFFERENT_OPTION', 'ROW_FORMAT');
}

function shapeOf({ name, type, generated, autoIncrement }: ColumnDef): string {
  return JSON.stringify([
    name.toLowerCase(),
    { ...type, length: type.kind === 'int' ? 0 : type.length },
    generated,
    autoIncrement,
  ]);
}

function keyOf(index: IndexDef, table: TableDef): string {
  const parts = index.parts.map(({ columnId, prefixLength, descending }) => [
    table.columns.findIndex((column) => column.id === columnId),
    prefixLength,
    descending,
  ]);
  return JSON.stringify([index.name.toLowerCase(), index.unique, index.primary, index.kind, parts]);
}

/** Rows of one can be read by the definition of the other. */
export function sameIds(table: TableDef, other: TableDef): boolean {
  const columns = table.columns.every((column, i) => {
    const twin = other.columns[i] as ColumnDef;
    return column.id === twin.id && JSON.stringify(column.originDefault) === JSON.stringify(twin.originDefault);
  });
  return (
    columns &&
    table.indexes.every((index) => other.indexes.some((twin) => twin.id === index.id && twin.name === index.name))
  );
}

/** The partitioning with another key range under one (sub)partition. */
export function withLeafId(partitioning: PartitioningDef, ordinal: number, id: number): PartitioningDef {
  let next = 0;
  const partitions = partitioning.partitions.map((partition) => {
    if (partition.subpartitions.length === 0) return next++ === ordinal ? { ...partition, id } : partition;
    const subpartitions = partition.subpartitions.map((sub) => (next++ === ordinal ? { ...sub, id } : sub));
    return { ...partition, subpartitions };
  });
  return { ...partitioning, partitions };
}
