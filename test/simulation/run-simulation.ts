/**
 * npm run simulate -- [--seeds N] [--from S] [--scenario name]
 *
 * Runs N seeds from S of every scenario and prints the failing ones. Add a failing seed to REGRESSIONS in scenarios.ts with the fix.
 */
import { parseArgs } from 'node:util';
import { runSeed } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    scenario: { type: 'string' },
  },
});
const from = Number(values.from);
const count = Number(values.seeds);
let failed = 0;
for (const scenario of SCENARIOS.filter(({ name }) => values.scenario === undefined || name === values.scenario)) {
  const started = performance.now();
  for (let seed = from; seed < from + count; seed++) {
    const failure = await runSeed(scenario, seed);
    if (failure === undefined) continue;
    failed++;
    console.log(`${scenario.name}: seed ${seed} failed:`, failure.error);
  }
  console.log(
    `${scenario.name}: ${count} seeds from ${from} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}
console.log(failed === 0 ? 'no failure' : `${failed} failing seeds`);
process.exitCode = failed === 0 ? 0 : 1;
