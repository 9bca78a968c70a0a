/** Values of literal tokens: strings with their escapes, quoted names, numbers, hexadecimal and bit literals. */

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', '0': '\0', Z: '\x1a' };

/** The value of the quoted literal at source[start, end), which may begin with N. */
export function decodeString(source: string, start: number, end: number, noBackslashEscapes: boolean): string {
  let from = start;
  let quote = source.charAt(from);
  if (quote !== "'" && quote !== '"') quote = source.charAt(++from);
  const body = source.slice(from + 1, end - 1);
  const hasBackslash = !noBackslashEscapes && body.includes('\\');
  if (!hasBackslash) return body.includes(quote) ? body.replaceAll(quote + quote, quote) : body;
  let value = '';
  for (let i = 0; i < body.length; i++) {
    const c = body.charAt(i);
    if (c === '\\' && i + 1 < body.length) {
      const escaped = body.charAt(++i);
      // \% and \_ keep their backslash: they are patterns for LIKE
      if (escaped === '%' || escaped === '_') value += `\\${escaped}`;
      else value += ESCAPES[escaped] ?? escaped;
    } else {
      value += c;
      if (c === quote) i++; // a doubled quote
    }
  }
  return value;
}

/** The name inside `…` or "…". */
export function decodeName(source: string, start: number, end: number): string {
  const quote = source.charAt(start);
  const body = source.slice(start + 1, end - 1);
  return body.includes(quote) ? body.replaceAll(quote + quote, quote) : body;
}

const DIGITS_MAX = 20;
const UNSIGNED_MAX = 18446744073709551615n;

function withoutZeros(digits: string): string {
  let zeros = 0;
  while (zeros < digits.length - 1 && digits.charCodeAt(zeros) === 48) zeros++;
  return zeros === 0 ? digits : digits.slice(zeros);
}

/** Decimal digits to a number, or a bigint when it is not a safe integer; far beyond 64 bits it is only approximate. */
export function parseInteger(digits: string): number | bigint {
  if (digits.length <= 15) return Number(digits);
  const significant = withoutZeros(digits);
  if (significant.length > DIGITS_MAX) return Number(significant);
  const value = BigInt(significant);
  return value <= 9007199254740991n ? Number(value) : value;
}

/** Whether an integer literal fits BIGINT UNSIGNED; beyond it MySQL reads a decimal. */
export function fitsUnsigned(digits: string): boolean {
  if (digits.length < DIGITS_MAX) return true;
  const significant = withoutZeros(digits);
  return significant.length <= DIGITS_MAX && BigInt(significant) <= UNSIGNED_MAX;
}

/** Bytes of 0x…, X'…', 0b…, B'…'; an odd number of digits is padded on the left. */
export function decodeDigits(text: string, form: 'hex' | 'bit'): Uint8Array {
  const digits = text.charAt(1) === "'" ? text.slice(2, -1) : text.slice(2);
  const perByte = form === 'hex' ? 2 : 8;
  const size = Math.ceil(digits.length / perByte);
  const padded = digits.padStart(size * perByte, '0');
  const bytes = new Uint8Array(size);
  const base = form === 'hex' ? 16 : 2;
  for (let i = 0; i < size; i++) bytes[i] = Number.parseInt(padded.slice(i * perByte, (i + 1) * perByte), base);
  return bytes;
}
