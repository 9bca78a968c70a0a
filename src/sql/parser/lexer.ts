/**
 * Text to tokens, one at a time, into parallel arrays (`kinds`, `starts`, `ends`): the parser may look ahead and go
 * back by index. No token holds its value: it is read from the source when a node is made (literal.ts).
 *
 * The rules that surprise, all MySQL's:
 * - a word directly followed by '.' and a name character, or directly after such a '.', is a name, never a keyword;
 * - some function names (COUNT, NOW, SUBSTRING …) are keywords only directly before '(' (sql_mode IGNORE_SPACE: before
 *   white space and '('); otherwise they are names;
 * - `1a` is a name, `1e5` and `0x1F` are numbers, `.5` is a number unless it follows a bare name directly;
 * - a single '@' reads what follows as one host-name token (`@a.b`), which may be empty;
 * - `/*! … *` + `/` is code when its version is not newer than ours; `/*+ … *` + `/` is a hint after SELECT, INSERT, …;
 * - `--` starts a comment only before white space or a control character.
 * What cannot be a token becomes T.ABORT, at which the parser fails with MySQL's syntax error.
 */
import { CHARSET_NAMES } from './charsets.data.ts';
import { findKeyword, hashStep, isFunctionKeyword, keywordToken } from './keyword-table.ts';
import { DEFAULT_MODE, type ParserMode } from './sql-mode.ts';
import { K, T } from './token.ts';

/** Code in `/*T![feature]` comments runs for these. */
const TIDB_FEATURES: ReadonlySet<string> = new Set([
  'auto_id_cache',
  'auto_rand',
  'auto_rand_base',
  'clustered_index',
  'force_inc',
  'global_index',
  'placement',
  'pre_split',
  'shard_row_id_bits',
  'ttl',
]);

/** Code in `/*!NNNNN` comments runs up to this version: MySQL 8.4. */
export const MYSQL_VERSION_ID = 80499;

const NAME_CHARACTER = new Uint8Array(128);
for (let c = 48; c <= 57; c++) NAME_CHARACTER[c] = 1;
for (let c = 65; c <= 90; c++) NAME_CHARACTER[c] = NAME_CHARACTER[c + 32] = 1;
NAME_CHARACTER[95] = NAME_CHARACTER[36] = 1; // _ $

const INTRODUCERS = new Set([...CHARSET_NAMES, 'utf8']);
const TOKENS_KEPT_MAX = 1 << 16;

function isNameCharacter(c: number): boolean {
  return c >= 128 || NAME_CHARACTER[c] === 1;
}
function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}
function isHexDigit(c: number): boolean {
  return isDigit(c) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);
}
/** Space, tab, newline, vertical tab, form feed, carriage return. */
function isSpace(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13);
}

const Next = { NORMAL: 0, NAME: 1, HOSTNAME: 2, SYSTEM_AT: 3, NAME_OR_KEYWORD: 4 } as const;

export class Lexer {
  source = '';
  /** Where reading stops: the end of the source without trailing white space and ';'. */
  limit = 0;
  mode: ParserMode = DEFAULT_MODE;
  allowParameters = true;
  /** Code in TiDB's comments runs. */
  additions = true;

  kinds = new Uint16Array(256);
  starts = new Int32Array(256);
  ends = new Int32Array(256);
  /** Tokens read so far. */
  count = 0;

  #at = 0;
  #next: number = Next.NORMAL;
  /** A bare name ended right before the '.' at this offset. */
  #dotAfterName = -1;
  #inVersionComment = false;
  #hintAllowed = false;

  open(source: string, from: number, limit: number): void {
    this.source = source;
    this.limit = limit;
    this.count = 0;
    this.#at = from;
    this.#next = Next.NORMAL;
    this.#dotAfterName = -1;
    this.#inVersionComment = false;
    this.#hintAllowed = false;
    if (this.kinds.length > TOKENS_KEPT_MAX) {
      this.kinds = new Uint16Array(256);
      this.starts = new Int32Array(256);
      this.ends = new Int32Array(256);
    }
  }

  /** Drops the tokens from `index` on and reads the next one at `offset`. */
  resume(index: number, offset: number): void {
    this.count = index;
    this.#at = offset;
    this.#next = Next.NORMAL;
    this.read();
  }

