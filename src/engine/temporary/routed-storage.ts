/** Storage of a session with temporary tables: rows of those go to its own branch, all others to the shared one. */
import type { TableDef } from '../../sql/catalog/index.ts';
import type { TransactionStorage } from '../../sql/ports.ts';
import { ForwardingStorage } from '../forwarding-storage.ts';
import type { TemporaryTables } from './temporary-tables.ts';

export class RoutedStorage extends ForwardingStorage {
  readonly #shared: TransactionStorage;
  readonly #temporary: TemporaryTables;

  constructor(shared: TransactionStorage, temporary: TemporaryTables) {
    super();
    this.#shared = shared;
    this.#temporary = temporary;
  }

  protected storageOf(table: TableDef): TransactionStorage {
    return table.temporary ? this.#temporary.storageFor(table) : this.#shared;
  }

  protected override growing(table: TableDef): TransactionStorage {
    if (table.temporary) this.#temporary.requireRoom(table);
    return this.storageOf(table);
  }

  beginStatement(): void {
    this.#shared.beginStatement();
    this.#temporary.beginStatement();
  }

  rollbackStatement(): void {
    this.#shared.rollbackStatement();
    this.#temporary.rollbackStatement();
  }
}
