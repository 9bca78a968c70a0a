/**
 * JSON path expressions: `$.a."b c"[0][last-1][1 to 3].*[*]**.x`.
 *
 * A path is a list of legs. `seek` collects the matches in document order; a scalar counts as an array of one for
 * `[0]`, `[last]` and ranges that include 0 (auto-wrap).
 */
import { sqlError } from '../../base/index.ts';
import { utf8Length } from './charset.ts';
import { JsonValue } from './json-value.ts';

/** Position in an array, from its start or (`fromEnd`) back from its last element. */
export interface ArrayIndex {
  readonly fromEnd: boolean;
  readonly offset: number;
}

export type PathLeg =
  | { readonly kind: 'member'; readonly key: string }
  | { readonly kind: 'member-wildcard' }
  | { readonly kind: 'cell'; readonly index: ArrayIndex }
  | { readonly kind: 'range'; readonly from: ArrayIndex; readonly to: ArrayIndex }
  | { readonly kind: 'cell-wildcard' }
  | { readonly kind: 'ellipsis' };

export interface JsonPath {
  readonly legs: readonly PathLeg[];
  readonly hasWildcard: boolean;
  readonly text: string;
}

const IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const SPACE = /[ \t\r\n\v\f]*/y;
const INDEX = /(?:last(?:\s*-\s*(\d+))?|(\d+))/y;

class PathParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #fail(at = this.#at): Error {
    return sqlError('ER_INVALID_JSON_PATH', utf8Length(this.#text.slice(0, at)));
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  parse(): JsonPath {
    this.#match(SPACE);
    if (this.#text[this.#at] !== '$') throw this.#fail(Math.min(this.#at + 1, Math.max(1, this.#text.length)));
    this.#at++;
    const legs: PathLeg[] = [];
    for (;;) {
      this.#match(SPACE);
      if (this.#at >= this.#text.length) break;
      legs.push(this.#leg());
    }
    if (legs.at(-1)?.kind === 'ellipsis') throw this.#fail();
    const hasWildcard = legs.some((leg) => leg.kind !== 'member' && leg.kind !== 'cell');
    return { legs, hasWildcard, text: this.#text };
  }

  #leg(): PathLeg {
    const char = this.#text[this.#at];
    if (char === '.') return this.#member();
    if (char === '[') return this.#cell();
    if (char === '*' && this.#text[this.#at + 1] === '*') {
      this.#at += 2;
      if (this.#text[this.#at] === '*') throw this.#fail();
      return { kind: 'ellipsis' };
    }
    throw this.#fail();
  }

  #member(): PathLeg {
    this.#at++;
    this.#match(SPACE);
    if (this.#text[this.#at] === '*') {
      this.#at++;
      return { kind: 'member-wildcard' };
    }
    if (this.#text[this.#at] === '"') return { kind: 'member', key: this.#quoted() };
    const name = this.#match(IDENTIFIER);
    if (name === null) throw this.#fail();
    return { kind: 'member', key: name[0] };
  }

  #quoted(): string {
    const start = this.#at;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    if (end >= this.#text.length) throw this.#fail(this.#text.length);
    try {
      const key: unknown = JSON.parse(this.#text.slice(start, end + 1));
      this.#at = end + 1;
      return String(key);
    } catch {
      throw this.#fail(end + 1);
    }
  }

  #index(): ArrayIndex {
    const match = this.#match(INDEX);
    if (match === null) throw this.#fail();
    const fromEnd = match[2] === undefined;
    const offset = Number((fromEnd ? match[1] : match[2]) ?? 0);
    if (offset > 4294967295) throw this.#fail();
    return { fromEnd, offset };
  }

  #cell(): PathLeg {
    this.#at++;
    this.#match(SPACE);
    if (this.#text[this.#at] === '*') {
      this.#at++;
      this.#close();
      return { kind: 'cell-wildcard' };
    }
    const from = this.#index();
    const beforeSpace = this.#at;
    this.#match(SPACE);
    if (this.#text.startsWith('to', this.#at) && this.#at > beforeSpace) {
      this.#at += 2;
      const afterTo = this.#at;
      this.#match(SPACE);
      if (this.#at === afterTo) throw this.#fail();
      const to = this.#index();
      this.#close();
      if (from.fromEnd === to.fromEnd && (from.fromEnd ? from.offset < to.offset : from.offset > to.offset))
        throw this.#fail();
      return { kind: 'range', from, to };
    }
    this.#close();
    return { kind: 'cell', index: from };
  }

  #close(): void {
    this.#match(SPACE);
    if (this.#text[this.#at] !== ']') throw this.#fail();
    this.#at++;
  }
}

/** Throws 3143 with the byte position of the error. */
export function parseJsonPath(text: string): JsonPath {
  return new PathParser(text).parse();
}

/** Position in an array of `length` elements; may be out of bounds (-1 below). */
export function resolveIndex(index: ArrayIndex, length: number): number {
  return index.fromEnd ? length - 1 - index.offset : index.offset;
}

/** All matches in document order, without duplicates. */
export function seekPath(document: JsonValue, path: JsonPath, autoWrap = true): JsonValue[] {
  const out: JsonValue[] = [];
  const seen = path.legs.some((leg) => leg.kind === 'ellipsis') ? new Set<JsonValue>() : undefined;
  const visit = (value: JsonValue, at: number): void => {
    const leg = path.legs[at];
    if (leg === undefined) {
      if (seen !== undefined) {
        if (seen.has(value)) return;
        seen.add(value);
      }
      out.push(value);
      return;
    }
    switch (leg.kind) {
      case 'member': {
        const member = value.kind === 'object' ? value.members.get(leg.key) : undefined;
        if (member !== undefined) visit(member, at + 1);
        return;
      }
      case 'member-wildcard':
        if (value.kind === 'object') for (const member of value.members.values()) visit(member, at + 1);
        return;
      case 'cell-wildcard':
        if (value.kind === 'array') for (const item of value.items) visit(item, at + 1);
        return;
      case 'cell':
      case 'range':
        visitCells(value, leg, autoWrap, (item) => visit(item, at + 1));
        return;
      case 'ellipsis':
        visit(value, at + 1);
        if (value.kind === 'array') for (const item of value.items) visit(item, at);
        else if (value.kind === 'object') for (const member of value.members.values()) visit(member, at);
        return;
    }
  };
  visit(document, 0);
  return out;
}

type CellLeg = Extract<PathLeg, { kind: 'cell' | 'range' }>;

function visitCells(value: JsonValue, leg: CellLeg, autoWrap: boolean, visit: (item: JsonValue) => void): void {
  const items = value.kind === 'array' ? value.items : autoWrap ? [value] : [];
  if (leg.kind === 'cell') {
    const item = items[resolveIndex(leg.index, items.length)];
    if (item !== undefined) visit(item);
    return;
  }
  const from = Math.max(0, resolveIndex(leg.from, items.length));
  const to = Math.min(items.length - 1, resolveIndex(leg.to, items.length));
  for (let i = from; i <= to; i++) visit(items[i]!);
}
