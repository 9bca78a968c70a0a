/**
 * ADD, DROP, COALESCE, REORGANIZE, TRUNCATE PARTITION: from the present partitions to the new ones.
 *
 * A plan names partitions whose id is unassigned (new, or emptied) and the ids whose rows have to be placed anew. Nothing else
 * of the table changes.
 */
import { sqlError } from '../../../base/index.ts';
import type { PartitionDefinition, PartitionOperation } from '../../ast/index.ts';
import type { PartitionDef, PartitioningDef, TableDef } from '../../catalog/index.ts';
import { type BuildContext, UNASSIGNED_ID } from '../build-context.ts';
import { buildPartitions, namedByCount, namesOf, refuseSameNames, refuseWrongValues } from './build-partitioning.ts';
import { definitionsUpTo, namesBelow } from './interval-partitions.ts';
import { partitionNameKey } from './partition-name.ts';
import { PARTITIONS_MAX } from './partitions-max.ts';
import { PartitionValues, takesOthers } from './partition-values.ts';

export interface PartitionPlan {
  readonly before: TableDef;
  readonly after: TableDef;
  /** Key ranges of `before` whose rows go where `after` says; a row that has no place any more is dropped. */
  readonly moved: readonly number[];
  /** No row is left. */
  readonly emptied: boolean;
}

type Change = { readonly partitioning: PartitioningDef; readonly moved: readonly number[] };

export function planPartitionChange(
  operation: PartitionOperation,
  table: TableDef,
  context: BuildContext,
): PartitionPlan {
  const { partitioning } = table;
  if (partitioning === undefined) throw sqlError('ER_PARTITION_MGMT_ON_NONPARTITIONED');
  const change = changeOf(operation, partitioning, table, context);
  const count = change.partitioning.partitions.reduce(
    (sum, { subpartitions }) => sum + Math.max(1, subpartitions.length),
    0,
  );
  if (count > PARTITIONS_MAX) throw sqlError('ER_TOO_MANY_PARTITIONS_ERROR');
  const after: TableDef = { ...table, version: table.version + 1, partitioning: change.partitioning };
  const emptied =
    operation.type === 'truncate' && leafIdsOf(change.partitioning.partitions).every((id) => id === UNASSIGNED_ID);
  return { before: table, after, moved: change.moved, emptied };
}

function changeOf(
  operation: PartitionOperation,
  partitioning: PartitioningDef,
  table: TableDef,
  context: BuildContext,
): Change {
  switch (operation.type) {
    case 'add':
      return isHashed(partitioning)
        ? addHashed(operation, partitioning, table, context)
        : addRanged(operation, partitioning, table, context);
    case 'drop':
      return drop(operation.partitions, partitioning);
    case 'first':
      return drop(namesBelow(operation.bound, partitioning, table, context), partitioning);
    case 'last': {
      const definitions = definitionsUpTo(operation.bound, partitioning, table, context);
      return addRanged({ type: 'add', definitions, count: undefined }, partitioning, table, context);
    }
    case 'coalesce':
      return coalesce(operation.count, partitioning);
    case 'reorganize':
      return reorganize(operation, partitioning, table, context);
    case 'truncate':
      return truncate(operation.partitions, partitioning, table);
    case 'rebuild':
      if (operation.partitions !== undefined) ordinalsOf(operation.partitions, partitioning, 'REBUILD');
      return { partitioning, moved: [] };
    default:
      throw sqlError(
        'ER_NOT_SUPPORTED_YET',
        `ALTER TABLE … ${operation.type.toUpperCase().replace('-', ' PARTITION ')}`,
      );
  }
}

function isHashed({ rule }: PartitioningDef): boolean {
  return rule.method === 'hash' || rule.method === 'key';
}

function perPartition({ partitions }: PartitioningDef): number {
  return partitions[0]?.subpartitions.length ?? 0;
}

const HAS_OTHERS =
  'Unsupported ADD List partition, already contains DEFAULT partition. Please use REORGANIZE PARTITION instead';

type Add = Extract<PartitionOperation, { type: 'add' }>;

