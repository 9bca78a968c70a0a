/** PARTITION BY as SHOW CREATE TABLE prints it, and its parts as information_schema.PARTITIONS does. */
import { OTHER_WORDS, quoteName, RESERVED_WORDS } from '../../ast/index.ts';
import type {
  ColumnDef,
  PartitionDef,
  PartitioningDef,
  PartitionRule,
  PartitionValueDef,
  SubpartitionDef,
  TableDef,
} from '../../catalog/index.ts';
import { quoteText } from '../quote-text.ts';

/** With the line break before it; '' for a table without partitions. */
export function partitioningText(table: TableDef): string {
  const { partitioning } = table;
  if (partitioning === undefined) return '';
  const { rule, subRule } = partitioning;
  let text = `\n/*!${rule.byColumns ? '50500' : '50100'} PARTITION BY ${ruleText(rule, table)}`;
  if (partitioning.printCount) text += `\nPARTITIONS ${partitioning.partitions.length}`;
  if (subRule !== undefined) text += `\nSUBPARTITION BY ${ruleText(subRule, table)}`;
  if (partitioning.printSubCount) text += `\nSUBPARTITIONS ${partitioning.partitions[0]?.subpartitions.length ?? 1}`;
  if (!partitioning.defaultNames) text += `\n(${partitionList(partitioning, table)})`;
  return `${text} */`;
}

function ruleText(rule: PartitionRule, table: TableDef): string {
  const linear = rule.linear ? 'LINEAR ' : '';
  const columns = rule.implicitColumns ? '' : columnNames(rule, table).map(plainName).join(',');
  if (rule.method === 'key') {
    const algorithm = rule.algorithm === 1 ? `*/ /*!50611 ALGORITHM = 1 */ /*!50100 ` : '';
    return `${linear}KEY ${algorithm}(${columns})`;
  }
  const method = rule.method.toUpperCase();
  return rule.byColumns ? `${method}  COLUMNS(${columns})` : `${linear}${method} (${rule.expression ?? ''})`;
}

function columnNames(rule: PartitionRule, table: TableDef): string[] {
  return rule.columnIds.map((id) => table.columns.find((column) => column.id === id)?.name ?? '');
}

const WORDS: ReadonlySet<string> = new Set([...RESERVED_WORDS, ...OTHER_WORDS]);

/** MySQL quotes these names only where it must, or where they are words of its grammar. */
function plainName(name: string): string {
  const isPlain = /^(?!\d+$)[\w$]+$/.test(name) && !WORDS.has(name.toUpperCase());
  return isPlain ? name : quoteName(name);
}

function partitionList(partitioning: PartitioningDef, table: TableDef): string {
  return partitioning.partitions.map((partition) => partitionText(partition, partitioning, table)).join(',\n ');
}

function partitionText(partition: PartitionDef, partitioning: PartitioningDef, table: TableDef): string {
  let text = `PARTITION ${plainName(partition.name)}`;
  if (partition.lessThan !== undefined) {
    const values = descriptionOf(partition, partitioning.rule, table);
    text += ` VALUES LESS THAN ${values === 'MAXVALUE' && !partitioning.rule.byColumns ? values : `(${values})`}`;
  }
  if (partition.in !== undefined) text += ` VALUES IN (${descriptionOf(partition, partitioning.rule, table)})`;
  if (partition.subpartitions.length === 0 || partitioning.defaultSubNames) return text + optionsText(partition);
  const subpartitions = partition.subpartitions.map(
    (subpartition) => `SUBPARTITION ${plainName(subpartition.name)}${optionsText(subpartition)}`,
  );
  return `${text}\n (${subpartitions.join(',\n  ')})`;
}

function optionsText(partition: SubpartitionDef): string {
  let text = '';
  for (const name of ['tablespace', 'max_rows', 'min_rows']) {
    const value = partition.options[name];
    if (value !== undefined) text += ` ${name.toUpperCase()} = ${name === 'tablespace' ? quoteName(value) : value}`;
  }
  if (partition.comment !== '') text += ` COMMENT = '${partition.comment.replace(/[\\']/g, '\\$&')}'`;
  return `${text} ENGINE = InnoDB`;
}

/** The values as PARTITION_DESCRIPTION has them. */
export function descriptionOf(partition: PartitionDef, rule: PartitionRule, table: TableDef): string | null {
  const columns = rule.byColumns
    ? rule.columnIds.map((id) => table.columns.find((column) => column.id === id))
    : [undefined];
  const tuple = (values: readonly PartitionValueDef[]): string =>
    values.map((value, i) => valueText(value, columns[i])).join(',');
  if (partition.lessThan !== undefined) return tuple(partition.lessThan);
  if (partition.in === undefined) return null;
  const isOthers = ([value]: readonly PartitionValueDef[]): boolean => typeof value === 'object' && value !== null;
  return partition.in
    .map((values) => (isOthers(values) ? 'DEFAULT' : values.length > 1 ? `(${tuple(values)})` : tuple(values)))
    .join(',');
}

function valueText(value: PartitionValueDef, column: ColumnDef | undefined): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return 'MAXVALUE';
  if (column === undefined || column.type.kind === 'int') return value;
  return column.type.kind === 'binary' ? `_binary ${value}` : quoteText(value);
}

/** PARTITION_METHOD: `RANGE COLUMNS`, `LINEAR HASH`. */
export function methodText(rule: PartitionRule): string {
  return `${rule.linear ? 'LINEAR ' : ''}${rule.method.toUpperCase()}${rule.byColumns ? ' COLUMNS' : ''}`;
}

/** PARTITION_EXPRESSION: the function, or the quoted columns. */
export function expressionText(rule: PartitionRule, table: TableDef): string {
  if (rule.expression !== undefined) return rule.expression;
  return rule.implicitColumns ? '' : columnNames(rule, table).map(quoteName).join(',');
}
