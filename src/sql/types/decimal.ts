/**
 * DECIMAL: an exact decimal number, `unscaled / 10^scale`.
 *
 * `unscaled` is a `number` while it is a safe integer and a `bigint` beyond (never a small bigint, never -0), so that
 * sums and products of money-sized values stay in plain number arithmetic. Values are immutable. A value may carry more
 * fractional digits than its column or expression declares (AVG does, as in MySQL); `formatText` rounds to the type.
 *
 * MySQL's limits: 65 digits, 30 of them after the point. Rounding is half away from zero everywhere.
 */

export const DECIMAL_DIGITS_MAX = 65;
export const DECIMAL_SCALE_MAX = 30;
/** `div_precision_increment`'s default: digits that a division adds to the dividend's scale. */
export const DIV_PRECISION_INCREMENT = 4;

const SAFE_MAX = Number.MAX_SAFE_INTEGER;
const POW10: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const POW10_BIG: bigint[] = Array.from({ length: 160 }, (_, i) => 10n ** BigInt(i));

export function pow10Big(exponent: number): bigint {
  return POW10_BIG[exponent] ?? 10n ** BigInt(exponent);
}

/** The canonical integer: a number when safe, a bigint otherwise. */
export function normalizeInt(value: number | bigint): number | bigint {
  if (typeof value === 'number') return value + 0;
  return value <= 9007199254740991n && value >= -9007199254740991n ? Number(value) : value;
}

/** `value * 10^power`, exact. */
function scaleUp(value: number | bigint, power: number): number | bigint {
  if (power === 0) return value;
  if (typeof value === 'number' && power < 16) {
    const product = value * POW10[power]!;
    if (product <= SAFE_MAX && product >= -SAFE_MAX) return product;
  }
  return BigInt(value) * pow10Big(power);
}

/** `value / 10^power`, rounded half away from zero or truncated. */
function scaleDown(value: number | bigint, power: number, truncate: boolean): number | bigint {
  if (power === 0) return value;
  if (typeof value === 'number') {
    if (power > 16) return 0;
    const unit = POW10[power]!;
    const rest = value % unit;
    const quotient = (value - rest) / unit;
    if (truncate || Math.abs(rest) * 2 < unit) return quotient + 0;
    return value < 0 ? quotient - 1 : quotient + 1;
  }
  const unit = pow10Big(power);
  let quotient = value / unit;
  if (!truncate) {
    const rest = value % unit;
    if ((rest < 0n ? -rest : rest) * 2n >= unit) quotient += value < 0n ? -1n : 1n;
  }
  return normalizeInt(quotient);
}

const WORD_DIGITS = 9;

function wholeWords(digits: number): number {
  return Math.ceil(digits / WORD_DIGITS) * WORD_DIGITS;
}

/** Fractional digits that MySQL computes of a quotient. */
function computedDigits(scale: number, divisorScale: number, increment: number): number {
  const own = wholeWords(scale);
  const divisor = wholeWords(divisorScale);
  const missing = Math.max(0, increment - (own - scale) - (divisor - divisorScale));
  return wholeWords(own + divisor + missing);
}

export class Decimal {
  readonly unscaled: number | bigint;
  readonly scale: number;

