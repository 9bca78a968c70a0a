/** Proves: no key is ever missed, and at 10 bits per key few absent keys pass (a blocked filter's theory gives about 1.2 %). */
import { expect, test } from 'vitest';
import { seededRandom } from '../env/index.ts';
import { bloomMayContain, buildBloom, isBloom, keyHash } from './bloom.ts';

test('finds every key and passes at most 2 % of the absent ones', () => {
  const random = seededRandom(7);
  const count = 20_000;
  const hashes = new Uint32Array(count);
  for (let i = 0; i < count; i++) hashes[i] = keyHash(random.bytes(12), 0, 12);
  const filter = buildBloom(hashes, count);
  expect(filter.length).toBeLessThan((count * 10) / 8 + 100);
  for (const hash of hashes) expect(bloomMayContain(filter, hash)).toBe(true);
  let passed = 0;
  for (let i = 0; i < count; i++) if (bloomMayContain(filter, keyHash(random.bytes(13), 0, 13))) passed++;
  expect(passed / count).toBeLessThan(0.02);
});

test('a filter whose length is wrong is refused', () => {
  const filter = buildBloom(Uint32Array.of(1, 2, 3), 3);
  expect(isBloom(filter)).toBe(true);
  expect(isBloom(filter.subarray(0, filter.length - 1))).toBe(false);
  expect(isBloom(new Uint8Array(0))).toBe(false);
});
