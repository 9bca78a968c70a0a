/**
 * SELECT, UPDATE and DELETE with literals, read as a template and its values: the plan of the template serves every statement
 * that differs in those literals only.
 *
 * Only places whose literal decides nothing but which rows are meant (or written) become parameters: operands of comparisons,
 * BETWEEN and IN lists behind WHERE, and whole values behind SET; and there only what means the same as a
 * parameter: integers of up to 15 digits and single-quoted strings without escapes. Everything else stays in the text:
 * the select list (it names columns), LIMIT, ORDER BY, NULL, dates, introducers, operands of arithmetic, LIKE.
 * Statements with a second SELECT, comments (hints), variables or double quotes are left alone.
 *
 * A string's mark has a space behind it, so that templates of other types are other texts.
 */
import { hasEscapedBytes } from '../../base/index.ts';
import { type FieldType, intType, varcharType } from '../../sql/types/index.ts';

export interface TextTemplate {
  /** The statement with `?` for each value. */
  readonly text: string;
  readonly params: readonly (number | string)[];
  readonly types: readonly FieldType[];
}

const PARAMS_MAX = 64;
const DIGITS_MAX = 15;
const INTEGER = intType('big', { nullable: false });

/** What stands before a token. */
const OTHER = 0;
const COMPARED = 1; // a comparison operator, BETWEEN or its AND
const LISTED = 2; // '(' or ',' of an IN list
const IN = 3;
const WORD = 4;

/** Parts of a statement. */
const HEAD = 0;
const SET = 1;
const WHERE = 2;
const TAIL = 3;

const strings = new Map<string, FieldType>();

/** The type of a string literal; one object per collation, so that plans compare it by identity. */
export function literalStringType(collation: string): FieldType {
  let type = strings.get(collation);
  if (type === undefined) {
    type = varcharType(255, { nullable: false, collation });
    strings.set(collation, type);
  }
  return type;
}

/** Undefined when the statement does not qualify. */
export function textTemplateOf(sql: string, collation: string): TextTemplate | undefined {
  const kind = statementKind(sql);
  return kind === undefined ? undefined : new TemplateReader(sql, collation, kind === 'update').read();
}

function statementKind(sql: string): 'select' | 'update' | 'delete' | undefined {
  const code = sql.charCodeAt(0) | 32;
  if (code !== 115 && code !== 117 && code !== 100) return undefined;
  if (isBlank(sql.charCodeAt(6))) {
    const word = sql.slice(0, 6).toLowerCase();
    if (word === 'select' || word === 'update' || word === 'delete') return word;
  }
  return undefined;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWordPart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    isDigit(code) ||
    code === 95 ||
    code === 36 ||
    code > 127
  );
}

class TemplateReader {
  readonly #sql: string;
  readonly #string: FieldType;
  readonly #isUpdate: boolean;
  readonly #params: (number | string)[] = [];
  readonly #types: FieldType[] = [];
  #text = '';
  /** Everything before is in `#text`. */
  #copied = 0;
  #at = 6;
  #part = HEAD;
  #before = OTHER;
  #depth = 0;
  #between = -1;
  /** Depth inside the parentheses of an IN list. */
  #list = -1;

  constructor(sql: string, collation: string, isUpdate: boolean) {
    this.#sql = sql;
    this.#string = literalStringType(collation);
    this.#isUpdate = isUpdate;
  }

  read(): TextTemplate | undefined {
    const sql = this.#sql;
    while (this.#at < sql.length) {
      const code = sql.charCodeAt(this.#at);
      if (isBlank(code)) this.#at++;
      else if (!this.#token(code)) return undefined;
    }
    if (this.#params.length === 0) return undefined;
    return { text: this.#text + sql.slice(this.#copied), params: this.#params, types: this.#types };
  }

  /** False when the statement does not qualify. */
  #token(code: number): boolean {
    if (isDigit(code)) return this.#number();
    if (isWordPart(code)) return this.#word();
    switch (code) {
      case 39: // '
        return this.#quoted();
      case 96: // `
        return this.#name();
      case 60: // <
      case 61: // =
      case 62: // >
      case 33: // !
        return this.#operator();
      case 45: // -
        return this.#minus();
      case 40: // (
        return this.#open();
      case 41: // )
        return this.#close();
      case 44: // ,
        return this.#after(this.#list === this.#depth ? LISTED : OTHER);
      case 59: // ;
        return this.#end();
      case 47: // / may open a comment
        return this.#sql.charCodeAt(this.#at + 1) !== 42 && this.#after(OTHER);
      case 42: // *
      case 43: // +
      case 37: // %
      case 46: // .
        return this.#after(OTHER);
      default: // comments, variables, ANSI quotes, parameters, bit operators: rare
        return false;
    }
  }

  #after(before: number): boolean {
    this.#at++;
    this.#before = before;
    return true;
  }

  #open(): boolean {
    this.#depth++;
    if (this.#before !== IN) return this.#after(OTHER);
    this.#list = this.#depth;
    return this.#after(LISTED);
  }

  #close(): boolean {
    if (this.#list === this.#depth) this.#list = -1;
    this.#depth--;
    return this.#after(OTHER);
  }

  /** Only blanks may follow. */
  #end(): boolean {
    const rest = this.#sql.slice(this.#at + 1);
    if (rest.trim() !== '') return false;
    this.#at = this.#sql.length;
    return true;
  }

  #operator(): boolean {
    let at = this.#at + 1;
    for (let code = this.#sql.charCodeAt(at); code >= 60 && code <= 62; code = this.#sql.charCodeAt(at)) at++;
    const wanted = this.#part === WHERE || (this.#part === SET && this.#before === WORD && at === this.#at + 1);
    this.#at = at;
    this.#before = wanted ? COMPARED : OTHER;
    return true;
  }

  #name(): boolean {
    const end = this.#sql.indexOf('`', this.#at + 1);
    if (end === -1) return false;
    this.#at = end + 1;
    this.#before = WORD;
    return true;
  }

