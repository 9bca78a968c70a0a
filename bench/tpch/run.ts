/**
 * `npm run bench:tpch`: TPC-H at scale factor 0.1 on Ebb and, where ../shared brings it, on MySQL: times, and Ebb's answers
 * against the reference. --sf=0.01 takes the small data; --peers= leaves MySQL out.
 */
import { join } from 'node:path';
import { findCorpus, skipReason, unpack } from '../../test/harness/corpora.ts';
import { EbbServer } from '../../test/harness/ebb-server.ts';
import { hasMysql, MysqlServer } from '../../test/harness/mysql-server.ts';
import { removeFolder } from '../../test/harness/processes.ts';
import { loadTpch, openTpch, type QueryOutcome, queryNumbers, runQuery } from '../../test/tpch/tpch.ts';

const scale = process.argv.find((word) => word.startsWith('--sf='))?.slice(5) ?? '0.1';
const withPeers = process.argv.find((word) => word.startsWith('--peers='))?.slice(8) !== '';

const dataFile = `tpch-sf${scale}.tar.xz`;
const data = findCorpus(dataFile);
const answers = findCorpus('tpch-queries-answers.tar.xz');
if (data === undefined || answers === undefined) {
  console.error(skipReason(dataFile));
  process.exit(1);
}

interface Server {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

async function measure(server: Server, tables: string, material: string): Promise<QueryOutcome[]> {
  const connection = await openTpch(server.port, 'tpch');
  const loaded = await loadTpch(connection, material, tables);
  const rows = loaded.reduce((sum, timing) => sum + timing.rows, 0);
  const ms = loaded.reduce((sum, timing) => sum + timing.ms, 0);
  console.log(`${server.name}: ${rows} rows loaded in ${(ms / 1000).toFixed(1)} s`);
  const outcomes: QueryOutcome[] = [];
  for (const number of queryNumbers(join(material, 'queries'))) {
    outcomes.push(
      await runQuery(connection, number, join(material, 'queries'), join(material, `answers/mysql974-sf${scale}`)),
    );
  }
  await connection.end();
  return outcomes;
}

const tables = unpack(data);
const material = unpack(answers);
const servers: Server[] = [];
try {
  if (withPeers && hasMysql()) servers.push(await MysqlServer.start());
  servers.push(await EbbServer.start());
  const results: QueryOutcome[][] = [];
  for (const server of servers) results.push(await measure(server, tables, material));
  console.log(`\nquery${servers.map((server) => `${server.name} ms`.padStart(12)).join('')}`);
  const ebb = results.at(-1) ?? [];
  for (const [place, outcome] of ebb.entries()) {
    const cells = results.map((outcomes) => (outcomes[place]?.ms ?? Number.NaN).toFixed(0).padStart(12)).join('');
    console.log(
      `${outcome.number.padEnd(5)}${cells}${outcome.difference === undefined ? '' : `  ✗ ${outcome.difference}`}`,
    );
  }
  const sums = results.map((outcomes) => outcomes.reduce((sum, outcome) => sum + outcome.ms, 0));
  console.log(`sum  ${sums.map((sum) => sum.toFixed(0).padStart(12)).join('')}`);
  if (ebb.some((outcome) => outcome.difference !== undefined)) process.exitCode = 1;
} finally {
  for (const server of servers) await server.stop();
  removeFolder(tables);
  removeFolder(material);
}
