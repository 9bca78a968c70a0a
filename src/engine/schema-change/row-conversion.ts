/** Rows of an altered table: from the old definition to the new one, with generated columns, checks and NOT NULL. */
import { sqlError } from '../../base/index.ts';
import type { ColumnDef } from '../../sql/catalog/index.ts';
import type { AlterPlan } from '../../sql/ddl/index.ts';
import { compile, type EvalContext, type Expr } from '../../sql/expr/index.ts';
import { bindTableExpressions } from '../../sql/planner/index.ts';
import { castValue, type FieldType, implicitDefaultOf, type Row, type Value } from '../../sql/types/index.ts';
import { plannerContext } from '../session/plan-context.ts';
import type { EngineSession } from '../session/session.ts';
import { evalContext } from '../session/statement-run.ts';

type ColumnSource = (before: Row, context: EvalContext, rowNumber: number) => Value;

export interface RowConverter {
  convert(rows: readonly Row[]): Row[];
  /** Rows converted so far, for the statement's answer. */
  rows(): number;
}

export function rowConversion(session: EngineSession, plan: AlterPlan): RowConverter {
  const writer = bindTableExpressions(plan.after, plannerContext(session, '', []));
  const sources = plan.after.columns.map((column, place) => columnSource(plan, column, writer.defaults[place]));
  const generated = writer.generated.map(({ column, expr }) => ({ column, evaluate: compile(expr), type: expr.type }));
  const context = evalContext(session, 0, []);
  const { sqlMode } = session.state;
  session.eval.strict = sqlMode.strictTransTables || sqlMode.strictAllTables;
  let count = 0;
  const convertRow = (before: Row): Row => {
    count++;
    const after = sources.map((source) => source(before, context, count));
    for (const { column, evaluate, type } of generated) {
      const target = plan.after.columns[column]!;
      after[column] = castValue(evaluate(after, context), type, target.type, context, {
        column: target.name,
        row: count,
      });
    }
    return after;
  };
  return { convert: (rows) => rows.map(convertRow), rows: () => count };
}

function columnSource(plan: AlterPlan, column: ColumnDef, initial: Expr | undefined): ColumnSource {
  const place = plan.before.columns.findIndex((candidate) => candidate.id === column.id);
  const before = plan.before.columns[place];
  if (column.generated) return () => null;
  if (before === undefined) {
    const evaluate = initial && compile(initial);
    return (row, context, rowNumber) => {
      const value = evaluate?.(row, context) ?? null;
      if (value === null || initial === undefined) return column.type.nullable ? null : implicitDefaultOf(column.type);
      return castValue(value, initial.type, column.type, context, { column: column.name, row: rowNumber });
    };
  }
  const from = before.type;
  const to = column.type;
  if (from === to) return (row) => row[place] ?? null;
  return (row, context, rowNumber) => {
    const value = row[place] ?? null;
    if (value === null && !to.nullable && context.session.strict) throw nullRefusal(from, column, rowNumber);
    return castValue(value, from, to, context, { column: column.name, row: rowNumber });
  };
}

/** MySQL's texts for a NULL met while a column becomes NOT NULL: in place, and with a change of its type. */
function nullRefusal(from: FieldType, column: ColumnDef, rowNumber: number): Error {
  const sameType = sameStorage(from, column.type);
  return sameType ? sqlError('ER_INVALID_USE_OF_NULL') : sqlError('WARN_DATA_TRUNCATED', column.name, rowNumber);
}

function sameStorage(a: FieldType, b: FieldType): boolean {
  return (
    a.mysqlType === b.mysqlType &&
    a.length === b.length &&
    a.decimals === b.decimals &&
    a.unsigned === b.unsigned &&
    a.collation === b.collation
  );
}

export interface RowChecker {
  check(rows: readonly Row[]): void;
  /** Rows checked so far. */
  rows(): number;
}

/** Checks added by the ALTER, against rows in the new definition's order; undefined when there are none. */
export function rowCheck(session: EngineSession, plan: AlterPlan): RowChecker | undefined {
  if (plan.addChecks.length === 0) return undefined;
  const names = new Set(plan.addChecks.map((check) => check.name));
  const writer = bindTableExpressions(plan.after, plannerContext(session, '', []));
  const checks = writer.checks
    .filter((check) => names.has(check.name))
    .map((check) => ({ name: check.name, evaluate: compile(check.condition) }));
  const context = evalContext(session, 0, []);
  let count = 0;
  const check = (rows: readonly Row[]): void => {
    count += rows.length;
    for (const row of rows) {
      for (const { name, evaluate } of checks) {
        const value = evaluate(row, context);
        if (value === 0) throw sqlError('ER_CHECK_CONSTRAINT_VIOLATED', name);
      }
    }
  };
  return { check, rows: () => count };
}
