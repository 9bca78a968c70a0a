/** A sample of `npm run crash` for CI: ten rounds of SIGKILL lose nothing that was acknowledged. */
import { expect, test } from 'vitest';
import { crashLoop } from './crash.ts';

test('ten SIGKILLs under load lose no acknowledged commit and leave none half done', async () => {
  const outcome = await crashLoop(10, 7);
  expect(outcome.problems).toEqual([]);
  expect(outcome.transfers).toBeGreaterThan(10);
}, 180_000);
