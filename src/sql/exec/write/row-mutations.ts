/**
 * Changing one stored row with all that hangs on it: unique keys (reported by storage), parents, children and cascades.
 *
 * Order: what forbids the change is looked at first, then the row changes, then cascades follow. A new or changed child
 * row is written before its parent is looked up, so that a row may reference itself. When a check fails after the row
 * was written, the caller rolls the statement back; under IGNORE the row's own change is undone here.
 */
import { andThen, isPromise, type MaybePromise, sqlError } from '../../../base/index.ts';
import type { ForeignKeyDef } from '../../catalog/index.ts';
import type { InsertOutcome, RowHandle } from '../../ports.ts';
import type { Batch, Row, Value } from '../../types/index.ts';
import { drain } from '../operator.ts';
import { handleKey } from '../index-merge.ts';
import { eachInOrder } from './each.ts';
import {
  anyRow,
  childColumns,
  hasChildren,
  type KeyColumns,
  keyValues,
  noParent,
  parentColumns,
  parentExists,
  scanByKey,
} from './foreign-keys.ts';
import { layoutsAgree } from './foreign-key-layout.ts';
import { computeGenerated, computeVirtual, type TableWriter, tableWriterOf } from './table-writer.ts';
import type { WriteRun } from './write-run.ts';

const CASCADE_DEPTH_MAX = 15;

export interface StoredRow {
  readonly handle: RowHandle;
  readonly row: Row;
}

/** Writes a new row; its parents must exist. */
export function insertRow(write: WriteRun, table: TableWriter, row: Row): MaybePromise<InsertOutcome> {
  const outcome = write.storage.insert(table.writer.table, row);
  if (!write.foreignKeyChecks || table.writer.parents.length === 0) return outcome;
  return andThen(outcome, (done) => {
    if (!done.ok) return done;
    const undo = (): MaybePromise<void> => write.storage.delete(table.writer.table, done.handle, row);
    return andThen(
      guarded(write, () => requireParents(write, table, row, undefined), undo),
      () => done,
    );
  });
}

/** Under IGNORE a failed check undoes the row before the error goes on; otherwise the statement's rollback does. */
function guarded(
  write: WriteRun,
  check: () => MaybePromise<void>,
  undo: () => MaybePromise<unknown>,
): MaybePromise<void> {
  if (!write.ignore) return check();
  const failed = (error: unknown): MaybePromise<never> =>
    andThen(undo(), () => {
      throw error;
    });
  try {
    const done = check();
    return isPromise(done) ? done.catch(failed) : done;
  } catch (error) {
    return failed(error);
  }
}

/** `before` is given for updates: only keys that changed are looked up. */
function requireParents(write: WriteRun, table: TableWriter, after: Row, before: Row | undefined): MaybePromise<void> {
  return eachInOrder(table.writer.parents, ({ key, parent }) => {
    const own = childColumns(table.writer.table, key);
    if (before !== undefined && !changed(table, own, before, after)) return undefined;
    const values = keyValues(after, own);
    if (values === undefined) return undefined;
    if (parent === undefined) throw noParent(table.writer.table, key);
    const referenced = parentColumns(parent, key);
    if (!layoutsAgree(own, referenced, values)) throw noParent(table.writer.table, key);
    return andThen(parentExists(write, referenced, values), (exists) => {
      if (!exists) throw noParent(table.writer.table, key);
    });
  });
}

function changed(table: TableWriter, columns: KeyColumns, before: Row, after: Row): boolean {
  return columns.positions.some((position) => !table.same[position]!(before[position]!, after[position]!));
}

/** `after` is complete (generated columns computed, checks passed). `before` has its virtual columns computed. */
export function updateRow(
  write: WriteRun,
  table: TableWriter,
  stored: StoredRow,
  after: Row,
  depth = 0,
): MaybePromise<InsertOutcome> {
  const { writer } = table;
  const before = stored.row;
  const checks = write.foreignKeyChecks && (writer.parents.length > 0 || writer.children.length > 0);
  if (!checks) return write.storage.update(writer.table, stored.handle, before, after);
  const touched = writer.children.filter(({ key }) => changed(table, parentColumns(writer.table, key), before, after));
  const restricting = touched.filter(({ key }) => key.onUpdate !== 'cascade' && key.onUpdate !== 'set null');
  return andThen(
    eachInOrder(restricting, (reference) => refuseChildren(write, table, reference, stored)),
    () =>
      andThen(write.storage.update(writer.table, stored.handle, before, after), (outcome) => {
        if (!outcome.ok) return outcome;
        const undo = (): MaybePromise<unknown> => write.storage.update(writer.table, outcome.handle, after, before);
        return andThen(
          guarded(write, () => requireParents(write, table, after, before), undo),
          () =>
            andThen(
              eachInOrder(touched, (reference) =>
                cascadeUpdate(write, reference, { before, after, parent: table }, depth + 1),
              ),
              () => outcome,
            ),
        );
      }),
  );
}

