/** CAST, CONVERT … USING, COLLATE, BINARY: explicit conversions, with their warnings (1292) and errors. */
import { sqlError } from '../../base/index.ts';
import type {
  CompiledArgument,
  EvalContext,
  Evaluator,
  FunctionArgument,
  FunctionDef,
  FunctionOptions,
} from '../expr/index.ts';
import {
  asSigned64,
  asUnsigned64,
  bytesOf,
  type Convert,
  dateTimeOf,
  Decimal,
  decimalOf,
  doubleOf,
  doubleToInt,
  type FieldType,
  charLength,
  charsetOf,
  charsetUnits,
  getCharset,
  getCollation,
  intOf,
  JsonSyntaxError,
  modeDateFlags,
  MysqlType,
  parseDouble,
  parseJson,
  roundDateTime,
  roundMicros,
  stringOf,
  takeChars,
  timeOf,
  toJsonOf,
  type Value,
  withNullable,
  jsonType,
  JsonValue,
  defaultCollationOf,
  varcharType,
  timeToDateTime,
  clampTime,
} from '../types/index.ts';
import { define, reader } from './define.ts';
import { exprText } from './expr-text.ts';
import { charsOf, textResult } from './string-type.ts';

function castType(options: FunctionOptions): FieldType {
  return options.castType!;
}

function inferCast([arg]: readonly FunctionArgument[], options: FunctionOptions): FieldType {
  const target = castType(options);
  const nullable =
    arg!.type.nullable ||
    target.kind === 'date' ||
    target.kind === 'datetime' ||
    target.kind === 'time' ||
    target.kind === 'year';
  if (options.word === 'array') return withNullable(target, true);
  if (target.kind === 'string') {
    const chars = target.length < 0 ? charsOf(arg!) : target.length;
    return textResult(chars, target.collation, true);
  }
  if (target.kind === 'binary') {
    const bytes =
      target.length < 0
        ? charsOf(arg!) * (arg!.type.kind === 'string' ? getCollation(arg!.type.collation).maxBytes : 1)
        : target.length;
    return textResult(bytes, 'binary', true);
  }
  if (target.kind === 'int') return { ...target, nullable, length: 21 };
  if (target.kind === 'year') return { ...target, nullable, zerofill: false };
  const type = { ...target, nullable };
  if (target.kind === 'decimal')
    descriptions.set(
      type,
      () =>
        `cast(${exprText(arg!.expr)} as decimal${target.length === 10 && target.decimals === 0 ? '' : `(${target.length},${target.decimals})`})`,
    );
  return type;
}

/** What 1264 calls a cast to DECIMAL, by its result type. */
const descriptions = new WeakMap<FieldType, () => string>();

function toInteger(arg: CompiledArgument, target: FieldType): Convert<Value> {
  const toInt = intOf(arg.type);
  const wrap = target.unsigned ? asUnsigned64 : asSigned64;
  if (arg.type.kind === 'double' || arg.type.kind === 'float')
    return (value) => wrap(doubleToInt(value as number, target.unsigned));
  if (arg.type.kind === 'string') {
    return (value, context) => {
      const result = toInt(value, context);
      if (target.unsigned && result < 0)
        context.warn(1105, 'Cast to unsigned converted negative integer to its positive complement');
      if (!target.unsigned && result > 9223372036854775807n)
        context.warn(1105, 'Cast to signed converted positive out-of-range integer to its negative complement');
      return wrap(result);
    };
  }
  if (arg.type.kind === 'decimal')
    return (value, context) => decimalToInteger(value as Decimal, target, context as EvalContext);
  return (value, context) => wrap(toInt(value, context));
}

function decimalToInteger(value: Decimal, target: FieldType, context: EvalContext): number | bigint {
  const whole = value.toInt();
  if (typeof whole === 'number' && (!target.unsigned || whole >= 0)) return whole;
  const big = BigInt(whole);
  const [min, max] = target.unsigned
    ? [-9223372036854775808n, 18446744073709551615n]
    : [-9223372036854775808n, 9223372036854775807n];
  if (big < min || big > max) {
    context.warn(1292, `Truncated incorrect DECIMAL value: '${value.toString()}'`);
    return asUnsignedOrSigned(big < min ? min : max, target);
  }
  return asUnsignedOrSigned(big, target);
}

