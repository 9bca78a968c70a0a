/** Makes rows follow a changed definition: copies a table into a new range, fills new indexes, checks rows. */
import { type Bytes, type MaybePromise, prefixEnd } from '../base/index.ts';
import type { IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { Row } from '../sql/types/index.ts';
import { duplicateEntry } from './duplicate-entry.ts';
import { type LoaderOptions, RangeLoader } from './range-loader.ts';
import { codecOf } from './table-codec.ts';

const BATCH_ROWS = 512;

interface StoredRow {
  readonly handle: Bytes;
  readonly row: Row;
}

/** Makes rows of the new definition from rows of the old one. */
export type RowConversion = (rows: readonly Row[]) => Row[];

/** Returns how many rows there are, and the hidden row ids used. */
export async function copyTable(
  options: LoaderOptions,
  tables: { readonly from: TableDef; readonly to: TableDef },
  convert: RowConversion,
  check: ((rows: readonly Row[]) => void) | undefined,
): Promise<{ readonly rows: number; readonly rowIds: number }> {
  const loader = new RangeLoader(tables.to, options);
  let rows = 0;
  try {
    for await (const batch of storedRows(options, tables.from)) {
      const converted = convert(batch.map(({ row }) => row));
      check?.(converted);
      for (const row of converted) {
        const duplicate = await loader.addRow(row);
        if (duplicate !== undefined) throw duplicateEntry(tables.to, duplicate, row);
      }
      rows += batch.length;
    }
    await loader.finish();
  } catch (error) {
    await loader.abort();
    throw error;
  }
  return { rows, rowIds: loader.rowIdsUsed };
}

export interface IndexSource {
  /** The definition that the rows are read by. */
  readonly from: TableDef;
  /** Makes rows of the new definition from those; absent when `from` is the new one. Needed where columns are not stored. */
  readonly convert: RowConversion | undefined;
}

/** Fills indexes of `table`, the new definition, whose rows lie where they lay. */
export async function fillIndexes(
  options: LoaderOptions,
  table: TableDef,
  indexes: readonly IndexDef[],
  source: IndexSource,
): Promise<void> {
  const codec = codecOf(table);
  const filled = indexes.filter((index) => index.kind === 'btree').map((index) => codec.secondaryOf(index));
  if (filled.length === 0) return;
  const loader = new RangeLoader(table, options);
  try {
    for await (const batch of storedRows(options, source.from)) {
      const rows = source.convert?.(batch.map(({ row }) => row)) ?? batch.map(({ row }) => row);
      for (let i = 0; i < batch.length; i++) {
        const { handle } = batch[i] as StoredRow;
        const row = rows[i] as Row;
        for (const secondary of filled) {
          if (!(await loader.addEntry(secondary, row, handle))) throw duplicateEntry(table, secondary.index, row);
        }
      }
    }
    await loader.finish();
  } catch (error) {
    await loader.abort();
    throw error;
  }
}

export async function checkRows(
  options: LoaderOptions,
  table: TableDef,
  check: (rows: readonly Row[]) => MaybePromise<void>,
): Promise<void> {
  for await (const batch of storedRows(options, table)) await check(batch.map(({ row }) => row));
}

/** All rows as committed now, in batches. */
async function* storedRows({ manager, zone }: LoaderOptions, table: TableDef): AsyncGenerator<StoredRow[]> {
  const reading = { zone };
  const codec = codecOf(table);
  const { decode } = codec.fullDecoder;
  const { prefix } = codec.clustered;
  const cursor = manager.tree.cursor({ start: prefix, end: prefixEnd(prefix), at: manager.lastTimestamp });
  try {
    let batch: StoredRow[] = [];
    for (let more = await cursor.next(); more; more = await cursor.next()) {
      const handle = cursor.buffer.slice(cursor.keyStart, cursor.keyEnd);
      batch.push({ handle, row: decode(cursor.buffer, cursor.valueStart, reading) });
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    cursor.close();
  }
}
