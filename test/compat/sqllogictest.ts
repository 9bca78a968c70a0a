/**
 * The sqllogictest sample (a copy that was regenerated for MySQL 8): every record of a file in order, on one session in a database of its own.
 *
 * A query passes when its values agree and so do the types of its columns. Integers and text print as they are sent, decimals and doubles as
 * %.3f, NULL as NULL, an empty string as (empty), a character that does not print as @. One statement is under way at a time. A server beside
 * Ebb gets each file after Ebb; only its times are kept (side-by-side.ts).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Connection, createConnection, type FieldPacket } from 'mysql2';
import { findCorpus, skipReason, unpack } from '../harness/corpora.ts';
import { removeFolder } from '../harness/processes.ts';
import type { Target } from './client.ts';
import { LaterFeatures } from './later-features.ts';
import { Score } from './score.ts';
import { CUT_OFF_MS, type SideBySide, statementKind } from './side-by-side.ts';
import {
  parseSqlLogicTest,
  type QueryRecord,
  sameValues,
  type SltRecord,
  type StatementRecord,
} from './sqllogictest-file.ts';
import type { Suite, SuiteContext } from './suite.ts';

const CORPUS = 'slt-sample.tar.xz';
const DATABASE = 'sqllogictest';
/** The files say that a statement fails, not how. */
const ANY_ERROR = 1105;

export function sqlLogicTest(): Suite {
  return {
    name: 'slt',
    title: 'sqllogictest',
    corpus: CORPUS,
    sampleOneOf: 24,
    async run(context: SuiteContext): Promise<Score> {
      const path = findCorpus(CORPUS);
      if (path === undefined) throw new Error(skipReason(CORPUS));
      const folder = unpack(path);
      try {
        for (const file of filesUnder(folder)) {
          if (!context.wants(file)) continue;
          const records = parseSqlLogicTest(readFileSync(join(folder, file), 'latin1'));
          await new FileRun(file, context.target, context.score, (kind, own) => {
            context.beside?.add(file, kind, { own });
          }).all(records);
          if (context.beside !== undefined) await runBeside(file, records, context.beside);
        }
      } finally {
        removeFolder(folder);
      }
      return context.score;
    },
  };
}

