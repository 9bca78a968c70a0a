/** A short run of the parser's fuzzer, from a fixed seed. */
import { describe, expect, it } from 'vitest';
import { findStatements, PARSE_CORPUS } from '../compat/parse-corpus.ts';
import { skipReason } from '../harness/corpora.ts';
import { modeOf, tryParse } from './fuzz-parser.ts';
import { Dice, mutate } from './mutate.ts';

const TEXTS = 20_000;

describe('damaged statements', () => {
  it('give a tree or a SqlError, nothing else', (context) => {
    const statements = findStatements(20);
    if (statements === undefined) return context.skip(skipReason(PARSE_CORPUS));
    const dice = new Dice(42);
    let errors = 0;
    for (let i = 0; i < TEXTS; i++) {
      const sql = mutate(dice.pick(statements).sql, dice.pick(statements).sql, dice);
      if (tryParse(sql, modeOf(dice)) === 'error') errors++;
    }
    expect(errors).toBeGreaterThan(TEXTS / 4);
    expect(errors).toBeLessThan(TEXTS);
  });
});
