/** Table definitions from DDL statements, and DDL statements from definitions. No storage here. */
export type { BuildContext } from './build-context.ts';
export { UNASSIGNED_ID } from './build-context.ts';
export { buildTable, buildTableLike, checkTableName } from './build-table.ts';
export { type AlterPlan, planAlterTable } from './alter-table.ts';
export { checkReferencingKeys } from './build-foreign-key.ts';
export { ENGINE_OPTION, engineOf, keptEngine } from './storage-engine.ts';
export { renameTable } from './rename-table.ts';
export { columnType } from './column-type.ts';
export { type PartitionPlan, planPartitionChange } from './partitions/alter-partitions.ts';
export { partitionNameKey } from './partitions/partition-name.ts';
export { descriptionOf, expressionText, methodText } from './partitions/show-partitioning.ts';
export { quoteText } from './quote-text.ts';
export {
  columnTypeText,
  dataTypeName,
  defaultLiteral,
  showCreateDatabase,
  showCreateTable,
  showCreateView,
  splitAccount,
} from './show-create.ts';
export { jobIntervalMs, type TimeToLive, timeToLiveOf } from './time-to-live.ts';