function asUnsignedOrSigned(value: bigint, target: FieldType): number | bigint {
  return target.unsigned ? asUnsigned64(value) : asSigned64(value);
}

function toDecimal(arg: CompiledArgument, target: FieldType, describe: () => string): Convert<Value> {
  const convert = decimalOf(arg.type);
  const max = Decimal.max(target.length, target.decimals);
  const min = target.unsigned ? Decimal.ZERO : max.negate();
  return (value, context) => {
    const rounded = convert(value, context).withScale(target.decimals);
    if (rounded.compare(max) <= 0 && rounded.compare(min) >= 0) return rounded;
    context.warn(1264, `Out of range value for column '${describe()}' at row 1`);
    return rounded.compare(max) > 0 ? max : min.withScale(target.decimals);
  };
}

function toText(arg: CompiledArgument, target: FieldType): Convert<Value> {
  const limit = target.length;
  const charset = charsetOf(target.collation);
  const text: (value: Exclude<Value, null>) => string =
    arg.type.kind === 'binary' ? (value) => getCharset(charset).decode(value as Uint8Array) : stringOf(arg.type);
  return (value, context) => {
    const result = text(value);
    if (limit < 0 || result.length <= limit || charLength(result) <= limit) return result;
    context.warn(1292, `Truncated incorrect CHAR(${limit}) value: '${result}'`);
    return takeChars(result, limit);
  };
}

function toBinary(arg: CompiledArgument, target: FieldType): Convert<Value> {
  const limit = target.length;
  const pads = limit >= 0 && target.mysqlType === MysqlType.STRING;
  const toBytes = bytesOf(arg.type);
  return (value, context) => {
    const bytes = toBytes(value);
    if (limit < 0 || bytes.length === limit) return bytes;
    if (bytes.length > limit) {
      context.warn(1292, `Truncated incorrect BINARY(${limit}) value: '${charsetUnits.decodeUtf8(bytes)}'`);
      return bytes.slice(0, limit);
    }
    if (!pads) return bytes;
    const padded = new Uint8Array(limit);
    padded.set(bytes);
    return padded;
  };
}

/** A date that every sql_mode reads alike, without a warning. */
const PLAIN_DATE = /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/;

/** The last plain date is remembered: a text beside a column is the same for every row. */
function toDate(arg: CompiledArgument): Convert<Value> {
  const convert = dateTimeOf(arg.type, modeDateFlags, 'date');
  if (arg.type.kind !== 'string') return (value, context) => convert(value, context)?.ymd ?? null;
  let lastText: Value = null;
  let lastDate = 0;
  return (value, context) => {
    if (value === lastText) return lastDate;
    const date = convert(value, context)?.ymd ?? null;
    if (date !== null && typeof value === 'string' && PLAIN_DATE.test(value)) {
      lastText = value;
      lastDate = date;
    }
    return date;
  };
}

function toJson(arg: CompiledArgument): Convert<Value> {
  if (arg.type.kind === 'json') return (value) => value;
  if (arg.type.kind === 'string') return (value) => parseJsonArgument(value as string, 1, 'cast_as_json');
  if (arg.type.kind === 'int' && arg.type.length === 1)
    return (value) =>
      value === 0 || value === 1 ? JsonValue.boolean(value === 1) : JsonValue.integer(value as number);
  return toJsonOf(arg.type) as Convert<Value>;
}

/** Parses a text argument of a JSON function: 3141 with the argument's number. */
export function parseJsonArgument(text: string, position: number, name: string, parse = parseJson): JsonValue {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw sqlError('ER_INVALID_JSON_TEXT_IN_PARAM', position, name, error.message, error.position, '');
    throw error;
  }
}

