/** Makes rows follow a changed definition: copies a table into a new range, fills new indexes, checks rows. */
import { type Bytes, type MaybePromise, prefixEnd } from '../base/index.ts';
import type { IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { Row } from '../sql/types/index.ts';
import { duplicateEntry } from './duplicate-entry.ts';
import { layoutOf, type PartitionLayout, storedTables } from './partitions/partition-layout.ts';
import { type CopiedRows, PartitionLoader } from './partitions/partition-loader.ts';
import { NO_PARTITION } from './partitions/partition-rule.ts';
import { type LoaderOptions, RangeLoader } from './range-loader.ts';
import { codecOf } from './table-codec.ts';

const BATCH_ROWS = 512;

interface StoredRow {
  readonly handle: Bytes;
  readonly row: Row;
}

/** Makes rows of the new definition from rows of the old one. */
export type RowConversion = (rows: readonly Row[]) => Row[];

export async function copyTable(
  options: LoaderOptions,
  tables: { readonly from: TableDef; readonly to: TableDef },
  convert: RowConversion,
  check: ((rows: readonly Row[]) => void) | undefined,
): Promise<CopiedRows> {
  const loader = new PartitionLoader(tables.to, options);
  try {
    for (const source of storedTables(tables.from)) {
      for await (const batch of storedRows(options, source)) {
        const converted = convert(batch.map(({ row }) => row));
        check?.(converted);
        for (const row of converted) {
          const duplicate = await loader.addRow(row);
          if (duplicate !== undefined) throw duplicateEntry(tables.to, duplicate, row);
        }
      }
    }
    await loader.finish();
    await checkGlobalKeys(options, tables.to, tables.to.indexes);
  } catch (error) {
    await loader.abort();
    throw error;
  }
  return loader.copied;
}

/** Places rows of some partitions anew. `to` has their new ranges; a row that LIST has no place for any more is dropped. */
export async function moveRows(
  options: LoaderOptions,
  sources: readonly TableDef[],
  to: TableDef,
): Promise<CopiedRows> {
  const loader = new PartitionLoader(to, options);
  const layout = layoutOf(to) as PartitionLayout;
  const mayDrop = to.partitioning?.rule.method === 'list';
  try {
    for (const source of sources) {
      for await (const batch of storedRows(options, source)) {
        for (const { row } of batch) {
          if (mayDrop && layout.find(row, options.zone) === NO_PARTITION) continue;
          const duplicate = await loader.addRow(row);
          if (duplicate !== undefined) throw duplicateEntry(to, duplicate, row);
        }
      }
    }
    await loader.finish();
  } catch (error) {
    await loader.abort();
    throw error;
  }
  return loader.copied;
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
  const sources = storedTables(source.from);
  for (const [ordinal, target] of storedTables(table).entries()) {
    await fillStored(options, target, indexes, { ...source, from: sources[ordinal] as TableDef });
  }
}

async function fillStored(
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
  for (const stored of storedTables(table)) {
    for await (const batch of storedRows(options, stored)) await check(batch.map(({ row }) => row));
  }
}

/** Keys that are unique over all partitions: those of each are looked up in the ones behind it. */
export async function checkGlobalKeys(
  options: LoaderOptions,
  table: TableDef,
  indexes: readonly IndexDef[],
): Promise<void> {
  const global = indexes.filter((index) => index.unique && index.global === true);
  const leaves = global.length === 0 ? [] : storedTables(table);
  const { tree, lastTimestamp } = options.manager;
  for (const [ordinal, leaf] of leaves.entries()) {
    const others = leaves.slice(ordinal + 1).map(codecOf);
    for await (const batch of others.length === 0 ? [] : storedRows(options, leaf)) {
      for (const { row } of batch) {
        for (const index of global) {
          for (const other of others) {
            const { codec } = other.secondaryOf(index);
            const key = codec.pointKey(
              codec.parts.map(({ position }) => row[position] ?? null),
              options.zone,
            );
            if (key !== undefined && (await tree.get(key, lastTimestamp)) !== undefined)
              throw duplicateEntry(table, index, row);
          }
        }
      }
    }
  }
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
