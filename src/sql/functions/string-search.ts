/** Positions, lengths, codes and encodings of texts: LOCATE, LENGTH, ASCII, HEX, CHAR, FIND_IN_SET, TO_BASE64 … */
import type { EvalContext, FunctionArgument, FunctionDef } from '../expr/index.ts';
import {
  asSigned64,
  asUnsigned64,
  bytesOf,
  charLength,
  Coercibility,
  charsetOf,
  type Collation,
  defaultCollationOf,
  getCharset,
  getCollation,
  intType,
  isTextual,
  stringOf,
  toBase64,
  withCollation,
  type FieldType,
  charsetUnits,
} from '../types/index.ts';
import { anyNullable, bytesArg, define, intArg, map1, map2, map3, reader, sizeArg, textArg } from './define.ts';
import {
  charsOf,
  coercibilityOf,
  commonCollation,
  resultCollation,
  isBinaryResult,
  stringArg,
  stringEvaluator,
  binaryBytes,
  textResult,
} from './string-type.ts';
import { countChars, unitIndex } from './text-units.ts';

function sizeType(args: readonly FunctionArgument[], width = 11): FieldType {
  return intType('big', { nullable: anyNullable(args), width });
}

const length = define(
  'length',
  1,
  (args) => sizeType(args),
  ([a]) => {
    if (a!.type.kind === 'string') {
      const { byteLength } = getCharset(charsetOf(a!.type.collation));
      return map1(textArg(a!), byteLength);
    }
    const toBytes = bytesOf(a!.type);
    return reader(a!.evaluate, (value) => toBytes(value).length);
  },
);

const charLengthFunction = define(
  'char_length',
  1,
  (args) => sizeType(args),
  ([a]) => {
    if (a!.type.kind === 'binary') return map1(bytesArg(a!), (x) => x.length);
    return map1(textArg(a!), charLength);
  },
);

const bitLength = define(
  'bit_length',
  1,
  (args) => sizeType(args),
  ([a]) => {
    const toBytes = bytesOf(a!.type);
    return reader(a!.evaluate, (value) => toBytes(value).length * 8);
  },
);

/** Character position (0-based) of `what` in `text` from character `from`; -1 when it is not there. */
function find(text: string, what: string, from: number, collation: Collation): number {
  if (collation.isBinary) {
    const at = text.indexOf(what, unitIndex(text, from));
    return at < 0 ? -1 : countChars(text.slice(0, at));
  }
  const source = Array.from(text);
  const wanted = Array.from(what);
  const codes = source.map((char) => char.codePointAt(0)!);
  const target = wanted.map((char) => char.codePointAt(0)!);
  for (let at = from; at + target.length <= codes.length; at++) {
    let i = 0;
    while (i < target.length && (codes[at + i] === target[i] || collation.equalChars(codes[at + i]!, target[i]!))) i++;
    if (i === target.length) return at;
  }
  return -1;
}

/** The collation is kept in the integer result's type, see comparison.ts. */
function searching(
  name: string,
  arity: number | readonly [number, number],
  textIndex: number,
  whatIndex: number,
): FunctionDef {
  return define(
    name,
    arity,
    (args, _options, context) => withCollation(sizeType(args), resultCollation(args.slice(0, 2), name, context)),
    (args, type) => {
      const binary = isBinaryResult(args[0]!.type) || isBinaryResult(args[1]!.type);
      const collation = getCollation(binary ? 'binary' : type.collation);
      const text = stringArg(args[textIndex]!, binary);
      const what = stringArg(args[whatIndex]!, binary);
      const start = args[2] === undefined ? undefined : sizeArg(args[2]);
      if (start === undefined) return map2(text, what, (x, y) => find(x, y, 0, collation) + 1);
      return map3(text, what, start, (x, y, from) => {
        if (from < 1 || from > countChars(x) + 1) return 0;
        return find(x, y, from - 1, collation) + 1;
      });
    },
  );
}

