/**
 * A sample of `npm run differential` on a server of its own. NoREC and TLP need no oracle and always run; beside the genuine MySQL where
 * ../shared/services can bring one (never in CI, which has no network to fetch it).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EbbServer } from '../harness/ebb-server.ts';
import { Random } from './random.ts';
import { type Report, runDifferential } from './runner.ts';
import { makeSchema } from './schema.ts';
import { list, node, optional, print, shrink } from './tree.ts';

const SEED = 20_000;

describe('the generator', () => {
  it('makes the same schema of the same seed', () => {
    expect(makeSchema(new Random(7)).statements).toEqual(makeSchema(new Random(7)).statements);
    expect(makeSchema(new Random(7)).statements).not.toEqual(makeSchema(new Random(8)).statements);
  });

  it('shrinks a tree to what fails', async () => {
    const tree = node('query', 'SELECT ', list(['a', 'b', 'bad', 'c']), ' FROM t', optional(' WHERE x'));
    const least = await shrink(tree, (candidate) => Promise.resolve(print(candidate).includes('bad')));
    expect(print(least)).toBe('SELECT bad FROM t');
  });
});

describe('NoREC and TLP', () => {
  let server: EbbServer;
  beforeAll(async () => {
    server = await EbbServer.start();
  });
  afterAll(() => server.stop());

  it('find no query that its conditions contradict', { timeout: 60_000 }, async () => {
    const report: Report = await runDifferential({
      seed: SEED,
      schemas: 12,
      queriesPerSchema: 60,
      ebbPort: server.port,
      failuresMax: 3,
      shrinkCases: true,
      log: () => undefined,
    });
    expect(report.failures).toEqual([]);
    expect(report.queries).toBe(720);
    // conditions that are refused compare nothing: most must not be
    expect(report.refused).toBeLessThan(report.queries / 2);
  });
});