  #word(): boolean {
    const from = this.#at;
    let at = from + 1;
    while (isWordPart(this.#sql.charCodeAt(at))) at++;
    this.#at = at;
    this.#before = WORD;
    // No word that matters is longer, and names of columns behind a dot are none.
    if (at - from > 9 || at - from < 2 || this.#sql.charCodeAt(from - 1) === 46) return true;
    return this.#keyword(this.#sql.slice(from, at).toLowerCase());
  }

  #keyword(word: string): boolean {
    switch (word) {
      case 'select':
      case 'union':
      case 'with':
        return false;
      case 'set':
        if (this.#isUpdate && this.#part === HEAD) this.#part = SET;
        return true;
      case 'where':
        this.#part = WHERE;
        return true;
      case 'group':
      case 'order':
      case 'having':
      case 'limit':
      case 'for':
      case 'lock':
      case 'window':
      case 'procedure':
        if (this.#depth === 0) this.#part = TAIL;
        return true;
      case 'between':
        this.#between = this.#depth;
        this.#before = this.#part === WHERE ? COMPARED : OTHER;
        return true;
      case 'and':
        this.#before = OTHER;
        if (this.#between !== this.#depth) return true;
        this.#between = -1;
        if (this.#part === WHERE) this.#before = COMPARED;
        return true;
      case 'in':
        this.#before = this.#part === WHERE ? IN : OTHER;
        return true;
      default:
        return true;
    }
  }

  #minus(): boolean {
    const next = this.#sql.charCodeAt(this.#at + 1);
    if (next === 45) return false;
    const isSign = (this.#before === COMPARED || this.#before === LISTED) && isDigit(next);
    return isSign ? this.#number() : this.#after(OTHER);
  }

  #number(): boolean {
    const sql = this.#sql;
    const from = this.#at;
    let at = sql.charCodeAt(from) === 45 ? from + 1 : from;
    const digits = at;
    while (isDigit(sql.charCodeAt(at))) at++;
    const code = sql.charCodeAt(at);
    const isInteger = !isWordPart(code) && code !== 46 && at - digits <= DIGITS_MAX;
    this.#at = at;
    if (isInteger) return this.#literal(from, INTEGER, '?', () => Number(sql.slice(from, at)));
    while (isWordPart(sql.charCodeAt(this.#at)) || sql.charCodeAt(this.#at) === 46) this.#at++;
    this.#before = OTHER;
    return true;
  }

  #quoted(): boolean {
    const from = this.#at;
    const end = this.#sql.indexOf("'", from + 1);
    if (end === -1) return false;
    const value = this.#sql.slice(from + 1, end);
    // A quote right behind is an escaped quote; what a backslash means depends on sql_mode.
    if (this.#sql.charCodeAt(end + 1) === 39 || value.includes('\\') || hasEscapedBytes(value)) return false;
    this.#at = end + 1;
    return this.#literal(from, this.#string, '? ', () => value);
  }

  #literal(from: number, type: FieldType, mark: string, valueOf: () => number | string): boolean {
    const wanted = this.#before === COMPARED || this.#before === LISTED;
    this.#before = OTHER;
    if (!wanted || !this.#endsOperand()) return true;
    if (this.#params.length >= PARAMS_MAX) return false;
    this.#text += this.#sql.slice(this.#copied, from) + mark;
    this.#copied = this.#at;
    this.#params.push(valueOf());
    this.#types.push(type);
    return true;
  }

  /** Whether what follows the literal leaves it an operand of its own. */
  #endsOperand(): boolean {
    const sql = this.#sql;
    let at = this.#at;
    while (isBlank(sql.charCodeAt(at))) at++;
    if (at >= sql.length) return true;
    const code = sql.charCodeAt(at);
    if (code === 41 || code === 44 || code === 59) return true;
    if (at === this.#at || !isWordPart(code)) return false;
    let end = at + 1;
    while (isWordPart(sql.charCodeAt(end))) end++;
    return FOLLOWERS.has(sql.slice(at, end).toLowerCase());
  }
}

const FOLLOWERS: ReadonlySet<string> = new Set(['and', 'or', 'where', 'order', 'group', 'limit', 'for', 'having']);
