/** Buckets as MySQL 9.7 made them of the same values (information_schema.COLUMN_STATISTICS). */
import { expect, test } from 'vitest';
import { buildHistogram, type ValueCount } from './index.ts';

/** Each value once, some of them more often. */
function values(count: number, often: Readonly<Record<number, number>> = {}): ValueCount[] {
  return Array.from({ length: count }, (_, place) => ({ value: String(place + 1), count: often[place + 1] ?? 1 }));
}

function bounds(list: ValueCount[], buckets: number): string[] {
  return buildHistogram(list, 0, buckets).buckets.map(({ lower, upper, distinct }) => `${lower}-${upper}:${distinct}`);
}

test('a value per bucket when they fit', () => {
  const built = buildHistogram(
    [
      { value: 'a', count: 1 },
      { value: 'b', count: 2 },
    ],
    1,
    2,
  );
  expect(built).toEqual({
    type: 'singleton',
    nullFraction: 0.25,
    buckets: [
      { lower: 'a', cumulativeFrequency: 0.25 },
      { lower: 'b', cumulativeFrequency: 0.75 },
    ],
  });
});

test('even buckets, and frequent values in buckets of their own', () => {
  expect(bounds(values(100), 10).slice(0, 2)).toEqual(['1-10:10', '11-20:10']);
  expect(bounds(values(103, { 101: 100, 102: 100, 103: 100 }), 10)).toEqual([
    '1-15:15',
    '16-30:15',
    '31-45:15',
    '46-60:15',
    '61-75:15',
    '76-90:15',
    '91-100:10',
    '101-101:1',
    '102-102:1',
    '103-103:1',
  ]);
  expect(bounds(values(100, { 2: 101, 5: 101, 10: 101 }), 10)).toEqual([
    '1-1:1',
    '2-2:1',
    '3-4:2',
    '5-5:1',
    '6-9:4',
    '10-10:1',
    '11-33:23',
    '34-56:23',
    '57-79:23',
    '80-100:21',
  ]);
});
