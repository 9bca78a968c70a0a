/** Proves: cursors keep their snapshot through everything, memory is accounted, errors are named, garbage goes when it may. */
import { expect, test } from 'vitest';
import { utf8Decode, utf8Encode } from '../base/index.ts';
import { realEnv } from '../env/index.ts';
import { MemoryStore, RecordingStore, type ObjectStore } from '../store/index.ts';
import type { LsmOptions } from './lsm-options.ts';
import { LsmTree } from './lsm-tree.ts';
import { Memtable } from './memtable.ts';
import { MemoryBudget } from './memory-budget.ts';
import { readKey, readRange } from './testing/tree-model.ts';
import { type TestWorld, testWorld } from './testing/test-world.ts';

interface Setting {
  readonly tree: LsmTree;
  readonly store: ObjectStore;
  readonly budget: MemoryBudget;
  readonly world: TestWorld;
  reopen(): Promise<LsmTree>;
  put(timestamp: number, rows: Record<string, string | undefined>): void;
}

async function setUp(extra: Partial<LsmOptions> = {}, limitBytes = 10_000_000): Promise<Setting> {
  const world = testWorld();
  const store = extra.store ?? new MemoryStore(world);
  const budget = new MemoryBudget({ limitBytes });
  const options: LsmOptions = { prefix: 'p', env: world, budget, background: false, blockBytes: 64, ...extra, store };
  const tree = await LsmTree.open(options);
  return {
    tree,
    store,
    budget,
    world,
    reopen: () => LsmTree.open(options),
    put: (timestamp, rows) => tree.apply(timestamp, timestamp, writesOf(rows)),
  };
}

function writesOf(rows: Record<string, string | undefined>): { key: Uint8Array; value: Uint8Array | undefined }[] {
  return Object.entries(rows).map(([key, value]) => ({
    key: utf8Encode(key),
    value: value === undefined ? undefined : utf8Encode(value),
  }));
}

