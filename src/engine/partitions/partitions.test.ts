/** Partitioned tables behave as one table: rows, orders, locks and changes as without partitions; pruning as MySQL prunes. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realEnv } from '../../env/index.ts';
import { type CommitLog, openLog } from '../../log/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { type ObjectStore, openStore } from '../../store/index.ts';
import { type Database, openDatabase } from '../database.ts';
import { ALL_RIGHTS } from '../session/all-rights.ts';
import { SqlEngine } from '../session/engine.ts';
import type { Session } from '../session-port.ts';

let database: Database;
let engine: SqlEngine;
let session: Session;
let store: ObjectStore;
let log: CommitLog;

interface Pruned {
  readonly tables: readonly string[];
  readonly cases: readonly (readonly [table: string, condition: string, partitions: string])[];
}
const pruned = JSON.parse(readFileSync(new URL('testdata/pruned.json', import.meta.url), 'utf8')) as Pruned;
const env = realEnv();

beforeEach(async () => {
  store = await openStore('memory:', env);
  log = await openLog('memory:', env);
  await start();
  await run('CREATE DATABASE test');
  await run('USE test');
});

async function start(): Promise<void> {
  database = await openDatabase({ store, log, env });
  engine = new SqlEngine({ database, env, accounts: { findAccount: () => undefined, privilegesOf: () => ALL_RIGHTS } });
  session = await engine.connect({ user: 'root', host: 'localhost' });
}

afterEach(async () => {
  await session.close();
  await database.close();
});

async function run(sql: string, on = session): Promise<Row[]> {
  const result = await on.execute(sql);
  if (result.kind === 'ok') return [];
  const rows: Row[] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) rows.push(...batch);
  await result.close();
  return rows;
}

/** testdata/pruned.json holds the `partitions` of MySQL's EXPLAIN; '' where it found no matching row. */
test('a condition leaves the partitions that MySQL reads', async () => {
  for (const sql of pruned.tables) await run(sql);
  for (const [table, condition, expected] of pruned.cases) {
    const plan = await run(`EXPLAIN SELECT * FROM ${table} WHERE ${condition}`);
    const object = plan.map((row) => String(row[3])).find((text) => text.includes('partition:')) ?? 'partition:dual';
    const found = /partition:([\w,]+?)(?:, |$)/.exec(object)?.[1] ?? '';
    const all = (await namesOf(table)).join(',');
    const names = found === 'all' ? all : found === 'dual' ? '' : found;
    expect(`${table} ${condition}: ${names}`).toBe(`${table} ${condition}: ${expected}`);
  }
});

async function namesOf(table: string): Promise<string[]> {
  const rows = await run(
    `SELECT PARTITION_NAME, SUBPARTITION_NAME FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'test' AND TABLE_NAME = '${table}'`,
  );
  return rows.map(([name, sub]) => (sub === null ? String(name) : `${String(name)}_${String(sub)}`));
}

const KINDS = [
  'RANGE (a) (PARTITION p0 VALUES LESS THAN (5), PARTITION p1 VALUES LESS THAN (12), PARTITION p2 VALUES LESS THAN MAXVALUE)',
  'RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (2001), PARTITION p1 VALUES LESS THAN (2003), PARTITION p2 VALUES LESS THAN MAXVALUE)',
  'RANGE (TO_DAYS(d)) (PARTITION p0 VALUES LESS THAN (731000), PARTITION p1 VALUES LESS THAN (731700), PARTITION p2 VALUES LESS THAN MAXVALUE)',
  "RANGE COLUMNS (a, b) (PARTITION p0 VALUES LESS THAN (5, 'h'), PARTITION p1 VALUES LESS THAN (5, 'p'), PARTITION p2 VALUES LESS THAN (MAXVALUE, MAXVALUE))",
  'LIST (a % 4) (PARTITION p0 VALUES IN (0, NULL), PARTITION p1 VALUES IN (1, 2), PARTITION p2 VALUES IN (3, -1, -2, -3))',
  'HASH (a) PARTITIONS 3',
  'LINEAR HASH (a + 1) PARTITIONS 5',
  'KEY (a, b) PARTITIONS 4',
  'RANGE (a) SUBPARTITION BY KEY (b) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (7), PARTITION p1 VALUES LESS THAN MAXVALUE)',
];

