/**
 * Transactions over the tree over the two atoms, under crashes, failing syncs and a full disk.
 *
 * Clients move money between accounts and count their own commits, in a process that dies at any await; memtables are tiny, so that
 * flushes, compactions, manifests and garbage collection happen all the time. Promises checked, in every snapshot and after
 * every restart: money is neither made nor lost; each client's counter is at least what was acknowledged to it and at most what it
 * tried; what one restart showed, the next one shows too.
 */
import { type Bytes, DbError, SqlError, utf8Decode, utf8Encode } from '../../src/base/index.ts';
import type { Env, Simulation } from '../../src/env/index.ts';
import { FileLog } from '../../src/log/index.ts';
import { LsmTree, MemoryBudget } from '../../src/lsm/index.ts';
import { openStore } from '../../src/store/index.ts';
import { SnapshotList, type Transaction, TransactionManager, type TransactionOptions } from '../../src/txn/index.ts';
import { check, untilCrash, type Scenario } from './scenario.ts';

const CRASHES = 4;
const ACCOUNTS = 6;
const CLIENTS = 4;
const START_BALANCE = 100;

interface Model {
  /** Whether the accounts were acknowledged to exist. */
  isFilled: boolean;
  /** By client: what was acknowledged or seen, and what was tried. */
  readonly countMin: number[];
  readonly countMax: number[];
}

interface OpenBranch {
  readonly manager: TransactionManager;
  close(): Promise<void>;
}

export const bankScenario: Scenario = {
  name: 'bank',
  async run(simulation) {
    const model: Model = { isFilled: false, countMin: [], countMax: [] };
    for (let client = 0; client < CLIENTS; client++) {
      model.countMin.push(0);
      model.countMax.push(0);
    }
    for (let crash = 0; crash < CRASHES; crash++) {
      const { random, faults, disk } = simulation;
      faults.syncError = random.below(4) === 0 ? 0.01 : 0;
      disk.capacityBytes =
        random.below(5) === 0 ? disk.usedBytes() + 20_000 + random.below(60_000) : Number.POSITIVE_INFINITY;
      await untilCrash(simulation, 600, (process) => workload(simulation, process.env, model));
    }
    simulation.faults.syncError = 0;
    simulation.disk.capacityBytes = Number.POSITIVE_INFINITY;
    const branch = await openBranch(simulation, simulation.startProcess().env);
    await verify(branch.manager, model);
    await branch.close();
  },
};

async function openBranch({ random }: Simulation, env: Env): Promise<OpenBranch> {
  const store = await openStore('file:/data', env);
  const log = await FileLog.open('/data/log', env, { segmentBytes: 4000, allocateBytes: random.below(2) * 1024 });
  const snapshots = new SnapshotList();
  const budget = new MemoryBudget({ limitBytes: 16 * 1024 * 1024 });
  const reach: { tree?: LsmTree } = {};
  const tree = await LsmTree.open({
    store,
    prefix: 'branch',
    env,
    budget,
    // Maintenance may ask before the tree is open.
    oldestReadable: () => snapshots.oldest() ?? reach.tree?.lastTimestamp ?? 0,
    memtableBytesMax: 2000 + random.below(6000),
    recentRunsMax: 2,
    onBackgroundError: allow,
  });
  reach.tree = tree;
  const manager = await TransactionManager.open({ tree, log, store, prefix: 'branch/commits', env, snapshots, budget });
  return {
    manager,
    close: async () => {
      await manager.close();
      await tree.close();
      await log.close();
    },
  };
}

async function workload(simulation: Simulation, env: Env, model: Model): Promise<void> {
  for (let opening = 0; opening < 3; opening++) {
    let branch: OpenBranch;
    try {
      branch = await openBranch(simulation, env);
      await fill(branch.manager, model);
      await verify(branch.manager, model);
    } catch (error) {
      // Whatever is half open holds the lock of this process: only another process can go on.
      return allow(error);
    }
    const clients = Array.from({ length: CLIENTS }, (_, client) =>
      runClient(branch.manager, simulation, client, model),
    );
    await Promise.all(clients);
    await branch.close().catch(allow);
  }
}

/** A failing or full disk may stop the work; anything else is a broken promise. */
function allow(error: unknown): void {
  const isExcused = error instanceof DbError && ['unavailable', 'limit', 'closed'].includes(error.kind);
  if (!isExcused) throw error;
}

