/** REGEXP_LIKE (also REGEXP and RLIKE), REGEXP_INSTR, REGEXP_SUBSTR, REGEXP_REPLACE. */
import { sqlError } from '../../base/index.ts';
import type { CompiledArgument, EvalContext, FunctionArgument, FunctionDef, InferContext, Row } from '../expr/index.ts';
import { boolType, type FieldType, getCollation, intType, withCollation } from '../types/index.ts';
import { anyNullable, define, type Read, sizeArg, textArg } from './define.ts';
import { Regexp } from './regexp-match.ts';
import { charsOf, collationSource, commonCollation, textResult } from './string-type.ts';

/** Text and pattern must both be character strings (3995); the pattern's case rule is their common collation's. */
function regexpCollation(args: readonly FunctionArgument[], name: string, context: InferContext): string {
  const [text, pattern] = [collationSource(args[0]!, context), collationSource(args[1]!, context)];
  const binary = (source: { collation: string }): boolean => source.collation === 'binary';
  if (binary(text) !== binary(pattern)) {
    const [a, b] = binary(text) ? ['binary', pattern.collation] : [text.collation, 'binary'];
    throw sqlError('ER_CHARACTER_SET_MISMATCH', a!, b!, name);
  }
  return commonCollation(args.slice(0, 2), name, context);
}

function caseInsensitive(collation: string): boolean {
  const { isBinary, name } = getCollation(collation);
  return !isBinary && !/_cs$/.test(name);
}

/** Compiles per (pattern, flags); a constant pattern is compiled once. */
function patternArg(
  pattern: CompiledArgument,
  flags: CompiledArgument | undefined,
  collation: string,
  name: string,
): Read<Regexp> {
  const text = textArg(pattern);
  const flagText = flags === undefined ? undefined : textArg(flags);
  let lastText: string | undefined;
  let lastFlags: string | undefined;
  let last: Regexp | undefined;
  return (row, context) => {
    const source = text(row, context);
    if (source === null) return null;
    const given = flagText === undefined ? '' : flagText(row, context);
    if (given === null) return null;
    if (last === undefined || source !== lastText || given !== lastFlags) {
      if (source === '') throw sqlError('ER_REGEXP_ILLEGAL_ARGUMENT');
      last = new Regexp(source, parseFlags(given, caseInsensitive(collation), name));
      lastText = source;
      lastFlags = given;
    }
    return last;
  };
}

function parseFlags(text: string, byCollation: boolean, name: string): ConstructorParameters<typeof Regexp>[1] {
  const flags = { caseInsensitive: byCollation, multiLine: false, dotAll: false, unixLines: false };
  for (const char of text) {
    if (char === 'c') flags.caseInsensitive = false;
    else if (char === 'i') flags.caseInsensitive = true;
    else if (char === 'm') flags.multiLine = true;
    else if (char === 'n') flags.dotAll = true;
    else if (char === 'u') flags.unixLines = true;
    else throw sqlError('ER_WRONG_ARGUMENTS', name);
  }
  return flags;
}

function codesOf(text: string): number[] {
  return Array.from(text, (char) => char.codePointAt(0)!);
}

const regexpLike = define(
  'regexp_like',
  [2, 3],
  (args, _options, context) =>
    withCollation(boolType(anyNullable(args)), regexpCollation(args, 'regexp_like', context)),
  ([a, pattern, flags], type) => {
    const text = textArg(a!);
    const regexp = patternArg(pattern!, flags, type.collation, 'regexp_like');
    return (row, context) => {
      const source = text(row, context);
      const compiled = regexp(row, context);
      return source === null || compiled === null ? null : compiled.find(codesOf(source), 0) === undefined ? 0 : 1;
    };
  },
);

/** Optional integer arguments with defaults; null when one is NULL. */
function numbers(
  args: readonly (CompiledArgument | undefined)[],
  defaults: readonly number[],
): (row: Row, context: EvalContext) => number[] | null {
  const reads = args.map((arg) => (arg === undefined ? undefined : sizeArg(arg)));
  return (row, context) => {
    const out: number[] = [];
    for (const [i, read] of reads.entries()) {
      const value = read === undefined ? defaults[i]! : read(row, context);
      if (value === null) return null;
      out.push(value);
    }
    return out;
  };
}

function checkPosition(position: number, length: number): void {
  if (position < 1 || position > length + 1) throw sqlError('ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR');
}

function nthMatch(
  regexp: Regexp,
  codes: readonly number[],
  position: number,
  occurrence: number,
): ReturnType<Regexp['find']> {
  let at = position - 1;
  for (let left = Math.max(1, occurrence); ; left--) {
    const match = regexp.find(codes, at);
    if (match === undefined || left === 1) return match;
    at = match.end > match.start ? match.end : match.end + 1;
  }
}

