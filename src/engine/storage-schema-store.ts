/**
 * Schema changes on storage: each method is one durable change of the catalog, with the rows and entries that follow it.
 *
 * Order inside a change: lock names, then tables (which waits for transactions that use them), look the definitions up
 * again, do the work on ranges that nobody can reach yet, and publish everything in one commit. Ranges that fall out of use
 * are marked as garbage in that commit.
 */
import { sqlError } from '../base/index.ts';
import type { SchemaDef, TableDef, ViewDef } from '../sql/catalog/index.ts';
import { type AlterPlan, type PartitionPlan, renameTable } from '../sql/ddl/index.ts';
import { type TimeZone, type Value, UTC } from '../sql/types/index.ts';
import type { Branch } from './branch.ts';
import type { CatalogDraft } from './catalog-draft.ts';
import type { Relation } from './catalog-snapshot.ts';
import { droppedTables, type FoundTable, markDropped, unmarkDropped } from './dropped-tables.ts';
import { backfill, canFillOnline } from './online-index.ts';
import { parentLookup } from './foreign-key-check.ts';
import { type PartitionExchange, sameIds, withLeafId } from './partitions/exchange.ts';
import { withIds, withMissingIds } from './partitions/partition-ids.ts';
import { layoutOf, type PartitionLayout, storedIds, storedTables } from './partitions/partition-layout.ts';
import type { CopiedRows } from './partitions/partition-loader.ts';
import { type GarbageRange, markGarbage, unmarkGarbage } from './range-garbage.ts';
import type { AlteredRows, RelationName, RowConversion, SchemaStore } from './schema-change/schema-store.ts';
import { checkGlobalKeys, checkRows, copyTable, fillIndexes, moveRows } from './table-rewrite.ts';

const ONLINE_ROWS = 10_000;

export class StorageSchemaStore implements SchemaStore {
  readonly #branch: () => Branch;
  readonly #onlineRows: number;

  /** `branch` gives the branch as it is open now. Indexes of tables with `onlineRows` rows are filled while others write. */
  constructor(branch: () => Branch, onlineRows = ONLINE_ROWS) {
    this.#branch = branch;
    this.#onlineRows = onlineRows;
  }

