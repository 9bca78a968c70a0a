/** The engine end to end over memory: a statement goes from text to storage and back. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realEnv } from '../../env/index.ts';
import { openLog } from '../../log/index.ts';
import { openStore } from '../../store/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { openDatabase, type Database } from '../database.ts';
import type { Session } from '../session-port.ts';
import { ALL_RIGHTS } from './all-rights.ts';
import { SqlEngine } from './engine.ts';

let database: Database;
let session: Session;

beforeEach(async () => {
  const env = realEnv();
  database = await openDatabase({ store: await openStore('memory:', env), log: await openLog('memory:', env), env });
  const engine = new SqlEngine({
    database,
    env,
    accounts: { findAccount: () => undefined, privilegesOf: () => ALL_RIGHTS },
  });
  session = await engine.connect({ user: 'root', host: 'localhost' });
  await run('CREATE DATABASE test');
  await run('USE test');
});

afterEach(async () => {
  await session.close();
  await database.close();
});

async function run(sql: string): Promise<Row[]> {
  const result = await session.execute(sql);
  if (result.kind === 'ok') return [];
  const rows: Row[] = [];
  for (;;) {
    const batch = await result.next();
    if (batch === undefined) break;
    rows.push(...batch);
  }
  await result.close();
  return rows;
}

test('rows that were inserted are selected by key, by range and by index', async () => {
  await run('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), score INT, KEY by_score (score))');
  await run("INSERT INTO t VALUES (1, 'one', 10), (2, 'two', 20), (3, NULL, 30)");
  expect(await run('SELECT name FROM t WHERE id = 2')).toEqual([['two']]);
  expect(await run('SELECT id FROM t WHERE id >= 2 ORDER BY id')).toEqual([[2], [3]]);
  expect(await run('SELECT id, name FROM t WHERE score = 30')).toEqual([[3, null]]);
  expect(await run('SELECT COUNT(*), MAX(score) FROM t')).toEqual([[3, 30]]);
});

test('a rollback undoes what a transaction wrote, a savepoint the rest after it', async () => {
  await run('CREATE TABLE t (id INT PRIMARY KEY)');
  await run('BEGIN');
  await run('INSERT INTO t VALUES (1)');
  await run('SAVEPOINT a');
  await run('INSERT INTO t VALUES (2)');
  await run('ROLLBACK TO a');
  await run('COMMIT');
  expect(await run('SELECT id FROM t')).toEqual([[1]]);
  await run('BEGIN');
  await run('DELETE FROM t');
  await run('ROLLBACK');
  expect(await run('SELECT id FROM t')).toEqual([[1]]);
});

test('errors carry errno, SQLSTATE and text of MySQL', async () => {
  await run('CREATE TABLE t (id INT PRIMARY KEY)');
  await run('INSERT INTO t VALUES (1)');
  await expect(run('INSERT INTO t VALUES (1)')).rejects.toMatchObject({
    errno: 1062,
    sqlState: '23000',
    message: "Duplicate entry '1' for key 't.PRIMARY'",
  });
  await expect(run('SELECT nothing FROM t')).rejects.toMatchObject({
    errno: 1054,
    message: "Unknown column 'nothing' in 'field list'",
  });
  await expect(run('SELECT * FROM missing')).rejects.toMatchObject({
    errno: 1146,
    message: "Table 'test.missing' doesn't exist",
  });
  await expect(run('SELEC 1')).rejects.toMatchObject({ errno: 1064 });
});

test('a read-only transaction refuses changes, prepared ones too', async () => {
  await run('CREATE TABLE t (id INT PRIMARY KEY)');
  const insert = await session.prepare('INSERT INTO t VALUES (1)');
  await run('START TRANSACTION READ ONLY');
  await expect(run('INSERT INTO t VALUES (2)')).rejects.toMatchObject({ errno: 1792 });
  expect(() => insert.execute([], [])).toThrow(expect.objectContaining({ errno: 1792 }));
  await run('COMMIT');
});

test('inserts that share a template keep their own values', async () => {
  await run('CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, n INT, s VARCHAR(10))');
  for (let i = 1; i <= 5; i++) await run(`INSERT INTO t (n, s) VALUES (${i}, 's${i}'), (NULL, '${i}')`);
  expect(await run('SELECT id, n, s FROM t WHERE n IS NOT NULL ORDER BY id')).toEqual(
    [1, 2, 3, 4, 5].map((i) => [i * 2 - 1, i, `s${i}`]),
  );
  await expect(run("INSERT INTO t (n, s) VALUES (1, 'too long a text')")).rejects.toMatchObject({ errno: 1406 });
});

test('ADD COLUMN converts an expression default for the rows that are there', async () => {
  await run('CREATE TABLE t (id INT)');
  await run('INSERT INTO t VALUES (1)');
  await expect(run("ALTER TABLE t ADD COLUMN d DATE DEFAULT (CONCAT('2024-', '05'))")).rejects.toMatchObject({
    errno: 1292,
  });
  await expect(run("ALTER TABLE t ADD COLUMN e ENUM('a','b') DEFAULT (LOWER('C'))")).rejects.toMatchObject({
    errno: 1265,
  });
  await expect(run('ALTER TABLE t ADD COLUMN u VARCHAR(36) DEFAULT (UUID())')).rejects.toMatchObject({ errno: 1674 });
  await run("ALTER TABLE t ADD COLUMN n INT DEFAULT (CONCAT('4', '2'))");
  expect(await run('SELECT id, n + 0 FROM t')).toEqual([[1, 42]]);
});

/** Answers of MySQL 9.7. */
test('rows keep their meaning when a column changes its type', async () => {
  await run("CREATE TABLE t (a DECIMAL(5,2), b BIT(13), c INT, d BINARY(3) DEFAULT 'x')");
  await run('INSERT INTO t VALUES (1.5, 4047, NULL, DEFAULT)');
  await run('ALTER TABLE t MODIFY a JSON, MODIFY b VARCHAR(10), MODIFY c TIMESTAMP NOT NULL');
  await run("ALTER TABLE t ADD COLUMN e BINARY(3) NOT NULL DEFAULT 'y', ADD COLUMN f BIT(4) DEFAULT b'101'");
  expect(
    await run("SELECT JSON_TYPE(a), b, TIMESTAMPDIFF(MINUTE, c, NOW()), HEX(e), f + 0 FROM t WHERE d = 'x\\0\\0'"),
  ).toEqual([['DOUBLE', '4047', 0, '790000', 5]]);
  const [shown] = await run('SHOW CREATE TABLE t');
  expect(shown?.[1]).toContain("`d` binary(3) DEFAULT 'x\\0\\0'");
  expect(await run("SELECT column_default FROM information_schema.columns WHERE column_name = 'd'")).toEqual([
    ['0x78'],
  ]);
});

