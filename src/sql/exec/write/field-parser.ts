/**
 * Splits the text of LOAD DATA into records of fields, by FIELDS and LINES options. Text comes in chunks; a record that is not
 * complete yet waits for more.
 *
 * A record without escape and enclosure is split by native string search; all others are read character by character:
 *
 * - the escape character takes the next one literally, or as \0 \b \n \r \t \Z; a field that is exactly \N is NULL;
 * - an enclosed field ends at an enclosure that a field or line end follows; inside, a doubled enclosure is one;
 * - the bare word NULL is NULL when enclosing is on.
 */
import type { LoadFormat } from '../../plan/index.ts';

export type LoadField = string | null;

const ESCAPES: Readonly<Record<string, string>> = { '0': '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a' };

interface OpenRecord {
  readonly fields: LoadField[];
  /** Where the next record starts. */
  readonly next: number;
}

export class FieldParser {
  readonly #format: LoadFormat;
  readonly #terminator: string;
  readonly #lineEnd: string;
  #text = '';
  #position = 0;
  #linesToSkip: number;

  constructor(format: LoadFormat) {
    this.#format = format;
    this.#terminator = format.fieldsTerminatedBy;
    this.#lineEnd = format.linesTerminatedBy;
    this.#linesToSkip = format.ignoreLines;
  }

  feed(text: string): void {
    this.#text = this.#position === 0 ? this.#text + text : this.#text.slice(this.#position) + text;
    this.#position = 0;
  }

  /** The next complete record; undefined when more text is needed. `final`: no more will come. */
  next(final: boolean): LoadField[] | undefined {
    while (this.#linesToSkip > 0) {
      const end = this.#findLineEnd(this.#position);
      if (end < 0) {
        if (final) this.#position = this.#text.length;
        return undefined;
      }
      this.#position = end + this.#lineEnd.length;
      this.#linesToSkip--;
    }
    const start = this.#findStart(final);
    if (start < 0) return undefined;
    const record = this.#readFast(start, final) ?? this.#readSlow(start, final);
    if (record === undefined) return undefined;
    this.#position = record.next;
    return record.fields;
  }

  #findLineEnd(from: number): number {
    return this.#lineEnd === '' ? -1 : this.#text.indexOf(this.#lineEnd, from);
  }

  /** Where the next record's fields begin (after LINES STARTING BY); -1 when there is none yet. */
  #findStart(final: boolean): number {
    if (this.#position >= this.#text.length) return -1;
    const prefix = this.#format.linesStartingBy;
    if (prefix === '') return this.#position;
    const found = this.#text.indexOf(prefix, this.#position);
    if (found >= 0) return found + prefix.length;
    if (final) this.#position = this.#text.length;
    return -1;
  }

  #readFast(start: number, final: boolean): OpenRecord | undefined {
    if (this.#terminator === '' || this.#lineEnd === '') return undefined;
    const found = this.#findLineEnd(start);
    if (found < 0 && !final) return undefined;
    const end = found < 0 ? this.#text.length : found;
    const line = this.#text.slice(start, end);
    const { escapedBy, enclosedBy } = this.#format;
    if (escapedBy !== '' && line.includes(escapedBy)) return undefined;
    if (enclosedBy !== '' && (line.includes(enclosedBy) || line.includes('NULL'))) return undefined;
    return { fields: line.split(this.#terminator), next: found < 0 ? end : end + this.#lineEnd.length };
  }

  #readSlow(start: number, final: boolean): OpenRecord | undefined {
    const fields: LoadField[] = [];
    let position = start;
    for (;;) {
      const field = this.#readField(position, final);
      if (field === undefined) return undefined;
      fields.push(field.value);
      position = field.next;
      if (field.endsLine) return { fields, next: position };
    }
  }

  /** One field from `start`, with the terminator after it. */
  #readField(
    start: number,
    final: boolean,
  ): { readonly value: LoadField; readonly next: number; readonly endsLine: boolean } | undefined {
    const text = this.#text;
    const { enclosedBy, escapedBy } = this.#format;
    const enclosed = enclosedBy !== '' && text.startsWith(enclosedBy, start);
    let at = enclosed ? start + enclosedBy.length : start;
    let value = '';
    let isNull = false;
    let pieceStart = at;
    for (;;) {
      if (at >= text.length) {
        if (!final) return undefined;
        const whole = value + text.slice(pieceStart, at);
        // An enclosure that is never closed belongs to the text.
        const result = enclosed ? enclosedBy + whole : whole;
        return { value: this.#nullOr(result, isNull, false), next: at, endsLine: true };
      }
      const char = text[at]!;
      if (escapedBy !== '' && char === escapedBy && !(enclosed && escapedBy === enclosedBy)) {
        const following = text[at + 1];
        if (following === undefined) {
          if (!final) return undefined;
          at++;
          continue;
        }
        value += text.slice(pieceStart, at);
        if (following === 'N' && value === '' && !enclosed) isNull = true;
        value += ESCAPES[following] ?? following;
        at += 2;
        pieceStart = at;
        continue;
      }
      if (enclosed) {
        if (char !== enclosedBy) {
          at++;
          continue;
        }
        const after = at + 1;
        const end = this.#endAt(after, final);
        if (end === 'unknown') return undefined;
        if (end !== undefined)
          return { value: value + text.slice(pieceStart, at), next: end.next, endsLine: end.endsLine };
        value += text.slice(pieceStart, at) + enclosedBy;
        at = text[after] === enclosedBy ? after + 1 : after;
        pieceStart = at;
        continue;
      }
      const end = this.#endAt(at, final);
      if (end === 'unknown') return undefined;
      if (end !== undefined)
        return {
          value: this.#nullOr(value + text.slice(pieceStart, at), isNull, true),
          next: end.next,
          endsLine: end.endsLine,
        };
      at++;
    }
  }

  #nullOr(value: string, sawEscapedN: boolean, bare: boolean): LoadField {
    if (sawEscapedN && value === 'N') return null;
    const { enclosedBy } = this.#format;
    return bare && value === 'NULL' && enclosedBy !== '' ? null : value;
  }

  /** Is there a field or line end at `at`? 'unknown' when the text stops in the middle of what could be one. */
  #endAt(at: number, final: boolean): { readonly next: number; readonly endsLine: boolean } | 'unknown' | undefined {
    const text = this.#text;
    if (this.#lineEnd !== '' && text.startsWith(this.#lineEnd, at))
      return { next: at + this.#lineEnd.length, endsLine: true };
    if (this.#terminator !== '' && text.startsWith(this.#terminator, at))
      return { next: at + this.#terminator.length, endsLine: false };
    const rest = text.length - at;
    if (rest === 0) return final ? { next: at, endsLine: true } : 'unknown';
    const longest = Math.max(this.#lineEnd.length, this.#terminator.length);
    if (final || rest >= longest) return undefined;
    const tail = text.slice(at);
    return this.#lineEnd.startsWith(tail) || this.#terminator.startsWith(tail) ? 'unknown' : undefined;
  }
}
