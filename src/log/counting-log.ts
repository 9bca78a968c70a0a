/** Counts calls and bytes of the log beneath. */
import type { Bytes } from '../base/index.ts';
import type { AppendResult, CommitLog, LogRecord, Position } from './commit-log.ts';

export interface LogCounts {
  appends: number;
  /** Appends that lost to another writer. */
  conflicts: number;
  reads: number;
  records: number;
  tails: number;
  trims: number;
  bytesRead: number;
  bytesWritten: number;
}

export class CountingLog implements CommitLog {
  readonly counts: LogCounts = {
    appends: 0,
    conflicts: 0,
    reads: 0,
    records: 0,
    tails: 0,
    trims: 0,
    bytesRead: 0,
    bytesWritten: 0,
  };
  readonly #inner: CommitLog;

  constructor(inner: CommitLog) {
    this.#inner = inner;
  }

  async append(after: Position, record: Bytes): Promise<AppendResult> {
    this.counts.appends++;
    this.counts.bytesWritten += record.length;
    const result = await this.#inner.append(after, record);
    if (!result.ok) this.counts.conflicts++;
    return result;
  }

  async *read(after: Position): AsyncGenerator<LogRecord> {
    this.counts.reads++;
    for await (const entry of this.#inner.read(after)) {
      this.counts.records++;
      this.counts.bytesRead += entry.record.length;
      yield entry;
    }
  }

  tail(): Promise<Position> {
    this.counts.tails++;
    return this.#inner.tail();
  }

  trim(upTo: Position): Promise<void> {
    this.counts.trims++;
    return this.#inner.trim(upTo);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
