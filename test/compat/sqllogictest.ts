/**
 * The sqllogictest sample (a copy that was regenerated for MySQL 8): every record of a file in order, on one session in a database of its own.
 *
 * A query passes when its values agree and so do the types of its columns. Integers and text print as they are sent, decimals and doubles as
 * %.3f, NULL as NULL, an empty string as (empty), a character that does not print as @. One statement is under way at a time; what a file took is
 * the time of its statements, without parsing the file and comparing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Connection, createConnection, type FieldPacket } from 'mysql2';
import { findCorpus, skipReason, unpack } from '../harness/corpora.ts';
import { removeFolder } from '../harness/processes.ts';
import { LaterFeatures } from './later-features.ts';
import type { Score } from './score.ts';
import { parseSqlLogicTest, type QueryRecord, sameValues, type StatementRecord } from './sqllogictest-file.ts';
import type { Suite, SuiteContext } from './suite.ts';

const CORPUS = 'slt-sample.tar.xz';
const DATABASE = 'sqllogictest';
const TIMEOUT_MS = 60_000;
/** The files say that a statement fails, not how. */
const ANY_ERROR = 1105;

/** Time by file, in milliseconds, for the comparison with MySQL. */
export type FileTimes = Map<string, number>;

export function sqlLogicTest(times?: FileTimes, settings: readonly string[] = []): Suite {
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
          const run = new FileRun(context, file, settings);
          await run.all(readFileSync(join(folder, file), 'latin1'));
          times?.set(file, run.elapsedMs);
        }
      } finally {
        removeFolder(folder);
      }
      return context.score;
    },
  };
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

class FileRun {
  readonly #context: SuiteContext;
  readonly #file: string;
  readonly #settings: readonly string[];
  #connection: Connection | undefined;
  readonly #later = new LaterFeatures();
  elapsedMs = 0;

  constructor(context: SuiteContext, file: string, settings: readonly string[]) {
    this.#context = context;
    this.#file = file;
    this.#settings = settings;
  }

  async all(text: string): Promise<void> {
    const records = parseSqlLogicTest(text);
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
      port: this.#context.target.port,
      user: 'root',
      charset: 'UTF8MB4_0900_AI_CI',
      typeCast: (field) => field.buffer()?.toString('latin1') ?? null,
    });
    // Reported by the statement that is under way.
    this.#connection.on('error', () => undefined);
    for (const sql of [...first, `USE ${DATABASE}`, ...this.#settings]) {
      const outcome = await this.#ask(sql);
      if ('errno' in outcome) throw new Error(`${sql}: ${outcome.message}`);
    }
    this.elapsedMs = first.length > 0 ? 0 : this.elapsedMs;
  }

  async #statement(record: StatementRecord): Promise<void> {
    const outcome = await this.#ask(record.sql);
    const fails = 'errno' in outcome;
    if (fails === record.fails) this.#context.score.pass();
    else {
      const wanted = record.fails ? { errno: ANY_ERROR, message: '' } : {};
      const reason = this.#later.reasonToSkip(record.sql, wanted, fails ? outcome : {}) ?? this.#notMysql(record);
      if (reason !== undefined) this.#context.score.skip(reason);
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
    if (outcome.types === record.types && sameValues(rows, record)) this.#context.score.pass();
    else this.#miss(record, wanted(), `${outcome.types}\n${rows.flat().slice(0, 100).join('\n')}`);
  }

  #miss({ line, sql }: { line: number; sql: string }, wanted: string, got: string): void {
    this.#context.score.fail({ place: `${this.#file}:${line}`, sql, wanted, got });
  }

  /** A lost connection is a miss like any error; the file goes on with a new one. */
  async #ask(sql: string): Promise<Outcome> {
    const started = performance.now();
    const outcome = await this.#send(sql);
    this.elapsedMs += performance.now() - started;
    if (!('errno' in outcome) || outcome.errno >= 1000) return outcome;
    await this.#open([]).catch(() => this.#context.target.replace());
    return outcome;
  }

  #send(sql: string): Promise<Outcome> {
    const connection = this.#connection;
    if (connection === undefined) throw new Error('not connected');
    return new Promise((resolve) => {
      connection.query({ sql, rowsAsArray: true, timeout: TIMEOUT_MS }, (error, result, fields) => {
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