  /** `unscaled` must be canonical (see `normalizeInt`); `Decimal.of` makes it so. */
  constructor(unscaled: number | bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  static readonly ZERO = new Decimal(0, 0);

  static of(unscaled: number | bigint, scale: number): Decimal {
    return new Decimal(normalizeInt(unscaled), scale);
  }

  static fromInt(value: number | bigint): Decimal {
    return new Decimal(value, 0);
  }

  /** The largest value of DECIMAL(precision, scale). */
  static max(precision: number, scale: number): Decimal {
    return Decimal.of(pow10Big(precision) - 1n, scale);
  }

  /** Nearest decimal of a finite double, by its shortest decimal form. */
  static fromNumber(value: number): Decimal {
    if (Number.isSafeInteger(value)) return new Decimal(value + 0, 0);
    return parseDecimal(String(value)).value;
  }

  /** Text to decimal with everything wrong ignored; use `parseDecimal` to learn what was. */
  static fromString(text: string): Decimal {
    return parseDecimal(text).value;
  }

  add(other: Decimal): Decimal {
    const a = this.unscaled;
    const b = other.unscaled;
    if (this.scale === other.scale && typeof a === 'number' && typeof b === 'number') {
      const sum = a + b;
      if (sum <= SAFE_MAX && sum >= -SAFE_MAX) return new Decimal(sum, this.scale);
      return new Decimal(BigInt(a) + BigInt(b), this.scale);
    }
    const scale = Math.max(this.scale, other.scale);
    return addScaled(scaleUp(a, scale - this.scale), scaleUp(b, scale - other.scale), scale);
  }

  sub(other: Decimal): Decimal {
    const a = this.unscaled;
    const b = other.unscaled;
    if (typeof a === 'number' && typeof b === 'number') {
      const scale = this.scale > other.scale ? this.scale : other.scale;
      const x = scaleUp(a, scale - this.scale);
      const y = scaleUp(b, scale - other.scale);
      if (typeof x === 'number' && typeof y === 'number') {
        const difference = x - y;
        if (difference <= SAFE_MAX && difference >= -SAFE_MAX) return new Decimal(difference, scale);
      }
    }
    return this.add(other.negate());
  }

  mul(other: Decimal): Decimal {
    const a = this.unscaled;
    const b = other.unscaled;
    const scale = this.scale + other.scale;
    let result: Decimal | undefined;
    if (typeof a === 'number' && typeof b === 'number') {
      const product = a * b;
      if (product <= SAFE_MAX && product >= -SAFE_MAX) result = new Decimal(product + 0, scale);
    }
    result ??= Decimal.of(BigInt(a) * BigInt(b), scale);
    return scale > DECIMAL_SCALE_MAX ? result.round(DECIMAL_SCALE_MAX) : result;
  }

  /**
   * Quotient with `scale + increment` fractional digits; undefined when dividing by zero. MySQL computes whole words of nine digits and rounds
   * what it has: where the words end with the result, the quotient is cut off.
   */
  div(other: Decimal, increment: number = DIV_PRECISION_INCREMENT): Decimal | undefined {
    const scale = Math.min(this.scale + increment, DECIMAL_SCALE_MAX);
    return divideToScale(this, other, scale, computedDigits(this.scale, other.scale, increment) <= scale);
  }

  /** Integer quotient, truncated towards zero; undefined when dividing by zero. */
  divInt(other: Decimal): number | bigint | undefined {
    if (other.unscaled === 0) return undefined;
    const scale = Math.max(this.scale, other.scale);
    const a = BigInt(scaleUp(this.unscaled, scale - this.scale));
    const b = BigInt(scaleUp(other.unscaled, scale - other.scale));
    return normalizeInt(a / b);
  }

  /** Remainder with the sign of the dividend; undefined when dividing by zero. */
  mod(other: Decimal): Decimal | undefined {
    if (other.unscaled === 0) return undefined;
    const scale = Math.max(this.scale, other.scale);
    const a = scaleUp(this.unscaled, scale - this.scale);
    const b = scaleUp(other.unscaled, scale - other.scale);
    if (typeof a === 'number' && typeof b === 'number') return new Decimal((a % b) + 0, scale);
    return Decimal.of(BigInt(a) % BigInt(b), scale);
  }

  negate(): Decimal {
    const a = this.unscaled;
    return new Decimal(typeof a === 'number' ? 0 - a : -a, this.scale);
  }

  abs(): Decimal {
    return this.unscaled < 0 ? this.negate() : this;
  }

  sign(): -1 | 0 | 1 {
    return this.unscaled === 0 ? 0 : this.unscaled < 0 ? -1 : 1;
  }

  isZero(): boolean {
    return this.unscaled === 0;
  }

  /** Rounded to `digits` after the point (negative: before it); never adds digits. */
  round(digits: number): Decimal {
    return this.#shorten(digits, false);
  }

  truncate(digits: number): Decimal {
    return this.#shorten(digits, true);
  }

  #shorten(digits: number, truncate: boolean): Decimal {
    if (digits >= this.scale) return this;
    const short = scaleDown(this.unscaled, this.scale - digits, truncate);
    return digits >= 0 ? new Decimal(short, digits) : new Decimal(scaleUp(short, -digits), 0);
  }

  /** Exactly `scale` digits after the point: rounded or padded. */
  withScale(scale: number): Decimal {
    if (scale === this.scale) return this;
    if (scale < this.scale) return this.round(scale);
    return new Decimal(scaleUp(this.unscaled, scale - this.scale), scale);
  }

  floor(): number | bigint {
    const whole = this.truncate(0);
    return this.unscaled < 0 && whole.compare(this) !== 0 ? normalizeInt(BigInt(whole.unscaled) - 1n) : whole.unscaled;
  }

  ceil(): number | bigint {
    const whole = this.truncate(0);
    return this.unscaled > 0 && whole.compare(this) !== 0 ? normalizeInt(BigInt(whole.unscaled) + 1n) : whole.unscaled;
  }

  /** Rounded to an integer of any size. */
  toInt(): number | bigint {
    return this.scale === 0 ? this.unscaled : scaleDown(this.unscaled, this.scale, false);
  }

  compare(other: Decimal): number {
    const a = this.unscaled;
    const b = other.unscaled;
    if (this.scale === other.scale) return a < b ? -1 : a > b ? 1 : 0;
    const scale = Math.max(this.scale, other.scale);
    const x = scaleUp(a, scale - this.scale);
    const y = scaleUp(b, scale - other.scale);
    return x < y ? -1 : x > y ? 1 : 0;
  }

  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  /** Without trailing fractional zeros: equal values have equal normal forms (used for hash keys). */
  normalized(): Decimal {
    let { unscaled, scale } = this;
    if (unscaled === 0) return Decimal.ZERO;
    while (scale > 0) {
      if (typeof unscaled === 'number') {
        if (unscaled % 10 !== 0) break;
        unscaled /= 10;
      } else {
        if (unscaled % 10n !== 0n) break;
        unscaled = normalizeInt(unscaled / 10n);
      }
      scale--;
    }
    return scale === this.scale ? this : new Decimal(unscaled, scale);
  }

