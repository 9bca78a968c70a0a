/**
 * Fills a key range that no statement can reach yet: a table that is being rebuilt, an index that is being built.
 *
 * Since nobody else knows the range, it takes no locks, and commits in pieces as it goes; what a crash leaves behind is
 * recorded as garbage beforehand (range-garbage.ts). Unique keys are checked against the pieces that are in already.
 */
import { type Bytes, type MaybePromise, equalBytes } from '../base/index.ts';
import type { TableDef } from '../sql/catalog/index.ts';
import { type Row, UTC } from '../sql/types/index.ts';
import type { Transaction, TransactionManager } from '../txn/index.ts';
import { duplicateEntry } from './duplicate-entry.ts';
import { type SecondaryIndex, type TableCodec, codecOf } from './table-codec.ts';

const PIECE_BYTES = 4 * 1024 * 1024;

export class HiddenLoader {
  readonly #manager: TransactionManager;
  readonly #codec: TableCodec;
  #transaction: Transaction;
  #nextRowId = 1;

  constructor(manager: TransactionManager, table: TableDef) {
    this.#manager = manager;
    this.#codec = codecOf(table);
    this.#transaction = manager.begin({ isolation: 'read-committed' });
  }

  /** Rows written so far that had no key of their own. */
  get rowIdsUsed(): number {
    return this.#nextRowId - 1;
  }

  /** A full row with all its entries. TIMESTAMP values are UTC here. */
  async addRow(row: Row): Promise<void> {
    const { clustered, rows, secondary } = this.#codec;
    const handle = clustered.isHiddenRowId ? clustered.rowIdKey(this.#nextRowId++) : clustered.clusteredKey(row, UTC);
    if (!clustered.isHiddenRowId && (await this.#find(handle)) !== undefined) {
      throw duplicateEntry(this.#codec.table, clustered.index, row);
    }
    this.#transaction.put(handle, rows.encode(row, UTC));
    for (const index of secondary) await this.addEntry(index, row, handle);
  }

  async addEntry(secondary: SecondaryIndex, row: Row, handle: Bytes): Promise<void> {
    const { clustered } = this.#codec;
    const { key, unique } = secondary.codec.entryKey(row, handle, clustered.prefix.length, UTC);
    const value = secondary.entries.encodeValue(row, handle, unique, UTC);
    if (unique) {
      const found = await this.#find(key);
      if (found !== undefined && !equalBytes(found, value)) throw duplicateEntry(this.#codec.table, secondary.index, row);
    }
    this.#transaction.put(key, value);
    if ((this.#transaction.writes?.usedBytes ?? 0) >= PIECE_BYTES) await this.flush();
  }

  /** Commits what is buffered. */
  async flush(): Promise<void> {
    await this.#transaction.commit();
    this.#transaction = this.#manager.begin({ isolation: 'read-committed' });
  }

  async finish(): Promise<void> {
    await this.#transaction.commit();
  }

  abort(): void {
    this.#transaction.rollback();
  }

  #find(key: Bytes): MaybePromise<Bytes | undefined> {
    return this.#transaction.get(key, this.#manager.lastTimestamp);
  }
}
