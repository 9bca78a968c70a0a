/**
 * Keyword lookup without allocating: an open-addressing hash table over the characters of the source itself.
 *
 * The lexer hashes an identifier while it scans it (`hashStep` per character, case folded by `| 0x20`, under which the
 * letters, digits, '_' and '$' of keywords stay distinct from each other), then calls `find`.
 */
import { KEYWORDS } from './keywords.data.ts';

const TABLE_SIZE = 4096;
const MASK = TABLE_SIZE - 1;
const LENGTH_MAX = Math.max(...KEYWORDS.map(([word]) => word.length));

const slots = new Int16Array(TABLE_SIZE).fill(-1);
const lengths = new Uint8Array(KEYWORDS.length);
const words: string[] = [];
const tokens = new Uint16Array(KEYWORDS.length);
const onlyBeforeParen = new Uint8Array(KEYWORDS.length);

export function hashStep(hash: number, charCode: number): number {
  return (Math.imul(hash, 31) + (charCode | 0x20)) | 0;
}

KEYWORDS.forEach(([word, token, use], index) => {
  let hash = 0;
  for (let i = 0; i < word.length; i++) hash = hashStep(hash, word.charCodeAt(i));
  words.push(word.toLowerCase());
  lengths[index] = word.length;
  tokens[index] = token;
  onlyBeforeParen[index] = use === 'f' ? 1 : 0;
  let slot = (hash ^ (hash >>> 12)) & MASK;
  while (slots[slot] !== -1) slot = (slot + 1) & MASK;
  slots[slot] = index;
});

/** Index of the keyword at source[start, end), or -1. `hash` is the fold of `hashStep` over those characters. */
export function findKeyword(source: string, start: number, end: number, hash: number): number {
  const length = end - start;
  if (length > LENGTH_MAX) return -1;
  let slot = (hash ^ (hash >>> 12)) & MASK;
  for (let probe = 0; probe < TABLE_SIZE; probe++) {
    const index = slots[slot] as number;
    if (index === -1) return -1;
    if (lengths[index] === length && sameWord(source, start, words[index] as string)) return index;
    slot = (slot + 1) & MASK;
  }
  return -1;
}

function sameWord(source: string, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    const c = source.charCodeAt(start + i);
    const folded = c >= 65 && c <= 90 ? c + 32 : c;
    if (folded !== word.charCodeAt(i)) return false;
  }
  return true;
}

/** Token number of a keyword found by `findKeyword`. */
export function keywordToken(index: number): number {
  return tokens[index] as number;
}

/** Whether the word is a keyword only directly before '(' (COUNT, NOW, SUBSTRING, …). */
export function isFunctionKeyword(index: number): boolean {
  return onlyBeforeParen[index] === 1;
}
