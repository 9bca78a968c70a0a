/** The commit log port, its backends, and wrappers that count, record and break it. */
export type { AppendResult, CommitLog, LogRecord, Position } from './commit-log.ts';
export { openLog } from './open-log.ts';
export { MemoryLog } from './memory-log.ts';
