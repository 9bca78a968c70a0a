import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine, type OpenedEngine, type Session } from '../index.ts';

let opened: OpenedEngine;
let sessions: Session[];

async function rows(session: Session, sql: string): Promise<unknown[][]> {
  const result = await session.execute(sql);
  if (result.kind === 'ok') return [];
  const all: unknown[][] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) all.push(...batch);
  await result.close();
  return all;
}

beforeEach(async () => {
  opened = await openEngine({ location: 'memory:' });
  sessions = [];
  for (let i = 0; i < 2; i++) sessions.push(await opened.engine.connect({ user: 'root', host: 'localhost' }));
  await rows(sessions[0]!, 'CREATE DATABASE d');
  for (const session of sessions) await rows(session, 'USE d');
  await rows(sessions[0]!, 'CREATE TABLE t (a INT PRIMARY KEY)');
});

afterEach(async () => {
  for (const session of sessions) await session.close();
  await opened.close();
});

/** Whether a statement is still waiting after others had their turn. */
async function waits(running: Promise<unknown>): Promise<boolean> {
  let done = false;
  void running.then(() => {
    done = true;
  });
  await rows(sessions[0]!, 'SELECT SLEEP(0.02)');
  return !done;
}

describe('LOCK TABLES', () => {
  it('WRITE does not keep its own session from reading, analyzing and checking the table', async () => {
    const [own] = sessions;
    await rows(own!, 'LOCK TABLES t WRITE');
    await rows(own!, 'INSERT INTO t VALUES (1)');
    expect(await rows(own!, 'ANALYZE TABLE t')).toEqual([['d.t', 'analyze', 'status', 'OK']]);
    expect(await rows(own!, 'CHECKSUM TABLE t')).toHaveLength(1);
    expect(await rows(own!, 'EXPLAIN ANALYZE SELECT * FROM t')).not.toHaveLength(0);
    await rows(own!, 'UNLOCK TABLES');
  });

  it('WRITE keeps others from reading and writing until UNLOCK TABLES', async () => {
    const [one, two] = sessions as [Session, Session];
    await rows(one, 'LOCK TABLES t WRITE');
    const read = rows(two, 'SELECT COUNT(*) FROM t');
    expect(await waits(read)).toBe(true);
    await rows(one, 'INSERT INTO t VALUES (1)');
    await rows(one, 'UNLOCK TABLES');
    expect(await read).toEqual([[1]]);
  });

  it('READ lets others read, and keeps their changes waiting', async () => {
    const [one, two] = sessions as [Session, Session];
    await rows(one, 'LOCK TABLES t READ');
    expect(await rows(two, 'SELECT COUNT(*) FROM t')).toEqual([[0]]);
    const write = rows(two, 'INSERT INTO t VALUES (2)');
    expect(await waits(write)).toBe(true);
    expect(await rows(one, 'SELECT COUNT(*) FROM t')).toEqual([[0]]);
    await rows(one, 'UNLOCK TABLES');
    await write;
    expect(await rows(one, 'SELECT COUNT(*) FROM t')).toEqual([[1]]);
  });

  it('waits for a transaction that has written, and ends with the session', async () => {
    const [one, two] = sessions as [Session, Session];
    await rows(two, 'START TRANSACTION');
    await rows(two, 'INSERT INTO t VALUES (3)');
    const lock = rows(one, 'LOCK TABLES t READ');
    await rows(two, 'SELECT SLEEP(0.02)');
    await rows(two, 'COMMIT');
    await lock;
    const write = rows(two, 'INSERT INTO t VALUES (4)');
    await one.close();
    await write;
    expect(await rows(two, 'SELECT COUNT(*) FROM t')).toEqual([[2]]);
  });

  it('FLUSH TABLES WITH READ LOCK keeps all changes waiting', async () => {
    const [one, two] = sessions as [Session, Session];
    await rows(one, 'FLUSH TABLES WITH READ LOCK');
    const write = rows(two, 'INSERT INTO t VALUES (5)');
    expect(await waits(write)).toBe(true);
    await rows(one, 'UNLOCK TABLES');
    await write;
    expect(await rows(one, 'SELECT COUNT(*) FROM t')).toEqual([[1]]);
  });
});
