/** Statistics appear without being asked for, and closing waits for a run that is on its way. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deferred } from '../../base/index.ts';
import { realEnv } from '../../env/index.ts';
import { openLog } from '../../log/index.ts';
import { openStore } from '../../store/index.ts';
import { type Database, openDatabase } from '../database.ts';
import { ALL_RIGHTS } from './all-rights.ts';
import { AutomaticAnalyze } from './automatic-analyze.ts';
import { SqlEngine } from './engine.ts';

let database: Database;
let engine: SqlEngine;

beforeEach(async () => {
  const env = realEnv();
  database = await openDatabase({ store: await openStore('memory:', env), log: await openLog('memory:', env), env });
  engine = new SqlEngine({ database, env, accounts: { findAccount: () => undefined, privilegesOf: () => ALL_RIGHTS } });
});

afterEach(async () => {
  await engine.close();
  await database.close();
});

test('a table that was filled gets statistics in the background', async () => {
  const session = await engine.connect({ user: 'root', host: 'localhost' });
  for (const sql of ['CREATE DATABASE d', 'USE d', 'CREATE TABLE t (id INT PRIMARY KEY, kind INT)'])
    await session.execute(sql);
  const rows = Array.from({ length: 3000 }, (_, id) => `(${id}, ${id % 3})`);
  await session.execute(`INSERT INTO t VALUES ${rows.join(',')}`);
  const table = database.main.catalog.findTable('d', 't');
  if (table?.kind !== 'table') throw new Error('the table was made');
  const published = deferred<{ rowCount: number; distinctKinds: number | undefined }>();
  const analyze = new AutomaticAnalyze({
    // The delay is for bursts of changes; here it is over at once.
    env: {
      ...realEnv(),
      timers: { ...realEnv().timers, after: (_ms, action) => (action(), { cancel: () => undefined }) },
    },
    open: () => {
      const transaction = database.main.begin();
      return { storage: database.main.storageFor(transaction), end: () => transaction.rollback() };
    },
    publish: (statistics) =>
      published.resolve({ rowCount: statistics.rowCount, distinctKinds: statistics.columns[1]?.distinct }),
  });
  analyze.request(table);
  expect(await published.promise).toEqual({ rowCount: 3000, distinctKinds: 3 });
  await analyze.close();
  await session.close();
});