const regexpInstr = define(
  'regexp_instr',
  [2, 6],
  (args, _options, context) =>
    withCollation(
      intType('big', { nullable: anyNullable(args), width: 21 }),
      regexpCollation(args, 'regexp_instr', context),
    ),
  ([a, pattern, position, occurrence, returnOption, flags], type) => {
    const text = textArg(a!);
    const regexp = patternArg(pattern!, flags, type.collation, 'regexp_instr');
    const options = numbers([position, occurrence, returnOption], [1, 1, 0]);
    return (row, context) => {
      const source = text(row, context);
      const compiled = regexp(row, context);
      const given = options(row, context);
      if (source === null || compiled === null || given === null) return null;
      const [at, nth, after] = given as [number, number, number];
      if (after !== 0 && after !== 1)
        throw sqlError('ER_WRONG_ARGUMENTS', 'regexp_instr: return_option must be 1 or 0.');
      const codes = codesOf(source);
      checkPosition(at, codes.length);
      const match = nthMatch(compiled, codes, at, nth);
      return match === undefined ? 0 : (after === 1 ? match.end : match.start) + 1;
    };
  },
);

function textType(args: readonly FunctionArgument[], name: string, chars: number, context: InferContext): FieldType {
  return textResult(chars, regexpCollation(args, name, context));
}

const regexpSubstr = define(
  'regexp_substr',
  [2, 5],
  (args, _options, context) => textType(args, 'regexp_substr', charsOf(args[0]!), context),
  ([a, pattern, position, occurrence, flags], type) => {
    const text = textArg(a!);
    const regexp = patternArg(pattern!, flags, type.collation, 'regexp_substr');
    const options = numbers([position, occurrence], [1, 1]);
    return (row, context) => {
      const source = text(row, context);
      const compiled = regexp(row, context);
      const given = options(row, context);
      if (source === null || compiled === null || given === null) return null;
      const codes = codesOf(source);
      checkPosition(given[0]!, codes.length);
      const match = nthMatch(compiled, codes, given[0]!, given[1]!);
      return match === undefined ? null : String.fromCodePoint(...codes.slice(match.start, match.end));
    };
  },
);

/** `$n` and `\x` in a replacement. */
function expand(replacement: string, groups: readonly number[], codes: readonly number[]): string {
  let out = '';
  for (let i = 0; i < replacement.length; i++) {
    const char = replacement[i]!;
    if (char === '\\' && i + 1 < replacement.length) out += replacement[++i]!;
    else if (char === '$') {
      const digits = /^\d+/.exec(replacement.slice(i + 1))?.[0];
      if (digits === undefined) throw sqlError('ER_REGEXP_INVALID_CAPTURE_GROUP_NAME');
      let count = 1;
      while (count < digits.length && Number(digits.slice(0, count + 1)) * 2 < groups.length) count++;
      const index = Number(digits.slice(0, count));
      if (index * 2 >= groups.length) throw sqlError('ER_REGEXP_INDEX_OUTOFBOUNDS_ERROR');
      if (groups[index * 2]! >= 0)
        out += String.fromCodePoint(...codes.slice(groups[index * 2], groups[index * 2 + 1]));
      i += count;
    } else out += char;
  }
  return out;
}

const regexpReplace = define(
  'regexp_replace',
  [3, 6],
  (args, _options, context) => textType(args, 'regexp_replace', 16777216, context),
  ([a, pattern, replacement, position, occurrence, flags], type) => {
    const text = textArg(a!);
    const regexp = patternArg(pattern!, flags, type.collation, 'regexp_replace');
    const by = textArg(replacement!);
    const options = numbers([position, occurrence], [1, 0]);
    return (row, context) => {
      const source = text(row, context);
      const compiled = regexp(row, context);
      const given = options(row, context);
      const replaceBy = by(row, context);
      if (source === null || compiled === null || given === null || replaceBy === null) return null;
      const codes = codesOf(source);
      checkPosition(given[0]!, codes.length);
      return replaceMatches(compiled, codes, given as [number, number], replaceBy);
    };
  },
);

function replaceMatches(
  regexp: Regexp,
  codes: readonly number[],
  [position, occurrence]: readonly [number, number],
  replacement: string,
): string {
  let out = '';
  let copied = 0;
  let at = position - 1;
  for (let nth = 1; at <= codes.length; nth++) {
    const match = regexp.find(codes, at);
    if (match === undefined) break;
    if (occurrence <= 0 || occurrence === nth) {
      out += textOf(codes, copied, match.start) + expand(replacement, match.groups, codes);
      copied = match.end;
      if (occurrence === nth) break;
    }
    at = match.end > match.start ? match.end : match.end + 1;
  }
  return out + textOf(codes, copied, codes.length);
}

function textOf(codes: readonly number[], from: number, to: number): string {
  let out = '';
  for (let i = from; i < to; i++) out += String.fromCodePoint(codes[i]!);
  return out;
}

export const REGEXP: readonly FunctionDef[] = [regexpLike, regexpInstr, regexpSubstr, regexpReplace];
