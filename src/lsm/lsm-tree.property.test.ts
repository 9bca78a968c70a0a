/** Proves: whatever is applied, flushed, compacted, collected and reopened in whatever order, reads agree with a plain map. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DbError, utf8Encode } from '../base/index.ts';
import { FaultyStore, MemoryStore, type ObjectStore, seededFaults } from '../store/index.ts';
import { seededRandom } from '../env/index.ts';
import type { LsmOptions } from './lsm-options.ts';
import { LsmTree } from './lsm-tree.ts';
import { MemoryBudget } from './memory-budget.ts';
import { type ModelWrite, readKey, readRange, TreeModel } from './testing/tree-model.ts';
import { testWorld } from './testing/test-world.ts';

const key = fc.stringMatching(/^[a-c]{0,4}$/);
const value = fc.option(fc.stringMatching(/^[x-z]{0,12}$/), { nil: undefined, freq: 3 });
const writes = fc.uniqueArray(fc.record({ key, value }), {
  minLength: 1,
  maxLength: 12,
  selector: (write) => write.key,
});

type Step =
  | { readonly kind: 'apply'; readonly writes: ModelWrite[] }
  | { readonly kind: 'ingest'; readonly keys: string[] }
  | { readonly kind: 'flush' | 'compact' | 'compactAll' | 'collect' | 'reopen' | 'forget' }
  | { readonly kind: 'read'; readonly key: string; readonly back: number }
  | {
      readonly kind: 'scan';
      readonly start: string | undefined;
      readonly end: string | undefined;
      readonly back: number;
      readonly reverse: boolean;
      readonly byRuns: boolean;
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('apply' as const), writes }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ingest' as const),
      keys: fc.uniqueArray(key, { minLength: 1, maxLength: 20 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('compact' as const, 'compactAll' as const, 'collect' as const, 'forget' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), key, back: fc.nat(20) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('scan' as const),
      start: fc.option(key, { nil: undefined }),
      end: fc.option(key, { nil: undefined }),
      back: fc.nat(20),
      reverse: fc.boolean(),
      byRuns: fc.boolean(),
    }),
  },
);

type Applied = { readonly timestamp: number; readonly position: number; readonly redo: (tree: LsmTree) => void };

/** Runs a history; `store` may fail, in which case background-like steps are allowed to fail and are tried again. */
async function check(
  steps: readonly Step[],
  store: ObjectStore,
  sizes: { blockBytes: number; tableBytesMax: number; budgetBytes: number },
): Promise<void> {
  const world = testWorld();
  const model = new TreeModel();
  let oldest = 0;
  let now = 0;
  const budget = new MemoryBudget({ limitBytes: sizes.budgetBytes });
  const options: LsmOptions = {
    store,
    prefix: 'p',
    env: world,
    budget,
    background: false,
    blockBytes: sizes.blockBytes,
    tableBytesMax: sizes.tableBytesMax,
    levelBytesBase: 2000,
    recentRunsMax: 2,
    orphanAgeMs: 0,
    partitionPrefixBytes: 1,
    oldestReadable: () => oldest,
  };
  const log: Applied[] = [];
  let tree = await retry(() => LsmTree.open(options));
  for (const action of steps) {
    switch (action.kind) {
      case 'apply': {
        now++;
        const timestamp = now * 10;
        const redo = (target: LsmTree): void =>
          target.apply(
            timestamp,
            timestamp / 10,
            action.writes.map((w) => ({
              key: utf8Encode(w.key),
              value: w.value === undefined ? undefined : utf8Encode(w.value),
            })),
          );
        redo(tree);
        log.push({ timestamp, position: now, redo });
        model.apply(timestamp, action.writes);
        break;
      }
      case 'ingest': {
        now++;
        const timestamp = now * 10;
        const position = now;
        const rows = [...action.keys].sort().map((k) => ({ key: k, value: `i${position}` }));
        const writer = tree.sortedTableWriter();
        const tables = await (async () => {
          for (const row of rows) await writer.add(utf8Encode(row.key), utf8Encode(row.value));
          return writer.finish();
        })().catch(passing);
        if (tables === undefined) {
          now--;
          break;
        }
        const redo = (target: LsmTree): void => target.ingest(timestamp, position, tables);
        redo(tree);
        log.push({ timestamp, position, redo });
        model.apply(timestamp, rows);
        break;
      }
      case 'flush':
        await tree.flush().catch(passing);
        break;
      case 'compact':
        await tree.compactOnce().catch(passing);
        break;
      case 'compactAll':
        await tree.compactAll().catch(passing);
        break;
      case 'collect':
        world.advance(1000);
        await tree.collectGarbage().catch(passing);
        break;
      case 'forget':
        oldest = now * 10;
        break;
      case 'reopen': {
        await tree.close();
        expect(budget.usedBytes).toBe(0);
        tree = await retry(() => LsmTree.open(options));
        for (const applied of log) if (applied.position > tree.flushedPosition) applied.redo(tree);
        break;
      }
      case 'read': {
        const at = Math.max(oldest, (now - action.back) * 10);
        expect(await retry(() => readKey(tree, action.key, at))).toBe(model.get(action.key, at));
        break;
      }
      case 'scan': {
        const at = Math.max(oldest, (now - action.back) * 10);
        const { start, end, reverse } = action;
        const bytes = (text: string | undefined): Uint8Array | undefined =>
          text === undefined ? undefined : utf8Encode(text);
        const rows = await retry(() =>
          readRange(tree, { start: bytes(start), end: bytes(end), at, reverse }, action.byRuns),
        );
        expect(rows).toEqual(model.scan({ start, end, at, reverse }));
        break;
      }
    }
  }
  const rows = await retry(() => readRange(tree, { at: now * 10 }, true));
  expect(rows).toEqual(model.scan({ at: now * 10, reverse: false }));
  await tree.close();
  expect(budget.usedBytes).toBe(0);
}

/** Steps may fail when the store does, and for no other reason. */
function passing(error: unknown): undefined {
  if (error instanceof DbError && error.kind === 'unavailable') return undefined;
  throw error;
}

/** A faulty store fails often but not always. */
async function retry<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      passing(error);
      if (attempt === 200) throw error;
    }
  }
}

const sizes = fc.record({
  blockBytes: fc.constantFrom(1, 40, 4096),
  tableBytesMax: fc.constantFrom(1, 200, 100_000),
  budgetBytes: fc.constantFrom(1, 5000, 10_000_000),
});

test('reads agree with the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), sizes, (steps, size) =>
      check(steps, new MemoryStore(testWorld()), size),
    ),
    { numRuns: 300 },
  );
});

test('reads agree with the model when the store fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 50 }), sizes, fc.nat(), (steps, size, seed) => {
      // With no cache at all, a scan over many tables hardly ever finds every request of it answered.
      const budgetBytes = Math.max(5000, size.budgetBytes);
      const plan = seededFaults(seededRandom(seed), { 'error-before': 0.03, 'error-after': 0.03, stale: 0.1 });
      return check(steps, new FaultyStore(new MemoryStore(testWorld()), plan, { sleep: async () => undefined }), {
        ...size,
        budgetBytes,
      });
    }),
    { numRuns: 100 },
  );
});
