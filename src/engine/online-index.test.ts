import { describe, expect, it } from 'vitest';
import type { SqlError } from '../base/index.ts';
import type { IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { AlterPlan } from '../sql/ddl/index.ts';
import { type Row, UTC, intType, varcharType } from '../sql/types/index.ts';
import { StorageSchemaStore } from './storage-schema-store.ts';
import { begin, column, commit, openTestDatabase, rowsOf, table } from './testing/storage-harness.ts';

const ROWS = 1000;
const BY_NAME: IndexDef = {
  id: 1,
  name: 'by_name',
  unique: false,
  primary: false,
  parts: [{ columnId: 2, descending: false }],
  visible: true,
  comment: '',
  kind: 'btree',
  state: 'public',
};

async function openWithRows() {
  const test = await openTestDatabase();
  const schema = new StorageSchemaStore(() => test.database.main, 1);
  await schema.createSchema('test', 'utf8mb4_0900_ai_ci');
  const plain = table(0, [column(1, 'id', intType('int')), column(2, 'name', varcharType(30))], [{ columns: [1] }]);
  const created = await schema.createTable({ ...plain, name: 'people' });
  await commit(test.branch, async (storage) => {
    for (let id = 1; id <= ROWS; id++) await storage.insert(created, [id, `name ${id}`]);
  });
  const find = (): TableDef => test.database.main.catalog.findTable('test', 'people') as TableDef;
  const namesByIndex = async (): Promise<unknown[]> =>
    (await rowsOf(begin(test.branch).storage, find(), { index: find().indexes[1]! })).map((row) => row[1]);
  return { ...test, schema, created, find, namesByIndex };
}

function planOf(before: TableDef, index = BY_NAME): AlterPlan {
  return {
    before,
    after: { ...before, indexes: [...before.indexes, index], nextIndexId: 2, version: before.version + 1 },
    rebuild: false,
    countsRows: false,
    renamedColumns: new Map(),
    addIndexes: [index],
    dropIndexes: [],
    addChecks: [],
    addForeignKeys: [],
    autoIncrement: undefined,
  };
}

const PLAIN = { convert: (rows: readonly Row[]): Row[] => [...rows], check: undefined, zone: UTC };

describe('an index filled online', () => {
  it('holds what was there before and what others wrote meanwhile', async () => {
    const test = await openWithRows();
    const writes: Promise<unknown>[] = [];
    let done = 0;
    const progress = (rows: number): void => {
      const first = done === 0;
      done += rows;
      if (!first) return;
      // In the middle of the work: rows behind and before it change, come and go.
      const now = test.find();
      expect(now.indexes[1]).toMatchObject({ name: 'by_name', state: 'write-only' });
      writes.push(
        commit(test.branch, async (storage) => {
          await storage.insert(now, [ROWS + 1, 'new']);
          for (const id of [5, ROWS - 5]) {
            const row = await storage.get({
              table: now,
              index: now.indexes[0]!,
              key: [id],
              columns: [0, 1],
              withHandle: true,
            });
            await storage.update(now, row![2] as unknown as Uint8Array, [id, `name ${id}`], [id, `changed ${id}`]);
          }
          for (const id of [6, ROWS - 6]) {
            const row = await storage.get({
              table: now,
              index: now.indexes[0]!,
              key: [id],
              columns: [0, 1],
              withHandle: true,
            });
            await storage.delete(now, row![2] as unknown as Uint8Array, [id, `name ${id}`]);
          }
        }),
      );
    };
    await test.schema.alterTable(planOf(test.created), { ...PLAIN, progress });
    await Promise.all(writes);
    expect(done).toBeGreaterThanOrEqual(ROWS - 2);
    expect(test.find().indexes[1]).toMatchObject({ state: 'public' });
    const names = await test.namesByIndex();
    const expected = (await rowsOf(begin(test.branch).storage, test.find())).map((row) => row[1]);
    expect(names).toHaveLength(ROWS - 1);
    expect(new Set(names)).toEqual(new Set(expected));
    expect(names).toContain('changed 5');
    expect(names).not.toContain('name 6');
    await test.database.close();
  });

  it('finds duplicates of a unique index, and leaves no trace of it', async () => {
    const test = await openWithRows();
    await commit(test.branch, async (storage) => {
      await storage.insert(test.created, [ROWS + 1, 'name 700']);
    });
    const failure = await test.schema
      .alterTable(planOf(test.created, { ...BY_NAME, unique: true }), PLAIN)
      .catch((error: unknown) => error as SqlError);
    expect(failure).toMatchObject({ errno: 1062, message: "Duplicate entry 'name 700' for key 'people.by_name'" });
    expect(test.find().indexes).toHaveLength(1);
    await test.database.close();
  });

  it('is given up when asked, and dropped at the next opening when a crash cut it short', async () => {
    const test = await openWithRows();
    const stop = new Error('stop');
    await expect(
      test.schema.alterTable(planOf(test.created), {
        ...PLAIN,
        progress: () => {
          throw stop;
        },
      }),
    ).rejects.toBe(stop);
    expect(test.find().indexes).toHaveLength(1);
    await test.branch.catalogStore.change((draft) => {
      const now = test.find();
      draft.put({ ...now, indexes: [...now.indexes, { ...BY_NAME, state: 'write-only' }], version: now.version + 1 });
    });
    await test.database.close();
    const again = await openTestDatabase(test);
    expect((again.branch.catalog.findTable('test', 'people') as TableDef).indexes).toHaveLength(1);
    await again.database.close();
  });
});
