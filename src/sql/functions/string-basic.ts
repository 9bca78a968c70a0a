/** CONCAT, SUBSTR, TRIM, PAD, REPLACE and the like: texts made of texts. All work alike on binary strings. */
import type { CompiledArgument, EvalContext, FunctionArgument, FunctionDef, InferContext, Row } from '../expr/index.ts';
import { utf8Length } from '../types/index.ts';
import { define, type Infer, type Read, sizeArg } from './define.ts';
import {
  charsOf,
  commonCollation,
  firstCollation,
  LIKE_FIRST,
  resultCollation,
  isBinaryResult,
  stringArg,
  stringEvaluator,
  textResult,
} from './string-type.ts';
import { countChars, isPlain, reverseChars, sliceChars, unitIndex } from './text-units.ts';

/** Result with the collation of the text arguments and a length made of theirs. */
function inferText(
  name: string,
  texts: (args: readonly FunctionArgument[]) => readonly FunctionArgument[],
  length: (args: readonly FunctionArgument[]) => number,
): Infer {
  return (args, _options, context: InferContext) =>
    textResult(length(args), (LIKE_FIRST.has(name) ? firstCollation : resultCollation)(texts(args), name, context));
}

const all = (args: readonly FunctionArgument[]): readonly FunctionArgument[] => args;
const first = (args: readonly FunctionArgument[]): readonly FunctionArgument[] => args.slice(0, 1);
const firstLength = (args: readonly FunctionArgument[]): number => charsOf(args[0]!);
const LONG = 4294967295;

/** MySQL answers NULL and warns (1301) rather than making a value longer than a packet. */
function checkLength(text: string, name: string, context: EvalContext): string | null {
  if (text.length * 4 > context.session.maxAllowedPacket && utf8Length(text) > context.session.maxAllowedPacket) {
    return tooLong(name, context);
  }
  return text;
}

function tooLong(name: string, context: EvalContext): null {
  context.warn(
    1301,
    `Result of ${name}() was larger than max_allowed_packet (${context.session.maxAllowedPacket}) - truncated`,
  );
  return null;
}

type TextBuild = (
  texts: readonly Read<string>[],
  args: readonly CompiledArgument[],
) => (row: Row, context: EvalContext) => string | null;

/** A function whose arguments are all texts. */
function textFunction(
  name: string,
  arity: number | readonly [number, number],
  infer: Infer,
  build: TextBuild,
): FunctionDef {
  return define(name, arity, infer, (args, type) => {
    const binary = isBinaryResult(type);
    return stringEvaluator(
      build(
        args.map((arg) => stringArg(arg, binary)),
        args,
      ),
      binary,
    );
  });
}

const concat = textFunction(
  'concat',
  [1, Number.POSITIVE_INFINITY],
  inferText('concat', all, (args) => args.reduce((sum, arg) => sum + charsOf(arg), 0)),
  (texts) => (row, context) => {
    let out = '';
    for (const text of texts) {
      const part = text(row, context);
      if (part === null) return null;
      out += part;
    }
    return checkLength(out, 'concat', context);
  },
);

const concatWs = textFunction(
  'concat_ws',
  [2, Number.POSITIVE_INFINITY],
  inferText('concat_ws', all, (args) =>
    args.slice(1).reduce((sum, arg) => sum + charsOf(arg), charsOf(args[0]!) * (args.length - 2)),
  ),
  ([separator, ...texts]) =>
    (row, context) => {
      const between = separator!(row, context);
      if (between === null) return null;
      const parts: string[] = [];
      for (const text of texts) {
        const part = text(row, context);
        if (part !== null) parts.push(part);
      }
      return checkLength(parts.join(between), 'concat_ws', context);
    },
);

const left = textFunction('left', 2, inferText('left', first, constantLength(1)), ([text], args) => {
  const size = sizeArg(args[1]!);
  return (row, context) => {
    const source = text!(row, context);
    if (source === null) return null;
    const count = size(row, context);
    return count === null ? null : count <= 0 ? '' : sliceChars(source, 0, count);
  };
});

const right = textFunction('right', 2, inferText('right', first, constantLength(1)), ([text], args) => {
  const size = sizeArg(args[1]!);
  return (row, context) => {
    const source = text!(row, context);
    if (source === null) return null;
    const count = size(row, context);
    if (count === null) return null;
    if (count <= 0) return '';
    const length = countChars(source);
    return count >= length ? source : source.slice(unitIndex(source, length - count));
  };
});

/** The length named by a constant argument, at most the text's own. */
function constantLength(index: number): (args: readonly FunctionArgument[]) => number {
  return (args) => {
    const value = args[index]?.constant?.value;
    const own = charsOf(args[0]!);
    return typeof value === 'number' ? Math.max(0, Math.min(own, value)) : own;
  };
}

function substrLength(args: readonly FunctionArgument[]): number {
  const own = charsOf(args[0]!);
  const start = args[1]?.constant?.value;
  const count = args[2]?.constant?.value;
  let length = own;
  if (typeof start === 'number')
    length = start < 0 ? Math.min(own, -start) : start === 0 ? 0 : Math.max(0, own - start + 1);
  if (typeof count === 'number') length = Math.max(0, Math.min(length, count));
  return length;
}

