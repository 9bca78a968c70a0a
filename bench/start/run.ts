/**
 * `npm run bench:start`: how soon the first answer comes.
 *
 * - embedded: `open('memory:')` to the first answer after import, in fresh processes (bar 60 ms);
 * - server: `ebb start` on a data folder of 1 GB until a query is answered (bar 500 ms). --gb=1 changes the size.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createConnection } from 'mysql2/promise';
import { EbbServer } from '../../test/harness/ebb-server.ts';

const EMBEDDED_BAR_MS = 60;
const SERVER_BAR_MS = 500;
const ROUNDS = 7;
const ROW_BYTES = 1000;

const gigabytes = Number(process.argv.find((word) => word.startsWith('--gb='))?.slice(5) ?? 1);
const entry = join(import.meta.dirname, '../../dist/index.js');

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function embeddedOnce(): number {
  const script = `const { open } = await import(${JSON.stringify(entry)});
    const started = performance.now();
    const db = await open('memory:');
    const rows = await db.query('SELECT 1 + 1 AS two');
    const ms = performance.now() - started;
    if (rows[0].two !== 2) throw new Error('wrong answer');
    await db.close();
    console.log(ms);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString().trim());
}

async function fill(server: EbbServer): Promise<void> {
  const connection = await createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
  await connection.query('CREATE DATABASE big');
  await connection.query('CREATE TABLE big.t (id INT PRIMARY KEY, k INT, pad VARBINARY(1000), KEY (k))');
  const count = Math.ceil((gigabytes * 1e9) / ROW_BYTES);
  // Text that does not compress away, so that the folder has the size that was asked for.
  let state = 1;
  const noise = (): string => {
    let text = '';
    while (text.length < ROW_BYTES - 20) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      text += state.toString(36);
    }
    return text.slice(0, ROW_BYTES - 20);
  };
  function* lines(): Generator<Buffer> {
    for (let id = 1; id <= count; id += 100) {
      let chunk = '';
      for (let n = id; n < id + 100 && n <= count; n++) chunk += `${n}\t${n % 1000}\t${noise()}\n`;
      yield Buffer.from(chunk);
    }
  }
  await connection.query({
    sql: "LOAD DATA LOCAL INFILE 'rows' INTO TABLE big.t",
    infileStreamFactory: () => Readable.from(lines()),
  });
  await connection.end();
}

const embedded = Array.from({ length: ROUNDS }, embeddedOnce);
console.log(
  `embedded open('memory:') to the first answer: ${median(embedded).toFixed(1)} ms, median of ${ROUNDS} processes (bar ${EMBEDDED_BAR_MS} ms)`,
);
if (median(embedded) > EMBEDDED_BAR_MS) process.exitCode = 1;

const server = await EbbServer.start();
try {
  await fill(server);
  const bytes = execFileSync('du', ['-sb', server.dataFolder]).toString().split('\t')[0];
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await server.kill();
    const started = performance.now();
    await server.restart();
    const connection = await createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
    await connection.query('SELECT id FROM big.t WHERE id = 12345');
    times.push(performance.now() - started);
    await connection.end();
  }
  console.log(
    `server on a data folder of ${(Number(bytes) / 1e9).toFixed(2)} GB, start to the first row: ${median(times).toFixed(0)} ms, median of ${ROUNDS} (bar ${SERVER_BAR_MS} ms)`,
  );
  if (median(times) > SERVER_BAR_MS) process.exitCode = 1;
} finally {
  await server.stop();
}
