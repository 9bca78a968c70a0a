/** Parser and printer together against what MySQL 9.7 itself stored for the same text (../ast/testdata). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatExpression, formatQuery } from '../ast/index.ts';
import { parse, parseExpressionText } from './index.ts';

type Recorded = readonly (readonly [string, string])[];

function recorded(name: string): Recorded {
  const path = new URL(`../ast/testdata/${name}`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: Recorded }).cases;
}

function readQuery(sql: string): string {
  const { statement } = parse(sql);
  if (statement.kind !== 'query') throw new TypeError(`not a query: ${sql}`);
  return formatQuery(statement);
}

describe('expressions, as MySQL stores them', () => {
  it.each([...recorded('mysql-expressions.json'), ...recorded('mysql-random-expressions.json')])(
    '%s',
    (text, stored) => {
      const printed = formatExpression(parseExpressionText(text), { introducer: 'utf8mb4' });
      expect(printed).toBe(stored);
      // what was stored reads back as itself
      expect(formatExpression(parseExpressionText(printed), { introducer: 'utf8mb4' })).toBe(stored);
    },
  );
});

describe('views, as MySQL stores them', () => {
  it.each(recorded('mysql-views.json'))('%s', (text, stored) => {
    expect(readQuery(text)).toBe(stored);
    expect(readQuery(stored)).toBe(stored);
  });
});
