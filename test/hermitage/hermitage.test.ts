/**
 * The hermitage isolation scripts (../shared/corpora, CC-BY-4.0): at read committed, repeatable read and serializable each step gives
 * MySQL's recorded outcome and blocks where MySQL blocks. Differences that snapshots make are in COMPAT.md and named here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCorpus, skipReason, unpack } from '../harness/corpora.ts';
import { EbbServer } from '../harness/ebb-server.ts';
import { removeFolder, sleep } from '../harness/processes.ts';

interface Step {
  readonly s: string;
  readonly sql: string;
  readonly blocked?: boolean;
  readonly out: {
    readonly affected?: number;
    readonly rows?: readonly (readonly unknown[])[];
    readonly errno?: number;
  };
}
interface Script {
  readonly name: string;
  readonly level: string;
  readonly steps: readonly Step[];
}

/**
 * Serializable, with two anti-dependency edges: InnoDB ends it by a deadlock of three transactions over two rows. Here T2 waits
 * for T1's scan of the table, T3 behind T2, and all commit in the order T1, T3, T2, which is serial.
 */
const OTHER_VICTIM = "Fekete et al's example with two anti-dependency edges";

type Outcome = Step['out'];

/**
 * A step that MySQL blocks must still wait after the first time. One that MySQL does not block gets the second: nothing but
 * later steps would release a lock, so on a busy machine patience changes no verdict.
 */
const BLOCKED_AFTER_MS = 150;
const ANSWERED_WITHIN_MS = 5_000;

const path = findCorpus('hermitage.tar.xz');
if (path === undefined) console.warn(`hermitage: ${skipReason('hermitage.tar.xz')}`);
const folder = path === undefined ? '' : unpack(path);

function scripts(file: string): Script[] {
  if (folder === '') return [];
  const all = JSON.parse(readFileSync(join(folder, 'hermitage', file), 'utf8')) as Script[];
  return all.filter((script) => script.level !== 'read uncommitted' && !script.name.includes(OTHER_VICTIM));
}

async function runStep(connection: Connection, sql: string): Promise<Outcome> {
  try {
    const [result] = await connection.query({ sql, rowsAsArray: true });
    if (Array.isArray(result)) return { rows: result as unknown[][] };
    return { affected: result.affectedRows };
  } catch (error) {
    return { errno: (error as { errno: number }).errno };
  }
}

/** Steps with what happened, in the script's order. A blocked step's outcome is filled in when it ends. */
async function runScript(port: number, script: Script): Promise<{ sql: string; blocked: boolean; out: Outcome }[]> {
  const admin = await createConnection({ host: '127.0.0.1', port, user: 'root', multipleStatements: true });
  await admin.query(
    'DROP DATABASE IF EXISTS hermitage; CREATE DATABASE hermitage; USE hermitage; CREATE TABLE test (id INT PRIMARY KEY, value INT); INSERT INTO test VALUES (1, 10), (2, 20)',
  );
  const sessions = new Map<string, { connection: Connection; last: Promise<unknown> }>();
  const outcomes: { sql: string; blocked: boolean; out: Outcome }[] = [];
  const pending: Promise<unknown>[] = [];
  for (const step of script.steps) {
    let session = sessions.get(step.s);
    if (session === undefined) {
      session = {
        connection: await createConnection({ host: '127.0.0.1', port, user: 'root', database: 'hermitage' }),
        last: Promise.resolve(),
      };
      sessions.set(step.s, session);
    }
    const { connection } = session;
    const entry: { sql: string; blocked: boolean; out: Outcome } = {
      sql: `${step.s}: ${step.sql}`,
      blocked: true,
      out: {},
    };
    outcomes.push(entry);
    const done = session.last
      .then(() => runStep(connection, step.sql))
      .then((out) => {
        entry.out = out;
      });
    session.last = done;
    pending.push(done);
    const patience = step.blocked === true ? BLOCKED_AFTER_MS : ANSWERED_WITHIN_MS;
    entry.blocked = await Promise.race([done.then(() => false), sleep(patience).then(() => true)]);
  }
  await Promise.all(pending);
  for (const { connection } of sessions.values()) await connection.end();
  await admin.end();
  return outcomes;
}

describe.skipIf(folder === '')('hermitage', () => {
  let server: EbbServer;
  beforeAll(async () => {
    server = await EbbServer.start();
  });
  afterAll(async () => {
    await server?.stop();
    removeFolder(folder);
  });

  test.each(scripts('mysql.json'))(
    '$name',
    async (script) => {
      const got = await runScript(server.port, script);
      const wanted = script.steps.map((step) => ({
        sql: `${step.s}: ${step.sql}`,
        blocked: step.blocked === true,
        out: step.out.errno === undefined ? step.out : { errno: step.out.errno },
      }));
      expect(got).toEqual(wanted);
    },
    60_000,
  );
});
