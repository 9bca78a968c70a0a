/** CREATE, ALTER, DROP, RENAME, TRUNCATE TABLE and indexes: columns, keys, constraints, options, partitioning. */
import type { NamedOption, OrderItem, SortDirection, Span, TableName } from './clause.ts';
import type { DataType } from './data-type.ts';
import type { Expression } from './expression.ts';
import type { Query } from './select.ts';

// ---- columns ----

/** A column definition; attributes that were not written are `undefined` (or false, or empty). */
export interface ColumnDefinition extends Span {
  readonly name: string;
  readonly type: DataType;
  /** NOT NULL → false, NULL → true. */
  readonly nullable: boolean | undefined;
  readonly default: ColumnDefault | undefined;
  /** ON UPDATE CURRENT_TIMESTAMP[(n)]: the `now` call. */
  readonly onUpdate: Expression | undefined;
  readonly autoIncrement: boolean;
  readonly generated: GeneratedColumn | undefined;
  readonly key: 'primary' | 'unique' | undefined;
  readonly comment: string | undefined;
  readonly collation: string | undefined;
  readonly checks: readonly CheckConstraint[];
  readonly references: References | undefined;
  readonly visible: boolean | undefined;
  readonly srid: number | undefined;
  /** COLUMN_FORMAT, STORAGE, ENGINE_ATTRIBUTE, SECONDARY_ENGINE_ATTRIBUTE, NOT SECONDARY, AUTO_RANDOM(n[, m]). */
  readonly options: readonly NamedOption[];
}

/** DEFAULT literal | NOW(n) | (expression). `parenthesised` marks MySQL 8's expression defaults. */
export interface ColumnDefault {
  readonly expression: Expression;
  readonly parenthesised: boolean;
}

export interface GeneratedColumn {
  readonly expression: Expression;
  readonly stored: boolean;
}

export interface CheckConstraint extends Span {
  readonly kind: 'check';
  readonly name: string | undefined;
  readonly expression: Expression;
  readonly enforced: boolean;
}

export type ReferenceAction = 'restrict' | 'cascade' | 'set null' | 'no action' | 'set default';
export interface References {
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly match: 'full' | 'partial' | 'simple' | undefined;
  readonly onDelete: ReferenceAction | undefined;
  readonly onUpdate: ReferenceAction | undefined;
}

// ---- keys ----

/** A column with an optional prefix length, or an expression in parentheses; exactly one of the two. */
export interface KeyPart {
  readonly column: string | undefined;
  readonly length: number | undefined;
  readonly expression: Expression | undefined;
  readonly direction: SortDirection;
}

export interface IndexOptions {
  readonly algorithm: 'btree' | 'hash' | 'rtree' | undefined;
  readonly keyBlockSize: number | undefined;
  readonly comment: string | undefined;
  readonly visible: boolean | undefined;
  readonly parser: string | undefined;
  /** TiDB's GLOBAL: unique over all partitions. */
  readonly global: boolean;
  readonly attributes: readonly NamedOption[];
}

export interface IndexDefinition extends Span {
  readonly kind: 'index';
  readonly type: 'primary' | 'unique' | 'index' | 'fulltext' | 'spatial';
  /** CONSTRAINT symbol before PRIMARY KEY or UNIQUE; names the index when `name` is undefined (not for PRIMARY). */
  readonly constraintName: string | undefined;
  readonly name: string | undefined;
  readonly parts: readonly KeyPart[];
  readonly options: IndexOptions;
}

export interface ForeignKeyDefinition extends Span {
  readonly kind: 'foreign-key';
  readonly constraintName: string | undefined;
  readonly indexName: string | undefined;
  readonly columns: readonly string[];
  readonly references: References;
}

export type TableConstraint = IndexDefinition | ForeignKeyDefinition | CheckConstraint;
export type TableElement = { readonly kind: 'column'; readonly column: ColumnDefinition } | TableConstraint;

// ---- options, partitions ----

