/** A world for unit tests: a clock that stands still until told, seeded randomness, timers that fire at once. */
import { seededRandom } from '../../env/index.ts';
import type { LsmEnv } from '../lsm-options.ts';

export interface TestWorld extends LsmEnv {
  advance(ms: number): void;
}

export function testWorld(seed = 1): TestWorld {
  let nowMs = 1_700_000_000_000;
  const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    random: seededRandom(seed),
    timers: {
      after: () => ({ cancel: () => undefined }),
      every: () => ({ cancel: () => undefined }),
      sleep: soon,
      yield: soon,
      soon: (action) => void setImmediate(action),
    },
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
