/** The plans of TPC-H's queries at scale factor 0.1, without statistics but row counts. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCorpus, skipReason, unpack } from '../../../test/harness/corpora.ts';
import { PlannerFixture } from './testing/fixture.ts';
import { readGolden, writeGolden } from './testing/golden.ts';

const ROWS = {
  region: 5,
  nation: 25,
  part: 20_000,
  supplier: 1_000,
  partsupp: 80_000,
  customer: 15_000,
  orders: 150_000,
  lineitem: 600_572,
};
const ARCHIVE = 'tpch-queries-answers.tar.xz';

function fileNamed(folder: string, name: RegExp): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => name.test(path))
    .sort()
    .map((path) => join(folder, path));
}

describe('TPC-H', () => {
  const archive = findCorpus(ARCHIVE);
  it.skipIf(archive === undefined)(`plans all queries (${skipReason(ARCHIVE)})`, () => {
    const folder = unpack(archive!);
    try {
      const queries = fileNamed(folder, /q\d\d\.sql$/);
      expect(queries.length).toBe(22);
      const schema = fileNamed(folder, /schema\.sql$/)[0]!;
      const fixture = new PlannerFixture().create(readFileSync(schema, 'utf8'));
      for (const [table, rows] of Object.entries(ROWS)) fixture.rowCounts.set(table, rows);
      const now = queries.map((path) => ({
        query: path.slice(-7, -4),
        answer: fixture.explain(readFileSync(path, 'utf8').trim()),
      }));
      if (process.env['REWRITE'] === '1') writeGolden('tpch.txt', now);
      else expect(now).toEqual(readGolden('tpch.txt'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
