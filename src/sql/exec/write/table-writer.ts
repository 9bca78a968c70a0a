/**
 * A table's row rules, compiled: conversions, defaults, generated columns, checks. No execution state.
 *
 * Compiled once per `RowWriter` object of the planner and shared by all plans that hold it.
 */
import { sqlError, SqlError } from '../../../base/index.ts';
import { compile, type EvalContext, type Evaluator, type Expr } from '../../expr/index.ts';
import type { RowWriter } from '../../plan/index.ts';
import {
  type ConversionContext,
  type FieldType,
  enumFromIndex,
  implicitDefaultOf,
  type Row,
  storeOf,
  type Value,
} from '../../types/index.ts';
import { compileVerdict, type Verdict } from '../predicate.ts';
import { sameValueOf } from './same-value.ts';
import type { WriteRun } from './write-run.ts';

/** Evaluates and converts a value for one column. */
export type ColumnSetter = (input: Row, write: WriteRun) => Value;

interface DefaultRule {
  /** Known without evaluating anything. */
  readonly constant: Value | undefined;
  readonly evaluate: ColumnSetter | undefined;
}

export interface TableWriter {
  readonly writer: RowWriter;
  readonly width: number;
  readonly defaults: readonly DefaultRule[];
  readonly generated: readonly { readonly column: number; readonly set: ColumnSetter }[];
  readonly virtual: readonly { readonly column: number; readonly set: ColumnSetter }[];
  readonly onUpdateNow: readonly { readonly column: number; readonly set: ColumnSetter }[];
  readonly checks: readonly (Pick<RowWriter['checks'][number], 'name' | 'view'> & { readonly verdict: Verdict })[];
  readonly same: readonly ((a: Value, b: Value) => boolean)[];
}

const compiledWriters = new WeakMap<RowWriter, TableWriter>();

export function tableWriterOf(writer: RowWriter): TableWriter {
  let compiled = compiledWriters.get(writer);
  if (compiled === undefined) {
    compiled = compileTableWriter(writer);
    compiledWriters.set(writer, compiled);
  }
  return compiled;
}

function compileTableWriter(writer: RowWriter): TableWriter {
  const { columns } = writer.table;
  const generated = writer.generated.map(({ column, expr }) => ({ column, set: compileSetter(writer, column, expr) }));
  return {
    writer,
    width: columns.length,
    defaults: columns.map((_, i) => compileDefault(writer, i)),
    generated,
    virtual: generated.filter(({ column }) => columns[column]!.generated?.stored === false),
    onUpdateNow: writer.onUpdateNow.map(({ column, expr }) => ({ column, set: compileSetter(writer, column, expr) })),
    checks: writer.checks.map(({ condition, ...check }) => ({ ...check, verdict: compileVerdict(condition) })),
    same: columns.map((column) => sameValueOf(column.type)),
  };
}

const LENIENT: ConversionContext = {
  session: {
    sqlMode: {
      noZeroDate: false,
      noZeroInDate: false,
      allowInvalidDates: true,
      timeTruncateFractional: false,
      padCharToFullLength: false,
    },
    strict: false,
    timeZone: '+00:00',
    nowMicros: 0,
  },
  warn: () => undefined,
};

function compileDefault(writer: RowWriter, position: number): DefaultRule {
  const expr = writer.defaults[position];
  const column = writer.table.columns[position]!;
  if (expr === undefined) return { constant: column.type.nullable ? null : undefined, evaluate: undefined };
  if (expr.kind === 'constant') {
    if (expr.value === null || expr.type === column.type) return { constant: expr.value, evaluate: undefined };
    // A literal was checked by the DDL, so its conversion is the same for everybody; a TIMESTAMP's depends on the time zone.
    if (column.type.kind !== 'timestamp' && column.defaultValue?.kind === 'literal') {
      return {
        constant: storeOf(expr.type, column.type)(expr.value, { column: column.name, row: 1 }, LENIENT),
        evaluate: undefined,
      };
    }
  }
  return { constant: undefined, evaluate: compileSetter(writer, position, expr) };
}

/** Evaluates `expr` and converts it to the column's type. NULL passes: what it means depends on the statement (`requireValue`). */
export function compileSetter(writer: RowWriter, position: number, expr: Expr): ColumnSetter {
  return compileStored(compile(expr), expr.type, writer, position);
}

function compileStored(evaluate: Evaluator, from: FieldType, writer: RowWriter, position: number): ColumnSetter {
  const { name, type } = writer.table.columns[position]!;
  const store = storeOf(from, type);
  return (input, write) => {
    const value = evaluate(input, write.eval);
    if (value === null) return null;
    write.target.column = name;
    write.target.table = writer.table.name;
    return store(value, write.target, write.eval);
  };
}

