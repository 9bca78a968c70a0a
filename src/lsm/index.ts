/** Memtable, tables, manifest, flush, compaction, garbage: the ordered, versioned key space of one branch. */
export { type Cursor, type CursorOptions, type RowRun } from './cursor.ts';
export {
  type LogPosition,
  type LsmEnv,
  type LsmOptions,
  type LsmStats,
  type LsmWrite,
} from './lsm-options.ts';
export { LsmTree, type NewestVersion } from './lsm-tree.ts';
export { tableMetaFromJson, tableMetaToJson } from './manifest.ts';
export type { ValueRef } from './point-read.ts';
export type { SortedTableWriter } from './sorted-table-writer.ts';
export type { TableMeta } from './table-format.ts';
export { Memtable } from './memtable.ts';
export { MemoryBudget, type MemoryBudgetOptions } from './memory-budget.ts';
export { TIMESTAMP_MAX, type Timestamp } from './timestamp.ts';
