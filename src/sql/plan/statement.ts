/**
 * A planned statement: the physical tree plus what surrounds it, for queries and for data-changing statements.
 *
 * Write plans carry the per-table `RowWriter` facts (defaults, generated columns, checks, foreign keys) as bound
 * expressions over the full row of the table, so that the executor needs no name resolution.
 */
import type { ForeignKeyDef, TableDef } from '../catalog/index.ts';
import type { Expr } from '../expr/index.ts';
import type { FieldType } from '../types/index.ts';
import type { CteDefinition, PhysicalNode, PlanColumn } from './physical.ts';

/** Evaluated once before the main plan, in order; its result goes into slots (scalar: one; row: several; exists: 0/1). */
export interface InitPlan {
  readonly plan: PhysicalNode;
  readonly kind: 'scalar' | 'exists';
  readonly slots: readonly number[];
}

interface PlanBase {
  readonly initPlans: readonly InitPlan[];
  readonly ctes: readonly CteDefinition[];
  readonly slotCount: number;
  readonly paramCount: number;
  /** Tables read or written: their versions are certified, their privileges were checked by the caller of the planner. */
  readonly tables: readonly TableDef[];
  readonly warnings: readonly {
    readonly errno: number;
    readonly message: string;
    readonly level: 'Warning' | 'Note';
  }[];
  /** False when the plan depends on what may change between executions (literal LIMIT folding, NOW() folded …). */
  readonly cacheable: boolean;
}

export interface QueryPlan extends PlanBase {
  readonly kind: 'query';
  readonly root: PhysicalNode;
  readonly columns: readonly PlanColumn[];
  readonly into?:
    | { readonly variables: readonly { readonly user?: string; readonly name: string }[] }
    | { readonly file: string; readonly dump: boolean; readonly options: unknown };
  readonly locking: boolean;
}

/** How a value for each column of a table comes to be when a row is written. All by position in table.columns; expressions are over the full row. */
export interface RowWriter {
  readonly table: TableDef;
  /** Default value per column (undefined = no default: 1364 in strict mode, implicit default otherwise). */
  readonly defaults: readonly (Expr | undefined)[];
  /** Generated columns in dependency order. */
  readonly generated: readonly { readonly column: number; readonly expr: Expr }[];
  readonly onUpdateNow: readonly { readonly column: number; readonly expr: Expr }[];
  readonly checks: readonly {
    readonly name: string;
    readonly condition: Expr;
    /** WITH CHECK OPTION of this view (1369): the condition must be true, NULL is not enough. */
    readonly view?: { readonly schema: string; readonly name: string };
  }[];
  /** Foreign keys of this table (child side) and of others that reference it (parent side), with definitions resolved. */
  readonly parents: readonly {
    readonly key: ForeignKeyDef /** Absent when the table does not exist (dropped with foreign_key_checks = 0). */;
    readonly parent?: TableDef;
  }[];
  readonly children: readonly {
    readonly key: ForeignKeyDef;
    readonly child: TableDef;
    readonly writer: () => RowWriter;
  }[];
  readonly autoIncrementColumn: number; // -1 = none
}

/** Assigns to a column; `expr` is over the row described at the plan. */
export interface Assignment {
  readonly column: number;
  readonly expr: Expr | { readonly default: true };
}

export interface InsertPlan extends PlanBase {
  readonly kind: 'insert';
  readonly writer: RowWriter;
  readonly mode: 'insert' | 'replace';
  readonly ignore: boolean;
  /** Target columns by position, in the order of the source's values. */
  readonly columns: readonly number[];
  /** VALUES rows: expressions may refer to earlier columns of the row being built (over the full row), or `default`. */
  readonly source:
    | { readonly kind: 'values'; readonly rows: readonly (readonly Assignment[])[] }
    | { readonly kind: 'query'; readonly root: PhysicalNode };
  /** ON DUPLICATE KEY UPDATE: expressions over existing full row ++ new full row ++ (source row for INSERT … SELECT). */
  readonly onDuplicate?: readonly Assignment[];
}

/** UPDATE and DELETE run a query whose output carries, for each target table, all its columns at `offset` and the row handle at `handle`. */
export interface WriteTarget {
  readonly writer: RowWriter;
  readonly offset: number;
  readonly handle: number;
}
export interface UpdatePlan extends PlanBase {
  readonly kind: 'update';
  readonly root: PhysicalNode;
  readonly ignore: boolean;
  /** Assignments are over the query's output row; single-table updates see earlier assignments (MySQL evaluates left to right). */
  readonly targets: readonly (WriteTarget & { readonly assignments: readonly Assignment[] })[];
}
export interface DeletePlan extends PlanBase {
  readonly kind: 'delete';
  readonly root: PhysicalNode;
  readonly ignore: boolean;
  readonly targets: readonly WriteTarget[];
}
/** LOAD DATA: lines become field values; `fields` says where each goes. */
export interface LoadPlan extends PlanBase {
  readonly kind: 'load';
  readonly writer: RowWriter;
  readonly duplicates: 'error' | 'ignore' | 'replace';
  /** Per input field: a column position, or a user variable name. */
  readonly fields: readonly (number | { readonly variable: string })[];
  readonly set: readonly Assignment[];
  readonly format: LoadFormat;
  readonly file: string;
  readonly local: boolean;
}
export interface LoadFormat {
  readonly charset: string;
  readonly fieldsTerminatedBy: string;
  readonly enclosedBy: string;
  readonly optionallyEnclosed: boolean;
  readonly escapedBy: string;
  readonly linesStartingBy: string;
  readonly linesTerminatedBy: string;
  readonly ignoreLines: number;
}

export type StatementPlan = QueryPlan | InsertPlan | UpdatePlan | DeletePlan | LoadPlan;

/** Types of the parameters a plan was made for; a plan is reused only for the same ones. */
export type ParamTypes = readonly FieldType[];