function toYear(arg: CompiledArgument): Convert<Value> {
  const toInt = intOf(arg.type);
  const text = stringOf(arg.type);
  const isText = arg.type.kind === 'string' || (arg.type.kind === 'binary' && !arg.type.unsigned);
  const wrong = (value: Exclude<Value, null>, context: Parameters<Convert<Value>>[1]): null => {
    context.warn(
      1292,
      `Truncated incorrect YEAR value: '${arg.type.kind === 'binary' ? String(toInt(value, context)) : text(value)}'`,
    );
    return null;
  };
  return (value, context) => {
    if (arg.type.kind === 'date') return (value as number) >>> 9;
    if (arg.type.kind === 'datetime' || arg.type.kind === 'timestamp') return (value as { year: number }).year;
    if (arg.type.kind === 'time') return timeToDateTime(value as number, context)?.year ?? null;
    if (!isText) {
      const number = Number(toInt(value, context));
      return number === 0 ? 0 : (fullYear(number) ?? wrong(value, context));
    }
    const parsed = parseDouble(text(value));
    if (!/^\s*[+-]?\d/.test(text(value))) {
      context.warn(1525, `Incorrect YEAR value: '${text(value)}'`);
      return null;
    }
    const digits = /^\s*[+-]?\d+/.exec(text(value))![0];
    const year = fullYear(Number(digits));
    if (year === undefined) return wrong(value, context);
    if (parsed.truncated || digits.length < text(value).trimEnd().length) wrong(value, context);
    return Number(digits) === 0 && digits.length >= 3 ? 0 : year;
  };
}

function fullYear(number: number): number | undefined {
  const year = number < 70 && number >= 0 ? number + 2000 : number < 100 && number >= 70 ? number + 1900 : number;
  return year >= 1901 && year <= 2155 ? year : undefined;
}

/** The conversion of CAST, for values that are not NULL. */
export function castConverter(
  arg: CompiledArgument,
  target: FieldType,
  describe: () => string = () => '',
): Convert<Value> {
  switch (target.kind) {
    case 'int':
      return toInteger(arg, target);
    case 'decimal':
      return toDecimal(arg, target, describe);
    case 'double':
      return doubleOf(arg.type);
    case 'float': {
      const toDouble = doubleOf(arg.type);
      return (value, context) => Math.fround(toDouble(value, context));
    }
    case 'string':
      return toText(arg, target);
    case 'binary':
      return toBinary(arg, target);
    case 'date':
      return toDate(arg);
    case 'datetime':
    case 'timestamp': {
      const toDateTime = dateTimeOf(arg.type, modeDateFlags);
      return (value, context) => {
        const result = toDateTime(value, context);
        return result === null
          ? null
          : (roundDateTime(result, target.decimals, context.session.sqlMode.timeTruncateFractional) ?? null);
      };
    }
    case 'time': {
      const toTime = timeOf(arg.type);
      return (value, context) => {
        const micros = toTime(value, context);
        return micros === null
          ? null
          : clampTime(roundMicros(micros, target.decimals, context.session.sqlMode.timeTruncateFractional));
      };
    }
    case 'json':
      return toJson(arg);
    case 'year':
      return toYear(arg);
    default:
      throw sqlError('ER_NOT_SUPPORTED_YET', `CAST to ${target.kind}`);
  }
}

/**
 * CAST(… AS … ARRAY), the part of a multi-valued index: checks every element, with the index's name in its errors
 * (options.extra.index). No index entries are made of it yet (the value is NULL, so that no lookup and no uniqueness
 * rests on it); MEMBER OF and its like read the documents.
 */
function castArray(arg: CompiledArgument, options: FunctionOptions): Evaluator {
  const target = castType(options);
  const index = (options.extra as { readonly index?: string } | undefined)?.index ?? '';
  const convert = castConverter({ type: jsonType(), evaluate: () => null }, target);
  const toDocument = toJsonOf(arg.type);
  return (row, context) => {
    const value = arg.evaluate(row, context);
    if (value === null) return null;
    const document = toDocument(value, context);
    if (document.kind === 'null') return null;
    if (document.kind === 'object') throw sqlError('ER_NOT_SUPPORTED_YET', 'CAST-ing JSON OBJECT type to array');
    for (const item of document.kind === 'array' ? document.items : [document]) {
      if (item.kind === 'null' || item.isContainer() || (item.kind !== 'string' && target.kind === 'string'))
        throw sqlError('ER_INVALID_JSON_VALUE_FOR_FUNC_INDEX', index);
      checkElement(item, target, index, convert, context);
    }
    return null;
  };
}