const findInSet = define(
  'find_in_set',
  2,
  (args, _options, context) => withCollation(sizeType(args), commonCollation(args, 'find_in_set', context)),
  ([a, b], type) => {
    const collation = getCollation(type.collation === 'binary' ? 'utf8mb4_bin' : type.collation);
    return map2(textArg(a!), textArg(b!), (what, list) => {
      if (what.includes(',') || list === '') return 0;
      return list.split(',').findIndex((item) => collation.compare(item, what) === 0) + 1;
    });
  },
);

const ascii = define(
  'ascii',
  1,
  (args) => sizeType(args, 4),
  ([a]) => {
    const toBytes = bytesOf(a!.type);
    return reader(a!.evaluate, (value) => toBytes(value)[0] ?? 0);
  },
);

const ord = define(
  'ord',
  1,
  (args) => sizeType(args, 21),
  ([a]) => {
    const toBytes = bytesOf(a!.type);
    const multiByte = a!.type.kind === 'string';
    return reader(a!.evaluate, (value) => {
      if (!multiByte) return toBytes(value)[0] ?? 0;
      const char = Array.from(value as string)[0];
      if (char === undefined) return 0;
      let code = 0;
      for (const byte of toBytes(char)) code = code * 256 + byte;
      return code;
    });
  },
);

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).toUpperCase().padStart(2, '0'));
export function hexText(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += HEX[byte]!;
  return out;
}

const hex = define(
  'hex',
  1,
  ([arg], _options, context) =>
    textResult(
      isTextual(arg!.type) ? charsOf(arg!) * 2 * (arg!.type.kind === 'binary' ? 1 : 4) : 16,
      context.collationConnection,
    ),
  ([a]) => {
    if (
      isTextual(a!.type) ||
      a!.type.kind === 'json' ||
      a!.type.kind === 'date' ||
      a!.type.kind === 'datetime' ||
      a!.type.kind === 'timestamp' ||
      a!.type.kind === 'time'
    ) {
      const toBytes = bytesOf(a!.type);
      return reader(a!.evaluate, (value) => hexText(toBytes(value)));
    }
    return map1(intArg(a!), (x) =>
      BigInt(asUnsigned64(asSigned64(x)))
        .toString(16)
        .toUpperCase(),
    );
  },
);

export function unhexBytes(text: string): Uint8Array | null {
  const even = text.length % 2 === 0 ? text : `0${text}`;
  if (!/^[0-9a-fA-F]*$/.test(even)) return null;
  return Uint8Array.from({ length: even.length / 2 }, (_, i) => parseInt(even.slice(i * 2, i * 2 + 2), 16));
}

/** ER_WRONG_VALUE_FOR_TYPE, as a warning and NULL. */
export function incorrect(text: string, name: string, context: EvalContext): null {
  context.warn(1411, `Incorrect string value: '${`'${text}'`.slice(0, 128)}' for function ${name}`);
  return null;
}

const unhex = define(
  'unhex',
  1,
  ([arg]) => textResult(Math.ceil(charsOf(arg!) / 2), 'binary'),
  ([a]) => map1(textArg(a!), (text, context) => unhexBytes(text) ?? incorrect(text, 'unhex', context)),
);

const toBase64Function = define(
  'to_base64',
  1,
  ([arg], _options, context) => textResult(Math.ceil(charsOf(arg!) / 3) * 4 * 4, context.collationConnection),
  ([a]) => {
    const toBytes = bytesOf(a!.type);
    return reader(a!.evaluate, (value) => toBase64(toBytes(value)).replace(/.{76}(?=.)/g, '$&\n'));
  },
);

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
export function fromBase64(text: string): Uint8Array | null {
  const clean = text.replace(/[ \t\r\n]/g, '');
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return null;
  const out: number[] = [];
  for (let i = 0; i < clean.length; i += 4) {
    const group = clean.slice(i, i + 4);
    const bits = Array.from(group).reduce((value, char) => value * 64 + Math.max(0, BASE64.indexOf(char)), 0);
    out.push((bits >> 16) & 255);
    if (group[2] !== '=') out.push((bits >> 8) & 255);
    if (group[3] !== '=') out.push(bits & 255);
  }
  return Uint8Array.from(out);
}

