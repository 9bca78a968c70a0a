/** Runs every example of docs/embedding.md: what a line's comment says is what it prints. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/embedding.md'), 'utf8');
const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1] as string);

function expectedOutput(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1] as string);
}

describe('docs/embedding.md', () => {
  it('has its examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(6);
  });

  it.each(examples.map((code, i) => [i + 1, code] as const))('example %i prints what it says', (_, code) => {
    const folder = mkdtempSync(join(tmpdir(), 'ebb-docs-'));
    try {
      const file = join(folder, 'example.mts');
      writeFileSync(file, code.replace("from 'ebb'", `from ${JSON.stringify(join(root, 'src/index.ts'))}`));
      const output = execFileSync(
        process.execPath,
        ['--import', join(root, 'node_modules/tsx/dist/loader.mjs'), file],
        { cwd: root, encoding: 'utf8' },
      );
      expect(output.trimEnd().split('\n')).toEqual(expectedOutput(code));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
