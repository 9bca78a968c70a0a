/**
 * PARTITION BY to a `PartitioningDef`: rules, partitions with their values, names and counts, checked as MySQL does.
 *
 * Ids stay unassigned; the store gives each partition (or subpartition) a key range of its own.
 */
import { sqlError } from '../../../base/index.ts';
import type { NamedOption, PartitionDefinition, Partitioning } from '../../ast/index.ts';
import type { PartitionDef, PartitioningDef, PartitionRule, SubpartitionDef, TableDef } from '../../catalog/index.ts';
import { type BuildContext, UNASSIGNED_ID } from '../build-context.ts';
import { buildRule, checkUniqueKeys } from './partition-rule.ts';
import { partitionNameKey } from './partition-name.ts';
import { intervalDefinitions } from './interval-partitions.ts';
import { PARTITIONS_MAX } from './partitions-max.ts';
import { PartitionValues } from './partition-values.ts';

/** `table` has its columns and keys already. */
export function buildPartitioning(node: Partitioning, table: TableDef, context: BuildContext): PartitioningDef {
  const { method, subpartitionBy } = node;
  if (node.count === 0) throw sqlError('ER_NO_PARTS_ERROR', 'partitions');
  if (node.subpartitionCount === 0) throw sqlError('ER_NO_PARTS_ERROR', 'subpartitions');
  const isHashed = method.type === 'hash' || method.type === 'key';
  const hasSubpartitions = node.partitions.some((partition) => partition.subpartitions.length > 0);
  if ((isHashed && subpartitionBy !== undefined) || (subpartitionBy === undefined && hasSubpartitions))
    throw sqlError('ER_SUBPARTITION_ERROR');
  if (!isHashed && node.partitions.length === 0 && node.interval === undefined)
    throw sqlError('ER_PARTITIONS_MUST_BE_DEFINED_ERROR', method.type.toUpperCase());
  refuseWrongValues(method.type, node.partitions);
  const rule = buildRule(method, table, context);
  const subRule = subpartitionBy && buildRule(subpartitionBy, table, context);
  const perPartition = subpartitionsEach(node);
  const listed =
    node.interval === undefined ? node.partitions : intervalDefinitions(node.interval, rule, table, context);
  const count = listed.length || (node.count ?? 1);
  if (count * Math.max(1, perPartition) > PARTITIONS_MAX) throw sqlError('ER_TOO_MANY_PARTITIONS_ERROR');
  const definitions = listed.length > 0 ? listed : namedByCount(count, 0);
  const partitions = buildPartitions(definitions, { rule, subRule }, { table, context, perPartition });
  checkUniqueKeys([rule, subRule], table);
  checkPartitionedTable(table);
  return {
    rule,
    ...(subRule && { subRule }),
    partitions,
    defaultNames: listed.length === 0,
    printCount: listed.length === 0 && node.count !== undefined,
    defaultSubNames: !hasSubpartitions,
    printSubCount: !hasSubpartitions && node.subpartitionCount !== undefined,
  };
}

export interface PartitionSurroundings {
  readonly table: TableDef;
  readonly context: BuildContext;
  /** Subpartitions of each partition; 0 = none. */
  readonly perPartition: number;
  /** Has taken the partitions that come before. */
  readonly values?: PartitionValues;
}

export function buildPartitions(
  definitions: readonly PartitionDefinition[],
  { rule, subRule }: { readonly rule: PartitionRule; readonly subRule?: PartitionRule | undefined },
  { table, context, perPartition, values }: PartitionSurroundings,
): PartitionDef[] {
  checkNames(definitions);
  for (const definition of definitions) {
    checkOptions(definition.options);
    for (const subpartition of definition.subpartitions) checkOptions(subpartition.options);
  }
  const found = values ?? new PartitionValues(rule, table, context);
  return definitions.map((definition) => ({
    ...plainPartition(definition.name, definition.options),
    ...found.of(definition),
    subpartitions: subRule === undefined ? [] : subpartitionsOf(definition, perPartition),
  }));
}

