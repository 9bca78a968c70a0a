/**
 * The state of one data-changing statement: where it writes, what it counted, and how it treats errors of single rows.
 *
 * With IGNORE an error that concerns one row becomes a warning and the row is skipped.
 */
import { type MaybePromise, SqlError } from '../../../base/index.ts';
import type { EvalContext } from '../../expr/index.ts';
import type { TransactionStorage } from '../../ports.ts';
import type { WriteResult } from '../context.ts';
import { pace, type Run } from '../operator.ts';
import type { ReservedIds } from './reserved-ids.ts';

/** ER_BAD_NULL, DUP_ENTRY, NO_DEFAULT, 1451, 1452, 1216, 1217, CHECK, and values that partitions or views refuse. */
const IGNORABLE: ReadonlySet<number> = new Set([
  1048, 1062, 1364, 1369, 1216, 1217, 1242, 1451, 1452, 1526, 1586, 1748, 3819,
]);

const ROWS_PER_PACE = 256;

export class WriteRun {
  readonly run: Run;
  readonly eval: EvalContext;
  readonly storage: TransactionStorage;
  readonly ignore: boolean;
  readonly foreignKeyChecks: boolean;
  /** Column and 1-based row that conversions report; changed in place, row after row. */
  readonly target: { column: string; table: string; row: number } = { column: '', table: '', row: 1 };
  copied = 0;
  updated = 0;
  deleted = 0;
  matched = 0;
  /** Rows that IGNORE dropped before they counted as records: failed checks and foreign keys. */
  refused = 0;
  /** First AUTO_INCREMENT value that was generated for a row that went in. */
  firstGeneratedId: number | bigint = 0;
  /** AUTO_INCREMENT value of the last row written with an explicit one. */
  lastExplicitId: number | bigint = 0;
  /** Of an INSERT with several rows of values. */
  reservedIds: ReservedIds | undefined;
  readonly #lastInsertIdBefore: number | bigint;
  #untilPace = ROWS_PER_PACE;

  constructor(run: Run, ignore: boolean) {
    this.run = run;
    this.eval = run.eval;
    this.storage = run.ctx.storage;
    this.ignore = ignore;
    this.foreignKeyChecks = run.ctx.foreignKeyChecks !== false;
    this.#lastInsertIdBefore = run.eval.session.lastInsertId;
  }

  /** Once per written row: KILL, and now and then the thread. */
  pace(): MaybePromise<void> {
    if (--this.#untilPace > 0) return undefined;
    this.#untilPace = ROWS_PER_PACE;
    return pace(this.run.ctx);
  }

  /** True when the error is only a warning under IGNORE; throws it otherwise. */
  tolerate(error: unknown): true {
    if (!this.ignore || !(error instanceof SqlError) || !IGNORABLE.has(error.errno)) throw error;
    this.eval.warn(error.errno, error.message, 'Warning');
    if (error.errno === 3819 || error.errno === 1452 || error.errno === 1369) this.refused++;
    return true;
  }

  result(affectedRows: number, info: string): WriteResult {
    const { session } = this.eval;
    let lastInsertId: number | bigint = this.firstGeneratedId;
    if (lastInsertId !== 0) session.lastInsertId = lastInsertId;
    else if (session.lastInsertId !== this.#lastInsertIdBefore) ({ lastInsertId } = session);
    else lastInsertId = this.lastExplicitId;
    return { affectedRows, matchedRows: this.matched, changedRows: this.updated, lastInsertId, info };
  }
}
