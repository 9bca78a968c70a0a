/**
 * Reads of the past: AS OF TIMESTAMP, START TRANSACTION READ ONLY AS OF, tidb_snapshot, tidb_read_staleness.
 *
 * A stale read is a read-only transaction whose snapshot and whose catalog are those of a moment; old rows are read with the
 * definitions of their time. The moment must lie within the retention (tidb_gc_life_time) and not in the future.
 *
 * TiDB's timestamps (TSO) are unix milliseconds << 18 | counter; Ebb's carry the same two numbers in 53 bits.
 */
import { andThen, type MaybePromise, SqlError, sqlError } from '../../base/index.ts';
import type { Env } from '../../env/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { msOfTimestamp, type Timestamp, timestampOfMs, type Transaction } from '../../txn/index.ts';
import { evaluateExpression } from './evaluate.ts';
import type { BoundParams } from './planning.ts';
import type { EngineSession } from './session.ts';

const COUNTERS_PER_MS = 4096;
const TSO_COUNTER_BITS = 18n;

export function tsoOf(timestamp: Timestamp): bigint {
  return (BigInt(msOfTimestamp(timestamp)) << TSO_COUNTER_BITS) | BigInt(timestamp % COUNTERS_PER_MS);
}

const startTsos = new WeakMap<Transaction, bigint>();

/** What @@tidb_current_ts shows: when the transaction's snapshot was taken, the same until it ends. */
export function startTso(transaction: Transaction, env: Env): bigint {
  let tso = startTsos.get(transaction);
  if (tso === undefined) {
    const snapshot = transaction.readAt();
    tso = tsoOf(transaction.isStale ? snapshot : Math.max(snapshot, timestampOfMs(env.clock.nowMs())));
    startTsos.set(transaction, tso);
  }
  return tso;
}

export function timestampOfTso(tso: bigint): Timestamp {
  const counter = Number(tso & ((1n << TSO_COUNTER_BITS) - 1n));
  return timestampOfMs(Number(tso >> TSO_COUNTER_BITS)) + Math.min(counter, COUNTERS_PER_MS - 1);
}

/** The moment that `expression` names, in the session's time zone. */
export function momentOf(session: EngineSession, expression: ast.Expression, bound?: BoundParams): Timestamp {
  const { start, end } = expression;
  const call: ast.FunctionCall = {
    kind: 'function',
    start,
    end,
    schema: undefined,
    name: 'unix_timestamp',
    args: [expression],
    argAliases: [],
  };
  const { value } = evaluateExpression(session, call, bound);
  if (value === null) throw sqlError('ER_INVALID_AS_OF', 'as of timestamp cannot be NULL');
  return timestampOfMs(Math.floor(Number(String(value)) * 1000));
}

/** A moment written as text in a statement (FLASHBACK … TO TIMESTAMP) or a variable: a date and time, or a TSO. */
export function momentOfText(session: EngineSession, text: string): Timestamp {
  if (/^\d{16,}$/.test(text)) return timestampOfTso(BigInt(text));
  return momentOf(session, {
    kind: 'string',
    start: 0,
    end: 0,
    value: text,
    charset: undefined,
    bytes: undefined,
    firstPart: text,
  });
}

/** The moment as a read may use it: not in the future, and still retained. */
export function readableMoment(
  session: EngineSession,
  at: Timestamp,
  tooOld: 'ER_GC_TOO_EARLY' | 'ER_SNAPSHOT_TOO_OLD' = 'ER_GC_TOO_EARLY',
): Timestamp {
  const { host } = session;
  if (msOfTimestamp(at) > host.env.clock.nowMs())
    throw new SqlError('ER_UNKNOWN_ERROR', 1105, 'HY000', 'cannot set read timestamp to a future time');
  const oldest = host.oldestReadable();
  if (at < oldest) {
    const safePoint = dateText(oldest);
    throw tooOld === 'ER_GC_TOO_EARLY'
      ? sqlError(tooOld, dateText(at), safePoint)
      : sqlError('ER_SNAPSHOT_TOO_OLD', safePoint);
  }
  return Math.min(at, host.lastTimestamp());
}

function dateText(at: Timestamp): string {
  return `${new Date(msOfTimestamp(at)).toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC`;
}

/** What makes statements of this session stale without saying so. */
export interface SessionStaleness {
  /** tidb_snapshot. */
  snapshot: Timestamp | undefined;
  /** tidb_read_staleness in milliseconds; 0 = off. */
  behindMs: number;
  /** SET TRANSACTION READ ONLY AS OF: for the next statement or transaction. */
  next: Timestamp | undefined;
}

/**
 * Opens the stale transaction that the statement asks for, or that the session's settings do; undefined when it reads the
 * present. A statement's own transaction ends with it.
 */
export function enterStaleRead(
  session: EngineSession,
  statement: ast.Statement,
  bound: BoundParams,
): MaybePromise<void> | undefined {
  const target = statement.kind === 'explain' ? (statement.statement ?? statement) : statement;
  const { transactions } = session;
  const staleness = transactions.staleness;
  if (target.kind !== 'query') {
    if (staleness?.snapshot === undefined || !WRITES.has(target.kind)) return undefined;
    throw new SqlError(
      'ER_UNKNOWN_ERROR',
      1105,
      'HY000',
      "can not execute write statement when 'tidb_snapshot' is set",
    );
  }
  if (target.asOf !== undefined) {
    if (transactions.inTransaction) throw sqlError('ER_INVALID_AS_OF', "as of timestamp can't be set in transaction.");
    const moments = target.asOf.map((moment) => momentOf(session, moment, bound));
    if (moments.some((moment) => moment !== moments[0]))
      throw sqlError('ER_INVALID_AS_OF', 'can not set different time in the as of');
    if (staleness?.next !== undefined)
      throw sqlError('ER_INVALID_AS_OF', "can't use select as of while already set transaction as of");
    return transactions.openAt(readableMoment(session, moments[0] as Timestamp), false);
  }
  if (staleness === undefined || transactions.inTransaction) return undefined;
  const { next } = staleness;
  if (next !== undefined) {
    transactions.setStaleness({ next: undefined });
    return transactions.openAt(readableMoment(session, next), false);
  }
  if (staleness.snapshot !== undefined)
    return transactions.openAt(readableMoment(session, staleness.snapshot, 'ER_SNAPSHOT_TOO_OLD'), false);
  const { host } = session;
  const behind = timestampOfMs(host.env.clock.nowMs() - staleness.behindMs);
  return transactions.openAt(Math.min(Math.max(behind, host.oldestReadable()), host.lastTimestamp()), false);
}

const WRITES: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'load-data', 'import-into', 'batch']);

/** Runs `work` in the stale transaction the statement asks for, if any. */
export function inItsTime<T>(
  session: EngineSession,
  statement: ast.Statement,
  bound: BoundParams,
  work: () => MaybePromise<T>,
): MaybePromise<T> {
  const entered = enterStaleRead(session, statement, bound);
  return entered === undefined ? work() : andThen(entered, work);
}
