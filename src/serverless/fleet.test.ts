/** Projects over one store in memory: born with one put, awake for their clients only, apart from each other, gone with all their bytes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { realEnv } from '../env/index.ts';
import { MemoryBudget } from '../lsm/index.ts';
import { listAll, MemoryStore, RecordingStore } from '../store/index.ts';
import { Fleet } from './index.ts';

const env = realEnv();
const HASH = '';
let store: RecordingStore;
let fleet: Fleet;

beforeEach(() => {
  store = new RecordingStore(new MemoryStore(env));
  fleet = new Fleet({ store, env, budget: new MemoryBudget({ limitBytes: 64 << 20 }), idleMs: 0 });
});
afterEach(() => fleet.close());

async function values(project: string, ...statements: string[]): Promise<unknown[][]> {
  return fleet.within(project, async (session) => {
    let rows: unknown[][] = [];
    for (const sql of statements) {
      const result = await session.execute(sql);
      if (result.kind === 'ok') continue;
      rows = [];
      for (let batch = await result.next(); batch !== undefined; batch = await result.next()) rows.push(...batch);
      await result.close();
    }
    return rows;
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

describe('fleet', () => {
  it('creates a project with one put', async () => {
    await fleet.registry.create('shop', HASH);
    expect(store.take().map((call) => call.replace(/\d+ bytes/, 'n bytes'))).toEqual([
      'put registry/shop n bytes ifAbsent -> ok',
    ]);
    expect(await codeOf(fleet.registry.create('shop', HASH))).toBe('project-exists');
    expect(await codeOf(fleet.registry.create('Shop', HASH))).toBe('project-name');
  });

  it('keeps projects apart', async () => {
    await fleet.registry.create('one', HASH);
    await fleet.registry.create('two', HASH);
    await values('one', 'CREATE DATABASE d', 'CREATE TABLE d.t (a INT)', 'INSERT INTO d.t VALUES (1)');
    expect(await values('one', 'SELECT a FROM d.t')).toEqual([[1]]);
    expect(await values('two', "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'd'")).toEqual([
      [0],
    ]);
  });

  it('asleep it makes no request; awake again it has everything', { timeout: 20_000 }, async () => {
    await fleet.registry.create('shop', HASH);
    await values('shop', 'CREATE DATABASE d', 'CREATE TABLE d.t (a INT)', 'INSERT INTO d.t VALUES (7)');
    await expect.poll(() => fleet.status.awake, { timeout: 10_000 }).toBe(0);
    store.take();
    await env.timers.sleep(1500);
    expect(store.take()).toEqual([]);
    expect(await values('shop', 'SELECT a FROM d.t')).toEqual([[7]]);
    expect(fleet.status).toMatchObject({ wakes: 2 });
  });

  it('a name that is no project is not asked for again and again', async () => {
    expect(await fleet.login('nobody.root')).toBeUndefined();
    expect(await fleet.login('nobody.root')).toBeUndefined();
    expect(await fleet.login('root')).toBeUndefined();
    expect(store.take()).toEqual(['get registry/nobody -> absent']);
  });

  it('drops a project with all its bytes, and the name is free again', async () => {
    await fleet.registry.create('shop', HASH);
    await values('shop', 'CREATE DATABASE d', 'CREATE TABLE d.t (a INT)');
    await fleet.drop('shop');
    const left: string[] = [];
    for await (const { path } of listAll(store, '')) left.push(path);
    expect(left).toEqual([]);
    await fleet.registry.create('shop', HASH);
    expect(await values('shop', "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'd'")).toEqual([
      [0],
    ]);
  });
});
