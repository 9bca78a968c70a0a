/**
 * A TransactionStorage in plain arrays, for tests of the executor: no locks, no versions, one transaction. With `slow` every
 * answer is a promise, which is how the asynchronous paths of operators are tested.
 */
import type { MaybePromise } from '../../../base/index.ts';
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import type {
  DuplicateKey,
  InsertOutcome,
  KeyBound,
  KeyRange,
  PointRequest,
  RowCursor,
  RowHandle,
  ScanRequest,
  TransactionStorage,
} from '../../ports.ts';
import { type Batch, orderOf, type Row, type Value } from '../../types/index.ts';

interface Stored {
  readonly handle: RowHandle;
  row: Row;
}

export interface MemoryStorageOptions {
  readonly slow?: boolean;
  readonly batchRows?: number;
}

export class MemoryStorage implements TransactionStorage {
  readonly #tables = new Map<number, Map<number, Stored>>();
  readonly #autoIncrement = new Map<number, number>();
  readonly #slow: boolean;
  readonly #batchRows: number;
  #nextHandle = 1;
  #undo: (() => void)[] = [];

  constructor(options: MemoryStorageOptions = {}) {
    this.#slow = options.slow ?? false;
    this.#batchRows = options.batchRows ?? 3;
  }

  #answer<T>(value: T): MaybePromise<T> {
    return this.#slow ? Promise.resolve(value) : value;
  }

  #rows(table: TableDef): Map<number, Stored> {
    let rows = this.#tables.get(table.id);
    if (rows === undefined) this.#tables.set(table.id, (rows = new Map()));
    return rows;
  }

  scan(request: ScanRequest): RowCursor {
    const { table, index, columns, filter, withHandle } = request;
    const keys = index.parts.map((part) => positionOf(table, part.columnId));
    const orders = index.parts.map((part, i) => ({
      compare: orderOf(table.columns[keys[i]!]!.type),
      sign: part.descending ? -1 : 1,
    }));
    const keyOf = (row: Row): Value[] => keys.map((position) => row[position]!);
    const compareKeys = (a: readonly Value[], b: readonly Value[]): number => {
      for (let i = 0; i < orders.length; i++) {
        const order = orders[i]!.compare(a[i]!, b[i]!) * orders[i]!.sign;
        if (order !== 0) return order;
      }
      return 0;
    };
    /** How the key lies to the bound by value; NaN when it is equal to a bound that does not include it. */
    const side = (key: readonly Value[], bound: KeyBound | undefined): number => {
      if (bound === undefined) return 0;
      for (let i = 0; i < bound.values.length; i++) {
        const order = orders[i]!.compare(key[i]!, bound.values[i]!);
        if (order !== 0) return order;
      }
      return bound.inclusive ? 0 : Number.NaN;
    };
    const within = (key: readonly Value[], range: KeyRange): boolean =>
      side(key, range.low) >= 0 && side(key, range.high) <= 0;
    const found = [...this.#rows(table).values()].filter(({ row }) =>
      request.ranges.some((range) => within(keyOf(row), range)),
    );
    found.sort((a, b) => compareKeys(keyOf(a.row), keyOf(b.row)));
    if (request.reverse) found.reverse();
    const out: Row[] = [];
    for (const { row, handle } of found) {
      const shown = columns.map((position) => row[position]!);
      if (filter !== undefined && !filter(shown)) continue;
      if (withHandle === true) shown.push(handle);
      out.push(shown);
    }
    let position = 0;
    return {
      next: () => {
        const batch: Batch = out.slice(position, position + this.#batchRows);
        position += batch.length;
        return this.#answer(batch.length === 0 ? undefined : batch);
      },
      close: () => {
        position = out.length;
      },
    };
  }

  get(request: PointRequest): MaybePromise<Row | undefined> {
    return this.#answer(this.#find(request, request.key));
  }

  getMany(request: Omit<PointRequest, 'key'>, keys: readonly (readonly Value[])[]): MaybePromise<(Row | undefined)[]> {
    return this.#answer(keys.map((key) => this.#find(request, key)));
  }

  #find({ table, index, columns, withHandle }: Omit<PointRequest, 'key'>, key: readonly Value[]): Row | undefined {
    for (const { row, handle } of this.#rows(table).values()) {
      if (!index.parts.every((part, i) => sameKey(table, part.columnId, row, key[i]!))) continue;
      const shown = columns.map((position) => row[position]!);
      if (withHandle === true) shown.push(handle);
      return shown;
    }
    return undefined;
  }

  lockRow(
    table: TableDef,
    handle: RowHandle,
    _lock: unknown,
    columns: readonly number[],
  ): MaybePromise<Row | undefined> {
    const stored = this.#rows(table).get(numberOf(handle));
    return this.#answer(stored === undefined ? undefined : columns.map((position) => stored.row[position]!));
  }

  #duplicate(table: TableDef, row: Row, except: number): DuplicateKey | undefined {
    for (const index of table.indexes) {
      if (!index.unique || index.parts.length === 0) continue;
      for (const stored of this.#rows(table).values()) {
        if (numberOf(stored.handle) !== except && sameIndexKey(table, index, stored.row, row))
          return { index, handle: stored.handle, row: stored.row.slice() };
      }
    }
    return undefined;
  }

  insert(table: TableDef, row: Row): MaybePromise<InsertOutcome> {
    const duplicate = this.#duplicate(table, row, -1);
    if (duplicate !== undefined) return this.#answer({ ok: false, duplicate });
    const number = this.#nextHandle++;
    const handle = new Uint8Array([number >> 8, number & 255]);
    const rows = this.#rows(table);
    rows.set(number, { handle, row: row.slice() });
    this.#undo.push(() => rows.delete(number));
    return this.#answer({ ok: true, handle });
  }

  update(table: TableDef, handle: RowHandle, _before: Row, after: Row): MaybePromise<InsertOutcome> {
    const duplicate = this.#duplicate(table, after, numberOf(handle));
    if (duplicate !== undefined) return this.#answer({ ok: false, duplicate });
    const stored = this.#rows(table).get(numberOf(handle))!;
    const { row } = stored;
    stored.row = after.slice();
    this.#undo.push(() => (stored.row = row));
    return this.#answer({ ok: true, handle });
  }

  delete(table: TableDef, handle: RowHandle): MaybePromise<void> {
    const rows = this.#rows(table);
    const stored = rows.get(numberOf(handle));
    rows.delete(numberOf(handle));
    if (stored !== undefined) this.#undo.push(() => rows.set(numberOf(handle), stored));
    return this.#answer(undefined);
  }

  nextAutoIncrement(table: TableDef, count: number): MaybePromise<number> {
    const first = (this.#autoIncrement.get(table.id) ?? 0) + 1;
    this.#autoIncrement.set(table.id, first + count - 1);
    return this.#answer(first);
  }

  observeAutoIncrement(table: TableDef, value: number | bigint): MaybePromise<void> {
    this.#autoIncrement.set(table.id, Math.max(this.#autoIncrement.get(table.id) ?? 0, Number(value)));
    return this.#answer(undefined);
  }

  estimateRows(table: TableDef): number {
    return this.#rows(table).size;
  }

  beginStatement(): void {
    this.#undo = [];
  }

  rollbackStatement(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }
}

function numberOf(handle: RowHandle): number {
  return handle[0]! * 256 + handle[1]!;
}

export function positionOf(table: TableDef, columnId: number): number {
  return table.columns.findIndex((column) => column.id === columnId);
}

function sameKey(table: TableDef, columnId: number, row: Row, value: Value): boolean {
  const position = positionOf(table, columnId);
  return (
    value !== null && row[position] !== null && orderOf(table.columns[position]!.type)(row[position]!, value) === 0
  );
}

function sameIndexKey(table: TableDef, index: IndexDef, a: Row, b: Row): boolean {
  return index.parts.every((part) => sameKey(table, part.columnId, a, b[positionOf(table, part.columnId)]!));
}
