/**
 * `npm run bench:fairness`: point selects of one connection beside a full scan of 5 million rows by another.
 *
 * Prints the percentiles of the point selects alone and beside the scan; the bar is a 99th percentile of 25 ms.
 * Option: --rows=5000000.
 */
import { Readable } from 'node:stream';
import { createConnection, type Connection } from 'mysql2/promise';
import { EbbServer } from '../../test/harness/ebb-server.ts';

const BAR_P99_MS = 25;
const SECONDS = 5;

function option(name: string, otherwise: number): number {
  const word = process.argv.find((candidate) => candidate.startsWith(`--${name}=`));
  return word === undefined ? otherwise : Number(word.slice(name.length + 3));
}

const rows = option('rows', 5_000_000);

function* lines(): Generator<Buffer> {
  const chunk: string[] = [];
  for (let id = 1; id <= rows; id++) {
    chunk.push(`${id}\t${(id * 7919) % 1_000_003}\tname-${id % 1000}\n`);
    if (chunk.length === 1000) yield Buffer.from(chunk.splice(0).join(''));
  }
  if (chunk.length > 0) yield Buffer.from(chunk.join(''));
}

function connect(port: number): Promise<Connection> {
  return createConnection({ host: '127.0.0.1', port, user: 'root' });
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function pointSelects(connection: Connection, until: () => boolean): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; !until(); n++) {
    const started = performance.now();
    await connection.execute('SELECT name FROM fair.big WHERE id = ?', [1 + ((n * 104_729) % rows)]);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

function report(name: string, times: readonly number[]): void {
  const at = (share: number): string => percentile(times, share).toFixed(2).padStart(9);
  console.log(`${name.padEnd(28)}${String(times.length).padStart(9)}${at(0.5)}${at(0.95)}${at(0.99)}${at(0.9999)}`);
}

const server = await EbbServer.start({ args: ['--memory-budget', '1GiB'] });
try {
  const admin = await connect(server.port);
  await admin.query('CREATE DATABASE fair');
  await admin.query('CREATE TABLE fair.big (id INT PRIMARY KEY, k INT NOT NULL, name VARCHAR(32) NOT NULL)');
  const started = performance.now();
  await admin.query({
    sql: "LOAD DATA LOCAL INFILE 'rows' INTO TABLE fair.big",
    infileStreamFactory: () => Readable.from(lines()),
  });
  console.log(`loaded ${rows} rows in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  const reader = await connect(server.port);
  console.log(
    `${'point selects'.padEnd(28)}${'count'.padStart(9)}${'p50 ms'.padStart(9)}${'p95'.padStart(9)}${'p99'.padStart(9)}${'p99.99'.padStart(9)}`,
  );
  const end = performance.now() + SECONDS * 1000;
  report('alone', await pointSelects(reader, () => performance.now() > end));
  let scans = 0;
  let scanning = true;
  const scan = (async (): Promise<void> => {
    const until = performance.now() + SECONDS * 1000;
    do {
      await admin.query('SELECT COUNT(*), SUM(k), MAX(name) FROM fair.big WHERE k % 3 = 1');
      scans++;
    } while (performance.now() < until);
    scanning = false;
  })();
  const beside = await pointSelects(reader, () => !scanning);
  await scan;
  report(`beside ${scans} full scans`, beside);
  const p99 = percentile(beside, 0.99);
  console.log(`\np99 beside a full scan: ${p99.toFixed(2)} ms (bar ${BAR_P99_MS} ms)`);
  if (p99 > BAR_P99_MS) process.exitCode = 1;
  await reader.end();
  await admin.end();
} finally {
  await server.stop();
}
