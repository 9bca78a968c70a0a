import { describe, expect, it } from 'vitest';
import { charType, intType, varcharType } from '../sql/types/index.ts';
import { begin, column, commit, openTestDatabase, rowsOf, table } from './testing/storage-harness.ts';

const accounts = table(
  10,
  [column(1, 'id', intType('int')), column(2, 'owner', varcharType(20)), column(3, 'balance', intType('big'))],
  [{ columns: [1] }, { columns: [2], unique: true }, { columns: [3] }],
);
const [, byOwner, byBalance] = accounts.indexes;

describe('table store', () => {
  it('shows committed rows to later transactions, in key order', async () => {
    const { branch } = await openTestDatabase();
    await commit(branch, async (storage) => {
      await storage.insert(accounts, [2, 'bob', 20]);
      await storage.insert(accounts, [1, 'ann', 30]);
      await storage.insert(accounts, [-5, 'eve', null]);
    });
    const { storage } = begin(branch);
    expect(await rowsOf(storage, accounts)).toEqual([
      [-5, 'eve', null],
      [1, 'ann', 30],
      [2, 'bob', 20],
    ]);
    expect(await rowsOf(storage, accounts, { index: byBalance!, columns: [0, 2] })).toEqual([
      [-5, null],
      [2, 20],
      [1, 30],
    ]);
    expect(await rowsOf(storage, accounts, { index: byOwner!, reverse: true, columns: [1, 2] })).toEqual([
      ['eve', null],
      ['bob', 20],
      ['ann', 30],
    ]);
    expect(await storage.get({ table: accounts, index: byOwner!, key: ['BOB'], columns: [0, 1] })).toEqual([2, 'bob']);
  });

  it('lays own writes over the snapshot and forgets them on rollback', async () => {
    const { branch } = await openTestDatabase();
    await commit(branch, (storage) => storage.insert(accounts, [1, 'ann', 1]));
    const { transaction, storage } = begin(branch);
    await storage.insert(accounts, [2, 'bob', 2]);
    const [ann] = await rowsOf(storage, accounts, { withHandle: true });
    await storage.update(accounts, ann![3] as never, [1, 'ann', 1], [1, 'anna', 5]);
    expect(await rowsOf(storage, accounts)).toEqual([
      [1, 'anna', 5],
      [2, 'bob', 2],
    ]);
    expect(await rowsOf(storage, accounts, { index: byOwner!, columns: [1] })).toEqual([['anna'], ['bob']]);
    const other = begin(branch);
    expect(await rowsOf(other.storage, accounts)).toEqual([[1, 'ann', 1]]);
    transaction.rollback();
    expect(await rowsOf(begin(branch).storage, accounts)).toEqual([[1, 'ann', 1]]);
  });

  it('reports a duplicate of the primary key and of a unique index with the row it found', async () => {
    const { branch } = await openTestDatabase();
    await commit(branch, (storage) => storage.insert(accounts, [1, 'ann', 1]));
    const { storage } = begin(branch);
    expect(await storage.insert(accounts, [1, 'zoe', 9])).toMatchObject({
      ok: false,
      duplicate: { index: { name: 'PRIMARY' }, row: [1, 'ann', 1] },
    });
    expect(await storage.insert(accounts, [7, 'ANN', 9])).toMatchObject({
      ok: false,
      duplicate: { index: { name: 'k1' }, row: [1, 'ann', 1] },
    });
  });

  it('survives a crash: what was committed is read back from the log', async () => {
    const first = await openTestDatabase();
    await commit(first.branch, (storage) => storage.insert(accounts, [1, 'ann', 1]));
    const { storage: open } = begin(first.branch);
    await open.insert(accounts, [2, 'uncommitted', 2]);
    const second = await openTestDatabase(first);
    expect(await rowsOf(begin(second.branch).storage, accounts)).toEqual([[1, 'ann', 1]]);
  });

  it('keeps rows without a primary key in insertion order', async () => {
    const heap = table(11, [column(1, 'c', charType(10))], [{ columns: [] }]);
    const { branch } = await openTestDatabase();
    await commit(branch, async (storage) => {
      for (const text of ['b', 'a', 'b']) await storage.insert(heap, [text]);
    });
    expect(await rowsOf(begin(branch).storage, heap)).toEqual([['b'], ['a'], ['b']]);
  });
});
