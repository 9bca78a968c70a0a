/** LOAD DATA LOCAL reads files as MySQL does, whatever the pieces in which they arrive. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SqlError } from '../../src/base/index.ts';
import { openDatabase } from '../../src/engine/index.ts';
import { ALL_RIGHTS } from '../../src/engine/session/all-rights.ts';
import { SqlEngine } from '../../src/engine/session/engine.ts';
import { realEnv } from '../../src/env/index.ts';
import { openLog } from '../../src/log/index.ts';
import { type Batch, cachedTextOf } from '../../src/sql/types/index.ts';
import { openStore } from '../../src/store/index.ts';
import { CASES, type LoadCase, type LoadOutcome, statementOf, TABLE } from './cases.ts';

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as LoadOutcome[];

test.each([1, 7, 4096])('in pieces of %i bytes', async (pieceBytes) => {
  let bytes = new Uint8Array(0);
  async function* file(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const env = realEnv();
  const database = await openDatabase({
    store: await openStore('memory:', env),
    log: await openLog('memory:', env),
    env,
  });
  const engine = new SqlEngine({
    database,
    env,
    accounts: { findAccount: () => undefined, privilegesOf: () => ALL_RIGHTS },
  });
  const session = await engine.connect({ user: 'root', host: 'localhost', hooks: { localInfile: file } });

  async function rowsOf(sql: string): Promise<(string | null)[][]> {
    const result = await session.execute(sql);
    if (result.kind === 'ok') return [];
    const rows: (string | null)[][] = [];
    const texts = result.columns.map((column) => cachedTextOf(column.type));
    for (let batch: Batch | undefined = await result.next(); batch !== undefined; batch = await result.next()) {
      for (const row of batch) rows.push(row.map((value, i) => (value === null ? null : texts[i]!(value))));
    }
    await result.close();
    return rows;
  }

  async function outcomeOf(load: LoadCase): Promise<LoadOutcome> {
    bytes = new TextEncoder().encode(load.text);
    await rowsOf('DROP TABLE IF EXISTS t');
    await rowsOf(TABLE);
    let outcome: Partial<LoadOutcome>;
    try {
      const result = await session.execute(statementOf(load));
      if (result.kind !== 'ok') throw new Error('LOAD DATA gives no rows');
      outcome = { ok: [result.affectedRows, result.info] };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      outcome = { error: [error.errno, error.message] };
    }
    const warnings = (await rowsOf('SHOW WARNINGS')).map((row) => row.join(' '));
    return { ...outcome, warnings, rows: await rowsOf('SELECT * FROM t ORDER BY e') };
  }

  await rowsOf('CREATE DATABASE load_data');
  await rowsOf('USE load_data');
  expect(recorded.length).toBe(CASES.length);
  for (const [place, load] of CASES.entries())
    expect({ load, ...(await outcomeOf(load)) }).toEqual({ load, ...recorded[place] });
  await session.close();
  await database.close();
});
