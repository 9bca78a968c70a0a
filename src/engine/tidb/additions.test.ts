/** TiDB's additions end to end over a folder: TiDB's documentation and integration tests say what is right. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realEnv } from '../../env/index.ts';
import { openEngine, type OpenedEngine } from '../open-engine.ts';
import type { EngineSession } from '../session/session.ts';

let folder: string;
let opened: OpenedEngine;
let session: EngineSession;
let aheadMs: number;

async function open(): Promise<void> {
  const env = realEnv();
  opened = await openEngine({
    location: folder,
    env: { ...env, clock: { nowMs: () => env.clock.nowMs() + aheadMs, monotonicMs: () => env.clock.monotonicMs() } },
  });
  const account = { user: 'root', host: 'localhost' };
  session = (await opened.engine.connect({ ...account, account })) as EngineSession;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-additions-'));
  aheadMs = 0;
  await open();
  await rows('CREATE DATABASE d');
  await rows('USE d');
});

afterEach(async () => {
  await session.close();
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
});

async function rows(sql: string): Promise<string[]> {
  const result = await session.execute(sql);
  if (result.kind === 'ok') return [];
  const found: string[] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next())
    for (const row of batch) found.push(row.join(' '));
  await result.close();
  return found;
}

async function errnoOf(sql: string): Promise<number> {
  try {
    await rows(sql);
    return 0;
  } catch (error) {
    return (error as { errno: number }).errno;
  }
}

async function threeMoments(): Promise<void> {
  await rows('CREATE TABLE t (a INT PRIMARY KEY, b INT)');
  await rows('INSERT INTO t VALUES (1, 1), (2, 2)');
  aheadMs += 2000;
  await rows('SET @then = NOW(3)');
  aheadMs += 2000;
  await rows('UPDATE t SET b = 10 WHERE a = 1');
  await rows('ALTER TABLE t ADD COLUMN c INT DEFAULT 5');
}

describe('stale reads', () => {
  it('see rows and definitions of their moment', async () => {
    await threeMoments();
    expect(await rows('SELECT * FROM t')).toEqual(['1 10 5', '2 2 5']);
    expect(await rows('SELECT * FROM t AS OF TIMESTAMP @then')).toEqual(['1 1', '2 2']);
    expect(await rows('SELECT SUM(b) FROM t AS x AS OF TIMESTAMP @then WHERE x.a > 0')).toEqual(['3']);
  });

  it('last for a transaction, or for what follows SET TRANSACTION', async () => {
    await threeMoments();
    await rows('START TRANSACTION READ ONLY AS OF TIMESTAMP @then');
    expect(await rows('SELECT * FROM t')).toEqual(['1 1', '2 2']);
    expect(await errnoOf('INSERT INTO t (a) VALUES (9)')).toBe(1792);
    await rows('COMMIT');
    await rows('SET TRANSACTION READ ONLY AS OF TIMESTAMP @then');
    expect(await rows('SELECT * FROM t')).toEqual(['1 1', '2 2']);
    expect(await rows('SELECT * FROM t')).toEqual(['1 10 5', '2 2 5']);
  });

  it('follow tidb_snapshot and tidb_read_staleness', async () => {
    await threeMoments();
    await rows('SET tidb_snapshot = @then');
    expect(await rows('SELECT * FROM t')).toEqual(['1 1', '2 2']);
    expect(await errnoOf('INSERT INTO t (a) VALUES (9)')).toBe(1105);
    await rows("SET tidb_snapshot = ''");
    await rows('SET tidb_read_staleness = -1');
    expect(await rows('SELECT * FROM t')).toEqual(['1 1', '2 2']);
    aheadMs += 2000;
    expect(await rows('SELECT * FROM t')).toEqual(['1 10 5', '2 2 5']);
  });

  it('refuse moments that nobody can read, and transactions that run', async () => {
    await threeMoments();
    expect(await errnoOf('SELECT * FROM t AS OF TIMESTAMP NOW() - INTERVAL 1 DAY')).toBe(9006);
    expect(await errnoOf('SELECT * FROM t AS OF TIMESTAMP NOW() + INTERVAL 1 DAY')).toBe(1105);
    expect(await errnoOf('SELECT * FROM t AS OF TIMESTAMP NULL')).toBe(8135);
    await rows('BEGIN');
    expect(await errnoOf('SELECT * FROM t AS OF TIMESTAMP @then')).toBe(8135);
    await rows('ROLLBACK');
    expect(await errnoOf('INSERT INTO t SELECT *, 1 FROM t AS OF TIMESTAMP @then')).toBe(8135);
  });
});

describe('flashback', () => {
  it('brings the newest dropped table of a name back', async () => {
    await rows('CREATE TABLE t (a INT PRIMARY KEY)');
    await rows('DROP TABLE t');
    await rows('CREATE TABLE t (a INT PRIMARY KEY AUTO_INCREMENT, b INT, KEY (b))');
    await rows('INSERT INTO t (b) VALUES (7), (8)');
    await rows('DROP TABLE t');
    await rows('FLASHBACK TABLE t');
    expect(await rows('SELECT * FROM t WHERE b > 0')).toEqual(['1 7', '2 8']);
    await rows('INSERT INTO t (b) VALUES (9)');
    expect(Number((await rows('SELECT MAX(a) FROM t'))[0])).toBeGreaterThan(2);
    expect(await errnoOf('FLASHBACK TABLE t')).toBe(1050);
    expect(await errnoOf('FLASHBACK TABLE nope')).toBe(1105);
  });

  it('brings a truncated table back under another name', async () => {
    await rows('CREATE TABLE t (a INT PRIMARY KEY)');
    await rows('INSERT INTO t VALUES (1)');
    await rows('TRUNCATE TABLE t');
    await rows('FLASHBACK TABLE t TO t_old');
    expect(await rows('SELECT * FROM t_old')).toEqual(['1']);
    expect(await rows('SELECT * FROM t')).toEqual([]);
  });

  it('brings a database back with its tables, after a restart too', async () => {
    await rows('CREATE TABLE p (a INT PRIMARY KEY) PARTITION BY HASH (a) PARTITIONS 3');
    await rows('INSERT INTO p VALUES (1), (2), (3)');
    await rows('DROP DATABASE d');
    await session.close();
    await opened.close();
    await open();
    await rows('FLASHBACK DATABASE d TO e');
    expect(await rows('SELECT COUNT(*) FROM e.p')).toEqual(['3']);
  });

  it('reaches as far back as tidb_gc_life_time says', async () => {
    await rows("SET GLOBAL tidb_gc_life_time = '2h'");
    await rows('CREATE TABLE t (a INT PRIMARY KEY)');
    await rows('INSERT INTO t VALUES (1)');
    await rows('DROP TABLE t');
    aheadMs += 3_600_000;
    await rows('FLASHBACK TABLE t');
    expect(await rows('SELECT * FROM t')).toEqual(['1']);
    await rows("SET GLOBAL tidb_gc_life_time = '1m'");
    expect(await rows('SELECT @@tidb_gc_life_time')).toEqual(['10m0s']);
  });

  it('ends with the retention', async () => {
    await rows('CREATE TABLE t (a INT PRIMARY KEY)');
    await rows('DROP TABLE t');
    aheadMs += 3_600_000;
    await rows('CREATE TABLE other (a INT)');
    expect(await errnoOf('FLASHBACK TABLE t')).toBe(1105);
  });
});

describe('TTL tables', () => {
  it('lose their expired rows to the job', async () => {
    await rows(
      "CREATE TABLE ev (id INT PRIMARY KEY, made DATETIME) TTL = made + INTERVAL 3 MONTH TTL_JOB_INTERVAL='1h'",
    );
    await rows('INSERT INTO ev VALUES (1, NOW()), (2, NOW() - INTERVAL 4 MONTH), (3, NULL)');
    await rows('SET GLOBAL tidb_ttl_delete_batch_size = 1');
    await opened.engine.additions.timeToLive.runNow(true);
    expect(await rows('SELECT id FROM ev')).toEqual(['1', '3']);
    expect(opened.engine.additions.timeToLive.runs.map(({ deletedRows, error }) => [deletedRows, error])).toEqual([
      [1, undefined],
    ]);
  });

  it('are shown, altered and guarded as TiDB has it', async () => {
    await rows("CREATE TABLE ev (id INT PRIMARY KEY, made DATETIME) TTL = `made` + INTERVAL 1 DAY TTL_ENABLE='OFF'");
    await rows('ALTER TABLE ev RENAME COLUMN made TO born');
    expect((await rows('SHOW CREATE TABLE ev'))[0]).toContain(
      "/*T![ttl] TTL=`born` + INTERVAL 1 DAY */ /*T![ttl] TTL_ENABLE='OFF' */ /*T![ttl] TTL_JOB_INTERVAL='24h' */",
    );
    expect(await errnoOf('ALTER TABLE ev DROP COLUMN born')).toBe(8149);
    await rows('ALTER TABLE ev REMOVE TTL');
    expect(await errnoOf("ALTER TABLE ev TTL_ENABLE='ON'")).toBe(8150);
    expect(await errnoOf('CREATE TABLE bad (id INT) TTL = id + INTERVAL 1 DAY')).toBe(8148);
  });
});

