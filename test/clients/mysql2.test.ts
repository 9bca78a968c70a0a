/** The mysql2 driver against `ebb start`: every type through prepared statements and text, with and without TLS. */
import mysql, { type Connection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { CASES } from './cases.ts';

let server: EbbServer;
beforeAll(async () => {
  server = await EbbServer.start({ fromSources: true });
  const root = await mysql.createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    multipleStatements: true,
  });
  await root.query(`CREATE DATABASE clients; CREATE USER sha IDENTIFIED BY 'sëcret'; GRANT ALL ON clients.* TO sha;
    CREATE USER nat IDENTIFIED WITH mysql_native_password BY 'secret'; GRANT ALL ON clients.* TO nat`);
  await root.end();
});
afterAll(() => server.stop());

function connect(tls: boolean, more: object = {}): Promise<Connection> {
  return mysql.createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'sha',
    password: 'sëcret',
    database: 'clients',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    charset: 'utf8mb4_0900_ai_ci',
    ...(tls ? { ssl: { rejectUnauthorized: false } } : {}),
    ...more,
  });
}

describe.each([
  ['without TLS', false],
  ['with TLS', true],
])('mysql2 %s', (_, tls) => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await connect(tls);
  });
  afterAll(() => connection.end());

  it('is encrypted or not, as asked', async () => {
    const [rows] = await connection.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Ssl_version'");
    expect(rows[0]?.['Value']).toBe(tls ? 'TLSv1.3' : '');
  });

  it.each(CASES)('$type: $text', async ({ type, param, text }) => {
    const table = `v${tls ? 'tls' : ''}`;
    await connection.query(`DROP TABLE IF EXISTS ${table}`);
    await connection.query(`CREATE TABLE ${table} (id INT PRIMARY KEY, value ${type})`);
    await connection.execute(`INSERT INTO ${table} VALUES (?, ?), (?, ?)`, [1, param, 2, null] as never);
    for (const [rows] of [
      await connection.execute<RowDataPacket[]>(`SELECT value FROM ${table} WHERE id >= ? ORDER BY id`, [1]),
      await connection.query<RowDataPacket[]>(`SELECT value FROM ${table} ORDER BY id`),
    ]) {
      expect(shown(rows[0]?.['value'])).toBe(text);
      expect(rows[1]?.['value']).toBeNull();
    }
    const [found] = await connection.execute<RowDataPacket[]>(`SELECT id FROM ${table} WHERE value = ?`, [
      param,
    ] as never);
    if (!/JSON|FLOAT|BIT/.test(type)) expect(found.map((row) => row['id'])).toEqual([1]);
  });
});

