/**
 * Queries. A `Query` is a body with what applies to the whole of it: WITH, ORDER BY, LIMIT, locking, INTO.
 * The body is a SELECT, VALUES or TABLE, a set operation (INTERSECT already bound tighter than UNION and EXCEPT), or a
 * parenthesised query that has clauses of its own; parentheses without any such clause leave no trace.
 */
import type { FieldsClause, Limit, LinesClause, OrderItem, Span, TableName } from './clause.ts';
import type { DataType } from './data-type.ts';
import type { ColumnReference, Expression, JsonOnClause, UserVariable } from './expression.ts';
import type { IndexHint, OptimizerHint } from './hint.ts';
import type { NamedWindow } from './window.ts';

export interface Query extends Span {
  readonly kind: 'query';
  readonly with: WithClause | undefined;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Limit | undefined;
  readonly locking: readonly LockingClause[];
  readonly into: IntoClause | undefined;
  /** TiDB's AS OF TIMESTAMP of the statement's tables; only on the query that is the statement. */
  readonly asOf?: readonly Expression[];
}

export type QueryBody = Select | ValuesBody | TableBody | SetOperation | Query;

export interface SetOperation extends Span {
  readonly kind: 'set-operation';
  readonly operator: 'union' | 'except' | 'intersect';
  /** False for ALL. */
  readonly distinct: boolean;
  readonly left: QueryBody;
  readonly right: QueryBody;
}

/** VALUES ROW(…), ROW(…): columns are named column_0, column_1, … */
export interface ValuesBody extends Span {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

/** TABLE t. */
export interface TableBody extends Span {
  readonly kind: 'table-query';
  readonly table: TableName;
}

export interface SelectOptions {
  readonly straightJoin: boolean;
  readonly highPriority: boolean;
  readonly smallResult: boolean;
  readonly bigResult: boolean;
  readonly bufferResult: boolean;
  readonly noCache: boolean;
  readonly calcFoundRows: boolean;
}

export interface Select extends Span {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly options: SelectOptions;
  readonly hints: readonly OptimizerHint[];
  readonly items: readonly SelectItem[];
  /** The comma list of FROM; empty for no FROM and for FROM DUAL. */
  readonly from: readonly TableReference[];
  readonly where: Expression | undefined;
  readonly groupBy: GroupBy | undefined;
  readonly having: Expression | undefined;
  readonly windows: readonly NamedWindow[];
  readonly qualify: Expression | undefined;
}

export interface GroupBy {
  readonly items: readonly Expression[];
  readonly rollup: 'none' | 'rollup' | 'cube';
}

export type SelectItem = SelectExpression | SelectStar;
export interface SelectExpression extends Span {
  readonly kind: 'select-expression';
  readonly expression: Expression;
  readonly alias: string | undefined;
  /** The expression's source text: the column's name when there is no alias and it is not a plain column. */
  readonly text: string;
}
/** `*`, `t.*`, `s.t.*`. */
export interface SelectStar extends Span {
  readonly kind: 'star';
  readonly schema: string | undefined;
  readonly table: string | undefined;
}

// ---- FROM ----

export type TableReference = TableFactor | JoinTable;
export type TableFactor = TableSource | DerivedTable | JsonTable;

export interface TableSource extends Span {
  readonly kind: 'table';
  readonly schema: string | undefined;
  readonly name: string;
  readonly alias: string | undefined;
  readonly partitions: readonly string[];
  readonly indexHints: readonly IndexHint[];
  readonly tableSample: TableSample | undefined;
  /** Written with AS OF TIMESTAMP; the moment is the statement's (Query.asOf). */
  readonly isStale?: boolean;
}
/** `regions` is TiDB's: one row of each piece of the table. */
export type TableSample =
  | { readonly method: 'system' | 'bernoulli'; readonly percentage: Expression }
  | { readonly method: 'regions' };
export interface DerivedTable extends Span {
  readonly kind: 'derived-table';
  readonly lateral: boolean;
  readonly query: Query;
  /** MySQL demands one (error 1248); the parser lets undefined through and the binder reports it. */
  readonly alias: string | undefined;
  readonly columns: readonly string[];
}
export interface JsonTable extends Span {
  readonly kind: 'json-table';
  readonly document: Expression;
  readonly path: string;
  readonly columns: readonly JsonTableColumn[];
  readonly alias: string | undefined;
}
export type JsonTableColumn =
  | { readonly kind: 'ordinality'; readonly name: string }
  | {
      readonly kind: 'path';
      readonly name: string;
      readonly type: DataType;
      /** EXISTS PATH: 1 or 0. */
      readonly exists: boolean;
      readonly path: string;
      readonly onEmpty: JsonOnClause | undefined;
      readonly onError: JsonOnClause | undefined;
    }
  | { readonly kind: 'nested'; readonly path: string; readonly columns: readonly JsonTableColumn[] };

/** `inner` covers JOIN, INNER JOIN, CROSS JOIN and comma lists in parentheses; `straight` is STRAIGHT_JOIN. */
export interface JoinTable extends Span {
  readonly kind: 'join';
  readonly type: 'inner' | 'straight' | 'left' | 'right';
  readonly natural: boolean;
  readonly left: TableReference;
  readonly right: TableReference;
  readonly on: Expression | undefined;
  /** USING (…); empty when not written. */
  readonly using: readonly string[];
}

// ---- the other clauses ----

export interface WithClause extends Span {
  readonly recursive: boolean;
  readonly tables: readonly CommonTableExpression[];
}
export interface CommonTableExpression {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
}

export interface LockingClause {
  /** FOR UPDATE, FOR SHARE; LOCK IN SHARE MODE is `share`. */
  readonly strength: 'update' | 'share';
  /** OF t, …; empty = all tables. */
  readonly tables: readonly TableName[];
  readonly wait: 'nowait' | 'skip-locked' | undefined;
}

export type IntoClause =
  | { readonly kind: 'into-variables'; readonly targets: readonly (UserVariable | ColumnReference)[] }
  | {
      readonly kind: 'into-outfile';
      readonly file: string;
      readonly charset: string | undefined;
      readonly fields: FieldsClause;
      readonly lines: LinesClause;
    }
  | { readonly kind: 'into-dumpfile'; readonly file: string };
