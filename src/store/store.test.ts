import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../base/index.ts';
import { realEnv, Simulation, simulatedEnv } from '../env/index.ts';
import {
  CountingStore,
  FaultyStore,
  MemoryStore,
  openStore,
  PrefixedStore,
  RecordingStore,
  scriptedFaults,
  type ObjectStore,
} from './index.ts';
import { describeStore } from './testing/store-conformance.ts';

const env = realEnv();
const directories: string[] = [];
async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'ebb-store-'));
  directories.push(made);
  return made;
}
afterAll(async () => {
  for (const made of directories) await rm(made, { recursive: true, force: true });
});

describeStore('memory:', () => openStore('memory:', env));
describeStore('file:', async () => openStore(`file:${await directory()}`, env));
describeStore('prefixed over memory:', async () => new PrefixedStore(await openStore('memory:', env), 'tenants/one'));
describeStore('recording, counting and faultless faulty over memory:', async () => {
  const faulty = new FaultyStore(await openStore('memory:', env), scriptedFaults([]), env.timers);
  return new RecordingStore(new CountingStore(faulty));
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

describe('file store', () => {
  it('keeps objects over a reopen and leaves no drafts', async () => {
    const root = await directory();
    const first = await openStore(`file:${root}`, env);
    await first.put('a/b', utf8Encode('kept'));
    await first.put('a/b', utf8Encode('not taken'), { ifAbsent: true });
    await first.close();
    const second = await openStore(`file:${root}`, env);
    expect(utf8Decode((await second.get('a/b'))?.bytes ?? new Uint8Array())).toBe('kept');
    expect(await readdir(join(root, 'drafts'))).toEqual([]);
  });

  it('reports a flipped bit, in the content and in the header', async () => {
    const root = await directory();
    const store = await openStore(`file:${root}`, env);
    await store.put('x', utf8Encode('precious'));
    const file = join(root, 'objects', 'x,o');
    const good = await readFile(file);
    for (const at of [0, 9, 20, 34]) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(at) ^ 4, at);
      await writeFile(file, bad);
      expect([at, await codeOf(store.get('x'))]).toEqual([at, 'bad-object']);
    }
    await writeFile(file, good.subarray(0, 20));
    expect(await codeOf(store.get('x'))).toBe('bad-object');
  });

  it('answers a full disk with an error and keeps the old object', async () => {
    const { simulation, ...simulated } = simulatedEnv(1);
    await simulation.run(async () => {
      const store = await openStore('file:/data', simulated);
      await store.put('x', utf8Encode('old'));
      simulation.disk.capacityBytes = simulation.disk.usedBytes() + 10;
      expect(await codeOf(store.put('x', new Uint8Array(1000)))).toBe('disk-full');
      expect(utf8Decode((await store.get('x'))?.bytes ?? new Uint8Array())).toBe('old');
      simulation.disk.capacityBytes = Number.POSITIVE_INFINITY;
      expect(await store.put('x', new Uint8Array(1000))).toMatchObject({ ok: true });
    });
  });

  it('keeps acknowledged puts and shows no half object after power cuts at any await', async () => {
    for (let seed = 1; seed <= 60; seed++) await crashWhilePutting(seed);
  });
});

/** Versions of one object are put one after the other until the process dies; then it must be the last acknowledged one or a later one. */
async function crashWhilePutting(seed: number): Promise<void> {
  const simulation = new Simulation(seed);
  await simulation.run(async () => {
    let acknowledged = 0;
    for (let round = 0; round < 4; round++) {
      const process = simulation.startProcess();
      process.crashAfter(20 + simulation.random.below(60));
      const work = async (): Promise<void> => {
        const store = await openStore('file:/data', process.env);
        const found = await store.get('versions/x');
        const seen = found === undefined ? 0 : Number(utf8Decode(found.bytes));
        expect(seen).toBeGreaterThanOrEqual(acknowledged);
        expect(found === undefined ? acknowledged : 0).toBe(0);
        for (let version = seen + 1; version < 1000; version++) {
          const put = await store.put('versions/x', utf8Encode(String(version).padStart(700, '0')));
          if (put.ok) acknowledged = version;
        }
      };
      await Promise.race([work(), process.died]);
      process.kill();
      simulation.disk.powerCut(simulation.random);
    }
    expect(acknowledged).toBeGreaterThan(0);
  });
}

describe('wrappers', () => {
  it('records calls in the order in which they were made', async () => {
    const store = new RecordingStore(new MemoryStore(env));
    await Promise.all([
      store.put('t/1', utf8Encode('abc')),
      store.put('t/1', utf8Encode('x'), { ifAbsent: true }),
      store.get('t/1', { offset: 1, length: 9 }),
    ]);
    await store.get('none');
    await store.list('t/');
    await store.delete(['t/1']);
    expect(store.take()).toEqual([
      'put t/1 3 bytes -> ok',
      'put t/1 1 bytes ifAbsent -> exists',
      'get t/1 [1, +9) -> 2 bytes',
      'get none -> absent',
      'list t/ -> 1',
      'delete t/1',
    ]);
    expect(store.take()).toEqual([]);
  });

  it('counts calls and bytes', async () => {
    const store = new CountingStore(new MemoryStore(env));
    await store.put('a', utf8Encode('12345'));
    await store.get('a');
    await store.get('a', { offset: 0, length: 2 });
    await store.get('b');
    await store.list('');
    await store.delete(['a']);
    expect(store.counts).toEqual({ gets: 3, puts: 1, lists: 1, deletes: 1, bytesRead: 7, bytesWritten: 5 });
  });

  it('fails by script: before the effect, after it, and half way', async () => {
    const inner: ObjectStore = new MemoryStore(env);
    const plan = scriptedFaults([
      { call: 'put', path: 'x', fault: 'error-before' },
      { call: 'put', path: 'x', skip: 1, fault: 'error-after' },
      { call: 'put', path: 'y', fault: 'torn' },
      { call: 'list', fault: 'stale' },
    ]);
    const store = new FaultyStore(inner, plan, env.timers);
    expect(await codeOf(store.put('x', utf8Encode('1')))).toBe('injected-fault');
    expect(await inner.get('x')).toBeUndefined();
    expect(await codeOf(store.put('x', utf8Encode('2')))).toBe('no error');
    expect(await codeOf(store.put('x', utf8Encode('3')))).toBe('injected-fault');
    expect(utf8Decode((await inner.get('x'))?.bytes ?? new Uint8Array())).toBe('3');
    expect(await codeOf(store.put('y', utf8Encode('4')))).toBe('injected-fault');
    expect(await inner.get('y')).toBeUndefined();
    expect((await store.list('x')).objects).toEqual([]);
    expect((await store.list('x')).objects).toHaveLength(1);
  });
});

describe('openStore', () => {
  it('refuses URLs it does not know', async () => {
    expect(await codeOf(openStore('ftp://x', env))).toBe('store-url');
    expect(await codeOf(openStore('file:', env))).toBe('store-url');
  });
});
