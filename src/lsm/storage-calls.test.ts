/**
 * Proves: which requests each operation sends to the object store (testdata/storage-calls.txt), so that a change that costs
 * one more is seen. Names of tables are numbered by first appearance; sizes are left out. REWRITE=1 writes the file anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { utf8Encode } from '../base/index.ts';
import { MemoryStore, RecordingStore } from '../store/index.ts';
import { LsmTree } from './lsm-tree.ts';
import { MemoryBudget } from './memory-budget.ts';
import { readKey, readRange } from './testing/tree-model.ts';
import { testWorld } from './testing/test-world.ts';

const GOLDEN = new URL('./testdata/storage-calls.txt', import.meta.url);

test('storage calls of the basic operations', async () => {
  const world = testWorld();
  const store = new RecordingStore(new MemoryStore(world));
  const names = new Map<string, string>();
  const lines: string[] = [];
  const note = (title: string): void => {
    lines.push(`# ${title}`);
    for (const call of store.take()) {
      const named = call.replace(/tables\/(\w+-\w+)/g, (_, id: string) => {
        if (!names.has(id)) names.set(id, String.fromCharCode(65 + names.size));
        return `tables/${names.get(id)}`;
      });
      lines.push(
        named
          .replace(/ -> \d+ bytes/, '')
          .replace(/ \d+ bytes/, '')
          .replace(/ \[\d+, \+\d+\)/, ' range'),
      );
    }
  };
  const options = {
    store,
    prefix: 'p',
    env: world,
    budget: new MemoryBudget({ limitBytes: 1e7 }),
    background: false,
    blockBytes: 512,
    oldestReadable: () => 1e9,
  };
  const put = (tree: LsmTree, at: number, count: number): void =>
    tree.apply(
      at,
      at,
      Array.from({ length: count }, (_, i) => ({
        key: utf8Encode(`k${String(i).padStart(4, '0')}`),
        value: utf8Encode(`value ${at} ${i * 7919}`),
      })),
    );

  let tree = await LsmTree.open(options);
  note('open an empty tree');
  put(tree, 1, 8000);
  note('apply a commit');
  await tree.flush();
  note('flush');
  await tree.flush();
  note('flush again: nothing to do');
  put(tree, 2, 10);
  await tree.flush();
  note('second flush');
  await tree.close();
  tree = await LsmTree.open(options);
  note('open');
  await readKey(tree, 'k3000', 9);
  note('get, cold: the whole small table, index and filter of the large one, then one block');
  await readKey(tree, 'k3001', 9);
  note('get in the same block');
  await readKey(tree, 'k3000x', 9);
  note('get of an absent key: the filter answers');
  await readRange(tree, { at: 9 }, true);
  note('scan: read-ahead grows');
  await readRange(tree, { at: 9 }, true);
  note('scan again: cached');
  await tree.compactAll();
  note('compact two tables into one');
  await tree.collectGarbage({ orphans: false });
  note('collect garbage');
  await tree.collectGarbage();
  note('collect garbage and orphans');
  await tree.close();
  note('close');

  const text = `${lines.join('\n')}\n`;
  if (process.env['REWRITE'] === '1') writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});
