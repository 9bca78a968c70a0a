/**
 * `npm run compat -- [suite …]`: recorded statements against a running Ebb, scored as ../shared/CORPORA.md says; the names of the suites are in suites.ts.
 * A run of all suites writes the table into COMPAT.md. --port=N uses a running server (its databases are dropped!), --misses=FILE writes every miss,
 * --filter=TEXT keeps the files with that text in their name, --one-of=N every N-th file. `slt --beside=PORT` gives each file to the server at
 * that port too (root without a password; its database sqllogictest is dropped!) and prints both wall times, --times=FILE writes them by file.
 */
import { writeFileSync } from 'node:fs';
import type { Target } from './client.ts';
import { OwnServer } from './own-server.ts';
import { inSample } from './sample.ts';
import { Score } from './score.ts';
import { SideBySide } from './side-by-side.ts';
import { SUITES } from './suites.ts';
import { type Line, printHeader, printLine, writeTable } from './table.ts';

function option(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}

const GIVEN_PORT = option('port');
const filter = option('filter') ?? '';
const oneOf = Number(option('one-of') ?? 1);
const besidePort = option('beside');
const beside = besidePort === undefined ? undefined : new SideBySide(Number(besidePort));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = wanted.filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`no suite ${unknown.join(', ')}; there are ${SUITES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const own = new OwnServer();
if (GIVEN_PORT === undefined) await own.start();
const target: Target =
  GIVEN_PORT === undefined
    ? own
    : { port: Number(GIVEN_PORT), replace: () => Promise.reject(new Error('the given server is not usable')) };

const lines: Line[] = [];
try {
  printHeader();
  for (const suite of SUITES) {
    if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
    const score = await suite.run({
      target,
      score: new Score(),
      ...(beside === undefined ? {} : { beside }),
      wants: (file) => file.includes(filter) && inSample(file, oneOf),
    });
    lines.push({ suite, score });
    printLine({ suite, score });
  }
  if (lines.length === SUITES.length && filter === '' && oneOf === 1 && GIVEN_PORT === undefined) writeTable(lines);
  if (beside !== undefined) {
    console.log(beside.summary());
    const timesFile = option('times');
    if (timesFile !== undefined) beside.write(timesFile);
  }
} finally {
  const missesFile = option('misses');
  const misses = lines.flatMap(({ suite, score }) =>
    score.misses.map((miss) => `${JSON.stringify({ suite: suite.name, ...miss })}\n`),
  );
  if (missesFile !== undefined) writeFileSync(missesFile, misses.join(''));
  await own.stop();
}