const fromBase64Function = define(
  'from_base64',
  1,
  ([arg]) => textResult(Math.ceil((charsOf(arg!) * 3) / 4), 'binary'),
  ([a]) => map1(textArg(a!), fromBase64),
);

/** options.word: the charset; without it the result is binary. NULL arguments are left out. */
const char = define(
  'char',
  [1, Number.POSITIVE_INFINITY],
  (args, options) =>
    textResult(
      args.length * 4,
      options.word === undefined || options.word === 'binary' ? 'binary' : defaultCollationOf(options.word),
    ),
  (args, _type, options) => {
    const reads = args.map(intArg);
    const charset = options.word === undefined || options.word === 'binary' ? undefined : getCharset(options.word);
    return (row, context) => {
      const bytes: number[] = [];
      for (const read of reads) {
        const value = read(row, context);
        if (value === null) continue;
        const code = Number(BigInt.asUintN(32, BigInt(value)));
        if (code > 0xffffff) bytes.push(code >>> 24);
        if (code > 0xffff) bytes.push((code >>> 16) & 255);
        if (code > 0xff) bytes.push((code >>> 8) & 255);
        bytes.push(code & 255);
      }
      const all = Uint8Array.from(bytes);
      if (charset === undefined) return all;
      const text = charset.decodeStrict(all);
      if (text === undefined)
        context.warn(1300, `Invalid ${charset.name} character string: '${hexText(all.slice(0, 6))}'`);
      return text ?? null;
    };
  },
);

const makeSet = define(
  'make_set',
  [2, Number.POSITIVE_INFINITY],
  ([, ...args], _options, context) =>
    textResult(
      args.reduce((sum, arg) => sum + charsOf(arg) + 1, 0),
      resultCollation(args, 'make_set', context),
    ),
  ([bits, ...args], type) => {
    const mask = intArg(bits!);
    const texts = args.map((arg) => stringArg(arg, isBinaryResult(type)));
    return (row, context) => {
      const value = mask(row, context);
      if (value === null) return null;
      const chosen = BigInt.asUintN(64, BigInt(value));
      const parts: string[] = [];
      texts.forEach((text, i) => {
        const part = (chosen >> BigInt(i)) & 1n ? text(row, context) : null;
        if (part !== null) parts.push(part);
      });
      const joined = parts.join(',');
      return isBinaryResult(type) ? binaryBytes(joined) : joined;
    };
  },
);

const exportSet = define(
  'export_set',
  [3, 5],
  (args, _options, context) =>
    textResult(
      64 * Math.max(charsOf(args[1]!), charsOf(args[2]!)) + 63 * (args[3] === undefined ? 1 : charsOf(args[3])),
      resultCollation(args.slice(1, 4), 'export_set', context),
    ),
  ([bits, on, off, separator, count], type) => {
    const mask = intArg(bits!);
    const binary = isBinaryResult(type);
    const [onText, offText] = [stringArg(on!, binary), stringArg(off!, binary)];
    const between = separator === undefined ? undefined : stringArg(separator, binary);
    const size = count === undefined ? undefined : sizeArg(count);
    return stringEvaluator((row, context) => {
      const value = mask(row, context);
      const yes = onText(row, context);
      const no = offText(row, context);
      const mark = between === undefined ? ',' : between(row, context);
      const n = size === undefined ? 64 : size(row, context);
      if (value === null || yes === null || no === null || mark === null || n === null) return null;
      const chosen = BigInt.asUintN(64, BigInt(value));
      return Array.from({ length: n < 0 || n > 64 ? 64 : n }, (_, i) => ((chosen >> BigInt(i)) & 1n ? yes : no)).join(
        mark,
      );
    }, binary);
  },
);