test("columns of performance_schema are named as the query writes them, information_schema's as they are declared", async () => {
  const names = async (sql: string): Promise<string[]> => {
    const result = await session.execute(sql);
    if (result.kind === 'ok') throw new Error('no rows');
    await result.close();
    return result.columns.map((column) => column.name);
  };
  expect(await names('SELECT Variable_Name, variable_value AS x FROM performance_schema.session_variables')).toEqual([
    'Variable_Name',
    'x',
  ]);
  expect(await names('SELECT table_name FROM information_schema.tables')).toEqual(['TABLE_NAME']);
});

/** Answers of MySQL 9.7. */
test('a recursive table expression reads columns of its enclosing query, has a WITH of its own and ends by LIMIT', async () => {
  await run('CREATE TABLE t (a INT)');
  await run('INSERT INTO t VALUES (1), (2)');
  expect(
    await run(
      'SELECT a, (WITH RECURSIVE n AS (SELECT a AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT GROUP_CONCAT(i) FROM n) FROM t',
    ),
  ).toEqual([
    [1, '1,2,3,4,5'],
    [2, '2,3,4,5'],
  ]);
  expect(
    await run(
      'SELECT a FROM t WHERE EXISTS (WITH RECURSIVE q AS (SELECT a * 0 AS b UNION ALL SELECT b + 1 FROM q WHERE b = 0) SELECT * FROM q WHERE b = a)',
    ),
  ).toEqual([[1]]);
  expect(
    await run('WITH RECURSIVE c AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM c LIMIT 3 OFFSET 2) SELECT * FROM c'),
  ).toEqual([[3], [4], [5]]);
  expect(
    await run(
      'WITH RECURSIVE c AS (WITH d AS (SELECT 7 AS a) SELECT a FROM d UNION ALL SELECT a + 1 FROM c WHERE a < 9) SELECT * FROM c',
    ),
  ).toEqual([[7], [8], [9]]);
});

