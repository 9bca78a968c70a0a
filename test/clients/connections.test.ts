/** What happens between connections of a real server: locks of vanished clients, KILL, limits, passwords, shutdown. */
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';

let server: EbbServer;
let root: Connection;
const connect = (more: object = {}): Promise<Connection> =>
  mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'root', ...more });

beforeAll(async () => {
  server = await EbbServer.start({ fromSources: true });
  root = await connect();
  await root.query('CREATE DATABASE c');
  await root.query('USE c');
  await root.query('CREATE TABLE t (a INT PRIMARY KEY, n INT)');
  await root.query('INSERT INTO t VALUES (1, 0)');
});
afterAll(() => server.stop());

describe('connections', () => {
  it('rolls back and frees the locks of a client that vanishes', async () => {
    const other = await connect({ database: 'c' });
    await other.beginTransaction();
    await other.query('UPDATE t SET n = 99');
    other.destroy();
    await root.query('UPDATE t SET n = n + 1');
    const [rows] = await root.query('SELECT n FROM t');
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('kills a statement that waits for a lock, and then the connection', async () => {
    const holder = await connect({ database: 'c' });
    const waiter = await connect({ database: 'c' });
    await holder.beginTransaction();
    await holder.query('UPDATE t SET n = n + 1');
    const waiting = waiter.query('UPDATE t SET n = n + 10');
    const settled = expect(waiting).rejects.toMatchObject({ errno: 1317, sqlState: '70100' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await root.query(`KILL QUERY ${waiter.threadId}`);
    await settled;
    expect((await waiter.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }]);
    const gone = new Promise((resolve) => waiter.once('error' as never, resolve as never));
    await root.query(`KILL ${waiter.threadId}`);
    await gone;
    await expect(waiter.query('SELECT 1')).rejects.toThrow();
    await holder.rollback();
    await holder.end();
    await expect(root.query('KILL 999999')).rejects.toMatchObject({ errno: 1094 });
  });

  it('kills a long statement', async () => {
    const other = await connect();
    const running = other.query('SELECT SLEEP(20)');
    const outcome = running.then(
      ([rows]) => (rows as RowDataPacket[])[0],
      (error: { errno: number }) => error.errno,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const started = performance.now();
    await root.query(`KILL QUERY ${other.threadId}`);
    // MySQL: a killed SLEEP in a SELECT answers 1317 or returns 1; both end at once.
    expect([1317, { 'SLEEP(20)': 1 }]).toContainEqual(await outcome);
    expect(performance.now() - started).toBeLessThan(3000);
    await other.end();
  });

  it('sleeps without holding up others', async () => {
    const other = await connect();
    const started = performance.now();
    const sleeping = Promise.all([other.query('DO SLEEP(0.5)'), other.query('SELECT SLEEP(0.5)')]);
    await root.query('SELECT 1');
    expect(performance.now() - started).toBeLessThan(450);
    await sleeping;
    expect(performance.now() - started).toBeGreaterThan(990);
    await other.end();
  });

  it('shows the processes', async () => {
    const [rows] = await root.query<RowDataPacket[]>('SHOW PROCESSLIST');
    expect(rows.find((row) => row['Id'] === root.threadId)).toMatchObject({
      User: 'root',
      db: 'c',
      Command: 'Query',
      Info: 'SHOW PROCESSLIST',
    });
  });

  it('keeps users, roles and grants over a restart, and enforces them', async () => {
    await root.query("CREATE USER u IDENTIFIED BY 'pw1'");
    await root.query('CREATE ROLE reader');
    await root.query('GRANT SELECT ON c.* TO reader');
    await root.query('GRANT reader TO u');
    await root.query('GRANT UPDATE (n) ON c.t TO u');
    await root.end();
    await server.restart();
    root = await connect({ database: 'c' });
    const user = await connect({ user: 'u', password: 'pw1', database: 'c' });
    await expect(user.query('SELECT * FROM t')).rejects.toMatchObject({ errno: 1142 });
    await user.query('SET ROLE reader');
    expect((await user.query('SELECT CURRENT_ROLE() AS r, COUNT(*) AS c FROM t'))[0]).toEqual([
      { r: '`reader`@`%`', c: 1 },
    ]);
    await user.query('UPDATE t SET n = 5');
    await expect(user.query('UPDATE t SET a = 5')).rejects.toMatchObject({ errno: 1143 });
    await expect(user.query('DROP TABLE t')).rejects.toMatchObject({ errno: 1142 });
    await expect(user.query('SELECT * FROM mysql.user')).rejects.toMatchObject({ errno: 1142 });
    await expect(user.query('CREATE DATABASE d')).rejects.toMatchObject({ errno: 1044 });
    await user.query("ALTER USER u IDENTIFIED BY 'pw2'");
    await user.end();
    await expect(connect({ user: 'u', password: 'pw1' })).rejects.toMatchObject({ errno: 1045 });
    await (await connect({ user: 'u', password: 'pw2' })).end();
    await root.query('ALTER USER u ACCOUNT LOCK');
    await expect(connect({ user: 'u', password: 'pw2' })).rejects.toMatchObject({ errno: 3118 });
    const [grants] = await root.query<RowDataPacket[]>('SHOW GRANTS FOR u USING reader');
    expect(grants.map((row) => Object.values(row)[0])).toEqual([
      'GRANT USAGE ON *.* TO `u`@`%`',
      'GRANT SELECT ON `c`.* TO `u`@`%`',
      'GRANT UPDATE (`n`) ON `c`.`t` TO `u`@`%`',
      'GRANT `reader`@`%` TO `u`@`%`',
    ]);
  });

  it('ends cleanly on SIGTERM while clients are connected, and keeps what it acknowledged', async () => {
    await root.query('INSERT INTO t VALUES (7, 7)');
    process.kill(server.pid, 'SIGTERM');
    await new Promise((resolve) => root.once('error' as never, resolve as never));
    await server.restart();
    root = await connect({ database: 'c' });
    expect((await root.query('SELECT n FROM t WHERE a = 7'))[0]).toEqual([{ n: 7 }]);
    await root.end();
  });
});