describe('IMPORT INTO', () => {
  it('reads CSV with variables and assignments into an empty table', async () => {
    writeFileSync(join(folder, 'x.csv'), 'a,b\r\n1,"x, y"\r\n2,\\N\r\n');
    await rows('CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(20))');
    await rows(`IMPORT INTO t (a, @b) SET b = UPPER(@b) FROM '${folder}/*.csv' WITH skip_rows=1, thread=4`);
    expect(await rows('SELECT * FROM t')).toEqual(['1 X, Y', '2 ']);
    expect(await errnoOf(`IMPORT INTO t FROM '${folder}/x.csv'`)).toBe(8173);
    expect((await rows('SHOW IMPORT JOBS'))[0]).toContain('finished');
  });

  it('refuses what TiDB refuses', async () => {
    await rows('CREATE TABLE t (a INT PRIMARY KEY)');
    expect(await errnoOf("IMPORT INTO t FROM '/file.csv' WITH xx=1")).toBe(8163);
    expect(await errnoOf("IMPORT INTO t FROM '/file.csv' WITH thread=0")).toBe(8164);
    expect(await errnoOf("IMPORT INTO t FROM '/file.csv' WITH detached, detached")).toBe(8165);
    expect(await errnoOf("IMPORT INTO t FROM '/file.csv' FORMAT 'sql' WITH skip_rows=1")).toBe(8166);
    expect(await errnoOf("IMPORT INTO t FROM '/a.csv' FORMAT 'xx'")).toBe(8157);
    await rows('BEGIN');
    expect(await errnoOf("IMPORT INTO t FROM '/file.csv'")).toBe(1105);
  });
});

