/** docs/errors.md and the source name the same DbError codes, with the same kinds. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const RAISED = /new DbError\(\s*'([a-z]+)',\s*'([a-z0-9-]+)'/g;
const ROW = /^\| ([a-z]+) \| ([a-z0-9-]+) \| \S/gm;

function codesInSource(): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(join(ROOT, 'src'), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    for (const [, kind, code] of readFileSync(path, 'utf8').matchAll(RAISED)) {
      found.set(`${kind} ${code}`, path.slice(ROOT.length + 1));
    }
  }
  return found;
}

function codesInDocs(): string[] {
  const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
  return [...text.slice(text.indexOf('|---|---|---|')).matchAll(ROW)].map(([, kind, code]) => `${kind} ${code}`);
}

describe('the error registry', () => {
  const source = codesInSource();
  const docs = codesInDocs();

  it('names every code that the source raises', () => {
    expect(source.size).toBeGreaterThan(40);
    const missing = [...source].filter(([code]) => !docs.includes(code)).map(([code, path]) => `${code} (${path})`);
    expect(missing.length, `\n${missing.join('\n')}\n`).toBe(0);
  });

  it('names nothing else, each code once, in order', () => {
    const stale = docs.filter((code) => !source.has(code));
    expect(stale.length, `\n${stale.join('\n')}\n`).toBe(0);
    expect(docs).toEqual([...new Set(docs)].sort());
  });

  it('gives every code one kind', () => {
    const codes = [...source.keys()].map((key) => key.split(' ')[1]);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });
});
