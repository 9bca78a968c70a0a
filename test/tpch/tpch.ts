/** TPC-H from ../shared/corpora: load by LOAD DATA LOCAL, run the 22 queries, compare with MySQL's answers. */
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';

const TABLES = ['region', 'nation', 'part', 'supplier', 'partsupp', 'customer', 'orders', 'lineitem'];

export interface LoadTiming {
  readonly table: string;
  readonly rows: number;
  readonly ms: number;
}

export async function openTpch(port: number, database: string): Promise<Connection> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    multipleStatements: true,
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    decimalNumbers: false,
  });
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${database}`);
  await connection.query(`USE ${database}`);
  return connection;
}

/** `material` holds schema.sql, `folder` the .tbl files. */
export async function loadTpch(connection: Connection, material: string, folder: string): Promise<LoadTiming[]> {
  for (const statement of readFileSync(join(material, 'schema.sql'), 'utf8').split(';')) {
    if (statement.trim() !== '') await connection.query(statement);
  }
  const timings: LoadTiming[] = [];
  for (const table of TABLES) {
    const file = join(folder, `${table}.tbl`);
    const started = performance.now();
    const [result] = await connection.query({
      sql: `LOAD DATA LOCAL INFILE '${table}.tbl' INTO TABLE ${table} FIELDS TERMINATED BY '|' LINES TERMINATED BY '\\n'`,
      infileStreamFactory: () => createReadStream(file),
    });
    timings.push({ table, rows: (result as { affectedRows: number }).affectedRows, ms: performance.now() - started });
  }
  await connection.query(`ANALYZE TABLE ${TABLES.join(', ')}`);
  return timings;
}

export function queryNumbers(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^q\d\d\.sql$/.test(name))
    .map((name) => name.slice(1, 3))
    .sort();
}

export interface QueryOutcome {
  readonly number: string;
  readonly ms: number;
  readonly rows: number;
  /** Undefined when the answer is right. */
  readonly difference: string | undefined;
}

export async function runQuery(
  connection: Connection,
  number: string,
  queries: string,
  answers: string,
): Promise<QueryOutcome> {
  const sql = readFileSync(join(queries, `q${number}.sql`), 'utf8')
    .trim()
    .replace(/;\s*$/, '');
  const started = performance.now();
  const statements = sql.split(';').filter((part) => part.trim() !== '');
  let rows: (string | null)[][] = [];
  for (const statement of statements) {
    const [result] = await connection.query<RowDataPacket[][]>(statement);
    if (Array.isArray(result) && result.length > 0 && Array.isArray(result[0]))
      rows = result as unknown as (string | null)[][];
  }
  const ms = performance.now() - started;
  const expected = readFileSync(join(answers, `q${number}.tsv`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
  return { number, ms, rows: rows.length, difference: compareRows(rows, expected) };
}

/** Rows in order; decimals and text exactly, doubles to 1e-9. */
export function compareRows(
  rows: readonly (readonly unknown[])[],
  expected: readonly (readonly string[])[],
): string | undefined {
  if (rows.length !== expected.length) return `${rows.length} rows instead of ${expected.length}`;
  for (const [place, row] of rows.entries()) {
    const wanted = expected[place] ?? [];
    for (const [column, value] of row.entries()) {
      const got = value === null ? 'NULL' : String(value);
      const want = wanted[column] ?? '';
      if (got === want || (typeof value === 'number' && isClose(value, Number(want)))) continue;
      return `row ${place + 1}, column ${column + 1}: ${got} instead of ${want}`;
    }
  }
  return undefined;
}

function isClose(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
