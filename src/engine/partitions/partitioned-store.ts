/** What a `TableStore` does with partitioned tables: every request goes on to the partitions that it concerns. */
import { type MaybePromise, andThen, equalBytes, isPromise } from '../../base/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import type {
  DuplicateKey,
  InsertOutcome,
  LockRequest,
  PointRequest,
  RowCursor,
  RowHandle,
  ScanRequest,
} from '../../sql/ports.ts';
import type { Row, Value } from '../../sql/types/index.ts';
import { LockingScan } from '../locking-scan.ts';
import { tableIdOf } from '../key-space.ts';
import { openPlainScan } from '../plain-scan.ts';
import { lockedValue, readPoint } from '../point-read.ts';
import type { RowWriter } from '../row-writer.ts';
import type { StorageScope } from '../storage-scope.ts';
import { codecOf } from '../table-codec.ts';
import { layoutOf, type PartitionLayout } from './partition-layout.ts';
import { NO_PARTITION } from './partition-rule.ts';
import { PartitionChain, PartitionMerge } from './partition-scan.ts';
import { prunedOrdinals } from './prune.ts';

export class PartitionedStore {
  readonly #scope: StorageScope;
  readonly #writer: () => RowWriter;

  constructor(scope: StorageScope, writer: () => RowWriter) {
    this.#scope = scope;
    this.#writer = writer;
  }

