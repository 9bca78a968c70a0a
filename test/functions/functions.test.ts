/**
 * Functions and operators against what MySQL answered to the same expressions: value, error, warnings and column type.
 *
 * The recorded files are made by script/record-expressions.ts; expectations are never edited by hand. Where Ebb differs
 * and knows it, the expression is in known-differences.data.ts with the reason; an entry that no longer differs fails.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExpressionRunner, type Recorded } from './expression-runner.ts';
import { KNOWN_DIFFERENCES } from './known-differences.data.ts';

const FOLDER = new URL('.', import.meta.url);
/** libm and V8 may round the last digit of a transcendental function differently. */
const RELATIVE_ERROR_MAX = 5e-16 * 2;

const known = new Map(
  KNOWN_DIFFERENCES.flatMap(({ reason, expressions }) => expressions.map((expression) => [expression, reason])),
);
const families = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));

function sameValue(want: string | null, got: string | null, isDouble: boolean): boolean {
  if (want === got) return true;
  if (want === null || got === null || !isDouble) return false;
  return Math.abs(Number(want) - Number(got)) <= Math.abs(Number(want)) * RELATIVE_ERROR_MAX;
}

/** What differs, in words; undefined when nothing does. */
export function difference(want: Recorded, got: Recorded): string | undefined {
  if (want.length === 2 || got.length === 2) {
    if (want.length !== got.length) return 'one is an error';
    const [a, b] = [want[1], got[1]] as [{ errno: number; message: string }, { errno: number; message: string }];
    return a.errno === b.errno && a.message === b.message ? undefined : 'another error';
  }
  if (!sameValue(want[1], got[1], want[2][0] === 5)) return 'value';
  if (want[2][0] !== got[2][0]) return 'type';
  return JSON.stringify(want[3]) === JSON.stringify(got[3]) ? undefined : 'warnings';
}

let runner: ExpressionRunner;
beforeAll(async () => {
  runner = await ExpressionRunner.open();
});
afterAll(async () => {
  await runner.close();
});

test('there are recorded expressions', () => {
  expect(families.length).toBeGreaterThanOrEqual(9);
});

describe.each(families)('%s', (file) => {
  test('every expression answers as MySQL', async () => {
    const unexpected: unknown[] = [];
    const fixed: string[] = [];
    for (const line of readFileSync(new URL(file, FOLDER), 'utf8').split('\n')) {
      if (line === '') continue;
      const want = JSON.parse(line) as Recorded;
      const got = await runner.answer(want[0]);
      const what = difference(want, got);
      if (what === undefined && known.has(want[0])) fixed.push(want[0]);
      if (what !== undefined && !known.has(want[0])) unexpected.push({ what, want, got: got.slice(1) });
    }
    expect(unexpected).toEqual([]);
    expect(fixed).toEqual([]);
  });
});
