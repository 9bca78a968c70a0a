/** Fills the key ranges of a new table: each row goes to the partition that takes it, or to the table itself. */
import type { IndexDef, TableDef } from '../../sql/catalog/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { type LoaderOptions, RangeLoader } from '../range-loader.ts';
import { layoutOf, type PartitionLayout, storedTables } from './partition-layout.ts';

/** What went into each stored table (a partition, or the table itself), by id. */
export type CopiedRows = ReadonlyMap<number, { readonly rows: number; readonly rowIds: number }>;

/** All loaders together buffer about this much; each has its share. */
const BUFFER_BYTES = 32 * 1024 * 1024;
const BUFFER_BYTES_MIN = 1024 * 1024;

interface Part {
  readonly loader: RangeLoader;
  rows: number;
}

export class PartitionLoader {
  readonly #table: TableDef;
  readonly #layout: PartitionLayout | undefined;
  readonly #options: LoaderOptions;
  readonly #parts = new Map<number, Part>();
  #last: TableDef | undefined = undefined;
  #lastPart: Part | undefined = undefined;

  constructor(table: TableDef, options: LoaderOptions) {
    this.#table = table;
    this.#layout = layoutOf(table);
    const count = storedTables(table).length;
    const bufferBytes = Math.max(BUFFER_BYTES_MIN, Math.floor((options.bufferBytes ?? BUFFER_BYTES) / count));
    this.#options = count === 1 ? options : { ...options, bufferBytes };
  }

  get copied(): CopiedRows {
    const copied = new Map<number, { rows: number; rowIds: number }>();
    for (const { id } of storedTables(this.#table)) {
      const part = this.#parts.get(id);
      copied.set(id, { rows: part?.rows ?? 0, rowIds: part?.loader.rowIdsUsed ?? 0 });
    }
    return copied;
  }

  /** The index on which the row is a duplicate; then it was not added. Throws 1526 when no partition takes it. */
  async addRow(row: Row): Promise<IndexDef | undefined> {
    const part = this.#partOf(row);
    const duplicate = await part.loader.addRow(row);
    if (duplicate === undefined) part.rows++;
    return duplicate;
  }

  #partOf(row: Row): Part {
    const target = this.#layout?.route(this.#table, row, this.#options.zone) ?? this.#table;
    if (target === this.#last && this.#lastPart !== undefined) return this.#lastPart;
    let part = this.#parts.get(target.id);
    if (part === undefined) {
      part = { loader: new RangeLoader(target, this.#options), rows: 0 };
      this.#parts.set(target.id, part);
    }
    this.#last = target;
    this.#lastPart = part;
    return part;
  }

  async finish(): Promise<void> {
    for (const { loader } of this.#parts.values()) await loader.finish();
  }

  async abort(): Promise<void> {
    for (const { loader } of this.#parts.values()) await loader.abort();
  }
}
