/**
 * The physical plan: what the planner hands to the executor.
 *
 * Invariants:
 * - Immutable and free of execution state: one plan may run many times and at once (plan cache). Whatever depends on the
 *   parameters (key ranges, limits) is kept as expressions and evaluated when the operator opens.
 * - `output` describes the rows a node produces, by position. Expressions inside a node address the rows of its child
 *   (for joins: left columns first, then right).
 * - Estimates are for EXPLAIN and for choices made before this point; the executor never trusts them.
 */
import type { IndexDef, TableDef } from '../catalog/index.ts';
import type { AggregateDef, AggregateOptions, Expr, FunctionOptions, WindowFunctionDef } from '../expr/index.ts';
import type { LockRequest } from '../ports.ts';
import type { FieldType, JsonPath, JsonValue } from '../types/index.ts';

export interface PlanColumn {
  readonly id: number;
  readonly name: string;
  readonly type: FieldType;
  readonly table?: string; // alias
  readonly originalTable?: string;
  readonly originalName?: string;
  readonly schema?: string;
  /** Primary key, unique, auto-increment … bits of the protocol's column definition. */
  readonly flags?: number;
}

interface NodeBase {
  readonly id: number; // for EXPLAIN (operator id) and runtime statistics
  readonly output: readonly PlanColumn[];
  readonly estimatedRows: number;
  readonly estimatedCost: number;
  /** Scans with a filter: rows read before it, for EXPLAIN. */
  readonly estimatedInputRows?: number;
}

export interface SortKey {
  readonly expr: Expr;
  readonly descending: boolean;
}

/**
 * Which part of an index is read. For each row of `prefixes` (OR-ed alternatives, evaluated at open) a point or interval:
 * equal values for the first parts, then optionally an interval on the next part. Values are cast to the column's type by
 * the executor with MySQL's rounding rules for ranges (a < 1.5 on INT …; helper in planner room: `buildKeyRanges`).
 */
export interface IndexAccess {
  readonly alternatives: readonly IndexInterval[]; // empty = full scan
  /** Overlapping alternatives must be merged at open (the executor sorts and merges ranges). */
}
export interface IndexInterval {
  readonly equal: readonly (Expr | { readonly isNull: true })[];
  readonly low?: { readonly expr: Expr; readonly inclusive: boolean };
  readonly high?: { readonly expr: Expr; readonly inclusive: boolean };
  /** For `IS NOT NULL`-like and `<` intervals NULLs are excluded: low = exclusive NULL. */
  readonly excludeNull?: boolean;
}

/**
 * What the conditions say of the partitioning columns, as intervals of an index on them would: absent = nothing. Evaluated when
 * the scan opens, so that parameters prune as literals do.
 */
export interface PartitionAccess {
  readonly partition?: IndexAccess;
  readonly subpartition?: IndexAccess;
}

export interface TableSource {
  readonly table: TableDef;
  readonly alias: string;
  /** Positions in table.columns, in output order. */
  readonly columns: readonly number[];
  /** Residual condition on the output columns, evaluated inside the scan. */
  readonly filter?: Expr;
  readonly lock?: LockRequest;
  /** Append the opaque row handle as the last output column (UPDATE, DELETE, lock after filter). */
  readonly withHandle: boolean;
  /** AS OF TIMESTAMP expression, evaluated at open. */
  readonly asOf?: Expr;
  readonly partitions?: PartitionAccess;
}

export interface IndexScanNode extends NodeBase, TableSource {
  readonly kind: 'index-scan'; // clustered index = table scan
  readonly index: IndexDef;
  readonly access: IndexAccess;
  readonly reverse: boolean;
  readonly keepOrder: boolean;
  readonly covering: boolean;
  readonly limitHint?: Expr;
}
export interface PointGetNode extends NodeBase, TableSource {
  readonly kind: 'point-get';
  readonly index: IndexDef;
  /** One key (`=`) or several (`IN`); each lists an expression per index part. */
  readonly keys: readonly (readonly Expr[])[];
}
/** Several index scans whose row handles are united or intersected, then looked up. */
export interface IndexMergeNode extends NodeBase, TableSource {
  readonly kind: 'index-merge';
  readonly mode: 'union' | 'intersection';
  readonly scans: readonly { readonly index: IndexDef; readonly access: IndexAccess }[];
}
/** information_schema, performance_schema and friends: rows made by a provider. */
export interface VirtualScanNode extends NodeBase {
  readonly kind: 'virtual-scan';
  readonly schema: string;
  readonly table: string;
  readonly alias: string;
  readonly columns: readonly number[];
  readonly filter?: Expr;
  /** Equality conditions the provider may use to make fewer rows: column name (lower case) -> expression. */
  readonly equal: Readonly<Record<string, Expr>>;
}
export interface DualNode extends NodeBase {
  readonly kind: 'dual';
  readonly rowCount: 0 | 1;
}
export interface ValuesNode extends NodeBase {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expr[])[];
}
/** JSON_TABLE: the rows of one document; inside of an apply it depends on the outer row. */
export interface JsonTableNode extends NodeBase {
  readonly kind: 'json-table';
  readonly document: Expr;
  readonly root: JsonTablePath;
}
/** A row path with what each of its matches gives; `position` is a column of the output. */
export interface JsonTablePath {
  readonly path: JsonPath;
  readonly columns: readonly JsonTableColumn[];
}
export type JsonTableColumn =
  | { readonly kind: 'ordinality'; readonly position: number }
  | { readonly kind: 'nested'; readonly nested: JsonTablePath }
  | JsonTableValueColumn;
