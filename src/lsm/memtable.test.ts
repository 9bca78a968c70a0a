/** Proves: the memtable agrees with a sorted list of versions, keeps its order while it grows, and can take writes back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes, toHex } from '../base/index.ts';
import { Memtable } from './memtable.ts';

const key = fc.uint8Array({ maxLength: 5 }).map((bytes) => bytes.map((byte) => byte & 0x83));

function listKeys(memtable: Memtable): string[] {
  const keys: string[] = [];
  for (let record = memtable.first; record !== 0; record = memtable.next(record))
    keys.push(toHex(memtable.key(record)));
  return keys;
}

test('keys come in byte order, both ways, prefixes first', () => {
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      const memtable = new Memtable();
      keys.forEach((bytes, i) => memtable.put(bytes, bytes, i + 1));
      const sorted = [...new Map(keys.map((bytes) => [toHex(bytes), bytes])).values()].sort(compareBytes).map(toHex);
      expect(listKeys(memtable)).toEqual(sorted);
      const back: string[] = [];
      for (let record = memtable.last; record !== 0; record = memtable.previous(record))
        back.push(toHex(memtable.key(record)));
      expect(back).toEqual(sorted.reverse());
    }),
  );
});

test('lowerBound finds the first key that is not smaller', () => {
  fc.assert(
    fc.property(fc.array(key), key, (keys, wanted) => {
      const memtable = new Memtable();
      for (const bytes of keys) memtable.put(bytes, bytes, 1);
      const expected = [...keys].sort(compareBytes).find((bytes) => compareBytes(bytes, wanted) >= 0);
      const found = memtable.lowerBound(wanted);
      expect(found === 0 ? undefined : toHex(memtable.key(found))).toBe(
        expected === undefined ? undefined : toHex(expected),
      );
    }),
  );
});

test('a read sees the newest version at its timestamp, and deletions', () => {
  const memtable = new Memtable();
  const k = Uint8Array.of(1, 2);
  memtable.put(k, Uint8Array.of(10), 5);
  memtable.put(k, undefined, 2 ** 40);
  memtable.put(k, new Uint8Array(300).fill(7), Number.MAX_SAFE_INTEGER - 1);
  expect(memtable.findVersion(k, 4)).toBe(0);
  expect([...memtable.value(memtable.findVersion(k, 5))]).toEqual([10]);
  expect([...memtable.value(memtable.findVersion(k, 2 ** 40 - 1))]).toEqual([10]);
  expect(memtable.isDeleted(memtable.findVersion(k, 2 ** 40))).toBe(true);
  const newest = memtable.findVersion(k, Number.MAX_SAFE_INTEGER);
  expect(memtable.timestampOf(newest)).toBe(Number.MAX_SAFE_INTEGER - 1);
  expect(memtable.value(newest).every((byte) => byte === 7)).toBe(true);
  expect(memtable.findVersion(Uint8Array.of(1), 9)).toBe(0);
});

test('undoTo takes back exactly what was put after the mark', () => {
  const memtable = new Memtable();
  const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
  memtable.put(a, Uint8Array.of(1), 1);
  memtable.put(a, Uint8Array.of(2), 2);
  const mark = memtable.mark();
  memtable.put(a, undefined, 3);
  memtable.put(b, Uint8Array.of(3, 3, 3, 3, 3), 3);
  memtable.put(a, Uint8Array.of(4), 4);
  memtable.undoTo(mark);
  expect([...memtable.value(memtable.findVersion(a, 9))]).toEqual([2]);
  expect(memtable.findVersion(b, 9)).toBe(0);
  memtable.put(b, Uint8Array.of(5), 5);
  expect([...memtable.value(memtable.findVersion(b, 9))]).toEqual([5]);
  expect(memtable.versions).toBe(3);
});

test('views made before a growth stay right', () => {
  const memtable = new Memtable();
  memtable.put(Uint8Array.of(0), Uint8Array.of(42), 1);
  const view = memtable.value(memtable.findVersion(Uint8Array.of(0), 1));
  for (let i = 1; i < 200; i++) memtable.put(Uint8Array.of(i), new Uint8Array(100), 1);
  expect([...view]).toEqual([42]);
  expect(memtable.keys).toBe(200);
});