function rows(count: number, value: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${String(i).padStart(5, '0')}`, value]));
}

test('a cursor keeps its snapshot through commits, flushes, compactions and garbage collection', async () => {
  let oldest = 0;
  const { tree, put, world } = await setUp({ oldestReadable: () => oldest });
  put(1, rows(300, 'one'));
  await tree.flush();
  put(2, rows(100, 'two'));
  for (const reverse of [false, true]) {
    const cursor = tree.cursor({ at: 2, reverse });
    const seen: string[] = [];
    let step = 0;
    const base = reverse ? 100 : 10;
    while (await cursor.next()) {
      seen.push(`${utf8Decode(cursor.key())}=${utf8Decode(cursor.value())}`);
      step++;
      if (step === 5) put(base, { ...rows(300, 'new'), extra: 'x' });
      if (step === 10) await tree.flush();
      if (step === 15) put(base + 1, { k00200: undefined });
      if (step === 20) {
        await tree.flush();
        await tree.compactAll();
      }
      if (step === 25) {
        world.advance(10_000_000);
        await tree.collectGarbage();
      }
    }
    cursor.close();
    const expected = Object.keys(rows(300, '')).map((key, i) => `${key}=${i < 100 ? 'two' : 'one'}`);
    expect(seen).toEqual(reverse ? expected.reverse() : expected);
  }
  oldest = 101;
});

test('a transaction sees its own writes over everything, and not those of its running statement', async () => {
  const { tree, put } = await setUp();
  put(1, { a: '1', b: '1', c: '1' });
  await tree.flush();
  put(2, { b: '2' });
  const overlay = new Memtable();
  overlay.put(utf8Encode('a'), undefined, 1);
  overlay.put(utf8Encode('bb'), utf8Encode('own'), 1);
  overlay.put(utf8Encode('c'), utf8Encode('own'), 2);
  const read = (overlayAt?: number): Promise<string[]> => readRange(tree, { at: 9, overlay, overlayAt }, false);
  expect(await read()).toEqual(['b=2', 'bb=own', 'c=own']);
  expect(await read(1)).toEqual(['b=2', 'bb=own', 'c=1']);
  const cursor = tree.cursor({ at: 9, overlay });
  expect(await cursor.next()).toBe(true);
  overlay.put(utf8Encode('d'), utf8Encode('later'), 3);
  const rest: string[] = [];
  while (await cursor.next()) rest.push(utf8Decode(cursor.key()));
  cursor.close();
  expect(rest).toEqual(['bb', 'c']);
});

test('seek moves within the bounds, in both directions', async () => {
  const { tree, put } = await setUp();
  put(1, rows(200, 'v'));
  await tree.flush();
  put(2, { k00050x: 'm' });
  const bounds = { start: utf8Encode('k00010'), end: utf8Encode('k00100'), at: 9 };
  const keyAfter = async (reverse: boolean, key: string): Promise<string | undefined> => {
    const cursor = tree.cursor({ ...bounds, reverse });
    await cursor.next();
    cursor.seek(utf8Encode(key));
    const found = (await cursor.next()) ? utf8Decode(cursor.key()) : undefined;
    cursor.close();
    return found;
  };
  expect(await keyAfter(false, 'k00050')).toBe('k00050');
  expect(await keyAfter(false, 'k00050a')).toBe('k00050x');
  expect(await keyAfter(false, 'a')).toBe('k00010');
  expect(await keyAfter(false, 'k00100')).toBeUndefined();
  expect(await keyAfter(true, 'k00050')).toBe('k00050');
  expect(await keyAfter(true, 'k00051')).toBe('k00051');
  expect(await keyAfter(true, 'k00050z')).toBe('k00050x');
  expect(await keyAfter(true, 'z')).toBe('k00099');
  expect(await keyAfter(true, 'k00009')).toBeUndefined();
});

test('newestVersion and changedSince see deletions and tables', async () => {
  const { tree, put } = await setUp();
  put(1, { a: '1', b: '1' });
  put(2, { a: undefined });
  await tree.flush();
  put(3, { b: '3' });
  expect(await tree.newestVersion(utf8Encode('a'))).toEqual({ timestamp: 2, deleted: true });
  expect(await tree.newestVersion(utf8Encode('b'))).toEqual({ timestamp: 3, deleted: false });
  expect(await tree.newestVersion(utf8Encode('c'))).toBeUndefined();
  expect(await tree.changedSince(utf8Encode('a'), 1)).toBe(true);
  expect(await tree.changedSince(utf8Encode('a'), 2)).toBe(false);
  expect(tree.changedSince(utf8Encode('b'), 2)).toBe(true);
  expect(tree.changedSince(utf8Encode('b'), 3)).toBe(false);
});

test('a read answered from memory is synchronous', async () => {
  const { tree, put } = await setUp();
  put(1, { a: '1' });
  expect(tree.get(utf8Encode('a'), 9)).toBeInstanceOf(Uint8Array);
  await tree.flush();
  expect(await tree.get(utf8Encode('a'), 9)).toEqual(utf8Encode('1'));
  expect(tree.get(utf8Encode('a'), 9)).toBeInstanceOf(Uint8Array);
  const cursor = tree.cursor({ at: 9 });
  expect(cursor.next()).toBe(true);
  expect(cursor.next()).toBe(false);
  cursor.close();
});

test('the budget holds: caches are evicted, memtables ask to be flushed, close gives everything back', async () => {
  const limitBytes = 200_000;
  const { tree, put, budget } = await setUp({ blockBytes: 1024 }, limitBytes);
  for (let batch = 1; batch <= 20; batch++) {
    put(batch, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${batch}-${i}`, 'x'.repeat(100)])));
    if (tree.stats().immutableMemtables > 0) await tree.flush();
  }
  expect(tree.stats().flushes).toBeGreaterThan(1);
  await tree.flush();
  const all = await readRange(tree, { at: 99 }, true);
  expect(all.length).toBe(2000);
  expect(budget.evictions).toBeGreaterThan(0);
  expect(budget.usedBytes).toBeLessThanOrEqual(limitBytes);
  expect(budget.cacheBytes).toBeGreaterThan(0);
  await tree.close();
  expect(budget.usedBytes).toBe(0);
  expect(budget.cachedEntries).toBe(0);
});

