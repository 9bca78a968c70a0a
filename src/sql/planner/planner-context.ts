/**
 * What the planner asks of its surroundings, as small ports that the session (engine room) implements.
 *
 * The planner itself is pure and synchronous: the same statement, catalog, statistics and parameter types give the same
 * plan. Nothing here touches rows.
 */
import type * as ast from '../ast/index.ts';
import type { Catalog, TableDef } from '../catalog/index.ts';
import type { AggregateDef, EvalSession, FunctionDef, SqlMode, WindowFunctionDef } from '../expr/index.ts';
import type { FieldType, Value } from '../types/index.ts';
import type { TableStatistics } from './stats/table-statistics.ts';

export interface FunctionRegistry {
  findFunction(name: string): FunctionDef | undefined;
  findAggregate(name: string): AggregateDef | undefined;
  findWindow(name: string): WindowFunctionDef | undefined;
}

/** Statistics of a table; absent = the planner guesses from `rowCount`. */
export interface StatsProvider {
  /** Rows of the table now, by cheap estimate. */
  rowCount(table: TableDef): number;
  find(table: TableDef): TableStatistics | undefined;
}

/** information_schema and friends: tables whose rows are made by the session. `kind: 'table'`, no indexes. */
export interface VirtualTableProvider {
  find(schema: string, table: string): TableDef | undefined;
}

export type TablePrivilege = 'select' | 'insert' | 'update' | 'delete' | 'references' | 'show view';

/** Throws 1142 (table) or 1143 (column) when the privilege is missing. Not called for virtual tables. */
export interface PrivilegeChecker {
  /** `columns` = lower-case names that are read or written; empty = the table as such. */
  check(privilege: TablePrivilege, schema: string, table: string, columns: readonly string[]): void;
  /** Rights of a view's definer (SQL SECURITY DEFINER); undefined = no check inside the view. */
  forDefiner(definer: string): PrivilegeChecker | undefined;
}

/** The session's variables that change what a statement means or how it is planned. */
export interface PlannerSession {
  readonly sqlMode: SqlMode;
  readonly collationConnection: string;
  readonly charsetConnection: string;
  readonly divPrecisionIncrement: number;
  readonly groupConcatMaxLength: number;
  /** sql_select_limit; absent = none. */
  readonly selectLimit?: number;
  /** cte_max_recursion_depth and the like are the executor's. */
  readonly sqlSafeUpdates?: boolean;
  /** sql_auto_is_null: WHERE id IS NULL finds the row inserted last. */
  readonly autoIsNull?: boolean;
  /** max_join_size, optimizer_switch words that are off, e.g. 'hash_join'. */
  readonly disabledStrategies?: ReadonlySet<string>;
  readonly autoIncrementZeroIsNull?: boolean;
  userVariableType(name: string): FieldType | undefined;
  /** Throws 1193 for an unknown variable, 1238 for the wrong scope. */
  systemVariableType(name: string, scope: 'global' | 'session' | undefined): FieldType;
}

export interface PlannerContext {
  readonly catalog: Catalog;
  readonly database: string | null;
  readonly session: PlannerSession;
  /** Values that 'statement'-stable functions may not use at planning; only immutable functions are folded with it. */
  readonly evalSession: EvalSession;
  readonly functions: FunctionRegistry;
  /** By parameter position; missing = not known yet (PREPARE): a nullable string. */
  readonly paramTypes: readonly FieldType[];
  readonly stats: StatsProvider;
  readonly virtualTables: VirtualTableProvider;
  readonly privileges?: PrivilegeChecker;
  /** Bodies of views, generated columns, checks and defaults are stored as SQL text. */
  parseQuery(sql: string, ansiQuotes?: boolean): ast.Query;
  parseExpression(sql: string): ast.Expression;
  /** The statement's text; spans of the AST point into it. */
  readonly sourceText: string;
  /** EXPLAIN's own statements and tests ask for it: called with the plan after each rule. */
  readonly trace?: (rule: string, plan: string) => void;
  /** Told of each sequence that the statement takes numbers from. */
  readonly onSequence?: (schema: string, name: string) => void;
  /** Told of each column reference and the table (or alias) that it was found in. */
  readonly onName?: (node: ast.ColumnReference, table: string) => void;
  /** AS OF TIMESTAMP for every table of the statement (session's tidb_snapshot); absent = now. */
  readonly asOf?: Value;
}
