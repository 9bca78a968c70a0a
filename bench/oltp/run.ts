/**
 * `npm run bench:oltp`: MariaDB, MySQL and Ebb side by side under sysbench, each with fsync on commit, on the same disk.
 *
 * Each server runs each script for --warmup=6 seconds first, unmeasured: buffer pools fill, and Ebb's code gets compiled.
 * Options (after `--`): --seconds=10 --threads=8 --tables=2 --size=100000 --scripts=point_select,read_only,… --peers=mariadb,mysql
 * --all runs every oltp_* and select_random_* script at 1, 8 and 64 threads against Ebb alone and fails on any error.
 */
import { createConnection } from 'mysql2/promise';
import { EbbServer } from '../../test/harness/ebb-server.ts';
import { MariadbServer } from '../../test/harness/mariadb-server.ts';
import { hasMysql, MysqlServer } from '../../test/harness/mysql-server.ts';
import { prepare, runSysbench, type SysbenchOptions, type SysbenchReport } from './sysbench.ts';

interface Server {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

const ALL_SCRIPTS = [
  'oltp_point_select',
  'oltp_read_only',
  'oltp_write_only',
  'oltp_read_write',
  'oltp_insert',
  'oltp_delete',
  'oltp_update_index',
  'oltp_update_non_index',
  'select_random_points',
  'select_random_ranges',
];
/** Ratio to MariaDB at 8 threads that must be reached. */
const BARS: Readonly<Record<string, number>> = {
  oltp_point_select: 0.6,
  oltp_read_only: 0.5,
  oltp_write_only: 0.6,
  oltp_read_write: 0.6,
  oltp_insert: 0.8,
};

function option(name: string, otherwise: string): string {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
}

const seconds = Number(option('seconds', '10'));
const warmupSeconds = Number(option('warmup', '6'));
const tables = Number(option('tables', '2'));
const tableSize = Number(option('size', '100000'));
const database = 'sbtest';

async function startPeers(): Promise<Server[]> {
  const wanted = option('peers', 'mariadb,mysql').split(',');
  const servers: Server[] = [];
  if (wanted.includes('mariadb')) servers.push(await MariadbServer.start());
  if (wanted.includes('mysql')) {
    if (hasMysql()) servers.push(await MysqlServer.start());
    else console.warn('MySQL: ../shared/services/mysql-up.sh is not there, left out');
  }
  servers.push(await EbbServer.start({ args: ['--memory-budget', '1GiB'] }));
  return servers;
}

function options(server: Server, script: string, threads: number): SysbenchOptions {
  return { script, port: server.port, threads, seconds, tables, tableSize, database };
}

async function load(server: Server): Promise<void> {
  const connection = await createConnection({ host: '127.0.0.1', port: server.port, user: 'root' });
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${database}`);
  await connection.end();
  const started = performance.now();
  await prepare(options(server, 'oltp_point_select', 2));
  console.log(
    `${server.name}: ${tables} tables of ${tableSize} rows loaded in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}

function pad(text: string, width: number): string {
  return text.padStart(width);
}

async function compare(servers: readonly Server[]): Promise<boolean> {
  const threads = Number(option('threads', '8'));
  const scripts = option(
    'scripts',
    Object.keys(BARS)
      .map((name) => name.slice(5))
      .join(','),
  )
    .split(',')
    .map((name) => (name.startsWith('select_') ? name : `oltp_${name}`));
  console.log(`\nsysbench, ${threads} threads, ${seconds} s each: queries per second (95th percentile, ms)\n`);
  console.log(
    `${'script'.padEnd(24)}${servers.map((server) => pad(server.name, 22)).join('')}${pad('Ebb/MariaDB', 13)}${pad('bar', 6)}`,
  );
  let reached = true;
  for (const script of scripts) {
    const reports: SysbenchReport[] = [];
    for (const server of servers) {
      if (warmupSeconds > 0) await runSysbench({ ...options(server, script, threads), seconds: warmupSeconds });
      reports.push(await runSysbench(options(server, script, threads)));
    }
    const cells = reports
      .map((report) => pad(`${report.queriesPerSecond.toFixed(0)} (${report.p95Ms.toFixed(2)})`, 22))
      .join('');
    const ebb = reports.at(-1)!;
    const mariadb = servers[0]?.name === 'MariaDB' ? reports[0] : undefined;
    const ratio = mariadb === undefined ? undefined : ebb.queriesPerSecond / mariadb.queriesPerSecond;
    const bar = BARS[script];
    const failed = (ratio !== undefined && bar !== undefined && ratio < bar) || ebb.errors > 0;
    reached &&= !failed;
    console.log(
      `${script.padEnd(24)}${cells}${pad(ratio?.toFixed(2) ?? '-', 13)}${pad(bar?.toFixed(1) ?? '-', 6)}${failed ? `  ✗ ${ebb.errors > 0 ? `${ebb.errors} errors` : ''}` : ''}`,
    );
  }
  return reached;
}

async function everyScript(server: Server): Promise<boolean> {
  let clean = true;
  console.log(
    `\n${'script'.padEnd(24)}${pad('threads', 8)}${pad('queries/s', 12)}${pad('p95 ms', 10)}${pad('errors', 8)}`,
  );
  for (const script of ALL_SCRIPTS) {
    for (const threads of [1, 8, 64]) {
      const report = await runSysbench(options(server, script, threads));
      clean &&= report.errors === 0 && report.reconnects === 0;
      console.log(
        `${script.padEnd(24)}${pad(String(threads), 8)}${pad(report.queriesPerSecond.toFixed(0), 12)}${pad(report.p95Ms.toFixed(2), 10)}${pad(String(report.errors), 8)}`,
      );
    }
  }
  return clean;
}

const all = process.argv.includes('--all');
const servers = all ? [await EbbServer.start({ args: ['--memory-budget', '1GiB'] })] : await startPeers();
try {
  for (const server of servers) await load(server);
  const good = all ? await everyScript(servers[0]!) : await compare(servers);
  if (!good) process.exitCode = 1;
} finally {
  for (const server of servers) await server.stop();
}
