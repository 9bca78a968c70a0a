/**
 * `npm run bench:plan`: microseconds to parse and plan, over an embedded engine with sysbench's table; the best of several rounds.
 *
 * Cached: a text whose plan is kept, exactly or but for its literals, up to the plan and its values (bar 5). Uncached: parsed,
 * bound, optimized and compiled as for the first time (bar 60 for a point select).
 */
import { openEngine } from '../../src/engine/index.ts';
import type { EngineSession } from '../../src/engine/session/session.ts';
import { planFor } from '../../src/engine/session/planning.ts';
import { prepareExecution } from '../../src/sql/exec/index.ts';
import { parse } from '../../src/sql/parser/index.ts';

const ROUNDS = 20;
const ROUND_STATEMENTS = 2000;
const CACHED_BAR_US = 5;
const UNCACHED_BAR_US = 60;

interface Case {
  readonly name: string;
  sql(i: number): string;
  readonly uncachedBarUs?: number;
}

const CASES: readonly Case[] = [
  { name: 'point select', sql: (i) => `SELECT c FROM sbtest1 WHERE id=${i}`, uncachedBarUs: UNCACHED_BAR_US },
  { name: 'range select', sql: (i) => `SELECT c FROM sbtest1 WHERE id BETWEEN ${i} AND ${i + 99} ORDER BY c` },
  { name: 'update', sql: (i) => `UPDATE sbtest1 SET k=k+1 WHERE id=${i}` },
  { name: 'delete', sql: (i) => `DELETE FROM sbtest1 WHERE id=${i}` },
  { name: 'insert', sql: (i) => `INSERT INTO sbtest1 (id, k, c, pad) VALUES (${i}, 2, '${'a'.repeat(119)}', 'b')` },
  { name: 'exact text', sql: () => 'SELECT COUNT(*), MAX(k) FROM sbtest1 WHERE k > 5 OR c LIKE "a%"' },
];

function best(run: (i: number) => void): number {
  let us = Number.POSITIVE_INFINITY;
  for (let round = 0, i = 0; round < ROUNDS; round++) {
    const before = performance.now();
    for (let n = 0; n < ROUND_STATEMENTS; n++) run(i++);
    us = Math.min(us, ((performance.now() - before) * 1000) / ROUND_STATEMENTS);
  }
  return us;
}

function verdict(us: number, barUs: number | undefined): string {
  const figure = us.toFixed(2).padStart(8);
  return barUs === undefined ? `${figure}          ` : `${figure} ${us <= barUs ? 'ok    ' : 'MISSED'} (${barUs})`;
}

const opened = await openEngine({ location: 'memory:' });
const session = (await opened.engine.connect({ user: 'root', host: 'localhost' })) as EngineSession;
await session.execute('CREATE DATABASE sbtest');
await session.useDatabase('sbtest');
await session.execute(
  `CREATE TABLE sbtest1 (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, k INT NOT NULL DEFAULT 0,
   c CHAR(120) NOT NULL DEFAULT '', pad CHAR(60) NOT NULL DEFAULT '', KEY k_1 (k))`,
);

let missed = false;
console.log(`${'statement'.padEnd(16)}${'cached, us'.padStart(18)}${'uncached, us'.padStart(20)}`);
for (const { name, sql, uncachedBarUs } of CASES) {
  for (let i = 0; i < 3; i++) {
    const result = await session.execute(sql(900_000 + i));
    if (result.kind === 'rows') await result.close();
  }
  const cached = best((i) => {
    const text = sql(i);
    if ((session.plans.findText(session, text) ?? session.plans.findTemplate(session, text)) === undefined)
      throw new Error(`not cached: ${text}`);
  });
  const uncached = best((i) => {
    const text = sql(i);
    prepareExecution(planFor(session, parse(text, { parameters: false }).statement, text, []).plan);
  });
  missed ||= cached > CACHED_BAR_US || (uncachedBarUs !== undefined && uncached > uncachedBarUs);
  console.log(`${name.padEnd(16)}${verdict(cached, CACHED_BAR_US)} ${verdict(uncached, uncachedBarUs)}`);
}
await session.close();
await opened.close();
process.exitCode = missed ? 1 : 0;
