/** Replays recorded statements against a server and says where its answers differ. Used by the suites in this folder. */
import { type Connection, createConnection } from 'mysql2/promise';

export interface Answer {
  readonly names?: readonly string[];
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly errno?: number;
  readonly message?: string;
}

export interface Score {
  passed: number;
  failed: number;
  skipped: number;
  readonly misses: { readonly place: string; readonly sql: string; readonly wanted: string; readonly got: string }[];
}

export function newScore(): Score {
  return { passed: 0, failed: 0, skipped: 0, misses: [] };
}

export function connectTo(port: number, database?: string): Promise<Connection> {
  return createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    multipleStatements: true,
    // Every value as the text the server sent.
    typeCast: (field) => {
      const bytes = field.buffer();
      return bytes === null ? null : bytes.toString('latin1');
    },
    ...(database !== undefined && { database }),
  });
}

const TIMEOUT_MS = 20_000;

export class LostConnection extends Error {}

/** Values come back as the bytes that were sent, read as latin1. */
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
    const { errno, message, fatal } = error as { errno?: number; message: string; fatal?: boolean };
    if (errno === undefined || errno < 1000 || fatal === true) throw new LostConnection(message);
    return { errno, message };
  } finally {
    clearTimeout(timer);
  }
}

/** latin1 text of UTF-8 bytes, to compare with what `ask` gives. */
export function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
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

export function describeAnswer(answer: Answer): string {
  if (answer.errno !== undefined) return `${answer.errno} ${answer.message}`;
  return (answer.rows ?? []).map((row) => row.map((cell) => cell ?? 'NULL').join('\t')).join('\n') || 'OK';
}
