/** SHOW STATUS against what MySQL 9.7 counted for the same statements. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realEnv } from '../../env/index.ts';
import { openLog } from '../../log/index.ts';
import { openStore } from '../../store/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { type Database, openDatabase } from '../database.ts';
import { ALL_RIGHTS } from '../session/all-rights.ts';
import { SqlEngine } from '../session/engine.ts';
import type { Session } from '../session-port.ts';

let database: Database;
let engine: SqlEngine;
let session: Session;

beforeEach(async () => {
  const env = realEnv();
  database = await openDatabase({ store: await openStore('memory:', env), log: await openLog('memory:', env), env });
  engine = new SqlEngine({ database, env, accounts: { findAccount: () => undefined, privilegesOf: () => ALL_RIGHTS } });
  session = await engine.connect({ user: 'root', host: 'localhost' });
  await run('CREATE DATABASE test');
  await run('USE test');
  await run('CREATE TABLE a (id INT PRIMARY KEY, v INT, KEY (v))');
});

afterEach(async () => {
  await engine.close();
  await database.close();
});

async function run(sql: string, by = session): Promise<Row[]> {
  const result = await by.execute(sql);
  if (result.kind === 'ok') return [];
  const rows: Row[] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) rows.push(...batch);
  await result.close();
  return rows;
}

async function status(where: string, scope = 'SESSION'): Promise<Record<string, unknown>> {
  return Object.fromEntries(await run(`SHOW ${scope} STATUS WHERE ${where}`));
}

const STATEMENTS = [
  'INSERT INTO a VALUES (1,1),(2,2),(3,3)',
  'REPLACE INTO a VALUES (3,4)',
  'INSERT INTO a SELECT id + 10, v FROM a',
  'SELECT * FROM a WHERE v + 1 = 2',
  'SELECT * FROM a WHERE id = 1',
  'SELECT a.id FROM a JOIN a b ON a.v + 1 = b.v + 1',
  'SELECT * FROM a WHERE v BETWEEN 1 AND 2',
  'SELECT id FROM a ORDER BY v + 1',
  'SELECT v + 1, COUNT(*) FROM a GROUP BY v + 1',
  'UPDATE a SET v = 9 WHERE id = 1',
  'UPDATE a, a b SET a.v = 8 WHERE a.id = 2 AND b.id = 2',
  'DELETE FROM a WHERE id = 2',
  'BEGIN',
  'INSERT INTO a VALUES (7,7)',
  'SAVEPOINT x',
  'ROLLBACK TO x',
  'RELEASE SAVEPOINT x',
  'COMMIT',
  'BEGIN',
  'ROLLBACK',
  'SET @x = 1',
  "PREPARE s FROM 'SELECT 1'",
  'EXECUTE s',
  'DEALLOCATE PREPARE s',
  'EXPLAIN SELECT * FROM a',
  'SHOW TABLES',
  'SHOW CREATE TABLE a',
  'SHOW COLUMNS FROM a',
  'SHOW INDEX FROM a',
  'SHOW DATABASES',
  'SHOW WARNINGS',
  "SHOW VARIABLES LIKE 'x'",
];

test('statements are counted by kind', async () => {
  await run('FLUSH STATUS');
  for (const sql of STATEMENTS) await run(sql);
  await expect(run('SELECT * FROM nothing')).rejects.toThrow("doesn't exist");
  expect(
    await status(`(Variable_name LIKE 'Com\\_%' AND Value <> '0') OR Variable_name IN ('Questions', 'Select_range', 'Select_scan',
      'Select_full_range_join', 'Handler_delete', 'Handler_savepoint', 'Handler_savepoint_rollback')`),
  ).toEqual({
    Com_begin: '2',
    Com_commit: '1',
    Com_dealloc_sql: '1',
    Com_delete: '1',
    Com_execute_sql: '1',
    Com_insert: '2',
    Com_insert_select: '1',
    Com_prepare_sql: '1',
    Com_release_savepoint: '1',
    Com_replace: '1',
    Com_rollback: '1',
    Com_rollback_to_savepoint: '1',
    Com_savepoint: '1',
    Com_select: '9',
    Com_set_option: '1',
    Com_show_create_table: '1',
    Com_show_databases: '1',
    Com_show_fields: '1',
    Com_show_keys: '1',
    Com_show_status: '1',
    Com_show_tables: '1',
    Com_show_variables: '1',
    Com_show_warnings: '1',
    Com_stmt_close: '1',
    Com_stmt_execute: '1',
    Com_stmt_prepare: '1',
    Com_update: '1',
    Com_update_multi: '1',
    Handler_delete: '1',
    Handler_savepoint: '1',
    Handler_savepoint_rollback: '1',
    Questions: '34',
    Select_full_range_join: '0',
    Select_range: '1',
    Select_scan: '11',
  });
});

test('the global numbers are those of all sessions, also of those that ended', async () => {
  const before = Number((await status("Variable_name = 'Com_insert'", 'GLOBAL'))['Com_insert']);
  const other = await engine.connect({ user: 'root', host: 'localhost', database: 'test' });
  await run('INSERT INTO a VALUES (1, 1)', other);
  await run('INSERT INTO a VALUES (2, 2)');
  expect(await status("Variable_name = 'Com_insert'", 'GLOBAL')).toEqual({ Com_insert: String(before + 2) });
  await other.close();
  expect(await status("Variable_name = 'Com_insert'", 'GLOBAL')).toEqual({ Com_insert: String(before + 2) });
  expect(await status("Variable_name = 'Com_insert'")).toEqual({ Com_insert: '1' });
  expect(
    await run("SELECT VARIABLE_VALUE FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Com_insert'"),
  ).toEqual([['1']]);
  await run('FLUSH STATUS');
  expect(await status("Variable_name = 'Com_insert'")).toEqual({ Com_insert: '0' });
  expect(await status("Variable_name = 'Com_insert'", 'GLOBAL')).toEqual({ Com_insert: String(before + 2) });
});

test('slow queries and lock waits are counted', async () => {
  await run('SET long_query_time = 0');
  await run('SELECT SLEEP(0.01)');
  expect(Number((await status("Variable_name = 'Slow_queries'"))['Slow_queries'])).toBeGreaterThan(0);
  const other = await engine.connect({ user: 'root', host: 'localhost', database: 'test' });
  await run('INSERT INTO a VALUES (1, 1)');
  await run('BEGIN');
  await run('UPDATE a SET v = 2 WHERE id = 1');
  const waiting = run('UPDATE a SET v = 3 WHERE id = 1', other);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await status("Variable_name LIKE 'Innodb\\_row\\_lock%waits'", 'GLOBAL')).toEqual({
    Innodb_row_lock_current_waits: '1',
    Innodb_row_lock_waits: '1',
  });
  await run('COMMIT');
  await waiting;
  const after = await status("Variable_name LIKE 'Innodb\\_row\\_lock%'", 'GLOBAL');
  expect(after).toMatchObject({ Innodb_row_lock_current_waits: '0', Innodb_row_lock_waits: '1' });
  expect(Number(after['Innodb_row_lock_time'])).toBeGreaterThan(0);
});
