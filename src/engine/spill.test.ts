/**
 * Statements that do not fit their memory quota: the same rows as with room for all, through temporary files that are gone afterwards. Error
 * numbers are TiDB's (8175: tidb_mem_quota_query) and MySQL's (1021: disk full).
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DbError, type SqlError } from '../base/index.ts';
import { realEnv, type Env } from '../env/index.ts';
import type { Row } from '../sql/types/index.ts';
import { openEngine, type OpenedEngine } from './open-engine.ts';
import type { Session } from './session-port.ts';

const ROWS = 20_000;
const SMALL = 3_000_000;
const PLENTY = 1 << 30;

let folder: string;
let opened: OpenedEngine;
let session: Session;
/** Temporary files made, and whether the disk has room for them. */
const disk = { made: 0, isFull: false };

/** The real files, watched. */
function watchedEnv(): Env {
  const env = realEnv();
  const { files } = env;
  const watched: typeof files = Object.create(files) as typeof files;
  watched.open = async (path, mode) => {
    const file = await files.open(path, mode);
    if (!path.endsWith('.tmp')) return file;
    disk.made++;
    const write = file.write.bind(file);
    file.write = (at, bytes) =>
      disk.isFull ? Promise.reject(new DbError('limit', 'disk-full', 'no space left')) : write(at, bytes);
    return file;
  };
  return { ...env, files: watched };
}

async function rows(sql: string): Promise<Row[]> {
  const result = await session.execute(sql);
  if (result.kind === 'ok') return [];
  const all: Row[] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) all.push(...batch);
  await result.close();
  return all;
}

async function errnoOf(sql: string): Promise<number | undefined> {
  try {
    await rows(sql);
    return undefined;
  } catch (error) {
    return (error as SqlError).errno;
  }
}

const text = (all: readonly Row[]): string[] => all.map((row) => row.map(String).join('|'));

/** The same query with little memory: its rows, and how many temporary files it took. */
async function withLittle(sql: string): Promise<{ got: string[]; files: number }> {
  const before = disk.made;
  await rows(`SET tidb_mem_quota_query = ${SMALL}`);
  try {
    return { got: text(await rows(sql)), files: disk.made - before };
  } finally {
    await rows(`SET tidb_mem_quota_query = ${PLENTY}`);
  }
}

/** Files are removed in the background. */
const expectNoneLeft = (): Promise<void> => expect.poll(() => readdirSync(join(folder, 'tmp'))).toEqual([]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-spill-'));
  opened = await openEngine({ location: folder, env: watchedEnv() });
  session = await opened.engine.connect({
    user: 'root',
    host: 'localhost',
    account: { user: 'root', host: 'localhost' },
  });
  await rows('CREATE DATABASE s');
  await rows('USE s');
  await rows(
    'CREATE TABLE t (id INT PRIMARY KEY, k INT, d DECIMAL(30, 5), at DATETIME(6), v VARCHAR(80), b VARBINARY(20), j JSON, e ENUM("x", "y"))',
  );
  await rows('CREATE TABLE digits (n INT)');
  await rows('INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)');
  await rows('SET cte_max_recursion_depth = 100000');
  await rows(
    `INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
     SELECT i, NULLIF((i * 7919) % 5003, 0), i * 1234567890123.45678, TIMESTAMP('2020-01-01') + INTERVAL (i * 977) % 10007 SECOND,
       IF(i % 11 = 0, NULL, CONCAT('größe ', (i * 31) % 9973, REPEAT('z', i % 40))), UNHEX(SHA1(i)), JSON_OBJECT('i', i, 'list', JSON_ARRAY(1.5, NULL, TRUE)),
       IF(i % 2, 'x', 'y')
     FROM n`,
  );
}, 60_000);

