/** A fixed sample of every suite against a server of its own: as many statements pass as ever passed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCorpus, skipReason } from '../harness/corpora.ts';
import { OwnServer } from './own-server.ts';
import { floorOf, inSample, raiseFloor } from './sample.ts';
import { Score } from './score.ts';
import { SUITES } from './suites.ts';

const ONE_FILE_OF = 6;
/** Much more than it takes (under 30 s): a suite that is cut off would go on beside the next one. */
const TIMEOUT_MS = 600_000;
const server = new OwnServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

describe.each(SUITES)('$title', (suite) => {
  it('passes what it passed', { timeout: TIMEOUT_MS }, async (context) => {
    if (findCorpus(suite.corpus) === undefined) return context.skip(skipReason(suite.corpus));
    const score = await suite.run({
      target: server,
      score: new Score(),
      wants: (file) => inSample(file, suite.sampleOneOf ?? ONE_FILE_OF),
    });
    if (process.env['REWRITE'] === '1') raiseFloor(suite.name, score.passed);
    expect(floorOf(suite.name)).toBeGreaterThan(0);
    expect(score.passed, JSON.stringify(score.misses.slice(0, 20), undefined, 1)).toBeGreaterThanOrEqual(
      floorOf(suite.name),
    );
  });
});
