/**
 * Golden files: blocks of `> query` and what the planner makes of it, separated by blank lines. REWRITE=1 writes what it is now.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const FOLDER = join(import.meta.dirname, '..', 'testdata');

export interface GoldenBlock {
  readonly query: string;
  readonly answer: string;
}

export function readGolden(name: string): GoldenBlock[] {
  return readFileSync(join(FOLDER, name), 'utf8')
    .split(/\n\n(?=> )/)
    .map((block) => {
      const [first = '', ...rest] = block.trimEnd().split('\n');
      return { query: first.replace(/^> /, ''), answer: rest.join('\n') };
    });
}

/** The queries stand in the golden file itself. */
export function checkGolden(name: string, answer: (query: string) => string): void {
  const blocks = readGolden(name);
  const now = blocks.map(({ query }) => ({ query, answer: answer(query) }));
  if (process.env['REWRITE'] === '1') writeGolden(name, now);
  else expect(now).toEqual(blocks);
}

export function writeGolden(name: string, blocks: readonly GoldenBlock[]): void {
  writeFileSync(join(FOLDER, name), `${blocks.map(({ query, answer }) => `> ${query}\n${answer}`).join('\n\n')}\n`);
}