describe('what is kept of statements', () => {
  it('the summary counts by digest, as TiDB makes it', async () => {
    await rows('CREATE TABLE t (a INT PRIMARY KEY, b INT)');
    for (const a of [1, 2, 3]) await rows(`SELECT * FROM t WHERE a = ${a} AND b IN (${a}, 2)`);
    expect(
      await rows(
        "SELECT DIGEST_TEXT, EXEC_COUNT FROM information_schema.STATEMENTS_SUMMARY WHERE DIGEST_TEXT LIKE 'select * from `t`%'",
      ),
    ).toEqual(['select * from `t` where `a` = ? and `b` in ( ... ) 3']);
    // Digests from TiDB's own integration tests.
    expect(await rows("SELECT TIDB_ENCODE_SQL_DIGEST('begin')")).toEqual([
      'e6f07d43b5c21db0fbb9a31feac2dc599787763393dd5acbfad80e247eb02ad5',
    ]);
    expect(
      await rows(
        "SELECT TIDB_ENCODE_SQL_DIGEST('select id, v from test_func_decode_sql_digests where id = 1 for update')",
      ),
    ).toEqual(['7e9f826ed22a09940940a42d1aca47a75b3adc3c3fde252f4b912ac886194eb9']);
  });

  it('slow statements are listed', async () => {
    await rows('SET GLOBAL tidb_slow_log_threshold = 20');
    await rows('SELECT 1');
    await rows('SELECT SLEEP(0.05)');
    expect(await rows("SELECT Query FROM information_schema.SLOW_QUERY WHERE Query LIKE '%0.05%'")).toEqual([
      'SELECT SLEEP(0.05)',
    ]);
  });

  it('statistics, bindings and resource groups survive a restart', async () => {
    await rows('CREATE TABLE t (a INT PRIMARY KEY, b INT)');
    await rows('INSERT INTO t VALUES (1, 1), (2, 1), (3, 2)');
    await rows('ANALYZE TABLE t');
    await rows('CREATE RESOURCE GROUP rg RU_PER_SEC = 500 PRIORITY = HIGH');
    await rows(
      'CREATE GLOBAL BINDING FOR SELECT * FROM t WHERE a = 1 USING SELECT /*+ MAX_EXECUTION_TIME(9) */ * FROM t WHERE a = 1',
    );
    await session.close();
    await opened.close();
    await open();
    await rows('USE d');
    expect(await rows("SHOW STATS_HISTOGRAMS WHERE Column_name = 'b'")).toHaveLength(1);
    expect(await rows('SHOW CREATE RESOURCE GROUP rg')).toEqual([
      'rg CREATE RESOURCE GROUP `rg` RU_PER_SEC=500, PRIORITY=HIGH',
    ]);
    expect(await rows('SHOW GLOBAL BINDINGS')).toHaveLength(1);
  });
});

