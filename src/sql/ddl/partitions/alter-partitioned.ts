/** What ALTER TABLE means for the partitioning of the table: given anew, removed, or kept while columns and keys change. */
import { sqlError } from '../../../base/index.ts';
import type { AlterTable } from '../../ast/index.ts';
import type { PartitioningDef, TableDef } from '../../catalog/index.ts';
import { MysqlType } from '../../types/index.ts';
import type { BuildContext } from '../build-context.ts';
import { buildPartitioning, checkPartitionedTable } from './build-partitioning.ts';
import { checkUniqueKeys, rebuildRule } from './partition-rule.ts';

export interface AlteredPartitioning {
  readonly partitioning: PartitioningDef | undefined;
  /** Rows are in other partitions than before. */
  readonly rebuild: boolean;
}

export function alteredPartitioning(
  statement: AlterTable,
  before: TableDef,
  after: TableDef,
  context: BuildContext,
): AlteredPartitioning {
  const isPartitioned = statement.partitioning !== undefined || before.partitioning !== undefined;
  if (isPartitioned && !statement.removePartitioning) refuseOtherEngines(statement);
  if (statement.partitioning !== undefined) {
    if (context.catalog.referencing(before.schema, before.name).length > 0)
      throw sqlError('ER_FOREIGN_KEY_ON_PARTITIONED');
    return { partitioning: buildPartitioning(statement.partitioning, after, context), rebuild: true };
  }
  const { partitioning } = before;
  if (statement.removePartitioning) {
    if (partitioning === undefined) throw sqlError('ER_PARTITION_MGMT_ON_NONPARTITIONED');
    return { partitioning: undefined, rebuild: true };
  }
  if (partitioning === undefined) return { partitioning, rebuild: false };
  refuseLostColumns(partitioning, before, after);
  const rule = rebuildRule(partitioning.rule, after, context);
  const subRule = partitioning.subRule && rebuildRule(partitioning.subRule, after, context);
  checkUniqueKeys([rule, subRule], after);
  checkPartitionedTable(after);
  const ids = [...rule.columnIds, ...(subRule?.columnIds ?? [])];
  // A VARCHAR hashes and compares the same whatever its length.
  const typeOf = (table: TableDef, id: number): string => {
    const type = table.columns.find((column) => column.id === id)?.type;
    const isVarying = type?.mysqlType === MysqlType.VAR_STRING || type?.mysqlType === MysqlType.VARCHAR;
    return JSON.stringify({ ...type, nullable: true, ...(isVarying && { length: 0 }) });
  };
  const isChanged =
    JSON.stringify(rule) !== JSON.stringify(partitioning.rule) ||
    ids.some((id) => typeOf(before, id) !== typeOf(after, id));
  return {
    partitioning: isChanged ? { ...partitioning, rule, ...(subRule && { subRule }) } : partitioning,
    rebuild: isChanged,
  };
}

function refuseOtherEngines(statement: AlterTable): void {
  for (const action of statement.actions) {
    const options = action.kind === 'set-options' ? action.options : [];
    const engine = options.findLast((option) => option.name === 'engine')?.value;
    if (engine !== undefined && String(engine).toLowerCase() !== 'innodb')
      throw sqlError('ER_CHECK_NOT_IMPLEMENTED', 'native partitioning');
  }
}

/** Columns of the rule stay, under their names. */
function refuseLostColumns({ rule, subRule }: PartitioningDef, before: TableDef, after: TableDef): void {
  const ids = [...(rule.implicitColumns ? [] : rule.columnIds), ...(subRule?.columnIds ?? [])];
  for (const id of ids) {
    const name = before.columns.find((column) => column.id === id)?.name ?? '';
    if (after.columns.find((column) => column.id === id)?.name !== name)
      throw sqlError('ER_DEPENDENT_BY_PARTITION_FUNC', name);
  }
}
