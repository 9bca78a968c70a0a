/** `npm run bench:parser`: microseconds per statement, the best of several rounds. Bars: point select 2, TPC-H Q5 15. */
import { parse } from '../../src/sql/parser/index.ts';

const ROUNDS = 25;
const WARMUP_ROUNDS = 10;
const ROUND_STATEMENTS = 2_000;

interface Case {
  readonly name: string;
  readonly sql: string;
  readonly barUs: number | undefined;
}

const CASES: readonly Case[] = [
  { name: 'point select', sql: 'SELECT c FROM sbtest1 WHERE id=50123', barUs: 2 },
  { name: 'point select, prepared', sql: 'SELECT c FROM sbtest1 WHERE id=?', barUs: 2 },
  { name: 'update', sql: 'UPDATE sbtest1 SET k=k+1 WHERE id=5', barUs: undefined },
  {
    name: 'insert',
    sql: `INSERT INTO sbtest1 (id, k, c, pad) VALUES (1, 2, '${'a'.repeat(119)}', '${'b'.repeat(59)}')`,
    barUs: undefined,
  },
  {
    name: 'TPC-H Q5',
    sql: `select n_name, sum(l_extendedprice * (1 - l_discount)) as revenue
      from customer, orders, lineitem, supplier, nation, region
      where c_custkey = o_custkey and l_orderkey = o_orderkey and l_suppkey = s_suppkey
        and c_nationkey = s_nationkey and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'ASIA'
        and o_orderdate >= date '1994-01-01' and o_orderdate < date '1994-01-01' + interval '1' year
      group by n_name order by revenue desc`,
    barUs: 15,
  },
];

function round(sql: string): number {
  const before = performance.now();
  for (let i = 0; i < ROUND_STATEMENTS; i++) parse(sql);
  return ((performance.now() - before) * 1000) / ROUND_STATEMENTS;
}

let missed = false;
for (const { name, sql, barUs } of CASES) {
  for (let i = 0; i < WARMUP_ROUNDS; i++) round(sql);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) best = Math.min(best, round(sql));
  const verdict = barUs === undefined ? '' : best <= barUs ? `(bar ${barUs}) ok` : `(bar ${barUs}) MISSED`;
  if (barUs !== undefined && best > barUs) missed = true;
  console.log(`${name.padEnd(24)} ${best.toFixed(2).padStart(7)} us ${verdict}`);
}
process.exit(missed ? 1 : 0);
