/**
 * `npm run compat -- [mysql-plain] [mysql-json] [tidb] [gms]`: recorded statements against a running Ebb, scored as
 * ../shared/CORPORA.md says. --port=N uses a running server; --misses=FILE writes every miss; --filter=TEXT keeps some files.
 */
import { writeFileSync } from 'node:fs';
import type { Connection } from 'mysql2/promise';
import { findCorpus, readJsonLines } from '../harness/corpora.ts';
import { EbbServer } from '../harness/ebb-server.ts';
import {
  type Answer,
  asBytes,
  ask,
  connectTo,
  describeAnswer,
  LostConnection,
  newScore,
  sameRows,
  type Score,
} from './replay.ts';

function option(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}

interface MysqlRecord {
  readonly f: string;
  readonly sql: string;
  readonly line: number;
  readonly unstable?: unknown;
  readonly sorted?: unknown;
  readonly o: {
    readonly r?: (string | null)[][];
    readonly e?: number;
    readonly m?: string;
    readonly skip?: unknown;
    readonly multi?: unknown;
  };
}
interface TidbRecord {
  readonly f: string;
  readonly line: number;
  readonly sql?: string;
  readonly exp?: string;
  readonly my?: string;
  readonly sorted?: unknown;
}
interface GmsRecord {
  readonly file: string;
  readonly name: string;
  readonly setup?: readonly string[];
  readonly assert: readonly { readonly q: string; readonly rows?: (unknown[] | null)[]; readonly errno?: number }[];
}

const port = option('port');
let server = port === undefined ? await startServer() : undefined;
let target = Number(port ?? server?.port);
const filter = option('filter');

function startServer(): Promise<EbbServer> {
  return EbbServer.start({ args: ['--memory-budget', '2GiB'] });
}

/** Suites about accounts may leave root locked out: the next file gets a new server. */
async function replaceServer(): Promise<void> {
  if (server === undefined) throw new Error('the suite locked root out of the given server');
  await server.stop();
  server = await startServer();
  target = server.port;
}

const SYSTEM_DATABASES = new Set(['mysql', 'information_schema', 'performance_schema', 'sys']);

class Client {
  connection: Connection | undefined;
  database: string | undefined;

  async fresh(database: string): Promise<void> {
    await this.close();
    this.database = database;
    const admin = await connectTo(target).catch(async () => {
      await replaceServer();
      return connectTo(target);
    });
    await admin.query('SET foreign_key_checks = 0');
    const [databases] = await admin.query({ sql: 'SHOW DATABASES', rowsAsArray: true });
    for (const [name] of databases as unknown as string[][]) {
      if (name !== undefined && !SYSTEM_DATABASES.has(name)) await admin.query(`DROP DATABASE \`${name}\``);
    }
    await admin.query(`CREATE DATABASE \`${database}\``);
    await admin.end();
    this.connection = await connectTo(target, database);
  }

  async ask(sql: string): Promise<Answer> {
    try {
      return await ask(this.connection!, sql);
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      this.connection?.destroy();
      this.connection = await connectTo(target, this.database);
      return { errno: 2013, message: `connection lost: ${error.message}` };
    }
  }

  async close(): Promise<void> {
    this.connection?.destroy();
    this.connection = undefined;
  }
}

function judge(score: Score, place: string, sql: string, wanted: Answer, got: Answer, sorted: boolean): void {
  const good =
    wanted.errno !== undefined
      ? got.errno === wanted.errno
      : got.errno === undefined && (wanted.rows === undefined || sameRows(got.rows, wanted.rows, sorted));
  if (good) score.passed++;
  else {
    score.failed++;
    score.misses.push({ place, sql, wanted: describeAnswer(wanted), got: describeAnswer(got) });
  }
}

async function mysqlSuite(name: string): Promise<Score> {
  const score = newScore();
  const client = new Client();
  let file = '';
  for (const record of readJsonLines<MysqlRecord>(findCorpus(`mysql97-${name}-recorded.jsonl.xz`)!)) {
    if (filter !== undefined && !record.f.includes(filter)) continue;
    if (record.f !== file) {
      file = record.f;
      await client.fresh('test');
    }
    if (record.o.skip !== undefined) {
      score.skipped++;
      continue;
    }
    const got = await client.ask(record.sql);
    if (record.unstable !== undefined || record.o.multi !== undefined) {
      score.skipped++;
      continue;
    }
    const wanted: Answer =
      record.o.e !== undefined
        ? { errno: record.o.e, message: record.o.m ?? '' }
        : record.o.r !== undefined
          ? { rows: record.o.r.map((row) => row.map((cell) => (cell === null ? null : asBytes(String(cell))))) }
          : {};
    judge(score, `${record.f}:${record.line}`, record.sql, wanted, got, record.sorted !== undefined);
  }
  await client.close();
  return score;
}

