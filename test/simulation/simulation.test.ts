/** Many seeds of every scenario (a thousand, unless it says otherwise), and every seed that once failed. `npm run simulate` runs more. */
import { describe, expect, it } from 'vitest';
import { runSeed } from './scenario.ts';
import { REGRESSIONS, SCENARIOS } from './scenarios.ts';

const SEEDS_DEFAULT = 1000;

describe.each(SCENARIOS)('simulation of $name', (scenario) => {
  const seeds = scenario.seedsInTests ?? SEEDS_DEFAULT;

  it(`keeps its promises over ${seeds} seeds`, { timeout: 600_000 }, async () => {
    const failures: string[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const failure = await runSeed(scenario, seed);
      if (failure !== undefined) failures.push(`seed ${seed}: ${String(failure.error)}`);
    }
    expect(failures).toEqual([]);
  });

  it('keeps its promises where it once broke them', async () => {
    for (const { seed, found } of REGRESSIONS[scenario.name] ?? []) {
      expect([seed, found, await runSeed(scenario, seed)]).toEqual([seed, found, undefined]);
    }
  });

  it('replays a seed exactly', async () => {
    const traces = [7, 7, 8].map(async (seed) => {
      const { Simulation } = await import('../../src/env/index.ts');
      const simulation = new Simulation(seed);
      await simulation.run(() => scenario.run(simulation));
      return `${simulation.nowMs} ${simulation.random.u32()} ${simulation.disk.usedBytes()}`;
    });
    const [first, again, other] = await Promise.all(traces);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});