/** Bytes as hexadecimal, JSON as text, the rest as it prints. */
function shown(value: unknown): string {
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

describe('mysql2 as a client', () => {
  it('logs in with both password plugins, and not with a wrong password', async () => {
    for (const user of [
      { user: 'nat', password: 'secret' },
      { user: 'sha', password: 'sëcret' },
      { user: 'sha', password: 'sëcret' },
    ]) {
      const connection = await connect(false, user);
      const [rows] = await connection.query<RowDataPacket[]>('SELECT CURRENT_USER() AS me');
      expect(rows[0]?.['me']).toBe(`${user.user}@%`);
      await connection.end();
    }
    await expect(connect(false, { password: 'wrong' })).rejects.toMatchObject({ errno: 1045, sqlState: '28000' });
    await expect(connect(true, { password: '' })).rejects.toMatchObject({ errno: 1045 });
    await expect(connect(false, { user: 'nobody' })).rejects.toMatchObject({ errno: 1045 });
    await expect(connect(false, { database: 'missing' })).rejects.toMatchObject({ errno: 1044 });
  });

  it('runs several statements, reports errors and goes on', async () => {
    const connection = await connect(false, { multipleStatements: true });
    const [results] = await connection.query('SELECT 1 AS a; CREATE TABLE IF NOT EXISTS multi (a INT); SELECT 2 AS b');
    expect((results as RowDataPacket[][])[0]?.[0]).toEqual({ a: '1' });
    expect((results as RowDataPacket[][])[2]?.[0]).toEqual({ b: '2' });
    await expect(connection.query('SELECT 1; SELECT nope; SELECT 3')).rejects.toMatchObject({
      errno: 1054,
      sqlState: '42S22',
    });
    await expect(connection.query('SELEC 1')).rejects.toMatchObject({ errno: 1064 });
    const [rows] = await connection.query('SELECT 4 AS d');
    expect(rows).toEqual([{ d: '4' }]);
    await connection.end();
  });

  it('compresses, changes user, resets, pings', async () => {
    const connection = await connect(false, { compress: true });
    const [rows] = await connection.query<RowDataPacket[]>("SELECT REPEAT('x', 100000) AS x");
    expect(rows[0]?.['x']).toBe('x'.repeat(100_000));
    await connection.query('SET @a = 1');
    await connection.changeUser({ user: 'nat', password: 'secret', database: 'clients' });
    const [who] = await connection.query<RowDataPacket[]>('SELECT CURRENT_USER() AS me, @a AS a');
    expect(who).toEqual([{ me: 'nat@%', a: null }]);
    await connection.ping();
    await connection.end();
  });

  it('loads a local file', async () => {
    const connection = await connect(false);
    await connection.query('CREATE TABLE loaded (a INT, b VARCHAR(20))');
    const { Readable } = await import('node:stream');
    const lines = Array.from({ length: 5000 }, (_, i) => Buffer.from(`${i}\trow ${i}\n`));
    const [result] = await connection.query({
      sql: "LOAD DATA LOCAL INFILE 'x' INTO TABLE loaded",
      infileStreamFactory: () => Readable.from(lines),
    });
    expect(result).toMatchObject({ affectedRows: 5000 });
    const [rows] = await connection.query('SELECT COUNT(*) AS n, SUM(a) AS s, MAX(b) AS m FROM loaded');
    expect(rows).toEqual([{ n: '5000', s: String((5000 * 4999) / 2), m: 'row 999' }]);
    await connection.end();
  });

  it('streams a large result while it is read slowly', async () => {
    const connection = await connect(false);
    await connection.query('CREATE TABLE big (id INT PRIMARY KEY, pad VARCHAR(1000))');
    for (let from = 0; from < 20_000; from += 1000) {
      const values = Array.from({ length: 1000 }, (_, i) => `(${from + i}, REPEAT('y', 900))`);
      await connection.query(`INSERT INTO big VALUES ${values.join(',')}`);
    }
    let count = 0;
    const plain = (
      connection as unknown as { connection: { query(sql: string): { stream(): AsyncIterable<{ id: number }> } } }
    ).connection;
    for await (const row of plain.query('SELECT * FROM big ORDER BY id').stream()) {
      expect(row.id).toBe(count++);
      if (count % 5000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(count).toBe(20_000);
    await connection.end();
  });
});

describe('what a client may ask for', () => {
  it('names and messages come in character_set_results', async () => {
    const connection = await connect(false);
    await connection.query("SET character_set_results = 'koi8r'");
    const [rows, fields] = await connection.query<RowDataPacket[]>("SELECT 'привет' AS `имя`");
    expect(fields.map(({ name }) => name)).toEqual(['имя']);
    expect(rows).toEqual([{ имя: 'привет' }]);
    await expect(connection.query('SELECT * FROM `нет`')).rejects.toMatchObject({ errno: 1146 });
    await connection.end();
  });

  it('a negative AUTO_INCREMENT value is the insert id', async () => {
    const connection = await connect(false, { supportBigNumbers: false });
    await connection.query('CREATE TABLE negative (id INT PRIMARY KEY AUTO_INCREMENT)');
    const [result] = await connection.query<ResultSetHeader>('INSERT INTO negative VALUES (-999)');
    expect(Number(result.insertId)).toBe(-999);
    await connection.end();
  });
});
