/** A short run of the packet fuzz; `npm run fuzz:wire -- --minutes 10` is the long one. */
import { expect, it } from 'vitest';
import { fuzzWire } from '../testing/wire-fuzz.ts';

it('answers random packets with clean errors only', async () => {
  const outcome = await fuzzWire(1, (connections) => connections < 300);
  expect(outcome.failures).toEqual([]);
  expect(outcome.packets).toBeGreaterThan(1000);
});
