/** The counter after MySQL 9.7 ran each statement on a table whose next value was `from`. */
import { describe, expect, test } from 'vitest';
import { ReservedIds } from './reserved-ids.ts';

/** Runs rows with explicit ids or null as INSERT does, and gives the next value. */
function nextAfter(from: number, rows: readonly (number | null)[]): number {
  const ids = new ReservedIds(rows.length);
  let next = from;
  for (const explicit of rows) {
    const id = explicit ?? next;
    if (explicit === null) ids.generated(id);
    ids.rowDone();
    if (explicit !== null) ids.explicit(id);
    next = Math.max(next, id + 1);
  }
  return next + ids.unused;
}

describe('values that an INSERT of several rows uses up', () => {
  test.each([
    [1, [20, null, null], 24],
    [24, [30, null, null, null], 35],
    [35, [null, 40, null], 42],
    [42, [50, null, 60, null], 63],
    [63, [null, null, null], 66],
  ])('from %j: %j', (from, rows, next) => {
    expect(nextAfter(from, rows)).toBe(next);
  });
});
