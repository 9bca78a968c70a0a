/**
 * Storage of a SERIALIZABLE transaction that outlives its statement: plain reads lock what they read, shared, as in InnoDB.
 *
 * Rows are locked one by one. What is not there cannot be, so a scan also keeps the table's key for serial readers, shared,
 * and whoever changes rows of the table meanwhile (or is serializable itself) takes that key exclusively: no phantoms.
 * That is coarser than InnoDB's gap locks: a scan keeps all changes of the table waiting, not only those in its range.
 * A point read locks its key, whether a row is there or not.
 */
import { andThen, type MaybePromise } from '../../base/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import type {
  BulkLoader,
  InsertOutcome,
  LockRequest,
  PointRequest,
  RowCursor,
  RowHandle,
  ScanRequest,
  TransactionStorage,
} from '../../sql/ports.ts';
import type { Batch, Row, Value } from '../../sql/types/index.ts';
import type { Transaction } from '../../txn/index.ts';
import { ForwardingStorage } from '../forwarding-storage.ts';
import type { WriterGates } from './table-locks.ts';

const SHARED: LockRequest = { strength: 'share', wait: 'wait' };

export class SerializableStorage extends ForwardingStorage {
  readonly #base: TransactionStorage;
  readonly #transaction: Transaction;
  readonly #gates: WriterGates;
  /** Tables that this transaction has scanned. */
  readonly #scanned = new Set<number>();

  constructor(base: TransactionStorage, transaction: Transaction, gates: WriterGates) {
    super();
    this.#base = base;
    this.#transaction = transaction;
    this.#gates = gates;
    transaction.onEnded(() => {
      for (const id of this.#scanned) gates.serialReaderEnded(id);
    });
  }

  protected storageOf(): TransactionStorage {
    return this.#base;
  }

  override scan(request: ScanRequest): RowCursor {
    if (request.asOf !== undefined) return this.#base.scan(request);
    const locked = request.lock === undefined ? { ...request, lock: SHARED } : request;
    return new AfterLock(this.#readTable(request.table), () => this.#base.scan(locked));
  }

  #readTable(table: TableDef): MaybePromise<void> {
    if (this.#scanned.has(table.id)) return undefined;
    this.#scanned.add(table.id);
    return this.#gates.serialReaderBegins(this.#transaction, table.id);
  }

  override get(request: PointRequest): MaybePromise<Row | undefined> {
    return this.#base.get(lockedPoint(request));
  }

  override getMany(
    request: Omit<PointRequest, 'key'>,
    keys: readonly (readonly Value[])[],
  ): MaybePromise<(Row | undefined)[]> {
    return this.#base.getMany(lockedPoint(request), keys);
  }

  override insert(table: TableDef, row: Row): MaybePromise<InsertOutcome> {
    return andThen(this.#writeTable(table), () => this.#base.insert(table, row));
  }

  override update(table: TableDef, handle: RowHandle, before: Row, after: Row): MaybePromise<InsertOutcome> {
    return andThen(this.#writeTable(table), () => this.#base.update(table, handle, before, after));
  }

  override delete(table: TableDef, handle: RowHandle, before: Row): MaybePromise<void> {
    return andThen(this.#writeTable(table), () => this.#base.delete(table, handle, before));
  }

  #writeTable(table: TableDef): MaybePromise<void> {
    return this.#gates.serialWriter(this.#transaction, table.id);
  }

  override bulkLoader(): MaybePromise<BulkLoader | undefined> {
    return undefined;
  }

  beginStatement(): void {
    this.#base.beginStatement();
  }

  rollbackStatement(): void {
    this.#base.rollbackStatement();
  }
}

function lockedPoint<T extends Omit<PointRequest, 'key'>>(request: T): T {
  return request.lock !== undefined || request.asOf !== undefined ? request : { ...request, lock: SHARED };
}

/** A cursor that is opened once a lock is there. */
class AfterLock implements RowCursor {
  readonly #open: () => RowCursor;
  #locked: MaybePromise<void>;
  #cursor: RowCursor | undefined;
  #closed = false;

  constructor(locked: MaybePromise<void>, open: () => RowCursor) {
    this.#locked = locked;
    this.#open = open;
    // An error is told by `next`; a cursor that is closed unread asks nobody.
    if (locked instanceof Promise) locked.catch(() => undefined);
  }

  next(): MaybePromise<Batch | undefined> {
    if (this.#closed) return undefined;
    if (this.#cursor !== undefined) return this.#cursor.next();
    return andThen(this.#locked, () => {
      this.#locked = undefined;
      this.#cursor ??= this.#open();
      return this.#cursor.next();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cursor?.close();
  }
}