/** Answers of MySQL 9.7. */
test('names, widths and counts are checked as MySQL checks them', async () => {
  await expect(run('USE ``')).rejects.toMatchObject({ errno: 1046 });
  await expect(run('CREATE TABLE b (a BIT(0))')).rejects.toMatchObject({ errno: 3013 });
  await run('CREATE TABLE t (a INT, b INT, c INT AS (a + b))');
  await expect(run('INSERT INTO t SELECT 1, 1')).rejects.toMatchObject({ errno: 1136 });
  await expect(run('INSERT INTO t (c) SELECT 1')).rejects.toMatchObject({ errno: 3105 });
  await expect(run(`CREATE DEFINER=${'u'.repeat(33)}@localhost VIEW v AS SELECT 1`)).rejects.toMatchObject({
    errno: 1470,
  });
  await run(`CREATE VIEW v AS SELECT 2 AS b, '${'a'.repeat(70)}'`);
  expect(await run('SELECT b, CHAR_LENGTH(Name_exp_2) FROM v')).toEqual([[2, 70]]);
  await run("SET sql_mode = ''");
  await run('INSERT INTO t (a, b) VALUES (1, 1), (2, 1)');
  expect(await run('SELECT b AS x FROM t GROUP BY a HAVING SUM(x) + x = 2')).toEqual([[1], [1]]);
  await expect(run('SELECT SUM(b) AS x FROM t GROUP BY a HAVING SUM(x) = 2')).rejects.toMatchObject({ errno: 1111 });
});

/** Answers of MySQL 9.7. */
test('what a recursive block may not hold', async () => {
  const errno = async (block: string): Promise<unknown> => {
    const sql = `WITH RECURSIVE c(n) AS (SELECT 1 UNION ${block}) SELECT * FROM c`;
    return run(sql).then(
      (rows) => rows.flat(),
      (error: { errno?: number }) => error.errno,
    );
  };
  expect(await errno('SELECT (SELECT n FROM c LIMIT 1)')).toBe(3577);
  expect(await errno('SELECT * FROM (SELECT * FROM c) d')).toBe(3577);
  expect(await errno('(WITH e AS (SELECT * FROM c) SELECT n + 1 FROM e WHERE n < 3)')).toBe(3577);
  expect(await errno('SELECT n + 1 FROM c WHERE n < 3 AND EXISTS (SELECT 1 FROM c)')).toBe(3577);
  expect(await errno('SELECT n + 1 FROM c WHERE n < 3 UNION SELECT 7')).toBe(3574);
  expect(await errno('SELECT 1 + MAX(n) FROM c WHERE n < 3')).toBe(3575);
  expect(await errno('SELECT ROW_NUMBER() OVER () FROM c')).toBe(3575);
  for (const block of [
    'SELECT n + 1 FROM c WHERE n < (SELECT 3)',
    'SELECT n + 1 FROM c JOIN (SELECT 1 AS x) d WHERE n < 3',
    '(SELECT n + 1 FROM c WHERE n < 3)',
    'SELECT n + 1 FROM c WHERE n < 3 AND EXISTS (SELECT SUM(1) FROM DUAL)',
  ])
    expect(await errno(block)).toEqual([1, 2, 3]);
});

/** Answers of MySQL 9.7. */
test('members of an ENUM differ by its collation; a row goes whatever its virtual columns would be', async () => {
  await run("CREATE TABLE e (a ENUM('a', 'A')) COLLATE utf8mb4_bin");
  await expect(run("CREATE TABLE f (a ENUM('a', 'Á')) COLLATE utf8mb4_general_ci")).rejects.toMatchObject({
    errno: 1291,
  });
  await run('CREATE TABLE g (a INT, b TINYINT AS (a + 100) UNIQUE)');
  await run('INSERT IGNORE INTO g VALUES (200, DEFAULT)');
  await run('DELETE FROM g');
  await run("SET sql_mode = ''");
  await run('CREATE TABLE h (c TIMESTAMP NULL)');
  await run("INSERT INTO h VALUES ('0000-00-00 20:00:00')");
  expect(await run('SELECT CAST(c AS CHAR) FROM h')).toEqual([['0000-00-00 00:00:00']]);
});
