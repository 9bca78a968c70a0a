/** Rows of PARTITIONS: one per partition, per subpartition where there are some, and one for each other table. */
import type { PartitionDef, PartitioningDef, SubpartitionDef, TableDef } from '../catalog/index.ts';
import { descriptionOf, expressionText, methodText } from '../ddl/index.ts';
import type { Row } from '../types/index.ts';
import type { InfoSource } from './info-source.ts';
import { visibleTables, type Wanted } from './rows-schema.ts';

export function partitionRows(source: InfoSource, wanted: Wanted): Row[] {
  return [...visibleTables(source, wanted)].flatMap((table) =>
    table.partitioning === undefined
      ? [row(source, table, nulls(9), undefined)]
      : rowsOf(source, table, table.partitioning),
  );
}

function nulls(count: number): null[] {
  return new Array<null>(count).fill(null);
}

function rowsOf(source: InfoSource, table: TableDef, partitioning: PartitioningDef): Row[] {
  const { rule, subRule, partitions } = partitioning;
  const rows: Row[] = [];
  const add = (partition: PartitionDef, place: number, sub?: SubpartitionDef, subPlace?: number): void => {
    const selected: TableDef = { ...table, selection: { of: table, ordinals: [rows.length] } };
    const facts = [
      partition.name,
      sub?.name ?? null,
      place + 1,
      subPlace === undefined ? null : subPlace + 1,
      methodText(rule),
      subRule === undefined ? null : methodText(subRule),
      expressionText(rule, table),
      subRule === undefined ? null : expressionText(subRule, table),
      descriptionOf(partition, rule, table),
    ];
    rows.push(row(source, selected, facts, (sub ?? partition).comment));
  };
  for (const [place, partition] of partitions.entries()) {
    if (partition.subpartitions.length === 0) add(partition, place);
    for (const [subPlace, sub] of partition.subpartitions.entries()) add(partition, place, sub, subPlace);
  }
  return rows;
}

function row(source: InfoSource, table: TableDef, facts: Row, comment: string | undefined): Row {
  const rowCount = source.rowCount(table);
  const bytes = source.dataBytes(table);
  const created = source.toDateTime(table.createdAtMs);
  return [
    'def',
    table.schema,
    table.name,
    ...facts,
    rowCount,
    rowCount === 0 ? 0 : Math.round(bytes / rowCount),
    bytes,
    0,
    0,
    0,
    created,
    ...nulls(3),
    comment ?? '',
    comment === undefined ? null : 'default',
    null,
    table.selection?.of.id ?? table.id,
    null,
  ];
}
