/** Every statement of the files, in order on one session, answers as MySQL did: rows, counts, ids, infos, warnings, errors. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SqlError } from '../../src/base/index.ts';
import { type Database, openDatabase, type Session } from '../../src/engine/index.ts';
import { ALL_RIGHTS } from '../../src/engine/session/all-rights.ts';
import { SqlEngine } from '../../src/engine/session/engine.ts';
import { realEnv } from '../../src/env/index.ts';
import { openLog } from '../../src/log/index.ts';
import { type Batch, cachedTextOf, charsetUnits, type FieldType, type Value } from '../../src/sql/types/index.ts';
import { openStore } from '../../src/store/index.ts';
import { KNOWN_DIFFERENCES } from './known-differences.data.ts';
import { DATABASE, fileNames, inFixedOrder, type Outcome, recordedOf } from './statement-files.ts';

describe.each(fileNames())('%s', (name) => {
  let database: Database;
  let session: Session;

  beforeAll(async () => {
    const env = realEnv();
    database = await openDatabase({ store: await openStore('memory:', env), log: await openLog('memory:', env), env });
    const engine = new SqlEngine({
      database,
      env,
      accounts: { findAccount: () => undefined, privilegesOf: () => ALL_RIGHTS },
    });
    session = await engine.connect({ user: 'root', host: 'localhost' });
    await session.execute(`CREATE DATABASE ${DATABASE}`);
    await session.execute(`USE ${DATABASE}`);
  });

  afterAll(async () => {
    await session.close();
    await database.close();
  });

  test.each(recordedOf(name))('%s', async (sql, expected) => {
    const got = await answer(sql);
    if (KNOWN_DIFFERENCES.has(`${name}: ${sql}`)) expect(got).not.toEqual(expected);
    else expect(got).toEqual(expected);
  });

  async function answer(sql: string): Promise<Outcome> {
    try {
      const rows = await query(sql);
      if (!('affectedRows' in rows)) return { rows: inFixedOrder(sql, rows) };
      const warnings = (await query('SHOW WARNINGS')) as (string | null)[][];
      const shown = warnings.map(([level, errno, message]) => [level!, Number(errno), message!] as const);
      // The recording client reads the id of the OK packet as a signed number of 64 bits.
      const insertId = Number(BigInt.asIntN(64, BigInt(rows.lastInsertId)));
      return { ok: [rows.affectedRows, insertId, rows.info], warnings: shown };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return { error: [error.errno, error.sqlState, error.message] };
    }
  }

  async function query(
    sql: string,
  ): Promise<
    | (string | null)[][]
    | { readonly affectedRows: number; readonly lastInsertId: number | bigint; readonly info: string }
  > {
    const result = await session.execute(sql);
    if (result.kind === 'ok') return result;
    const rows: (string | null)[][] = [];
    const types = result.columns.map((column) => column.type);
    for (let batch: Batch | undefined = await result.next(); batch !== undefined; batch = await result.next()) {
      for (const row of batch) rows.push(row.map((value, i) => textOf(value, types[i]!)));
    }
    await result.close();
    return rows;
  }
});

function textOf(value: Value, type: FieldType): string | null {
  if (value === null) return null;
  return value instanceof Uint8Array ? charsetUnits.decodeUtf8(value) : cachedTextOf(type)(value);
}
