/**
 * INSERT … VALUES with plain literals, read as a template and its values: the plan of the template serves every statement
 * that differs in its literals only.
 *
 * Only what means the same as a parameter qualifies: integers of up to 15 digits, single-quoted strings without escapes,
 * and NULL (which stays in the template). Anything else, and anything behind the last row, is left to the parser.
 */
import { hasEscapedBytes } from '../../base/index.ts';
import { type FieldType, intType } from '../../sql/types/index.ts';
import { literalStringType, type TextTemplate } from './text-template.ts';

const PARAMS_MAX = 64;
const DIGITS_MAX = 15;
const INTEGER = intType('big', { nullable: false });
const HEAD = /^\s*(?:insert|replace)\s+into\s+[\w.`]+\s*(?:\([\w\s,`]*\))?\s*values?\s*(?=\()/i;

/** Undefined when the statement does not qualify. */
export function insertTemplateOf(sql: string, collation: string): TextTemplate | undefined {
  const head = HEAD.exec(sql)?.[0];
  if (head === undefined) return undefined;
  const reader = new LiteralReader(sql, head.length, collation);
  let text = head;
  for (;;) {
    const row = reader.row();
    if (row === undefined) return undefined;
    text += row;
    if (!reader.skip(',')) break;
    text += ',';
  }
  return reader.atEnd() ? { text, params: reader.params, types: reader.types } : undefined;
}

class LiteralReader {
  readonly #sql: string;
  readonly #string: FieldType;
  readonly params: (number | string)[] = [];
  readonly types: FieldType[] = [];
  #at: number;

  constructor(sql: string, at: number, collation: string) {
    this.#sql = sql;
    this.#at = at;
    this.#string = literalStringType(collation);
  }

  /** `(?,?,NULL)` for the next row. */
  row(): string | undefined {
    if (!this.skip('(')) return undefined;
    let text = '(';
    for (;;) {
      const item = this.#literal();
      if (item === undefined) return undefined;
      text += item;
      if (this.skip(')')) return `${text})`;
      if (!this.skip(',')) return undefined;
      text += ',';
    }
  }

  skip(character: string): boolean {
    this.#blanks();
    if (this.#sql[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  atEnd(): boolean {
    this.skip(';');
    this.#blanks();
    return this.#at === this.#sql.length;
  }

  #blanks(): void {
    while (this.#sql.charCodeAt(this.#at) === 32) this.#at++;
  }

  #literal(): string | undefined {
    this.#blanks();
    const code = this.#sql.charCodeAt(this.#at);
    if (code === 39) return this.#quoted();
    if (code === 45 || (code >= 48 && code <= 57)) return this.#integer();
    if ((code | 32) === 110 && this.#sql.slice(this.#at, this.#at + 4).toUpperCase() === 'NULL') {
      this.#at += 4;
      return 'NULL';
    }
    return undefined;
  }

  #quoted(): string | undefined {
    const end = this.#sql.indexOf("'", this.#at + 1);
    if (end === -1) return undefined;
    const value = this.#sql.slice(this.#at + 1, end);
    this.#at = end + 1;
    // A quote right behind is an escaped quote or a joined literal.
    if (this.#sql.charCodeAt(this.#at) === 39 || value.includes('\\') || hasEscapedBytes(value)) return undefined;
    return this.#param(value, this.#string);
  }

  #integer(): string | undefined {
    const from = this.#at;
    let at = from + (this.#sql.charCodeAt(from) === 45 ? 1 : 0);
    const digits = at;
    for (let code = this.#sql.charCodeAt(at); code >= 48 && code <= 57; code = this.#sql.charCodeAt(at)) at++;
    if (at === digits || at - digits > DIGITS_MAX) return undefined;
    this.#at = at;
    return this.#param(Number(this.#sql.slice(from, at)), INTEGER);
  }

  #param(value: number | string, type: FieldType): string | undefined {
    if (this.params.length >= PARAMS_MAX) return undefined;
    this.params.push(value);
    this.types.push(type);
    return '?';
  }
}