const CONDITIONS = [
  '1',
  'a = 5',
  'a < 5',
  'a >= 5 AND a < 12',
  'a > 3 AND b > "g"',
  'a IN (1, 5, 12)',
  'a IS NULL',
  'a IS NULL OR a = 3',
  'a BETWEEN 4 AND 6',
  'a = 5 AND b >= "h" AND b < "p"',
  'b = "h"',
  "d < '2001-01-01'",
  "d >= '2001-01-01' AND d <= '2003-01-01'",
  "d = '2002-02-02'",
  'd IS NULL',
  "a > 2 OR d > '2002-01-01'",
  'NOT (a < 5)',
  'a <> 5',
  '(a, b) IN ((5, "h"), (6, "q"))',
];

test.each(KINDS)('%s: the same rows as without partitions', async (kind) => {
  const columns = 'a INT, b VARCHAR(5), d DATE, n INT, KEY (b), KEY (d, n)';
  await run(`CREATE TABLE plain (${columns})`);
  await run(`CREATE TABLE parts (${columns}) PARTITION BY ${kind}`);
  const values: string[] = [];
  for (let n = 0; n < 120; n++) {
    const a = n % 11 === 0 ? 'NULL' : String((n * 7) % 19);
    const b = n % 13 === 0 ? 'NULL' : `'${'abhgpqxz'[n % 8]}'`;
    const d = n % 17 === 0 ? 'NULL' : `'${2000 + (n % 5)}-0${1 + (n % 3)}-0${1 + (n % 2)}'`;
    values.push(`(${a}, ${b}, ${d}, ${n})`);
  }
  for (const table of ['plain', 'parts']) await run(`INSERT INTO ${table} VALUES ${values.join(', ')}`);
  const compare = async (query: string): Promise<void> => {
    expect(await run(query.replace('$t', 'parts'))).toEqual(await run(query.replace('$t', 'plain')));
  };
  for (const condition of CONDITIONS) {
    await compare(`SELECT * FROM $t WHERE ${condition} ORDER BY n`);
    await compare(`SELECT COUNT(*), MIN(b), MAX(d) FROM $t WHERE ${condition}`);
  }
  await compare('SELECT b FROM $t FORCE INDEX (b) ORDER BY b LIMIT 30');
  await compare('SELECT d, n FROM $t ORDER BY d DESC, n DESC LIMIT 7');
  await compare('SELECT d, n FROM $t WHERE d > "2001-01-01" ORDER BY d, n LIMIT 5 OFFSET 3');
  await compare('SELECT x.n FROM $t x JOIN plain y ON x.b = y.b AND x.n = y.n ORDER BY 1');
  for (const table of ['plain', 'parts']) {
    await run(`UPDATE ${table} SET a = a + 3 WHERE n % 3 = 0`);
    await run(`DELETE FROM ${table} WHERE b = 'q' OR a = 4`);
    await run(`UPDATE ${table} SET d = '2004-01-01', b = 'a' WHERE n BETWEEN 20 AND 40 ORDER BY n LIMIT 9`);
  }
  for (const condition of CONDITIONS) await compare(`SELECT * FROM $t WHERE ${condition} ORDER BY n`);
  for (const change of ['REMOVE PARTITIONING', `PARTITION BY ${kind}`, 'ADD COLUMN e INT DEFAULT 7', 'ADD INDEX (n)']) {
    await run(`ALTER TABLE parts ${change}`);
    await compare('SELECT a, b, d, n FROM $t ORDER BY n');
  }
});

test('parameters prune like literals, and each execution anew', async () => {
  await run(
    'CREATE TABLE t (a INT, b INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))',
  );
  await run('INSERT INTO t VALUES (1, 1), (11, 11)');
  const prepared = await session.prepare('SELECT b FROM t WHERE a = ?');
  const type = {
    kind: 'int',
    mysqlType: 8,
    length: 20,
    decimals: 0,
    unsigned: false,
    zerofill: false,
    collation: 'binary',
    nullable: false,
  } as const;
  const read = async (value: number): Promise<Row[]> => {
    const result = await prepared.execute([value], [type]);
    if (result.kind === 'ok') return [];
    const batch = await result.next();
    await result.close();
    return batch ?? [];
  };
  expect(await read(1)).toEqual([[1]]);
  expect(await read(11)).toEqual([[11]]);
  expect(await read(25)).toEqual([]);
});

