/** Token numbers: `T` for literals, names and operators, `K` for keywords; and what each keyword may be used as. */
import { FIRST_KEYWORD, KEYWORD_TOKENS, KEYWORDS } from './keywords.data.ts';

const TOKENS = {
  END: 0,
  /** Text that is no token: an unterminated string or comment, an empty quoted name, a bad X'…'. */
  ABORT: 1,
  IDENTIFIER: 2,
  QUOTED_IDENTIFIER: 3,
  STRING: 4,
  NATIONAL_STRING: 5,
  INTEGER: 6,
  DECIMAL: 7,
  FLOAT: 8,
  HEX: 9,
  BIT: 10,
  PARAMETER: 11,
  /** _charset before a string. */
  INTRODUCER: 12,
  /** What follows a bare @: letters, digits, '.', '_', '$'; may be empty. */
  HOSTNAME: 13,
  HINT: 14,
  LEFT_PAREN: 20,
  RIGHT_PAREN: 21,
  COMMA: 22,
  DOT: 23,
  SEMICOLON: 24,
  AT: 25,
  LEFT_BRACE: 26,
  RIGHT_BRACE: 27,
  COLON: 28,
  ASSIGN: 29,
  EQ: 30,
  NULL_SAFE_EQ: 31,
  NE: 32,
  LT: 33,
  LE: 34,
  GT: 35,
  GE: 36,
  PLUS: 37,
  MINUS: 38,
  STAR: 39,
  SLASH: 40,
  PERCENT: 41,
  CARET: 42,
  PIPE: 43,
  AMPERSAND: 44,
  TILDE: 45,
  BANG: 46,
  SHIFT_LEFT: 47,
  SHIFT_RIGHT: 48,
  AND_AND: 49,
  /** || as OR. */
  OR_OR: 50,
  /** || as concatenation (sql_mode PIPES_AS_CONCAT). */
  CONCAT: 51,
  ARROW: 52,
  ARROW_TEXT: 53,
  /** NOT with the precedence of ! (sql_mode HIGH_NOT_PRECEDENCE). */
  HIGH_NOT: 54,
  OTHER: 55,
} as const;

// typed as plain numbers: literal types would make the compiler narrow the cursor's kind across calls that move it
export const T: { readonly [Name in keyof typeof TOKENS]: number } = TOKENS;
export const K: { readonly [Word in keyof typeof KEYWORD_TOKENS]: number } = KEYWORD_TOKENS;

const KEYWORD_COUNT = Object.keys(KEYWORD_TOKENS).length;
/** Number of token kinds: the size of tables indexed by kind. */
export const TOKEN_KINDS = FIRST_KEYWORD + KEYWORD_COUNT;

/** 1 for tokens that may stand where the grammar wants a name. */
export const IS_IDENTIFIER = new Uint8Array(TOKEN_KINDS);
IS_IDENTIFIER[T.IDENTIFIER] = 1;
IS_IDENTIFIER[T.QUOTED_IDENTIFIER] = 1;
// two function words that may be names as well
IS_IDENTIFIER[K.ADDDATE] = 1;
IS_IDENTIFIER[K.SUBDATE] = 1;
for (const [, token, use] of KEYWORDS) if (use === 'n') IS_IDENTIFIER[token] = 1;

/** A table indexed by token kind from `[kind, value]` pairs; everything else is 0. */
export function tokenTable(pairs: readonly (readonly [number, number])[]): Uint8Array {
  const table = new Uint8Array(TOKEN_KINDS);
  for (const [kind, value] of pairs) table[kind] = value;
  return table;
}
