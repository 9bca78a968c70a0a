/**
 * The whole engine, spoken to in SQL, under crashes, failing syncs and a full disk.
 *
 * Sessions move money, write a row of history per transfer in the same transaction, and now and then build or drop an index, in a process
 * that dies at any await. After each restart: sums hold; every acknowledged transfer has its history row; a client's
 * counter equals the number of its history rows, by the table and by the index; the schema can be used.
 */
import { DbError, SqlError } from '../../src/base/index.ts';
import { openEngine, type OpenedEngine, type Session } from '../../src/engine/index.ts';
import type { Env, Simulation } from '../../src/env/index.ts';
import { check, untilCrash, type Scenario } from './scenario.ts';

const CRASHES = 3;
const ACCOUNTS = 5;
const CLIENTS = 3;
const START_BALANCE = 100;

interface Model {
  isFilled: boolean;
  /** By client: transfers acknowledged or seen, and tried. */
  readonly doneMin: number[];
  readonly doneMax: number[];
}

const SCHEMA = [
  'CREATE DATABASE IF NOT EXISTS bank',
  'USE bank',
  'CREATE TABLE IF NOT EXISTS accounts (id INT PRIMARY KEY, balance INT NOT NULL, KEY by_balance (balance))',
  'CREATE TABLE IF NOT EXISTS clients (id INT PRIMARY KEY, done INT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS history (id BIGINT AUTO_INCREMENT PRIMARY KEY, client INT, done INT, pad VARCHAR(400), UNIQUE KEY by_client (client, done))',
];

export const sqlScenario: Scenario = {
  name: 'sql',
  seedsInTests: 60,
  async run(simulation) {
    const zeros = Array.from({ length: CLIENTS }, () => 0);
    const model: Model = { isFilled: false, doneMin: [...zeros], doneMax: [...zeros] };
    for (let crash = 0; crash < CRASHES; crash++) {
      const { random, faults, disk } = simulation;
      faults.syncError = random.below(4) === 0 ? 0.01 : 0;
      disk.capacityBytes =
        random.below(6) === 0 ? disk.usedBytes() + random.below(1_500_000) : Number.POSITIVE_INFINITY;
      await untilCrash(simulation, 500, (process) => workload(simulation, process.env, model));
    }
    simulation.faults.syncError = 0;
    simulation.disk.capacityBytes = Number.POSITIVE_INFINITY;
    const opened = await openEngine({ location: '/data', env: simulation.startProcess().env });
    const session = await connect(opened);
    await fill(session, model);
    await verify(session, model);
    await opened.close();
  },
};

async function workload(simulation: Simulation, env: Env, model: Model): Promise<void> {
  for (let opening = 0; opening < 2; opening++) {
    try {
      const opened = await openEngine({ location: '/data', env, onBackgroundError: allow });
      const session = await connect(opened);
      await fill(session, model);
      await verify(session, model);
      const clients = Array.from({ length: CLIENTS }, (_, client) => runClient(opened, simulation, client, model));
      await Promise.all(clients);
      await opened.close();
    } catch (error) {
      return allow(error);
    }
  }
}

/** A failing or full disk may stop the work, and so may locks; anything else is a broken promise. */
function allow(error: unknown): void {
  if (error instanceof DbError && ['unavailable', 'limit', 'closed'].includes(error.kind)) return;
  if (error instanceof SqlError && (EXCUSED.has(error.errno) || isExcusedCause(error.cause))) return;
  throw error;
}

/**
 * Disk full (1021, 1114), errors of the disk as MySQL words them (1030, 1180), interrupted (1317), shutdown (1053), locks, a table changed
 * since the snapshot (1412), write conflict.
 */
const EXCUSED = new Set([1021, 1114, 1030, 1180, 1317, 1053, 1205, 1213, 1412, 9007]);

function isExcusedCause(cause: unknown): boolean {
  return cause instanceof DbError && ['unavailable', 'limit', 'closed'].includes(cause.kind);
}

async function connect(opened: OpenedEngine): Promise<Session> {
  return opened.engine.connect({ user: 'root', host: 'localhost', account: { user: 'root', host: 'localhost' } });
}

async function rowsOf(session: Session, sql: string): Promise<unknown[][]> {
  const result = await session.execute(sql);
  if (result.kind !== 'rows') return [];
  const rows: unknown[][] = [];
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) rows.push(...batch);
  await result.close();
  return rows;
}

async function numberOf(session: Session, sql: string): Promise<number> {
  const value = (await rowsOf(session, sql))[0]?.[0];
  return Number(String(value));
}

