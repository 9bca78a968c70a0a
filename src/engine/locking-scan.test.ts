/** Locking reads as MySQL users see them; outcomes from MySQL's manual and the hermitage scripts (corpora). */
import { describe, expect, it } from 'vitest';
import type { SqlError } from '../base/index.ts';
import type { LockRequest, RowHandle } from '../sql/ports.ts';
import { type Row, intType, varcharType } from '../sql/types/index.ts';
import type { Isolation, TransactionMode } from '../txn/index.ts';
import type { Branch } from './branch.ts';
import {
  type TestSession,
  begin,
  column,
  commit,
  drain,
  openTestDatabase,
  rowsOf,
  scanRequest,
  table,
} from './testing/storage-harness.ts';

const test = table(
  10,
  [column(1, 'id', intType('int')), column(2, 'value', intType('int')), column(3, 'note', varcharType(10))],
  [{ columns: [1] }, { columns: [2] }],
);
const [primary, byValue] = test.indexes;
const FOR_UPDATE: LockRequest = { strength: 'update', wait: 'wait' };
const SKIP: LockRequest = { strength: 'update', wait: 'skip-locked' };
const NOWAIT: LockRequest = { strength: 'update', wait: 'nowait' };

async function openWithRows(
  rows: readonly Row[] = [
    [1, 10, 'a'],
    [2, 20, 'b'],
  ],
): Promise<Branch> {
  const { branch } = await openTestDatabase();
  await commit(branch, async (storage) => {
    for (const row of rows) await storage.insert(test, row);
  });
  return branch;
}

function lockRows(
  session: TestSession,
  lock: LockRequest,
  where?: (row: Row) => boolean,
  index = primary!,
): Promise<Row[]> {
  return drain(
    session.storage.scan(scanRequest(test, { index, lock, withHandle: true, ...(where && { filter: where }) })),
  );
}

/** UPDATE test SET value = f(value) WHERE …, as the executor does it. */
async function update(
  session: TestSession,
  change: (value: number) => number,
  where: (row: Row) => boolean,
): Promise<number> {
  const rows = await lockRows(session, FOR_UPDATE, where);
  for (const [id, value, note, handle] of rows) {
    await session.storage.update(
      test,
      handle as RowHandle,
      [id, value, note] as Row,
      [id, change(value as number), note] as Row,
    );
  }
  return rows.length;
}

async function remove(session: TestSession, where: (row: Row) => boolean): Promise<number> {
  const rows = await lockRows(session, FOR_UPDATE, where);
  for (const [id, value, note, handle] of rows)
    await session.storage.delete(test, handle as RowHandle, [id, value, note] as Row);
  return rows.length;
}

/** UPDATE test SET value = value + 1 WHERE id = … */
async function increment(session: TestSession, id: number): Promise<void> {
  const point = { table: test, index: primary!, key: [id], columns: [0, 1, 2], lock: FOR_UPDATE, withHandle: true };
  const [, value, note, handle] = (await session.storage.get(point)) as Row;
  await session.storage.update(
    test,
    handle as RowHandle,
    [id, value, note] as Row,
    [id, (value as number) + 1, note] as Row,
  );
}

const values = async (session: TestSession): Promise<unknown[][]> =>
  (await rowsOf(session.storage, test)).map(([id, value]) => [id, value]);

/** Resolves to 'blocked' when the promise does not settle while nobody else does anything. */
async function outcome<T>(promise: Promise<T>): Promise<T | 'blocked'> {
  const pause = new Promise<'blocked'>((resolve) => setImmediate(() => setImmediate(() => resolve('blocked'))));
  return Promise.race([promise, pause]);
}

