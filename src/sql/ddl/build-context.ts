/** What building a table definition needs from its surroundings; the session supplies it. */
import type { Expression } from '../ast/index.ts';
import type { Catalog, ColumnDefault, TableDef } from '../catalog/index.ts';
import type { FieldType, Value } from '../types/index.ts';

export interface BuildContext {
  readonly catalog: Catalog;
  readonly schema: string;
  /** Collation of tables that name none: the schema's. */
  readonly schemaCollation: string;
  readonly nowMs: number;
  /** default_storage_engine, default_tmp_storage_engine; absent: InnoDB. */
  readonly defaultEngine?: (isTemporary: boolean) => string;
  readonly foreignKeyChecks: boolean;
  /** sql_mode has NO_ZERO_DATE and strict: decides on the implicit checks of defaults. */
  readonly strict: boolean;
  /** MySQL's canonical text of an expression, for storing it. */
  formatExpression(expression: Expression): string;
  /** Turns a literal default into its stored form; throws 1067 when the column cannot hold it. */
  literalDefault(expression: Expression, type: FieldType, column: string): ColumnDefault;
  warn(errno: number, message: string, level?: 'Warning' | 'Note'): void;
  /** The tree of a stored expression. */
  parseExpression(sql: string): Expression;
  /** True for a native function. */
  isFunction(name: string): boolean;
  /** Foreign keys refer to exactly the columns of a unique key (restrict_fk_on_non_standard_key). */
  readonly standardForeignKeys: boolean;
  /** The value of an expression without columns. */
  evaluate(expression: Expression): { readonly value: Value; readonly type: FieldType };
  /** A value in the type of a column; undefined when the column cannot hold it exactly. */
  convert(value: Value, from: FieldType, to: FieldType): Value | undefined;
  /** Type of an expression over the columns of `table` (functional key parts). */
  expressionType(sql: string, table: TableDef): FieldType;
}

/** Ids that the catalog hands out when the definition is stored; 0 until then. */
export const UNASSIGNED_ID = 0;
