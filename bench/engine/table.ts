/**
 * Micro-benchmarks of the table store over the LSM: what a query's scan and point read cost, rows decoded, without SQL.
 *
 *     npm run bench:engine
 *
 * The table is sysbench's (id, k, c, pad; index on k), in memory, flushed into tables, all blocks cached.
 */
import {
  begin,
  column,
  commit,
  openTestDatabase,
  scanRequest,
  table,
} from '../../src/engine/testing/storage-harness.ts';
import { charType, intType } from '../../src/sql/types/index.ts';

const ROWS = Number(process.argv[2] ?? 500_000);
const ROWS_PER_COMMIT = 1000;
const ROUNDS = 5;

const sbtest = table(
  10,
  [
    column(1, 'id', intType('int')),
    column(2, 'k', intType('int')),
    column(3, 'c', charType(120)),
    column(4, 'pad', charType(60)),
  ],
  [{ columns: [1] }, { columns: [2] }],
);
const primary = sbtest.indexes[0] as (typeof sbtest.indexes)[number];

const { branch } = await openTestDatabase();
const digits = Array.from({ length: 1000 }, (_, i) =>
  String(i * 7_919_104_729)
    .padStart(12, '7')
    .repeat(10),
);

const loadStart = performance.now();
for (let id = 1; id <= ROWS; ) {
  await commit(branch, async (storage) => {
    for (const stop = Math.min(ROWS, id + ROWS_PER_COMMIT - 1); id <= stop; id++) {
      const text = digits[id % 1000] as string;
      await storage.insert(sbtest, [id, Math.imul(id, 2_654_435_761) >>> 8, text.slice(0, 119), text.slice(0, 59)]);
    }
  });
}
const loadSeconds = (performance.now() - loadStart) / 1000;
await branch.tree.flush();

const lines: { what: string; figure: string; bar: string }[] = [];
const report = (what: string, figure: string, bar = ''): void => void lines.push({ what, figure, bar });
report('insert, with one secondary index', `${(ROWS / loadSeconds / 1000).toFixed(0)}k rows/s`);

async function scan(columns: readonly number[], reverse = false): Promise<string> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const { storage, transaction } = begin(branch);
    const start = performance.now();
    const cursor = storage.scan(scanRequest(sbtest, { columns, reverse }));
    let rows = 0;
    for (;;) {
      const next = cursor.next();
      const batch = next instanceof Promise ? await next : next;
      if (batch === undefined) break;
      rows += batch.length;
    }
    cursor.close();
    least = Math.min(least, performance.now() - start);
    transaction.rollback();
    if (rows !== ROWS) throw new Error(`scanned ${rows} rows`);
  }
  return `${(ROWS / least / 1000).toFixed(2)} M rows/s`;
}

report('scan, two integer columns decoded', await scan([0, 1]), '>= 3 M rows/s');
report('scan, integer and string decoded', await scan([0, 2]));
report('scan, all four columns', await scan([0, 1, 2, 3]));
report('scan backwards, two integer columns', await scan([0, 1], true));

async function points(columns: readonly number[]): Promise<string> {
  const count = 100_000;
  const { storage, transaction } = begin(branch);
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const id = ((i * 7919) % ROWS) + 1;
      const found = storage.get({ table: sbtest, index: primary, key: [id], columns });
      const row = found instanceof Promise ? await found : found;
      if (row?.[0] !== id) throw new Error(`row ${id} is missing`);
    }
    least = Math.min(least, performance.now() - start);
  }
  transaction.rollback();
  return `${((least / count) * 1000).toFixed(2)} µs`;
}

report('point get, two integer columns', await points([0, 1]), '<= 4 µs');
report('point get, integer and string', await points([0, 2]));
await branch.close();

const width = Math.max(...lines.map(({ what }) => what.length));
for (const { what, figure, bar } of lines) console.log(`${what.padEnd(width)}  ${figure.padStart(16)}   ${bar}`);