async function fill(manager: TransactionManager, model: Model): Promise<void> {
  const transaction = manager.begin();
  const isThere = (await transaction.get(accountKey(0), transaction.readAt())) !== undefined;
  check(isThere || !model.isFilled, 'the accounts are gone');
  if (!isThere) for (let i = 0; i < ACCOUNTS; i++) transaction.put(accountKey(i), numberValue(START_BALANCE));
  await transaction.commit();
  model.isFilled = true;
}

async function runClient(
  manager: TransactionManager,
  simulation: Simulation,
  client: number,
  model: Model,
): Promise<void> {
  const { random } = simulation;
  for (let i = 0; i < 25 && manager.fenced === undefined; i++) {
    try {
      if (random.below(5) === 0) await readAll(manager, model);
      else await transfer(manager, simulation, client, model);
    } catch (error) {
      // Deadlock, lock wait timeout and write conflict are the database's right.
      if (!(error instanceof SqlError && [1205, 1213, 9007].includes(error.errno))) allow(error);
    }
  }
}

async function transfer(
  manager: TransactionManager,
  { random }: Simulation,
  client: number,
  model: Model,
): Promise<void> {
  const options: TransactionOptions = {
    mode: random.below(4) === 0 ? 'optimistic' : 'pessimistic',
    isolation: random.below(2) === 0 ? 'read-committed' : 'repeatable-read',
  };
  const transaction = manager.begin(options);
  try {
    const [from, to] = [accountKey(random.below(ACCOUNTS)), accountKey(random.below(ACCOUNTS))];
    const amount = random.below(20);
    await add(transaction, from, -amount);
    const savepoint = transaction.savepoint();
    if (random.below(4) === 0) {
      await add(transaction, to, 1_000_000);
      transaction.rollbackTo(savepoint);
    }
    await add(transaction, to, amount);
    const count = await add(transaction, counterKey(client), 1);
    transaction.put(utf8Encode(`history/${client}/${count}`), new Uint8Array(random.below(400)).fill(client));
    if (random.below(8) === 0) return transaction.rollback();
    model.countMax[client] = Math.max(model.countMax[client] as number, count);
    await transaction.commit();
    check(count > (model.countMin[client] as number), `client ${client} got its count ${count} acknowledged twice`);
    model.countMin[client] = count;
  } finally {
    transaction.rollback();
  }
}

async function add(transaction: Transaction, key: Bytes, amount: number): Promise<number> {
  await transaction.lock(key, 'update');
  const stored = await transaction.get(key, transaction.latestAt());
  const value = (stored === undefined ? 0 : Number(utf8Decode(stored))) + amount;
  transaction.put(key, numberValue(value));
  return value;
}

async function verify(manager: TransactionManager, model: Model): Promise<void> {
  const counts = await readAll(manager, model);
  for (const [client, count] of counts.entries()) {
    const [least, most] = [model.countMin[client] as number, model.countMax[client] as number];
    check(count >= least, `client ${client} has ${count} commits, ${least} were acknowledged`);
    check(count <= most, `client ${client} has ${count} commits, it tried ${most}`);
    model.countMin[client] = count;
  }
}

/** Reads everything in one snapshot, letting others run in between; gives the counters. */
async function readAll(manager: TransactionManager, model: Model): Promise<number[]> {
  const transaction = manager.begin({ isolation: 'repeatable-read' });
  try {
    const at = transaction.readAt();
    const least = [...model.countMin];
    let sum = 0;
    for (let i = 0; i < ACCOUNTS; i++) {
      const stored = await transaction.get(accountKey(i), at);
      check(stored !== undefined, `account ${i} is gone`);
      sum += Number(utf8Decode(stored));
      await Promise.resolve();
    }
    check(sum === ACCOUNTS * START_BALANCE, `the accounts hold ${sum}, not ${ACCOUNTS * START_BALANCE}`);
    const counts: number[] = [];
    for (let client = 0; client < CLIENTS; client++) {
      const stored = await transaction.get(counterKey(client), at);
      const count = stored === undefined ? 0 : Number(utf8Decode(stored));
      check(
        count >= (least[client] as number),
        `a snapshot misses commit ${least[client]} of client ${client}: ${count}`,
      );
      const last =
        count === 0 ? true : (await transaction.get(utf8Encode(`history/${client}/${count}`), at)) !== undefined;
      check(last, `commit ${count} of client ${client} is there by half`);
      counts.push(count);
    }
    return counts;
  } finally {
    transaction.rollback();
  }
}

function accountKey(account: number): Bytes {
  return utf8Encode(`account/${account}`);
}

function counterKey(client: number): Bytes {
  return utf8Encode(`counter/${client}`);
}

function numberValue(value: number): Bytes {
  return utf8Encode(String(value));
}
