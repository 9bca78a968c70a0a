/** Storing values in integer, YEAR, BIT, FLOAT, DOUBLE and DECIMAL columns. */
import { doubleOf, decimalOf, intOf } from './coerce.ts';
import { charsetUnits } from './charset.ts';
import type { ConversionContext } from './conversion-context.ts';
import { Decimal, parseDecimal } from './decimal.ts';
import type { FieldType } from './field-type.ts';
import type { NonNullValue } from './format.ts';
import { parseDouble, roundHalfEven } from './number-text.ts';
import { note, report, reportIncorrect, type StoreTarget } from './store-report.ts';
import { intRange } from './type-constructors.ts';
import type { Store } from './store.ts';

function textOrBytes(value: NonNullValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return charsetUnits.decodeUtf8(value);
  return String(value);
}

/** A hexadecimal literal is a number where a number is stored. */
function isText(type: FieldType): boolean {
  return type.kind === 'string' || (type.kind === 'binary' && !type.unsigned);
}

const PLAIN_INT = /^-?\d{1,15}$/;

function rangeCheck(
  type: FieldType,
): (value: number | bigint, target: StoreTarget, context: ConversionContext) => number | bigint {
  const { min, max } = intRange(type);
  return (value, target, context) => {
    if (value >= min && value <= max) return value;
    report(context, target, 'out-of-range');
    return value < min ? min : max;
  };
}

export function storeInt(from: FieldType, to: FieldType): Store {
  const check = rangeCheck(to);
  if (from.kind === 'int' || from.kind === 'year' || from.kind === 'bit') {
    return (value, target, context) => check(value as number, target, context);
  }
  if (from.kind === 'decimal') return (value, target, context) => check((value as Decimal).toInt(), target, context);
  if (from.kind === 'double' || from.kind === 'float') {
    return (value, target, context) => check(integerOf(value as number), target, context);
  }
  if (isText(from))
    return (value, target, context) => check(integerOfText(textOrBytes(value), target, context), target, context);
  const toInt = intOf(from);
  return (value, target, context) => check(toInt(value, context), target, context);
}

function integerOf(value: number): number | bigint {
  const rounded = roundHalfEven(value);
  return Number.isSafeInteger(rounded) ? rounded + 0 : BigInt(Math.max(-1e30, Math.min(1e30, rounded)));
}

function integerOfText(text: string, target: StoreTarget, context: ConversionContext): number | bigint {
  if (PLAIN_INT.test(text)) return Number(text) + 0;
  const parsed = parseDecimal(text);
  if (parsed.end === 0) {
    reportIncorrect(context, target, 'integer', text);
    return 0;
  }
  if (parsed.garbage) report(context, target, 'truncated');
  return parsed.value.toInt();
}

export function storeYear(from: FieldType): Store {
  const fit = (year: number, fromText: boolean, target: StoreTarget, context: ConversionContext): number => {
    if (year === 0 && !fromText) return 0;
    const full = year < 70 && year >= 0 ? year + 2000 : year < 100 && year >= 70 ? year + 1900 : year;
    if (full >= 1901 && full <= 2155) return full;
    report(context, target, 'out-of-range');
    return 0;
  };
  if (isText(from)) {
    return (value, target, context) => {
      const text = textOrBytes(value);
      const number = Number(integerOfText(text, target, context));
      const isZero = number === 0 && (text.trim().length >= 4 || !/^\s*\d/.test(text));
      return isZero ? 0 : fit(number, true, target, context);
    };
  }
  if (from.kind === 'date' || from.kind === 'datetime' || from.kind === 'timestamp') {
    const toInt = doubleOf(from);
    const unit = from.kind === 'date' ? 1e4 : 1e10;
    return (value, target, context) => fit(Math.floor(toInt(value, context) / unit), false, target, context);
  }
  const toInt = intOf(from);
  return (value, target, context) => fit(Number(toInt(value, context)), false, target, context);
}