function checkElement(
  item: JsonValue,
  target: FieldType,
  index: string,
  convert: Convert<Value>,
  context: EvalContext,
): void {
  let isInvalid = false;
  convert(item, { session: context.session, warn: () => (isInvalid = true) });
  if (isInvalid) throw sqlError('ER_INVALID_JSON_VALUE_FOR_FUNC_INDEX', index);
  const isNegative = item.kind === 'integer' && Number(item.payload) < 0;
  if (target.kind === 'int' && target.unsigned && isNegative)
    throw sqlError('ER_WARN_DATA_OUT_OF_RANGE_FUNCTIONAL_INDEX', index, 1);
}

/** options.castType: the target; a negative length means "as long as it is". */
const cast = define(
  'cast',
  1,
  inferCast,
  ([arg], type, options): Evaluator =>
    options.word === 'array'
      ? castArray(arg!, options)
      : reader(arg!.evaluate, castConverter(arg!, castType(options), descriptions.get(type))),
);

/** options.word: the charset. With options.extra.introducer the operand's bytes are read as that charset. */
const convertUsing = define(
  'convert_using',
  1,
  ([arg], options) => {
    const charset = options.word!;
    return textResult(
      charsOf(arg!) * (charset === 'binary' ? 4 : 1),
      charset === 'binary' ? 'binary' : defaultCollationOf(charset),
    );
  },
  ([arg], _type, options) => {
    const charset = getCharset(options.word!);
    const introducer = (options.extra as { introducer?: boolean } | undefined)?.introducer === true;
    if (charset.name === 'binary') return reader(arg!.evaluate, bytesOf(arg!.type) as Convert<Value>);
    if (arg!.type.kind === 'binary') {
      return reader(arg!.evaluate, (value) => {
        const text = charset.decodeStrict(value as Uint8Array);
        if (text === undefined && introducer)
          throw sqlError('ER_INVALID_CHARACTER_STRING', charset.name, hexOf(value as Uint8Array));
        return text ?? charset.decode(value as Uint8Array);
      });
    }
    if (introducer) return arg!.evaluate;
    const text = stringOf(arg!.type);
    return reader(arg!.evaluate, (value) => {
      const result = text(value);
      return charset.canEncode(result) ? result : charset.decode(charset.encode(result));
    });
  },
);

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes.slice(0, 6), (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}

/** options.collation. Kept out of constant folding, so that its coercibility stays EXPLICIT. */
const collate = define(
  'collate',
  1,
  ([arg], options) => {
    const collation = getCollation(options.collation!);
    const { type } = arg!;
    // NULL as it is written is bytes
    if (type.kind === 'null' && arg!.constant?.literal === true && collation.charset !== 'binary')
      throw sqlError('ER_COLLATION_CHARSET_MISMATCH', collation.name, 'binary');
    const own =
      type.kind === 'string' || type.kind === 'enum' || type.kind === 'set'
        ? charsetOf(type.collation)
        : type.kind === 'binary'
          ? 'binary'
          : collation.charset;
    if (own !== collation.charset && !(type.kind === 'json' || type.kind === 'null')) {
      throw sqlError('ER_COLLATION_CHARSET_MISMATCH', collation.name, own);
    }
    if (collation.charset === 'binary') return type;
    if (type.kind === 'string') return { ...type, collation: collation.name };
    return varcharType(charsOf(arg!), { collation: collation.name, nullable: type.nullable, decimals: 31 });
  },
  ([arg], type) =>
    type.kind === 'string' && arg!.type.kind !== 'string'
      ? reader(arg!.evaluate, stringOf(arg!.type) as Convert<Value>)
      : arg!.evaluate,
  'statement',
);

export const CAST: readonly FunctionDef[] = [cast, convertUsing, collate];