async function fill(session: Session, model: Model): Promise<void> {
  for (const statement of SCHEMA) await rowsOf(session, statement);
  const count = await numberOf(session, 'SELECT COUNT(*) FROM accounts');
  check(count === ACCOUNTS || (count === 0 && !model.isFilled), `${count} accounts`);
  if (count === 0) {
    await rowsOf(session, 'BEGIN');
    for (let i = 0; i < ACCOUNTS; i++) await rowsOf(session, `INSERT INTO accounts VALUES (${i}, ${START_BALANCE})`);
    for (let i = 0; i < CLIENTS; i++) await rowsOf(session, `INSERT INTO clients VALUES (${i}, 0)`);
    await rowsOf(session, 'COMMIT');
  }
  model.isFilled = true;
}

async function runClient(opened: OpenedEngine, simulation: Simulation, client: number, model: Model): Promise<void> {
  const { random } = simulation;
  const session = await connect(opened);
  await rowsOf(session, 'USE bank');
  await rowsOf(session, 'SET innodb_lock_wait_timeout = 1');
  for (let i = 0; i < 12; i++) {
    try {
      if (random.below(12) === 0) await changeSchema(session, random.below(2) === 0);
      else await transfer(session, simulation, client, model);
    } catch (error) {
      allow(error);
      await Promise.resolve(session.execute('ROLLBACK')).catch(allow);
    }
  }
  await session.close();
}

async function changeSchema(session: Session, isAdding: boolean): Promise<void> {
  try {
    await rowsOf(
      session,
      isAdding ? 'ALTER TABLE history ADD INDEX by_pad (pad(20))' : 'ALTER TABLE history DROP INDEX by_pad',
    );
  } catch (error) {
    // Another session was first: duplicate key name, nothing to drop.
    if (!(error instanceof SqlError && [1061, 1091].includes(error.errno))) throw error;
  }
}

async function transfer(session: Session, { random }: Simulation, client: number, model: Model): Promise<void> {
  const [from, to, amount] = [random.below(ACCOUNTS), random.below(ACCOUNTS), random.below(20)];
  await rowsOf(session, 'BEGIN');
  await rowsOf(session, `UPDATE accounts SET balance = balance - ${amount} WHERE id = ${from}`);
  await rowsOf(session, `UPDATE accounts SET balance = balance + ${amount} WHERE id = ${to}`);
  const done = (await numberOf(session, `SELECT done FROM clients WHERE id = ${client} FOR UPDATE`)) + 1;
  await rowsOf(session, `UPDATE clients SET done = ${done} WHERE id = ${client}`);
  const pad = 'p'.repeat(random.below(300));
  await rowsOf(session, `INSERT INTO history (client, done, pad) VALUES (${client}, ${done}, '${pad}')`);
  if (random.below(8) === 0) return void (await rowsOf(session, 'ROLLBACK'));
  model.doneMax[client] = Math.max(model.doneMax[client] as number, done);
  await rowsOf(session, 'COMMIT');
  check(done > (model.doneMin[client] as number), `client ${client} got transfer ${done} acknowledged twice`);
  model.doneMin[client] = done;
}

async function verify(session: Session, model: Model): Promise<void> {
  await rowsOf(session, 'USE bank');
  const sum = await numberOf(session, 'SELECT SUM(balance) FROM accounts');
  check(sum === ACCOUNTS * START_BALANCE, `the accounts hold ${sum}, not ${ACCOUNTS * START_BALANCE}`);
  const byIndex = await numberOf(
    session,
    'SELECT SUM(balance) FROM accounts FORCE INDEX (by_balance) WHERE balance > -100000',
  );
  check(byIndex === sum, `by the index the accounts hold ${byIndex}, not ${sum}`);
  for (let client = 0; client < CLIENTS; client++) {
    const done = await numberOf(session, `SELECT done FROM clients WHERE id = ${client}`);
    check(
      done >= (model.doneMin[client] as number),
      `client ${client}: ${done} done, ${model.doneMin[client]} acknowledged`,
    );
    check(done <= (model.doneMax[client] as number), `client ${client}: ${done} done, ${model.doneMax[client]} tried`);
    const rows = await numberOf(
      session,
      `SELECT COUNT(*) FROM history IGNORE INDEX (by_client) WHERE client = ${client}`,
    );
    const entries = await numberOf(
      session,
      `SELECT COUNT(*) FROM history FORCE INDEX (by_client) WHERE client = ${client}`,
    );
    check(rows === done && entries === done, `client ${client}: ${done} done, ${rows} rows, ${entries} index entries`);
    model.doneMin[client] = done;
  }
}