/**
 * A table option; `name` is lower case with single spaces: 'engine', 'auto_increment', 'default charset', 'collate',
 * 'comment', 'row_format', 'key_block_size', 'stats_persistent', 'union', 'tablespace', … The value 'default' (a string)
 * of options that allow the keyword DEFAULT is `undefined`.
 */
export type TableOption = NamedOption;

export type PartitionMethod =
  | { readonly type: 'hash'; readonly linear: boolean; readonly expression: Expression }
  | {
      readonly type: 'key';
      readonly linear: boolean;
      readonly algorithm: number | undefined;
      readonly columns: readonly string[];
    }
  | {
      readonly type: 'range' | 'list';
      /** Exactly one of expression and columns (RANGE COLUMNS, LIST COLUMNS). */
      readonly expression: Expression | undefined;
      readonly columns: readonly string[] | undefined;
    };

export interface Partitioning extends Span {
  readonly method: PartitionMethod;
  readonly count: number | undefined;
  readonly subpartitionBy: PartitionMethod | undefined;
  readonly subpartitionCount: number | undefined;
  readonly partitions: readonly PartitionDefinition[];
  readonly interval: IntervalPartitions | undefined;
}

/** TiDB's INTERVAL (width [unit]) FIRST PARTITION LESS THAN (first) LAST PARTITION LESS THAN (last) [NULL PARTITION] [MAXVALUE PARTITION]. */
export interface IntervalPartitions {
  readonly width: Expression;
  readonly unit: string | undefined;
  readonly first: Expression;
  readonly last: Expression;
  readonly nullPartition: boolean;
  readonly maxPartition: boolean;
}

/** VALUES LESS THAN / IN; `maxvalue` stands for MAXVALUE. A row is a tuple of COLUMNS partitioning. */
/** `others` is TiDB's DEFAULT in VALUES IN: what no partition names. */
export type PartitionValue = Expression | { readonly kind: 'maxvalue' } | { readonly kind: 'others' };
export interface PartitionDefinition {
  readonly name: string;
  readonly lessThan: readonly PartitionValue[] | undefined;
  readonly in: readonly (readonly PartitionValue[])[] | undefined;
  readonly options: readonly NamedOption[];
  readonly subpartitions: readonly { readonly name: string; readonly options: readonly NamedOption[] }[];
}

// ---- statements ----

export interface CreateTable extends Span {
  readonly kind: 'create-table';
  readonly temporary: boolean;
  /** TiDB's CREATE GLOBAL TEMPORARY TABLE … ON COMMIT DELETE ROWS; not `temporary` then. */
  readonly globalTemporary: boolean;
  readonly external: boolean;
  readonly ifNotExists: boolean;
  readonly table: TableName;
  /** CREATE TABLE t LIKE source: nothing else is set then. */
  readonly like: TableName | undefined;
  readonly elements: readonly TableElement[];
  readonly options: readonly TableOption[];
  readonly partitioning: Partitioning | undefined;
  readonly duplicates: 'ignore' | 'replace' | undefined;
  readonly query: Query | undefined;
}

export interface DropTable extends Span {
  readonly kind: 'drop-table';
  readonly temporary: boolean;
  readonly ifExists: boolean;
  readonly tables: readonly TableName[];
}

export interface RenameTable extends Span {
  readonly kind: 'rename-table';
  readonly renames: readonly { readonly from: TableName; readonly to: TableName }[];
}

export interface TruncateTable extends Span {
  readonly kind: 'truncate-table';
  readonly table: TableName;
}

/** ALGORITHM= and LOCK= of online DDL, lower case. */
export interface OnlineOptions {
  readonly algorithm: 'default' | 'inplace' | 'copy' | 'instant' | undefined;
  readonly lock: 'default' | 'none' | 'shared' | 'exclusive' | undefined;
}

export interface CreateIndex extends Span {
  readonly kind: 'create-index';
  readonly table: TableName;
  readonly index: IndexDefinition;
  readonly online: OnlineOptions;
}

export interface DropIndex extends Span {
  readonly kind: 'drop-index';
  readonly name: string;
  readonly table: TableName;
  readonly online: OnlineOptions;
}

