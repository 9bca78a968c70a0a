/** TPC-H at scale factor 0.01 over the wire: the 22 answers equal MySQL's. */
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCorpus, skipReason, unpack } from '../harness/corpora.ts';
import { EbbServer } from '../harness/ebb-server.ts';
import { removeFolder } from '../harness/processes.ts';
import { loadTpch, openTpch, queryNumbers, runQuery } from './tpch.ts';

const DATA = 'tpch-sf0.01.tar.xz';
const data = findCorpus(DATA);
const answers = findCorpus('tpch-queries-answers.tar.xz');

if (data === undefined || answers === undefined) console.warn(`TPC-H: ${skipReason(DATA)}`);

describe.skipIf(data === undefined || answers === undefined)('TPC-H at 0.01', () => {
  let server: EbbServer;
  let connection: Connection;
  const folders = data === undefined || answers === undefined ? ['', ''] : [unpack(data), unpack(answers)];
  const [tables = '', material = ''] = folders;

  beforeAll(async () => {
    server = await EbbServer.start();
    connection = await openTpch(server.port, 'tpch');
    const loaded = await loadTpch(connection, material, tables);
    expect(loaded.find((timing) => timing.table === 'lineitem')?.rows).toBe(60_175);
  }, 120_000);

  afterAll(async () => {
    await connection?.end();
    await server?.stop();
    for (const folder of folders) removeFolder(folder);
  });

  // Tests are collected before they are skipped: without the corpus there is nothing to name them by.
  test.each(material === '' ? ['none'] : queryNumbers(join(material, 'queries')))('query %s', async (number) => {
    const outcome = await runQuery(
      connection,
      number,
      join(material, 'queries'),
      join(material, 'answers/mysql974-sf0.01'),
    );
    expect(outcome.difference).toBeUndefined();
  });
});
