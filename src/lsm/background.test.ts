/** Proves: with flushes and compactions running by themselves, on threads, reads stay right and garbage does not pile up. */
import { expect, test } from 'vitest';
import { utf8Encode } from '../base/index.ts';
import { realEnv, seededRandom } from '../env/index.ts';
import { MemoryStore } from '../store/index.ts';
import { LsmTree } from './lsm-tree.ts';
import { MemoryBudget } from './memory-budget.ts';
import { readKey, readRange, TreeModel } from './testing/tree-model.ts';

async function history(withThreads: boolean): Promise<void> {
  const env = realEnv();
  const random = seededRandom(11);
  const store = new MemoryStore(env);
  const budget = new MemoryBudget({ limitBytes: 400_000 });
  const errors: unknown[] = [];
  let committed = 0;
  const tree = await LsmTree.open({
    store,
    prefix: 'p',
    env: withThreads ? env : { clock: env.clock, random, timers: env.timers },
    budget,
    memtableBytesMax: 20_000,
    tableBytesMax: 10_000,
    levelBytesBase: 40_000,
    blockBytes: 512,
    partitionPrefixBytes: 1,
    oldestReadable: () => Math.max(0, committed - 20),
    onBackgroundError: (error) => errors.push(error),
  });
  const model = new TreeModel();
  for (let commit = 1; commit <= 300; commit++) {
    const writes = Array.from({ length: 1 + random.below(30) }, () => {
      const key = `${'abc'[random.below(3)]}${random.below(500)}`;
      return { key, value: random.below(6) === 0 ? undefined : `${commit}-${'v'.repeat(random.below(40))}` };
    });
    const latest = [...new Map(writes.map((write) => [write.key, write])).values()];
    await tree.waitForRoom();
    tree.apply(
      commit,
      commit,
      latest.map(({ key, value }) => ({
        key: utf8Encode(key),
        value: value === undefined ? undefined : utf8Encode(value),
      })),
    );
    model.apply(commit, latest);
    committed = commit;
    if (commit % 10 !== 0) continue;
    const at = commit - random.below(10);
    expect(await readKey(tree, latest[0]?.key ?? '', at)).toBe(model.get(latest[0]?.key ?? '', at));
    const reverse = random.below(2) === 1;
    expect(await readRange(tree, { at, reverse }, commit % 20 === 0)).toEqual(model.scan({ at, reverse }));
    await env.timers.yield();
  }
  await tree.flush();
  while (await tree.compactOnce());
  expect(errors).toEqual([]);
  expect(tree.stats().flushes).toBeGreaterThan(3);
  expect(tree.stats().compactions).toBeGreaterThan(0);
  await tree.collectGarbage();
  expect((await store.list('p/tables/')).objects.length).toBe(tree.stats().tables);
  expect(await readRange(tree, { at: committed }, true)).toEqual(model.scan({ at: committed, reverse: false }));
  await tree.close();
  expect(budget.usedBytes).toBe(0);
}

test('on threads', { timeout: 60_000 }, () => history(true));
test('inline, in slices', { timeout: 60_000 }, () => history(false));
