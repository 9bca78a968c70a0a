/**
 * Memory while loading: applies gigabytes of rows with a secondary index through memtables, flushes and compactions on a
 * file store, and prints the largest budget use, the largest resident set and the longest time the main thread was held.
 *
 *     npx tsx bench/engine/lsm-load.ts [gigabytes = 1] [budget MiB = 256]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { realEnv } from '../../src/env/index.ts';
import { LsmTree, MemoryBudget } from '../../src/lsm/index.ts';
import { openStore } from '../../src/store/index.ts';

const GIGABYTES = Number(process.argv[2] ?? 1);
const BUDGET_MIB = Number(process.argv[3] ?? 256);
const ROW_BYTES = 190;
const ROWS_PER_COMMIT = 200;
const MIB = 1024 * 1024;

const env = realEnv();
const folder = mkdtempSync(join(tmpdir(), 'ebb-load-'));
const store = await openStore(pathToFileURL(folder).href, env);
const budget = new MemoryBudget({ limitBytes: BUDGET_MIB * MIB });
let committed = 0;
const tree = await LsmTree.open({
  store,
  prefix: 'load',
  env,
  budget,
  partitionPrefixBytes: 4,
  oldestReadable: () => committed,
  onBackgroundError: (error) => console.error('background:', error),
});

const peak = { budget: 0, rss: 0, heapTotal: 0, external: 0, arrayBuffers: 0, gapMs: 0 };
const atStart = process.memoryUsage.rss();
let last = performance.now();
const watch = setInterval(() => {
  const now = performance.now();
  peak.gapMs = Math.max(peak.gapMs, now - last);
  last = now;
  peak.budget = Math.max(peak.budget, budget.usedBytes);
  const usage = process.memoryUsage();
  if (usage.rss > peak.rss) Object.assign(peak, usage);
}, 5);

function rowKey(id: number): Uint8Array {
  const key = new Uint8Array(12);
  const view = new DataView(key.buffer);
  view.setUint32(0, 1);
  view.setUint32(8, id);
  return key;
}

/** Sysbench's k index: a random integer, then the row's id. */
function indexKey(id: number): Uint8Array {
  const key = new Uint8Array(16);
  const view = new DataView(key.buffer);
  view.setUint32(0, 2);
  view.setUint32(4, env.random.below(1_000_000));
  view.setUint32(12, id);
  return key;
}

function rowValue(id: number): Uint8Array {
  const value = new Uint8Array(ROW_BYTES);
  let state = id;
  for (let i = 0; i < ROW_BYTES; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    value[i] = i % 12 === 11 ? 45 : 48 + ((state >>> 16) % 10);
  }
  return value;
}

const none = new Uint8Array(0);
const rows = Math.floor((GIGABYTES * 1024 * MIB) / (ROW_BYTES + 28));
const start = performance.now();
let stalledMs = 0;
for (let id = 0; id < rows; ) {
  const writes: { key: Uint8Array; value: Uint8Array }[] = [];
  for (let i = 0; i < ROWS_PER_COMMIT && id < rows; i++, id++) {
    writes.push({ key: rowKey(id), value: rowValue(id) }, { key: indexKey(id), value: none });
  }
  const room = tree.waitForRoom();
  if (room instanceof Promise) {
    const waitStart = performance.now();
    await room;
    stalledMs += performance.now() - waitStart;
  }
  committed++;
  tree.apply(committed, committed, writes);
  await env.timers.yield();
}
const loadSeconds = (performance.now() - start) / 1000;
await tree.flush();
const stats = tree.stats();
const scanStart = performance.now();
const cursor = tree.cursor({ at: committed });
let found = 0;
while (await cursor.nextRun()) found += cursor.run.to - cursor.run.from;
cursor.close();
const scanSeconds = (performance.now() - scanStart) / 1000;
clearInterval(watch);
console.log(
  `loaded        ${rows} rows + index entries in ${loadSeconds.toFixed(1)} s, ${(rows / loadSeconds / 1000).toFixed(0)}k rows/s, stalled ${(stalledMs / 1000).toFixed(1)} s`,
);
console.log(`scanned cold  ${found} entries in ${scanSeconds.toFixed(1)} s`);
console.log(
  `levels        ${stats.levels.map((level) => `${level.tables}/${(level.bytes / MIB).toFixed(0)}M`).join(' ')}, ${stats.flushes} flushes, ${stats.compactions} compactions`,
);
console.log(`budget        ${(peak.budget / MIB).toFixed(0)} MiB at most of ${BUDGET_MIB}`);
console.log(
  `resident set  ${(peak.rss / MIB).toFixed(0)} MiB at most (${(atStart / MIB).toFixed(0)} at start), of it heap ${(peak.heapTotal / MIB).toFixed(0)}, buffers ${(peak.arrayBuffers / MIB).toFixed(0)}`,
);
console.log(`main thread   held ${peak.gapMs.toFixed(0)} ms at most`);
await tree.close();
await store.close();
rmSync(folder, { recursive: true });
if (found !== rows * 2) throw new Error(`found ${found} of ${rows * 2} entries`);