afterAll(async () => {
  await session.close();
  await opened.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('beyond the memory quota', () => {
  const ORDERED = [
    'SELECT * FROM t ORDER BY v, id DESC',
    'SELECT id, e FROM t ORDER BY k DESC, d, v',
    'SELECT id, v FROM t ORDER BY SHA1(id)',
    'SELECT v, b, at, j FROM t ORDER BY b LIMIT 17000, 1000',
  ];
  it.each(ORDERED)('sorts: %s', async (sql) => {
    const wanted = text(await rows(sql));
    const { got, files } = await withLittle(sql);
    expect(got).toEqual(wanted);
    expect(files).toBeGreaterThan(0);
    await expectNoneLeft();
  });

  const UNORDERED = [
    'SELECT v, COUNT(*), SUM(d), MIN(at), MAX(b) FROM t GROUP BY v',
    'SELECT id + 0 AS i, k, COUNT(*), GROUP_CONCAT(v) FROM t GROUP BY i, k',
    'SELECT DISTINCT b, v, d FROM t',
    'SELECT b, v FROM t UNION SELECT SHA1(b), v FROM t',
    'SELECT a.id, c.v FROM t a JOIN t c ON a.b = c.b',
    'SELECT a.id, c.id FROM t a LEFT JOIN t c ON a.v = c.v AND a.k < c.k',
    'SELECT COUNT(*) FROM t a WHERE EXISTS (SELECT 1 FROM t c WHERE c.b = a.b AND c.k > a.id)',
  ];
  it.each(UNORDERED)('aggregates and joins: %s', async (sql) => {
    const wanted = text(await rows(sql)).sort();
    const { got, files } = await withLittle(sql);
    expect(files).toBeGreaterThan(0);
    expect(got.sort()).toEqual(wanted);
    await expectNoneLeft();
  });

  it('fails with 8175 when tidb_enable_tmp_storage_on_oom is off', async () => {
    await rows('SET GLOBAL tidb_enable_tmp_storage_on_oom = OFF');
    await rows(`SET tidb_mem_quota_query = ${SMALL}`);
    expect(await errnoOf('SELECT * FROM t ORDER BY v')).toBe(8175);
    await rows('SET GLOBAL tidb_enable_tmp_storage_on_oom = ON');
    await rows(`SET tidb_mem_quota_query = ${PLENTY}`);
  });

  it('answers a full disk with 1021, keeps nothing, and goes on when there is room', async () => {
    await rows(`SET tidb_mem_quota_query = ${SMALL}`);
    disk.isFull = true;
    expect(await errnoOf('SELECT * FROM t ORDER BY v')).toBe(1021);
    expect(await errnoOf('SELECT id + 0 AS i, v, COUNT(*) FROM t GROUP BY i, v')).toBe(1021);
    disk.isFull = false;
    expect((await rows('SELECT * FROM t ORDER BY v')).length).toBe(ROWS);
    await rows(`SET tidb_mem_quota_query = ${PLENTY}`);
    await expectNoneLeft();
  });

  it('removes the files of a result that is closed early', async () => {
    await rows(`SET tidb_mem_quota_query = ${SMALL}`);
    const result = await session.execute('SELECT * FROM t ORDER BY v');
    if (result.kind !== 'rows') throw new Error('rows expected');
    expect((await result.next())?.length).toBeGreaterThan(0);
    expect(readdirSync(join(folder, 'tmp')).length).toBeGreaterThan(0);
    await result.close();
    await rows(`SET tidb_mem_quota_query = ${PLENTY}`);
    await expectNoneLeft();
  });
});

it('removes what a crash left behind', async () => {
  const other = mkdtempSync(join(tmpdir(), 'ebb-spill-'));
  await (await openEngine({ location: other })).close();
  mkdirSync(join(other, 'tmp'), { recursive: true });
  writeFileSync(join(other, 'tmp', '0.tmp'), 'left');
  await (await openEngine({ location: other })).close();
  expect(readdirSync(join(other, 'tmp'))).toEqual([]);
  rmSync(other, { recursive: true });
});
