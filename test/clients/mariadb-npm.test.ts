/** The mariadb npm driver against `ebb start`. */
import { type Connection, type ConnectionConfig, createConnection } from 'mariadb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { CASES } from './cases.ts';

/** Options that the driver documents and its types lack. */
const UNTYPED = { bitOneIsBoolean: false, jsonStrings: true } as ConnectionConfig;

let server: EbbServer;
beforeAll(async () => {
  server = await EbbServer.start({ fromSources: true });
  const root = await createConnection({ host: '127.0.0.1', port: server.port, user: 'root', multipleStatements: true });
  await root.query("CREATE DATABASE clients; CREATE USER sha IDENTIFIED BY 'sëcret'; GRANT ALL ON clients.* TO sha");
  await root.end();
});
afterAll(() => server.stop());

describe.each([
  ['without TLS', false],
  ['with TLS', true],
])('mariadb npm %s', (_, tls) => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await createConnection({
      host: '127.0.0.1',
      port: server.port,
      user: 'sha',
      password: 'sëcret',
      database: 'clients',
      dateStrings: true,
      bigIntAsNumber: false,
      decimalAsNumber: false,
      checkNumberRange: false,
      autoJsonMap: false,
      allowPublicKeyRetrieval: true,
      ...(tls ? { ssl: { rejectUnauthorized: false } } : {}),
      ...UNTYPED,
    });
  });
  afterAll(() => connection.end());

  it.each(CASES)('$type: $text', async ({ type, param, text }) => {
    const table = `v${tls ? 'tls' : ''}`;
    await connection.query(`DROP TABLE IF EXISTS ${table}`);
    await connection.query(`CREATE TABLE ${table} (id INT PRIMARY KEY, value ${type})`);
    await connection.execute(`INSERT INTO ${table} VALUES (?, ?), (?, ?)`, [1, param, 2, null]);
    for (const rows of [
      await connection.execute<{ value: unknown }[]>(`SELECT value FROM ${table} WHERE id >= ? ORDER BY id`, [1]),
      await connection.query<{ value: unknown }[]>(`SELECT value FROM ${table} ORDER BY id`),
    ]) {
      expect(shown(rows[0]?.value)).toBe(text);
      expect(rows[1]?.value).toBeNull();
    }
  });

  it('runs a batch and a transaction', async () => {
    await connection.query('DROP TABLE IF EXISTS b');
    await connection.query('CREATE TABLE b (a INT PRIMARY KEY, t VARCHAR(20))');
    const result = (await connection.batch('INSERT INTO b VALUES (?, ?)', [
      [1, 'x'],
      [2, 'y'],
      [3, null],
    ])) as { affectedRows: number }[];
    expect(result.map((each) => each.affectedRows)).toEqual([1, 1, 1]);
    await connection.beginTransaction();
    await connection.query('DELETE FROM b');
    await connection.rollback();
    expect(await connection.query('SELECT * FROM b ORDER BY a')).toEqual([
      { a: 1, t: 'x' },
      { a: 2, t: 'y' },
      { a: 3, t: null },
    ]);
    await expect(connection.query('INSERT INTO b VALUES (1, NULL)')).rejects.toMatchObject({
      errno: 1062,
      sqlState: '23000',
    });
    await connection.reset();
    await connection.ping();
  });
});

function shown(value: unknown): string {
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex')}`;
  if (typeof value === 'string' && value.startsWith('{')) return JSON.stringify(JSON.parse(value));
  return String(value);
}