function tidbAnswer(expected: string): Answer {
  const error = /^Error (\d+)/.exec(expected);
  if (error !== null) return { errno: Number(error[1]), message: expected };
  if (expected === '') return {};
  const lines = expected.endsWith('\n') ? expected.slice(0, -1) : expected;
  return { rows: lines.split('\n').map((line) => line.split('\t').map((cell) => asBytes(cell))) };
}

function textRows(answer: Answer): string {
  return (answer.rows ?? []).map((row) => row.map((cell) => cell ?? 'NULL').join('\t')).join('\n');
}

async function tidbSuite(): Promise<Score> {
  const score = newScore();
  const client = new Client();
  let file = '';
  for (const record of readJsonLines<TidbRecord>(findCorpus('tidb-it.jsonl.xz')!)) {
    if (filter !== undefined && !record.f.includes(filter)) continue;
    if (record.f !== file) {
      file = record.f;
      await client.fresh(file.replaceAll('/', '__'));
    }
    if (record.sql === undefined) continue;
    const got = await client.ask(record.sql);
    if (record.my !== 'same') {
      score.skipped++;
      continue;
    }
    const wanted = tidbAnswer(record.exp ?? '');
    const wantedText = textRows(wanted);
    const gotText =
      got.names === undefined
        ? textRows(got)
        : [got.names.join('\t'), textRows(got)].filter((text) => text !== '').join('\n');
    const lines = (text: string): string => (record.sorted !== undefined ? text.split('\n').sort().join('\n') : text);
    const good =
      wanted.errno !== undefined
        ? got.errno === wanted.errno
        : got.errno === undefined && lines(gotText) === lines(wantedText);
    if (good) score.passed++;
    else {
      score.failed++;
      score.misses.push({
        place: `${record.f}:${record.line}`,
        sql: record.sql,
        wanted: describeAnswer(wanted),
        got: describeAnswer(got),
      });
    }
  }
  await client.close();
  return score;
}

async function gmsSuite(): Promise<Score> {
  const score = newScore();
  const client = new Client();
  for (const record of readJsonLines<GmsRecord>(findCorpus('gms-mysql974.jsonl.xz')!)) {
    if (filter !== undefined && !record.file.includes(filter) && !String(record.name).includes(filter)) continue;
    await client.fresh('mydb');
    for (const sql of record.setup ?? []) await client.ask(sql);
    for (const assertion of record.assert) {
      const got = await client.ask(assertion.q);
      const wanted: Answer =
        assertion.errno !== undefined
          ? { errno: assertion.errno }
          : assertion.rows === undefined
            ? {}
            : {
                rows: assertion.rows.map((row) =>
                  (row ?? []).map((cell) => (cell === null ? null : asBytes(String(cell)))),
                ),
              };
      judge(score, `${record.file}: ${record.name}`, assertion.q, wanted, got, !/order by/i.test(assertion.q));
    }
  }
  await client.close();
  return score;
}

const SUITES: Readonly<Record<string, () => Promise<Score>>> = {
  'mysql-plain': () => mysqlSuite('plain'),
  'mysql-json': () => mysqlSuite('json'),
  tidb: tidbSuite,
  gms: gmsSuite,
};

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const missesFile = option('misses');
const misses: string[] = [];
try {
  console.log(
    `${'suite'.padEnd(14)}${'statements'.padStart(11)}${'passed'.padStart(9)}${'failed'.padStart(9)}${'skipped'.padStart(9)}${'%'.padStart(9)}`,
  );
  for (const [name, run] of Object.entries(SUITES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const score = await run();
    const total = score.passed + score.failed;
    console.log(
      `${name.padEnd(14)}${String(total + score.skipped).padStart(11)}${String(score.passed).padStart(9)}${String(score.failed).padStart(9)}${String(score.skipped).padStart(9)}${((100 * score.passed) / Math.max(1, total)).toFixed(2).padStart(9)}`,
    );
    for (const miss of score.misses) misses.push(JSON.stringify({ suite: name, ...miss }));
  }
} finally {
  if (missesFile !== undefined) writeFileSync(missesFile, `${misses.join('\n')}\n`);
  await server?.stop();
}
