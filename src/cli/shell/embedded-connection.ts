/** The shell on a data folder or in memory: an engine in this process. */
import { createReadStream } from 'node:fs';
import { openEngine, type OpenedEngine, type Session, type StatementResult } from '../../engine/index.ts';
import { formatText, type FieldType, type Value } from '../../sql/types/index.ts';
import type { Cell, ShellConnection, ShellResult } from './shell-connection.ts';

const ROOT = { user: 'root', host: 'localhost' } as const;
const NUMERIC = new Set(['int', 'year', 'float', 'double', 'decimal']);

export async function openEmbedded(location: string, database: string | undefined): Promise<ShellConnection> {
  const opened = await openEngine({ location });
  try {
    let loaded = 0;
    const localInfile = async function* (fileName: string): AsyncGenerator<Uint8Array> {
      loaded = 0;
      for await (const chunk of createReadStream(fileName)) {
        loaded += (chunk as Buffer).length;
        yield chunk as Buffer;
      }
    };
    const session = await opened.engine.connect({
      ...ROOT,
      account: ROOT,
      hooks: { localInfile },
      ...(database === undefined ? {} : { database }),
    });
    if (location === 'memory:' && database === undefined) {
      // Nothing is there yet: a database to play in saves two statements.
      await session.execute('CREATE DATABASE test');
      await session.useDatabase('test');
    }
    return connection(opened, session, location, () => loaded);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function connection(
  opened: OpenedEngine,
  session: Session,
  location: string,
  loadedBytes: () => number,
): ShellConnection {
  return {
    description: `Ebb ${String(opened.engine.globalVariable('version'))} on ${location}`,
    loadedBytes,
    run: async (sql) => toShell(await session.execute(sql)),
    interrupt: () => session.kill('query'),
    close: async () => {
      await session.close();
      await opened.close();
    },
  };
}

function toShell(result: StatementResult): ShellResult {
  if (result.kind === 'ok') return result;
  const types = result.columns.map((column) => column.type);
  return {
    kind: 'rows',
    columns: result.columns.map(({ name, type }) => ({ name, numeric: NUMERIC.has(type.kind) })),
    warningCount: () => result.warningCount(),
    rows: (async function* () {
      try {
        for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
          yield batch.map((row) => row.map((value, i) => cell(value, types[i] as FieldType)));
        }
      } finally {
        await result.close();
      }
    })(),
  };
}

function cell(value: Value, type: FieldType): Cell {
  if (value === null) return null;
  if (value instanceof Uint8Array) return bytesText(Buffer.from(value));
  return type.kind === 'bit' ? bitText(value as number | bigint) : formatText(value, type);
}

/** Text when it is text, else hexadecimal. */
export function bytesText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  // eslint-disable-next-line no-control-regex
  return /[\uFFFD\x00-\x08\x0b\x0c\x0e-\x1f]/.test(text) ? `0x${bytes.toString('hex').toUpperCase()}` : text;
}

function bitText(value: number | bigint): string {
  const digits = value.toString(16).toUpperCase();
  return `0x${digits.length % 2 === 1 ? '0' : ''}${digits}`;
}