export interface JsonTableValueColumn {
  readonly kind: 'path';
  readonly position: number;
  readonly name: string;
  readonly type: FieldType;
  /** EXISTS PATH: 1 or 0. */
  readonly exists: boolean;
  readonly path: JsonPath;
  readonly onEmpty: JsonTableAction;
  readonly onError: JsonTableAction;
}
export type JsonTableAction =
  | { readonly kind: 'null' | 'error' }
  | { readonly kind: 'default'; readonly value: JsonValue };

export interface SelectionNode extends NodeBase {
  readonly kind: 'selection';
  readonly child: PhysicalNode;
  readonly condition: Expr;
}
export interface ProjectionNode extends NodeBase {
  readonly kind: 'projection';
  readonly child: PhysicalNode;
  readonly exprs: readonly Expr[];
}

/**
 * - inner, left: output = left columns then right columns (left: right side NULL-extended).
 * - semi, anti: output = left columns. `anti` with `nullAware` follows NOT IN.
 * - mark: output = left columns then one column: 1, 0 or NULL (IN/EXISTS used as a value; `nullAware` for IN).
 * - RIGHT JOIN is planned as left with the sides swapped and a projection.
 */
/*
 * `nullAware` (NOT IN, and IN as a value): a comparison that is NULL counts as unknown, so `anti` rejects the left row
 * and `mark` gives NULL unless another right row matches. In a hash join the keys are then exactly the IN pairs, and
 * `condition` (never NULL) restricts which right rows are candidates; with no keys, and in other joins, `condition` as
 * a whole is three-valued: a NULL result counts as unknown. Without `nullAware` NULL is the same as false.
 */
export type JoinType = 'inner' | 'left' | 'semi' | 'anti' | 'mark';

export interface HashJoinNode extends NodeBase {
  readonly kind: 'hash-join';
  readonly join: JoinType;
  readonly left: PhysicalNode;
  readonly right: PhysicalNode;
  readonly build: 'left' | 'right';
  readonly leftKeys: readonly Expr[]; // over left rows
  readonly rightKeys: readonly Expr[]; // over right rows
  /** Type in which a key pair is compared (both sides are converted to it before hashing). */
  readonly keyTypes: readonly FieldType[];
  readonly nullSafe: readonly boolean[]; // <=>
  readonly condition?: Expr; // over left ++ right
  readonly nullAware: boolean;
  /** Something above relies on the left rows' order: the join must not divide them on the disk. */
  readonly keepsOrder?: boolean;
}
export interface MergeJoinNode extends NodeBase {
  readonly kind: 'merge-join';
  readonly join: JoinType;
  readonly left: PhysicalNode;
  readonly right: PhysicalNode;
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  readonly keyTypes: readonly FieldType[];
  readonly condition?: Expr;
}
/** For each batch of outer rows, looks up the inner table by an index: keys are expressions over the outer row. */
export interface IndexJoinNode extends NodeBase {
  readonly kind: 'index-join';
  readonly join: JoinType;
  readonly left: PhysicalNode; // outer
  readonly inner: IndexScanNode; // its access alternatives may refer to outer columns through `outerKeys`
  /** Values for the first parts of inner.index, over the outer row. */
  readonly outerKeys: readonly Expr[];
  readonly nullSafe: readonly boolean[];
  readonly condition?: Expr; // over left ++ inner output
  readonly nullAware: boolean;
}
export interface NestedLoopJoinNode extends NodeBase {
  readonly kind: 'nested-loop-join';
  readonly join: JoinType;
  readonly left: PhysicalNode;
  readonly right: PhysicalNode; // materialised once
  readonly condition?: Expr;
  readonly nullAware: boolean;
}
/**
 * Runs `inner` again for each outer row, after writing outer values into slots; caches by slot values when `cache`.
 * - scalar: output = outer columns then one column (error 1242 on more than one row; NULL on none); row subqueries: several columns
 * - exists / not-exists as mark or as filter via JoinType
 * - lateral: cross or left lateral join, output = outer ++ inner
 */
export interface ApplyNode extends NodeBase {
  readonly kind: 'apply';
  readonly mode: 'scalar' | 'semi' | 'anti' | 'mark' | 'lateral' | 'lateral-left';
  readonly outer: PhysicalNode;
  readonly inner: PhysicalNode;
  readonly bind: readonly { readonly slot: number; readonly expr: Expr }[]; // expr over the outer row
  readonly condition?: Expr; // over outer ++ inner (semi, anti, mark, lateral)
  readonly nullAware: boolean;
  readonly cache: boolean;
}

