/**
 * `npm run fuzz:parser [-- --minutes 10 --seed 1]`: damaged statements of the parse-oracle corpus. The parser may
 * answer with a tree or with a SqlError, within a second; anything else stops the run with the statement and the seed.
 */
import { skipReason } from '../harness/corpora.ts';
import { SqlError } from '../../src/base/index.ts';
import { parse, parseAll } from '../../src/sql/parser/index.ts';
import { findStatements, PARSE_CORPUS } from '../compat/parse-corpus.ts';
import { Dice, mutate } from './mutate.ts';

const ANSWER_MS_MAX = 1000;
const MODES = ['', 'ANSI_QUOTES', 'PIPES_AS_CONCAT', 'NO_BACKSLASH_ESCAPES', 'HIGH_NOT_PRECEDENCE,IGNORE_SPACE'];

/** Parses one text in one mode; throws what is not a SqlError. */
export function tryParse(sql: string, sqlMode: string): 'tree' | 'error' {
  try {
    parse(sql, { sqlMode });
    parseAll(sql, { sqlMode });
    return 'tree';
  } catch (error) {
    if (error instanceof SqlError) return 'error';
    throw error;
  }
}

export function modeOf(dice: Dice): string {
  return dice.pick(MODES);
}

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name);
  return at === -1 ? fallback : Number(process.argv[at + 1]);
}

function main(): number {
  const statements = findStatements();
  if (statements === undefined) {
    console.error(skipReason(PARSE_CORPUS));
    return 1;
  }
  const seed = option('--seed', 1);
  const deadline = performance.now() + option('--minutes', 10) * 60_000;
  const dice = new Dice(seed);
  const counts = { tree: 0, error: 0 };
  let tried = 0;
  for (; performance.now() < deadline; tried++) {
    const sql = mutate(dice.pick(statements).sql, dice.pick(statements).sql, dice);
    const mode = modeOf(dice);
    const started = performance.now();
    try {
      counts[tryParse(sql, mode)]++;
    } catch (error) {
      console.error(`seed ${seed}, text ${tried}, sql_mode '${mode}': ${JSON.stringify(sql)}`);
      console.error(error);
      return 1;
    }
    const spentMs = performance.now() - started;
    if (spentMs > ANSWER_MS_MAX) {
      console.error(
        `seed ${seed}, text ${tried}: ${spentMs.toFixed(0)} ms for ${sql.length} characters: ${JSON.stringify(sql.slice(0, 400))}`,
      );
      return 1;
    }
  }
  console.log(`${tried} texts: ${counts.tree} trees, ${counts.error} errors, nothing else (seed ${seed})`);
  return 0;
}

if (process.argv[1]?.endsWith('fuzz-parser.ts') === true) process.exit(main());
