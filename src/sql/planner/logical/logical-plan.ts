/**
 * The logical plan: what a query computes, before how.
 *
 * Invariants:
 * - A column is identified by the `id` of its ColumnExpr, unique in the statement; a node produces `columnsOf(node)`.
 * - Nodes are immutable once bound, with one exception: a scan's `columns` grows while the binder resolves names (so that
 *   only columns that somebody reads are in it).
 * - A column that occurs in a subtree but is produced outside of it makes the subtree correlated; only `apply` gives
 *   meaning to it.
 * - `conditions` and `on` are conjunctions.
 */
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { AggregateCall, JsonTablePath, SortKey, WindowCall } from '../../plan/index.ts';
import type { LockRequest } from '../../ports.ts';

/** Index hints of one table, resolved. */
export interface AccessHints {
  /** Only these may be used (USE/FORCE INDEX); undefined = all visible ones. */
  readonly only?: readonly IndexDef[];
  readonly force: boolean;
  readonly ignored: readonly IndexDef[];
}

export interface ScanNode {
  readonly kind: 'scan';
  readonly table: TableDef;
  readonly alias: string;
  readonly columns: ColumnExpr[];
  /** Position in table.columns of each of `columns`. */
  readonly positions: number[];
  hints: AccessHints | undefined;
  lock: LockRequest | undefined;
  /** Extra output: the opaque row handle. */
  handle: ColumnExpr | undefined;
  readonly asOf: Expr | undefined;
  /** Provided by the session instead of storage (information_schema). */
  readonly virtual: boolean;
}
export interface DualNode {
  readonly kind: 'dual';
  readonly rowCount: 0 | 1;
  /** Columns that an emptied subtree still has to name (their values never exist). */
  readonly columns: readonly ColumnExpr[];
}
export interface ValuesNode {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expr[])[];
  readonly columns: readonly ColumnExpr[];
}
export interface JsonTableNode {
  readonly kind: 'json-table';
  readonly document: Expr;
  readonly root: JsonTablePath;
  readonly columns: readonly ColumnExpr[];
}
export interface FilterNode {
  readonly kind: 'filter';
  readonly child: LogicalNode;
  readonly conditions: readonly Expr[];
}
export interface ProjectNode {
  readonly kind: 'project';
  readonly child: LogicalNode;
  readonly exprs: readonly Expr[];
  readonly columns: readonly ColumnExpr[];
}
export interface JoinNode {
  readonly kind: 'join';
  readonly join: 'inner' | 'left' | 'semi' | 'anti' | 'mark';
  readonly left: LogicalNode;
  readonly right: LogicalNode;
  readonly on: readonly Expr[];
  /** How many of `on`, from the front, are the comparisons of IN (three-valued); only with nullAware. */
  readonly nullAware: boolean;
  readonly awareCount: number;
  readonly mark: ColumnExpr | undefined;
  /** STRAIGHT_JOIN: left before right. */
  readonly straight: boolean;
}
export interface ApplyNode {
  readonly kind: 'apply';
  readonly mode: 'scalar' | 'semi' | 'anti' | 'mark' | 'lateral' | 'lateral-left';
  readonly outer: LogicalNode;
  readonly inner: LogicalNode;
  readonly on: readonly Expr[];
  readonly nullAware: boolean;
  readonly awareCount: number;
  /** scalar: one per column of the inner; mark: one; else empty. */
  readonly output: readonly ColumnExpr[];
}
export interface AggregateNode {
  readonly kind: 'aggregate';
  readonly child: LogicalNode;
  readonly groupBy: readonly Expr[];
  readonly groupColumns: readonly ColumnExpr[];
  readonly calls: readonly AggregateCall[];
  readonly callColumns: readonly ColumnExpr[];
  readonly rollup: boolean;
  readonly levelColumn: ColumnExpr | undefined;
}
export interface WindowNode {
  readonly kind: 'window';
  readonly child: LogicalNode;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly SortKey[];
  readonly calls: readonly WindowCall[];
  readonly columns: readonly ColumnExpr[];
}
export interface SortNode {
  readonly kind: 'sort';
  readonly child: LogicalNode;
  readonly by: readonly SortKey[];
}
export interface LimitNode {
  readonly kind: 'limit';
  readonly child: LogicalNode;
  readonly count: Expr | undefined;
  readonly offset: Expr | undefined;
  readonly countAll: boolean;
}
export interface DistinctNode {
  readonly kind: 'distinct';
  readonly child: LogicalNode;
}
export interface SetOperationNode {
  readonly kind: 'set-operation';
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly children: readonly LogicalNode[];
  readonly columns: readonly ColumnExpr[];
}
export interface CteScanNode {
  readonly kind: 'cte-scan';
  readonly cte: number;
  readonly name: string;
  readonly columns: readonly ColumnExpr[];
  /** Reads the last round of a recursive CTE instead of its result. */
  readonly workTable: boolean;
  /** Columns of enclosing queries that the CTE reads, in the order of `LogicalCte.outer`; slots once an apply binds them. */
  readonly outer: readonly Expr[];
}
export interface MaxOneRowNode {
  readonly kind: 'max-one-row';
  readonly child: LogicalNode;
}
/** Equal results by different ways; the physical planner takes the cheapest. All options have the same columns. */
export interface ChoiceNode {
  readonly kind: 'choice';
  readonly options: readonly LogicalNode[];
}

export type LogicalNode =
  | ScanNode
  | DualNode
  | ValuesNode
  | JsonTableNode
  | FilterNode
  | ProjectNode
  | JoinNode
  | ApplyNode
  | AggregateNode
  | WindowNode
  | SortNode
  | LimitNode
  | DistinctNode
  | SetOperationNode
  | CteScanNode
  | MaxOneRowNode
  | ChoiceNode;

/** A common table expression that is materialised once and read by `cte-scan` nodes. */
export interface LogicalCte {
  readonly cte: number;
  readonly name: string;
  plan: LogicalNode;
  recursive: LogicalNode | undefined;
  readonly distinct: boolean;
  /** LIMIT of a recursive one: ends the recursion. */
  limit: { readonly count: Expr | undefined; readonly offset: Expr | undefined } | undefined;
  references: number;
  /** Columns of enclosing queries that a recursive one reads. */
  outer: readonly ColumnExpr[];
}
