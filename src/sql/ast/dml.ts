/** Statements that change or load rows, and CALL, DO, HANDLER. */
import type { Assignment, FieldsClause, Limit, LinesClause, ObjectName, OrderItem, Span, TableName } from './clause.ts';
import type { ColumnReference, Expression, UserVariable } from './expression.ts';
import type { OptimizerHint } from './hint.ts';
import type { Query, TableReference, WithClause } from './select.ts';

/** INSERT and REPLACE. Exactly one of `rows` and `query` is set. */
export interface Insert extends Span {
  readonly kind: 'insert';
  readonly replace: boolean;
  readonly hints: readonly OptimizerHint[];
  readonly priority: 'low' | 'high' | 'delayed' | undefined;
  readonly ignore: boolean;
  readonly table: TableName;
  readonly partitions: readonly string[];
  /** undefined = no column list; the list may be empty: INSERT t () VALUES (). */
  readonly columns: readonly ColumnReference[] | undefined;
  /** VALUES lists; the SET form is one row with its columns in `columns`. Items may be `default` nodes. */
  readonly rows: readonly (readonly Expression[])[] | undefined;
  readonly query: Query | undefined;
  /** VALUES … AS new(a, b). */
  readonly rowAlias: string | undefined;
  readonly rowAliasColumns: readonly string[];
  /** ON DUPLICATE KEY UPDATE; empty when not written. */
  readonly onDuplicate: readonly Assignment[];
}

export interface Update extends Span {
  readonly kind: 'update';
  readonly with: WithClause | undefined;
  readonly hints: readonly OptimizerHint[];
  readonly lowPriority: boolean;
  readonly ignore: boolean;
  /** One plain table, or the multi-table form's references. */
  readonly tables: readonly TableReference[];
  readonly assignments: readonly Assignment[];
  readonly where: Expression | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | undefined;
}

export interface Delete extends Span {
  readonly kind: 'delete';
  readonly with: WithClause | undefined;
  readonly hints: readonly OptimizerHint[];
  readonly lowPriority: boolean;
  readonly quick: boolean;
  readonly ignore: boolean;
  /** Multi-table form: the tables (or aliases) to delete from; undefined in the single-table form. */
  readonly targets: readonly TableName[] | undefined;
  readonly from: readonly TableReference[];
  readonly where: Expression | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | undefined;
}

/** LOAD DATA, LOAD XML. */
export interface LoadData extends Span {
  readonly kind: 'load-data';
  readonly format: 'data' | 'xml';
  readonly priority: 'low' | 'concurrent' | undefined;
  readonly local: boolean;
  readonly source: 'infile' | 'url' | 's3';
  readonly file: string;
  readonly duplicates: 'replace' | 'ignore' | undefined;
  readonly table: TableName;
  readonly partitions: readonly string[];
  readonly charset: string | undefined;
  readonly rowsIdentifiedBy: string | undefined;
  readonly fields: FieldsClause;
  readonly lines: LinesClause;
  readonly ignoreLines: number | bigint;
  readonly columns: readonly (ColumnReference | UserVariable)[];
  readonly assignments: readonly Assignment[];
}

export interface Call extends Span {
  readonly kind: 'call';
  readonly procedure: ObjectName;
  readonly args: readonly Expression[];
}

export interface Do extends Span {
  readonly kind: 'do';
  readonly items: readonly Expression[];
}

export interface Handler extends Span {
  readonly kind: 'handler';
  readonly table: ObjectName;
  readonly action: 'open' | 'close' | 'read';
  readonly alias: string | undefined;
  readonly index: string | undefined;
  /** first, next, prev, last, or a comparison with `key`. */
  readonly position: 'first' | 'next' | 'prev' | 'last' | '=' | '<=' | '>=' | '<' | '>' | undefined;
  readonly key: readonly Expression[];
  readonly where: Expression | undefined;
  readonly limit: Limit | undefined;
}

/** IMPORT TABLE FROM 'file', …. */
export interface ImportTable extends Span {
  readonly kind: 'import-table';
  readonly files: readonly string[];
}