const substr = textFunction('substr', [2, 3], inferText('substr', first, substrLength), ([text], args) => {
  const start = sizeArg(args[1]!);
  const size = args[2] === undefined ? undefined : sizeArg(args[2]);
  return (row, context) => {
    const source = text!(row, context);
    if (source === null) return null;
    const from = start(row, context);
    if (from === null) return null;
    const count = size === undefined ? LONG : size(row, context);
    if (count === null) return null;
    if (count <= 0 || from === 0) return '';
    if (isPlain(source)) {
      const at = from > 0 ? from - 1 : source.length + from;
      return at < 0 || at >= source.length ? '' : source.slice(at, at + count);
    }
    const at = from > 0 ? from - 1 : countChars(source) + from;
    return at < 0 ? '' : sliceChars(source, at, count);
  };
});

const substringIndex = textFunction(
  'substring_index',
  3,
  inferText('substring_index', (args) => args.slice(0, 2), firstLength),
  ([text, delimiter], args) => {
    const size = sizeArg(args[2]!);
    return (row, context) => {
      const source = text!(row, context);
      const mark = delimiter!(row, context);
      const count = size(row, context);
      if (source === null || mark === null || count === null) return null;
      if (count === 0 || mark === '' || source === '') return '';
      if (count > 0) {
        let at = -1;
        for (let i = 0; i < count; i++) {
          at = source.indexOf(mark, at < 0 ? 0 : at + mark.length);
          if (at < 0) return source;
        }
        return source.slice(0, at);
      }
      let end = source.length;
      for (let i = 0; i > count; i--) {
        const at = end === 0 ? -1 : source.lastIndexOf(mark, end - mark.length);
        if (at < 0 || end - mark.length < 0) return source;
        end = at;
      }
      return source.slice(end + mark.length);
    };
  },
);

/** The result has the collation of what is padded, whatever the filler's is, unless that is a binary string. */
function paddedArgs(args: readonly FunctionArgument[]): readonly FunctionArgument[] {
  const isBinary = args[2]?.type.kind === 'binary';
  return isBinary ? args.filter((_, i) => i !== 1) : args.slice(0, 1);
}

function pad(name: 'lpad' | 'rpad'): FunctionDef {
  const length = (args: readonly FunctionArgument[]): number => {
    const value = args[1]?.constant?.value;
    return typeof value === 'number' ? Math.max(0, value) : LONG;
  };
  return textFunction(name, [2, 3], inferText(name, paddedArgs, length), ([text, , filler], args) => {
    const size = sizeArg(args[1]!);
    return (row, context) => {
      const source = text!(row, context);
      const count = size(row, context);
      const fill = filler === undefined ? ' ' : filler(row, context);
      if (source === null || count === null || fill === null || count < 0) return null;
      const own = countChars(source);
      if (own >= count) return sliceChars(source, 0, count);
      if (fill === '') return source;
      if (count > context.session.maxAllowedPacket) return tooLong(name, context);
      const missing = count - own;
      const padding = sliceChars(fill.repeat(Math.ceil(missing / countChars(fill))), 0, missing);
      return name === 'lpad' ? padding + source : source + padding;
    };
  });
}

const repeat = textFunction(
  'repeat',
  2,
  inferText('repeat', first, (args) => {
    const value = args[1]?.constant?.value;
    return typeof value === 'number' ? charsOf(args[0]!) * Math.max(0, value) : LONG;
  }),
  ([text], args) => {
    const size = sizeArg(args[1]!);
    return (row, context) => {
      const source = text!(row, context);
      const count = size(row, context);
      if (source === null || count === null) return null;
      if (count <= 0 || source === '') return '';
      if (utf8Length(source) * count > context.session.maxAllowedPacket) return tooLong('repeat', context);
      return source.repeat(count);
    };
  },
);

const space = define(
  'space',
  1,
  (args, _options, context) => {
    const value = args[0]!.constant?.value;
    return textResult(typeof value === 'number' ? Math.max(0, value) : LONG, context.collationConnection);
  },
  ([a]) => {
    const size = sizeArg(a!);
    return (row, context) => {
      const count = size(row, context);
      if (count === null) return null;
      if (count > context.session.maxAllowedPacket) return tooLong('repeat', context);
      return count <= 0 ? '' : ' '.repeat(count);
    };
  },
);

const replace = textFunction(
  'replace',
  3,
  inferText('replace', all, (args) => Math.min(LONG, charsOf(args[0]!) * Math.max(1, charsOf(args[2]!)))),
  ([text, from, to]) =>
    (row, context) => {
      const source = text!(row, context);
      const what = from!(row, context);
      const by = to!(row, context);
      if (source === null || what === null || by === null) return null;
      return what === '' ? source : checkLength(source.split(what).join(by), 'replace', context);
    },
);

