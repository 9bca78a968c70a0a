/**
 * Statement files: `name.sql` holds statements, `name.jsonl` what MySQL answered to each (record.ts writes it). Both sides show
 * their answers in one form, so that a test is an equality.
 */
import { readdirSync, readFileSync } from 'node:fs';

export const FOLDER = new URL('.', import.meta.url).pathname;
export const DATABASE = 'statements';

export type Outcome =
  | { readonly rows: readonly (readonly (string | null)[])[] }
  | {
      readonly ok: readonly [affectedRows: number, insertId: number, info: string];
      readonly warnings: readonly (readonly [level: string, errno: number, message: string])[];
    }
  | { readonly error: readonly [errno: number, sqlState: string, message: string] };
export type Recorded = readonly [sql: string, outcome: Outcome];

export function fileNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.slice(0, -4))
    .sort();
}

/** Statements end with a semicolon at a line's end; lines that begin with -- are comments. */
export function statementsOf(name: string): readonly string[] {
  const text = readFileSync(`${FOLDER}${name}.sql`, 'utf8').replace(/^--.*\n/gm, '');
  return text
    .split(/;\s*\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

export function recordedOf(name: string): readonly Recorded[] {
  return readFileSync(`${FOLDER}${name}.jsonl`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded);
}

/** Rows whose order the statement does not fix are compared as a set. */
export function inFixedOrder(sql: string, rows: (string | null)[][]): (string | null)[][] {
  if (/order by|^show/i.test(sql)) return rows;
  return rows
    .map((row) => ({ row, key: JSON.stringify(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}
