/**
 * What one execution of a plan needs from the outside. The session (engine) makes one per statement.
 *
 * Invariants:
 * - One context serves one execution at a time; compiled plans hold no reference to it.
 * - `yieldNow` is called at least once per batch; it decides by its own clock whether to give the thread away.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalContext } from '../expr/index.ts';
import type { LoadPlan } from '../plan/index.ts';
import type { TransactionStorage } from '../ports.ts';
import type { Batch, FieldType, Value } from '../types/index.ts';
import type { StatementMemory } from './memory.ts';
import type { RuntimeStats } from './runtime-stats.ts';
import type { SpillSpace } from './spill/spill-space.ts';

export interface Interrupt {
  /** Throws 1317 after KILL QUERY, 3024 after max_execution_time. Cheap: called per batch. */
  check(): void;
}

/** Rows of information_schema, performance_schema and mysql tables, in the column order of their definitions. */
export interface VirtualTables {
  /** `equal` holds equality conditions by lower-case column name: a hint to make fewer rows; the executor filters anyway. */
  scan(
    schema: string,
    table: string,
    equal: Readonly<Record<string, Value>>,
  ): MaybePromise<Iterable<Batch> | AsyncIterable<Batch>>;
}

export interface ExecContext {
  readonly storage: TransactionStorage;
  readonly eval: EvalContext;
  readonly memory: StatementMemory;
  /** Absent: what does not fit the quota fails. */
  readonly spill?: SpillSpace;
  readonly interrupt: Interrupt;
  /** Gives the thread away when the statement's time slice is used up; undefined (synchronous) otherwise. */
  yieldNow(): MaybePromise<void>;
  readonly virtualTables: VirtualTables;
  /** AS OF TIMESTAMP's value as a commit timestamp. */
  readonly resolveAsOf?: (value: Value, type: FieldType) => number;
  /** Present for EXPLAIN ANALYZE. */
  readonly runtimeStats?: RuntimeStats;
  /** foreign_key_checks; absent = on. */
  readonly foreignKeyChecks?: boolean;
  /** CLIENT_FOUND_ROWS: affected rows of UPDATE counts matched rows. */
  readonly foundRows?: boolean;
  /** cte_max_recursion_depth; absent = 1000. */
  readonly cteMaxRecursionDepth?: number;
  /** The bytes of LOAD DATA's file: the client's for LOCAL, the server's otherwise (checked by the session). */
  readonly openFile?: (plan: LoadPlan) => MaybePromise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>;
}

/** What a data-changing statement did, as the OK packet tells it. */
export interface WriteResult {
  readonly affectedRows: number;
  readonly matchedRows: number;
  readonly changedRows: number;
  /** For the OK packet: the first generated AUTO_INCREMENT value, else an explicit one, else 0. `session.lastInsertId` is set by the executor. */
  readonly lastInsertId: number | bigint;
  /** 'Rows matched: %ld  Changed: %ld  Warnings: %ld' and the like, without the warnings' count: the session replaces {warnings}. */
  readonly info: string;
}
