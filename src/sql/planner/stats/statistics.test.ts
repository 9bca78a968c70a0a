/** Statistics: expectations follow from the distributions the samples are made of. */
import { describe, expect, it } from 'vitest';
import type { Row } from '../../types/index.ts';
import { PlannerFixture } from '../testing/fixture.ts';
import { summarise } from './collect-statistics.ts';
import { needsAnalyze } from './needs-analyze.ts';

const fixture = new PlannerFixture().create(
  'CREATE TABLE s (id INT PRIMARY KEY, grp INT, name VARCHAR(20), KEY kg (grp, name))',
);
const table = fixture.catalog.findTable('test', 's');
if (table?.kind !== 'table') throw new Error('no table');

const COUNT = 5000;
/** grp: 90 % are 0, the rest 1..9 in equal parts, each fiftieth NULL; name: 26 letters in both cases. */
const rows: Row[] = Array.from({ length: COUNT }, (_, i) => [
  i,
  i % 50 === 0 ? null : i % 10 === 0 ? 1 + ((i / 10) % 9) : 0,
  String.fromCharCode((i % 2 === 0 ? 97 : 65) + (i % 26)),
]);
const statistics = summarise(table, [0, 1, 2], rows, COUNT, 0);

describe('statistics', () => {
  it('count distinct values and NULLs', () => {
    const [id, grp, name] = statistics.columns;
    expect(id?.distinct).toBe(COUNT);
    expect(grp?.nullFraction).toBeCloseTo(0.02, 5);
    expect(grp?.distinct).toBe(10);
    // utf8mb4_0900_ai_ci: upper and lower case are the same value.
    expect(name?.distinct).toBe(26);
    expect(statistics.indexes.find((index) => index.indexId === table.indexes[0]!.id)?.distinct).toEqual([COUNT]);
  });

  it('estimate equalities and ranges from what was counted', () => {
    fixture.rowCounts.set('s', COUNT);
    fixture.statistics.set('s', statistics);
    const rowsOf = estimate;
    expect(rowsOf('grp = 0') / COUNT).toBeCloseTo(0.9, 1);
    expect(rowsOf('grp = 3') / COUNT).toBeCloseTo(0.08 / 9, 2);
    expect(rowsOf('grp IS NULL') / COUNT).toBeCloseTo(0.02, 2);
    expect(rowsOf('id < 1000') / COUNT).toBeCloseTo(0.2, 2);
    expect(rowsOf('id BETWEEN 1000 AND 2000') / COUNT).toBeCloseTo(0.2, 2);
    expect(rowsOf('id > 100000')).toBeLessThan(2);
  });

  it('are old when a sixth of the table has changed', () => {
    expect(needsAnalyze(undefined, 500, 10)).toBe(false);
    expect(needsAnalyze(undefined, 5000, 0)).toBe(true);
    expect(needsAnalyze(statistics, COUNT, 100)).toBe(false);
    expect(needsAnalyze(statistics, COUNT, COUNT / 5)).toBe(true);
    expect(needsAnalyze(statistics, COUNT * 2, 0)).toBe(true);
  });
});

function estimate(condition: string): number {
  const plan = fixture.plan(`SELECT id FROM s IGNORE INDEX (kg) WHERE ${condition}`);
  return plan.kind === 'query' ? plan.root.estimatedRows : 0;
}
