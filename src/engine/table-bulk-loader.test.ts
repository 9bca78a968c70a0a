import { describe, expect, it } from 'vitest';
import { assert } from '../base/index.ts';
import { realEnv } from '../env/index.ts';
import type { TableDef } from '../sql/catalog/index.ts';
import type { BulkLoader, TransactionStorage } from '../sql/ports.ts';
import { type Row, UTC, intType, varcharType } from '../sql/types/index.ts';
import { RangeLoader } from './range-loader.ts';
import { StorageSchemaStore } from './storage-schema-store.ts';
import { begin, column, commit, openTestDatabase, rowsOf, table } from './testing/storage-harness.ts';

const ROWS = 12_000;
/** Ids ascend, names do not: 7919 is prime to the row count. */
const rows = (count = ROWS): Row[] =>
  Array.from({ length: count }, (_, i): Row => [i + 1, `name${(i * 7919) % count}`, i % 10]);

async function openEmpty() {
  const test = await openTestDatabase();
  const schema = new StorageSchemaStore(() => test.database.main);
  await schema.createSchema('test', 'utf8mb4_0900_ai_ci');
  const plain = table(
    0,
    [column(1, 'id', intType('int')), column(2, 'name', varcharType(30)), column(3, 'n', intType('int'))],
    [{ columns: [1] }, { columns: [2], unique: true }, { columns: [3] }],
  );
  const created = await schema.createTable({ ...plain, name: 'people' });
  return { ...test, schema, people: created };
}

async function openLoader(
  storage: TransactionStorage,
  definition: TableDef,
  duplicates: 'error' | 'ignore',
): Promise<BulkLoader> {
  const loader = await storage.bulkLoader?.(definition, duplicates);
  assert(loader !== undefined, 'the table qualifies');
  return loader;
}

async function feed(loader: BulkLoader, all: readonly Row[]): Promise<void> {
  for (let i = 0; i < all.length; i += 500) await loader.add(all.slice(i, i + 500));
}

describe('bulk load', () => {
  it.each([10, ROWS])(
    'of %i rows shows all of them after the commit, by every index, and after a crash',
    async (count) => {
      const test = await openEmpty();
      const { transaction, storage } = begin(test.branch, {}, { singleStatement: true });
      await test.branch.useTables(transaction, [test.people]);
      const loader = await openLoader(storage, test.people, 'error');
      await feed(loader, rows(count));
      expect(await rowsOf(begin(test.branch).storage, test.people)).toEqual([]);
      expect(await loader.finish()).toEqual({ inserted: count, duplicates: [] });
      await transaction.commit();
      for (const { branch } of [test, await openTestDatabase(test)]) {
        const after = branch.catalog.findTable('test', 'people') as TableDef;
        const reader = begin(branch).storage;
        expect(await rowsOf(reader, after)).toEqual(rows(count));
        const byName = await rowsOf(reader, after, { index: after.indexes[1]!, columns: [1, 0, 2] });
        expect(byName.map(([, id]) => id).sort((a, b) => Number(a) - Number(b))).toEqual(rows(count).map(([id]) => id));
        expect(await reader.get({ table: after, index: after.indexes[1]!, key: ['NAME5'], columns: [1] })).toEqual([
          'name5',
        ]);
        expect(await rowsOf(reader, after, { index: after.indexes[2]!, columns: [2] })).toHaveLength(count);
      }
    },
  );

  it('reports the first duplicate and keeps nothing, or keeps the first of each key', async () => {
    const twice = [...rows(), [5, 'other', 1], [ROWS + 1, 'NAME77', 1], [ROWS + 2, 'fresh', 1]] as Row[];
    const strict = await openEmpty();
    const failing = begin(strict.branch, {}, { singleStatement: true });
    const loader = await openLoader(failing.storage, strict.people, 'error');
    await feed(loader, twice);
    expect(await loader.finish()).toMatchObject({
      inserted: 0,
      duplicates: [{ index: { name: 'PRIMARY' }, row: [5, 'other', 1] }],
    });
    failing.transaction.rollback();
    expect(await rowsOf(begin(strict.branch).storage, strict.people)).toEqual([]);

    const lenient = await openEmpty();
    const { transaction, storage } = begin(lenient.branch, {}, { singleStatement: true });
    const keeping = await openLoader(storage, lenient.people, 'ignore');
    await feed(keeping, twice);
    const done = await keeping.finish();
    expect(done.inserted).toBe(ROWS + 1);
    expect(done.duplicates.map(({ index, row }) => [index.name, row[0]])).toEqual([
      ['PRIMARY', 5],
      ['k1', ROWS + 1],
    ]);
    await transaction.commit();
    const after = lenient.branch.catalog.findTable('test', 'people') as TableDef;
    expect(await rowsOf(begin(lenient.branch).storage, after)).toEqual([...rows(), [ROWS + 2, 'fresh', 1]]);
  });

  it('leaves nothing behind when it is rolled back', async () => {
    const { branch, people } = await openEmpty();
    const { transaction, storage } = begin(branch, {}, { singleStatement: true });
    const loader = await openLoader(storage, people, 'error');
    await feed(loader, rows());
    await loader.finish();
    transaction.rollback();
    await branch.garbage.idle();
    expect(branch.catalog.findTable('test', 'people')).toEqual(people);
    const cursor = branch.tree.cursor({ start: Uint8Array.of(people.id), at: branch.transactions.lastTimestamp });
    expect(await cursor.next()).toBe(false);
    cursor.close();
  });

  it('is not offered for a table with rows, in a longer transaction, or while others use the table', async () => {
    const { branch, people } = await openEmpty();
    expect(await begin(branch).storage.bulkLoader?.(people, 'error')).toBeUndefined();
    const other = begin(branch);
    await branch.useTables(other.transaction, [people]);
    const wanting = begin(branch, {}, { singleStatement: true });
    expect(await wanting.storage.bulkLoader?.(people, 'error')).toBeUndefined();
    other.transaction.rollback();
    await commit(branch, (storage) => storage.insert(people, [1, 'a', 1]));
    expect(await begin(branch, {}, { singleStatement: true }).storage.bulkLoader?.(people, 'error')).toBeUndefined();
  });

  it('sorts what does not come in order, in as many runs as the buffer needs', async () => {
    const { branch, people } = await openEmpty();
    const env = realEnv();
    const loader = new RangeLoader(people, {
      ...branch.loaderOptions(UTC),
      pause: () => env.timers.yield(),
      bufferBytes: 64 * 1024,
      smallBytes: 1024,
    });
    const shuffled = rows(3000).sort((a, b) => ((Number(a[0]) * 7919) % 3001) - ((Number(b[0]) * 7919) % 3001));
    for (const row of shuffled) expect(await loader.addRow(row)).toBeUndefined();
    expect(await loader.addRow([1500, 'new', 1])).toMatchObject({ name: 'PRIMARY' });
    expect(await loader.addRow([9999, 'name7', 1])).toMatchObject({ name: 'k1' });
    await loader.finish();
    expect(await rowsOf(begin(branch).storage, people)).toEqual(rows(3000));
    expect(await rowsOf(begin(branch).storage, people, { index: people.indexes[2]!, columns: [2] })).toHaveLength(3000);
  });
});
