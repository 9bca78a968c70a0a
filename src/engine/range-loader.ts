/**
 * Fills a key range that no statement can reach yet: a table that is being loaded or rebuilt, an index that is being built.
 *
 * Rows that come in ascending key order go straight into sorted tables. Everything else (index entries, rows in another order)
 * is collected in a memtable and becomes sorted tables of its own when that is full. Each run of tables is committed by one
 * log record, so memory and log stay small whatever the amount. A small build never makes a table: one ordinary commit.
 *
 * Since nobody else knows the range, nothing is locked. What a crash leaves behind was recorded as garbage beforehand
 * (range-garbage.ts). Unique keys are checked against all that was added before.
 */
import { type Bytes, type MaybePromise, compareBytes, equalBytes } from '../base/index.ts';
import { type MemoryBudget, Memtable, type SortedTableWriter } from '../lsm/index.ts';
import type { IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { Row, TimeZone } from '../sql/types/index.ts';
import type { TransactionManager } from '../txn/index.ts';
import { type SecondaryIndex, type TableCodec, codecOf } from './table-codec.ts';

export interface LoaderOptions {
  readonly manager: TransactionManager;
  readonly budget: MemoryBudget;
  readonly zone: TimeZone;
  /** Lets others run; awaited now and then while a buffer is written out. */
  readonly pause: () => Promise<void>;
  /** What is sorted in memory at a time; and up to where all is committed as an ordinary transaction. */
  readonly bufferBytes?: number;
  readonly smallBytes?: number;
}

const BUFFER_BYTES = 32 * 1024 * 1024;
const SMALL_BYTES = 2 * 1024 * 1024;
const PAUSE_ENTRIES = 4096;
const CHARGE_BYTES = 1024 * 1024;

export class RangeLoader {
  readonly #options: LoaderOptions;
  readonly #codec: TableCodec;
  readonly #bufferBytes: number;
  readonly #smallBytes: number;
  #buffer = new Memtable();
  #charged = 0;
  #direct: SortedTableWriter | undefined = undefined;
  #lastRow: Bytes | undefined = undefined;
  #ascending = true;
  #nextRowId = 1;
  /** Something of this range is in the tree already. */
  #committed = false;
  readonly #greatest = new Map<SecondaryIndex, Bytes>();

  constructor(table: TableDef, options: LoaderOptions) {
    this.#options = options;
    this.#codec = codecOf(table);
    this.#bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
    this.#smallBytes = options.smallBytes ?? SMALL_BYTES;
  }

  /** Hidden row ids given out. */
  get rowIdsUsed(): number {
    return this.#nextRowId - 1;
  }

  /** A full row with all its entries; or the index on which it is a duplicate of an earlier one, and then nothing was added. */
  async addRow(row: Row): Promise<IndexDef | undefined> {
    const { zone } = this.#options;
    const { clustered, rows, secondary } = this.#codec;
    const handle = clustered.isHiddenRowId ? clustered.rowIdKey(this.#nextRowId++) : clustered.clusteredKey(row, zone);
    const follows = this.#lastRow === undefined || compareBytes(this.#lastRow, handle) < 0;
    if (!follows) {
      if (this.#ascending) await this.#endAscending();
      if (await this.#has(handle)) return clustered.index;
    }
    const entries: { secondary: SecondaryIndex; key: Bytes; value: Bytes }[] = [];
    for (const index of secondary) {
      if (index.index.state === 'delete-only') continue;
      const { key, unique } = index.codec.entryKey(row, handle, clustered.prefix.length, zone);
      if (unique && (await this.#isTaken(index, key))) return index.index;
      entries.push({ secondary: index, key, value: index.entries.encodeValue(row, handle, unique, zone) });
    }
    const written = this.#putRow(handle, rows.encode(row, zone), follows);
    if (written instanceof Promise) await written;
    for (const { key, value } of entries) this.#buffer.put(key, value, 0);
    const room = this.#makeRoom();
    if (room instanceof Promise) await room;
    return undefined;
  }

  /** An entry of an existing row. False when another row has the key. */
  async addEntry(secondary: SecondaryIndex, row: Row, handle: Bytes): Promise<boolean> {
    const { zone } = this.#options;
    const { key, unique } = secondary.codec.entryKey(row, handle, this.#codec.clustered.prefix.length, zone);
    if (unique && (await this.#isTaken(secondary, key))) return false;
    this.#buffer.put(key, secondary.entries.encodeValue(row, handle, unique, zone), 0);
    const room = this.#makeRoom();
    if (room instanceof Promise) await room;
    return true;
  }

  /** Everything is durable and in the tree afterwards. */
  async finish(): Promise<void> {
    const { manager } = this.#options;
    if (this.#direct === undefined && !this.#committed && this.#buffer.usedBytes <= this.#smallBytes) {
      await this.#commitSmall();
    } else {
      await this.#endDirect();
      await this.#spill();
    }
    this.#discharge();
    if (manager.fenced !== undefined) throw manager.fenced;
  }

  /** What was committed stays as garbage; the caller starts the collector. */
  async abort(): Promise<void> {
    this.#discharge();
    this.#buffer = new Memtable();
    const direct = this.#direct;
    this.#direct = undefined;
    await direct?.abort();
  }

  /** A small load stays in the buffer; a larger one in key order goes into tables as it comes. */
  #putRow(handle: Bytes, value: Bytes, follows: boolean): MaybePromise<void> {
    if (follows) this.#lastRow = handle;
    if (!this.#ascending || (this.#direct === undefined && this.#buffer.usedBytes < this.#smallBytes)) {
      this.#buffer.put(handle, value, 0);
      return undefined;
    }
    this.#direct ??= this.#options.manager.tree.sortedTableWriter();
    return this.#direct.add(handle, value);
  }

  /** From now on rows are looked up and sorted. */
  async #endAscending(): Promise<void> {
    this.#ascending = false;
    await this.#endDirect();
  }

  async #endDirect(): Promise<void> {
    const direct = this.#direct;
    if (direct === undefined) return;
    const tables = await direct.finish();
    this.#direct = undefined;
    await this.#options.manager.submitTables(tables);
    this.#committed = true;
  }

  #makeRoom(): MaybePromise<void> {
    if (this.#buffer.sizeBytes - this.#charged >= CHARGE_BYTES) this.#account();
    return this.#buffer.usedBytes >= this.#bufferBytes ? this.#spill() : undefined;
  }

  async #spill(): Promise<void> {
    const buffer = this.#buffer;
    if (buffer.first === 0) return;
    const { manager, pause } = this.#options;
    const writer = manager.tree.sortedTableWriter();
    let count = 0;
    try {
      for (let record = buffer.first; record !== 0; record = buffer.next(record)) {
        const stored = writer.add(buffer.key(record), buffer.value(buffer.newestVersion(record)));
        if (stored instanceof Promise) await stored;
        if (++count % PAUSE_ENTRIES === 0) await pause();
      }
      await manager.submitTables(await writer.finish());
    } catch (error) {
      await writer.abort();
      throw error;
    }
    this.#committed = true;
    this.#buffer = new Memtable();
  }

  async #commitSmall(): Promise<void> {
    const buffer = this.#buffer;
    const transaction = this.#options.manager.begin({ isolation: 'read-committed' });
    try {
      for (let record = buffer.first; record !== 0; record = buffer.next(record)) {
        transaction.put(buffer.key(record), buffer.value(buffer.newestVersion(record)));
      }
      await transaction.commit();
    } finally {
      transaction.rollback();
    }
    this.#buffer = new Memtable();
  }

  /** Keys that come in ascending order need no look-up. */
  #isTaken(secondary: SecondaryIndex, key: Bytes): MaybePromise<boolean> {
    const greatest = this.#greatest.get(secondary);
    if (greatest === undefined || compareBytes(greatest, key) < 0) {
      this.#greatest.set(secondary, key);
      return false;
    }
    return equalBytes(greatest, key) || this.#has(key);
  }

  #has(key: Bytes): MaybePromise<boolean> {
    if (this.#buffer.findVersion(key, 0) !== 0) return true;
    if (!this.#committed) return false;
    const { tree, lastTimestamp } = this.#options.manager;
    const found = tree.get(key, lastTimestamp);
    return found instanceof Promise ? found.then((value) => value !== undefined) : found !== undefined;
  }

  #account(): void {
    const grown = this.#buffer.sizeBytes - this.#charged;
    if (grown <= 0) return;
    this.#options.budget.charge(grown);
    this.#charged += grown;
  }

  #discharge(): void {
    this.#options.budget.release(this.#charged);
    this.#charged = 0;
  }
}
