/**
 * Parser of ICU's regular expression syntax, as MySQL 8 uses it: patterns become a tree of nodes over code points.
 * Errors carry MySQL's numbers (3685-3697).
 */
import { sqlError } from '../../base/index.ts';

export type CharTest = (code: number) => boolean;

export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'set'; readonly test: CharTest }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | { readonly kind: 'group'; readonly index: number; readonly item: Node }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly min: number;
      readonly max: number;
      readonly mode: 'greedy' | 'lazy' | 'possessive';
    }
  | { readonly kind: 'look'; readonly item: Node; readonly ahead: boolean; readonly negated: boolean }
  | { readonly kind: 'atomic'; readonly item: Node }
  | { readonly kind: 'back'; readonly index: number; readonly fold: boolean }
  | {
      readonly kind: 'assert';
      readonly what: 'start' | 'end' | 'line-start' | 'line-end' | 'word' | 'not-word' | 'very-end';
    };

export interface RegexpFlags {
  readonly caseInsensitive: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly unixLines: boolean;
  readonly comments?: boolean;
}

export interface ParsedRegexp {
  readonly node: Node;
  readonly groups: number;
}

const DEPTH_MAX = 250;
const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u;
const isWord: CharTest = (code) =>
  code < 128
    ? (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
    : WORD.test(String.fromCodePoint(code));
const byRegExp =
  (pattern: RegExp): CharTest =>
  (code) =>
    pattern.test(String.fromCodePoint(code));
const isDigit = byRegExp(/\p{Nd}/u);
const isSpace: CharTest = (code) =>
  code === 32 ||
  (code >= 9 && code <= 13) ||
  code === 0x85 ||
  (code > 127 && /\p{White_Space}/u.test(String.fromCodePoint(code)));
const isHorizontal: CharTest = (code) => code === 9 || (code >= 32 && /\p{Zs}/u.test(String.fromCodePoint(code)));
const isLineEnd: CharTest = (code) => (code >= 10 && code <= 13) || code === 0x85 || code === 0x2028 || code === 0x2029;
const not =
  (test: CharTest): CharTest =>
  (code) =>
    !test(code);

export { isWord, isLineEnd };

const POSIX: Record<string, RegExp> = {
  alpha: /\p{Alphabetic}/u,
  digit: /\p{Nd}/u,
  alnum: /[\p{Alphabetic}\p{Nd}]/u,
  upper: /\p{Uppercase}/u,
  lower: /\p{Lowercase}/u,
  space: /\p{White_Space}/u,
  punct: /[\p{P}]/u,
  cntrl: /\p{Cc}/u,
  print: /[^\p{C}]|\p{Zs}/u,
  graph: /[^\p{C}\p{Z}\s]/u,
  blank: /[\p{Zs}\t]/u,
  xdigit: /[0-9A-Fa-f]/u,
  word: WORD,
};

/** A test for one code point in any case. */
export function foldedTest(code: number): CharTest {
  const char = String.fromCodePoint(code);
  const [lower, upper] = [char.toLowerCase(), char.toUpperCase()];
  const codes = new Set([
    code,
    lower.codePointAt(0)!,
    ...(Array.from(upper).length === 1 ? [upper.codePointAt(0)!] : []),
  ]);
  return (other) => codes.has(other);
}

export class RegexpParser {
  readonly #codes: readonly number[];
  #at = 0;
  #groups = 0;
  #names = new Map<string, number>();
  #flags: RegexpFlags;
  #depth = 0;

  constructor(pattern: string, flags: RegexpFlags) {
    this.#codes = Array.from(pattern, (char) => char.codePointAt(0)!);
    this.#flags = flags;
  }

  parse(): ParsedRegexp {
    const node = this.#choice();
    if (this.#at < this.#codes.length) throw sqlError('ER_REGEXP_MISMATCHED_PAREN');
    return { node, groups: this.#groups };
  }

  #peek(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#codes[this.#at + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += text.length;
    return true;
  }

  #syntax(): Error {
    return sqlError('ER_REGEXP_RULE_SYNTAX', 1, this.#at + 1);
  }

  #choice(): Node {
    if (++this.#depth > DEPTH_MAX) throw sqlError('ER_REGEXP_PATTERN_TOO_BIG');
    const flags = this.#flags;
    const items: Node[] = [this.#sequence()];
    while (this.#take('|')) items.push(this.#sequence());
    this.#flags = flags;
    this.#depth--;
    return items.length === 1 ? items[0]! : { kind: 'choice', items };
  }

  #sequence(): Node {
    const items: Node[] = [];
    while (this.#at < this.#codes.length && !this.#peek('|') && !this.#peek(')')) {
      if (this.#flags.comments === true && this.#skipComment()) continue;
      const atom = this.#atom();
      if (atom !== undefined) items.push(this.#quantified(atom));
    }
    return items.length === 1 ? items[0]! : items.length === 0 ? { kind: 'empty' } : { kind: 'sequence', items };
  }

  #skipComment(): boolean {
    const code = this.#codes[this.#at]!;
    if (isSpace(code)) {
      this.#at++;
      return true;
    }
    if (code !== 35) return false;
    while (this.#at < this.#codes.length && !isLineEnd(this.#codes[this.#at]!)) this.#at++;
    return true;
  }

  #quantified(atom: Node): Node {
    let node = atom;
    const code = this.#codes[this.#at];
    let bounds: readonly [number, number] | undefined;
    if (code === 42) bounds = [0, Infinity];
    else if (code === 43) bounds = [1, Infinity];
    else if (code === 63) bounds = [0, 1];
    if (bounds !== undefined) this.#at++;
    else if (code === 123) bounds = this.#interval();
    if (bounds !== undefined) {
      const mode = this.#take('?') ? 'lazy' : this.#take('+') ? 'possessive' : 'greedy';
      node = { kind: 'repeat', item: node, min: bounds[0], max: bounds[1], mode };
      const next = this.#codes[this.#at];
      if (next === 42 || next === 43 || next === 63) throw this.#syntax();
    }
    return node;
  }

  #interval(): readonly [number, number] {
    this.#at++;
    const number = (): number | undefined => {
      let value: number | undefined;
      while (this.#at < this.#codes.length && this.#codes[this.#at]! >= 48 && this.#codes[this.#at]! <= 57)
        value = (value ?? 0) * 10 + this.#codes[this.#at++]! - 48;
      return value;
    };
    const min = number();
    if (min === undefined) throw sqlError('ER_REGEXP_BAD_INTERVAL');
    let max: number = min;
    if (this.#take(',')) max = number() ?? Infinity;
    if (!this.#take('}')) throw sqlError('ER_REGEXP_BAD_INTERVAL');
    if (max < min) throw sqlError('ER_REGEXP_MAX_LT_MIN');
    return [min, max];
  }

  #char(code: number): Node {
    return this.#flags.caseInsensitive ? { kind: 'set', test: foldedTest(code) } : { kind: 'char', code };
  }

  #atom(): Node | undefined {
    const code = this.#codes[this.#at]!;
    switch (code) {
      case 40:
        return this.#group();
      case 91:
        this.#at++;
        return { kind: 'set', test: this.#set() };
      case 46: {
        this.#at++;
        if (this.#flags.dotAll) return { kind: 'set', test: () => true };
        return { kind: 'set', test: this.#flags.unixLines ? (c) => c !== 10 : not(isLineEnd) };
      }
      case 94:
        this.#at++;
        return { kind: 'assert', what: this.#flags.multiLine ? 'line-start' : 'start' };
      case 36:
        this.#at++;
        return { kind: 'assert', what: this.#flags.multiLine ? 'line-end' : 'end' };
      case 92:
        return this.#escape();
      case 42:
      case 43:
      case 63:
        throw this.#syntax();
      case 123:
        throw sqlError('ER_REGEXP_BAD_INTERVAL');
      default:
        this.#at++;
        return this.#char(code);
    }
  }

  #close(node: Node): Node {
    if (!this.#take(')')) throw sqlError('ER_REGEXP_MISMATCHED_PAREN');
    return node;
  }

  #group(): Node | undefined {
    this.#at++;
    if (!this.#take('?')) {
      const index = ++this.#groups;
      return this.#close({ kind: 'group', index, item: this.#choice() });
    }
    if (this.#take(':')) return this.#close(this.#choice());
    if (this.#take('=')) return this.#close({ kind: 'look', item: this.#choice(), ahead: true, negated: false });
    if (this.#take('!')) return this.#close({ kind: 'look', item: this.#choice(), ahead: true, negated: true });
    if (this.#take('<=')) return this.#close({ kind: 'look', item: this.#choice(), ahead: false, negated: false });
    if (this.#take('<!')) return this.#close({ kind: 'look', item: this.#choice(), ahead: false, negated: true });
    if (this.#take('>')) return this.#close({ kind: 'atomic', item: this.#choice() });
    if (this.#take('#')) {
      while (this.#at < this.#codes.length && !this.#peek(')')) this.#at++;
      this.#close({ kind: 'empty' });
      return undefined;
    }
    if (this.#take('<')) return this.#named();
    return this.#flagGroup();
  }

  #named(): Node {
    let name = '';
    while (this.#at < this.#codes.length && !this.#peek('>')) name += String.fromCodePoint(this.#codes[this.#at++]!);
    if (!this.#take('>') || !/^[A-Za-z][A-Za-z0-9]*$/.test(name))
      throw sqlError('ER_REGEXP_INVALID_CAPTURE_GROUP_NAME');
    const index = ++this.#groups;
    this.#names.set(name, index);
    return this.#close({ kind: 'group', index, item: this.#choice() });
  }

  /** (?i), (?-i), (?i: …). Flags last to the end of the enclosing group. */
  #flagGroup(): Node | undefined {
    let on = true;
    const next = { ...this.#flags } as { -readonly [K in keyof RegexpFlags]: RegexpFlags[K] };
    for (;;) {
      const char = String.fromCodePoint(this.#codes[this.#at] ?? 0);
      this.#at++;
      if (char === '-') on = false;
      else if (char === 'i') next.caseInsensitive = on;
      else if (char === 'm') next.multiLine = on;
      else if (char === 's') next.dotAll = on;
      else if (char === 'd') next.unixLines = on;
      else if (char === 'x') next.comments = on;
      else if (char === 'w') continue;
      else if (char === ')') {
        this.#flags = next;
        return undefined;
      } else if (char === ':') {
        const outer = this.#flags;
        this.#flags = next;
        const node = this.#choice();
        this.#flags = outer;
        return this.#close(node);
      } else {
        this.#at--;
        throw this.#syntax();
      }
    }
  }

  #escape(): Node {
    this.#at++;
    const code = this.#codes[this.#at];
    if (code === undefined) throw sqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
    const char = String.fromCodePoint(code);
    switch (char) {
      case 'A':
        return this.#step({ kind: 'assert', what: 'start' });
      case 'Z':
        return this.#step({ kind: 'assert', what: 'end' });
      case 'z':
        return this.#step({ kind: 'assert', what: 'very-end' });
      case 'b':
        return this.#step({ kind: 'assert', what: 'word' });
      case 'B':
        return this.#step({ kind: 'assert', what: 'not-word' });
      case 'R':
        return this.#step({
          kind: 'choice',
          items: [
            {
              kind: 'sequence',
              items: [
                { kind: 'char', code: 13 },
                { kind: 'char', code: 10 },
              ],
            },
            { kind: 'set', test: isLineEnd },
          ],
        });
      case 'X':
        return this.#step({
          kind: 'sequence',
          items: [
            { kind: 'set', test: () => true },
            { kind: 'repeat', item: { kind: 'set', test: byRegExp(/\p{M}/u) }, min: 0, max: Infinity, mode: 'greedy' },
          ],
        });
      case 'Q':
        return this.#quoted();
      case 'k':
        return this.#namedBack();
      default:
        break;
    }
    if (code >= 49 && code <= 57) {
      let index = code - 48;
      this.#at++;
      while (
        this.#codes[this.#at]! >= 48 &&
        this.#codes[this.#at]! <= 57 &&
        index * 10 + this.#codes[this.#at]! - 48 <= this.#groups
      )
        index = index * 10 + this.#codes[this.#at++]! - 48;
      if (index > this.#groups) throw sqlError('ER_REGEXP_INVALID_BACK_REF');
      return { kind: 'back', index, fold: this.#flags.caseInsensitive };
    }
    const test = this.#classEscape();
    if (test !== undefined) return { kind: 'set', test };
    return this.#char(this.#charEscape());
  }

  #step(node: Node): Node {
    this.#at++;
    return node;
  }

  #quoted(): Node {
    this.#at++;
    const items: Node[] = [];
    while (this.#at < this.#codes.length && !this.#take('\\E')) items.push(this.#char(this.#codes[this.#at++]!));
    return { kind: 'sequence', items };
  }

  #namedBack(): Node {
    this.#at++;
    let name = '';
    if (!this.#take('<')) throw sqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
    while (this.#at < this.#codes.length && !this.#peek('>')) name += String.fromCodePoint(this.#codes[this.#at++]!);
    const index = this.#names.get(name);
    if (!this.#take('>') || index === undefined) throw sqlError('ER_REGEXP_INVALID_CAPTURE_GROUP_NAME');
    return { kind: 'back', index, fold: this.#flags.caseInsensitive };
  }

  /** \d \w \s \h \v \N and \p{…}; undefined (nothing read) for other escapes. */
  #classEscape(): CharTest | undefined {
    const char = String.fromCodePoint(this.#codes[this.#at]!);
    const tests: Record<string, CharTest> = {
      d: isDigit,
      D: not(isDigit),
      w: isWord,
      W: not(isWord),
      s: isSpace,
      S: not(isSpace),
      h: isHorizontal,
      H: not(isHorizontal),
      v: isLineEnd,
      V: not(isLineEnd),
    };
    const test = tests[char];
    if (test !== undefined) {
      this.#at++;
      return test;
    }
    return char === 'p' || char === 'P' ? this.#property(char === 'P') : undefined;
  }

  #property(negated: boolean): CharTest {
    this.#at++;
    if (!this.#take('{')) throw sqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
    let name = '';
    while (this.#at < this.#codes.length && !this.#peek('}')) name += String.fromCodePoint(this.#codes[this.#at++]!);
    if (!this.#take('}')) throw sqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
    const inverse = name.startsWith('^') !== negated;
    const test = propertyTest(name.replace(/^\^/, ''));
    return inverse ? not(test) : test;
  }

  #charEscape(): number {
    const char = String.fromCodePoint(this.#codes[this.#at]!);
    this.#at++;
    const simple: Record<string, number> = { n: 10, t: 9, r: 13, f: 12, a: 7, e: 27 };
    if (char in simple) return simple[char]!;
    const hex = (digits: number): number => {
      const text = String.fromCodePoint(...this.#codes.slice(this.#at, this.#at + digits));
      if (!new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(text)) throw sqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
      this.#at += digits;
      return parseInt(text, 16);
    };
    if (char === 'u') return hex(4);
    if (char === 'U') return hex(8);
    if (char === 'x') {
      if (!this.#take('{')) return hex(2);
      let text = '';
      while (this.#at < this.#codes.length && !this.#peek('}')) text += String.fromCodePoint(this.#codes[this.#at++]!);
      if (!this.#take('}') || !/^[0-9a-fA-F]{1,6}$/.test(text)) throw sqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
      return parseInt(text, 16);
    }
    if (char === '0') {
      let value = 0;
      for (let i = 0; i < 3 && this.#codes[this.#at]! >= 48 && this.#codes[this.#at]! <= 55; i++)
        value = value * 8 + this.#codes[this.#at++]! - 48;
      return value;
    }
    if (char === 'c') return this.#codes[this.#at++]! & 31;
    if (/[A-Za-z]/.test(char)) throw sqlError('ER_REGEXP_BAD_ESCAPE_SEQUENCE');
    return char.codePointAt(0)!;
  }

  /** The inside of `[…]`, after the bracket. */
  #set(): CharTest {
    const negated = this.#take('^');
    let result: CharTest | undefined;
    let tests: CharTest[] = [];
    let pending: 'and' | 'minus' | undefined;
    const fold = (): void => {
      const members = tests;
      const any: CharTest = (code) => members.some((test) => test(code));
      const before = result;
      result =
        before === undefined || pending === undefined
          ? any
          : pending === 'and'
            ? (code) => before(code) && any(code)
            : (code) => before(code) && !any(code);
      tests = [];
    };
    for (let first = true; ; first = false) {
      if (this.#at >= this.#codes.length) throw sqlError('ER_REGEXP_MISSING_CLOSE_BRACKET');
      if (this.#peek(']') && !first) break;
      if (this.#take('&&')) {
        fold();
        pending = 'and';
      } else if (this.#peek('--') && !first) {
        this.#at += 2;
        fold();
        pending = 'minus';
      } else tests.push(this.#setItem());
    }
    this.#at++;
    fold();
    const test = result!;
    return negated ? not(test) : test;
  }

  #setItem(): CharTest {
    if (this.#take('[:')) return this.#posix();
    if (this.#take('[')) return this.#set();
    let from: number;
    if (this.#take('\\')) {
      if (this.#at >= this.#codes.length) throw sqlError('ER_REGEXP_MISSING_CLOSE_BRACKET');
      const test = this.#classEscape();
      if (test !== undefined) return test;
      from = this.#charEscape();
    } else from = this.#codes[this.#at++]!;
    let to = from;
    if (
      this.#peek('-') &&
      this.#codes[this.#at + 1] !== 93 &&
      this.#codes[this.#at + 1] !== 45 &&
      this.#at + 1 < this.#codes.length
    ) {
      this.#at++;
      if (this.#take('\\')) to = this.#charEscape();
      else to = this.#codes[this.#at++]!;
      if (to < from) throw sqlError('ER_REGEXP_INVALID_RANGE');
    }
    const inRange: CharTest = (code) => code >= from && code <= to;
    if (!this.#flags.caseInsensitive) return inRange;
    return (code) => {
      if (inRange(code)) return true;
      const char = String.fromCodePoint(code);
      return inRange(char.toLowerCase().codePointAt(0)!) || inRange(char.toUpperCase().codePointAt(0)!);
    };
  }

  #posix(): CharTest {
    const negated = this.#take('^');
    let name = '';
    while (this.#at < this.#codes.length && !this.#peek(':]')) name += String.fromCodePoint(this.#codes[this.#at++]!);
    if (!this.#take(':]')) throw sqlError('ER_REGEXP_MISSING_CLOSE_BRACKET');
    const folds = this.#flags.caseInsensitive && (name === 'upper' || name === 'lower');
    const test = folds ? byRegExp(/\p{Cased}/u) : propertyTest(name);
    return negated ? not(test) : test;
  }
}

function propertyTest(name: string): CharTest {
  const posix = POSIX[name.toLowerCase()];
  if (posix !== undefined) return byRegExp(posix);
  for (const form of [name, `Script=${name}`, name.replace(/^(gc|sc|script)=/i, '')]) {
    try {
      return byRegExp(new RegExp(`\\p{${form}}`, 'u'));
    } catch {
      // Not a property under this spelling: try the next.
    }
  }
  throw sqlError('ER_REGEXP_ILLEGAL_ARGUMENT');
}
