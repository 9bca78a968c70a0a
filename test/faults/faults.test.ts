/**
 * What goes wrong in the world, against a real server: each gets a clear error, and the rest keeps working.
 * Damage of single components (torn logs, failed syncs, half packets) is tested beside them; here a user would meet it.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:net';
import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { removeFolder, sleep, temporaryFolder } from '../harness/processes.ts';

function open(port: number, database?: string): Promise<Connection> {
  return createConnection({ host: '127.0.0.1', port, user: 'root', ...(database !== undefined && { database }) });
}

async function one(connection: Connection, sql: string): Promise<unknown> {
  const [rows] = await connection.query({ sql, rowsAsArray: true });
  return (rows as unknown[][])[0]?.[0];
}

describe('a server in trouble', () => {
  let server: EbbServer;
  let connection: Connection;

  beforeAll(async () => {
    server = await EbbServer.start();
    connection = await open(server.port);
    await connection.query('CREATE DATABASE faults');
    await connection.query('USE faults');
    await connection.query('CREATE TABLE t (id INT PRIMARY KEY, text VARCHAR(1000))');
    const rows = Array.from({ length: 2000 }, (_, id) => `(${id}, REPEAT('x', 500))`);
    await connection.query(`INSERT INTO t VALUES ${rows.join(',')}`);
  });

  afterAll(async () => {
    await connection?.end();
    await server?.stop();
  });

  test('a statement over its memory quota fails with 8175 and leaves the session usable', async () => {
    await connection.query('SET tidb_mem_quota_query = 1000000');
    await expect(connection.query('SELECT a.text FROM t a, t b ORDER BY a.text, b.id')).rejects.toMatchObject({
      errno: 8175,
    });
    await connection.query('SET tidb_mem_quota_query = DEFAULT');
    expect(await one(connection, 'SELECT COUNT(*) FROM t')).toBe(2000);
  });

  test('a client that vanishes inside a transaction leaves no lock behind', async () => {
    const gone = await open(server.port, 'faults');
    await gone.query('BEGIN');
    await gone.query("UPDATE t SET text = 'gone' WHERE id = 1");
    gone.destroy();
    await connection.query('SET innodb_lock_wait_timeout = 5');
    await connection.query("UPDATE t SET text = 'here' WHERE id = 1");
    expect(await one(connection, 'SELECT text FROM t WHERE id = 1')).toBe('here');
  });

  test('wrong passwords are refused with 1045 and cost the server nothing', async () => {
    await connection.query("CREATE USER guarded@localhost IDENTIFIED BY 'right'");
    for (let i = 0; i < 20; i++) {
      const attempt = createConnection({
        host: '127.0.0.1',
        port: server.port,
        user: 'guarded',
        password: `wrong${i}`,
      });
      await expect(attempt).rejects.toMatchObject({ errno: 1045 });
    }
    const right = await createConnection({ host: '127.0.0.1', port: server.port, user: 'guarded', password: 'right' });
    await right.end();
  });

  test('half a packet and silence do not hold anybody up', async () => {
    const sockets = Array.from({ length: 10 }, () => connect(server.port, '127.0.0.1'));
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.write(Uint8Array.of(0x40, 0, 0, 1, 0x8d));
    }
    expect(await one(connection, 'SELECT 1')).toBe(1);
    for (const socket of sockets) socket.destroy();
  });

  test('KILL QUERY ends a long statement with 1317, and its session goes on', async () => {
    const busy = await open(server.port, 'faults');
    const id = await one(busy, 'SELECT CONNECTION_ID()');
    const running = busy.query('SELECT COUNT(*) FROM t a, t b, t c WHERE a.id + b.id + c.id < 0');
    const outcome = running.then(
      () => 'finished',
      (error: { errno: number }) => error.errno,
    );
    await sleep(200);
    await connection.query(`KILL QUERY ${String(id)}`);
    expect(await outcome).toBe(1317);
    expect(await one(busy, 'SELECT 7')).toBe(7);
    await busy.end();
  });
});

test('a flipped bit in a table file is reported as corruption; other tables are read as before', async () => {
  const server = await EbbServer.start({ args: ['--memory-budget', '16MiB'] });
  try {
    const connection = await open(server.port);
    await connection.query('CREATE DATABASE d');
    await connection.query('CREATE TABLE d.big (id INT PRIMARY KEY, text VARBINARY(1000))');
    await connection.query('CREATE TABLE d.small (id INT PRIMARY KEY)');
    await connection.query('INSERT INTO d.small VALUES (1), (2)');
    // Random bytes do not compress: enough of them must go to table files.
    for (let from = 0; from < 30_000; from += 1000) {
      const rows = Array.from({ length: 1000 }, (_, n) => `(${from + n}, RANDOM_BYTES(900))`);
      await connection.query(`INSERT INTO d.big VALUES ${rows.join(',')}`);
    }
    await connection.end();
    await server.stop('keep');
    const largest = filesUnder(join(server.dataFolder, 'objects')).sort(
      (a, b) => statSync(b).size - statSync(a).size,
    )[0];
    expect(largest).toBeDefined();
    for (const file of filesUnder(join(server.dataFolder, 'objects')).filter((path) => statSync(path).size > 1_000_000))
      flipBit(file);
    await server.restart();
    const again = await open(server.port);
    await expect(again.query('SELECT COUNT(*), MAX(text) FROM d.big')).rejects.toMatchObject({
      message: expect.stringMatching(/corrupt/i),
    });
    expect(await one(again, 'SELECT COUNT(*) FROM d.small')).toBe(2);
    await again.end();
  } finally {
    await server.stop();
  }
}, 120_000);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function flipBit(path: string): void {
  const file = openSync(path, 'r+');
  const place = Math.floor(statSync(path).size / 2);
  const byte = new Uint8Array(1);
  readSync(file, byte, 0, 1, place);
  byte[0]! ^= 0x10;
  writeSync(file, byte, 0, 1, place);
  closeSync(file);
}

/** A folder on a file system of `megabytes`; undefined where mounting is not allowed. */
function smallFileSystem(megabytes: number): string | undefined {
  const folder = temporaryFolder('small');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
    return folder;
  } catch {
    removeFolder(folder);
    return undefined;
  }
}

