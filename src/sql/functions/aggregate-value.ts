/** MIN, MAX, ANY_VALUE, FIRST_ROW, GROUP_CONCAT, JSON_ARRAYAGG, JSON_OBJECTAGG: aggregates that keep values. */
import { sqlError } from '../../base/index.ts';
import type { Accumulator, AggregateDef, AggregateOptions, EvalContext } from '../expr/index.ts';
import {
  type CompareOf,
  compareOf,
  type FieldType,
  JsonValue,
  jsonType,
  stringOf,
  takeChars,
  type TextOf,
  textType,
  toJsonOf,
  utf8Length,
  type Value,
  varcharType,
  withNullable,
  blobType,
  type Convert,
  orderOf,
} from '../types/index.ts';
import { aggregate } from './aggregate-define.ts';
import { keyTextOf } from './json-arguments.ts';
import { binaryBytes, binaryText, resultCollation } from './string-type.ts';

class Extreme implements Accumulator {
  #best: Value = null;
  readonly #compare: CompareOf;
  readonly #sign: 1 | -1;

  constructor(compare: CompareOf, sign: 1 | -1) {
    this.#compare = compare;
    this.#sign = sign;
  }
  add(args: readonly Value[]): void {
    const value = args[0]!;
    if (value === null) return;
    if (this.#best === null || this.#compare(value, this.#best) * this.#sign > 0) this.#best = value;
  }
  result(): Value {
    return this.#best;
  }
}

/** Integers, doubles, dates and times, without a call per row. */
class PrimitiveExtreme implements Accumulator {
  #best: number | bigint | null = null;
  readonly #wantsGreater: boolean;

  constructor(wantsGreater: boolean) {
    this.#wantsGreater = wantsGreater;
  }
  add(args: readonly Value[]): void {
    const value = args[0] as number | null;
    if (value === null) return;
    if (this.#best === null || (this.#wantsGreater ? value > this.#best : value < this.#best)) this.#best = value;
  }
  result(): Value {
    return this.#best;
  }
}

const PRIMITIVE = new Set(['int', 'year', 'bit', 'double', 'float', 'date', 'time']);

/** ENUM and SET compare as texts in MIN and MAX, though the result stays a member. */
function extremeType(type: FieldType): FieldType {
  return type.kind === 'enum' || type.kind === 'set' ? varcharType(type.length, { collation: type.collation }) : type;
}

function extreme(name: 'min' | 'max'): AggregateDef {
  const sign = name === 'max' ? 1 : -1;
  return aggregate({
    name,
    infer: ([arg]) => withNullable(arg!.type, true),
    make: ([argType]) => {
      if (PRIMITIVE.has(argType!.kind)) return () => new PrimitiveExtreme(sign === 1);
      if (argType!.kind === 'enum' || argType!.kind === 'set') {
        const text = stringOf(argType!);
        const compare = compareOf(extremeType(argType!));
        return () => new Extreme((a, b) => compare(text(a), text(b)), sign);
      }
      const compare = compareOf(argType!);
      return () => new Extreme(compare, sign);
    },
  });
}

class FirstValue implements Accumulator {
  #value: Value = null;
  #set = false;
  add(args: readonly Value[]): void {
    if (this.#set) return;
    this.#value = args[0]!;
    this.#set = true;
  }
  result(): Value {
    return this.#value;
  }
}

const anyValue = aggregate({
  name: 'any_value',
  infer: ([arg]) => withNullable(arg!.type, true),
  make: () => () => new FirstValue(),
});

type RowOrder = ((a: readonly Value[], b: readonly Value[]) => number) | undefined;

/** Order of kept rows by their trailing key arguments. */
function keyOrder(argTypes: readonly FieldType[], options: AggregateOptions): RowOrder {
  const keys = options.orderBy ?? [];
  if (keys.length === 0) return undefined;
  const base = argTypes.length - keys.length;
  const orders = keys.map((key, i) => {
    const order = orderOf(argTypes[base + i]!);
    return key.descending ? (a: Value, b: Value) => order(b, a) : order;
  });
  return (a, b) => {
    for (let i = 0; i < orders.length; i++) {
      const result = orders[i]!(a[base + i]!, b[base + i]!);
      if (result !== 0) return result;
    }
    return 0;
  };
}

class GroupConcat implements Accumulator {
  readonly #rows: Value[][] = [];
  readonly #texts: readonly TextOf[];
  readonly #order: RowOrder;
  readonly #separator: string;
  readonly #binary: boolean;
  #chars = 0;

  constructor(texts: readonly TextOf[], order: RowOrder, separator: string, binary: boolean) {
    this.#texts = texts;
    this.#order = order;
    this.#separator = separator;
    this.#binary = binary;
  }