describe('hints and bindings', () => {
  it('hold for one statement', async () => {
    const before = await rows('SELECT @@max_error_count');
    expect(await rows('SELECT /*+ SET_VAR(max_error_count=7) */ @@max_error_count')).toEqual(['7']);
    expect(await rows('SELECT @@max_error_count')).toEqual(before);
    expect(await errnoOf('SELECT /*+ MAX_EXECUTION_TIME(20) */ SLEEP(2)')).toBe(3024);
    expect(await rows('SELECT CURRENT_RESOURCE_GROUP()')).toEqual(['default']);
    await rows('CREATE RESOURCE GROUP rg1 RU_PER_SEC = 1000');
    expect(await rows('SELECT /*+ RESOURCE_GROUP(rg1) */ CURRENT_RESOURCE_GROUP()')).toEqual(['rg1']);
    expect(await rows('SELECT CURRENT_RESOURCE_GROUP()')).toEqual(['default']);
  });

  it('a binding lends its hints to statements that differ in values', async () => {
    await rows('CREATE TABLE t (a INT PRIMARY KEY, b INT, KEY b (b))');
    const plan = async (): Promise<string> => (await rows('EXPLAIN SELECT * FROM t WHERE b = 3')).join('\n');
    expect(await plan()).toContain('index:b');
    await rows('CREATE BINDING FOR SELECT * FROM t WHERE b = 1 USING SELECT * FROM t IGNORE INDEX (b) WHERE b = 1');
    expect(await plan()).not.toContain('index:b');
    expect(await rows('SELECT @@last_plan_from_binding')).toEqual(['1']);
    await rows('DROP BINDING FOR SELECT * FROM t WHERE b = 9');
    expect(await plan()).toContain('index:b');
  });
});

it('what only a cluster needs says why there is nothing to do', async () => {
  await rows('CREATE TABLE t (a INT PRIMARY KEY)');
  expect(await rows('SPLIT TABLE t BETWEEN (0) AND (1000) REGIONS 4')).toEqual(['0 1']);
  expect((await rows('SHOW WARNINGS'))[0]).toContain('there is nothing to do');
  for (const sql of [
    "CREATE PLACEMENT POLICY p PRIMARY_REGION='a' REGIONS='a,b'",
    'ALTER TABLE t SET TIFLASH REPLICA 1',
    'ADMIN CHECK TABLE t',
  ])
    expect(await errnoOf(sql)).toBe(0);
  expect(await errnoOf('SPLIT TABLE nope BETWEEN (0) AND (1) REGIONS 2')).toBe(1146);
});

describe('global temporary tables', () => {
  it('have rows for the length of a transaction, and a definition for all', async () => {
    await rows('CREATE GLOBAL TEMPORARY TABLE g (id INT PRIMARY KEY, v INT, KEY (v)) ON COMMIT DELETE ROWS');
    await rows('BEGIN');
    await rows('INSERT INTO g VALUES (1, 10), (2, 20)');
    await rows('SAVEPOINT s');
    await rows('INSERT INTO g VALUES (3, 30)');
    await rows('ROLLBACK TO s');
    expect(await rows('SELECT id FROM g WHERE v > 5')).toEqual(['1', '2']);
    await rows('COMMIT');
    expect(await rows('SELECT * FROM g')).toEqual([]);
    await rows('INSERT INTO g VALUES (1, 10)');
    expect(await rows('SELECT * FROM g')).toEqual([]);
    expect(await errnoOf('CREATE GLOBAL TEMPORARY TABLE h (a INT) ON COMMIT DELETE ROWS PARTITION BY HASH (a)')).toBe(
      1064,
    );
    await session.close();
    await opened.close();
    await open();
    await rows('USE d');
    expect((await rows('SHOW CREATE TABLE g'))[0]).toContain('ON COMMIT DELETE ROWS');
    await rows('DROP GLOBAL TEMPORARY TABLE g');
    expect(await errnoOf('SELECT * FROM g')).toBe(1146);
  });
});

