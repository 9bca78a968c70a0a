/** The commit log port, its backends, and wrappers that count, record and break it. */
export type { AppendResult, CommitLog, LogRecord, Position } from './commit-log.ts';
export { openLog } from './open-log.ts';
export { MemoryLog } from './memory-log.ts';
export { StoreLog } from './store-log.ts';
export { FileLog, type FileLogOptions } from './file-log.ts';
export { CountingLog, type LogCounts } from './counting-log.ts';
export { FaultyLog } from './faulty-log.ts';
export { RecordingLog } from './recording-log.ts';
