/**
 * UPDATE of one or several tables: reads all rows first, so that no row is met again after its own change (Halloween), then
 * changes them. A row that an assignment leaves as it was counts as matched, not changed, and is not written.
 */
import { andThen, isPromise, type MaybePromise } from '../../../base/index.ts';
import type { RowHandle } from '../../ports.ts';
import type { UpdatePlan } from '../../plan/index.ts';
import type { Batch, Row } from '../../types/index.ts';
import type { CompileScope } from '../compile-scope.ts';
import { handleKey } from '../index-merge.ts';
import { type CompiledNode, drain } from '../operator.ts';
import type { CompiledWriter } from './compiled-writer.ts';
import { duplicateEntry } from './duplicate-error.ts';
import { eachInOrder } from './each.ts';
import { finishRow } from './row-builder.ts';
import { updateRow } from './row-mutations.ts';
import {
  type ColumnSetter,
  compileSetter,
  computeVirtual,
  defaultValue,
  requireValue,
  sameRow,
  type TableWriter,
  tableWriterOf,
} from './table-writer.ts';
import { WriteRun } from './write-run.ts';

interface UpdateTarget {
  readonly table: TableWriter;
  readonly offset: number;
  readonly handle: number;
  readonly assignments: readonly { readonly column: number; readonly set: ColumnSetter | undefined }[];
  readonly onUpdateNow: TableWriter['onUpdateNow'];
}

export function compileUpdate(plan: UpdatePlan, scope: CompileScope): CompiledWriter {
  const root = scope.compile(plan.root);
  const targets = plan.targets.map((target): UpdateTarget => {
    const { writer, offset, handle } = target;
    const table = tableWriterOf(writer);
    const assigned = new Set(target.assignments.map((item) => item.column));
    return {
      table,
      offset,
      handle,
      assignments: target.assignments.map(({ column, expr }) => ({
        column,
        set: 'default' in expr ? undefined : compileSetter(writer, column, expr),
      })),
      onUpdateNow: table.onUpdateNow.filter(({ column }) => !assigned.has(column)),
    };
  });
  // A join may give a target row several times; only the first counts.
  const mayRepeat = targets.length > 1 || plan.root.output.length > targets[0]!.table.width + 1;
  return (run) => {
    const write = new WriteRun(run, plan.ignore);
    return andThen(collectRows(root, write), (rows) => {
      const seen = mayRepeat ? targets.map(() => new Set<string>()) : undefined;
      const done = eachInOrder(rows, (row, i) => updateOne(write, targets, row, { position: i, seen }));
      return andThen(done, () => {
        const affected = run.ctx.foundRows === true ? write.matched : write.updated;
        return write.result(
          affected,
          `Rows matched: ${write.matched}  Changed: ${write.updated}  Warnings: {warnings}`,
        );
      });
    });
  };
}

/** All rows of a plan, charged to the statement until it ends. */
export function collectRows(root: CompiledNode, write: WriteRun): MaybePromise<readonly Row[]> {
  const { run } = write;
  const operator = root.open(run);
  const memory = run.ctx.memory.open();
  const rows: Row[] = [];
  const done = drain(operator, (batch: Batch) => {
    memory.chargeBatch(batch);
    for (const row of batch) rows.push(row);
  });
  return andThen(done, () => {
    operator.close();
    return rows;
  });
}

interface RowPlace {
  readonly position: number;
  readonly seen: readonly Set<string>[] | undefined;
}

function updateOne(write: WriteRun, targets: readonly UpdateTarget[], row: Row, place: RowPlace): MaybePromise<void> {
  const paused = write.pace();
  if (paused instanceof Promise) return paused.then(() => updateOne(write, targets, row, place));
  write.target.row = place.position + 1;
  return eachInOrder(targets, (target, i) => updateTarget(write, target, row, place.seen?.[i]));
}

/** `input` is changed as assignments go along: later ones see earlier ones, also those of other tables. */
function updateTarget(
  write: WriteRun,
  target: UpdateTarget,
  input: Row,
  seen: Set<string> | undefined,
): MaybePromise<void> {
  const handle = input[target.handle] as RowHandle | null;
  if (handle === null) return undefined; // the outer side of a join that found nothing
  if (seen !== undefined) {
    const key = handleKey(handle);
    if (seen.has(key)) return undefined;
    seen.add(key);
  }
  try {
    const done = changeRow(write, target, input, handle);
    return isPromise(done) ? done.catch((error: unknown) => void write.tolerate(error)) : done;
  } catch (error) {
    write.tolerate(error);
  }
}

function changeRow(write: WriteRun, target: UpdateTarget, input: Row, handle: RowHandle): MaybePromise<void> {
  const { table, offset } = target;
  const { columns } = table.writer.table;
  const before = input.slice(offset, offset + table.width);
  computeVirtual(table, before, write);
  write.matched++;
  for (const { column, set } of target.assignments) {
    if (columns[column]!.generated !== undefined) continue;
    const value =
      set === undefined
        ? defaultValue(table, column, input.slice(offset, offset + table.width), write)
        : set(input, write);
    input[offset + column] =
      value === null && !columns[column]!.type.nullable ? requireValue(table, column, write, true) : value;
  }
  const after = input.slice(offset, offset + table.width);
  for (const { column } of table.virtual) after[column] = before[column]!;
  if (sameRow(table, before, after)) return undefined;
  for (const { column, set } of target.onUpdateNow) after[column] = set(after, write);
  finishRow(table, after, write);
  const outcome = updateRow(write, table, { handle, row: before }, after);
  return andThen(outcome, (done) => {
    if (done.ok) write.updated++;
    else write.tolerate(duplicateEntry(table.writer.table, done.duplicate.index, after));
  });
}