export interface AggregateCall {
  readonly def: AggregateDef;
  readonly args: readonly Expr[];
  readonly type: FieldType;
  readonly options: AggregateOptions;
}
/** Output = group keys, then aggregates, then (rollup) one grouping-level column (bit i set = key i rolled up). */
export interface AggregateNode extends NodeBase {
  readonly kind: 'hash-aggregate' | 'stream-aggregate';
  readonly child: PhysicalNode;
  readonly groupBy: readonly Expr[];
  readonly aggregates: readonly AggregateCall[];
  readonly rollup: boolean;
}
export interface SortNode extends NodeBase {
  readonly kind: 'sort';
  readonly child: PhysicalNode;
  readonly by: readonly SortKey[];
}
export interface TopNNode extends NodeBase {
  readonly kind: 'top-n';
  readonly child: PhysicalNode;
  readonly by: readonly SortKey[];
  readonly count: Expr;
  readonly offset?: Expr;
}
export interface LimitNode extends NodeBase {
  readonly kind: 'limit';
  readonly child: PhysicalNode;
  readonly count?: Expr;
  readonly offset?: Expr;
  /** SQL_CALC_FOUND_ROWS: keep counting past the limit. */
  readonly countAll?: boolean;
}
/** Rows distinct by all columns (the first of equals is kept). */
export interface DistinctNode extends NodeBase {
  readonly kind: 'distinct';
  readonly child: PhysicalNode;
}

export type FrameBound =
  | { readonly kind: 'unbounded-preceding' | 'current-row' | 'unbounded-following' }
  | { readonly kind: 'preceding' | 'following'; readonly offset: Expr; readonly intervalUnit?: string };
export interface WindowCall {
  readonly function:
    | { readonly kind: 'window'; readonly def: WindowFunctionDef; readonly options: FunctionOptions }
    | { readonly kind: 'aggregate'; readonly def: AggregateDef; readonly options: AggregateOptions };
  readonly args: readonly Expr[];
  readonly type: FieldType;
  readonly frame: { readonly unit: 'rows' | 'range' | 'groups'; readonly start: FrameBound; readonly end: FrameBound };
}
/** Child arrives sorted by partition then order keys (the planner puts a sort below). Output = child columns then one per call. */
export interface WindowNode extends NodeBase {
  readonly kind: 'window';
  readonly child: PhysicalNode;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly SortKey[];
  readonly calls: readonly WindowCall[];
}

/** Rows are already cast to the common types by projections below. */
export interface SetOperationNode extends NodeBase {
  readonly kind: 'set-operation';
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly children: readonly PhysicalNode[];
}
/** A common table expression, materialised once per execution and read by CteScan nodes with the same `cte`. */
export interface CteDefinition {
  readonly cte: number;
  readonly name: string;
  readonly plan: PhysicalNode;
  /** For recursive ones: `plan` is the seed, `recursive` reads the last round through a work-table-scan. */
  readonly recursive?: PhysicalNode;
  /** Its plans read slots that an apply binds: materialised anew for each run of the apply's inner plan. */
  readonly correlated?: boolean;
  readonly distinct: boolean;
  /** LIMIT and OFFSET of a recursive one: enough rows end the recursion. */
  readonly limit?: Expr;
  readonly offset?: Expr;
}
export interface CteScanNode extends NodeBase {
  readonly kind: 'cte-scan';
  readonly cte: number;
  readonly name: string;
  /** Slots in which a correlated one finds the columns of enclosing queries. */
  readonly outer: readonly Expr[];
}
export interface WorkTableScanNode extends NodeBase {
  readonly kind: 'work-table-scan';
  readonly cte: number;
  readonly name: string;
  readonly outer: readonly Expr[];
}
/** Keeps at most one row; 1242 on more. */
export interface MaxOneRowNode extends NodeBase {
  readonly kind: 'max-one-row';
  readonly child: PhysicalNode;
}
/** Locks rows by handle after joins and filters (FOR UPDATE over several tables). Handles are columns of the child, dropped from the output. */
export interface LockRowsNode extends NodeBase {
  readonly kind: 'lock-rows';
  readonly child: PhysicalNode;
  readonly targets: readonly { readonly table: TableDef; readonly handleColumn: number; readonly lock: LockRequest }[];
}

export type PhysicalNode =
  | IndexScanNode
  | PointGetNode
  | IndexMergeNode
  | VirtualScanNode
  | DualNode
  | ValuesNode
  | JsonTableNode
  | SelectionNode
  | ProjectionNode
  | HashJoinNode
  | MergeJoinNode
  | IndexJoinNode
  | NestedLoopJoinNode
  | ApplyNode
  | AggregateNode
  | SortNode
  | TopNNode
  | LimitNode
  | DistinctNode
  | WindowNode
  | SetOperationNode
  | CteScanNode
  | WorkTableScanNode
  | MaxOneRowNode
  | LockRowsNode;
