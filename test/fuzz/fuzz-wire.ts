/**
 * `npm run fuzz:wire -- --minutes 10 [--seed n]`: random packets against the MySQL protocol server until the time is up.
 * Prints the failing seeds and ends with 1 when there are any.
 */
import { parseArgs } from 'node:util';
import { fuzzWire } from '../../src/wire/testing/wire-fuzz.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } } });
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const until = performance.now() + Number(values.minutes) * 60_000;
process.on('uncaughtException', (error) => {
  console.error(`seed ${seed}: the process would have ended: ${error.stack ?? error.message}`);
  process.exit(1);
});
console.log(`packet fuzz from seed ${seed} for ${values.minutes} minutes`);
const outcome = await fuzzWire(seed, () => performance.now() < until);
console.log(`${outcome.connections} connections, ${outcome.packets} packets, ${outcome.failures.length} failures`);
for (const failure of outcome.failures) console.error(failure);
process.exitCode = outcome.failures.length === 0 ? 0 : 1;
