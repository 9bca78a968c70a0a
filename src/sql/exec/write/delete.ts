/** DELETE from one or several tables: reads the rows first, then deletes each once, with its cascades. */
import { andThen, isPromise, type MaybePromise } from '../../../base/index.ts';
import type { RowHandle } from '../../ports.ts';
import type { DeletePlan } from '../../plan/index.ts';
import type { Row } from '../../types/index.ts';
import type { CompileScope } from '../compile-scope.ts';
import { handleKey } from '../index-merge.ts';
import type { CompiledWriter } from './compiled-writer.ts';
import { eachInOrder } from './each.ts';
import { deleteRow } from './row-mutations.ts';
import { computeVirtualOfGone, type TableWriter, tableWriterOf } from './table-writer.ts';
import { collectRows } from './update.ts';
import { WriteRun } from './write-run.ts';

interface DeleteTarget {
  readonly table: TableWriter;
  readonly offset: number;
  readonly handle: number;
}

export function compileDelete(plan: DeletePlan, scope: CompileScope): CompiledWriter {
  const root = scope.compile(plan.root);
  const targets = plan.targets.map(
    ({ writer, offset, handle }): DeleteTarget => ({ table: tableWriterOf(writer), offset, handle }),
  );
  return (run) => {
    const write = new WriteRun(run, plan.ignore);
    return andThen(collectRows(root, write), (rows) => {
      // Rows may repeat in joins, and a cascade may have deleted a row that is still to come.
      const seen = targets.map(() => new Set<string>());
      const done = eachInOrder(rows, (row) => deleteOne(write, targets, row, seen));
      return andThen(done, () => write.result(write.deleted, ''));
    });
  };
}

function deleteOne(
  write: WriteRun,
  targets: readonly DeleteTarget[],
  row: Row,
  seen: readonly Set<string>[],
): MaybePromise<void> {
  const paused = write.pace();
  if (paused instanceof Promise) return paused.then(() => deleteOne(write, targets, row, seen));
  return eachInOrder(targets, (target, i) => deleteTarget(write, target, row, seen[i]!));
}

function deleteTarget(write: WriteRun, target: DeleteTarget, row: Row, seen: Set<string>): MaybePromise<void> {
  const handle = row[target.handle] as RowHandle | null;
  if (handle === null) return undefined;
  const key = handleKey(handle);
  if (seen.has(key)) return undefined;
  seen.add(key);
  const { table, offset } = target;
  const before = row.slice(offset, offset + table.width);
  computeVirtualOfGone(table, before, write);
  try {
    const done = deleteRow(write, table, { handle, row: before });
    const counted = andThen(done, () => void write.deleted++);
    return isPromise(counted) ? counted.catch((error: unknown) => void write.tolerate(error)) : counted;
  } catch (error) {
    write.tolerate(error);
  }
}
