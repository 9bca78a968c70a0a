/**
 * Text of FLOAT and DOUBLE as MySQL prints it (my_gcvt): the shortest digits that read back, in plain notation while the
 * decimal exponent is between -15 and 15, as `1.5e-16` or `1e15` (no plus sign, no padding) beyond.
 * FLOAT prints at most 6 significant digits.
 */

/** Digits and decimal point position (`0.digits * 10^point`) of a finite positive number's text in JavaScript's form. */
function splitDigits(text: string): { digits: string; point: number } {
  const exponentAt = text.indexOf('e');
  const mantissa = exponentAt < 0 ? text : text.slice(0, exponentAt);
  const exponent = exponentAt < 0 ? 0 : Number(text.slice(exponentAt + 1));
  const dot = mantissa.indexOf('.');
  const all = dot < 0 ? mantissa : mantissa.slice(0, dot) + mantissa.slice(dot + 1);
  const zeros = /^0*/.exec(all)![0].length;
  const digits = all.slice(zeros).replace(/0+$/, '');
  return { digits, point: (dot < 0 ? mantissa.length : dot) + exponent - zeros };
}

function layout(negative: boolean, digits: string, point: number): string {
  const sign = negative ? '-' : '';
  if (digits === '') return `${sign}0`;
  if (point < -14 || (point > 15 && digits.length <= point)) {
    const rest = digits.slice(1);
    return `${sign}${digits[0]}${rest === '' ? '' : `.${rest}`}e${point - 1}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** `decimals` < 31 fixes the number of fractional digits, as DOUBLE(M,D) does. */
export function formatDouble(value: number, decimals = 31): string {
  if (decimals < 31) return formatFixed(value, decimals);
  if (Number.isSafeInteger(value) && Math.abs(value) < 1e15) return Object.is(value, -0) ? '-0' : String(value);
  const text = String(Math.abs(value));
  const { digits, point } = splitDigits(text);
  return layout(value < 0 || Object.is(value, -0), digits, point);
}

export function formatFloat(value: number, decimals = 31): string {
  if (decimals < 31) return formatFixed(value, decimals);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const { digits, point } = splitDigits(Math.abs(value).toPrecision(6));
  return layout(value < 0, digits, point);
}

/** Exactly `decimals` fractional digits of the double's own value, rounding half to even on the exact binary value. */
export function formatFixed(value: number, decimals: number): string {
  if (Math.abs(value) < 1e21) return isTie(value, decimals) ? tieToEven(value, decimals) : value.toFixed(decimals);
  const whole = BigInt(value).toString();
  return decimals === 0 ? whole : `${whole}.${'0'.repeat(decimals)}`;
}

const DIGITS_BEYOND = 25;
const TIE = `5${'0'.repeat(DIGITS_BEYOND - 1)}`;

/** Exactly in the middle of two numbers of so many digits. */
function isTie(value: number, decimals: number): boolean {
  return !Number.isInteger(value) && value.toFixed(decimals + DIGITS_BEYOND).endsWith(TIE);
}

/** `toFixed` takes the larger of the two. */
function tieToEven(value: number, decimals: number): string {
  const cut = value.toFixed(decimals + 1).slice(0, decimals === 0 ? -2 : -1);
  return Number(cut.at(-1)) % 2 === 0 ? cut : value.toFixed(decimals);
}