test('a bulk load is invisible before ingest, stamped by it, and found again after reopening', async () => {
  const { tree, put, reopen } = await setUp({ tableBytesMax: 2000 });
  put(1, { k00003: 'old' });
  const writer = tree.sortedTableWriter();
  for (const [key, value] of Object.entries(rows(200, 'bulk'))) await writer.add(utf8Encode(key), utf8Encode(value));
  const tables = await writer.finish();
  expect(tables.length).toBeGreaterThan(1);
  expect(await readRange(tree, { at: 9 }, true)).toEqual(['k00003=old']);
  tree.ingest(5, 2, tables);
  expect(await readKey(tree, 'k00003', 4)).toBe('old');
  expect(await readKey(tree, 'k00003', 5)).toBe('bulk');
  expect(await readKey(tree, 'k00199', 4)).toBeUndefined();
  await tree.flush();
  await tree.close();
  const again = await reopen();
  expect(again.flushedPosition).toBe(2);
  expect((await readRange(again, { at: 9 }, true)).length).toBe(200);
  await again.close();
});

test('garbage waits for readers and for its grace, orphans for their age', async () => {
  const { tree, put, store, world } = await setUp({ objectGraceMs: 60_000, orphanAgeMs: 1000 });
  put(1, rows(10, 'a'));
  await tree.flush();
  put(2, rows(10, 'b'));
  await tree.flush();
  const cursor = tree.cursor({ at: 1 });
  await tree.compactAll();
  await store.put('p/tables/0-stray', new Uint8Array(3));
  const count = async (): Promise<number> => (await store.list('p/tables/')).objects.length;
  expect(await count()).toBe(5); // two replaced, the newest rows, their history, the stray
  expect(await tree.collectGarbage()).toBe(0);
  world.advance(2000);
  expect(await tree.collectGarbage()).toBe(1); // the stray
  world.advance(60_000);
  expect(await tree.collectGarbage()).toBe(0); // the cursor still reads the old tables
  cursor.close();
  expect(await tree.collectGarbage()).toBe(2);
  expect(await count()).toBe(2);
  expect(await readRange(tree, { at: 2 }, true)).toHaveLength(10);
});

test('replaced versions go to history: read only by reads of the past, dropped whole when none is left', async () => {
  let oldest = 0;
  const { tree, put, store } = await setUp({ oldestReadable: () => oldest });
  for (let timestamp = 1; timestamp <= 20; timestamp++) put(timestamp, rows(10, `v${timestamp}`));
  await tree.flush();
  expect(tree.stats().history.tables).toBe(1);
  put(21, rows(10, 'v21'));
  await tree.flush();
  await tree.compactAll();
  const stats = tree.stats();
  expect(stats).toMatchObject({ entries: 210, history: { tables: 1 } });
  expect(stats.levels.reduce((sum, level) => sum + level.tables, 0)).toBe(1);
  for (const at of [1, 7, 20, 21]) {
    expect(await readRange(tree, { at }, true)).toEqual(Object.entries(rows(10, `v${at}`)).map((row) => row.join('=')));
    expect(await readKey(tree, 'k00003', at)).toBe(`v${at}`);
  }
  oldest = 21;
  put(22, { other: 'x' });
  await tree.flush();
  expect(tree.stats()).toMatchObject({ entries: 11, history: { tables: 0 } });
  await tree.collectGarbage();
  expect((await store.list('p/tables/')).objects).toHaveLength(2);
});

test('many runs of history are merged, and old snapshots still find their versions', async () => {
  const { tree, put } = await setUp();
  for (let timestamp = 1; timestamp <= 60; timestamp += 2) {
    put(timestamp, rows(20, `v${timestamp}`));
    put(timestamp + 1, rows(5, `v${timestamp + 1}`));
    await tree.flush();
    while (await tree.compactOnce());
  }
  expect(tree.stats().history.tables).toBeLessThanOrEqual(16);
  for (const at of [1, 2, 17, 40, 59, 60]) {
    const low = Object.entries({ ...rows(20, `v${at - 1 + (at % 2)}`), ...rows(5, `v${at}`) });
    expect(await readRange(tree, { at }, false)).toEqual(low.map((row) => row.join('=')));
  }
});