  createSchema(name: string, collation: string): Promise<void> {
    return this.#change(async (draft) => {
      await draft.lockSchema(name);
      if (draft.current.findSchema(name) !== undefined) throw sqlError('ER_DB_CREATE_EXISTS', name);
      draft.putSchema({ id: await draft.allocateId(), name, collation });
    });
  }

  alterSchema(name: string, collation: string): Promise<void> {
    return this.#change(async (draft) => {
      await draft.lockSchema(name);
      const schema = draft.current.findSchema(name);
      if (schema === undefined) throw sqlError('ER_BAD_DB_ERROR', name);
      draft.putSchema({ ...schema, collation });
    });
  }

  async dropSchema(name: string): Promise<number> {
    const dropped = await this.#change(async (draft) => {
      await draft.lockSchema(name);
      const schema = draft.current.findSchema(name);
      if (schema === undefined) throw sqlError('ER_DB_DROP_EXISTS', name);
      const relations = draft.current.tables(name);
      for (const relation of relations) await this.#dropRelation(draft, relation, schema);
      draft.dropSchema(name);
      return relations;
    });
    this.#forget(dropped);
    return dropped.length;
  }

  async createTable(table: TableDef): Promise<TableDef> {
    const created = await this.#change(async (draft) => {
      await lockFreeName(draft, table);
      const withId = await withIds(draft, table);
      draft.put(withId);
      return withId;
    });
    const first = created.options['auto_increment'];
    if (first !== undefined && BigInt(first) > 1n) await this.#branch().autoIncrement.reset(created.id, BigInt(first));
    this.#startEmpty(created);
    return created;
  }

  putView(view: ViewDef): Promise<void> {
    return this.#change(async (draft) => {
      await draft.lockName(view.schema, view.name);
      const existing = draft.current.findTable(view.schema, view.name);
      if (existing?.kind === 'table') throw sqlError('ER_WRONG_OBJECT', view.schema, view.name, 'VIEW');
      if (draft.current.findSchema(view.schema) === undefined) throw sqlError('ER_BAD_DB_ERROR', view.schema);
      const id = existing?.id ?? (await draft.allocateId());
      draft.put({ ...view, id, version: (existing?.version ?? 0) + 1 });
    });
  }

  async dropRelations(names: readonly RelationName[]): Promise<void> {
    const dropped = await this.#change(async (draft) => {
      const relations: Relation[] = [];
      for (const { schema, name } of names) {
        await draft.lockName(schema, name);
        const relation = draft.current.findTable(schema, name);
        if (relation === undefined) throw sqlError('ER_BAD_TABLE_ERROR', `${schema}.${name}`);
        await this.#dropRelation(draft, relation);
        relations.push(relation);
      }
      return relations;
    });
    this.#forget(dropped);
  }

  renameTables(renames: readonly { readonly from: RelationName; readonly to: RelationName }[]): Promise<void> {
    return this.#change(async (draft) => {
      for (const { from, to } of renames) {
        await draft.lockName(from.schema, from.name);
        await draft.lockName(to.schema, to.name);
        const relation = draft.preview.findTable(from.schema, from.name);
        if (relation === undefined) throw sqlError('ER_NO_SUCH_TABLE', from.schema, from.name);
        if (draft.preview.findTable(to.schema, to.name) !== undefined) throw sqlError('ER_TABLE_EXISTS_ERROR', to.name);
        if (relation.kind === 'table') await draft.lockTable(relation);
        const moved =
          relation.kind === 'table'
            ? renameTable(relation, to.schema, to.name)
            : { ...relation, schema: to.schema, name: to.name };
        draft.put({ ...moved, version: relation.version + 1 });
        await moveReferences(draft, from, to);
      }
    });
  }

  async truncateTable(table: TableDef): Promise<void> {
    const { before, after } = await this.#change(async (draft) => {
      await draft.lockName(table.schema, table.name);
      const now = await draft.lockTable(table);
      const emptied: TableDef = { ...(await withIds(draft, now)), version: now.version + 1 };
      draft.drop(now);
      markDropped(draft.transaction, { table: now, how: 'truncate', rows: this.#rowsOf(now) });
      draft.put(emptied);
      return { before: now, after: emptied };
    });
    this.#startEmpty(after);
    this.#forget([before]);
  }

  async alterTable(plan: AlterPlan, rows: AlteredRows): Promise<void> {
    // A change that only added published what it built: the collector would read all that waits for nothing.
    let leaves = true;
    try {
      await this.#setAutoIncrement(plan, await this.#alter(plan, rows));
      leaves = plan.rebuild || plan.dropIndexes.length > 0;
    } finally {
      if (leaves) this.#branch().garbage.start();
    }
  }

  /** Rows that stay in their partition are not touched. */
  async alterPartitions(plan: PartitionPlan, zone: TimeZone): Promise<void> {
    const gone = await this.#change(async (draft) => {
      await draft.lockName(plan.before.schema, plan.before.name);
      const now = await draft.lockTable(plan.before);
      if (now.version !== plan.before.version) throw sqlError('ER_TABLE_DEF_CHANGED');
      const after = await withMissingIds(draft, plan.after);
      const { added, removed } = changedIds(now, after);
      await this.#moveRows(draft, now, after, { moved: plan.moved, added, zone });
      for (const tableId of removed) markGarbage(draft.transaction, { tableId });
      draft.put(after);
      return removed;
    });
    this.#forgetIds(gone);
    // A table that was emptied as a whole numbers its rows from 1 again.
    if (plan.emptied) await this.#branch().autoIncrement.reset(plan.before.id, 1n);
  }

  async #moveRows(
    draft: CatalogDraft,
    before: TableDef,
    after: TableDef,
    { moved, added, zone }: { moved: readonly number[]; added: readonly number[]; zone: TimeZone },
  ): Promise<void> {
    const branch = this.#branch();
    for (const id of added) branch.rowCounts.set(id, 0);
    if (moved.length === 0) return;
    const ranges = added.map((tableId) => ({ tableId }));
    const sources = storedTables(before).filter(({ id }) => moved.includes(id));
    const copied = await this.#build(ranges, () => moveRows(branch.loaderOptions(zone), sources, after));
    for (const range of ranges) unmarkGarbage(draft.transaction, range);
    for (const id of added) await this.#countCopied(id, copied);
  }

  async #countCopied(id: number, copied: CopiedRows): Promise<void> {
    const branch = this.#branch();
    const { rows, rowIds } = copied.get(id) ?? { rows: 0, rowIds: 0 };
    branch.rowCounts.set(id, rows);
    if (rowIds > 0) await branch.rowIds.observe(id, BigInt(rowIds));
  }

  exchangePartition(exchange: PartitionExchange, zone: TimeZone): Promise<void> {
    return this.#change(async (draft) => {
      const table = await draft.lockTable(exchange.table);
      const other = await draft.lockTable(exchange.other);
      const { partitioning } = table;
      if (table.version !== exchange.table.version || other.version !== exchange.other.version || !partitioning)
        throw sqlError('ER_TABLE_DEF_CHANGED');
      const branch = this.#branch();
      const layout = layoutOf(table) as PartitionLayout;
      const leaf = layout.leaves[exchange.ordinal] as TableDef;
      if (exchange.validate) {
        await checkRows(branch.loaderOptions(zone), other, (rows) => {
          if (rows.some((row) => layout.find(row, zone) !== exchange.ordinal))
            throw sqlError('ER_ROW_DOES_NOT_MATCH_PARTITION');
        });
      }
      const ids = sameIds(table, other)
        ? { leaf: other.id, other: leaf.id }
        : await this.#copyBoth(draft, leaf, other, zone);
      const counted = (await branch.autoIncrement.peek(other.id)) - 1n;
      draft.drop(other);
      draft.put({ ...other, id: ids.other, version: other.version + 1 });
      const swapped = withLeafId(partitioning, exchange.ordinal, ids.leaf);
      draft.put({ ...table, partitioning: swapped, version: table.version + 1 });
      if (counted > 0n) {
        await branch.autoIncrement.observe(table.id, counted);
        await branch.autoIncrement.observe(ids.other, counted);
      }
    });
  }

  async #copyBoth(
    draft: CatalogDraft,
    leaf: TableDef,
    other: TableDef,
    zone: TimeZone,
  ): Promise<{ leaf: number; other: number }> {
    const ids = { leaf: await draft.allocateId(), other: await draft.allocateId() };
    const ranges = [{ tableId: ids.leaf }, { tableId: ids.other }];
    const options = this.#branch().loaderOptions(zone);
    const asIs: RowConversion = (rows) => [...rows];
    await this.#build(ranges, async () => {
      const into = await copyTable(options, { from: other, to: { ...leaf, id: ids.leaf } }, asIs, undefined);
      const out = await copyTable(options, { from: leaf, to: { ...other, id: ids.other } }, asIs, undefined);
      await this.#countCopied(ids.leaf, into);
      await this.#countCopied(ids.other, out);
    });
    for (const range of ranges) unmarkGarbage(draft.transaction, range);
    for (const { id } of [leaf, other]) markGarbage(draft.transaction, { tableId: id });
    return ids;
  }

  #alter(plan: AlterPlan, rows: AlteredRows): Promise<TableDef> {
    return this.#fillsOnline(plan, rows) ? this.#addIndexesOnline(plan, rows) : this.#alterAtOnce(plan, rows);
  }

  /** Small tables are filled under the lock: that is over sooner. */
  #fillsOnline(plan: AlterPlan, rows: AlteredRows): boolean {
    if (plan.rebuild || plan.addIndexes.length === 0 || rows.check !== undefined) return false;
    if (plan.dropIndexes.length > 0 || plan.addForeignKeys.length > 0 || plan.renamedColumns.size > 0) return false;
    if (plan.before.name !== plan.after.name || plan.before.schema !== plan.after.schema) return false;
    return canFillOnline(plan.before) && (this.#branch().rowCounts.get(plan.before.id) ?? 0) >= this.#onlineRows;
  }

  /** online-index.ts tells the steps. Nobody else changes the definition meanwhile: the change holds the table's name. */
  async #addIndexesOnline(plan: AlterPlan, rows: AlteredRows): Promise<TableDef> {
    const branch = this.#branch();
    const added = new Set(plan.addIndexes.map(({ id }) => id));
    const after: TableDef = { ...plan.after, id: plan.before.id };
    const hidden: TableDef = {
      ...after,
      indexes: after.indexes.map((index) => (added.has(index.id) ? { ...index, state: 'write-only' } : index)),
    };
    return this.#change(async (outer) => {
      await outer.lockName(after.schema, after.name);
      await this.#publish(plan.before, hidden);
      try {
        await backfill(branch.loaderOptions(rows.zone), {
          before: plan.before,
          after,
          indexes: plan.addIndexes,
          convert: rows.convert,
          progress: (count) => rows.progress?.(count),
        });
        return await this.#publish(hidden, { ...after, version: hidden.version + 1 });
      } catch (error) {
        const ranges = plan.addIndexes.map(({ id }) => ({ tableId: after.id, indexId: id }));
        await this.#publish(hidden, { ...plan.before, version: hidden.version + 1 }, ranges);
        throw error;
      }
    });
  }

  /** One definition takes the place of another; waits for transactions that use the table, and no longer. */
  #publish(before: TableDef, after: TableDef, garbage: readonly GarbageRange[] = []): Promise<TableDef> {
    return this.#change(async (draft) => {
      const now = await draft.lockTable(before);
      if (now.version !== before.version) throw sqlError('ER_TABLE_DEF_CHANGED');
      for (const range of garbage) markGarbage(draft.transaction, range);
      draft.put(after);
      return after;
    });
  }

  #alterAtOnce(plan: AlterPlan, rows: AlteredRows): Promise<TableDef> {
    const { before } = plan;
    return this.#change(async (draft) => {
      if (before.id > 0) await draft.lockName(before.schema, before.name);
      const moved = before.schema !== plan.after.schema || before.name !== plan.after.name;
      if (moved) {
        await lockFreeName(draft, plan.after);
      }
      const now = await draft.lockTable(before);
      if (now.version !== before.version) throw sqlError('ER_TABLE_DEF_CHANGED');
      const result = plan.rebuild
        ? await this.#rebuild(draft, plan, rows)
        : await this.#alterInPlace(draft, plan, rows);
      await this.#checkForeignKeys(draft, plan, result);
      if (moved || plan.renamedColumns.size > 0) await moveReferences(draft, before, plan.after, plan.renamedColumns);
      return result;
    });
  }

  /** The rows are written anew under another id; the old range becomes garbage. */
  async #rebuild(draft: CatalogDraft, plan: AlterPlan, rows: AlteredRows): Promise<TableDef> {
    const branch = this.#branch();
    const after = await withIds(draft, plan.after);
    const ranges = storedIds(after).map((tableId) => ({ tableId }));
    const next = await branch.autoIncrement.peek(plan.before.id);
    const copied = await this.#build(ranges, () =>
      copyTable(
        branch.loaderOptions(rows.zone),
        { from: plan.before, to: after },
        numbering(plan, rows.convert),
        rows.check,
      ),
    );
    for (const range of ranges) unmarkGarbage(draft.transaction, range);
    for (const tableId of storedIds(plan.before)) markGarbage(draft.transaction, { tableId });
    draft.drop(plan.before);
    draft.put(after);
    for (const id of copied.keys()) await this.#countCopied(id, copied);
    if (next > 1n) await branch.autoIncrement.observe(after.id, next - 1n);
    return after;
  }

  /** Definitions change, and indexes are filled or dropped; rows stay as they are. */
  async #alterInPlace(draft: CatalogDraft, plan: AlterPlan, rows: AlteredRows): Promise<TableDef> {
    const branch = this.#branch();
    const after: TableDef = { ...plan.after, id: plan.before.id };
    const computed = after.columns.some((column) => column.generated?.stored === false);
    const stored = storedTables(after).map(({ id }) => id);
    const ranges = plan.addIndexes.flatMap(({ id }) => stored.map((tableId) => ({ tableId, indexId: id })));
    if (ranges.length > 0) {
      await this.#build(ranges, () =>
        fillIndexes(branch.loaderOptions(rows.zone), after, plan.addIndexes, {
          from: computed ? plan.before : after,
          convert: computed ? rows.convert : undefined,
        }),
      );
      await checkGlobalKeys(branch.loaderOptions(rows.zone), after, plan.addIndexes);
      for (const range of ranges) unmarkGarbage(draft.transaction, range);
    }
    if (rows.check !== undefined) await checkRows(branch.loaderOptions(rows.zone), after, rows.check);
    for (const { id } of plan.dropIndexes)
      for (const tableId of stored) markGarbage(draft.transaction, { tableId, indexId: id });
    draft.put(after);
    return after;
  }

  /** Records the ranges as garbage before anything is written there; the publishing commit takes the record back. */
  async #build<T>(ranges: readonly GarbageRange[], build: () => Promise<T>): Promise<T> {
    const { garbage } = this.#branch();
    return garbage.guard(ranges, async () => {
      await this.#branch().markGarbageNow(ranges);
      return build();
    });
  }

  async #checkForeignKeys(draft: CatalogDraft, plan: AlterPlan, after: TableDef): Promise<void> {
    if (plan.addForeignKeys.length === 0) return;
    const branch = this.#branch();
    const transaction = branch.begin({ isolation: 'read-committed' });
    try {
      const storage = branch.storageFor(transaction, { timeZone: UTC });
      for (const key of plan.addForeignKeys) {
        const lookup = parentLookup(storage, draft.preview, after, key);
        if (lookup !== undefined) await checkRows(branch.loaderOptions(UTC), after, (rows) => lookup.check(rows));
      }
    } finally {
      transaction.rollback();
    }
  }

  /** AUTO_INCREMENT = n, but never below what is in use; a column that has just become AUTO_INCREMENT goes on behind its rows. */
  async #setAutoIncrement(plan: AlterPlan, after: TableDef): Promise<void> {
    const numbered = (table: TableDef): number | undefined => table.columns.find((column) => column.autoIncrement)?.id;
    if (numbered(after) === undefined) return;
    if (plan.autoIncrement === undefined) {
      if (numbered(after) === numbered(plan.before)) return;
      return this.#branch().autoIncrement.observe(after.id, await this.#greatestAutoIncrement(after));
    }
    const used = await this.#greatestAutoIncrement(after);
    const wanted = BigInt(plan.autoIncrement);
    await this.#branch().autoIncrement.reset(after.id, wanted > used ? wanted : used + 1n);
  }

  async #greatestAutoIncrement(table: TableDef): Promise<bigint> {
    const column = table.columns.find((candidate) => candidate.autoIncrement);
    const index = table.indexes.find((candidate) => candidate.parts[0]?.columnId === column?.id);
    if (column === undefined || index === undefined) return 0n;
    const branch = this.#branch();
    const transaction = branch.begin({ isolation: 'read-committed' });
    const cursor = branch.storageFor(transaction, { timeZone: UTC }).scan({
      table,
      index,
      ranges: [{}],
      columns: [table.columns.indexOf(column)],
      reverse: !(index.parts[0]?.descending ?? false),
      ordered: true,
      limitHint: 1,
    });
    try {
      const value: Value = (await cursor.next())?.[0]?.[0] ?? 0;
      const greatest = typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value)));
      return greatest > 0n ? greatest : 0n;
    } finally {
      cursor.close();
      transaction.rollback();
    }
  }

  #startEmpty(table: TableDef): void {
    for (const { id } of storedTables(table)) this.#branch().rowCounts.set(id, 0);
  }

  async #dropRelation(draft: CatalogDraft, relation: Relation, schema?: SchemaDef): Promise<void> {
    if (relation.kind === 'table') {
      const table = await draft.lockTable(relation);
      const rows = this.#rowsOf(table);
      markDropped(draft.transaction, { table, how: 'drop', rows, ...(schema !== undefined && { schema }) });
    }
    draft.drop(relation);
  }

  /** What FLASHBACK may put back, newest first. */
  droppedTables(): Promise<FoundTable[]> {
    const branch = this.#branch();
    return droppedTables(branch.transactions, branch.oldestReadable());
  }

  /** Puts tables back, with their rows as they were; the database `schema` is made when it is given. */
  async restoreTables(tables: readonly FoundTable[], schema?: { name: string; collation: string }): Promise<void> {
    await this.#change(async (draft) => {
      if (schema !== undefined) {
        await draft.lockSchema(schema.name);
        if (draft.current.findSchema(schema.name) !== undefined) throw sqlError('ER_DB_CREATE_EXISTS', schema.name);
        draft.putSchema({ id: await draft.allocateId(), ...schema });
      }
      for (const { table } of tables) {
        if (schema === undefined) await lockFreeName(draft, table);
        draft.put({ ...table, version: table.version + 1 });
        unmarkDropped(draft.transaction, table);
      }
    });
    for (const { rows } of tables) for (const [id, count] of rows) this.#branch().rowCounts.set(id, count);
  }

  #rowsOf(table: TableDef): [id: number, count: number][] {
    return storedIds(table).map((id) => [id, this.#branch().rowCounts.get(id) ?? 0]);
  }

  #change<T>(work: (draft: CatalogDraft) => Promise<T>): Promise<T> {
    return this.#branch().catalogStore.change(work);
  }

  /** Dropped tables leave nothing in memory; their rows go in the background. */
  #forget(relations: readonly Relation[]): void {
    this.#forgetIds(relations.flatMap((relation) => (relation.kind === 'table' ? storedIds(relation) : [])));
  }

  #forgetIds(ids: readonly number[]): void {
    const branch = this.#branch();
    for (const id of ids) {
      branch.autoIncrement.forget(id);
      branch.rowIds.forget(id);
      branch.rowCounts.remove(id);
    }
    branch.garbage.startLater();
  }
}

