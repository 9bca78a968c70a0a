/** Expressions of a table definition, bound outside of a statement: for DDL (backfill, checks of existing rows) and tests. */
import type * as ast from '../ast/index.ts';
import type { TableDef, ViewDef } from '../catalog/index.ts';
import type { Expr } from '../expr/index.ts';
import type { RowWriter } from '../plan/index.ts';
import { ROW_IDS, rowBlock, RowSource, rowWriterOf } from './bind/row-writer.ts';
import { StatementState } from './bind/statement-state.ts';
import { viewTarget } from './bind/view-target.ts';
import { queryEnv } from './plan-statement.ts';
import type { PlannerContext } from './planner-context.ts';

/** Defaults, generated columns, checks and foreign keys of a table, over its full row. Cached per catalog and definition. */
export function bindTableExpressions(table: TableDef, context: PlannerContext): RowWriter {
  return rowWriterOf(table, { ...queryEnv(new StatementState(context)), database: table.schema });
}

/** Whether UPDATE and DELETE work through the view. */
export function isUpdatableView(view: ViewDef, context: PlannerContext): boolean {
  const target = viewTarget(view, { ...queryEnv(new StatementState(context)), database: view.schema });
  return target?.columns.some(({ place }) => place !== undefined) ?? false;
}

/** An expression over the full row of a table (a functional key part, a CHECK that is being added). */
export function bindRowExpression(sql: string, table: TableDef, context: PlannerContext): Expr {
  const env = { ...queryEnv(new StatementState(context)), database: table.schema };
  return rowBlock([new RowSource(table, table.name, { offset: 0, firstId: ROW_IDS })], env).bind(
    context.parseExpression(sql),
  );
}

/** The same for an expression that was parsed already. */
export function bindTableExpression(table: TableDef, expression: ast.Expression, context: PlannerContext): Expr {
  const env = { ...queryEnv(new StatementState(context)), database: table.schema };
  return rowBlock([new RowSource(table, table.name, { offset: 0, firstId: ROW_IDS })], env).bind(expression);
}