const disk = smallFileSystem(48);
if (disk === undefined) console.warn('full disk: mounting a small file system is not allowed here');

test.skipIf(disk === undefined)(
  'a full disk is an error, what was acknowledged stays, and with room again writes go on',
  async () => {
    const folder = join(disk ?? '', 'data');
    const server = await EbbServer.start({ dataFolder: folder, args: ['--memory-budget', '16MiB'] });
    try {
      const connection = await open(server.port);
      await connection.query('CREATE DATABASE d');
      await connection.query('CREATE TABLE d.t (id INT PRIMARY KEY, text VARBINARY(60000))');
      const acknowledged: number[] = [];
      let failure: { errno?: number; message?: string } | undefined;
      for (let id = 0; id < 3000 && failure === undefined; id++) {
        try {
          await connection.execute('INSERT INTO d.t VALUES (?, ?)', [id, randomBytes(50_000)]);
          acknowledged.push(id);
        } catch (error) {
          failure = error as { errno: number; message: string };
        }
      }
      expect(failure?.message).toMatch(/disk|space|full/i);
      expect(acknowledged.length).toBeGreaterThan(50);
      const reader = await open(server.port, 'd');
      expect(await one(reader, 'SELECT COUNT(*) FROM t')).toBeGreaterThanOrEqual(acknowledged.length);
      await reader.end();
      connection.destroy();
      execFileSync('mount', ['-o', 'remount,size=256m', disk ?? ''], { stdio: 'pipe' });
      await server.kill();
      await server.restart();
      const after = await open(server.port, 'd');
      const [rows] = await after.query({ sql: 'SELECT id FROM t', rowsAsArray: true });
      const present = new Set((rows as number[][]).map((row) => row[0]));
      expect(acknowledged.filter((id) => !present.has(id))).toEqual([]);
      await after.query('INSERT INTO t VALUES (100000, RANDOM_BYTES(10))');
      await after.end();
    } finally {
      await server.stop();
      execFileSync('umount', [disk ?? ''], { stdio: 'pipe' });
      removeFolder(disk ?? '');
    }
  },
  120_000,
);