/** For values that come in a row (INSERT … SELECT). */
export function compileStoreAt(source: number, from: FieldType, writer: RowWriter, position: number): ColumnSetter {
  return compileStored((row) => row[source]!, from, writer, position);
}

/**
 * A NULL for a NOT NULL column: error 1048, or a warning and the type's zero where the statement is lenient (`lenient`: not a
 * single-row INSERT; IGNORE always is).
 */
export function requireValue(table: TableWriter, position: number, write: WriteRun, lenient: boolean): Value {
  const column = table.writer.table.columns[position]!;
  if (!write.ignore && (write.eval.session.strict || !lenient)) throw sqlError('ER_BAD_NULL_ERROR', column.name);
  write.eval.warn(1048, `Column '${column.name}' cannot be null`, 'Warning');
  // an explicit NULL becomes the empty member 0, only a column that is left out its first member
  return column.type.kind === 'enum' ? enumFromIndex(0, column.type.elements ?? []) : implicitDefaultOf(column.type);
}

/** The value of DEFAULT for a column; 1364 when there is none. `input` is the row its expression may refer to. */
export function defaultValue(table: TableWriter, position: number, input: Row, write: WriteRun): Value {
  const { constant, evaluate } = table.defaults[position]!;
  if (constant !== undefined) return constant;
  if (evaluate !== undefined) {
    const value = evaluate(input, write);
    return value === null && !table.writer.table.columns[position]!.type.nullable
      ? requireValue(table, position, write, false)
      : value;
  }
  return missingDefault(table, position, write);
}

function missingDefault(table: TableWriter, position: number, write: WriteRun): Value {
  const column = table.writer.table.columns[position]!;
  if (column.autoIncrement || column.type.kind === 'enum') return implicitDefaultOf(column.type);
  if (write.eval.session.strict && !write.ignore) throw sqlError('ER_NO_DEFAULT_FOR_FIELD', column.name);
  write.eval.warn(1364, `Field '${column.name}' doesn't have a default value`, 'Warning');
  return implicitDefaultOf(column.type);
}

export function computeGenerated(table: TableWriter, row: Row, write: WriteRun): void {
  for (const { column, set } of table.generated) {
    const value = set(row, write);
    row[column] =
      value === null && !table.writer.table.columns[column]!.type.nullable
        ? requireValue(table, column, write, true)
        : value;
  }
}

/** Storage does not keep virtual columns, but needs them where an index has them. */
export function computeVirtual(table: TableWriter, row: Row, write: WriteRun): void {
  for (const { column, set } of table.virtual) row[column] = set(row, write);
}

/** The same for a row that goes: a value that does not fit is what the index holds, no error. */
export function computeVirtualOfGone(table: TableWriter, row: Row, write: WriteRun): void {
  if (table.virtual.length === 0) return;
  let gone = LENIENT_RUNS.get(write);
  if (gone === undefined) {
    const session = lenient(write.eval.session);
    const value: EvalContext = { ...write.eval, session, warn: () => undefined };
    gone = Object.create(write, { eval: { value } }) as WriteRun;
    LENIENT_RUNS.set(write, gone);
  }
  computeVirtual(table, row, gone);
}

/** The session without strict mode. Its getters and methods read private fields, which only the session itself has. */
function lenient(session: EvalContext['session']): EvalContext['session'] {
  return new Proxy(session, {
    get(target, name): unknown {
      if (name === 'strict') return false;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const LENIENT_RUNS = new WeakMap<WriteRun, WriteRun>();

export function verifyChecks(table: TableWriter, row: Row, context: EvalContext): void {
  for (const { name, verdict, view } of table.checks) {
    if (view !== undefined) {
      if (verdict(row, context) !== true) throw sqlError('ER_VIEW_CHECK_FAILED', view.schema, view.name);
    } else if (!passes(verdict, row, context)) throw sqlError('ER_CHECK_CONSTRAINT_VIOLATED', name);
  }
}

/** A check that fails to evaluate is violated; its error stays as a condition before 3819. */
function passes(verdict: Verdict, row: Row, context: EvalContext): boolean {
  try {
    return verdict(row, context) !== false;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    context.warn(error.errno, error.message, 'Error');
    return false;
  }
}

export function sameRow(table: TableWriter, before: Row, after: Row): boolean {
  for (let i = 0; i < table.width; i++) if (!table.same[i]!(before[i]!, after[i]!)) return false;
  return true;
}
