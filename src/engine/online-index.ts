/**
 * Fills new indexes of a table that others go on reading and writing.
 *
 *   1. The definition with the indexes 'write-only' is published: from then on every change of a row maintains them.
 *   2. backfill (here): rows that were there before get their entries, a batch in a transaction of its own.
 *   3. The definition with the indexes 'public' is published: from then on they are read.
 *
 * Invariant: a row and its entries agree at every commit after 1, where there are entries. A batch locks its rows shared and
 * reads them again under the lock, so a writer changes a row either before its entry is made, and then the entry is made
 * of the new row, or after, and then the writer replaces it.
 *
 * What may interleave: everything, between batches. A batch that is chosen as a deadlock's victim is run again.
 */
import { type Bytes, type MaybePromise, SqlError, equalBytes, prefixEnd } from '../base/index.ts';
import type { IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { Row } from '../sql/types/index.ts';
import type { Transaction } from '../txn/index.ts';
import { duplicateEntry } from './duplicate-entry.ts';
import { layoutOf, storedTables } from './partitions/partition-layout.ts';
import type { LoaderOptions } from './range-loader.ts';
import { codecOf, type SecondaryIndex } from './table-codec.ts';
import type { RowConversion } from './table-rewrite.ts';

const BATCH_ROWS = 256;
const ATTEMPTS_MAX = 100;

export interface BackfillWork {
  /** The definition that the rows are read by, and the one whose indexes are filled. */
  readonly before: TableDef;
  readonly after: TableDef;
  readonly indexes: readonly IndexDef[];
  /** Rows of `after` from those of `before`. */
  readonly convert: RowConversion;
  /** Called after each batch with the rows done; throws to give up. */
  progress(rows: number): void;
}

export async function backfill(options: LoaderOptions, work: BackfillWork): Promise<void> {
  const sources = storedTables(work.before);
  for (const [ordinal, target] of storedTables(work.after).entries()) {
    await backfillStored(options, work, sources[ordinal] as TableDef, target);
  }
}

/** Whether the table can be filled this way: a partitioned one is done under the lock. */
export function canFillOnline(table: TableDef): boolean {
  return layoutOf(table) === undefined;
}

async function backfillStored(options: LoaderOptions, work: BackfillWork, from: TableDef, to: TableDef): Promise<void> {
  const codec = codecOf(to);
  const filled = work.indexes.filter((index) => index.kind === 'btree').map((index) => codec.secondaryOf(index));
  let start: Bytes | undefined = codecOf(from).clustered.prefix;
  const end = prefixEnd(start);
  while (start !== undefined) {
    const handles: Bytes[] = await handlesFrom(options, start, end);
    await repeated(() => fillBatch(options, work, { from, to, filled, handles }));
    work.progress(handles.length);
    const last: Bytes | undefined = handles.at(-1);
    start = handles.length < BATCH_ROWS || last === undefined ? undefined : successor(last);
    await options.pause?.();
  }
}

/** Keys of the next rows as committed now. */
async function handlesFrom({ manager }: LoaderOptions, start: Bytes, end: Bytes | undefined): Promise<Bytes[]> {
  const handles: Bytes[] = [];
  const cursor = manager.tree.cursor({ start, ...(end && { end }), at: manager.lastTimestamp, limitHint: BATCH_ROWS });
  try {
    while (handles.length < BATCH_ROWS && (await cursor.next()))
      handles.push(cursor.buffer.slice(cursor.keyStart, cursor.keyEnd));
  } finally {
    cursor.close();
  }
  return handles;
}

interface Batch {
  readonly from: TableDef;
  readonly to: TableDef;
  readonly filled: readonly SecondaryIndex[];
  readonly handles: readonly Bytes[];
}

async function fillBatch({ manager, zone }: LoaderOptions, work: BackfillWork, batch: Batch): Promise<void> {
  const transaction = manager.begin({ isolation: 'read-committed' });
  const { decode } = codecOf(batch.from).fullDecoder;
  const reading = { zone };
  try {
    for (const handle of batch.handles) {
      const locked: MaybePromise<unknown> = transaction.lock(handle, 'share');
      if (locked instanceof Promise) await locked;
      const value = await transaction.get(handle, transaction.latestAt());
      if (value === undefined) continue;
      const [row] = work.convert([decode(value, 0, reading)]);
      for (const secondary of batch.filled)
        await putEntry(transaction, batch.to, secondary, { row: row as Row, handle, zone });
    }
    await transaction.commit();
  } finally {
    transaction.rollback();
  }
}

async function putEntry(
  transaction: Transaction,
  table: TableDef,
  secondary: SecondaryIndex,
  { row, handle, zone }: { readonly row: Row; readonly handle: Bytes; readonly zone: LoaderOptions['zone'] },
): Promise<void> {
  const { key, unique } = secondary.codec.entryKey(row, handle, codecOf(table).clustered.prefix.length, zone);
  if (unique) {
    await transaction.lock(key, 'update');
    const found = await transaction.get(key, transaction.latestAt());
    if (found !== undefined) {
      const entry = joined(key, found);
      const holder = secondary.entries.handleOf(entry, 0, key.length, key.length);
      if (!equalBytes(holder, handle)) throw duplicateEntry(table, secondary.index, row);
    }
  }
  transaction.put(key, secondary.entries.encodeValue(row, handle, unique, zone));
}

async function repeated(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isTransient = error instanceof SqlError && (error.errno === 1213 || error.errno === 1205);
      if (!isTransient || attempt >= ATTEMPTS_MAX) throw error;
    }
  }
}

function joined(key: Bytes, value: Bytes): Bytes {
  const out = new Uint8Array(key.length + value.length);
  out.set(key);
  out.set(value, key.length);
  return out;
}

/** The least key that is greater. */
function successor(key: Bytes): Bytes {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