function describe(name: string, of: (type: FieldType) => string): FunctionDef {
  return define(
    name,
    1,
    () => textResult(64, 'utf8mb3_general_ci', false),
    ([a]) => {
      const text = of(a!.type);
      return () => text;
    },
  );
}

const charsetFunction = describe('charset', (type) =>
  isTextual(type) ? charsetOf(type.collation) : type.kind === 'json' ? 'utf8mb4' : 'binary');
const collationFunction = describe('collation', (type) =>
  type.kind === 'string' || type.kind === 'enum' || type.kind === 'set'
    ? type.collation
    : type.kind === 'json'
      ? 'utf8mb4_bin'
      : 'binary');

const coercibilities = new WeakMap<FieldType, number>();

/** Known when the call is bound; kept with the result's type. */
const coercibility = define(
  'coercibility',
  1,
  ([arg]) => {
    const type = intType('big', { nullable: false, width: 10 });
    const known = coercibilityOf(arg!.expr);
    // as MySQL up to 8.4 numbers it
    coercibilities.set(type, known === Coercibility.NONE ? 1 : known);
    return type;
  },
  (_args, type) => {
    const value = coercibilities.get(type) ?? 0;
    return () => value;
  },
);

/** options.word: 'char' or 'binary' with options.extra.length: the text is cut or padded to that length first. */
const weightString = define(
  'weight_string',
  1,
  ([arg]) => textResult(charsOf(arg!) * 8, 'binary'),
  ([a], _type, options): ReturnType<typeof reader<Uint8Array>> => {
    const size = (options.extra as { length?: number } | undefined)?.length;
    const toText = stringOf(a!.type);
    if (a!.type.kind !== 'string' || options.word === 'binary') {
      if (!isTextual(a!.type)) return () => null;
      const toBytes = bytesOf(a!.type);
      return reader(a!.evaluate, (value) => fitBytes(toBytes(value), size));
    }
    const collation = getCollation(a!.type.collation);
    return reader(a!.evaluate, (value) => {
      let text = toText(value);
      if (size !== undefined) text = Array.from(text).slice(0, size).join('').padEnd(size, ' ');
      if (collation.isBinary) return charsetUnits.encodeUtf8(text);
      if (!collation.padSpace) return collation.sortKey(text);
      // The last weight stands for the spaces that a PAD SPACE collation does not count; here each that is there counts.
      const weights = collation.weights(text);
      const spaces = text.length - text.trimEnd().length;
      return bigEndian([...weights.slice(0, -1), ...Array<number>(spaces).fill(weights.at(-1)!)]);
    });
  },
);

function bigEndian(weights: readonly number[]): Uint8Array {
  const out = new Uint8Array(weights.length * 2);
  weights.forEach((weight, i) => out.set([weight >> 8, weight & 255], i * 2));
  return out;
}

function fitBytes(bytes: Uint8Array, size: number | undefined): Uint8Array {
  if (size === undefined) return bytes;
  const out = new Uint8Array(size);
  out.set(bytes.subarray(0, size));
  return out;
}

export const STRING_SEARCH: readonly FunctionDef[] = [
  length,
  { ...length, name: 'octet_length' },
  charLengthFunction,
  { ...charLengthFunction, name: 'character_length' },
  bitLength,
  searching('locate', [2, 3], 1, 0),
  searching('position', 2, 1, 0),
  searching('instr', 2, 0, 1),
  findInSet,
  ascii,
  ord,
  hex,
  unhex,
  toBase64Function,
  fromBase64Function,
  char,
  makeSet,
  exportSet,
  charsetFunction,
  collationFunction,
  coercibility,
  weightString,
];
