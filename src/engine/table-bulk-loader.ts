/**
 * LOAD DATA and the like into an empty table: beyond a few thousand rows, the rows go into a new range under a new table id,
 * past the transaction's write set, and the transaction's commit makes that range the table's (as TRUNCATE does with an empty
 * one). Until then nobody sees anything, and a crash or rollback leaves garbage that is collected.
 *
 * Conditions (`openBulkLoader`): the transaction ends with this statement, the table is empty, and nobody else uses it.
 */
import { type MaybePromise, SqlError } from '../base/index.ts';
import type { IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { BulkLoader, InsertOutcome } from '../sql/ports.ts';
import type { Row } from '../sql/types/index.ts';
import type { Branch } from './branch.ts';
import { MetaKind, metaKey } from './key-space.ts';
import { withIds } from './partitions/partition-ids.ts';
import { storedIds, storedTables } from './partitions/partition-layout.ts';
import { PartitionLoader } from './partitions/partition-loader.ts';
import { type GarbageRange, markGarbage, unmarkGarbage } from './range-garbage.ts';
import type { StorageScope } from './storage-scope.ts';
import { codecOf } from './table-codec.ts';

/** Fewer rows are inserted in the ordinary way at the end. */
const ROWS_FEW = 4096;

interface Loaded {
  readonly inserted: number;
  readonly duplicates: readonly Duplicate[];
}

interface Duplicate {
  readonly index: IndexDef;
  readonly row: Row;
}

export interface BulkParts {
  readonly branch: Branch;
  readonly scope: StorageScope;
  readonly insert: (table: TableDef, row: Row) => MaybePromise<InsertOutcome>;
}

export async function openBulkLoader(
  parts: BulkParts,
  table: TableDef,
  duplicates: 'error' | 'ignore',
): Promise<BulkLoader | undefined> {
  const { branch, scope } = parts;
  if (scope.session.singleStatement !== true || table.temporary || scope.transaction.writes !== undefined)
    return undefined;
  // What PARTITION (…) or IGNORE refuse is told row by row.
  if (table.indexes.some((index) => index.global)) return undefined;
  if (table.selection !== undefined || (table.partitioning !== undefined && duplicates === 'ignore')) return undefined;
  if (branch.catalogStore.current.findTableById(table.id)?.version !== table.version) return undefined;
  try {
    await scope.transaction.lock(metaKey(MetaKind.RELATION, table.id), 'update', 'nowait');
  } catch (error) {
    if (error instanceof SqlError && error.errno === 3572) return undefined;
    throw error;
  }
  if (!(await isEmpty(branch, table))) return undefined;
  return new TableBulkLoader(parts, table, duplicates);
}

async function isEmpty(branch: Branch, table: TableDef): Promise<boolean> {
  for (const stored of storedTables(table)) if (!(await hasNoRow(branch, stored))) return false;
  return true;
}

async function hasNoRow(branch: Branch, table: TableDef): Promise<boolean> {
  const { start, end } = codecOf(table).clustered.all;
  const cursor = branch.tree.cursor({ start, end, at: branch.transactions.lastTimestamp, limitHint: 1 });
  try {
    return !(await cursor.next());
  } finally {
    cursor.close();
  }
}

class TableBulkLoader implements BulkLoader {
  readonly #parts: BulkParts;
  readonly #table: TableDef;
  readonly #onDuplicate: 'error' | 'ignore';
  readonly #few: Row[] = [];
  readonly #duplicates: Duplicate[] = [];
  #inserted = 0;
  #target: TableDef | undefined = undefined;
  #loader: PartitionLoader | undefined = undefined;
  #release: (() => void) | undefined = undefined;
  #failed = false;

  constructor(parts: BulkParts, table: TableDef, onDuplicate: 'error' | 'ignore') {
    this.#parts = parts;
    this.#table = table;
    this.#onDuplicate = onDuplicate;
  }

  add(rows: Row[]): MaybePromise<void> {
    if (this.#failed) return undefined;
    if (this.#loader !== undefined) return this.#load(this.#loader, rows);
    for (const row of rows) this.#few.push(row);
    return this.#few.length > ROWS_FEW ? this.#becomeMany() : undefined;
  }

  async finish(): Promise<Loaded> {
    const loader = this.#loader;
    if (loader === undefined) await this.#insertFew();
    else if (this.#failed) this.abort();
    else await this.#publish(loader);
    return { inserted: this.#failed ? 0 : this.#inserted, duplicates: this.#duplicates };
  }

  abort(): void {
    const loader = this.#loader;
    const release = this.#release;
    this.#loader = undefined;
    this.#release = undefined;
    if (loader === undefined) return;
    loader.abort().then(
      () => release?.(),
      () => release?.(),
    );
  }

  async #insertFew(): Promise<void> {
    for (const row of this.#few) {
      const outcome = await this.#parts.insert(this.#table, row);
      if (outcome.ok) this.#inserted++;
      else if (this.#report(outcome.duplicate.index, row)) return;
    }
  }

  async #becomeMany(): Promise<void> {
    const { branch, scope } = this.#parts;
    const target = { ...(await withIds(branch.catalogStore, this.#table)), version: this.#table.version + 1 };
    const ranges = rangesOf(target);
    const releases = ranges.map((range) => branch.garbage.hold(range));
    this.#release = () => {
      for (const release of releases) release();
    };
    await branch.markGarbageNow(ranges);
    this.#target = target;
    this.#loader = new PartitionLoader(target, branch.loaderOptions(scope.zone));
    scope.transaction.onEnded(() => this.abort());
    await this.#load(this.#loader, this.#few.splice(0));
  }

  async #load(loader: PartitionLoader, rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      const index = await loader.addRow(row);
      if (index === undefined) this.#inserted++;
      else if (this.#report(index, row)) return;
    }
  }

  /** True: the load has failed and goes no further. */
  #report(index: IndexDef, row: Row): boolean {
    this.#duplicates.push({ index, row });
    this.#failed = this.#onDuplicate === 'error';
    return this.#failed;
  }

  /** The commit of the statement's transaction swaps the ranges. */
  async #publish(loader: PartitionLoader): Promise<void> {
    const { branch, scope } = this.#parts;
    const { transaction } = scope;
    const target = this.#target as TableDef;
    await loader.finish();
    this.#loader = undefined;
    const draft = branch.catalogStore.join(transaction);
    for (const range of rangesOf(target)) unmarkGarbage(transaction, range);
    for (const range of rangesOf(this.#table)) markGarbage(transaction, range);
    draft.drop(this.#table);
    draft.put(target);
    draft.write();
    await this.#moveCounters(loader, target);
    const release = this.#release;
    transaction.onCommitted(() => {
      for (const [id, { rows }] of loader.copied) branch.rowCounts.set(id, rows);
      for (const id of storedIds(this.#table)) branch.rowCounts.remove(id);
    });
    transaction.onEnded(() => release?.());
  }

  async #moveCounters(loader: PartitionLoader, target: TableDef): Promise<void> {
    const { branch } = this.#parts;
    const next = await branch.autoIncrement.peek(this.#table.id);
    if (next > 1n) await branch.autoIncrement.observe(target.id, next - 1n);
    for (const [id, { rowIds }] of loader.copied) if (rowIds > 0) await branch.rowIds.observe(id, BigInt(rowIds));
  }
}

function rangesOf(table: TableDef): GarbageRange[] {
  return storedIds(table).map((tableId) => ({ tableId }));
}
