/** Collations: weights against WEIGHT_STRING recorded on MySQL (../shared/corpora), and the agreement of their four views. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getCollation } from './collation.ts';

const CORPUS = new URL('../../../../shared/corpora/weights-mysql974.json.xz', import.meta.url).pathname;
const hasCorpus = existsSync(CORPUS);

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}

function words(weights: readonly number[]): string {
  return weights.map((weight) => weight.toString(16).toUpperCase().padStart(4, '0')).join('');
}

test('the recorded weights are at hand in CI', () => {
  expect(hasCorpus || process.env['CI'] !== 'true').toBe(true);
});

describe.skipIf(!hasCorpus)('weights of U+0020 to U+2FFFF', () => {
  const recorded = hasCorpus
    ? (JSON.parse(spawnSync('xz', ['-dc', CORPUS], { maxBuffer: 1 << 28, encoding: 'utf8' }).stdout) as Record<
        string,
        string[]
      >)
    : {};
  test.each(Object.keys(recorded))('%s', (name) => {
    const collation = getCollation(name);
    const space = hex(collation.sortKey(''));
    const wrong: string[] = [];
    recorded[name]!.forEach((weights, index) => {
      const codePoint = index + 0x20 < 0xd800 ? index + 0x20 : index + 0x820;
      const char = String.fromCodePoint(codePoint);
      let key = hex(collation.sortKey(char));
      // The weights of a PAD SPACE collation end in that of a space, which also stands for the spaces themselves.
      if (collation.padSpace) key = weights === space ? space : words(collation.weights(char)).slice(0, -4);
      if (key !== weights && !(weights === '' && /^0*$/.test(key)))
        wrong.push(`${codePoint.toString(16)}: ${key} for ${weights}`);
    });
    expect(wrong).toEqual([]);
  });
});

const texts = fc.string({
  unit: fc.constantFrom(
    'a',
    'A',
    'b',
    'é',
    'É',
    'ß',
    's',
    'S',
    ' ',
    '\t',
    '\0',
    '\x1f',
    '\x1e',
    '\u0301',
    '中',
    '😀',
    '각',
    '1',
    '_',
  ),
});

test.each([
  'utf8mb4_0900_ai_ci',
  'utf8mb4_0900_as_cs',
  'utf8mb4_general_ci',
  'utf8mb4_unicode_ci',
  'utf8mb4_bin',
  'utf8mb4_0900_bin',
  'latin1_swedish_ci',
  'latin1_german2_ci',
])('compare, equals, sortKey and hashKey of %s agree', (name) => {
  const collation = getCollation(name);
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const order = Math.sign(collation.compare(a, b));
      const [left, right] = [collation.rank(a), collation.rank(b)];
      if (left < right) expect(order).toBe(-1);
      if (left > right) expect(order).toBe(1);
      const [x, y] = [hex(collation.sortKey(a)), hex(collation.sortKey(b))];
      expect(x < y ? -1 : x > y ? 1 : 0).toBe(order);
      expect(collation.hashKey(a) === collation.hashKey(b)).toBe(order === 0);
      expect(collation.equals(a, b)).toBe(order === 0);
      expect(Math.sign(collation.compare(b, a)) + order).toBe(0);
    }),
    { numRuns: 2000 },
  );
});

// Each on MySQL 9.7: SELECT STRCMP(a COLLATE c, b COLLATE c).
test.each([
  ['utf8mb4_0900_ai_ci', 'straße', 'strasse', 0],
  ['utf8mb4_0900_ai_ci', 'a ', 'a', 1],
  ['utf8mb4_general_ci', 'a ', 'A', 0],
  ['utf8mb4_general_ci', 'ß', 's', 0],
  ['utf8mb4_general_ci', 'a\t', 'a', -1],
  ['utf8mb4_general_ci', 'a\0', 'a', -1],
  ['utf8mb4_general_ci', 'a \t', 'a', -1],
  ['utf8mb4_bin', 'a \t', 'a', -1],
  ['utf8mb4_bin', 'a  \t', 'a \t', 1],
  ['utf8mb4_unicode_ci', ' \t', '  ', -1],
  ['latin1_german2_ci', ' \t', '  ', -1],
  ['latin1_swedish_ci', 'a \t', 'a', -1],
  ['utf8mb4_0900_as_cs', 'a', 'A', -1],
  ['utf8mb4_bin', 'a', 'B', 1],
  ['latin1_swedish_ci', 'ä', 'Ä', 0],
])('%s: %j against %j', (name, a, b, order) => {
  expect(Math.sign(getCollation(name).compare(a, b)) + 0).toBe(order);
});
