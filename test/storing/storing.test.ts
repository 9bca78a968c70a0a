/** Storing values in columns of every type, strict and lenient, against what MySQL stored and said (recorded.jsonl). */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqlError } from '../../src/base/index.ts';
import { ExpressionRunner } from '../functions/expression-runner.ts';
import { CREATE_TABLE, MODES } from './table.ts';

/** MySQL prints a double shorter to make it fit, and casts one beyond 2^63 to a negative integer. */
const KNOWN_DIFFERENCES = new Set(['lenient vc = 2020e0', 'lenient f = 1e40']);

type Answer = readonly unknown[];
let runner: ExpressionRunner;

beforeAll(async () => {
  runner = await ExpressionRunner.open();
  for (const sql of ['create database storing', 'use storing', CREATE_TABLE]) await runner.run(sql);
});
afterAll(async () => {
  await runner.close();
});

async function answer(mode: string, assignment: string): Promise<Answer> {
  await runner.run('delete from s');
  try {
    await runner.run(`insert into s set ${assignment}`);
    const warnings = (await runner.run('show warnings')).map((row) => [String(row[0]), Number(row[1]), String(row[2])]);
    const column = assignment.slice(0, assignment.indexOf(' '));
    const [row] = await runner.run(`select cast(${column} as char), hex(${column}) from s`);
    return [mode, assignment, row!, warnings];
  } catch (error) {
    if (error instanceof SqlError) return [mode, assignment, { errno: error.errno, message: error.message }];
    throw error;
  }
}

test.each(Object.entries(MODES))('in %s mode every value is stored as MySQL stores it', async (mode, sqlMode) => {
  await runner.run(`set sql_mode = '${sqlMode}'`);
  const recorded = readFileSync(new URL('recorded.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answer);
  const cases = recorded.filter((line) => line[0] === mode);
  expect(cases.length).toBeGreaterThan(100);
  const different: { want: Answer; got: Answer }[] = [];
  for (const want of cases) {
    const got = await answer(mode, String(want[1]));
    const differs = JSON.stringify(got) !== JSON.stringify(want);
    if (differs !== KNOWN_DIFFERENCES.has(`${mode} ${String(want[1])}`)) different.push({ want, got });
  }
  expect(different).toEqual([]);
});
