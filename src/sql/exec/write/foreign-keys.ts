/**
 * Looking up the other side of a foreign key, and the errors 1451 and 1452.
 *
 * Lookups lock what they find, so that the other row stays until this transaction ends; storage names the keys in the
 * certify set, which makes the check hold across nodes.
 */
import { andThen, type MaybePromise, type SqlError, sqlError } from '../../../base/index.ts';
import type { ForeignKeyDef, IndexDef, TableDef } from '../../catalog/index.ts';
import type { LockStrength, RowCursor } from '../../ports.ts';
import type { Row, Value } from '../../types/index.ts';
import type { WriteRun } from './write-run.ts';

export interface KeyColumns {
  readonly table: TableDef;
  /** Positions in table.columns. */
  readonly positions: readonly number[];
}

export function childColumns(child: TableDef, key: ForeignKeyDef): KeyColumns {
  return { table: child, positions: key.columnIds.map((id) => child.columns.findIndex((column) => column.id === id)) };
}

export function parentColumns(parent: TableDef, key: ForeignKeyDef): KeyColumns {
  const names = key.referencedColumns.map((name) => name.toLowerCase());
  return {
    table: parent,
    positions: names.map((name) => parent.columns.findIndex((column) => column.name.toLowerCase() === name)),
  };
}

/** The values of a key in a row; undefined when one is NULL (then the key constrains nothing). */
export function keyValues(row: Row, columns: KeyColumns): readonly Value[] | undefined {
  const values = columns.positions.map((position) => row[position] ?? null);
  return values.includes(null) ? undefined : values;
}

interface LookupPath {
  readonly index: IndexDef;
  /** Which of the key's values is the i-th part of the index. */
  readonly order: readonly number[];
}

function findPath({ table, positions }: KeyColumns): LookupPath | undefined {
  const ids = positions.map((position) => table.columns[position]?.id);
  for (const index of table.indexes) {
    if (index.kind !== 'btree' || index.state !== 'public' || index.parts.length < ids.length) continue;
    const lead = index.parts.slice(0, ids.length);
    if (lead.some((part) => part.prefixLength !== undefined)) continue;
    const order = lead.map((part) => ids.indexOf(part.columnId));
    if (!order.includes(-1)) return { index, order };
  }
  return undefined;
}

/** Rows of `columns.table` whose key has these values: all columns and the handle, locked. */
export function scanByKey(
  write: WriteRun,
  columns: KeyColumns,
  values: readonly Value[],
  strength: LockStrength,
  limitHint?: number,
): RowCursor {
  const { table } = columns;
  const path = findPath(columns);
  const all = table.columns.map((_, i) => i);
  const lock = { strength, wait: 'wait' } as const;
  const hint = limitHint === undefined ? {} : { limitHint };
  if (path === undefined) {
    const filter = (row: Row): boolean => columns.positions.every((position, i) => row[position] === values[i]);
    return write.storage.scan({
      table,
      index: table.indexes[0]!,
      ranges: [{}],
      columns: all,
      reverse: false,
      lock,
      filter,
      withHandle: true,
      ...hint,
    });
  }
  const bound = { values: path.order.map((i) => values[i]!), inclusive: true };
  return write.storage.scan({
    table,
    index: path.index,
    ranges: [{ low: bound, high: bound }],
    columns: all,
    reverse: false,
    lock,
    withHandle: true,
    ...hint,
  });
}

/** Is there a parent row with these values? */
export function parentExists(write: WriteRun, parent: KeyColumns, values: readonly Value[]): MaybePromise<boolean> {
  const path = findPath(parent);
  if (path?.index.unique === true && path.index.parts.length === values.length) {
    const key = path.order.map((i) => values[i]!);
    const row = write.storage.get({
      table: parent.table,
      index: path.index,
      key,
      columns: [],
      lock: { strength: 'share', wait: 'wait' },
    });
    return andThen(row, (found) => found !== undefined);
  }
  return anyRow(scanByKey(write, parent, values, 'share', 1));
}

export function anyRow(cursor: RowCursor, counts: (row: Row) => boolean = () => true): MaybePromise<boolean> {
  for (;;) {
    const batch = cursor.next();
    if (batch instanceof Promise) return anyRowLater(cursor, batch, counts);
    if (batch === undefined || batch.some(counts)) {
      cursor.close();
      return batch !== undefined;
    }
  }
}

async function anyRowLater(
  cursor: RowCursor,
  pending: Promise<Row[] | undefined>,
  counts: (row: Row) => boolean,
): Promise<boolean> {
  let batch = await pending;
  while (batch !== undefined && !batch.some(counts)) batch = await cursor.next();
  cursor.close();
  return batch !== undefined;
}

export function noParent(child: TableDef, key: ForeignKeyDef): SqlError {
  return sqlError('ER_NO_REFERENCED_ROW_2', constraintText(child, key));
}

export function hasChildren(child: TableDef, key: ForeignKeyDef): SqlError {
  return sqlError('ER_ROW_IS_REFERENCED_2', constraintText(child, key));
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function constraintText(child: TableDef, key: ForeignKeyDef): string {
  const columns = key.columnIds.map((id) => quote(child.columns.find((column) => column.id === id)?.name ?? ''));
  const schema = key.referencedSchema === child.schema ? '' : `${quote(key.referencedSchema)}.`;
  const actions = `${actionText('DELETE', key.onDelete)}${actionText('UPDATE', key.onUpdate)}`;
  const references = `REFERENCES ${schema}${quote(key.referencedTable)} (${key.referencedColumns.map(quote).join(', ')})${actions}`;
  return ` (${quote(child.schema)}.${quote(child.name)}, CONSTRAINT ${quote(key.name)} FOREIGN KEY (${columns.join(', ')}) ${references})`;
}

function actionText(event: string, action: ForeignKeyDef['onDelete']): string {
  return action === 'no action' ? '' : ` ON ${event} ${action.toUpperCase()}`;
}
