/** Names of character sets and collations, checked while parsing as MySQL does (errors 1115 and 1273). */
import { sqlError } from '../../base/index.ts';
import { CHARSET_NAMES, COLLATION_NAMES } from './charsets.data.ts';
import type { Cursor } from './cursor.ts';
import { K } from './token.ts';

const CHARSETS = new Set(CHARSET_NAMES);
const COLLATIONS = new Set(COLLATION_NAMES);

/** Lower case, synonyms folded (utf8 → utf8mb3). */
export function charsetName(p: Cursor): string {
  const written = p.kind === K.BINARY ? word(p) : p.nameOrString();
  return checkCharset(written);
}

export function checkCharset(written: string): string {
  const name = written.toLowerCase();
  const canonical = name === 'utf8' ? 'utf8mb3' : name;
  if (!CHARSETS.has(canonical)) throw sqlError('ER_UNKNOWN_CHARACTER_SET', written);
  return canonical;
}

export function collationName(p: Cursor): string {
  const written = p.kind === K.BINARY ? word(p) : p.nameOrString();
  const name = written.toLowerCase();
  const canonical = name.startsWith('utf8_') ? `utf8mb3_${name.slice(5)}` : name;
  if (!COLLATIONS.has(canonical)) throw sqlError('ER_UNKNOWN_COLLATION', written);
  return canonical;
}

function word(p: Cursor): string {
  const text = p.word();
  p.advance();
  return text;
}