export function storeBit(from: FieldType, to: FieldType): Store {
  const max = (1n << BigInt(to.length)) - 1n;
  const fit = (value: bigint, target: StoreTarget, context: ConversionContext): number | bigint => {
    let bits = value;
    if (value > max || value < 0n) {
      if (value < 0n && to.length === 64) bits = BigInt.asUintN(64, value);
      else {
        if (context.session.strict) report(context, target, 'too-long');
        report(context, target, 'out-of-range');
        bits = max;
      }
    }
    return bits <= 9007199254740991n ? Number(bits) : bits;
  };
  if (from.kind === 'string' || from.kind === 'binary') {
    return (value, target, context) => {
      const bytes = typeof value === 'string' ? charsetUnits.encodeUtf8(value) : (value as Uint8Array);
      let bits = 0n;
      for (const byte of bytes.length > 9 ? bytes.slice(-9) : bytes) bits = (bits << 8n) | BigInt(byte);
      return fit(bits, target, context);
    };
  }
  const toInt = intOf(from);
  return (value, target, context) => fit(BigInt(toInt(value, context)), target, context);
}

const FLOAT_MAX = 3.4028234663852886e38;

export function storeDouble(from: FieldType, to: FieldType): Store {
  const isFloat = to.kind === 'float';
  const name = isFloat ? 'FLOAT' : 'DOUBLE';
  const max = isFloat ? FLOAT_MAX : Number.MAX_VALUE;
  const scale = to.decimals < 31 ? 10 ** to.decimals : undefined;
  const limit = scale === undefined ? max : Math.min(max, (10 ** to.length - 1) / scale);
  const fit = (value: number, target: StoreTarget, context: ConversionContext): number => {
    let result = scale === undefined || !Number.isFinite(value) ? value : roundHalfEven(value * scale) / scale;
    if (result > limit || result < -limit || (to.unsigned && result < 0)) {
      report(context, target, 'out-of-range');
      result = to.unsigned && result < 0 ? 0 : result > 0 ? limit : -limit;
    }
    return isFloat ? Math.fround(result) : result;
  };
  if (isText(from)) {
    return (value, target, context) => {
      const text = textOrBytes(value);
      const parsed = parseDouble(text);
      if (Math.abs(parsed.value) === Number.MAX_VALUE && parsed.truncated) report(context, target, 'out-of-range');
      else if (parsed.truncated || text.trim() === '') reportIncorrect(context, target, name, text);
      return fit(parsed.value, target, context);
    };
  }
  const toDouble = doubleOf(from);
  return (value, target, context) => fit(toDouble(value, context), target, context);
}

export function storeDecimal(from: FieldType, to: FieldType): Store {
  const precision = to.length;
  const scale = to.decimals;
  const max = Decimal.max(precision, scale);
  const min = to.unsigned ? new Decimal(0, scale) : max.negate();
  const fit = (value: Decimal, target: StoreTarget, context: ConversionContext): Decimal => {
    const rounded = value.withScale(scale);
    if (rounded.compare(max) > 0 || rounded.compare(min) < 0) {
      report(context, target, 'out-of-range');
      return rounded.compare(max) > 0 ? max : min;
    }
    if (value.scale > scale && rounded.compare(value) !== 0) note(context, target);
    return rounded;
  };
  if (from.kind === 'decimal') return (value, target, context) => fit(value as Decimal, target, context);
  if (isText(from)) {
    return (value, target, context) => {
      const text = textOrBytes(value);
      const parsed = parseDecimal(text);
      if (parsed.overflow) report(context, target, 'out-of-range');
      else if (parsed.garbage) {
        if (context.session.strict || parsed.end === 0) reportIncorrect(context, target, 'decimal', text);
        else note(context, target);
      }
      return fit(parsed.value, target, context);
    };
  }
  const toDecimal = decimalOf(from);
  return (value, target, context) => fit(toDecimal(value, context), target, context);
}
