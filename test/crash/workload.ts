/**
 * Bank and counter workloads over the wire, and the check of what a restarted server still knows.
 *
 * Bank: transfers between accounts inside transactions; the sum never changes. Each transfer also writes a ledger row, so
 * that half a transaction would show. Counter: single autocommit updates and inserts; each acknowledged one must be there.
 */
import { type Connection, createConnection } from 'mysql2/promise';

const ACCOUNTS = 20;
const START_BALANCE = 1000;

export interface Acknowledged {
  /** Ledger ids whose COMMIT was answered. */
  readonly transfers: Set<number>;
  /** Highest counter value answered, by worker. */
  readonly counters: Map<number, number>;
}

export function nothingAcknowledged(): Acknowledged {
  return { transfers: new Set(), counters: new Map() };
}

export function connect(port: number): Promise<Connection> {
  return createConnection({ host: '127.0.0.1', port, user: 'root', database: 'crash', connectTimeout: 10_000 });
}

/** The server may be killed while we log in: that is part of the experiment. */
function connectUnlessKilled(port: number): Promise<Connection | undefined> {
  return connect(port).catch((error: unknown) => {
    if (['ECONNRESET', 'ECONNREFUSED', 'PROTOCOL_CONNECTION_LOST', 'EPIPE'].includes((error as { code: string }).code))
      return undefined;
    throw error;
  });
}

export async function createTables(port: number): Promise<void> {
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' });
  await connection.query('CREATE DATABASE IF NOT EXISTS crash');
  await connection.query('USE crash');
  await connection.query('CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT NOT NULL)');
  await connection.query(
    'CREATE TABLE ledger (id BIGINT PRIMARY KEY, source INT NOT NULL, target INT NOT NULL, amount INT NOT NULL, KEY (source))',
  );
  await connection.query('CREATE TABLE counter (worker INT PRIMARY KEY, value BIGINT NOT NULL)');
  const rows = Array.from({ length: ACCOUNTS }, (_, id) => `(${id}, ${START_BALANCE})`);
  await connection.query(`INSERT INTO account VALUES ${rows.join(',')}`);
  await connection.end();
}

/** Runs until the connection breaks; `nextId` gives ledger ids that are never used twice. */
export async function transferLoop(
  port: number,
  nextId: () => number,
  acknowledged: Acknowledged,
  random: () => number,
): Promise<void> {
  const connection = await connectUnlessKilled(port);
  if (connection === undefined) return;
  connection.on('error', () => undefined);
  for (;;) {
    const id = nextId();
    const source = Math.floor(random() * ACCOUNTS);
    const target = (source + 1 + Math.floor(random() * (ACCOUNTS - 1))) % ACCOUNTS;
    const amount = 1 + Math.floor(random() * 50);
    try {
      await connection.query('BEGIN');
      await connection.query('UPDATE account SET balance = balance - ? WHERE id = ?', [amount, source]);
      await connection.query('UPDATE account SET balance = balance + ? WHERE id = ?', [amount, target]);
      await connection.execute('INSERT INTO ledger VALUES (?, ?, ?, ?)', [id, source, target, amount]);
      await connection.query('COMMIT');
      acknowledged.transfers.add(id);
    } catch (error) {
      // A deadlock is part of the workload: the server undid the transaction, go on.
      if ((error as { errno?: number }).errno === 1213) continue;
      connection.destroy();
      return;
    }
  }
}

export async function counterLoop(port: number, worker: number, acknowledged: Acknowledged): Promise<void> {
  const connection = await connectUnlessKilled(port);
  if (connection === undefined) return;
  connection.on('error', () => undefined);
  let value = acknowledged.counters.get(worker) ?? 0;
  try {
    const [rows] = await connection.query('SELECT value FROM counter WHERE worker = ?', [worker]);
    value = Math.max(value, Number((rows as { value: number }[])[0]?.value ?? 0));
    for (;;) {
      value++;
      await connection.execute('INSERT INTO counter VALUES (?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)', [
        worker,
        value,
      ]);
      acknowledged.counters.set(worker, value);
    }
  } catch {
    connection.destroy();
  }
}

/** What is wrong after a restart; empty when all is well. */
export async function verify(port: number, acknowledged: Acknowledged): Promise<string[]> {
  const connection = await connect(port);
  const problems: string[] = [];
  const query = async <T>(sql: string): Promise<T[]> => (await connection.query(sql))[0] as T[];
  const [total] = await query<{ total: string }>('SELECT SUM(balance) AS total FROM account');
  if (Number(total?.total) !== ACCOUNTS * START_BALANCE)
    problems.push(`the balances sum to ${total?.total}, not ${ACCOUNTS * START_BALANCE}`);
  const ledger = await query<{ id: number; source: number; target: number; amount: number }>(
    'SELECT id, source, target, amount FROM ledger',
  );
  const present = new Set(ledger.map((row) => row.id));
  for (const id of acknowledged.transfers)
    if (!present.has(id)) problems.push(`transfer ${id} was acknowledged and is lost`);
  const balances = new Array<number>(ACCOUNTS).fill(START_BALANCE);
  for (const row of ledger) {
    balances[row.source]! -= row.amount;
    balances[row.target]! += row.amount;
  }
  for (const row of await query<{ id: number; balance: number }>('SELECT id, balance FROM account')) {
    if (balances[row.id] !== row.balance)
      problems.push(`account ${row.id} has ${row.balance}, its ledger says ${balances[row.id]}: half a transaction`);
  }
  const byIndex = await query<{ n: number }>('SELECT COUNT(*) AS n FROM ledger FORCE INDEX (source) WHERE source >= 0');
  if (byIndex[0]?.n !== ledger.length)
    problems.push(`the index has ${byIndex[0]?.n} entries for ${ledger.length} rows`);
  const counters = new Map(
    (await query<{ worker: number; value: number }>('SELECT worker, value FROM counter')).map((row) => [
      row.worker,
      row.value,
    ]),
  );
  for (const [worker, value] of acknowledged.counters) {
    if ((counters.get(worker) ?? 0) < value)
      problems.push(`counter ${worker} is ${counters.get(worker)}, ${value} was acknowledged`);
  }
  await connection.end();
  return problems;
}