function addRanged(
  { definitions, count }: Add,
  partitioning: PartitioningDef,
  table: TableDef,
  context: BuildContext,
): Change {
  const { rule } = partitioning;
  if (count !== undefined || definitions.length === 0)
    throw sqlError('ER_PARTITIONS_MUST_BE_DEFINED_ERROR', rule.method.toUpperCase());
  refuseWrongValues(rule.method, definitions);
  if (partitioning.partitions.some(takesOthers)) throw sqlError('ER_UNSUPPORTED_DDL', HAS_OTHERS);
  requireColumnLists(definitions, partitioning);
  requireSubpartitions(definitions, partitioning);
  refuseSameNames([...namesOf(partitioning.partitions), ...definitions.map(({ name }) => name)]);
  const values = new PartitionValues(rule, table, context);
  // MAXVALUE in the last partition leaves no room.
  const last = partitioning.partitions.at(-1);
  for (const partition of partitioning.partitions) values.take(partition);
  if (rule.method === 'range' && definitions[0]?.lessThan !== undefined && isUnbounded(last))
    throw sqlError(rule.byColumns ? 'ER_RANGE_NOT_INCREASING_ERROR' : 'ER_PARTITION_MAXVALUE_ERROR');
  const added = buildPartitions(definitions, partitioning, {
    table,
    context,
    perPartition: perPartition(partitioning),
    values,
  });
  const partitions = [...partitioning.partitions, ...added];
  refuseSameNames(namesOf(partitions));
  return { partitioning: { ...partitioning, partitions, ...namingOf(definitions, partitioning) }, moved: [] };
}

function isUnbounded(partition: PartitionDef | undefined): boolean {
  return partition?.lessThan?.every((value) => typeof value === 'object' && value !== null) ?? false;
}

/** COLUMNS: a value for each column. */
function requireColumnLists(definitions: readonly PartitionDefinition[], { rule }: PartitioningDef): void {
  const width = rule.byColumns ? rule.columnIds.length : 1;
  if (width > 1 && definitions.some(({ lessThan }) => lessThan !== undefined && lessThan.length !== width))
    throw sqlError('ER_PARTITION_COLUMN_LIST_ERROR');
}

function requireSubpartitions(definitions: readonly PartitionDefinition[], partitioning: PartitioningDef): void {
  const expected = perPartition(partitioning);
  for (const { subpartitions } of definitions) {
    if (subpartitions.length === 0 || subpartitions.length === expected) continue;
    throw expected === 0 ? sqlError('ER_SUBPARTITION_ERROR') : sqlError('ER_ADD_PARTITION_SUBPART_ERROR');
  }
}

/** Written subpartitions make SHOW CREATE TABLE list them. */
function namingOf(
  definitions: readonly PartitionDefinition[],
  partitioning: PartitioningDef,
): Pick<PartitioningDef, 'defaultSubNames' | 'printSubCount'> {
  const listed = definitions.some(({ subpartitions }) => subpartitions.length > 0);
  return {
    defaultSubNames: partitioning.defaultSubNames && !listed,
    printSubCount: partitioning.printSubCount && !listed,
  };
}

function addHashed(
  { definitions, count }: Add,
  partitioning: PartitioningDef,
  table: TableDef,
  context: BuildContext,
): Change {
  const present = partitioning.partitions;
  const added = definitions.length > 0 ? definitions : namedByCount(count ?? 1, present.length);
  if (count === 0) throw sqlError('ER_ADD_PARTITION_NO_NEW_PARTITION');
  if (present.length + added.length > PARTITIONS_MAX) throw sqlError('ER_TOO_MANY_PARTITIONS_ERROR');
  const built = buildPartitions(added, partitioning, { table, context, perPartition: 0 });
  const partitions = [...present.map(emptied), ...built];
  refuseSameNames(namesOf(partitions));
  const defaultNames = partitioning.defaultNames && definitions.length === 0;
  return {
    partitioning: { ...partitioning, partitions, defaultNames, printCount: defaultNames },
    moved: leafIdsOf(present),
  };
}

function coalesce(count: number, partitioning: PartitioningDef): Change {
  if (!isHashed(partitioning)) throw sqlError('ER_COALESCE_ONLY_ON_HASH_PARTITION');
  if (count < 1) throw sqlError('ER_COALESCE_PARTITION_NO_PARTITION');
  const present = partitioning.partitions;
  if (count >= present.length) throw sqlError('ER_DROP_LAST_PARTITION');
  const partitions = present.slice(0, present.length - count).map(emptied);
  return {
    partitioning: { ...partitioning, partitions, printCount: partitioning.defaultNames },
    moved: leafIdsOf(present),
  };
}

function drop(names: readonly string[], partitioning: PartitioningDef): Change {
  if (isHashed(partitioning)) throw sqlError('ER_ONLY_ON_RANGE_LIST_PARTITION', 'DROP');
  // MySQL counts the names before it looks them up.
  if (names.length >= partitioning.partitions.length) throw sqlError('ER_DROP_LAST_PARTITION');
  const dropped = ordinalsOf(names, partitioning, 'DROP');
  const partitions = partitioning.partitions.filter((_, ordinal) => !dropped.has(ordinal));
  return { partitioning: { ...partitioning, partitions }, moved: [] };
}

