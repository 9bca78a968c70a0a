/** The shell on a running server, over the wire by mysql2 (loaded only here). */
import { createReadStream } from 'node:fs';
import { SqlError, encodeEscapedUtf8 } from '../../base/index.ts';
import { bytesText } from './embedded-connection.ts';
import type { Cell, ShellConnection, ShellResult } from './shell-connection.ts';

export interface RemoteOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string | undefined;
  readonly tls: boolean;
}

const BATCH_ROWS = 1000;
/** MYSQL_TYPE_* of numbers. */
const NUMERIC = new Set([0, 1, 2, 3, 4, 5, 8, 9, 13, 246]);
const BINARY_COLLATION = 63;

interface WireField {
  readonly name: string;
  readonly columnType?: number;
  readonly type?: number;
}

export async function connectRemote(options: RemoteOptions): Promise<ShellConnection> {
  const { default: mysql } = await import('mysql2');
  let loaded = 0;
  const settings = {
    host: options.host,
    port: options.port,
    user: options.user,
    password: options.password,
    rowsAsArray: true,
    // Bytes as they are: statements may hold some that are not UTF-8. SET NAMES below tells the server what they mean.
    charset: 'BINARY',
    flags: ['-SESSION_TRACK'],
    typeCast: cellOf as never,
    infileStreamFactory: (path: string) => createReadStream(path).on('data', (chunk) => (loaded += chunk.length)),
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.tls ? { ssl: { rejectUnauthorized: false } } : {}),
  };
  const connection = mysql.createConnection(settings);
  await new Promise<void>((resolve, reject) =>
    connection.connect((error) => (error === null ? resolve() : reject(wrap(error)))),
  );
  await runQuery(connection.query('SET NAMES utf8mb4'));
  const serverVersion =
    (connection as unknown as { _handshakePacket?: { serverVersion?: string } })._handshakePacket?.serverVersion ?? '';
  return {
    description: `${serverVersion} at ${options.host}:${options.port}`,
    loadedBytes: () => loaded,
    run: (sql) => {
      loaded = 0;
      return runQuery(connection.query(asLatin1(encodeEscapedUtf8(sql))));
    },
    interrupt: () => void kill(mysql, settings, connection.threadId),
    close: () => new Promise((resolve) => connection.end(() => resolve())),
  };
}

/** One character a byte: what mysql2 sends unchanged in the charset `binary`. */
function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

type Mysql = typeof import('mysql2');

function kill(mysql: Mysql, settings: object, id: number | null | undefined): void {
  const other = mysql.createConnection(settings);
  other.query(`KILL QUERY ${Number(id)}`, () => other.end());
}

interface RowStream extends AsyncIterable<Cell[]> {
  on(event: string, listener: (error: Error) => void): void;
  resume(): void;
}

interface QueryEmitter {
  on(event: string, listener: (...args: never[]) => void): void;
  stream(options: object): RowStream;
}

/** Rows stream: the socket is paused while the shell prints. */
function runQuery(query: unknown): Promise<ShellResult> {
  const emitter = query as QueryEmitter;
  return new Promise((resolve, reject) => {
    const stream = emitter.stream({ highWaterMark: BATCH_ROWS, objectMode: true });
    let settled = false;
    emitter.on('fields', ((fields: readonly WireField[] | undefined) => {
      if (fields === undefined || settled) return;
      settled = true;
      resolve({
        kind: 'rows',
        columns: fields.map((field) => ({
          name: field.name,
          numeric: NUMERIC.has(field.columnType ?? field.type ?? -1),
        })),
        rows: batches(stream),
        warningCount: () => 0,
      });
    }) as (...args: never[]) => void);
    emitter.on('result', ((header: { affectedRows?: number; info?: string; warningStatus?: number }) => {
      if (settled || Array.isArray(header) || header.affectedRows === undefined) return;
      settled = true;
      stream.resume();
      resolve({
        kind: 'ok',
        affectedRows: header.affectedRows,
        info: header.info ?? '',
        warningCount: header.warningStatus ?? 0,
      });
    }) as (...args: never[]) => void);
    stream.on('error', (error: Error) => reject(wrap(error)));
  });
}

async function* batches(stream: AsyncIterable<Cell[]>): AsyncGenerator<Cell[][]> {
  let batch: Cell[][] = [];
  try {
    for await (const row of stream) {
      batch.push(row);
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    throw wrap(error as Error);
  }
  if (batch.length > 0) yield batch;
}

interface CastField {
  readonly type: string;
  readonly packet?: unknown;
  string(encoding?: string): string | null;
  buffer(): Buffer | null;
}

function cellOf(field: CastField & { characterSet?: number }): Cell {
  const bytes = field.buffer();
  if (bytes === null) return null;
  if (field.type === 'BIT') return `0x${bytes.toString('hex').toUpperCase()}`;
  return field.characterSet === undefined || field.characterSet === BINARY_COLLATION
    ? bytesText(bytes)
    : bytes.toString('utf8');
}

function wrap(
  error: Error & { errno?: number | undefined; sqlState?: string | undefined; code?: string | undefined },
): Error {
  if (error.errno === undefined || error.sqlState === undefined) return error;
  return new SqlError(error.code ?? '', error.errno, error.sqlState, error.message);
}