/** Partitions named p0, p1, … as MySQL does when only a count is given. */
export function namedByCount(count: number, first: number): PartitionDefinition[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `p${first + i}`,
    lessThan: undefined,
    in: undefined,
    options: [],
    subpartitions: [],
  }));
}

/** VALUES of another method are an error even before names are looked up. */
export function refuseWrongValues(method: PartitionRule['method'], partitions: readonly PartitionDefinition[]): void {
  for (const partition of partitions) {
    if (partition.lessThan !== undefined && method !== 'range')
      throw sqlError('ER_PARTITION_WRONG_VALUES_ERROR', 'RANGE', 'LESS THAN');
    if (partition.in !== undefined && method !== 'list')
      throw sqlError('ER_PARTITION_WRONG_VALUES_ERROR', 'LIST', 'IN');
  }
}

function subpartitionsEach(node: Partitioning): number {
  if (node.subpartitionBy === undefined) return 0;
  return node.subpartitionCount ?? Math.max(1, node.partitions[0]?.subpartitions.length ?? 1);
}

function subpartitionsOf(definition: PartitionDefinition, perPartition: number): SubpartitionDef[] {
  if (definition.subpartitions.length > 0)
    return definition.subpartitions.map(({ name, options }) => plainSubpartition(name, options));
  return Array.from({ length: perPartition }, (_, i) =>
    plainSubpartition(`${definition.name}sp${i}`, definition.options),
  );
}

function plainPartition(name: string, options: readonly NamedOption[]): PartitionDef {
  return { ...plainSubpartition(name, options), subpartitions: [] };
}

function plainSubpartition(name: string, options: readonly NamedOption[]): SubpartitionDef {
  const kept: Record<string, string> = {};
  let comment = '';
  for (const option of options) {
    if (option.name === 'comment') comment = String(option.value ?? '');
    else if (option.name !== 'engine') kept[option.name] = String(option.value ?? '');
  }
  return { id: UNASSIGNED_ID, name, comment, options: kept };
}

function checkOptions(options: readonly NamedOption[]): void {
  for (const { name, value } of options) {
    if (name === 'engine' && String(value ?? 'innodb').toLowerCase() !== 'innodb') {
      throw sqlError('ER_CHECK_NOT_IMPLEMENTED', 'native partitioning');
    }
    if (name === 'comment' && [...String(value ?? '')].length > 1024)
      throw sqlError('ER_TOO_LONG_TABLE_PARTITION_COMMENT', 'partition', 1024);
  }
}

function checkNames(definitions: readonly PartitionDefinition[]): void {
  const names = definitions.flatMap((definition) => [
    definition.name,
    ...definition.subpartitions.map((subpartition) => subpartition.name),
  ]);
  for (const name of names) {
    if (name === '' || name.endsWith(' ')) throw sqlError('ER_WRONG_PARTITION_NAME');
    if ([...name].length > 64) throw sqlError('ER_TOO_LONG_IDENT', name);
  }
  refuseSameNames(names);
}

export function refuseSameNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = partitionNameKey(name);
    if (seen.has(key)) throw sqlError('ER_SAME_NAME_PARTITION', name);
    seen.add(key);
  }
}

export function namesOf(partitions: readonly PartitionDef[]): string[] {
  return partitions.flatMap((partition) => [partition.name, ...partition.subpartitions.map(({ name }) => name)]);
}

/** What a table may not have beside partitions. */
export function checkPartitionedTable(table: TableDef): void {
  if (table.foreignKeys.length > 0) throw sqlError('ER_FOREIGN_KEY_ON_PARTITIONED');
  if (table.indexes.some((index) => index.kind === 'fulltext')) throw sqlError('ER_TABLE_CANT_HANDLE_FT');
}