  /** Reads one more token to the end of the arrays; after END it is END again. */
  read(): void {
    if (this.count === this.kinds.length) this.#grow();
    const hintAllowed = this.#hintAllowed;
    this.#hintAllowed = false;
    const kind = this.#next === Next.NORMAL ? this.#readNormal(hintAllowed) : this.#readSpecial();
    this.kinds[this.count] = kind;
    this.ends[this.count] = this.#at;
    this.count++;
    if (kind === K.SELECT || kind === K.INSERT || kind === K.REPLACE || kind === K.UPDATE || kind === K.DELETE) {
      this.#hintAllowed = true;
    }
  }

  /** Offset after the last token read. */
  get position(): number {
    return this.#at;
  }

  #grow(): void {
    const size = this.kinds.length * 2;
    const kinds = new Uint16Array(size);
    const starts = new Int32Array(size);
    const ends = new Int32Array(size);
    kinds.set(this.kinds);
    starts.set(this.starts);
    ends.set(this.ends);
    this.kinds = kinds;
    this.starts = starts;
    this.ends = ends;
  }

  #charAt(offset: number): number {
    return offset < this.limit ? this.source.charCodeAt(offset) : -1;
  }

  #readNormal(hintAllowed: boolean): number {
    if (!this.#skipBlanks()) return T.ABORT;
    const at = this.#at;
    this.starts[this.count] = at;
    if (at >= this.limit) return this.#inVersionComment ? T.ABORT : T.END;
    const c = this.source.charCodeAt(at);
    if (c >= 128 || ((c | 0x20) >= 97 && (c | 0x20) <= 122) || c === 95 || c === 36) return this.#readWord(at, c);
    if (isDigit(c)) return this.#readNumberOrName(at);
    if (c === 39) return this.#readString(at + 1, 39) ? T.STRING : this.#abortOne();
    if (c === 96) return this.#readQuotedName(at + 1, 96);
    if (c === 34) {
      if (this.mode.ansiQuotes) return this.#readQuotedName(at + 1, 34);
      return this.#readString(at + 1, 34) ? T.STRING : this.#abortOne();
    }
    if (c === 47 && hintAllowed && this.source.startsWith('/*+', at)) return this.#readHint(at);
    return this.#readOperator(at, c);
  }

  /** Moves over white space and comments. False when a comment does not end; `#at` is then at its start. */
  #skipBlanks(): boolean {
    const source = this.source;
    const limit = this.limit;
    while (this.#at < limit) {
      const c = source.charCodeAt(this.#at);
      if (isSpace(c)) {
        this.#at++;
      } else if (c === 35) {
        this.#skipLine();
      } else if (c === 45 && source.charCodeAt(this.#at + 1) === 45 && this.#endsDashes(this.#at + 2)) {
        this.#skipLine();
      } else if (c === 47 && source.charCodeAt(this.#at + 1) === 42 && this.#at + 1 < limit) {
        if (this.#hintStartsHere()) return true;
        if (!this.#skipComment()) return false;
      } else if (c === 42 && this.#inVersionComment && source.charCodeAt(this.#at + 1) === 47 && this.#at + 1 < limit) {
        this.#inVersionComment = false;
        this.#at += 2;
      } else {
        return true;
      }
    }
    return true;
  }

  #hintStartsHere(): boolean {
    if (this.#at + 2 >= this.limit || this.source.charCodeAt(this.#at + 2) !== 43 || this.count === 0) return false;
    const kind = this.kinds[this.count - 1];
    return kind === K.SELECT || kind === K.INSERT || kind === K.REPLACE || kind === K.UPDATE || kind === K.DELETE;
  }

  #endsDashes(offset: number): boolean {
    if (offset >= this.limit) return true;
    const c = this.source.charCodeAt(offset);
    return c <= 32 || c === 127;
  }

  #skipLine(): void {
    const newline = this.source.indexOf('\n', this.#at);
    this.#at = newline === -1 || newline >= this.limit ? this.limit : newline;
  }

  #skipComment(): boolean {
    const at = this.#at;
    if (this.#charAt(at + 2) === 33) {
      const digits = this.#versionDigits(at + 3);
      const version = digits === 0 ? 0 : Number(this.source.slice(at + 3, at + 3 + digits));
      if (version <= MYSQL_VERSION_ID) {
        this.#inVersionComment = true;
        this.#at = at + 3 + digits;
        return true;
      }
      return this.#skipNestedComment(at);
    }
    if (this.additions && this.#charAt(at + 2) === 84 && this.#charAt(at + 3) === 33) {
      const features = this.#knownFeatures(at + 4);
      if (features >= 0) {
        this.#inVersionComment = true;
        this.#at = at + 4 + features;
        return true;
      }
    }
    const end = this.source.indexOf('*/', at + 2);
    if (end === -1 || end + 2 > this.limit) {
      this.starts[this.count] = at;
      this.#at = this.limit;
      return false;
    }
    this.#at = end + 2;
    return true;
  }

  /** Length of TiDB's `[feature, …]` behind `T!` when Ebb has them all; -1 when the comment is one. */
  #knownFeatures(offset: number): number {
    if (this.#charAt(offset) !== 91) return 0;
    const end = this.source.indexOf(']', offset);
    if (end === -1 || end > this.limit) return -1;
    const features = this.source.slice(offset + 1, end).split(',');
    return features.every((feature) => TIDB_FEATURES.has(feature.trim())) ? end + 1 - offset : -1;
  }

  /** A version comment that does not run may hold ordinary comments. */
  #skipNestedComment(at: number): boolean {
    let offset = at + 3;
    let depth = 1;
    while (offset < this.limit) {
      if (this.source.startsWith('*/', offset)) {
        offset += 2;
        if (--depth === 0) {
          this.#at = offset;
          return offset <= this.limit;
        }
      } else if (this.source.startsWith('/*', offset)) {
        depth++;
        offset += 2;
      } else {
        offset++;
      }
    }
    this.starts[this.count] = at;
    this.#at = this.limit;
    return false;
  }

  /** Length of a version: 5 digits, or 6 before white space; else 0, and the comment is code of any version. */
  #versionDigits(offset: number): number {
    let n = 0;
    while (n < 6 && isDigit(this.#charAt(offset + n))) n++;
    if (n === 6 && !isSpace(this.#charAt(offset + 6))) return 5;
    return n >= 5 ? n : 0;
  }

  #readWord(start: number, first: number): number {
    const next = this.#charAt(start + 1);
    if (next === 39) {
      if (first === 120 || first === 88) return this.#readDigitsLiteral(start + 2, T.HEX);
      if (first === 98 || first === 66) return this.#readDigitsLiteral(start + 2, T.BIT);
      if (first === 110 || first === 78) return this.#readString(start + 2, 39) ? T.NATIONAL_STRING : this.#abortOne();
    }
    const hash = this.#scanName(start);
    const end = this.#at;
    const after = this.#charAt(end);
    if (after === 46 && isNameCharacter(this.#charAt(end + 1))) {
      this.#dotAfterName = end;
      return this.#nameOrIntroducer(start, end);
    }
    const keyword = findKeyword(this.source, start, end, hash);
    if (keyword === -1) return this.#nameOrIntroducer(start, end);
    if (isFunctionKeyword(keyword) && after !== 40 && !(this.mode.ignoreSpace && this.#parenAfterSpace(end))) {
      return T.IDENTIFIER;
    }
    const token = keywordToken(keyword);
    return token === K.NOT && this.mode.highNotPrecedence ? T.HIGH_NOT : token;
  }

  /** Moves `#at` behind the name that starts at `start` and returns its hash. */
  #scanName(start: number): number {
    const source = this.source;
    const limit = this.limit;
    let hash = 0;
    let at = start;
    while (at < limit) {
      const c = source.charCodeAt(at);
      if (c < 128 && NAME_CHARACTER[c] !== 1) break;
      hash = hashStep(hash, c);
      at++;
    }
    this.#at = at;
    return hash;
  }

  #nameOrIntroducer(start: number, end: number): number {
    if (this.source.charCodeAt(start) !== 95 || end - start < 4) return T.IDENTIFIER;
    return INTRODUCERS.has(this.source.slice(start + 1, end).toLowerCase()) ? T.INTRODUCER : T.IDENTIFIER;
  }

  #parenAfterSpace(offset: number): boolean {
    while (isSpace(this.#charAt(offset))) offset++;
    return this.#charAt(offset) === 40;
  }

  /** X'…' and B'…': only digits of the base, and for hex an even number of them. */
  #readDigitsLiteral(from: number, kind: number): number {
    let at = from;
    while (kind === T.HEX ? isHexDigit(this.#charAt(at)) : this.#charAt(at) === 48 || this.#charAt(at) === 49) at++;
    const closed = this.#charAt(at) === 39;
    this.#at = closed ? at + 1 : at;
    return closed && (kind === T.BIT || (at - from) % 2 === 0) ? kind : T.ABORT;
  }

  #readNumberOrName(start: number): number {
    let at = start;
    if (this.source.charCodeAt(start) === 48) {
      const base = this.#charAt(start + 1);
      if (base === 120 || base === 98) {
        at = start + 2;
        while (base === 120 ? isHexDigit(this.#charAt(at)) : this.#charAt(at) === 48 || this.#charAt(at) === 49) at++;
        if (at > start + 2 && !isNameCharacter(this.#charAt(at))) {
          this.#at = at;
          return base === 120 ? T.HEX : T.BIT;
        }
        return this.#readPlainName(start);
      }
    }
    while (isDigit(this.#charAt(at))) at++;
    const c = this.#charAt(at);
    if (c === 46) return this.#readFraction(at + 1);
    if (!isNameCharacter(c)) {
      this.#at = at;
      return T.INTEGER;
    }
    if (c === 101 || c === 69) {
      const sign = this.#charAt(at + 1);
      const digits = sign === 43 || sign === 45 ? at + 2 : at + 1;
      if (isDigit(this.#charAt(digits))) {
        this.#skipDigits(digits);
        return T.FLOAT;
      }
    }
    return this.#readPlainName(start);
  }

  #skipDigits(from: number): void {
    let at = from;
    while (isDigit(this.#charAt(at))) at++;
    this.#at = at;
  }

  /** The digits after a point, and an exponent. */
  #readFraction(from: number): number {
    let at = from;
    while (isDigit(this.#charAt(at))) at++;
    const c = this.#charAt(at);
    if (c === 101 || c === 69) {
      const sign = this.#charAt(at + 1);
      const digits = sign === 43 || sign === 45 ? at + 2 : at + 1;
      if (!isDigit(this.#charAt(digits))) {
        this.#at = digits;
        return T.ABORT;
      }
      this.#skipDigits(digits);
      return T.FLOAT;
    }
    this.#at = at;
    return T.DECIMAL;
  }

  /** A name that is no keyword: it starts with a digit or follows a '.'. */
  #readPlainName(start: number): number {
    this.#scanName(start);
    if (this.#charAt(this.#at) === 46 && isNameCharacter(this.#charAt(this.#at + 1))) this.#dotAfterName = this.#at;
    return this.#nameOrIntroducer(start, this.#at);
  }

  /** Moves behind the closing quote; false when there is none. */
  #readString(from: number, quote: number): boolean {
    const source = this.source;
    const limit = this.limit;
    const escapes = !this.mode.noBackslashEscapes;
    for (let at = from; at < limit; at++) {
      const c = source.charCodeAt(at);
      if (c === 92 && escapes) {
        at++;
      } else if (c === quote) {
        if (at + 1 < limit && source.charCodeAt(at + 1) === quote) {
          at++;
        } else {
          this.#at = at + 1;
          return true;
        }
      }
    }
    return false;
  }

  #abortOne(): number {
    this.#at = this.limit;
    return T.ABORT;
  }

  #readQuotedName(from: number, quote: number): number {
    const source = this.source;
    for (let at = from; at < this.limit; at++) {
      const c = source.charCodeAt(at);
      if (c === 0) break;
      if (c !== quote) continue;
      if (at + 1 < this.limit && source.charCodeAt(at + 1) === quote) {
        at++;
        continue;
      }
      this.#at = at + 1;
      return T.QUOTED_IDENTIFIER;
    }
    return this.#abortOne();
  }

  #readHint(at: number): number {
    const end = this.source.indexOf('*/', at + 3);
    if (end === -1 || end + 2 > this.limit) return this.#abortOne();
    this.#at = end + 2;
    return T.HINT;
  }

  /** After '.', after '@', after '@@'. */
  #readSpecial(): number {
    const state = this.#next;
    this.#next = Next.NORMAL;
    const start = this.#at;
    this.starts[this.count] = start;
    if (state === Next.SYSTEM_AT) {
      this.#at = start + 1;
      if (this.#charAt(this.#at) !== 96) this.#next = Next.NAME_OR_KEYWORD;
      return T.AT;
    }
    if (state === Next.HOSTNAME) {
      let at = start;
      for (let c = this.#charAt(at); c === 46 || (c >= 0 && isNameCharacter(c)); c = this.#charAt(at)) at++;
      this.#at = at;
      return T.HOSTNAME;
    }
    if (state === Next.NAME) return this.#readPlainName(start);
    const hash = this.#scanName(start);
    if (this.#at === start) return T.ABORT;
    if (this.#charAt(this.#at) === 46) {
      this.#dotAfterName = this.#at;
    }
    const keyword = findKeyword(this.source, start, this.#at, hash);
    if (keyword === -1 || isFunctionKeyword(keyword)) return T.IDENTIFIER;
    return keywordToken(keyword);
  }

  #readOperator(at: number, c: number): number {
    const d = this.#charAt(at + 1);
    this.#at = at + 1;
    switch (c) {
      case 40:
        return T.LEFT_PAREN;
      case 41:
        return T.RIGHT_PAREN;
      case 44:
        return T.COMMA;
      case 59:
        return T.SEMICOLON;
      case 43:
        return T.PLUS;
      case 42:
        return T.STAR;
      case 47:
        return T.SLASH;
      case 37:
        return T.PERCENT;
      case 94:
        return T.CARET;
      case 126:
        return T.TILDE;
      case 123:
        return T.LEFT_BRACE;
      case 125:
        return T.RIGHT_BRACE;
      case 46:
        return this.#readDot(at, d);
      case 64:
        return this.#readAt(d);
      case 63:
        return this.allowParameters && !(d >= 0 && isNameCharacter(d)) ? T.PARAMETER : T.OTHER;
      default:
        return this.#readLongOperator(c, d);
    }
  }

  #readLongOperator(c: number, d: number): number {
    switch (c) {
      case 61:
        return T.EQ;
      case 45:
        if (d !== 62) return T.MINUS;
        return this.#charAt(this.#at + 1) === 62 ? this.#take(3, T.ARROW_TEXT) : this.#take(2, T.ARROW);
      case 60:
        if (d === 61) return this.#charAt(this.#at + 1) === 62 ? this.#take(3, T.NULL_SAFE_EQ) : this.#take(2, T.LE);
        if (d === 62) return this.#take(2, T.NE);
        return d === 60 ? this.#take(2, T.SHIFT_LEFT) : T.LT;
      case 62:
        if (d === 61) return this.#take(2, T.GE);
        return d === 62 ? this.#take(2, T.SHIFT_RIGHT) : T.GT;
      case 33:
        return d === 61 ? this.#take(2, T.NE) : T.BANG;
      case 58:
        return d === 61 ? this.#take(2, T.ASSIGN) : T.COLON;
      case 38:
        return d === 38 ? this.#take(2, T.AND_AND) : T.AMPERSAND;
      case 124:
        if (d !== 124) return T.PIPE;
        return this.#take(2, this.mode.pipesAsConcat ? T.CONCAT : T.OR_OR);
      default:
        return T.OTHER;
    }
  }

  /** `#at` is behind the operator's first character. */
  #take(length: number, kind: number): number {
    this.#at += length - 1;
    return kind;
  }

  #readDot(at: number, d: number): number {
    if (isDigit(d) && this.#dotAfterName !== at) return this.#readFraction(at + 1);
    if (d >= 0 && isNameCharacter(d)) this.#next = Next.NAME;
    return T.DOT;
  }

  #readAt(d: number): number {
    if (d === 64) this.#next = Next.SYSTEM_AT;
    else if (d !== 39 && d !== 34 && d !== 96) this.#next = Next.HOSTNAME;
    return T.AT;
  }
}