test('partitions dropped, emptied and added again', async () => {
  await run(
    'CREATE TABLE t (a INT PRIMARY KEY) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))',
  );
  await run('INSERT INTO t VALUES (1), (11)');
  await run('ALTER TABLE t DROP PARTITION p0');
  expect(await run('SELECT * FROM t')).toEqual([[11]]);
  await expect(run('INSERT INTO t VALUES (25)')).rejects.toMatchObject({ errno: 1526 });
  await run('INSERT INTO t VALUES (1)');
  expect(await run('SELECT * FROM t PARTITION (p1) ORDER BY a')).toEqual([[1], [11]]);
  await run('ALTER TABLE t TRUNCATE PARTITION p1');
  await run('ALTER TABLE t ADD PARTITION (PARTITION p2 VALUES LESS THAN (30))');
  await run('INSERT INTO t VALUES (1), (25)');
  expect(await run('SELECT * FROM t PARTITION (p2)')).toEqual([[25]]);
});

test('a row that another session holds is waited for in its partition only', async () => {
  await run('CREATE TABLE t (a INT PRIMARY KEY, b INT) PARTITION BY HASH (a) PARTITIONS 3');
  await run('INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)');
  const other = await engine.connect({ user: 'root', host: 'localhost' });
  await run('USE test', other);
  await run('BEGIN');
  await run('SELECT * FROM t WHERE a = 1 FOR UPDATE');
  await run('UPDATE t SET b = 20 WHERE a = 2', other);
  await expect(run('SELECT * FROM t WHERE a = 1 FOR UPDATE NOWAIT', other)).rejects.toMatchObject({ errno: 3572 });
  const rest = await run('SELECT a FROM t ORDER BY a FOR UPDATE SKIP LOCKED', other);
  expect(rest).toEqual([[2], [3]]);
  await run('UPDATE t SET a = 4 WHERE a = 1');
  await run('COMMIT');
  expect(await run('SELECT a, b FROM t ORDER BY a', other)).toEqual([
    [2, 20],
    [3, 3],
    [4, 1],
  ]);
  await other.close();
});

test('a failed statement leaves no half-moved row', async () => {
  await run('CREATE TABLE t (a INT PRIMARY KEY) PARTITION BY HASH (a) PARTITIONS 2');
  await run('INSERT INTO t VALUES (1), (2), (3)');
  await expect(run('UPDATE t SET a = a + 1 ORDER BY a')).rejects.toMatchObject({ errno: 1062 });
  expect(await run('SELECT a FROM t ORDER BY a')).toEqual([[1], [2], [3]]);
  await run('UPDATE t SET a = a + 1 ORDER BY a DESC');
  expect(await run('SELECT a FROM t ORDER BY a DESC')).toEqual([[4], [3], [2]]);
});

test('a large load into an empty partitioned table goes to its partitions, all of it or nothing', async () => {
  await run('CREATE TABLE digits (n INT)');
  await run('INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)');
  const many =
    'SELECT a.n + b.n * 10 + c.n * 100 + d.n * 1000, a.n FROM digits a JOIN digits b JOIN digits c JOIN digits d';
  await run('CREATE TABLE t (a INT PRIMARY KEY, b INT, KEY (b)) PARTITION BY HASH (a) PARTITIONS 3');
  await run(`INSERT INTO t ${many}`);
  expect(await run('SELECT COUNT(*), SUM(a) FROM t PARTITION (p1)')).toMatchObject([[3333, expect.anything()]]);
  expect(await run('SELECT COUNT(*) FROM t WHERE b = 3')).toEqual([[1000]]);
  const rows = 'SELECT PARTITION_NAME, TABLE_ROWS FROM information_schema.PARTITIONS WHERE TABLE_NAME = "t"';
  expect((await run(rows)).map((row) => row.map(String))).toEqual([
    ['p0', '3334'],
    ['p1', '3333'],
    ['p2', '3333'],
  ]);
  await run('CREATE TABLE u (a INT, b INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (9000))');
  await expect(run(`INSERT INTO u ${many}`)).rejects.toMatchObject({ errno: 1526 });
  expect(await run('SELECT COUNT(*) FROM u')).toEqual([[0]]);
  await run(`INSERT IGNORE INTO u ${many}`);
  expect(await run('SELECT COUNT(*) FROM u')).toEqual([[9000]]);
});

