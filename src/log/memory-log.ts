/**
 * The log in an array: for `memory:` databases and as the reference that other backends are compared with.
 *
 * Interleaving: every method does its work before its first suspension, so each is atomic. Reopening is keeping the object.
 */
import { assert, DbError, type Bytes } from '../base/index.ts';
import {
  checkAppend,
  trimmed,
  type AppendResult,
  type CommitLog,
  type LogRecord,
  type Position,
} from './commit-log.ts';

export class MemoryLog implements CommitLog {
  /** Record `first + i` is `#records[i]`. */
  #records: Bytes[] = [];
  #first: Position = 1;
  #closed = false;

  async append(after: Position, record: Bytes): Promise<AppendResult> {
    this.#assertOpen();
    checkAppend(after, record);
    const tail = this.#tail();
    if (after !== tail) return { ok: false, tail };
    this.#records.push(record.slice());
    return { ok: true, position: tail + 1 };
  }

  async *read(after: Position): AsyncGenerator<LogRecord> {
    for (let position = after + 1; ; position++) {
      this.#assertOpen();
      if (position > this.#tail()) return;
      if (position < this.#first) throw trimmed(position, this.#first);
      const record = this.#records[position - this.#first];
      assert(record !== undefined, 'a record at every position up to the tail');
      yield { position, record };
    }
  }

  async tail(): Promise<Position> {
    this.#assertOpen();
    return this.#tail();
  }

  async trim(upTo: Position): Promise<void> {
    this.#assertOpen();
    const count = Math.min(upTo, this.#tail()) - this.#first + 1;
    if (count <= 0) return;
    this.#records = this.#records.slice(count);
    this.#first += count;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #tail(): Position {
    return this.#first + this.#records.length - 1;
  }

  #assertOpen(): void {
    if (this.#closed) throw new DbError('closed', 'log-closed', 'the commit log is closed');
  }
}
