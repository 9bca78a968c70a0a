/**
 * Writes down every call, one line each, in the order in which they were made: what golden tests of storage calls compare.
 *
 *     append after 3, 120 bytes -> 4
 *     append after 3, 80 bytes -> conflict, tail 4
 *     read after 0 -> 4 records
 *     tail -> 4
 *     trim up to 2
 */
import type { Bytes } from '../base/index.ts';
import type { AppendResult, CommitLog, LogRecord, Position } from './commit-log.ts';

export class RecordingLog implements CommitLog {
  readonly #inner: CommitLog;
  #calls: string[] = [];

  constructor(inner: CommitLog) {
    this.#inner = inner;
  }

  /** The calls since the last `take`. */
  take(): string[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  append(after: Position, record: Bytes): Promise<AppendResult> {
    const call = `append after ${after}, ${record.length} bytes`;
    return this.#record(call, this.#inner.append(after, record), (result) =>
      result.ok ? String(result.position) : `conflict, tail ${result.tail}`,
    );
  }

  async *read(after: Position): AsyncGenerator<LogRecord> {
    const calls = this.#calls;
    const index = calls.push(`read after ${after}`) - 1;
    let count = 0;
    try {
      for await (const entry of this.#inner.read(after)) {
        count++;
        yield entry;
      }
    } finally {
      calls[index] = `read after ${after} -> ${count} records`;
    }
  }

  tail(): Promise<Position> {
    return this.#record('tail', this.#inner.tail(), String);
  }

  trim(upTo: Position): Promise<void> {
    return this.#record(`trim up to ${upTo}`, this.#inner.trim(upTo), () => undefined);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #record<T>(call: string, result: Promise<T>, describe: (value: T) => string | undefined): Promise<T> {
    const calls = this.#calls;
    const index = calls.push(call) - 1;
    try {
      const value = await result;
      const outcome = describe(value);
      if (outcome !== undefined) calls[index] = `${call} -> ${outcome}`;
      return value;
    } catch (error) {
      calls[index] = `${call} -> failed`;
      throw error;
    }
  }
}