test('a global key is unique over all partitions, as TiDB has it', async () => {
  await run('CREATE TABLE t (a INT, b INT, c INT, UNIQUE KEY (b) GLOBAL) PARTITION BY HASH (a) PARTITIONS 3');
  await run('INSERT INTO t VALUES (1, 10, 1), (2, 20, 2), (3, NULL, 3), (4, NULL, 4)');
  await expect(run('INSERT INTO t VALUES (5, 10, 5)')).rejects.toMatchObject({ errno: 1062 });
  await run('INSERT INTO t VALUES (5, 10, 5) ON DUPLICATE KEY UPDATE a = 6, c = c + 100');
  await run('REPLACE INTO t VALUES (7, 20, 7)');
  await run('INSERT IGNORE INTO t VALUES (8, 20, 8), (9, 90, 9)');
  await expect(run('UPDATE t SET b = 90 WHERE a = 6')).rejects.toMatchObject({ errno: 1062 });
  await run('UPDATE t SET a = a + 1 WHERE b IS NOT NULL');
  expect(await run('SELECT * FROM t WHERE b IS NOT NULL ORDER BY b')).toEqual([
    [7, 10, 101],
    [8, 20, 7],
    [10, 90, 9],
  ]);
  expect(await run('SELECT a FROM t WHERE b = 20')).toEqual([[8]]);
  expect(await run('SELECT a FROM t WHERE b IN (10, 90, 91) ORDER BY a')).toEqual([[7], [10]]);
  await run('DELETE FROM t WHERE b = 10');
  await run('INSERT INTO t VALUES (12, 10, 12)');
  await run('ALTER TABLE t ADD PARTITION PARTITIONS 2');
  await expect(run('INSERT INTO t VALUES (5, 90, 5)')).rejects.toMatchObject({ errno: 1062 });
  await expect(run('ALTER TABLE t ADD UNIQUE KEY (c)')).rejects.toMatchObject({ errno: 1503 });
  await run('UPDATE t SET c = 12 WHERE b = 90');
  await expect(run('ALTER TABLE t ADD UNIQUE KEY (c) GLOBAL')).rejects.toMatchObject({ errno: 1062 });
  const [created] = await run('SHOW CREATE TABLE t');
  expect(String(created?.[1])).toContain('UNIQUE KEY `b` (`b`) /*T![global_index] GLOBAL */');
});

test('two sessions cannot put one global key into different partitions', async () => {
  await run('CREATE TABLE t (a INT, b INT, UNIQUE KEY (b) GLOBAL) PARTITION BY HASH (a) PARTITIONS 3');
  const other = await engine.connect({ user: 'root', host: 'localhost' });
  await run('USE test', other);
  await run('BEGIN');
  await run('INSERT INTO t VALUES (1, 5)');
  const waiting = run('INSERT INTO t VALUES (2, 5)', other);
  await run('COMMIT');
  await expect(waiting).rejects.toMatchObject({ errno: 1062 });
  expect(await run('SELECT * FROM t')).toEqual([[1, 5]]);
  await other.close();
});

test('partitions, their rows and their numbers are there after a restart', async () => {
  await run(
    'CREATE TABLE t (a INT AUTO_INCREMENT, b INT, PRIMARY KEY (a, b)) PARTITION BY LIST (b) SUBPARTITION BY KEY (a) SUBPARTITIONS 2 (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3))',
  );
  await run('INSERT INTO t (b) VALUES (1), (2), (3), (3)');
  await run('ALTER TABLE t ADD PARTITION (PARTITION p2 VALUES IN (4))');
  const created = await run('SHOW CREATE TABLE t');
  await session.close();
  await database.close();
  await start();
  await run('USE test');
  expect(await run('SHOW CREATE TABLE t')).toEqual(created);
  await run('INSERT INTO t (b) VALUES (4), (1)');
  expect(await run('SELECT a, b FROM t PARTITION (p0, p2) ORDER BY a')).toEqual([
    [1, 1],
    [2, 2],
    [5, 4],
    [6, 1],
  ]);
  expect(await run('SELECT a FROM t WHERE b = 3 ORDER BY a DESC')).toEqual([[4], [3]]);
});

