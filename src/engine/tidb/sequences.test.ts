import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/storage-harness.ts';
import { Sequences } from './sequences.ts';

let test: TestDatabase;
let sequences: Sequences;

beforeEach(async () => {
  test = await openTestDatabase();
  sequences = new Sequences(() => test.database.main.documents);
});

afterEach(async () => {
  await test.database.close();
});

async function take(name: string, count: number): Promise<bigint[]> {
  await sequences.prepare('d', name);
  return Array.from({ length: count }, () => sequences.next('d', name));
}

describe('sequences', () => {
  it('count from their start, by their increment, to their end', async () => {
    await sequences.create('d', 'plain', {});
    await sequences.create('d', 'down', { increment: -1n });
    await sequences.create('d', 'short', { max: 2n });
    expect(await take('plain', 3)).toEqual([1n, 2n, 3n]);
    expect(await take('down', 2)).toEqual([-1n, -2n]);
    expect(await take('short', 2)).toEqual([1n, 2n]);
    expect(() => sequences.next('d', 'short')).toThrow("Sequence 'd.short' has run out");
  });

  it('cycle to their first value', async () => {
    await sequences.create('d', 'odd', { start: 5n, increment: 2n, max: 9n, cycle: true });
    expect(await take('odd', 5)).toEqual([5n, 7n, 9n, 1n, 3n]);
  });

  it('are set forwards only', async () => {
    await sequences.create('d', 's', {});
    expect(await take('s', 1)).toEqual([1n]);
    const { set, done } = sequences.set('d', 's', 100n);
    await done;
    expect(set).toBe(100n);
    expect(sequences.set('d', 's', 50n).set).toBeUndefined();
    expect(await take('s', 1)).toEqual([101n]);
  });

  it('go on where they were after a clean stop, and never give a number twice after a crash', async () => {
    await sequences.create('d', 's', {});
    expect(await take('s', 2)).toEqual([1n, 2n]);
    const crashed = new Sequences(() => test.database.main.documents);
    await crashed.prepare('d', 's');
    expect(crashed.next('d', 's')).toBeGreaterThan(2n);
    await sequences.close();
    const clean = new Sequences(() => test.database.main.documents);
    await clean.prepare('d', 's');
    expect(clean.next('d', 's')).toBe(3n);
  });

  it('refuse bounds that no number fits', async () => {
    await expect(sequences.create('d', 's', { min: 5n, max: 2n })).rejects.toThrow(
      "Sequence 'd.s' values are conflicting",
    );
    await expect(sequences.create('d', 's', { increment: 0n })).rejects.toThrow('values are conflicting');
  });
});
