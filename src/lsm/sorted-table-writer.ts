/**
 * Bulk load: turns ascending keys into tables that a single log record commits (LOAD DATA, CREATE TABLE ... SELECT, index
 * backfill). The tables are stored while they are written; nobody sees them before `LsmTree.ingest`.
 *
 * Usage: `add` for each key in order (await what it returns, when it is a promise), `finish`, append a record with the
 * returned metas (`tableMetaToJson`) to the log, then `tree.ingest(timestamp, position, metas)`. Or `abort`.
 */
import type { Bytes, MaybePromise } from '../base/index.ts';
import { type LsmOptions, tableBytesMax } from './lsm-options.ts';
import { BLOCK_BYTES_DEFAULT, TableBuilder, type TableBuilderOptions, type TableEntry } from './table-builder.ts';
import type { TableMeta } from './table-format.ts';
import type { TableSet } from './table-set.ts';

/** Entries get their commit's timestamp when the table is ingested. */
const UNSTAMPED = 0;

export class SortedTableWriter {
  readonly #tables: TableSet;
  readonly #options: TableBuilderOptions;
  readonly #tableBytesMax: number;
  #builder: TableBuilder;
  readonly #done: TableMeta[] = [];
  readonly #entry: TableEntry;

  constructor(tables: TableSet, options: LsmOptions) {
    this.#tables = tables;
    this.#options = {
      blockBytes: options.blockBytes ?? BLOCK_BYTES_DEFAULT,
      compression: options.compression ?? 'lz4',
    };
    this.#tableBytesMax = tableBytesMax(options);
    this.#builder = new TableBuilder(this.#options);
    const none = new Uint8Array(0);
    this.#entry = {
      keyBuffer: none,
      keyStart: 0,
      keyEnd: 0,
      timestamp: UNSTAMPED,
      valueBuffer: none,
      valueStart: 0,
      valueEnd: 0,
    };
  }

  /** Keys must be strictly ascending. A promise means a full table is being stored: await it before the next `add`. */
  add(key: Bytes, value: Bytes): MaybePromise<void> {
    const entry = this.#entry;
    entry.keyBuffer = key;
    entry.keyEnd = key.length;
    entry.valueBuffer = value;
    entry.valueEnd = value.length;
    this.#builder.add(entry);
    if (this.#builder.sizeBytes >= this.#tableBytesMax) return this.#store();
    return undefined;
  }

  async finish(): Promise<readonly TableMeta[]> {
    if (this.#builder.entries > 0) await this.#store();
    return this.#done;
  }

  /** Deletes what was stored. */
  async abort(): Promise<void> {
    await this.#tables.discard(this.#done);
  }

  async #store(): Promise<void> {
    const built = this.#builder.finish();
    this.#builder = new TableBuilder(this.#options);
    this.#done.push(await this.#tables.upload(built));
  }
}
