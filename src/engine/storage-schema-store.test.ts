import { describe, expect, it } from 'vitest';
import type { SqlError } from '../base/index.ts';
import type { IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { AlterPlan } from '../sql/ddl/index.ts';
import { type Row, UTC, intType, varcharType } from '../sql/types/index.ts';
import type { Branch } from './branch.ts';
import { StorageSchemaStore } from './storage-schema-store.ts';
import { begin, column, commit, openTestDatabase, rowsOf, table } from './testing/storage-harness.ts';

const UNCHANGED = { convert: (rows: readonly Row[]): Row[] => [...rows], check: undefined, zone: UTC };

function planOf(before: TableDef, change: Partial<TableDef>, more: Partial<AlterPlan> = {}): AlterPlan {
  return {
    before,
    after: { ...before, ...change, version: before.version + 1 },
    rebuild: false,
    countsRows: false,
    renamedColumns: new Map(),
    addIndexes: [],
    dropIndexes: [],
    addChecks: [],
    addForeignKeys: [],
    autoIncrement: undefined,
    ...more,
  };
}

async function openWithTable() {
  const test = await openTestDatabase();
  const store = new StorageSchemaStore(() => test.database.main);
  await store.createSchema('test', 'utf8mb4_0900_ai_ci');
  const plain = table(0, [column(1, 'id', intType('int')), column(2, 'name', varcharType(30))], [{ columns: [1] }]);
  const created = await store.createTable({ ...plain, name: 'people' });
  await commit(test.branch, async (storage) => {
    for (const row of [
      [1, 'ann'],
      [2, 'bob'],
      [3, 'ann'],
    ] as Row[])
      await storage.insert(created, row);
  });
  return { ...test, schema: store, people: created };
}

function find(branch: Branch, name = 'people'): TableDef {
  return branch.catalog.findTable('test', name) as TableDef;
}

describe('schema changes', () => {
  it('keeps definitions and rows over a restart', async () => {
    const test = await openWithTable();
    await test.database.close();
    const again = await openTestDatabase(test);
    expect(again.branch.catalog.schemas().map(({ name }) => name)).toEqual(['test']);
    expect(find(again.branch)).toEqual(test.people);
    expect(await rowsOf(begin(again.branch).storage, find(again.branch))).toHaveLength(3);
    expect(begin(again.branch).storage.estimateRows(find(again.branch))).toBe(3);
  });

  it('fills a new index from the rows that are there', async () => {
    const { branch, schema, people } = await openWithTable();
    const byName: IndexDef = {
      ...(people.indexes[0] as IndexDef),
      id: 1,
      name: 'by_name',
      primary: false,
      unique: false,
      parts: [{ columnId: 2, descending: false }],
    };
    await schema.alterTable(
      planOf(people, { indexes: [...people.indexes, byName] }, { addIndexes: [byName] }),
      UNCHANGED,
    );
    const after = find(branch);
    expect(await rowsOf(begin(branch).storage, after, { index: byName, columns: [1, 0] })).toEqual([
      ['ann', 1],
      ['ann', 3],
      ['bob', 2],
    ]);
  });

  it('refuses a unique index over duplicates with 1062 and leaves the table as it was', async () => {
    const { branch, schema, people } = await openWithTable();
    const unique: IndexDef = {
      ...(people.indexes[0] as IndexDef),
      id: 1,
      name: 'u',
      primary: false,
      unique: true,
      parts: [{ columnId: 2, descending: false }],
    };
    const change = schema.alterTable(
      planOf(people, { indexes: [...people.indexes, unique] }, { addIndexes: [unique] }),
      UNCHANGED,
    );
    await expect(change).rejects.toMatchObject({
      errno: 1062,
      message: "Duplicate entry 'ann' for key 'people.u'",
    } satisfies Partial<SqlError>);
    expect(find(branch)).toEqual(people);
    await branch.garbage.idle();
    expect(await rowsOf(begin(branch).storage, people)).toHaveLength(3);
  });

  it('rewrites rows for a changed primary key and collects the old range', async () => {
    const { branch, schema, people } = await openWithTable();
    const byName: IndexDef = {
      ...(people.indexes[0] as IndexDef),
      parts: [
        { columnId: 2, descending: false },
        { columnId: 1, descending: true },
      ],
    };
    await schema.alterTable(planOf(people, { indexes: [byName] }, { rebuild: true }), UNCHANGED);
    const after = find(branch);
    expect(await rowsOf(begin(branch).storage, after)).toEqual([
      [3, 'ann'],
      [1, 'ann'],
      [2, 'bob'],
    ]);
    await branch.garbage.idle();
    expect(await rowsOf(begin(branch).storage, people)).toEqual([]);
  });

  it('empties a table by TRUNCATE and starts its numbers again', async () => {
    const { branch, schema, people } = await openWithTable();
    const { storage } = begin(branch);
    expect(await storage.nextAutoIncrement(people, 3)).toBe(1);
    expect(await storage.nextAutoIncrement(people, 1)).toBe(4);
    await schema.truncateTable(people);
    const after = find(branch);
    const fresh = begin(branch).storage;
    expect(await rowsOf(fresh, after)).toEqual([]);
    expect(await fresh.nextAutoIncrement(after, 1)).toBe(1);
  });

  it('drops a large table by forgetting its sorted tables', async () => {
    const { branch, schema, people } = await openWithTable();
    const { transaction, storage } = begin(branch, {}, { singleStatement: true });
    await schema.truncateTable(people);
    const loader = await storage.bulkLoader?.(find(branch), 'error');
    for (let i = 0; i < 60; i++)
      await loader?.add(Array.from({ length: 1000 }, (_, j): Row => [i * 1000 + j, `name ${j}`]));
    await loader?.finish();
    await transaction.commit();
    await branch.tree.flush();
    expect(branch.tree.stats().entries).toBeGreaterThanOrEqual(60_000);
    await schema.dropRelations([{ schema: 'test', name: 'people' }]);
    await branch.garbage.idle();
    await branch.tree.flush();
    expect(branch.tree.stats().entries).toBeLessThan(10_000);
  });

  it('waits for transactions that use the table, and makes new ones wait', async () => {
    const { branch, schema, people } = await openWithTable();
    const user = begin(branch);
    await branch.useTables(user.transaction, [people]);
    const order: string[] = [];
    const drop = schema.dropRelations([{ schema: 'test', name: 'people' }]).then(() => order.push('dropped'));
    await new Promise((resolve) => setImmediate(resolve));
    const late = begin(branch);
    const refused = Promise.resolve(branch.useTables(late.transaction, [people])).catch((error: SqlError) =>
      order.push(`late ${error.errno}`),
    );
    await new Promise((resolve) => setImmediate(resolve));
    order.push('user commits');
    await user.transaction.commit();
    await Promise.all([drop, refused]);
    expect(order[0]).toBe('user commits');
    expect(order.slice(1).sort()).toEqual(['dropped', 'late 1412']);
  });

  it('renames tables, also in the foreign keys that name them', async () => {
    const { branch, schema, people } = await openWithTable();
    const child = table(0, [column(1, 'person', intType('int'))], [{ columns: [] }]);
    await schema.createTable({
      ...child,
      name: 'child',
      foreignKeys: [
        {
          id: 1,
          name: 'fk',
          columnIds: [1],
          referencedSchema: 'test',
          referencedTable: 'people',
          referencedColumns: ['id'],
          onDelete: 'no action',
          onUpdate: 'no action',
        },
      ],
    });
    await schema.renameTables([{ from: { schema: 'test', name: 'people' }, to: { schema: 'test', name: 'persons' } }]);
    expect(branch.catalog.findTable('test', 'people')).toBeUndefined();
    expect(find(branch, 'persons').id).toBe(people.id);
    expect(branch.catalog.referencing('test', 'persons').map(({ table: { name } }) => name)).toEqual(['child']);
  });
});
