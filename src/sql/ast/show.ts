/** SHOW, DESCRIBE, EXPLAIN. */
import type { AccountName, Limit, ObjectName, ShowFilter, Span, TableName } from './clause.ts';
import type { Statement } from './statement.ts';
import type { ShowTidb } from './tidb.ts';

/** SHOW … with an optional LIKE or WHERE filter; variants that need more have nodes of their own below. */
export type Show =
  | ShowSimple
  | ShowTables
  | ShowColumns
  | ShowIndex
  | ShowVariables
  | ShowCreate
  | ShowCreateUser
  | ShowGrants
  | ShowEngine
  | ShowRoutineCode
  | ShowProfile
  | ShowLogEvents
  | ShowDiagnostics
  | ShowTidb;

export interface ShowSimple extends Span {
  readonly kind: 'show';
  readonly subject:
    | 'databases'
    | 'character set'
    | 'collation'
    | 'engines'
    | 'plugins'
    | 'privileges'
    | 'profiles'
    | 'processlist'
    | 'full processlist'
    | 'procedure status'
    | 'function status'
    | 'library status'
    | 'binary logs'
    | 'binary log status'
    | 'replicas'
    | 'replica status'
    | 'count warnings'
    | 'count errors'
    | 'events'
    | 'triggers'
    | 'table status'
    | 'open tables';
  /** IN|FROM database (events, triggers, table status, open tables). */
  readonly schema: string | undefined;
  /** FOR CHANNEL. */
  readonly channel: string | undefined;
  readonly filter: ShowFilter | undefined;
}
export interface ShowTables extends Span {
  readonly kind: 'show-tables';
  readonly full: boolean;
  readonly extended: boolean;
  readonly schema: string | undefined;
  readonly filter: ShowFilter | undefined;
}
/** SHOW COLUMNS, DESCRIBE t [column]. */
export interface ShowColumns extends Span {
  readonly kind: 'show-columns';
  readonly full: boolean;
  readonly extended: boolean;
  readonly table: TableName;
  readonly filter: ShowFilter | undefined;
  /** True for DESCRIBE/EXPLAIN t. */
  readonly describe: boolean;
}
export interface ShowIndex extends Span {
  readonly kind: 'show-index';
  readonly extended: boolean;
  readonly table: TableName;
  readonly filter: ShowFilter | undefined;
}
export interface ShowVariables extends Span {
  readonly kind: 'show-variables';
  readonly status: boolean;
  readonly scope: 'global' | 'session';
  readonly filter: ShowFilter | undefined;
}
export interface ShowCreate extends Span {
  readonly kind: 'show-create';
  readonly type: 'table' | 'view' | 'database' | 'procedure' | 'function' | 'trigger' | 'event' | 'library';
  readonly name: ObjectName;
  readonly ifNotExists: boolean;
}
export interface ShowCreateUser extends Span {
  readonly kind: 'show-create-user';
  readonly account: AccountName;
}
export interface ShowGrants extends Span {
  readonly kind: 'show-grants';
  /** undefined = the current user. */
  readonly account: AccountName | undefined;
  readonly using: readonly AccountName[];
}
export interface ShowEngine extends Span {
  readonly kind: 'show-engine';
  /** undefined = ALL. */
  readonly engine: string | undefined;
  readonly what: 'status' | 'mutex' | 'logs';
}
export interface ShowRoutineCode extends Span {
  readonly kind: 'show-routine-code';
  readonly type: 'procedure' | 'function';
  readonly name: ObjectName;
}
export interface ShowProfile extends Span {
  readonly kind: 'show-profile';
  readonly types: readonly string[];
  readonly query: number | undefined;
  readonly limit: Limit | undefined;
}
export interface ShowLogEvents extends Span {
  readonly kind: 'show-log-events';
  readonly log: 'binlog' | 'relaylog';
  readonly file: string | undefined;
  readonly position: number | bigint | undefined;
  readonly limit: Limit | undefined;
  readonly channel: string | undefined;
}
/** SHOW WARNINGS, SHOW ERRORS. */
export interface ShowDiagnostics extends Span {
  readonly kind: 'show-diagnostics';
  readonly what: 'warnings' | 'errors';
  readonly limit: Limit | undefined;
}
/** EXPLAIN of a statement or of a connection. */
export interface Explain extends Span {
  readonly kind: 'explain';
  readonly analyze: boolean;
  /** Lower case: 'traditional', 'json', 'tree', or TiDB's 'brief', 'row', 'dot', 'verbose'; undefined = default. */
  readonly format: string | undefined;
  /** INTO @variable. */
  readonly into: string | undefined;
  /** FOR SCHEMA | DATABASE name. */
  readonly schema: string | undefined;
  readonly statement: Statement | undefined;
  /** EXPLAIN FOR CONNECTION id. */
  readonly connection: number | bigint | undefined;
}