export interface AlterTable extends Span {
  readonly kind: 'alter-table';
  readonly table: TableName;
  /** In the order written. */
  readonly actions: readonly AlterAction[];
  readonly online: OnlineOptions;
  /** WITH VALIDATION → true, WITHOUT VALIDATION → false. */
  readonly validation: boolean | undefined;
  readonly partitioning: Partitioning | undefined;
  readonly removePartitioning: boolean;
}

/** FIRST, or AFTER column. */
export type ColumnPosition = { readonly type: 'first' } | { readonly type: 'after'; readonly column: string };

export type AlterAction =
  | { readonly kind: 'add-column'; readonly column: ColumnDefinition; readonly position: ColumnPosition | undefined }
  | { readonly kind: 'add-constraint'; readonly constraint: TableConstraint }
  | {
      readonly kind: 'change-column';
      readonly name: string;
      readonly column: ColumnDefinition;
      readonly position: ColumnPosition | undefined;
    }
  | { readonly kind: 'modify-column'; readonly column: ColumnDefinition; readonly position: ColumnPosition | undefined }
  | { readonly kind: 'rename-column'; readonly from: string; readonly to: string }
  | { readonly kind: 'set-default'; readonly column: string; readonly default: ColumnDefault }
  | { readonly kind: 'drop-default'; readonly column: string }
  | { readonly kind: 'set-column-visibility'; readonly column: string; readonly visible: boolean }
  | { readonly kind: 'drop-column'; readonly name: string }
  | { readonly kind: 'drop-index'; readonly name: string }
  | { readonly kind: 'drop-primary-key' }
  | { readonly kind: 'drop-foreign-key'; readonly name: string }
  | { readonly kind: 'drop-check'; readonly name: string }
  | { readonly kind: 'drop-constraint'; readonly name: string }
  | { readonly kind: 'set-index-visibility'; readonly name: string; readonly visible: boolean }
  | {
      readonly kind: 'set-enforced';
      readonly constraint: 'check' | 'any';
      readonly name: string;
      readonly enforced: boolean;
    }
  | { readonly kind: 'rename-index'; readonly from: string; readonly to: string }
  | { readonly kind: 'rename-table'; readonly to: TableName }
  | { readonly kind: 'set-options'; readonly options: readonly TableOption[] }
  | { readonly kind: 'convert-charset'; readonly charset: string | undefined; readonly collation: string | undefined }
  | { readonly kind: 'order-by'; readonly items: readonly OrderItem[] }
  | { readonly kind: 'force' }
  /** TiDB's about stores and replicas: there is nothing to do. */
  | { readonly kind: 'no-operation'; readonly text: string }
  | { readonly kind: 'disable-keys' }
  | { readonly kind: 'enable-keys' }
  | { readonly kind: 'tablespace'; readonly action: 'discard' | 'import' }
  | { readonly kind: 'secondary'; readonly action: 'load' | 'unload' }
  | { readonly kind: 'partition'; readonly operation: PartitionOperation };

/** `partitions` undefined = ALL. */
export type PartitionOperation =
  | { readonly type: 'add'; readonly definitions: readonly PartitionDefinition[]; readonly count: number | undefined }
  | { readonly type: 'drop'; readonly partitions: readonly string[] }
  | { readonly type: 'coalesce'; readonly count: number }
  /** TiDB's FIRST | LAST PARTITION LESS THAN (bound). */
  | { readonly type: 'first' | 'last'; readonly bound: Expression }
  | {
      readonly type: 'reorganize';
      readonly partitions: readonly string[];
      readonly definitions: readonly PartitionDefinition[];
    }
  | {
      readonly type: 'exchange';
      readonly partition: string;
      readonly table: TableName;
      readonly validation: boolean | undefined;
    }
  | {
      readonly type:
        | 'truncate'
        | 'analyze'
        | 'check'
        | 'optimize'
        | 'rebuild'
        | 'repair'
        | 'discard-tablespace'
        | 'import-tablespace'
        | 'secondary-load'
        | 'secondary-unload';
      readonly partitions: readonly string[] | undefined;
    };