describe('ADMIN SET BDR ROLE', () => {
  it('refuses what the other side could not follow, and is kept', async () => {
    await rows('CREATE TABLE t (a INT)');
    await rows('ADMIN SET BDR ROLE PRIMARY');
    await rows('ALTER TABLE t ADD COLUMN b INT');
    expect(await errnoOf('ALTER TABLE t DROP COLUMN b')).toBe(8263);
    await session.close();
    await opened.close();
    await open();
    await rows('USE d');
    expect(await rows('ADMIN SHOW BDR ROLE')).toEqual(['primary']);
    await rows('ADMIN SET BDR ROLE SECONDARY');
    expect(await errnoOf('ALTER TABLE t ADD COLUMN c INT')).toBe(8263);
    await rows('ADMIN UNSET BDR ROLE');
    await rows('ALTER TABLE t DROP COLUMN b');
  });
});

describe('BATCH', () => {
  beforeEach(async () => {
    await rows('CREATE TABLE t (a INT PRIMARY KEY, b INT)');
    await rows('CREATE TABLE u LIKE t');
    await rows('INSERT INTO t VALUES (1, 2), (2, 4), (3, 6), (4, 8), (5, 10)');
  });

  it('changes in jobs of n rows', async () => {
    expect(await rows('BATCH ON a LIMIT 2 INSERT INTO u SELECT * FROM t WHERE b > 2')).toEqual(['2 all succeeded']);
    expect(await rows('SELECT a FROM u')).toEqual(['2', '3', '4', '5']);
    expect(await rows('BATCH LIMIT 3 UPDATE t SET b = b + 1')).toEqual(['2 all succeeded']);
    expect(await rows('BATCH ON d.t.a LIMIT 1 DELETE t FROM t JOIN u ON t.a = u.a')).toEqual(['5 all succeeded']);
    expect(await rows('SELECT * FROM t')).toEqual(['1 3']);
  });

  it('shows what it would do', async () => {
    expect(await rows('BATCH ON a LIMIT 2 DRY RUN DELETE FROM t')).toEqual([
      'DELETE FROM `d`.`t` WHERE `a` BETWEEN 1 AND 2',
      'DELETE FROM `d`.`t` WHERE `a` BETWEEN 5 AND 5',
    ]);
    expect(await rows('BATCH ON a LIMIT 2 DRY RUN QUERY DELETE FROM t')).toEqual([
      'SELECT `a` FROM `d`.`t` WHERE TRUE ORDER BY IF(ISNULL(`a`),0,1),`a`',
    ]);
  });

  it('refuses what could not be done in parts', async () => {
    for (const sql of ['BATCH ON a LIMIT 1 UPDATE t SET a = a + 1', 'BATCH ON b LIMIT 1 DELETE FROM t'])
      expect(await errnoOf(sql)).toBe(1105);
    await rows('BEGIN');
    expect(await errnoOf('BATCH ON a LIMIT 1 DELETE FROM t')).toBe(1105);
  });
});

describe('what TiDB tells of tables', () => {
  it('stands behind MySQL’s columns, and SELECT * leaves it out', async () => {
    await rows('CREATE TABLE c (a INT PRIMARY KEY)');
    await rows('CREATE TABLE n (a INT PRIMARY KEY NONCLUSTERED)');
    await rows('CREATE TABLE o (a INT)');
    expect(
      await rows("SELECT table_name, tidb_pk_type FROM information_schema.tables WHERE table_schema = 'd' ORDER BY 1"),
    ).toEqual(['c CLUSTERED', 'n NONCLUSTERED', 'o NONCLUSTERED']);
    const [row] = await rows(
      "SELECT COUNT(*) FROM information_schema.columns WHERE table_name = 'TABLES' AND column_name LIKE 'tidb%'",
    );
    expect(row).toBe('0');
    expect(await errnoOf('CREATE TABLE w (a INT, KEY (a) CLUSTERED)')).toBe(8200);
  });

  it('counts distinct values', async () => {
    await rows('CREATE TABLE t (a INT, b INT)');
    await rows('INSERT INTO t VALUES (1, 1), (1, 2), (2, NULL), (1, 1)');
    expect(await rows('SELECT APPROX_COUNT_DISTINCT(a), APPROX_COUNT_DISTINCT(a, b) FROM t')).toEqual(['2 2']);
  });
});
