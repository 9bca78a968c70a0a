/** Positions in strings counted in characters (code points), with shortcuts for texts without surrogate pairs. */

// A high surrogate is what makes characters and code units differ.
const SURROGATE = /[\ud800-\udbff]/;

export function isPlain(text: string): boolean {
  return !SURROGATE.test(text);
}

/** Code unit index of character `chars`; the length when there are fewer. */
export function unitIndex(text: string, chars: number): number {
  if (chars <= 0) return 0;
  if (chars >= text.length || isPlain(text)) return Math.min(chars, text.length);
  let at = 0;
  for (let left = chars; left > 0 && at < text.length; left--) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}

export function countChars(text: string): number {
  if (isPlain(text)) return text.length;
  let count = 0;
  for (let at = 0; at < text.length; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return count;
}

/** `count` characters from character `start` (0-based). */
export function sliceChars(text: string, start: number, count: number): string {
  if (isPlain(text)) return text.slice(start, start + count);
  const from = unitIndex(text, start);
  const rest = text.slice(from);
  return rest.slice(0, unitIndex(rest, count));
}

export function reverseChars(text: string): string {
  return Array.from(text).reverse().join('');
}
