/**
 * `npm run compat:clients -- [name …]`: the own suites of MySQL's clients (suites.ts) against Ebb and against the genuine MySQL
 * that ../shared/services brings, so that only what Ebb alone fails counts.
 *
 * Checkouts lie under .cache/client-suites or --suites=FOLDER. --port=N and --mysql-port=N use running servers (databases
 * `client_…` and `kysely_test`), --no-mysql leaves MySQL out.
 */
import { spawn } from 'node:child_process';
import { existsSync, openSync, closeSync, readFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import mysql from 'mysql2/promise';
import { EbbServer } from '../harness/ebb-server.ts';
import { hasMysql, MysqlServer } from '../harness/mysql-server.ts';
import { removeFolder, temporaryFolder } from '../harness/processes.ts';
import { readMocha, readPoku, readVitest, type SuiteResult } from './reports.ts';
import { type ClientSuite, SUITES, type Target } from './suites.ts';

const SUITE_MS = 20 * 60_000;
const LOG_CHARS = 2000;
const MESSAGE_CHARS = 160;
/** Stored programs and spatial types: known to be missing, and answered as such. */
const LATER = "doesn't yet support";

function option(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** Lets a suite that knows one port only reach the server. */
function forward(from: number, to: number): Promise<Server> {
  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  return new Promise((listening, failed) => {
    server.once('error', failed);
    server.listen(from, '127.0.0.1', () => listening(server));
  });
}

async function prepare(suite: ClientSuite, port: number): Promise<void> {
  const root = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
  await root.query(`CREATE DATABASE IF NOT EXISTS ${suite.database}`);
  for (const sql of suite.statements ?? []) await root.query(sql);
  await root.end();
}

function runProgram(suite: ClientSuite, target: Target, log: string): Promise<void> {
  const out = openSync(log, 'w');
  const child = spawn(process.execPath, suite.command(target), {
    cwd: target.folder,
    env: { ...process.env, ...suite.environment(target), NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', out, out],
    timeout: SUITE_MS,
  });
  closeSync(out);
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', () => done());
  });
}

async function runSuite(name: string, suite: ClientSuite, checkout: string, port: number): Promise<SuiteResult> {
  const scratch = temporaryFolder(`client-${name}`);
  const target = { port, folder: join(checkout, suite.folder ?? ''), scratch, report: join(scratch, 'report.json') };
  const log = join(scratch, 'output.log');
  const forwarding = suite.fixedPort === undefined ? undefined : await forward(suite.fixedPort, port);
  try {
    await prepare(suite, port);
    await runProgram(suite, target, log);
    if (suite.report === 'poku') return readPoku(readFileSync(log, 'utf8'));
    if (!existsSync(target.report)) {
      const message = readFileSync(log, 'utf8').slice(-LOG_CHARS);
      return { passed: 0, skipped: 0, failures: [{ title: 'no report', message }] };
    }
    return suite.report === 'mocha' ? readMocha(target.report) : readVitest(target.report);
  } finally {
    forwarding?.close();
    removeFolder(scratch);
  }
}

function firstWords(message: string): string {
  const later = message.split('\n').find((line) => line.includes(LATER));
  return (later ?? message).trim().replace(/\s+/g, ' ').slice(0, MESSAGE_CHARS);
}

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const names = words.length > 0 ? words : Object.keys(SUITES);
const suitesFolder = resolve(option('suites') ?? join(import.meta.dirname, '../../.cache/client-suites'));
const ebb = option('port') === undefined ? await EbbServer.start() : undefined;
const wantsMysql = !process.argv.includes('--no-mysql') && option('mysql-port') === undefined && hasMysql();
const peer = wantsMysql ? await MysqlServer.start() : undefined;
const peerPort = peer?.port ?? (option('mysql-port') === undefined ? undefined : Number(option('mysql-port')));

let unexplained = 0;
try {
  console.log('| suite | server | passed | failed | skipped | reference |\n|---|---|---|---|---|---|');
  for (const name of names) {
    const suite = SUITES[name];
    if (suite === undefined) throw new Error(`no suite ${name}: ${Object.keys(SUITES).join(', ')}`);
    const checkout = join(suitesFolder, name);
    if (!existsSync(join(checkout, suite.folder ?? '', suite.needs))) {
      console.log(`| ${name} | not run: ${checkout} has no ${join(suite.folder ?? '', suite.needs)} |`);
      continue;
    }
    const row = (server: string, { passed, failures, skipped }: SuiteResult): void =>
      console.log(`| ${name} | ${server} | ${passed} | ${failures.length} | ${skipped} | ${suite.reference} |`);
    const onMysql = peerPort === undefined ? undefined : await runSuite(name, suite, checkout, peerPort);
    if (onMysql !== undefined) row('MySQL', onMysql);
    const onEbb = await runSuite(name, suite, checkout, ebb?.port ?? Number(option('port')));
    row('Ebb', onEbb);
    const failsThere = new Set(onMysql?.failures.map(({ title }) => title));
    for (const { title, message } of onEbb.failures) {
      if (failsThere.has(title)) continue;
      const isLater = message.includes(LATER);
      if (!isLater) unexplained++;
      console.log(`  ${isLater ? 'later' : 'FAILS'}: ${title}: ${firstWords(message)}`);
    }
  }
} finally {
  await ebb?.stop();
  await peer?.stop();
}
console.log(`${unexplained} fail on Ebb alone, stored programs and spatial types aside`);
process.exitCode = unexplained > 0 ? 1 : 0;
