/** Texts told apart like a Set of hash keys tells them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { getCollation } from '../types/index.ts';
import { TextSet } from './text-set.ts';

const plain = fc.string({ unit: fc.constantFrom('0', '1', 'a', 'A', ' '), maxLength: 9 });
const any = fc.string({ unit: fc.constantFrom('a', 'B', 'é', 'E', ' ', '\t', '\u0301'), maxLength: 5 });

test.each(['utf8mb4_0900_ai_ci', 'utf8mb4_0900_as_cs', 'utf8mb4_general_ci', 'utf8mb4_bin', 'utf8mb4_0900_bin'])(
  'distinct texts in %s',
  (name) => {
    const collation = getCollation(name);
    const list = fc.oneof(
      fc.array(plain, { maxLength: 400 }),
      fc.array(fc.oneof(plain, plain, any), { maxLength: 60 }),
    );
    fc.assert(
      fc.property(list, (texts) => {
        const set = new TextSet(collation);
        const keys = new Set<string>();
        for (const text of texts) {
          const isNew = !keys.has(collation.hashKey(text));
          keys.add(collation.hashKey(text));
          expect(set.add(text)).toBe(isNew);
        }
      }),
      { numRuns: 300 },
    );
  },
);

test('thousands of texts that begin alike', () => {
  const set = new TextSet(getCollation('utf8mb4_0900_ai_ci'));
  let added = 0;
  for (let i = 0; i < 20_000; i++) if (set.add(`https://example.org/${i % 7000}`)) added++;
  expect(added).toBe(7000);
});
