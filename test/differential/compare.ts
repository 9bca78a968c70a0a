/** When two answers are the same: rows in order or as a multiset, doubles to nine digits, coarse strings folded; errors by number. */
import type { FieldPacket } from 'mysql2';
import { type Connection, createConnection } from 'mysql2/promise';

export interface Result {
  readonly rows?: readonly (readonly (string | null)[])[];
  /** Columns whose values are floating point. */
  readonly floating?: readonly boolean[];
  readonly affected?: number;
  readonly errno?: number;
  readonly message?: string;
}

const FLOAT = 4;
const DOUBLE = 5;
export const LOST = 2013;
const TIMEOUT_MS = 20_000;

export function connect(port: number, database?: string): Promise<Connection> {
  return createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    charset: 'UTF8MB4_0900_AI_CI',
    typeCast: (field) => field.buffer()?.toString('latin1') ?? null,
    ...(database !== undefined && { database }),
  });
}

export async function ask(connection: Connection, sql: string): Promise<Result> {
  try {
    const [result, fields] = await connection.query({ sql, rowsAsArray: true, timeout: TIMEOUT_MS });
    if (!Array.isArray(result)) return { affected: (result as { affectedRows: number }).affectedRows };
    const floating = (fields as FieldPacket[]).map(({ columnType }) => columnType === FLOAT || columnType === DOUBLE);
    return { rows: result as unknown as (string | null)[][], floating };
  } catch (error) {
    const { errno, message } = error as { errno?: number; message: string };
    return { errno: errno === undefined || errno < 1000 ? LOST : errno, message };
  }
}

export interface Comparison {
  readonly ordered: boolean;
  readonly coarse: boolean;
}

/** Errors that depend on which rows an expression met first: one side may have met none. */
const DATA_ERRORS = new Set([
  1690, 1525, 1265, 3854, 3995, 6527, 1292, 1366, 1411, 1441, 3140, 3141, 3143, 3146, 3156, 3157, 1301, 3903, 1365,
  1264, 1406, 1048, 1242, 1062,
]);

export type Verdict = 'same' | 'different' | 'data error';

/**
 * Two different errors of the data are neither same nor different: which row is met first is not determined. One error against a result is a
 * difference when `strict`, else also a data error.
 */
export function compare(one: Result, other: Result, how: Comparison): Verdict {
  if (one.errno !== undefined || other.errno !== undefined) {
    if (one.errno === other.errno) return 'same';
    // which of two mistakes is named first is not determined
    if (one.errno !== undefined && other.errno !== undefined)
      return isInternal(one) || isInternal(other) ? 'different' : 'data error';
    const errors = [one.errno, other.errno].filter((errno) => errno !== undefined);
    return errors.every((errno) => DATA_ERRORS.has(errno)) ? 'data error' : 'different';
  }
  if (one.affected !== other.affected) return 'different';
  if (one.rows === undefined || other.rows === undefined) return one.rows === other.rows ? 'same' : 'different';
  if (one.rows.length !== other.rows.length) return 'different';
  const floating = (one.floating ?? []).map((is, place) => is || (other.floating?.[place] ?? false));
  const exact = { ...how, coarse: false };
  if (sameKeys(keys(one.rows, floating, exact), keys(other.rows, floating, exact))) return 'same';
  if (!how.coarse) return 'different';
  return sameKeys(keys(one.rows, floating, how), keys(other.rows, floating, how)) ? 'same' : 'different';
}

const INTERNAL_ERRORS = new Set([1105, 1235, 1815, LOST]);

/** Errors that no query deserves. */
function isInternal({ errno }: Result): boolean {
  return INTERNAL_ERRORS.has(errno ?? 0);
}

function sameKeys(one: readonly string[], other: readonly string[]): boolean {
  return one.every((key, place) => key === other[place]);
}

function keys(rows: readonly (readonly (string | null)[])[], floating: readonly boolean[], how: Comparison): string[] {
  const texts = rows.map((row) =>
    row.map((cell, place) => cellKey(cell, floating[place] ?? false, how.coarse)).join('\u0001'),
  );
  return how.ordered ? texts : texts.sort();
}

const DIGITS = 9;

function cellKey(cell: string | null, floating: boolean, coarse: boolean): string {
  if (cell === null) return '\u0000';
  if (floating) return normalNumber(Number(cell));
  if (!coarse) return cell;
  const text = Buffer.from(cell, 'latin1').toString('utf8');
  // all but the 0900 collations ignore trailing spaces
  return text.trimEnd().normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('ß', 'ss').toLowerCase();
}

function normalNumber(value: number): string {
  return value === 0 ? '0' : value.toPrecision(DIGITS);
}

const ROWS_SHOWN = 4;

/** A result, as far as the other one has not the same rows. */
export function describe(result: Result, other: Result): string {
  if (result.errno !== undefined) return `error ${result.errno}: ${result.message ?? ''}`;
  if (result.rows === undefined) return `${result.affected ?? 0} rows affected`;
  const line = (row: readonly (string | null)[]): string => row.map((cell) => cell ?? 'NULL').join(' | ');
  const there = new Set((other.rows ?? []).map(line));
  const own = result.rows.map(line);
  const missing = own.filter((text) => !there.has(text));
  const shown = (missing.length > 0 ? missing : own).slice(0, ROWS_SHOWN);
  const head = `${result.rows.length} rows${result.affected === undefined ? '' : `, ${result.affected} affected`}`;
  return Buffer.from([head, ...shown].join('\n  '), 'latin1').toString('utf8');
}