const insert = textFunction(
  'insert',
  4,
  inferText(
    'insert',
    (args) => [args[0]!, args[3]!],
    (args) => charsOf(args[0]!) + charsOf(args[3]!),
  ),
  ([text, , , piece], args) => {
    const start = sizeArg(args[1]!);
    const size = sizeArg(args[2]!);
    return (row, context) => {
      const source = text!(row, context);
      const from = start(row, context);
      const count = size(row, context);
      const by = piece!(row, context);
      if (source === null || from === null || count === null || by === null) return null;
      const length = countChars(source);
      if (from < 1 || from > length) return source;
      const removed = count < 0 ? length : count;
      return sliceChars(source, 0, from - 1) + by + source.slice(unitIndex(source, from - 1 + removed));
    };
  },
);

const reverse = textFunction('reverse', 1, inferText('reverse', first, firstLength), ([text]) => (row, context) => {
  const source = text!(row, context);
  return source === null ? null : reverseChars(source);
});

function caseFolding(name: string, fold: (text: string) => string): FunctionDef {
  return define(name, 1, inferText(name, first, firstLength), ([a], type) => {
    // Letters of a binary string have no case.
    if (isBinaryResult(type)) return a!.evaluate;
    const text = stringArg(a!, false);
    return (row, context) => {
      const source = text(row, context);
      return source === null ? null : fold(source);
    };
  });
}

/** MySQL maps one character to one: ß stays ß. */
function upperChars(text: string): string {
  const upper = text.toUpperCase();
  return upper.length === text.length
    ? upper
    : Array.from(text, (char) => (char.toUpperCase().length === char.length ? char.toUpperCase() : char)).join('');
}
function lowerChars(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length
    ? lower
    : Array.from(text, (char) =>
        char.toLowerCase().length === char.length ? char.toLowerCase() : char === 'İ' ? 'i' : char,
      ).join('');
}

function trimStart(text: string, what: string): string {
  let at = 0;
  while (text.startsWith(what, at)) at += what.length;
  return at === 0 ? text : text.slice(at);
}
function trimEnd(text: string, what: string): string {
  let end = text.length;
  while (end >= what.length && text.startsWith(what, end - what.length)) end -= what.length;
  return end === text.length ? text : text.slice(0, end);
}

function trimming(name: string, side: 'both' | 'leading' | 'trailing' | undefined): FunctionDef {
  const maxArgs = name === 'trim' ? 2 : 1;
  return define(name, [1, maxArgs], inferText('trim', all, firstLength), (args, type, options) => {
    const binary = isBinaryResult(type);
    const [text, remove] = args.map((arg) => stringArg(arg, binary));
    const where = side ?? options.word ?? 'both';
    return stringEvaluator((row, context) => {
      const source = text!(row, context);
      if (source === null) return null;
      const what = remove === undefined ? ' ' : remove(row, context);
      if (what === null) return null;
      if (what === '') return source;
      const started = where === 'trailing' ? source : trimStart(source, what);
      return where === 'leading' ? started : trimEnd(started, what);
    }, binary);
  });
}

const quote = textFunction(
  'quote',
  1,
  (args, _options, context) =>
    textResult(
      charsOf(args[0]!) * 2 + 2,
      commonCollation(args, 'quote', context) === 'binary'
        ? context.collationConnection
        : commonCollation(args, 'quote', context),
    ),
  ([text]) =>
    (row, context) => {
      const source = text!(row, context);
      if (source === null) return 'NULL';
      return `'${source.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0').replaceAll('\x1a', '\\Z')}'`;
    },
);

const SOUNDEX_CODES = '01230120022455012623010202';

function soundexOf(text: string): string {
  let out = '';
  let last = '';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const isAscii = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    // Characters beyond U+00C0 count as letters without a sound.
    if (!isAscii && code < 0xc0) continue;
    const sound = isAscii ? SOUNDEX_CODES[(code & 31) - 1]! : '0';
    if (out === '') {
      out = isAscii ? char.toUpperCase() : char;
      last = sound;
    } else if (sound !== '0' && sound !== last) {
      out += sound;
      last = sound;
    } else if (sound !== '0' || !'HWhw'.includes(char)) last = sound === '0' ? last : sound;
  }
  return out === '' ? '' : out.padEnd(3 + Array.from(out)[0]!.length, '0');
}

const soundex = textFunction(
  'soundex',
  1,
  inferText('soundex', first, (args) => Math.max(4, charsOf(args[0]!))),
  ([text]) =>
    (row, context) => {
      const source = text!(row, context);
      return source === null ? null : soundexOf(source);
    },
);

export const STRING_BASIC: readonly FunctionDef[] = [
  concat,
  concatWs,
  left,
  right,
  substr,
  { ...substr, name: 'substring' },
  { ...substr, name: 'mid', minArgs: 3 },
  substringIndex,
  pad('lpad'),
  pad('rpad'),
  repeat,
  space,
  replace,
  insert,
  reverse,
  caseFolding('upper', upperChars),
  caseFolding('ucase', upperChars),
  caseFolding('lower', lowerChars),
  caseFolding('lcase', lowerChars),
  trimming('trim', undefined),
  trimming('ltrim', 'leading'),
  trimming('rtrim', 'trailing'),
  quote,
  soundex,
];