describe('locking reads', () => {
  it('SKIP LOCKED gives two workers different rows, and the locks are real', async () => {
    const branch = await openWithRows([1, 2, 3, 4].map((id): Row => [id, 0, 'job']));
    const first = begin(branch);
    const second = begin(branch);
    const take = (session: TestSession) =>
      drain(session.storage.scan(scanRequest(test, { lock: SKIP, limitHint: 2, columns: [0], ranges: [{}] })));
    const cursor = first.storage.scan(scanRequest(test, { lock: SKIP, limitHint: 2, columns: [0] }));
    expect(await cursor.next()).toEqual([[1], [2]]);
    cursor.close();
    expect(await take(second)).toEqual([[3], [4]]);
    expect(await outcome(lockRows(begin(branch), FOR_UPDATE, ([id]) => id === 3))).toBe('blocked');
    second.transaction.rollback();
    expect(await take(begin(branch))).toEqual([[3], [4]]);
  });

  it('NOWAIT fails with 3572 on a row that others hold', async () => {
    const branch = await openWithRows();
    await lockRows(begin(branch), FOR_UPDATE, ([id]) => id === 2);
    const session = begin(branch);
    await expect((async () => lockRows(session, NOWAIT))()).rejects.toMatchObject({
      errno: 3572,
    } satisfies Partial<SqlError>);
    expect(session.transaction.state).toBe('active');
  });

  it('FOR SHARE lets readers in and keeps a writer out', async () => {
    const branch = await openWithRows();
    const share: LockRequest = { strength: 'share', wait: 'wait' };
    const first = begin(branch);
    const second = begin(branch);
    expect(await lockRows(first, share)).toHaveLength(2);
    expect(await lockRows(second, share)).toHaveLength(2);
    const writer = begin(branch);
    const writing = update(
      writer,
      (value) => value + 1,
      ([id]) => id === 1,
    );
    expect(await outcome(writing)).toBe('blocked');
    await first.transaction.commit();
    expect(await outcome(writing)).toBe('blocked');
    await second.transaction.commit();
    expect(await writing).toBe(1);
  });

  it.each<Isolation>(['read-committed', 'repeatable-read'])(
    'a write predicate is evaluated again after the wait (PMP, %s)',
    async (isolation) => {
      const branch = await openWithRows();
      const t1 = begin(branch, { isolation });
      const t2 = begin(branch, { isolation });
      expect(await rowsOf(t2.storage, test, { filter: ([, value]) => value === 20 })).toHaveLength(1);
      expect(
        await update(
          t1,
          (value) => value + 10,
          () => true,
        ),
      ).toBe(2);
      t2.storage.beginStatement();
      const deleting = remove(t2, ([, value]) => value === 20);
      expect(await outcome(deleting)).toBe('blocked');
      await t1.transaction.commit();
      expect(await deleting).toBe(1);
      t2.storage.beginStatement();
      // Read committed sees 2 => 30; repeatable read still 2 => 20, "despite rows with value 20 ostensibly being deleted".
      expect(await values(t2)).toEqual([[2, isolation === 'read-committed' ? 30 : 20]]);
    },
  );

  it('a lost update blocks, then works on the latest version (P4)', async () => {
    const branch = await openWithRows();
    const t1 = begin(branch);
    const t2 = begin(branch);
    await values(t1);
    await values(t2);
    await update(
      t1,
      (value) => value + 1,
      ([id]) => id === 1,
    );
    const second = update(
      t2,
      (value) => value + 1,
      ([id]) => id === 1,
    );
    expect(await outcome(second)).toBe('blocked');
    await t1.transaction.commit();
    await second;
    await t2.transaction.commit();
    expect(await values(begin(branch))).toEqual([
      [1, 12],
      [2, 20],
    ]);
  });

  it('a row that moved in the index while it was waited for is not returned at its old place', async () => {
    const branch = await openWithRows([
      [1, 10, 'a'],
      [2, 20, 'b'],
      [3, 30, 'c'],
    ]);
    const mover = begin(branch);
    await update(
      mover,
      () => 25,
      ([id]) => id === 1,
    );
    const reader = begin(branch);
    const reading = drain(
      reader.storage.scan(scanRequest(test, { index: byValue!, lock: FOR_UPDATE, columns: [0, 1] })),
    );
    expect(await outcome(reading)).toBe('blocked');
    await mover.transaction.commit();
    expect(await reading).toEqual([
      [2, 20],
      [1, 25],
      [3, 30],
    ]);
  });

  it('read committed gives rows back that do not match after all, repeatable read keeps them', async () => {
    for (const isolation of ['read-committed', 'repeatable-read'] as const) {
      const branch = await openWithRows();
      const t1 = begin(branch);
      await update(
        t1,
        () => 99,
        ([id]) => id === 1,
      );
      const t2 = begin(branch, { isolation });
      const deleting = remove(t2, ([, value]) => value === 10);
      expect(await outcome(deleting)).toBe('blocked');
      await t1.transaction.commit();
      expect(await deleting).toBe(0);
      const third = outcome(lockRows(begin(branch), FOR_UPDATE, ([id]) => id === 1));
      expect((await third) === 'blocked').toBe(isolation === 'repeatable-read');
    }
  });

  it('semi-consistent UPDATE in read committed passes a locked row whose committed version does not match', async () => {
    const branch = await openWithRows();
    await update(
      begin(branch),
      () => 5,
      ([id]) => id === 1,
    );
    const session = begin(branch, { isolation: 'read-committed' });
    const request = scanRequest(test, { lock: FOR_UPDATE, semiConsistent: true, columns: [0], filter: () => true });
    const matching = drain(session.storage.scan({ ...request, columns: [0, 1], filter: ([, value]) => value === 20 }));
    expect(await outcome(matching)).toEqual([[2, 20]]);
  });

  it('a deadlock ends one transaction with 1213 and rolls it back', async () => {
    const branch = await openWithRows();
    const t1 = begin(branch);
    const t2 = begin(branch);
    await increment(t1, 1);
    await increment(t2, 2);
    const first = increment(t1, 2);
    expect(await outcome(first)).toBe('blocked');
    await expect(increment(t2, 1)).rejects.toMatchObject({ errno: 1213 });
    expect(t2.transaction.state).toBe('rolled-back');
    await first;
    await t1.transaction.commit();
    expect(await values(begin(branch))).toEqual([
      [1, 11],
      [2, 21],
    ]);
  });

  it('inserting a key that another transaction inserted waits, and is a duplicate only if that one commits', async () => {
    for (const commits of [true, false]) {
      const branch = await openWithRows([]);
      const t1 = begin(branch);
      await t1.storage.insert(test, [1, 1, 'x']);
      const second = begin(branch);
      const inserting = Promise.resolve(second.storage.insert(test, [1, 2, 'y']));
      expect(await outcome(inserting)).toBe('blocked');
      if (commits) await t1.transaction.commit();
      else t1.transaction.rollback();
      expect((await inserting).ok).toBe(!commits);
    }
  });

  it('optimistic: the first to commit wins, the second gets 9007', async () => {
    const branch = await openWithRows();
    const mode: TransactionMode = 'optimistic';
    const t1 = begin(branch, { mode });
    const t2 = begin(branch, { mode });
    await update(
      t1,
      (value) => value + 1,
      ([id]) => id === 1,
    );
    expect(
      await outcome(
        update(
          t2,
          (value) => value + 5,
          ([id]) => id === 1,
        ),
      ),
    ).toBe(1);
    await t1.transaction.commit();
    await expect((async () => t2.transaction.commit())()).rejects.toMatchObject({ errno: 9007 });
    expect(await values(begin(branch))).toEqual([
      [1, 11],
      [2, 20],
    ]);
  });
});
