/** One recorded statement at a time: asks it, keeps every value as the bytes that were sent, says where the answer differs from the recording. */
import { type Connection, createConnection } from 'mysql2/promise';

/** Rows are bytes read as latin1, so that no charset conversion of the client hides a difference. */
export interface Answer {
  readonly names?: readonly string[];
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly errno?: number;
  readonly message?: string;
  readonly sqlState?: string;
}

export interface Login {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string | undefined;
}

export function connectTo(port: number, login: Login = {}): Promise<Connection> {
  return createConnection({
    host: '127.0.0.1',
    port,
    user: login.user ?? 'root',
    password: login.password ?? '',
    multipleStatements: true,
    // what the recordings were made with
    charset: 'UTF8MB4_GENERAL_CI',
    typeCast: (field) => field.buffer()?.toString('latin1') ?? null,
    ...(login.database !== undefined && { database: login.database }),
  });
}

const TIMEOUT_MS = 20_000;

export class LostConnection extends Error {}

type DriverError = { errno?: number; message: string; fatal?: boolean; sqlState?: string };

/** Several result sets of one statement come back as an answer without rows. */
export async function ask(connection: Connection, sql: string): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LostConnection('no answer in time')), TIMEOUT_MS);
  });
  try {
    const [result, fields] = await Promise.race([connection.query({ sql, rowsAsArray: true }), late]);
    if (!Array.isArray(result)) return {};
    const several = Array.isArray(fields) && fields.some((field) => Array.isArray(field) || field === undefined);
    if (several) return {};
    const names = (fields as unknown as { name: string }[]).map((field) => asBytes(field.name));
    return { rows: result as unknown as (string | null)[][], names };
  } catch (error) {
    if (error instanceof LostConnection) throw error;
    const { errno, message, fatal, sqlState } = error as DriverError;
    // the server's own errors have an SQLSTATE, those of the socket have none
    if (errno === undefined || sqlState === undefined || fatal === true) throw new LostConnection(message);
    return { errno, message, ...(sqlState !== undefined && { sqlState }) };
  } finally {
    clearTimeout(timer);
  }
}

/** latin1 text of UTF-8 bytes, to compare with what `ask` gives. */
export function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A value in a recording: bytes that are no UTF-8 are written as hex. */
export type RecordedCell = string | null | { readonly hex: string };

export function recordedRows(rows: readonly (readonly RecordedCell[] | null)[]): (string | null)[][] {
  return rows.map((row) => (row ?? []).map(recordedBytes));
}

function recordedBytes(cell: RecordedCell): string | null {
  if (cell === null) return null;
  return typeof cell === 'string' ? asBytes(cell) : Buffer.from(cell.hex, 'hex').toString('latin1');
}

export function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function sameRows(
  got: Answer['rows'],
  wanted: readonly (readonly (string | null)[])[],
  sorted: boolean,
): boolean {
  if (got === undefined || got.length !== wanted.length) return false;
  const key = (row: readonly (string | null)[]): string =>
    row.map((cell) => (cell === null ? '\0' : cell)).join('\u0001');
  const a = got.map(key);
  const b = wanted.map(key);
  if (sorted) {
    a.sort();
    b.sort();
  }
  return a.every((row, place) => row === b[place]);
}

/** An error by its number, a result by its rows, anything else by success. */
export function sameAnswer(got: Answer, wanted: Answer, sorted: boolean): boolean {
  if (wanted.errno !== undefined) return got.errno === wanted.errno;
  if (got.errno !== undefined) return false;
  return wanted.rows === undefined || sameRows(got.rows, wanted.rows, sorted);
}

export function describeAnswer(answer: Answer): string {
  if (answer.errno !== undefined) return `${answer.errno} ${answer.message ?? ''}`.trim();
  const lines = (answer.rows ?? []).map((row) => row.map((cell) => cell ?? 'NULL').join('\t'));
  return asText(lines.join('\n')) || 'OK';
}
