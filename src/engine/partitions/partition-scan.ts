/**
 * Scans over several partitions: one after the other, or merged where the order of the index is asked for.
 *
 * A merge reads the columns of the index beside the wanted ones, compares by them, and drops them again.
 */
import { type MaybePromise, isPromise } from '../../base/index.ts';
import type { ColumnDef, IndexDef, TableDef } from '../../sql/catalog/index.ts';
import type { RowCursor, ScanRequest } from '../../sql/ports.ts';
import { BATCH_ROWS, type Batch, compareOf, type Row, type Value } from '../../sql/types/index.ts';

export type OpenScan = (request: ScanRequest) => RowCursor;

/** Opens cursors only when their turn comes. */
export class PartitionChain implements RowCursor {
  readonly #request: ScanRequest;
  readonly #leaves: readonly TableDef[];
  readonly #open: OpenScan;
  #next = 0;
  #cursor: RowCursor | undefined = undefined;

  constructor(request: ScanRequest, leaves: readonly TableDef[], open: OpenScan) {
    this.#request = request;
    this.#leaves = leaves;
    this.#open = open;
  }

  next(): MaybePromise<Batch | undefined> {
    for (;;) {
      if (this.#cursor === undefined) {
        const leaf = this.#leaves[this.#next];
        if (leaf === undefined) return undefined;
        this.#next++;
        this.#cursor = this.#open({ ...this.#request, table: leaf });
      }
      const batch = this.#cursor.next();
      if (batch instanceof Promise) return batch.then((ready) => ready ?? this.#leave());
      if (batch !== undefined) return batch;
      this.#cursor.close();
      this.#cursor = undefined;
    }
  }

  #leave(): MaybePromise<Batch | undefined> {
    this.#cursor?.close();
    this.#cursor = undefined;
    return this.next();
  }

  close(): void {
    this.#cursor?.close();
    this.#cursor = undefined;
    this.#next = this.#leaves.length;
  }
}

/** A first batch may be small: often few rows are wanted. */
const BATCH_ROWS_MIN = 8;

interface Source {
  readonly cursor: RowCursor;
  batch: Batch;
  at: number;
  done: boolean;
}

/** Interleaving: while one source is awaited, nobody calls `next`. */
export class PartitionMerge implements RowCursor {
  readonly #sources: readonly Source[];
  readonly #compare: (a: Row, b: Row) => number;
  readonly #width: number;
  readonly #added: number;
  readonly #withHandle: boolean;
  #batchRows: number;

  constructor(request: ScanRequest, leaves: readonly TableDef[], open: OpenScan) {
    const order = orderColumns(request.table, request.index);
    const added = order.map(({ position }) => position).filter((position) => !request.columns.includes(position));
    const columns = added.length === 0 ? request.columns : [...request.columns, ...added];
    this.#compare = rowCompare(order, columns, request.reverse);
    this.#width = request.columns.length;
    this.#added = added.length;
    this.#batchRows = Math.max(BATCH_ROWS_MIN, Math.min(request.limitHint ?? BATCH_ROWS, BATCH_ROWS));
    this.#withHandle = request.withHandle === true;
    this.#sources = leaves.map((leaf) => ({
      cursor: open({ ...request, table: leaf, columns }),
      batch: [],
      at: 0,
      done: false,
    }));
  }

  next(): MaybePromise<Batch | undefined> {
    return this.#fill([]);
  }

  #fill(out: Batch): MaybePromise<Batch | undefined> {
    while (out.length < this.#batchRows) {
      let least: Source | undefined;
      for (const source of this.#sources) {
        if (source.done) continue;
        if (source.at >= source.batch.length) {
          const more = source.cursor.next();
          if (isPromise(more)) return more.then((batch) => (this.#take(source, batch), this.#fill(out)));
          this.#take(source, more);
          // An empty batch is a chance to give the thread away.
          if (!source.done && source.batch.length === 0) return out;
          if (source.done) continue;
        }
        const row = source.batch[source.at] as Row;
        if (least === undefined || this.#compare(row, least.batch[least.at] as Row) < 0) least = source;
      }
      if (least === undefined) return out.length === 0 ? undefined : out;
      out.push(this.#trim(least.batch[least.at++] as Row));
    }
    this.#batchRows = Math.min(BATCH_ROWS, this.#batchRows * 4);
    return out;
  }

  #take(source: Source, batch: Batch | undefined): void {
    source.batch = batch ?? [];
    source.at = 0;
    source.done = batch === undefined;
  }

  #trim(row: Row): Row {
    if (this.#added === 0) return row;
    const handle = this.#withHandle ? row[row.length - 1] : undefined;
    row.length = this.#width;
    if (handle !== undefined) row.push(handle);
    return row;
  }

  close(): void {
    for (const source of this.#sources) {
      source.cursor.close();
      source.done = true;
    }
  }
}

interface OrderColumn {
  readonly position: number;
  readonly column: ColumnDef;
  readonly descending: boolean;
}

/** The index's parts up to a prefix, then the primary key's. */
function orderColumns(table: TableDef, index: IndexDef): OrderColumn[] {
  const clustered = table.indexes[0];
  const parts =
    clustered === undefined || clustered.id === index.id ? index.parts : [...index.parts, ...clustered.parts];
  const order: OrderColumn[] = [];
  for (const part of parts) {
    if (part.prefixLength !== undefined) break;
    const position = table.columns.findIndex((column) => column.id === part.columnId);
    if (order.some((known) => known.position === position)) continue;
    order.push({ position, column: table.columns[position] as ColumnDef, descending: part.descending });
  }
  return order;
}

function rowCompare(
  order: readonly OrderColumn[],
  columns: readonly number[],
  reverse: boolean,
): (a: Row, b: Row) => number {
  const parts = order.map(({ position, column, descending }) => ({
    at: columns.indexOf(position),
    compare: compareOf(column.type),
    sign: descending === reverse ? 1 : -1,
  }));
  return (a, b) => {
    for (const { at, compare, sign } of parts) {
      const x = a[at] as Value;
      const y = b[at] as Value;
      if (x === null || y === null) {
        if (x !== y) return x === null ? -sign : sign;
        continue;
      }
      const result = compare(x, y);
      if (result !== 0) return result * sign;
    }
    return 0;
  };
}
