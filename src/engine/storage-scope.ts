/** What all parts of one transaction's storage share. */
import type { MaybePromise } from '../base/index.ts';
import type { LsmTree } from '../lsm/index.ts';
import type { TableDef } from '../sql/catalog/index.ts';
import { type TimeZone, UTC } from '../sql/types/index.ts';
import type { Timestamp, Transaction } from '../txn/index.ts';
import type { ReadContext } from './column-value.ts';
import type { RowCounts } from './row-counts.ts';

/** What storage reads of the session; getters, since SET may change them between statements. */
export interface StorageSession {
  /** For TIMESTAMP columns; absent = UTC. */
  readonly timeZone?: TimeZone;
  readonly autoIncrementIncrement?: number;
  readonly autoIncrementOffset?: number;
  /** allow_auto_random_explicit_insert. */
  readonly allowsAutoRandomValues?: boolean;
  /** The transaction ends with the current statement: no later statement reads what this one writes. */
  readonly singleStatement?: boolean;
  /** Counted for SHOW STATUS: reads by key, along an index, along the whole table. */
  readonly reads?: { handlerReadKey: number; handlerReadNext: number; handlerReadRndNext: number };
  /** Gives the thread away when the time slice is used up. Called now and then in scans whose filter drops many rows. */
  readonly yieldNow?: (() => MaybePromise<void>) | undefined;
}

export class StorageScope {
  readonly transaction: Transaction;
  readonly tree: LsmTree;
  readonly session: StorageSession;
  /** Handed to decoders; its zone is refreshed with each statement. */
  readonly reading: ReadContext & { zone: TimeZone };
  readonly #rowCounts: RowCounts;
  #added: Map<number, number> | undefined = undefined;

  constructor(transaction: Transaction, tree: LsmTree, rowCounts: RowCounts, session: StorageSession) {
    this.transaction = transaction;
    this.tree = tree;
    this.#rowCounts = rowCounts;
    this.session = session;
    this.reading = { zone: session.timeZone ?? UTC };
  }

  get zone(): TimeZone {
    return this.reading.zone;
  }

  beginStatement(): void {
    this.reading.zone = this.session.timeZone ?? UTC;
  }

  /** Rows appeared or went; the estimate learns of it at commit. */
  countRows(table: TableDef, change: number): void {
    if (this.#added === undefined) {
      const added = new Map<number, number>();
      this.#added = added;
      this.transaction.onCommitted(() => {
        for (const [tableId, count] of added) this.#rowCounts.add(tableId, count);
      });
    }
    this.#added.set(table.id, (this.#added.get(table.id) ?? 0) + change);
  }

  /** Where a plain read looks. */
  readAt(asOf: Timestamp | undefined): Timestamp {
    return asOf ?? this.transaction.readAt();
  }
}