test('a flipped bit in one table is reported; other tables keep working', async () => {
  const { tree, put, store, reopen } = await setUp();
  put(1, rows(50, 'x'));
  await tree.flush();
  put(2, { zz: 'fine' });
  await tree.flush();
  await tree.close();
  const { objects } = await store.list('p/tables/');
  const path = [...objects].sort((a, b) => b.size - a.size)[0]?.path as string; // the one with 50 rows
  const bytes = (await store.get(path))?.bytes.slice() as Uint8Array;
  bytes[40] = (bytes[40] as number) ^ 4;
  await store.put(path, bytes);
  const again = await reopen();
  expect(await readKey(again, 'zz', 9)).toBe('fine');
  await expect(readKey(again, 'k00000', 9)).rejects.toMatchObject({
    kind: 'corrupt',
    message: expect.stringContaining(path) as string,
  });
  expect(await readKey(again, 'k00049', 9)).toBe('x');
  await expect(again.compactAll()).rejects.toMatchObject({ kind: 'corrupt' });
  expect(await readKey(again, 'zz', 9)).toBe('fine');
  await again.close();
});

test('two nodes flush the same log range: one wins, nothing is lost or doubled', async () => {
  const first = await setUp();
  const second = await first.reopen();
  for (let position = 1; position <= 5; position++) {
    first.put(position, { [`k${position}`]: 'v' });
    if (position <= 3) second.apply(position, position, writesOf({ [`k${position}`]: 'v' }));
  }
  await second.flush();
  await first.tree.flush();
  expect(first.tree.flushedPosition).toBe(5);
  for (let position = 4; position <= 5; position++)
    second.apply(position, position, writesOf({ [`k${position}`]: 'v' }));
  await second.flush();
  expect(second.flushedPosition).toBe(5);
  const expected = ['k1=v', 'k2=v', 'k3=v', 'k4=v', 'k5=v'];
  expect(await readRange(first.tree, { at: 9 }, true)).toEqual(expected);
  expect(await readRange(second, { at: 9 }, true)).toEqual(expected);
});

test('commits must come in order', async () => {
  const { put } = await setUp();
  put(5, { a: '1' });
  expect(() => put(5, { a: '2' })).toThrow(/applied after 5@5/);
  expect(() => put(4, { a: '2' })).toThrow(/applied after 5@5/);
});

test('a worker thread builds the same tables', { timeout: 30_000 }, async () => {
  const env = realEnv();
  const store = new RecordingStore(new MemoryStore(env));
  const { tree, put } = await setUp({ env: { ...env, workers: { parallelism: 1, spawn: env.workers.spawn } }, store });
  put(1, rows(2000, 'a'));
  await tree.flush();
  put(2, { ...rows(1000, 'b'), k00000: undefined });
  await tree.flush();
  await tree.compactAll();
  const found = await readRange(tree, { at: 9 }, true);
  expect(found.length).toBe(1999);
  expect(found[0]).toBe('k00001=b');
  expect(found[1998]).toBe('k01999=a');
  await tree.close();
});

test('a long stretch of deletions gives the thread away, and ends', async () => {
  const { tree } = await setUp();
  const keys = Object.keys(rows(60_000, '')).map((key) => utf8Encode(key));
  tree.apply(
    1,
    1,
    keys.map((key) => ({ key, value: undefined })),
  );
  const cursor = tree.cursor({ at: 1 });
  const first = cursor.nextRun();
  expect(first).toBeInstanceOf(Promise);
  expect(await first).toBe(false);
  cursor.close();
});

test('a closed tree answers nothing rather than something wrong', async () => {
  const { tree, put } = await setUp();
  put(1, { a: '1' });
  await tree.close();
  const closed = expect.objectContaining({ kind: 'closed', code: 'tree-closed' }) as Error;
  expect(() => tree.get(utf8Encode('a'), 9)).toThrow(closed);
  expect(() => tree.cursor({ at: 9 })).toThrow(closed);
  expect(() => put(2, { a: '2' })).toThrow(closed);
});

test('whole tables of a dropped range are forgotten', async () => {
  const { tree, put, store } = await setUp();
  put(1, { a1: 'x', a2: 'x' });
  await tree.flush();
  put(2, { a3: 'x', b1: 'y' });
  await tree.flush();
  expect(await tree.dropTables(utf8Encode('a'), utf8Encode('b'))).toBe(1);
  expect(await readRange(tree, { at: 9 }, true)).toEqual(['a3=x', 'b1=y']);
  expect((await store.list('p/tables/')).objects.length).toBe(1);
});
