/** ALTER TABLE … <action> PARTITION: maintenance of single partitions. */
import { andThen, type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import { partitionNameKey, planPartitionChange } from '../../sql/ddl/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { requireSameDefinition } from '../partitions/exchange.ts';
import { okResult, tableResult, textColumn } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import { buildContext } from './build-context.ts';
import { getTable } from './relation-lookup.ts';
import type { SchemaStore } from './schema-store.ts';

type Operation = ast.PartitionOperation;
type Maintenance = Extract<Operation, { partitions: readonly string[] | undefined }>;

export function changePartitions(
  store: SchemaStore,
  table: TableDef,
  operation: Operation,
  session: EngineSession,
): MaybePromise<StatementResult> {
  switch (operation.type) {
    case 'analyze':
    case 'check':
    case 'optimize':
    case 'repair':
      return maintain(table, operation, session);
    case 'exchange':
      return exchange(store, table, operation, session);
    default: {
      const plan = planPartitionChange(operation, table, buildContext(session, table.schema));
      return andThen(store.alterPartitions(plan, session.state.zone), () =>
        operation.type === 'truncate' ? okResult() : done(session),
      );
    }
  }
}

function done(session: EngineSession): StatementResult {
  const { warningCount } = session.state.diagnostics;
  return okResult({ info: `Records: 0  Duplicates: 0  Warnings: ${warningCount}`, warningCount });
}

const COLUMNS = [
  textColumn('Table', 128),
  textColumn('Op', 10),
  textColumn('Msg_type', 10),
  textColumn('Msg_text', 4096),
];

/** Partitions need no repair; statistics are those of the whole table. */
function maintain(table: TableDef, operation: Maintenance, session: EngineSession): MaybePromise<StatementResult> {
  const label = `${table.schema}.${table.name}`;
  const { type } = operation;
  const failed = (text: string): Row[] => [
    [label, type, 'Error', text],
    [label, type, 'status', 'Operation failed'],
  ];
  if (table.partitioning === undefined) {
    return tableResult(COLUMNS, failed('Partition management on a not partitioned table is not possible'));
  }
  const known = new Set(
    table.partitioning.partitions.flatMap(({ name, subpartitions }) =>
      [name, ...subpartitions.map((sub) => sub.name)].map(partitionNameKey),
    ),
  );
  if (operation.partitions?.some((name) => !known.has(partitionNameKey(name))))
    return tableResult(COLUMNS, failed(`Error in list of partitions to ${label}`));
  const rows: Row[] = [[label, type, 'status', 'OK']];
  const note = 'Table does not support optimize on partitions. All partitions will be rebuilt and analyzed.';
  if (type === 'optimize') rows.unshift([label, type, 'note', note]);
  const analyzed = type === 'analyze' ? session.host.analyzeTable(session, table) : undefined;
  return andThen(analyzed, () => tableResult(COLUMNS, rows));
}

function exchange(
  store: SchemaStore,
  table: TableDef,
  operation: Extract<Operation, { type: 'exchange' }>,
  session: EngineSession,
): MaybePromise<StatementResult> {
  if (table.partitioning === undefined) throw sqlError('ER_PARTITION_MGMT_ON_NONPARTITIONED');
  const schema = operation.table.schema ?? session.state.database ?? table.schema;
  const found = session.catalog.findTable(schema, operation.table.name);
  if (found?.kind === 'view') throw sqlError('ER_CHECK_NO_SUCH_TABLE');
  const other = getTable(session, operation.table);
  if (other.id === table.id) throw sqlError('ER_NONUNIQ_TABLE', table.name);
  if (other.partitioning !== undefined) throw sqlError('ER_PARTITION_EXCHANGE_PART_TABLE', other.name);
  if (other.temporary) throw sqlError('ER_PARTITION_EXCHANGE_TEMP_TABLE', other.name);
  const referenced = session.catalog.referencing(other.schema, other.name).length > 0;
  if (other.foreignKeys.length > 0 || referenced) throw sqlError('ER_PARTITION_EXCHANGE_FOREIGN_KEY', other.name);
  requireSameDefinition(table, other);
  const ordinal = leafOrdinal(table, operation.partition);
  const validate = operation.validation !== false;
  return andThen(store.exchangePartition({ table, ordinal, other, validate }, session.state.zone), () => okResult());
}

function leafOrdinal({ name: tableName, partitioning }: TableDef, name: string): number {
  const key = partitionNameKey(name);
  let next = 0;
  for (const partition of partitioning?.partitions ?? []) {
    const isNamed = partitionNameKey(partition.name) === key;
    if (partition.subpartitions.length === 0) {
      if (isNamed) return next;
      next++;
      continue;
    }
    if (isNamed) throw sqlError('ER_PARTITION_INSTEAD_OF_SUBPARTITION');
    const at = partition.subpartitions.findIndex((sub) => partitionNameKey(sub.name) === key);
    if (at >= 0) return next + at;
    next += partition.subpartitions.length;
  }
  throw sqlError('ER_UNKNOWN_PARTITION', name, tableName);
}
