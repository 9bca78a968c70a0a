/** Statements that TiDB adds to MySQL's. Those about Regions, stores or replicas are coarse: Ebb has no such thing. */
import type { NamedOption, ObjectName, Span, TableName } from './clause.ts';
import type { ColumnReference, Expression } from './expression.ts';
import type { Delete, Insert, Update } from './dml.ts';
import type { Query } from './select.ts';
import type { ShowFilter } from './clause.ts';

/** FLASHBACK TABLE|DATABASE|CLUSTER, RECOVER TABLE. */
export interface Flashback extends Span {
  readonly kind: 'flashback';
  readonly what: 'table' | 'database' | 'cluster';
  /** RECOVER TABLE: under its old name, like FLASHBACK TABLE without TO. */
  readonly recover: boolean;
  readonly tables: readonly TableName[];
  readonly database: string | undefined;
  readonly to: string | undefined;
  readonly timestamp: string | undefined;
  readonly tso: number | bigint | undefined;
}

/** IMPORT INTO t [(columns)] [SET …] FROM 'file' | query [FORMAT 'f'] [WITH option, …]. */
export interface ImportInto extends Span {
  readonly kind: 'import-into';
  readonly table: TableName;
  readonly columns: readonly ImportTarget[];
  readonly assignments: readonly { readonly column: string; readonly value: Expression }[];
  readonly file: string | undefined;
  readonly query: Query | undefined;
  readonly format: string | undefined;
  readonly options: readonly NamedOption[];
}
export type ImportTarget =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'user-variable'; readonly name: string };

/** CREATE, ALTER, DROP SEQUENCE. */
export interface Sequence extends Span {
  readonly kind: 'sequence';
  readonly action: 'create' | 'alter' | 'drop';
  /** IF NOT EXISTS of CREATE. */
  readonly ifExists: boolean;
  readonly sequences: readonly TableName[];
  readonly options: SequenceOptions;
}
/** What was written; null = NO MINVALUE, NO MAXVALUE, RESTART without a number. */
export interface SequenceOptions {
  readonly start?: bigint;
  readonly increment?: bigint;
  readonly min?: bigint | null;
  readonly max?: bigint | null;
  readonly cache?: bigint;
  readonly cycle?: boolean;
  readonly restart?: bigint | null;
  readonly comment?: string;
}

export interface ResourceGroup extends Span {
  readonly kind: 'resource-group';
  readonly action: 'create' | 'alter' | 'drop';
  readonly name: string;
  readonly ifExists: boolean;
  readonly options: readonly NamedOption[];
}

/** CREATE [GLOBAL|SESSION] BINDING FOR … USING …, DROP BINDING FOR …, SET BINDING ENABLED|DISABLED. */
export interface Binding extends Span {
  readonly kind: 'binding';
  readonly action: 'create' | 'drop' | 'enable' | 'disable';
  readonly scope: 'global' | 'session';
  /** Of the statement's text: [start, end) in the source; undefined with a digest. */
  readonly original: Span | undefined;
  readonly using: Span | undefined;
  readonly digest: string | undefined;
}

/** SHOW of TiDB's own objects. */
export interface ShowTidb extends Span {
  readonly kind: 'show-tidb';
  readonly subject:
    | 'bindings'
    | 'placement'
    | 'placement labels'
    | 'table regions'
    | 'table next_row_id'
    | 'import jobs'
    | 'stats_meta'
    | 'stats_histograms'
    | 'stats_topn'
    | 'stats_buckets'
    | 'stats_healthy'
    | 'stats_locked'
    | 'histograms_in_flight'
    | 'column_stats_usage'
    | 'analyze status'
    | 'builtins'
    | 'masters'
    | 'config'
    | 'backups'
    | 'restores'
    | 'create resource group'
    | 'create placement policy';
  readonly scope: 'global' | 'session' | undefined;
  readonly table: TableName | undefined;
  readonly name: string | undefined;
  readonly filter: ShowFilter | undefined;
}

/** ADMIN … of tables and of the server. */
export interface Admin extends Span {
  readonly kind: 'admin';
  readonly action:
    | 'check table'
    | 'check index'
    | 'checksum table'
    | 'recover index'
    | 'cleanup index'
    | 'show ddl'
    | 'show slow'
    | 'show next_row_id'
    | 'reload'
    | 'flush'
    | 'other';
  readonly tables: readonly TableName[];
  readonly index: string | undefined;
  readonly words: string;
}

/** BATCH [ON column] LIMIT n [DRY RUN [QUERY]] statement. */
export interface Batch extends Span {
  readonly kind: 'batch';
  readonly column: ColumnReference | undefined;
  readonly limit: number;
  readonly dryRun: 'query' | 'split' | undefined;
  readonly statement: Insert | Update | Delete;
}

/** SPLIT, placement, TiFlash and cluster statements: understood, and nothing to do; `topic` tells why. */
export interface NoOperation extends Span {
  readonly kind: 'no-operation';
  readonly topic: 'regions' | 'placement' | 'cluster' | 'replayer' | 'statistics' | 'traffic';
  readonly text: string;
  readonly table: ObjectName | undefined;
}
