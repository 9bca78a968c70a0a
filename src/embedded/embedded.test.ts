/** The embedded API where the page of examples is silent: values, errors, order of calls, closing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { open, type Database } from '../index.ts';

let db: Database;
beforeEach(async () => {
  db = await open('memory:');
});
afterEach(() => db.close());

describe('values', () => {
  it.each([
    ['SELECT 9007199254740993 AS v', 9007199254740993n],
    ['SELECT 1.50 AS v', '1.50'],
    ['SELECT 1e3 AS v', 1000],
    ["SELECT DATE '2024-02-29' AS v", '2024-02-29'],
    ["SELECT TIMESTAMP '2024-02-29 01:02:03.000004' AS v", '2024-02-29 01:02:03.000004'],
    ["SELECT TIME '-10:00:00.5' AS v", '-10:00:00.5'],
    ["SELECT X'00FF' AS v", new Uint8Array([0, 255])],
    ['SELECT CAST(\'{"a": [1, null]}\' AS JSON) AS v', { a: [1, null] }],
    ['SELECT NULL AS v', null],
    ['SELECT 2 > 1 AS v', 1],
  ])('%s', async (sql, value) => {
    expect(await db.query(sql)).toEqual([{ v: value }]);
  });

  it.each([
    [null, null],
    [undefined, null],
    [5, 5],
    [2 ** 60, 2 ** 60],
    [0.1, 0.1],
    [-5n, -5],
    [18446744073709551615n, 18446744073709551615n],
    ['text', 'text'],
    [true, 1],
    [new Uint8Array([1, 2, 255]), new Uint8Array([1, 2, 255])],
  ])('a parameter %s', async (param, value) => {
    expect(await db.query('SELECT ? AS v', [param])).toEqual([{ v: value }]);
  });

  it('refuses parameters that have no value in SQL', async () => {
    await expect(db.query('SELECT ?', [Number.NaN])).rejects.toMatchObject({ errno: 1210 });
    await expect(db.query('SELECT ?', [2n ** 64n])).rejects.toMatchObject({ errno: 1690 });
    await expect(db.query('SELECT ?', [new Date(Number.NaN)])).rejects.toMatchObject({ errno: 1210 });
  });

  it('keeps a column that is called __proto__', async () => {
    const [row] = await db.query('SELECT 1 AS `__proto__`');
    expect(Object.keys(row ?? {})).toEqual(['__proto__']);
  });
});

describe('statements', () => {
  it('reports MySQL errors and goes on', async () => {
    await expect(db.query('SELECT nope')).rejects.toMatchObject({ errno: 1054, sqlState: '42S22' });
    await expect(db.query('SELEC 1')).rejects.toMatchObject({ errno: 1064 });
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('runs calls in their order on one session', async () => {
    const results = await Promise.all([
      db.execute('CREATE TABLE t (a INT)'),
      db.execute('SET @x = 3'),
      db.execute('INSERT INTO t VALUES (@x)'),
      db.query('SELECT a FROM t'),
    ]);
    expect(results[3]).toEqual([{ a: 3 }]);
  });

  it('runs a script', async () => {
    expect(
      await db.script(
        'CREATE DATABASE d; USE d; CREATE TABLE t (a INT); INSERT INTO t VALUES (1); SELECT DATABASE() AS db, a FROM t',
      ),
    ).toEqual([{ db: 'd', a: 1 }]);
    expect(await db.transaction((tx) => tx.query('SELECT a FROM t'))).toEqual([{ a: 1 }]);
  });

  it('runs transactions beside other calls and rolls back what throws', async () => {
    await db.execute('CREATE TABLE t (a INT PRIMARY KEY)');
    await db.transaction(async (tx) => {
      await tx.execute('INSERT INTO t VALUES (1)');
      expect(await db.query('SELECT * FROM t')).toEqual([]);
    });
    const failure = new Error('mine');
    await expect(
      db.transaction(async (tx) => {
        await tx.execute('INSERT INTO t VALUES (2)');
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await db.query('SELECT * FROM t')).toEqual([{ a: 1 }]);
    await expect(
      db.transaction((tx) => tx.execute('INSERT INTO t VALUES (3)'), { readOnly: true }),
    ).rejects.toMatchObject({ errno: 1792 });
  });

  it('retries a transaction that lost a deadlock', async () => {
    await db.script('CREATE TABLE t (a INT PRIMARY KEY, n INT); INSERT INTO t VALUES (1, 0), (2, 0)');
    const add = (first: number, second: number): Promise<void> =>
      db.transaction(
        async (tx) => {
          await tx.execute('UPDATE t SET n = n + 1 WHERE a = ?', [first]);
          await new Promise((resolve) => setTimeout(resolve, 20));
          await tx.execute('UPDATE t SET n = n + 1 WHERE a = ?', [second]);
        },
        { retries: 5 },
      );
    await Promise.all([add(1, 2), add(2, 1)]);
    expect(await db.query('SELECT n FROM t ORDER BY a')).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it('creates users and checks them, although it acts as root itself', async () => {
    await db.execute("CREATE USER u IDENTIFIED BY 'x'");
    await db.execute('GRANT SELECT ON test.* TO u');
    expect((await db.query('SHOW GRANTS FOR u')).map((row) => Object.values(row)[0])).toEqual([
      'GRANT USAGE ON *.* TO `u`@`%`',
      'GRANT SELECT ON `test`.* TO `u`@`%`',
    ]);
  });
});

describe('closing', () => {
  it('refuses calls afterwards, ends a running stream, and may be called twice', async () => {
    await db.execute('CREATE TABLE t (a INT)');
    await db.execute('INSERT INTO t VALUES (1), (2)');
    await db.close();
    await db.close();
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ kind: 'closed' });
    await expect(db.transaction(async () => undefined)).rejects.toMatchObject({ kind: 'closed' });
  });
});