/** Rows get numbers when the ALTER adds the AUTO_INCREMENT column. */
function numbering(plan: AlterPlan, convert: RowConversion): RowConversion {
  const position = plan.after.columns.findIndex((column) => column.autoIncrement);
  const column = plan.after.columns[position];
  if (column === undefined || plan.before.columns.some(({ id }) => id === column.id)) return convert;
  let next = Number(plan.autoIncrement ?? 1);
  return (rows) => {
    const converted = convert(rows);
    for (const row of converted) row[position] = next++;
    return converted;
  };
}

/** Key ranges that come and go. */
function changedIds(before: TableDef, after: TableDef): { added: readonly number[]; removed: readonly number[] } {
  const old = storedIds(before);
  const now = storedIds(after);
  return { added: now.filter((id) => !old.includes(id)), removed: old.filter((id) => !now.includes(id)) };
}

async function lockFreeName(draft: CatalogDraft, relation: Relation): Promise<void> {
  await draft.lockName(relation.schema, relation.name);
  if (draft.current.findSchema(relation.schema) === undefined) throw sqlError('ER_BAD_DB_ERROR', relation.schema);
  if (draft.current.findTable(relation.schema, relation.name) !== undefined) {
    throw sqlError('ER_TABLE_EXISTS_ERROR', relation.name);
  }
}

const NO_COLUMNS: ReadonlyMap<string, string> = new Map();

/** Foreign keys follow the names of the table and the columns they reference. */
async function moveReferences(
  draft: CatalogDraft,
  from: RelationName,
  to: RelationName,
  columns = NO_COLUMNS,
): Promise<void> {
  for (const { table } of draft.preview.referencing(from.schema, from.name)) {
    const child = draft.preview.findTableById(table.id) ?? table;
    // The altered table's own keys follow its columns already.
    const isSelf = child.schema === to.schema && child.name === to.name;
    const committed = draft.current.findTableById(table.id);
    if (committed !== undefined) await draft.lockTable(committed);
    const foreignKeys = child.foreignKeys.map((key) =>
      key.referencedSchema === from.schema && key.referencedTable === from.name
        ? {
            ...key,
            referencedSchema: to.schema,
            referencedTable: to.name,
            referencedColumns: isSelf
              ? key.referencedColumns
              : key.referencedColumns.map((name) => columns.get(name) ?? name),
          }
        : key,
    );
    draft.put({ ...child, foreignKeys, version: child.version + 1 });
  }
}
