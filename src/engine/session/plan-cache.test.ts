/** Statements that share a plan answer as if each was planned for itself. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realEnv } from '../../env/index.ts';
import { openLog } from '../../log/index.ts';
import { openStore } from '../../store/index.ts';
import { openDatabase, type Database } from '../database.ts';
import type { Session } from '../session-port.ts';
import { ALL_RIGHTS } from './all-rights.ts';
import { SqlEngine } from './engine.ts';

let database: Database;
let engine: SqlEngine;
let session: Session;

beforeEach(async () => {
  const env = realEnv();
  database = await openDatabase({ store: await openStore('memory:', env), log: await openLog('memory:', env), env });
  engine = new SqlEngine({
    database,
    env,
    accounts: { findAccount: () => undefined, privilegesOf: () => ALL_RIGHTS },
  });
  session = await engine.connect({ user: 'root', host: 'localhost' });
  await answer('CREATE DATABASE test');
  await answer('USE test');
});

afterEach(async () => {
  await session.close();
  await database.close();
});

async function answer(sql: string, by = session): Promise<{ names: string[]; rows: unknown[][] } | string> {
  try {
    const result = await by.execute(sql);
    if (result.kind === 'ok') return { names: [], rows: [[Number(result.affectedRows)]] };
    const rows: unknown[][] = [];
    for (let batch = await result.next(); batch !== undefined; batch = await result.next()) rows.push(...batch);
    await result.close();
    return { names: result.columns.map((column) => column.name), rows };
  } catch (error) {
    return (error as Error).message;
  }
}

async function cached(): Promise<boolean> {
  const last = await answer('SELECT @@last_plan_from_cache');
  return typeof last !== 'string' && last.rows[0]?.[0] === 1;
}

test('a text that differs in its values runs the plan of the texts before it', async () => {
  await answer('CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), score INT, KEY (score))');
  await answer("INSERT INTO t VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30)");
  const seen: boolean[] = [];
  for (const [id, name] of [
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
  ]) {
    expect(await answer(`SELECT name FROM t WHERE id = ${id}`)).toEqual({ names: ['name'], rows: [[name]] });
    seen.push(await cached());
  }
  expect(seen).toEqual([false, false, true]);
  for (const id of [1, 2, 3]) await answer(`UPDATE t SET name = 'x${id}', score = ${id} WHERE id = ${id}`);
  expect(await cached()).toBe(true);
  for (const id of [1, 2]) expect(await answer(`DELETE FROM t WHERE id = ${id}`)).toEqual({ names: [], rows: [[1]] });
  expect(await answer('SELECT * FROM t')).toMatchObject({ rows: [[3, 'x3', 3]] });
});

test('a plan ends with the definitions it was made for', async () => {
  await answer('CREATE TABLE t (id INT PRIMARY KEY, a INT)');
  await answer('INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)');
  for (const id of [1, 2, 3]) await answer(`SELECT * FROM t WHERE id = ${id}`);
  expect(await cached()).toBe(true);
  await answer("ALTER TABLE t ADD COLUMN b VARCHAR(5) DEFAULT 'new'");
  expect(await answer('SELECT * FROM t WHERE id = 2')).toEqual({ names: ['id', 'a', 'b'], rows: [[2, 2, 'new']] });
  expect(await cached()).toBe(false);
  await answer('DROP TABLE t');
  expect(await answer('SELECT * FROM t WHERE id = 3')).toBe("Table 'test.t' doesn't exist");
});

test('what is not a value is never shared', async () => {
  await answer('CREATE TABLE t (id INT PRIMARY KEY, a INT)');
  await answer('INSERT INTO t VALUES (1, 9), (2, 8), (3, 7)');
  for (const n of [1, 2, 1, 2]) {
    expect(await answer(`SELECT ${n}, id+${n} FROM t WHERE id = ${n}`)).toEqual({
      names: [String(n), `id+${n}`],
      rows: [[n, n + n]],
    });
    const ids = n === 1 ? [1, 2, 3] : [3, 2, 1];
    expect(await answer(`SELECT id, a FROM t WHERE id > 0 ORDER BY ${n}`)).toMatchObject({
      rows: ids.map((id) => [id, 10 - id]),
    });
    expect(await answer(`SELECT id FROM t WHERE id > 0 LIMIT ${n}`)).toMatchObject({ rows: [[1], [2]].slice(0, n) });
  }
});

describe('values of other kinds', () => {
  /** Types, and what a text of them is compared with. */
  const TYPES = [
    'INT',
    'DECIMAL(8,2)',
    'VARCHAR(9)',
    'DATE',
    'DATETIME',
    'YEAR',
    'TIME',
    "ENUM('a','5')",
    'JSON',
    'BIT(4)',
  ];
  const VALUES = [
    "'abc'",
    "''",
    "'5'",
    "' 5'",
    "'5x'",
    "'2020-01-01'",
    "'2020-02-30'",
    "'A '",
    '0',
    '-5',
    '70',
    '20200101',
  ];

  test.each(TYPES)('a shared plan over %s answers as a new one', async (type) => {
    const key = type === 'JSON' ? '' : ', KEY (v)';
    await answer(`CREATE TABLE t (id INT PRIMARY KEY, v ${type}${key})`);
    for (const [id, value] of ["'5'", "'2020-01-01'", "'a'", 'NULL', "'10:00'"].entries())
      await answer(`INSERT IGNORE INTO t VALUES (${id}, ${value})`);
    for (const form of ['v = L', 'v >= L', 'v BETWEEN L AND L', 'v IN (L, 1)']) {
      const text = (value: string): string => `SELECT id FROM t WHERE ${form.replaceAll('L', value)} ORDER BY id`;
      const warm = type.startsWith('DATE') ? "'2020-01-01'" : "'5'";
      for (const value of [warm, '5']) for (let i = 0; i < 3; i++) await answer(text(value));
      for (const value of VALUES) {
        const fresh = await engine.connect({ user: 'root', host: 'localhost', database: 'test' });
        expect(await answer(text(value)), text(value)).toEqual(await answer(text(value), fresh));
        expect(await answer('SHOW WARNINGS')).toEqual(await answer('SHOW WARNINGS', fresh));
        await fresh.close();
      }
    }
  });
});
