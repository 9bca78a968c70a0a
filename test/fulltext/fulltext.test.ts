/** Full-text search beside what MySQL answered (script/record-fulltext.ts): ranks to the last digit, order, errors. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SqlError } from '../../src/base/index.ts';
import { ExpressionRunner } from '../functions/expression-runner.ts';

const read = (name: string): string[] =>
  readFileSync(new URL(name, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '');

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open();
  await runner.run('create database record_fulltext');
  await runner.run('use record_fulltext');
});
afterAll(() => runner.close());

async function answer(sql: string): Promise<unknown> {
  try {
    const rows = await runner.run(sql);
    return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  } catch (error) {
    if (error instanceof SqlError) return { errno: error.errno, message: error.message };
    throw error;
  }
}

it('answers as MySQL', async () => {
  const statements = read('queries.sql');
  const answers = read('answers.jsonl').map((line) => JSON.parse(line) as unknown);
  expect(statements.length).toBe(answers.length);
  expect(statements.length).toBeGreaterThan(80);
  for (const [i, sql] of statements.entries())
    expect({ sql, answer: await answer(sql) }).toEqual({ sql, answer: answers[i] });
});
