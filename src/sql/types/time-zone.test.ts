/** Time zones against known moments of the tz database. */
import { expect, test } from 'vitest';
import { DateTime } from './temporal.ts';
import { epochToLocal, findTimeZone, localToUtc } from './time-zone.ts';

// Expected: `TZ=zone date -d @seconds` of the system's zoneinfo.
test.each([
  ['Europe/Berlin', 1585443599, '2020-03-29 01:59:59'],
  ['Europe/Berlin', 1585443600, '2020-03-29 03:00:00'],
  ['America/New_York', 0, '1969-12-31 19:00:00'],
  ['America/New_York', 1604210400, '2020-11-01 01:00:00'],
  ['Asia/Tokyo', 1600000000, '2020-09-13 21:26:40'],
  ['Asia/Kolkata', 1600000000, '2020-09-13 17:56:40'],
  ['Asia/Calcutta', 1600000000, '2020-09-13 17:56:40'],
  ['+05:30', 0, '1970-01-01 05:30:00'],
  ['-08:00', 0, '1969-12-31 16:00:00'],
])('%s at %i', (name, seconds, text) => {
  expect(epochToLocal(seconds * 1_000_000, findTimeZone(name)!).toString()).toBe(text);
});

test('a local time in the gap of spring becomes the first moment after it, one that comes twice the earlier', () => {
  const berlin = findTimeZone('Europe/Berlin')!;
  expect(localToUtc(DateTime.of(2020, 3, 29, 2, 30), berlin)!.toString()).toBe('2020-03-29 01:00:00');
  expect(localToUtc(DateTime.of(2020, 10, 25, 2, 30), berlin)!.toString()).toBe('2020-10-25 00:30:00');
});

test('unknown names and offsets beyond +14:00 are refused', () => {
  for (const name of ['Nowhere/City', '+15:00', '-14:00', '+1', 'abc']) expect(findTimeZone(name)).toBeUndefined();
  expect(findTimeZone('+14:00')).toBeDefined();
});
