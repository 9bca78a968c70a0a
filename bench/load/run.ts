/**
 * `npm run bench:load`: LOAD DATA of sysbench's table with its index, rows per second and memory (bars: 60,000 rows/s; the
 * memory budget is kept while 5 GB of rows go in). Options: --gb=5 --budget=1GiB.
 *
 * The resident size is the process's, so it holds Node itself (about 80 MB) and garbage not yet collected on top of the
 * budget, which bounds caches and memtables.
 */
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createConnection } from 'mysql2/promise';
import { EbbServer } from '../../test/harness/ebb-server.ts';

const ROWS_PER_SECOND_BAR = 60_000;
const ROW_BYTES = 200;

function option(name: string, otherwise: string): string {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
}

const gigabytes = Number(option('gb', '5'));
const budget = option('budget', '1GiB');
const count = Math.ceil((gigabytes * 1e9) / ROW_BYTES);

let state = 1;
function digits(length: number): string {
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += state.toString();
  }
  return text.slice(0, length);
}

/** Columns id, k, c (119 characters), pad (59), as sysbench fills them; c and pad come from a pool to keep the generator cheap. */
function* lines(): Generator<string> {
  const pool = Array.from({ length: 1000 }, () =>
    Array.from({ length: 11 }, () => digits(10))
      .join('-')
      .slice(0, 119),
  );
  const pads = pool.map((text) => text.slice(0, 59));
  for (let id = 1; id <= count; id += 500) {
    let chunk = '';
    for (let n = id; n < id + 500 && n <= count; n++)
      chunk += `${n}\t${(Math.imul(n, 2_654_435_761) >>> 0) % count}\t${pool[(n * 7) % 1000]}\t${pads[(n * 13) % 1000]}\n`;
    yield chunk;
  }
}

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

const server = await EbbServer.start({ args: ['--memory-budget', budget] });
try {
  const connection = await createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
  await connection.query('CREATE DATABASE sb');
  await connection.query(
    "CREATE TABLE sb.sbtest1 (id INTEGER NOT NULL AUTO_INCREMENT, k INTEGER DEFAULT '0' NOT NULL, c CHAR(120) DEFAULT '' NOT NULL, pad CHAR(60) DEFAULT '' NOT NULL, PRIMARY KEY (id), KEY k_1 (k))",
  );
  let peakMb = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(server.pid));
  }, 200);
  const started = performance.now();
  await connection.query({
    sql: "LOAD DATA LOCAL INFILE 'rows' INTO TABLE sb.sbtest1",
    infileStreamFactory: () => Readable.from(lines(), { objectMode: false }),
  });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  const rate = count / seconds;
  const [rows] = await connection.query('SELECT COUNT(*) AS n FROM sb.sbtest1');
  const loaded = (rows as { n: number }[])[0]?.n;
  console.log(
    `${loaded} rows (${gigabytes} GB) in ${seconds.toFixed(1)} s: ${rate.toFixed(0)} rows/s (bar ${ROWS_PER_SECOND_BAR}); resident memory at most ${peakMb.toFixed(0)} MB with --memory-budget ${budget}`,
  );
  if (rate < ROWS_PER_SECOND_BAR || loaded !== count) process.exitCode = 1;
  await connection.end();
} finally {
  await server.stop();
}