  scan(request: ScanRequest): RowCursor {
    const layout = layoutFor(request.table);
    const leaves = prunedOrdinals(layout, request, this.#scope.zone).map(
      (ordinal) => layout.leaves[ordinal] as TableDef,
    );
    const open = (part: ScanRequest): RowCursor =>
      part.lock === undefined ? openPlainScan(this.#scope, part) : new LockingScan(this.#scope, part, part.lock);
    const [only] = leaves;
    if (leaves.length === 1 && only !== undefined) return open({ ...request, table: only });
    return request.ordered === true
      ? new PartitionMerge(request, leaves, open)
      : new PartitionChain(request, leaves, open);
  }

  /** The key holds all partitioning columns, so that it tells the partition. */
  get(request: PointRequest): MaybePromise<Row | undefined> {
    const { table, index, key } = request;
    const layout = layoutFor(table);
    if (index.global) return this.#getAnywhere(layout, request);
    const row: Value[] = [];
    for (let i = 0; i < index.parts.length; i++) {
      const { columnId } = index.parts[i] as (typeof index.parts)[number];
      row[table.columns.findIndex((column) => column.id === columnId)] = key[i] as Value;
    }
    const ordinal = layout.find(row, this.#scope.zone);
    if (ordinal === NO_PARTITION || table.selection?.ordinals.includes(ordinal) === false) return undefined;
    return readPoint(this.#scope, { ...request, table: layout.leaves[ordinal] as TableDef });
  }

  /** A global key may be in any partition. */
  #getAnywhere(layout: PartitionLayout, request: PointRequest, from = 0): MaybePromise<Row | undefined> {
    const chosen = request.table.selection?.ordinals;
    for (let ordinal = from; ordinal < layout.leaves.length; ordinal++) {
      if (chosen?.includes(ordinal) === false) continue;
      const row = readPoint(this.#scope, { ...request, table: layout.leaves[ordinal] as TableDef });
      if (isPromise(row)) return row.then((found) => found ?? this.#getAnywhere(layout, request, ordinal + 1));
      if (row !== undefined) return row;
    }
    return undefined;
  }

  getMany(request: Omit<PointRequest, 'key'>, keys: readonly (readonly Value[])[]): MaybePromise<(Row | undefined)[]> {
    if (request.lock !== undefined) return this.#getOneByOne(request, keys);
    let waiting = false;
    const rows = keys.map((key) => {
      const row = this.get({ ...request, key });
      if (isPromise(row)) waiting = true;
      return row;
    });
    return waiting ? Promise.all(rows) : (rows as (Row | undefined)[]);
  }

  async #getOneByOne(
    request: Omit<PointRequest, 'key'>,
    keys: readonly (readonly Value[])[],
  ): Promise<(Row | undefined)[]> {
    const rows: (Row | undefined)[] = [];
    for (const key of keys) rows.push(await this.get({ ...request, key }));
    return rows;
  }

  lockRow(
    table: TableDef,
    handle: RowHandle,
    lock: LockRequest,
    columns: readonly number[],
  ): MaybePromise<Row | undefined> {
    const { decode } = codecOf(layoutFor(table).byId(tableIdOf(handle))).decoder(columns);
    return andThen(lockedValue(this.#scope, handle, lock), (value) =>
      value === undefined ? undefined : decode(value, 0, this.#scope.reading),
    );
  }

  insert(table: TableDef, row: Row): MaybePromise<InsertOutcome> {
    const layout = layoutFor(table);
    const leaf = layout.route(table, row, this.#scope.zone);
    if (layout.globalKeys.length === 0) return this.#writer().insert(leaf, row);
    return andThen(this.#globalDuplicate(layout, leaf, row, undefined), (found) =>
      found === undefined ? this.#writer().insert(leaf, row) : { ok: false, duplicate: found },
    );
  }

  /** A row whose partition changes is written there first, so that a duplicate leaves everything as it was. */
  update(table: TableDef, handle: RowHandle, before: Row, after: Row): MaybePromise<InsertOutcome> {
    const layout = layoutFor(table);
    const from = layout.byId(tableIdOf(handle));
    const to = layout.route(table, after, this.#scope.zone);
    if (layout.globalKeys.length === 0) return this.#move({ from, to }, handle, before, after);
    return andThen(this.#globalDuplicate(layout, to, after, { handle, row: before }), (found) =>
      found === undefined ? this.#move({ from, to }, handle, before, after) : { ok: false, duplicate: found },
    );
  }

  #move(
    { from, to }: { readonly from: TableDef; readonly to: TableDef },
    handle: RowHandle,
    before: Row,
    after: Row,
  ): MaybePromise<InsertOutcome> {
    const writer = this.#writer();
    if (from === to) return writer.update(to, handle, before, after);
    return andThen(writer.insert(to, after), (outcome) =>
      outcome.ok ? andThen(writer.delete(from, handle, before), () => outcome) : outcome,
    );
  }

  /**
   * The row of another partition that has a global key of this one. The key is locked in the first partition, whichever
   * it goes to, so that two sessions cannot take it in different ones; `self` is the row that is being replaced.
   */
  async #globalDuplicate(
    layout: PartitionLayout,
    leaf: TableDef,
    row: Row,
    self: { readonly handle: RowHandle; readonly row: Row } | undefined,
  ): Promise<DuplicateKey | undefined> {
    const { transaction, zone } = this.#scope;
    const first = layout.leaves[0] as TableDef;
    const columns = layout.table.columns.map((_, position) => position);
    for (const index of layout.globalKeys) {
      const { codec } = codecOf(first).secondaryOf(index);
      const keyOf = (of: Row): Value[] => codec.parts.map(({ position }) => of[position] as Value);
      const key = keyOf(row);
      const token = codec.pointKey(key, zone);
      if (token === undefined) continue;
      const previous = self && codec.pointKey(keyOf(self.row), zone);
      if (previous !== undefined && equalBytes(previous, token)) continue;
      await transaction.lock(token, 'update');
      for (const other of layout.leaves) {
        if (other === leaf) continue; // checked when the row is written
        const lock = { strength: 'update', wait: 'wait' } as const;
        const found = await readPoint(this.#scope, { table: other, index, key, columns, lock, withHandle: true });
        const handle = found?.pop() as RowHandle | undefined;
        if (found !== undefined && handle !== undefined) return { index, handle, row: found };
      }
    }
    return undefined;
  }

  delete(table: TableDef, handle: RowHandle, before: Row): MaybePromise<void> {
    return this.#writer().delete(layoutFor(table).byId(tableIdOf(handle)), handle, before);
  }
}

function layoutFor(table: TableDef): PartitionLayout {
  return layoutOf(table) as PartitionLayout;
}
