/**
 * Proves: the bytes of table format v1 do not change (testdata/table-v1.bin was written when the format was born and must
 * open for ever), and that damage anywhere is found. REWRITE=1 writes the golden file anew; do so only for a new version.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DbError, toHex, utf8Decode, utf8Encode } from '../base/index.ts';
import { MemoryStore } from '../store/index.ts';
import { MemoryBudget } from './memory-budget.ts';
import { LevelSource } from './level-source.ts';
import { Table } from './table.ts';
import { type BuiltTable, TableBuilder } from './table-builder.ts';
import type { TableMeta } from './table-format.ts';
import { testWorld } from './testing/test-world.ts';

const GOLDEN = new URL('./testdata/table-v1.bin', import.meta.url);

/** Several blocks; repeated keys over a block border; deletions; a block that compresses; one timestamp and many. */
function sampleEntries(): { key: string; timestamp: number; value: string | undefined }[] {
  const entries: { key: string; timestamp: number; value: string | undefined }[] = [];
  for (let i = 0; i < 40; i++)
    entries.push({ key: `row${String(i).padStart(4, '0')}`, timestamp: 7, value: 'ab'.repeat(i) });
  for (let i = 30; i > 0; i--)
    entries.push({ key: 'row9', timestamp: 1000 + i * 4096, value: i % 5 === 0 ? undefined : `v${i}` });
  entries.push({ key: 'zero', timestamp: Number.MAX_SAFE_INTEGER - 1, value: '' });
  return entries;
}

function build(blockBytes = 256): BuiltTable {
  const builder = new TableBuilder({ blockBytes, compression: 'lz4' });
  for (const { key, timestamp, value } of sampleEntries()) {
    const keyBuffer = utf8Encode(key);
    const valueBuffer = utf8Encode(value ?? '');
    const valueStart = value === undefined ? -1 : 0;
    builder.add({
      keyBuffer,
      keyStart: 0,
      keyEnd: keyBuffer.length,
      timestamp,
      valueBuffer,
      valueStart,
      valueEnd: valueBuffer.length,
    });
  }
  return builder.finish();
}

async function openTable(bytes: Uint8Array, meta: Omit<TableMeta, 'id'>): Promise<Table> {
  const store = new MemoryStore(testWorld());
  await store.put('t/one', bytes);
  const table = new Table(
    { store, budget: new MemoryBudget({ limitBytes: 1e6 }), folder: 't' },
    { id: 'one', ...meta },
  );
  table.retain();
  return table;
}

async function readAll(table: Table, at: number): Promise<string[]> {
  const source = new LevelSource([table], { start: undefined, end: undefined, at, reverse: false });
  const rows: string[] = [];
  while (await source.advance()) {
    const { buffer, keyStarts, keyEnds, valueStarts, valueEnds, from, to } = source.run;
    for (let i = from; i < to; i++) {
      const value = (valueStarts[i] as number) < 0 ? '' : `=${utf8Decode(buffer, valueStarts[i], valueEnds[i])}`;
      rows.push(utf8Decode(buffer, keyStarts[i], keyEnds[i]) + value);
    }
  }
  return rows;
}

/** What a read at `at` must give, by the definition of visibility. */
function expected(at: number): string[] {
  const rows = new Map<string, string>();
  for (const { key, timestamp, value } of sampleEntries()) {
    if (timestamp <= at && !rows.has(key)) rows.set(key, value === undefined ? key : `${key}=${value}`);
  }
  return [...rows.values()];
}

test('the golden table of v1 opens and reads as it was written', async () => {
  if (process.env['REWRITE'] === '1') writeFileSync(GOLDEN, build().bytes);
  const bytes = new Uint8Array(readFileSync(GOLDEN));
  const table = await openTable(bytes, build().meta);
  for (const at of [6, 7, 1000 + 4096 * 12, 1000 + 4096 * 15, Number.MAX_SAFE_INTEGER]) {
    expect(await readAll(table, at)).toEqual(expected(at));
  }
});

test('the builder writes the same bytes as ever', () => {
  expect(toHex(build().bytes)).toBe(toHex(new Uint8Array(readFileSync(GOLDEN))));
});

test('a flipped bit anywhere is reported as corrupt, and names the table', async () => {
  const { bytes, meta } = build();
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
      const damaged = bytes.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      const table = await openTable(damaged, meta);
      const error = await readAll(table, Number.MAX_SAFE_INTEGER).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(DbError);
      expect((error as DbError).kind).toBe('corrupt');
      expect((error as DbError).message).toContain('t/one');
    }),
    { numRuns: 300 },
  );
});

test('a damaged block leaves the other blocks readable', async () => {
  const { bytes, meta } = build();
  const damaged = bytes.slice();
  damaged[5] = (damaged[5] as number) ^ 1; // in the first block
  const table = await openTable(damaged, meta);
  const source = new LevelSource([table], { start: utf8Encode('row9'), end: undefined, at: 1e15, reverse: false });
  expect(await source.advance()).toBe(true);
  const first = new LevelSource([table], { start: undefined, end: utf8Encode('row0001'), at: 1e15, reverse: false });
  await expect(first.advance()).rejects.toMatchObject({ kind: 'corrupt' });
});

test('a table that is missing or cut short is corrupt', async () => {
  const { bytes, meta } = build();
  const table = await openTable(bytes.subarray(0, bytes.length - 10), meta);
  await expect(table.loadIndex()).rejects.toMatchObject({ kind: 'corrupt' });
  const missing = new Table(
    { store: new MemoryStore(testWorld()), budget: new MemoryBudget({ limitBytes: 1e6 }), folder: 't' },
    { id: 'none', ...meta },
  );
  await expect(missing.loadIndex()).rejects.toMatchObject({ kind: 'corrupt', code: 'missing-table' });
});
