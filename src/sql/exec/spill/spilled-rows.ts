/**
 * A sequence of rows in a temporary file: written once, in blocks of up to a batch, then read block by block.
 *
 * `add` only collects; the caller awaits `flush` between batches, so that nothing awaits per row.
 */
import { assert, BytesReader, BytesWriter, type MaybePromise } from '../../../base/index.ts';
import { type Batch, BATCH_ROWS, type Value } from '../../types/index.ts';
import type { Operator } from '../operator.ts';
import type { SpillFile, SpillSpace } from './spill-space.ts';
import { readRow, writeRow } from './value-codec.ts';

const BLOCK_BYTES = 64 * 1024;

export class SpillWriter {
  readonly #space: SpillSpace;
  #file: SpillFile | undefined;
  readonly #blocks: number[] = [];
  #open = new BytesWriter(1024);
  #openRows = 0;
  #full: Uint8Array[] = [];
  #rows = 0;
  #removed = false;

  constructor(space: SpillSpace) {
    this.#space = space;
  }

  get rows(): number {
    return this.#rows;
  }

  add(row: readonly Value[]): void {
    writeRow(this.#open, row);
    this.#rows++;
    this.#openRows++;
    if (this.#openRows >= BATCH_ROWS || this.#open.length >= BLOCK_BYTES) this.#endBlock();
  }

  #endBlock(): void {
    if (this.#openRows === 0) return;
    this.#full.push(this.#open.finish());
    this.#open.reset();
    this.#openRows = 0;
  }

  /** Writes the blocks that are full; nothing to await when there are none. */
  flush(): MaybePromise<void> {
    return this.#full.length === 0 ? undefined : this.#write();
  }

  async #write(): Promise<void> {
    const full = this.#full;
    this.#full = [];
    const file = (this.#file ??= await this.#space.create());
    // The statement may have ended while the file was made.
    if (this.#removed) file.remove();
    for (const block of full) {
      await file.append(block);
      this.#blocks.push(block.length);
    }
  }

  async finish(): Promise<SpilledRows> {
    this.#endBlock();
    await this.flush();
    return new SpilledRows(this.#file, this.#blocks);
  }

  remove(): void {
    this.#removed = true;
    this.#file?.remove();
  }
}

/** Reads a file's rows from first to last. As an operator it gives the file back at the end. */
export class SpilledRows implements Operator {
  readonly #file: SpillFile | undefined;
  readonly #blocks: readonly number[];
  #next = 0;
  #at = 0;

  constructor(file: SpillFile | undefined, blocks: readonly number[]) {
    this.#file = file;
    this.#blocks = blocks;
  }

  next(): MaybePromise<Batch | undefined> {
    const length = this.#blocks[this.#next];
    if (length === undefined) {
      this.close();
      return undefined;
    }
    return this.#read(length);
  }

  async #read(length: number): Promise<Batch> {
    assert(this.#file !== undefined, 'blocks are in a file');
    const bytes = await this.#file.read(this.#at, length);
    assert(bytes.length === length, 'a temporary file is read as it was written');
    this.#next++;
    this.#at += length;
    const reader = new BytesReader(bytes);
    const rows: Batch = [];
    while (reader.remaining > 0) rows.push(readRow(reader));
    return rows;
  }

  close(): void {
    this.#file?.remove();
  }
}
