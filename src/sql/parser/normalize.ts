/**
 * The text of a statement without its values, as TiDB makes it for digests: literals as `?`, lists of them as `...`, names in
 * backquotes, all in lower case, one space between tokens, no optimizer hints.
 */
import { Lexer } from './lexer.ts';
import { decodeName } from './literal.ts';
import { K, T, tokenTable } from './token.ts';

const TEXT_MAX = 64 * 1024;
const lexer = new Lexer();

const LITERAL = tokenTable(
  [T.STRING, T.NATIONAL_STRING, T.INTEGER, T.DECIMAL, T.FLOAT, T.HEX, T.BIT, T.PARAMETER, K.NULL, K.TRUE, K.FALSE].map(
    (kind) => [kind, 1],
  ),
);

export function normalizeStatement(sql: string): string {
  const out: string[] = [];
  lexer.allowParameters = true;
  lexer.open(sql, 0, Math.min(sql.length, TEXT_MAX));
  for (let i = 0; ; i++) {
    lexer.read();
    const kind = lexer.kinds[i] as number;
    if (kind === T.END || kind === T.ABORT) break;
    if (kind === T.HINT || kind === T.INTRODUCER) continue;
    const start = lexer.starts[i] as number;
    const end = lexer.ends[i] as number;
    // IS NULL and NOT NULL are no values, but TiDB counts only numbers, strings and NULL in lists.
    if (LITERAL[kind] === 1 && !(kind === K.NULL && /^(?:is|not)$/.test(out.at(-1) ?? ''))) pushLiteral(out);
    else if (out.at(-1) === '@' || out.at(-1) === '@@') {
      const at = out.pop() as string;
      out.push(`${at}${sql.slice(start, end).toLowerCase()}`);
    } else if (kind === T.IDENTIFIER) out.push(`\`${sql.slice(start, end).toLowerCase()}\``);
    else if (kind === T.QUOTED_IDENTIFIER) out.push(`\`${decodeName(sql, start, end).toLowerCase()}\``);
    else if (kind !== T.RIGHT_PAREN || !closeList(out)) out.push(sql.slice(start, end).toLowerCase());
  }
  while (out.at(-1) === ';') out.pop();
  return out.join(' ');
}

/** `?, ?` becomes `...`. */
function pushLiteral(out: string[]): void {
  const sign = out.at(-1);
  if ((sign === '-' || sign === '+') && STARTS_OPERAND.has(out.at(-2) ?? '(')) out.pop();
  const isSecond = out.at(-1) === ',' && (out.at(-2) === '?' || out.at(-2) === '...');
  if (isSecond && out.at(-3) !== 'limit') {
    out.length -= 2;
    out.push('...');
  } else out.push('?');
}

const STARTS_OPERAND: ReadonlySet<string> = new Set(
  '( , = < > <= >= <> != in values and or between limit then else when select by is'.split(' '),
);

/** `( ? )` behind IN or VALUES is a list as well; a row behind such a row leaves no trace. */
function closeList(out: string[]): boolean {
  const last = out.length - 1;
  if (out[last] === '?' && out[last - 1] === '(' && (out[last - 2] === 'in' || out[last - 2] === 'values'))
    out[last] = '...';
  const isRow = /^(?:\?|\.\.\.)$/.test(out[last] ?? '') && out[last - 1] === '(' && out[last - 2] === ',';
  if (!isRow || out[last - 3] !== ')' || out[last - 4] !== '...' || out[last - 5] !== '(') return false;
  out.length -= 3;
  return true;
}