/** TiDB's documentation of List partitioning has the example. */
test('DEFAULT of a list takes what no other partition names', async () => {
  await run(
    'CREATE TABLE l (a INT, b INT) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (0, 4), PARTITION p1 VALUES IN (1, NULL, DEFAULT), PARTITION p2 VALUES IN (2, 7))',
  );
  await run('INSERT INTO l VALUES (1, 1), (2, 2), (3, 3), (NULL, 9), (4, 4), (11, 11)');
  expect(await run('SELECT b FROM l PARTITION (p1) ORDER BY b')).toEqual([[1], [3], [9], [11]]);
  expect(await run('SELECT b FROM l WHERE a > 2 ORDER BY b')).toEqual([[3], [4], [11]]);
  expect(await run('SELECT b FROM l WHERE a IN (11, 4) ORDER BY b')).toEqual([[4], [11]]);
  await expect(run('ALTER TABLE l ADD PARTITION (PARTITION p3 VALUES IN (11))')).rejects.toMatchObject({ errno: 8200 });
  await run('ALTER TABLE l REORGANIZE PARTITION p1 INTO (PARTITION p3 VALUES IN (11), PARTITION pd DEFAULT)');
  expect(await run('SELECT b FROM l PARTITION (p3)')).toEqual([[11]]);
  expect(await run('SELECT b FROM l PARTITION (pd) ORDER BY b')).toEqual([[1], [3], [9]]);
});

/** Names and bounds as TiDB's documentation of INTERVAL partitioning has them. */
test('INTERVAL makes ranges of one width; FIRST and LAST move the ends', async () => {
  await run(
    'CREATE TABLE i (id DATE) PARTITION BY RANGE COLUMNS (id) INTERVAL (1 MONTH) FIRST PARTITION LESS THAN ("2022-01-31") LAST PARTITION LESS THAN ("2022-04-30")',
  );
  const names = async (table: string): Promise<unknown[]> =>
    (
      await run(
        `SELECT partition_name FROM information_schema.partitions WHERE table_name = '${table}' ORDER BY partition_ordinal_position`,
      )
    ).flat();
  expect(await names('i')).toEqual(['P_LT_2022-01-31', 'P_LT_2022-02-28', 'P_LT_2022-03-31', 'P_LT_2022-04-30']);
  await run('ALTER TABLE i LAST PARTITION LESS THAN ("2022-06-30")');
  expect(await names('i')).toHaveLength(6);
  await run(
    'CREATE TABLE n (id INT) PARTITION BY RANGE (id) INTERVAL (10) FIRST PARTITION LESS THAN (0) LAST PARTITION LESS THAN (20) NULL PARTITION MAXVALUE PARTITION',
  );
  await run('INSERT INTO n VALUES (NULL), (-5), (3), (12), (99)');
  expect(await names('n')).toEqual(['P_NULL', 'P_LT_0', 'P_LT_10', 'P_LT_20', 'P_MAXVALUE']);
  expect(await run('SELECT * FROM n PARTITION (P_NULL)')).toEqual([[null]]);
  await expect(run('ALTER TABLE n LAST PARTITION LESS THAN (30)')).rejects.toMatchObject({ errno: 8200 });
  await run('ALTER TABLE n FIRST PARTITION LESS THAN (10)');
  expect(await run('SELECT id FROM n ORDER BY id')).toEqual([[null], [3], [12], [99]]);
  await expect(
    run(
      'CREATE TABLE w (id INT) PARTITION BY RANGE (id) INTERVAL (10) FIRST PARTITION LESS THAN (0) LAST PARTITION LESS THAN (15)',
    ),
  ).rejects.toMatchObject({ errno: 8200 });
});
