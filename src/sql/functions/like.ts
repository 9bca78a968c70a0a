/**
 * LIKE: `%` any run, `_` one character, everything else matched under the comparison's collation, character by character.
 *
 * A constant pattern is compiled once. Patterns whose literals are plain (`abc%`, `%abc`, `%abc%`) on a binary collation
 * use the engine's own string search; all others run a linear scan that remembers only the last `%`, so that no pattern
 * takes more than text × pattern steps.
 */
import { sqlError } from '../../base/index.ts';
import type { FunctionDef } from '../expr/index.ts';
import { boolType, type Collation, getCollation, withCollation } from '../types/index.ts';
import { anyNullable, define, type Read } from './define.ts';
import { commonCollation, isBinaryResult, stringArg } from './string-type.ts';

type Token = number; // a code point, or one of:
const ANY_RUN = -1;
const ANY_ONE = -2;

function tokenize(pattern: string, escape: number): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    let code = pattern.codePointAt(i)!;
    if (code > 0xffff) i++;
    if (code === escape && i + 1 < pattern.length) {
      i++;
      code = pattern.codePointAt(i)!;
      if (code > 0xffff) i++;
      tokens.push(code);
    } else if (code === 37) {
      if (tokens.at(-1) !== ANY_RUN) tokens.push(ANY_RUN);
    } else tokens.push(code === 95 ? ANY_ONE : code);
  }
  return tokens;
}

export type LikeMatcher = (text: string) => boolean;

export function compileLike(pattern: string, escape: number, collation: Collation): LikeMatcher {
  const tokens = tokenize(pattern, escape);
  if (collation.isBinary) return simpleMatcher(tokens) ?? ((text) => matchTokens(text, tokens, collation));
  const folded = collation.foldsAscii && PRINTABLE.test(pattern) ? simpleMatcher(tokens.map(lowerToken)) : undefined;
  if (folded === undefined) return (text) => matchTokens(text, tokens, collation);
  return (text) => (PRINTABLE.test(text) ? folded(text.toLowerCase()) : matchTokens(text, tokens, collation));
}

const PRINTABLE = /^[\x20-\x7e]*$/;

function lowerToken(token: Token): Token {
  return token >= 65 && token <= 90 ? token + 32 : token;
}

/** Literals with `%` at the ends only. */
function simpleMatcher(tokens: readonly Token[]): LikeMatcher | undefined {
  const first = tokens[0] === ANY_RUN ? 1 : 0;
  const last = tokens.length > first && tokens.at(-1) === ANY_RUN ? tokens.length - 1 : tokens.length;
  const inner = tokens.slice(first, last);
  if (inner.includes(ANY_ONE)) return undefined;
  if (inner.includes(ANY_RUN)) return piecesMatcher(tokens);
  const literal = String.fromCodePoint(...inner);
  if (first === 1 && last < tokens.length) return (text) => text.includes(literal);
  if (first === 1) return (text) => text.endsWith(literal);
  if (last < tokens.length) return (text) => text.startsWith(literal);
  return (text) => text === literal;
}

/** Literals with `%` between them: the first and the last may be fixed to the ends, each other one is taken where it comes first. */
function piecesMatcher(tokens: readonly Token[]): LikeMatcher {
  const pieces: string[] = [''];
  for (const token of tokens) {
    if (token === ANY_RUN) pieces.push('');
    else pieces[pieces.length - 1] += String.fromCodePoint(token);
  }
  const head = pieces[0]!;
  const tail = pieces.at(-1)!;
  const between = pieces.slice(1, -1);
  return (text) => {
    const end = text.length - tail.length;
    let at = head.length;
    if (at > end || !text.startsWith(head) || !text.endsWith(tail)) return false;
    for (const piece of between) {
      const found = text.indexOf(piece, at);
      if (found < 0 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

function codeAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 0xd800 || unit > 0xdbff ? unit : text.codePointAt(at)!;
}

function matchTokens(text: string, tokens: readonly Token[], collation: Collation): boolean {
  let t = 0;
  let p = 0;
  let runToken = -1;
  let runText = 0;
  while (t < text.length) {
    const token = p < tokens.length ? tokens[p]! : undefined;
    if (token === ANY_RUN) {
      runToken = p++;
      runText = t;
      continue;
    }
    const code = codeAt(text, t);
    if (token !== undefined && (token === ANY_ONE || token === code || collation.equalChars(token, code))) {
      p++;
      t += code > 0xffff ? 2 : 1;
      continue;
    }
    if (runToken < 0) return false;
    p = runToken + 1;
    runText += codeAt(text, runText) > 0xffff ? 2 : 1;
    t = runText;
  }
  while (p < tokens.length && tokens[p] === ANY_RUN) p++;
  return p === tokens.length;
}

function escapeCode(text: string | null): number {
  if (text === null) return 92;
  if (text === '') return -3;
  const chars = Array.from(text);
  if (chars.length !== 1) throw sqlError('ER_WRONG_ARGUMENTS', 'ESCAPE');
  return text.codePointAt(0)!;
}

const like = define(
  'like',
  [2, 3],
  (args, _options, context) =>
    withCollation(boolType(anyNullable(args.slice(0, 2))), commonCollation(args.slice(0, 2), 'like', context)),
  ([subject, pattern, escape], result) => {
    const binary = isBinaryResult(subject!.type) || isBinaryResult(pattern!.type);
    const collation = getCollation(binary ? 'binary' : result.collation);
    const text: Read<string> = stringArg(subject!, binary);
    const patternText: Read<string> = stringArg(pattern!, binary);
    const escapeText: Read<string> | undefined = escape === undefined ? undefined : stringArg(escape, binary);
    let lastPattern: string | undefined;
    let lastEscape = -4;
    let matcher: LikeMatcher | undefined;
    return (row, context) => {
      const subjectText = text(row, context);
      if (subjectText === null) return null;
      const wanted = patternText(row, context);
      if (wanted === null) return null;
      const code =
        escapeText !== undefined
          ? escapeCode(escapeText(row, context))
          : context.session.sqlMode.noBackslashEscapes
            ? -3
            : 92;
      if (matcher === undefined || wanted !== lastPattern || code !== lastEscape) {
        matcher = compileLike(wanted, code, collation);
        lastPattern = wanted;
        lastEscape = code;
      }
      return matcher(subjectText) ? 1 : 0;
    };
  },
);

export const LIKE: readonly FunctionDef[] = [like];
