/**
 * The commit log port: one totally ordered sequence of records per branch, extended by compare-and-append.
 *
 * A position is a non-negative safe integer: 0 is the empty log, the first record has position 1, each next one is exactly
 * one higher. `append(after, record)` succeeds only when `after` is still the tail; its position is then `after + 1`.
 * So a writer whose append succeeded has, by construction, seen every earlier record.
 *
 * Guarantees that every backend and wrapper keeps, and the conformance suite checks:
 * - an acknowledged record is durable and never changes, moves or disappears, except by `trim`;
 * - no two records have one position; readers see no gap and no part of a record;
 * - appends may be pipelined: `append(n, a)` and `append(n + 1, b)` issued without waiting go out together; if the first
 *   fails, so does the second;
 * - after an error the outcome of an append is unknown: the record may be in the log, or appear later; `tail` and `read` tell. A
 *   file log whose write failed refuses appends (`unavailable/log-fenced`) until one of them was called;
 * - reading a position that was trimmed away raises `invalid/log-trimmed`.
 */
import { DbError, LIMITS, type Bytes } from '../base/index.ts';

export type Position = number;

export interface LogRecord {
  readonly position: Position;
  readonly record: Bytes;
}

export type AppendResult =
  | { readonly ok: true; readonly position: Position }
  /** Somebody else appended first; `tail` is the position to read up to. */
  | { readonly ok: false; readonly tail: Position };

export interface CommitLog {
  append(after: Position, record: Bytes): Promise<AppendResult>;
  /** Records after `after` in order, up to the tail as it is when the reader gets there. */
  read(after: Position): AsyncIterable<LogRecord>;
  /** The position of the last durable record, 0 when there was never one. */
  tail(): Promise<Position>;
  /** Lets the log forget records up to and including `upTo`. Advice: any of them may stay readable. Never moves the tail. */
  trim(upTo: Position): Promise<void>;
  close(): Promise<void>;
}

export function checkAppend(after: Position, record: Bytes): void {
  if (!Number.isSafeInteger(after) || after < 0) {
    throw new DbError('invalid', 'log-position', `not a log position: ${after}`);
  }
  if (record.length > LIMITS.logRecordBytesMax) {
    const sizes = `${record.length} bytes, the limit is ${LIMITS.logRecordBytesMax}`;
    throw new DbError('limit', 'log-record-too-large', `a log record has ${sizes}`);
  }
}

export function trimmed(position: Position, first: Position): DbError {
  return new DbError('invalid', 'log-trimmed', `log position ${position} was trimmed away; the log starts at ${first}`);
}