  /** Digits before the point; 0 for values below one. */
  integerDigits(): number {
    const digits = String(this.unscaled).length - (this.unscaled < 0 ? 1 : 0);
    return this.unscaled === 0 ? 0 : Math.max(0, digits - this.scale);
  }

  /** Whether the value, rounded to `scale`, fits DECIMAL(precision, scale). */
  fits(precision: number, scale: number): boolean {
    return this.round(scale).integerDigits() <= precision - scale;
  }

  toNumber(): number {
    if (this.scale === 0) return Number(this.unscaled);
    if (typeof this.unscaled === 'number' && this.scale <= 22) return this.unscaled / POW10[this.scale]!;
    return Number(this.toString());
  }

  toString(): string {
    const { unscaled, scale } = this;
    if (scale === 0) return String(unscaled);
    const negative = unscaled < 0;
    let digits = String(unscaled);
    if (negative) digits = digits.slice(1);
    if (digits.length <= scale) digits = digits.padStart(scale + 1, '0');
    const point = digits.length - scale;
    return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
  }

  /** Text with exactly `scale` fractional digits. */
  toFixed(scale: number): string {
    return this.withScale(scale).toString();
  }
}

function addScaled(a: number | bigint, b: number | bigint, scale: number): Decimal {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= SAFE_MAX && sum >= -SAFE_MAX) return new Decimal(sum, scale);
  }
  return Decimal.of(BigInt(a) + BigInt(b), scale);
}

/** `a / b` with exactly `scale` fractional digits, rounded half away from zero; undefined when `b` is zero. */
export function divideToScale(a: Decimal, b: Decimal, scale: number, truncate = false): Decimal | undefined {
  if (b.unscaled === 0) return undefined;
  const shift = scale + b.scale - a.scale;
  const x = scaleUp(a.unscaled, Math.max(0, shift));
  const y = shift < 0 ? scaleUp(b.unscaled, -shift) : b.unscaled;
  if (typeof x === 'number' && typeof y === 'number') {
    const rest = x % y;
    let quotient = (x - rest) / y;
    if (!truncate && Math.abs(rest) >= Math.abs(y) - Math.abs(rest)) quotient += x < 0 === y < 0 ? 1 : -1;
    return new Decimal(quotient + 0, scale);
  }
  const dividend = BigInt(x);
  const divisor = BigInt(y);
  let quotient = dividend / divisor;
  const rest = dividend % divisor;
  const restTwice = (rest < 0n ? -rest : rest) * 2n;
  if (!truncate && restTwice >= (divisor < 0n ? -divisor : divisor)) {
    quotient += dividend < 0n === divisor < 0n ? 1n : -1n;
  }
  return Decimal.of(quotient, scale);
}

/** What `parseDecimal` read. */
export interface ParsedDecimal {
  readonly value: Decimal;
  /** Characters used, leading spaces included; 0 when no digit was found. */
  readonly end: number;
  /** Something other than spaces follows the number, or no number was there. */
  readonly garbage: boolean;
  /** More than 65 integer digits: `value` is the largest decimal. */
  readonly overflow: boolean;
}

const NUMBER_PREFIX = /^[ \t\n\v\f\r]*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?/;

/** Reads the longest decimal number at the start of `text`, as MySQL does when a string is used as a decimal. */
export function parseDecimal(text: string): ParsedDecimal {
  const match = NUMBER_PREFIX.exec(text)!;
  const whole = match[2]!;
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return { value: Decimal.ZERO, end: 0, garbage: true, overflow: false };
  const end = match[0].length;
  const garbage = end < text.length && text.slice(end).trim() !== '';
  const exponent = match[4] === undefined ? 0 : Math.max(-1000, Math.min(1000, Number(match[4])));
  const negative = match[1] === '-';
  const scale = fraction.length - exponent;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (digits === '')
    return { value: new Decimal(0, Math.min(Math.max(0, scale), DECIMAL_SCALE_MAX)), end, garbage, overflow: false };
  if (digits.length - scale > DECIMAL_DIGITS_MAX + 16) {
    const max = Decimal.max(DECIMAL_DIGITS_MAX, 0);
    return { value: negative ? max.negate() : max, end, garbage, overflow: true };
  }
  const unsigned = digits.length < 16 ? Number(digits) : BigInt(digits);
  const signed = negative ? -unsigned : unsigned;
  let value = scale < 0 ? new Decimal(normalizeInt(scaleUp(signed, -scale)), 0) : Decimal.of(signed, scale);
  if (scale > DECIMAL_SCALE_MAX) value = value.round(DECIMAL_SCALE_MAX);
  return { value, end, garbage, overflow: value.integerDigits() > DECIMAL_DIGITS_MAX };
}