export function deleteRow(write: WriteRun, table: TableWriter, stored: StoredRow, depth = 0): MaybePromise<void> {
  const { writer } = table;
  if (!write.foreignKeyChecks || writer.children.length === 0)
    return write.storage.delete(writer.table, stored.handle, stored.row);
  const restricting = writer.children.filter(({ key }) => key.onDelete !== 'cascade' && key.onDelete !== 'set null');
  const following = writer.children.filter((reference) => !restricting.includes(reference));
  return andThen(
    eachInOrder(restricting, (reference) => refuseChildren(write, table, reference, stored)),
    () =>
      andThen(write.storage.delete(writer.table, stored.handle, stored.row), () =>
        eachInOrder(following, (reference) =>
          cascadeDelete(write, reference, { parent: table, before: stored.row }, depth + 1),
        ),
      ),
  );
}

type ChildReference = TableWriter['writer']['children'][number];

/** 1451 when a child row exists, the changed row itself aside. */
function refuseChildren(
  write: WriteRun,
  parent: TableWriter,
  { key, child }: ChildReference,
  stored: StoredRow,
): MaybePromise<void> {
  const values = keyValues(stored.row, parentColumns(parent.writer.table, key));
  if (values === undefined) return undefined;
  const own = child.id === parent.writer.table.id ? handleKey(stored.handle) : undefined;
  const counts = (row: Row): boolean => own === undefined || handleKey(row[row.length - 1] as RowHandle) !== own;
  return andThen(
    anyRow(scanByKey(write, childColumns(child, key), values, 'share', own === undefined ? 1 : 2), counts),
    (exists) => {
      if (exists) throw hasChildren(child, key);
    },
  );
}

function collectChildren(
  write: WriteRun,
  table: TableWriter,
  columns: KeyColumns,
  values: readonly Value[],
): MaybePromise<StoredRow[]> {
  const cursor = scanByKey(write, columns, values, 'update');
  const rows: StoredRow[] = [];
  const done = drain(cursor, (batch: Batch) => {
    for (const row of batch) {
      const handle = row.pop() as RowHandle;
      computeVirtual(table, row, write);
      rows.push({ handle, row });
    }
  });
  return andThen(done, () => {
    cursor.close();
    return rows;
  });
}

function checkDepth(depth: number): void {
  if (depth >= CASCADE_DEPTH_MAX) throw sqlError('ER_FK_DEPTH_EXCEEDED', CASCADE_DEPTH_MAX);
}

function cascadeDelete(
  write: WriteRun,
  reference: ChildReference,
  parent: { readonly parent: TableWriter; readonly before: Row },
  depth: number,
): MaybePromise<void> {
  const { key, child } = reference;
  const values = keyValues(parent.before, parentColumns(parent.parent.writer.table, key));
  if (values === undefined) return undefined;
  const table = tableWriterOf(reference.writer());
  const columns = childColumns(child, key);
  return andThen(collectChildren(write, table, columns, values), (rows) => {
    if (rows.length > 0) checkDepth(depth);
    return eachInOrder(rows, (stored) => {
      if (key.onDelete === 'cascade') return deleteRow(write, table, stored, depth);
      return rewriteChild(write, table, stored, { key, columns, values: columns.positions.map(() => null) }, depth);
    });
  });
}

function cascadeUpdate(
  write: WriteRun,
  reference: ChildReference,
  change: { readonly before: Row; readonly after: Row; readonly parent: TableWriter },
  depth: number,
): MaybePromise<void> {
  const { key, child } = reference;
  if (key.onUpdate !== 'cascade' && key.onUpdate !== 'set null') return undefined;
  const parent = parentColumns(change.parent.writer.table, key);
  const values = keyValues(change.before, parent);
  if (values === undefined) return undefined;
  const table = tableWriterOf(reference.writer());
  const columns = childColumns(child, key);
  const fresh =
    key.onUpdate === 'cascade'
      ? parent.positions.map((position) => change.after[position]!)
      : parent.positions.map(() => null);
  return andThen(collectChildren(write, table, columns, values), (rows) => {
    if (rows.length > 0) checkDepth(depth);
    return eachInOrder(rows, (stored) => rewriteChild(write, table, stored, { key, columns, values: fresh }, depth));
  });
}

interface KeyRewrite {
  readonly key: ForeignKeyDef;
  readonly columns: KeyColumns;
  readonly values: readonly Value[];
}

function rewriteChild(
  write: WriteRun,
  table: TableWriter,
  stored: StoredRow,
  { key, columns, values }: KeyRewrite,
  depth: number,
): MaybePromise<void> {
  const after = stored.row.slice();
  columns.positions.forEach((position, i) => (after[position] = values[i]!));
  computeGenerated(table, after, write);
  return andThen(updateRow(write, table, stored, after, depth), (outcome) => {
    if (!outcome.ok) throw hasChildren(table.writer.table, key);
  });
}
