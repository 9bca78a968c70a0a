/** Transactions, savepoints, XA, table locks. */
import type { Span, TableName } from './clause.ts';
import type { Expression } from './expression.ts';

export interface StartTransaction extends Span {
  readonly kind: 'start-transaction';
  readonly consistentSnapshot: boolean;
  readonly access: 'read write' | 'read only' | undefined;
  /** READ ONLY AS OF TIMESTAMP (TiDB). */
  readonly asOf?: Expression;
  /** BEGIN PESSIMISTIC | OPTIMISTIC (TiDB). */
  readonly mode?: 'pessimistic' | 'optimistic';
}
/** COMMIT and ROLLBACK; `chain`/`release` undefined = completion_type decides. */
export interface EndTransaction extends Span {
  readonly kind: 'commit' | 'rollback';
  readonly chain: boolean | undefined;
  readonly release: boolean | undefined;
}
export interface Savepoint extends Span {
  readonly kind: 'savepoint';
  readonly action: 'set' | 'rollback' | 'release';
  readonly name: string;
}
export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable';
/** SET [GLOBAL|SESSION] TRANSACTION; `scope` undefined = the next transaction only. */
export interface SetTransaction extends Span {
  readonly kind: 'set-transaction';
  readonly scope: 'global' | 'session' | undefined;
  readonly isolation: IsolationLevel | undefined;
  readonly access: 'read write' | 'read only' | undefined;
  /** READ ONLY AS OF TIMESTAMP (TiDB). */
  readonly asOf?: Expression;
}
export interface XaTransaction extends Span {
  readonly kind: 'xa';
  readonly action: 'start' | 'end' | 'prepare' | 'commit' | 'rollback' | 'recover';
  readonly gtrid: Uint8Array | string | undefined;
  readonly bqual: Uint8Array | string | undefined;
  readonly formatId: number | bigint | undefined;
  /** JOIN, RESUME, SUSPEND, SUSPEND FOR MIGRATE, ONE PHASE, CONVERT XID, lower case. */
  readonly option: 'join' | 'resume' | 'suspend' | 'suspend for migrate' | 'one phase' | 'convert xid' | undefined;
}
export interface LockTables extends Span {
  readonly kind: 'lock-tables';
  readonly locks: readonly {
    readonly table: TableName;
    readonly alias: string | undefined;
    readonly type: 'read' | 'read local' | 'write';
  }[];
}
export interface UnlockTables extends Span {
  readonly kind: 'unlock-tables';
}
/** LOCK INSTANCE FOR BACKUP, UNLOCK INSTANCE. */
export interface LockInstance extends Span {
  readonly kind: 'lock-instance';
  readonly unlock: boolean;
}
