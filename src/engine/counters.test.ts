import { describe, expect, it } from 'vitest';
import { realEnv } from '../env/index.ts';
import { Counters } from './counters.ts';
import { MetaKind } from './key-space.ts';
import { openTestDatabase } from './testing/storage-harness.ts';

const TABLE = 9;
const counters = (test: Awaited<ReturnType<typeof openTestDatabase>>): Counters =>
  new Counters(test.branch.transactions, MetaKind.AUTO_INCREMENT);

describe('counters', () => {
  it('count from 1, by blocks, and by increment and offset', async () => {
    const test = await openTestDatabase();
    const numbers = counters(test);
    expect(await numbers.take(TABLE, 1)).toBe(1n);
    expect(await numbers.take(TABLE, 10)).toBe(2n);
    expect(await numbers.take(TABLE, 1)).toBe(12n);
    // auto_increment_increment = 10, auto_increment_offset = 5: 5, 15, 25 …
    expect(await numbers.take(TABLE, 2, 10, 5)).toBe(15n);
    expect(await numbers.take(TABLE, 1, 10, 5)).toBe(35n);
    expect(await numbers.peek(TABLE)).toBe(36n);
  });

  it('go on behind explicit values, up to the largest unsigned 64-bit number', async () => {
    const test = await openTestDatabase();
    const numbers = counters(test);
    await numbers.observe(TABLE, 1000n);
    expect(await numbers.take(TABLE, 1)).toBe(1001n);
    await numbers.observe(TABLE, 7n);
    expect(await numbers.take(TABLE, 1)).toBe(1002n);
    await numbers.observe(TABLE, 2n ** 64n - 2n);
    expect(await numbers.take(TABLE, 1)).toBe(2n ** 64n - 1n);
  });

  it('never give a number again after a crash, and leave no gap after a clean close', async () => {
    const test = await openTestDatabase();
    const numbers = counters(test);
    for (let i = 0; i < 100; i++) await numbers.take(TABLE, 1);
    const afterCrash = counters(await openTestDatabase(test));
    const next = await afterCrash.take(TABLE, 1);
    expect(next).toBeGreaterThan(100n);
    await afterCrash.close();
    expect(await counters(await openTestDatabase(test)).take(TABLE, 1)).toBe(next + 1n);
  });

  it('give no number twice to callers that come while a block is being reserved', async () => {
    const test = await openTestDatabase(undefined, realEnv());
    const numbers = counters(test);
    const taken = await Promise.all(Array.from({ length: 500 }, () => numbers.take(TABLE, 1)));
    expect(new Set(taken).size).toBe(500);
  });
});