function truncate(names: readonly string[] | undefined, partitioning: PartitioningDef, table: TableDef): Change {
  const wanted = names?.map(partitionNameKey);
  const found = new Set<string>();
  const isWanted = (name: string): boolean => {
    const key = partitionNameKey(name);
    if (wanted === undefined) return true;
    if (wanted.includes(key)) found.add(key);
    return wanted.includes(key);
  };
  const partitions = partitioning.partitions.map((partition) => {
    if (isWanted(partition.name)) return emptied(partition);
    return {
      ...partition,
      subpartitions: partition.subpartitions.map((sub) => (isWanted(sub.name) ? { ...sub, id: UNASSIGNED_ID } : sub)),
    };
  });
  const missing = names?.find((name) => !found.has(partitionNameKey(name)));
  if (missing !== undefined) throw sqlError('ER_UNKNOWN_PARTITION', missing, table.name);
  return { partitioning: { ...partitioning, partitions }, moved: [] };
}

type Reorganize = Extract<PartitionOperation, { type: 'reorganize' }>;

function reorganize(
  { partitions: names, definitions }: Reorganize,
  partitioning: PartitioningDef,
  table: TableDef,
  context: BuildContext,
): Change {
  if (names.length === 0) {
    if (!isHashed(partitioning)) throw sqlError('ER_REORG_NO_PARAM_ERROR');
    return { partitioning, moved: [] };
  }
  const { rule, partitions: present } = partitioning;
  refuseWrongValues(rule.method, definitions);
  requireColumnLists(definitions, partitioning);
  if (names.length > present.length) throw sqlError('ER_REORG_PARTITION_NOT_EXIST');
  if (isHashed(partitioning) && definitions.length !== names.length) throw sqlError('ER_REORG_HASH_ONLY_ON_SAME_NO');
  requireSubpartitions(definitions, partitioning);
  const replaced = ordinalsOf(names, partitioning, 'REORGANIZE');
  const first = Math.min(...replaced);
  const last = Math.max(...replaced);
  if (rule.method === 'range' && last - first + 1 !== replaced.size) throw sqlError('ER_CONSECUTIVE_REORG_PARTITIONS');
  const kept = (ordinal: number): boolean => !replaced.has(ordinal);
  refuseSameNames([...namesOf(present.filter((_, ordinal) => kept(ordinal))), ...definitions.map(({ name }) => name)]);
  const values = new PartitionValues(rule, table, context);
  const before = present.filter((_, ordinal) => kept(ordinal) && (rule.method !== 'range' || ordinal < first));
  for (const partition of before) values.take(partition);
  const added = buildPartitions(definitions, partitioning, {
    table,
    context,
    perPartition: perPartition(partitioning),
    values,
  });
  const behind = rule.method === 'range' ? present.slice(last + 1) : [];
  for (const partition of behind) if (rule.byColumns || !isUnbounded(partition)) values.take(partition);
  if (rule.method === 'range') requireSameRange(values, added, present, last);
  const partitions = present.flatMap((partition, ordinal) =>
    ordinal === first ? added : kept(ordinal) ? [partition] : [],
  );
  refuseSameNames(namesOf(partitions));
  return {
    partitioning: {
      ...partitioning,
      partitions,
      defaultNames: false,
      printCount: false,
      ...namingOf(definitions, partitioning),
    },
    moved: leafIdsOf(present.filter((_, ordinal) => !kept(ordinal))),
  };
}

/** The new ranges cover what the old ones did; behind the last there may be more. */
function requireSameRange(
  values: PartitionValues,
  added: readonly PartitionDef[],
  present: readonly PartitionDef[],
  last: number,
): void {
  const order = values.compareRanges(added.at(-1) as PartitionDef, present[last] as PartitionDef);
  if (order === 0 || (order > 0 && last === present.length - 1)) return;
  throw sqlError('ER_REORG_OUTSIDE_RANGE');
}

function ordinalsOf(names: readonly string[], { partitions }: PartitioningDef, action: string): Set<number> {
  const ordinals = new Set<number>();
  for (const name of names) {
    const key = partitionNameKey(name);
    const ordinal = partitions.findIndex((partition) => partitionNameKey(partition.name) === key);
    if (ordinal < 0 || ordinals.has(ordinal)) throw sqlError('ER_DROP_PARTITION_NON_EXISTENT', action);
    ordinals.add(ordinal);
  }
  return ordinals;
}

/** The same partition in a new, empty key range. */
function emptied(partition: PartitionDef): PartitionDef {
  return {
    ...partition,
    id: UNASSIGNED_ID,
    subpartitions: partition.subpartitions.map((sub) => ({ ...sub, id: UNASSIGNED_ID })),
  };
}

function leafIdsOf(partitions: readonly PartitionDef[]): number[] {
  return partitions.flatMap((partition) =>
    partition.subpartitions.length === 0 ? [partition.id] : partition.subpartitions.map(({ id }) => id),
  );
}
