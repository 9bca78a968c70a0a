/** Rows of an altered table: from the old definition to the new one, with generated columns, checks and NOT NULL. */
import { sqlError } from '../../base/index.ts';
import type { ColumnDef } from '../../sql/catalog/index.ts';
import type { AlterPlan } from '../../sql/ddl/index.ts';
import { compile, type EvalContext, type Expr } from '../../sql/expr/index.ts';
import { parseExpressionText } from '../../sql/parser/index.ts';
import { bindTableExpressions } from '../../sql/planner/index.ts';
import {
  castValue,
  type FieldType,
  formatText,
  implicitDefaultOf,
  type Row,
  type Value,
  varcharType,
} from '../../sql/types/index.ts';
import { type Evaluated, evaluateExpression } from '../session/evaluate.ts';
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
  const now = evaluateExpression(session, parseExpressionText('now(6)'));
  const sources = plan.after.columns.map((column, place) =>
    columnSource({ plan, column, initial: writer.defaults[place], now }),
  );
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

const TEXT = varcharType(65_535);

interface SourceRule {
  readonly plan: AlterPlan;
  readonly column: ColumnDef;
  readonly initial: Expr | undefined;
  readonly now: Evaluated;
}

function columnSource({ plan, column, initial, now }: SourceRule): ColumnSource {
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
  const asText = goesByText(from, to);
  return (row, context, rowNumber) => {
    const value = row[place] ?? null;
    if (value === null) {
      // A NULL becomes the time of the change.
      if (to.kind === 'timestamp' && !to.nullable)
        return castValue(now.value, now.type, to, context, { column: column.name, row: rowNumber });
      if (!to.nullable && context.session.strict) throw nullRefusal(from, column, rowNumber);
    }
    if (asText && value !== null) {
      const text = from.kind === 'bit' ? String(value) : formatText(value, from);
      return castValue(text, TEXT, to, context, { column: column.name, row: rowNumber });
    }
    return castValue(value, from, to, context, { column: column.name, row: rowNumber });
  };
}

const TEMPORAL: ReadonlySet<string> = new Set(['date', 'time', 'datetime', 'timestamp']);

/** What MySQL prints and reads again: all but bytes on their way to JSON, JSON that becomes a date or time, and bits that become text. */
function goesByText(from: FieldType, to: FieldType): boolean {
  if (to.kind === 'json') return from.kind !== 'json' && from.kind !== 'binary' && from.kind !== 'bit';
  if (from.kind === 'json') return TEMPORAL.has(to.kind);
  return from.kind === 'bit' && (to.kind === 'string' || to.kind === 'binary');
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
