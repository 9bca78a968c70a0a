/** How statements end that do not succeed: killed while they wait, or met by a defect of ours before they began. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { assert } from '../../base/index.ts';
import { openEngine, type OpenedEngine } from '../open-engine.ts';
import type { Session } from '../session-port.ts';
import { EngineSession } from './session.ts';

let opened: OpenedEngine;
let session: Session;
let other: Session;

async function rows(on: Session, sql: string): Promise<unknown[][]> {
  const result = await on.execute(sql);
  if (result.kind === 'ok') return [];
  const all: unknown[][] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) all.push(...batch);
  await result.close();
  return all;
}

beforeEach(async () => {
  opened = await openEngine({ location: 'memory:' });
  session = await opened.engine.connect({ user: 'root', host: 'localhost' });
  other = await opened.engine.connect({ user: 'root', host: 'localhost' });
  await rows(session, 'CREATE DATABASE d');
  for (const each of [session, other]) await rows(each, 'USE d');
  await rows(session, 'CREATE TABLE t (a INT PRIMARY KEY)');
});

afterEach(async () => {
  await session.close();
  await other.close();
  await opened.close();
});

test.each(['SELECT SLEEP(600), a FROM (SELECT 1 AS a UNION SELECT 2) AS b', "SELECT GET_LOCK('held', 600)"])(
  'KILL QUERY ends a wait at once: the process list that follows does not show %s',
  async (sql) => {
    await rows(other, "SELECT GET_LOCK('held', 1)");
    const waiting = rows(session, sql).catch((error: unknown) => error);
    await rows(other, 'SELECT SLEEP(0.03)');
    await rows(other, `KILL QUERY ${session.connectionId}`);
    const shown = await rows(
      other,
      `SELECT info FROM information_schema.processlist WHERE id = ${session.connectionId}`,
    );
    expect(shown).toEqual([[null]]);
    expect(await waiting).toMatchObject({ errno: 1317 });
    expect(await rows(session, 'SELECT 1')).toEqual([[1]]);
  },
);

test('KILL QUERY ends the second run of a text too, whose plan is kept for a third', async () => {
  const sql = "INSERT INTO t SELECT 1 FROM (SELECT SLEEP(0.4)) AS s WHERE FALSE OR 'second' = 'second'";
  await rows(session, sql);
  await rows(session, 'DELETE FROM t');
  const waiting = rows(session, sql).catch((error: unknown) => error);
  await rows(other, 'SELECT SLEEP(0.03)');
  await rows(other, `KILL QUERY ${session.connectionId}`);
  expect(await waiting).toMatchObject({ errno: 1317 });
  expect(await rows(other, 'SELECT a FROM t')).toEqual([]);
});

test('a defect met while a statement is planned costs the statement, not the transaction it stands in', async () => {
  assert(session instanceof EngineSession, 'a session of the engine');
  await rows(session, 'BEGIN');
  await rows(session, 'INSERT INTO t VALUES (1)');
  const defect = vi.spyOn(session.host.functions, 'findFunction').mockImplementationOnce(() => {
    assert(false, 'a defect of the planner');
  });
  await expect(rows(session, 'SELECT ABS(a) FROM t')).rejects.toMatchObject({ errno: 1815 });
  defect.mockRestore();
  expect(await rows(other, 'SELECT a FROM t')).toEqual([]);
  await rows(session, 'INSERT INTO t VALUES (2)');
  await rows(session, 'ROLLBACK');
  expect(await rows(session, 'SELECT a FROM t')).toEqual([]);
});