async function runBeside(file: string, records: readonly SltRecord[], beside: SideBySide): Promise<void> {
  const target = { port: beside.port, replace: () => Promise.reject(new Error('the server beside is not usable')) };
  const score = new Score();
  await new FileRun(file, target, score, (kind, ms) => {
    beside.add(file, kind, { beside: ms });
  }).all(records);
  beside.passed += score.passed;
  beside.failed += score.failed;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

type Outcome =
  | { readonly rows: readonly (readonly (string | null)[])[]; readonly types: string }
  | { readonly errno: number; readonly message: string };

/** Told of each statement what kind it was and how long its answer took. */
type Took = (kind: string, ms: number) => void;

class FileRun {
  readonly #file: string;
  readonly #target: Target;
  readonly #score: Score;
  readonly #took: Took;
  #connection: Connection | undefined;
  readonly #later = new LaterFeatures();

  constructor(file: string, target: Target, score: Score, took: Took) {
    this.#file = file;
    this.#target = target;
    this.#score = score;
    this.#took = took;
  }

  async all(records: readonly SltRecord[]): Promise<void> {
    await this.#open([`DROP DATABASE IF EXISTS ${DATABASE}`, `CREATE DATABASE ${DATABASE}`]);
    for (const record of records) {
      if (record.kind === 'statement') await this.#statement(record);
      else await this.#query(record);
    }
    this.#connection?.destroy();
  }

  async #open(first: readonly string[]): Promise<void> {
    this.#connection?.destroy();
    this.#connection = createConnection({
      host: '127.0.0.1',
      port: this.#target.port,
      user: 'root',
      charset: 'UTF8MB4_0900_AI_CI',
      typeCast: (field) => field.buffer()?.toString('latin1') ?? null,
    });
    // Reported by the statement that is under way.
    this.#connection.on('error', () => undefined);
    for (const sql of [...first, `USE ${DATABASE}`]) {
      const outcome = await this.#ask(sql);
      if ('errno' in outcome) throw new Error(`${sql}: ${outcome.message}`);
    }
  }

  async #statement(record: StatementRecord): Promise<void> {
    const outcome = await this.#ask(record.sql);
    const fails = 'errno' in outcome;
    if (fails === record.fails) this.#score.pass();
    else {
      const wanted = record.fails ? { errno: ANY_ERROR, message: '' } : {};
      const reason = this.#later.reasonToSkip(record.sql, wanted, fails ? outcome : {}) ?? this.#notMysql(record);
      if (reason !== undefined) this.#score.skip(reason);
      else this.#miss(record, record.fails ? 'an error' : 'OK', fails ? outcome.message : 'OK');
    }
  }

  /** What the file expects and MySQL does not do. */
  #notMysql(record: StatementRecord): string | undefined {
    const isViewChange =
      /slt_lang_createview\.test$/.test(this.#file) && /^(?:DELETE FROM|UPDATE) view1\b/.test(record.sql);
    return isViewChange && record.fails ? "SQLite's views are read-only, MySQL's are not" : undefined;
  }

  async #query(record: QueryRecord): Promise<void> {
    const outcome = await this.#ask(record.sql);
    const wanted = (): string => `${record.types}\n${record.wanted.join('\n')}`;
    if ('errno' in outcome) {
      this.#miss(record, wanted(), outcome.message);
      return;
    }
    const rows = outcome.rows.map((row) => row.map((value, place) => printed(value, outcome.types.charAt(place))));
    if (outcome.types === record.types && sameValues(rows, record)) this.#score.pass();
    else this.#miss(record, wanted(), `${outcome.types}\n${rows.flat().slice(0, 100).join('\n')}`);
  }

  #miss({ line, sql }: { line: number; sql: string }, wanted: string, got: string): void {
    this.#score.fail({ place: `${this.#file}:${line}`, sql, wanted, got });
  }

  /** A lost connection is a miss like any error; the file goes on with a new one, and what the old one asked for ends. */
  async #ask(sql: string): Promise<Outcome> {
    const started = performance.now();
    const outcome = await this.#send(sql);
    this.#took(statementKind(sql), performance.now() - started);
    if (!('errno' in outcome) || outcome.errno >= 1000) return outcome;
    const lost = this.#connection?.threadId;
    await this.#open([]).catch(() => this.#target.replace());
    // MySQL looks for the best order of some 60-way joins for hours, whether or not the client is still there.
    if (lost !== undefined && lost !== null) await this.#send(`KILL ${lost}`);
    return outcome;
  }

  #send(sql: string): Promise<Outcome> {
    const connection = this.#connection;
    if (connection === undefined) throw new Error('not connected');
    return new Promise((resolve) => {
      connection.query({ sql, rowsAsArray: true, timeout: CUT_OFF_MS }, (error, result, fields) => {
        if (error !== null) resolve({ errno: error.errno ?? 0, message: error.message });
        else if (!Array.isArray(result)) resolve({ rows: [], types: '' });
        else resolve({ rows: result as unknown as (string | null)[][], types: typesOf(fields) });
      });
    });
  }
}

/** TINY, SHORT, LONG, LONGLONG, INT24, YEAR; DECIMAL, FLOAT, DOUBLE, NEWDECIMAL. */
const INTEGERS: ReadonlySet<number> = new Set([1, 2, 3, 8, 9, 13]);
const REALS: ReadonlySet<number> = new Set([0, 4, 5, 246]);

function typesOf(fields: readonly FieldPacket[]): string {
  return fields
    .map(({ columnType = -1 }) => (INTEGERS.has(columnType) ? 'I' : REALS.has(columnType) ? 'R' : 'T'))
    .join('');
}

function printed(value: string | null, type: string): string {
  if (value === null) return 'NULL';
  if (type === 'R') return Number(value).toFixed(3);
  if (value === '') return '(empty)';
  // Only text has such characters; the test on the way costs nothing.
  return type === 'T' ? value.replaceAll(/[^ -~]/g, '@') : value;
}
