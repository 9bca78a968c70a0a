/**
 * Micro-benchmarks of the LSM: scan of cached blocks, point gets, memtable inserts, bulk ingest, memory within the budget.
 *
 *     npm run bench:engine
 *
 * The rows are sysbench's: an 8-byte key behind a table prefix, a 190-byte row. Everything runs in memory, on this thread.
 */
import { realEnv } from '../../src/env/index.ts';
import { LsmTree, Memtable, MemoryBudget } from '../../src/lsm/index.ts';
import { MemoryStore } from '../../src/store/index.ts';

const ROWS = Number(process.argv[2] ?? 500_000);
const PREFIX_BYTES = 12;

function keyOf(id: number): Uint8Array {
  const key = new Uint8Array(PREFIX_BYTES + 8);
  const view = new DataView(key.buffer);
  view.setUint32(4, 77);
  view.setUint32(8, 1);
  view.setUint32(PREFIX_BYTES + 4, id);
  return key;
}

/** A row as the table store might keep it: an int, two digit strings. */
function valueOf(id: number): Uint8Array {
  const value = new Uint8Array(190);
  new DataView(value.buffer).setUint32(2, id);
  let state = id * 2654435761;
  for (let i = 6; i < 190; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    value[i] = i % 12 === 11 ? 45 : 48 + ((state >>> 16) % 10);
  }
  return value;
}

const results: { what: string; figure: string; bar: string }[] = [];
const report = (what: string, figure: string, bar: string): void => void results.push({ what, figure, bar });

function seconds(action: () => void): number {
  const start = performance.now();
  action();
  return (performance.now() - start) / 1000;
}

function best(rounds: number, action: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rounds; i++) least = Math.min(least, seconds(action));
  return least;
}

function memtableBench(): void {
  const count = 200_000;
  const keys = Array.from({ length: count }, (_, i) => keyOf(Math.imul(i, 2654435761) >>> 0));
  const value = valueOf(1);
  let table = new Memtable();
  const insert = best(3, () => {
    table = new Memtable();
    for (let i = 0; i < count; i++) table.put(keys[i] as Uint8Array, value, i + 1);
  });
  report('memtable insert, random keys', `${((insert / count) * 1e6).toFixed(2)} µs`, '<= 1.5 µs');
  const get = best(3, () => {
    for (let i = 0; i < count; i++) table.findVersion(keys[(i * 7919) % count] as Uint8Array, count);
  });
  report('memtable get', `${((get / count) * 1e6).toFixed(2)} µs`, '<= 2 µs');
  report('memtable bytes per row of 210', (table.sizeBytes / count).toFixed(0), '');
}

async function treeBench(): Promise<void> {
  const env = realEnv();
  const budget = new MemoryBudget({ limitBytes: 1024 * 1024 * 1024 });
  const store = new MemoryStore(env);
  const tree = await LsmTree.open({ store, prefix: 'bench', env, budget, background: false });
  const writer = tree.sortedTableWriter();
  const keys = Array.from({ length: ROWS }, (_, i) => keyOf(i));
  const values = Array.from({ length: 1000 }, (_, i) => valueOf(i));
  const start = performance.now();
  for (let i = 0; i < ROWS; i++) {
    const wait = writer.add(keys[i] as Uint8Array, values[i % 1000] as Uint8Array);
    if (wait instanceof Promise) await wait;
  }
  const tables = await writer.finish();
  tree.ingest(10, 1, tables);
  await tree.flush();
  report('bulk ingest', `${(ROWS / (performance.now() - start) / 1000).toFixed(2)} M rows/s`, '>= 0.5 M');
  await scanBench(tree, 'scan of cached blocks');
  getBench(tree, keys);
  rangeBench(tree, keys, 'tables only');
  // A few changed rows in the memtable: the merge has to weave them in.
  for (let i = 0; i < 2000; i++) {
    tree.apply(100 + i, 2 + i, [{ key: keys[(i * 7919) % ROWS] as Uint8Array, value: values[0] as Uint8Array }]);
  }
  await scanBench(tree, 'the same under 2,000 changed rows in the memtable');
  rangeBench(tree, keys, 'with the memtable');
  report('budget used / cached entries', `${(budget.usedBytes / 1e6).toFixed(0)} MB / ${budget.cachedEntries}`, '');
  await tree.close();
}

async function scanBench(tree: LsmTree, what: string): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    let rows = 0;
    let sum = 0;
    const cursor = tree.cursor({ at: Number.MAX_SAFE_INTEGER });
    for (;;) {
      const more = cursor.nextRun();
      if (!(more instanceof Promise ? await more : more)) break;
      const { buffer, valueStarts, keyStarts, from, to } = cursor.run;
      for (let i = from; i < to; i++) {
        const at = (valueStarts[i] as number) + 2;
        sum += (buffer[at] as number) + (buffer[at + 3] as number);
        const key = (keyStarts[i] as number) + PREFIX_BYTES;
        sum += buffer[key + 7] as number;
      }
      rows += to - from;
    }
    cursor.close();
    if (rows !== ROWS || sum === 0) throw new Error(`scanned ${rows} rows`);
    least = Math.min(least, performance.now() - start);
  }
  report(`${what}, by runs`, `${(ROWS / least / 1000).toFixed(1)} M rows/s`, '>= 3 M with two columns decoded above');
  least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const cursor = tree.cursor({ at: Number.MAX_SAFE_INTEGER });
    let rows = 0;
    for (;;) {
      const more = cursor.next();
      if (!(more instanceof Promise ? await more : more)) break;
      if ((cursor.buffer[cursor.valueStart] as number) >= 0) rows++;
    }
    cursor.close();
    if (rows !== ROWS) throw new Error(`scanned ${rows} rows`);
    least = Math.min(least, performance.now() - start);
  }
  report(`${what}, by rows`, `${(ROWS / least / 1000).toFixed(1)} M rows/s`, '');
}

/** Sysbench's range reads: 100 rows from a random place. */
function rangeBench(tree: LsmTree, keys: readonly Uint8Array[], what: string): void {
  const count = 5000;
  let rows = 0;
  const time = best(5, () => {
    rows = 0;
    for (let i = 0; i < count; i++) {
      const from = (i * 7919) % (ROWS - 100);
      const cursor = tree.cursor({
        start: keys[from],
        end: keys[from + 100],
        at: Number.MAX_SAFE_INTEGER,
        limitHint: 100,
      });
      while (cursor.nextRun() === true) rows += cursor.run.to - cursor.run.from;
      cursor.close();
    }
  });
  if (rows !== count * 100) throw new Error(`ranges gave ${rows} rows`);
  report(`range of 100 rows, ${what}`, `${((time / count) * 1e6).toFixed(2)} µs`, '');
}

function getBench(tree: LsmTree, keys: readonly Uint8Array[]): void {
  const count = Math.min(200_000, ROWS);
  let misses = 0;
  const time = best(5, () => {
    for (let i = 0; i < count; i++) {
      const found = tree.find(keys[(i * 7919) % ROWS] as Uint8Array, Number.MAX_SAFE_INTEGER);
      if (found === undefined || found instanceof Promise) misses++;
    }
  });
  report('point get from cached tables', `${((time / count) * 1e6).toFixed(2)} µs`, '<= 4 µs');
  if (misses > 0) report('… of which not answered at once', String(misses), '0');
}

memtableBench();
await treeBench();
const width = Math.max(...results.map(({ what }) => what.length));
for (const { what, figure, bar } of results) console.log(`${what.padEnd(width)}  ${figure.padStart(16)}   ${bar}`);
