/** ON DUPLICATE KEY UPDATE: changes the row that is in the way instead of inserting. */
import { andThen, type MaybePromise } from '../../../base/index.ts';
import type { InsertPlan } from '../../plan/index.ts';
import type { DuplicateKey } from '../../ports.ts';
import type { Row } from '../../types/index.ts';
import { duplicateEntry } from './duplicate-error.ts';
import { finishRow } from './row-builder.ts';
import { updateRow } from './row-mutations.ts';
import {
  compileSetter,
  computeVirtual,
  defaultValue,
  requireValue,
  sameRow,
  type TableWriter,
} from './table-writer.ts';
import type { WriteRun } from './write-run.ts';

export type DuplicateUpdate = (
  write: WriteRun,
  incoming: Row,
  source: Row,
  duplicate: DuplicateKey,
) => MaybePromise<void>;

/** Expressions see existing row ++ new row ++ source row; earlier assignments show in the existing part. */
export function compileDuplicateUpdate(plan: InsertPlan, table: TableWriter): DuplicateUpdate {
  const { writer } = plan;
  const assignments = (plan.onDuplicate ?? []).map(({ column, expr }) => ({
    column,
    set: 'default' in expr ? undefined : compileSetter(writer, column, expr),
  }));
  const assigned = new Set(assignments.map((item) => item.column));
  const onUpdateNow = table.onUpdateNow.filter(({ column }) => !assigned.has(column));
  const { width } = table;
  const columns = writer.table.columns;
  return (write, incoming, source, duplicate) => {
    const before = duplicate.row.slice();
    computeVirtual(table, before, write);
    const input: Row = [...before, ...incoming, ...source];
    for (const { column, set } of assignments) {
      const value = set === undefined ? defaultValue(table, column, input, write) : set(input, write);
      input[column] =
        value === null && !columns[column]!.type.nullable ? requireValue(table, column, write, true) : value;
    }
    const after = input.slice(0, width);
    write.matched++;
    if (sameRow(table, before, after)) return undefined;
    const id = writer.autoIncrementColumn < 0 ? null : after[writer.autoIncrementColumn]!;
    if (plan.source.kind === 'values' && (typeof id === 'number' || typeof id === 'bigint')) write.lastExplicitId = id;
    for (const { column, set } of onUpdateNow) after[column] = set(after, write);
    finishRow(table, after, write);
    return andThen(updateRow(write, table, { handle: duplicate.handle, row: before }, after), (outcome) => {
      if (outcome.ok) {
        write.updated++;
        return undefined;
      }
      write.tolerate(duplicateEntry(writer.table, outcome.duplicate.index, after));
      return undefined;
    });
  };
}
