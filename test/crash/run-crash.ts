/** The command behind `npm run crash`. */
import { crashLoop } from './crash.ts';

function option(name: string, otherwise: number): number {
  const word = process.argv.find((candidate) => candidate.startsWith(`--${name}=`));
  return word === undefined ? otherwise : Number(word.slice(name.length + 3));
}

const seed = option('seed', Date.now() % 1_000_000);
const outcome = await crashLoop(option('rounds', 200), seed, console.log);
for (const problem of outcome.problems) console.error(problem);
console.log(
  `${outcome.rounds} rounds of SIGKILL (seed ${seed}): ${outcome.transfers} transfers and ${outcome.counterUpdates} counter updates acknowledged, ${outcome.problems.length} lost or half done`,
);
if (outcome.problems.length > 0) process.exitCode = 1;
