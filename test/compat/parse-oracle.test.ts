/** Every 20th statement of the parse-oracle corpus, with the bars of `npm run compat:parse`. */
import { describe, expect, it } from 'vitest';
import { skipReason } from '../harness/corpora.ts';
import { findStatements, PARSE_CORPUS, tally } from './parse-corpus.ts';

const STEP = 20;

describe('the parser against MySQL', () => {
  it('accepts, rejects and words its errors as MySQL does', (context) => {
    const statements = findStatements(STEP);
    if (statements === undefined) return context.skip(skipReason(PARSE_CORPUS));
    expect(statements.length).toBeGreaterThan(5_000);
    const totals = tally(statements);
    expect(totals.accepted / totals.valid).toBeGreaterThanOrEqual(0.999);
    expect(totals.rejected / totals.invalid).toBeGreaterThanOrEqual(0.95);
    expect(totals.sameMessage / totals.rejected).toBeGreaterThanOrEqual(0.95);
  });
});
