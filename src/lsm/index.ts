/** Memtable, tables, manifest, flush, compaction, garbage: the ordered, versioned key space of one branch. */
export { type Cursor, type CursorOptions, type RowRun } from './cursor.ts';
export {
  type LogPosition,
  type LsmEnv,
  type LsmOptions,
  type LsmStats,
  type LsmWrite,
} from './lsm-options.ts';
export { LsmTree, type NewestVersion, type ValueRef } from './lsm-tree.ts';
export { Memtable } from './memtable.ts';
export { MemoryBudget, type MemoryBudgetOptions } from './memory-budget.ts';
export { TIMESTAMP_MAX, type Timestamp } from './timestamp.ts';
