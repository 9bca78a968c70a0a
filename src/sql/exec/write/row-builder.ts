/**
 * Makes full rows from the values of an INSERT: constants of the defaults first, then the given values in order (each may
 * refer to columns before it), then defaults that are expressions.
 */
import { type FieldType, implicitDefaultOf, type Row, type Value } from '../../types/index.ts';
import type { Assignment } from '../../plan/index.ts';
import {
  type ColumnSetter,
  compileSetter,
  compileStoreAt,
  computeGenerated,
  defaultValue,
  requireValue,
  type TableWriter,
  verifyChecks,
} from './table-writer.ts';
import type { WriteRun } from './write-run.ts';

/** `singleRow`: a NULL for a NOT NULL column is always an error. */
export type RowBuilder = (source: Row, write: WriteRun, singleRow: boolean) => Row;

interface GivenColumn {
  readonly column: number;
  readonly set: ColumnSetter | undefined; // undefined = DEFAULT
}

export function compileRowBuilder(table: TableWriter, assignments: readonly Assignment[]): RowBuilder {
  const given = assignments.map(
    ({ column, expr }): GivenColumn => ({
      column,
      set: 'default' in expr ? undefined : compileSetter(table.writer, column, expr),
    }),
  );
  return builderOf(table, given, false);
}

/** For rows of a query: value i goes to columns[i]. */
export function compileRowSource(
  table: TableWriter,
  columns: readonly number[],
  types: readonly FieldType[],
): RowBuilder {
  const given = columns.map(
    (column, i): GivenColumn => ({ column, set: compileStoreAt(i, types[i]!, table.writer, column) }),
  );
  return builderOf(table, given, true);
}

function builderOf(table: TableWriter, given: readonly GivenColumn[], fromSource: boolean): RowBuilder {
  const { columns } = table.writer.table;
  const { autoIncrementColumn } = table.writer;
  const givenColumns = new Set(given.map((item) => item.column));
  const template = rowTemplate(table);
  const isGenerated = (column: number): boolean => columns[column]!.generated !== undefined;
  const late = columns
    .map((_, i) => i)
    .filter(
      (i) =>
        !givenColumns.has(i) &&
        i !== autoIncrementColumn &&
        !isGenerated(i) &&
        table.defaults[i]!.constant === undefined,
    );
  const notNull = columns.map((column) => !column.type.nullable);
  return (source, write, singleRow) => {
    const row: Row = template.slice();
    const input = fromSource ? source : row;
    for (const { column, set } of given) {
      if (isGenerated(column)) continue;
      if (set === undefined) {
        row[column] = column === autoIncrementColumn ? null : defaultValue(table, column, row, write);
        continue;
      }
      const value = set(input, write);
      row[column] =
        value === null && notNull[column]! && column !== autoIncrementColumn
          ? requireValue(table, column, write, !singleRow)
          : value;
    }
    for (const column of late) row[column] = defaultValue(table, column, row, write);
    return row;
  };
}

/**
 * What columns hold before they are given a value. An expression that reads a NOT NULL column without default before that finds the
 * type's zero; AUTO_INCREMENT is NULL, which means "generate".
 */
export function rowTemplate(table: TableWriter): readonly Value[] {
  return table.writer.table.columns.map((column, i) => {
    const { constant } = table.defaults[i]!;
    if (constant !== undefined) return constant;
    return column.type.nullable || i === table.writer.autoIncrementColumn ? null : implicitDefaultOf(column.type);
  });
}

/** Generated columns and checks, once all other columns are known (AUTO_INCREMENT too). */
export function finishRow(table: TableWriter, row: Row, write: WriteRun): void {
  if (table.generated.length > 0) computeGenerated(table, row, write);
  if (table.checks.length > 0) verifyChecks(table, row, write.eval);
}
