/** The executor: runs physical plans over a TransactionStorage. */
export type { ExecContext, Interrupt, VirtualTables, WriteResult } from './context.ts';
export { StatementMemory, STATEMENT_MEMORY_DEFAULT_BYTES } from './memory.ts';
export type { SpillFile, SpillSpace } from './spill/spill-space.ts';
export { RuntimeStats } from './runtime-stats.ts';
export type { NodeStats } from './runtime-stats.ts';
export { prepareExecution } from './prepare.ts';
export type { CompiledPlan, CompiledQuery, CompiledWrite } from './prepare.ts';
export { executeQuery, executeWrite } from './execute.ts';
export type { QueryCursor } from './execute.ts';
export { noParent } from './write/foreign-keys.ts';
export { compilePartitionRanges } from './partition-ranges.ts';