  add(args: readonly Value[], context: EvalContext): void {
    for (let i = 0; i < this.#texts.length; i++) if (args[i] === null) return;
    // What lies beyond the longest result can only matter when it may be sorted to the front.
    if (this.#order === undefined && this.#chars > context.session.groupConcatMaxLength) return;
    const row = args.slice() as Value[];
    this.#rows.push(row);
    this.#chars += typeof row[0] === 'string' ? row[0].length + this.#separator.length : 8;
  }

  result(context: EvalContext): Value {
    if (this.#rows.length === 0) return null;
    if (this.#order !== undefined) this.#rows.sort(this.#order);
    const limit = context.session.groupConcatMaxLength;
    let out = '';
    for (let i = 0; i < this.#rows.length; i++) {
      if (i > 0) out += this.#separator;
      for (let j = 0; j < this.#texts.length; j++) out += this.#texts[j]!(this.#rows[i]![j] as Exclude<Value, null>);
      if (out.length > limit || (out.length * 4 > limit && !this.#binary && utf8Length(out) > limit)) {
        context.warn(1260, `Row ${i + 1} was cut by GROUP_CONCAT()`);
        out = cut(out, limit, this.#binary);
        break;
      }
    }
    return this.#binary ? binaryBytes(out) : out;
  }
}

function cut(text: string, bytes: number, binary: boolean): string {
  let kept = takeChars(text, bytes);
  if (binary) return kept;
  while (utf8Length(kept) > bytes) kept = kept.slice(0, -1);
  return kept;
}

const groupConcat = aggregate({
  name: 'group_concat',
  maxArgs: Number.POSITIVE_INFINITY,
  bytes: 256,
  infer: (args, context, options) => {
    const values = args.slice(0, args.length - (options.orderBy?.length ?? 0));
    const collation = resultCollation(values, 'group_concat', context);
    const bytes = context.groupConcatMaxLength;
    if (collation === 'binary') return blobType(bytes > 65535 ? 'long' : 'normal');
    return { ...textType('long', { collation }), length: bytes * 64 };
  },
  make: (argTypes, type, options) => {
    const values = argTypes.slice(0, argTypes.length - (options.orderBy?.length ?? 0));
    const binary = type.kind === 'binary';
    const texts = values.map(
      (one): TextOf => (binary && one.kind === 'binary' ? (value) => binaryText(value as Uint8Array) : stringOf(one)),
    );
    const order = keyOrder(argTypes, options);
    return () => new GroupConcat(texts, order, options.separator ?? ',', binary);
  },
});

class JsonArrayAgg implements Accumulator {
  readonly #items: JsonValue[] = [];
  readonly #convert: Convert<JsonValue>;

  constructor(convert: Convert<JsonValue>) {
    this.#convert = convert;
  }
  add(args: readonly Value[], context: EvalContext): void {
    const value = args[0]!;
    this.#items.push(value === null ? JsonValue.NULL : this.#convert(value, context));
  }
  result(): Value {
    return this.#items.length === 0 ? null : JsonValue.array(this.#items.slice());
  }
}

const jsonArrayAgg = aggregate({
  name: 'json_arrayagg',
  bytes: 256,
  infer: () => jsonType(),
  make: ([argType]) => {
    const convert = toJsonOf(argType!);
    return () => new JsonArrayAgg(convert);
  },
});

class JsonObjectAgg implements Accumulator {
  readonly #members = new Map<string, JsonValue>();
  readonly #keyText: TextOf;
  readonly #convert: Convert<JsonValue>;

  constructor(keyText: TextOf, convert: Convert<JsonValue>) {
    this.#keyText = keyText;
    this.#convert = convert;
  }
  add(args: readonly Value[], context: EvalContext): void {
    const [key, value] = args as [Value, Value];
    if (key === null) throw sqlError('ER_JSON_DOCUMENT_NULL_KEY');
    this.#members.set(this.#keyText(key), value === null ? JsonValue.NULL : this.#convert(value, context));
  }
  result(): Value {
    return this.#members.size === 0 ? null : JsonValue.object(this.#members);
  }
}

const jsonObjectAgg = aggregate({
  name: 'json_objectagg',
  minArgs: 2,
  maxArgs: 2,
  bytes: 256,
  infer: () => jsonType(),
  make: ([keyType, valueType]) => {
    const keyText = keyTextOf(keyType!);
    const convert = toJsonOf(valueType!);
    return () => new JsonObjectAgg(keyText, convert);
  },
});

export const AGGREGATE_VALUE: readonly AggregateDef[] = [
  extreme('min'),
  extreme('max'),
  anyValue,
  { ...anyValue, name: 'first_row' },
  groupConcat,
  jsonArrayAgg,
  jsonObjectAgg,
];
