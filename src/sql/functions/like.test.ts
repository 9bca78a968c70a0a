/** LIKE with several wildcards. The answers are MySQL 9.7's, for utf8mb4_0900_ai_ci and utf8mb4_bin. */
import { describe, expect, it } from 'vitest';
import { getCollation } from '../types/index.ts';
import { compileLike } from './like.ts';

const CASES: readonly (readonly [text: string, pattern: string, folded: boolean, binary: boolean])[] = [
  ['the special requests', '%special%requests%', true, true],
  ['the requests special', '%special%requests%', false, false],
  ['SPECIALrequests', '%special%requests%', true, false],
  ['specialrequest', '%special%requests%', false, false],
  ['abcab', 'ab%ab', true, true],
  ['abab', 'ab%ab', true, true],
  ['aba', 'ab%ab', false, false],
  ['abxxab', 'ab%x%x%ab', true, true],
  ['abxab', 'ab%x%x%ab', false, false],
  ['aXbXc', 'a%x%c', true, false],
  ['aXbXcd', 'a%x%c', false, false],
  ['aab', '%a%a%b', true, true],
  ['ab', '%a%a%b', false, false],
  ['', '%%', true, true],
  ['', '%a%b', false, false],
  ['a_b%c', 'a\\_b\\%c', true, true],
  ['a_b%c d', 'a\\_b\\%c%d', true, true],
  ['axb c d', 'a_b%c%d', true, true],
  ['grüße an alle', 'gr%ss%an%', false, false],
  ['grüße an alle', '%AN%LL%', true, false],
  ['mississippi', 'm%iss%ip%i', true, true],
  ['mississippi', 'm%issip%ss%', false, false],
  ['ab', 'ab%b', false, false],
  ['abb', 'ab%b', true, true],
];

describe('LIKE', () => {
  it.each(CASES)('%j LIKE %j', (text, pattern, folded, binary) => {
    expect(compileLike(pattern, 92, getCollation('utf8mb4_0900_ai_ci'))(text)).toBe(folded);
    expect(compileLike(pattern, 92, getCollation('utf8mb4_bin'))(text)).toBe(binary);
  });
});
